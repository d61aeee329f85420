"""Questions about the publicity register: channels of a plan, the list's filters, totals by channel."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.languages import in_english, product_words
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from groups.access import reach_of
from groups.models import Organisation
from groups.queries import named_like
from programmes.models import Enrolment, Plan, Programme
from programmes.queries import key_asked, plan_in_force
from reporting.models import Publication, Publicity
from reporting.states import PublicityState

GENERAL: dict[str, str | Promise] = {
    "website": _("Website"),
    "briefing": _("Briefing"),
    "newspaper": _("Newspaper or magazine"),
    "broadcast": _("Radio or television"),
    "account": _("Public account"),
    "exchange": _("Class, seminar or forum"),
}
"""For programmes whose plan names no channels."""
OTHER = "other"
"""Outside the plan's own list: a plan cannot know who else will write about it."""


@dataclass(frozen=True)
class ChannelTotal:
    key: str
    name: str
    count: int


def channels_of(programme: Programme, day: date) -> dict[str, str]:
    """Key → name in the reader's language, in the order of the plan in force; “other” comes last (D26)."""
    plan = plan_in_force(programme, day)
    named = {row["key"]: _name(row) for row in (plan.head if plan else {}).get("channels", ())}
    return _with_other(named)


def channel_names(
    programmes: Iterable[uuid.UUID], asked: QuerySet[Any] | None = None
) -> dict[uuid.UUID, dict[str, str]]:
    """The same for many programmes by one question, with what earlier versions of a plan called them.

    `asked`: those that the reader has chosen and may see.
    """
    which = Q(programme__in=set(programmes))
    if asked is not None:
        which |= Q(programme__in=asked.values("pk"))
    heads = (
        Plan.objects.filter(which)
        .order_by("programme", "number")
        .values_list("programme_id", "head__channels")
    )
    found: dict[uuid.UUID, dict[str, str]] = {}
    for programme, channels in heads:
        found.setdefault(programme, {}).update({row["key"]: _name(row) for row in channels or ()})
    return {programme: _with_other(named) for programme, named in found.items()}


def _name(row: Mapping[str, str]) -> str:
    return row["name_en"] if in_english() else product_words(row["name"])


def _with_other(named: dict[str, str]) -> dict[str, str]:
    whole = named or {key: str(name) for key, name in GENERAL.items()}
    return {**whole, OTHER: str(_("Elsewhere"))}


def narrowed_publicity(rows: QuerySet[Any], wanted: Mapping[str, str]) -> QuerySet[Any]:
    """By `programme` and `organisation` (ids), `unit` (name), `channel`, `level`, `state`. Raises BadInput.

    Without a state what was withdrawn stays out.
    """
    for name in ("programme", "organisation"):
        if wanted.get(name):
            rows = rows.filter(**{name: key_asked(wanted, name)})
    if wanted.get("unit", "").strip():
        units = named_like(Organisation.objects.all(), wanted["unit"], inside=True)
        rows = rows.filter(organisation__in=units)
    for name in ("channel", "level"):
        if wanted.get(name):
            rows = rows.filter(**{name: wanted[name].replace("\x00", "")})
    state = wanted.get("state", "")
    return (
        rows.filter(state=state)
        if state in PublicityState.values
        else rows.exclude(state=PublicityState.WITHDRAWN)
    )


Counted = list[tuple[uuid.UUID, str, int]]
"""(programme, key of the channel, how many)."""


def counted_by_channel(rows: QuerySet[Any]) -> Counted:
    return list(rows.order_by().values_list("programme_id", "channel").annotate(Count("pk")))


def totals_by_channel(
    counted: Counted,
    names: Mapping[uuid.UUID, Mapping[str, str]],
    programme: uuid.UUID | None = None,
) -> list[ChannelTotal]:
    """By name over all programmes; of one `programme` every channel of its plan, also with none."""
    empty = names.get(programme, {}) if programme else {}
    found = {name: ChannelTotal(key, name, 0) for key, name in empty.items()}
    for pk, key, count in counted:
        name = names.get(pk, {}).get(key, key)
        before = found.get(name, ChannelTotal(key, name, 0))
        found[name] = ChannelTotal(key, name, before.count + count)
    return list(found.values())


def told_of(user: User, **about: Any) -> QuerySet[Any]:
    """What stands on record of one item or one briefing, the earliest first: for its page."""
    rows = Publicity.objects.visible_to(user).standing().filter(**about)
    return rows.order_by("told_on", "id")


def issue_root(issue: uuid.UUID) -> Publication | None:
    """The publication under whose id an issue, its corrections and its withdrawal go; None before it."""
    told = Publication.objects.filter(issue=issue).order_by("sequence").first()
    return Publication.objects.get(pk=told.root) if told else None


def units_to_record_for(user: User, programme: Programme, day: date) -> QuerySet[Any]:
    """The reader's own organisations, and the units supervised by them, that have to do with it."""
    own = reach_of(user, Permission.ITEM_WRITE).organisations
    above = reach_of(user, Permission.ITEM_REVIEW).organisations
    taking_part = Enrolment.objects.in_force(day).filter(programme=programme)
    mine = Q(pk__in=taking_part.filter(organisation__in=own).values("organisation"))
    mine |= Q(pk__in=taking_part.filter(supervisor__in=above).values("organisation"))
    if programme.owner_id in own:
        mine |= Q(pk=programme.owner_id)
    return Organisation.objects.filter(mine).order_by("sort_path")
