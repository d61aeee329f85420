"""Texts people have written elsewhere: .docx and .txt, read in a child process under limits."""

import json
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.documents.intake import (
    MAX_BYTES,
    NAME_LIMIT,
    Reasons,
    Upload,
    inspected,
    refusal,
)
from actionlearning.foundation.documents.names import clean_name, without_hidden_characters

ACCEPT = ".docx,.txt"
MAX_ANSWER = 8 * 1024 * 1024

_ROOT = str(Path(__file__).parents[3])
_CHILD = (
    "import sys; sys.path.append(sys.argv[1]); "
    "from actionlearning.foundation.documents.text_reading import main; main(sys.argv[2])"
)
_OLD_BINARY = b"\xd0\xcf\x11\xe0"
_HOW_TO_SAVE = {
    ".doc": "old_word",
    ".dot": "old_word",
    ".wps": "wps",
    ".wpt": "wps",
    ".docm": "macros",
    ".dotm": "macros",
}

REASONS: Reasons = {
    "empty": _("The file is empty."),
    "too_large": _("The file is larger than 20 MB. Make it smaller and send it again."),
    "wrong_kind": _("Only Word files (.docx) and plain texts (.txt) are accepted."),
    "old_word": _(
        "This is an old Word file. Open it, choose “Save as”, file type “Word document (*.docx)”, "
        "and send that file."
    ),
    "wps": _(
        "This is a file of WPS's own kind. Open it, choose “Save as”, file type “Word file (*.docx)”, "
        "and send that file."
    ),
    "macros": _(
        "The file contains macros, that is programs. Open it, choose “Save as”, file type “Word "
        "document (*.docx)”, which leaves them out, and send that file."
    ),
    "programs": _(
        "The file contains an embedded file or a control with its own code. Copy the text to a new "
        "document and send that."
    ),
    "wrong_content": _(
        "The content is not what the end of the file name says. Save it again as .docx or .txt."
    ),
    "damaged": _("The file is damaged or incomplete. Open it and save it again."),
    "encrypted": _(
        "The file is protected by a password. Take the protection off and send it again."
    ),
    "encoding": _(
        "The characters of this file cannot be read. Save it as .docx, or as a text in UTF-8 or GB18030."
    ),
    "bomb": _(
        "The file unpacks to something far too large. Copy the text to a new document and send that."
    ),
    "too_long": _(
        "The text has more than 150,000 characters, or more than 3,000 paragraphs and table rows. "
        "Send only the part that belongs here."
    ),
    "no_text": _("There is no text in this file. A scanned page is a picture: type it, or copy its text."),
    "too_complicated": _("The file is too complicated to read. Copy the text to a new document."),
}  # fmt: skip


@dataclass(frozen=True)
class Block:
    """A paragraph, `level` 1 to 9 where it is set as a heading; or a table, by its `rows`."""

    text: str = ""
    level: int = 0
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Text:
    """`left`: pictures, footnotes and the like, whose content is not among the blocks."""

    blocks: tuple[Block, ...]
    left: int


def read_text(upload: Upload, name: str) -> Text:
    """At most 20 MB, .docx or .txt by name and by first bytes. Raises FileRefused."""
    kind = _kind(name)
    content = upload.read(MAX_BYTES + 1)
    if not content:
        raise refusal("empty", REASONS)
    if len(content) > MAX_BYTES:
        raise refusal("too_large", REASONS)
    if content.startswith(_OLD_BINARY):
        raise refusal("encrypted" if kind == "docx" else "wrong_content", REASONS)
    if content.startswith(b"PK\x03\x04") != (kind == "docx"):
        raise refusal("wrong_content", REASONS)
    answer = inspected(["-c", _CHILD, _ROOT, kind], content, REASONS, most=MAX_ANSWER)
    if len(answer) > MAX_ANSWER:
        raise refusal("too_long", REASONS)
    found = json.loads(answer)
    return Text(tuple(_block(*each) for each in found["blocks"]), int(found["left"]))


def _kind(name: str) -> str:
    extension = Path(clean_name(name, limit=NAME_LIMIT)).suffix.lower()
    if extension in _HOW_TO_SAVE:
        raise refusal(_HOW_TO_SAVE[extension], REASONS)
    if extension not in ACCEPT.split(","):
        raise refusal("wrong_kind", REASONS)
    return extension[1:]


def _block(kind: str, told: str | list[list[str]], level: int = 0) -> Block:
    if isinstance(told, str):
        return Block(_plain(told), level)
    return Block(rows=tuple(tuple(map(_plain, row)) for row in told))


def _plain(text: str) -> str:
    """Without what cannot be seen; lines of a cell stay lines."""
    spaced = text.replace("\t", " ").replace("\u00a0", " ")
    return "\n".join(without_hidden_characters(line).strip() for line in spaced.split("\n"))
