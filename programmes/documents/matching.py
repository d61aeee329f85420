"""A text from elsewhere, laid beside the parts of a paper: what goes where, and what found no place."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from actionlearning.foundation.documents.text_files import Block
from programmes.documents.days import Span, Years, span_in
from programmes.papers import LONGEST_SECTION, Paper

TIMETABLE = ("时间安排", "时间表", "进度安排", "推进计划", "工作进度", "日程")
WORDS: Mapping[str, tuple[str, ...]] = {
    "convener": ("召集",),
    "lead_unit": ("牵头",),
    "participating_units": ("参与", "参加单位", "协作", "配合单位"),
    "core_learners": ("学员", "小组成员"),
    "goal": ("目标", "目的"),
    "goals": ("目标", "任务"),
    "guiding_ideology": ("指导思想",),
    "approach": ("思路", "方法", "做法"),
    "steps": ("步骤", "阶段"),
    "measures": ("保障", "措施", "组织领导"),
    "milestones": ("里程碑", "时间节点", "关键节点"),
    "expected_results": ("成果", "预期", "成效"),
    "contents": ("内容",),
    "teachers": ("师资", "授课", "教师"),
    "learners": ("对象",),
    "done": ("进展", "开展情况"),
    "problems": ("问题", "困难"),
    "next": ("下步", "下一步", "打算"),
    "problem": ("问题",),
    "solution": ("解决", "对策"),
    "results": ("成效", "结果"),
    "guarantee": ("机制",),
    "findings": ("调研情况", "发现"),
    "suggestions": ("建议", "对策"),
    "matter": ("事项",),
    "grounds": ("理由", "依据"),
    "when": ("时间", "人数"),
}
"""Key of a section → words by which offices head it, beside the plan's own."""
TRACK_WORDS: Mapping[str, tuple[str, ...]] = {
    "training": ("培训", "辅导", "讲座", "学习班"),
    "research": ("调研", "考察", "走访", "摸底", "座谈"),
    "seminars": ("研讨", "讨论", "研究"),
    "implementation": ("实施", "试点", "落实", "推广", "总结"),
}
LONGEST_LINE = 300
_LABEL = 20
_NUMBERS = (
    re.compile(r"第[一二三四五六七八九十]+(?:部分|章|条)\s*[、.．]?"),
    re.compile(r"[一二三四五六七八九十]{1,3}[、.．]"),
    re.compile(r"[（(][一二三四五六七八九十]{1,3}[）)][、.．]?"),
    re.compile(r"\d{1,2}(?:[、．]|\.(?!\d))"),
    re.compile(r"[（(]\d{1,2}[）)][、.．]?"),
)
_TAIL = " \t\u3000：:。"


@dataclass(frozen=True)
class Line:
    """One line of a timetable; `track` '' where nothing says which."""

    track: str
    first: str
    last: str
    text: str

    def plain(self) -> dict[str, str]:
        return {"track": self.track, "from": self.first, "to": self.last, "text": self.text}


@dataclass
class Proposal:
    """`sections`: key → text; `unplaced`: (heading, text) of everything that found no place."""

    sections: dict[str, str] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    unplaced: list[tuple[str, str]] = field(default_factory=list)
    left: int = 0


def proposal_of(
    blocks: Iterable[Block], paper: Paper, years: Years, *, sender: str = "", left: int = 0
) -> Proposal:
    """Every word of the file is in it: in a section, in a timetable, or among what found no place.

    `sender`: the unit, whose name with the day under a text is no part of it.
    """
    told, reading = list(blocks), _Reading(paper, years)
    end = len(told)
    while end and _signed(told[end - 1], sender, years):
        end -= 1
    for block in told[:end]:
        if any(len(row) > 1 for row in block.rows):
            reading.table(block.rows)
        elif block.rows:
            reading.lone([row[0] for row in block.rows if row])
        else:
            reading.paragraph(block)
    reading.end([block.text for block in told[end:]])
    return reading.told(left)


def _signed(block: Block, sender: str, years: Years) -> bool:
    span = span_in(block.text, years) if not block.rows else None
    return bool(block.text) and (block.text == sender or (span is not None and not span.rest))


@dataclass(frozen=True)
class _Head:
    """A line that opens a part; `rank` 0 is the highest, `rest` what follows its name on the same line."""

    said: str
    """The whole line."""
    name: str
    rank: int
    rest: str = ""
    heads: bool = True
    """Numbered, set as a heading, or followed by a colon; any other line must be called exactly like a part."""


