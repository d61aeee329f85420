"""The action team of a project: people of the roster, and outsiders by name, each with a role."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, Cited, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.scope import WHOLE, scope
from actionlearning.foundation.workflow import lock
from groups.access import reach_of
from groups.actions.grants import let_see, let_see_no_more
from groups.models import Grant, Person
from programmes.actions.authors import wrote_team
from programmes.actions.experts import tell_experts
from programmes.actions.project_asks import (
    CONVENER,
    LEFT_UNIT,
    TEAM_OF_PART,
    TEAM_ROLES,
    TEAM_SIZE,
    asks_of,
    cited_of,
    team_faults,
)
from programmes.actions.projects import refuse_unless
from programmes.actions.team_lists import credit_team
from programmes.models import Project, TeamMember
from programmes.models.project import TeamRole
from programmes.queries import local_day
from programmes.states import TEAM_OPEN, ProjectState

TEAM = "team"
"""Of what it opens to its members, see Grant.through."""
SETS_TEAMS = (Permission.TEAM_CHANGE, Permission.PROJECT_CHANGE)
"""Either is enough: a client token made before the first was there holds the second only."""
WORDS = ("name", "title", "duties")


@dataclass(frozen=True)
class Seat:
    """One place in a team: a person of the unit's roster, or an outsider by name."""

    role: str
    person: Person | None = None
    name: str = ""
    title: str = ""
    duties: str = ""
    login: str | None = None
    """The sign-in name of somebody from outside, who sees this topic while he is in its team.

    None leaves it as it is; an empty one takes it away.
    """


@transaction.atomic
def set_team(
    project: Project, *, seats: Iterable[Seat], by: User, now: datetime, seen: int | None = None
) -> list[TeamMember]:
    """The whole list in its order: who is no longer in it leaves, who stays keeps the day of joining.

    Raises RuleBroken, NotAllowed, BadInput, Stale.
    """
    fresh = lock(project, seen=seen)
    refuse_unless(fresh, TEAM_OPEN, by=by, needs=SETS_TEAMS)
    present = _team(fresh)
    staying = {_identity(row): row for row in present}
    known = {row.name: row.user for row in present if row.user is not None}
    members = []
    for rank, seat in enumerate(seats, 1):
        drafted = _drafted(fresh, seat, now)
        drafted.user = _outsider(fresh, seat, known.get(drafted.name), by)
        member = staying.pop(_identity(drafted), drafted)
        member.title, member.duties, member.rank = drafted.title, drafted.duties, rank
        member.user = drafted.user
        member.save()
        members.append(member)
    _refuse_conveners(fresh, members, now)
    for left in staying.values():
        _end(left, now)
    _keep_readers(fresh, by, now)
    _settle(fresh, by, now)
    record("team.set", target=fresh, by=by, at=now, count=len(members))
    return members


@transaction.atomic
def add_member(
    project: Project, *, seat: Seat, by: User, now: datetime, seen: int | None = None
) -> TeamMember:
    """Raises RuleBroken, NotAllowed, BadInput (unknown role, no name, already there), Stale."""
    fresh = lock(project, seen=seen)
    refuse_unless(fresh, TEAM_OPEN, by=by, needs=SETS_TEAMS)
    made = _drafted(fresh, seat, now)
    made.user = _outsider(fresh, seat, None, by)
    present = _team(fresh)
    if _identity(made) in {_identity(row) for row in present}:
        words = _("%(name)s is in the team already with this role.") % {"name": made.name}
        raise BadInput(words, fields={"role": words}, code="already_there")
    _refuse_conveners(fresh, [*present, made], now)
    made.rank = max((row.rank for row in present), default=0) + 1
    made.save(force_insert=True)
    _keep_readers(fresh, by, now)
    _settle(fresh, by, now)
    record("team.joined", target=fresh, by=by, at=now, name=made.name, role=made.role)
    return made


