"""Units in a programme: taken in, put under another superior, leaving with a reason."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView
from programmes.actions.enrolments import enrol, leave, report_to
from programmes.forms.programmes import EndForm, EnrolmentNewForm, EnrolmentSupervisorForm
from programmes.models import Enrolment, Programme
from programmes.queries import local_day, visible_enrolments
from programmes.states import ProgrammeState
from programmes.views.consequences import consequences_of
from programmes.views.programme_page import programme_to_change, to_programme


class EnrolmentNew(TenantFormView):
    permission = Permission.PROGRAMME_CHANGE
    form_class = EnrolmentNewForm
    template_name = "programmes/enrolment_new.html"

    @cached_property
    def programme(self) -> Programme:
        return programme_to_change(self.request, self.kwargs["pk"])

    def get_form_kwargs(self) -> dict[str, Any]:
        told = super().get_form_kwargs()
        return {**told, "programme": self.programme, "user": self.request.user}

    def get_initial(self) -> dict[str, Any]:
        """From the first day while it is a draft, from today afterwards."""
        programme, today = self.programme, local_day(self.request.received_at)
        running = programme.state != ProgrammeState.DRAFT
        joins = max(today, programme.starts_on) if running else programme.starts_on
        return {"starts_on": min(joins, programme.ends_on), "obliged": True}

    def act(self, form: Any) -> HttpResponse:
        made = enrol(
            self.programme, by=self.request.user, now=self.request.received_at, **form.cleaned_data
        )
        messages.success(
            self.request, _("“%(name)s” takes part.") % {"name": made.organisation.name}
        )
        return to_programme(self.request, self.programme)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(programme=self.programme, **kwargs)


class TenantEnrolmentForm(TenantFormView):
    """A change to one unit's taking part, by the office that runs the programme."""

    permission = Permission.PROGRAMME_CHANGE

    @cached_property
    def enrolment(self) -> Enrolment:
        rows = visible_enrolments(self.request.user)
        found: Enrolment = get_object_or_404(
            rows.select_related("organisation", "supervisor", "programme__owner"),
            pk=self.kwargs["pk"],
        )
        if not self.request.user.has_perm(Permission.PROGRAMME_CHANGE, found.programme):
            raise Http404
        return found

    def get_initial(self) -> dict[str, Any]:
        return {"on": local_day(self.request.received_at)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(enrolment=self.enrolment, **kwargs)


class EnrolmentSupervisor(TenantEnrolmentForm):
    """To whom the unit reports from a day on."""

    permission = Permission.PROGRAMME_CHANGE
    form_class = EnrolmentSupervisorForm
    template_name = "programmes/enrolment_supervisor.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        told = super().get_form_kwargs()
        return {**told, "enrolment": self.enrolment, "user": self.request.user}

    def act(self, form: Any) -> HttpResponse:
        changed = report_to(
            self.enrolment, by=self.request.user, now=self.request.received_at, **form.cleaned_data
        )
        messages.success(
            self.request,
            _("“%(name)s” reports to “%(above)s” now.")
            % {"name": changed.organisation, "above": changed.supervisor},
        )
        return to_programme(self.request, changed.programme)


class EnrolmentEnd(TenantEnrolmentForm):
    """What leaving cancels is listed before it is done; `?on=` asks for another day."""

    permission = Permission.PROGRAMME_CHANGE
    form_class = EndForm
    template_name = "programmes/enrolment_end.html"

    def act(self, form: Any) -> HttpResponse:
        ended = leave(
            self.enrolment, by=self.request.user, now=self.request.received_at, **form.cleaned_data
        )
        messages.success(
            self.request, _("“%(name)s” has left.") % {"name": ended.organisation.name}
        )
        return to_programme(self.request, ended.programme)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        told = consequences_of(
            self.request,
            kwargs["form"],
            organisation=self.enrolment.organisation_id,
            programme=self.enrolment.programme_id,
        )
        return super().get_context_data(**told, **kwargs)
