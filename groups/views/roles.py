"""Roles, for the security administrator: what each may do, who has one without a post."""

from datetime import timedelta
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView, TenantView
from groups import exports
from groups.actions.users import give_role, take_role
from groups.forms import AppointmentForm
from groups.models import Organisation
from groups.queries import HITS, appointments_listed, named_like, sign_ins_listed
from groups.roles import ADMINISTRATORS, DESCRIPTIONS, Role, rights_of
from groups.views.sheets import ACTS, TenantSheetView, today, written


class RoleList(TenantSheetView):
    """Every role with what it may do, and below it the appointments without a post."""

    permission = Permission.ROLE_MANAGE
    template_name = "groups/role_list.html"
    sheet = exports.APPOINTMENTS
    order = ("role", "id")
    columns = (
        (gettext_lazy("Role"), ""),
        (gettext_lazy("Name"), ""),
        (gettext_lazy("Sign-in name"), ""),
        (gettext_lazy("Organisation"), ""),
        (gettext_lazy("Since"), ""),
        (gettext_lazy("Until"), ""),
        ACTS,
    )

    def get_queryset(self) -> Any:
        asked = self.request.GET
        return appointments_listed(
            day=today(self.request), text=asked.get("q", ""), ended="ended" in asked
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs["roles"] = [
            {
                "name": role.label,
                "words": DESCRIPTIONS[role],
                "administrator": role in ADMINISTRATORS,
                "rights": rights_of(role),
            }
            for role in Role
        ]
        return super().get_context_data(**kwargs)

    def present(self, rows: list[Any]) -> list[dict[str, Any]]:
        day = today(self.request)
        return [
            {
                "pk": row.pk,
                "name": row.user.display_name,
                "login": row.user.login,
                "role": row.get_role_display(),
                "organisation": row.organisation.name,
                "since": written(row.starts_on),
                "until": written(row.ends_on),
                "open": row.ends_on is None or row.ends_on >= day,
                "own": row.user_id == self.request.user.pk,
            }
            for row in rows
        ]


class AppointmentNew(TenantFormView):
    """`?q=` finds the sign-in, `?unit=` the organisation; the top of the tree is always offered."""

    permission = Permission.ROLE_MANAGE
    form_class = AppointmentForm
    template_name = "groups/appointment_new.html"

    @cached_property
    def found(self) -> dict[str, User]:
        typed = self.request.GET.get("q", "").strip()
        hits = sign_ins_listed(typed).order_by("login")[:HITS] if typed else []
        return {str(user.pk): user for user in hits}

    def get_form_kwargs(self) -> dict[str, Any]:
        units = Organisation.objects.in_force(today(self.request))
        offered = Q(parent=None)
        if typed := self.request.GET.get("unit", ""):
            hits = named_like(units, typed, inside=True).in_order()[:HITS]  # type: ignore[attr-defined]
            offered |= Q(pk__in=[unit.pk for unit in hits])
        return super().get_form_kwargs() | {
            "users": [
                (key, f"{user.display_name}({user.login})") for key, user in self.found.items()
            ],
            "organisations": units.filter(offered).in_order(),
        }

    def get_initial(self) -> dict[str, Any]:
        return {"starts_on": today(self.request)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(hits=len(self.found), **kwargs)

    def act(self, form: Any) -> HttpResponse:
        asked = dict(form.cleaned_data)
        user = self.found[asked.pop("user")]
        made = give_role(user, **asked, by=self.request.user, now=self.request.received_at)
        words = _("%(name)s is %(role)s now.")
        messages.success(self.request, words % {"name": user, "role": made.get_role_display()})
        return redirect("groups:role_list", self.request.tenant.slug)


class AppointmentEnding(TenantView):
    """POST: yesterday was the last day, so that the right is gone with this answer."""

    permission = Permission.ROLE_MANAGE

    def post(self, request: Any, pk: Any) -> HttpResponse:
        day = today(request)
        rows = appointments_listed(day=day)
        taken = take_role(
            get_object_or_404(rows, pk=pk),
            on=day - timedelta(days=1),
            by=request.user,
            now=request.received_at,
        )
        messages.success(request, _("The role of %(name)s was taken away.") % {"name": taken.user})
        return redirect("groups:role_list", request.tenant.slug)
