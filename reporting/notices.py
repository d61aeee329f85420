"""Who is told what happened to an item; the words are templates/reporting/notices/*.txt."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.urls import reverse

from actionlearning.foundation.models import User
from actionlearning.foundation.outbox import queue_notice, retract_notices
from actionlearning.foundation.permissions import Permission
from programmes.notices import holders_of
from programmes.queries import local_day
from reporting.models import InformationItem


def address_of(item: InformationItem) -> str:
    return reverse("reporting:item_detail", args=[item.tenant.slug, item.pk])


def tell_office(item: InformationItem, *, by: User, now: datetime) -> None:
    """It came in, or came back: whoever reviews for the supervising organisation is told."""
    retract_notices([item.pk], now=now)
    if item.supervisor is not None:
        office = holders_of(item.supervisor, Permission.ITEM_REVIEW, day=local_day(now), by=by)
        _tell(item, "item_submitted", office, now, again=item.first_submitted_at != now)


def tell_signed(item: InformationItem, *, now: datetime) -> None:
    _tell(item, "item_signed", [item.drafted_by], now, signer=item.signer_name)


def tell_returned(item: InformationItem, *, reason: str, by: User, now: datetime) -> None:
    """The drafter and everybody who may send it again; `until` is the last day in time."""
    retract_notices([item.pk], now=now)
    until = ""
    if item.reply_due_at:
        until = local_day(item.reply_due_at - timedelta(microseconds=1)).isoformat()
    office = holders_of(item.organisation, Permission.ITEM_SUBMIT, day=local_day(now), by=by)
    _tell(item, "item_returned", [item.drafted_by, *office], now, reason=reason, until=until)


def tell_decided(item: InformationItem, *, opinion: str, now: datetime) -> None:
    retract_notices([item.pk], now=now)
    told = [item.drafted_by, *([item.submitted_by] if item.submitted_by else [])]
    _tell(item, f"item_{item.state}", told, now, opinion=opinion)


def _tell(
    item: InformationItem, name: str, people: Iterable[User], now: datetime, **params: object
) -> None:
    for user in {person.pk: person for person in people}.values():
        queue_notice(
            to=user,
            kind=f"reporting.{name}",
            at=now,
            key=f"{item.pk}:{item.version}",
            about=item,
            address=address_of(item),
            title=str(item),
            unit=item.organisation.name,
            **params,
        )
