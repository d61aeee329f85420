"""Signing in, its second step, the first password, signing out."""

import time
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import Resolver404, path, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from actionlearning.foundation import demonstration, second_factor
from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.middleware import SEEN
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.proxies import client_address
from actionlearning.foundation.scope import WHOLE, scope
from actionlearning.foundation.views import SystemView, TenantFormView, TenantView
from groups.actions.accounts import note_sign_out
from groups.actions.users import (
    ask_for_new_password,
    begin_factor,
    change_password,
    check_factor,
    needs_factor,
    note_failed_sign_in,
    note_sign_in,
)
from groups.queries import sign_ins_to_try
from groups.views import account
from groups.views.session_forms import CodeForm, PasswordForm, SignInForm


def refused_words() -> str:
    """One sentence for every case, so that it tells a stranger nothing."""
    return _(
        "The sign-in name or the password is wrong, or the sign-in is not open. "
        "After five wrong tries it stays closed for half an hour."
    )


def safe_next(request: Any, wanted: str) -> str:
    """`wanted` if it is a page of this very tenant, else ''."""
    if not url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
        return ""
    try:
        match = resolve(urlsplit(wanted).path)
    except Resolver404:
        return ""
    return wanted if match.kwargs.get("tenant") == request.tenant.slug else ""


def onward(request: Any) -> HttpResponseRedirect:
    """The next thing this sign-in has to do, in the end the page it came for."""
    slug = request.tenant.slug
    if request.user.must_change_password:
        return HttpResponseRedirect(reverse("groups:password", args=[slug]))
    if request.session.get("factor") == "missing":
        return HttpResponseRedirect(reverse("groups:factor", args=[slug]))
    wanted = request.session.pop("next", "")
    return HttpResponseRedirect(wanted or reverse("desk:home", args=[slug]))


def _is_locked(user: User, request: Any) -> bool:
    return user.locked_until is not None and user.locked_until > request.received_at


def _note_failure(request: Any, name: str) -> None:
    """Counted after the request's own transaction has been rolled back."""
    address = client_address(request.META)
    request.after_refusal.append(lambda now: note_failed_sign_in(name, now=now, address=address))


class SignIn(SystemView):
    """Name and password. What is wrong is never said; the count of failures survives the rollback."""

    def get(self, request: Any, tenant: str) -> HttpResponse:
        if request.user.is_authenticated:
            return onward(request)
        return self._show(SignInForm())

    def post(self, request: Any, tenant: str) -> HttpResponse:
        if demonstration.progress(tenant) is not None:
            return self._show(SignInForm())  # nobody is in it yet
        form = SignInForm(request.POST)
        if not form.is_valid():
            return self._show(form, status=422)
        user = self._authenticated(**form.cleaned_data)
        if user is None:
            form.add_error(None, refused_words())
            return self._show(form, status=422)
        self._enter(user)
        return onward(request)

    def _authenticated(self, login: str, password: str) -> User | None:
        found: Any = authenticate(self.request, login=login, password=password)
        if found is None:
            _note_failure(self.request, login)
        elif not (found.is_system or _is_locked(found, self.request)):
            return found  # type: ignore[no-any-return]
        return None

    def _enter(self, user: User) -> None:
        request: Any = self.request
        login(request, user)
        with scope(request.tenant, path=WHOLE, actor=user):
            # Appointments lie behind the path wall, which is still shut.
            asked = needs_factor(user, day=localdate(request.received_at))
        request.session["tenant"] = str(request.tenant.pk)
        request.session[SEEN] = time.time()
        request.session["factor"] = "missing" if asked else "not_needed"
        request.session["next"] = safe_next(request, request.POST.get("next", ""))
        if not demonstration.is_shown(request.tenant.slug):
            # Visitors try those of a demonstration, and none of them is to shut out the next.
            days = settings.AL_PASSWORD_DAYS
            ask_for_new_password(request.user, days=days, now=request.received_at)
        if not asked:
            note_sign_in(user, now=request.received_at, address=client_address(request.META))

    def _show(self, form: SignInForm, *, status: int = 200) -> HttpResponse:
        request: Any = self.request
        values = request.POST if request.method == "POST" else request.GET
        context = {
            "form": form,
            "next": safe_next(request, values.get("next", "")),
            "progress": demonstration.progress(request.tenant.slug),
            "demo": _to_be_tried(request),
        }
        return render(request, "groups/sign_in.html", context, status=status)


