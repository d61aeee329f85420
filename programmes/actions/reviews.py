"""The review that a plan asks for once a report is in (P1-47, P2-50, P4-22): the reviewers' first word on it is its record."""

from datetime import datetime

from django.db import transaction

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.scope import WHOLE, scope
from groups.models import Organisation
from programmes.actions.evidence import accept_evidence, record_evidence
from programmes.actions.journeys import address_of
from programmes.actions.laying import event_key
from programmes.models import Dossier, Turn
from programmes.procedures import StepKind

DELIVERABLE = "expert_review"
KIND = "review"
"""Of its evidence; the source is the paper."""


@transaction.atomic
def credit_review(turn: Turn, dossier: Dossier, *, by: User, now: datetime) -> None:
    """Whoever owes the review has had it held, also where it ends with points to mend; a second one counts no more.

    The reviewers may reach neither debtor, so it is looked up in the whole tenant. A duty that takes
    nothing more stays missed, and the paper goes on.
    """
    if turn.kind != StepKind.REVIEW:
        return
    debtors = {place.pk: place for place in (dossier.organisation, dossier.programme.owner)}
    with scope(dossier.tenant, path=WHOLE, actor=by):
        for place in debtors.values():
            try:
                with transaction.atomic():
                    _credit(dossier, place, by, now)
            except RuleBroken as refused:
                record("dossier.uncredited", target=dossier, by=by, at=now, code=refused.code)


def _credit(dossier: Dossier, debtor: Organisation, by: User, now: datetime) -> None:
    record_evidence(
        deliverable=DELIVERABLE,
        programme=dossier.programme,
        organisation=debtor,
        project=dossier.project,
        kind=KIND,
        source=dossier.pk,
        title=dossier.title,
        address=address_of(dossier),
        captured_at=now,
        received_at=now,
        window_key=event_key(dossier.project) if dossier.project else "",
        by=by,
        now=now,
    )
    accept_evidence(kind=KIND, source=dossier.pk, by=by, now=now)
