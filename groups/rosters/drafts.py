"""A row of the sheet on its way to a verdict."""

from dataclasses import dataclass, field
from typing import Any

from groups.rosters.cells import several_names, several_values, text_of
from groups.rosters.columns import FIELDS, KEPT, Field
from groups.rosters.layout import Layout, Line
from groups.rosters.problems import ERROR, QUESTION, WARNING

TOGETHER, APART, OUT = "together", "apart", "out"


@dataclass
class Draft:
    """`entry` is what was understood; `changes` what differs from our row `subject`."""

    number: int
    part: int
    cells: dict[str, str]
    entry: dict[str, Any]
    letters: dict[str, str]
    problems: list[dict[str, Any]] = field(default_factory=list)
    verdict: str = ""
    subject: Any = None
    unit: Any = None
    """Whose right decides about the row."""
    changes: dict[str, Any] = field(default_factory=dict)
    made: list[list[Any]] = field(default_factory=list)
    before: dict[str, Any] = field(default_factory=dict)
    matching: bool = False
    """Cells are read; what is said from now on depends on what is on record."""

    def say(self, column: str, code: str, level: str = ERROR, **told: Any) -> None:
        letter = self.letters.get(column) or next(iter(self.letters.values()), "A")
        self.problems.append(
            {
                "column": column,
                "cell": f"{letter}{self.number}",
                "code": code,
                "level": level,
                "told": told,
                "matching": self.matching,
            }
        )

    def warn(self, column: str, code: str, **told: Any) -> None:
        self.say(column, code, WARNING, **told)

    def ask(self, column: str, code: str, **told: Any) -> None:
        self.say(column, code, QUESTION, **told)

    def has(self, level: str) -> bool:
        return any(each["level"] == level for each in self.problems)

    def judge(self) -> None:
        """The verdict that follows from what was found, where none was given yet."""
        if self.has(ERROR):
            self.verdict = "error"
        elif self.has(QUESTION):
            self.verdict = "ask"
        elif not self.verdict:
            self.verdict = "add" if self.subject is None else "change" if self.changes else "leave"


def drafts_of(kind: str, layout: Layout) -> list[Draft]:
    """Every row with its values read and each cell that cannot be read named."""
    fields = [
        each
        for each in FIELDS[kind]
        if each.fate == KEPT and (each.key in layout.headings or each.needed)
    ]
    letters = {key: letter for key, (_text, letter) in layout.headings.items()}
    return [_draft(line, fields, letters) for line in layout.lines]


def _draft(line: Line, fields: list[Field], letters: dict[str, str]) -> Draft:
    texts = {key: text_of(cell) for key, cell in line.cells.items()}
    draft = Draft(line.number, 0, texts, {}, letters, line.problems)
    blurred = {each["column"] for each in line.problems if each["code"] == "precision_lost"}
    for each in fields:
        if each.key not in blurred:
            _read(draft, each, line.cells.get(each.key, ""))
    return draft


def _read(draft: Draft, each: Field, cell: Any) -> None:
    found = each.read(cell)
    if found.problem:
        told = dict(found.told)
        if each.choices:
            told["known"] = "、".join(str(label) for _key, label in each.choices)
        draft.say(each.key, found.problem, found.level, **told)
        return
    value = found.value
    if value is None:
        if each.needed:
            draft.say(each.key, "needed")
        return
    if each.most and len(value) > each.most:
        draft.say(each.key, "too_long", most=each.most)
        return
    if isinstance(value, tuple):
        value, month_only = value
        if month_only:
            draft.warn(each.key, "only_month")
            draft.entry[f"{each.key}_month"] = True
    draft.entry[each.key] = value


def split(draft: Draft) -> list[Draft]:
    """One draft for each person in the name cell; the cells beside it divided where they divide evenly."""
    names = several_names(draft.cells["name"])
    values = {
        key: several_values(text, len(names)) if key in ("phone", "title") else [text] * len(names)
        for key, text in draft.cells.items()
    }
    found = []
    for place, name in enumerate(names):
        cells = {key: texts[place] for key, texts in values.items()} | {"name": name}
        part = Draft(draft.number, place + 1, cells, dict(draft.entry), draft.letters)
        part.problems = [
            dict(each) for each in draft.problems if each["column"] not in ("phone", "name")
        ]
        part.entry["name"] = name
        for key in ("phone", "title"):
            part.entry.pop(key, None)
            each = next(one for one in FIELDS["persons"] if one.key == key)
            _read(part, each, cells.get(key, ""))
        part.matching = draft.matching
        found.append(part)
    return found
