"""A topic in two parts from the first of June: its seminars and research, logged; some months fall short (P2-51 to P2-55)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

from actionlearning.demo.clock import at
from actionlearning.demo.seminar_texts import (
    DOOR,
    DRAFTED,
    LEDGER,
    MINUTES,
    MUTUAL_HELP,
    NEXT,
    OF_LEDGER,
    OF_MUTUAL_HELP,
    PHOTOS,
    RECORDS,
    WHOLE,
    Told,
)
from actionlearning.demo.staff import Unit
from actionlearning.demo.story import Story
from actionlearning.demo.texts import Topic
from groups.models import Tenure
from groups.roles import BodyKind
from programmes.actions.activities import add_activity
from programmes.actions.activity_logs import Log, log_activity
from programmes.actions.doors import close_door, code_at, open_door, sign_in_at_door
from programmes.actions.loggers import team_on
from programmes.actions.method_records import open_record
from programmes.actions.next_steps import StepText
from programmes.actions.photos import add_photos
from programmes.actions.projects import propose_project
from programmes.actions.steps_done import finish_step
from programmes.actions.submissions import accept_project, submit_project
from programmes.actions.teams import Seat, set_team
from programmes.models import Activity, NextStep, Project
from programmes.models.project import TeamRole
from programmes.queries import local_day
from programmes.queries.arrivals import arrivals_of, guests_at_door
from programmes.states import ActivityKind, ActivityMode, ActivityState, Presence
from reporting.actions.from_activities import draft_from_activity

PARTS = ((LEDGER, OF_LEDGER, 3), (MUTUAL_HELP, OF_MUTUAL_HELP, 6))
"""With the place of the first of three learners who work on it."""
HOUR = 15
ROOM = "县民政局二楼会议室"
PAPER, BOARD, INK = (246, 241, 230), (196, 214, 205), (70, 82, 92)


@dataclass
class Seminars:
    """Those of one topic; `story` is this year's."""

    story: Story
    unit: Unit
    title: str

    def year(self) -> None:
        year, clock = self.story.programme.year, self.story.clock
        clock.put(at(date(year, 6, 1), 16), self._split)
        clock.put(at(date(year, 6, 26), 16), self._accept_parts)
        self._all_of(self.title, WHOLE)
        for topic, held, _first in PARTS:
            self._all_of(topic.title, held)
        title, (month, day) = NEXT
        clock.put(
            at(date(year, 11, 16), 9), lambda now: self._plan(title, date(year, month, day), now)
        )

    def hold(self, held: Iterable[Told]) -> None:
        """Of a topic without parts."""
        self._all_of(self.title, held)

    def _all_of(self, title: str, held: Iterable[Told]) -> None:
        year, clock = self.story.programme.year, self.story.clock
        for each in held:
            day = date(year, *each.day)
            day = day if clock.calendar.is_working(day) else clock.calendar.previous_working(day)
            if title == self.title and each.day == DOOR:
                clock.put(at(day, HOUR - 1, 40), lambda now, each=each: self._at_door(each, now))  # type: ignore[misc]
                continue
            clock.put(
                at(day, HOUR + 3),
                lambda now, each=each, title=title: self._hold(title, each, now),  # type: ignore[misc]
            )

    # -- the topic and its parts ---------------------------------------------------------------------------

    def _split(self, now: datetime) -> None:
        for topic, _held, first in PARTS:
            self._part(topic, first, now)

    def _part(self, topic: Topic, first: int, now: datetime) -> None:
        made = propose_project(
            programme=self.story.programme, organisation=self.unit.organisation,
            parent=self._project(self.title), by=self.unit.clerk, now=now, title=topic.title,
            background=topic.background, approach=topic.approach, months=topic.months,
            expected_result=topic.expected_result, participating_units=topic.participating,
        )  # fmt: skip
        leader, *others = self.unit.learners[first : first + 3]
        seats = [Seat(role=TeamRole.TEAM_LEADER, person=leader)]
        seats += [Seat(role=TeamRole.CORE_LEARNER, person=person) for person in others]
        set_team(made, seats=seats, by=self.unit.clerk, now=now)

    def _accept_parts(self, now: datetime) -> None:
        for topic, _held, _first in PARTS:
            sent = submit_project(self._project(topic.title), by=self.unit.clerk, now=now)
            said = "与总项目目标一致，同意分步实施。"
            office = self.story.office.director
            accept_project(sent, opinion=said, by=office, now=now + timedelta(minutes=30))

    def _project(self, title: str) -> Project:
        found: Project = Project.objects.get(programme=self.story.programme, title=title)
        return found

    # -- what was held -------------------------------------------------------------------------------------

    def _plan(self, title: str, day: date, now: datetime) -> None:
        add_activity(
            project=self._project(self.title), kind=ActivityKind.CORE_SEMINAR, title=title,
            first_day=day, begins=time(HOUR), ends=time(HOUR + 2), planned_venue=ROOM,
            planned_modes=(ActivityMode.DISCUSSION,), by=self.unit.clerk, now=now,
        )  # fmt: skip

    def _hold(self, title: str, told: Told, now: datetime) -> Activity:
        """Logged an hour after its end; what the topic's plan has proposed is that."""
        project = self._project(title)
        proposed = Activity.objects.filter(
            project=project, title=told.title, state=ActivityState.PROPOSED
        )
        made = proposed.first() or add_activity(
            project=project, kind=told.kind, title=told.title, first_day=local_day(now),
            by=self.unit.clerk, now=now,
        )  # fmt: skip
        held = self._log(made, told, now)
        if title == self.title and told.day == DRAFTED:
            draft_from_activity(held, by=self.unit.writer, now=now)
        return held

    def _log(
        self, made: Activity, told: Told, now: datetime, guests: tuple[str, ...] = ()
    ) -> Activity:
        began = now.replace(hour=HOUR, minute=0)
        team = team_on(self._of(made), began)
        mode = (
            ActivityMode.ON_SITE if told.kind == ActivityKind.RESEARCH else ActivityMode.DISCUSSION
        )
        log = Log(
            began_at=began, ended_at=began + timedelta(hours=2), guests=guests or self._experts(told),
            presence={row.pk: _presence(row, told) for row in team},
            venue="" if mode == ActivityMode.ON_SITE else ROOM, modes=(mode,),
            methods=told.methods, minutes=told.minutes or MINUTES,
            reflections="说事实的多了，下结论的少了。" if told.methods else "",
            steps=tuple(_steps(told, team, now)),
        )  # fmt: skip
        by = self.unit.clerk
        held = log_activity(made, log, by=by, now=now)
        for method in told.methods:
            question, content = RECORDS[method]
            open_record(held, method=method, question=question, content=content, by=by, now=now)
        for step in NextStep.objects.filter(activity=held):
            self._finish(step)
        return held

    def _experts(self, told: Told) -> tuple[str, ...]:
        """Of the unit's own expert group, where they hear the report of a topic."""
        if told.kind != ActivityKind.APPRAISAL_MEETING:
            return ()
        seats = Tenure.objects.filter(
            post__body__organisation=self.unit.organisation,
            post__body__kind=BodyKind.EXPERT_GROUP, ends_on=None,
        )  # fmt: skip
        return tuple(seats.order_by("post__rank").values_list("person_name", flat=True))

    def _of(self, activity: Activity) -> Project:
        return Project.objects.get(pk=activity.project_id)

    def _finish(self, step: NextStep) -> None:
        """Two days before it is due; what the September seminar left is not done yet, and carried on."""
        if step.due_on.month != 10:
            done = at(step.due_on - timedelta(days=2), 17)
            self.story.clock.put(done, lambda now: _done(step, self.unit, now))

    def _at_door(self, told: Told, now: datetime) -> None:
        """Planned for another hour and room, opened for the day, signed in with a telephone, logged with who came, photographed."""
        by = self.unit.clerk
        made = add_activity(
            project=self._project(self.title), kind=told.kind, title=told.title,
            first_day=local_day(now), begins=time(14, 30), ends=time(16, 30),
            planned_venue="县民政局三楼会议室", by=by, now=now,
        )  # fmt: skip
        door = open_door(made, by=by, now=now)
        for minute, user in enumerate((self.unit.leader, by, self.unit.director), 2):
            moment = now + timedelta(minutes=minute)
            sign_in_at_door(code_at(door, moment), by=user, now=moment)
        self.story.clock.put(
            now + timedelta(hours=3, minutes=20), lambda later: self._leave_door(made, told, later)
        )

    def _leave_door(self, made: Activity, told: Told, now: datetime) -> None:
        by = self.unit.clerk
        close_door(made, by=by, now=now)
        team = team_on(self._of(made), now)
        held = self._log(made, told, now, tuple(guests_at_door(arrivals_of(made), team)))
        for number, (name, caption) in enumerate(PHOTOS):
            uploads = [(BytesIO(picture(number)), name)]
            add_photos(held, uploads=uploads, caption=caption, by=by, now=now)


