"""The register of regulations: over all units of a programme, one unit's check list, one regulation."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from actionlearning.foundation.documents.xlsx import MEDIA_TYPE, filename
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView, TenantListView, TenantView
from groups.access import reach_of
from groups.models import Organisation
from programmes.actions.regulations import (
    enter_regulation,
    may_be_named,
    name_system,
    repeal_regulation,
)
from programmes.forms.regulations import (
    RegulationForm,
    RegulationRepealForm,
    RegulationSystemForm,
)
from programmes.models import Dossier, Enrolment, Programme, Regulation, title_read
from programmes.queries import head_of, local_day
from programmes.regulations import check_list
from programmes.views.programme_page import programme_or_404
from programmes.views.regulation_lines import (
    check_lines,
    matrix_row,
    regulation_line,
    regulation_sheet,
)


class TenantRegisterView(TenantView):
    """One programme's register: the plan's systems, and what the reader may see of it."""

    permission = Permission.DOSSIER_VIEW

    @cached_property
    def programme(self) -> Programme:
        return programme_or_404(self.request, self.kwargs["pk"])

    @cached_property
    def systems(self) -> list[dict[str, Any]]:
        return list(head_of(self.programme, self.day).get("systems", ()))

    @property
    def day(self) -> Any:
        return local_day(self.request.received_at)

    def found(self, units: Any) -> dict[Any, list[Regulation]]:
        rows = Regulation.objects.visible_to(self.request.user)
        grouped: dict[Any, list[Regulation]] = {key: [] for key in units}
        for row in rows.filter(programme=self.programme, organisation__in=grouped):
            grouped[row.organisation_id].append(row)
        return grouped


class RegulationList(TenantRegisterView, TenantListView):
    """Units down, systems across."""

    permission = Permission.DOSSIER_VIEW
    template_name = "programmes/regulation_list.html"
    order = ("organisation__sort_path", "id")

    def get_queryset(self) -> Any:
        seen = reach_of(self.request.user, Permission.DOSSIER_VIEW).as_path_q("organisation__path")
        rows = Enrolment.objects.filter(seen, programme=self.programme, obliged=True, ends_on=None)
        return rows.select_related("organisation")

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.GET.get("export") == "xlsx":
            return self.sheet()
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(programme=self.programme, **kwargs)
        units = list(context["object_list"])
        found = self.found([each.organisation_id for each in units])
        rows = [matrix_row(u, self.systems, found[u.organisation_id], self.day) for u in units]
        names = [line.name for line in check_list(self.systems, [], self.day)]
        return {**context, "columns": names, "rows": rows}

    def sheet(self) -> HttpResponse:
        units = list(self.everything(self.get_queryset()))
        found = self.found([each.organisation_id for each in units])
        title = _("Register of regulations")
        told = (
            (u.organisation.name, check_list(self.systems, found[u.organisation_id], self.day))
            for u in units
        )
        body = regulation_sheet(title, told, unit=self.request.tenant.name, made_on=self.day)
        header = content_disposition_header(True, filename(title, self.day)) or "attachment"
        return HttpResponse(body, content_type=MEDIA_TYPE, headers={"Content-Disposition": header})


class TenantUnitRegisterView(TenantRegisterView):
    permission = Permission.DOSSIER_VIEW

    @cached_property
    def unit(self) -> Organisation:
        found: Organisation = get_object_or_404(Organisation, pk=self.kwargs["organisation"])
        if not self.request.user.has_perm(self.permission, found):
            raise Http404
        return found


class RegulationUnit(TenantUnitRegisterView):
    """One unit's check list, what is missing first."""

    permission = Permission.DOSSIER_VIEW

    def get(self, request: Any, pk: Any, organisation: Any) -> HttpResponse:
        rows = self.found([self.unit.pk])[self.unit.pk]
        checks = check_list(self.systems, rows, self.day)
        context = {
            "programme": self.programme,
            "unit": self.unit,
            "lines": check_lines(checks, self.day),
            "present": sum(check.present for check in checks if check.key),
            "asked": len(self.systems),
            "can_enter": request.user.has_perm(Permission.DOSSIER_SEND, self.unit),
        }
        return render(request, "programmes/regulation_unit.html", context)


