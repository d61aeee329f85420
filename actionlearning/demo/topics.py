"""What stands beside the county's topics: opinions and scores of a candidate, milestones, a topic concluded."""

from datetime import date, datetime

from actionlearning.demo.clock import at
from actionlearning.demo.panels import dismiss
from actionlearning.demo.papers import Desk
from actionlearning.demo.seminar_texts import OF_A_MODEL
from actionlearning.demo.seminars import Seminars
from actionlearning.demo.staff import Unit
from actionlearning.demo.story import Story
from groups.roles import BodyKind
from programmes.actions.conclusions import conclude_project
from programmes.actions.milestones import add_milestone, change_milestone
from programmes.actions.topic_opinions import add_opinion
from programmes.actions.topic_scores import Mark, score_topic
from programmes.models import Project
from programmes.queries import local_day

SCORES = (
    ("importance", 4, "关系婚俗改革试点能否按期验收。", 4, "列入县委移风易俗任务清单。"),
    ("urgency", 3, "彩礼有反弹，但尚可控。", 4, "年底办酒集中，宜早动手。"),
    ("comprehensiveness", 4, "要民政、妇联、乡镇一起做。", 3, "牵头单位明确，协作面不大。"),
    ("feasibility", 5, "登记点和志愿者都是现成的。", 4, "经费不多，本局可以解决。"),
)
OPINIONS = (
    ("六名乡镇民政助理", "城关镇等六个乡镇", "红白事理事会管不住攀比，希望县里出统一的倡议标准。"),
    ("县妇联权益部", "县妇联", "愿意派家庭辅导志愿者，建议婚前辅导放在登记当天。"),
    ("十二对登记当事人", "县婚姻登记处", "辅导时间控制在半小时以内比较能接受。"),
)
MILESTONES = (
    ("完成五个乡镇入户摸底", (7, 31), (7, 29)),
    ("探访、互助、应急三项机制试运行", (9, 15), (9, 24)),
    ("五个乡镇互助点全部挂牌", (11, 13), None),
    ("形成探访关爱工作规程", (12, 15), None),
)
RESULT = (
    "印发《社会救助“一门受理”工作规程》，18类事项归并为一张清单；"
    "平均办理时限由23个工作日压缩到14个工作日，材料减少41%，9个乡镇全部设综合窗口。"
)
WITHOUT = "培训安排已起草，随县政府文件一并印发，未单独报送。"
SOLVED = "跑多个窗口、材料重复提交的问题已解决；跨县户籍核对仍靠函询，作为下一步课题。"


def pool(story: Story, unit: Unit, title: str, day: date) -> None:
    """The waiting candidate: three were asked, the clerk and the director have scored it."""

    def gather(now: datetime) -> None:
        project = Project.objects.get(programme=story.programme, title=title)
        for giver, where, text in OPINIONS:
            add_opinion(
                project, giver=giver, giver_unit=where, text=text, given_on=local_day(now),
                by=unit.clerk, now=now,
            )  # fmt: skip
        mine = {key: Mark(points, why) for key, points, why, *_rest in SCORES}
        theirs = {key: Mark(points, why) for key, _p, _w, points, why in SCORES}
        score_topic(project, marks=mine, by=unit.clerk, now=now)
        score_topic(project, marks=theirs, by=unit.director, now=now)

    if story.programme.starts_on < day <= story.programme.ends_on:
        story.clock.put(at(day, 15), gather)


def milestones(story: Story, unit: Unit, title: str, year: int) -> None:
    """Reached, reached late, overdue, still to come."""
    for text, due, reached in MILESTONES:
        story.clock.put(
            at(date(year, 7, 1), 10),
            lambda now, text=text, due=due, reached=reached: _milestone(  # type: ignore[misc]
                story, unit, title, text, date(year, *due), reached and date(year, *reached), now
            ),
        )


def _milestone(
    story: Story, unit: Unit, title: str, text: str, due: date, reached: date | None, now: datetime
) -> None:
    project = Project.objects.get(programme=story.programme, title=title, level=1)
    made = add_milestone(project, title=text, due_on=due, by=unit.clerk, now=now)
    if reached:
        story.clock.put(
            at(reached, 17),
            lambda n: _said(change_milestone(made, done_on=reached, by=unit.clerk, now=n)),
        )


def _said(_milestone: object) -> None:
    """A verb's answer that nobody needs."""


def concluded(story: Story, desk: Desk, title: str) -> None:
    """A model: its papers, seminars and research in time; others find it by its result."""
    year, leader = story.programme.year, desk.unit.leader
    desk.whole_way("team_list", date(year, 6, 26), topic=title)
    desk.whole_way("project_plan", date(year, 7, 7), topic=title)
    Seminars(story, desk.unit, title).hold(OF_A_MODEL)
    desk.whole_way("solution_report", date(year, 9, 15), topic=title)
    story.clock.put(
        at(date(year, 9, 30), 10), lambda now: dismiss(desk.unit, BodyKind.REVIEW_TEAM, now)
    )
    desk.whole_way("appraisal_report", date(year, 11, 19), topic=title, returned=True)
    desk.draft(
        "training_plan", date(year, 9, 1), topic=title, words={"contents": "窗口业务和政策口径"}
    )
    day = date(year, 12, 18)

    def conclude(now: datetime) -> None:
        project = Project.objects.get(programme=story.programme, title=title, level=1)
        conclude_project(
            project, result_summary=RESULT, solved=SOLVED, papers_reason=WITHOUT, concluded_on=day,
            by=leader, now=now,
        )  # fmt: skip

    story.clock.put(at(day, 16), conclude)
