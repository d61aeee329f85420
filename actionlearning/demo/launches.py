"""What the bureau of the demonstration holds by itself: a launch, two classes, one to come; a visit of the county."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from actionlearning.demo import delegates
from actionlearning.demo.clock import at
from actionlearning.demo.gatherings import OF_THIS_YEAR, Gatherings
from actionlearning.demo.staff import Unit
from actionlearning.demo.story import Story
from groups.models import Person
from programmes.actions.activity_logs import Log, log_activity
from programmes.actions.loggers import expected_at
from programmes.actions.participants import add_participants, invite
from programmes.actions.selections import name_candidates, select_participant
from programmes.actions.unit_activities import plan_unit_activity
from programmes.models import Activity, Participant, TeamMember
from programmes.queries import local_day
from programmes.queries.learners import Audience, missing_a_class, people_of
from programmes.states import ActivityKind, ActivityMode, Presence, Selection

FIRST = {"concepts": Decimal(4), "process": Decimal(4)}
SECOND = {"methods": Decimal(6), "role_skills": Decimal(2)}
ABSENT = 2
"""So many of the first class stayed away."""
ROOM = "局机关三楼会议室"
REASON = "承担课题调研任务，工作需要"


def of_bureau(story: Story, unit: Unit, topic: str, today: date) -> None:
    """On `today` one class lies ahead, for those who missed the first."""
    year, clock = today.year, story.clock
    delegates.trainings(story, unit, topic, date(year, 8, 18))
    clock.put(at(date(year, 6, 16), 18), lambda now: _launch(story, unit, now))
    clock.put(at(date(year, 6, 23), 18), lambda now: _first(story, unit, topic, now))
    clock.put(at(date(year, 8, 25), 18), lambda now: _second(story, unit, now))
    Gatherings(clock, story.programme, story.office, [unit]).hold(OF_THIS_YEAR)
    yesterday = clock.calendar.previous_working(today)
    if story.programme.starts_on < yesterday < story.programme.ends_on:
        clock.put(at(yesterday, 15), lambda now: _ahead(story, unit, today, now))
        clock.put(at(yesterday, 16), lambda now: _visit(story, unit, today, now))


def _launch(story: Story, unit: Unit, now: datetime) -> None:
    made = _planned(story, unit, ActivityKind.LAUNCH, "行动学习启动会", now)
    _held(
        made,
        unit,
        now,
        minutes="局长作动员讲话，部署全年行动学习工作。",
        guests=("县行动办指导员",),
    )


def _first(story: Story, unit: Unit, topic: str, now: datetime) -> None:
    """The office and the first topic's team; the last of the list were away."""
    title = "行动学习理念与流程培训班"
    made = _planned(story, unit, ActivityKind.TRAINING, title, now, contents=FIRST)
    team = TeamMember.objects.in_force().filter(project__title=topic, person__isnull=False)
    asked = Audience(bodies=("executive_office",))
    office = people_of(unit.clerk, story.programme, asked, local_day(now))
    people = {row.pk: row for row in office}
    people |= {row.person_id: row.person for row in team.select_related("person__organisation")}
    inside = [each for each in people.values() if each.org_path.startswith(made.org_path)]
    add_participants(made, inside, by=unit.clerk, now=now)
    minutes = "讲授行动学习理念与流程，学员分组讨论本单位课题。"
    _held(made, unit, now, absent=ABSENT, venue=ROOM, minutes=minutes)


def _second(story: Story, unit: Unit, now: datetime) -> None:
    """For those who were at the first."""
    title = "行动学习方法技能培训班"
    made = _planned(story, unit, ActivityKind.TRAINING, title, now, contents=SECOND)
    seats = Participant.objects.filter(programme=story.programme, presence=Presence.PRESENT)
    there = Person.objects.filter(pk__in=seats.values("person"))
    add_participants(made, list(there.select_related("organisation")), by=unit.clerk, now=now)
    minutes = "讲授头脑风暴、团队列名等方法，现场演练并点评。"
    _held(made, unit, now, guests=("区外授课教师",), minutes=minutes)


def _ahead(story: Story, unit: Unit, today: date, now: datetime) -> None:
    """Those who missed the first are invited to make it up."""
    day = today + timedelta(days=9)
    made = _planned(
        story, unit, ActivityKind.TRAINING, "理念与流程补训班", now, contents=FIRST, first_day=day,
        begins=time(9), ends=time(17), planned_venue=ROOM, planned_modes=(ActivityMode.DISCUSSION,),
    )  # fmt: skip
    own = Person.objects.filter(organisation=unit.organisation).select_related("organisation")
    people = list(missing_a_class(own, FIRST))
    if people:
        add_participants(made, people, by=unit.clerk, now=now)
        invite(made, by=unit.clerk, now=now)


def _visit(story: Story, unit: Unit, today: date, now: datetime) -> None:
    """The county takes six; the bureau names two, of whom one is selected so far."""
    made = plan_unit_activity(
        programme=story.programme, organisation=story.office.organisation, places=6,
        kind=ActivityKind.STUDY_VISIT, title="赴先进县市考察学习", first_day=today + timedelta(days=20),
        last_day=today + timedelta(days=23), planned_modes=(ActivityMode.ON_SITE,), by=story.office.clerk, now=now,
    )  # fmt: skip
    own = Person.objects.filter(organisation=unit.organisation, ends_on=None)
    people = list(own.select_related("organisation").order_by("seniority", "pinyin", "id")[:2])
    named = name_candidates(story.programme, made.pk, people, by=unit.clerk, now=now)
    chosen = {"selection": Selection.TAKES_PART, "reason": REASON}
    select_participant(named[0], **chosen, by=story.office.clerk, now=now)


def _planned(
    story: Story, unit: Unit, kind: ActivityKind, title: str, now: datetime, **given: Any
) -> Activity:
    facts = {"first_day": local_day(now), **given}
    return plan_unit_activity(
        programme=story.programme, organisation=unit.organisation, kind=kind, title=title,
        by=unit.clerk, now=now, **facts,
    )  # fmt: skip


def _held(
    made: Activity,
    unit: Unit,
    now: datetime,
    *,
    absent: int = 0,
    guests: Iterable[str] = (),
    **told: Any,
) -> None:
    """From nine to five; the last `absent` of the list were not there."""
    rows = expected_at(made, now)
    here = max(len(rows) - absent, 1)
    presence = {
        row.pk: Presence.PRESENT if number < here else Presence.ABSENT
        for number, row in enumerate(rows)
    }
    began, ended = now - timedelta(hours=9), now - timedelta(hours=1)
    log = Log(began, ended, presence, guests=tuple(guests), modes=("discussion",), **told)
    log_activity(made, log, by=unit.clerk, now=now)
