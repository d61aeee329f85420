"""What the county shows besides the months: a guest from outside, a topic in parts, an institution below."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import BytesIO

from actionlearning.demo.clock import at
from actionlearning.demo.staff import Staff, Unit
from actionlearning.demo.story import GUIDE, Story
from actionlearning.demo.texts import Topic
from actionlearning.foundation.models import User
from groups.actions.grants import grant
from groups.actions.roster_batches import receive_batch
from groups.models import Organisation
from groups.states import BatchKind
from programmes.actions.enrolments import enrol
from programmes.actions.projects import propose_project
from programmes.actions.submissions import accept_project, submit_project
from programmes.actions.teams import Seat, set_team
from programmes.models import Project

GUIDE_LOGIN = "cujinshi"


@dataclass
class Part:
    """A piece of a topic and, if it is split again, its own pieces."""

    topic: Topic
    pieces: tuple["Part", ...] = ()


def _part(title: str, background: str, approach: str, result: str, *pieces: Part) -> Part:
    return Part(Topic(title, background, approach, result, "县民政局", 4), pieces)


PARTS = (
    _part(
        "困境儿童排查建档",
        "底册来自三个部门，口径不一，重复和遗漏并存。",
        "统一排查表，村级儿童主任入户核实，逐户建档。",
        "建成一人一档，底册与教育、妇联数据相符。",
        _part(
            "监护评估试点",
            "评估凭经验，同一情形在不同乡镇结论不一。",
            "选两个乡镇试用评估量表，每周集中会商疑难个案。",
            "形成监护评估量表和会商记录样式。",
        ),
    ),
    _part(
        "救助转介流程再造",
        "首问单位不明，个案在部门间往返。",
        "画出现有流程，合并环节，明确首问和限时。",
        "形成转介流程图，个案转介不超过五个工作日。",
    ),
)


def guest(staff: Staff, story: Story, unit: Unit, title: str, day: date) -> None:
    """The facilitator gets a sign-in and sees this topic, not its sister."""

    def open_it(now: datetime) -> None:
        user = staff.sign_in(GUIDE_LOGIN, None, now, name=GUIDE)
        project = _project(unit, title)
        grant(project, to=user, reason="担任本课题的区外促进师", by=unit.director, now=now)

    story.clock.put(at(day, 9), open_it)


def split(story: Story, unit: Unit, title: str, days: tuple[date, date]) -> None:
    """The accepted topic gets its parts; each has a small group and goes up like its whole.

    The first is accepted; the second went up on the working day before the visitor's and waits.
    """
    first, today = days
    waiting = story.clock.calendar.previous_working(today)
    if first < waiting <= story.programme.ends_on:
        story.clock.put(
            at(first, 9), lambda now: _add(story, unit, _project(unit, title), PARTS[0], now)
        )
        story.clock.put(
            at(waiting, 9), lambda now: _add(story, unit, _project(unit, title), PARTS[1], now)
        )


def _add(story: Story, unit: Unit, whole: Project, part: Part, now: datetime) -> None:
    topic = part.topic
    made = propose_project(
        programme=story.programme, organisation=unit.organisation, parent=whole, by=unit.clerk,
        now=now, title=topic.title, background=topic.background, approach=topic.approach,
        expected_result=topic.expected_result, participating_units=topic.participating,
        months=topic.months,
    )  # fmt: skip
    leader, *others = unit.learners[whole.level : whole.level + 3]
    seats = [Seat(role="team_leader", person=leader)]
    seats += [Seat(role="core_learner", person=person) for person in others]
    set_team(made, seats=seats, by=unit.clerk, now=now)
    sent = submit_project(_fresh(made), by=unit.clerk, now=now + timedelta(minutes=20))
    office = story.office.director
    if part is not PARTS[-1]:
        opinion = "分工清楚，同意分步实施。"
        accept_project(sent, opinion=opinion, by=office, now=now + timedelta(minutes=40))
    for piece in part.pieces:
        _add(story, unit, made, piece, now + timedelta(minutes=50))


def _fresh(project: Project) -> Project:
    found: Project = Project.objects.get(pk=project.pk)
    return found


def _project(unit: Unit, title: str) -> Project:
    found: Project = Project.objects.filter(organisation=unit.organisation, title=title).latest(
        "created_at"
    )
    return found


def institution(story: Story, owner: User, bureau: Unit, unit: Unit) -> Story:
    """It takes part under the bureau without owing; what it sends, the bureau decides."""
    enrol(
        story.programme,
        unit.organisation,
        supervisor=bureau.organisation,
        starts_on=story.programme.starts_on,
        obliged=False,
        by=owner,
        now=at(story.programme.starts_on, 9),
    )
    return Story(story.clock, story.programme, bureau, story.plan_roles, story.draw, owes=False)


_SHEET = """县民政局新进人员花名册,,,
序号,姓名*,职务,联系电话,到岗时间
1,覃　海,办公室干事,0774-7280011,2026.9
2,阿依古丽•买买提,社会救助股干事,0774-7280012,2026年9月1日
3,莫小雅、农志强,驻村工作队员,,2026.10
注：联系电话为办公电话,,,,
"""


def sheet(unit: Unit, now: datetime) -> None:
    """Sent in and waiting: the worker reads it, and somebody has to decide about the cell with two names."""
    receive_batch(
        kind=BatchKind.PERSONS,
        organisation=unit.organisation,
        upload=BytesIO(_SHEET.encode("gb18030")),
        name="新进人员花名册.csv",
        by=unit.director,
        now=now,
    )


def roster(staff: Staff, organisation: Organisation, now: datetime) -> None:
    """An institution's people; none of them has a sign-in."""
    for rank, title in enumerate(("负责人", "业务员", "业务员"), 1):
        staff.person(organisation, title, now, rank=rank * 10)
