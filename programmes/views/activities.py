"""What teams and units mean to do: the list of all, one activity with its buttons, one added by hand."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from actionlearning.foundation.documents.xlsx import MEDIA_TYPE, filename
from actionlearning.foundation.errors import Refusal, Stale
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView, TenantListView, TenantView
from programmes.access import runs, step_for
from programmes.actions.activities import (
    FIELDS,
    add_activity,
    change_activity,
    drop,
    kinds_of,
    take_up,
    take_up_all,
)
from programmes.exports import activity_sheet
from programmes.forms.activities import (
    ActivityDropForm,
    ActivityFilterForm,
    ActivityForm,
    ActivitySeenForm,
)
from programmes.models import Activity, Project, title_read
from programmes.queries import head_of, local_day
from programmes.queries.activities import narrowed_activities
from programmes.queries.trainings import contents_named
from programmes.states import CLASSES, DROP_ACTIVITY, TAKE_UP_ACTIVITY, ActivityState
from programmes.views.activity_beside import beside_context
from programmes.views.activity_clashes import say_clashes
from programmes.views.activity_held import held_context, named_modes
from programmes.views.activity_lines import COLUMNS, TONES, lines_of, planned_words
from programmes.views.method_lines import records_of, with_records
from programmes.views.project_page import project_or_404, to_project
from programmes.views.projects import renew_version

PLANS = (ActivityState.PROPOSED, ActivityState.PLANNED)
"""What is planned is changed here; what was held is corrected in its log."""


class ActivityList(TenantListView):
    """In the order of their first days; a month, a topic or a unit by filter."""

    permission = Permission.PROJECT_VIEW
    template_name = "programmes/activity_list.html"
    order = ("first_day", "id")
    heading = gettext_lazy("Activities")

    @cached_property
    def filters(self) -> ActivityFilterForm:
        return ActivityFilterForm(self.request.GET)

    def get_queryset(self) -> Any:
        mine = Activity.objects.visible_to(self.request.user)
        return narrowed_activities(mine, self.filters.wanted()).values(*COLUMNS)

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("export") == "xlsx":
            return self._sheet()
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(filters=self.filters, **kwargs)
        return {**context, "lines": lines_of(context["object_list"])}

    def _sheet(self) -> HttpResponse:
        title, today = str(self.heading), local_day(self.request.received_at)
        lines = lines_of(self.everything(self.get_queryset()))
        body = activity_sheet(title, lines, unit=self.request.tenant.name, made_on=today)
        header = content_disposition_header(True, filename(title, today))
        return HttpResponse(
            body, content_type=MEDIA_TYPE, headers={"Content-Disposition": header or "attachment"}
        )


class ActivityNew(TenantFormView):
    """By hand, for one topic."""

    permission = Permission.PROJECT_CHANGE
    template_name = "programmes/activity_new.html"
    form_class = ActivityForm

    @cached_property
    def project(self) -> Project:
        return project_or_404(self.request, self.kwargs["pk"], Permission.PROJECT_CHANGE)

    def get_form_kwargs(self) -> dict[str, Any]:
        head = head_of(self.project.programme, local_day(self.request.received_at))
        return {**super().get_form_kwargs(), "modes": named_modes(head)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(project=self.project, **kwargs)

    def act(self, form: Any) -> HttpResponse:
        given: dict[str, Any] = {"by": self.request.user, "now": self.request.received_at}
        made = add_activity(project=self.project, **form.facts(), **given)
        messages.success(self.request, _("Kept."))
        say_clashes(self.request, made)
        return to_project(self.request, self.project)


class TenantActivityStep(TenantFormView):
    """The page of one activity, for whoever runs it; whatever is refused comes back on it."""

    permission = Permission.PROJECT_VIEW
    template_name = "programmes/activity_detail.html"
    form_class: Any = ActivitySeenForm
    form_name = "seen_form"

    @cached_property
    def activity(self) -> Activity:
        user: Any = self.request.user
        found = activity_or_404(self.request, self.kwargs["pk"], self.permission)
        if not runs(user, found):
            raise Http404
        return found

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return to_activity(request, self.activity)

    @property
    def given(self) -> dict[str, Any]:
        return {"by": self.request.user, "now": self.request.received_at}

    def show(self, form: Any, *, status: int = 200, refusal: Refusal | None = None) -> HttpResponse:
        if isinstance(refusal, Stale):
            renew_version(form, self.activity)
        return super().show(form, status=status, refusal=refusal)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        given = {self.form_name: kwargs["form"]} if kwargs["form"].is_bound else {}
        context = activity_context(self.request, self.activity, **given)
        return super().get_context_data(**{**context, **kwargs})


class ActivityDetail(TenantActivityStep):
    """For whoever reads it."""

    @cached_property
    def activity(self) -> Activity:
        return activity_or_404(self.request, self.kwargs["pk"], self.permission)

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(ActivitySeenForm())

    def act(self, form: Any) -> HttpResponse:
        return to_activity(self.request, self.activity)


class ActivityEdit(TenantActivityStep):
    form_class = ActivityForm
    form_name = "edit_form"

    def get_form_kwargs(self) -> dict[str, Any]:
        known = {"kinds": kinds_of(self.activity), "modes": modes_offered(self.activity)}
        return {**super().get_form_kwargs(), **known}

    def act(self, form: Any) -> HttpResponse:
        seen = form.cleaned_data["version"]
        change_activity(self.activity, **form.facts(), **self.given, seen=seen)
        messages.success(self.request, _("Kept."))
        return to_activity(self.request, self.activity)


class ActivityTakingUp(TenantActivityStep):
    def act(self, form: Any) -> HttpResponse:
        take_up(self.activity, **self.given, seen=form.cleaned_data["version"])
        messages.success(self.request, _("Taken up."))
        return to_activity(self.request, self.activity)


class ActivityDropping(TenantActivityStep):
    form_class = ActivityDropForm
    form_name = "drop_form"

    def act(self, form: Any) -> HttpResponse:
        drop(self.activity, **{**self.given, **_named(form)})
        messages.success(self.request, _("Dropped; the reason is kept."))
        return to_activity(self.request, self.activity)


def _named(form: Any) -> dict[str, Any]:
    told = form.cleaned_data
    return {"reason": told["reason"], "seen": told["version"]}


class ProjectActivities(TenantView):
    """POST: everything that the plan of one topic proposes is taken up."""

    permission = Permission.PROJECT_CHANGE

    def get(self, request: Any, pk: Any) -> HttpResponse:
        return to_project(request, project_or_404(request, pk, Permission.PROJECT_CHANGE))

    def post(self, request: Any, pk: Any) -> HttpResponse:
        project = project_or_404(request, pk, Permission.PROJECT_CHANGE)
        count = take_up_all(project, by=request.user, now=request.received_at)
        said = ngettext("%(count)d activity taken up.", "%(count)d activities taken up.", count)
        messages.success(request, said % {"count": count})
        return to_project(request, project)


def activity_or_404(request: Any, pk: Any, permission: Permission) -> Activity:
    rows = with_records(Activity.objects.visible_to(request.user, permission))
    rows = rows.annotate(plan_title=title_read(request.user, "dossier__"))
    found: Activity = get_object_or_404(
        rows.select_related("organisation", "programme", "project", "dossier", "decided_by"), pk=pk
    )
    return found


def modes_offered(activity: Activity) -> list[tuple[str, str]]:
    return named_modes(head_of(activity.programme, activity.first_day))


def taught_words(activity: Activity) -> str:
    """理论理念2、方法技能4: what a class teaches, with its hours; '' for anything else."""
    if not activity.contents:
        return ""
    names = contents_named(head_of(activity.programme, activity.first_day))
    told = activity.contents.items()
    return "、".join(f"{names.get(key, key)} {Decimal(hours):g}" for key, hours in told)


def to_activity(request: Any, activity: Activity) -> HttpResponseRedirect:
    return HttpResponseRedirect(
        reverse("programmes:activity_detail", args=[request.tenant.slug, activity.pk])
    )


def activity_context(request: Any, activity: Activity, **given: Any) -> dict[str, Any]:
    """`given` replaces what is shown by default: a form that was refused."""
    user, version = request.user, {"version": activity.version}
    changes = runs(user, activity)
    stored = {name: getattr(activity, name) for name in FIELDS}
    held, can_change = held_context(request, activity), changes and activity.state in PLANS
    modes = dict(modes_offered(activity) if can_change or activity.planned_modes else ())
    return {
        "activity": activity,
        "tone": TONES[ActivityState(activity.state)],
        "days": planned_words(activity),
        "planned_modes": "、".join(modes.get(key, key) for key in activity.planned_modes),
        "gone": activity.gone_at is not None,
        "taught": taught_words(activity),
        "can_teach": held["can_log"] and activity.project_id and activity.kind in CLASSES,
        "can_see_people": user.has_perm(Permission.PERSON_VIEW, activity),
        "can_change": can_change,
        "can_take_up": step_for(activity, TAKE_UP_ACTIVITY).open_to(user, activity),
        "can_drop": step_for(activity, DROP_ACTIVITY).open_to(user, activity),
        "edit_form": ActivityForm(
            initial={**stored, **version},
            auto_id="edit_%s",
            kinds=kinds_of(activity),
            modes=modes.items(),
        ),
        "seen_form": ActivitySeenForm(initial=version, auto_id="seen_%s"),
        "drop_form": ActivityDropForm(initial=version, auto_id="drop_%s"),
        **held,
        **beside_context(activity, can_log=held["can_log"]),
        "records": records_of(activity),
        **given,
    }
