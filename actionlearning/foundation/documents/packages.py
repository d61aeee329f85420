"""What a packed office file says of itself before anything is unpacked; for the child processes that read them."""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from actionlearning.foundation.documents.inspection import RefusedFile

MAX_ENTRIES = 2_000
MAX_UNPACKED = 200 * 1024 * 1024
"""Bytes, as the archive itself declares them; the memory limit of the process stands behind."""
MOST_TIMES = 250
"""How many times larger than packed a file of more than ten megabytes may be."""
_HARMLESS = 10 * 1024 * 1024


@dataclass(frozen=True)
class Shape:
    """Of one kind of office file: its main part, and in lower case the names of parts that are programs."""

    main: str
    macros: Sequence[str]
    programs: Sequence[str]


def check_package(content: bytes, shape: Shape) -> None:
    """Raises RefusedFile; nothing but the beginnings of its parts is unpacked."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        entries = archive.infolist()
        _check_names([entry.filename.replace("\\", "/").lower() for entry in entries], shape)
        if any(entry.flag_bits & 1 for entry in entries):
            raise RefusedFile("encrypted")
        unpacked = sum(entry.file_size for entry in entries)
        if unpacked > MAX_UNPACKED or unpacked > max(_HARMLESS, MOST_TIMES * len(content)):
            raise RefusedFile("bomb")
        for entry in entries:
            if entry.filename.endswith((".xml", ".rels")):
                _check_part(archive.open(entry).read(4096))


def _check_names(names: list[str], shape: Shape) -> None:
    if len(names) > MAX_ENTRIES:
        raise RefusedFile("too_complicated")
    if any(mark in name for name in names for mark in shape.macros):
        raise RefusedFile("macros")
    if any(mark in name for name in names for mark in shape.programs):
        raise RefusedFile("programs")
    if shape.main not in names:
        raise RefusedFile("wrong_content")


def _check_part(beginning: bytes) -> None:
    if b"<!DOCTYPE" in beginning or b"<!ENTITY" in beginning:
        raise RefusedFile("damaged")
    if b"macroEnabled" in beginning:
        raise RefusedFile("macros")
