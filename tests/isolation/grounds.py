"""Two tenants with every table filled and every text marked: the ground of wall tests and probe."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import transaction

from actionlearning.foundation.models import Tenant, User
from actionlearning.foundation.scope import WHOLE, scope
from actionlearning.foundation.tokens import hash_of
from groups.models import Organisation, Person
from groups.roles import Role
from programmes.actions.calendar_feeds import make_feed
from programmes.actions.programmes import open_programme
from programmes.actions.submissions import accept_project
from programmes.models import CalendarFeed, Programme
from programmes.packs.reading import read, shipped_text
from programmes.states import FeedSpan, ProblemState
from reporting.actions.exchanges import reply
from reporting.actions.publishing import publish_issue
from reporting.models import Series
from tests.conftest import found_tenant
from tests.isolation.filling import canary_of, dress, fill
from tests.moments import NOON
from tests.programmes.activities import activity
from tests.programmes.beside import fund, problem, problem_in, spend
from tests.programmes.papers_on_their_way import act, sent
from tests.programmes.topics import JUNE, submitted
from tests.programmes.unit_activities import planned as class_of_unit
from tests.reporting.exchanges import posted
from tests.reporting.issues import series_of, signed_issue
from tests.running import run_programme
from tests.world import World, _organisation, _seated, build_world


@dataclass
class Ground:
    """One tenant of the two; `stray` is a unit in no relation to the others, `sam` sits there."""

    world: World
    stray: Organisation
    sam: User
    units: dict[str, Organisation] = field(default_factory=dict)

    @property
    def tenant(self) -> Tenant:
        return self.world.tenant


@contextmanager
def inside(ground: Ground, path: str = WHOLE) -> Iterator[None]:
    """That tenant's scope with an open transaction or savepoint."""
    with scope(ground.tenant, path=path, actor=None), transaction.atomic():
        yield


def tenant_mark(slug: str) -> str:
    """Stands in every name the verbs are given: what they copy elsewhere is recognised too."""
    return canary_of(slug, "tenant")


def lay_ground(slug: str) -> Ground:
    """The caller holds the transaction. Rows of the verbs first, then what they have left empty."""
    tenant = found_tenant(slug)
    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
        world = build_world(tenant, prefix=tenant_mark(slug))
        programme = run_programme(world)
        activity(sent(world, programme).project, world)
        class_of_unit(world, programme, [Person.objects.get(user=world.ben)])
        draft_programme(world)
        tell_issues(world)
        run_beside(world, programme)
        papers_at_their_end(world, programme)
        exchange(world, programme)
        subscribe(world)
        stray = _organisation(world.system, None, "county", f"{tenant_mark(slug)}岑溪", "450481")
        ground = Ground(
            world, stray, _seated(world.system, stray, "sam", "桑木", Role.OFFICE_DIRECTOR)
        )
        names = ("county", "bureau", "sister", "child")
        ground.units = {name: getattr(world, name) for name in names} | {"stray": stray}
        for unit in ground.units.values():
            unit.refresh_from_db()
    return ground


def draft_programme(world: World) -> None:
    """What may only be changed before it runs is probed as well."""
    pack = read(shipped_text("plan1"))
    open_programme(pack, owner=world.county, year=2027, by=world.ana, now=NOON)


def tell_issues(world: World) -> None:
    """One for the units below the bureau, one for everybody."""
    for slug in (Series.Audience.RECIPIENTS, Series.Audience.PUBLIC):
        series = series_of(world, slug, organisation=world.bureau, audience=slug)
        publish_issue(signed_issue(world, series), by=world.system, now=NOON)


def run_beside(world: World, programme: Programme) -> None:
    """A problem that lies with the office above, one that its unit holds, and a fund with an expense."""
    problem_in(world, programme, ProblemState.ESCALATED)
    problem(world, programme)
    spend(world, fund(world, programme), 100)


def papers_at_their_end(world: World, programme: Programme) -> None:
    """A topic that may be concluded, and a decision of the county's office that may be signed."""
    accept_project(submitted(world, programme, "敬老服务"), by=world.ana, now=JUNE)
    request = sent(world, programme, "support_request")
    act(request, "adopted", world.ana, JUNE, opinion="同意派促进师1名。")


def exchange(world: World, programme: Programme) -> None:
    """A post of the bureau for itself and those above, with a reply."""
    post = posted(world, programme, reach="own")
    reply(post, text="收到", by=world.dora, now=NOON)


def feed_secret(slug: str) -> str:
    """Of the one address for a calendar program that everybody in the probe knows: Ben's."""
    return f"{slug}-calendar-of-ben"


def subscribe(world: World) -> None:
    made, _secret = make_feed(span=FeedSpan.WHOLE, by=world.ben, now=NOON)
    CalendarFeed.objects.filter(pk=made.pk).update(hash=hash_of(feed_secret(world.tenant.slug)))


def fill_ground(ground: Ground) -> None:
    with inside(ground):
        people = {
            unit.pk: Person.objects.filter(organisation=unit, user__isnull=False)
            .order_by("pk")[0]
            .user
            for unit in ground.units.values()
        }
        fill(ground.units.values(), people)
        dress()
