"""An issue that comes to nothing: discarded before it had a number, declared void (作废) after."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.workflow import take
from reporting.actions.briefing_checks import left_turn
from reporting.actions.item_checks import worded
from reporting.models import Issue, IssueTurn
from reporting.notices import tell_issue_given_up
from reporting.states import DISCARD_ISSUE, VOID_ISSUE, IssueState

What = IssueTurn.What


@transaction.atomic
def discard_issue(
    issue: Issue, *, reason: str, by: User, now: datetime, seen: int | None = None
) -> Issue:
    """Begun by mistake, also a correction: off the desk, its items free again, nothing deleted.

    Raises BadInput without a reason, RuleBroken (`numbered`, `wrong_state`), NotAllowed, Stale.
    """
    fresh = take(DISCARD_ISSUE, issue, by=by, seen=seen)
    if fresh.number is not None:
        raise RuleBroken(
            _("This issue has its number already: the signer may declare it void."),
            code="numbered",
        )
    return _given_up(fresh, What.DISCARDED, reason, by, now)


@transaction.atomic
def void_issue(
    issue: Issue, *, reason: str, by: User, now: datetime, seen: int | None = None
) -> Issue:
    """Signed, taken back and given up: its number stays used, and the office's list says so.

    Raises BadInput without a reason, RuleBroken (`no_number`, `wrong_state`), NotAllowed, Stale.
    """
    fresh = take(VOID_ISSUE, issue, by=by, seen=seen)
    if fresh.number is None:
        raise RuleBroken(
            _("This issue has no number yet: whoever compiles it may discard it."),
            code="no_number",
        )
    return _given_up(fresh, What.VOIDED, reason, by, now)


def _given_up(issue: Issue, what: IssueTurn.What, reason: str, by: User, now: datetime) -> Issue:
    reason = worded(reason, required=_("Say why: it stays on record."))
    issue.changed_at = now
    issue.save()
    left_turn(issue, what, by=by, at=now, opinion=reason)
    record(f"issue.{what}", target=issue, by=by, at=now, reason=reason, label=issue.label)
    tell_issue_given_up(issue, reason=reason, by=by, now=now)
    return issue


def void_number(issue: Issue, given: tuple[int, int, int], *, by: User, now: datetime) -> Issue:
    """Keep the number (year, number, total) that `issue` gave back on being signed in another year."""
    row = Issue(series=issue.series, state=IssueState.VOID, headline=issue.headline)
    row.year, row.number, row.total = given
    row.drafted_by, row.drafter_name = issue.drafted_by, issue.drafter_name
    row.created_at = row.changed_at = now
    row.place(issue.organisation)
    row.save(force_insert=True)
    left_turn(row, What.VOIDED, by=by, at=now, opinion=f"→ {issue.year}-{issue.label}")
    record("issue.voided", target=row, by=by, at=now, label=row.label, instead=str(issue.pk))
    return row