class RegulationNew(TenantUnitRegisterView, TenantFormView):
    permission = Permission.DOSSIER_SEND
    template_name = "programmes/regulation_new.html"
    form_class = RegulationForm

    def get_form_kwargs(self) -> dict[str, Any]:
        rows = Regulation.objects.filter(
            programme=self.programme, organisation=self.unit, repealed_on=None
        )
        return {**super().get_form_kwargs(), "systems": self.systems, "rows": rows}

    def get_initial(self) -> dict[str, Any]:
        return {"system": self.request.GET.get("system", "")}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(programme=self.programme, unit=self.unit, **kwargs)

    def act(self, form: Any) -> HttpResponseBase:
        made = enter_regulation(
            programme=self.programme, organisation=self.unit, by=self.request.user,
            now=self.request.received_at, **form.cleaned_data,
        )  # fmt: skip
        messages.success(self.request, _("The regulation is in the register."))
        return redirect("programmes:regulation_detail", self.request.tenant.slug, made.pk)


def regulation_or_404(request: Any, pk: Any, permission: Permission) -> Regulation:
    rows = Regulation.objects.visible_to(request.user, permission)
    rows = rows.annotate(paper_title=title_read(request.user, "dossier__"))
    related = ("organisation", "programme", "dossier", "replaces")
    found: Regulation = get_object_or_404(rows.select_related(*related), pk=pk)
    return found


def regulation_context(request: Any, row: Regulation) -> dict[str, Any]:
    day = local_day(request.received_at)
    systems = {each.key: each.name for each in check_list(_systems_of(row, day), [], day)}
    sends = request.user.has_perm(Permission.DOSSIER_SEND, row)
    paper = row.dossier_id and Dossier.objects.visible_to(request.user).filter(pk=row.dossier_id)
    return {
        "regulation": row,
        "line": regulation_line(row, day),
        "system": systems.get(row.system) or _("beside the plan's list"),
        "paper_open": bool(paper) and paper.exists(),
        "later": row.replaced_by.first(),
        "can_repeal": row.repealed_on is None and sends,
        "can_name": bool(systems) and may_be_named(row) and sends,
    }


def _systems_of(row: Regulation, day: Any) -> list[dict[str, Any]]:
    return list(head_of(row.programme, day).get("systems", ()))


class RegulationDetail(TenantView):
    """The text as it holds, and the paper that brought it."""

    permission = Permission.DOSSIER_VIEW

    def get(self, request: Any, pk: Any) -> HttpResponse:
        row = regulation_or_404(request, pk, Permission.DOSSIER_VIEW)
        return render(
            request, "programmes/regulation_detail.html", regulation_context(request, row)
        )


class TenantRegulationForm(TenantFormView):
    """What its unit does to one regulation."""

    permission = Permission.DOSSIER_SEND

    @cached_property
    def regulation(self) -> Regulation:
        return regulation_or_404(self.request, self.kwargs["pk"], Permission.DOSSIER_SEND)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(regulation=self.regulation, **kwargs)

    def back(self) -> HttpResponseBase:
        slug = self.request.tenant.slug
        return redirect("programmes:regulation_detail", slug, self.regulation.pk)


class RegulationRepeal(TenantRegulationForm):
    permission = Permission.DOSSIER_SEND
    template_name = "programmes/regulation_repeal.html"
    form_class = RegulationRepealForm

    def get_initial(self) -> dict[str, Any]:
        return {"day": local_day(self.request.received_at), "version": self.regulation.version}

    def act(self, form: Any) -> HttpResponseBase:
        typed = form.cleaned_data
        repeal_regulation(
            self.regulation, day=typed["day"], reason=typed["reason"], seen=typed["version"],
            by=self.request.user, now=self.request.received_at,
        )  # fmt: skip
        messages.success(self.request, _("The regulation is repealed; it stays readable."))
        return self.back()


class RegulationSystem(TenantRegulationForm):
    permission = Permission.DOSSIER_SEND
    template_name = "programmes/regulation_system.html"
    form_class = RegulationSystemForm

    def get_form_kwargs(self) -> dict[str, Any]:
        systems = _systems_of(self.regulation, local_day(self.request.received_at))
        return {**super().get_form_kwargs(), "systems": systems}

    def get_initial(self) -> dict[str, Any]:
        return {"system": self.regulation.system, "version": self.regulation.version}

    def act(self, form: Any) -> HttpResponseBase:
        name_system(
            self.regulation, form.cleaned_data["system"], seen=form.cleaned_data["version"],
            by=self.request.user, now=self.request.received_at,
        )  # fmt: skip
        messages.success(self.request, _("The register knows now which system it is."))
        return self.back()
