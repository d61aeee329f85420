"""Plan packs, notices of holidays and division files that were made to break their readers."""

from collections.abc import Iterator

Files = dict[str, bytes]
_LAUGHS = "a0: &a0 [x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
)


def packs(honest: str) -> Files:
    """`honest`: a pack that comes with the product."""
    return {f"{name}.yaml": content for name, content in _packs(honest)}


def _packs(honest: str) -> Iterator[tuple[str, bytes]]:
    yield "laughs", _LAUGHS.encode()
    yield "laughs behind a pack", (honest + _LAUGHS).encode()
    yield (
        "merge laughs",
        b"a: &a {x: 1}\n"
        + b"".join(b"b%d: {<<: [%s]}\n" % (n, b", ".join([b"*a"] * 500)) for n in range(200)),
    )
    yield "itself", b"a: &a [*a]\n"
    yield "itself merged", b"a: &a {<<: *a}\n"
    yield "quadratic", ("a: &a '" + "x" * 50_000 + "'\nb: [" + "*a, " * 5_000 + "]\n").encode()
    yield "many anchors", "".join(f"k{n}: &n{n} 1\n" for n in range(50_000)).encode()
    for mark in ("[", "{a: ", "- ", "? ", "!!seq [", "- - - "):
        yield f"deep {mark.strip()}", (mark * 40_000).encode()
    for tag in (
        "!!python/object/apply:os.system ['id']", "!!python/name:os.system", "!!python/object/new:type []",
        "!!binary AAAA", "!!set {a, b}", "!!omap [a: 1]", "!<tag:x> 1", "!!timestamp 9999-99-99", "!!float 1e9999",
        "!!int 0b" + "1" * 5_000, "!!int " + "9" * 60_000, "!!null x", "!!bool maybe",
    ):  # fmt: skip
        yield f"tag {tag[:26]}", f"format: {tag}\n".encode()
    yield "sexagesimal", b"a: " + b"1:" * 50_000 + b"1\n"
    yield "long key", b"k" * 200_000 + b": 1\n"
    yield "same key", b"a: 1\n" * 50_000
    yield "strange key", b"? [a, {b: c}]\n: 1\n"
    yield "block", b"a: |\n" + b"  x\n" * 200_000
    yield "quotes", b"a: '" + b"''" * 300_000 + b"'\n"
    yield "escapes", b'a: "' + b"\\U0010ffff" * 30_000 + b'"\n'
    yield "surrogate", b'a: "\\ud800"\n'
    yield "nul", b"a: \x00\n"
    yield "control", bytes(range(1, 32))
    yield "not utf-8", honest.encode("gb18030")
    yield "utf-16", honest.encode("utf-16")
    yield "directive", b"%YAML 9.9\n%TAG ! tag:x,2000:\n---\nformat: 1\n"
    yield "documents", b"--- 1\n" * 50_000
    yield "comments", b"# x\n" * 200_000
    yield "tabs", b"\t" * 100_000
    yield "spaces", b" " * 500_000 + b"a: 1\n"
    yield "too large", b"# " + b"x" * 6_000_000
    yield "script", honest.replace("title: ", "title: <script>alert(1)</script>", 1).encode()
    yield "empty", b""
    for share in range(10, 100, 20):
        yield f"cut at {share}", honest.encode()[: len(honest.encode()) * share // 100]


def notices() -> Files:
    day = "9月25日（周五）至27日（周日）放假调休，共3天。"
    bad = {
        "many": day * 900,
        "dashes": "9月9日" + "至" * 19_000,
        "digits": "9" * 19_000 + "月",
        "months": "9月" * 9_000,
        "days": "1日、" * 6_000,
        "brackets": "（" * 19_000,
        "spaces": "9月" + " " * 19_000 + "9日放假",
        "never": "13月45日放假",
        "whole years": "1月1日至12月31日放假。" * 800,
        "backwards": "12月31日至1月1日放假，共900天。",
        "weekdays": "（周五）" * 4_000,
        "full width": "９月２５日（周五）至２７日放假" * 600,
        "script": "国庆节：<script>alert(1)</script>10月1日放假",
        "nul": "10月1日\x00放假",
        "turned": "\u202e10月1日放假",
        "too long": day * 2_000,
        "marks": "9月25日至" + "\u0301" * 15_000,
        "names": "、".join(["国庆节"] * 4_000) + "：10月1日放假",
    }
    return {f"{name}.txt": text.encode() for name, text in bad.items()}


def divisions(honest: bytes) -> Files:
    """`honest`: the file that comes with the product."""
    head, _newline, _rest = honest.partition(b"\n")
    lines = honest.splitlines(keepends=True)
    return {
        "empty.csv": b"",
        "head only.csv": head,
        "no head.csv": b"".join(lines[1:40]),
        "too large.csv": honest * 30,
        "gb18030.csv": honest.decode("utf-8-sig").encode("gb18030"),
        "utf-16.csv": honest.decode("utf-8-sig").encode("utf-16"),
        "nul.csv": honest.replace(b"4504", b"45\x0004", 3),
        "binary.csv": bytes(range(256)) * 4_000,
        "cut.csv": honest[: len(honest) // 3],
        "twice.csv": honest + b"".join(lines[1:]),
        "orphans.csv": b"".join([lines[0], *lines[20:]]),
        "open quote.csv": head + b'\n"' + b"x\n" * 500_000,
        "columns.csv": head + b"\n" + b"," * 1_000_000,
        "rows.csv": head + b"\n" + b",\n" * 1_000_000,
        "long field.csv": head + b"\n" + b"x" * 2_000_000,
        "script.csv": honest.replace("县".encode(), b"<script>alert(1)</script>", 1),
    }
