"""Records of the methods used in an activity: opened, kept with the version that was read, removed (P2-65)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.documents.official.reading import clean_line
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken, Stale
from actionlearning.foundation.models import User
from actionlearning.foundation.workflow import lock_row, wrong_state
from programmes.actions.activity_terms import method_faults
from programmes.actions.concluded import refuse_concluded
from programmes.actions.loggers import logs_it
from programmes.clauses import cited_for
from programmes.methods import LONGEST_QUESTION, MOST_RECORDS, WHOLE, catalogue, form_of, read
from programmes.models import Activity, MethodRecord
from programmes.queries import head_of, local_day
from programmes.states import LOGGED_FROM

QUESTION = "question"


METHODS = ("P2-65", "P4-27")
"""Where plans name their methods."""


def head_on_its_day(activity: Activity, now: datetime) -> dict[str, Any]:
    """Of the plan whose methods an activity is offered; today's where it was not held yet."""
    return head_of(activity.programme, local_day(activity.began_at or now))


def may_record(user: User, activity: Activity, now: datetime) -> bool:
    """Whoever logs the activity."""
    return logs_it(user, activity, activity.began_at or now)


@transaction.atomic
def open_record(
    activity: Activity,
    *,
    method: str,
    question: str = "",
    content: Mapping[str, Any] | None = None,
    by: User,
    now: datetime,
) -> MethodRecord:
    """Raises NotAllowed, RuleBroken (`concluded`, `wrong_state`), BadInput."""
    fresh = _writable(activity, by, now)
    head = head_on_its_day(fresh, now)
    if faults := method_faults((method,), head, "method"):
        cited = cited_for(fresh.programme, METHODS, local_day(now))
        raise BadInput(faults["method"], fields=faults, cited=cited)
    if MethodRecord.objects.filter(activity=fresh, removed_at=None).count() >= MOST_RECORDS:
        words = _("At most %(count)d records for one activity: remove one, or go on in one.")
        raise BadInput(
            words % {"count": MOST_RECORDS}, fields={"method": words % {"count": MOST_RECORDS}}
        )
    known = catalogue(head)[method]
    form = form_of(known)
    made = MethodRecord(
        activity=fresh, method=method, name=known["name"], name_en=known["name_en"], form=form,
        created_by=by, created_at=now,
    )  # fmt: skip
    made.organisation_id, made.org_path = fresh.organisation_id, fresh.org_path
    _fill(made, question, content or {}, by, now)
    made.save()
    record(
        "method_record.opened", target=made, by=by, at=now, activity=str(fresh.pk), method=method
    )
    return made


@transaction.atomic
def keep_record(
    kept: MethodRecord,
    *,
    question: str,
    content: Mapping[str, Any],
    by: User,
    now: datetime,
    seen: int | None = None,
) -> MethodRecord:
    """Raises NotAllowed, RuleBroken, BadInput; Stale, whose `more` has what somebody else kept meanwhile."""
    _writable(kept.activity, by, now)
    fresh = _as_seen(kept, seen)
    _fill(fresh, question, content, by, now)
    fresh.version += 1
    fresh.save()
    record("method_record.written", target=fresh, by=by, at=now, activity=str(fresh.activity_id),
           method=fresh.method, version=fresh.version)  # fmt: skip
    return fresh


@transaction.atomic
def remove_record(
    kept: MethodRecord, *, by: User, now: datetime, seen: int | None = None
) -> MethodRecord:
    """It stays on file and is no longer shown. Raises NotAllowed, RuleBroken, Stale."""
    _writable(kept.activity, by, now)
    fresh = _as_seen(kept, seen)
    fresh.removed_by, fresh.removed_at = by, now
    fresh.version += 1
    fresh.save(update_fields=["removed_by", "removed_at", "version"])
    record("method_record.removed", target=fresh, by=by, at=now, activity=str(fresh.activity_id),
           method=fresh.method)  # fmt: skip
    return fresh


def _writable(activity: Activity, by: User, now: datetime) -> Activity:
    """The locked activity. Several records are written at once, each under its own version."""
    refuse_concluded(activity.project)
    fresh: Activity = lock_row(activity)
    if not may_record(by, fresh, now):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
    if fresh.state not in LOGGED_FROM:
        raise wrong_state(fresh)
    return fresh


def _as_seen(kept: MethodRecord, seen: int | None) -> MethodRecord:
    fresh = lock_row(kept)
    if fresh.removed_at is not None:
        raise RuleBroken(_("This record was removed meanwhile."), code="removed")
    if seen is not None and fresh.version != seen:
        raise Stale(
            _("%(name)s has kept another text of this meanwhile: it is shown beside yours.")
            % {"name": fresh.written_name},
            code="stale",
            more={
                "current": {
                    "question": fresh.question, "content": fresh.content, "version": fresh.version
                }
            },
        )  # fmt: skip
    return fresh


def _fill(kept: MethodRecord, question: str, content: Any, by: User, now: datetime) -> None:
    asked = clean_line(question)
    told, faults = read(kept.form, content)
    if len(asked) > LONGEST_QUESTION:
        faults[QUESTION] = _("At most %(count)d characters.") % {"count": LONGEST_QUESTION}
    if faults:
        named = {place or "content": words for place, words in faults.items()}
        words = faults.get(WHOLE) or _("Please mend the fields named here.")
        raise BadInput(words, fields=named)
    kept.question, kept.content = asked, told
    kept.written_by, kept.written_name, kept.written_at = by, by.display_name, now
