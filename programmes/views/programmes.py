"""Programmes: the list, a new one from a plan pack, the page of one, in force, closed."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView, TenantView
from groups.access import visible_organisations
from groups.models import Organisation
from groups.queries import named_like
from groups.views.sheets import TenantSheetView
from programmes.actions.plans import read_pack
from programmes.actions.programmes import (
    CHANGEABLE,
    change_programme,
    close_programme,
    open_programme,
    put_in_force,
)
from programmes.exports import PROGRAMMES
from programmes.forms.programmes import ProgrammeFactsForm, ProgrammeNewForm, owned_by
from programmes.models import Programme
from programmes.queries import local_day, visible_programmes
from programmes.states import ProgrammeState
from programmes.views.programme_page import (
    page_context,
    programme_or_404,
    programme_to_change,
    to_programme,
)
from programmes.views.wording import day_words

COLUMNS = (
    "id", "name", "owner__name", "year", "starts_on", "ends_on", "state", "phase_number",
    "batch_number", "units",
)  # fmt: skip


class ProgrammeList(TenantSheetView):
    """The latest first."""

    permission = Permission.PROGRAMME_VIEW
    template_name = "programmes/programme_list.html"
    sheet = PROGRAMMES
    order = ("-starts_on", "-id")

    @cached_property
    def wanted(self) -> dict[str, str]:
        state = self.request.GET.get("state", "")
        return {
            "q": self.request.GET.get("q", "").strip(),
            "state": state if state in ProgrammeState.values else "",
        }

    def get_queryset(self) -> Any:
        seen = visible_organisations(self.request.user).values("pk")
        units = Q(enrolments__obliged=True, enrolments__ends_on=None)
        found = visible_programmes(self.request.user).annotate(
            units=Count("enrolments", filter=units & Q(enrolments__organisation__in=seen))
        )
        if self.wanted["q"]:
            owners = named_like(Organisation.objects.all(), self.wanted["q"], inside=True)
            found = found.filter(Q(name__icontains=self.wanted["q"]) | Q(owner__in=owners))
        if self.wanted["state"]:
            found = found.filter(state=self.wanted["state"])
        return found.values(*COLUMNS)

    def present(self, rows: list[Any]) -> list[dict[str, Any]]:
        return [_line(row) for row in rows]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        user: Any = self.request.user
        return {
            **context,
            "wanted": self.wanted,
            "states": ProgrammeState.choices,
            "can_open": user.has_perm(Permission.PROGRAMME_CHANGE),
            "can_calendar": user.has_perm(Permission.PROGRAMME_VIEW),
        }


def _line(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "label": ProgrammeState(row["state"]).label,
        "runs": f"{day_words(row['starts_on'])} – {day_words(row['ends_on'])}",
    }


class ProgrammeNew(TenantFormView):
    """A wrong pack shows every mistake with its line; nothing is loaded and the text is kept."""

    permission = Permission.PROGRAMME_CHANGE
    form_class = ProgrammeNewForm
    template_name = "programmes/programme_new.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def get_initial(self) -> dict[str, Any]:
        year = local_day(self.request.received_at).year
        return {"year": year, "owner": owned_by(self.request.user).first()}

    def act(self, form: Any) -> HttpResponse:
        made = open_programme(
            read_pack(form.pack_text()),
            by=self.request.user,
            now=self.request.received_at,
            **form.facts(),
        )
        messages.success(self.request, _("The programme is a draft: enrol the units now."))
        return to_programme(self.request, made)


class ProgrammeDetail(TenantView):
    permission = Permission.PROGRAMME_VIEW

    def get(self, request: Any, pk: Any) -> HttpResponse:
        context = page_context(request, programme_or_404(request, pk))
        return render(request, "programmes/programme_detail.html", context)


class ProgrammeEdit(TenantFormView):
    """While it is a draft; afterwards there is nothing to edit."""

    permission = Permission.PROGRAMME_CHANGE
    form_class = ProgrammeFactsForm
    template_name = "programmes/programme_edit.html"

    @cached_property
    def programme(self) -> Programme:
        found = programme_to_change(self.request, self.kwargs["pk"])
        if found.state != ProgrammeState.DRAFT:
            raise Http404
        return found

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.programme, name) for name in (*CHANGEABLE, "version")}

    def act(self, form: Any) -> HttpResponse:
        typed = dict(form.cleaned_data)
        seen = typed.pop("version")
        change_programme(
            self.programme, by=self.request.user, now=self.request.received_at, seen=seen, **typed
        )
        messages.success(self.request, _("The programme is changed."))
        return to_programme(self.request, self.programme)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(programme=self.programme, **kwargs)


class ProgrammeForce(TenantView):
    """POST …/force/: from here on its sentences lay down duties."""

    permission = Permission.PROGRAMME_CHANGE

    def post(self, request: Any, pk: Any) -> HttpResponse:
        programme = programme_to_change(request, pk)
        put_in_force(programme, by=request.user, now=request.received_at)
        messages.success(request, _("“%(name)s” is in force.") % {"name": programme})
        return to_programme(request, programme)


class ProgrammeClosure(TenantView):
    permission = Permission.PROGRAMME_CHANGE

    def post(self, request: Any, pk: Any) -> HttpResponse:
        programme = programme_to_change(request, pk)
        reason = request.POST.get("reason", "").replace("\x00", "")[:200]
        close_programme(programme, reason=reason, by=request.user, now=request.received_at)
        messages.success(request, _("“%(name)s” is closed.") % {"name": programme})
        return to_programme(request, programme)
