"""Voices lent for some days: one's own posts, those of one's body, and taking them back."""

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView, TenantView
from groups import exports
from groups.actions.delegations import delegate, end_delegation
from groups.forms import DelegationForm
from groups.models import Delegation
from groups.queries.delegations import Lending, delegations_listed, lending_of, own_tenures
from groups.queries.sitting import ACTING
from groups.views.sheets import TenantSheetView, spelled_out, today, written


class DelegationList(TenantSheetView):
    """What is lent now or will be, and the reader's own posts, whose voice he may lend."""

    permission = Permission.DOSSIER_ACT
    template_name = "groups/delegation_list.html"
    order = ("starts_on", "id")
    sheet = exports.DELEGATIONS

    def get_queryset(self) -> Any:
        ended = "ended" in self.request.GET
        return delegations_listed(self.request.user, day=today(self.request), ended=ended)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        user, day = self.request.user, today(self.request)
        context["own"] = [
            {
                "pk": row.pk,
                "title": ACTING % row.post.title if row.acting else row.post.title,
                "body": row.post.body.name,
            }
            for row in own_tenures(user, day)
        ]
        context["ended"] = "ended" in self.request.GET
        return context

    def present(self, rows: list[Any]) -> list[dict[str, Any]]:
        return [self._line(row) for row in rows]

    def _line(self, row: Delegation) -> dict[str, Any]:
        user, day = self.request.user, today(self.request)
        lasts = row.lasts_on(day)
        appoints = user.has_perm(Permission.APPOINT, row)
        return {
            "pk": row.pk,
            "post": row.post_title,
            "body": row.body_name,
            "unit": row.organisation.name,
            "holder": row.holder_name,
            "name": row.name,
            "first": written(row.starts_on),
            "last": written(row.ends_on),
            "reason": row.reason,
            "by": row.granted_name,
            "coming": lasts and row.starts_on > day,
            "lasts": lasts,
            "may_end": lasts and (user.pk in (row.user_id, row.holder_id) or appoints),
        }


class DelegationNew(TenantFormView):
    permission = Permission.DOSSIER_ACT
    form_class = DelegationForm
    template_name = "groups/delegation_new.html"

    @cached_property
    def lending(self) -> Lending:
        found = lending_of(self.request.user, self.kwargs["pk"], today(self.request))
        if found is None:
            raise Http404
        return found

    def get_initial(self) -> dict[str, Any]:
        return {"starts_on": today(self.request)}

    def get_form_kwargs(self) -> dict[str, Any]:
        choices = [(str(row.user), f"{row.name}（{row.title}）") for row in self.lending.members]
        return super().get_form_kwargs() | {"members": choices, "own": self.lending.own}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        tenure = self.lending.tenure
        kwargs |= {"tenure": tenure, "post": tenure.post, "own": self.lending.own}
        return super().get_context_data(**kwargs)

    def act(self, form: Any) -> HttpResponse:
        found = form.cleaned_data
        made = delegate(
            self.lending.tenure,
            to=get_object_or_404(User, pk=found.pop("to")),
            **found,
            by=self.request.user,
            now=self.request.received_at,
        )
        words = _("Until %(day)s %(name)s speaks for %(holder)s.") % {
            "day": spelled_out(made.ends_on),
            "name": made.name,
            "holder": made.holder_name,
        }
        messages.success(self.request, words)
        return redirect("groups:delegation_list", self.request.tenant.slug)


class DelegationEnding(TenantView):
    """POST delegations/<id>/ending/: there is nothing to fill in."""

    permission = Permission.DOSSIER_ACT

    def post(self, request: Any, pk: Any) -> HttpResponse:
        rows = delegations_listed(request.user, day=today(request), ended=True)
        found = get_object_or_404(rows, pk=pk)
        end_delegation(found, by=request.user, now=request.received_at)
        words = _("%(holder)s speaks himself again.") % {"holder": found.holder_name}
        messages.success(request, words)
        return redirect("groups:delegation_list", request.tenant.slug)
