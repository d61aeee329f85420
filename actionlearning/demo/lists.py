"""Team lists, candidates and a refused plan in the demonstration: in time and late, decided, changed afterwards, revised."""

from collections.abc import Collection
from datetime import date, datetime

from actionlearning.demo.clock import Clock, at
from actionlearning.demo.papers import Desk, Then, acts, county_papers
from actionlearning.demo.staff import DEPUTY, Unit
from actionlearning.demo.story import Story
from actionlearning.foundation.models import User
from programmes.actions.proposals import CHOSEN, DECLINED, Verdict
from programmes.actions.teams import Seat, add_member
from programmes.actions.turns import take_turn
from programmes.models import Dossier, Project
from programmes.procedures import Outcome


def county_desk(
    clock: Clock, story: Story, unit: Unit, office: Unit, topics: tuple[str, str], today: date
) -> None:
    """Plan 2's papers of every kind."""
    desk = Desk(clock, story.programme, unit)
    county_papers(desk, office, topics, today)
    yesterday = clock.calendar.previous_working(today)
    refused_plan(desk, office.users["promotion_team_leader"], topics[1], yesterday)
    county_proposals(desk, topics, today)
    county_lists(desk, topics, today)


def county_lists(desk: Desk, topics: tuple[str, str], today: date) -> None:
    """Plan 2: the main leader says his opinion, all of the leading group confirm; one team has changed since.

    Of the second topic the list came late; its revision waits for the leader.
    """
    year, leader, deputy = today.year, desk.unit.leader, desk.unit.users[DEPUTY]
    yesterday = desk.clock.calendar.previous_working(today)
    first, second = topics
    changed = yesterday > date(year, 7, 20)
    desk.send(
        "team_list",
        date(year, 6, 10),
        [
            (date(year, 6, 11), acts(leader, Outcome.GIVEN, "人选熟悉业务，同意。")),
            (date(year, 6, 12), acts(leader, Outcome.CONFIRMED, "审定同意。")),
            (date(year, 6, 15), acts(deputy, Outcome.CONFIRMED, "同意。")),
        ],
        topic=first,
    )
    desk.send(
        "team_list",
        date(year, 7, 9),
        [
            (date(year, 7, 10), acts(leader, Outcome.GIVEN, "请尽快报齐，下不为例。")),
            (date(year, 7, 13), acts(deputy, Outcome.CONFIRMED)),
            (date(year, 7, 14), acts(leader, Outcome.CONFIRMED)),
            *([(yesterday, desk.revised("增补一名观察员，请专家把关。"))] if changed else []),
        ],
        topic=second,
    )
    if not changed:
        return
    expert = Seat(role="observer", name="蒙学清", title="社会工作学院教授", duties="提供咨询和指导")
    _joins(desk, first, expert, date(year, 8, 3))  # in time for the training plan of that week
    _joins(desk, second, expert, yesterday)


def refused_plan(desk: Desk, above: User, topic: str, revised: date) -> None:
    """Sent in time and refused; its revision lies above since the eve of the visit."""
    sent, refused = date(revised.year, 7, 24), date(revised.year, 7, 31)
    no = "与首个项目同时铺开，力量和经费都不足，不予批准；请缩小范围，调整后另报。"
    then: list[tuple[date, Then]] = [(refused, acts(above, Outcome.REFUSED, no))]
    if revised > refused:
        goal = "先在两个乡镇试点，年底前形成可推广的流程。"
        then.append((revised, desk.revised("按审批意见缩小范围。", goal=goal)))
    desk.send("project_plan", sent, then, topic=topic)


def county_proposals(desk: Desk, chosen: tuple[str, str], today: date) -> None:
    """Two candidates in one paper: one is chosen, one is declined. Another paper waits for the leader."""
    year, leader = today.year, desk.unit.leader
    desk.send(
        "topic_proposal",
        date(year, 6, 12),
        [(date(year, 6, 15), _decides(leader, chosen))],
        words={
            "survey": "走访12个乡镇和6家福利机构，征求干部意见86条，梳理出群众反映集中的问题3个。"
        },
    )
    waiting = desk.clock.calendar.previous_working(today)
    if waiting > date(year, 6, 20):
        desk.clock.put(at(waiting, 14), lambda now: desk.write("topic_proposal", now, _LATER))


def proposed(desk: Desk, title: str, sent: date, decided: date) -> None:
    """One candidate on paper, and the leader's word on it."""
    decision = [(decided, _decides(desk.unit.leader, (title,)))]
    desk.send("topic_proposal", sent, decision, words=_SURVEY)


_SURVEY = {"survey": "经走访座谈，干部群众普遍认为该问题急需解决。"}
_LATER = {"survey": "年底走访中干部提出，拟作为下一步备选。"}


def _decides(leader: User, chosen: Collection[str]) -> Then:
    def deed(now: datetime, paper: Dossier) -> None:
        turn = paper.turns.get(acted_at=None)
        verdicts = [
            Verdict(row["id"], CHOSEN)
            if row["title"] in chosen
            else Verdict(row["id"], DECLINED, "与年度重点工作衔接不紧，本期不列。")
            for row in paper.content["topics"]
        ]
        take_turn(
            turn, outcome=Outcome.ADOPTED, opinion="经领导小组会议研究，意见如下。", text=turn.text,
            topics=verdicts, by=leader, now=now,
        )  # fmt: skip

    return deed


def _joins(desk: Desk, topic: str, seat: Seat, day: date) -> None:
    def join(now: datetime) -> None:
        rows = Project.objects.filter(programme=desk.programme, title=topic)
        add_member(rows.get(level=1), seat=seat, by=desk.unit.clerk, now=now)

    desk.clock.put(at(day, 9), join)


def group_list(desk: Desk, office: Unit, topic: str, year: int) -> None:
    """Plan 1: the list goes up with the plan and is checked by the office above."""
    checked = acts(office.clerk, Outcome.PASSED, "人数、角色符合要求。")
    desk.send("team_list", date(year, 5, 29), [(date(year, 6, 2), checked)], topic=topic)
