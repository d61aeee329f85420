"""The words by which lists say who was there, and one name of a list with what is said of it."""

import unicodedata
from dataclasses import dataclass

from actionlearning.foundation.texts import plain
from programmes.states import Presence

NAMES = (
    "姓名", "名字", "名单", "参会人员", "参加人员", "与会人员", "出席人员", "人员", "name",
)  # fmt: skip
UNITS = ("单位", "工作单位", "部门", "unit", "organisation")
PRESENCES = (
    "出席", "出席情况", "出勤", "出勤情况", "到会", "到会情况", "是否到会", "考勤", "签到", "参加情况",
    "状态", "presence", "attendance",
)  # fmt: skip
WORDS = {
    Presence.PRESENT: (
        "", "到", "已到", "到会", "实到", "出席", "已出席", "出勤", "参加", "参会", "与会", "签到", "已签到",
        "来了", "迟到", "早退", "线上", "线上参加", "是", "√", "✓", "✔", "✅", "☑", "v", "y", "yes", "1",
        "true", "present",
    ),
    Presence.EXCUSED: (
        "请假", "已请假", "请事假", "请病假", "因事请假", "因病请假", "因公请假", "事假", "病假", "公假", "年假",
        "产假", "婚假", "丧假", "休假", "调休", "假", "出差", "公差", "因公", "有事", "excused", "leave",
    ),
    Presence.ABSENT: (
        "缺", "缺席", "缺勤", "缺会", "未到", "未到会", "未出席", "未参加", "没来", "没到", "未请假", "否",
        "无故缺席", "×", "✗", "✘", "❌", "☒", "╳", "x", "n", "no", "0", "false", "absent",
    ),
}  # fmt: skip
_KNOWN = {word: presence for presence, words in WORDS.items() for word in words}
LONGEST_WORD = max(map(len, _KNOWN))


def folded(text: str) -> str:
    """As words are compared: half width, small letters, no blanks; a tick is a tick in colour too."""
    told = unicodedata.normalize("NFKC", text).casefold().replace("\ufe0f", "")
    return "".join(told.split())


def presence_in(text: str) -> str | None:
    """None: a word that nobody knows, or two that contradict each other."""
    whole = _KNOWN.get(folded(text))
    if whole is not None:
        return whole
    said = {_KNOWN.get(folded(part)) for part in text.split()}
    return said.pop() if len(said) == 1 else None


@dataclass(frozen=True)
class Line:
    """One name as the list has it; `number` of the row or line in which it stands."""

    number: int
    name: str
    said: str = ""
    """About being there, as typed."""
    unit: str = ""
    unsure: bool = False
    """What is said may be said of his neighbour alone."""
    trouble: str = ""
    """Why this is taken for no name; '' for a name."""

    @property
    def key(self) -> str:
        return plain(self.name)

    @property
    def presence(self) -> str | None:
        """None: the list does not say it clearly."""
        return None if self.unsure else presence_in(self.said)
