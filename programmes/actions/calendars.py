"""The working calendar: nation, region, county; the nearest layer that lists a day decides."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed
from actionlearning.foundation.models import Notice, User
from actionlearning.foundation.outbox import queue_notice
from actionlearning.foundation.permissions import Permission
from groups.models import Tenure
from groups.roles import Role
from programmes.actions.laying import redate_provisional
from programmes.calendar.seed import (
    GUANGXI_RESTS,
    GUANGXI_SOURCE,
    NATIONAL_SOURCE,
    NATIONAL_YEARS,
    SeedDay,
    national_days,
    regional_days,
)
from programmes.models import CalendarDay, CalendarYear, Window
from programmes.queries import NATION, local_day

GUANGXI = "45"


@transaction.atomic
def seed_calendar(*, since: int, now: datetime) -> int:
    """The published years that come with the product; what is there already stays."""
    before = CalendarDay.objects.count()
    for year in sorted(year for year in NATIONAL_YEARS if year >= since):
        _publish(NATION, year, national_days(year), NATIONAL_SOURCE, now)
    for year in sorted(year for year in GUANGXI_RESTS if year >= since):
        _publish(GUANGXI, year, regional_days(year), GUANGXI_SOURCE, now)
    return CalendarDay.objects.count() - before


def _publish(scope: str, year: int, days: list[SeedDay], source: str, now: datetime) -> None:
    CalendarDay.objects.bulk_create(
        [
            CalendarDay(
                scope=scope,
                date=day.date,
                kind=day.kind.value,
                name=day.name,
                name_en=day.name_en,
                source=source,
            )
            for day in days
        ],
        ignore_conflicts=True,
    )
    CalendarYear.objects.get_or_create(
        scope=scope, year=year, defaults={"published_at": now, "source": source}
    )


@transaction.atomic
def set_day(
    *, scope: str, day: date, kind: str, name: str, by: User, now: datetime, source: str = ""
) -> CalendarDay:
    """One day of one layer, with the document it comes from. Raises NotAllowed, BadInput."""
    _may(by)
    if kind not in CalendarDay.Kind.values or not name.strip():
        raise BadInput(_("A kind and a name are needed."), fields={"name": _("A name is needed.")})
    row, _made = CalendarDay.objects.update_or_create(
        scope=scope, date=day, defaults={"kind": kind, "name": name.strip(), "source": source}
    )
    record(
        "calendar.day_set", target=row, by=by, at=now, scope=scope, day=day.isoformat(), kind=kind
    )
    return row  # type: ignore[no-any-return]


@transaction.atomic
def remove_day(row: CalendarDay, *, by: User, now: datetime) -> None:
    _may(by)
    record(
        "calendar.day_removed", target=row, by=by, at=now, scope=row.scope, day=row.date.isoformat()
    )
    row.delete()


@transaction.atomic
def publish_year(*, scope: str, year: int, source: str, by: User, now: datetime) -> list[str]:
    """The arrangement is complete: provisional duties are dated anew and their holders told.

    Returns one line for each window that moved.
    """
    _may(by)
    CalendarYear.objects.get_or_create(
        scope=scope, year=year, defaults={"published_at": now, "source": source}
    )
    record("calendar.year_published", by=by, at=now, scope=scope, year=year, source=source)
    moved = redate_provisional(now=now)
    for window, _before, _after in moved:
        _tell_holders(window, now)
    return [
        f"{window.rule.title} {window.key}: {before} → {after}" for window, before, after in moved
    ]


def _tell_holders(window: Window, now: datetime) -> None:
    day = local_day(now)
    window.refresh_from_db()
    for row in window.obligations.unfinished().select_related("organisation"):
        tenures = Tenure.objects.filter(
            organisation=row.organisation, role__in=[Role.LIAISON, Role.OFFICE_STAFF], ends_on=None
        ).select_related("user")
        for tenure in tenures:
            queue_notice(
                to=tenure.user,
                kind="programmes.redated",
                at=now,
                about=row,
                key=f"{row.pk}:{row.due_version}",
                address=f"obligations/{row.pk}/",
                rule=window.rule.title,
                window=window.key,
                due=window.last_day.isoformat(),
                organisation=row.organisation.name,
                told_on=day.isoformat(),
            )


def check_calendar(*, now: datetime) -> int:
    """From November on the coming year should be there; returns how many years are missing (0 or 1)."""
    today = local_day(now)
    year = today.year + (today.month >= 11)
    if CalendarYear.objects.filter(scope=NATION, year=year).exists():
        return 0
    for user in User.objects.filter(is_active=True, is_system=False):
        if user.has_perm(Permission.CALENDAR_CHANGE) and not _told(user, year):
            queue_notice(
                to=user,
                kind="programmes.calendar_missing",
                at=now,
                key=str(year),
                address="calendar/",
                year=year,
            )
    return 1


def _told(user: User, year: int) -> bool:
    return Notice.objects.filter(
        recipient=user, kind="programmes.calendar_missing", params__year=year
    ).exists()


def _may(by: User) -> None:
    if not by.has_perm(Permission.CALENDAR_CHANGE):
        raise NotAllowed(_("Only an office director may change the calendar."), code="not_allowed")
