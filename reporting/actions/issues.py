"""An issue on its way: begun, handed over, checked, sent back, signed, corrected (`practice.md` §2.1).

Publication and withdrawal are in reporting/actions/publishing.py; what it consists of in articles.py.
"""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.counters import next_number
from actionlearning.foundation.errors import BadInput, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.workflow import lock, lock_row, take
from groups.queries.minds import same_mind
from programmes.queries import local_day
from reporting.actions.articles import touch, uncheck, writable_issue, wrote
from reporting.actions.briefing_checks import (
    accepted,
    left_turn,
    refuse_hand,
    require_ready,
    require_right,
)
from reporting.actions.giving_up import void_number
from reporting.actions.item_checks import worded
from reporting.actions.signatures import seal, unseal
from reporting.comparing import LISTS, snapshot_of
from reporting.models import Article, Issue, IssueTurn, Paragraph, Series
from reporting.notices import (
    tell_issue_checked,
    tell_issue_offered,
    tell_issue_returned,
    tell_issue_signed,
)
from reporting.queries import hands_of, version_in_force
from reporting.states import (
    CHECK_ISSUE,
    RETURN_ISSUE,
    SIGN_ISSUE,
    UNSIGN_ISSUE,
    IssueState,
)

What = IssueTurn.What
_OWN_FACTS = ("headline", "editors_note", *LISTS, "copies")


@transaction.atomic
def start_issue(series: Series, *, by: User, now: datetime, **facts: Any) -> Issue:
    """An empty issue with the series' distribution lists and copies; `facts` as in edit_issue.

    Raises NotAllowed, RuleBroken `series_closed`, BadInput.
    """
    series = lock_row(series)
    require_right(by, Permission.BRIEFING_COMPILE, series)
    if series.closed_at is not None:
        raise RuleBroken(_("This series is closed."), code="series_closed")
    issue = _begun(series, by, now)
    _write(issue, {name: getattr(series, name) for name in (*LISTS, "copies")} | facts)
    issue.save(force_insert=True)
    left_turn(issue, What.STARTED, by=by, at=now)
    record("issue.started", target=issue, by=by, at=now)
    return issue


def _begun(series: Series, by: User, now: datetime) -> Issue:
    issue = Issue(series=series, created_at=now, changed_at=now)
    issue.drafted_by, issue.drafter_name = by, by.display_name
    issue.place(series.organisation)
    return issue


@transaction.atomic
def edit_issue(
    issue: Issue, *, by: User, now: datetime, seen: int | None = None, **facts: Any
) -> Issue:
    """Headline, editors_note, the three lists, copies; of a correction also correction_note.

    A checked issue is checked anew. Raises BadInput, NotAllowed, RuleBroken `wrong_state`, Stale.
    """
    stored = accepted(facts)
    fresh = lock(issue, seen=seen)
    require_right(by, Permission.BRIEFING_COMPILE, fresh)
    if all(getattr(fresh, name) == value for name, value in stored.items()):
        return fresh
    fresh = writable_issue(fresh, by=by, now=now, seen=seen)
    changed = _write(fresh, stored)
    wrote(fresh, by=by, now=now)
    record("issue.saved", target=fresh, by=by, at=now, fields=changed, version=fresh.version)
    return fresh


def _write(issue: Issue, given: dict[str, Any]) -> list[str]:
    known = (*_OWN_FACTS, "correction_note") if issue.corrects_id else _OWN_FACTS
    unknown = sorted(set(given) - set(known))
    if unknown:
        message = _("Only a correction says what was wrong.")
        raise BadInput(message, fields=dict.fromkeys(unknown, message))
    facts = accepted(given)
    changed = [name for name, value in facts.items() if getattr(issue, name) != value]
    for name in changed:
        setattr(issue, name, facts[name])
    return changed


@transaction.atomic
def offer_issue(issue: Issue, *, by: User, now: datetime, seen: int | None = None) -> Issue:
    """The draft is ready: the checker has it now (送核). Raises RuleBroken, BadInput, NotAllowed, Stale."""
    fresh = lock(issue, seen=seen)
    require_right(by, Permission.BRIEFING_COMPILE, fresh)
    if fresh.state != IssueState.DRAFT or fresh.offered_at is not None:
        raise RuleBroken(_("This issue was handed over already."), code="wrong_state")
    require_ready(fresh)
    fresh.offered_at = now
    touch(fresh, now)
    left_turn(fresh, What.OFFERED, by=by, at=now)
    record("issue.offered", target=fresh, by=by, at=now)
    tell_issue_offered(fresh, hands=hands_of(fresh), by=by, now=now)
    return fresh


