"""Who is told about a duty, a topic, a paper or a problem: posts, never people (`model.md` §4)."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.urls import reverse

from actionlearning.foundation.models import User
from actionlearning.foundation.outbox import queue_notice, queue_notices
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.scope import WHOLE, scope
from groups.models import Appointment, Organisation, Tenure
from groups.roles import Role, roles_with
from programmes.models import Activity, Dossier, Problem, Project, Turn
from programmes.procedures import LAWS, Effect, Outcome
from programmes.queries import local_day
from programmes.states import DossierState

_OFFICE = [Role.OFFICE_DIRECTOR, Role.OFFICE_STAFF]
_LEADERS = [Role.LEADING_GROUP_LEADER, Role.LEADING_GROUP_MEMBER]
_LIAISON = [Role.LIAISON, Role.INFORMATION_OFFICER]


@dataclass(frozen=True)
class Addressee:
    """`roles` in order: the first that somebody holds is told. `upward`: at the supervising organisation."""

    roles: list[str]
    upward: bool


_ADDRESSEES = {
    "liaison": Addressee([*_LIAISON, Role.OFFICE_STAFF, Role.OFFICE_DIRECTOR], upward=False),
    "unit_office": Addressee([*_OFFICE, *_LIAISON], upward=False),
    "unit_leader": Addressee([*_LEADERS, Role.OFFICE_DIRECTOR], upward=False),
    "supervising_office": Addressee([*_OFFICE, *_LIAISON], upward=True),
    "supervising_leading_group": Addressee([*_LEADERS, Role.OFFICE_DIRECTOR], upward=True),
    "supervising_promotion_team": Addressee(
        [Role.PROMOTION_TEAM_LEADER, Role.PROMOTION_TEAM_MEMBER, *_LEADERS, Role.OFFICE_DIRECTOR],
        upward=True,
    ),
}


def addressee(key: str) -> Addressee:
    """A key of the packs' ladder vocabulary. Raises KeyError."""
    return _ADDRESSEES[key]


def holders_of(
    organisation: Organisation, permission: Permission, *, day: date, by: User | None
) -> list[User]:
    """Who may do it at `organisation` on `day`, by posts and appointments; [] when all are vacant.

    Reads the seats with the whole tenant open: a unit's clerk reports to an office behind the wall.
    """
    in_force = Q(ends_on=None) | Q(ends_on__gte=day)
    seats = Q(organisation=organisation, role__in=roles_with(permission), starts_on__lte=day)
    with scope(organisation.tenant, path=WHOLE, actor=by):
        held = [
            user
            for seat in (Tenure, Appointment)
            for user in seat.objects.filter(in_force, seats, user__isnull=False).values_list(
                "user", flat=True
            )
        ]
    return list(User.objects.filter(pk__in=held, is_active=True).order_by("pk"))


def address_of(project: Project) -> str:
    return reverse("programmes:project_detail", args=[project.tenant.slug, project.pk])


def tell_about(
    project: Project, name: str, people: Iterable[User], *, now: datetime, **facts: Any
) -> None:
    """Everybody once; one vacant line when the posts are empty. Texts: notices/project_*.txt."""
    told: list[User | None] = [*{user.pk: user for user in people}.values()]
    for user in told or [None]:
        queue_notice(
            to=user,
            kind=f"programmes.{name}",
            at=now,
            key=f"{project.pk}:{project.version}",
            about=project,
            address=address_of(project),
            title=project.title,
            organisation=project.organisation.name,
            programme=project.programme.name,
            **facts,
        )


def tell_turn(
    turn: Turn, dossier: Dossier, users: Iterable[uuid.UUID], *, by: User, now: datetime
) -> None:
    """Whoever may act for the body; where it has nobody, those who can put somebody there."""
    people = list(User.objects.filter(pk__in=list(users), is_active=True).order_by("pk"))
    name = "dossier_waiting"
    if not people:
        name = "dossier_vacant"
        people = holders_of(turn.holder, Permission.APPOINT, day=local_day(now), by=by)
    facts = {"holder": turn.holder.name, "body": turn.body, "title": turn.title_laid()}
    _tell_dossier(name, dossier, people, turn, now, about=turn, **facts)


def tell_sender(dossier: Dossier, turn: Turn, *, by: User, now: datetime) -> None:
    """What became of it, to everybody of the sender who may send it on."""
    people = holders_of(dossier.organisation, Permission.DOSSIER_SEND, day=local_day(now), by=by)
    facts = {"opinion": turn.opinion, "number": turn.filing_number, "holder": turn.holder.name}
    told = [user for user in people if user.pk != by.pk]
    if told or not people:
        _tell_dossier(_became(dossier, turn), dossier, told, turn, now, about=dossier, **facts)


POINTS = "programmes.dossier_points"
PROBLEM_OVERDUE = "programmes.problem_overdue"
PROBLEM_UNSOLVED = "programmes.problem_unsolved"
"""To the office above, of a problem that is still open some days after its own."""
MILESTONE_OVERDUE = "programmes.milestone_overdue"
INVITED = "programmes.activity_invited"
CALLED_OFF = "programmes.activity_called_off"
UNINVITED = "programmes.activity_uninvited"
"""To somebody who was invited and does not take part any more."""
WHEN_AND_WHERE = ("first_day", "last_day", "begins", "ends", "planned_venue")
"""Of an activity: what its invited are told, and told again where it changes."""