class _Reading:
    """Goes through a file from top to bottom and knows in which part it is."""

    def __init__(self, paper: Paper, years: Years) -> None:
        self.paper, self.years = paper, years
        names = paper.spec.get("sections", ())
        self.names = {row["key"]: (row["name"], row.get("name_en", "")) for row in names}
        self.track_names = {row["key"]: row["name"] for row in paper.spec.get("tracks", ())}
        self.sections: dict[str, list[str]] = {}
        self.lines: list[Line] = []
        self.unplaced: list[tuple[str, list[str]]] = [("", [])]
        self.rest = "text" if "text" in self.names else ""
        """A section that takes whatever is not headed otherwise: a regulation is one text."""
        self.key, self.rank, self.dated, self.track = self.rest, 9, False, ""
        self.track_rank = 9

    def paragraph(self, block: Block) -> None:
        head = _head_of(block)
        if head is not None and self._opens(head):
            if head.rest:
                self._text(head.rest)
            return
        self._text(block.text)

    def _opens(self, head: _Head) -> bool:
        """Whether it begins another part; a lower heading that names none belongs to where it stands."""
        if not self.key and self.track_names and span_in(head.name, self.years):
            return False
        inside = bool(self.key or self.dated) and head.rank > self.rank
        track = self._track_headed(head)
        if track and (self.dated or not inside):
            rank = min(self.rank, head.rank) if inside else head.rank
            self.track_rank = head.rank
            return self._turn(rank, dated=True, track=track)
        key, exact = self._section(head.name)
        if key and (exact or (not inside and head.heads)):
            return self._turn(head.rank, key=key)
        if inside and head.rank <= self.track_rank:
            self.track = ""
        return not inside and head.heads and self._opens_another(head)

    def _opens_another(self, head: _Head) -> bool:
        """The timetable, or a part that the plan does not name."""
        if self.track_names and _holds(head.name, TIMETABLE):
            return self._turn(head.rank, dated=True)
        if head.rest or self.rest:
            return False
        self.unplaced.append((head.said, []))
        return self._turn(head.rank)

    def _turn(self, rank: int, *, key: str = "", dated: bool = False, track: str = "") -> bool:
        self.rank, self.key, self.dated, self.track = rank, key, dated, track
        return True

    def _section(self, name: str) -> tuple[str, bool]:
        """(key, whether it is called exactly so): by the plan's names, then by the words offices use."""
        for key, told in self.names.items():
            if name in told:
                return key, True
        found = [
            (len(word), key)
            for key, (plain, _english) in self.names.items()
            for word in (plain, *WORDS.get(key, ()))
            if word in name or (len(name) > 1 and word == plain and name in plain)
        ]
        longest = max((length for length, _key in found), default=0)
        return next((key for length, key in found if length == longest), ""), False

    def _track_headed(self, head: _Head) -> str:
        """`（一）培训` or `培训安排` open a track; a line with days is one of its lines."""
        if (head.rest or not head.heads) and not self.dated:
            return ""
        for key, name in self.track_names.items():
            if head.name in (name, f"{name}安排", f"{name}活动", f"{name}阶段", f"{name}计划"):
                return str(key)
        return ""

    def _text(self, text: str) -> None:
        if self.track_names and not self.key and self._line(text, self.track):
            return
        self._keep(text)

    def _keep(self, text: str) -> None:
        if self.key:
            self.sections.setdefault(self.key, []).append(text)
        else:
            self.unplaced[-1][1].append(text)

    def _line(self, text: str, track: str) -> bool:
        plain = _unnumbered(text)[0]
        span = span_in(plain, self.years)
        if span is None or not span.rest or len(span.rest) > LONGEST_LINE:
            return False
        self._take(span, span.rest, track)
        return True

    def _take(self, span: Span, text: str, track: str) -> None:
        found = track or self._track_in(text)
        self.lines.append(Line(found, span.first.isoformat(), span.last.isoformat(), text))

    def _track_in(self, text: str) -> str:
        """The track whose word stands first; the only one there is."""
        if len(self.track_names) == 1:
            return str(next(iter(self.track_names)))
        places = [
            (text.find(word), key)
            for key, name in self.track_names.items()
            for word in (name, *TRACK_WORDS.get(key, ()))
            if word in text
        ]
        return min(places)[1] if places else ""

    def table(self, rows: tuple[tuple[str, ...], ...]) -> None:
        """A timetable where one of its rows has a day; any other table is text where it stands."""
        found = [self._row(row) for row in rows]
        if not self.track_names or not any(found):
            for row in rows:
                self._keep("　".join(filter(None, (cell.replace("\n", "") for cell in row))))
            return
        for number, (row, each) in enumerate(zip(rows, found, strict=True)):
            if each is not None:
                self._take(*each)
            elif number and any(row):
                self.unplaced[-1][1].append("　".join(filter(None, row)))

    def lone(self, cells: list[str]) -> None:
        """A frame around lines of text."""
        for cell in cells:
            self._keep(cell)

    def end(self, lines: list[str]) -> None:
        if lines:
            self.unplaced.append(("", lines))

    def _row(self, row: tuple[str, ...]) -> tuple[Span, str, str] | None:
        """(days, what is done, track), whichever column holds which."""
        cells = [cell.replace("\n", " ").strip() for cell in row]
        spans = [
            (place, span) for place, cell in enumerate(cells) if (span := span_in(cell, self.years))
        ]
        bare = [(place, span) for place, span in spans if not span.rest] or spans
        if not bare:
            return None
        first, last = bare[0][1], bare[min(len(bare), 2) - 1][1]
        used = {place for place, _span in bare[:2]}
        track, at = self._track_cell(cells, used)
        words = [
            cell
            for place, cell in enumerate(cells)
            if cell and place not in used | {at} and not cell.isdecimal()
        ]
        text = "，".join([span.rest for _place, span in bare[:1] if span.rest] + words)
        if not text or len(text) > LONGEST_LINE or last.last < first.first:
            return None
        return Span(first.first, last.last, ""), text, track or self.track

    def _track_cell(self, cells: list[str], used: set[int]) -> tuple[str, int]:
        for place, cell in enumerate(cells):
            if place in used or len(cell) > 6:
                continue
            for key, name in self.track_names.items():
                if cell and (name in cell or cell in TRACK_WORDS.get(key, ())):
                    return key, place
        return "", -1

    def told(self, left: int) -> Proposal:
        found = Proposal(lines=self.lines, left=left)
        for key, lines in self.sections.items():
            text = "\n".join(lines)
            if len(text) > LONGEST_SECTION:
                found.unplaced.append((self.names[key][0], text))
            else:
                found.sections[key] = text
        for heading, lines in self.unplaced:
            if heading or lines:
                found.unplaced.append((heading, "\n".join(lines)))
        return found


