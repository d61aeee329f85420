"""Sign-ins, for the system administrator: who has one, and nothing of the business."""

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView, TenantView
from groups import exports
from groups.actions.users import (
    change_user,
    create_user,
    deactivate_user,
    link_user,
    reactivate_user,
    reset_password,
)
from groups.forms import UserEditForm, UserForm, UserPersonForm
from groups.queries import HITS, persons_without_sign_in, sign_ins_listed
from groups.views.sheets import ACTS, TenantSheetView, moment, today, written


class UserList(TenantSheetView):
    permission = Permission.USER_MANAGE
    template_name = "groups/user_list.html"
    sheet = exports.SIGN_INS
    order = ("login", "id")
    columns = (
        (gettext_lazy("Sign-in name"), ""),
        (gettext_lazy("Name"), ""),
        (gettext_lazy("Unit"), ""),
        (gettext_lazy("State"), ""),
        (gettext_lazy("Second factor"), ""),
        (gettext_lazy("Last sign-in"), ""),
        ACTS,
    )

    def get_queryset(self) -> Any:
        asked = self.request.GET
        return sign_ins_listed(asked.get("q", ""), inactive="inactive" in asked)

    def present(self, rows: list[Any]) -> list[dict[str, Any]]:
        now = self.request.received_at
        return [
            {
                "pk": row.pk,
                "login": row.login,
                "name": row.display_name,
                "organisation": row.person_at or "",
                "linked": bool(row.person_at),
                "left": written(row.person_left),
                "active": row.is_active,
                "own": row.pk == self.request.user.pk,
                "sign": _state(row, now)[0],
                "state": _state(row, now)[1],
                "factor": _("set up") if row.factor_confirmed_at else "",
                "last": moment(row.last_login),
            }
            for row in rows
        ]


def _state(user: User, now: Any) -> tuple[str, str]:
    """(a state whose colour the badge knows, the words)."""
    if not user.is_active:
        return "ended", _("switched off")
    if user.locked_until and user.locked_until > now:
        return "overdue", _("locked until %(time)s") % {"time": moment(user.locked_until)}
    if user.must_change_password:
        return "pending", _("first password not changed yet")
    return "in_force", _("in use")


class TenantPersonSearch(TenantFormView):
    """`?q=` looks among the people who have no sign-in yet; nobody is listed unasked."""

    @cached_property
    def hits(self) -> list[Any]:
        typed = self.request.GET.get("q", "")
        return list(persons_without_sign_in(typed, today(self.request))[:HITS])

    def get_initial(self) -> dict[str, Any]:
        return {"person": self.hits[0].pk} if len(self.hits) == 1 else {}

    def get_form_kwargs(self) -> dict[str, Any]:
        found = persons_without_sign_in(self.request.GET.get("q", ""), today(self.request))
        wanted = found.filter(pk__in=[person.pk for person in self.hits])
        return super().get_form_kwargs() | {"persons": wanted}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(hits=len(self.hits), most=HITS, **kwargs)


class UserNew(TenantPersonSearch):
    permission = Permission.USER_MANAGE
    form_class = UserForm
    template_name = "groups/user_new.html"

    def act(self, form: Any) -> HttpResponse:
        user, password = create_user(
            **form.cleaned_data, by=self.request.user, now=self.request.received_at
        )
        return shown_once(self.request, user, password)


class TenantUserForm(TenantFormView):
    """Something about one person's sign-in."""

    @cached_property
    def subject(self) -> User:
        return listed_user(self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(subject=self.subject, **kwargs)

    def done(self, words: str) -> HttpResponse:
        messages.success(self.request, words)
        return redirect("groups:user_list", self.request.tenant.slug)


class UserEdit(TenantUserForm):
    permission = Permission.USER_MANAGE
    form_class = UserEditForm
    template_name = "groups/user_edit.html"

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.subject, name) for name in ("login", "display_name", "email")}

    def act(self, form: Any) -> HttpResponse:
        made = change_user(
            self.subject, **form.cleaned_data, by=self.request.user, now=self.request.received_at
        )
        return self.done(_("The sign-in of %(name)s was changed.") % {"name": made})


class UserPerson(TenantUserForm, TenantPersonSearch):
    """A sign-in made without a person gets one."""

    permission = Permission.USER_MANAGE
    form_class = UserPersonForm
    template_name = "groups/user_person.html"

    def act(self, form: Any) -> HttpResponse:
        person = link_user(
            self.subject, **form.cleaned_data, by=self.request.user, now=self.request.received_at
        )
        words = _("%(name)s signs in as %(login)s.")
        return self.done(words % {"name": person, "login": self.subject.login})


def listed_user(pk: Any) -> User:
    found: User = get_object_or_404(sign_ins_listed(inactive=True), pk=pk)
    return found


def shown_once(request: Any, user: User, password: str) -> HttpResponse:
    """The answer to the POST itself: no address, nothing kept, so it cannot be opened again."""
    context = {"name": f"{user.display_name}({user.login})", "secret": password, "kind": "password"}
    return render(request, "groups/secret_shown.html", context)


class TenantUserAct(TenantView):
    """A button of the list, about one person's sign-in."""

    def user(self, pk: Any) -> User:
        return listed_user(pk)


class UserPassword(TenantUserAct):
    permission = Permission.USER_MANAGE

    def post(self, request: Any, pk: Any) -> HttpResponse:
        user = self.user(pk)
        password = reset_password(user, by=request.user, now=request.received_at)
        return shown_once(request, user, password)


class UserReactivation(TenantUserAct):
    permission = Permission.USER_MANAGE

    def post(self, request: Any, pk: Any) -> HttpResponse:
        user = self.user(pk)
        password = reactivate_user(user, by=request.user, now=request.received_at)
        return shown_once(request, user, password)


class UserDeactivation(TenantUserAct):
    permission = Permission.USER_MANAGE

    def post(self, request: Any, pk: Any) -> HttpResponse:
        user = deactivate_user(self.user(pk), by=request.user, now=request.received_at)
        messages.success(request, _("%(name)s cannot sign in any more.") % {"name": user})
        return redirect("groups:user_list", request.tenant.slug)
