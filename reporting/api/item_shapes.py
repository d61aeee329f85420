"""What the endpoints of information items take and give."""

from datetime import datetime
from typing import Any

from rest_framework import serializers

from actionlearning.foundation.api import StrictSerializer
from reporting.models import InformationItem, ItemTurn
from reporting.models.item import MOST_WORDS
from reporting.queries.item_waits import OFFICE, SIDES, UNIT, charges_of, holder_of
from reporting.states import ItemState


class ItemLine(serializers.Serializer):
    """An item as lists carry it. `state` changes by the noun endpoints only."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(InformationItem.Kind.choices)
    state = serializers.ChoiceField(ItemState.choices)
    month = serializers.CharField(help_text="Window it counts for, `2026-09`; empty: as received.")
    event_date = serializers.DateField(allow_null=True)
    programme = serializers.UUIDField()
    project = serializers.UUIDField(allow_null=True)
    activity = serializers.UUIDField(allow_null=True, help_text="From whose log it was drafted.")
    organisation = serializers.UUIDField()
    organisation_name = serializers.CharField()
    drafter_name = serializers.CharField()
    first_submitted_at = serializers.DateTimeField(allow_null=True)
    submitted_at = serializers.DateTimeField(allow_null=True)
    reply_due_at = serializers.DateTimeField(
        allow_null=True, help_text="While returned: the first instant too late for the answer."
    )
    decided_at = serializers.DateTimeField(allow_null=True)
    changed_at = serializers.DateTimeField()
    version = serializers.IntegerField()


class AttachmentLine(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    media_type = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    sha256 = serializers.CharField()
    added_at = serializers.DateTimeField()


class ItemHolder(serializers.Serializer):
    """Who has to act now."""

    side = serializers.ChoiceField(SIDES, help_text="`nobody` once it is decided.")
    holder_id = serializers.UUIDField(allow_null=True)
    holder_name = serializers.CharField()
    since = serializers.DateTimeField()


class ItemChargeLine(serializers.Serializer):
    """How long it lay with one side since the first submission, in days of the wall calendar."""

    side = serializers.ChoiceField((UNIT, OFFICE))
    holder_id = serializers.UUIDField(allow_null=True)
    holder_name = serializers.CharField()
    days = serializers.IntegerField()


class ItemDetails(ItemLine):
    body = serializers.CharField()
    phone = serializers.CharField()
    truthful = serializers.BooleanField()
    signer_name = serializers.CharField()
    signed_at = serializers.DateTimeField(allow_null=True)
    attachments = AttachmentLine(many=True)
    holder = ItemHolder()
    charges = ItemChargeLine(many=True)


class ItemPage(serializers.Serializer):
    results = ItemLine(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class OfActivity(StrictSerializer):
    activity = serializers.UUIDField(help_text="One that was logged.")


class ItemText(StrictSerializer):
    """What may be written of an item; everything else is refused."""

    kind = serializers.ChoiceField(
        InformationItem.Kind.choices,
        required=False,
        help_text="One that the programme's plan knows; left out, its first.",
    )
    title = serializers.CharField(allow_blank=True, required=False, help_text="At most 120.")
    body = serializers.CharField(
        allow_blank=True, required=False, trim_whitespace=False, help_text=f"At most {MOST_WORDS}."
    )
    event_date = serializers.DateField(allow_null=True, required=False)
    phone = serializers.CharField(max_length=30, allow_blank=True, required=False)
    truthful = serializers.BooleanField(required=False)
    month = serializers.CharField(
        max_length=20,
        allow_blank=True,
        required=False,
        source="window_key",
        help_text="`2026-09`, a month for which the unit owes an item; empty: as received.",
    )
    project = serializers.UUIDField(allow_null=True, required=False)


class NewItem(ItemText):
    programme = serializers.UUIDField()
    organisation = serializers.UUIDField(
        required=False, help_text="May be left out by a client of one organisation."
    )


class Submission(StrictSerializer):
    truthful = serializers.BooleanField(
        required=False, help_text="Left out: the declaration of the draft stands."
    )


class Nothing(StrictSerializer):
    """No fields: the address says it all."""


class Opinion(StrictSerializer):
    opinion = serializers.CharField(max_length=300, allow_blank=True, required=False, default="")


class Return(StrictSerializer):
    reason = serializers.CharField(max_length=300)
    flat = serializers.BooleanField(
        required=False, default=False, help_text="Empty or a copy: it meets no duty any more."
    )


class Upload(serializers.Serializer):
    file = serializers.FileField()


class WithReason(StrictSerializer):
    reason = serializers.CharField(max_length=300)


def waits_of(item: InformationItem, turns: list[ItemTurn], now: datetime) -> dict[str, Any]:
    """`holder` and `charges` of ItemDetails."""
    side, since = holder_of(item, turns)
    return {
        "holder": {**_side(item, side), "since": since},
        "charges": [
            {**_side(item, each.side), "days": each.days} for each in charges_of(turns, now)
        ],
    }


def _side(item: InformationItem, side: str) -> dict[str, Any]:
    held = {UNIT: item.organisation, OFFICE: item.supervisor}.get(side)
    return {
        "side": side,
        "holder_id": held.pk if held else None,
        "holder_name": held.name if held else "",
    }
