"""Nothing goes past its day in silence: open problems, and milestones of running topics (`model.md` §4).

Found again from the rows and the calendar at each round. Each line is told once and stands while it is true: whoever
holds the problem anew, or has another day to keep, is told anew. What is past its day is told on the first working
morning after it, as for duties; an office above once the plan's ladder would climb to it.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse

from actionlearning.foundation.models import Notice, User
from actionlearning.foundation.outbox import queue_notices, revive_notices
from actionlearning.foundation.permissions import Permission
from groups.models import Organisation
from programmes.actions.enrolments import calendars_of
from programmes.calendar import day_start
from programmes.calendar.days import WorkCalendar
from programmes.calendar.rungs import Dates, Rung, RungKind, rungs
from programmes.calendar.schedules import LadderRung, Terms
from programmes.models import Enrolment, Milestone, Plan, Problem, Project, TeamMember
from programmes.models.project import TeamRole
from programmes.notices import (
    MILESTONE_OVERDUE,
    PROBLEM_OVERDUE,
    PROBLEM_UNSOLVED,
    address_of,
    addressee,
    holders_of,
)
from programmes.queries import ZONE, applying, calendar_for, local_day
from programmes.states import RUNNING, UNSOLVED

BATCH = 500
ABOVE = "supervising_office"
ABOVE_AFTER = 5
"""Working days until the office above is told, of a plan whose ladder does not climb that far."""
LEADERS = (TeamRole.PROJECT_LEADER, TeamRole.TEAM_LEADER, TeamRole.CONVENER)
"""In this order: the first of them who can sign in leads the topic."""

Subjects = Iterable[Any]


@dataclass(frozen=True)
class Line:
    """What has to stand in inboxes; `key` tells since when and with whom it is true."""

    kind: str
    key: str
    at: datetime
    place: Organisation
    permission: Permission

    @property
    def prefix(self) -> str:
        return f"{self.kind}:{self.key}"


def tell_what_is_late(*, now: datetime) -> int:
    """Problems and milestones; returns how many lines are new. Running twice, or again after a break, adds nothing.

    Batch by batch, so that no lock is held long; a row that somebody works on at this moment is left for the next round.
    """
    return _Problems(now).look() + _Milestones(now).look()


class _Look:
    """What both have in common: found, compared with what was told, told under its lock."""

    kinds: ClassVar[tuple[str, ...]]

    def __init__(self, now: datetime) -> None:
        self.now, self.day = now, local_day(now)
        self._posts: dict[tuple[uuid.UUID, Permission], list[User]] = {}

    def look(self) -> int:
        told, last = 0, None
        while True:
            with transaction.atomic():
                rows = self.rows().filter(pk__gt=last) if last else self.rows()
                batch = list(rows.order_by("pk")[:BATCH])
                told += self._catch_up(batch)
            if len(batch) < BATCH:
                return told
            last = batch[-1].pk

    def _catch_up(self, batch: list[Any]) -> int:
        standing, lines = self._standing(batch), self.lines(batch)
        behind = [row.pk for row in batch if not _agrees(lines[row.pk], standing[row.pk])]
        if not behind:
            return 0
        found = self.rows().filter(pk__in=behind).order_by("pk")
        rows = list(found.select_for_update(of=("self",), skip_locked=True))
        standing, lines = self._standing(rows), self.lines(rows)
        return sum(self._bring(row, lines[row.pk], standing[row.pk]) for row in rows)

    def _standing(self, rows: Subjects) -> Mapping[uuid.UUID, list[Notice]]:
        found: dict[uuid.UUID, list[Notice]] = defaultdict(list)
        keys = [row.pk for row in rows]
        for notice in Notice.objects.filter(
            about__in=keys, kind__in=self.kinds, retracted_at=None
        ).only("key", "about", "recipient"):
            if notice.about:
                found[notice.about].append(notice)
        return found

    def _bring(self, row: Any, lines: list[Line], standing: list[Notice]) -> int:
        """Until exactly `lines` stand about it."""
        wanted = {line.prefix for line in lines}
        _settle((each for each in standing if _prefix(each) not in wanted), self.now)
        return sum(
            self._tell(row, line, [each for each in standing if _prefix(each) == line.prefix])
            for line in lines
        )

    def _tell(self, row: Any, line: Line, standing: list[Notice]) -> int:
        """Once; where nobody was there to be told, whoever comes."""
        people = self.people(row, line) if not any(each.recipient_id for each in standing) else []
        if standing and not people:
            return 0
        _settle(standing, self.now)
        told: list[User | None] = [*people] or [None]
        queue_notices(told, kind=line.kind, at=line.at, key=line.key, about=row, **self.facts(row))
        revive_notices([f"{line.prefix}:{user.pk if user else 'vacant'}" for user in told])
        return len(told)

    def at(self, place: Organisation, permission: Permission) -> list[User]:
        key = (place.pk, permission)
        if key not in self._posts:
            self._posts[key] = holders_of(place, permission, day=self.day, by=None)
        return self._posts[key]

    def rows(self) -> QuerySet[Any]:
        raise NotImplementedError

    def lines(self, rows: list[Any]) -> Mapping[uuid.UUID, list[Line]]:
        raise NotImplementedError

    def people(self, row: Any, line: Line) -> list[User]:
        return self.at(line.place, line.permission)

    def facts(self, row: Any) -> dict[str, Any]:
        raise NotImplementedError


def _agrees(lines: list[Line], standing: list[Notice]) -> bool:
    told = {_prefix(each) for each in standing if each.recipient_id}
    return told == {line.prefix for line in lines} and len(told) == len(
        {_prefix(each) for each in standing}
    )


def _prefix(notice: Notice) -> str:
    return notice.key.rpartition(":")[0]


def _settle(notices: Iterable[Notice], now: datetime) -> None:
    keys = [each.pk for each in notices]
    if keys:
        Notice.objects.filter(pk__in=keys).update(retracted_at=now)


class _Problems(_Look):
    """To whoever holds it; still unsolved, to the office above the holder (P1-43)."""

    kinds = (PROBLEM_OVERDUE, PROBLEM_UNSOLVED)

    def rows(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = Problem.objects.filter(state__in=UNSOLVED, due_on__lt=self.day)
        return rows.exclude(holder=None).select_related(
            "organisation", "holder", "programme", "tenant"
        )

    def lines(self, rows: list[Any]) -> Mapping[uuid.UUID, list[Line]]:
        calendars = _calendars({row.holder_id for row in rows})
        after = _days_until_above({row.programme_id for row in rows}, self.day)
        above = self._offices(rows)
        return {
            row.pk: [
                *self._of(
                    row,
                    _steps(_since(row), calendars[row.holder_id], after[row.programme_id]),
                    above.get((row.programme_id, row.holder_id)),
                )
            ]
            for row in rows
        }

    def _of(
        self, row: Problem, steps: Iterable[Rung], above: Organisation | None
    ) -> Iterator[Line]:
        place, own = row.holder, row.holder_id == row.organisation_id
        may = Permission.PROBLEM_WRITE if own else Permission.PROBLEM_ANSWER
        sees = above is not None and (own or row.org_path.startswith(above.path))
        for step in steps:
            if step.at > self.now or place is None:
                continue
            if step.kind is RungKind.OVERDUE:
                key = f"{row.pk}:{row.due_on}:{place.pk}"
                yield Line(PROBLEM_OVERDUE, key, step.at, place, may)
            elif above is not None and sees:
                key = f"{row.pk}:{row.due_on}:{above.pk}"
                yield Line(PROBLEM_UNSOLVED, key, step.at, above, Permission.PROBLEM_ANSWER)

    def _offices(self, rows: list[Any]) -> dict[tuple[uuid.UUID, uuid.UUID], Organisation]:
        """(programme, holder) → to whom it reports there today."""
        found = (
            Enrolment.objects.in_force(self.day)
            .filter(
                programme__in={row.programme_id for row in rows},
                organisation__in={row.holder_id for row in rows},
            )
            .exclude(supervisor=F("organisation"))
            .exclude(supervisor=None)
            .select_related("supervisor")
        )
        return {(each.programme_id, each.organisation_id): each.supervisor for each in found}

    def facts(self, row: Problem) -> dict[str, Any]:
        since = row.held_since or row.raised_at
        return {
            "address": reverse("programmes:problem_detail", args=[row.tenant.slug, row.pk]),
            "title": row.title,
            "number": row.number,
            "organisation": row.organisation.name,
            "programme": row.programme.name,
            "holder": row.holder.name if row.holder else "",
            "since": local_day(since).isoformat(),
            "due": _iso(row.due_on),
        }


def _since(problem: Problem) -> date:
    """Whoever got it late is not late at once."""
    day, held = problem.due_on, problem.held_since
    assert day is not None  # noqa: S101  only such rows are read
    return max(day, local_day(held)) if held else day


class _Milestones(_Look):
    """To whoever leads the topic; where he cannot mark it as reached, also to the unit's office."""

    kinds = (MILESTONE_OVERDUE,)

    def rows(self) -> QuerySet[Any]:
        told = Notice.objects.filter(about=OuterRef("pk"), kind__in=self.kinds, retracted_at=None)
        return (
            Milestone.objects.open()
            .filter(Q(project__state__in=RUNNING) | Q(Exists(told)), due_on__lt=self.day)
            .select_related("project__organisation", "project__programme", "project__tenant")
        )

    def lines(self, rows: list[Any]) -> Mapping[uuid.UUID, list[Line]]:
        calendars = _calendars({row.organisation_id for row in rows})
        return {row.pk: [*self._of(row, calendars[row.organisation_id])] for row in rows}

    def _of(self, row: Milestone, calendar: WorkCalendar) -> Iterator[Line]:
        (step,) = _steps(row.due_on, calendar)
        if row.project.state in RUNNING and step.at <= self.now:
            place, key = row.project.organisation, f"{row.pk}:{row.due_on}"
            yield Line(MILESTONE_OVERDUE, key, step.at, place, Permission.PROJECT_CHANGE)

    def people(self, row: Milestone, line: Line) -> list[User]:
        leaders = _leaders(row.project)
        if any(user.has_perm(line.permission, row.project) for user in leaders):
            return leaders
        office = self.at(line.place, line.permission)
        return list({user.pk: user for user in [*leaders, *office]}.values())

    def facts(self, row: Milestone) -> dict[str, Any]:
        return {
            "address": address_of(row.project),
            "milestone": row.title,
            "title": row.project.title,
            "organisation": row.project.organisation.name,
            "programme": row.project.programme.name,
            "due": _iso(row.due_on),
        }


