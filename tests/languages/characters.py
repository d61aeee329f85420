"""Which characters belong to which script, told by two old encodings and no table of ours.

GB 2312 holds the simplified characters of daily use, the first level of Big5 the traditional ones.
"""

import re

HAN = re.compile("[\u3400-\u9fff]")
_LEVEL_ONE = range(0xA440, 0xC67F)
RARE = frozenset("裏着粘")
"""Right in traditional text, yet not on the first level of Big5."""


def is_traditional(char: str) -> bool:
    try:
        code = char.encode("big5")
    except UnicodeEncodeError:
        return char in RARE
    return int.from_bytes(code, "big") in _LEVEL_ONE or char in RARE


def is_simplified(char: str) -> bool:
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def not_traditional(text: str) -> str:
    """Characters of a zh-Hant text that have no business there, each once."""
    return "".join(dict.fromkeys(c for c in HAN.findall(text) if not is_traditional(c)))


def not_simplified(text: str) -> str:
    return "".join(dict.fromkeys(c for c in HAN.findall(text) if not is_simplified(c)))
