"""One box for everything: what a reader may see, found by name, pinyin initials or title."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, Q, Value
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils.translation import gettext as _

from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from groups.access import visible_organisations, visible_persons
from groups.queries import named_like
from programmes.models import Obligation, Problem, Project
from programmes.views.problem_lines import problems_matching
from programmes.views.project_lines import matching
from reporting.access import readable
from reporting.models import InformationItem, Issue

MOST = 10
"""Hits of one kind; more letters narrow it down, or the list itself does."""
LONGEST = 60


@dataclass(frozen=True)
class Hit:
    """One thing found; `about` says where it belongs."""

    pk: Any
    title: str
    about: str
    address: str


@dataclass(frozen=True)
class Section:
    """Hits of one kind; `all_address` is the list in which the search goes on, if there are more."""

    kind: str
    title: str
    hits: list[Hit]
    all_address: str = ""


def find(user: User, typed: str, slug: str) -> list[Section]:
    """Sections that hold something, at most one statement each; nothing typed finds nothing."""
    words = typed.strip()[:LONGEST]
    if not words:
        return []
    found = [
        section
        for permission, search in _SEARCHES
        if user.has_perm(permission)
        for section in search(user, words, slug)
    ]
    return [section for section in found if section.hits]


def _organisations(user: User, words: str, slug: str) -> Iterator[Section]:
    """Units, and of those that owe something their ledgers."""
    rows = named_like(visible_organisations(user), words, inside=True)
    owes = user.has_perm(Permission.OBLIGATION_VIEW)
    if owes:
        duties = Obligation.objects.visible_to(user).filter(organisation=OuterRef("pk"))
        rows = rows.annotate(owes=Exists(duties))
    found = list(rows.order_by("sort_path")[: MOST + 1])
    more = _listed("groups:organisation_list", slug, words) if len(found) > MOST else ""
    units = [
        Hit(
            row.pk, row.name, row.get_kind_display(), _page("groups:organisation_detail", slug, row)
        )
        for row in found[:MOST]
    ]
    yield Section("organisations", _("Organisations"), units, more)
    ledger = reverse("programmes:obligation_list", args=[slug])
    ledgers = [
        Hit(row.pk, row.name, _("Ledger of duties"), f"{ledger}?organisation={row.pk}&state=all")
        for row in found[:MOST]
        if owes and row.owes
    ]
    yield Section("duties", _("Duties of units"), ledgers)


def _persons(user: User, words: str, slug: str) -> Iterator[Section]:
    rows = named_like(visible_persons(user), words).select_related("organisation")
    found = list(rows.order_by("organisation__sort_path", "seniority", "id")[: MOST + 1])
    hits = [
        Hit(
            row.pk,
            row.name,
            " · ".join(filter(None, (row.organisation.name, row.title))),
            _page("groups:person_detail", slug, row),
        )
        for row in found[:MOST]
    ]
    more = _listed("groups:person_list", slug, words) if len(found) > MOST else ""
    yield Section("persons", _("People"), hits, more)


def _projects(user: User, words: str, slug: str) -> Iterator[Section]:
    rows = matching(Project.objects.visible_to(user), words).select_related("organisation")
    found = list(rows.order_by("-created_at", "-id")[: MOST + 1])
    hits = [
        Hit(
            row.pk,
            row.title,
            f"{row.organisation.name} · {row.get_state_display()}",
            _page("programmes:project_detail", slug, row),
        )
        for row in found[:MOST]
    ]
    more = _listed("programmes:project_list", slug, words) if len(found) > MOST else ""
    yield Section("projects", _("Topics"), hits, more)


def _problems(user: User, words: str, slug: str) -> Iterator[Section]:
    rows = problems_matching(Problem.objects.visible_to(user), words)
    found = list(rows.select_related("organisation").order_by("-raised_at", "-id")[: MOST + 1])
    hits = [
        Hit(
            row.pk,
            row.title,
            f"{row.organisation.name} · {row.get_state_display()}",
            _page("programmes:problem_detail", slug, row),
        )
        for row in found[:MOST]
    ]
    more = _listed("programmes:problem_list", slug, words) if len(found) > MOST else ""
    yield Section("problems", _("Problems"), hits, more)


def _items(user: User, words: str, slug: str) -> Iterator[Section]:
    rows = InformationItem.objects.visible_to(user).as_read_by(user)
    rows = rows.filter(shown_title__icontains=words).select_related("organisation")
    found = list(rows.order_by("-changed_at", "-id").defer("body")[: MOST + 1])
    hits = [
        Hit(
            row.pk,
            row.shown_title,
            f"{row.organisation.name} · {row.get_state_display()}",
            _page("reporting:item_detail", slug, row),
        )
        for row in found[:MOST]
    ]
    more = _listed("reporting:item_list", slug, words, where="all") if len(found) > MOST else ""
    yield Section("items", _("Information items"), hits, more)


def _briefings(user: User, words: str, slug: str) -> Iterator[Section]:
    """What this sign-in may read by series, title or number (`7`, `第7期`); drafts for those who make them."""
    asked = Q(heading__icontains=words) | Q(name__icontains=words)
    if number := re.fullmatch(r"第?(\d{1,6})期?", words):
        asked |= Q(number=int(number[1]))
    told = readable(user).current().annotate(heading=F("title"), key=F("root"), begun=F("dated"))
    told = told.annotate(name=F("series_title"))
    mine = Issue.objects.visible_to(user).filter(published_at=None)
    mine = mine.annotate(heading=F("headline"), key=F("pk"), begun=TruncDate("changed_at"))
    mine = mine.annotate(name=F("series__title"))
    rows = _lines(mine, asked, "draft").union(_lines(told, asked, ""), all=True)
    found = list(rows.order_by("-begun", "key")[: MOST + 1])
    hits = [_briefing(row, slug) for row in found[:MOST]]
    more = reverse("reporting:briefing_list", args=[slug]) if len(found) > MOST else ""
    yield Section("briefings", _("Briefings"), hits, more)


def _lines(rows: Any, asked: Q, kind: str) -> Any:
    names = ("key", "heading", "name", "year", "number", "correction", "begun", "draft")
    found = rows.filter(asked).annotate(draft=Value(kind, CharField())).order_by("-begun", "key")
    return found.values(*names)[: MOST + 1]


def _briefing(row: dict[str, Any], slug: str) -> Hit:
    about, label = row["name"], row["number"]
    if label is not None:
        label = f"{label}-corr-{row['correction']}" if row["correction"] else label
        about += " · " + _("No. %(number)s of %(year)s") % {"number": label, "year": row["year"]}
    if row["draft"]:
        about += " · " + _("in preparation")
    page = "reporting:issue_detail" if row["draft"] else "reporting:briefing_detail"
    title = row["heading"] or row["name"]
    return Hit(row["key"], title, about, reverse(page, args=[slug, row["key"]]))


_SEARCHES = (
    (Permission.ORGANISATION_VIEW, _organisations),
    (Permission.PERSON_VIEW, _persons),
    (Permission.PROJECT_VIEW, _projects),
    (Permission.PROBLEM_VIEW, _problems),
    (Permission.ITEM_VIEW, _items),
    (Permission.BRIEFING_VIEW, _briefings),
)


def _page(name: str, slug: str, row: Any) -> str:
    return reverse(name, args=[slug, row.pk])


def _listed(name: str, slug: str, words: str, **more: str) -> str:
    return reverse(name, args=[slug], query={"q": words, **more})
