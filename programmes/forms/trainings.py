"""What people type about trainings and the day of a team."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.forms import TenantForm
from groups.models import Person
from programmes.forms.programmes import DayInput


class TrainingFilterForm(TenantForm):
    """`contents` of the programme's plan as key → name."""

    q = forms.CharField(required=False, max_length=60, label=_("Name, course or unit"))
    contents = forms.ChoiceField(required=False, label=_("Contents"))

    def __init__(self, *args: Any, contents: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contents"].choices = [("", "—"), *contents.items()]  # type: ignore[attr-defined]


class PeopleField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Person) -> str:
        return f"{obj.name}（{obj.title}）· {obj.organisation}" if obj.title else f"{obj.name} · {obj.organisation}"  # fmt: skip


class TrainingForm(TenantForm):
    """One course and everybody who was there. `contents` of the programme's plan as key → name."""

    persons = PeopleField(
        Person.objects.none(),
        label=_("Who was there"),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choices tall"}),
    )
    contents = forms.ChoiceField(label=_("Contents"))
    title = forms.CharField(max_length=120, required=False, label=_("Course"))
    held_on = forms.DateField(label=_("Day"), widget=DayInput())
    hours = forms.DecimalField(label=_("Class hours"), min_value=0, max_value=999, decimal_places=1)

    def __init__(
        self, *args: Any, people: QuerySet[Any], contents: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["persons"].queryset = people  # type: ignore[attr-defined]
        self.fields["contents"].choices = contents.items()  # type: ignore[attr-defined]


class TeamDayForm(forms.Form):
    on = forms.DateField(label=_("Team on"), widget=DayInput())
