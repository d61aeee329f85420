from django import forms
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.forms import TenantForm


class ObligationWaiverForm(TenantForm):
    """Why a duty is let go."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stays on record and can be read by the unit."),
    )
