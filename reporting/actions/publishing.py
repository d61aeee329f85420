"""What is told and never changes: issues published, corrected, withdrawn (`model.md` §7)."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.counters import next_number
from actionlearning.foundation.errors import BadInput, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.outbox import retract_notices
from actionlearning.foundation.tenancy import uuid7
from actionlearning.foundation.workflow import lock_row, take
from reporting.actions.briefing_checks import left_turn, narrower
from reporting.actions.scores import settle_printed
from reporting.models import InformationItem, Issue, IssueTurn, Publication, PublicationFile
from reporting.models.briefing import PAGE
from reporting.notices import tell_corrected, tell_printed, tell_withdrawn
from reporting.papers import content_of, digest_of_text, files_of_paper, pictures_of
from reporting.queries import root_of
from reporting.states import PUBLISH_ISSUE, WITHDRAW_ISSUE, IssueState, ItemState

SEQUENCE = "publication"


@transaction.atomic
def publish_issue(issue: Issue, *, by: User, now: datetime, seen: int | None = None) -> Publication:
    """Copy the signed issue into the table that readers read; from here on nothing of it changes.

    Raises RuleBroken `not_signed`, `wrong_state`, `text_changed`, `not_adopted`, `nothing_to_correct`,
    `withdrawn`, `corrected_since`; NotAllowed; Stale.
    """
    _lock_root(issue)
    _require_signature(issue)
    issue = take(PUBLISH_ISSUE, issue, by=by, seen=seen)
    content = content_of(issue)
    _require_signed_text(issue, content)
    _require_adopted(content)
    files, pictures = files_of_paper(content), page_files(content)
    told = _publication(issue, content, now)
    told.save(force_insert=True)
    _keep_files(told, [*files, *pictures])
    issue.published_by, issue.published_at, issue.changed_at = by, now, now
    issue.save(update_fields=[*_MOVED, "published_by", "published_at"])
    record("issue.published", target=issue, by=by, at=now, digest=told.digest, **_facts(told))
    left_turn(issue, IssueTurn.What.PUBLISHED, by=by, at=now)
    settle_printed(issue, by=by, now=now)
    retract_notices([issue.pk], now=now)
    tell_printed(told, by=by, now=now)
    if issue.corrects_id:
        tell_corrected(told, by=by, now=now)
    return told


_MOVED = ("state", "version", "changed_at")


@transaction.atomic
def withdraw_issue(
    issue: Issue, *, reason: str, by: User, now: datetime, seen: int | None = None
) -> Publication:
    """Put a tombstone in the place of the issue and of its corrections; only the reason is told.

    Raises BadInput without a reason, RuleBroken `wrong_state`, NotAllowed, Stale.
    """
    reason = " ".join(reason.split())
    if not reason or len(reason) > _LONGEST_REASON:
        words = _("Say why in at most %(most)d characters: readers are shown the reason.")
        words %= {"most": _LONGEST_REASON}
        raise BadInput(words, fields={"reason": words})
    _lock_versions(issue)
    taken = take(WITHDRAW_ISSUE, issue, by=by, seen=seen)
    sequence = next_number(SEQUENCE)
    stone = _tombstone(_standing(taken), reason, sequence, now)
    stone.save(force_insert=True)
    for each in [taken, *_others(taken, stone, by)]:
        each.withdrawn_by, each.withdrawn_at, each.changed_at = by, now, now
        each.withdrawal_reason = reason
        each.save(
            update_fields=[*_MOVED, "withdrawn_by", "withdrawn_at", "withdrawal_reason"],
        )
        left_turn(each, IssueTurn.What.WITHDRAWN, by=by, at=now, opinion=reason)
        record("issue.withdrawn", target=each, by=by, at=now, reason=reason, **_facts(stone))
    settle_printed(taken, by=by, now=now)
    tell_withdrawn(stone, by=by, now=now)
    return stone


_LONGEST_REASON = 300


def _require_signature(issue: Issue) -> None:
    fresh = lock_row(issue)
    if fresh.state in (IssueState.DRAFT, IssueState.CHECKED):
        raise RuleBroken(
            _("This issue is not signed yet. It is published after the signature."),
            code="not_signed",
        )


def _require_signed_text(issue: Issue, content: dict[str, Any]) -> None:
    """Nothing changes a signed issue; should anything have, it is not told."""
    if issue.signed_digest != digest_of_text(content):
        raise RuleBroken(
            _("This is not the text that was signed. Take it back and have it signed anew."),
            code="text_changed",
        )


def _require_adopted(content: dict[str, Any]) -> None:
    """What was printed stands for adopted items: one taken back since then must leave the issue first."""
    named = [each["item"] for each in content["articles"]]
    named += [row["item"] for each in content["articles"] for row in each["paragraphs"]]
    ids = {item["id"] for item in named if item}
    rows = InformationItem.objects.filter(pk__in=ids).order_by("pk")
    wrong = [row for row in rows.select_for_update(of=("self",)) if row.state != ItemState.ADOPTED]
    if wrong:
        raise RuleBroken(
            _("“%(item)s” is not adopted (%(state)s): take it out of the issue first.")
            % {"item": wrong[0], "state": wrong[0].get_state_display()},
            code="not_adopted",
        )


def _publication(issue: Issue, content: dict[str, Any], now: datetime) -> Publication:
    """The row, with its number taken last: from there on everybody else who publishes waits."""
    key = uuid7()
    told = Publication(id=key, kind=Publication.Kind.PUBLISHED, root=key)
    told.series, told.issue, told.content = issue.series, issue.pk, content
    for name in ("year", "number", "total", "correction", "label", "dated"):
        setattr(told, name, getattr(issue, name))
    told.title, told.published_at = content["title"], now
    told.series_title, told.compiler = content["masthead"]["name"], content["masthead"]["unit"]
    told.audience = narrower(issue.audience, issue.series.audience)
    told.sequence = next_number(SEQUENCE)
    if issue.corrects_id:
        before = _corrected(issue)
        told.kind, told.root = Publication.Kind.CORRECTED, before.root
        told.published_at = _after(before, now)
        told.audience = narrower(told.audience, before.audience)
    told.digest = digest_of(told)
    return told


def _keep_files(told: Publication, files: list[tuple[str, str, bytes]]) -> None:
    for media_type, name, content in files:
        digest = hashlib.sha256(content).hexdigest()
        PublicationFile.objects.create(
            publication=told, media_type=media_type, name=name, sha256=digest, content=content
        )


def page_files(content: dict[str, Any]) -> list[tuple[str, str, bytes]]:
    """(media type, name, bytes) of the page pictures: what was told is never typeset anew."""
    return [
        (f"{PAGE}{number}", f"{number}.png", picture)
        for number, picture in enumerate(pictures_of(content), 1)
    ]


def _corrected(issue: Issue) -> Publication:
    """What the correction takes the place of. Raises RuleBroken."""
    first = Publication.objects.filter(issue=issue.corrects_id).order_by("sequence").first()
    if first is None:
        raise RuleBroken(
            _("The issue that this one corrects has not been published."), code="nothing_to_correct"
        )
    last = _last(first.root)
    if last.kind == Publication.Kind.WITHDRAWN:
        raise RuleBroken(
            _("The issue that this one corrects has been withdrawn."), code="withdrawn"
        )
    if last.correction >= issue.correction:
        raise RuleBroken(
            _("A later correction (%(label)s) has been published already.") % {"label": last.label},
            code="corrected_since",
        )
    return last


def _last(root: Any) -> Publication:
    found: Publication = Publication.objects.filter(root=root).latest("sequence")
    return found


def _standing(issue: Issue) -> Publication:
    """What readers have of a published issue at this moment."""
    return _last(Publication.objects.filter(issue=issue.pk).earliest("sequence").root)


def _lock_root(issue: Issue) -> None:
    """Every verb that touches several versions of an issue locks the issue itself first."""
    if issue.corrects_id:
        Issue.objects.select_for_update(of=("self",)).get(pk=issue.corrects_id)


def _lock_versions(issue: Issue) -> None:
    """The issue itself, then its corrections by number: in this order whoever holds one waits for no other."""
    root = root_of(issue)
    Issue.objects.select_for_update(of=("self",)).get(pk=root)
    rows = Issue.objects.filter(corrects=root).order_by("correction", "pk")
    list(rows.select_for_update(of=("self",)))


def _others(issue: Issue, stone: Publication, by: User) -> list[Issue]:
    """The issue's other published versions: they go with it."""
    family = Publication.objects.filter(root=stone.root).values("issue")
    rows = Issue.objects.filter(pk__in=family, state=IssueState.PUBLISHED).exclude(pk=issue.pk)
    return [take(WITHDRAW_ISSUE, each, by=by) for each in rows.order_by("correction", "pk")]


