"""Points: the ledger, the table by unit, the rules behind them, and bookings by hand."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from actionlearning.foundation.documents.xlsx import MEDIA_TYPE, filename
from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView, TenantListView, TenantView
from programmes.models import Programme
from programmes.queries import local_day, visible_programmes
from reporting.actions.score_rules import set_score_rule
from reporting.actions.scores import book_points, reverse_points
from reporting.exports import (
    POINT_COLUMNS,
    TOTALS,
    month_name,
    point_line,
    point_sheet,
    rule_lines,
    signed,
    totals_sheet,
)
from reporting.forms import ScoreBookingForm, ScoreReversalForm, ScoreRuleForm
from reporting.models import ScoreEntry, ScoreEvent
from reporting.queries.points import (
    asked_month,
    begun_programmes,
    narrowed_points,
    rules_of,
    unit_points,
)


def sheet_answer(content: bytes, title: str, today: Any) -> HttpResponse:
    disposition = content_disposition_header(True, filename(title, today))
    return HttpResponse(
        content, content_type=MEDIA_TYPE, headers={"Content-Disposition": disposition or ""}
    )


class PointList(TenantListView):
    permission = Permission.SCORE_VIEW
    template_name = "reporting/point_list.html"
    order = ("-at", "-id")

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return self.sheet() if request.GET.get("export") == "xlsx" else super().get(request)

    def get_queryset(self) -> Any:
        rows = ScoreEntry.objects.visible_to(self.request.user)
        return narrowed_points(rows, self.request.GET).values(*POINT_COLUMNS)

    def page(self, queryset: Any) -> tuple[list[Any], str]:
        rows, after = super().page(queryset)
        return [point_line(row) for row in rows], after

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            events=ScoreEvent.choices,
            programmes=() if self.request.htmx else begun_programmes(self.request.user),
            wanted=self.request.GET.dict(),
            may_reverse=self.request.user.has_perm(Permission.SCORE_CHANGE),
            **kwargs,
        )

    def sheet(self) -> HttpResponse:
        title, today = _("Ledger of points"), local_day(self.request.received_at)
        rows = [point_line(row) for row in self.everything(self.get_queryset())]
        content = point_sheet(title, rows, unit=self.request.tenant.name, made_on=today)
        return sheet_answer(content, title, today)


class PointTotals(TenantView):
    """Who submitted what, and with how many points, this month and so far; units with nothing are named."""

    permission = Permission.SCORE_VIEW
    template_name = "reporting/point_totals.html"

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        programmes = begun_programmes(request.user)
        programme = self._chosen(programmes)
        month = asked_month(programme, request.GET.get("month", ""), local_day(request.received_at))
        lines = unit_points(programme, request.user, month) if programme else []
        if request.GET.get("export") == "xlsx":
            return self.sheet(programme, month, lines)
        return self.show(programmes, programme, month, lines)

    def _chosen(self, programmes: list[Programme]) -> Programme | None:
        wanted = self.request.GET.get("programme", "")
        if not wanted:
            return programmes[0] if programmes else None
        found = next((each for each in programmes if str(each.pk) == wanted), None)
        if found is None:
            raise Http404
        return found

    def sheet(self, programme: Programme | None, month: str, lines: list[Any]) -> HttpResponse:
        if programme is None:
            raise BadInput(_("There is no programme yet."), code="no_programme")
        title = _("%(programme)s: submission and adoption, %(month)s") % {
            "programme": programme.name, "month": month_name(month),
        }  # fmt: skip
        today = local_day(self.request.received_at)
        content = totals_sheet(title, lines, unit=programme.owner.name, made_on=today)
        return sheet_answer(content, title, today)

    def show(
        self, programmes: list[Programme], programme: Programme | None, month: str, lines: list[Any]
    ) -> HttpResponse:
        context = {
            "programmes": programmes,
            "programme": programme,
            "month": month,
            "month_name": month_name(month),
            "columns": [label for _name, label in TOTALS],
            "rows": [
                (each.unit_id, each.unit, [_shown(getattr(each, name)) for name, _label in TOTALS])
                for each in lines
            ],
            "silent": [each.unit for each in lines if not each.sent],
            "unadopted": [each.unit for each in lines if not each.adopted],
            "query": self.request.GET.urlencode(),
            "may_change": bool(programme)
            and self.request.user.has_perm(Permission.SCORE_CHANGE, programme),
        }
        return render(self.request, self.template_name, context)


def _shown(value: Any) -> str:
    return str(value) if isinstance(value, int) else signed(value).removeprefix("+")


class _OfProgramme(TenantFormView):
    permission = Permission.SCORE_VIEW

    @cached_property
    def programme(self) -> Programme:
        found: Programme = get_object_or_404(
            visible_programmes(self.request.user).select_related("owner"), pk=self.kwargs["pk"]
        )
        if self.permission == Permission.SCORE_CHANGE and not self._may_change(found):
            raise Http404
        return found

    def _may_change(self, programme: Programme) -> bool:
        return bool(self.request.user.has_perm(Permission.SCORE_CHANGE, programme))

    @property
    def may_change(self) -> bool:
        return self._may_change(self.programme)

    def back(self, name: str) -> HttpResponse:
        address = reverse(f"reporting:{name}", args=[self.request.tenant.slug])
        return HttpResponseRedirect(f"{address}?programme={self.programme.pk}")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            programme=self.programme, may_change=self.may_change, **kwargs
        )


class PointRules(_OfProgramme):
    """Everybody who is scored may read by what; the office that runs the programme changes it."""

    permission = Permission.SCORE_VIEW
    form_class = ScoreRuleForm
    template_name = "reporting/point_rules.html"

    def get_initial(self) -> dict[str, Any]:
        return {"applies_from": local_day(self.request.received_at)}

    def act(self, form: Any) -> HttpResponse:
        by, now = self.request.user, self.request.received_at
        set_score_rule(self.programme, by=by, now=now, **form.cleaned_data)
        messages.success(self.request, _("The rule stands."))
        return HttpResponseRedirect(self.request.path)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today = local_day(self.request.received_at)
        return super().get_context_data(rules=rule_lines(rules_of(self.programme), today), **kwargs)


class PointBooking(_OfProgramme):
    permission = Permission.SCORE_CHANGE
    form_class = ScoreBookingForm
    template_name = "reporting/point_booking.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {
            **super().get_form_kwargs(),
            "programme": self.programme,
            "now": self.request.received_at,
        }

    def act(self, form: Any) -> HttpResponse:
        typed = dict(form.cleaned_data)
        organisation = typed.pop("enrolment").organisation
        by, now = self.request.user, self.request.received_at
        book_points(self.programme, organisation, by=by, now=now, **typed)
        return self.back("point_list")


class PointReversal(TenantFormView):
    permission = Permission.SCORE_CHANGE
    form_class = ScoreReversalForm
    template_name = "reporting/point_reversal.html"

    @cached_property
    def entry(self) -> ScoreEntry:
        rows = ScoreEntry.objects.visible_to(self.request.user).select_related(
            "programme", "organisation"
        )
        found: ScoreEntry = get_object_or_404(rows, pk=self.kwargs["pk"])
        if not self.request.user.has_perm(Permission.SCORE_CHANGE, found.programme):
            raise Http404
        return found

    def act(self, form: Any) -> HttpResponse:
        by, now = self.request.user, self.request.received_at
        reverse_points(self.entry, by=by, now=now, **form.cleaned_data)
        address = reverse("reporting:point_list", args=[self.request.tenant.slug])
        return HttpResponseRedirect(f"{address}?programme={self.entry.programme_id}")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        entry = self.entry
        return super().get_context_data(
            entry=entry,
            points=signed(entry.points),
            month_name=month_name(entry.month),
            **kwargs,
        )
