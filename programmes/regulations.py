"""The plan's list of systems: which one a regulation is, and what is missing of them (P2-39, P3-47)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from actionlearning.foundation.languages import in_english, product_words
from programmes.models import Regulation

Systems = Iterable[Mapping[str, Any]]


def system_named(text: str, systems: Systems) -> str:
    """Key of the system that a name ends with, as 《行动学习学员管理制度》 with 学员管理制度; '' is none."""
    told = text.strip().strip("《》“”").lower()
    fitting = [
        (len(name), row["key"])
        for row in systems
        for name in (row["name"].lower(), row["name_en"].lower(), row["key"])
        if told == name or (name == row["name"].lower() and told.endswith(name))
    ]
    return str(max(fitting)[1]) if fitting else ""


def system_words(row: Mapping[str, Any]) -> str:
    return str(row["name_en"]) if in_english() else product_words(str(row["name"]))


@dataclass(frozen=True)
class Check:
    """One line of a unit's check list; `regulations` in force first, without any it is missing."""

    key: str
    name: str
    regulations: tuple[Regulation, ...]
    present: bool


def check_list(systems: Systems, rows: Iterable[Regulation], day: date) -> list[Check]:
    """The plan's systems, the missing ones first, each in the plan's order; then what is beside them."""
    found: dict[str, list[Regulation]] = {}
    known = {row["key"]: system_words(row) for row in systems}
    for each in rows:
        found.setdefault(each.system if each.system in known else "", []).append(each)
    lines = [_check(key, name, found.get(key, []), day) for key, name in known.items()]
    lines.sort(key=lambda line: line.present)
    return lines + ([_check("", "", found[""], day)] if "" in found else [])


def _check(key: str, name: str, rows: list[Regulation], day: date) -> Check:
    rows.sort(key=lambda each: (not each.holds_on(day), -each.in_force_on.toordinal()))
    return Check(key, name, tuple(rows), any(each.holds_on(day) for each in rows))
