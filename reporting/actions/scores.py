"""Points for submission and adoption (计分, `practice.md` §1.3): the ledger follows the facts.

Each `settle_…` compares what an item has earned with what stands booked for it and books the difference:
called twice it adds nothing. Nothing booked is ever changed; what no longer holds is reversed by a line of its own.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.workflow import lock_row
from groups.models import Organisation
from programmes.calendar import day_end
from programmes.models import Evidence, Programme
from programmes.queries import TICK, ZONE, enrolment_of, local_day
from reporting.models import (
    InformationItem,
    Issue,
    Paragraph,
    Publicity,
    ScoreEntry,
    ScoreEvent,
    ScoreRule,
)
from reporting.models.score import OUTLETS
from reporting.states import IssueState, ItemState, PublicityState

KIND = "information_item"
SUBMISSION = (ScoreEvent.SUBMITTED, ScoreEvent.SUBMITTED_LATE)
MOST_POINTS = Decimal(1000)
UNANSWERED = gettext_noop("Returned and not answered in time")
TAKEN_BACK = gettext_noop("Adoption taken back")
LEFT_OUT = gettext_noop("No longer in the issue")
OFF_RECORD = gettext_noop("No longer on record")
OWN_RULE = gettext_noop("The type has a rule of its own since")
"""Reasons that the product writes itself: kept in English, read in the reader's language."""
Earned = dict[tuple[str, UUID | None], datetime]
"""(event, issue it was printed in or record of the outlet) and the instant that earned it."""


def require_points(points: Decimal) -> None:
    if not points.is_finite() or abs(points) > MOST_POINTS or points != round(points, 1):
        words = _("Points are a number with at most one decimal, from −1000 to 1000.")
        raise BadInput(words, fields={"points": words})


@transaction.atomic
def settle_submission(item: InformationItem, *, by: User, now: datetime) -> None:
    """In time, late, or (sent back and not answered, or empty or a copy) not at all."""
    if not _is_scored(item):
        return
    event, at = _submission(item, now)
    wanted: Earned = {(event, None): at} if event else {}
    _settle(item, SUBMISSION, wanted, reason=UNANSWERED, by=by, now=now)


def _is_scored(item: InformationItem) -> bool:
    """Most plans give no points: then the evening of the 25th pays two short questions for it.

    Whoever sets a rule at the same moment waits, or is waited for: no event falls between the two.
    """
    wait_for_turn(item.programme_id, alone=False)
    return bool(ScoreRule.objects.filter(programme=item.programme_id).exists())


def wait_for_turn(programme: UUID, *, alone: bool) -> None:
    """Until commit: whoever changes the rules waits for events under way, and they for the change."""
    key = [f"points:{programme}"]
    with connection.cursor() as cursor:
        if alone:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", key)
        else:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtext(%s))", key)


def _submission(item: InformationItem, now: datetime) -> tuple[str, datetime]:
    """What its evidence says now; an item that nobody owed is always in time."""
    sent = item.first_submitted_at or now
    met = [
        (each.counts_from, each.obligation.due_at)
        for each in _evidence(item)
        if each.counts_from and (each.counts_until is None or each.counts_until > now)
    ]
    if met:
        in_time = [begun for begun, due in met if begun < due]
        event = ScoreEvent.SUBMITTED if in_time else ScoreEvent.SUBMITTED_LATE
        return event.value, min(in_time or [begun for begun, _due in met])
    undone = item.first_submitted_at is None or _evidence(item)
    return ("", sent) if undone else (ScoreEvent.SUBMITTED.value, sent)


def _evidence(item: InformationItem) -> list[Any]:
    rows = Evidence.objects.filter(kind=KIND, source=item.pk, withdrawn_at=None)
    return list(rows.select_related("obligation"))


@transaction.atomic
def settle_adoption(item: InformationItem, *, by: User, now: datetime) -> None:
    """Adopted, or the adoption was taken back."""
    if not _is_scored(item):
        return
    adopted = item.state == ItemState.ADOPTED
    wanted: Earned = {(ScoreEvent.ADOPTED.value, None): item.decided_at or now} if adopted else {}
    _settle(item, (ScoreEvent.ADOPTED,), wanted, reason=TAKEN_BACK, by=by, now=now)


