"""The working calendar: nation, region, county; the nearest layer that lists a day decides."""

import re
import uuid
from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed
from actionlearning.foundation.languages import product_words
from actionlearning.foundation.models import Notice, User
from actionlearning.foundation.outbox import queue_notice
from actionlearning.foundation.scope import WHOLE
from actionlearning.foundation.scope import scope as opened
from groups.models import Tenure
from groups.roles import Role
from programmes.access import may_change_layer
from programmes.actions.redating import Moved, redate
from programmes.calendar.notice_text import ListedDay
from programmes.calendar.seed import (
    GUANGXI_RESTS,
    GUANGXI_SOURCE,
    NATIONAL_SOURCE,
    NATIONAL_YEARS,
    SeedDay,
    national_days,
    regional_days,
)
from programmes.models import CalendarDay, CalendarYear, Obligation, Window
from programmes.packs.shapes import filled
from programmes.queries import NATION, local_day

GUANGXI = "45"
SCOPE = re.compile(r"CN|[0-9]{2}|[0-9]{4}|[0-9]{6}")


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
    """One day of one layer, with the document it comes from. Raises NotAllowed, BadInput.

    Duties that are laid down already move when the year is published, not before.
    """
    _may(by, scope)
    if kind not in CalendarDay.Kind.values or not name.strip():
        raise BadInput(_("A kind and a name are needed."), fields={"name": _("A name is needed.")})
    row, _made = CalendarDay.objects.update_or_create(
        scope=scope,
        date=day,
        defaults={"kind": kind, "name": name.strip()[:60], "name_en": "", "source": source[:200]},
    )
    record(
        "calendar.day_set", target=row, by=by, at=now, scope=scope, day=day.isoformat(), kind=kind
    )
    return row


@transaction.atomic
def set_days(
    days: Iterable[ListedDay], *, scope: str, source: str, by: User, now: datetime
) -> list[CalendarDay]:
    """The days of one notice, all or none."""
    return [
        set_day(
            scope=scope, day=each.day, kind=each.kind, name=each.name, source=source, by=by, now=now
        )
        for each in days
    ]


@transaction.atomic
def remove_day(row: CalendarDay, *, by: User, now: datetime) -> None:
    _may(by, row.scope)
    record(
        "calendar.day_removed", target=row, by=by, at=now, scope=row.scope, day=row.date.isoformat()
    )
    row.delete()


@transaction.atomic
def publish_year(*, scope: str, year: int, source: str, by: User, now: datetime) -> list[str]:
    """The arrangement of a place is complete, or corrected: duties are dated anew, holders told.

    Returns one line for each window that moved. Works on the whole tenant, however far the actor
    sees: windows are shared by all who have the same calendar.
    """
    _may(by, scope)
    row, made = CalendarYear.objects.get_or_create(
        scope=scope, year=year, defaults={"published_at": now, "source": source}
    )
    if not made and source:
        row.source = source
        row.save(update_fields=["source"])
    record("calendar.year_published", by=by, at=now, scope=scope, year=year, source=source)
    with opened(by.tenant, path=WHOLE, actor=by):
        moved = redate(scope=scope, year=year, now=now)
        _tell_holders([each.window for each in moved], now)
    return [_line(each) for each in moved]


def _line(moved: Moved) -> str:
    window = moved.window
    programme = window.rule.plan.programme
    parts = [
        _("last day in time %(before)s → %(after)s")
        % {"before": moved.last_day, "after": window.last_day}
        if moved.last_day != window.last_day
        else "",
        _("asked for %(before)s → %(after)s")
        % {"before": moved.asked_for_on, "after": window.asked_for_on}
        if moved.asked_for_on != window.asked_for_on
        else "",
    ]
    title = filled(product_words(window.rule.title), programme.year)
    return f"{programme} · {title} {window.name}: {'; '.join(filter(None, parts))}"


def _tell_holders(windows: list[Window], now: datetime) -> None:
    """Liaison and office staff of every unit that still owes one of `windows`."""
    by_id = {window.pk: window for window in windows}
    rows = list(
        Obligation.objects.unfinished()
        .filter(window__in=by_id)
        .select_related("organisation")
        .order_by("pk")
    )
    seats = _holders({row.organisation_id for row in rows}, local_day(now))
    for row in rows:
        window = by_id[row.window_id]
        for user in seats.get(row.organisation_id, []):
            queue_notice(
                to=user,
                kind="programmes.redated",
                at=now,
                about=row,
                key=f"{row.pk}:{row.due_version}",
                address=f"obligations/{row.pk}/",
                **_facts(window, row),
            )


def _facts(window: Window, row: Obligation) -> dict[str, str]:
    year = window.rule.plan.programme.year
    return {
        "organisation": row.organisation.name,
        "rule": filled(window.rule.title, year),
        "rule_en": filled(window.rule.title_en, year),
        "clause": window.rule.clause.key,
        "text": filled(window.rule.clause.text, year),
        "gloss": filled(window.rule.clause.gloss, year),
        "window": window.name,
        "due": window.last_day.isoformat(),
        "asked_for": window.asked_for_on.isoformat(),
    }


def _holders(organisations: set[uuid.UUID], day: date) -> dict[uuid.UUID, list[User]]:
    tenures = (
        Tenure.objects.filter(
            Q(ends_on=None) | Q(ends_on__gte=day),
            organisation__in=organisations,
            role__in=[Role.LIAISON, Role.OFFICE_STAFF, Role.OFFICE_DIRECTOR],
            starts_on__lte=day,
            user__isnull=False,
        )
        .select_related("user")
        .order_by("pk")
    )
    found: dict[uuid.UUID, list[User]] = {}
    for tenure in tenures:
        users = found.setdefault(tenure.organisation_id, [])
        if tenure.user not in users:
            users.append(tenure.user)
    return found


def check_calendar(*, now: datetime) -> int:
    """From November on the coming year should be there; returns how many years are missing (0 or 1)."""
    today = local_day(now)
    year = today.year + (today.month >= 11)
    if CalendarYear.objects.filter(scope=NATION, year=year).exists():
        return 0
    for user in User.objects.filter(is_active=True, is_system=False):
        if may_change_layer(user, NATION) and not _told(user, year):
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


def _may(by: User, scope: str) -> None:
    if not SCOPE.fullmatch(scope):
        words = _("CN, or the first 2, 4 or 6 digits of a division code.")
        raise BadInput(words, fields={"scope": words})
    if not may_change_layer(by, scope):
        raise NotAllowed(
            _(
                "These days hold for others too: only the director of the office at the top, or of"
                " the office that runs a programme, may change them; a county's own days, its office."
            ),
            code="not_allowed",
        )
