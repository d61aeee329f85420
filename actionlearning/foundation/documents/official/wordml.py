"""The few elements of a Word file that official papers need, in the order its schema wants them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from actionlearning.foundation.documents.official import measures
from actionlearning.foundation.documents.official.fonts import WORD_FACES, Face

TWIPS = 20
"""Twentieths of a point, the unit of Word."""
PITCH = int(measures.PITCH_PT * TWIPS)
TYPE_WIDTH = int(measures.TYPE_WIDTH_MM * measures.MM * TWIPS)
# A little tighter than the grid: a line that is too long by a hair would lose its last character.
TRACKING = -5

Side = Literal["both", "center", "left", "right"]
Words = tuple[str, Face]


@dataclass(frozen=True)
class Look:
    """How a paragraph stands. Sizes in pt, places in characters of its own size, lines of the grid."""

    size: float = measures.BODY_PT
    tracking: float | None = None
    colour: str = ""
    side: Side = "both"
    first: float = 0
    left: float = 0
    right: float = 0
    hanging: float = 0
    before: float = 0
    high: float = 1
    next_too: bool = False
    new_page: bool = False
    outline: int | None = None
    tabs: tuple[tuple[str, float], ...] = ()
    rule: bool = False

    def but(self, **changes: Any) -> "Look":
        return replace(self, **changes)


BODY = Look(first=2)
FLUSH = Look()
CENTRED = Look(side="center")
SMALL = Look(size=measures.SMALL_PT, tracking=0, high=0.76)


def element(tag: str, attributes: Mapping[str, object] = {}, *inside: Any) -> Any:
    """One element of the main namespace, attributes too."""
    made = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), str(value))
    made.extend(inside)
    return made


def paragraph(look: Look, *words: Words) -> Any:
    """A paragraph of runs, each in its face; a tab and a line break inside a text are real ones."""
    runs = [run(look, face, text) for text, face in words if text]
    return element("p", {}, element("pPr", {}, *_standing(look)), *runs)


def run(look: Look, face: Face, text: str) -> Any:
    return element("r", {}, _type(look, face), *_text(text))


def page_number(look: Look) -> Any:
    """— 1 — with a field that counts."""
    marks = [
        element("fldChar", {"fldCharType": "begin"}),
        element("instrText"),
        element("fldChar", {"fldCharType": "separate"}),
        element("t"),
        element("fldChar", {"fldCharType": "end"}),
    ]
    marks[1].text, marks[3].text = "PAGE", "1"
    field = [element("r", {}, _type(look, "song"), mark) for mark in marks]
    made = paragraph(look, ("— ", "song"))
    made.extend([*field, run(look, "song", " —")])
    return made


def table(
    columns: Sequence[int], borders: Mapping[str, float], rows: Iterable[Any], *more: Any
) -> Any:
    """`columns` in twips, `borders` in pt by their side; `more` goes before the width."""
    lines = [
        element(
            side, {"val": "single", "sz": round(borders[side] * 8), "space": 0, "color": "000000"}
        )
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
        if side in borders
    ]
    properties = element(
        "tblPr",
        {},
        *more,
        element("tblW", {"w": sum(columns), "type": "dxa"}),
        element("jc", {"val": "center"}),
        element("tblBorders", {}, *lines),
        element("tblLayout", {"type": "fixed"}),
        element("tblCellMar", {}, *_cell_margins(measures.SMALL_PT * TWIPS if more else 80)),
    )
    grid = element("tblGrid", {}, *(element("gridCol", {"w": width}) for width in columns))
    return element("tbl", {}, properties, grid, *rows)


def row(
    widths: Sequence[int], cells: Sequence[Sequence[Any]], *, head: bool = False, lines: float = 0
) -> Any:
    """Every cell a list of paragraphs; at least so many lines of the grid high."""
    properties = [element("cantSplit")]
    if lines:
        properties.append(element("trHeight", {"val": round(lines * PITCH), "hRule": "atLeast"}))
    if head:
        properties.append(element("tblHeader"))
    made = [_cell(width, inside) for width, inside in zip(widths, cells, strict=True)]
    return element("tr", {}, element("trPr", {}, *properties), *made)


def _cell(width: int, inside: Sequence[Any]) -> Any:
    properties = (
        element("tcW", {"w": width, "type": "dxa"}),
        element("vAlign", {"val": "center"}),
    )
    return element("tc", {}, element("tcPr", {}, *properties), *inside)


def _standing(look: Look) -> list[Any]:
    switches = {"keepNext": look.next_too, "pageBreakBefore": look.new_page}
    found = [element(tag) for tag, wanted in switches.items() if wanted]
    if look.rule:
        size = round(measures.HEAD_RULE_PT * 8)
        edge = {"val": "single", "sz": size, "space": 4, "color": measures.RED}
        found.append(element("pBdr", {}, element("bottom", edge)))
    if look.tabs:
        stops = (element("tab", {"val": side, "pos": _twips(at, look)}) for side, at in look.tabs)
        found.append(element("tabs", {}, *stops))
    spacing = {"before": round(look.before * PITCH), "after": 0}
    found.append(
        element("spacing", {**spacing, "line": round(look.high * PITCH), "lineRule": "exact"})
    )
    found.append(element("ind", _indents(look)))
    found.append(element("jc", {"val": look.side}))
    if look.outline is not None:
        found.append(element("outlineLvl", {"val": look.outline}))
    return found


def _indents(look: Look) -> dict[str, int]:
    """In twips; the first line of body text in characters too, as a clerk sets it."""
    if look.hanging:
        first = {"hanging": _twips(look.hanging, look)}
    elif look.first:
        first = {"firstLineChars": round(look.first * 100), "firstLine": _twips(look.first, look)}
    else:
        first = {}
    return {"left": _twips(look.left, look), "right": _twips(look.right, look), **first}


def _twips(characters: float, look: Look) -> int:
    wide = measures.CHARACTER_PT if look.size == measures.BODY_PT else look.size
    return round(characters * wide * TWIPS)


def _type(look: Look, face: Face) -> Any:
    name = WORD_FACES[face]
    parts = [element("rFonts", {"ascii": name, "hAnsi": name, "eastAsia": name, "cs": name})]
    if look.colour:
        parts.append(element("color", {"val": look.colour}))
    tracking = TRACKING if look.tracking is None else round(look.tracking * TWIPS)
    parts.append(element("spacing", {"val": tracking}))
    parts += [element(tag, {"val": round(look.size * 2)}) for tag in ("sz", "szCs")]
    return element("rPr", {}, *parts)


def _text(text: str) -> list[Any]:
    found = []
    for number, line in enumerate(text.split("\n")):
        if number:
            found.append(element("br"))
        for place, part in enumerate(line.split("\t")):
            if place:
                found.append(element("tab"))
            if part:
                words = element("t")
                words.set(qn("xml:space"), "preserve")
                words.text = part
                found.append(words)
    return found


def _cell_margins(side: int) -> list[Any]:
    return [element(name, {"w": side, "type": "dxa"}) for name in ("left", "right")]
