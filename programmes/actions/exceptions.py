"""What takes a duty out of the count: dated, reasoned, by the level above, never by its own."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.outbox import retract_notices
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.workflow import lock_row
from programmes.models import Obligation, Programme, Project


@transaction.atomic
def waive(obligation: Obligation, *, reason: str, by: User, now: datetime) -> Obligation:
    """The supervising office lets it go.

    Raises NotAllowed (also the beneficiary's own level), BadInput, RuleBroken `settled`.
    """
    fresh = lock_row(obligation)
    own = fresh.supervisor_id == fresh.organisation_id  # the office that runs the programme
    if own or not by.has_perm(Permission.OBLIGATION_WAIVE, fresh):
        raise NotAllowed(_("Only the office above may waive a duty."), code="not_allowed")
    if not reason.strip():
        raise BadInput(
            _("Say why: it stays on record."), fields={"reason": _("Say why: it stays on record.")}
        )
    if fresh.stands(now) or fresh.nil_at or fresh.waived_at or fresh.cancelled_at:
        raise RuleBroken(_("This duty is settled already."), code="settled")
    fresh.waived_at, fresh.waived_by = now, by
    fresh.reason, fresh.next_look_at = reason.strip()[:300], None
    fresh.save(update_fields=["waived_at", "waived_by", "reason", "next_look_at"])
    record("obligation.waived", target=fresh, by=by, at=now, reason=fresh.reason)
    retract_notices([fresh.pk], now=now)
    return fresh


def cancel_ahead(programme: Programme, *, reason: str, now: datetime) -> int:
    """What is not due yet when the programme closes; what is past due stays open for late papers."""
    rows = Obligation.objects.asking(now).filter(programme=programme, due_at__gt=now)
    ids = list(rows.values_list("pk", flat=True))
    Obligation.objects.filter(pk__in=ids).update(
        cancelled_at=now, reason=reason[:300], next_look_at=None
    )
    retract_notices(ids, now=now)
    return len(ids)


def cancel_from(
    organisation_id: object, programme_id: object, *, day: object, reason: str, now: datetime
) -> int:
    """Unfinished duties whose last day lies on or after `day`: the unit has closed or left."""
    rows = Obligation.objects.unfinished().filter(
        organisation_id=organisation_id, programme_id=programme_id, window__last_day__gte=day
    )
    ids = list(rows.values_list("pk", flat=True))
    Obligation.objects.filter(pk__in=ids).update(
        cancelled_at=now, reason=reason[:300], next_look_at=None
    )
    retract_notices(ids, now=now)
    return len(ids)


def cancel_after(project: Project, name: str, *, reason: str, now: datetime) -> int:
    """Unfinished duties that waited for `name` to happen to the topic: it has been taken back."""
    rows = Obligation.objects.unfinished().filter(project=project, rule__spec__after=name)
    ids = list(rows.values_list("pk", flat=True))
    Obligation.objects.filter(pk__in=ids).update(
        cancelled_at=now, reason=reason[:300], next_look_at=None
    )
    retract_notices(ids, now=now)
    return len(ids)


def cancel_about(projects: list[Project], *, reason: str, now: datetime) -> int:
    """Unfinished duties of topics that the unit no longer carries."""
    rows = Obligation.objects.unfinished().filter(project__in=projects)
    ids = list(rows.values_list("pk", flat=True))
    Obligation.objects.filter(pk__in=ids).update(
        cancelled_at=now, reason=reason[:300], next_look_at=None
    )
    retract_notices(ids, now=now)
    return len(ids)
