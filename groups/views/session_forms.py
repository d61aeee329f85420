"""Forms of the sign-in and of one's own account."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.channels import CHANNELS
from actionlearning.foundation.forms import TenantForm


def _secret(label: Any, autocomplete: str, help_text: Any = "") -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, strip=False, widget=widget, help_text=help_text)


class SignInForm(TenantForm):
    login = forms.CharField(
        label=_("Sign-in name"),
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = _secret(_("Password"), "current-password")

    def clean_login(self) -> str:
        return str(self.cleaned_data["login"]).lower()


class PasswordForm(TenantForm):
    old = _secret(_("Old password"), "current-password")
    new = _secret(
        _("New password"),
        "new-password",
        _(
            "At least ten characters from three of: capital letters, small letters, digits, signs. "
            "Not the sign-in name and none of the last five."
        ),
    )
    again = _secret(_("New password again"), "new-password")

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("new") and found.get("again") and found["new"] != found["again"]:
            self.add_error("again", _("This is not the same password."))
        return found


class CodeForm(TenantForm):
    code = forms.CharField(
        label=_("Code of six digits"),
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class AccountForm(TenantForm):
    display_name = forms.CharField(
        label=_("Name as others see it"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class ChannelForm(TenantForm):
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[(kind.name, kind.label) for kind in CHANNELS.values()]
    )
    address = forms.CharField(
        label=_("Address"),
        max_length=500,
        help_text=_("An e-mail address, or the web address that the group's robot was given."),
    )
    secret = forms.CharField(
        label=_("Signing key of the robot"),
        max_length=200,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Only DingTalk and Feishu robots have one."),
    )
