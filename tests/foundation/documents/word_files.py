"""Word files as offices write them, and as an attacker would."""

import zipfile
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from docx import Document
from docx.oxml import parse_xml

MAIN = "word/document.xml"
NAMES = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def saved(document: Any) -> bytes:
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


def of_lines(*lines: str) -> bytes:
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    return saved(document)


def with_raw(document: Any, xml: str) -> bytes:
    """An element of the main namespace at the beginning of the body."""
    document.element.body.insert(0, parse_xml(xml.replace(">", f" {NAMES}>", 1)))
    return saved(document)


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: Mapping[str, bytes]) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def changed(content: bytes, **parts: bytes) -> bytes:
    """`word__vbaProject.bin=…` adds or replaces that part."""
    told = {name.replace("__", "/").replace("_dot_", "."): each for name, each in parts.items()}
    return packed(parts_of(content) | told)


def hostile() -> dict[str, tuple[str, bytes, str]]:
    """Name of the case → (file name, content, code of the refusal)."""
    plain = of_lines("一、总体目标", "建成台账。")
    body = parts_of(plain)[MAIN]
    laughs = b'<!DOCTYPE l [<!ENTITY a "ha">]>'
    declared = body.replace(b"<w:document", laughs + b"<w:document", 1)
    late = body.replace(b"<w:document", b" " * 5_000 + laughs + b"<w:document", 1)
    chunk = b'<w:body><w:altChunk xmlns:r="r" r:id="x"/>'
    return {
        "bomb": ("a.docx", changed(plain, word__big_dot_xml=b"0" * (210 * 1024 * 1024)), "bomb"),
        "long part": ("a.docx", changed(plain, word__document_dot_xml=body + b" " * 40_000_000), "bomb"),
        "macros": ("a.docx", changed(plain, word__vbaProject_dot_bin=b"MZ"), "macros"),
        "macro file": ("a.docm", plain, "macros"),
        "program": ("a.docx", changed(plain, word__activeX__x_dot_bin=b"MZ"), "programs"),
        "embedded": ("a.docx", changed(plain, word__embeddings__o_dot_bin=b"MZ"), "programs"),
        "chunk": ("a.docx", changed(plain, word__document_dot_xml=body.replace(b"<w:body>", chunk)), "programs"),
        "entities": ("a.docx", changed(plain, word__document_dot_xml=declared), "damaged"),
        "late entities": ("a.docx", changed(plain, word__document_dot_xml=late), "damaged"),
        "no xml": ("a.docx", changed(plain, word__document_dot_xml=b"<w:"), "damaged"),
        "a sheet": ("a.docx", packed({"xl/workbook.xml": b"<x/>"}), "wrong_content"),
        "cut": ("a.docx", plain[: len(plain) // 2], "damaged"),
        "ten thousand paragraphs": ("a.docx", of_lines(*["段"] * 10_000), "too_long"),
        "long": ("a.txt", ("长" * 160_000).encode(), "too_long"),
        "picture only": ("a.docx", of_lines(), "no_text"),
        "blank": ("a.txt", b" \n \n", "no_text"),
        "nothing": ("a.txt", b"", "empty"),
        "old": ("a.doc", b"\xd0\xcf\x11\xe0", "old_word"),
        "wps": ("a.wps", b"\xd0\xcf\x11\xe0", "wps"),
        "locked": ("a.docx", b"\xd0\xcf\x11\xe0" + b"x" * 100, "encrypted"),
        "text called docx": ("a.docx", b"plain", "wrong_content"),
        "docx called text": ("a.txt", plain, "wrong_content"),
        "binary": ("a.txt", b"\x00\x01", "wrong_content"),
        "no characters": ("a.txt", b"\xff\x81\x20\xff", "encoding"),
        "pdf": ("a.pdf", b"%PDF-1.7", "wrong_kind"),
        "no name": ("docx", plain, "wrong_kind"),
    }  # fmt: skip