def _presence(row: Any, told: Told) -> str:
    if row.role in told.absent:
        return Presence.ABSENT
    excused = row.role == TeamRole.CORE_LEARNER and (row.rank + told.day[1]) % 7 == 0
    return Presence.EXCUSED if excused else Presence.PRESENT


def _steps(told: Told, team: list[Any], now: datetime) -> Iterable[StepText]:
    owners = [row for row in team if row.person_id] or team
    for number, (text, days) in enumerate(told.steps, 1):
        owner = owners[number % len(owners)]
        yield StepText(text, local_day(now) + timedelta(days=days), owner.pk)


def _done(step: NextStep, unit: Unit, now: datetime) -> None:
    fresh = NextStep.objects.select_related("activity", "project").get(pk=step.pk)
    finish_step(fresh, done=True, by=unit.clerk, now=now)


def picture(number: int) -> bytes:
    """People around a table, or cards on a wall: drawn, so that nobody is to be seen."""
    image = Image.new("RGB", (640, 420), PAPER)
    draw = ImageDraw.Draw(image)
    if number == 0:
        draw.ellipse((190, 150, 450, 290), fill=BOARD, outline=INK, width=3)
        for x, y in ((320, 110), (480, 150), (500, 270), (320, 330), (140, 270), (160, 150)):
            draw.ellipse((x - 26, y - 26, x + 26, y + 26), fill=INK)
    else:
        for place in range(12):
            x, y = 60 + place % 4 * 140, 50 + place // 4 * 120
            draw.rectangle((x, y, x + 100, y + 80), fill=BOARD, outline=INK, width=2)
            draw.line((x + 12, y + 30, x + 80, y + 30), fill=INK, width=3)
    kept = BytesIO()
    image.save(kept, "JPEG", quality=80)
    return kept.getvalue()
