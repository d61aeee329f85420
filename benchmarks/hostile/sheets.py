"""Sheets as an attacker or a careless program would send them to a roster; built in memory."""

import zipfile
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO

from openpyxl import Workbook

Files = dict[str, bytes]
HEAD = ("单位", "姓名", "职务", "联系电话", "起始日期")
ROW = ("民政局", "韦联", "科员", "0774-7280000", "2026-03-02")
SHEET, TEXTS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
_LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    + "]>"
)
_OUTSIDE = '<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
_REMOTE = '<!DOCTYPE l SYSTEM "http://127.0.0.1:9/x.dtd">'


def sheets() -> Files:
    return {
        **dict(_added_parts()),
        **dict(_declared()),
        **dict(_grown()),
        **dict(_packed_strangely()),
        **dict(_cut()),
        **dict(_disguised()),
        **dict(_tables_of_text()),
    }


def honest() -> bytes:
    return _book([HEAD, ROW])


def _book(rows: list[tuple[str, ...]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: Mapping[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", kind) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _changed(name: str, change: Callable[[bytes], bytes]) -> bytes:
    parts = parts_of(honest())
    parts[name] = change(parts[name])
    return packed(parts)


def _with(**added: bytes) -> bytes:
    return packed(parts_of(honest()) | {name.replace("__", "/"): c for name, c in added.items()})


def _added_parts() -> Iterator[tuple[str, bytes]]:
    """Programs, links and names that lead outside."""
    plain = parts_of(honest())
    for name in (
        "xl/vbaProject.bin",
        "xl/VBAPROJECT.BIN",
        "xl\\vbaProject.bin",
        "xl/vbaData.xml",
        "xl/macrosheets/sheet1.xml",
        "xl/dialogsheets/sheet1.xml",
        "xl/activeX/activeX1.bin",
        "xl/embeddings/oleObject1.bin",
        "xl/ctrlProps/ctrlProp1.xml",
        "xl/externalLinks/externalLink1.xml",
        "xl/connections.xml",
        "xl/queryTables/queryTable1.xml",
        "customUI/customUI.xml",
        "../../../../tmp/al-slip.txt",
        "/etc/al-slip",
        "C:\\al-slip.txt",
        "xl/../../slip.xml",
        "a" * 60_000,
        "\u202exml.tcartsba",
        "xl/worksheets/sheet1.xml/",
    ):
        yield f"part {name[:40]!r}.xlsx".replace("/", "-"), packed(plain | {name: b"MZ<x/>"})
    for formula in (
        "cmd|'/c calc'!A0",
        'HYPERLINK("http://127.0.0.1:9/","x")',
        'WEBSERVICE("http://127.0.0.1:9/")',
        "SUM(A1:XFD1048576)",
        "A1",
    ):
        yield f"formula {formula[:12]!r}.xlsx".replace("/", "-"), _formula(formula)


def _formula(formula: str) -> bytes:
    book = Workbook()
    book.active.append(HEAD)  # type: ignore[union-attr]
    book.active.append((ROW[0], "=" + formula, *ROW[2:]))  # type: ignore[union-attr]
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def _declared() -> Iterator[tuple[str, bytes]]:
    """Entities and document types in every part, in front, late, and in another encoding."""
    for part in parts_of(honest()):
        if not part.endswith((".xml", ".rels")):
            continue
        for word, declaration in (("laughs", _LAUGHS), ("outside", _OUTSIDE), ("remote", _REMOTE)):
            told = f"{word} in {part.rsplit('/', 1)[-1]}.xlsx"
            yield told, _changed(part, lambda c, d=declaration: _declare(c, d))
    yield (
        "late laughs.xlsx",
        _changed(SHEET, lambda c: _declare(c, f"<!--{' ' * 9000}-->" + _LAUGHS)),
    )
    yield (
        "laughs in utf-16.xlsx",
        _changed(SHEET, lambda c: _declare(c, _LAUGHS).decode().encode("utf-16")),
    )
    yield (
        "macro type.xlsx",
        _changed(
            "[Content_Types].xml",
            lambda c: c.replace(b"sheet.main+xml", b"sheet.macroEnabled.main+xml"),
        ),
    )


def _declare(content: bytes, declaration: str) -> bytes:
    text = content.decode()
    at = text.index("?>") + 2 if text.startswith("<?xml") else 0
    return (text[:at] + declaration + text[at:]).encode()


def _grown() -> Iterator[tuple[str, bytes]]:
    """More of everything than any roster has."""

    def rows(inside: str) -> bytes:
        def put(content: bytes) -> bytes:
            text = content.decode()
            return (
                text[: text.index("<sheetData>") + 11] + inside + "</sheetData></worksheet>"
            ).encode()

        return _changed(SHEET, put)

    cell = '<c r="{}" t="inlineStr"><is><t>x</t></is></c>'.format
    yield "far cell.xlsx", rows(f'<row r="1048576">{cell("XFD1048576")}</row>')
    yield (
        "far row.xlsx",
        rows(f'<row r="1">{cell("A1")}</row><row r="1048576">{cell("A1048576")}</row>'),
    )
    yield "impossible cell.xlsx", rows(f'<row r="9">{cell("ZZZZZZ99999999999")}</row>')
    yield "no number.xlsx", rows(f'<row r="-1">{cell("A-1")}</row>')
    yield "million columns.xlsx", rows("<row>" + "<c><v>1</v></c>" * 1_000_000 + "</row>")
    yield "million rows.xlsx", rows("<row><c><v>1</v></c></row>" * 1_048_577)
    yield "deep.xlsx", rows("<row>" + "<a>" * 200_000 + "</a>" * 200_000 + "</row>")
    yield "never closed.xlsx", rows("<row>" + "<c>" * 300_000)
    yield (
        "many attributes.xlsx",
        rows("<row " + " ".join(f'a{n}="1"' for n in range(200_000)) + "/>"),
    )
    yield (
        "long text.xlsx",
        rows(f'<row><c t="inlineStr"><is><t>{"长" * 6_000_000}</t></is></c></row>'),
    )
    yield "index far.xlsx", rows('<row><c t="s"><v>4000000000</v></c></row>')
    yield "index below.xlsx", rows('<row><c t="s"><v>-5</v></c></row>')
    for number in ("1e308", "1e999", "NaN", "-Infinity", "9" * 400, "0x10", "2958466", "-1"):
        yield f"number {number[:9]}.xlsx", rows(f"<row><c><v>{number}</v></c></row>")
    merged = "".join(f'<mergeCell ref="A{n}:B{n + 1}"/>' for n in range(1, 200_000, 2))
    for word, cells in (("all", '<mergeCell ref="A1:XFD1048576"/>'), ("many", merged)):
        inside = f"</sheetData><mergeCells>{cells}</mergeCells></worksheet>".encode()
        yield (
            f"merged {word}.xlsx",
            _changed(SHEET, lambda c, i=inside: c[: c.index(b"</sheetData>")] + i),
        )
    yield "size lied.xlsx", _changed(SHEET, lambda c: c.replace(b"A1:E2", b"A1:XFD1048576"))
    many = "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="rId1"/>' for n in range(1, 5000))
    yield (
        "many sheets.xlsx",
        _changed("xl/workbook.xml", lambda c: c.replace(b"<sheets>", b"<sheets>" + many.encode())),
    )


def _packed_strangely() -> Iterator[tuple[str, bytes]]:
    plain = parts_of(honest())
    zeros = b"<x>" + bytes(150_000_000)
    yield "bomb.xlsx", packed(plain | {"xl/media/image1.bin": zeros})
    yield "bomb in texts.xlsx", packed(plain | {TEXTS: b"<sst><si><t>" + b"A" * 150_000_000})
    yield "bomb twice.xlsx", packed(plain | {"a.zip": packed({"b": packed({"c": zeros})})})
    yield "many entries.xlsx", packed(plain | {f"xl/x{n}.xml": b"" for n in range(20_000)})
    yield "size hidden.xlsx", _lying(packed(plain | {SHEET: plain[SHEET] + b" " * 90_000_000}))
    yield "locked flag.xlsx", _flagged(packed(plain))
    yield "stored.xlsx", packed(plain, zipfile.ZIP_STORED)
    yield "bzip.xlsx", packed(plain, zipfile.ZIP_BZIP2)
    yield "lzma.xlsx", packed(plain, zipfile.ZIP_LZMA)
    yield "no workbook.xlsx", packed({n: c for n, c in plain.items() if n != "xl/workbook.xml"})
    yield "no sheet.xlsx", packed({n: c for n, c in plain.items() if n != SHEET})
    yield "no types.xlsx", packed({n: c for n, c in plain.items() if "Types" not in n})
    yield "empty archive.xlsx", packed({})
    yield "twice the same.xlsx", _twice(plain)
    yield "something behind.xlsx", packed(plain) + b"<script>alert(1)</script>"
    yield "something in front.xlsx", b"PK\x03\x04" + b"<script>" + packed(plain)


def _twice(plain: Mapping[str, bytes]) -> bytes:
    import warnings

    stream = BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "w") as archive:
        warnings.simplefilter("ignore")
        for name, content in (*plain.items(), (SHEET, b"<worksheet/>")):
            archive.writestr(name, content)
    return stream.getvalue()


def _lying(content: bytes) -> bytes:
    """The directory says that the largest part has ten bytes."""
    directory = content.rindex(SHEET.encode()) - 46 + 24
    return content[:directory] + (10).to_bytes(4, "little") + content[directory + 4 :]


def _flagged(content: bytes) -> bytes:
    place = content.index(b"PK\x01\x02") + 8
    return content[:place] + bytes([content[place] | 1]) + content[place + 1 :]


def _cut() -> Iterator[tuple[str, bytes]]:
    content = honest()
    for share in range(5, 100, 10):
        yield f"cut at {share}.xlsx", content[: len(content) * share // 100]
    for share in range(10, 100, 20):
        at = len(content) * share // 100
        yield f"broken at {share}.xlsx", content[:at] + b"\xff\x00\xff" + content[at + 3 :]


def _disguised() -> Iterator[tuple[str, bytes]]:
    content, old = honest(), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096)
    for name in (
        "a.xlsm", "a.xltm", "a.xlam", "a.xls", "a.xlsb", "a.ods", "a.et", "a.exe", "a.xlsx.exe", "a", ".xlsx",
        "a.xlsx\x00.exe", "../../a.xlsx", "C:\\x\\a.xlsx", "\u202exslx.exe", "a.csv", "a.html", "CON.xlsx",
        "长" * 400 + ".xlsx", "<img src=x onerror=alert(1)>.xlsx", "a\r\nX-Evil: 1.xlsx", "a;b='c'.xlsx",
    ):  # fmt: skip
        yield name, content
    yield "old.xls", old
    yield "locked.xlsx", old
    yield "old as csv.csv", old
    yield "page.xlsx", b"<html><script>alert(1)</script></html>"
    yield "page.csv", b"<html><script>alert(1)</script></html>"
    yield "picture.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(100)
    yield "program.xlsx", b"MZ" + bytes(500)
    yield "empty.xlsx", b""
    yield "empty.csv", b""


def _tables_of_text() -> Iterator[tuple[str, bytes]]:
    line = ",".join(ROW)
    text = ",".join(HEAD) + "\r\n" + line + "\r\n"
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "big5hkscs", "utf-7", "cp1252"):  # fmt: skip
        yield f"{encoding}.csv", text.encode(encoding, "replace")
    yield "nul.csv", text.encode().replace(b"\xe9", b"\x00")
    yield "only nul.csv", bytes(10_000)
    yield "two marks.csv", b"\xef\xbb\xbf" * 2 + text.encode()
    yield "only a mark.csv", b"\xef\xbb\xbf"
    yield "half a character.csv", text.encode()[:-4]
    yield "noise.csv", bytes(range(256)) * 400
    yield "million columns.csv", b"," * 1_000_000
    yield "million rows.csv", b"a\n" * 1_000_000
    yield "millions of empty rows.csv", b"\n" * 15_000_000
    yield "one line.csv", b"a" * 19_000_000
    yield "open quote.csv", b'"' + b"a\n" * 5_000_000
    yield "quotes.csv", b'""' * 5_000_000
    yield "old line ends.csv", text.replace("\r\n", "\r").encode()
    yield "too large.csv", b"a,b\n" * 5_300_000
    for mark in ("=", "+", "-", "@", "\t=", "|", "＝", "\u202e="):
        risky = f'{mark}HYPERLINK("http://127.0.0.1:9/")'
        yield (
            f"formula {ord(mark[-1])} {len(mark)}.csv",
            text.replace("韦联", f'"{risky}"').encode(),
        )
    yield "script.csv", text.replace("韦联", "<script>alert(1)</script>").encode()
    yield "long field.csv", text.replace("韦联", "韦" * 200_000).encode()
    yield "surrogates.csv", text.encode() + b"\xed\xa0\x80,x\n"
