"""How a date came about, kept as messages with parameters and worded in the reader's language.

Nothing is translated while dates are computed: a step holds a message id, `render` looks it up.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import dateformat
from django.utils.translation import get_language, gettext, pgettext

BEIJING = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class MonthName:
    """Shown as May 2026 or 2026年5月; any day of the month will do."""

    day: date


@dataclass(frozen=True, slots=True)
class Weekday:
    """Shown as Sunday or 星期日."""

    day: date


@dataclass(frozen=True, slots=True)
class ProperName:
    """A name that is data and may have an English form, as 中秋节 / Mid-Autumn Festival."""

    chinese: str
    english: str = ""


@dataclass(frozen=True, slots=True)
class ZoneName:
    key: str


@dataclass(frozen=True, slots=True)
class Label:
    """A message inside a message."""

    message: str


Param = date | MonthName | Weekday | ProperName | ZoneName | Label | int | str


@dataclass(frozen=True, slots=True)
class Step:
    """One sentence of a derivation: an untranslated message id and what goes into it."""

    message: str
    params: tuple[tuple[str, Param], ...] = ()


def gettext_noop(message: str) -> str:
    """Mark a message for makemessages. Django's own asks for settings, and the engine has none."""
    return message


def step(message: str, **params: Param) -> Step:
    return Step(message, tuple(params.items()))


def render(steps: Iterable[Step]) -> list[str]:
    """Word the steps in the active language, one sentence each."""
    return [
        gettext(each.message) % {name: _worded(value) for name, value in each.params}
        for each in steps
    ]


def to_data(steps: Iterable[Step]) -> list[dict[str, Any]]:
    """The steps as JSON data, to be stored beside the dates they explain."""
    return [
        {"say": each.message, "with": {name: _packed(value) for name, value in each.params}}
        for each in steps
    ]


def from_data(data: Iterable[dict[str, Any]]) -> tuple[Step, ...]:
    return tuple(
        step(each["say"], **{name: _unpacked(value) for name, value in each["with"].items()})
        for each in data
    )


def _packed(value: Param) -> int | str | dict[str, Any]:  # noqa: PLR0911 - one line for each kind
    match value:
        case date():
            return {"date": value.isoformat()}
        case MonthName(day):
            return {"month": day.isoformat()}
        case Weekday(day):
            return {"weekday": day.isoformat()}
        case ProperName(chinese, english):
            return {"name": [chinese, english]}
        case ZoneName(key):
            return {"zone": key}
        case Label(message):
            return {"label": message}
        case _:
            return value


_UNPACK: dict[str, Callable[[Any], Param]] = {
    "date": date.fromisoformat,
    "month": lambda day: MonthName(date.fromisoformat(day)),
    "weekday": lambda day: Weekday(date.fromisoformat(day)),
    "name": lambda names: ProperName(*names),
    "zone": ZoneName,
    "label": Label,
}


def _unpacked(value: int | str | dict[str, Any]) -> Param:
    if not isinstance(value, dict):
        return value
    ((tag, content),) = value.items()
    return _UNPACK[tag](content)


def _worded(value: Param) -> str:  # noqa: PLR0911 - one line for each kind of parameter
    match value:
        case date():
            return dateformat.format(value, "Y年n月j日" if _in_chinese() else "j M Y")
        case MonthName(day):
            return dateformat.format(day, "Y年n月" if _in_chinese() else "F Y")
        case Weekday(day):
            return dateformat.format(day, "l")
        case ProperName(chinese, english):
            return pgettext("data", chinese) if _in_chinese() else english or chinese
        case ZoneName(key):
            return gettext(gettext_noop("Beijing time")) if key == BEIJING else key
        case Label(message):
            return gettext(message)
        case _:
            return str(value)


def _in_chinese() -> bool:
    return (get_language() or "").startswith("zh")
