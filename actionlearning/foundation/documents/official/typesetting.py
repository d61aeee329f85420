"""Papers as PDF and as pages on the screen, set by typst."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, Literal, cast

from actionlearning.foundation.documents.official import fonts, measures
from actionlearning.foundation.documents.official.paper import Paper
from actionlearning.foundation.documents.official.reading import Piece, clean_line, pieces

PDF = "application/pdf"
"""Media type."""
TEMPLATE = Path(__file__).with_name("paper.typ")

_TAIL = {"circulation", "copies", "printing"}
_MEASURES = {
    "width": measures.PAGE_WIDTH_MM, "height": measures.PAGE_HEIGHT_MM,
    "top": measures.TOP_MM, "bottom": measures.BOTTOM_MM,
    "left": measures.LEFT_MM, "right": measures.RIGHT_MM,
    "pitch": measures.PITCH_PT, "character": measures.CHARACTER_PT,
    "title": measures.TITLE_PT, "body": measures.BODY_PT, "small": measures.SMALL_PT,
    "red": measures.RED, "head-rule": measures.HEAD_RULE_PT,
    "thick-rule": measures.THICK_RULE_PT, "thin-rule": measures.THIN_RULE_PT,
    "rule-gap": measures.RULE_GAP_MM, "mark-top": measures.MARK_TOP_MM,
    "number-gap": measures.PAGE_NUMBER_GAP_MM,
    "masthead-rows": measures.MASTHEAD_ROWS, "letterhead-lines": measures.LETTERHEAD_LINES,
}  # fmt: skip


def pdf(paper: Paper) -> bytes:
    """An A4 PDF, tagged, its fonts inside. The same paper gives the same bytes."""
    return _compiled(paper, "pdf")[0]


def pages(paper: Paper, *, ppi: float = 120) -> list[bytes]:
    """The pages as PNG pictures, `ppi` pixels an inch (120: 992 by 1,403)."""
    return _compiled(paper, "png", ppi=ppi)


def source(paper: Paper) -> str:
    """What the template reads, as JSON: data only, no word of it is ever parsed as markup."""
    found = pieces(paper)
    data = {
        "title": clean_line(paper.title),
        "author": clean_line(paper.author),
        "date": (paper.dated.year, paper.dated.month, paper.dated.day),
        "measures": _MEASURES,
        "faces": {face: fonts.installed(face) for face in fonts.STACKS},
        "thin-title": fonts.installed("title")[0] == fonts.SONG,
        "pieces": [_plain(found, n) for n in range(len(found)) if found[n].role not in _TAIL],
        "tail": [_plain(found, n) for n in range(len(found)) if found[n].role in _TAIL],
    }
    return json.dumps(data, ensure_ascii=False)


def _plain(found: Sequence[Piece], place: int) -> dict[str, Any]:
    piece = found[place]
    plain: dict[str, Any] = {"role": piece.role, "lines": piece.lines, "level": piece.level}
    more = _MORE.get(piece.role)
    if more is not None:
        plain |= more(piece)
    before = found[place - 1].role if place else ""
    plain["after-head"] = before in {"masthead", "letterhead"} and piece.role != "title"
    if piece.role == "title":
        plain["first"] = not any(each.role == "title" for each in found[:place])
        plain["byline"] = [each.role for each in found[place + 1 : place + 2]] == ["byline"]
    return plain


def _masthead(piece: Piece) -> dict[str, Any]:
    (body,), (name,) = piece.lines[1:3]
    return {"body-type": measures.body_type(body), "name-type": measures.name_type(name)}


def _letterhead(piece: Piece) -> dict[str, Any]:
    return {"mark-type": measures.mark_type(piece.lines[3][0])}


def _signature(piece: Piece) -> dict[str, Any]:
    (name,), (dated,) = piece.lines
    return {"places": measures.signature_places(name, dated, sealed=piece.role == "sealed")}


def _table(piece: Piece) -> dict[str, Any]:
    return {
        "shares": measures.column_shares(piece.lines, piece.shares),
        "sides": measures.column_sides(piece.lines),
    }


_MORE: dict[str, Callable[[Piece], dict[str, Any]]] = {
    "masthead": _masthead,
    "letterhead": _letterhead,
    "signature": _signature,
    "sealed": _signature,
    "table": _table,
}


def _compiled(paper: Paper, layout: Literal["pdf", "png"], ppi: float | None = None) -> list[bytes]:
    import typst  # noqa: PLC0415 - 30 MB that only a process which sets papers shall pay for

    compiler = typst.Compiler(
        root=TEMPLATE.parent,
        font_paths=fonts.loaded(fonts.folders()),
        ignore_system_fonts=True,
        sys_inputs={"paper": source(paper)},
    )
    midnight = datetime.combine(paper.dated, time(), tzinfo=UTC)
    made = compiler.compile(TEMPLATE, format=layout, ppi=ppi, timestamp=midnight)
    return made if isinstance(made, list) else [cast("bytes", made)]
