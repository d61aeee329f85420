"""Who may read which briefings: one place for pages, clients, feeds, webhooks and notices."""

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now, TruncDate
from django.shortcuts import get_object_or_404
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext as _

from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from groups.access import reach_of
from groups.models import Organisation, Supervision
from programmes.models import Enrolment
from reporting.models import Publication, PublicationFile, Series
from reporting.models.briefing import PublicationQuerySet

FOR_ALL = (Series.Audience.TENANT, Series.Audience.PUBLIC)


def readable_series(user: User, permission: Permission = Permission.BRIEFING_VIEW) -> QuerySet[Any]:
    """The series this sign-in or client may read at this moment; asks nothing by itself.

    `recipients` means: seats at or above the series' organisation, seats below it, and organisations
    that it supervises or that take part in the series' programme.
    """
    reach = reach_of(user, permission)
    if not reach.seats:
        return Series.objects.none()
    return Series.objects.filter(
        Q(audience__in=FOR_ALL) | _above(reach) | _below(reach) | _taking_part(reach)
    )


def readable(user: User, permission: Permission = Permission.BRIEFING_VIEW) -> PublicationQuerySet:
    """Publications of the series above, every version and tombstone of them."""
    found = readable_series(user, permission).order_by().values("pk")
    rows: PublicationQuerySet = Publication.objects.filter(series__in=found)
    return rows


def public_series() -> QuerySet[Any]:
    return Series.objects.filter(audience=Series.Audience.PUBLIC)


def public() -> PublicationQuerySet:
    """What anybody may read, without signing in."""
    rows: PublicationQuerySet = Publication.objects.filter(series__audience=Series.Audience.PUBLIC)
    return rows


def narrowed_issues(rows: QuerySet[Any], wanted: Mapping[str, str]) -> QuerySet[Any]:
    """The filters of every list of issues: `series` by its slug, `year`. Raises BadInput."""
    series, year = wanted.get("series", "").replace("\x00", ""), wanted.get("year", "")
    if series:
        rows = rows.filter(series__slug=series)
    if not year:
        return rows
    if not (year.isascii() and year.isdecimal() and len(year) == 4):
        words = _("A year is written with four digits, such as 2026.")
        raise BadInput(words, fields={"year": words})
    return rows.filter(year=int(year))


def standing(rows: PublicationQuerySet, root: uuid.UUID) -> Publication:
    """Of the publications `rows` the one that stands for the issue `root` now; 404 without one."""
    found: Publication = get_object_or_404(rows.current().select_related("series"), root=root)
    return found


def file_of(told: Publication, media_type: str) -> PublicationFile:
    """As it was on the day, never made anew. 404 without one."""
    found: PublicationFile = get_object_or_404(told.files, media_type=media_type)
    return found


def years_of(rows: QuerySet[Any]) -> list[int]:
    """The years in which something was published, the last first."""
    return list(rows.order_by("-year").values_list("year", flat=True).distinct())


def organisations_meant(series: Series, day: date) -> QuerySet[Any]:
    """The organisations a series is made for: its own, those below and supervised, those taking part."""
    home = series.organisation
    found = Q(path__gte=home.path, path__lt=home.path + "~")
    found |= Q(pk__in=_supervised(day).filter(supervisor=home.pk).values("unit"))
    if series.programme_id:
        enrolled = Enrolment.objects.in_force(day).filter(programme=series.programme_id)
        found |= Q(pk__in=enrolled.values("organisation"))
    return Organisation.objects.in_force(day).filter(found)


def _above(reach: Any) -> Q:
    """The series' organisation lies in the reader's reach."""
    found = Q(pk__in=[])
    for seat in reach.tops:
        found |= Q(organisation__path__gte=seat.path, organisation__path__lt=seat.path + "~")
        if seat.outside:
            found |= Q(organisation__path__in=seat.outside)
    return found


def _below(reach: Any) -> Q:
    """One of the reader's seats lies at or under the series' organisation."""
    labels = {path for seat in reach.seats for path in _chain(seat.path)}
    return Q(organisation__path__in=sorted(labels))


def _chain(path: str) -> list[str]:
    """`/1/a/7/` and the paths of its ancestors."""
    labels = path.strip("/").split("/")
    return ["/" + "".join(f"{label}/" for label in labels[: end + 1]) for end in range(len(labels))]


def _taking_part(reach: Any) -> Q:
    day: Any = TruncDate(Now(), tzinfo=get_default_timezone())
    mine = reach.organisations
    supervised = _supervised(day).filter(supervisor=OuterRef("organisation"), unit__in=mine)
    enrolled = Enrolment.objects.in_force(day).filter(
        programme=OuterRef("programme"), organisation__in=mine
    )
    return Q(Exists(supervised)) | Q(Exists(enrolled))


def _supervised(day: Any) -> QuerySet[Any]:
    return Supervision.objects.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)
