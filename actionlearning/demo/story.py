"""What units and offices do in a programme, put on the clock act by act, through the real verbs."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from actionlearning.demo.clock import Clock, at
from actionlearning.demo.staff import Unit
from actionlearning.demo.texts import Topic, item_text
from actionlearning.foundation.errors import Refusal
from actionlearning.foundation.models import Notice
from groups.models import Person
from programmes.actions.evidence import report_nil
from programmes.actions.projects import choose_project, propose_project
from programmes.actions.submissions import accept_project, return_project, submit_project
from programmes.actions.sweeps import acknowledge
from programmes.actions.teams import Seat, set_team
from programmes.models import Obligation, Programme, Project
from programmes.models.project import TeamRole
from programmes.queries import local_day
from reporting.actions.items import (
    adopt_item,
    keep_item,
    pass_over_item,
    return_item,
    save_draft,
    sign_item,
    start_item,
    submit_item,
)
from reporting.models import InformationItem
from reporting.queries import types_of

ON_TIME, LATE, RETURNED, RETURNED_LATE, NIL, MISSED, EXTRA = (
    "on_time", "late", "returned", "returned_late", "nil", "missed", "extra",
)  # fmt: skip


GUIDE = "陆怀远"
"""The facilitator from outside."""


@dataclass
class Story:
    """One programme of one tenant and the people in it."""

    clock: Clock
    programme: Programme
    office: Unit
    plan_roles: tuple[str, ...]
    """Roles a team needs, the counted ones first; the rest of the team are learners."""
    draw: random.Random
    learners_as: str = "core_learner"
    """Role of the rest of a team, which has `team_size` seats besides its facilitator."""
    team_size: int = 8
    owes: bool = True
    """False: what its units send counts for no month."""

    def month(self, unit: Unit, topic: str, first: date, outcome: str) -> None:
        """What `unit` does about the monthly item of the month that begins on `first`."""
        play: dict[str, Callable[[], None]] = {
            ON_TIME: lambda: self._send(unit, topic, first, self._day(first, 12, 22)),
            EXTRA: lambda: self._two(unit, topic, first),
            LATE: lambda: self._send(unit, topic, first, self._late_day(first)),
            RETURNED: lambda: self._send(
                unit, topic, first, self._day(first, 14, 20), back_after=2
            ),
            RETURNED_LATE: lambda: self._send(
                unit, topic, first, self._day(first, 14, 20), back_after=9
            ),
            NIL: lambda: self._nil(unit, first),
            MISSED: lambda: self._only_acknowledge(unit, first),
        }
        play[outcome]()

    def under_way(self, unit: Unit, topic: str, today: date) -> None:
        """What lies about on the day a visitor comes: an extra item came back, this month's is begun."""
        day = self.clock.calendar.previous_working(today)
        before = self.clock.calendar.previous_working(day)
        if not self.programme.starts_on < before < today <= self.programme.ends_on:
            return
        first = day.replace(day=1)
        earlier = (first - timedelta(days=40)).replace(day=1)

        def send_back(now: datetime) -> None:
            item = self._draft(unit, topic, earlier, local_day(now), now)
            _sign_and_submit(unit, item, now + timedelta(minutes=20))
            reason = "请补充学员发言要点和下一步安排。"
            self.clock.put(
                now + timedelta(hours=6),
                lambda n: return_item(item, reason=reason, by=self.office.director, now=n),
            )

        if earlier >= self.programme.starts_on:
            self.clock.put(at(before, 9), send_back)
        self.clock.put(at(day, 16), lambda now: self._draft(unit, topic, first, day, now))

    def waits_above(self, unit: Unit, topic: str, today: date) -> None:
        day = self.clock.calendar.previous_working(today)
        if not self.programme.starts_on < day <= self.programme.ends_on:
            return

        def send(now: datetime) -> None:
            item = self._draft(unit, topic, day.replace(day=1), day, now)
            _sign_and_submit(unit, item, now + timedelta(minutes=20))

        self.clock.put(at(day, 10), send)

    def _day(self, first: date, low: int, high: int) -> date:
        day = first.replace(day=self.draw.randint(low, high))
        if self.clock.calendar.is_working(day):
            return day
        before = self.clock.calendar.previous_working(day)
        return before if before >= first else self.clock.calendar.add_working_days(day, 1)

    def _late_day(self, first: date) -> date:
        end = (first + timedelta(days=31)).replace(day=1)
        return self.clock.calendar.add_working_days(end, self.draw.randint(2, 6))

    def _two(self, unit: Unit, topic: str, first: date) -> None:
        self._send(unit, topic, first, self._day(first, 6, 11))
        self._send(unit, topic, first, self._day(first, 15, 21))

    def _send(self, unit: Unit, topic: str, first: date, day: date, *, back_after: int = 0) -> None:
        """Drafted, signed off and submitted within a morning; reviewed some days later."""
        hour = self.draw.randint(9, 10)

        def write(now: datetime) -> None:
            item = self._draft(unit, topic, first, day, now)
            self.clock.put(now + timedelta(minutes=40), lambda n: _sign_and_submit(unit, item, n))
            review = self.clock.calendar.add_working_days(day, self.draw.randint(1, 4))
            if back_after:
                self.clock.put(at(review, 15), lambda n: self._return(unit, item, n, back_after))
            else:
                self.clock.put(at(review, 15), lambda n: self._decide(item, n))

        self.clock.put(at(day, hour, self.draw.randint(0, 50)), write)

    def _draft(
        self, unit: Unit, topic: str, first: date, day: date, now: datetime
    ) -> InformationItem:
        number = InformationItem.objects.filter(organisation=unit.organisation).count()
        event = self.clock.calendar.previous_working(day)
        words = item_text(
            number,
            unit=unit.organisation.short_name or unit.organisation.name,
            topic=topic,
            day=f"{event.month}月{event.day}日",
        )
        known = [each.key for each in types_of(self.programme, day)]
        words["kind"] = words["kind"] if words["kind"] in known else known[-1]
        project = Project.objects.filter(organisation=unit.organisation, title=topic).first()
        return start_item(
            programme=self.programme,
            organisation=unit.organisation,
            by=unit.writer,
            now=now,
            event_date=event,
            phone="0774-72" + f"{self.draw.randint(0, 99999):05d}",
            truthful=True,
            project=project,
            window_key=f"{first:%Y-%m}" if self.owes else "",
            **words,
        )

    def _return(self, unit: Unit, item: InformationItem, now: datetime, back_after: int) -> None:
        return_item(
            item,
            reason="请补充研讨形成的具体措施和责任人，并核对参加人数。",
            by=self.office.director,
            now=now,
        )
        back = self.clock.calendar.add_working_days(local_day(now), back_after)
        self.clock.put(at(back, 11), lambda n: self._again(unit, item, n))

    def _again(self, unit: Unit, item: InformationItem, now: datetime) -> None:
        fresh = InformationItem.objects.get(pk=item.pk)
        body = fresh.body + "会议明确由办公室牵头，各股室按分工落实，每周通报进展。"
        save_draft(fresh, by=unit.writer, now=now, body=body)
        self.clock.put(now + timedelta(minutes=30), lambda n: _sign_and_submit(unit, item, n))
        self.clock.put(now + timedelta(days=2), lambda n: self._decide(item, n))

    def _decide(self, item: InformationItem, now: datetime) -> None:
        fresh = InformationItem.objects.get(pk=item.pk)
        if fresh.state != "submitted":
            return
        lot = self.draw.random()
        if lot < 0.75:
            adopt_item(fresh, by=self.office.director, now=now, opinion="内容扎实，编入本期简报。")
        elif lot < 0.88:
            keep_item(fresh, by=self.office.director, now=now)
        else:
            pass_over_item(
                fresh,
                by=self.office.director,
                now=now,
                opinion="同类做法近期已刊发，请挖掘新的特色。",
            )

    def _nil(self, unit: Unit, first: date) -> None:
        def say(now: datetime) -> None:
            duty = self._duty(unit, first)
            if duty is not None:
                report_nil(
                    duty,
                    reason="本月集中开展收费保畅，未组织行动学习活动。",
                    by=unit.leader,
                    now=now,
                )

        self.clock.put(at(self._day(first, 20, 24), 16), say)

    def _only_acknowledge(self, unit: Unit, first: date) -> None:
        """Silence until the ladder has climbed; then the clerk says that they know."""

        def admit(now: datetime) -> None:
            duty = self._duty(unit, first)
            notice = (
                duty
                and Notice.objects.filter(about=duty.pk, recipient=unit.director)
                .order_by("at")
                .last()
            )
            if notice:
                acknowledge(notice, by=unit.director, now=now)

        end = (first + timedelta(days=31)).replace(day=1)
        self.clock.put(at(self.clock.calendar.add_working_days(end, 4), 10), admit)

    def _duty(self, unit: Unit, first: date) -> Obligation | None:
        found: Obligation | None = Obligation.objects.filter(
            programme=self.programme,
            organisation=unit.organisation,
            deliverable="information_item",
            window_key=f"{first:%Y-%m}",
        ).first()
        return found

    def topic(
        self,
        unit: Unit,
        topic: Topic,
        days: tuple[date, date, date],
        *,
        returned: bool = False,
        by_paper: bool = False,
    ) -> None:
        """Proposed, chosen by the leading group, submitted with its team, decided by the office above.

        `by_paper`: the group chooses it in its decision on the candidates' own paper.
        """
        proposed, chosen, submitted = days

        def propose(now: datetime) -> None:
            project = self._propose(unit, topic, now)
            if not by_paper:
                self.clock.put(at(chosen, 15), lambda n: _choose(unit, project, n))
            self.clock.put(
                at(submitted, 10), lambda n: self._submit_topic(unit, project, n, returned)
            )

        self.clock.put(at(proposed, 10), propose)

    def _propose(self, unit: Unit, topic: Topic, now: datetime) -> Project:
        return propose_project(
            programme=self.programme,
            organisation=unit.organisation,
            by=unit.clerk,
            now=now,
            title=topic.title,
            background=topic.background,
            approach=topic.approach,
            expected_result=topic.expected_result,
            participating_units=topic.participating,
            months=topic.months,
            source="survey",
            source_note="年初专题调研，征求各股室和基层单位意见",
            year_task="列入本单位年度重点工作任务",
        )

    def candidate(self, unit: Unit, topic: Topic, day: date) -> None:
        """Waits for the leading group."""
        if self.programme.starts_on < day <= self.programme.ends_on:
            self.clock.put(at(day, 11), lambda now: self._propose(unit, topic, now))

    def _submit_topic(self, unit: Unit, project: Project, now: datetime, returned: bool) -> None:  # noqa: FBT001
        set_team(project, seats=self._seats(unit), by=unit.clerk, now=now)
        submit_project(Project.objects.get(pk=project.pk), by=unit.clerk, now=now)
        review = self.clock.calendar.add_working_days(local_day(now), 3)
        if returned:
            self.clock.put(at(review, 16), lambda n: self._send_back(unit, project, n))
        else:
            self.clock.put(at(review, 16), lambda n: self._accept(project, n))

    def _send_back(self, unit: Unit, project: Project, now: datetime) -> None:
        return_project(
            Project.objects.get(pk=project.pk), opinion="请补充课题的里程碑和参与单位分工。",
            by=self.office.director, now=now,
        )  # fmt: skip
        back = self.clock.calendar.add_working_days(local_day(now), 2)

        def again(n: datetime) -> None:
            submit_project(Project.objects.get(pk=project.pk), by=unit.clerk, now=n)
            self.clock.put(n + timedelta(days=2), lambda m: self._accept(project, m))

        self.clock.put(at(back, 9, 30), again)

    def _accept(self, project: Project, now: datetime) -> None:
        accept_project(
            Project.objects.get(pk=project.pk),
            opinion="材料齐全，准予实施。",
            by=self.office.director,
            now=now,
        )

    def _conveners(self, unit: Unit) -> Iterator[Person]:
        """The leader in charge (P2-31)."""
        return iter(Person.objects.filter(user=unit.leader))

    def _seats(self, unit: Unit) -> list[Seat]:
        people = iter(unit.learners)
        conveners = self._conveners(unit) if TeamRole.CONVENER in self.plan_roles else iter(())
        seats = [
            Seat(role=role, person=next(conveners if role == TeamRole.CONVENER else people))
            for role in self.plan_roles
        ]
        used = {seat.person.pk for seat in seats if seat.person}
        rest = [person for person in unit.learners if person.pk not in used]
        free = max(0, self.team_size - len(seats))
        seats += [Seat(role=self.learners_as, person=person) for person in rest[:free]]
        return [*seats, Seat(role="facilitator", name=GUIDE, title="区外促进师，党校副教授")]


def _choose(unit: Unit, project: Project, now: datetime) -> None:
    choose_project(
        project, by=unit.leader, now=now, opinion="符合重要性、紧迫性、可行性要求，同意列为课题。"
    )


def _sign_and_submit(unit: Unit, item: InformationItem, now: datetime) -> None:
    fresh = InformationItem.objects.get(pk=item.pk)
    fresh = sign_item(fresh, by=unit.director, now=now)
    try:
        submit_item(fresh, by=unit.clerk, now=now + timedelta(minutes=5), truthful=True)
    except Refusal as refused:
        raise RuntimeError(f"{unit.organisation} {item.title}: {refused.message}") from refused
