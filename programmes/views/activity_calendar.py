"""The calendar: one month as a grid, and the agenda as a list; of everything, a programme, unit, body, topic or person."""

from calendar import Calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.functional import cached_property

from actionlearning.foundation.languages import in_english, product_words
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import PAGE, TenantView
from groups.access import visible_organisations, visible_persons
from programmes.calendar import DayKind, DayReason, WorkCalendar
from programmes.forms.entries import YEARS, CalendarFilterForm
from programmes.models import Project
from programmes.queries import local_day
from programmes.queries.activities import month_of
from programmes.queries.clashes import better_day, clashes_of
from programmes.queries.entries import Day, month_of_entries, page_of_entries
from programmes.queries.entry_kinds import Asked
from programmes.queries.feed_spans import SUBJECTS, name_of
from programmes.queries.month_days import days_between, place_of
from programmes.states import FeedSpan
from programmes.views.entry_lines import (
    OF_ACTIVITIES,
    clash_words,
    day_off_words,
    line_of,
    span_words,
)
from programmes.views.wording import weekday_words

FEW = 4
"""Entries that one day of the grid shows; the others are a press away."""
PLACED = ("month", "day", "after", "print")
"""Parts of the address that say where in time one is, not what is shown."""


@dataclass(frozen=True)
class Narrowed:
    """The unit, body, topic or person whose calendar it is, as a word above it."""

    name: str
    without: str
    """The address without it."""


class TenantCalendarView(TenantView):
    """What both ways of reading a calendar share: filters in the address, everything behind the reader's rights."""

    permission = Permission.PROJECT_VIEW
    template_name = ""

    @cached_property
    def filters(self) -> CalendarFilterForm:
        return CalendarFilterForm(self.request.GET)

    @cached_property
    def wanted(self) -> dict[str, Any]:
        return self.filters.wanted()

    @cached_property
    def this_day(self) -> date:
        return local_day(self.request.received_at)

    @cached_property
    def month(self) -> date:
        """Its first day."""
        found: date = self.wanted.get("month") or self.wanted.get("day") or self.this_day
        return found.replace(day=1)

    @cached_property
    def narrowed(self) -> dict[str, Any]:
        """Rows that the address names; whoever may not see one is told that there is none."""
        user = self.request.user
        found: dict[str, Any] = {}
        rows = {
            "body": SUBJECTS[FeedSpan.BODY](user),
            "organisation": visible_organisations(user),
            "project": Project.objects.visible_to(user),
            "person": visible_persons(user),
        }
        for name in (name for name in rows if name in self.wanted):
            body = found.get("body")
            if name == "organisation" and body and body.organisation_id == self.wanted[name]:
                found[name] = body.organisation  # who sees the one sees the other
            else:
                found[name] = rows[name].filter(pk=self.wanted[name]).first()
                if found[name] is None:
                    raise Http404
        return found

    def asked(self, first: date, last: date) -> Asked:
        told: dict[str, Any] = dict(self.narrowed)
        if "source" in self.wanted:
            told["sources"] = (self.wanted["source"],)
        if "programme" in self.wanted:
            told["programme"] = self.wanted["programme"].pk
        return Asked(first, last, own="own" in self.wanted, **told)

    def work(self, first: date, last: date) -> WorkCalendar:
        """Days off where the chosen unit sits, or the reader."""
        unit = self.narrowed.get("organisation")
        placed = self.narrowed.get("project") or self.narrowed.get("body")
        path = unit.path if unit else placed.org_path if placed else place_of(self.request.user)
        return days_between(path, first, last)

    def bodies(self) -> Iterable[Any]:
        """Of the unit whose calendar it is, while it is narrowed to nothing else."""
        if set(self.narrowed) != {"organisation"}:
            return ()
        rows = SUBJECTS[FeedSpan.BODY](self.request.user)
        unit = self.narrowed["organisation"]
        return rows.filter(organisation=unit, ends_on=None).order_by("kind", "starts_on", "id")

    def shown(self, **context: Any) -> HttpResponse:
        fragment = ""
        if self.request.htmx:
            fragment = "#rows"
            self.filters.fields["month"].widget.attrs["hx-swap-oob"] = "true"
        else:
            self.filters.offer_bodies(self.bodies())
        context |= self._places()
        return render(self.request, f"{self.template_name}{fragment}", context)

    def _places(self) -> dict[str, Any]:
        first = self.month
        return {
            "filters": self.filters,
            "query": query_of(self.request.GET, PLACED),
            "month": f"{first:%Y-%m}",
            "month_name": date_format(first, "YEAR_MONTH_FORMAT"),
            "before": _month_beside(first, -1),
            "after_month": _month_beside(first, 1),
            "narrowed": [
                Narrowed(name_of(row), query_of(self.request.GET, (name, "after")))
                for name, row in self.narrowed.items()
            ],
            "feed_query": self._feed_query(),
        }

    def _feed_query(self) -> str:
        """What an address for one's own program is asked for with; of a person there is none."""
        if "person" in self.narrowed:
            return ""
        given = QueryDict(mutable=True)
        shown = {**self.narrowed, "programme": self.wanted.get("programme")}
        for name in SUBJECTS:
            if row := shown.get(name):
                given[name] = str(row.pk)
        if "own" in self.wanted and not given:
            given["span"] = "own"
        return given.urlencode()


