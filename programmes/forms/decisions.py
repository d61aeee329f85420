"""What people type about decisions; the verbs decide what becomes of it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.forms import TenantForm
from groups.models import Body
from programmes.forms.programmes import DayInput
from programmes.models import DecisionOutcome, Programme


class DecisionForm(TenantForm):
    """The record of one decision."""

    held_on = forms.DateField(label=_("Decided on"), widget=DayInput())
    venue = forms.CharField(max_length=60, required=False, label=_("Place"))
    present = forms.CharField(
        max_length=500, required=False, label=_("Present"), help_text=_("Needed before it is signed.")
    )  # fmt: skip
    matter = forms.CharField(max_length=200, label=_("Matter"))
    outcome = forms.ChoiceField(
        choices=DecisionOutcome.choices, label=_("Decision"), widget=forms.RadioSelect
    )
    text = forms.CharField(
        max_length=20_000, required=False, label=_("Text of the decision"),
        help_text=_("Needed before it is signed."), widget=forms.Textarea(attrs={"rows": 6}),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def facts(self) -> dict[str, Any]:
        left_out = ("version", "body", "programme")
        return {name: value for name, value in self.cleaned_data.items() if name not in left_out}


class BodyField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Body) -> str:
        return f"{obj.organisation} · {obj.name}"


class DecisionNewForm(DecisionForm):
    """The same and whose it is."""

    programme = forms.ModelChoiceField(
        Programme.objects.none(), label=_("Programme"), empty_label=None
    )
    body = BodyField(Body.objects.none(), label=_("Body"), empty_label=None)
    field_order = ("programme", "body")

    def __init__(self, *args: Any, programmes: Any, bodies: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        programme: Any = self.fields["programme"]
        programme.queryset = programmes
        body: Any = self.fields["body"]
        body.queryset = bodies


class DecisionFilterForm(TenantForm):
    """Kept in the address."""

    q = forms.CharField(required=False, max_length=60, label=_("Matter, or unit (characters or initials)"))  # fmt: skip
    programme = forms.ModelChoiceField(
        Programme.objects.none(), required=False, label=_("Programme"), empty_label=_("all")
    )
    outcome = forms.ChoiceField(required=False, label=_("Decision"))
    state = forms.ChoiceField(required=False, label=_("State"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        programme: Any = self.fields["programme"]
        programme.queryset = Programme.objects.order_by("-starts_on", "name", "id")
        outcome: Any = self.fields["outcome"]
        outcome.choices = [("", _("all")), *DecisionOutcome.choices]
        state: Any = self.fields["state"]
        state.choices = [("", _("all")), ("draft", _("not signed yet")), ("signed", _("signed"))]
        self.fields["q"].widget.input_type = "search"

    def wanted(self) -> dict[str, str]:
        """What may be asked; a filter that makes no sense narrows nothing."""
        self.is_valid()
        found = self.cleaned_data.items()
        return {name: str(getattr(value, "pk", value)) for name, value in found if value}


class DecisionStepForm(TenantForm):
    day = forms.DateField(label=_("Day"), widget=DayInput())
    text = forms.CharField(
        max_length=1000, label=_("What was done"), widget=forms.Textarea(attrs={"rows": 2})
    )
