"""What the log of an activity says, worded as an information item: typed once, read over, sent."""

from datetime import date, datetime
from typing import Any

from programmes.methods import catalogue
from programmes.models import Activity, NextStep
from programmes.queries import ZONE, head_of, local_day
from programmes.queries.next_steps import steps_of
from programmes.queries.persons_there import present_in

HELD = {
    "training": ("举办", "培训"),
    "research": ("开展", "调研活动"),
    "core_seminar": ("召开", "核心学员研讨会"),
    "group_seminar": ("召开", "小组分析研讨会"),
    "survey": ("开展", "专题调研"),
    "study_visit": ("开展", "学习考察"),
    "counselling": ("开展", "专家辅导"),
    "implementation": ("组织", "实施活动"),
    "meeting": ("召开", "会议"),
    "popularisation": ("举办", "普及培训班"),
    "facilitators_course": ("举办", "促进师培训班"),
    "promoters_seminar": ("举办", "推动者研讨班"),
    "launch_ceremony": ("召开", "启动会"),
    "exchange_meeting": ("召开", "交流会"),
    "summary_meeting": ("召开", "总结会"),
    "commendation_meeting": ("召开", "表彰会"),
    "appraisal_meeting": ("召开", "鉴定会"),
    "decision_meeting": ("召开", "决策会议"),
}
"""Kind of activity → how an office writes of it. The text is the unit's own and Chinese, whoever reads the page."""
RESEARCH = ("research", "survey")
"""Kinds that are told as research, where the plan knows such items."""
NAMED = 12
"""So many people are named; of more the first, and their number."""


def item_kind(activity: Activity, known: list[str]) -> str:
    """The fitting one of those that the plan knows."""
    wanted = "research" if activity.kind in RESEARCH else "dynamic"
    return wanted if wanted in known else known[0]


def item_title(activity: Any, longest: int) -> str:
    verb, what = HELD[activity.kind]
    unit = _unit(activity)
    named = activity.title if what in activity.title else f"{what}：{activity.title}"
    return f"{unit}{verb}{named}"[:longest]


def item_body(activity: Any, longest: int) -> str:
    """When, where, who, what was done and said, what comes next; the minutes give way if it is too long."""
    before = _opening(activity)
    after = [
        _told("讨论提出的问题：", activity.questions),
        _told("学员体会：", activity.reflections),
        _steps(steps_of(activity)),
    ]
    rest = "\n".join(filter(None, after))
    minutes = activity.minutes.strip()[: max(0, longest - len(before) - len(rest) - 2)]
    return "\n".join(filter(None, (before, minutes, rest)))[:longest]


def _unit(activity: Any) -> str:
    return str(activity.organisation.short_name or activity.organisation.name)


def _opening(activity: Any) -> str:
    verb, what = HELD[activity.kind]
    where = f"在{activity.venue}" if activity.venue else ""
    named = f"“{activity.title}”" if what in activity.title else f"“{activity.title}”{what}"
    told = f"{_when(activity)}，{_unit(activity)}{where}{verb}{named}，{_who(activity)}。"
    if activity.project is not None:
        told += f"活动围绕课题“{activity.project.title}”进行。"
    return told + _methods(activity)


def _when(activity: Any) -> str:
    began, ended = (at.astimezone(ZONE) for at in (activity.began_at, activity.ended_at))
    if began.date() != ended.date():
        return f"{_day(began.date())}至{_day(ended.date())}"
    return f"{_day(began.date())}{_half(began)}"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _half(at: datetime) -> str:
    if at.hour < 12:
        return "上午"
    return "下午" if at.hour < 18 else "晚上"


def _who(activity: Any) -> str:
    names = [places[0].name for places in present_in(activity)]
    told = "、".join(names[:NAMED])
    return f"{told}等{len(names)}人参加" if len(names) > 1 else f"{told}参加"


def _methods(activity: Any) -> str:
    known = catalogue(head_of(activity.programme, local_day(activity.began_at)))
    names = [known[key]["name"] for key in activity.methods if key in known]
    return f"运用了{'、'.join(names)}。" if names else ""


def _told(label: str, text: str) -> str:
    return f"{label}{text.strip()}" if text.strip() else ""


def _steps(steps: list[NextStep]) -> str:
    lines = [
        f"{number}．{step.text}（{step.owner_name}，{step.due_on.month}月{step.due_on.day}日前）"
        for number, step in enumerate(steps, 1)
    ]
    return "\n".join(("下一步：", *lines)) if lines else ""
