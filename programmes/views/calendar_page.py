"""The working calendar and a programme's year, as finished lines."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.utils import dateformat
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from actionlearning.foundation.languages import in_english, product_words
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from groups.access import visible_organisations
from programmes.access import layer_of
from programmes.actions.schedules import schedule_of
from programmes.calendar import Event, ScheduleError, Window, WorkCalendar, windows
from programmes.models import CalendarDay, CalendarYear, Plan, Programme
from programmes.packs.format import Pack
from programmes.queries import NATION, ZONE, calendar_for, division_chain, pack_of
from programmes.views.wording import day_words, title_of, weekday_words

KNOWN = {"45": "广西壮族自治区"}
NOVEMBER = 11
_KNOWN = """
SELECT EXISTS (SELECT 1 FROM programmes_calendaryear
                WHERE tenant_id = (SELECT al_tenant()) AND scope = %s AND year = %s)
"""
"""From then on the coming year's arrangement should be there."""


def place_names(user: User) -> dict[str, str]:
    """Scope → name, from the nation down: where the organisations that the reader sees lie."""
    rows = list(
        visible_organisations(user)
        .exclude(division="")
        .order_by("level", "sort_path")
        .values_list("division", "name")
    )
    named: dict[str, str] = {}
    for division, name in rows:
        named.setdefault(layer_of(division), name)
    scopes = {scope for code in named for scope in division_chain(code)} - {NATION}
    found = {NATION: _("the nation")}
    for scope in sorted(scopes):
        found[scope] = (
            named.get(scope)
            or product_words(KNOWN.get(scope, ""))
            or _("division %(code)s") % {"code": scope}
        )
    return found


def layers_of(
    year: int, places: dict[str, str], changeable: frozenset[str]
) -> list[dict[str, Any]]:
    """One section for each place with its days of that year, and whether the year is published."""
    published = {row.scope: row for row in CalendarYear.objects.filter(year=year, scope__in=places)}
    days: dict[str, list[Any]] = {scope: [] for scope in places}
    rows = CalendarDay.objects.filter(scope__in=places, date__year=year).order_by("date", "id")
    for row in rows:
        days[row.scope].append(_day_line(row))
    return [
        {
            "scope": scope,
            "name": name,
            "can_change": scope in changeable,
            "days": days[scope],
            "rests": sum(each["kind"] == "rest" for each in days[scope]),
            "works": sum(each["kind"] == "work" for each in days[scope]),
            "published": scope in published,
            "source": product_words(published[scope].source) if scope in published else "",
        }
        for scope, name in places.items()
    ]


def _day_line(row: CalendarDay) -> dict[str, Any]:
    return {
        "pk": row.pk,
        "day": day_words(row.date),
        "weekday": weekday_words(row.date),
        "kind": row.kind,
        "label": _("rest day") if row.kind == "rest" else _("working day"),
        "name": row.name_en if in_english() and row.name_en else product_words(row.name),
        "source": product_words(row.source),
    }


def missing_for(user: User, today: date) -> int | None:
    """The same for an office, which has to see to it; others could do nothing about it."""
    return missing_year(today) if user.has_perm(Permission.ITEM_REVIEW) else None


def year_needed(today: date) -> int:
    """The last year whose national calendar should be published on that day."""
    return today.year + (today.month >= NOVEMBER)


def missing_year(today: date) -> int | None:
    """The national year that should be known by now and is not; None where all is well."""
    year = year_needed(today)
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [NATION, year])
        return None if cursor.fetchone()[0] else year


def months_of(programme: Programme) -> list[date]:
    """The first of every month it runs in."""
    months, day = [], programme.starts_on.replace(day=1)
    while day <= programme.ends_on:
        months.append(day)
        day = (day + timedelta(days=32)).replace(day=1)
    return months


def year_of(programme: Programme, plan: Plan, division: str) -> dict[str, Any]:
    """Every enabled rule with its windows by month: computed, so that what is not laid down yet shows."""
    pack, calendar, months = pack_of(plan), calendar_for(division), months_of(programme)
    lines, events = [], []
    enabled = [(each.key, rule) for each in pack.clauses for rule in each.rules if rule.enabled]
    for clause, rule in enabled:
        line = {
            "key": rule.key,
            "title": title_of(rule.title, rule.title_en, programme.year),
            "clause": clause,
        }
        found = _windows(pack, rule, programme, calendar)
        if found is None:
            events.append(line)
        else:
            lines.append({**line, "cells": _cells(found, months, calendar)})
    return {
        "months": [{"name": _month_head(month, months[0])} for month in months],
        "lines": lines,
        "events": events,
        "unpublished": sorted({m.year for m in months if calendar.is_provisional(m.year)}),
    }


def _windows(
    pack: Pack, spec: Any, programme: Programme, calendar: WorkCalendar
) -> list[Window] | None:
    """None for a rule that waits for an event."""
    schedule = schedule_of(spec, pack, programme.year)
    if isinstance(schedule, Event):
        return None
    try:
        return windows(schedule, programme.starts_on, programme.ends_on, calendar, ZONE)
    except ScheduleError:
        return []


def _cells(
    found: Iterable[Window], months: list[date], calendar: WorkCalendar
) -> list[list[dict[str, Any]]]:
    """One list of due dates for each month; what falls due after the end stands in the last."""
    cells: list[list[dict[str, Any]]] = [[] for _month in months]
    for window in found:
        place = min(_month_number(window.last_day, months[0]), len(months) - 1)
        cells[max(place, 0)].append(_cell(window, calendar))
    return cells


def _month_number(day: date, first: date) -> int:
    return (day.year - first.year) * 12 + day.month - first.month


def _cell(window: Window, calendar: WorkCalendar) -> dict[str, Any]:
    rest = calendar.why(window.last_day)
    entry = rest.entry
    why = ""
    if not calendar.is_working(window.last_day):
        why = (
            (entry.name_en if in_english() and entry.name_en else product_words(entry.name))
            if entry
            else date_format(window.last_day, "l")
        )
    moved = window.asked_for_on != window.last_day
    return {
        "day": _short(window.last_day),
        "title": day_words(window.last_day),
        "rest": why,
        "asked": _short(window.asked_for_on) if moved else "",
        "number": window.minimum if window.minimum > 1 else "",
        "provisional": window.provisional,
    }


def _short(day: date) -> str:
    return dateformat.format(day, "j M" if in_english() else "n月j日")


def _month_head(month: date, first: date) -> str:
    if month == first or month.month == 1:
        return date_format(month, "YEAR_MONTH_FORMAT")
    return dateformat.format(month, "F" if in_english() else "n月")
