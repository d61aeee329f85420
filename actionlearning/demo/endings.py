"""Papers of the region that do not simply go through: refused, declined, changed, taken back, replaced, or begun."""

from collections.abc import Callable, Sequence
from datetime import date

from actionlearning.demo.papers import Desk
from programmes.procedures import Outcome

Told = Callable[[Sequence[Desk], Sequence[str], date], None]


def otherwise(pack: str, desks: Sequence[Desk], topics: Sequence[str], opened: date) -> None:
    """With the third and the fourth unit of a scene; `opened`: the day on which its programme was."""
    told = ENDINGS.get(pack)
    if told is not None:
        told(desks[2:4], topics[2:4], opened)


def _after(desk: Desk, day: date, count: int) -> date:
    return desk.clock.calendar.add_working_days(day, count)


def _companies(desks: Sequence[Desk], _topics: Sequence[str], opened: date) -> None:
    """Plan 1: taken back, a draft; on the eve of the visit one comes back and one lies before the leader."""
    third, fourth = desks
    day = _after(third, opened, 60)
    withdrawn = third.taken_back("部分数据有误，核实后另报。")
    third.send("progress_report", day, [(_after(third, day, 2), withdrawn)])
    calendar = third.clock.calendar
    eve = calendar.previous_working(third.clock.until.date())
    before = calendar.previous_working(eve)
    if not third.programme.starts_on < before < eve <= third.programme.ends_on:
        return
    third.draft("progress_report", eve, words={"done": "本季度开展研讨两次。"})
    back = fourth.said(Outcome.RETURNED, "下步打算请写明完成时限。")
    fourth.send("progress_report", before, [(eve, back)])
    words = {"system": "行动学习学习制度"}
    fourth.send("system_document", eve, title=words["system"], words=words)


def _cities(desks: Sequence[Desk], topics: Sequence[str], opened: date) -> None:
    """Plan 3: one leadership declines its team's solution, another adopts it with changes; a plan is revised."""
    third, fourth = desks
    first, revised = _after(third, opened, 25), _after(third, opened, 70)
    reason = "半年回顾：牵头部门有调整。"
    third.send(
        "implementation_plan",
        first,
        [
            (_after(third, first, 2), third.said(Outcome.CONFIRMED)),
            (revised, third.revised(reason, measures="由市委组织部牵头，财政局配合落实经费。")),
            (_after(third, revised, 2), third.said(Outcome.CONFIRMED, "调整合理。")),
        ],
    )
    day = _after(third, opened, 75)
    no = third.said(Outcome.DECLINED, "所需编制本年度无法解决，暂不列入决策。")
    third.send("solution_report", day, [(_after(third, day, 3), no)], topic=topics[0])
    changed = fourth.said(Outcome.ADOPTED_WITH_CHANGES, "同意，先在两个乡镇试行，再全面推开。")
    fourth.send("solution_report", day, [(_after(fourth, day, 3), changed)], topic=topics[1])


def _organs(desks: Sequence[Desk], topics: Sequence[str], opened: date) -> None:
    """Checked by the office, refused by the leading group."""
    third, _fourth = desks
    day = _after(third, opened, 55)
    third.send(
        "project_plan",
        day,
        [
            (_after(third, day, 2), third.said(Outcome.PASSED)),
            (_after(third, day, 5), third.said(Outcome.REFUSED, "与已立项的项目重复，不予批准。")),
        ],
        topic=topics[0],
    )


ENDINGS: dict[str, Told] = {"plan1": _companies, "plan3": _cities, "organs": _organs}