@transaction.atomic
def check_issue(
    issue: Issue, *, by: User, now: datetime, opinion: str = "", seen: int | None = None
) -> Issue:
    """核稿: text, facts and lists are right. Never by who had a hand in it.

    Raises RuleBroken (`own_paper`, `empty_issue`, `empty_article`, `item_not_adopted`), BadInput, Stale.
    """
    fresh = take(CHECK_ISSUE, issue, by=by, seen=seen)
    refuse_hand(
        fresh,
        by,
        _("You wrote in this issue, so somebody else checks it: it waits for another checker."),
    )
    opinion = worded(opinion, field="opinion")
    require_ready(fresh)
    fresh.checked_by, fresh.checker_name, fresh.checked_at = by, by.display_name, now
    fresh.offered_at = fresh.offered_at or now
    fresh.changed_at = now
    fresh.save()
    left_turn(fresh, What.CHECKED, by=by, at=now, opinion=opinion, snapshot=snapshot_of(fresh))
    record("issue.checked", target=fresh, by=by, at=now, opinion=opinion)
    tell_issue_checked(fresh, by=by, now=now, hands=hands_of(fresh))
    return fresh


@transaction.atomic
def return_issue(
    issue: Issue, *, reason: str, by: User, now: datetime, seen: int | None = None
) -> Issue:
    """Back to those who compile, with a reason: by the checker what was offered, by the signer what was checked.

    Raises BadInput without a reason, RuleBroken, NotAllowed, Stale.
    """
    fresh = lock(issue, seen=seen)
    if fresh.state == IssueState.DRAFT:
        require_right(by, Permission.BRIEFING_CHECK, fresh)
        if fresh.offered_at is None:
            raise RuleBroken(_("It is still being compiled."), code="wrong_state")
    else:
        fresh = take(RETURN_ISSUE, fresh, by=by, seen=seen)
    reason = worded(reason, required=_("Say what has to be changed."))
    uncheck(fresh)
    touch(fresh, now)
    left_turn(fresh, What.RETURNED, by=by, at=now, opinion=reason)
    record("issue.returned", target=fresh, by=by, at=now, reason=reason)
    tell_issue_returned(fresh, reason=reason, by=by, now=now)
    return fresh


@transaction.atomic
def sign_issue(
    issue: Issue, *, by: User, now: datetime, opinion: str = "", seen: int | None = None
) -> Issue:
    """签发: it gets its numbers, and nothing of it changes any more.

    Never by who had a hand in it or checked it. Two signers at once of one series wait for each other, and what is
    rolled back gives its number back. Raises RuleBroken (`own_paper`, `item_not_adopted` …), Stale.
    """
    lock_root(issue)
    fresh = take(SIGN_ISSUE, issue, by=by, seen=seen)
    refuse_hand(fresh, by, _("You wrote in this issue, so somebody else signs it."))
    if same_mind(by, fresh.checked_by_id, tenant=fresh.tenant):
        raise RuleBroken(_("You checked this issue, so somebody else signs it."), code="own_paper")
    opinion = worded(opinion, field="opinion")
    require_ready(fresh)
    before = _number(fresh, now)
    fresh.signed_by, fresh.signer_name, fresh.signed_at = by, by.display_name, now
    fresh.dated, fresh.changed_at = _day_of_number(fresh, now), now
    seal(fresh)
    fresh.save()
    if before:
        void_number(fresh, before, by=by, now=now)
    left_turn(fresh, What.SIGNED, by=by, at=now, opinion=opinion)
    record("issue.signed", target=fresh, by=by, at=now, label=fresh.label, total=fresh.total)
    tell_issue_signed(fresh, by=by, now=now)
    return fresh


def lock_root(issue: Issue) -> Issue:
    """The issue that a chain of corrections began with, locked: whoever touches a chain begins with it."""
    return lock_row(issue.corrects or issue)


def _number(issue: Issue, now: datetime) -> tuple[int, int, int] | None:
    """Numbers of the year in Beijing and of the series; one that was taken back keeps its own.

    Signed anew in another year it begins with that year's next numbers; those it had are returned.
    """
    year = local_day(now).year
    if issue.corrects is not None:
        if issue.number is None:
            _number_correction(issue, issue.corrects)
        return None
    if issue.year == year:
        return None
    before = None
    if issue.year and issue.number and issue.total:
        before = (issue.year, issue.number, issue.total)
    issue.year = year
    issue.total = next_number(f"briefing:{issue.series_id}:total")
    issue.number = next_number(f"briefing:{issue.series_id}:{issue.year}")
    return before


