"""The register of decisions with the agenda above it, one record, and what may be done with it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from actionlearning.foundation.documents.xlsx import MEDIA_TYPE, filename
from actionlearning.foundation.errors import BadInput, Refusal
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView, TenantListView, TenantView
from groups.access import reach_of
from groups.models import Body
from groups.queries.sitting import sitting_in
from programmes.actions.decisions import (
    change_decision,
    correct_decision,
    follow_up,
    sign_decision,
    write_decision,
)
from programmes.forms.decisions import (
    DecisionFilterForm,
    DecisionForm,
    DecisionNewForm,
    DecisionStepForm,
)
from programmes.models import Decision, Dossier
from programmes.procedures import Outcome
from programmes.queries import local_day, visible_programmes
from programmes.queries.decisions import (
    MOST_AGENDA,
    agenda_of,
    narrowed_decisions,
    wrote_by_hand,
)
from programmes.states import ProgrammeState
from programmes.views.decision_lines import (
    AGENDA_COLUMNS,
    COLUMNS,
    agenda_lines,
    decision_sheet,
    lines_of,
    number_words,
)
from programmes.views.dossier_lines import body_words


class DecisionList(TenantListView):
    """Newest first, and above it what waits to be decided by the reader's own bodies."""

    permission = Permission.DOSSIER_VIEW
    template_name = "programmes/decision_list.html"
    order = ("-held_on", "-id")

    @cached_property
    def filters(self) -> DecisionFilterForm:
        return DecisionFilterForm(self.request.GET)

    def get_queryset(self) -> Any:
        rows = Decision.objects.visible_to(self.request.user)
        return narrowed_decisions(rows, self.filters.wanted()).values(*COLUMNS)

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.GET.get("export") == "xlsx":
            return self.sheet()
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(filters=self.filters, **kwargs)
        user: Any = self.request.user
        agenda = agenda_of(user).values(*AGENDA_COLUMNS)[:MOST_AGENDA]
        return {
            **context,
            "lines": lines_of(context["object_list"]),
            "agenda": agenda_lines(agenda),
            "can_write": user.has_perm(Permission.DOSSIER_WRITE),
        }

    def sheet(self) -> HttpResponse:
        title, day = _("Register of decisions"), local_day(self.request.received_at)
        lines = lines_of(self.everything(self.get_queryset()))
        body = decision_sheet(title, lines, unit=self.request.tenant.name, made_on=day)
        header = content_disposition_header(True, filename(title, day)) or "attachment"
        return HttpResponse(body, content_type=MEDIA_TYPE, headers={"Content-Disposition": header})


class DecisionNew(TenantFormView):
    permission = Permission.DOSSIER_WRITE
    template_name = "programmes/decision_new.html"
    form_class = DecisionNewForm

    def get_form_kwargs(self) -> dict[str, Any]:
        own = reach_of(self.request.user, Permission.DOSSIER_WRITE).own_q()
        bodies = Body.objects.filter(own, ends_on=None).select_related("organisation")
        running = visible_programmes(self.request.user).filter(state=ProgrammeState.IN_FORCE)
        return {
            **super().get_form_kwargs(),
            "programmes": running.order_by("-starts_on", "name", "id"),
            "bodies": bodies.order_by("organisation__sort_path", "kind", "id"),
        }

    def get_initial(self) -> dict[str, Any]:
        return {"held_on": local_day(self.request.received_at)}

    def act(self, form: Any) -> HttpResponseBase:
        body = form.cleaned_data["body"]
        made = write_decision(
            programme=form.cleaned_data["programme"], organisation=body.organisation,
            body=body.kind, by=self.request.user, now=self.request.received_at, **form.facts(),
        )  # fmt: skip
        messages.success(self.request, _("The record is kept; it is valid once it is signed."))
        return to_decision(self.request, made)


def to_decision(request: Any, decision: Decision) -> HttpResponseRedirect:
    return redirect("programmes:decision_detail", request.tenant.slug, decision.pk)


def decision_or_404(
    request: Any, pk: Any, permission: Permission = Permission.DOSSIER_VIEW
) -> Decision:
    rows = Decision.objects.visible_to(request.user, permission)
    related = ("organisation", "programme", "dossier", "corrects")
    found: Decision = get_object_or_404(rows.select_related(*related), pk=pk)
    return found


