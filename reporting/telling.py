"""Who is told what became of an issue: its senders, its readers' offices, the owners of a webhook."""

from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from actionlearning.foundation.models import User
from actionlearning.foundation.outbox import queue_notice
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.scope import WHOLE, scope
from groups.models import Appointment, Tenure
from groups.roles import roles_with
from programmes.queries import local_day
from reporting.access import organisations_meant
from reporting.models import InformationItem, Publication


def tell_printed(told: Publication, *, by: User, now: datetime) -> None:
    """Who sent in what stands in the issue: the drafter of each item and whoever submitted it."""
    named = [each["item"] for each in told.content["articles"]]
    named += [row["item"] for each in told.content["articles"] for row in each["paragraphs"]]
    items = InformationItem.objects.filter(pk__in={item["id"] for item in named if item})
    rows = items.select_related("drafted_by", "submitted_by", "organisation").order_by("pk")
    for item in rows:
        people = [item.drafted_by, *([item.submitted_by] if item.submitted_by else [])]
        for user in {person.pk: person for person in people if person.pk != by.pk}.values():
            _tell_of(told, "item_printed", user, now, item=str(item), key=f"{told.pk}:{item.pk}")


def tell_corrected(told: Publication, *, by: User, now: datetime) -> None:
    """The offices that read the series, with what was wrong and how it reads now."""
    note = "\n".join(told.content["correction_note"])
    for user in _readers(told, by=by, now=now):
        _tell_of(told, "issue_corrected", user, now, note=note)


def tell_withdrawn(told: Publication, *, by: User, now: datetime) -> None:
    for user in _readers(told, by=by, now=now):
        _tell_of(told, "issue_withdrawn", user, now, reason=told.content["reason"])


def _readers(told: Publication, *, by: User, now: datetime) -> list[User]:
    """The office of every organisation the series is meant for, and its own."""
    day = local_day(now)
    in_force = Q(ends_on=None) | Q(ends_on__gte=day)
    with scope(told.tenant, path=WHOLE, actor=by):
        places = organisations_meant(told.series, day)
        seats = Q(
            organisation__in=places,
            role__in=roles_with(Permission.BRIEFING_COMPILE),
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
    told: Publication, name: str, user: User, now: datetime, *, key: str = "", **params: object
) -> None:
    queue_notice(
        to=user,
        kind=f"reporting.{name}",
        at=now,
        key=key or str(told.pk),
        about=told,
        address=reverse("reporting:briefing_detail", args=[told.tenant.slug, told.root]),
        title=told.title,
        series=told.series.title,
        label=told.label,
        **params,
    )
