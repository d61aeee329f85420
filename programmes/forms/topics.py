"""What people type beside a topic: scores with reasons, opinions, milestones, its conclusion."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.forms import TenantForm
from programmes.actions.project_asks import Asks
from programmes.actions.topic_scores import Mark
from programmes.forms.programmes import DayInput
from programmes.models.topic import HIGHEST, LOWEST

POINTS = [("", "—"), *[(str(each), str(each)) for each in range(HIGHEST, LOWEST - 1, -1)]]


class TopicScoreForm(TenantForm):
    """Points and the reason on each criterion of the plan."""

    def __init__(self, *args: Any, asks: Asks, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.criteria = asks.criteria
        for each in self.criteria:
            points = forms.TypedChoiceField(
                choices=POINTS, coerce=int, empty_value=None, required=False, label=each.name
            )
            reason = forms.CharField(
                max_length=300,
                required=False,
                label=gettext("Why, on “%(name)s”") % {"name": each.name},
                widget=forms.Textarea(attrs={"rows": 2}),
            )
            for name, field in ((f"{each.key}_points", points), (f"{each.key}_reason", reason)):
                self._dress(field)
                self.fields[name] = field

    def marks(self) -> dict[str, Mark]:
        typed = self.cleaned_data
        return {
            each.key: Mark(typed.get(f"{each.key}_points"), typed.get(f"{each.key}_reason", ""))
            for each in self.criteria
        }


class TopicOpinionForm(TenantForm):
    giver = forms.CharField(
        max_length=60,
        label=_("Who was asked"),
        help_text=_("A name, or such as “six cadres of the township”."),
    )
    giver_unit = forms.CharField(max_length=120, required=False, label=_("Of which unit"))
    given_on = forms.DateField(label=_("Day"), widget=DayInput())
    text = forms.CharField(
        max_length=2000, label=_("What they said"), widget=forms.Textarea(attrs={"rows": 3})
    )


class MilestoneForm(TenantForm):
    title = forms.CharField(max_length=120, label=_("What is to be reached"))
    due_on = forms.DateField(label=_("By (the last day)"), widget=DayInput())


class MilestoneEditForm(MilestoneForm):
    done_on = forms.DateField(
        required=False,
        label=_("Reached on"),
        widget=DayInput(),
        help_text=_("Left empty: not reached yet."),
    )


class ConclusionForm(TenantForm):
    """The version is the one that was read; `lacking`: some of the plan's papers are not in effect."""

    result_summary = forms.CharField(
        label=_("What came of it"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("All units read this when they word a similar topic."),
    )
    solved = forms.CharField(
        label=_("Which problems are solved, and how far"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    papers_reason = forms.CharField(
        required=False,
        label=_("Why it is concluded without these papers"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    concluded_on = forms.DateField(label=_("Concluded on"), widget=DayInput())
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, lacking: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not lacking:
            del self.fields["papers_reason"]


class PoolFilterForm(TenantForm):
    """Whose pool; kept in the address."""

    enrolment = forms.ChoiceField(required=False, label=_("Unit and programme"))

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["enrolment"]
        field.choices = choices
