"""Single things opened to outsiders: facilitators, experts, observers (django-guardian)."""

from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from guardian.shortcuts import assign_perm, remove_perm

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.outbox import queue_notice, retract_notices
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.workflow import lock_row
from groups.models import BodyGrant, Grant, Organisation


@transaction.atomic
def grant(
    subject: Any, *, to: User, reason: str, by: User, now: datetime, ends_on: date | None = None
) -> Grant:
    """`to` may see this one thing and not its sisters, to the last day or until it is closed.

    Raises NotAllowed, BadInput, RuleBroken `granted`.
    """
    if not by.has_perm(Permission.GRANT, subject):
        raise NotAllowed(_("You may not open this to others."), code="not_allowed")
    if not reason.strip():
        raise BadInput(
            _("Say why: it stays on record."), fields={"reason": _("Say why: it stays on record.")}
        )
    today = localdate(now)
    if ends_on is not None and ends_on < today:
        words = _("The last day has passed already.")
        raise BadInput(words, fields={"ends_on": words})
    if Grant.objects.open_on(today).filter(user=to, subject=subject.pk).exists():
        raise RuleBroken(_("%(name)s may see it already.") % {"name": to}, code="granted")
    made = _open(subject, to, reason, by=by, now=now, ends_on=ends_on)
    _tell(made, now)
    return made


def _open(
    subject: Any,
    to: User,
    reason: str,
    *,
    by: User,
    now: datetime,
    ends_on: date | None = None,
    through: str = "",
) -> Grant:
    """Guardian's right and its line in the register."""
    assign_perm(_right(subject), to, subject)
    made = Grant.objects.create(
        user=to,
        organisation=subject.organisation,
        subject_kind=subject._meta.label_lower,
        subject=subject.pk,
        subject_name=str(subject)[:200],
        reason=reason.strip()[:200],
        through=through,
        granted_by=by,
        granted_at=now,
        ends_on=ends_on,
    )
    last = ends_on.isoformat() if ends_on else ""
    told = {"to": str(to.pk), "reason": made.reason, "last": last}
    record("grant.given", target=subject, by=by, at=now, **told)
    return made


@transaction.atomic
def let_see(
    subject: Any, *, to: User, reason: str, through: str, by: User, now: datetime
) -> Grant | None:
    """What follows from serving it, not from somebody's favour; whoever may see it already keeps that.

    Called by the verb that gives `to` his part in it, which has asked whether it may.
    """
    if Grant.objects.open_on(localdate(now)).filter(user=to, subject=subject.pk).exists():
        return None
    made = _open(subject, to, reason, by=by, now=now, through=through)
    if to.pk != by.pk:
        _tell(made, now)
    return made


@transaction.atomic
def let_see_no_more(subject: Any, *, to: User, through: str, by: User, now: datetime) -> None:
    """Takes back what let_see() gave; what an office opened stays open."""
    rows = Grant.objects.open_on(localdate(now)).filter(
        user=to, subject=subject.pk, through=through
    )
    for found in rows:
        _close(found, subject, by=by, now=now)


@transaction.atomic
def lay_before(subject: Any, *, holder: Organisation, kind: str, now: datetime) -> BodyGrant:
    """From now on whoever sits in this body may see it, also who comes later; told twice it counts once."""
    there = BodyGrant.objects.filter(
        holder=holder, kind=kind, subject=subject.pk, closed_at=None
    ).first()
    return there or BodyGrant.objects.create(
        holder=holder,
        kind=kind,
        organisation=subject.organisation,
        subject_kind=subject._meta.label_lower,
        subject=subject.pk,
        opened_at=now,
    )


@transaction.atomic
def take_away(subject: Any, *, holder: Organisation, kind: str, now: datetime) -> None:
    """It no longer lies there."""
    BodyGrant.objects.filter(holder=holder, kind=kind, subject=subject.pk, closed_at=None).update(
        closed_at=now
    )


@transaction.atomic
def end_grant(found: Grant, *, subject: Any, by: User, now: datetime) -> Grant:
    """`subject` is the thing that was opened. Raises NotAllowed, RuleBroken (ended already)."""
    if not by.has_perm(Permission.GRANT, subject):
        raise NotAllowed(_("You may not open this to others."), code="not_allowed")
    fresh = lock_row(found)
    if fresh.subject != subject.pk:
        raise NotAllowed(_("You may not open this to others."), code="not_allowed")
    if not fresh.lasts_on(localdate(now)):
        raise RuleBroken(_("This has been closed again already."), code="ended")
    return _close(fresh, subject, by=by, now=now)


@transaction.atomic
def end_in_register(found: Grant, *, by: User, now: datetime) -> Grant:
    """The same from its line alone: what somebody read by serving it has no page on which it is closed.

    Raises NotAllowed, RuleBroken (ended already).
    """
    subject = apps.get_model(found.subject_kind).objects.filter(pk=found.subject).first()
    if subject is None:
        raise NotAllowed(_("You may not open this to others."), code="not_allowed")
    return end_grant(found, subject=subject, by=by, now=now)


def _close(found: Grant, subject: Any, *, by: User, now: datetime) -> Grant:
    remove_perm(_right(subject), found.user, subject)
    found.ended_at = now
    found.save(update_fields=["ended_at"])
    record("grant.ended", target=subject, by=by, at=now, to=str(found.user_id))
    retract_notices([found.pk], now=now)
    return found


def _tell(made: Grant, now: datetime) -> None:
    page = _PAGES.get(made.subject_kind, "")
    queue_notice(
        to=made.user,
        kind="groups.granted",
        at=now,
        key=str(made.pk),
        about=made,
        address=page.format(pk=made.subject),
        title=made.subject_name,
        unit=made.organisation.name,
        reason=made.reason,
    )


_PAGES = {"programmes.project": "projects/{pk}/"}
"""Where a thing is seen, inside its space."""


def _right(subject: Any) -> str:
    return f"{subject._meta.app_label}.view_{subject._meta.model_name}"
