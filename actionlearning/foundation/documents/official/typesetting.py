"""Papers as PDF and as pages on the screen, set by typst."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, Literal, cast

from actionlearning.foundation.documents.official import fonts, measures
from actionlearning.foundation.documents.official.paper import Paper
from actionlearning.foundation.documents.official.reading import Piece, clean_line, pieces

PDF = "application/pdf"
"""Media type."""
TEMPLATE = Path(__file__).with_name("paper.typ")

_DRAWN_MM, _TALLEST_MM = 130.0, measures.TYPE_HEIGHT_MM - 30.0
"""Of a drawing; a heading stands on the same page."""
_HEADS = {"masthead", "letterhead"}
_SPACED = {"title", "attachments", "signature", "sealed"}
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
    found = [_plain(piece) for piece in pieces(paper)]
    data = {
        "title": clean_line(paper.title),
        "author": clean_line(paper.author),
        "date": (paper.dated.year, paper.dated.month, paper.dated.day),
        "measures": _MEASURES,
        "faces": {face: fonts.installed(face) for face in fonts.STACKS},
        "thin-title": fonts.installed("title")[0] == fonts.SONG,
        "pieces": _placed([each for each in found if each["role"] not in _TAIL]),
        "tail": [each for each in found if each["role"] in _TAIL],
    }
    return json.dumps(data, ensure_ascii=False)


def _plain(piece: Piece) -> dict[str, Any]:
    plain: dict[str, Any] = {"role": piece.role, "lines": piece.lines, "level": piece.level}
    more = _MORE.get(piece.role)
    return plain | more(piece) if more is not None else plain


def _placed(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """With what their neighbours make of them: blank lines, and what must not be torn apart."""
    found = _with_sources(found)
    titles = [n for n, each in enumerate(found) if each["role"] == "title"]
    for n, each in enumerate(found):
        role = each["role"]
        before = found[n - 1]["role"] if n else ""
        behind = found[n + 1]["role"] if n + 1 < len(found) else "tail"
        opens = titles[:1] == [n]
        each["gap"] = role in _SPACED and not opens
        each["blank"] = 2 if opens and n else int(before in _HEADS)
        each["byline"] = behind == "byline"
        each["foot"] = f"foot-{n}"
        # A table goes on over the page: held whole, it would leave half a page blank before it.
        each["held"] = behind in ({"tail"} if role == "table" else {"signature", "sealed", "tail"})
    return found


def _with_sources(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A source right behind a paragraph is set as its last line."""
    kept: list[dict[str, Any]] = []
    for each in found:
        before = kept[-1] if kept else {}
        if each["role"] == "source" and before.get("source") == "":
            before["source"] = each["lines"][0][0]
        else:
            kept.append(each | ({"source": ""} if each["role"] == "paragraph" else {}))
    return kept


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


def _drawing(piece: Piece) -> dict[str, Any]:
    """As wide as it may be without being higher than a page; in mm."""
    width, height = piece.shares
    fitted = min(_DRAWN_MM, _TALLEST_MM * width / height)
    return {"svg": piece.svg, "size": (fitted, fitted * height / width)}


_MORE: dict[str, Callable[[Piece], dict[str, Any]]] = {
    "masthead": _masthead,
    "letterhead": _letterhead,
    "signature": _signature,
    "sealed": _signature,
    "table": _table,
    "drawing": _drawing,
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
