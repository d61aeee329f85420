"""Questions about the exchange space: the list and its filters, the replies, who may post where."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from groups.access import reach_of
from groups.models import Organisation
from groups.queries import named_like
from programmes.models import Enrolment, Programme, Project
from programmes.queries import bad_filter, key_asked
from programmes.states import ProgrammeState
from reporting.models import Exchange, ExchangeReply


def narrowed_exchanges(rows: QuerySet[Any], wanted: Mapping[str, str]) -> QuerySet[Any]:
    """By `programme`, `organisation`, `project` (ids), `unit` (name), `kind`, `q` (words). Raises BadInput.

    What was withdrawn stays out unless `withdrawn` asks for it.
    """
    for name in ("programme", "organisation", "project"):
        if wanted.get(name):
            rows = rows.filter(**{name: key_asked(wanted, name)})
    if wanted.get("unit", "").strip():
        units = named_like(Organisation.objects.all(), wanted["unit"], inside=True)
        rows = rows.filter(organisation__in=units)
    if kind := wanted.get("kind", ""):
        if kind not in Exchange.Kind.values:
            raise bad_filter("kind")
        rows = rows.filter(kind=kind)
    if wanted.get("withdrawn"):
        return _with_words(rows.exclude(withdrawn_at=None), wanted, "title")
    return _with_words(rows.filter(withdrawn_at=None), wanted, "title", "text")


def _with_words(rows: QuerySet[Any], wanted: Mapping[str, str], *fields: str) -> QuerySet[Any]:
    """The text of what was withdrawn is not shown, so it cannot be searched either."""
    words = wanted.get("q", "").replace("\x00", "").strip()
    found = Q()
    for field in fields:
        found |= Q(**{f"{field}__icontains": words})
    return rows.filter(found) if words else rows


def with_replies(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Each with `answers`: how many replies stand."""
    return rows.annotate(answers=Count("replies", filter=Q(replies__withdrawn_at=None)))


def replies_to(post: Exchange) -> QuerySet[Any]:
    """The first comes first."""
    return ExchangeReply.objects.filter(exchange=post).order_by("replied_at", "id")


def spaces_of(user: User, programme: Programme, day: date) -> QuerySet[Any]:
    """The reader's own organisations that take part in it or own it: where a post may stand."""
    own = reach_of(user, Permission.EXCHANGE_WRITE).organisations
    taking_part = Enrolment.objects.in_force(day).filter(programme=programme)
    mine = Q(pk__in=taking_part.filter(organisation__in=own).values("organisation"))
    if programme.owner_id in own:
        mine |= Q(pk=programme.owner_id)
    return Organisation.objects.filter(mine).order_by("sort_path")


def open_to_post(user: User, programmes: Iterable[Programme], day: date) -> list[Programme]:
    """Of these the ones in force in which the reader has a space to post in: one statement."""
    own = reach_of(user, Permission.EXCHANGE_WRITE).organisations
    running = [each for each in programmes if each.state == ProgrammeState.IN_FORCE]
    taking_part = Enrolment.objects.in_force(day).filter(
        organisation__in=own, programme__in=running
    )
    mine = set(taking_part.values_list("programme", flat=True)) if running and own else set()
    return [each for each in running if each.pk in mine or each.owner_id in own]


def topics_of(user: User, programme: Programme) -> QuerySet[Any]:
    """Topics of the reader's own organisations to which a post may belong."""
    own = reach_of(user, Permission.EXCHANGE_WRITE).organisations
    rows = Project.objects.visible_to(user).filter(programme=programme, organisation__in=own)
    return rows.order_by("tree_path")


def space_named(organisation: uuid.UUID) -> str:
    """The name over an organisation's space; '' where there is none with that id."""
    found = Organisation.objects.filter(pk=organisation).values_list("name", flat=True).first()
    return found or ""


def unit_of(user: User, space: Organisation) -> str:
    """The name under a reply: of the space's own unit, else of the author's; '' from outside."""
    own = reach_of(user, Permission.EXCHANGE_WRITE).organisations
    if space.pk in own:
        return space.name
    named = Organisation.objects.filter(pk__in=own).order_by("sort_path")
    return named.values_list("name", flat=True).first() or ""
