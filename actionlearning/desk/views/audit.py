"""The audit log as the audit administrator reads it."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from actionlearning.desk.audit_words import action_words, detail_shown, name_shown
from actionlearning.desk.exports import AUDIT
from actionlearning.desk.words import shown_at
from actionlearning.foundation import audit
from actionlearning.foundation.jobs import BEIJING
from actionlearning.foundation.models import AuditEvent, AuditSeal
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantView
from groups.views.sheets import TenantSheetView


def narrowed(events: Any, wanted: Any) -> Any:
    """By whom, which action (or its beginning), on which day; what cannot be read is not applied."""
    if actor := wanted.get("actor", "").strip():
        events = events.filter(actor_name=actor)
    if action := wanted.get("action", "").strip():
        events = events.filter(action__gte=action, action__lt=action + "~")
    if day := day_of(wanted.get("day", "")):
        begins = datetime.combine(day, time(), BEIJING)
        events = events.filter(at__gte=begins, at__lt=begins + timedelta(days=1))
    return events


def day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


class AuditList(TenantSheetView):
    permission = Permission.AUDIT_VIEW
    template_name = "desk/audit_list.html"
    sheet = AUDIT
    order = ("-at", "-id")

    def get_queryset(self) -> Any:
        return narrowed(AuditEvent.objects.all(), self.request.GET)

    def present(self, rows: list[Any]) -> list[dict[str, Any]]:
        return [_shown(row) for row in rows]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["filters"] = {name: self.request.GET.get(name, "") for name in _FILTERS}
        last = AuditSeal.objects.order_by("-sequence").first()
        context["sealed"] = (
            {"number": last.sequence, "at": shown_at(last.sealed_at)} if last else None
        )
        return context


_FILTERS = ("actor", "action", "day")


def _shown(row: AuditEvent) -> dict[str, Any]:
    shown = detail_shown(row.target_kind, row.detail)
    detail = [(name, str(value)) for name, value in shown.items()]
    return {
        "at": row.at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
        "actor": row.actor_name,
        "action": action_words(row.action),
        "code": row.action,
        "target": name_shown(row.target_kind, row.target_name),
        "kind": row.target_kind,
        "detail": detail,
        "details": "\n".join(f"{name}: {value}" for name, value in detail),
    }


class AuditVerification(TenantView):
    """Counts the whole chain again; that somebody looked is itself an event."""

    permission = Permission.AUDIT_VIEW

    def post(self, request: Any) -> HttpResponse:
        count, fault = audit.verify()
        audit.record(
            "audit.verified", by=request.user, at=request.received_at, links=count, fault=fault
        )
        if fault:
            messages.error(request, _("The chain is broken: %(fault)s.") % {"fault": fault})
        else:
            messages.success(request, _("All %(count)d links are sound.") % {"count": count})
        return HttpResponseRedirect(reverse("desk:audit_list", args=[request.tenant.slug]))