@transaction.atomic
def settle_printed(issue: Issue, *, by: User, now: datetime) -> None:
    """Every item of which a paragraph stands in the published issue; of a withdrawn one none.

    An article whose text the office wrote anew prints no item, whatever it was compiled from. `issue` may be the correction: the points belong to the issue it corrects.
    """
    root = issue.corrects or issue
    latest = (
        Issue.objects.filter(Q(pk=root.pk) | Q(corrects=root), published_at__isnull=False)
        .order_by("-correction")
        .first()
    )
    stands = latest is not None and latest.state == IssueState.PUBLISHED
    printed = set(_items_in(latest)) if latest and stands else set()
    booked = {
        each.item
        for each in ScoreEntry.objects.standing()
        .filter(publication=root.pk)
        .select_related("item__organisation", "item__programme")
    }
    for item in sorted(printed | booked, key=lambda each: each.pk):
        key = (ScoreEvent.PRINTED.value, root.pk)
        wanted: Earned = {key: latest.published_at or now} if latest and item in printed else {}
        _settle(
            item, (ScoreEvent.PRINTED,), wanted,
            publication=root.pk, reason=LEFT_OUT, by=by, now=now,
        )  # fmt: skip


@transaction.atomic
def settle_outlets(item: InformationItem, *, by: User, now: datetime) -> None:
    """By the level of each outlet that told of the adopted item, once the office above has confirmed it.

    The rule of the day on which it was told applies.
    """
    if not _is_scored(item):
        return
    for told in Publicity.objects.filter(item=item):
        stands = told.state == PublicityState.CONFIRMED and item.state == ItemState.ADOPTED
        wanted: Earned = {}
        if stands and told.level:
            wanted[f"outlet_{told.level}", told.pk] = day_end(told.told_on, ZONE) - TICK
        _settle(
            item, OUTLETS, wanted,
            publication=told.pk, reason=OFF_RECORD, by=by, now=now,
        )  # fmt: skip


def _items_in(issue: Issue) -> QuerySet[Any]:
    paragraphs = Paragraph.objects.filter(article__issue=issue, item__isnull=False)
    rows: QuerySet[Any] = InformationItem.objects.filter(pk__in=paragraphs.values("item"))
    return rows.select_related("organisation", "programme")


@transaction.atomic
def settle_lapsed_returns(*, now: datetime, by: User) -> int:
    """Items whose answer has not come in time; returns how many were looked at."""
    waiting = InformationItem.objects.filter(
        state__in=(ItemState.RETURNED, ItemState.SIGNED),
        reply_due_at__lte=now,
        scores__event__in=SUBMISSION,
        scores__reverses=None,
        scores__reversals=None,
    ).select_related("organisation", "programme")
    items = list(waiting.distinct())
    for item in items:
        settle_submission(item, by=by, now=now)
    return len(items)


def _settle(
    item: InformationItem,
    events: Iterable[str],
    wanted: Earned,
    *,
    reason: str,
    by: User,
    now: datetime,
    publication: UUID | None = None,
) -> None:
    standing = ScoreEntry.objects.standing().filter(
        item=item, event__in=tuple(events), publication=publication
    )
    booked = {(each.event, each.publication): each for each in standing}
    for key, entry in booked.items():
        if key not in wanted:
            reverse_entry(entry, reason=reason, by=by, now=now)
    for (event, issue), at in wanted.items():
        if (event, issue) not in booked:
            _book(item, event, at=at, publication=issue, by=by, now=now)


def _book(
    item: InformationItem,
    event: str,
    *,
    at: datetime,
    publication: UUID | None,
    by: User,
    now: datetime,
) -> None:
    rule = rule_for(item, event, local_day(at))
    if rule is None:
        return
    before = ScoreEntry.objects.filter(
        item=item, event=event, publication=publication, reverses=None
    ).count()
    entry = ScoreEntry(
        programme=item.programme,
        item=item,
        event=event,
        rule=rule,
        points=rule.points,
        at=now,
        by=by,
    )
    entry.month, entry.publication, entry.occurrence = _month(item, at), publication, before + 1
    entry.earned_at = at
    _place(entry, item.organisation, item.supervisor_id)
    entry.save(force_insert=True)
    record("score.booked", target=item, by=by, at=now, event=event, points=str(rule.points))