@transaction.atomic
def change_member(
    member: TeamMember, *, by: User, now: datetime, seen: int | None = None, **changes: Any
) -> TeamMember:
    """Role, title, duties; the name of an outsider. Raises RuleBroken, NotAllowed, BadInput, Stale."""
    fresh = lock(member.project, seen=seen)
    refuse_unless(fresh, TEAM_OPEN, by=by, needs=SETS_TEAMS)
    row = _member(fresh, member.pk)
    for name in changes.keys() & {"title", "duties"}:
        setattr(row, name, changes[name].strip())
    if row.person_id is None:
        row.name = changes.get("name", row.name).strip()
    before, row.role = row.role, changes.get("role", row.role)
    _check(fresh, row, now)
    others = [each for each in _team(fresh) if each.pk != row.pk]
    if _identity(row) in map(_identity, others):
        words = _("%(name)s is in the team already with this role.") % {"name": row.name}
        raise BadInput(words, fields={"role": words}, code="already_there")
    if row.role != before:
        _refuse_conveners(fresh, [*others, row], now)
    row = _dated(row, now)
    _settle(fresh, by, now)
    record("team.changed", target=fresh, by=by, at=now, name=row.name, role=row.role)
    return row


@transaction.atomic
def remove_member(
    member: TeamMember, *, by: User, now: datetime, seen: int | None = None
) -> TeamMember:
    """Leaves on the day of `now`; the row stays. Raises RuleBroken, NotAllowed, Stale."""
    fresh = lock(member.project, seen=seen)
    refuse_unless(fresh, TEAM_OPEN, by=by, needs=SETS_TEAMS)
    row = _member(fresh, member.pk)
    _end(row, now)
    _keep_readers(fresh, by, now)
    _settle(fresh, by, now)
    record("team.left", target=fresh, by=by, at=now, name=row.name, role=row.role)
    return row


def _team(project: Project) -> list[TeamMember]:
    return list(TeamMember.objects.filter(project=project).seated())


def _member(project: Project, pk: uuid.UUID) -> TeamMember:
    found: TeamMember | None = TeamMember.objects.filter(project=project, pk=pk).in_force().first()
    if found is None:
        raise RuleBroken(_("This person has left the team already."), code="left")
    return found


def _identity(member: TeamMember) -> tuple[Any, str]:
    return member.person_id or member.name, member.role


def _dated(row: TeamMember, now: datetime) -> TeamMember:
    """Another role is another row from that day on, so that the team of any day can be told."""
    before: TeamMember = TeamMember.objects.get(pk=row.pk)
    if before.role == row.role or before.joined_on >= local_day(now):
        row.save(update_fields=[*WORDS, "role"])
        return row
    _end(before, now)
    row.pk, row.joined_on = TeamMember().pk, local_day(now)
    row.save(force_insert=True)
    return row


def _keep_readers(project: Project, by: User, now: datetime) -> None:
    """Who is in the team and could not see the topic by a role sees it; who has left does no more."""
    users = {row.pk: row for row in _sign_ins(project)}
    for user in users.values():
        if not reach_of(user, Permission.PROJECT_VIEW).allows(project):
            let_see(project, to=user, reason=_("in the team"), through=TEAM, by=by, now=now)
    opened = Grant.objects.open_on(local_day(now)).filter(subject=project.pk, through=TEAM)
    for found in opened.exclude(user__in=users).select_related("user"):
        let_see_no_more(project, to=found.user, through=TEAM, by=by, now=now)


def _sign_ins(project: Project) -> Iterable[User]:
    rows = TeamMember.objects.filter(project=project).in_force()
    keys = {key for row in rows.values_list("user", "person__user") for key in row if key}
    with scope(project.tenant, path=WHOLE, actor=None):
        return list(User.objects.filter(pk__in=keys, is_active=True))


def _end(member: TeamMember, now: datetime) -> None:
    member.left_on = max(local_day(now), member.joined_on)
    member.save(update_fields=["left_on"])


