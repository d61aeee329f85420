"""What people type about an item; the verbs decide what becomes of it."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.documents.intake import ACCEPT
from actionlearning.foundation.forms import TenantForm
from actionlearning.foundation.models import ClientToken, User
from actionlearning.foundation.permissions import Permission
from programmes.models import Enrolment, Obligation, Programme, Project
from programmes.queries import local_day
from reporting.exports import month_name
from reporting.models import InformationItem, ScoreEvent
from reporting.queries import ItemType, duties_to_meet, enrolments_of, types_of


def last_day(due_at: datetime) -> str:
    """`due_at` is the first instant too late; people are told the last day in time."""
    return date_format(local_day(due_at - timedelta(microseconds=1)), "DATE_FORMAT")


class DutyField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Obligation) -> str:
        return gettext("%(month)s, due %(day)s · %(unit)s · %(programme)s") % {
            "unit": obj.organisation,
            "programme": obj.programme,
            "month": month_name(obj.window_key),
            "day": last_day(obj.due_at),
        }


class EnrolmentField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Enrolment) -> str:
        return f"{obj.organisation} · {obj.programme}"


class NewItemForm(TenantForm):
    """For which duty, or at least for which programme, and of what kind."""

    duty = DutyField(
        queryset=Obligation.objects.none(),
        required=False,
        label=_("For which duty"),
        empty_label=_("none of these: information without a duty"),
    )
    enrolment = EnrolmentField(
        queryset=Enrolment.objects.none(),
        required=False,
        label=_("Unit and programme, where it answers no duty"),
        empty_label=_("as the duty says"),
    )
    kind = forms.ChoiceField(label=_("Type"))
    title = forms.CharField(required=False, label=_("Title"))

    def __init__(self, *args: Any, user: User, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["duty"].queryset = duties_to_meet(user, now)
        fields["enrolment"].queryset = enrolments_of(user, now)
        fields["kind"].choices = _kinds_of(fields["enrolment"].queryset, now)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not (cleaned["duty"] or cleaned["enrolment"]):
            self.add_error("enrolment", _("Choose a duty, or the unit and programme it is about."))
        return cleaned


def _kinds_of(enrolments: Any, now: datetime) -> list[tuple[str, str]]:
    """Types of the plans under which this sign-in writes; the verb asks the chosen one's plan."""
    programmes = {each.programme_id: each.programme for each in enrolments}
    return list(
        {
            each.key: (each.key, each.name)
            for programme in programmes.values()
            for each in types_of(programme, local_day(now))
        }.values()
    )


