"""Words that stand on a printed paper: in the language of the paper, whoever prints it."""

from collections.abc import Mapping
from datetime import date

from programmes.procedures import Outcome, StepKind
from programmes.states import DossierState, RemarkState

STEPS: Mapping[str, str] = {
    StepKind.OPINION: "征求意见",
    StepKind.CHECK: "审核",
    StepKind.CONFIRM: "审定",
    StepKind.APPROVE: "审批",
    StepKind.FILE: "备案",
    StepKind.REVIEW: "评审",
    StepKind.DECIDE: "决策",
    StepKind.SIGN: "签发",
    StepKind.APPRAISE: "鉴定",
}
BODIES: Mapping[str, str] = {
    "leading_group": "领导小组",
    "promotion_team": "推动小组",
    "executive_office": "执行办公室",
    "review_team": "评审组",
    "assessment_team": "评估组",
    "expert_group": "专家组",
}
OUTCOMES: Mapping[str, str] = {
    Outcome.GIVEN: "已提意见",
    Outcome.PASSED: "审核通过",
    Outcome.CONFIRMED: "同意审定",
    Outcome.APPROVED: "同意",
    Outcome.FILED: "已备案",
    Outcome.REVIEWED: "评审通过",
    Outcome.ADOPTED: "同意",
    Outcome.ADOPTED_WITH_CHANGES: "修改后同意",
    Outcome.SIGNED: "已签发",
    Outcome.APPRAISED: "通过鉴定",
    Outcome.RETURNED: "退回",
    Outcome.REFUSED: "未批准",
    Outcome.DECLINED: "不同意",
}
"""Only what a body says; the sender's own acts are no opinions."""
REMARKS: Mapping[str, str] = {
    RemarkState.OPEN: "未答复",
    RemarkState.TAKEN: "已采纳",
    RemarkState.NOT_TAKEN: "未采纳",
}
SENT: Mapping[str, str] = {
    DossierState.UNDER_WAY: "报送稿",
    DossierState.RETURNED: "报送稿，已退回修改",
    DossierState.ENDED: "报送稿，未获批准",
    DossierState.TAKEN_BACK: "报送稿，已收回",
    DossierState.REPLACED: "已由修订稿代替",
}
DRAFT = "草稿，未报送"
DRAFT_NAME = "草稿"
"""In the file's name, so that no draft is taken for what was sent."""
TIMETABLE = "时间安排"
TIMETABLE_HEAD = ("序号", "类别", "时间", "工作内容")
UNWRITTEN = "（尚未填写）"
ANNEX, OPINIONS = "附件", "意见及答复"
REMARK_HEAD = ("序号", "提出单位", "意见", "办理", "答复")
VOICE_HEAD = ("环节", "单位", "提出人", "结果", "日期", "意见")
VOICE_CAPTION, REMARK_CAPTION = "各环节意见", "逐条意见及答复"
NO_OPINION = "（尚无意见。）"
_DIGITS = "零一二三四五六七八九"


def counted(number: int) -> str:
    """1 to 99 as headings count: 一, 十, 十二, 二十."""
    tens, ones = divmod(number, 10)
    if not tens:
        return _DIGITS[ones]
    return f"{_DIGITS[tens] if tens > 1 else ''}十{_DIGITS[ones] if ones else ''}"


def day_words(day: date) -> str:
    """2026年8月3日: no leading noughts."""
    return f"{day.year}年{day.month}月{day.day}日"


def span_words(first: date, last: date) -> str:
    """Says the year and the month once where both days share them."""
    if first == last:
        return day_words(first)
    if first.year != last.year:
        return f"{day_words(first)}—{day_words(last)}"
    if first.month != last.month:
        return f"{day_words(first)}—{last.month}月{last.day}日"
    return f"{first.year}年{first.month}月{first.day}日—{last.day}日"


def body_words(place: str, kind: str) -> str:
    """The body of an organisation as a paper names it; '' is the organisation itself."""
    return f"{place}{BODIES.get(kind, '')}"
