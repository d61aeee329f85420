"""The office's own shelf: its series, and every issue with its state and whose turn it is."""

from typing import Any

from django.contrib import messages
from django.db.models import OuterRef, Subquery
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView, TenantView
from groups.views.sheets import TenantSheetView
from programmes.queries import key_asked
from reporting.actions.issues import start_issue
from reporting.actions.series import change_series, close_series, open_series
from reporting.exports import ISSUES
from reporting.forms import StepForm
from reporting.models import Article, Issue, Series
from reporting.states import IssueState
from reporting.views.issue_forms import NewSeriesForm, SeriesForm
from reporting.views.issue_reading import LISTED_ISSUE, line_of_issue


class IssueList(TenantSheetView):
    """Drafts and all: only for those who work on them."""

    permission = Permission.BRIEFING_VIEW
    template_name = "reporting/issue_list.html"
    sheet = ISSUES
    order = ("-changed_at", "-id")
    columns = (
        (gettext_lazy("Briefing"), "d-none d-md-table-cell"),
        (gettext_lazy("Issue"), ""),
        (gettext_lazy("Title"), ""),
        (gettext_lazy("State"), ""),
        (gettext_lazy("Now with"), ""),
        (gettext_lazy("Last changed"), ""),
    )

    def get_queryset(self) -> Any:
        first = Article.objects.filter(issue=OuterRef("pk")).order_by("position")
        rows = Issue.objects.visible_to(self.request.user)
        return (
            narrowed_drafts(rows, self.request.GET)
            .annotate(first=Subquery(first.values("title")[:1]))
            .values(*LISTED_ISSUE)
        )

    def present(self, rows: list[Any]) -> list[dict[str, Any]]:
        return [line_of_issue(row, self.request.received_at) for row in rows]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        if not self.request.htmx:
            shelf = Series.objects.visible_to(user).select_related("organisation", "supplement_to")
            kwargs["shelf"] = list(shelf.order_by("closed_at", "title", "pk"))
            kwargs["states"] = IssueState.choices
            kwargs["may_open"] = user.has_perm(Permission.SERIES_CHANGE)
            kwargs["may_begin"] = user.has_perm(Permission.BRIEFING_COMPILE)
        return super().get_context_data(**kwargs)


def narrowed_drafts(rows: Any, wanted: Any) -> Any:
    """The filters of the office's list: `series` by id, `state`; what was discarded only when asked for.

    Raises BadInput.
    """
    if wanted.get("series"):
        rows = rows.filter(series=key_asked(wanted, "series"))
    state = wanted.get("state", "")
    if state in IssueState.values:
        return rows.filter(state=state)
    return rows.exclude(state=IssueState.DISCARDED)


class SeriesNew(TenantFormView):
    permission = Permission.SERIES_CHANGE
    template_name = "reporting/series_form.html"
    form_class = NewSeriesForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def act(self, form: Any) -> HttpResponseBase:
        made = open_series(**form.cleaned_data, by=self.request.user, now=self.request.received_at)
        messages.success(self.request, _("“%(name)s” has been opened.") % {"name": made})
        return redirect("reporting:issue_list", self.request.tenant.slug)


class TenantSeriesPage(TenantView):
    """The series in the address, of an office whose briefings this sign-in arranges."""

    def series(self) -> Any:
        rows = Series.objects.visible_to(self.request.user, self.permission)
        return get_object_or_404(rows.select_related("organisation"), pk=self.kwargs["pk"])


class SeriesEdit(TenantSeriesPage, TenantFormView):
    permission = Permission.SERIES_CHANGE
    template_name = "reporting/series_form.html"
    form_class = SeriesForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def get_initial(self) -> dict[str, Any]:
        series = self.series()
        return {name: getattr(series, name) for name in SeriesForm.base_fields}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(series=self.series(), **kwargs)

    def act(self, form: Any) -> HttpResponseBase:
        seen = StepForm(self.request.POST)
        version = seen.cleaned_data["version"] if seen.is_valid() else None
        by, now = self.request.user, self.request.received_at
        change_series(self.series(), seen=version, by=by, now=now, **form.cleaned_data)
        messages.success(self.request, _("Saved. Printed issues stay as they are."))
        return redirect("reporting:issue_list", self.request.tenant.slug)


class SeriesClosing(TenantSeriesPage):
    permission = Permission.SERIES_CHANGE

    def post(self, request: Any, pk: Any) -> HttpResponseBase:
        close_series(self.series(), by=request.user, now=request.received_at)
        messages.success(request, _("The series is closed: no issue is begun any more."))
        return redirect("reporting:issue_list", request.tenant.slug)


class SeriesIssues(TenantSeriesPage):
    """POST begins an issue."""

    permission = Permission.BRIEFING_COMPILE

    def post(self, request: Any, pk: Any) -> HttpResponseBase:
        made = start_issue(self.series(), by=request.user, now=request.received_at)
        return redirect("reporting:issue_compile", request.tenant.slug, made.pk)