def rule_for(item: InformationItem, event: str, day: date) -> ScoreRule | None:
    """The rule in force on `day`; one for the item's own type goes before the general one."""
    rows = ScoreRule.objects.filter(
        programme=item.programme_id, event=event, kind__in=("", item.kind), applies_from__lte=day
    )
    found: ScoreRule | None = rows.order_by("-kind", "-applies_from", "-version").first()
    return found


def _month(item: InformationItem, at: datetime) -> str:
    """The month the item counts for; of one that counts for none, the month of the event."""
    key = item.window_key
    return key if len(key) == 7 and key[4] == "-" else f"{local_day(at):%Y-%m}"


def _place(entry: ScoreEntry, organisation: Organisation, supervisor: UUID | None) -> None:
    entry.place(organisation)
    entry.supervisor_id = supervisor


@transaction.atomic
def reverse_entry(entry: ScoreEntry, *, reason: str, by: User, now: datetime) -> ScoreEntry:
    """The line that takes `entry` back: same unit and month, points with the other sign."""
    back = ScoreEntry(
        programme=entry.programme, item=entry.item, event=entry.event, rule=entry.rule,
        points=-entry.points, at=now, by=by, reverses=entry, reason=reason[:200],
    )  # fmt: skip
    back.month, back.publication, back.occurrence = entry.month, entry.publication, entry.occurrence
    back.earned_at = entry.earned_at
    _place(back, entry.organisation, entry.supervisor_id)
    back.save(force_insert=True)
    record("score.reversed", target=entry, by=by, at=now, points=str(back.points), reason=reason)
    return back


@transaction.atomic
def book_points(
    programme: Programme,
    organisation: Organisation,
    *,
    month: str,
    points: Decimal,
    reason: str,
    by: User,
    now: datetime,
) -> ScoreEntry:
    """A booking by hand, such as a leader's written instruction. Raises NotAllowed, BadInput, RuleBroken."""
    if not by.has_perm(Permission.SCORE_CHANGE, programme):
        raise NotAllowed(_("You may not change the points here."), code="not_allowed")
    require_points(points)
    _require_month(programme, month)
    if not points or not reason.strip():
        words = _("Say how many points and what for: it stays on record.")
        raise BadInput(words, fields={"points" if not points else "reason": words})
    enrolment = enrolment_of(programme, organisation, local_day(now))
    if enrolment is None:
        raise RuleBroken(
            _("“%(unit)s” does not take part in this programme.") % {"unit": organisation},
            code="not_enrolled",
        )
    entry = ScoreEntry(programme=programme, month=month, event=ScoreEvent.CORRECTION, points=points)
    entry.at, entry.earned_at, entry.by, entry.reason = now, now, by, reason.strip()[:200]
    _place(entry, organisation, enrolment.supervisor_id)
    entry.save(force_insert=True)
    record(
        "score.booked", target=organisation, by=by, at=now, points=str(points), reason=entry.reason
    )
    return entry


def _require_month(programme: Programme, month: str) -> None:
    first, last = f"{programme.starts_on:%Y-%m}", f"{programme.ends_on:%Y-%m}"
    try:
        date.fromisoformat(f"{month}-01")
    except ValueError:
        month = ""
    if not first <= month <= last:
        words = _("Choose a month of the programme, from %(first)s to %(last)s.") % {
            "first": first, "last": last,
        }  # fmt: skip
        raise BadInput(words, fields={"month": words})


@transaction.atomic
def reverse_points(entry: ScoreEntry, *, reason: str, by: User, now: datetime) -> ScoreEntry:
    """Take back a booking by hand; the others follow their items. Raises NotAllowed, BadInput, RuleBroken."""
    entry = lock_row(entry)
    if not by.has_perm(Permission.SCORE_CHANGE, entry.programme):
        raise NotAllowed(_("You may not change the points here."), code="not_allowed")
    if entry.event != ScoreEvent.CORRECTION:
        raise RuleBroken(
            _("This was booked for an item and changes only with it; book a correction beside it."),
            code="follows_item",
        )
    if entry.reverses_id or entry.reversals.exists():
        raise RuleBroken(_("This booking has been reversed already."), code="reversed")
    if not reason.strip():
        words = _("Say why: it stays on record.")
        raise BadInput(words, fields={"reason": words})
    return reverse_entry(entry, reason=reason.strip(), by=by, now=now)
