"""Who is told what happened to an item or an issue; the words are templates/reporting/notices/*.txt."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.urls import reverse

from actionlearning.foundation.models import User
from actionlearning.foundation.outbox import queue_notice, queue_notices, retract_notices
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.scope import WHOLE, scope
from actionlearning.foundation.texts import edited
from groups.models import Appointment, Tenure
from groups.queries.minds import sign_ins_of
from groups.roles import roles_with
from programmes.notices import holders_of
from programmes.queries import local_day
from reporting.access import organisations_told
from reporting.models import (
    ExchangeReply,
    InformationItem,
    Issue,
    Publication,
    ScoreEntry,
    ScoreEvent,
    Webhook,
)
from reporting.queries import items_in, printed_of


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
    return reverse("reporting:issue_detail", args=[issue.tenant.slug, issue.pk])


def tell_issue_offered(issue: Issue, *, hands: Iterable[Any], by: User, now: datetime) -> None:
    """Whoever may check it; those who compiled it may not."""
    people = _office(issue, Permission.BRIEFING_CHECK, by, now, but=hands)
    _tell_office(issue, "issue_offered", people, now, by=by.display_name)


def tell_issue_checked(issue: Issue, *, hands: Iterable[Any], by: User, now: datetime) -> None:
    people = _office(
        issue,
        Permission.BRIEFING_SIGN,
        by,
        now,
        but=[*hands, *sign_ins_of([by.pk], tenant=issue.tenant)],
    )
    _tell_office(issue, "issue_checked", people, now, by=by.display_name)


def tell_issue_returned(issue: Issue, *, reason: str, by: User, now: datetime) -> None:
    people = [issue.drafted_by, *_office(issue, Permission.BRIEFING_COMPILE, by, now)]
    _tell_office(issue, "issue_returned", people, now, by=by.display_name, reason=reason)


def tell_issue_signed(issue: Issue, *, by: User, now: datetime) -> None:
    """Those who compile publish it."""
    people = [issue.drafted_by, *_office(issue, Permission.BRIEFING_COMPILE, by, now)]
    _tell_office(issue, "issue_signed", people, now, by=by.display_name)


def tell_issue_given_up(issue: Issue, *, reason: str, by: User, now: datetime) -> None:
    """Discarded or void: nobody is asked for anything more."""
    people = [issue.drafted_by, *_office(issue, Permission.BRIEFING_COMPILE, by, now)]
    people = [each for each in people if each.pk != by.pk]
    _tell_office(issue, f"issue_{issue.state}", people, now, by=by.display_name, reason=reason)


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


def tell_taken_back(item: InformationItem, *, reason: str, now: datetime) -> None:
    """The adoption was a mistake: it waits for a decision again."""
    told = [item.drafted_by, *([item.submitted_by] if item.submitted_by else [])]
    _tell(item, "item_taken_back", told, now, reason=reason)


def tell_printed(told: Publication, *, by: User, now: datetime) -> None:
    """Who sent in what is printed: once; again only when a correction changes or leaves out its text.

    `changed`: by the editors. What counts is whose paragraphs stand there.
    """
    before = _before(told)
    earlier = items_in(before.content) if before else set()
    present = items_in(told.content)
    note = "\n".join(told.content["correction_note"])
    for item in _items(present | earlier):
        title, text = printed_of(told.content, item)
        changed = edited(item.title, title) or edited(item.body, text)
        if str(item.pk) not in earlier:
            _tell_senders(told, "item_printed", item, by, now, changed=changed)
        elif str(item.pk) not in present:
            _tell_left_out(told, "item_left_out", item, note, by, now)
        elif before and printed_of(before.content, item) != (title, text):
            _tell_senders(told, "item_corrected", item, by, now, changed=changed, note=note)


def _before(told: Publication) -> Publication | None:
    """What stood in its place."""
    rows = Publication.objects.filter(root=told.root, sequence__lt=told.sequence)
    found: Publication | None = rows.order_by("-sequence").first()
    return found


def _items(ids: Iterable[str]) -> Iterable[InformationItem]:
    rows = InformationItem.objects.filter(pk__in=ids)
    found: Iterable[InformationItem] = rows.select_related(
        "drafted_by", "submitted_by", "organisation"
    ).order_by("pk")
    return found


def _tell_left_out(
    told: Publication, name: str, item: InformationItem, reason: str, by: User, now: datetime
) -> None:
    """`points`: those that were taken back with it; settled before anybody is told."""
    lines = ScoreEntry.objects.filter(
        item=item, event=ScoreEvent.PRINTED, at=now, reverses__isnull=False
    )
    points = -sum((each.points for each in lines), Decimal(0))
    words = f"{points.normalize():f}" if points else ""
    _tell_senders(told, name, item, by, now, reason=reason, points=words)


def _tell_senders(
    told: Publication, name: str, item: InformationItem, by: User, now: datetime, **params: object
) -> None:
    """Drafter, submitter, and whoever submits for the unit."""
    office = holders_of(item.organisation, Permission.ITEM_SUBMIT, day=local_day(now), by=by)
    people = [item.drafted_by, *([item.submitted_by] if item.submitted_by else []), *office]
    others = {person.pk: person for person in people if person.pk != by.pk}.values()
    _tell_of(told, name, others, now, item=str(item), key=f"{told.pk}:{item.pk}", **params)


def tell_corrected(told: Publication, *, by: User, now: datetime) -> None:
    """Those who read the issue for their organisations, with what was wrong and how it reads now."""
    note = "\n".join(told.content["correction_note"])
    _tell_of(told, "issue_corrected", _readers(told, by=by, now=now), now, note=note)


def tell_withdrawn(told: Publication, *, by: User, now: datetime) -> None:
    """The readers, and whoever sent in what stood there."""
    if before := _before(told):
        for item in _items(items_in(before.content)):
            _tell_left_out(told, "item_withdrawn", item, told.content["reason"], by, now)
    reason = told.content["reason"]
    _tell_of(told, "issue_withdrawn", _readers(told, by=by, now=now), now, reason=reason)


def _readers(told: Publication, *, by: User, now: datetime) -> list[User]:
    """Office, information officer and liaison of every organisation that may read it, and of its own."""
    day = local_day(now)
    in_force = Q(ends_on=None) | Q(ends_on__gte=day)
    with scope(told.tenant, path=WHOLE, actor=by):
        places = organisations_told(told, day)
        seats = Q(
            organisation__in=places,
            role__in=roles_with(Permission.ITEM_SUBMIT),
            user__isnull=False,
        )
        held = {
            user
            for seat in (Tenure, Appointment)
            for user in seat.objects.filter(in_force, seats, starts_on__lte=day).values_list(
                "user", flat=True
            )
        }
    people = User.objects.filter(pk__in=held, is_active=True).exclude(login__startswith="client:")
    return list(people.exclude(pk=by.pk).order_by("pk"))


def _tell_of(
    told: Publication,
    name: str,
    people: Iterable[User],
    now: datetime,
    *,
    key: str = "",
    **params: object,
) -> None:
    queue_notices(
        people,
        kind=f"reporting.{name}",
        at=now,
        key=key or str(told.pk),
        about=told,
        address=reverse("reporting:briefing_detail", args=[told.tenant.slug, told.root]),
        title=told.title,
        series=told.series_title,
        label=told.label,
        **params,
    )


def tell_webhook_paused(webhook: Webhook, *, reason: str, now: datetime) -> None:
    """Whoever manages the client: nothing more is sent until they let it go on."""
    office = holders_of(
        webhook.organisation, Permission.TOKEN_MANAGE, day=local_day(now), by=webhook.created_by
    )
    for user in office:
        queue_notice(
            to=user,
            kind="reporting.webhook_paused",
            at=now,
            key=f"{webhook.pk}:{now.isoformat()}",
            about=webhook,
            address=reverse("reporting:webhook_detail", args=[webhook.tenant.slug, webhook.pk]),
            name=webhook.name,
            client=webhook.client.name,
            reason=reason,
        )


def tell_replied(answer: ExchangeReply, *, now: datetime) -> None:
    """Whoever posted it; nobody is told of a reply of one's own."""
    post = answer.exchange
    if answer.author_id == post.author_id:
        return
    queue_notice(
        to=post.author,
        kind="reporting.exchange_replied",
        at=now,
        key=str(answer.pk),
        about=answer,
        address=reverse("reporting:exchange_detail", args=[post.tenant.slug, post.pk]),
        title=post.title,
        by=answer.author_name,
        unit=answer.unit_name,
        text=answer.text,
    )
