"""Beside the papers of the county: problems on every part of their course, and what was planned and spent."""

from datetime import date, datetime
from functools import partial

from actionlearning.demo.clock import at
from actionlearning.demo.staff import Unit
from actionlearning.demo.story import Story
from programmes.actions.funds import add_fund_line, book_expense, reverse_expense
from programmes.actions.problem_steps import advise, check, escalate, reopen, solve, take_in_hand
from programmes.actions.problems import change_problem, raise_problem
from programmes.models import FundLine, Problem, Project
from programmes.queries import local_day


def problems(story: Story, unit: Unit, topic: str, year: int) -> None:
    """Closed, waiting above, back with advice, found by the office, opened again, and one just raised."""
    put = story.clock.put
    put(at(date(year, 7, 6), 9), partial(_closed, story, unit, topic))
    put(at(date(year, 8, 17), 9), partial(_advised, story, unit, topic))
    put(at(date(year, 9, 14), 10), partial(_found, story, unit, topic))
    put(at(date(year, 10, 12), 9), partial(_opened_again, story, unit, topic))
    put(at(date(year, 11, 2), 9), partial(_waits_above, story, unit, topic))
    put(at(date(year, 11, 16), 15), partial(_just_raised, story, unit, topic))


def _raised(
    story: Story,
    unit: Unit,
    topic: str,
    title: str,
    text: str,
    seat: int,
    due: date,
    now: datetime,
) -> Problem:
    return raise_problem(
        programme=story.programme, organisation=unit.organisation, project=_topic(unit, topic),
        title=title, text=text, person=unit.learners[seat], due_on=due, by=unit.clerk, now=now,
    )  # fmt: skip


def _topic(unit: Unit, title: str) -> Project | None:
    rows = Project.objects.filter(organisation=unit.organisation, title=title)
    found: Project | None = rows.order_by("-created_at").first()
    return found


def _later(year: int, month: int, day: int) -> datetime:
    return at(date(year, month, day), 10)


def _closed(story: Story, unit: Unit, topic: str, now: datetime) -> None:
    year, put = now.year, story.clock.put
    text = "入户摸底涉及9个乡镇，局里只有一辆车，每天只能走访一个村。"
    made = _raised(story, unit, topic, "入户摸底车辆不足", text, 1, date(year, 7, 31), now)
    office, clerk, director = story.office.director, unit.clerk, unit.director
    words = "请县行动办协调公务用车平台。"
    put(_later(year, 7, 8), lambda n: escalate(made, words=words, by=clerk, now=n))
    put(_later(year, 7, 10), lambda n: take_in_hand(made, by=office, now=n))
    done = "已从公务用车平台调剂两辆车，用到7月底。"
    put(_later(year, 7, 15), lambda n: solve(made, words=done, by=office, now=n))
    seen = "车辆已到位，摸底进度恢复。"
    put(_later(year, 7, 17), lambda n: check(made, words=seen, by=director, now=n))


def _advised(story: Story, unit: Unit, topic: str, now: datetime) -> None:
    year, put = now.year, story.clock.put
    text = "教育、卫健、妇联三家底册口径不一，比对后有二百余人对不上。"
    made = _raised(story, unit, topic, "部门底册口径不一", text, 2, date(year, 9, 30), now)
    office, clerk = story.office.director, unit.clerk
    asked = "需要三家单位共同核对，本单位协调不动。"
    put(_later(year, 8, 19), lambda n: escalate(made, words=asked, by=clerk, now=n))
    advice = "由你局牵头开一次联席会，县行动办派人参加；先核对差异最大的三个乡镇。"
    put(_later(year, 8, 28), lambda n: advise(made, words=advice, by=office, now=n))


def _found(story: Story, unit: Unit, topic: str, now: datetime) -> None:
    """Found on an inspection: the office sets the measure and will check it itself."""
    year, put = now.year, story.clock.put
    made = raise_problem(
        programme=story.programme, organisation=unit.organisation, project=_topic(unit, topic),
        title="研讨记录缺少反思环节", text="督查中查阅了两次研讨记录，均无反思和下一步安排。",
        measure="补齐记录，此后每次研讨当场记录反思。", due_on=date(year, 9, 30),
        by=story.office.director, now=now,
    )  # fmt: skip
    clerk = unit.clerk
    put(_later(year, 9, 15), lambda n: take_in_hand(made, by=clerk, now=n))
    done = "两次记录已补齐，并统一了记录样式。"
    put(_later(year, 9, 24), lambda n: solve(made, words=done, by=clerk, now=n))


