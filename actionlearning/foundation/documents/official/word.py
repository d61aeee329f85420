"""Papers as Word files whose text can be worked on; faces are named, the reader's machine has them."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.shared import Mm

from actionlearning.foundation.documents.official import measures, wordml
from actionlearning.foundation.documents.official.fonts import Face
from actionlearning.foundation.documents.official.paper import Paper
from actionlearning.foundation.documents.official.reading import Piece, clean_line, pieces
from actionlearning.foundation.documents.official.wordml import (
    BODY,
    CENTRED,
    FLUSH,
    PITCH,
    SMALL,
    TYPE_WIDTH,
    Look,
    element,
    paragraph,
)

_KEPT_STYLES = {"Normal", "DefaultParagraphFont", "TableNormal", "NoList"}
# Long addresses break anywhere; no gap between Chinese characters and digits.
_SWITCHED_OFF = ("widowControl", "wordWrap", "autoSpaceDE", "autoSpaceDN")
_LEADS: tuple[Face, ...] = ("hei", "kai", "body", "body")
_RED = CENTRED.but(colour=measures.RED)
_SPREAD = (("left", 1.0), ("right", measures.CHARACTERS - 1.0))
_TAIL = {"circulation", "copies", "printing"}
# The dash is 7 mm below the type area, in the middle of a line of the grid.
_FOOTER_MM = measures.BOTTOM_MM - measures.PAGE_NUMBER_GAP_MM - measures.PITCH_PT / 2 / measures.MM


def docx(paper: Paper) -> bytes:
    """A .docx with the same words in the same order as the PDF; the same paper, the same bytes."""
    found = [piece for piece in pieces(paper) if piece.role != "drawing"]
    document = Document()
    _lay_out(document)
    _describe(document, paper)
    made = [each for n in range(len(found)) for each in _written(found, n)]
    tail = [piece for piece in found if piece.role in _TAIL]
    if tail:
        made.append(_tail(tail))
    for place, each in enumerate(_apart(made)):
        document.element.body.insert(place, each)
    return _packed(document, paper.dated)


def _apart(made: Sequence[Any]) -> list[Any]:
    """With a hair of a paragraph behind every table: two that touch would become one.

    It also holds the tail, which floats at the foot of the page on which this paragraph stands.
    """
    parted = []
    for each in made:
        parted.append(each)
        if each.tag == qn("w:tbl"):
            parted.append(paragraph(Look(high=0.04, size=1)))
    return parted


def _lay_out(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = (
        Mm(measures.PAGE_WIDTH_MM),
        Mm(measures.PAGE_HEIGHT_MM),
    )
    section.top_margin, section.bottom_margin = Mm(measures.TOP_MM), Mm(measures.BOTTOM_MM)
    section.left_margin, section.right_margin = Mm(measures.LEFT_MM), Mm(measures.RIGHT_MM)
    section.footer_distance = Mm(_FOOTER_MM)
    properties = document.element.body.find(qn("w:sectPr"))
    for grid in properties.findall(qn("w:docGrid")):
        properties.remove(grid)
    properties.append(element("docGrid", {"type": "lines", "linePitch": PITCH}))
    document.settings.odd_and_even_pages_header_footer = True
    number = Look(size=measures.SMALL_PT, tracking=0)
    for footer, look in (
        (section.footer, number.but(side="right", right=1)),
        (section.even_page_footer, number.but(side="left", left=1)),
    ):
        footer.is_linked_to_previous = False  # makes it
        story = footer.part.element
        story[:] = [wordml.page_number(look)]
    _set_styles(document)


def _set_styles(document: Any) -> None:
    """One style, that of the body; the rest of the template's styles are not ours."""
    styles = document.styles.element
    for style in styles.findall(qn("w:style")):
        if style.get(qn("w:styleId")) not in _KEPT_STYLES:
            styles.remove(style)
    for default in styles.findall(qn("w:docDefaults")):
        styles.remove(default)
    normal = document.styles["Normal"].element
    for old in (*normal.findall(qn("w:pPr")), *normal.findall(qn("w:rPr"))):
        normal.remove(old)
    model = paragraph(FLUSH, ("x", "body"))
    standing, type_ = model.find(qn("w:pPr")), model.find(f"{qn('w:r')}/{qn('w:rPr')}")
    for place, tag in enumerate(_SWITCHED_OFF):
        standing.insert(place, element(tag, {"val": 0}))
    type_.append(element("lang", {"val": "en-US", "eastAsia": "zh-CN"}))
    normal.extend([standing, type_])


