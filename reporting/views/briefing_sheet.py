"""A published issue as its page shows it: finished words, made of the published copy alone."""

from collections.abc import Container
from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import get_language

from reporting.exports import issue_name, moment
from reporting.models import Publication
from reporting.papers import GROUPS, source_line

Kind = Publication.Kind


def sheet_of(told: Publication, *, items: Container[str] | None = None) -> dict[str, Any]:
    """What reporting/briefing_sheet.html shows.

    `items`: ids of the items this reader may open, to link to; None on public pages, which name
    the unit and no paper of it.
    """
    content = told.content
    return {
        "masthead": content["masthead"],
        "correction_note": content["correction_note"],
        "editors_note": content["editors_note"],
        "articles": [_article(each, items) for each in content["articles"]],
        "tail": _tail(content),
        "copies": content["copies"],
        "corrected": moment(told.published_at) if told.kind == Kind.CORRECTED else "",
    }


def item_ids(content: dict[str, Any]) -> set[str]:
    """Every item that stands in an issue."""
    rows = [row for each in content.get("articles", ()) for row in (each, *each["paragraphs"])]
    return {row["item"]["id"] for row in rows if row["item"]}


def stone_of(told: Publication) -> dict[str, str]:
    """What reporting/briefing_stone.html shows in the place of a withdrawn issue."""
    return {
        "name": told.title,
        "reason": told.content["reason"],
        "since": moment(told.published_at),
    }


def line_of(row: dict[str, Any]) -> dict[str, Any]:
    """One row of `LISTED` as lists of issues show it."""
    return {
        **row,
        "series": row["series_title"],
        "issue": issue_name(row["year"], row["number"], row["correction"]),
        "day": row["dated"].isoformat(),
        "told": moment(row["published_at"]),
        "state_label": Kind(row["kind"]).label,
        "badge": _badge(row["kind"], get_language()),
    }


@lru_cache(maxsize=16)
def _badge(kind: str, _language: str | None) -> str:
    """Sign, word and colour of what stands; rendered once, not once a row."""
    context = {"state": kind, "label": Kind(kind).label}
    return render_to_string("components/state_badge.html", context)


LISTED = (
    "id",
    "root",
    "kind",
    "series__slug",
    "series_title",
    "year",
    "number",
    "total",
    "correction",
    "label",
    "title",
    "dated",
    "published_at",
)


def _article(article: dict[str, Any], items: Container[str] | None) -> dict[str, Any]:
    """Its text, at the end once who sent it in, and the items that this reader may open."""
    named = [row["item"] for row in (article, *article["paragraphs"]) if row["item"]]
    opened = {
        item["id"]: item["title"] for item in named if items is not None and item["id"] in items
    }
    return {
        "title": article["title"],
        "texts": [row["text"] for row in article["paragraphs"]],
        "source": source_line(article),
        "opened": list(opened.items()),
    }


def _tail(content: dict[str, Any]) -> list[tuple[str, str]]:
    return [(label, "，".join(content[key])) for label, key in GROUPS if content[key]]