def _drafted(project: Project, seat: Seat, now: datetime) -> TeamMember:
    person = seat.person
    made = TeamMember(
        project=project,
        person=person,
        name=person.name if person else seat.name.strip(),
        title=seat.title.strip() or (person.title if person else ""),
        role=seat.role,
        duties=seat.duties.strip(),
        joined_on=local_day(now),
    )
    made.organisation_id, made.org_path = project.organisation_id, project.org_path
    _check(project, made, now)
    return made


def _outsider(project: Project, seat: Seat, known: User | None, by: User) -> User | None:
    """Whoever names a new sign-in opens the topic to it, and is asked whether he may before anything else.

    Raises NotAllowed, BadInput where nobody signs in by that name.
    """
    if seat.person is not None:
        return None
    login = seat.login.strip().lower() if seat.login is not None else None
    if login is None or (known is not None and known.login == login):
        return known
    if not login:
        return None
    if not by.has_perm(Permission.GRANT, project):
        words = _("Only the director of the office opens a topic to a sign-in from outside.")
        raise NotAllowed(words, code="not_allowed")
    found: User | None = User.objects.filter(login=login, is_active=True, is_system=False).first()
    if found is None:
        words = _("There is no such sign-in.")
        raise BadInput(words, fields={"login": words})
    return found


def _check(project: Project, member: TeamMember, now: datetime) -> None:
    asks = asks_of(project.programme, local_day(now))
    names = asks.role_names()
    cited: tuple[Cited, ...] = ()
    problems = {}
    if member.role not in names:
        cited = asks.cite(TEAM_ROLES)
        problems["role"] = _("Choose a role that the plan knows: %(roles)s.") % {
            "roles": "、".join(names.values())
        }
    if not member.name:
        problems["name"] = _("Choose a person of the roster or type a name.")
    elif member.person is not None and not member.person.org_path.startswith(project.org_path):
        problems["person"] = _("Not on the unit's roster: take the person in by name.")
    for name in WORDS:
        field: Any = TeamMember._meta.get_field(name)
        if len(getattr(member, name)) > field.max_length:
            problems[name] = _("At most %(count)d characters.") % {"count": field.max_length}
    if problems:
        raise BadInput(" ".join(problems.values()), fields=problems, cited=cited)


def _refuse_conveners(project: Project, members: Iterable[TeamMember], now: datetime) -> None:
    """One more than the plan has is never entered: somebody has to answer for the topic (P2-31)."""
    asks = asks_of(project.programme, local_day(now))
    names = [row.name for row in members if row.role == TeamRole.CONVENER]
    ask = asks.conveners
    if ask is None or ask.most is None or len(names) <= ask.most:
        return
    words = _(
        "“%(role)s”: the plan has at most %(most)d, and this would make %(count)d (%(names)s):"
        " take one out or give another role first."
    )
    facts = {"role": ask.name, "most": ask.most, "count": len(names), "names": "、".join(names)}
    raise RuleBroken(
        words % facts, code="conveners", cited=asks.cite(CONVENER) or asks.cite(TEAM_ROLES)
    )


def _settle(project: Project, by: User, now: datetime) -> None:
    """An accepted team may change, but not into one that would not have been accepted."""
    if project.state == ProjectState.ACCEPTED:
        asks = asks_of(project.programme, local_day(now))
        found = team_faults(_team(project), asks, level=project.level)
        faults = [fault for fault in found if fault.code != LEFT_UNIT]  # replaced one by one
        if faults:
            ids = TEAM_SIZE if project.level == 1 else TEAM_OF_PART
            raise RuleBroken(
                "\n".join(fault.message for fault in faults),
                code=faults[0].code,
                cited=asks.cite(cited_of(faults) or ids),
            )
    wrote_team(project, by)
    project.version += 1
    project.save(update_fields=["team_authors", "version"])
    credit_team(project, by=by, now=now)
    tell_experts(project, by=by, now=now)
