"""Where the faces of official papers come from, and which characters none of them has."""

from functools import cache
from pathlib import Path
from struct import unpack_from
from typing import Any, Literal

import pylopdf_fonts_zh_cn as free_fonts
from django.conf import settings

Face = Literal["title", "body", "hei", "kai", "song"]

SONG, SANS = "Noto Serif SC", "Noto Sans SC"
# The official faces first, under the names they bear as files; a free one catches what they lack.
STACKS: dict[Face, tuple[str, ...]] = {
    "title": ("FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "方正小标宋简体", SONG, SANS),
    "body": ("FangSong_GB2312", "仿宋_GB2312", "FangSong", "仿宋", "FandolFang R", SONG, SANS),
    "hei": ("SimHei", "黑体", "FandolHei", SANS, SONG),
    "kai": ("KaiTi_GB2312", "楷体_GB2312", "KaiTi", "楷体", "LXGW WenKai", SONG, SANS),
    "song": ("SimSun", "宋体", SONG, SANS),
}
WORD_FACES: dict[Face, str] = {
    "title": "方正小标宋简体", "body": "仿宋_GB2312", "hei": "黑体", "kai": "楷体_GB2312", "song": "宋体",
}  # fmt: skip
"""Named in Word files: the reader's machine has them, or puts its own in their place."""

_SUFFIXES = {".otf", ".ttf", ".ttc", ".otc"}


def folders() -> tuple[str, ...]:
    """The customer's own fonts (`AL_FONT_DIR`), then the free ones of the installation."""
    own = (settings.AL_FONT_DIR,) if settings.AL_FONT_DIR else ()
    return (*own, str(Path(free_fonts.__file__).parent))


@cache
def loaded(places: tuple[str, ...]) -> Any:
    """The fonts of these folders and of no other, read once in a process."""
    import typst  # noqa: PLC0415 - 30 MB that only a process which sets papers shall pay for

    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=list(places)
    )


def installed(face: Face) -> tuple[str, ...]:
    """The families of a stack that are really there."""
    there = set(loaded(folders()).families())
    return tuple(family for family in STACKS[face] if family in there)


def missing(text: str) -> str:
    """The characters of a text for which no font has a drawing, each once, in their order."""
    known = _characters(folders())
    return "".join(dict.fromkeys(c for c in text if not c.isspace() and ord(c) not in known))


@cache
def _characters(places: tuple[str, ...]) -> frozenset[int]:
    files = (path for place in places for path in sorted(Path(place).rglob("*")))
    return frozenset().union(
        *(_in_file(path.read_bytes()) for path in files if path.suffix.lower() in _SUFFIXES)
    )


def _in_file(font: bytes) -> set[int]:
    """Code points in the character maps of a font file, or of every font of a collection."""
    if font[:4] == b"ttcf":
        (count,) = unpack_from(">I", font, 8)
        starts = unpack_from(f">{count}I", font, 12)
    else:
        starts = (0,)
    return set().union(*(_in_font(font, start) for start in starts))


def _in_font(font: bytes, start: int) -> set[int]:
    (tables,) = unpack_from(">H", font, start + 4)
    for number in range(tables):
        tag, _, offset, _ = unpack_from(">4sIII", font, start + 12 + 16 * number)
        if tag == b"cmap":
            return _in_map(font, offset)
    return set()


def _in_map(font: bytes, cmap: int) -> set[int]:
    (count,) = unpack_from(">H", font, cmap + 2)
    found: set[int] = set()
    for number in range(count):
        (offset,) = unpack_from(">I", font, cmap + 8 + 8 * number)
        table = cmap + offset
        (layout,) = unpack_from(">H", font, table)
        if layout == 12:
            found |= _in_groups(font, table)
        elif layout == 4:
            found |= _in_segments(font, table)
    return found


def _in_groups(font: bytes, table: int) -> set[int]:
    """Format 12: runs of code points with the glyph of the first."""
    (groups,) = unpack_from(">I", font, table + 12)
    found: set[int] = set()
    for number in range(groups):
        first, last, glyph = unpack_from(">III", font, table + 16 + 12 * number)
        found.update(range(first if glyph else first + 1, last + 1))
    return found


def _in_segments(font: bytes, table: int) -> set[int]:
    """Format 4: the same for 16 bits, the glyph by a difference or in a table behind."""
    (twice,) = unpack_from(">H", font, table + 6)
    count = twice // 2
    lasts = unpack_from(f">{count}H", font, table + 14)
    firsts = unpack_from(f">{count}H", font, table + 16 + twice)
    deltas = unpack_from(f">{count}H", font, table + 16 + 2 * twice)
    places = table + 16 + 3 * twice
    found: set[int] = set()
    for number in range(count):
        (jump,) = unpack_from(">H", font, places + 2 * number)
        for code in range(firsts[number], min(lasts[number], 0xFFFE) + 1):
            glyph = code
            if jump:
                (glyph,) = unpack_from(
                    ">H", font, places + 2 * number + jump + 2 * (code - firsts[number])
                )
            if (glyph + deltas[number]) % 0x10000 if glyph or not jump else 0:
                found.add(code)
    return found
