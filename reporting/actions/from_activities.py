"""An information item out of the log of an activity: nothing is typed a second time."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.workflow import lock_row
from programmes.models import Activity
from programmes.queries import local_day
from programmes.queries.photos import photos_of
from programmes.states import ActivityState
from reporting.actions.activity_words import item_body, item_kind, item_title
from reporting.actions.attachments import MOST, attach_photos
from reporting.actions.item_checks import LIMITS
from reporting.actions.items import start_item
from reporting.models import InformationItem
from reporting.queries import phone_of, types_of


@transaction.atomic
def draft_from_activity(activity: Activity, *, by: User, now: datetime) -> InformationItem:
    """The draft, with copies of its photographs; asked again, the one that is there.

    Raises NotAllowed, RuleBroken (`not_held`, and as start_item).
    """
    if not by.has_perm(Permission.ITEM_WRITE, activity):
        raise NotAllowed(_("You may not write for this unit."), code="not_allowed")
    fresh: Any = lock_row(activity)
    known: InformationItem | None = InformationItem.objects.filter(activity=fresh).first()
    if known is not None:
        return known
    if fresh.state != ActivityState.HELD:
        raise RuleBroken(
            _("It has not been logged: log what was held first, then the item writes itself."),
            code="not_held",
        )
    types = [each.key for each in types_of(fresh.programme, local_day(now))]
    item = start_item(
        programme=fresh.programme, organisation=fresh.organisation, by=by, now=now,
        kind=item_kind(fresh, types), title=item_title(fresh, LIMITS["title"]),
        body=item_body(fresh, LIMITS["body"]), event_date=local_day(fresh.began_at),
        phone=phone_of(by)[: LIMITS["phone"]], project=fresh.project,
    )  # fmt: skip
    item.activity = fresh
    item.save(update_fields=["activity"])
    attach_photos(item, photos=photos_of(fresh).defer(None)[:MOST], by=by, now=now)
    record("item.drafted", target=item, by=by, at=now, activity=str(fresh.pk))
    item.refresh_from_db()
    return item