class ActivityCalendar(TenantCalendarView):
    """One month, weeks from Monday; of each day the first few entries and how many there are."""

    template_name = "programmes/activity_calendar.html"

    def get(self, request: Any) -> HttpResponse:
        weeks = Calendar().monthdatescalendar(self.month.year, self.month.month)
        first, last = weeks[0][0], weeks[-1][-1]
        days = month_of_entries(request.user, self.asked(first, last), request.received_at, FEW)
        rows = [row for day in days.values() for row in day.entries]
        told = Told(request, rows, self.work(first, last))
        return self.shown(
            weeks=[[self._cell(day, days.get(day), told) for day in week] for week in weeks],
            weekdays=[weekday_words(day) for day in weeks[0]],
            empty=not days,
        )

    def _cell(self, day: date, found: Day | None, told: "Told") -> dict[str, Any]:
        reason = told.work.why(day)
        entries = found.entries if found else []
        return {
            "day": day,
            "iso": day.isoformat(),
            "number": day.day,
            "name": date_format(day, "MONTH_DAY_FORMAT"),
            "weekday": weekday_words(day),
            "outside": day.month != self.month.month,
            "today": day == self.this_day,
            "rest": reason.kind is DayKind.REST,
            "made_up": reason.kind is DayKind.WORK and reason.entry is not None,
            "holiday": holiday_of(reason),
            "entries": [{**told.line(row), "span": span_words(row, day)} for row in entries],
            "more": found.number - len(entries) if found else 0,
        }


class ActivityAgenda(TenantCalendarView):
    """The same as a list, of one day or of a month, by keyset."""

    template_name = "programmes/activity_agenda.html"

    def get(self, request: Any) -> HttpResponse:
        day = self.wanted.get("day")
        first, last = (day, day) if day else month_of(self.month)
        mark = request.GET.get("after", "")
        rows, after = page_of_entries(
            request.user, self.asked(first, last), request.received_at, mark=mark, size=PAGE
        )
        told = Told(request, rows, self.work(first, last))
        next_query = QueryDict(query_of(request.GET, ("after",)), mutable=True)
        next_query["after"] = after
        return self.shown(
            days=list(_by_day(rows, told, self.this_day)),
            day=day,
            day_name=date_format(day, "DATE_FORMAT") if day else "",
            query_here=query_of(request.GET, ("after",)),
            next_query=next_query.urlencode() if after else "",
        )


class Told:
    """Entries as lines, with what is to be warned of; asked once for a page."""

    def __init__(self, request: Any, rows: Iterable[Mapping[str, Any]], work: WorkCalendar) -> None:
        self.slug, self.work = request.tenant.slug, work
        activities = {row["id"] for row in rows if row["source"] in OF_ACTIVITIES}
        self.clashes = clashes_of(request.user, activities)

    def line(self, row: Mapping[str, Any]) -> dict[str, Any]:
        warnings = [clash_words(each) for each in self.clashes.get(row["id"], ())]
        if row["source"] in OF_ACTIVITIES:
            better = better_day(row["first_day"], row["last_day"], row["state"], self.work)
            if better is not None:
                warnings.append(day_off_words(row["first_day"], better))
        return {**line_of(row, self.slug), "warnings": warnings}


def _by_day(rows: Iterable[Mapping[str, Any]], told: Told, today: date) -> Iterable[dict[str, Any]]:
    group: dict[str, Any] = {}
    for row in rows:
        if row["shown"] != group.get("day"):
            if group:
                yield group
            reason = told.work.why(row["shown"])
            group = {
                "day": row["shown"],
                "name": date_format(row["shown"], "DATE_FORMAT"),
                "weekday": weekday_words(row["shown"]),
                "today": row["shown"] == today,
                "rest": reason.kind is DayKind.REST,
                "made_up": reason.kind is DayKind.WORK and reason.entry is not None,
                "holiday": holiday_of(reason),
                "lines": [],
            }
        group["lines"].append(told.line(row))
    if group:
        yield group


def holiday_of(reason: DayReason) -> str:
    """The name of a day that is not what its weekday says."""
    if reason.entry is None:
        return ""
    name_en = reason.entry.name_en if in_english() else ""
    return name_en or product_words(reason.entry.name)


def query_of(given: QueryDict, without: Iterable[str]) -> str:
    told = given.copy()
    for name in without:
        told.pop(name, None)
    return told.urlencode()


def _month_beside(first: date, step: int) -> str:
    """`2026-08` after July; the years that a calendar may show are those of its filter."""
    number = first.year * 12 + first.month - 1 + step
    year, month = divmod(number, 12)
    return f"{year}-{month + 1:02}" if year in YEARS else ""