def _to_be_tried(request: Any) -> dict[str, Any] | None:
    """Sign-ins and password of a demonstration space, read from the space itself; None elsewhere."""
    tenant = request.tenant
    if not demonstration.is_shown(tenant.slug) or tenant.ready_at is None:
        return None
    with scope(tenant, path=WHOLE, actor=None):
        people = sign_ins_to_try(day=localdate(request.received_at), made_before=tenant.ready_at)
    return {"people": people, "password": demonstration.PASSWORD}


class SignOut(TenantView):
    permission = Permission.ACCOUNT_CHANGE
    while_password_is_new = True

    def post(self, request: Any) -> HttpResponse:
        note_sign_out(request.user, now=request.received_at)
        logout(request)
        messages.success(request, _("You have signed out."))
        return HttpResponseRedirect(reverse("groups:sign_in", args=[request.tenant.slug]))


class PasswordChange(TenantFormView):
    """Also the first password, which the administrator knows and the user must replace."""

    permission = Permission.ACCOUNT_CHANGE
    while_password_is_new = True
    form_class = PasswordForm
    template_name = "groups/password.html"

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        user = request.user
        waits = user.is_authenticated and request.session.get("factor") == "missing"
        if waits and not user.must_change_password:
            return onward(request)  # a stolen password alone must not be enough to change it
        return super().dispatch(request, *args, **kwargs)

    def act(self, form: Any) -> HttpResponse:
        request: Any = self.request
        first = request.user.must_change_password
        typed = {name: form.cleaned_data[name] for name in ("old", "new")}
        request.user = change_password(request.user, **typed, now=request.received_at)
        update_session_auth_hash(request, request.user)
        messages.success(request, _("The new password counts from now on."))
        if first:
            return onward(request)
        return HttpResponseRedirect(reverse("groups:account", args=[request.tenant.slug]))


class Factor(TenantFormView):
    """The second step: set up with the phone once, then a code at every sign-in."""

    permission = Permission.ACCOUNT_CHANGE
    while_password_is_new = True
    form_class = CodeForm
    template_name = "groups/factor.html"

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        user = request.user
        done = user.is_authenticated and (
            user.must_change_password or request.session.get("factor") == "passed"
        )
        return onward(request) if done else super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        request: Any = self.request
        if not request.user.factor_confirmed_at:
            secret = begin_factor(request.user, now=request.received_at)
            uri = second_factor.provisioning_uri(secret, request.user.login, request.tenant.name)
            kwargs |= {"secret": secret, "qr": second_factor.qr_svg(uri)}
        return super().get_context_data(**kwargs)

    def act(self, form: Any) -> HttpResponse:
        request: Any = self.request
        if _is_locked(request.user, request):
            logout(request)
            messages.error(request, refused_words())
            return HttpResponseRedirect(reverse("groups:sign_in", args=[request.tenant.slug]))
        self._check(form.cleaned_data["code"])
        request.session.cycle_key()
        request.session["factor"] = "passed"
        note_sign_in(request.user, now=request.received_at, address=client_address(request.META))
        return onward(request)

    def _check(self, code: str) -> None:
        user: Any = self.request.user
        try:
            check_factor(user, code=code, now=self.request.received_at)
        except BadInput:
            _note_failure(
                self.request, user.login
            )  # codes are few: guessing must end as for passwords
            raise


SESSION_URLS = [
    path("sign-in/", SignIn.as_view(), name="sign_in"),
    path("sign-in/factor/", Factor.as_view(), name="factor"),
    path("sign-out/", SignOut.as_view(), name="sign_out"),
    path("account/", account.AccountChange.as_view(), name="account"),
    path("account/password/", PasswordChange.as_view(), name="password"),
    path("account/channels/new/", account.ChannelNew.as_view(), name="channel_new"),
    path("account/channels/<uuid:pk>/end/", account.ChannelEnd.as_view(), name="channel_end"),
]
