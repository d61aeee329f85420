"""People and papers for a proof over HTTP, made by the product's own verbs and committed.

Imported once a product (benchmarks/served/product.py) has set Django up.
"""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.founding import found_tenant
from actionlearning.foundation.models import Tenant, User
from actionlearning.foundation.scope import WHOLE, scope
from benchmarks.served.calling import Caller
from groups.actions.tokens import create_token
from groups.models import Organisation
from groups.roles import CLIENT_SCOPES, Role
from programmes.models import Programme
from reporting.actions.articles import compile_items
from reporting.actions.issues import check_issue, offer_issue, start_issue
from reporting.actions.items import adopt_item, sign_item, start_item, submit_item
from reporting.actions.score_rules import set_score_rule
from reporting.models import InformationItem, Issue, ScoreEvent, Series
from tests.isolation.actors import session_of
from tests.journeys.walking import running_now
from tests.moments import NOON
from tests.reporting.briefings import series
from tests.world import World, _seated, build_world

TEXT = (
    "民政局召开行动学习专题研讨会，围绕养老服务质量展开讨论，形成三条措施。这是第{}次，责任人是{}。"
)


@dataclass
class Office:
    """The small world of the tests with a programme that runs today, a series and points."""

    tenant: Tenant
    world: World
    programme: Programme
    series: Series
    people: dict[str, User]
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @contextmanager
    def open(self) -> Iterator[datetime]:
        """The tenant's scope and a transaction; yields the database's clock."""
        with scope(self.tenant, path=WHOLE, actor=None), transaction.atomic():
            yield database_now()

    @contextmanager
    def outside(self) -> Iterator[None]:
        """The scope without a transaction, as recurring work has it."""
        with scope(self.tenant, path=WHOLE, actor=None):
            yield

    def caller(self, port: int, login: str) -> Caller:
        """A browser of its own, signed in."""
        with self.open():
            return Caller(port, login, session=session_of(self.people[login]))

    def client(self, port: int, unit: Organisation) -> Caller:
        """A REST client of that unit with all that a client may be given."""
        with self.open() as now:
            _token, secret = create_token(
                tenant=self.tenant,
                organisation=unit,
                name=f"client {next(self.numbers)}",
                scopes=[str(scope) for scope in CLIENT_SCOPES],
                expires_at=now + timedelta(days=30),
                by=self.world.system,
                now=now,
            )
        return Caller(port, f"client of {unit.name}", bearer=secret)

    def page(self, path: str) -> str:
        return f"/t/{self.tenant.slug}/{path}"

    def api(self, path: str) -> str:
        return f"/t/{self.tenant.slug}/api/v1/{path}"

    # -- papers, each in a transaction of the caller ------------------------------------------------

    def draft(self, now: datetime) -> InformationItem:
        number = next(self.numbers)
        return start_item(
            programme=self.programme,
            organisation=self.world.bureau,
            by=self.world.ben,
            now=now,
            title=f"民政局召开第{number}次专题研讨会",
            body=TEXT.format(number, number),
            truthful=True,
        )

    def signed(self, now: datetime) -> InformationItem:
        return sign_item(self.draft(now), by=self.world.dora, now=now)

    def submitted(self, now: datetime) -> InformationItem:
        return submit_item(self.signed(now), by=self.world.ben, now=now)

    def checked(self, now: datetime) -> Issue:
        item = adopt_item(self.submitted(now), by=self.world.ana, now=now)
        issue = start_issue(self.series, by=self.people["cai"], now=now)
        compile_items(issue, [item], by=self.people["cai"], now=now)
        issue = offer_issue(Issue.objects.get(pk=issue.pk), by=self.people["cai"], now=now)
        return check_issue(issue, by=self.world.ana, now=now)


def found_office(slug: str = "office") -> Office:
    """Everybody of tests/world.py; in the county's office also two clerks and two who sign."""
    tenant = found_tenant(slug, slug, now=NOON)[0]
    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
        world = build_world(tenant)
        programme = running_now(world)
        people = {name: vars(world)[name] for name in vars(world) if _is_sign_in(world, name)}
        for login, name, role in (
            ("cai", "蔡编", Role.OFFICE_STAFF),
            ("cao", "曹编", Role.OFFICE_STAFF),
            ("lin", "林签", Role.LEADING_GROUP_LEADER),
            ("lou", "娄签", Role.LEADING_GROUP_LEADER),
        ):
            people[login] = _seated(world.system, world.county, login, name, role)
        made = series(world)
        _give_points(programme, world)
    return Office(tenant, world, programme, made, people)


def _is_sign_in(world: World, name: str) -> bool:
    return isinstance(vars(world)[name], User)


def _give_points(programme: Programme, world: World) -> None:
    now = database_now()
    for event, points in ((ScoreEvent.SUBMITTED, 1), (ScoreEvent.ADOPTED, 2)):
        set_score_rule(
            programme,
            event=event,
            points=Decimal(points),
            applies_from=programme.starts_on,
            by=world.ana,
            now=now,
        )


def counted(model: Any, **named: Any) -> int:
    """Rows, the scope being open."""
    return int(model.objects.filter(**named).count())
