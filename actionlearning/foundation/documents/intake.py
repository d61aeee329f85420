"""The only way an uploaded file comes in: refused in plain words, or stored in a safe version."""

import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.documents.names import clean_name
from actionlearning.foundation.errors import BadInput

MAX_BYTES = 20 * 1024 * 1024
NAME_LIMIT = 120
WALL_SECONDS = 10
ACCEPT = ".jpg,.jpeg,.png,.pdf"
ACCEPT_PHOTOS = ".jpg,.jpeg,.png"

_INSPECTION = Path(__file__).with_name("inspection.py")


@dataclass(frozen=True)
class _Kind:
    name: str
    media_type: str
    extension: str
    magic: bytes


_JPEG = _Kind("jpeg", "image/jpeg", "jpg", b"\xff\xd8\xff")
_PNG = _Kind("png", "image/png", "png", b"\x89PNG\r\n\x1a\n")
_PDF = _Kind("pdf", "application/pdf", "pdf", b"%PDF-")
_KINDS = {".jpg": _JPEG, ".jpeg": _JPEG, ".png": _PNG, ".pdf": _PDF}
_PHOTOS = {ending: kind for ending, kind in _KINDS.items() if kind is not _PDF}
PHOTO_SIDE = 2048
"""Pixels: enough for a page of paper."""

Reasons = Mapping[str, str | Promise]
"""Code of a refusal → the words for it; `too_complicated` is always among them."""

_REASONS: Reasons = {
    "empty": _("The file is empty."),
    "too_large": _("The file is larger than 20 MB. Make it smaller and send it again."),
    "wrong_kind": _("Only photographs (JPEG, PNG) and PDF files are accepted."),
    "wrong_content": _(
        "The content is not what the end of the file name says. Save it again as JPEG, PNG or PDF."
    ),
    "damaged": _("The file is damaged or incomplete. Save or scan it again."),
    "mixed": _("Something else is hidden in this PDF. Print it to a new PDF and send that."),
    "active_content": _(
        "The PDF contains a script, an attached file, a film or a form with its own code. "
        "Print it to a new PDF and send that."
    ),
    "encrypted": _("The PDF is protected by a password or by rights. Send it without protection."),
    "too_many_pages": _("The PDF has more than 300 pages. Split it."),
    "too_many_pixels": _(
        "The picture has too many pixels: a JPEG may have 50 million, a PNG 36 million. Make it smaller."
    ),
    "too_complicated": _("The file is too complicated to check. Make it simpler or smaller."),
}
_PHOTO_REASONS: Reasons = {
    **_REASONS,
    "wrong_kind": _(
        "Only photographs in JPEG or PNG are accepted. An iPhone takes them once its camera is set to "
        "“Most Compatible”."
    ),
    "wrong_content": _(
        "This is no photograph, whatever the end of its name says. Save it again as JPEG or PNG."
    ),
}


class Upload(Protocol):
    """What is read of an uploaded file; Django's `UploadedFile` fits."""

    def read(self, num_bytes: int, /) -> bytes: ...


class FileRefused(BadInput):
    """The file cannot be accepted (422); `code` is a key of the reasons above."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message, code=code, fields={"file": message})


@dataclass(frozen=True)
class StoredFile:
    """What may be stored; `sha256` (hexadecimal) and `size` (bytes) are those of `content`."""

    content: bytes
    media_type: str
    extension: str
    sha256: str
    size: int
    original_name: str


def receive(upload: Upload, name: str) -> StoredFile:
    """Check, and for images rewrite, one upload of at most 20 MB. Raises FileRefused."""
    return _received(upload, name, _KINDS, _REASONS)


def receive_photo(upload: Upload, name: str) -> StoredFile:
    """A JPEG or PNG of at most 20 MB, written anew at most PHOTO_SIDE pixels a side. Raises FileRefused."""
    return _received(upload, name, _PHOTOS, _PHOTO_REASONS, str(PHOTO_SIDE))


def _received(
    upload: Upload, name: str, kinds: Mapping[str, _Kind], reasons: Reasons, *side: str
) -> StoredFile:
    original_name = clean_name(name, limit=NAME_LIMIT)
    kind = kinds.get(Path(original_name).suffix.lower())
    if kind is None:
        raise refusal("wrong_kind", reasons)
    content = upload.read(MAX_BYTES + 1)
    if not content:
        raise refusal("empty", reasons)
    if len(content) > MAX_BYTES:
        raise refusal("too_large", reasons)
    if not content.startswith(kind.magic):
        raise refusal("wrong_content", reasons)
    rewritten = inspected([str(_INSPECTION), kind.name, *side], content, reasons, most=MAX_BYTES)
    kept = content if kind is _PDF else rewritten
    if len(kept) > MAX_BYTES:
        raise refusal("too_large", reasons)
    return StoredFile(
        content=kept,
        media_type=kind.media_type,
        extension=kind.extension,
        sha256=hashlib.sha256(kept).hexdigest(),
        size=len(kept),
        original_name=original_name,
    )


def inspected(arguments: Sequence[str], content: bytes, reasons: Reasons, *, most: int) -> bytes:
    """What a child process, Python with `arguments`, made of `content`: at most `most` + 1 bytes.

    Its answer goes to a file: there its size is limited. Raises FileRefused.
    """
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as answer:
        source.write(content)
        source.seek(0)
        try:
            child = subprocess.run(  # noqa: S603 - fixed command, the file goes through stdin
                [sys.executable, "-I", "-B", *arguments],
                stdin=source,
                stdout=answer,
                stderr=subprocess.DEVNULL,
                env={},
                cwd=tempfile.gettempdir(),
                timeout=WALL_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise refusal("too_complicated", reasons) from None
        answer.seek(0)
        if child.returncode != 0:
            raise refusal("too_complicated", reasons)
        return _judged(answer, reasons, most)


def _judged(answer: IO[bytes], reasons: Reasons, most: int) -> bytes:
    """One line of verdict, then the content; a child that says anything else was taken over."""
    try:
        verdict = json.loads(answer.readline())
        code = verdict.get("refused")
    except (ValueError, AttributeError):
        code = "too_complicated"
    if code is not None:
        raise refusal(code if code in reasons else "too_complicated", reasons)
    return answer.read(most + 1)


def refusal(code: str, reasons: Reasons) -> FileRefused:
    return FileRefused(str(reasons[code]), code)
