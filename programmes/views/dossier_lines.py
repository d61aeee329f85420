"""Papers as finished lines: what the ledger, the lists of what waits and of what was sent, and the sheet print."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from groups.roles import BodyKind
from programmes.models import Plan
from programmes.papers import Paper, rows_of
from programmes.procedures import StepKind
from programmes.queries import local_day
from programmes.states import DossierState
from programmes.views.project_lines import day_words

COLUMNS = (
    "id", "shown_title", "kind", "number", "revision", "state", "plan_id", "moved_at", "holder__name",
    "holder_body", "held_since", "answer_due_at", "organisation__name", "programme__name",
)  # fmt: skip
TURN_COLUMNS = (
    "id", "kind", "received_at", "acted_at", "due_at", "body", "dossier_id", "shown_title", "dossier__kind",
    "dossier__number", "dossier__revision", "dossier__plan_id", "dossier__organisation__name",
    "dossier__programme__name",
)  # fmt: skip
TONES = {
    DossierState.UNDER_WAY: "blue",
    DossierState.STANDING: "green",
    DossierState.ENDED: "red",
}
"""Colours of those states that mean something else elsewhere, or nothing."""


@dataclass(frozen=True)
class PaperNames:
    """The plans' own words for their papers: one statement for a whole page."""

    by_plan: Mapping[Any, Mapping[str, str]]

    @classmethod
    def read(cls) -> "PaperNames":
        rows = Plan.objects.order_by("applies_from", "id").values_list("id", "head__papers")
        return cls(
            {key: {row["kind"]: Paper(row, {}).name for row in rows_of(told)} for key, told in rows}
        )

    @cached_property
    def kinds(self) -> dict[str, str]:
        """Kind → the word of the latest plan that has it."""
        return {kind: name for names in self.by_plan.values() for kind, name in names.items()}

    def of(self, plan: Any, kind: str, number: int = 1, revision: int = 1) -> str:
        name = self.by_plan.get(plan, {}).get(kind) or self.kinds.get(kind, kind)
        return numbered(name, number, revision)


def numbered(name: str, number: int, revision: int) -> str:
    """`项目实施方案（二）` is the second of its kind, `第2稿` its second revision."""
    if number > 1:
        name = _("%(name)s no. %(number)d") % {"name": name, "number": number}
    if revision > 1:
        name = _("%(name)s, revision %(number)d") % {"name": name, "number": revision}
    return name


def body_words(kind: str) -> str:
    """'' is the sender itself."""
    if not kind:
        return _("sender")
    return str(BodyKind(kind).label) if kind in BodyKind.values else kind


def holder_words(place: str | None, body: str) -> str:
    """`藤县 · 推进小组`; '' when nobody holds it."""
    return f"{place} · {body_words(body)}" if place else ""


def last_day(due_at: datetime) -> date:
    """`due_at` is the first instant that is too late."""
    return local_day(due_at - timedelta(microseconds=1))


def days_between(since: datetime, now: datetime) -> int:
    return (local_day(now) - local_day(since)).days


def lines_of(
    rows: Iterable[Mapping[str, Any]], names: PaperNames, now: datetime
) -> list[dict[str, Any]]:
    return [_line(row, names, now) for row in rows]


def _line(row: Mapping[str, Any], names: PaperNames, now: datetime) -> dict[str, Any]:
    due, since = row["answer_due_at"], row["held_since"]
    return {
        "pk": row["id"],
        "title": row["shown_title"],
        "paper": names.of(row["plan_id"], row["kind"], row["number"], row["revision"]),
        "unit": row["organisation__name"],
        "programme": row["programme__name"],
        "state": row["state"],
        "state_label": DossierState(row["state"]).label,
        "tone": TONES.get(row["state"], ""),
        "holder": _held_by(row),
        "since_day": local_day(since) if since else None,
        "since": day_words(since),
        "waiting": days_between(since, now) if since else None,
        "due_day": last_day(due) if due else None,
        "due": date_format(last_day(due), "DATE_FORMAT") if due else "",
        "late": due is not None and due <= now,
        "moved_day": local_day(row["moved_at"]),
    }


def _held_by(row: Mapping[str, Any]) -> str:
    """A draft is with its unit."""
    if row["state"] == DossierState.DRAFT:
        return holder_words(row["organisation__name"], "")
    return holder_words(row["holder__name"], row["holder_body"])


def turn_lines(
    rows: Iterable[Mapping[str, Any]], names: PaperNames, now: datetime
) -> list[dict[str, Any]]:
    return [_turn_line(row, names, now) for row in rows]


def _turn_line(row: Mapping[str, Any], names: PaperNames, now: datetime) -> dict[str, Any]:
    """A turn that is over waits for the answers to its points; the plans set no day for them."""
    answer = row["acted_at"] is not None
    since, due = row["acted_at"] or row["received_at"], None if answer else last_day(row["due_at"])
    kind = names.of(
        row["dossier__plan_id"], row["dossier__kind"], row["dossier__number"], row["dossier__revision"]
    )  # fmt: skip
    return {
        "pk": row["dossier_id"],
        "title": row["shown_title"],
        "paper": kind,
        "unit": row["dossier__organisation__name"],
        "programme": row["dossier__programme__name"],
        "asked": _("answer to the opinions") if answer else StepKind(row["kind"]).label,
        "mine": row["kind"] == StepKind.MEND,
        "answer": answer,
        "body": body_words(row["body"]),
        "received_day": local_day(since),
        "received": day_words(since),
        "due_day": due,
        "due": date_format(due, "DATE_FORMAT") if due else "",
        "late": due is not None and row["due_at"] <= now,
        "waiting": days_between(since, now),
    }
