"""Decisions as lists ask for them, and the agenda: what waits for a body to decide."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet

from actionlearning.foundation.models import AuditEvent, User
from actionlearning.foundation.permissions import Permission
from groups.access import reach_of
from groups.models import Organisation
from groups.queries import named_like
from groups.queries.minds import same_mind
from programmes.models import Decision, Turn
from programmes.models.decision import DecisionOutcome
from programmes.procedures import StepKind
from programmes.queries import bad_filter, key_asked

MOST_AGENDA = 50
BY_HAND = ("decision.written", "decision.corrected")
"""How the audit log calls the beginning of a record that somebody writes."""
CHANGED = "decision.changed"


def narrowed_decisions(rows: QuerySet[Any], wanted: Mapping[str, str]) -> QuerySet[Any]:
    """By programme, outcome, `state` (draft, signed) and `q`: matter, or the unit's name or initials. Raises BadInput."""
    if wanted.get("programme"):
        rows = rows.filter(programme=key_asked(wanted, "programme"))
    if wanted.get("outcome"):
        if wanted["outcome"] not in DecisionOutcome.values:
            raise bad_filter("outcome")
        rows = rows.filter(outcome=wanted["outcome"])
    if wanted.get("state"):
        if wanted["state"] not in ("draft", "signed"):
            raise bad_filter("state")
        rows = rows.filter(signed_at__isnull=wanted["state"] == "draft")
    words = wanted.get("q", "").strip()
    if words:
        units = named_like(Organisation.objects.all(), words)
        rows = rows.filter(Q(matter__icontains=words) | Q(organisation__in=units.values("pk")))
    return rows


def wrote_by_hand(decision: Decision, user: User) -> bool:
    """Whether its words are `user`'s, by any of his sign-ins, in a record that was not kept by itself (P2-12).

    The audit log tells who began it and who changed it afterwards.
    """
    rows = AuditEvent.objects.filter(target=decision.pk, action__in=(*BY_HAND, CHANGED))
    told = list(rows.values_list("action", "actor"))
    if not any(action in BY_HAND for action, _actor in told):
        return False
    return same_mind(user, *(actor for _action, actor in told), tenant=decision.tenant)


def agenda_of(user: User) -> QuerySet[Any]:
    """Papers that lie before the bodies of the reader's own organisations, the oldest first (P2-12)."""
    own = reach_of(user, Permission.DOSSIER_VIEW).organisations
    return (
        Turn.objects.open()
        .filter(holder__in=own)
        .exclude(kind__in=(StepKind.MEND, StepKind.FILE))
        .order_by("received_at", "id")
    )
