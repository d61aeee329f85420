"""Duties that wait for a paper in another body's hands: told to their rows whenever a paper changes hands.

The column is found again from the turns alone: recounting always gives the same.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q

from actionlearning.foundation.models import User
from actionlearning.foundation.outbox import retract_notices
from actionlearning.foundation.scope import WHOLE, scope
from programmes.models import Dossier, Obligation, Rule, Window
from programmes.queries.waits import spans_of, turns_awaited

BLOCKED = "programmes.blocked"
"""The notice to whoever holds the paper."""


def recount_waiting_for(dossier: Dossier, *, actor: User, now: datetime) -> None:
    """`dossier` has changed hands; whoever acted on it may see less than the duties of its unit."""
    with scope(dossier.tenant, path=WHOLE, actor=actor):
        recount_waits(_waiting_for(dossier), now=now)


def _waiting_for(dossier: Dossier) -> Any:
    rows = Obligation.objects.filter(
        programme=dossier.programme_id,
        organisation=dossier.organisation_id,
        rule__spec__waits_for__contains=[dossier.kind],
    )
    if dossier.project_id is None:
        return rows
    return rows.filter(Q(project=None) | Q(project=dossier.project_id))


def recount_laid(windows: Iterable[Window], *, now: datetime) -> None:
    """Of duties laid down at `now`: the paper may lie with another body already."""
    rows = list(windows)
    waits = Rule.objects.filter(
        pk__in={each.rule_id for each in rows}, spec__has_key="waits_for"
    ).values_list("pk", flat=True)
    rules = set(waits)
    if rules:
        keys = [each.pk for each in rows if each.rule_id in rules]
        recount_waits(Obligation.objects.filter(window__in=keys, laid_at=now), now=now)


def recount_waits(duties: Any, *, now: datetime) -> None:
    """Set the column from the turns; what was told to a body that holds nothing any more is taken back."""
    rows = list(duties.select_for_update(of=("self",)).select_related("rule").order_by("pk"))
    awaited = turns_awaited(rows)
    freed = []
    for row in rows:
        spans = spans_of(awaited.get(row.pk, ()))
        if spans == row.blocked:
            continue
        row.blocked = spans
        row.save(update_fields=["blocked"])
        if row.held_up(now) is None:
            freed.append(row.pk)
    if freed:
        retract_notices(freed, now=now, kind=BLOCKED)
