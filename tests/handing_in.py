"""One record handed in, as reporting does it: tests of duties say only what matters to them."""

import uuid
from datetime import datetime

from actionlearning.foundation.models import User
from groups.models import Organisation
from programmes.actions.evidence import record_evidence
from programmes.models import Evidence, Obligation, Programme, Project

KIND = "information_item"


def hand_in(
    programme: Programme,
    unit: Organisation,
    at: datetime,
    *,
    by: User,
    source: uuid.UUID | None = None,
    window: str = "",
    quantity: int = 1,
    deliverable: str = "information_item",
    project: Project | None = None,
    address: str = "information/",
) -> list[Evidence]:
    return record_evidence(
        deliverable=deliverable,
        programme=programme,
        organisation=unit,
        project=project,
        kind=KIND,
        source=source or uuid.uuid4(),
        title="孤儿底数摸排进展",
        address=address,
        quantity=quantity,
        captured_at=at,
        received_at=at,
        window_key=window,
        by=by,
        now=at,
    )


def duty(
    unit: Organisation, window: str = "2026-06", rule: str = "monthly_information"
) -> Obligation:
    return Obligation.objects.get(organisation=unit, rule_key=rule, window_key=window)


def state_of(obligation: Obligation, now: datetime) -> str:
    return Obligation.objects.with_state(now).get(pk=obligation.pk).state
