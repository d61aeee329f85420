"""What people type about a unit's own activities, who is to take part, and who still lacks training."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.forms import TenantForm
from groups.models import Organisation, Person
from groups.roles import ADMINISTRATORS, BodyKind, Role
from programmes.forms.activities import ActivityForm
from programmes.forms.programmes import OrganisationChoice
from programmes.models.project import TeamRole
from programmes.queries.learners import Audience, title_words
from programmes.states import OF_UNITS

HOURS = "hours_"
POSTS = [(role.value, role.label) for role in Role if role not in ADMINISTRATORS]


class ClassForm(TenantForm):
    """What a class teaches and for how many. `contents` of the plan as key → name; `of_team`: a topic's own."""

    places = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=999,
        label=_("Places"),
        help_text=_("At most so many take part. Left empty: as the plan says, or no limit."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, contents: Mapping[str, str], of_team: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if of_team:
            del self.fields["places"]
        for key, name in contents.items():
            field = forms.DecimalField(
                required=False,
                min_value=0,
                max_value=200,
                decimal_places=1,
                label=_("Class hours: %(name)s") % {"name": name},
                help_text=_("Of a class: how long this is taught. Left empty: not at all."),
            )
            self._dress(field)
            self.fields[f"{HOURS}{key}"] = field

    def class_facts(self) -> dict[str, Any]:
        """For the verbs: places, and hours by contents; what else was typed beside."""
        told = dict(self.cleaned_data)
        names = [name for name in told if name.startswith(HOURS)]
        hours = {name.removeprefix(HOURS): told.pop(name) for name in names}
        return {
            "places": None,
            **told,
            "contents": {key: value for key, value in hours.items() if value},
        }


class UnitActivityForm(ClassForm, ActivityForm):
    """`units` at which the reader plans."""

    organisation = OrganisationChoice(Organisation.objects.none(), label=_("Organised by"))
    field_order = ("organisation", "kind", "title", "first_day", "last_day")

    def __init__(self, *args: Any, units: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(*args, kinds=OF_UNITS, **kwargs)
        del self.fields["version"]
        unit: Any = self.fields["organisation"]
        unit.queryset = units


class UnitsField(forms.ModelMultipleChoiceField):
    """Options indented as the tree is."""

    def label_from_instance(self, obj: Organisation) -> str:
        return "\u3000" * (obj.level - 1) + obj.name


class AudienceForm(TenantForm):
    """Kept in the address; several answers in one group mean any of them."""

    bodies = forms.MultipleChoiceField(
        required=False,
        label=_("Members of bodies"),
        choices=BodyKind.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    roles = forms.MultipleChoiceField(
        required=False,
        label=_("Holders of posts"),
        choices=POSTS,
        widget=forms.CheckboxSelectMultiple,
    )
    seats = forms.MultipleChoiceField(
        required=False,
        label=_("In the teams of the topics"),
        choices=TeamRole.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    titles = forms.CharField(
        required=False,
        label=_("Title contains"),
        help_text=_(
            "Words parted by spaces or commas, such as director: whoever has one of them in his title or post is listed as well."
        ),
    )
    everybody = forms.BooleanField(
        required=False,
        label=_("The whole roster"),
        help_text=_("Of the units ticked; without any, of all of them."),
    )
    units = UnitsField(
        Organisation.objects.none(),
        required=False,
        label=_("Only these units"),
        help_text=_("None ticked: all of them."),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choices tall"}),
    )

    def __init__(self, *args: Any, units: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: Any = self.fields["units"]
        offered.queryset = units

    def clean_titles(self) -> tuple[str, ...]:
        try:
            return title_words(self.cleaned_data["titles"])
        except BadInput as refusal:
            raise ValidationError(refusal.message) from refusal

    def audience(self) -> Audience:
        """A choice that makes no sense narrows nothing."""
        self.is_valid()
        told = self.cleaned_data
        return Audience(
            roles=tuple(told.get("roles") or ()),
            bodies=tuple(told.get("bodies") or ()),
            seats=tuple(told.get("seats") or ()),
            titles=told.get("titles") or (),
            units=tuple(unit.pk for unit in told.get("units") or ()),
            everybody=bool(told.get("everybody")),
        )


class InvitationForm(AudienceForm):
    """Whom a list of an activity is to name."""

    lacking = forms.BooleanField(required=False, label=_("Only who still lacks these contents"))
    missed = forms.BooleanField(
        required=False, label=_("Only who missed an earlier class on these contents")
    )


class ParticipantsForm(TenantForm):
    persons = forms.ModelMultipleChoiceField(
        Person.objects.none(),
        label=_("Who is to take part"),
        error_messages={"required": _("Choose at least one person.")},
    )

    def __init__(self, *args: Any, people: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        persons: Any = self.fields["persons"]
        persons.queryset = people