def _head_of(block: Block) -> _Head | None:
    """A numbered or styled line that is short, or `召集人：张三`."""
    plain, rank = _unnumbered(block.text.strip())
    name, mark, rest = _split(plain)
    if len(name) > _LABEL or not name:
        return None
    numbered, sentence = rank < len(_NUMBERS), plain.endswith(("。", "；", "，", ";"))
    level = min(rank, block.level) if block.level else rank
    if mark and rest:
        return _Head(block.text, name, level if numbered else 1, rest)
    if sentence:
        return None
    if numbered or block.level:
        return _Head(block.text, name, level)
    return _Head(block.text, name, 1, heads=False)


def _split(plain: str) -> tuple[str, str, str]:
    """(name, colon, what follows it)."""
    for place, character in enumerate(plain[: _LABEL + 1]):
        if character in "：:":
            return _name(plain[:place]), character, plain[place + 1 :].strip()
    return _name(plain), "", ""


def _name(text: str) -> str:
    """Offices set short names apart: 召 集 人."""
    return "".join(text.strip(_TAIL).split())


def _unnumbered(text: str) -> tuple[str, int]:
    """Without `一、`, `（一）`, `1.`, `（1）`; the rank of that number, or one below all of them."""
    for rank, number in enumerate(_NUMBERS):
        if found := number.match(text):
            return text[found.end() :].strip(), rank
    return text, len(_NUMBERS)


def _holds(name: str, words: Iterable[str]) -> bool:
    return any(word in name for word in words)


def plain_unplaced(found: Proposal) -> Iterator[dict[str, Any]]:
    """For programs."""
    for heading, text in found.unplaced:
        yield {"heading": heading, "text": text}