def tell_points(dossier: Dossier, turn: Turn, count: int, *, by: User, now: datetime) -> None:
    """Points that the paper does not come back for are answered all the same; told to whoever writes it."""
    people = holders_of(dossier.organisation, Permission.DOSSIER_WRITE, day=local_day(now), by=by)
    facts = {"count": count, "holder": turn.holder.name}
    name = POINTS.removeprefix("programmes.")
    _tell_dossier(name, dossier, people, turn, now, about=dossier, **facts)


def tell_ready(dossier: Dossier, *, by: User, now: datetime) -> None:
    """A draft says all it has to, and `by` may not send it: whoever may is told, once for each revision."""
    people = holders_of(dossier.organisation, Permission.DOSSIER_SEND, day=local_day(now), by=by)
    queue_notices(
        people or [None],
        kind="programmes.dossier_ready",
        at=now,
        key=f"{dossier.pk}:ready",
        about=dossier,
        address=reverse("programmes:dossier_detail", args=[dossier.tenant.slug, dossier.pk]),
        title=dossier.title,
        organisation=dossier.organisation.name,
        writer=by.display_name,
    )


def _became(dossier: Dossier, turn: Turn) -> str:
    effect = LAWS[turn.kind].outcomes[turn.outcome]
    if effect is not Effect.ONWARD:
        return "dossier_returned" if effect is Effect.BACK else "dossier_refused"
    if turn.outcome == Outcome.FILED:
        return "dossier_filed"
    approved = dossier.state == DossierState.STANDING and dossier.standing_text == dossier.sent_text
    return "dossier_standing" if approved else "dossier_onward"


def _tell_dossier(
    name: str,
    dossier: Dossier,
    people: list[User],
    turn: Turn,
    now: datetime,
    *,
    about: Dossier | Turn,
    **facts: Any,
) -> None:
    """`about` is what settles it: a turn that is over, or the paper's next sending."""
    queue_notices(
        people or [None],
        kind=f"programmes.{name}",
        at=now,
        key=f"{turn.pk}",
        about=about,
        address=reverse("programmes:dossier_detail", args=[dossier.tenant.slug, dossier.pk]),
        organisation=dossier.organisation.name,
        due=turn.due_at.isoformat(),
        **({"title": dossier.title} | facts),
    )


def tell_problem(
    name: str,
    problem: Problem,
    organisation: Organisation,
    *,
    by: User,
    now: datetime,
    **facts: Any,
) -> None:
    """Those who act on problems at `organisation`; one vacant line when nobody does. Texts: notices/problem_*.txt."""
    own = organisation.pk == problem.organisation_id
    permission = Permission.PROBLEM_WRITE if own else Permission.PROBLEM_ANSWER
    people = holders_of(organisation, permission, day=local_day(now), by=by)
    told = [user for user in people if user.pk != by.pk]
    if people and not told:
        return
    queue_notices(
        told or [None],
        kind=f"programmes.{name}",
        at=now,
        key=f"{problem.pk}:{problem.version}:{problem.turn_count}:{organisation.pk}",
        about=problem,
        address=reverse("programmes:problem_detail", args=[problem.tenant.slug, problem.pk]),
        title=problem.title,
        number=problem.number,
        organisation=problem.organisation.name,
        programme=problem.programme.name,
        **facts,
    )


def tell_invited(
    activity: Activity,
    people: Iterable[User],
    *,
    now: datetime,
    before: Mapping[str, Any] | None = None,
) -> None:
    """Whoever is to take part; `before`: when and where he was invited to first.

    Who was told already the caller knows. They may not read the activity: no address of it.
    """
    was = " · ".join(filter(None, (_days(before), before["planned_venue"]))) if before else ""
    hours = str(sum(map(Decimal, activity.contents.values()))) if activity.contents else ""
    _tell_invited(activity, people, INVITED, now, hours=hours, before=was)


def tell_off(activity: Activity, people: Iterable[User], *, now: datetime) -> None:
    """To those who were invited: it is not held."""
    _tell_invited(activity, people, CALLED_OFF, now, reason=activity.reason)


def tell_uninvited(
    activity: Activity,
    people: Iterable[User],
    *,
    now: datetime,
    selection: str = "",
    before: Mapping[str, Any] | None = None,
) -> None:
    """To those who were invited: they do not take part any more.

    `selection`: what they are instead, if they stay on the list; `before`: what they were invited to,
    where it changes with that.
    """
    facts = _what_and_when(before) if before else {}
    _tell_invited(activity, people, UNINVITED, now, selection=selection, **facts)


def _what_and_when(planned: Mapping[str, Any]) -> dict[str, str]:
    return {
        "title": planned["title"],
        "days": _days(planned),
        "place": planned["planned_venue"],
    }


def _days(told: Mapping[str, Any]) -> str:
    """2026-06-16 09:00–11:00; 2026-06-16 09:00 – 2026-06-17 17:00; without hours the days alone."""
    first, last = told["first_day"].isoformat(), told["last_day"].isoformat()
    begins, ends = (f" {told[at]:%H:%M}" if told[at] else "" for at in ("begins", "ends"))
    if first != last:
        return f"{first}{begins} – {last}{ends}"
    return f"{first}{begins}–{ends.strip()}" if begins else first


def _tell_invited(
    activity: Activity, people: Iterable[User], kind: str, now: datetime, **facts: str
) -> None:
    """The moment is in the key: of one plan of it somebody may be invited, taken out and invited anew."""
    planned = {name: getattr(activity, name) for name in ("title", *WHEN_AND_WHERE)}
    queue_notices(
        {user.pk: user for user in people}.values(),
        kind=kind,
        at=now,
        key=f"{activity.pk}:{activity.version}:{now.isoformat()}",
        about=activity,
        organisation=activity.organisation.name,
        programme=activity.programme.name,
        **{**_what_and_when(planned), **facts},
    )
