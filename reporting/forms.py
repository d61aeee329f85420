"""What people type about an item; the verbs decide what becomes of it."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.documents.intake import ACCEPT
from actionlearning.foundation.forms import TenantForm
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from groups.access import reach_of
from groups.models import Organisation
from programmes.models import Enrolment, Obligation, Programme, Project
from programmes.queries import local_day, visible_programmes
from reporting.exports import month_name
from reporting.models import InformationItem, Issue, Series
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


class NamesField(forms.CharField):
    """A list of names, one on each line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=forms.Textarea(attrs={"rows": 3}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:
        return [line.strip() for line in str(value or "").splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return list(initial or []) != self.to_python(data)


_ONE_A_LINE = _("One name on each line.")


class DistributionForm(TenantForm):
    """Who gets it: the same three lists for a series and for one issue."""

    report_to = NamesField(label=_("Report to (superiors)"), help_text=_ONE_A_LINE)
    send_to = NamesField(label=_("Send to (peers)"), help_text=_ONE_A_LINE)
    issue_to = NamesField(label=_("Issue to (subordinates)"), help_text=_ONE_A_LINE)
    copies = forms.IntegerField(
        min_value=0,
        max_value=100_000,
        initial=0,
        label=_("Copies printed"),
        help_text=_("0: not printed on paper."),
    )


class SeriesForm(DistributionForm):
    field_order = ("title", "body_name", "compiler", "note", "audience", "programme")
    title = forms.CharField(
        max_length=60,
        label=_("Name of the briefing"),
        help_text=_("As it stands in red at the head."),
    )
    body_name = forms.CharField(
        max_length=60, required=False, label=_("Name of the body above it"), help_text=_("Or none.")
    )
    compiler = forms.CharField(
        max_length=80, label=_("Compiling unit"), help_text=_("In full, above the red line.")
    )
    note = forms.CharField(
        max_length=40,
        required=False,
        label=_("Note at the top left"),
        help_text=_("Such as “internal material, keep it safe”. A secrecy level is refused."),
    )
    audience = forms.ChoiceField(choices=Series.Audience, label=_("Who may read it here"))
    programme = forms.ModelChoiceField(
        queryset=Programme.objects.none(),
        required=False,
        label=_("Items of this programme only"),
        empty_label=_("of all programmes"),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        programme: Any = self.fields["programme"]
        programme.queryset = visible_programmes(user).order_by("-starts_on", "id")


class NewSeriesForm(SeriesForm):
    field_order = ("organisation", "title", "slug", "supplement_to", *SeriesForm.field_order[1:])
    organisation = forms.ModelChoiceField(
        queryset=Organisation.objects.none(), label=_("Office"), empty_label=None
    )
    slug = forms.CharField(
        max_length=40,
        required=False,
        label=_("Word in its address"),
        help_text=_("Small letters, digits and dashes; it never changes. Empty: the initials."),
    )
    supplement_to = forms.ModelChoiceField(
        queryset=Series.objects.none(),
        required=False,
        label=_("Supplement to"),
        empty_label=_("none: a series of its own"),
        help_text=_("Supplements have numbers of their own."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        mine = reach_of(user, Permission.SERIES_CHANGE).organisations
        fields: Any = self.fields
        fields["organisation"].queryset = Organisation.objects.filter(pk__in=mine).order_by(
            "sort_path"
        )
        fields["supplement_to"].queryset = Series.objects.filter(
            organisation__in=mine, supplement_to=None, closed_at=None
        ).order_by("title", "id")


class IssueForm(DistributionForm):
    field_order = ("headline", "correction_note", "editors_note")
    headline = forms.CharField(
        max_length=120,
        required=False,
        label=_("Headline"),
        help_text=_("What a list shows beside the number; empty: the first article's title."),
    )
    correction_note = forms.CharField(
        max_length=2000,
        required=False,
        label=_("What was wrong and how it reads now"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    editors_note = forms.CharField(
        max_length=2000,
        required=False,
        label=_("Editor's note"),
        help_text=_("Stands before the articles; or none."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, issue: Issue, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {name: getattr(issue, name) for name in self.base_fields})
        super().__init__(*args, **kwargs)
        if not issue.corrects_id:
            del self.fields["correction_note"]

    def text(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class IssueDecisionForm(StepForm):
    opinion = forms.CharField(
        required=False,
        max_length=300,
        label=_("Opinion"),
        help_text=_("Required when it is sent back; it stays in the history."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class OwnArticleForm(StepForm):
    title = forms.CharField(max_length=120, label=_("Title"))
    text = forms.CharField(
        strip=False,
        label=_("Text"),
        help_text=_("Every line becomes a paragraph."),
        widget=forms.Textarea(attrs={"rows": 12}),
    )