def _describe(document: Any, paper: Paper) -> None:
    properties = document.core_properties
    properties.title, properties.author = (
        clean_line(paper.title)[:255],
        clean_line(paper.author)[:255],
    )
    properties.last_modified_by = properties.author
    properties.comments = ""
    properties.language = "zh-CN"
    properties.created = properties.modified = datetime.combine(paper.dated, time())


def _packed(document: Any, dated: date) -> bytes:
    """The parts of the file under the paper's own date, without the template's thumbnail."""
    rels = document.part.package.rels
    for key in [key for key, rel in rels.items() if rel.reltype == RELATIONSHIP_TYPE.THUMBNAIL]:
        del rels[key]
    raw, packed = BytesIO(), BytesIO()
    document.save(raw)
    with ZipFile(raw) as source, ZipFile(packed, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            entry = ZipInfo(name, (max(dated.year, 1980), dated.month, dated.day, 0, 0, 0))
            entry.create_system = 0
            entry.compress_type = ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return packed.getvalue()


def _written(found: Sequence[Piece], place: int) -> list[Any]:
    piece = found[place]
    if piece.role in _TAIL:
        return []
    if piece.role == "title":
        first = not any(each.role == "title" for each in found[:place])
        alone = not any(each.role == "byline" for each in found[place + 1 : place + 2])
        return _title(piece.lines, before=2 if first else 1, alone=alone)
    made = _WRITERS[piece.role](piece)
    if place and found[place - 1].role in {"masthead", "letterhead"}:
        made.insert(0, paragraph(FLUSH))
    behind = found[place + 1].role if place + 1 < len(found) else ""
    if behind in {"signature", "sealed", "source"} and made[-1].tag == qn("w:p"):
        made[-1].find(qn("w:pPr")).insert(0, element("keepNext"))
    return made


def _masthead(piece: Piece) -> list[Any]:
    (note, copy_number), (body,), (name,), (issue,), (unit, dated) = piece.lines
    top, body_high, name_high, *_ = measures.MASTHEAD_ROWS
    body_size, body_tracking = measures.body_type(body)
    size, tracking = measures.name_type(name)
    right = FLUSH.but(tabs=(("right", measures.CHARACTERS),), high=top)
    above = _RED.but(size=body_size, tracking=body_tracking, high=body_high)
    return [
        paragraph(right, (note, "hei"), (f"\t{copy_number}" if copy_number else "", "hei")),
        paragraph(above, (body, "title")),
        paragraph(_RED.but(size=size, tracking=tracking, high=name_high), (name, "title")),
        paragraph(CENTRED, (issue, "body")),
        paragraph(FLUSH.but(tabs=_SPREAD, rule=True, side="left"), (f"\t{unit}\t{dated}", "body")),
    ]


def _letterhead(piece: Piece) -> list[Any]:
    *notes, (mark,), (number, signer) = piece.lines
    size, tracking = measures.mark_type(mark)
    spread = FLUSH.but(tabs=_SPREAD, side="left") if signer else CENTRED
    # 35 mm down to the mark are three lines and a half; the number stands on the eighth.
    look = _RED.but(size=size, tracking=tracking, before=0.4, high=size / measures.PITCH_PT)
    rest = measures.LETTERHEAD_LINES - 1 - 3.4 - look.high
    words = f"\t{number}\t{signer}" if signer else number
    return [
        *(paragraph(FLUSH, (note, "hei")) for (note,) in notes),
        paragraph(look, (mark, "title")),
        paragraph(spread.but(before=rest, rule=True), (words, "body")),
    ]


def _title(lines: Sequence[Sequence[str]], *, before: float, alone: bool) -> list[Any]:
    look = CENTRED.but(size=measures.TITLE_PT, tracking=0, before=before, next_too=True, outline=0)
    words = paragraph(look, ("\n".join(line[0] for line in lines), "title"))
    return [words, paragraph(CENTRED.but(next_too=True))] if alone else [words]


def _byline(piece: Piece) -> list[Any]:
    look = CENTRED.but(next_too=True)
    return [paragraph(look, (piece.lines[0][0], "kai")), paragraph(look)]


def _recipient(piece: Piece) -> list[Any]:
    return [paragraph(FLUSH, (piece.lines[0][0], "body"))]


def _heading(piece: Piece) -> list[Any]:
    look = BODY.but(next_too=True, outline=piece.level)
    return [paragraph(look, (piece.lines[0][0], _LEADS[piece.level - 1]))]


def _paragraph(piece: Piece) -> list[Any]:
    lead, words = piece.lines[0]
    return [paragraph(BODY, (lead, _LEADS[piece.level - 1]), (words, "body"))]


def _note(piece: Piece) -> list[Any]:
    look = BODY.but(left=2, right=2)
    return [paragraph(look, (label, "hei"), (words, "kai")) for label, words in piece.lines]


def _source(piece: Piece) -> list[Any]:
    look = SMALL.but(side="right", right=1, high=1)
    return [paragraph(look, (piece.lines[0][0], "kai"))]


def _caption(piece: Piece) -> list[Any]:
    return [paragraph(CENTRED.but(next_too=True), (piece.lines[0][0], "hei"))]


def _table(piece: Piece) -> list[Any]:
    shares = measures.column_shares(piece.lines, piece.shares)
    widths = [round(TYPE_WIDTH * share / sum(shares)) for share in shares]
    sides = measures.column_sides(piece.lines)
    head = [[paragraph(SMALL.but(side="center"), (cell, "hei"))] for cell in piece.lines[0]]
    rows = [wordml.row(widths, head, head=True, lines=1)]
    for line in piece.lines[1:]:
        cells = [
            [paragraph(SMALL.but(side=side), (cell, "body"))]
            for side, cell in zip(sides, line, strict=True)
        ]
        rows.append(wordml.row(widths, cells, lines=1))
    edges = ("top", "left", "bottom", "right", "insideH", "insideV")
    borders = dict.fromkeys(edges, measures.THIN_RULE_PT)
    return [wordml.table(widths, borders, rows)]


def _attachments(piece: Piece) -> list[Any]:
    wide = len(piece.lines[0][0])
    look = FLUSH.but(left=2 + wide)
    opening = look.but(hanging=wide, before=1)
    return [
        paragraph(opening if label else look, (f"{label}{name}", "body"))
        for label, name in piece.lines
    ]


def _signature(piece: Piece) -> list[Any]:
    (name,), (dated,) = piece.lines
    name_at, date_at = measures.signature_places(name, dated, sealed=piece.role == "sealed")
    look = FLUSH.but(side="left")
    return [
        paragraph(look.but(left=name_at, before=1, next_too=True), (name, "body")),
        paragraph(look.but(left=date_at), (dated, "body")),
    ]


def _annex(piece: Piece) -> list[Any]:
    (label,), *title = piece.lines
    made = [paragraph(FLUSH.but(new_page=True, next_too=True), (label, "hei"))]
    return [*made, *_title(title, before=1, alone=True)] if any(map(any, title)) else made


def _tail(parts: Sequence[Piece]) -> Any:
    groups = [_circulated(piece) for piece in parts if piece.role != "printing"]
    last = [_printed(piece) for piece in parts if piece.role == "printing"]
    rows = [wordml.row([TYPE_WIDTH], [cell]) for cell in (groups, last) if cell]
    borders = {
        "top": measures.THICK_RULE_PT,
        "bottom": measures.THICK_RULE_PT,
        "insideH": measures.THIN_RULE_PT,
    }
    place = {
        "vertAnchor": "margin", "horzAnchor": "margin", "tblpXSpec": "center", "tblpYSpec": "bottom",
    }  # fmt: skip
    floating = (element("tblpPr", place), element("tblOverlap", {"val": "never"}))
    return wordml.table([TYPE_WIDTH], borders, rows, *floating)


def _circulated(piece: Piece) -> Any:
    if piece.role == "copies":
        return paragraph(SMALL.but(side="right"), (piece.lines[0][0], "body"))
    label, names = piece.lines[0]
    look = SMALL.but(left=len(label), hanging=len(label))
    return paragraph(look, (f"{label}{names}", "body"))


def _printed(piece: Piece) -> Any:
    printer, printed = piece.lines[0]
    # The type area without the margin of one character on both sides of the cell.
    edge = TYPE_WIDTH / wordml.TWIPS / measures.SMALL_PT - 2
    look = SMALL.but(side="left", tabs=(("right", edge),))
    return paragraph(look, (f"{printer}\t{printed}", "body"))


_WRITERS: dict[str, Callable[[Piece], list[Any]]] = {
    "masthead": _masthead, "letterhead": _letterhead, "byline": _byline, "recipient": _recipient,
    "heading": _heading, "paragraph": _paragraph, "note": _note, "source": _source,
    "caption": _caption, "table": _table, "attachments": _attachments, "signature": _signature,
    "sealed": _signature, "annex": _annex,
}  # fmt: skip
