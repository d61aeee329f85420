"""Questions about points: the table by unit, the ledger's filters, the rules."""

import uuid
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from groups.access import reach_of
from groups.models import Organisation
from groups.queries import named_like
from programmes.models import Enrolment, Programme
from programmes.queries import key_asked, visible_programmes
from programmes.states import ProgrammeState
from reporting.models import InformationItem, ScoreEntry, ScoreEvent, ScoreRule
from reporting.models.score import OUTLETS
from reporting.states import ItemState


@dataclass(frozen=True)
class UnitPoints:
    """One unit's line of the table of points: items counted, points in tenths exact."""

    unit_id: uuid.UUID
    unit: str
    sent: int
    adopted: int
    sent_so_far: int
    adopted_so_far: int
    submission: Decimal
    adoption: Decimal
    other: Decimal
    month: Decimal
    total: Decimal


def unit_points(programme: Programme, user: User, month: str) -> list[UnitPoints]:
    """Every unit that owes papers there and whose points `user` may see, by seniority, with nothing too.

    `month` (`2026-06`) and everything up to it, as things stand today: what was sent out then is its sheet.
    """
    reach = reach_of(user, Permission.SCORE_VIEW)
    rows = (
        Enrolment.objects.filter(Q(ends_on=None) | Q(ends_on__gte=f"{month}-01"), obliged=True)
        .filter(programme=programme, starts_on__lte=_last_day(month))
        .select_related("organisation")
        .order_by("organisation__sort_path", "starts_on")
    )
    units = {row.organisation_id: row.organisation for row in rows}
    points = _points_by_unit(programme, user, month)
    items = _items_by_unit(programme, user, month)
    return [
        UnitPoints(pk, unit.name, **(_NO_ITEMS | items.get(pk, {})), **(_NONE | points.get(pk, {})))
        for pk, unit in units.items()
        if reach.allows(unit)
    ]


_NO_ITEMS = dict.fromkeys(("sent", "adopted", "sent_so_far", "adopted_so_far"), 0)
_NONE = dict.fromkeys(("submission", "adoption", "other", "month", "total"), Decimal(0))


def _last_day(month: str) -> date:
    year, number = int(month[:4]), int(month[5:])
    return date(year, number, monthrange(year, number)[1])


def _points_by_unit(programme: Programme, user: User, month: str) -> dict[uuid.UUID, Any]:
    now = Q(month=month)
    rows = (
        ScoreEntry.objects.visible_to(user)
        .filter(programme=programme, month__lte=month)
        .values("organisation_id")
        .annotate(
            submission=_sum(now & Q(event__in=_OF_SUBMISSION)),
            adoption=_sum(now & Q(event__in=_OF_ADOPTION)),
            other=_sum(now & Q(event=ScoreEvent.CORRECTION)),
            this_month=_sum(now),
            total=_sum(Q()),
        )
    )
    return {row.pop("organisation_id"): row | {"month": row.pop("this_month")} for row in rows}


_OF_SUBMISSION = (ScoreEvent.SUBMITTED, ScoreEvent.SUBMITTED_LATE)
_OF_ADOPTION = (ScoreEvent.ADOPTED, ScoreEvent.PRINTED, *OUTLETS)


def _sum(which: Q) -> Sum:
    return Sum("points", filter=which, default=Decimal(0))


def _items_by_unit(programme: Programme, user: User, month: str) -> dict[uuid.UUID, Any]:
    adopted = Q(state=ItemState.ADOPTED)
    rows = (
        InformationItem.objects.visible_to(user, Permission.SCORE_VIEW)
        .filter(programme=programme, first_submitted_at__isnull=False, window_key__lte=month)
        .values("organisation_id")
        .annotate(
            sent=Count("pk", filter=Q(window_key=month)),
            adopted=Count("pk", filter=adopted & Q(window_key=month)),
            sent_so_far=Count("pk"),
            adopted_so_far=Count("pk", filter=adopted),
        )
    )
    return {row.pop("organisation_id"): row for row in rows}


def narrowed_points(rows: QuerySet[Any], wanted: Mapping[str, str]) -> QuerySet[Any]:
    """Entries by event, month, `programme` and `organisation` by id, `unit` by name. Raises BadInput."""
    for name in ("event", "month"):
        if wanted.get(name):
            rows = rows.filter(**{name: wanted[name].replace("\x00", "")})
    for name in ("programme", "organisation"):
        if wanted.get(name):
            rows = rows.filter(**{name: key_asked(wanted, name)})
    if wanted.get("unit", "").strip():
        units = named_like(Organisation.objects.all(), wanted["unit"], inside=True)
        rows = rows.filter(organisation__in=units)
    return rows


def begun_programmes(user: User) -> list[Programme]:
    """The latest first."""
    rows = visible_programmes(user).exclude(state=ProgrammeState.DRAFT)
    return list(rows.order_by("-starts_on", "id"))


def rules_of(programme: Programme) -> list[ScoreRule]:
    """Every version, what applies now before what once applied."""
    rows = ScoreRule.objects.filter(programme=programme).select_related("created_by")
    return list(rows.order_by("event", "kind", "-version"))


def asked_month(programme: Programme | None, given: str, today: date) -> str:
    """`given` if it is a month; else this month, or the programme's last one when it is over."""
    try:
        date.fromisoformat(f"{given}-01")
    except ValueError:
        last = min(today, programme.ends_on) if programme else today
        return f"{last:%Y-%m}"
    return given
