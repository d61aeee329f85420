"""The register of what is opened to outsiders. Opening and closing start from the thing itself."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.permissions import Permission
from groups import exports
from groups.queries import grants_listed
from groups.views.sheets import TenantSheetView, moment, today, written


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
        return [
            {
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
