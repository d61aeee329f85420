"""The one reading order of a paper: PDF, Word file and plain text are all made from these pieces."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import singledispatch
from typing import Literal

from django.utils.translation import gettext as _

from actionlearning.foundation.documents.names import without_hidden_characters
from actionlearning.foundation.documents.official.paper import (
    Annex,
    Attachments,
    Block,
    Drawing,
    EditorsNote,
    Heading,
    Letterhead,
    Masthead,
    Paper,
    Paragraph,
    Recipient,
    Signature,
    Source,
    Table,
    Tail,
    Title,
)
from actionlearning.foundation.documents.official.titles import balanced
from actionlearning.foundation.errors import BadInput

MOST_CHARACTERS, MOST_LINES = 200_000, 10_000
"""About 330 pages: what is set within a second or two and 300 MB."""

Role = Literal[
    "masthead", "letterhead", "title", "byline", "recipient", "heading", "paragraph", "note",
    "source", "caption", "table", "drawing", "attachments", "signature", "sealed", "annex",
    "circulation", "copies", "printing",
]  # fmt: skip

# An ideographic space lines up names of two and three characters: it is kept.
_SPACES = re.compile(r"[^\S\u3000]+")
_NONCHARACTERS = re.compile("[\ufdd0-\ufdef\ufffe\uffff]")
_ENDS = ("。", "！", "？", "；", ".")


@dataclass(frozen=True)
class Piece:
    """What stands together, line by line, each line in parts from left to right.

    An empty part is an element that is left out. `level` is that of a heading or of the lead of a
    paragraph, `shares` the widths of a table's columns, or width and height of the drawing `svg`.
    """

    role: Role
    lines: tuple[tuple[str, ...], ...]
    level: int = 0
    shares: tuple[float, ...] = ()
    svg: str = ""


def clean_line(text: str) -> str:
    """The visible words of a text on one line."""
    one_line = without_hidden_characters(_SPACES.sub(" ", text))
    return unicodedata.normalize("NFC", _NONCHARACTERS.sub("", one_line)).strip()


def paragraphs(text: str) -> tuple[Paragraph, ...]:
    """A typed text as paragraphs, one a line; empty lines fall away."""
    return tuple(Paragraph(line) for line in map(clean_line, text.splitlines()) if line)


def pieces(paper: Paper) -> list[Piece]:
    """Everything of a paper in reading order, cleaned. Raises BadInput when it is too long."""
    found = [piece for piece in map(_cleaned, _pieces(paper)) if any(map(any, piece.lines))]
    lines = [line for piece in found for line in piece.lines]
    if (
        len(lines) > MOST_LINES
        or sum(len(part) for line in lines for part in line) > MOST_CHARACTERS
    ):
        message = _(
            "The paper has more than 200,000 characters, or more than 10,000 paragraphs and table rows. "
            "Split it."
        )
        raise BadInput(message, code="paper_too_long")
    return found


def plain_text(paper: Paper) -> str:
    """The words of a paper in reading order; parts that stand apart on a line have a tab between."""
    lines = (
        ("" if piece.role in {"paragraph", "note", "circulation"} else "\t").join(
            filter(None, line)
        )
        for piece in pieces(paper)
        if piece.role != "drawing"
        for line in piece.lines
    )
    return "".join(f"{line}\n" for line in lines if line)


def _pieces(paper: Paper) -> Iterator[Piece]:
    if isinstance(paper.head, Masthead):
        yield _masthead(paper.head)
    if isinstance(paper.head, Letterhead):
        yield _letterhead(paper.head)
    for block in paper.blocks:
        yield from _block(block)
    if paper.tail is not None:
        yield from _tail(paper.tail)


def _masthead(head: Masthead) -> Piece:
    last = (head.unit, head.dated)
    return Piece(
        "masthead",
        ((head.note, head.copy_number), (head.body,), (head.name,), (head.issue,), last),
    )


def _letterhead(head: Letterhead) -> Piece:
    notes = tuple((note,) for note in (*head.notes, "", "", "")[:3])
    return Piece("letterhead", (*notes, (head.mark,), (head.number, head.signer)))


@singledispatch
def _block(block: Block) -> Iterable[Piece]:
    raise TypeError(f"{type(block).__name__} is no block of a paper.")


@_block.register
def _title(block: Title) -> Iterable[Piece]:
    lines = (part for line in block.lines for part in balanced(clean_line(line)))
    return (
        Piece("title", tuple((line,) for line in lines)),
        Piece("byline", ((block.byline,),)),
    )


@_block.register
def _recipient(block: Recipient) -> Iterable[Piece]:
    return (Piece("recipient", ((_ended(block.text, "：", (":", "：")),),)),)


@_block.register
def _heading(block: Heading) -> Iterable[Piece]:
    return (Piece("heading", ((block.text,),), level=block.level),)


@_block.register
def _paragraph(block: Paragraph) -> Iterable[Piece]:
    return (Piece("paragraph", ((block.lead, block.text),), level=block.level),)


@_block.register
def _editors_note(block: EditorsNote) -> Iterable[Piece]:
    labels = (block.label, *[""] * len(block.paragraphs))
    return (Piece("note", tuple(zip(labels, block.paragraphs, strict=False))),)


@_block.register
def _source(block: Source) -> Iterable[Piece]:
    return (Piece("source", ((block.text,),)),)


@_block.register
def _table(block: Table) -> Iterable[Piece]:
    if any(len(row) != len(block.head) for row in block.rows):
        raise ValueError("Every row of a table has as many cells as its head.")
    return (
        Piece("caption", ((block.caption,),)),
        Piece("table", (block.head, *block.rows), shares=block.widths),
    )


@_block.register
def _drawing(block: Drawing) -> Iterable[Piece]:
    return (Piece("drawing", ((block.alt,),), shares=(block.width, block.height), svg=block.svg),)


@_block.register
def _attachments(block: Attachments) -> Iterable[Piece]:
    if len(block.names) == 1:
        return (Piece("attachments", ((block.label, block.names[0]),)),)
    labels = (block.label, *[""] * len(block.names))
    named = (f"{number}. {name}" for number, name in enumerate(block.names, start=1))
    return (Piece("attachments", tuple(zip(labels, named, strict=False))),)


@_block.register
def _signature(block: Signature) -> Iterable[Piece]:
    role: Role = "sealed" if block.sealed else "signature"
    return (Piece(role, ((block.name,), (block.dated,))),)


@_block.register
def _annex(block: Annex) -> Iterable[Piece]:
    lines = balanced(clean_line(block.title))
    return (Piece("annex", ((block.label,), *((line,) for line in lines))),)


def _tail(tail: Tail) -> Iterator[Piece]:
    for group in tail.groups:
        names = _ended("，".join(filter(None, map(clean_line, group.names))), "。", _ENDS)
        yield Piece("circulation", ((_ended(group.label, "：", (":", "：")), names),))
    yield Piece("copies", ((tail.copies,),))
    yield Piece("printing", ((tail.printer, tail.printed),))


def _ended(text: str, mark: str, known: tuple[str, ...]) -> str:
    shown = clean_line(text)
    return shown if not shown or shown.endswith(known) else shown + mark


def _cleaned(piece: Piece) -> Piece:
    lines = tuple(tuple(map(clean_line, line)) for line in piece.lines)
    return replace(piece, lines=lines)
