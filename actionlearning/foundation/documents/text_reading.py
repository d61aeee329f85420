"""The child process that reads an uploaded text: its paragraphs and tables in order, and nothing else.

Answers one line of JSON and behind it the blocks as JSON: `["p", text, level]`, level 1 to 9 of a
heading or 0, and `["t", rows]`. Fields, links and pictures stay behind: what is shown is read.
"""

import json
import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from actionlearning.foundation.documents.inspection import RefusedFile, answer_with
from actionlearning.foundation.documents.packages import Shape, check_package
from actionlearning.foundation.documents.table_reading import decoded

MAX_PARAGRAPHS = 3_000
"""Rows of tables too: a plan of an office has a hundred."""
MAX_CHARACTERS = 150_000
MAX_PART = 32 * 1024 * 1024
"""Bytes of the main part, unpacked."""
_SHAPE = Shape(
    main="word/document.xml",
    macros=("vbaproject.bin", "vbadata.xml"),
    programs=("word/activex/", "word/embeddings/", "word/afchunk"),
)
_MAIN = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_HEADING = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)
_BREAKS = {"br": "\n", "cr": "\n", "tab": "\t", "noBreakHyphen": "-"}
_NOTES = ("footnoteReference", "endnoteReference")

_COUNTED = ("drawing", "pict", *_NOTES)

Block = list[Any]


def main(kind: str) -> None:
    answer_with(_read_txt if kind == "txt" else _read_docx)


def _read_txt(content: bytes) -> tuple[dict[str, object], bytes]:
    text = decoded(content)
    if "\0" in text:
        raise RefusedFile("wrong_content")
    return _answer([["p", line, 0] for line in text.splitlines() if line.strip()], 0)


def _read_docx(content: bytes) -> tuple[dict[str, object], bytes]:
    check_package(content, _SHAPE)
    with zipfile.ZipFile(BytesIO(content)) as archive:
        names = set(archive.namelist())
        body = _parsed(archive, "word/document.xml").find(f"{_MAIN}body")
        styles = _levels(_parsed(archive, "word/styles.xml")) if "word/styles.xml" in names else {}
    if body is None:
        raise RefusedFile("damaged")
    if next(body.iter(f"{_MAIN}altChunk"), None) is not None:
        raise RefusedFile("programs")
    return _answer(list(_blocks(body, styles)), _left(body))


def _left(body: Any) -> int:
    """Pictures, of which a file may hold a second drawing for older programs, and notes at the foot."""
    count = {name: sum(1 for _each in body.iter(f"{_MAIN}{name}")) for name in _COUNTED}
    return max(count["drawing"], count["pict"]) + sum(count[name] for name in _NOTES)


def _parsed(archive: zipfile.ZipFile, name: str) -> Any:
    from lxml import etree  # noqa: PLC0415 - a plain text shall not pay for it

    with archive.open(name) as part:
        content = part.read(MAX_PART + 1)
    if len(content) > MAX_PART:
        raise RefusedFile("bomb")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(content, parser)
    if root.getroottree().docinfo.doctype:
        raise RefusedFile("damaged")
    return root


def _levels(styles: Any) -> dict[str, int]:
    """Id of a paragraph style → level of heading, by its outline or by its name."""
    found = {}
    for style in styles.iter(f"{_MAIN}style"):
        name, outline = style.find(f"{_MAIN}name"), style.find(f".//{_MAIN}outlineLvl")
        level = _level(outline)
        named = _HEADING.fullmatch(_value(name)) if name is not None else None
        if named:
            level = int(named[1])
        if level:
            found[style.get(f"{_MAIN}styleId", "")] = level
    return found


def _level(outline: Any) -> int:
    value = _value(outline) if outline is not None else ""
    return int(value) + 1 if value.isdecimal() and int(value) < 9 else 0


def _value(node: Any) -> str:
    return str(node.get(f"{_MAIN}val", ""))


