"""An official paper as data, independent of what it becomes: PDF, pages on the screen, Word, text.

Every text is one line of words for the reader: line breaks and runs of spaces count as one space,
invisible characters are dropped. Nothing in a text is markup. Labels have the usual Chinese words
as defaults; numbering of headings, dates and issue numbers are written by the caller.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Level = Literal[1, 2, 3, 4]
"""一、 (Hei) / （一） (Kai) / 1. and （1） (Fangsong), as GB/T 9704 has them."""


@dataclass(frozen=True)
class Masthead:
    """Head of a periodical: seven of the 22 lines, closed by a red rule.

    `name` large and red (54 pt and down until it fits), `body` red above it (26 pt and down),
    `issue` centred under it, `unit` left and `dated` right above the rule, all 16 pt.
    `note` stands top left in Hei, `copy_number` top right (papers with a secrecy level only).
    """

    name: str
    body: str = ""
    issue: str = ""
    unit: str = ""
    dated: str = ""
    note: str = ""
    copy_number: str = ""


@dataclass(frozen=True)
class Letterhead:
    """Head of an ordinary paper: eight of the 22 lines, closed by a red rule.

    The upper edge of `mark` is 35 mm below the upper edge of the type area; `number` is centred two
    lines below it, or left when a `signer` stands right. `notes`, at most three, stand top left.
    """

    mark: str
    number: str = ""
    signer: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Title:
    """Title of the paper or of one article: 22 pt, centred; `byline` in Kai, 16 pt, under it.

    Give the lines of a long title in `lines`, broken by sense; a line that is too long is divided.
    """

    lines: tuple[str, ...]
    byline: str = ""


@dataclass(frozen=True)
class Recipient:
    """Main recipient, flush left; the full-width colon is added when it is missing."""

    text: str


@dataclass(frozen=True)
class Heading:
    """A heading on a line of its own, with its number in the text; kept with what follows."""

    text: str
    level: Level = 1


@dataclass(frozen=True)
class Paragraph:
    """16 pt Fangsong, indented two characters; `lead` is a heading run into the first line."""

    text: str
    lead: str = ""
    level: Level = 2


@dataclass(frozen=True)
class EditorsNote:
    """In Kai, indented two characters on both sides; `label` in Hei opens the first paragraph."""

    paragraphs: tuple[str, ...]
    label: str = "编者按："


@dataclass(frozen=True)
class Source:
    """Who sent in the text above it: a small line (Kai, 14 pt) at the right. Brackets are yours."""

    text: str


@dataclass(frozen=True)
class Table:
    """A ruled table, 14 pt, the head repeated on every page; a column of numbers stands right.

    `widths` are shares of the 156 mm; left out, they follow the longest text of each column.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    widths: tuple[float, ...] = ()


@dataclass(frozen=True)
class Drawing:
    """An SVG picture of what the words behind it say, centred; Word files and plain text leave it out.

    `width` and `height` are its own measures, of which only the proportion counts; `alt` is read
    aloud instead of it. Texts in it are the maker's to escape.
    """

    svg: str
    width: float
    height: float
    alt: str


@dataclass(frozen=True)
class Attachments:
    """Note under the body that names what is attached, without marks at the end; numbered from two."""

    names: tuple[str, ...]
    label: str = "附件："


@dataclass(frozen=True)
class Signature:
    """Name and date: right-indented two characters, or, `sealed`, date four with the name centred over it."""

    name: str
    dated: str
    sealed: bool = False


@dataclass(frozen=True)
class Annex:
    """Begins an attachment on a new page: `label` (附件1) top left in Hei, `title` 22 pt on line three."""

    label: str
    title: str = ""


Block = (
    Title
    | Recipient
    | Heading
    | Paragraph
    | EditorsNote
    | Source
    | Table
    | Drawing
    | Attachments
    | Signature
    | Annex
)


@dataclass(frozen=True)
class Circulation:
    """One group of addressees of the tail, `label` without colon: 报, 送, 发, 抄送."""

    label: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Tail:
    """End matter, 14 pt, between rules at the foot of the last page.

    A group ends with a full stop. `copies` (共印50份) stands right under the groups; `printer` left
    and `printed` right are a row of their own under an inner rule.
    """

    groups: tuple[Circulation, ...] = ()
    copies: str = ""
    printer: str = ""
    printed: str = ""


@dataclass(frozen=True)
class Paper:
    """One paper. `title` and `author` go into the file's properties, `dated` is its date there."""

    title: str
    dated: date
    blocks: tuple[Block, ...]
    head: Masthead | Letterhead | None = None
    tail: Tail | None = None
    author: str = ""
