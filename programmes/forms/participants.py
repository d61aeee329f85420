"""What people type about a study visit: who is named, who is selected and why, what came back."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.forms import TenantForm
from groups.models import Person
from programmes.forms.trainings import PeopleField
from programmes.states import Selection


class SelectionForm(TenantForm):
    selection = forms.ChoiceField(choices=Selection.choices)
    reason = forms.CharField(max_length=300)


class ReportForm(TenantForm):
    text = forms.CharField(
        label=_("Report on return"),
        max_length=20_000,
        help_text=_(
            "What was learnt on each theme of the visit, and what the unit will do with it."
        ),
        widget=forms.Textarea(attrs={"rows": 12}),
    )


class CandidatesForm(TenantForm):
    """`visits` as lines with id, title and days; `people` whom the reader may name."""

    visit = forms.TypedChoiceField(
        label=_("Study visit"), coerce=uuid.UUID, widget=forms.RadioSelect
    )
    persons = PeopleField(
        Person.objects.none(),
        label=_("Whom the unit names"),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choices tall"}),
    )

    def __init__(
        self,
        *args: Any,
        visits: Iterable[Mapping[str, Any]],
        people: QuerySet[Any],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        visit: Any = self.fields["visit"]
        visit.choices = [(str(row["id"]), f"{row['title']} · {row['first_day']}") for row in visits]
        persons: Any = self.fields["persons"]
        persons.queryset = people