def decision_context(request: Any, row: Decision, **given: Any) -> dict[str, Any]:
    """`given` replaces what is shown by default: an entry that was refused, its refusal."""
    user, day = request.user, local_day(request.received_at)
    mine = user.has_perm(Permission.DOSSIER_WRITE, row)
    seen = Dossier.objects.visible_to(user).filter(pk=row.dossier_id) if row.dossier_id else None
    seated = row.signed_at is None and sitting_in(row.organisation_id, row.body, user, day)
    wrote = seated and wrote_by_hand(row, user)
    return {
        "decision": row,
        "number": number_words(row.year, row.number),
        "body": body_words(row.body),
        "held_on": row.held_on.isoformat(),
        "signed_on": local_day(row.signed_at).isoformat() if row.signed_at else "",
        "voices": [_voice(each) for each in row.voices],
        "steps": [_step(each) for each in row.steps.order_by("day", "at")],
        "paper_open": seen is not None and seen.exists(),
        "corrected_by": row.corrections.order_by("created_at").last(),
        "corrects": number_words(row.corrects.year, row.corrects.number) if row.corrects else "",
        "can_change": mine and row.signed_at is None,
        "can_correct": mine and row.signed_at is not None,
        "can_sign": seated and not wrote,
        "wrote": wrote,
        "form": DecisionStepForm(initial={"day": day}) if mine and row.signed_at else None,
        **given,
    }


def _voice(voice: dict[str, str]) -> dict[str, str]:
    return {**voice, "label": str(Outcome(voice["outcome"]).label)}


def _step(step: Any) -> dict[str, str]:
    return {"at": step.day.isoformat(), "by": step.by_name, "label": "", "text": step.text}


class DecisionDetail(TenantView):
    """The record as it is printed."""

    permission = Permission.DOSSIER_VIEW

    def get(self, request: Any, pk: Any) -> HttpResponse:
        row = decision_or_404(request, pk)
        return render(request, "programmes/decision_detail.html", decision_context(request, row))


class DecisionEdit(TenantFormView):
    permission = Permission.DOSSIER_WRITE
    template_name = "programmes/decision_edit.html"
    form_class = DecisionForm

    @cached_property
    def decision(self) -> Decision:
        return decision_or_404(self.request, self.kwargs["pk"], Permission.DOSSIER_WRITE)

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.decision.signed_at is not None:
            return to_decision(request, self.decision)
        return super().get(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        names = ("held_on", "venue", "present", "matter", "outcome", "text", "version")
        return {name: getattr(self.decision, name) for name in names}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(decision=self.decision, **kwargs)

    def act(self, form: Any) -> HttpResponseBase:
        by, now = self.request.user, self.request.received_at
        seen = form.cleaned_data["version"]
        change_decision(self.decision, seen=seen, by=by, now=now, **form.facts())
        messages.success(self.request, _("The text is kept."))
        return to_decision(self.request, self.decision)


class TenantDecisionButton(TenantView):
    """A button on the record; what is refused is said on its page."""

    permission = Permission.DOSSIER_VIEW

    def post(self, request: Any, pk: Any) -> HttpResponseBase:
        row = decision_or_404(request, pk)
        try:
            return to_decision(request, self.done(row))
        except Refusal as refusal:
            context = decision_context(request, row, refusal=refusal)
            return render(
                request, "programmes/decision_detail.html", context, status=refusal.status
            )

    def done(self, row: Decision) -> Decision:
        raise Http404


class DecisionSigning(TenantDecisionButton):
    permission = Permission.DOSSIER_VIEW

    def done(self, row: Decision) -> Decision:
        by, now = self.request.user, self.request.received_at
        return sign_decision(row, seen=_seen(self.request), by=by, now=now)


def _seen(request: Any) -> int:
    """The version that was read; whoever names none has not read what he would sign."""
    told = request.POST.get("version", "")
    if not told.isdecimal() or len(told) > 9:
        words = _("Read the record once more, then sign it.")
        raise BadInput(words, fields={"version": words})
    return int(told)


class DecisionCorrection(TenantDecisionButton):
    permission = Permission.DOSSIER_WRITE

    def done(self, row: Decision) -> Decision:
        return correct_decision(row, by=self.request.user, now=self.request.received_at)


class DecisionSteps(TenantFormView):
    """What was done after it."""

    permission = Permission.DOSSIER_WRITE
    template_name = "programmes/decision_detail.html"
    form_class = DecisionStepForm

    @cached_property
    def decision(self) -> Decision:
        return decision_or_404(self.request, self.kwargs["pk"], Permission.DOSSIER_WRITE)

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return to_decision(request, self.decision)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**decision_context(self.request, self.decision, **kwargs))

    def act(self, form: Any) -> HttpResponseBase:
        typed = form.cleaned_data
        follow_up(
            self.decision, day=typed["day"], text=typed["text"],
            by=self.request.user, now=self.request.received_at,
        )  # fmt: skip
        return to_decision(self.request, self.decision)