class ItemForm(TenantForm):
    """A draft may be incomplete; what is missing is asked for at sign-off and submission."""

    # How long a text may be says the verb, with the sentence of the plan.
    title = forms.CharField(required=False, label=_("Title"))
    kind = forms.ChoiceField(label=_("Type"))
    window_key = forms.ChoiceField(required=False, label=_("Counts for"))
    event_date = forms.DateField(
        required=False,
        label=_("Date of the event"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    body = forms.CharField(
        required=False,
        strip=False,
        label=_("Text of the item"),
        widget=forms.Textarea(attrs={"rows": 16}),
    )
    project = forms.ModelChoiceField(
        queryset=Project.objects.none(), required=False, label=_("Topic it is about")
    )
    phone = forms.CharField(max_length=30, required=False, label=_("Phone of the drafter"))
    truthful = forms.BooleanField(
        required=False, label=_("I declare that all facts in this item are true.")
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        item: InformationItem,
        months: list[str],
        types: list[ItemType],
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("initial", {name: getattr(item, name) for name in self.base_fields})
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["kind"]
        kind.choices = [(each.key, each.name) for each in types]
        kind.help_text = "； ".join(each.told for each in types if each.criteria)
        keys = [key for key in dict.fromkeys([item.window_key, *months]) if key]
        month: Any = self.fields["window_key"]
        month.choices = [
            ("", _("the month in which it is received")),
            *[(key, month_name(key)) for key in keys],
        ]
        month.disabled = item.first_submitted_at is not None
        topics: Any = self.fields["project"]
        topics.queryset = Project.objects.filter(
            organisation=item.organisation_id, programme=item.programme_id
        ).order_by("title", "id")

    def clean_body(self) -> str:
        return str(self.cleaned_data["body"]).replace("\r\n", "\n")

    def text(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class FileForm(TenantForm):
    file = forms.FileField(
        label=_("Photograph or PDF, at most 20 MB"),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
    )


class StepForm(TenantForm):
    """One press of a button: which version was seen, so that nobody signs what they did not read."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class SubmissionForm(StepForm):
    truthful = forms.BooleanField(
        required=False, label=_("I declare that all facts in this item are true.")
    )


class DecisionForm(StepForm):
    opinion = forms.CharField(
        required=False,
        max_length=300,
        label=_("Opinion"),
        help_text=_("Required for a return and for “not adopted”; the unit reads it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    flat = forms.BooleanField(
        required=False,
        label=_("It is empty or a copy: returned at once, it no longer meets the duty."),
    )


class NilForm(TenantForm):
    reason = forms.CharField(
        max_length=300,
        label=_("Why there is nothing to report"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ScoreRuleForm(TenantForm):
    event = forms.ChoiceField(label=_("For what"))
    kind = forms.ChoiceField(
        label=_("Type"),
        required=False,
        choices=[("", _("every type")), *InformationItem.Kind.choices],
    )
    points = forms.DecimalField(
        label=_("Points"),
        decimal_places=1,
        max_digits=6,
        help_text=_("Less than nothing takes points away."),
    )
    applies_from = forms.DateField(
        label=_("Applies from"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_(
            "The first rule of an event and type may reach back: what has happened since is booked at once."
            " Later ones begin today or later; what is booked keeps its rule."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["event"].choices = [
            choice for choice in ScoreEvent.choices if choice[0] != ScoreEvent.CORRECTION
        ]


class OrganisationField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Enrolment) -> str:
        return str(obj.organisation)


class ScoreBookingForm(TenantForm):
    enrolment = OrganisationField(queryset=Enrolment.objects.none(), label=_("Unit"))
    month = forms.CharField(
        label=_("Counts for"), max_length=7, widget=forms.TextInput(attrs={"type": "month"})
    )
    points = forms.DecimalField(label=_("Points"), decimal_places=1, max_digits=6)
    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("The unit reads it in its ledger.")
    )

    def __init__(self, *args: Any, programme: Programme, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["enrolment"].queryset = (
            Enrolment.objects.in_force(local_day(now))
            .filter(programme=programme, obliged=True)
            .select_related("organisation")
            .order_by("organisation__sort_path")
        )


class ScoreReversalForm(TenantForm):
    reason = forms.CharField(label=_("Reason"), max_length=200)


class WebhookForm(TenantForm):
    """`clients`: those of the reader's organisations that are in use."""

    client = forms.ModelChoiceField(
        ClientToken.objects.none(),
        label=_("Client"),
        help_text=_(
            "Only clients that may read briefings; it is told of what that client may read."
        ),
    )
    name = forms.CharField(
        label=_("Name of the webhook"), max_length=80, help_text=_("Which system is called.")
    )
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        help_text=_("An https:// address in the open internet; it is called from this server."),
    )
    from_beginning = forms.BooleanField(
        required=False,
        label=_("Begin with everything told so far"),
        help_text=_("Otherwise it is told of what changes from now on."),
    )

    def __init__(self, *args: Any, clients: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["client"].queryset = _readers_among(clients)  # type: ignore[attr-defined]


class WebhookMoveForm(TenantForm):
    """`clients`: those of the webhook's organisation that are in use."""

    client = forms.ModelChoiceField(
        ClientToken.objects.none(),
        label=_("Client"),
        help_text=_("It goes on where it stood, with the same address and secret."),
    )

    def __init__(self, *args: Any, clients: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["client"].queryset = _readers_among(clients)  # type: ignore[attr-defined]


def _readers_among(clients: Any) -> Any:
    return clients.filter(scopes__contains=[Permission.BRIEFING_VIEW.value])
