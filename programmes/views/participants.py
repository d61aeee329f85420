"""One person on the list of a unit's activity: taken out, selected for a visit, his report; units name theirs."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from actionlearning.foundation.errors import Refusal
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.scope import WHOLE, scope
from actionlearning.foundation.views import TenantFormView, TenantView
from groups.access import visible_persons
from groups.queries import lasting
from programmes.access import may_report
from programmes.actions.participants import remove_participant
from programmes.actions.selections import name_candidates, report_on_return, select_participant
from programmes.forms.participants import CandidatesForm, ReportForm, SelectionForm
from programmes.models import Activity, Participant, Programme
from programmes.queries import local_day
from programmes.queries.visits import named_for_visits, open_visits
from programmes.views.participant_lines import to_participants
from programmes.views.programme_page import programme_or_404


class TenantParticipantStep(TenantView):
    """POST about one line of the list; what is refused is said above it."""

    permission = Permission.TEAM_CHANGE

    def row(self, request: Any, pk: Any) -> Participant:
        rows = Participant.objects.filter(activity__in=Activity.objects.visible_to(request.user))
        found: Participant = get_object_or_404(rows.select_related("activity__organisation"), pk=pk)
        return found

    def get(self, request: Any, pk: Any) -> HttpResponse:
        return to_participants(request, self.row(request, pk).activity)


class ParticipantRemoval(TenantParticipantStep):
    def post(self, request: Any, pk: Any) -> HttpResponse:
        row = self.row(request, pk)
        try:
            remove_participant(row, by=request.user, now=request.received_at)
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, _("%(name)s is taken out.") % {"name": row.name})
        return to_participants(request, row.activity)


class ParticipantSelection(TenantParticipantStep):
    """POST: selected for the visit or not, with the reason."""

    def post(self, request: Any, pk: Any) -> HttpResponse:
        row, form = self.row(request, pk), SelectionForm(request.POST)
        form.is_valid()
        told = {name: form.cleaned_data.get(name, "") for name in ("selection", "reason")}
        try:
            select_participant(row, **told, by=request.user, now=request.received_at)
        except Refusal as refusal:
            messages.error(request, refusal_words(refusal))
        else:
            messages.success(request, _("Kept."))
        return to_participants(request, row.activity)


def refusal_words(refusal: Refusal) -> str:
    return f"{refusal.message} {refusal.rule}" if refusal.rule else refusal.message


class ParticipantReport(TenantFormView):
    """What he brings back from a visit; he himself, his office or whoever ran it writes it."""

    permission = Permission.DESK_VIEW
    template_name = "programmes/participant_report.html"
    form_class = ReportForm

    @cached_property
    def row(self) -> Participant:
        user: Any = self.request.user
        rows = Participant.objects.select_related("person", "activity")
        with scope(self.request.tenant, path=WHOLE, actor=user):
            found: Participant = get_object_or_404(rows, pk=self.kwargs["pk"])
            if not may_report(user, found):
                raise Http404
        return found

    def get_initial(self) -> dict[str, Any]:
        return {"text": self.row.report}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(row=self.row, **kwargs)

    def act(self, form: Any) -> HttpResponse:
        given: dict[str, Any] = {"by": self.request.user, "now": self.request.received_at}
        report_on_return(self.row, text=form.cleaned_data["text"], **given)
        messages.success(self.request, _("The report is kept."))
        return HttpResponseRedirect(
            reverse("programmes:learner_file", args=[self.request.tenant.slug, self.row.person_id])
        )


class VisitNaming(TenantFormView):
    """A unit names its people for the visits of the programme, and reads what became of them."""

    permission = Permission.TEAM_CHANGE
    template_name = "programmes/visit_naming.html"
    form_class = CandidatesForm

    @cached_property
    def programme(self) -> Programme:
        return programme_or_404(self.request, self.kwargs["pk"])

    @cached_property
    def visits(self) -> list[dict[str, Any]]:
        today = local_day(self.request.received_at)
        return open_visits(self.request.user, self.request.tenant, self.programme, today)

    def get_form_kwargs(self) -> dict[str, Any]:
        day = local_day(self.request.received_at)
        own = visible_persons(self.request.user, self.permission).filter(lasting(day))
        people = own.select_related("organisation").order_by("seniority", "pinyin", "id")
        known = {"visits": self.visits, "people": people}
        return {**super().get_form_kwargs(), **known}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        named = named_for_visits(self.request.user, self.programme)
        return super().get_context_data(
            programme=self.programme, visits=self.visits, named=named, **kwargs
        )

    def act(self, form: Any) -> HttpResponse:
        told = form.cleaned_data
        given: dict[str, Any] = {"by": self.request.user, "now": self.request.received_at}
        name_candidates(self.programme, told["visit"], list(told["persons"]), **given)
        messages.success(self.request, _("Named; whoever holds the visit selects."))
        return redirect("programmes:visit_naming", self.request.tenant.slug, self.programme.pk)
