"""The plan read as a document: sentences in order, each with its duties and how they stand."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from actionlearning.foundation.languages import in_english, product_words
from programmes.models import Clause, Plan, Programme, Rule
from programmes.models.obligation import DutyState
from programmes.packs.shapes import filled
from programmes.packs.vocabulary import RULE_IDS
from programmes.views.wording import day_words, duty_words, title_of

FULFILLED = (DutyState.MET, DutyState.MET_LATE, DutyState.NIL, DutyState.NIL_LATE)
LATE = (DutyState.OVERDUE, DutyState.MISSED)
OUT = (DutyState.WAIVED, DutyState.CANCELLED)
ORDER = (DutyState.OVERDUE, DutyState.DUE_SOON, DutyState.OPEN, DutyState.MET, DutyState.NOT_OPEN)
"""Of several duties the sentence takes the most pressing colour."""


def colour_of(counts: Mapping[str, int]) -> DutyState:
    """The state whose colour a rule takes: red when one is late, green when all that opened are met.

    Blue: one is due soon, or some are met and others not. Grey: none presses yet.
    """
    late, done = _sum(counts, *LATE), _sum(counts, *FULFILLED)
    running = _sum(counts, DutyState.OPEN, DutyState.BLOCKED)
    if late:
        return DutyState.OVERDUE
    if counts.get(DutyState.DUE_SOON) or (done and running):
        return DutyState.DUE_SOON
    if running:
        return DutyState.OPEN
    return DutyState.MET if done else DutyState.NOT_OPEN


def _sum(counts: Mapping[str, int], *states: str) -> int:
    return sum(counts.get(state, 0) for state in states)


def standing_words(counts: Mapping[str, int]) -> str:
    """“4 of 6 met · 1 overdue”, or why there is nothing to count."""
    all_of = sum(counts.values()) - _sum(counts, *OUT)
    if not all_of:
        return _("waived or cancelled") if counts else _("nothing laid down yet")
    opened = all_of - _sum(counts, DutyState.NOT_OPEN)
    if not opened:
        return _("not open yet")
    parts = [_("%(done)d of %(all)d met") % {"done": _sum(counts, *FULFILLED), "all": opened}]
    for words, states in (
        (_("%(count)d overdue"), LATE),
        (_("%(count)d due soon"), (DutyState.DUE_SOON,)),
        (_("%(count)d blocked upstream"), (DutyState.BLOCKED,)),
        (_("%(count)d late"), (DutyState.MET_LATE, DutyState.NIL_LATE)),
    ):
        number = _sum(counts, *states)
        if number:
            parts.append(words % {"count": number})
    return " · ".join(parts)


def clause_lines(
    programme: Programme, plan: Plan, counts: Mapping[str, Mapping[str, int]]
) -> list[dict[str, Any]]:
    """Two statements, however long the plan is."""
    rules: dict[Any, list[dict[str, Any]]] = {}
    for rule in Rule.objects.filter(plan=plan).order_by("ordinal"):
        line = _rule_line(rule, programme.year, counts.get(rule.key, {}))
        rules.setdefault(rule.clause_id, []).append(line)
    clauses = Clause.objects.filter(plan=plan).order_by("ordinal")
    return [_clause_line(clause, programme.year, rules.get(clause.pk, [])) for clause in clauses]


def _clause_line(clause: Clause, year: int, rules: list[dict[str, Any]]) -> dict[str, Any]:
    english = in_english() and clause.gloss
    return {
        "key": clause.key,
        "heading": clause.kind == "heading",
        "tag": min(clause.level + 1, 6),
        "text": filled(clause.gloss if english else product_words(clause.text), year),
        "original": filled(clause.text, year) if english else "",
        "reading": filled(product_words(clause.reading), year),
        "cites": ", ".join(each for each in clause.cites if each in RULE_IDS),
        "rules": rules,
        "state": _most_pressing(rules),
    }


def _most_pressing(rules: list[dict[str, Any]]) -> str:
    states = {rule["state"] for rule in rules}
    return next((state for state in ORDER if state in states), "")


def _rule_line(rule: Rule, year: int, counts: Mapping[str, int]) -> dict[str, Any]:
    told = colour_of(counts) if rule.enabled or counts else DutyState.NOT_OPEN
    words = standing_words(counts) if counts or rule.enabled else _("not switched on")
    return {
        "key": rule.key,
        "title": title_of(rule.title, rule.title_en, year),
        "when": duty_words(rule.spec, year) if rule.spec else "",
        "state": told,
        "words": words,
        "note": product_words(rule.spec.get("note", "")) if not rule.enabled else "",
        "laid": bool(counts),
        "on": rule.enabled,
    }


def version_lines(plans: list[Plan], shown: Plan, in_force: Plan | None) -> list[dict[str, Any]]:
    """The latest first."""
    return [
        {
            "number": plan.number,
            "from": day_words(plan.applies_from),
            "shown": plan.pk == shown.pk,
            "in_force": in_force is not None and plan.pk == in_force.pk,
            "mark": plan.digest[:8],
        }
        for plan in reversed(plans)
    ]


def summary_of(lines: list[dict[str, Any]]) -> list[tuple[str, int]]:
    """State → how many rules are in it, for the legend."""
    rules = [rule["state"] for line in lines for rule in line["rules"]]
    return [(state, rules.count(state)) for state in ORDER]
