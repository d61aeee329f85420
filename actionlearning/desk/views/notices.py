"""The inbox: the official way to be told."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from actionlearning.desk.exports import NOTICES
from actionlearning.desk.words import shown_notice
from actionlearning.foundation.inbox import about, inbox_of, mark_read, unread
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantView
from groups.views.sheets import TenantSheetView
from programmes.actions.sweeps import acknowledge


class NoticeList(TenantSheetView):
    permission = Permission.NOTICE_VIEW
    template_name = "desk/notice_list.html"
    sheet = NOTICES
    order = ("-at", "-id")

    def get_queryset(self) -> Any:
        found = about(inbox_of(self.request.user), self.request.GET.get("q", ""))
        return unread(found) if self.request.GET.get("show") == "unread" else found

    def present(self, rows: list[Any]) -> list[dict[str, Any]]:
        slug = self.request.tenant.slug
        return [shown_notice(row, slug) for row in rows]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        only_unread = self.request.GET.get("show") == "unread"
        return super().get_context_data(only_unread=only_unread, **kwargs)


class NoticeDetail(TenantView):
    """Opening it marks it as read."""

    permission = Permission.NOTICE_VIEW

    def get(self, request: Any, pk: Any) -> HttpResponse:
        notice = get_object_or_404(inbox_of(request.user), pk=pk)
        mark_read(notice, by=request.user, now=request.received_at)
        shown = shown_notice(notice, request.tenant.slug)
        return render(request, "desk/notice_detail.html", {"notice": shown})


class NoticeAcknowledgement(TenantView):
    permission = Permission.NOTICE_VIEW

    def post(self, request: Any, pk: Any) -> HttpResponse:
        notice = get_object_or_404(inbox_of(request.user), pk=pk)
        acknowledge(notice, by=request.user, now=request.received_at)
        messages.success(
            request,
            _("Acknowledged: nobody above is told for two working days; the due day stays."),
        )
        return HttpResponseRedirect(
            reverse("desk:notice_detail", args=[request.tenant.slug, notice.pk])
        )
