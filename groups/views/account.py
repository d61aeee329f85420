"""One's own account: name, language, password, second factor, and where copies of notices go."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from actionlearning.foundation.channels import CHANNELS
from actionlearning.foundation.models import Channel
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.scope import WHOLE, scope
from actionlearning.foundation.views import TenantFormView, TenantView
from groups.actions.accounts import change_account
from groups.actions.channels import add_channel, end_channel
from groups.models import Person
from groups.views.session_forms import AccountForm, ChannelForm


def _account_page(request: Any) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("groups:account", args=[request.tenant.slug]))


def shown_address(channel: Channel) -> str:
    """A robot's address is a secret: its host and last four characters tell it from another."""
    if channel.kind == "email":
        return str(channel.address)
    host = channel.address.split("/")[2:3]
    return f"{''.join(host)} …{channel.address[-4:]}"


class AccountChange(TenantFormView):
    permission = Permission.ACCOUNT_CHANGE
    form_class = AccountForm
    template_name = "groups/account.html"

    def get_initial(self) -> dict[str, Any]:
        user: Any = self.request.user
        return {"display_name": user.display_name, "email": user.email, "language": user.language}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs["own_person"] = self._person()
        in_use = Channel.objects.filter(user=self.request.user, ended_at=None).order_by("id")
        kwargs["channels"] = [
            {"pk": row.pk, "kind": CHANNELS[row.kind].label, "address": shown_address(row)}
            for row in in_use
        ]
        return super().get_context_data(**kwargs)

    def _person(self) -> Any:
        """Key of whom the roster knows by this sign-in; his unit's wall is before him who has no seat."""
        user: Any = self.request.user
        with scope(self.request.tenant, path=WHOLE, actor=user):
            return Person.objects.filter(user=user).values_list("pk", flat=True).first()

    def act(self, form: Any) -> HttpResponse:
        change_account(self.request.user, **form.cleaned_data, now=self.request.received_at)
        messages.success(self.request, _("Your account is changed."))
        return _account_page(self.request)


class ChannelNew(TenantFormView):
    permission = Permission.ACCOUNT_CHANGE
    form_class = ChannelForm
    template_name = "groups/channel_new.html"

    def act(self, form: Any) -> HttpResponse:
        add_channel(self.request.user, **form.cleaned_data, now=self.request.received_at)
        messages.success(self.request, _("Copies of your notices will go there."))
        return _account_page(self.request)


class ChannelEnd(TenantView):
    permission = Permission.ACCOUNT_CHANGE

    def post(self, request: Any, pk: Any) -> HttpResponse:
        channel = get_object_or_404(Channel.objects.filter(user=request.user), pk=pk)
        end_channel(channel, by=request.user, now=request.received_at)
        messages.success(request, _("No more copies go there."))
        return _account_page(request)
