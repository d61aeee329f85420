"""Clashes and days off while an activity is planned: said at once, and saving stays possible."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantView
from programmes.models import Activity, Project
from programmes.queries.clashes import better_day, clashes_if_planned, clashes_of
from programmes.queries.month_days import days_between
from programmes.states import ActivityState
from programmes.views.entry_lines import clash_words, day_off_words
from programmes.views.project_page import project_or_404

TEMPLATE = "programmes/activity_clashes.html"
SAID = 3
"""Sentences above the page to which one is led on after saving."""


def warnings_of(user: Any, activity: Activity) -> list[str]:
    """Of one activity as it is kept."""
    if activity.state == ActivityState.DROPPED:
        return []
    told = [clash_words(each) for each in clashes_of(user, [activity.pk]).get(activity.pk, ())]
    if activity.state == ActivityState.HELD:
        return told
    return told + _day_off(activity.first_day, better_day_of(activity))


def better_day_of(activity: Activity) -> date | None:
    """The next working day, where it is planned to begin on a day off of its unit."""
    work = days_between(activity.org_path, activity.first_day, activity.first_day)
    return better_day(activity.first_day, activity.last_day, activity.state, work)


def _day_off(first_day: date, better: date | None) -> list[str]:
    return [] if better is None else [day_off_words(first_day, better)]


def say_clashes(request: Any, activity: Activity) -> None:
    """Beside the word that it is kept, where its own page is not the next."""
    for words in warnings_of(request.user, activity)[:SAID]:
        messages.warning(request, words)


class ActivityClashes(TenantView):
    """A part of its page, loaded behind it."""

    permission = Permission.PROJECT_VIEW

    def get(self, request: Any, pk: Any) -> HttpResponse:
        activity = get_object_or_404(Activity.objects.visible_to(request.user), pk=pk)
        return render(request, TEMPLATE, {"warnings": warnings_of(request.user, activity)})


class ActivityClashesTyped(TenantView):
    """For the days, hours and place that stand in the form at this moment; nothing is written."""

    permission = Permission.PROJECT_CHANGE

    def post(self, request: Any, pk: Any) -> HttpResponse:
        project = project_or_404(request, pk, Permission.PROJECT_CHANGE)
        first = _day(request.POST.get("first_day", ""))
        last = _day(request.POST.get("last_day", "")) or first
        warnings = (
            _typed(request.user, project, first, last, request.POST) if first and last else []
        )
        return render(request, TEMPLATE, {"warnings": warnings})


def _typed(
    user: Any, project: Project, first: date, last: date, typed: Mapping[str, str]
) -> list[str]:
    hours, venue = _hours(typed), typed.get("planned_venue", "").replace("\0", "")
    found = clashes_if_planned(user, project.pk, first, last, hours, venue)
    told = [clash_words(each) for each in found]
    if last < first:
        return told
    work = days_between(project.org_path, first, first)
    return told + _day_off(first, better_day(first, last, ActivityState.PLANNED, work))


def _hours(typed: Mapping[str, str]) -> tuple[time, time] | None:
    """None until both stand there."""
    try:
        return time.fromisoformat(typed["begins"]), time.fromisoformat(typed["ends"])
    except (KeyError, ValueError):
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
