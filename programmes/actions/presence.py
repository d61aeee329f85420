"""Duties that regulations must be there (P1-14, P2-39, P3-47): what is in force counts, one for each system.

Days typed in do not make it earlier: it counts from the moment we were told. One that is repealed
counts no more; what takes its place on that day keeps its first instant.
"""

import logging
import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from actionlearning.foundation.errors import RuleBroken
from programmes.actions.evidence import record_evidence, recount
from programmes.calendar import day_start
from programmes.models import Evidence, Obligation, Regulation
from programmes.queries import ZONE, local_day

logger = logging.getLogger(__name__)

KIND = "regulation"
"""Of its evidence."""


@transaction.atomic
def observe_regulations(
    *, now: datetime, programme: uuid.UUID | None = None, organisation: uuid.UUID | None = None
) -> int:
    """Returns how many regulations count anew or no more; telling twice changes nothing."""
    duties = _stirred(now)
    if programme is not None:
        duties = duties.filter(programme=programme, organisation=organisation)
    return sum(_observe(duty, now) for duty in duties)


def observe_each(*, now: datetime) -> int:
    """What the days themselves changed. A duty that takes nothing now is logged; the others go on."""
    changed = 0
    for duty in _stirred(now):
        try:
            with transaction.atomic():
                changed += _observe(duty, now)
        except RuleBroken as refused:
            logger.warning("regulations of duty %s do not count: %s", duty.pk, refused.code)
    return changed


def _stirred(now: datetime) -> QuerySet[Any]:
    """Open duties with a regulation in force that has not been counted, or a repealed one that still is."""
    counted = Evidence.objects.filter(
        obligation=OuterRef(OuterRef("pk")), kind=KIND, source=OuterRef("pk"), withdrawn_at=None
    )
    holds, today = Q(repealed_on=None) | Q(repealed_on__gt=local_day(now)), local_day(now)
    stirring = Regulation.objects.filter(
        (holds & Q(in_force_on__lte=today) & ~Exists(counted))
        | (Q(repealed_on__isnull=False) & Exists(counted.filter(counts_until=None))),
        programme=OuterRef("programme"), organisation=OuterRef("organisation"),
    )  # fmt: skip
    duties: QuerySet[Any] = Obligation.objects.filter(
        Exists(stirring), deliverable="system_document", cancelled_at=None, opens_at__lte=now
    ).exclude(closes_at__lte=now)
    related = ("rule__plan", "programme", "organisation", "tenant")
    return duties.select_related(*related).order_by("pk")


def _observe(duty: Obligation, now: datetime) -> int:
    rows = list(
        Regulation.objects.filter(programme=duty.programme_id, organisation=duty.organisation_id)
        .select_related("recorded_by")
        .order_by("recorded_at", "id")
    )
    counted = {
        each.source: each
        for each in Evidence.objects.filter(obligation=duty, kind=KIND, withdrawn_at=None)
    }
    ended = [_released(row, counted, now) for row in rows if row.repealed_on is not None]
    if any(ended):
        recount([duty], now=now)
    return sum(ended) + _credit(duty, rows, counted, now)


def _released(row: Regulation, counted: dict[Any, Evidence], now: datetime) -> bool:
    evidence = counted.get(row.pk)
    if evidence is None or evidence.counts_until is not None or row.repealed_on is None:
        return False
    told = row.repealed_at or now
    evidence.counts_until = max(
        day_start(row.repealed_on, ZONE), told, evidence.counts_from or told
    )
    evidence.save(update_fields=["counts_until"])
    return True


def _credit(
    duty: Obligation, rows: list[Regulation], counted: dict[Any, Evidence], now: datetime
) -> int:
    """One for each of the plan's systems; where the plan names none, one for each regulation."""
    listed = {row["key"] for row in duty.rule.plan.head.get("systems", ())}
    taken = {
        row.system
        for row in rows
        if row.pk in counted
        and (counted[row.pk].counts_until is None or row.holds_on(local_day(now)))
    }
    new = 0
    for row in rows:
        fits = row.system in listed and row.system not in taken if listed else True
        if row.pk in counted or not fits or not row.holds_on(local_day(now)):
            continue
        taken.add(row.system)
        new += _count(duty, row, rows, counted, now)
    return new


def _count(
    duty: Obligation,
    row: Regulation,
    rows: list[Regulation],
    counted: dict[Any, Evidence],
    now: datetime,
) -> int:
    made = record_evidence(
        deliverable="system_document", programme=duty.programme, organisation=duty.organisation,
        kind=KIND, source=row.pk, title=row.name,
        address=reverse("programmes:regulation_detail", args=[duty.tenant.slug, row.pk]),
        captured_at=row.recorded_at, received_at=now, window_key=duty.window_key,
        by=row.recorded_by, now=now,
    )  # fmt: skip
    for evidence in made:
        before = [
            counted[each.pk] for each in rows if each.system == row.system and each.pk in counted
        ]
        firsts = [
            each.counts_from
            for each in before
            if each.counts_from and each.counts_until and each.counts_until >= now
        ]
        if firsts:
            evidence.counts_from = min(firsts)
            evidence.save(update_fields=["counts_from"])
            recount([evidence.obligation], now=now)
    return len(made)
