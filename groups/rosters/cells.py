"""What people type into a cell, understood; what cannot be understood is a problem with a code.

The habits are those of `practice.md` §9.2. A value is never guessed where two readings are possible.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from actionlearning.foundation.documents.xlsx import clean_text

_HAN = "\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_BETWEEN_CHARACTERS = re.compile(f"(?<=[{_HAN}])\\s+(?=[{_HAN}])")
_DOT_BETWEEN = re.compile(f"(?<=[{_HAN}])\\s*[•・．‧●.·]\\s*(?=[{_HAN}])")
_DOTS = str.maketrans(dict.fromkeys("•・．‧●", "·"))
_SPACES = re.compile(r"\s+")
_PHONE = re.compile(r"[0-9+()\- ]{5,30}")
_EXPONENT = re.compile(r"\d(?:\.\d+)?E\+\d{1,2}", re.IGNORECASE)
_DAY = re.compile(
    r"(\d{4})\s*[.\-/年]\s*(\d{1,2})\s*(?:[.\-/月]\s*(\d{1,2})?\s*日?)?(?:\s+0?0:00(?::00)?)?"
)
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})?")
_SEVERAL = re.compile(r"[、\n；;，,]+")
_IDENTITY = re.compile(r"\d{17}[\dXx]")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
NOTHING = frozenset(("无", "/", "-", "—", "--", "——", "暂无", "空", "none", "n/a"))
OPEN_END = frozenset(("至今", "今", "现在", "目前"))
EXACT_DIGITS = 15
"""A number with more places has lost its last ones when the office program stored it."""
FIRST_SERIAL, LAST_SERIAL = 20_000, 80_000
_SERIAL_ORIGIN = date(1899, 12, 30)
MASK = "****"
MOST_IN_ONE_CELL = 20


@dataclass(frozen=True)
class Read:
    """`value` is None where nothing was typed; `problem` is a code of rosters/problems.py."""

    value: Any = None
    problem: str = ""
    level: str = "error"
    told: dict[str, Any] = field(default_factory=dict)


Reader = Callable[[Any], Read]


def text_of(cell: Any) -> str:
    """As a reader of the sheet sees the cell."""
    if isinstance(cell, str):
        return cell.strip() if cell.isprintable() else clean_text(cell).strip()
    if isinstance(cell, list):
        return str(cell[0])
    if isinstance(cell, float) and cell.is_integer():
        return f"{cell:.0f}"
    return str(cell)


def is_blurred(cell: Any, *, text: bool = True) -> bool:
    """A number so long that the office program has replaced its last places by zeros."""
    if isinstance(cell, str):
        return text and "+" in narrow(cell) and bool(_EXPONENT.fullmatch(narrow(cell)))
    return isinstance(cell, int | float) and abs(cell) >= 10**EXACT_DIGITS


def narrow(text: str) -> str:
    """Full-width digits, letters, brackets and commas as half-width ones: for codes, never for names."""
    return text.strip() if text.isascii() else unicodedata.normalize("NFKC", text).strip()


def same(text: str) -> str:
    """Two spellings of one name of a unit or body become equal: width, spaces and letter case."""
    if text.isalpha() and not text.isascii():
        return unicodedata.normalize("NFKC", text).casefold()
    return _SPACES.sub("", unicodedata.normalize("NFKC", clean_text(text))).casefold()


def proper_name(text: str) -> str:
    """As on the identity card: no spaces between Chinese characters, one kind of dot."""
    plain = text_of(text)
    if plain.isalpha():
        return plain
    plain = _BETWEEN_CHARACTERS.sub("", plain)
    return _DOT_BETWEEN.sub("·", plain).translate(_DOTS)


def read_text(cell: Any) -> Read:
    text = text_of(cell)
    return Read(None if narrow(text).casefold() in NOTHING else text or None)


def read_words(cell: Any) -> Read:
    """For names of units and posts, one of which may be called 无."""
    return Read(text_of(cell) or None)


def is_nothing(text: str) -> bool:
    return narrow(text).casefold() in NOTHING


def read_name(cell: Any) -> Read:
    return Read(proper_name(text_of(cell)) or None)


def several_names(name: str) -> list[str]:
    """People written into one cell; a single one comes back alone."""
    if name.isalpha():  # nothing in it that could part two
        return [name]
    parts = [proper_name(part) for part in _SEVERAL.split(name)]
    found = [part for part in parts if part]
    plausible = len(found) <= MOST_IN_ONE_CELL and all(
        len(part) >= 2 and re.match(f"[{_HAN}]", part) for part in found
    )
    return found if len(found) > 1 and plausible else [name]


def several_values(text: str, number: int) -> list[str]:
    """The cell beside several names: one value for each, or the same for all."""
    parts = [part.strip() for part in _SEVERAL.split(text) if part.strip()]
    return parts if len(parts) == number else [text] * number


def read_phone(cell: Any) -> Read:
    """Digits; a masked number as the product's own sheet prints it stays as it is."""
    text = narrow(text_of(cell))
    if not text or text.casefold() in NOTHING:
        return Read()
    if MASK in text:
        return Read(text)
    return Read(text) if _PHONE.fullmatch(text) else Read(text, "bad_phone")


def read_number(cell: Any) -> Read:
    text = narrow(text_of(cell))
    if not text or text.casefold() in NOTHING:
        return Read()
    if text.isdecimal() and 1 <= int(text) <= 99_999:
        return Read(int(text))
    return Read(text, "bad_number")


