"""The county's registers: a regulation issued before, decisions on record, and a duty that waits for a paper."""

from datetime import date, datetime

from actionlearning.demo.clock import Clock, at
from actionlearning.demo.staff import Unit
from actionlearning.demo.story import Story
from groups.roles import BodyKind
from programmes.actions.decisions import follow_up, sign_decision, write_decision
from programmes.actions.laying import lay_down
from programmes.actions.plans import change_rule
from programmes.actions.regulations import enter_regulation
from programmes.models import Decision, DecisionOutcome, Programme
from programmes.queries import head_of, local_day

PRESENT = "组长、副组长、各成员股室负责人"


def registers(story: Story, office: Unit, unit: Unit, today: date) -> None:
    year, put = today.year, story.clock.put
    put(at(date(year, 7, 3), 10), lambda now: _issued_before(story, unit, now))
    put(at(date(year, 7, 13), 17), lambda now: _by_hand(story, unit, now))
    put(at(date(year, 8, 17), 10), lambda now: _on_a_request(story, office, now))
    first = today.replace(day=1)
    if date(year, 7, 1) <= first <= date(year, 12, 1):
        eve = story.clock.calendar.previous_working(first)
        put(at(eve, 16), lambda now: _seminars(story, office, first, now))


def issued(
    clock: Clock, programme: Programme, unit: Unit, day: date, *, but: str | None = None
) -> None:
    """Every system that the plan lists, entered on the day of issue; `but`: one that comes as a paper."""

    def enter(now: datetime) -> None:
        unlisted = {"key": "", "name": "管理办法"}
        for number, row in enumerate(head_of(programme).get("systems") or [unlisted], 1):
            if row["key"] != but:
                enter_regulation(
                    programme=programme, organisation=unit.organisation, system=row["key"],
                    name=f"行动学习{row['name']}", document_number=f"行学发〔{now.year}〕{number}号",
                    issued_on=local_day(now), by=unit.clerk, now=now,
                )  # fmt: skip

    clock.put(at(day, 11), enter)


def _issued_before(story: Story, unit: Unit, now: datetime) -> None:
    """With five papers on their way that leaves one of the seven systems missing, and one with its unit again."""
    enter_regulation(
        programme=story.programme, organisation=unit.organisation, system="work",
        name="县民政局机关工作制度", document_number=f"藤民发〔{now.year - 1}〕17号",
        issued_on=date(now.year - 1, 9, 12), by=unit.clerk, now=now,
        text="第一条　每周一上午召开局务会，通报上周工作，安排本周任务。\n第二条　行动学习事项列入局务会固定议题。",
    )  # fmt: skip


def _by_hand(story: Story, unit: Unit, now: datetime) -> None:
    """A major issue without a paper: recorded, signed, followed."""
    made = write_decision(
        programme=story.programme, organisation=unit.organisation, body=BodyKind.LEADING_GROUP,
        held_on=local_day(now), venue="局三楼会议室", present=PRESENT,
        matter="调整行动学习经费使用安排", outcome=DecisionOutcome.ADOPTED_WITH_CHANGES,
        text="同意从本单位公用经费中增列调研交通费，不超过年初安排的两成；培训经费不作调整。",
        by=unit.clerk, now=now,
    )  # fmt: skip
    made = sign_decision(made, by=unit.leader, now=now)

    def done(later: datetime) -> None:
        words = "财务股已按会议决定办理调整，并在局务会上通报。"
        follow_up(made, day=local_day(later), text=words, by=unit.clerk, now=later)

    story.clock.put(at(date(now.year, 7, 22), 10), done)


def _on_a_request(story: Story, office: Unit, now: datetime) -> None:
    """The office signs what it decided on the unit's request for support."""
    papers = Decision.objects.filter(organisation=office.organisation, dossier__isnull=False)
    row = papers.filter(signed_at=None).first()
    if row is not None:
        sign_decision(row, by=office.clerk, now=now)


def _seminars(story: Story, office: Unit, first: date, now: datetime) -> None:
    """From this month on the monthly seminars are counted: one topic's plan still lies with the promotion team."""
    change_rule(
        story.programme, "project_seminars", {"enabled": None, "note": None},
        applies_from=first, by=office.director, now=now,
    )  # fmt: skip
    lay_down(story.programme, now=now)
