"""Who may read which briefings: one place for pages, clients, feeds, webhooks and notices."""

import uuid
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from groups.access import reach_of
from groups.models import Organisation, Supervision
from programmes.models import Enrolment
from reporting.models import Publication, PublicationFile, Series
from reporting.models.briefing import PublicationQuerySet

_ZONE = "Asia/Shanghai"
READABLE = """
today AS (SELECT (now() AT TIME ZONE %(zone)s)::date AS day),
readable AS (
  SELECT s.id FROM reporting_series s JOIN groups_organisation o ON o.id = s.organisation_id, today
   WHERE s.tenant_id = (SELECT al_tenant())
     AND (s.audience = ANY (%(audiences)s)
      OR o.path = ANY (%(places)s)
      OR EXISTS (SELECT 1 FROM unnest(%(tops)s) top WHERE o.path >= top AND o.path < top || '~')
      OR EXISTS (SELECT 1 FROM groups_supervision e
                  WHERE e.supervisor_id = s.organisation_id AND e.unit_id = ANY (%(mine)s::uuid[])
                    AND e.starts_on <= day AND (e.ends_on IS NULL OR e.ends_on >= day))
      OR EXISTS (SELECT 1 FROM programmes_enrolment e
                  WHERE e.programme_id = s.programme_id AND e.organisation_id = ANY (%(mine)s::uuid[])
                    AND e.starts_on <= day AND (e.ends_on IS NULL OR e.ends_on >= day))))
"""
"""The part of a statement that finds the series which the reader of `asking` may read.

Written out: built by the ORM for each request it would take longer than the list itself.
"""
_IDS = f"WITH {READABLE} SELECT id FROM readable"  # noqa: S608  our own sentence
FOR_ALL = (Series.Audience.TENANT, Series.Audience.PUBLIC)


def readable_ids(user: User, permission: Permission = Permission.BRIEFING_VIEW) -> list[uuid.UUID]:
    """The series this sign-in or client may read at this moment: one statement.

    `recipients` means: seats at or above the series' organisation, seats below it, and organisations
    that it supervises or that take part in the series' programme.
    """
    asked = asking(user, permission)
    if asked is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_IDS, asked)
        return [row[0] for row in cursor.fetchall()]


def asking(user: User, permission: Permission = Permission.BRIEFING_VIEW) -> dict[str, Any] | None:
    """What READABLE asks with; None for somebody without a seat, who may read nothing."""
    reach = reach_of(user, permission)
    if not reach.seats:
        return None
    return {
        "zone": _ZONE,
        "audiences": [audience.value for audience in FOR_ALL],
        "tops": [seat.path for seat in reach.tops],
        "places": sorted(_places_of(reach)),
        "mine": list(reach.organisations),
    }


def readable_series(user: User, permission: Permission = Permission.BRIEFING_VIEW) -> QuerySet[Any]:
    return Series.objects.filter(pk__in=readable_ids(user, permission))


def readable(user: User, permission: Permission = Permission.BRIEFING_VIEW) -> PublicationQuerySet:
    """Publications of the series above, every version and tombstone of them."""
    return told_in(readable_ids(user, permission))


def told_in(series: Collection[uuid.UUID]) -> PublicationQuerySet:
    rows: PublicationQuerySet = Publication.objects.filter(series__in=series)
    return rows


def public_series() -> QuerySet[Any]:
    return Series.objects.filter(audience=Series.Audience.PUBLIC)


def public() -> PublicationQuerySet:
    """What anybody may read, without signing in."""
    rows: PublicationQuerySet = Publication.objects.filter(series__audience=Series.Audience.PUBLIC)
    return rows


def narrowed_issues(rows: QuerySet[Any], wanted: Mapping[str, str]) -> QuerySet[Any]:
    """The filters of every list of issues: `series` by its slug, `year`. Raises BadInput."""
    filters = {"series__slug": slug_asked(wanted), "year": year_asked(wanted)}
    return rows.filter(**{name: value for name, value in filters.items() if value is not None})


def slug_asked(wanted: Mapping[str, str]) -> str | None:
    return wanted.get("series", "").replace("\x00", "") or None


def year_asked(wanted: Mapping[str, str]) -> int | None:
    """Raises BadInput."""
    year = wanted.get("year", "")
    if year and not (year.isascii() and year.isdecimal() and len(year) == 4):
        words = _("A year is written with four digits, such as 2026.")
        raise BadInput(words, fields={"year": words})
    return int(year) if year else None


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


def _places_of(reach: Any) -> set[str]:
    """The reader's organisations, those above them, and units they supervise elsewhere, by path."""
    found = {path for seat in reach.seats for path in _chain(seat.path)}
    return found | {path for seat in reach.tops for path in seat.outside}


def _chain(path: str) -> list[str]:
    """`/1/a/7/` and the paths of its ancestors."""
    labels = path.strip("/").split("/")
    return ["/" + "".join(f"{label}/" for label in labels[: end + 1]) for end in range(len(labels))]


def _supervised(day: Any) -> QuerySet[Any]:
    return Supervision.objects.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)
