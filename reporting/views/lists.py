"""The ledger of a unit's items, and the inbox of the office that reviews them."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from actionlearning.foundation.documents.xlsx import MEDIA_TYPE, filename
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantListView
from groups.access import reach_of
from programmes.queries import local_day, visible_programmes
from programmes.states import ProgrammeState
from reporting.exports import COLUMNS, item_sheet, line
from reporting.models import InformationItem
from reporting.queries import narrowed
from reporting.states import ItemState


class TenantItemLedger(TenantListView):
    """What both lists share: filters in the address, finished lines, the same rows as a sheet."""

    heading = ""

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return self.sheet() if request.GET.get("export") == "xlsx" else super().get(request)

    def get_queryset(self) -> Any:
        rows = self.mine(InformationItem.objects.visible_to(self.request.user, self.permission))
        return narrowed(rows.as_read_by(self.request.user), self.wanted()).values(*COLUMNS)

    def mine(self, rows: Any) -> Any:
        return rows

    def wanted(self) -> dict[str, str]:
        return {name: value for name, value in self.request.GET.items() if value}

    def page(self, queryset: Any) -> tuple[list[Any], str]:
        rows, after = super().page(queryset)
        return [line(row, self.request.received_at) for row in rows], after

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            states=[choice for choice in ItemState.choices if choice[0] in self.states],
            kinds=InformationItem.Kind.choices,
            programmes=() if self.request.htmx else self.programmes(),
            wanted=self.wanted(),
            **kwargs,
        )

    def programmes(self) -> list[tuple[str, str]]:
        """Those that have begun, the latest first."""
        rows = visible_programmes(self.request.user).exclude(state=ProgrammeState.DRAFT)
        return [
            (str(pk), name) for pk, name in rows.order_by("-starts_on").values_list("pk", "name")
        ]

    states: tuple[str, ...] = tuple(ItemState)

    def sheet(self) -> HttpResponse:
        title, now = str(self.heading), self.request.received_at
        rows = self.everything(self.get_queryset())
        today, unit = local_day(now), self.request.tenant.name
        content = item_sheet(title, (line(row, now) for row in rows), unit=unit, made_on=today)
        disposition = content_disposition_header(True, filename(title, today))
        return HttpResponse(
            content, content_type=MEDIA_TYPE, headers={"Content-Disposition": disposition or ""}
        )


class ItemList(TenantItemLedger):
    permission = Permission.ITEM_VIEW
    template_name = "reporting/item_list.html"
    order = ("-changed_at", "-id")

    @property
    def heading(self) -> str:
        return _("Information items")

    def mine(self, rows: Any) -> Any:
        """The unit's own, unless the levels below are asked for."""
        if self.request.GET.get("where") == "all":
            return rows
        return rows.filter(reach_of(self.request.user, Permission.ITEM_VIEW).own_q())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        return super().get_context_data(
            may_write=user.has_perm(Permission.ITEM_WRITE),
            may_review=user.has_perm(Permission.ITEM_REVIEW),
            **kwargs,
        )


class ItemInbox(TenantItemLedger):
    """What the units sent to this office; what waits longest comes first."""

    permission = Permission.ITEM_REVIEW
    template_name = "reporting/item_inbox.html"
    order = ("submitted_at", "id")
    states = (
        ItemState.SUBMITTED,
        ItemState.RETURNED,
        ItemState.ADOPTED,
        ItemState.KEPT,
        ItemState.NOT_ADOPTED,
    )

    @property
    def heading(self) -> str:
        return _("Items received")

    def mine(self, rows: Any) -> Any:
        return rows.filter(first_submitted_at__isnull=False)

    def wanted(self) -> dict[str, str]:
        """Without a filter: what waits for a decision."""
        return {"state": ItemState.SUBMITTED.value} | super().wanted() | self._any_state()

    def _any_state(self) -> dict[str, str]:
        return {"state": ""} if self.request.GET.get("state") == "all" else {}
