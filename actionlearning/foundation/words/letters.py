"""The first letter of each character's reading, small enough to live inside a function of the database."""

import json
import re
import unicodedata
from functools import lru_cache
from typing import Any

FIRST, LAST = 0x4E00, 0x9FFF
"""Code points with a reading: the unified ideographs."""
NO_LETTER = ord("-")
DROPPED = (
    r"\u0001-\u002f\u003a-\u0060\u007b-\u00bf\u2000-\u206f\u3000-\u3004\u3008-\u303f\ufe30-\ufe6f"
)
"""Blanks and punctuation, written alike for Python and for PostgreSQL."""
CAPITALS, SMALL = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
_LOWER = str.maketrans(CAPITALS, SMALL)
_BLANK = re.compile(f"[\0{DROPPED}]+")


def folded(text: str) -> str:
    """As words are compared: without blanks and punctuation, wide and capital letters made plain."""
    return _BLANK.sub("", unicodedata.normalize("NFKC", text).translate(_LOWER))


def simplified(text: str) -> str:
    """As names are kept on the mainland: 藤縣 is 藤县."""
    return _mainland().convert(text)


@lru_cache(maxsize=1)
def _mainland() -> Any:
    import opencc  # noqa: PLC0415  most processes are never asked in traditional characters

    return opencc.OpenCC("t2s")


@lru_cache(maxsize=1)
def readings() -> tuple[str, str]:
    """(hex of one letter for each code point, JSON of pairs that read otherwise: 银行 is "yh")."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415  large, and only needed after a migration
    from pypinyin.phrases_dict import phrases_dict  # noqa: PLC0415

    letters = bytearray([NO_LETTER]) * (LAST - FIRST + 1)
    for code in range(FIRST, LAST + 1):
        if read := lazy_pinyin(chr(code), errors="ignore"):
            letters[code - FIRST] = ord(_plain(read[0]))
    pairs = {}
    for phrase, sounds in phrases_dict.items():
        if len(phrase) == 2 and all(FIRST <= ord(character) <= LAST for character in phrase):
            spelled = "".join(_plain(syllables[0]) for syllables in sounds)
            if spelled != "".join(chr(letters[ord(each) - FIRST]) for each in phrase):
                pairs[phrase] = spelled
    return letters.hex(), json.dumps(pairs, ensure_ascii=False, sort_keys=True)


def _plain(syllable: str) -> str:
    """`ān` begins with a plain `a`."""
    return unicodedata.normalize("NFD", syllable)[0]
