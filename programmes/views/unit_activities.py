"""What a unit plans by itself, and who takes part: chosen by seat, body and unit, invited, taken out."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actionlearning.foundation.documents.xlsx import MEDIA_TYPE, filename
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView, TenantView
from groups.access import visible_persons
from groups.models import Organisation
from programmes.actions.participants import add_participants, invite
from programmes.actions.unit_activities import change_class, plan_unit_activity
from programmes.exports import participant_sheet
from programmes.forms.unit_activities import (
    HOURS,
    ClassForm,
    InvitationForm,
    ParticipantsForm,
    UnitActivityForm,
)
from programmes.models import Activity, Programme
from programmes.queries import head_of, local_day
from programmes.queries.activities import units_that_hold
from programmes.queries.trainings import contents_named
from programmes.views.activity_held import named_modes
from programmes.views.participant_lines import (
    class_or_404,
    list_context,
    participant_lines,
    people_found,
    to_participants,
    unit_activity_or_404,
)
from programmes.views.programme_page import programme_or_404


class UnitActivityNew(TenantFormView):
    permission = Permission.TEAM_CHANGE
    template_name = "programmes/unit_activity_new.html"
    form_class = UnitActivityForm

    @cached_property
    def programme(self) -> Programme:
        return programme_or_404(self.request, self.kwargs["pk"])

    @cached_property
    def units(self) -> QuerySet[Any]:
        return units_that_hold(self.request.user, self.programme)

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.units:
            raise Http404
        return super().get(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return {"organisation": self.units[0] if len(self.units) == 1 else None}

    def get_form_kwargs(self) -> dict[str, Any]:
        head = head_of(self.programme, local_day(self.request.received_at))
        known = {"units": self.units, "contents": contents_named(head), "modes": named_modes(head)}
        return {**super().get_form_kwargs(), **known}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(programme=self.programme, **kwargs)

    def act(self, form: Any) -> HttpResponse:
        given: dict[str, Any] = {"by": self.request.user, "now": self.request.received_at}
        made = plan_unit_activity(programme=self.programme, **form.class_facts(), **given)
        messages.success(self.request, _("Planned. Now choose who takes part."))
        return to_participants(self.request, made)


class ActivityParticipants(TenantFormView):
    """The list of those who take part (`?export=xlsx`), and the people whom an audience names."""

    permission = Permission.PERSON_VIEW
    template_name = "programmes/activity_participants.html"
    form_class = ParticipantsForm

    @cached_property
    def activity(self) -> Activity:
        return unit_activity_or_404(self.request, self.kwargs["pk"])

    @cached_property
    def filters(self) -> InvitationForm:
        units = Organisation.objects.below(self.activity.org_path).filter(ends_on=None)
        return InvitationForm(self.request.GET, units=units.in_order())

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("export") == "xlsx":
            return self._sheet()
        return super().get(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "people": visible_persons(self.request.user)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        activity, user = self.activity, self.request.user
        ticked = self.request.POST.getlist("persons")
        return super().get_context_data(
            **list_context(user, activity),
            filters=self.filters,
            found=people_found(user, activity, self.filters, ticked),
            printing="print" in self.request.GET,
            **kwargs,
        )

    def act(self, form: Any) -> HttpResponse:
        people = list(form.cleaned_data["persons"].select_related("organisation"))
        given: dict[str, Any] = {"by": self.request.user, "now": self.request.received_at}
        made = add_participants(self.activity, people, **given)
        said = ngettext("%(count)d person added.", "%(count)d people added.", len(made))
        messages.success(self.request, said % {"count": len(made)})
        return to_participants(self.request, self.activity)

    def _sheet(self) -> HttpResponse:
        title, today = self.activity.title, local_day(self.request.received_at)
        lines = participant_lines(self.activity)
        body = participant_sheet(title, lines, unit=self.activity.organisation.name, made_on=today)
        header = content_disposition_header(True, filename(title, today))
        return HttpResponse(
            body, content_type=MEDIA_TYPE, headers={"Content-Disposition": header or ""}
        )


class ActivityContents(TenantFormView):
    """Of a class: hours by contents, and places."""

    permission = Permission.PROJECT_VIEW
    template_name = "programmes/activity_contents.html"
    form_class = ClassForm

    @cached_property
    def activity(self) -> Activity:
        return class_or_404(self.request, self.kwargs["pk"])

    def get_initial(self) -> dict[str, Any]:
        return class_typed(self.activity)

    def get_form_kwargs(self) -> dict[str, Any]:
        of_team = self.activity.project_id is not None
        told = {"contents": contents_of(self.activity), "of_team": of_team}
        return {**super().get_form_kwargs(), **told}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(activity=self.activity, **kwargs)

    def act(self, form: Any) -> HttpResponse:
        told = form.class_facts()
        given: dict[str, Any] = {"by": self.request.user, "now": self.request.received_at}
        change_class(self.activity, seen=told.pop("version"), **told, **given)
        messages.success(self.request, _("Kept."))
        return to_participants(self.request, self.activity)


class ActivityInvitations(TenantView):
    """POST: those who take part and have a sign-in are told."""

    permission = Permission.TEAM_CHANGE

    def get(self, request: Any, pk: Any) -> HttpResponse:
        return to_participants(request, unit_activity_or_404(request, pk))

    def post(self, request: Any, pk: Any) -> HttpResponse:
        activity = unit_activity_or_404(request, pk)
        count = invite(activity, by=request.user, now=request.received_at)
        said = ngettext("%(count)d person told.", "%(count)d people told.", count)
        messages.success(request, said % {"count": count})
        return to_participants(request, activity)


def class_typed(activity: Activity) -> dict[str, Any]:
    """As it stands, for the form."""
    hours = {f"{HOURS}{key}": value for key, value in activity.contents.items()}
    return {**hours, "places": activity.places, "version": activity.version}


def contents_of(activity: Activity) -> dict[str, str]:
    return contents_named(head_of(activity.programme, activity.first_day))
