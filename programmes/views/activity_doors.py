"""The door of an activity: the screen with the code, and what whoever scans it is shown."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.second_factor import qr_svg
from actionlearning.foundation.views import TenantView
from programmes.actions.doors import (
    close_door,
    code_at,
    met_at_door,
    open_door,
    open_door_of,
    sign_in_at_door,
    why_no_door,
)
from programmes.actions.loggers import expected_at, logs_it
from programmes.models import Activity, Door
from programmes.queries import local_day
from programmes.queries.arrivals import arrivals_of, seats_of
from programmes.queries.persons_there import persons_in
from programmes.views.activities import activity_or_404

DOOR = "programmes/activity_door.html"


class TenantDoorView(TenantView):
    """For whoever logs the activity."""

    permission = Permission.PROJECT_VIEW

    @cached_property
    def activity(self) -> Activity:
        found = activity_or_404(self.request, self.kwargs["pk"], self.permission)
        if not logs_it(self.request.user, found, self.request.received_at):
            raise Http404
        return found

    @property
    def given(self) -> dict[str, Any]:
        return {"by": self.request.user, "now": self.request.received_at}

    def back(self) -> HttpResponseRedirect:
        address = reverse(
            "programmes:activity_door", args=[self.request.tenant.slug, self.activity.pk]
        )
        return HttpResponseRedirect(address)


class ActivityDoor(TenantDoorView):
    """GET: the code, drawn anew by htmx before it runs out. POST: the door opens."""

    permission = Permission.PROJECT_VIEW

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        fragment = "#screen" if request.htmx else ""
        return render(request, f"{DOOR}{fragment}", door_context(request, self.activity))

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        open_door(self.activity, **self.given)
        messages.success(request, _("The door is open."))
        return self.back()


class ActivityDoorClosing(TenantDoorView):
    """POST: nobody signs in any more."""

    permission = Permission.PROJECT_VIEW

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.back()

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        close_door(self.activity, **self.given)
        messages.success(request, _("The door is closed."))
        return self.back()


class ActivitySignIn(TenantView):
    """Where the code leads to, on the telephone of whoever scans it: one tap, also for guests of other units."""

    permission = Permission.DESK_VIEW

    def get(self, request: Any, code: str) -> HttpResponse:
        visitor = met_at_door(code, user=request.user, now=request.received_at)
        context = {"visitor": visitor, "at": _moment(visitor.at) if visitor.at else ""}
        return render(request, "programmes/activity_sign_in.html", context)

    def post(self, request: Any, code: str) -> HttpResponse:
        visitor = sign_in_at_door(code, by=request.user, now=request.received_at)
        if visitor.again:
            told = _("You had already signed in at %(time)s.")
            messages.info(request, told % {"time": _moment(visitor.at)})
        return HttpResponseRedirect(address_of_code(request, code))


def address_of_code(request: Any, code: str) -> str:
    return reverse("programmes:activity_sign_in", args=[request.tenant.slug, code])


def door_context(request: Any, activity: Activity) -> dict[str, Any]:
    now = request.received_at
    door, team = open_door_of(activity, now), expected_at(activity, now)
    came = arrivals_of(activity, local_day(now))
    return {
        "activity": activity,
        "door": door,
        "qr": _drawing(request, door) if door else "",
        "why_not": why_no_door(activity, now),
        "came": [
            {
                "name": each.name,
                "unit": each.unit_name,
                "at": _hour(each.at),
                "guest": not seats_of(each, team),
            }
            for each in came
        ],
        "awaited": len(persons_in(team)),
        "members": sum(bool(seats_of(each, team)) for each in came),
    }


def _drawing(request: Any, door: Door) -> str:
    code = code_at(door, request.received_at)
    return qr_svg(request.build_absolute_uri(address_of_code(request, code)))


def _moment(at: Any) -> str:
    """With its day: a class may take several."""
    return f"{date_format(timezone.localtime(at), 'DATE_FORMAT')} {_hour(at)}"


def _hour(at: Any) -> str:
    return f"{timezone.localtime(at):%H:%M}"
