"""Spelling Chinese names in Latin letters, for sorting and for finding them by initials.

Not for the order of people or units on paper: that is seniority (`practice.md` §9).
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

# Read differently as a family name than as a word. 覃 is qin where most of its bearers live.
SURNAMES = {
    "单": "shan", "区": "ou", "仇": "qiu", "解": "xie", "查": "zha", "曾": "zeng", "翟": "zhai",
    "朴": "piao", "盖": "ge", "缪": "miao", "乐": "yue", "覃": "qin", "黑": "he", "牟": "mu",
    "折": "she", "隗": "wei", "种": "chong", "召": "shao", "秘": "bi", "繁": "po", "员": "yun",
    "祭": "zhai", "洗": "xian", "么": "yao", "佴": "nai", "郇": "xun", "阚": "kan", "卜": "bu",
    "都": "du", "角": "jue", "句": "gou", "重": "chong", "适": "kuo", "乜": "nie", "薄": "bo",
    "能": "nai", "乾": "qian", "车": "che", "令": "ling", "撒": "sa", "哈": "ha", "尉": "wei",
    "盛": "sheng", "行": "xing", "莘": "shen", "干": "gan", "厍": "she", "葛": "ge",
}  # fmt: skip
TWO_CHARACTER_SURNAMES = {
    "尉迟": ("yu", "chi"), "万俟": ("mo", "qi"), "长孙": ("zhang", "sun"),
    "夏侯": ("xia", "hou"), "澹台": ("tan", "tai"), "单于": ("chan", "yu"),
    "令狐": ("ling", "hu"), "宇文": ("yu", "wen"), "鲜于": ("xian", "yu"),
    "濮阳": ("pu", "yang"), "淳于": ("chun", "yu"), "公冶": ("gong", "ye"),
    "皇甫": ("huang", "fu"), "轩辕": ("xuan", "yuan"), "呼延": ("hu", "yan"),
    "闻人": ("wen", "ren"), "欧阳": ("ou", "yang"), "上官": ("shang", "guan"),
    "司马": ("si", "ma"), "诸葛": ("zhu", "ge"), "东方": ("dong", "fang"),
    "慕容": ("mu", "rong"), "端木": ("duan", "mu"), "独孤": ("du", "gu"),
    "南宫": ("nan", "gong"), "百里": ("bai", "li"), "乐正": ("yue", "zheng"),
    "亓官": ("qi", "guan"), "叱干": ("chi", "gan"),
}  # fmt: skip
# Where the library cuts a name in the wrong place (市长 + 洲) or does not know the local reading.
PLACES = {
    "长洲": ("chang", "zhou"), "长坪": ("chang", "ping"), "都安": ("du", "an"),
    "覃塘": ("qin", "tang"), "单县": ("shan", "xian"),
}  # fmt: skip
_PLACE = re.compile(f"({'|'.join(PLACES)})")

# A market place of the south, as in many township names; the library reads it as a dike.
MARKET_PLACE = {ord("圩"): "xū,wéi"}


def sort_key(name: str, *, surname: bool = False) -> str:
    """Syllables with spaces between, so that 李子 comes before 连城: "li zi" < "lian cheng"."""
    return " ".join(_syllables(name, surname=surname))


def spelling(name: str, *, surname: bool = False) -> str:
    """The same without spaces, as people type it: 张三 is "zhangsan"."""
    return "".join(_syllables(name, surname=surname))


def initials(name: str, *, surname: bool = False) -> str:
    """First letter of each syllable; Latin words and numbers stay whole: 第12组 is "d12z"."""
    return "".join(
        syllable if kept else syllable[:1] for syllable, kept in _spelled(name, surname=surname)
    )


def _syllables(name: str, *, surname: bool) -> list[str]:
    return [syllable for syllable, _ in _spelled(name, surname=surname)]


@lru_cache(maxsize=4096)
def _spelled(name: str, *, surname: bool) -> list[tuple[str, bool]]:
    """Each syllable or Latin run, and whether it was written in Latin letters or digits already."""
    plain = unicodedata.normalize("NFKC", name).lower().strip()
    spelled: list[tuple[str, bool]] = []
    if surname:
        family, plain = _without_family_name(plain)
        spelled.extend((syllable, False) for syllable in family)
    for run in _runs(plain):
        if run.isascii():
            spelled.append((run, True))
        else:
            spelled.extend((syllable, False) for syllable in _read(run))
    return spelled


def _without_family_name(plain: str) -> tuple[Sequence[str], str]:
    """The readings of the family name, and the given name, which is then read by itself."""
    if plain[:2] in TWO_CHARACTER_SURNAMES:
        return TWO_CHARACTER_SURNAMES[plain[:2]], plain[2:]
    if plain[:1] in SURNAMES:
        return (SURNAMES[plain[:1]],), plain[1:]
    if plain[:1].isascii():
        return (), plain
    return _read(plain[:1]), plain[1:]


@lru_cache(maxsize=65_536)
def _read(run: str) -> tuple[str, ...]:
    """Kept: a roster of thousands repeats few given names, and looking one up is slow."""
    syllables: list[str] = []
    for part in _PLACE.split(run):
        syllables.extend(PLACES.get(part) or _library()(part, errors="ignore"))
    return tuple(syllables)


@lru_cache(maxsize=1)
def _library() -> Any:
    """Loaded with the first name that is spelled: it takes 54 MiB, and most processes never spell one."""
    from pypinyin import lazy_pinyin, load_single_dict  # noqa: PLC0415

    load_single_dict(MARKET_PLACE)
    return lazy_pinyin


def _runs(plain: str) -> list[str]:
    """Latin runs and others; punctuation and spaces separate and are dropped."""
    runs: list[str] = []
    previous = ""
    for character in plain:
        kind = "" if not character.isalnum() else "latin" if character.isascii() else "other"
        if kind and kind == previous:
            runs[-1] += character
        elif kind:
            runs.append(character)
        previous = kind
    return runs
