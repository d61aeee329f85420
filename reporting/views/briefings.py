"""Published briefings for those who sign in: the reading list, one issue, its files."""

import uuid
from base64 import b64encode
from functools import cached_property
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy

from actionlearning.foundation.paging import mark_of
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import PAGE, TenantView
from groups.views.sheets import TenantSheetView
from reporting.access import (
    Reading,
    file_of,
    narrowed_issues,
    pages_of,
    readable,
    reading_of,
    standing,
    told_in,
    years_of,
)
from reporting.exports import BRIEFINGS, MEDIA_TYPES, file_answer
from reporting.models import InformationItem, Publication, Series
from reporting.queries.briefings import issues_standing
from reporting.states import ISSUE_WORK
from reporting.views.briefing_sheet import LISTED, item_ids, line_of, sheet_of, stone_of

_ANY = uuid.UUID(int=0)


class BriefingList(TenantSheetView):
    permission = Permission.BRIEFING_VIEW
    template_name = "reporting/briefing_list.html"
    sheet = BRIEFINGS
    order = ("-dated", "-published_at", "-id")
    columns = (
        (gettext_lazy("Issue"), ""),
        (gettext_lazy("Title"), ""),
        (gettext_lazy("Dated"), "d-none d-md-table-cell"),
        (gettext_lazy("State"), ""),
        (gettext_lazy("Last told"), "d-none d-md-table-cell"),
    )

    @cached_property
    def mine(self) -> Reading:
        return reading_of(self.request.user)

    def get_queryset(self) -> Any:
        """Of the whole list, for paper or a sheet."""
        if not self.whole_list:
            return None
        rows = told_in(self.mine).current()
        return narrowed_issues(rows, self.request.GET).values(*LISTED)

    @property
    def whole_list(self) -> bool:
        return self.printing or "export" in self.request.GET

    def page(self, queryset: Any) -> tuple[list[Any], str]:
        if self.whole_list:
            return super().page(queryset)
        wanted = self.request.GET
        rows = issues_standing(
            self.request.user,
            wanted,
            order=self.order,
            mark=wanted.get("after", ""),
            most=PAGE + 1,
        )
        return rows[:PAGE], mark_of(rows[PAGE - 1], self.order) if len(rows) > PAGE else ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if not self.request.htmx:
            series = Series.objects.filter(pk__in=self.mine.series).order_by("title", "pk")
            kwargs["series"] = list(series.values_list("slug", "title"))
            kwargs["works"] = any(map(self.request.user.has_perm, ISSUE_WORK))
            kwargs["years"] = years_of(told_in(self.mine))
        return super().get_context_data(**kwargs)

    def present(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        slug = self.request.tenant.slug
        pattern = reverse("reporting:briefing_detail", args=[slug, _ANY]).split(str(_ANY))
        return [{**line_of(row), "address": f"{row['root']}".join(pattern)} for row in rows]


class BriefingDetail(TenantView):
    """The issue as it stands now, its last correction, or its tombstone (410)."""

    permission = Permission.BRIEFING_VIEW

    def get(self, request: Any, root: uuid.UUID) -> HttpResponse:
        told = standing(readable(request.user), root)
        if told.kind == Publication.Kind.WITHDRAWN:
            return render(
                request, "reporting/briefing_stone.html", {"stone": stone_of(told)}, status=410
            )
        context = {
            "issue": told,
            "sheet": sheet_of(told, items=self._open_to_reader(told)),
        }
        return render(request, "reporting/briefing_detail.html", context)

    def _open_to_reader(self, told: Publication) -> set[str]:
        rows = InformationItem.objects.visible_to(self.request.user)
        found = rows.filter(pk__in=item_ids(told.content)).values_list("pk", flat=True)
        return {str(pk) for pk in found}


class BriefingPages(TenantView):
    """The paper as it looks printed, all its pages on one."""

    permission = Permission.BRIEFING_VIEW

    def get(self, request: Any, root: uuid.UUID) -> HttpResponse:
        told: Publication = text_of(readable(request.user), root)
        context = {
            "issue": told,
            "pictures": [b64encode(each).decode() for each in pages_of(told)],
        }
        return render(request, "reporting/briefing_pages.html", context)


class BriefingFile(TenantView):
    permission = Permission.BRIEFING_VIEW

    def get(self, request: Any, root: uuid.UUID, kind: str) -> HttpResponse:
        told: Publication = text_of(readable(request.user), root)
        return file_answer(file_of(told, MEDIA_TYPES[kind]))


def text_of(rows: Any, root: uuid.UUID) -> Publication:
    """As `standing`, and 404 for an issue that was withdrawn."""
    told = standing(rows, root)
    if told.kind == Publication.Kind.WITHDRAWN:
        raise Http404
    return told
