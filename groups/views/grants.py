"""The register of what is opened to single people. Opening starts from the thing itself, closing here too."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantView
from groups import exports
from groups.actions.grants import end_in_register
from groups.queries import grants_listed
from groups.views.sheets import ACTS, TenantSheetView, moment, today, written


class GrantList(TenantSheetView):
    permission = Permission.GRANT
    template_name = "groups/grant_list.html"
    sheet = exports.GRANTS
    order = ("-granted_at", "-id")
    columns = (
        (_("Name"), ""),
        (_("Thing"), ""),
        (_("Organisation"), ""),
        (_("Reason"), ""),
        (_("Opened by"), ""),
        (_("Since"), ""),
        (_("Until"), ""),
        ACTS,
    )

    def get_queryset(self) -> Any:
        asked = self.request.GET
        return grants_listed(
            self.request.user,
            day=today(self.request),
            ended="ended" in asked,
            text=asked.get("q", ""),
        )

    def present(self, rows: list[Any]) -> list[dict[str, Any]]:
        day = today(self.request)
        return [
            {
                "pk": row.pk,
                "open": row.lasts_on(day),
                "name": row.user.display_name,
                "subject": row.subject_name,
                "organisation": row.organisation.name,
                "reason": row.reason,
                "by": row.granted_by.display_name,
                "since": moment(row.granted_at),
                "until": moment(row.ended_at) or written(row.ends_on),
            }
            for row in rows
        ]


class GrantEnding(TenantView):
    """POST grants/<id>/ending/: there is nothing to fill in."""

    permission = Permission.GRANT

    def post(self, request: Any, pk: Any) -> HttpResponse:
        rows = grants_listed(request.user, day=today(request), ended=True)
        found = get_object_or_404(rows, pk=pk)
        end_in_register(found, by=request.user, now=request.received_at)
        facts = {"name": found.user, "thing": found.subject_name}
        messages.success(request, gettext("%(name)s may read “%(thing)s” no more.") % facts)
        return redirect("groups:grant_list", request.tenant.slug)