def _leaders(project: Project) -> list[User]:
    """Who sees the topic and has the first of the leading roles that somebody with a sign-in has."""
    rows = TeamMember.objects.seated().filter(project=project, role__in=LEADERS)
    seats = list(rows.select_related("person__user", "user"))
    for role in LEADERS:
        found = [
            user
            for seat in seats
            if seat.role == role and (user := seat.person.user if seat.person else seat.user)
        ]
        able = [
            user
            for user in found
            if user.is_active and user.has_perm(Permission.PROJECT_VIEW, project)
        ]
        if able:
            return able
    return []


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _calendars(places: Iterable[uuid.UUID]) -> dict[uuid.UUID, WorkCalendar]:
    names = calendars_of(places)
    read = {name: calendar_for(name) for name in set(names.values())}
    return {place: read[name] for place, name in names.items()}


def _steps(day: date, calendar: WorkCalendar, above: int | None = None) -> tuple[Rung, ...]:
    """Of what was due on `day`: overdue, and `above` working days after it one level up. Counted as for duties."""
    ladder = () if above is None else (LadderRung(above, ABOVE, RungKind.ESCALATION),)
    dates = Dates(asked_for_on=day, last_day=day, grace_day=day, opens_at=day_start(day, ZONE))
    return rungs(Terms(remind_working_days=(), ladder=ladder), dates, calendar, ZONE)


def _days_until_above(programmes: Iterable[uuid.UUID], day: date) -> dict[uuid.UUID, int]:
    """By the plan in force: the first rung of its ladder that leaves the unit."""
    plans: dict[uuid.UUID, list[Plan]] = {key: [] for key in programmes}
    rows = Plan.objects.filter(programme__in=plans).defer("head").order_by("number")
    for plan in rows.annotate(ladder=F("head__notices__ladder")):
        plans[plan.programme_id].append(plan)
    return {key: _first_above(applying(found, day)) for key, found in plans.items()}


def _first_above(plan: Any) -> int:
    ladder = (plan.ladder if plan else None) or ()
    after = (row["after"] for row in ladder if addressee(row["to"]).upward)
    return next(after, ABOVE_AFTER)
