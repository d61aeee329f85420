"""Client tokens of REST clients, for the office director."""

from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView, TenantView
from groups import exports
from groups.access import reach_of
from groups.actions.tokens import create_token, revoke_token
from groups.forms import TokenForm
from groups.models import Organisation
from groups.queries import tokens_listed
from groups.roles import READING_SCOPES, words_of
from groups.views.sheets import ACTS, TenantSheetView, moment, today


class TokenList(TenantSheetView):
    permission = Permission.TOKEN_MANAGE
    template_name = "groups/token_list.html"
    sheet = exports.TOKENS
    order = ("-created_at", "-id")
    columns = (
        (gettext_lazy("Client"), ""),
        (gettext_lazy("State"), ""),
        (gettext_lazy("Allowed to"), ""),
        (gettext_lazy("Made by"), ""),
        (gettext_lazy("Until"), ""),
        (gettext_lazy("Last use"), ""),
        ACTS,
    )

    def get_queryset(self) -> Any:
        asked = self.request.GET
        return tokens_listed(self.request.user, asked.get("q", ""), ended="ended" in asked)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        mine = reach_of(self.request.user, Permission.TOKEN_MANAGE).organisations
        kwargs["homes"] = Organisation.objects.filter(pk__in=mine).in_order()
        return super().get_context_data(**kwargs)

    def present(self, rows: list[Any]) -> list[dict[str, Any]]:
        now = self.request.received_at
        return [
            {
                "pk": row.pk,
                "name": row.name,
                "sign": _state(row, now)[0],
                "state": _state(row, now)[1],
                "open": row.revoked_at is None,
                "scopes": "、".join(words_of(each) for each in row.scopes),
                "by": row.created_by.display_name,
                "since": moment(row.created_at),
                "until": moment(row.revoked_at or row.expires_at),
                "last": moment(row.last_used_at),
            }
            for row in rows
        ]


def _state(token: Any, now: datetime) -> tuple[str, str]:
    if token.revoked_at is not None:
        return "ended", _("revoked")
    if token.expires_at <= now:
        return "ended", _("run out")
    return "in_force", _("in use")


class TokenNew(TenantFormView):
    permission = Permission.TOKEN_MANAGE
    form_class = TokenForm
    template_name = "groups/token_new.html"

    @cached_property
    def organisation(self) -> Organisation:
        found: Organisation = get_object_or_404(Organisation, pk=self.kwargs["pk"])
        if not self.request.user.has_perm(Permission.TOKEN_MANAGE, found):
            raise Http404
        return found

    def get_initial(self) -> dict[str, Any]:
        """`?for=briefings`: a client that pulls briefings and may do nothing else."""
        begun: dict[str, Any] = {"expires_on": today(self.request) + timedelta(days=365)}
        if self.request.GET.get("for") == "briefings":
            begun |= {"name": _("Portal that reads briefings"), "scopes": READING_SCOPES}
        return begun

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(organisation=self.organisation, **kwargs)

    def act(self, form: Any) -> HttpResponse:
        made, secret = create_token(
            tenant=self.request.tenant,
            organisation=self.organisation,
            name=form.cleaned_data["name"],
            scopes=form.cleaned_data["scopes"],
            expires_at=_end_of(form.cleaned_data["expires_on"]),
            by=self.request.user,
            now=self.request.received_at,
        )
        context = {"name": made.name, "secret": secret, "kind": "token"}
        return render(self.request, "groups/secret_shown.html", context)


def _end_of(day: date) -> datetime:
    """The first instant after the last day, in the programme's zone."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=get_current_timezone())


class TokenRevocation(TenantView):
    permission = Permission.TOKEN_MANAGE

    def post(self, request: Any, pk: Any) -> HttpResponse:
        token = get_object_or_404(tokens_listed(request.user), pk=pk)
        revoke_token(
            token,
            organisation=Organisation.objects.get(pk=token.organisation_id),
            by=request.user,
            now=request.received_at,
        )
        messages.success(request, _("“%(name)s” has no access any more.") % {"name": token})
        return redirect("groups:token_list", request.tenant.slug)
