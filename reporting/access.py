"""Who may read which briefings: one place for pages, clients, feeds, webhooks and notices."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from groups.access import reach_of
from groups.models import Organisation, Supervision
from programmes.models import Enrolment
from reporting.models import Publication, PublicationFile, Series
from reporting.models.briefing import PAGE, PublicationQuerySet

_ZONE = "Asia/Shanghai"
READABLE = """
today AS (SELECT (now() AT TIME ZONE %(zone)s)::date AS day),
readable AS (
  SELECT s.id, meant
    FROM reporting_series s JOIN groups_organisation o ON o.id = s.organisation_id, today
   CROSS JOIN LATERAL (
     SELECT o.path = ANY (%(places)s)
         OR EXISTS (SELECT 1 FROM unnest(%(tops)s) top WHERE o.path >= top AND o.path < top || '~')
         OR EXISTS (SELECT 1 FROM groups_supervision e
                     WHERE e.supervisor_id = s.organisation_id AND e.unit_id = ANY (%(mine)s::uuid[])
                       AND e.starts_on <= day AND (e.ends_on IS NULL OR e.ends_on >= day))
         OR EXISTS (SELECT 1 FROM programmes_enrolment e
                     WHERE e.programme_id = s.programme_id
                       AND e.organisation_id = ANY (%(mine)s::uuid[])
                       AND e.starts_on <= day AND (e.ends_on IS NULL OR e.ends_on >= day))
         AS meant) how
   WHERE s.tenant_id = (SELECT al_tenant()) AND (meant OR s.audience = ANY (%(audiences)s)))
"""
"""The part of a statement that finds the series which the reader of `asking` may read; `meant` for them or for all.

Written out: built by the ORM for each request it would take longer than the list itself.
"""
_IDS = f"WITH {READABLE} SELECT id, meant FROM readable"  # noqa: S608  our own sentence
_KEYS = f"WITH {READABLE} SELECT id FROM readable WHERE {{}}meant"  # noqa: S608  our own sentence
FOR_ALL = (Series.Audience.TENANT, Series.Audience.PUBLIC)


@dataclass(frozen=True)
class Reading:
    """Series by id: `meant` for the reader, all of them; `others`, open to all: what was told to all."""

    meant: tuple[uuid.UUID, ...] = ()
    others: tuple[uuid.UUID, ...] = ()

    @property
    def series(self) -> tuple[uuid.UUID, ...]:
        return self.meant + self.others


def reading_of(user: User, permission: Permission = Permission.BRIEFING_VIEW) -> Reading:
    """What this sign-in or client may read at this moment: one statement.

    `recipients` means: seats at or above the series' organisation, seats below it, and organisations
    that it supervises or that take part in the series' programme.
    """
    asked = asking(user, permission)
    if asked is None:
        return Reading()
    with connection.cursor() as cursor:
        cursor.execute(_IDS, asked)
        rows = cursor.fetchall()
    return Reading(
        meant=tuple(row[0] for row in rows if row[1]),
        others=tuple(row[0] for row in rows if not row[1]),
    )


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
    return Series.objects.filter(pk__in=reading_of(user, permission).series)


def readable(user: User, permission: Permission = Permission.BRIEFING_VIEW) -> PublicationQuerySet:
    """Publications of the series above, every version and tombstone of them; nothing asked beforehand."""
    asked = asking(user, permission)
    if asked is None:
        return told_in(Reading())
    meant, others = (RawSQL(*_in_order(_KEYS.format(which), asked)) for which in ("", "NOT "))  # noqa: S611
    rows: PublicationQuerySet = Publication.objects.filter(
        Q(series__in=meant) | Q(series__in=others, audience__in=FOR_ALL)
    )
    return rows


def _in_order(statement: str, named: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """For the ORM, which knows parameters by their place only."""
    order: list[Any] = []

    def placed(found: re.Match[str]) -> str:
        order.append(named[found[1]])
        return "%s"

    return re.sub(r"%\((\w+)\)s", placed, statement), order


def told_in(reading: Reading) -> PublicationQuerySet:
    """The narrower of two audiences counts: the one at publication and the series' present one."""
    meant = Q(series__in=reading.meant)
    told = Q(series__in=reading.others, audience__in=FOR_ALL)
    rows: PublicationQuerySet = Publication.objects.filter(
        meant | told if reading.others else meant
    )
    return rows


def public_series() -> QuerySet[Any]:
    return Series.objects.filter(audience=Series.Audience.PUBLIC)


def public() -> PublicationQuerySet:
    """What anybody may read, without signing in: told to all by a series that is for all still."""
    everybody = Series.Audience.PUBLIC
    rows: PublicationQuerySet = Publication.objects.filter(
        audience=everybody, series__audience=everybody
    )
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


def pages_of(told: Publication) -> list[bytes]:
    """Its page pictures in order, as they were stored; [] of an issue told before they were kept."""
    rows = told.files.filter(media_type__startswith=PAGE).values_list("media_type", "content")
    found = sorted(
        (int(media_type.removeprefix(PAGE)), bytes(content)) for media_type, content in rows
    )
    return [content for _number, content in found]


def years_of(rows: QuerySet[Any]) -> list[int]:
    """The years in which something was published, the last first."""
    return list(rows.order_by("-year").values_list("year", flat=True).distinct())


def organisations_told(told: Publication, day: date) -> QuerySet[Any]:
    """Where those sit who may read it: the same rule as `readable`, from the issue's side."""
    rows = Organisation.objects.in_force(day)
    if told.audience in FOR_ALL and told.series.audience in FOR_ALL:
        return rows
    return rows.filter(_meant(told.series, day))


def _meant(series: Series, day: date) -> Q:
    """Its own, those above and below, supervised and supervising ones, those taking part."""
    home = series.organisation
    found = Q(path__gte=home.path, path__lt=home.path + "~") | Q(path__in=_chain(home.path))
    edges = _supervised(day)
    found |= Q(pk__in=edges.filter(supervisor=home.pk).values("unit"))
    found |= Q(pk__in=edges.filter(unit=home.pk).values("supervisor"))
    if series.programme_id:
        enrolled = Enrolment.objects.in_force(day).filter(programme=series.programme_id)
        found |= Q(pk__in=enrolled.values("organisation"))
    return found


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
