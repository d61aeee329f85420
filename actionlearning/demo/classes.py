"""Classes of those who run a programme: seven in a year of plan 1, five promoters' seminars over two years of plan 3."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from actionlearning.demo.clock import Clock, at
from actionlearning.demo.staff import Unit
from groups.models import Person
from programmes.actions.activity_logs import Log, log_activity
from programmes.actions.attended import expected_in
from programmes.actions.participants import add_participants, invite
from programmes.actions.unit_activities import plan_unit_activity
from programmes.models import Activity, Programme
from programmes.states import ActivityKind, Presence

POPULAR, COURSE, SEMINAR = (
    ActivityKind.POPULARISATION, ActivityKind.FACILITATORS_COURSE, ActivityKind.PROMOTERS_SEMINAR,
)  # fmt: skip
Hours = dict[str, Decimal]


@dataclass(frozen=True)
class Class:
    """`day`: (years after the programme's, month, day)."""

    kind: str
    title: str
    day: tuple[int, int, int]
    contents: Hours
    missed: bool = False
    """One who was invited did not come."""


def _hours(**told: int) -> Hours:
    return {key: Decimal(hours) for key, hours in told.items()}


SEVEN = (
    Class(POPULAR, "第一期普及培训班", (0, 6, 18), _hours(concepts=4, process=4), missed=True),
    Class(COURSE, "第一期促进师培训班", (0, 7, 15), _hours(methods=6, role_skills=6)),
    Class(SEMINAR, "第一期推动者研讨班", (0, 8, 20), _hours(role_skills=4)),
    Class(COURSE, "第二期促进师培训班", (0, 9, 16), _hours(methods=6, role_skills=6), missed=True),
    Class(POPULAR, "第二期普及培训班", (0, 10, 21), _hours(concepts=4, process=4)),
    Class(COURSE, "第三期促进师培训班", (0, 11, 11), _hours(methods=6, role_skills=6)),
    Class(SEMINAR, "第二期推动者研讨班", (0, 11, 18), _hours(role_skills=4)),
)
"""Plan 1: two popularisation courses, three facilitators' courses, two promoters' seminars (P1-34, P1-36, P1-38)."""
FIVE = (
    Class(SEMINAR, "第一期推动者研讨班", (0, 6, 25), _hours(basics=4, work_methods=8)),
    Class(
        SEMINAR,
        "第二期推动者研讨班",
        (0, 9, 10),
        _hours(research_methods=4, work_methods=8),
        missed=True,
    ),
    Class(SEMINAR, "第三期推动者研讨班", (0, 11, 12), _hours(research_methods=4, work_methods=8)),
    Class(SEMINAR, "第四期推动者研讨班", (1, 2, 25), _hours(basics=4, work_methods=8)),
    Class(SEMINAR, "第五期推动者研讨班", (1, 5, 20), _hours(work_methods=12)),
)
"""Plan 3: one in three months (P3-27)."""
MINUTES = (
    "上午集中授课，下午分组演练。学员交流本单位推进情况，围绕推进中的难点集体研讨，"
    "最后制定下一阶段行动计划。"
)
CENTRE = "培训中心"
TOLD_AHEAD = timedelta(days=14)


@dataclass
class Classes:
    """Planned and logged by the owner's director, for people of its units."""

    clock: Clock
    programme: Programme
    owner: Unit
    units: Sequence[Unit]

    def hold(self, classes: Sequence[Class], *, known_since: date | None = None) -> None:
        """Each is planned a fortnight ahead, or all on `known_since`."""
        for each in classes:
            years, month, day = each.day
            held = self._working(date(self.programme.year + years, month, day))
            planned = known_since or held - TOLD_AHEAD
            self.clock.put(
                at(planned, 14),
                lambda now, each=each, held=held: self._plan(each, held, now),  # type: ignore[misc]
            )

    def _working(self, day: date) -> date:
        calendar = self.clock.calendar
        return day if calendar.is_working(day) else calendar.previous_working(day)

    def _plan(self, told: Class, day: date, now: datetime) -> None:
        by = self.owner.director
        made = plan_unit_activity(
            programme=self.programme, organisation=self.owner.organisation, kind=told.kind,
            title=told.title, first_day=day, begins=time(9), ends=time(17), planned_venue=CENTRE, contents=told.contents, by=by, now=now,
        )  # fmt: skip
        add_participants(made, self._people(told), by=by, now=now)
        invite(made, by=by, now=now)
        self.clock.put(at(day, 18), lambda later: self._log(made, told, later))

    def _people(self, told: Class) -> list[Person]:
        if told.kind == POPULAR:
            return [person for unit in self.units for person in unit.learners[:4]]
        of = "clerk" if told.kind == COURSE else "director"
        users = [getattr(unit, of).pk for unit in self.units]
        return list(Person.objects.filter(user__in=users).select_related("organisation"))

    def _log(self, made: Activity, told: Class, now: datetime) -> None:
        rows = expected_in(made)
        presence = {row.pk: Presence.PRESENT for row in rows}
        if told.missed:
            presence[rows[-1].pk] = Presence.EXCUSED
        log = Log(
            began_at=now.replace(hour=9, minute=0), ended_at=now.replace(hour=17, minute=0),
            presence={**presence}, venue=CENTRE, minutes=MINUTES,
        )  # fmt: skip
        log_activity(Activity.objects.get(pk=made.pk), log, by=self.owner.director, now=now)