def _tombstone(last: Publication, reason: str, sequence: int, now: datetime) -> Publication:
    """Names the issue as it was printed and reaches all who had it; the title goes with the text."""
    first = Publication.objects.get(pk=last.root)
    head = first.content["masthead"]
    stone = Publication(
        kind=Publication.Kind.WITHDRAWN,
        sequence=sequence,
        title=f"{head['name']}{head['issue']}",
        audience=first.audience,
        published_at=_after(last, now),
        content={"reason": reason},
    )
    for name in (
        "series",
        "series_title",
        "compiler",
        "root",
        "issue",
        "year",
        "number",
        "total",
        "correction",
        "label",
        "dated",
    ):
        setattr(stone, name, getattr(last, name))
    stone.digest = digest_of(stone)
    return stone


def _after(before: Publication, now: datetime) -> datetime:
    """`Last-Modified` counts seconds: what takes another's place is at least one younger."""
    return max(now, before.published_at.replace(microsecond=0) + timedelta(seconds=1))


def digest_of(told: Publication) -> str:
    """sha256 over the row's facts and content in canonical form."""
    facts = {**_facts(told), "kind": told.kind, "content": told.content}
    facts["published_at"] = told.published_at.astimezone(UTC).isoformat()
    text = json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _facts(told: Publication) -> dict[str, Any]:
    """What the audit log keeps of a publication."""
    return {
        "publication": str(told.pk),
        "root": str(told.root),
        "sequence": told.sequence,
        "series": str(told.series_id),
        "label": told.label,
    }
