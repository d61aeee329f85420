"""Questions about items that more than one verb or screen asks."""

import hashlib
import json
import uuid
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from actionlearning.foundation.languages import in_english
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from groups.access import reach_of
from groups.models import Organisation, Person
from groups.queries import named_like
from programmes.access import taking_papers
from programmes.models import Enrolment, Obligation, Programme, Project
from programmes.queries import head_of, key_asked, local_day, visible_programmes
from programmes.states import ProgrammeState
from reporting.models import Attachment, InformationItem, ScoreEntry, ScoreEvent, ScoreRule
from reporting.states import STANDING, ItemState
from reporting.texts import bigrams, likeness

DELIVERABLE = "information_item"
ALIKE = 60
"""Per cent of shared character pairs from which on the reviewer is shown the earlier item."""
_COMPARED = 300


def fingerprint(item: InformationItem) -> str:
    """sha256 of title, text and attachments exactly as they stand."""
    files = Attachment.objects.filter(item=item, removed_at=None).order_by("added_at", "id")
    content = [item.title, item.body, *files.values_list("sha256", flat=True)]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def copy_of(item: InformationItem) -> InformationItem | None:
    """Another submitted item of the same unit with the same text."""
    found: InformationItem | None = (
        InformationItem.objects.filter(
            organisation=item.organisation_id, content_hash=item.content_hash, state__in=STANDING
        )
        .exclude(pk=item.pk)
        .first()
    )
    return found


@dataclass(frozen=True)
class ItemType:
    """A type of item as the programme's plan names it, with the criteria it is read by (D10)."""

    key: str
    name: str
    criteria: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """`动态类信息：内容真实、简明扼要`."""
        return f"{self.name}：{'、'.join(self.criteria)}" if self.criteria else self.name


def types_of(programme: Programme, day: date) -> list[ItemType]:
    """Those of the plan in force; a plan that names none knows the whole catalogue."""
    named = head_of(programme, day).get("information", ())
    english = in_english()
    return [
        ItemType(
            row["key"],
            row["name_en"] if english else row["name"],
            tuple(row.get("criteria", ())),
        )
        for row in named
    ] or [ItemType(key, str(label)) for key, label in InformationItem.Kind.choices]


def type_of(item: InformationItem, day: date) -> ItemType:
    """The item's own; of a type that the plan has dropped the catalogue's name."""
    known = {each.key: each for each in types_of(item.programme, day)}
    return known.get(item.kind) or ItemType(item.kind, str(InformationItem.Kind(item.kind).label))


def months_owed(item: InformationItem, project: Project | None) -> set[str]:
    """Months for which its unit owes an item, met or not, unless it was let off."""
    rows = Obligation.objects.filter(
        Q(project=None) | Q(project=project) if project else Q(project=None),
        organisation=item.organisation_id,
        programme=item.programme_id,
        deliverable=DELIVERABLE,
        cancelled_at=None,
    )
    return set(rows.values_list("window_key", flat=True))


@dataclass(frozen=True)
class Likeness:
    """An earlier item of the unit and how much of the text it shares, in per cent."""

    item: dict[str, Any]
    percent: int


def similar_to(item: InformationItem, body: str) -> list[Likeness]:
    """Earlier items of the unit that look like this one; its newest 300 are compared."""
    earlier = (
        InformationItem.objects.filter(
            organisation=item.organisation_id,
            first_submitted_at__lt=item.first_submitted_at,
            state__in=STANDING,
        )
        .order_by("-first_submitted_at")
        .values("pk", "title", "body", "submitted_at")[:_COMPARED]
    )
    mine = bigrams(body)
    found = [Likeness(row, likeness(mine, bigrams(row["body"]))) for row in earlier]
    return sorted(
        (each for each in found if each.percent >= ALIKE), key=lambda each: -each.percent
    )[:3]


def narrowed(rows: QuerySet[Any], wanted: Mapping[str, str]) -> QuerySet[Any]:
    """The filters of every list; raises BadInput for an id that is none.

    state, kind, month (`2026-09`), q (words of the title), `programme` and `organisation` by id,
    `unit` by its name, spelling or initials.
    """
    names = {"state": "state", "kind": "kind", "month": "window_key", "q": "shown_title__icontains"}
    given = {
        field: wanted.get(name, "").replace("\x00", "").strip() for name, field in names.items()
    }
    rows = rows.filter(**{field: value for field, value in given.items() if value})
    for name in ("programme", "organisation"):
        if wanted.get(name):
            rows = rows.filter(**{name: key_asked(wanted, name)})
    if wanted.get("unit", "").strip():
        units = named_like(Organisation.objects.all(), wanted["unit"], inside=True)
        rows = rows.filter(organisation__in=units)
    return rows


def files_of(item: InformationItem, user: User) -> QuerySet[Any]:
    """The attachments without their content; outsiders see those that were submitted."""
    files = Attachment.objects.filter(item=item).defer("content").order_by("added_at", "id")
    if item.state in STANDING or is_own(item, user):
        return files.filter(removed_at=None)
    sent = item.submitted_at
    return files.filter(Q(removed_at=None) | Q(removed_at__gt=sent), added_at__lte=sent)


def is_own(item: InformationItem, user: User) -> bool:
    """The reader belongs to the unit itself, not to a level above."""
    return item.organisation_id in reach_of(user, Permission.ITEM_VIEW).organisations


def duties_of(item: InformationItem, now: datetime) -> list[Any]:
    """The duties of its unit that this item is meant for, with state and clause."""
    if not item.window_key:
        return []
    rows = Obligation.objects.filter(
        organisation=item.organisation_id,
        programme=item.programme_id,
        deliverable=DELIVERABLE,
        window_key=item.window_key,
        project=None,
    )
    return list(rows.with_state(now).select_related("rule__clause").order_by("rule_key"))


def enrolments_of(user: User, now: datetime) -> QuerySet[Any]:
    """Where this sign-in may write: its own organisations in programmes that run, or take late items."""
    return (
        Enrolment.objects.in_force(local_day(now))
        .filter(
            taking_papers(DELIVERABLE, now),
            organisation__in=reach_of(user, Permission.ITEM_WRITE).organisations,
        )
        .select_related("programme", "organisation")
        .order_by("organisation__sort_path", "programme__starts_on", "id")
    )


def duties_to_meet(user: User, now: datetime) -> QuerySet[Any]:
    """Open duties of the organisations for which this sign-in may write, the oldest first."""
    return (
        Obligation.objects.asking(now)
        .filter(
            organisation__in=reach_of(user, Permission.ITEM_WRITE).organisations,
            deliverable=DELIVERABLE,
            project=None,
            opens_at__lte=now,
        )
        .exclude(closes_at__lte=now)
        .with_state(now)
        .select_related("rule", "programme", "organisation")
        .order_by("due_at", "id")
    )


def holder_of(item: InformationItem) -> tuple[str, datetime | None]:
    """Who holds it now (`unit`, `office` or `nobody`), and since when."""
    if item.state == ItemState.SUBMITTED:
        return "office", item.submitted_at
    if item.state in STANDING:
        return "nobody", item.decided_at
    return "unit", item.signed_at or item.changed_at


def phone_of(user: User) -> str:
    """From the roster: nothing known is typed twice."""
    found = Person.objects.filter(user=user).values_list("phone", flat=True).first()
    return str(found or "")


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

    `month` (`2026-06`) and everything up to it, so that an earlier month prints again as it was sent out.
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
_OF_ADOPTION = (ScoreEvent.ADOPTED, ScoreEvent.PRINTED)


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
