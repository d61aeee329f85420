"""Logging what was held: planned or not, corrected, taken back; and the steps it left to be done."""

from datetime import date, datetime, time
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from actionlearning.foundation.errors import Refusal, Stale
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView
from programmes.actions.activities import kinds_of
from programmes.actions.activity_logs import log_activity, log_unplanned, take_log_back
from programmes.actions.loggers import expected_at, may_log, team_on
from programmes.actions.steps_done import finish_step, with_finishing
from programmes.forms.activities import ActivitySeenForm
from programmes.forms.activity_logs import (
    ActivityLogForm,
    CorrectedLogForm,
    NextStepForm,
    UnplannedLogForm,
)
from programmes.forms.attendance import AttendanceListForm
from programmes.models import Activity, Arrival, NextStep, Project
from programmes.queries import ZONE, head_of, local_day
from programmes.queries.arrivals import arrivals_of, guests_at_door, presence_at_door
from programmes.queries.next_steps import carried_into, steps_of
from programmes.queries.taken_back import hours_taken_back
from programmes.states import LOGGED_FROM, ActivityState
from programmes.views.activities import activity_or_404, to_activity
from programmes.views.activity_held import named_modes, offered_methods
from programmes.views.method_lines import methods_seen
from programmes.views.project_page import project_or_404
from programmes.views.projects import renew_version
from programmes.views.who_came import came_lines, words_beside

BEGINS, ENDS = time(9), time(11)
"""Proposed where nobody has said when."""
WORDS = (
    "kind",
    "title",
    "venue",
    "modes",
    "methods",
    "minutes",
    "questions",
    "reflections",
    "version",
)


class TenantLogView(TenantFormView):
    """The page of one log; who is asked about is the team of the day that is typed."""

    permission = Permission.PROJECT_VIEW
    template_name = "programmes/activity_log.html"
    form_class: Any = ActivityLogForm
    routes = ("", "")
    """Where the log is saved, and where a list of who was there is read into it."""

    @property
    def place(self) -> Any:
        """The topic; where there is none, the unit's activity itself."""
        raise NotImplementedError

    @property
    def into(self) -> Activity | None:
        """Whose own steps are not carried into it."""
        return None

    def address(self, number: int) -> str:
        name, args = self.routes[number], [self.request.tenant.slug, self.kwargs["pk"]]
        return reverse(f"programmes:{name}", args=args) if name else ""

    @cached_property
    def day(self) -> date:
        """Of the team: as typed, else as planned, and never ahead."""
        try:
            typed = date.fromisoformat(self.request.POST.get("day", ""))
        except ValueError:
            typed = self.planned_day
        return min(typed, local_day(self.request.received_at))

    @property
    def planned_day(self) -> date:
        return local_day(self.request.received_at)

    @cached_property
    def team(self) -> list[Any]:
        return team_on(self.place, datetime.combine(self.day, BEGINS, ZONE))

    @cached_property
    def carried(self) -> list[Any]:
        """What is still open from before, for him to tick."""
        place, project = self.place, self.place if isinstance(self.place, Project) else None
        found = carried_into(
            project, self.day, place.organisation, programme=place.programme, into=self.into
        )
        return with_finishing(self.request.user, found, self.request.received_at)

    def get_form_kwargs(self) -> dict[str, Any]:
        head = head_of(self.place.programme, self.day)
        known = {
            "methods": offered_methods(head),
            "modes": named_modes(head),
            "carried": self.carried,
        }
        return {**super().get_form_kwargs(), "team": self.team, **known}

    def get_initial(self) -> dict[str, Any]:
        return {"day": self.day, "begins": BEGINS, "ends": ENDS}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        project = self.place if isinstance(self.place, Project) else None
        pasted = {"list_names": self.request.POST.get("list_names", "")}
        kwargs |= {"saved_at": self.address(0), "read_at": self.address(1)}
        kwargs["list_form"] = AttendanceListForm(initial=pasted)
        return super().get_context_data(project=project, **kwargs)

    def _refuse_strangers(self) -> None:
        if not may_log(self.request.user, self.place, self.team):
            raise Http404