def _blocks(body: Any, styles: dict[str, int]) -> Iterator[Block]:
    """In the order of the page; what stands in a text box comes behind the paragraph that holds it."""
    for node in body:
        if node.tag == f"{_MAIN}tbl":
            yield ["t", _rows(node)]
        elif node.tag == f"{_MAIN}p":
            yield from _paragraphs(node, styles)
        elif isinstance(node.tag, str):
            inner = node.find(f"{_MAIN}sdtContent")
            yield from _blocks(inner if inner is not None else node, styles)


def _paragraphs(node: Any, styles: dict[str, int]) -> Iterator[Block]:
    boxes: list[Any] = []
    text = "".join(_words(node, boxes))
    level = _heading_level(node, styles)
    for line in text.split("\n"):
        if line.strip():
            yield ["p", line, level]
    for box in boxes:
        yield from _blocks(box, styles)


def _heading_level(node: Any, styles: dict[str, int]) -> int:
    properties = node.find(f"{_MAIN}pPr")
    if properties is None:
        return 0
    own = _level(properties.find(f"{_MAIN}outlineLvl"))
    style = properties.find(f"{_MAIN}pStyle")
    return own or (styles.get(_value(style), 0) if style is not None else 0)


def _words(node: Any, boxes: list[Any]) -> Iterator[str]:
    """What is read of a paragraph: not what was struck out, not hidden text, and a text box by itself."""
    for each in node:
        if each.tag in (_FALLBACK, f"{_MAIN}del", f"{_MAIN}moveFrom", f"{_MAIN}pPr"):
            continue
        if each.tag == f"{_MAIN}txbxContent":
            boxes.append(each)
        elif each.tag == f"{_MAIN}t":
            yield each.text or ""
        elif isinstance(each.tag, str) and each.tag.removeprefix(_MAIN) in _BREAKS:
            yield _BREAKS[each.tag.removeprefix(_MAIN)]
        elif not _hidden(each):
            yield from _words(each, boxes)


def _hidden(run: Any) -> bool:
    if run.tag != f"{_MAIN}r":
        return False
    mark = run.find(f"{_MAIN}rPr/{_MAIN}vanish")
    return mark is not None and _value(mark) not in ("0", "false")


def _rows(table: Any) -> list[list[str]]:
    """Cells as texts; a tall cell is meant for every row beside it."""
    found: list[list[str]] = []
    for row in _own(table, f"{_MAIN}tr"):
        cells: list[str] = []
        for cell in _own(row, f"{_MAIN}tc"):
            merge = cell.find(f"{_MAIN}tcPr/{_MAIN}vMerge")
            above = found[-1][len(cells)] if found and len(cells) < len(found[-1]) else ""
            goes_on = merge is not None and _value(merge) != "restart"
            cells.append(above if goes_on else _cell(cell))
        found.append(cells)
    return found


def _own(node: Any, tag: str) -> Iterator[Any]:
    """Not those of a table inside; a control around a row or a cell is looked through."""
    for each in node:
        if each.tag == tag:
            yield each
        elif each.tag != f"{_MAIN}tbl":
            yield from _own(each, tag)


def _cell(cell: Any) -> str:
    boxes: list[Any] = []
    lines = ("".join(_words(each, boxes)) for each in cell.iter(f"{_MAIN}p"))
    return "\n".join(line.strip() for line in lines if line.strip())


def _answer(blocks: list[Block], left: int) -> tuple[dict[str, object], bytes]:
    rows = [block[1] if block[0] == "t" else [block[1:2]] for block in blocks]
    if sum(map(len, rows)) > MAX_PARAGRAPHS:
        raise RefusedFile("too_long")
    if sum(len(cell) for table in rows for row in table for cell in row) > MAX_CHARACTERS:
        raise RefusedFile("too_long")
    if not blocks:
        raise RefusedFile("no_text")
    told = {"blocks": blocks, "left": left}
    return {}, json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")
