"""Acts on organisations with consequences for what they owe; the tree itself is groups' business."""

from datetime import date, datetime

from django.db import transaction

from actionlearning.foundation.models import User
from groups.actions.organisations import close_organisation, move_organisation
from groups.models import Organisation
from programmes.actions.enrolments import calendar_of, leave
from programmes.actions.ledgers import follow_place
from programmes.models import Enrolment


@transaction.atomic
def close_unit(
    unit: Organisation, *, on: date, reason: str, by: User, now: datetime
) -> Organisation:
    """It ends, and its bodies with it; its duties from `on` are cancelled with the reason."""
    for enrolment in Enrolment.objects.filter(organisation=unit, ends_on=None):
        leave(enrolment, on=on, reason=reason, by=by, now=now)
    return close_organisation(unit, on=on, reason=reason, by=by, now=now)


@transaction.atomic
def move_unit(unit: Organisation, *, parent: Organisation, by: User, now: datetime) -> Organisation:
    """Re-parent it; every row that carries its place follows, so walls and lists stay true."""
    before = unit.path
    moved = move_organisation(unit, parent=parent, by=by, now=now)
    follow_place(moved, before)
    _follow_calendar(moved)
    return moved


def _follow_calendar(moved: Organisation) -> None:
    """In another division other days are worked; what is laid down already keeps its window."""
    rows = Enrolment.objects.filter(
        ends_on=None, organisation__path__gte=moved.path, organisation__path__lt=moved.path + "~"
    )
    for enrolment in rows.select_related("organisation"):
        wanted = calendar_of(enrolment.organisation)
        if wanted != enrolment.calendar:
            enrolment.calendar = wanted
            enrolment.save(update_fields=["calendar"])
