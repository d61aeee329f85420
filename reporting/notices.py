"""Who is told what happened to an item or an issue; the words are templates/reporting/notices/*.txt."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

from actionlearning.foundation.models import User
from actionlearning.foundation.outbox import queue_notice, retract_notices
from actionlearning.foundation.permissions import Permission
from programmes.notices import holders_of
from programmes.queries import local_day
from reporting.models import Article, InformationItem, Issue
from reporting.texts import edited


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


def issue_address(issue: Issue) -> str:
    return f"briefings/issues/{issue.pk}/"


def tell_issue_offered(issue: Issue, *, hands: Iterable[Any], by: User, now: datetime) -> None:
    """Whoever may check it; those who compiled it may not."""
    people = _office(issue, Permission.BRIEFING_CHECK, by, now, but=hands)
    _tell_office(issue, "issue_offered", people, now, by=by.display_name)


def tell_issue_checked(issue: Issue, *, hands: Iterable[Any], by: User, now: datetime) -> None:
    people = _office(issue, Permission.BRIEFING_SIGN, by, now, but=[*hands, by.pk])
    _tell_office(issue, "issue_checked", people, now, by=by.display_name)


def tell_issue_returned(issue: Issue, *, reason: str, by: User, now: datetime) -> None:
    people = [issue.drafted_by, *_office(issue, Permission.BRIEFING_COMPILE, by, now)]
    _tell_office(issue, "issue_returned", people, now, by=by.display_name, reason=reason)


def tell_issue_signed(issue: Issue, *, by: User, now: datetime) -> None:
    """Those who compile publish it."""
    people = [issue.drafted_by, *_office(issue, Permission.BRIEFING_COMPILE, by, now)]
    _tell_office(issue, "issue_signed", people, now, by=by.display_name)


def _office(
    issue: Issue, permission: Permission, by: User, now: datetime, but: Iterable[Any] = ()
) -> list[User]:
    people = holders_of(issue.organisation, permission, day=local_day(now), by=by)
    out = {by.pk, *but}
    return [each for each in people if each.pk not in out]


def _tell_office(
    issue: Issue, name: str, people: Iterable[User], now: datetime, **params: object
) -> None:
    """What was asked for before is done: the earlier lines ask for nothing more."""
    retract_notices([issue.pk], now=now)
    for user in {person.pk: person for person in people}.values():
        queue_notice(
            to=user,
            kind=f"reporting.{name}",
            at=now,
            key=f"{issue.pk}:{issue.version}",
            about=issue,
            address=issue_address(issue),
            title=str(issue),
            **params,
        )


def tell_printed(
    issue: Issue, *, address: str, by: User, now: datetime, correction: bool = False
) -> None:
    """The senders of what is printed: each item's drafter and its unit's office, once an item.

    `address`: the page on which they read the issue. Says whether the office changed the text.
    """
    rows = issue.articles.filter(item__isnull=False)
    for article in rows.select_related("item__organisation", "item__drafted_by"):
        item: Any = article.item
        office = holders_of(item.organisation, Permission.ITEM_SUBMIT, day=local_day(now), by=by)
        for user in {each.pk: each for each in (item.drafted_by, *office)}.values():
            queue_notice(
                to=user,
                kind="reporting.item_printed",
                at=now,
                key=f"{issue.pk}:{item.pk}",
                about=item,
                address=address,
                title=item.title,
                unit=item.organisation.name,
                issue=str(issue),
                changed=_was_edited(article),
                correction=correction,
            )


def _was_edited(article: Article) -> bool:
    lines = article.paragraphs.order_by("position").values_list("text", flat=True)
    return edited(article.original_title, article.title) or edited(
        article.original_body, "\n".join(lines)
    )


def tell_taken_back(item: InformationItem, *, reason: str, now: datetime) -> None:
    """The adoption was a mistake: it waits for a decision again."""
    told = [item.drafted_by, *([item.submitted_by] if item.submitted_by else [])]
    _tell(item, "item_taken_back", told, now, reason=reason)
