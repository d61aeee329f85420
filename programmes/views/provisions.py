"""What the plan asks, field by field, on the programme's page; a field it leaves out says so."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from programmes.actions.project_asks import guide_word, span_words
from programmes.packs.provisions import Standing, provisions
from programmes.views.wording import duty_words, title_of


def provision_lines(
    head: Mapping[str, Any], rules: Iterable[Mapping[str, Any]], year: int
) -> list[dict[str, Any]]:
    """`rules` as dicts of key, title, title_en, deliverable, enabled, spec."""
    by_key = {rule["key"]: rule for rule in rules}
    names = _names()
    return [
        {
            "key": each.key,
            "name": names[each.key],
            "asked": each.standing == Standing.ASKED,
            "lines": _numbers(each.key, head)
            + [_rule_line(by_key[key], year) for key in each.rules]
            or [{"words": _("not laid down by this plan")}],
        }
        for each in provisions(head, by_key.values())
    ]


def _names() -> dict[str, str]:
    return {
        "information": _("Information items"),
        "seminars": _("Seminars of groups"),
        "training": _("Training classes"),
        "promoters_seminars": _("Promoters' seminars"),
        "research": _("Research"),
        "inspection": _("Inspection"),
        "systems": _("Systems to set up"),
        "assessment": _("Assessment"),
        "bodies": _("Bodies"),
        "topics": _("Topics of a unit"),
        "team": _("Size of a team"),
    }


def _rule_line(rule: Mapping[str, Any], year: int) -> dict[str, str]:
    title = title_of(rule["title"], rule["title_en"], year)
    return {
        "words": f"{title} · {duty_words(rule['spec'], year)}",
        "off": "" if rule["enabled"] else _("not switched on"),
    }


def _numbers(key: str, head: Mapping[str, Any]) -> list[dict[str, str]]:
    told = {"topics": _topic_words, "team": _team_words}.get(key, _no_words)(head)
    return [{"words": words} for words in told if words]


def _no_words(head: Mapping[str, Any]) -> list[str]:
    return []


def _topic_words(head: Mapping[str, Any]) -> list[str]:
    topics = head.get("topics", {})
    number = span_words(topics.get("min"), topics.get("max"))
    return [number, _("one after another") if topics.get("sequential") else ""]


def _team_words(head: Mapping[str, Any]) -> list[str]:
    team = head.get("team", {})
    size = span_words(team.get("size_min"), team.get("size_max"))
    word = guide_word(head.get("labels", {}))
    if not size:
        return []
    inside = team.get("facilitator_counts_in_size")
    told = _("%(size)s, %(guide)s included") if inside else _("%(size)s, %(guide)s not counted")
    return [told % {"size": size, "guide": word}]
