"""What a plan asks in the fields that every office looks for first; no field is ever just empty (D1–D32)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Standing(StrEnum):
    """How a plan stands to a field: it asks, it asks once the rule is switched on, it says nothing."""

    ASKED = "asked"
    OFF = "off"
    UNSTATED = "unstated"


@dataclass(frozen=True, slots=True)
class Provision:
    """One field; `rules` are the keys of those that speak of it, none where the head itself does."""

    key: str
    standing: Standing
    rules: tuple[str, ...] = ()


FIELDS: dict[str, tuple[str, ...]] = {
    "information": ("information_item",),
    "seminars": ("seminar", "group_analysis_seminar"),
    "training": ("training_class", "popularisation_course", "facilitators_course"),
    "promoters_seminars": ("promoters_seminar",),
    "research": ("research_activity", "special_survey"),
    "inspection": ("inspection",),
    "systems": ("system_document",),
    "assessment": (
        "project_assessment",
        "learner_assessment",
        "culture_assessment",
        "programme_evaluation",
    ),
    "bodies": ("body",),
    "topics": ("topic",),
}
"""Field → the deliverables that it is about, in the order in which it is read."""

NUMBERS = {
    "topics": ("topics", ("min", "max", "sequential")),
    "team": ("team", ("size_min", "size_max")),
}
"""Field → where the head of a plan gives its number."""


def provisions(head: Mapping[str, Any], rules: Iterable[Mapping[str, Any]]) -> list[Provision]:
    """Every field once. A rule is told by `key`, `deliverable` and `enabled`."""
    rules = list(rules)
    fields = [*FIELDS, *(key for key in NUMBERS if key not in FIELDS)]
    return [_provision(key, head, rules) for key in fields]


def _provision(key: str, head: Mapping[str, Any], rules: list[Mapping[str, Any]]) -> Provision:
    about = [rule for rule in rules if rule["deliverable"] in FIELDS.get(key, ())]
    keys = tuple(rule["key"] for rule in about)
    if any(rule["enabled"] for rule in about) or _has_number(key, head):
        return Provision(key, Standing.ASKED, keys)
    return Provision(key, Standing.OFF if about else Standing.UNSTATED, keys)


def _has_number(key: str, head: Mapping[str, Any]) -> bool:
    part, names = NUMBERS.get(key, ("", ()))
    told = head.get(part, {})
    return any(told.get(name) for name in names)
