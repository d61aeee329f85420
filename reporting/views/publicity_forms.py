"""What people type about an appearance; the verbs decide what becomes of it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.documents.intake import ACCEPT
from actionlearning.foundation.forms import TenantForm
from groups.models import Organisation
from reporting.forms import StepForm
from reporting.models import Publicity


class PublicityForm(TenantForm):
    """`units` is None where an item or an issue says whose work it is and what it is called."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Unit whose work it is")
    )
    title = forms.CharField(label=_("What was told"), max_length=120)
    channel = forms.ChoiceField(label=_("Channel"))
    outlet = forms.CharField(
        label=_("Outlet"), max_length=80, help_text=_("Its name, such as the name of the paper.")
    )
    level = forms.ChoiceField(
        label=_("Level of the outlet"),
        required=False,
        choices=[("", _("among the units")), *Publicity.Level.choices],
        help_text=_("Points follow the level, once the office above has confirmed the entry."),
    )
    told_on = forms.DateField(
        label=_("Told on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    link = forms.CharField(
        label=_("Address"), required=False, max_length=500, help_text=_("Of the page on the web.")
    )
    scan = forms.FileField(
        label=_("Scan"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
        help_text=_("A photograph or PDF, at most 20 MB. An address or a scan is needed."),
    )

    def __init__(
        self, *args: Any, channels: Mapping[str, str], units: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["channel"].choices = list(channels.items())
        if units is None:
            del fields["organisation"], fields["title"]
        else:
            fields["organisation"].queryset = units


class PublicityWithdrawalForm(StepForm):
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