def read_code(cell: Any) -> Read:
    """A division code: six, nine or twelve digits."""
    text = narrow(text_of(cell))
    if not text or text.casefold() in NOTHING:
        return Read()
    good = text.isdecimal() and len(text) in (6, 9, 12)
    return Read(text) if good else Read(text, "bad_division")


def read_day(cell: Any) -> Read:
    """(ISO day, whether only the month is known); the first of the month stands for a month."""
    if isinstance(cell, list):
        in_month = len(cell[0]) == len("2012-05")
        return Read((f"{cell[0]}-01" if in_month else cell[0], in_month))
    if isinstance(cell, float) and not cell.is_integer():
        return _month_as_number(cell)
    text = narrow(text_of(cell))
    if not text or text.casefold() in NOTHING or text in OPEN_END:
        return Read()
    if text.isdecimal() and len(text) == 5 and FIRST_SERIAL <= int(text) <= LAST_SERIAL:
        return Read(((_SERIAL_ORIGIN + timedelta(days=int(text))).isoformat(), False))
    found = _DAY.fullmatch(text) or _DIGITS.fullmatch(text)
    if not found:
        return Read(text, "no_month" if re.fullmatch(r"\d{4}年?", text) else "bad_day")
    return _day(text, found[1], found[2], found[3])


def day_or_month(day: date, *, in_month: bool) -> str:
    """As `read_day` reads it again: 2012-05-03, and 2012-05 where no more is known."""
    return f"{day:%Y-%m}" if in_month else day.isoformat()


def _month_as_number(cell: float) -> Read:
    """2012.5 and 2012.11 are months; 2012.1 may be October, whose zero the program has dropped."""
    text = repr(cell)
    year, _dot, month = text.partition(".")
    if month == "1" and len(year) == 4:
        return Read(text, "october")
    if len(year) == 5 and FIRST_SERIAL <= cell <= LAST_SERIAL:  # a moment: its time does not matter
        return Read(((_SERIAL_ORIGIN + timedelta(days=int(cell))).isoformat(), False))
    return _day(text, year, month, None) if len(month) <= 2 else Read(text, "bad_day")


def _day(text: str, year: str, month: str, day: str | None) -> Read:
    try:
        found = date(int(year), int(month), int(day or 1))
    except ValueError:
        return Read(text, "bad_day")
    if not 1900 <= found.year <= 2100:
        return Read(text, "bad_day")
    return Read((found.isoformat(), day is None))


def read_identity(cell: Any) -> Read:
    """Checked and forgotten: the product keeps no identity number (`practice.md` §10.2)."""
    text = narrow(text_of(cell)).replace(" ", "")
    if not text or text.casefold() in NOTHING:
        return Read()
    if is_blurred(cell) or (text.endswith("000") and _IDENTITY.fullmatch(text) and not _fits(text)):
        return Read(None, "precision_lost")
    if not _IDENTITY.fullmatch(text) or not _fits(text):
        return Read(None, "bad_identity", "warning")
    return Read()


def _fits(number: str) -> bool:
    total = sum(int(n) * weight for n, weight in zip(number[:17], _WEIGHTS, strict=True))
    return number[17].upper() == _CHECK_DIGITS[total % 11]


SEXES = {
    "男": "男",
    "男性": "男",
    "1": "男",
    "m": "男",
    "女": "女",
    "女性": "女",
    "2": "女",
    "f": "女",
}
_PARTIES = ("民革", "民盟", "民建", "民进", "农工党", "致公党", "九三学社", "台盟")
POLITICAL = {
    "中共党员": "中共党员", "党员": "中共党员", "中国共产党党员": "中共党员", "中共": "中共党员",
    "中共预备党员": "中共预备党员", "预备党员": "中共预备党员", "共青团员": "共青团员", "团员": "共青团员",
    "群众": "群众", "无党派": "无党派人士", "无党派人士": "无党派人士", "民主党派": "民主党派",
    **{name: name for name in _PARTIES}, **{f"{name}会员": name for name in _PARTIES},
    **{f"{name}党员": name for name in _PARTIES},
}  # fmt: skip
_NATIONS = [
    "汉", "蒙古", "回", "藏", "维吾尔", "苗", "彝", "壮", "布依", "朝鲜", "满", "侗", "瑶", "白", "土家",
    "哈尼", "哈萨克", "傣", "黎", "傈僳", "佤", "畲", "高山", "拉祜", "水", "东乡", "纳西", "景颇", "柯尔克孜",
    "土", "达斡尔", "仫佬", "羌", "布朗", "撒拉", "毛南", "仡佬", "锡伯", "阿昌", "普米", "塔吉克", "怒",
    "乌孜别克", "俄罗斯", "鄂温克", "德昂", "保安", "裕固", "京", "塔塔尔", "独龙", "鄂伦春", "赫哲", "门巴", "珞巴",
    "基诺",
]  # fmt: skip
NATIONS = {word: f"{name}族" for name in _NATIONS for word in (name, f"{name}族")}
YES = {"是": True, "否": False, "true": True, "false": False, "1": True, "0": False, "√": True}


def one_of(table: dict[str, Any], problem: str, level: str = "error") -> Reader:
    """A reader for words of a table of synonyms; a word it does not know is a problem."""

    def read(cell: Any) -> Read:
        text = _SPACES.sub("", narrow(text_of(cell))).casefold()
        if not text or text in NOTHING:
            return Read()
        if text in table:
            return Read(table[text])
        return Read(text_of(cell), problem, level)

    return read


def clean(text: str) -> str:
    """A stored text as it comes back from a sheet of ours."""
    plain = clean_text(text).strip()
    return "" if narrow(plain).casefold() in NOTHING else plain
