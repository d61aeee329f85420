"""Webhooks of clients, for the office director: list, new, log, test, pause, secret, removal."""

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView, TenantView
from groups.models import Organisation
from groups.queries import tokens_listed
from groups.views.sheets import TenantSheetView
from reporting.actions.webhooks import (
    create_webhook,
    end_webhook,
    host_of,
    move_webhook,
    pause_webhook,
    renew_secret,
    resume_webhook,
    send_test,
)
from reporting.exports import WEBHOOKS, issue_name, moment
from reporting.forms import WebhookForm, WebhookMoveForm
from reporting.models import Publication, Webhook, WebhookDelivery
from reporting.queries.webhooks import answer_of, deliveries_of, state_of

LOG = 50


class WebhookList(TenantSheetView):
    permission = Permission.TOKEN_MANAGE
    template_name = "reporting/webhook_list.html"
    sheet = WEBHOOKS
    order = ("-created_at", "-id")
    columns = (
        (gettext_lazy("Webhook"), ""),
        (gettext_lazy("Client"), "d-none d-md-table-cell"),
        (gettext_lazy("Host"), "d-none d-md-table-cell"),
        (gettext_lazy("State"), ""),
        (gettext_lazy("Failing since"), "d-none d-md-table-cell"),
    )

    def get_queryset(self) -> Any:
        return Webhook.objects.visible_to(self.request.user).select_related("client")

    def present(self, rows: list[Any]) -> list[dict[str, Any]]:
        return [_line(row) for row in rows]


def _line(row: Webhook) -> dict[str, Any]:
    sign = state_of(row)
    return {
        "pk": row.pk,
        "name": row.name,
        "client": row.client.name,
        "host": host_of(row),
        "sign": sign.value,
        "state": str(sign.label),
        "failing": moment(row.failing_since),
    }


class WebhookNew(TenantFormView):
    permission = Permission.TOKEN_MANAGE
    form_class = WebhookForm
    template_name = "reporting/webhook_new.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        clients = tokens_listed(self.request.user, ended=False).order_by("name", "pk")
        return super().get_form_kwargs() | {"clients": clients}

    def act(self, form: Any) -> HttpResponse:
        client = form.cleaned_data["client"]
        made, secret = create_webhook(
            client=client,
            organisation=Organisation.objects.get(pk=client.organisation_id),
            name=form.cleaned_data["name"],
            url=form.cleaned_data["url"],
            from_beginning=form.cleaned_data["from_beginning"],
            by=self.request.user,
            now=self.request.received_at,
        )
        return _shown_once(self.request, made, secret)


class WebhookDetail(TenantView):
    permission = Permission.TOKEN_MANAGE

    def get(self, request: Any, pk: Any) -> HttpResponse:
        found = _webhook(request, pk)
        rows = deliveries_of(found)[:LOG]
        context = {
            "webhook": found,
            "line": _line(found),
            "since": moment(found.created_at),
            "pause_reason": _(found.pause_reason) if found.pause_reason else "",
            "log": [_delivery(row) for row in rows],
        }
        return render(request, "reporting/webhook_detail.html", context)


def _delivery(row: WebhookDelivery) -> dict[str, Any]:
    told = row.publication
    return {
        "what": _issue(told) if told else _("Test"),
        "kind": told.get_kind_display() if told else "",
        "state": row.state,
        "label": row.get_state_display(),
        "attempts": row.attempts,
        "answer": answer_of(row),
        "tried": moment(row.tried_at),
    }


def _issue(told: Publication) -> str:
    return f"{told.series_title} {issue_name(told.year, told.number, told.correction)}"


class WebhookTest(TenantView):
    permission = Permission.TOKEN_MANAGE

    def post(self, request: Any, pk: Any) -> HttpResponse:
        send_test(_webhook(request, pk), by=request.user, now=request.received_at)
        messages.success(request, _("A test is on its way; see below in a minute how it went."))
        return redirect("reporting:webhook_detail", request.tenant.slug, pk)


class WebhookPause(TenantView):
    permission = Permission.TOKEN_MANAGE

    def post(self, request: Any, pk: Any) -> HttpResponse:
        pause_webhook(_webhook(request, pk), by=request.user, now=request.received_at)
        messages.success(request, _("Paused. What changes meanwhile waits."))
        return redirect("reporting:webhook_detail", request.tenant.slug, pk)


class WebhookResumption(TenantView):
    permission = Permission.TOKEN_MANAGE

    def post(self, request: Any, pk: Any) -> HttpResponse:
        resume_webhook(_webhook(request, pk), by=request.user, now=request.received_at)
        messages.success(request, _("It goes on where it stood."))
        return redirect("reporting:webhook_detail", request.tenant.slug, pk)


class WebhookSecret(TenantView):
    permission = Permission.TOKEN_MANAGE

    def post(self, request: Any, pk: Any) -> HttpResponse:
        found, secret = renew_secret(
            _webhook(request, pk), by=request.user, now=request.received_at
        )
        return _shown_once(request, found, secret)


class WebhookRemoval(TenantView):
    permission = Permission.TOKEN_MANAGE

    def post(self, request: Any, pk: Any) -> HttpResponse:
        found = end_webhook(_webhook(request, pk), by=request.user, now=request.received_at)
        messages.success(request, _("“%(name)s” is told of nothing any more.") % {"name": found})
        return redirect("reporting:webhook_list", request.tenant.slug)


class WebhookMove(TenantFormView):
    """Another token, such as the one that follows an expired one."""

    permission = Permission.TOKEN_MANAGE
    form_class = WebhookMoveForm
    template_name = "reporting/webhook_move.html"

    @cached_property
    def webhook(self) -> Webhook:
        return _webhook(self.request, self.kwargs["pk"])

    def get_form_kwargs(self) -> dict[str, Any]:
        tokens = tokens_listed(self.request.user, ended=False).order_by("name", "pk")
        tokens = tokens.filter(organisation_id=self.webhook.organisation_id)
        return super().get_form_kwargs() | {"clients": tokens}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(webhook=self.webhook, **kwargs)

    def act(self, form: Any) -> HttpResponse:
        client = form.cleaned_data["client"]
        by, now = self.request.user, self.request.received_at
        move_webhook(self.webhook, client=client, by=by, now=now)
        messages.success(self.request, _("It reads for “%(name)s” now.") % {"name": client.name})
        return redirect("reporting:webhook_detail", self.request.tenant.slug, self.webhook.pk)


def _webhook(request: Any, pk: Any) -> Webhook:
    rows = Webhook.objects.visible_to(request.user).select_related("client", "organisation")
    found: Webhook = get_object_or_404(rows, pk=pk)
    return found


def _shown_once(request: Any, webhook: Webhook, secret: str) -> HttpResponse:
    answer = render(
        request, "reporting/webhook_secret.html", {"webhook": webhook, "secret": secret}
    )
    answer.holds_secret = True  # type: ignore[attr-defined]  # the middleware keeps nothing of it
    return answer
