"""Papers on their way as lists ask for them: the ledger, what waits for a reader, what his unit has sent."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from actionlearning.foundation.models import Tenant, User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.scope import WHOLE, scope
from groups.access import reach_of
from groups.models import Appointment, Organisation, Tenure
from groups.queries import in_force, named_like
from groups.queries.sitting import Sitting, members_of, sitting
from programmes.models import Dossier, Project, Turn, Voice
from programmes.procedures import StepKind, Together
from programmes.queries import bad_filter, key_asked, local_day
from programmes.states import DossierState


def narrowed_dossiers(rows: QuerySet[Any], wanted: Mapping[str, str]) -> QuerySet[Any]:
    """`rows` by programme, project, kind of paper, state and `q`: title, or the unit's name or initials.

    Raises BadInput naming the filter that makes no sense.
    """
    for name in ("programme", "project"):
        if wanted.get(name):
            rows = rows.filter(**{name: key_asked(wanted, name)})
    if wanted.get("kind"):
        rows = rows.filter(kind=wanted["kind"])
    if wanted.get("state"):
        if wanted["state"] not in DossierState.values:
            raise bad_filter("state")
        rows = rows.filter(state=wanted["state"])
    words = wanted.get("q", "").strip()
    if words:
        units = named_like(Organisation.objects.all(), words)
        rows = rows.filter(Q(title__icontains=words) | Q(organisation__in=units.values("pk")))
    return rows


def sent_dossiers(user: User) -> QuerySet[Any]:
    """Papers of the units for which `user` sends that lie with somebody, also after they took effect."""
    own = reach_of(user, Permission.DOSSIER_SEND).own_q()
    return Dossier.objects.filter(own, holder__isnull=False)


def waiting_turns(user: User, day: date) -> QuerySet[Any]:
    """Open turns at which `user` may speak at this moment, and those in which his unit mends a paper.

    Exactly those that take_turn() would let him take: papers he did not write, and neither before
    who speaks first nor twice. One statement is asked at once, for who sits where.
    """
    sends = reach_of(user, Permission.DOSSIER_SEND).organisations
    earlier = Turn.objects.open().filter(
        dossier=OuterRef("dossier"), kind=StepKind.MEND, number__lt=OuterRef("number")
    )
    mending = Q(kind=StepKind.MEND, holder__in=sends) & ~Q(Exists(earlier))
    speaking = _may_speak(user, day)
    if speaking is None:
        return Turn.objects.open().filter(mending)
    spoken = Voice.objects.filter(turn=OuterRef("pk"), by=user)
    written = Q(dossier__authors__contains=[str(user.pk)])
    speaking = speaking & ~Q(kind=StepKind.MEND) & ~written & ~Q(Exists(spoken))
    return Turn.objects.open().filter(speaking | mending)


def waits_for(user: User, project: Project, kind: str, day: date) -> bool:
    """Whether `user` may act now on the topic's paper of this kind; also where it went up before it was one."""
    turns = Turn.objects.open().filter(dossier__project=project, dossier__kind=kind)
    if not turns.exists():
        return True
    mine = waiting_turns(user, day).exclude(kind=StepKind.MEND)
    return bool(mine.filter(dossier__project=project, dossier__kind=kind).exists())


def _may_speak(user: User, day: date) -> Q | None:
    """Turns of the bodies in which `user` sits, where those before him have spoken or may not."""
    if not user.has_perm(Permission.DOSSIER_ACT):
        return None
    own = Q(user=user) & in_force(day)
    posts = Tenure.objects.filter(own).values("organisation")
    roles = Appointment.objects.filter(own).values("organisation")
    bodies: dict[tuple[Any, str], list[Sitting]] = {}
    for row in sitting(Q(organisation__in=posts) | Q(organisation__in=roles), day):
        bodies.setdefault((row.organisation, row.body), []).append(row)
    found: Q | None = None
    for (place, body), rows in bodies.items():
        rank = min((row.rank for row in rows if row.user == user.pk), default=None)
        if rank is None:
            continue
        here = Q(holder=place, body=body) & _in_turn([r.user for r in rows if r.rank < rank])
        found = here if found is None else found | here
    return found


def _in_turn(before: list[Any]) -> Q:
    """Together with whom a body acts: `before` are the sign-ins that go before this one."""
    head = Q(together=Together.HEAD)
    ordered = Q(together=Together.IN_ORDER)
    for user in before:
        wrote = Q(dossier__authors__contains=[str(user)])
        head &= wrote
        ordered &= wrote | Q(Exists(Voice.objects.filter(turn=OuterRef("pk"), by=user)))
    return Q(together__in=(Together.ANY, Together.ALL)) | head | ordered


def seats_at(places: Iterable[Any], *, day: date, tenant: Tenant, by: User) -> list[Sitting]:
    """Everybody in the bodies of `places`, by rank; read with the whole tenant open, for a paper's sender too."""
    keys = list(places)
    if not keys:
        return []
    with scope(tenant, path=WHOLE, actor=by):
        return sitting(Q(organisation__in=keys), day)


def speakers_of(
    dossier: Dossier, organisation: Organisation, body: str, *, now: datetime, by: User
) -> list[Sitting]:
    """Who may speak for a body on this paper, by rank: whoever sits there and did not write it."""
    with scope(dossier.tenant, path=WHOLE, actor=by):
        rows = members_of(organisation, body, local_day(now))
    return [row for row in rows if str(row.user) not in dossier.authors]
