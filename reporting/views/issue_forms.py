"""What people type about a series or an issue; the verbs decide what becomes of it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.forms import TenantForm
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from groups.access import reach_of
from groups.models import Organisation
from programmes.models import Programme
from programmes.queries import visible_programmes
from reporting.comparing import LISTS
from reporting.forms import StepForm
from reporting.models import Issue, Series


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

    report_to = NamesField(label=LISTS["report_to"], help_text=_ONE_A_LINE)
    send_to = NamesField(label=LISTS["send_to"], help_text=_ONE_A_LINE)
    issue_to = NamesField(label=LISTS["issue_to"], help_text=_ONE_A_LINE)
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
    audience = forms.ChoiceField(
        choices=Series.Audience,
        label=_("Who may read it here"),
        help_text=_(
            "More readers get the issues signed from now on; fewer readers also lose the earlier ones."
        ),
    )
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
        help_text=_("Required when it is sent back or given up; it stays in the history."),
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
