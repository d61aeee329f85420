"""Meetings, classes and visits that a plan asks of each unit or of its office, held in their days (P2-17, P1-44)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q

from actionlearning.demo.clock import Clock, at
from actionlearning.demo.staff import Unit
from groups.models import Person
from programmes.actions.activity_logs import Log, log_activity
from programmes.actions.loggers import expected_at
from programmes.actions.participants import add_participants
from programmes.actions.selections import select_participant
from programmes.actions.unit_activities import plan_unit_activity
from programmes.models import Programme
from programmes.queries import local_day
from programmes.states import CLASSES, ActivityKind, Presence, Selection

LAUNCH, TRAINING, EXCHANGE, SUMMARY, COMMENDATION, VISIT = (
    ActivityKind.LAUNCH, ActivityKind.TRAINING, ActivityKind.EXCHANGE_MEETING,
    ActivityKind.SUMMARY_MEETING, ActivityKind.COMMENDATION, ActivityKind.STUDY_VISIT,
)  # fmt: skip
HOUR = 18
"""Logged in the evening of the day."""


@dataclass(frozen=True)
class Gathering:
    """`day`: (years after the programme's, month, day). `by_owner`: by the office that runs the programme."""

    kind: str
    title: str
    day: tuple[int, int, int]
    minutes: str
    by_owner: bool = False
    contents: tuple[str, ...] = ()
    modes: tuple[str, ...] = ("discussion",)


_EXCHANGE = Gathering(
    EXCHANGE,
    "行动学习交流会",
    (0, 10, 22),
    "四个单位交流推进情况，对成效突出的单位给予奖励。",
    by_owner=True,
)
_METHODS = Gathering(
    TRAINING, "行动学习方法技能实训", (0, 6, 26), "讲授方法技能，分组演练并点评。",
    contents=("methods", "role_skills"),
)  # fmt: skip
_COMMENDATION = Gathering(
    COMMENDATION, "行动学习总结表彰会", (0, 12, 18), "总结全年工作，表彰优秀项目成果和优秀学员。"
)
_BUREAU = (
    Gathering(LAUNCH, "行动学习启动会", (0, 6, 12), "主要负责人作动员讲话，部署全年行动学习工作。"),
    Gathering(
        TRAINING, "行动学习理念与流程培训班", (0, 6, 18), "讲授行动学习理念与流程，学员分组讨论。",
        contents=("concepts", "process"),
    ),
    _METHODS,
    _COMMENDATION,
)  # fmt: skip
GATHERINGS: dict[str, tuple[Gathering, ...]] = {
    "plan1": (_EXCHANGE,),
    "plan2": _BUREAU,
    "plan3": (
        Gathering(
            VISIT, "赴德学习培训", (0, 9, 15), "学习成人学习与培训、领导力培训、团队建设和学习型组织经验。",
            by_owner=True, modes=("on_site", "abroad"),
        ),
        Gathering(
            SUMMARY, "首批实施活动总结会暨结业式", (1, 7, 15), "总结首批实施成效，颁发结业证书。",
            by_owner=True,
        ),
    ),
    "plan4": (
        Gathering(
            LAUNCH, "行动学习动员会", (0, 2, 26), "介绍辅导方法，讲清流程和步骤。", by_owner=True
        ),
        Gathering(
            COMMENDATION, "行动学习总结表彰会", (0, 12, 18), "表彰优秀课题成果和优秀学员。", by_owner=True
        ),
    ),
    "organs": (
        Gathering(
            TRAINING, "行动学习导入培训", (0, 5, 21), "讲授行动学习理念和方法，项目组现场演练。",
            contents=("concepts", "methods"),
        ),
    ),
}  # fmt: skip
"""By plan. What a bureau that tells its own story holds otherwise is left to that story."""
OF_THIS_YEAR = (_METHODS, _COMMENDATION)
"""The bureau's own story has its launch and its first class already (launches.py)."""
FORGETS = 8
"""Every so many units hold nothing, so that something is red with reason."""


@dataclass
class Gatherings:
    """Planned and logged by the clerk of whoever holds them, for its own people."""

    clock: Clock
    programme: Programme
    owner: Unit
    units: Sequence[Unit]

    def hold(self, told: Sequence[Gathering] | None = None) -> None:
        """Those of the programme's plan, unless others are named."""
        for each in GATHERINGS.get(self.programme.pack, ()) if told is None else told:
            years, month, number = each.day
            day = date(self.programme.year + years, month, number)
            calendar = self.clock.calendar
            day = day if calendar.is_working(day) else calendar.previous_working(day)
            holders = [self.owner] if each.by_owner else self._all_but_some()
            for unit in holders:
                self.clock.put(
                    at(day, HOUR),
                    lambda now, each=each, unit=unit: self._hold(each, unit, now),  # type: ignore[misc]
                )

    def _all_but_some(self) -> list[Unit]:
        return [unit for number, unit in enumerate(self.units, 1) if number % FORGETS]

    def _hold(self, told: Gathering, unit: Unit, now: datetime) -> None:
        by = unit.clerk
        made = plan_unit_activity(
            programme=self.programme, organisation=unit.organisation, kind=told.kind,
            title=told.title, first_day=local_day(now), by=by, now=now,
            contents=dict.fromkeys(told.contents, Decimal(3)) if told.kind in CLASSES else {},
        )  # fmt: skip
        for row in add_participants(made, self._people(unit), by=by, now=now):
            if row.selection == Selection.CANDIDATE:
                chosen = {"selection": Selection.TAKES_PART, "reason": "工作需要"}
                select_participant(row, **chosen, by=by, now=now)
        presence = {row.pk: Presence.PRESENT for row in expected_at(made, now)}
        log = Log(
            began_at=now.replace(hour=9), ended_at=now.replace(hour=17), presence={**presence},
            venue="会议室" if told.kind != VISIT else "", modes=told.modes, minutes=told.minutes,
        )  # fmt: skip
        log_activity(made, log, by=by, now=now)

    def _people(self, unit: Unit) -> list[Person]:
        """Learners of the unit; of the office itself those who sit there."""
        learners = [person.pk for person in unit.learners[:3]]
        users = [] if learners else [user.pk for user in unit.users.values()]
        rows = Person.objects.filter(Q(pk__in=learners) | Q(user__in=users))
        return list(rows.select_related("organisation").order_by("seniority", "id"))