def _day_of_number(issue: Issue, now: datetime) -> date:
    """The day that is printed: on which the number was first signed, so that days follow the numbers."""
    signed = issue.turns.filter(what=What.SIGNED).order_by("at").values_list("at", flat=True)
    for day in map(local_day, signed):
        if issue.corrects_id or day.year == issue.year:
            return day
    return local_day(now)


def _number_correction(issue: Issue, root: Issue) -> None:
    if root.state == IssueState.WITHDRAWN:
        raise RuleBroken(
            _("The issue was withdrawn; there is nothing to correct."), code="withdrawn"
        )
    last = root.corrections.aggregate(last=Max("correction"))["last"] or 0
    issue.year, issue.number, issue.total = root.year, root.number, root.total
    issue.correction = last + 1


@transaction.atomic
def unsign_issue(
    issue: Issue, *, reason: str, by: User, now: datetime, seen: int | None = None
) -> Issue:
    """The signer takes it back before it is published; it keeps its number and is checked and signed anew.

    Raises BadInput without a reason, RuleBroken, NotAllowed, Stale.
    """
    fresh = take(UNSIGN_ISSUE, issue, by=by, seen=seen)
    reason = worded(reason, required=_("Say what has to be changed."))
    fresh.signed_by, fresh.signer_name, fresh.signed_at, fresh.dated = None, "", None, None
    unseal(fresh)
    uncheck(fresh)
    fresh.changed_at = now
    fresh.save()
    left_turn(fresh, What.UNSIGNED, by=by, at=now, opinion=reason)
    record("issue.unsigned", target=fresh, by=by, at=now, reason=reason, label=fresh.label)
    tell_issue_returned(fresh, reason=reason, by=by, now=now)
    return fresh


@transaction.atomic
def start_correction(issue: Issue, *, note: str, by: User, now: datetime) -> Issue:
    """A draft that corrects a published issue: what stands now, copied, and what was wrong in `note`.

    It goes the same way as every issue. Raises RuleBroken (`not_published`, `correction_begun`), BadInput.
    """
    root = lock_root(issue)
    standing = version_in_force(root)
    require_right(by, Permission.BRIEFING_COMPILE, root)
    if standing.state != IssueState.PUBLISHED or root.state != IssueState.PUBLISHED:
        raise RuleBroken(_("Only a published issue is corrected."), code="not_published")
    if root.corrections.filter(state__in=_ON_ITS_WAY).exists():
        raise RuleBroken(
            _("A correction of this issue was begun already."), code="correction_begun"
        )
    if not note.strip():
        message = _("Say what was wrong and how it reads now.")
        raise BadInput(message, fields={"correction_note": message})
    made = _begun(root.series, by, now)
    made.corrects = root
    _write(made, {n: getattr(standing, n) for n in _OWN_FACTS} | {"correction_note": note})
    made.save(force_insert=True)
    _copy(standing, made)
    left_turn(made, What.STARTED, by=by, at=now, opinion=made.correction_note)
    left_turn(root, What.CORRECTING, by=by, at=now, opinion=made.correction_note)
    record("issue.correcting", target=root, by=by, at=now, correction=str(made.pk))
    return made


_ON_ITS_WAY = (IssueState.DRAFT, IssueState.CHECKED, IssueState.SIGNED)


def _copy(source: Issue, target: Issue) -> None:
    """Articles and paragraphs with all they know of where they come from."""
    for article in source.articles.order_by("position", "pk"):
        paragraphs = list(article.paragraphs.order_by("position", "pk"))
        twin = Article(issue=target, position=article.position, item_id=article.item_id)
        twin.title, twin.original_title = article.title, article.original_title
        twin.original_body = article.original_body
        twin.place(target.organisation)
        twin.save(force_insert=True)
        copies = []
        for each in paragraphs:
            names = ("position", "text", "original", "item_id", "unit_id", "unit_name", "activity")
            row = Paragraph(article=twin, **{name: getattr(each, name) for name in names})
            row.place(target.organisation)
            copies.append(row)
        Paragraph.objects.bulk_create(copies)
