"""What people type about activities; the verbs decide what becomes of it."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.forms import TenantForm
from programmes.actions.activity_terms import VENUE
from programmes.forms.programmes import DayInput, HourInput
from programmes.models import Programme
from programmes.states import OF_TOPICS, ActivityKind, ActivityMode, ActivityState

GONE = "gone"


class ActivityForm(TenantForm):
    """`modes` as (key, name): the usual ones and the plan's own."""

    kind = forms.ChoiceField(choices=ActivityKind.choices, label=_("Kind of activity"))
    title = forms.CharField(max_length=300, label=_("What is done"))
    first_day = forms.DateField(label=_("First day"), widget=DayInput())
    last_day = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=DayInput(),
        help_text=_("Left empty: one day."),
    )
    begins = forms.TimeField(label=_("Begins at"), required=False, widget=HourInput())
    ends = forms.TimeField(
        label=_("Ends at"),
        required=False,
        widget=HourInput(),
        help_text=_("Left empty with the beginning: the hours are not known yet."),
    )
    planned_venue = forms.CharField(label=_("Place"), required=False, max_length=VENUE)
    planned_modes = forms.MultipleChoiceField(
        label=_("How people meet"), required=False, widget=forms.CheckboxSelectMultiple
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        kinds: Iterable[ActivityKind] = OF_TOPICS,
        modes: Iterable[tuple[str, str]] = ActivityMode.choices,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = {"kind": [(kind.value, kind.label) for kind in kinds], "planned_modes": modes}
        for name, offers in choices.items():
            offered: Any = self.fields[name]
            offered.choices = list(offers)

    def facts(self) -> dict[str, Any]:
        """For the verbs: what was typed, without the number of the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class ActivitySeenForm(TenantForm):
    """One press of a button about an activity."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class ActivityDropForm(ActivitySeenForm):
    reason = forms.CharField(
        max_length=300, label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2})
    )


class ActivityFilterForm(TenantForm):
    """Kept in the address."""

    q = forms.CharField(
        required=False, max_length=60, label=_("Activity, topic or unit (characters or initials)")
    )
    programme = forms.ModelChoiceField(
        Programme.objects.none(), required=False, label=_("Programme"), empty_label=_("all")
    )
    kind = forms.ChoiceField(required=False, label=_("Kind of activity"))
    state = forms.ChoiceField(required=False, label=_("State"))
    month = forms.RegexField(
        r"20\d\d-(0[1-9]|1[0-2])",
        required=False,
        label=_("Month"),
        widget=forms.TextInput(attrs={"type": "month"}),
    )
    project = forms.UUIDField(required=False, widget=forms.HiddenInput)
    organisation = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        programme: Any = self.fields["programme"]
        programme.queryset = Programme.objects.order_by("-starts_on", "name", "id")
        kind: Any = self.fields["kind"]
        kind.choices = [("", _("all")), *ActivityKind.choices]
        state: Any = self.fields["state"]
        state.choices = [
            ("", _("all")),
            *ActivityState.choices,
            (GONE, _("no longer in the plan")),
        ]
        self.fields["q"].widget.input_type = "search"

    def wanted(self) -> dict[str, str]:
        """What may be asked; a filter that makes no sense narrows nothing."""
        self.is_valid()
        found = self.cleaned_data.items()
        return {name: str(getattr(value, "pk", value)) for name, value in found if value}
