"""Funds of a programme by organisation, the page of one line with its expenses, and what is booked there."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from actionlearning.foundation.documents.xlsx import MEDIA_TYPE, filename
from actionlearning.foundation.errors import Refusal, Stale
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView, TenantListView, TenantView
from programmes.actions.funds import add_fund_line, book_expense, change_fund_line, reverse_expense
from programmes.exports import fund_sheet
from programmes.forms.funds import (
    ExpenseForm,
    ExpenseReversalForm,
    FundFilterForm,
    FundLineForm,
    FundLineNewForm,
)
from programmes.models import Expense, FundLine, Programme
from programmes.queries import local_day
from programmes.states import ProgrammeState
from programmes.views.fund_lines import (
    COLUMNS,
    amounts_of,
    expense_lines,
    funds_matching,
    lines_of,
    totals_of,
)
from programmes.views.programme_page import programme_or_404
from programmes.views.projects import renew_version


class FundList(TenantListView):
    """Lines by organisations in their seniority, and the totals of the whole filtered list."""

    permission = Permission.FUND_VIEW
    template_name = "programmes/fund_list.html"
    order = ("organisation__sort_path", "id")

    @cached_property
    def programme(self) -> Programme:
        return programme_or_404(self.request, self.kwargs["pk"])

    @cached_property
    def filters(self) -> FundFilterForm:
        return FundFilterForm(self.request.GET)

    @cached_property
    def found(self) -> Any:
        rows = FundLine.objects.visible_to(self.request.user).filter(programme=self.programme)
        wanted = self.filters.cleaned_data if self.filters.is_valid() else {}
        return funds_matching(rows, wanted)

    def get_queryset(self) -> Any:
        return self.found.values(*COLUMNS, "organisation__sort_path")

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("export") == "xlsx":
            return self._sheet()
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(filters=self.filters, **kwargs)
        user: Any = self.request.user
        return {
            **context,
            "programme": self.programme,
            "lines": lines_of(context["object_list"]),
            "totals": totals_of(self.found),
            "can_add": user.has_perm(Permission.FUND_CHANGE)
            and self.programme.state != ProgrammeState.CLOSED,
        }

    def _sheet(self) -> HttpResponse:
        title = _("Funds of %(name)s") % {"name": self.programme.name}
        today = local_day(self.request.received_at)
        lines = lines_of(self.everything(self.get_queryset()))
        body = fund_sheet(
            title, lines, totals_of(self.found), unit=self.request.tenant.name, made_on=today
        )
        header = content_disposition_header(True, filename(title, today))
        return HttpResponse(
            body, content_type=MEDIA_TYPE, headers={"Content-Disposition": header or "attachment"}
        )


def line_or_404(request: Any, pk: Any, permission: Permission) -> FundLine:
    rows = FundLine.objects.visible_to(request.user, permission)
    found: FundLine = get_object_or_404(
        rows.select_related("organisation", "programme", "project"), pk=pk
    )
    return found


def to_line(request: Any, line: FundLine) -> HttpResponseRedirect:
    return HttpResponseRedirect(
        reverse("programmes:fund_detail", args=[request.tenant.slug, line.pk])
    )


def line_context(request: Any, line: FundLine, **given: Any) -> dict[str, Any]:
    """`given` replaces what is shown by default: an entry that was refused, its refusal."""
    rows = Expense.objects.filter(line=line).order_by("-day", "-id")
    return {
        "line": line,
        "amounts": amounts_of(line.planned, line.spent),
        "expenses": expense_lines(rows),
        "can_change": request.user.has_perm(Permission.FUND_CHANGE, line),
        "form": ExpenseForm(initial={"day": local_day(request.received_at)}),
        **given,
    }


class FundDetail(TenantView):
    permission = Permission.FUND_VIEW

    def get(self, request: Any, pk: Any) -> HttpResponse:
        line = line_or_404(request, pk, Permission.FUND_VIEW)
        return render(request, "programmes/fund_detail.html", line_context(request, line))


class FundNew(TenantFormView):
    permission = Permission.FUND_CHANGE
    template_name = "programmes/fund_new.html"
    form_class = FundLineNewForm

    @cached_property
    def programme(self) -> Programme:
        found = programme_or_404(self.request, self.kwargs["pk"])
        if found.state == ProgrammeState.CLOSED:
            raise Http404
        return found

    def get_form_kwargs(self) -> dict[str, Any]:
        given = {"user": self.request.user, "programme": self.programme}
        return {**super().get_form_kwargs(), **given}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(programme=self.programme, **kwargs)

    def act(self, form: Any) -> HttpResponse:
        made = add_fund_line(
            programme=self.programme,
            organisation=form.cleaned_data["enrolment"].organisation,
            project=form.cleaned_data["project"],
            by=self.request.user,
            now=self.request.received_at,
            **form.facts(),
        )
        messages.success(self.request, _("The fund is planned: book its expenses here."))
        return to_line(self.request, made)


class FundEdit(TenantFormView):
    permission = Permission.FUND_CHANGE
    template_name = "programmes/fund_edit.html"
    form_class = FundLineForm

    @cached_property
    def line(self) -> FundLine:
        return line_or_404(self.request, self.kwargs["pk"], Permission.FUND_CHANGE)

    def get_initial(self) -> dict[str, Any]:
        names = ("tier", "source", "planned", "note", "version")
        return {name: getattr(self.line, name) for name in names}

    def act(self, form: Any) -> HttpResponse:
        change_fund_line(
            self.line,
            by=self.request.user,
            now=self.request.received_at,
            seen=form.cleaned_data["version"],
            **form.facts(),
        )
        messages.success(self.request, _("Kept."))
        return to_line(self.request, self.line)

    def show(self, form: Any, *, status: int = 200, refusal: Refusal | None = None) -> HttpResponse:
        if isinstance(refusal, Stale):
            renew_version(form, self.line)
        return super().show(form, status=status, refusal=refusal)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(line=self.line, **kwargs)


class FundExpenses(TenantFormView):
    """Books one; a refusal comes back on the line's own page, what was typed kept."""

    permission = Permission.FUND_CHANGE
    template_name = "programmes/fund_detail.html"
    form_class = ExpenseForm

    @cached_property
    def line(self) -> FundLine:
        return line_or_404(self.request, self.kwargs["pk"], Permission.FUND_CHANGE)

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return to_line(request, self.line)

    def act(self, form: Any) -> HttpResponse:
        given = {name: form.cleaned_data[name] for name in ExpenseForm.base_fields}
        book_expense(self.line, by=self.request.user, now=self.request.received_at, **given)
        messages.success(self.request, _("Booked."))
        return to_line(self.request, self.line)

    def show(self, form: Any, *, status: int = 200, refusal: Refusal | None = None) -> HttpResponse:
        context = line_context(self.request, self.line, form=form, refusal=refusal)
        return render(self.request, self.template_name, context, status=status)


class ExpenseReversal(TenantFormView):
    """The counter-entry: what was booked stays, and is taken back with a reason."""

    permission = Permission.FUND_CHANGE
    template_name = "programmes/expense_reversal.html"
    form_class = ExpenseReversalForm

    @cached_property
    def expense(self) -> Expense:
        lines = FundLine.objects.visible_to(self.request.user, Permission.FUND_CHANGE)
        found: Expense = get_object_or_404(
            Expense.objects.filter(line__in=lines).select_related("line"), pk=self.kwargs["pk"]
        )
        return found

    def act(self, form: Any) -> HttpResponse:
        reverse_expense(
            self.expense,
            reason=form.cleaned_data["reason"],
            by=self.request.user,
            now=self.request.received_at,
        )
        messages.success(self.request, _("Taken back by a counter-entry."))
        return to_line(self.request, self.expense.line)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        (entry,) = expense_lines([self.expense])
        return super().get_context_data(entry=entry, line=self.expense.line, **kwargs)
