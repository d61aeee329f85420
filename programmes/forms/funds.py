"""What people type about money: in yuan; the verbs count in fen."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.forms import TenantForm
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from groups.access import reach_of
from programmes.forms.problems import ProblemTopicField
from programmes.forms.programmes import DayInput
from programmes.models import Enrolment, FundTier, Programme, Project
from programmes.models.fund import MOST
from programmes.states import TAKEN_ON

CENT = Decimal("0.01")


class YuanField(forms.DecimalField):
    """Typed in yuan with at most two decimals, with or without thousands' commas; cleaned to fen."""

    def __init__(self, *, least: int, **kwargs: Any) -> None:
        """`least` in fen."""
        super().__init__(
            min_value=Decimal(least) / 100,
            max_value=Decimal(MOST) / 100,
            decimal_places=2,
            widget=forms.TextInput(attrs={"inputmode": "decimal"}),
            **kwargs,
        )

    def to_python(self, value: Any) -> Any:
        typed = value.replace(",", "").replace("，", "") if isinstance(value, str) else value
        return super().to_python(typed)

    def prepare_value(self, value: Any) -> Any:
        """Fen of the books as yuan; what was typed stays as typed."""
        return f"{Decimal(value) / 100:.2f}" if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        amount = super().clean(value)
        if amount is None:
            return None
        return int((amount.quantize(CENT, ROUND_HALF_UP) * 100).to_integral_value())


class FundEnrolmentField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Enrolment) -> str:
        return str(obj.organisation)


class FundLineForm(TenantForm):
    tier = forms.ChoiceField(label=_("Whose purse"), choices=FundTier.choices)
    source = forms.CharField(
        max_length=60,
        label=_("Source"),
        help_text=_("As the paper that grants the money calls it."),
    )
    planned = YuanField(least=0, label=_("Planned amount in yuan"))
    note = forms.CharField(max_length=300, required=False, label=_("Note"))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("tier", "source", "planned", "note")}


class FundLineNewForm(FundLineForm):
    enrolment = FundEnrolmentField(
        queryset=Enrolment.objects.none(), label=_("Unit"), empty_label=None
    )
    project = ProblemTopicField(
        queryset=Project.objects.none(),
        required=False,
        label=_("Topic"),
        empty_label=_("for no single topic"),
    )
    field_order = ("enrolment", "project")

    def __init__(self, *args: Any, user: User, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = reach_of(user, Permission.FUND_CHANGE).own_q()
        enrolment: Any = self.fields["enrolment"]
        enrolment.queryset = (
            Enrolment.objects.filter(own, programme=programme, ends_on=None)
            .select_related("organisation")
            .order_by("organisation__sort_path", "id")
        )
        topic: Any = self.fields["project"]
        topic.queryset = (
            Project.objects.filter(own, programme=programme, state__in=TAKEN_ON)
            .select_related("organisation")
            .order_by("organisation__sort_path", "tree_path")
        )


class ExpenseForm(TenantForm):
    day = forms.DateField(label=_("Day"), widget=DayInput())
    amount = YuanField(least=1, label=_("Amount in yuan"))
    purpose = forms.CharField(max_length=200, label=_("What for"))
    voucher = forms.CharField(max_length=60, required=False, label=_("Voucher number"))
    reason = forms.CharField(
        max_length=300,
        required=False,
        label=_("Reason, if it goes beyond the plan"),
    )


class ExpenseReversalForm(TenantForm):
    reason = forms.CharField(max_length=300, required=False, label=_("Why it is taken back"))


class FundFilterForm(TenantForm):
    """Kept in the address."""

    q = forms.CharField(required=False, label=_("Unit or source (characters or initials)"))
    tier = forms.ChoiceField(required=False, label=_("Whose purse"))
    organisation = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tier: Any = self.fields["tier"]
        tier.choices = [("", _("all")), *FundTier.choices]
        self.fields["q"].widget.input_type = "search"