class ActivityLog(TenantLogView):
    routes = ("activity_log", "activity_log_attendance")

    @cached_property
    def arrivals(self) -> list[Arrival]:
        """None once it was logged, be it taken back: then the log says who was there."""
        return [] if self.was_logged else arrivals_of(self.activity)

    @cached_property
    def hours(self) -> tuple[datetime, datetime] | None:
        """As its log has them, or the one that was taken back."""
        row = self.activity
        if row.began_at is not None and row.ended_at is not None:
            return row.began_at, row.ended_at
        return hours_taken_back(row)

    @property
    def was_logged(self) -> bool:
        return self.hours is not None

    @property
    def into(self) -> Activity:
        return self.activity

    def get_form_class(self) -> Any:
        held = self.activity.state == ActivityState.HELD
        return CorrectedLogForm if held else self.form_class

    @cached_property
    def activity(self) -> Activity:
        return activity_or_404(self.request, self.kwargs["pk"], self.permission)

    @property
    def place(self) -> Any:
        return self.activity.project or self.activity

    @cached_property
    def team(self) -> list[Any]:
        return expected_at(self.activity, datetime.combine(self.day, BEGINS, ZONE))

    @property
    def planned_day(self) -> date:
        return local_day(self.hours[0]) if self.hours else self.activity.first_day

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        self._refuse_strangers()
        if self.activity.state not in LOGGED_FROM:
            return to_activity(request, self.activity)
        return super().get(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        row, found = self.activity, super().get_initial()
        found |= {name: getattr(row, name) for name in WORDS}
        found["methods"] = methods_seen(row)
        if self.hours is not None:
            began, ended = (at.astimezone(ZONE) for at in self.hours)
            found |= {"begins": began.time(), "ends": ended.time()}
            found["last_day"] = ended.date() if ended.date() != began.date() else None
            guests = row.attendances.filter(member=None, person=None).order_by("rank")
            found["guests"] = "\n".join(guests.values_list("name", flat=True))
        else:
            found |= self._as_planned()
            found["guests"] = "\n".join(guests_at_door(self.arrivals, self.team))
        return found

    def _as_planned(self) -> dict[str, Any]:
        """What its first log begins with."""
        row = self.activity
        found: dict[str, Any] = {"venue": row.planned_venue, "modes": row.planned_modes}
        if row.begins is not None:
            found |= {"begins": row.begins, "ends": row.ends}
            stays = row.first_day == self.day < row.last_day
            found["last_day"] = row.last_day if stays else None
        return found

    def get_form_kwargs(self) -> dict[str, Any]:
        said_of = "member" if self.activity.project_id else "person"
        was: dict[Any, str] = dict(self.activity.attendances.values_list(said_of, "presence"))
        if not self.activity.project_id:
            was = {row.pk: was[row.person_id] for row in self.team if row.person_id in was}
        came = presence_at_door(self.arrivals, self.team)
        known: dict[str, Any] = {"steps": steps_of(self.activity), "presence": came or was}
        known["beside"] = words_beside(self.activity, self.arrivals, self.team)
        if self.activity.state == ActivityState.HELD:
            known["kinds"] = kinds_of(self.activity)
        return {**super().get_form_kwargs(), **known}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        came = came_lines(self.activity, self.arrivals)
        return super().get_context_data(activity=self.activity, came=came, **kwargs)

    def show(self, form: Any, *, status: int = 200, refusal: Refusal | None = None) -> HttpResponse:
        if isinstance(refusal, Stale):
            renew_version(form, self.activity)
        return super().show(form, status=status, refusal=refusal)

    def act(self, form: Any) -> HttpResponseBase:
        given: dict[str, Any] = {"by": self.request.user, "now": self.request.received_at}
        log_activity(self.activity, form.log(), seen=form.cleaned_data["version"], **given)
        messages.success(self.request, _("Logged."))
        return to_activity(self.request, self.activity)


class ProjectLog(TenantLogView):
    """What was held without having been planned: activity and log in one."""

    form_class = UnplannedLogForm
    routes = ("project_log", "project_log_attendance")

    @cached_property
    def place(self) -> Any:
        return project_or_404(self.request, self.kwargs["pk"], self.permission)

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        self._refuse_strangers()
        return super().get(request, *args, **kwargs)

    def act(self, form: Any) -> HttpResponseBase:
        made = log_unplanned(
            self.place,
            form.log(),
            kind=form.cleaned_data["kind"],
            title=form.cleaned_data["title"],
            by=self.request.user,
            now=self.request.received_at,
        )
        messages.success(self.request, _("Logged."))
        return to_activity(self.request, made)


class ActivityLogBack(TenantFormView):
    """POST: it was not held after all."""

    permission = Permission.PROJECT_VIEW
    form_class = ActivitySeenForm

    @cached_property
    def activity(self) -> Activity:
        return activity_or_404(self.request, self.kwargs["pk"], self.permission)

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return to_activity(request, self.activity)

    def act(self, form: Any) -> HttpResponseBase:
        given: dict[str, Any] = {"by": self.request.user, "now": self.request.received_at}
        take_log_back(self.activity, seen=form.cleaned_data["version"], **given)
        messages.success(self.request, _("The log is taken back; the activity is planned again."))
        return to_activity(self.request, self.activity)

    def show(self, form: Any, *, status: int = 200, refusal: Refusal | None = None) -> HttpResponse:
        if refusal is not None:
            messages.error(self.request, refusal.message)
        return to_activity(self.request, self.activity)


class NextStepDone(TenantFormView):
    """POST: done, or open again."""

    permission = Permission.PROJECT_VIEW
    form_class = NextStepForm

    @cached_property
    def step(self) -> NextStep:
        user: Any = self.request.user
        mine = Q(project__in=Project.objects.visible_to(user))
        mine |= Q(project=None, activity__in=Activity.objects.visible_to(user))
        rows = NextStep.objects.filter(mine).select_related("project", "activity")
        found: NextStep = get_object_or_404(rows, pk=self.kwargs["pk"])
        return found

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return to_activity(request, self.step.activity)

    def act(self, form: Any) -> HttpResponseBase:
        given: dict[str, Any] = {"by": self.request.user, "now": self.request.received_at}
        finish_step(self.step, done=form.cleaned_data["done"], **given)
        messages.success(self.request, _("Kept."))
        return self._back(form)

    def show(self, form: Any, *, status: int = 200, refusal: Refusal | None = None) -> HttpResponse:
        if refusal is not None:
            messages.error(self.request, refusal.message)
        return self._back(form)

    def _back(self, form: Any) -> HttpResponseRedirect:
        """To the page on which it was said: a later activity of theirs shows the step, too."""
        key = getattr(form, "cleaned_data", {}).get("page")
        return to_activity(self.request, Activity(pk=key) if key else self.step.activity)