def _opened_again(story: Story, unit: Unit, topic: str, now: datetime) -> None:
    year, put = now.year, story.clock.put
    text = "原定的会议室被占用，小组连续两次改期。"
    made = _raised(story, unit, topic, "小组研讨场地不固定", text, 3, date(year, 10, 30), now)
    clerk, director = unit.clerk, unit.director
    put(_later(year, 10, 13), lambda n: take_in_hand(made, by=clerk, now=n))
    done = "与机关事务中心商定每周四下午固定使用二楼会议室。"
    put(_later(year, 10, 15), lambda n: solve(made, words=done, by=clerk, now=n))
    put(_later(year, 10, 19), lambda n: check(made, by=director, now=n))
    again = "11月起会议室改作他用，需要另找场地。"
    put(_later(year, 11, 3), lambda n: reopen(made, words=again, by=clerk, now=n))


def _waits_above(story: Story, unit: Unit, topic: str, now: datetime) -> None:
    year, put = now.year, story.clock.put
    text = "试点乡镇没有专职儿童督导员，评估无人承担。"
    made = _raised(story, unit, topic, "试点乡镇缺少专职人员", text, 4, date(year, 11, 13), now)
    clerk = unit.clerk
    plan = "由局社会事务股先行代办。"
    put(_later(year, 11, 3), lambda n: change_problem(made, measure=plan, by=clerk, now=n))
    asked = "编制和人员需要县里统筹。"
    put(_later(year, 11, 5), lambda n: escalate(made, words=asked, by=clerk, now=n))


def _just_raised(story: Story, unit: Unit, topic: str, now: datetime) -> None:
    text = "年底前只剩两次集中研讨，转介流程图还未定稿。"
    _raised(story, unit, topic, "流程图定稿时间紧", text, 5, date(now.year, 12, 11), now)


def funds(story: Story, unit: Unit, topic: str, year: int) -> None:
    """Three purses; one entry taken back, one fund spent beyond its plan with the reason."""
    story.clock.put(at(date(year, 6, 22), 9), partial(_funds, story, unit, topic))


def _funds(story: Story, unit: Unit, topic: str, now: datetime) -> None:
    office, year = story.office, now.year
    add_fund_line(
        programme=story.programme, organisation=office.organisation, tier="region",
        source="自治区行动学习专项", planned=8_000_000, note="桂财行〔示例〕", by=office.director, now=now,
    )  # fmt: skip
    county = add_fund_line(
        programme=story.programme, organisation=unit.organisation, tier="county",
        source="县级行动学习专项", planned=4_000_000, by=unit.director, now=now,
    )  # fmt: skip
    own = add_fund_line(
        programme=story.programme, organisation=unit.organisation, project=_topic(unit, topic),
        tier="own", source="本单位公用经费", planned=500_000, by=unit.director, now=now,
    )  # fmt: skip
    entries = (
        (7, 20, county, 486_000, "入户摸底交通费", "记-0715", ""),
        (8, 21, county, 1_260_050, "促进师授课费", "记-0833", ""),
        (9, 18, own, 312_000, "研讨材料印制", "记-0907", ""),
        (10, 16, own, 236_500, "研讨场地费", "记-1011", "场地改期加收费用，局务会同意"),
    )
    for month, day, line, fen, what, voucher, reason in entries:
        book = partial(_book, unit, line, fen, what, voucher, reason)
        story.clock.put(at(date(year, month, day), 15), book)
    story.clock.put(at(date(year, 9, 4), 15), partial(_twice, unit, county))


def _book(
    unit: Unit, line: FundLine, fen: int, what: str, voucher: str, reason: str, now: datetime
) -> None:
    book_expense(
        line, day=local_day(now), amount=fen, purpose=what, voucher=voucher, reason=reason,
        by=unit.clerk, now=now,
    )  # fmt: skip


def _twice(unit: Unit, line: FundLine, now: datetime) -> None:
    """Booked a second time by mistake, and taken back."""
    made = book_expense(
        line, day=local_day(now), amount=1_260_050, purpose="促进师授课费", voucher="记-0833",
        by=unit.clerk, now=now,
    )  # fmt: skip
    reverse_expense(made, reason="与8月第33号凭证重复", by=unit.director, now=now)
