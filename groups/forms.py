"""What people type; every rule is in the verbs, which get the cleaned data."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.documents.tables import ACCEPT
from actionlearning.foundation.forms import TenantForm
from groups.models import Body, Organisation, Person
from groups.roles import ADMINISTRATORS, CLIENT_SCOPES, Role, words_of

HIGHEST = 99_999
OFFERS = {
    "list": "division-offers",
    "autocomplete": "off",
    "hx-trigger": "input changed delay:300ms",
    "hx-target": "#division-offers",
}
"""Of the field for a division; the page gives the address that answers."""


class DayField(forms.DateField):
    """A day, typed or picked."""

    def __init__(self, **kwargs: Any) -> None:
        picker = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(widget=picker, **kwargs)


class SeniorityField(forms.IntegerField):
    """Place among its like: lists follow it, never names or numbers."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("Lists follow it, 1 comes first. Left empty: last."))
        super().__init__(
            label=_("Seniority"), min_value=1, max_value=HIGHEST, required=False, **kwargs
        )


class SeenForm(TenantForm):
    """A change says which version it was made on, so that nobody's work is overwritten."""

    seen = forms.IntegerField(widget=forms.HiddenInput)


class OrganisationForm(TenantForm):
    name = forms.CharField(label=_("Name of the unit"), max_length=120)
    short_name = forms.CharField(label=_("Short name"), max_length=40, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", "—"), *Organisation.Kind.choices])
    division = forms.RegexField(
        r"^\d{6}(\d{3}|\d{6})?$",
        label=_("Division code"),
        required=False,
        help_text=_(
            "GB/T 2260, where it is or sits in a division. Type its name, pinyin or code and choose."
        ),
        error_messages={"invalid": _("Six, nine or twelve digits.")},
        widget=forms.TextInput(attrs=OFFERS),
    )
    seniority = SeniorityField()


class OrganisationNewForm(OrganisationForm):
    starts_on = DayField(label=_("In force since"))


class SinceForm(SeenForm):
    """A change that may correct the first day; left empty, it stays."""

    starts_on = DayField(
        label=_("First day"),
        required=False,
        help_text=_("May be corrected while nothing of it lies before."),
    )

    starts_in_month = forms.BooleanField(
        label=_("Only the month of the first day is known"),
        required=False,
        help_text=_(
            "Its first stands for it. Untick this, or choose another day, once the day is known."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.initial.get("starts_in_month"):
            del self.fields["starts_in_month"]

    def clean_starts_on(self) -> Any:
        return self.cleaned_data["starts_on"] or self.initial["starts_on"]

    def clean_starts_in_month(self) -> bool:
        day = self.cleaned_data.get("starts_on")
        return bool(self.cleaned_data["starts_in_month"] and day and day.day == 1)


class OrganisationEditForm(OrganisationForm, SinceForm):
    seniority = SeniorityField(help_text=_("Lists follow it, 1 comes first."))

    def clean_seniority(self) -> int:
        return int(self.cleaned_data["seniority"] or self.initial["seniority"])


class PersonForm(TenantForm):
    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("As on the identity card."))
    title = forms.CharField(
        label=_("Post held"),
        max_length=120,
        required=False,
        help_text=_("As the roster prints it; several are joined by the enumeration comma."),
    )
    phone = forms.CharField(label=_("Telephone"), max_length=30, required=False)
    seniority = SeniorityField()


class PersonNewForm(PersonForm):
    starts_on = DayField(label=_("On the roster since"))


class PersonEditForm(PersonForm, SinceForm):
    phone = forms.CharField(
        label=_("New telephone number"),
        max_length=30,
        required=False,
        help_text=_("Left empty, the number on record stays."),
    )
    seniority = SeniorityField(help_text=_("Lists follow it, 1 comes first."))

    def clean_seniority(self) -> int:
        return int(self.cleaned_data["seniority"] or self.initial["seniority"])


class EndForm(TenantForm):
    """The last day of something."""

    on = DayField(label=_("Last day"))


class BodyForm(TenantForm):
    name = forms.CharField(label=_("Name of the body"), max_length=120)
    secretariat = forms.ModelChoiceField(
        Body.objects.none(),
        label=_("Secretariat"),
        required=False,
        empty_label=_("none"),
        help_text=_("The office that does its daily work."),
    )

    def __init__(self, *args: Any, bodies: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["secretariat"].queryset = bodies  # type: ignore[attr-defined]


class BodyNewForm(BodyForm):
    kind = forms.ChoiceField(label=_("Kind"))
    starts_on = DayField(label=_("In force since"))
    field_order = ("kind", "name", "starts_on", "secretariat")

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]


class BodyEditForm(BodyForm, SinceForm):
    pass


class PostForm(TenantForm):
    title = forms.CharField(label=_("Title of the post"), max_length=60)
    role = forms.ChoiceField(
        label=_("Role"),
        required=False,
        choices=[("", _("no rights in the system"))]
        + [choice for choice in Role.choices if choice[0] not in ADMINISTRATORS],
        help_text=_("What the holder may do at this organisation and below; see the list beside."),
    )
    rank = forms.IntegerField(
        label=_("Rank"), min_value=1, max_value=HIGHEST, initial=1, help_text=_("1 comes first.")
    )
    seats = forms.IntegerField(label=_("Seats"), min_value=1, max_value=999, initial=1)


class PostEditForm(PostForm, SeenForm):
    pass


class UnitChoice(forms.ModelChoiceField):
    """Indented as the tree is."""

    def label_from_instance(self, obj: Any) -> str:
        indent = "\u3000" * (obj.level - 1)
        return f"{indent}{obj}"


class TransferForm(TenantForm):
    """To another roster."""

    to = UnitChoice(Organisation.objects.none(), label=_("To the unit"))
    on = DayField(label=_("First day there"))
    title = forms.CharField(label=_("Post held there"), max_length=120, required=False)

    def __init__(self, *args: Any, units: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = units  # type: ignore[attr-defined]


class PersonChoice(forms.ModelChoiceField):
    """Says who could not act: somebody without a sign-in gets no notice and no right."""

    def label_from_instance(self, obj: Any) -> str:
        words = f"{obj.name}({obj.title})" if obj.title else obj.name
        if obj.organisation_id != self.home:
            words = f"{words} · {obj.organisation}"
        return words if obj.user_id else _("%(person)s – no sign-in") % {"person": words}

    home: Any = None


class SeatForm(TenantForm):
    """Who takes a post, and from which day on."""

    person = PersonChoice(Person.objects.none(), label=_("Person"))
    on = DayField(label=_("From"))
    acting = forms.BooleanField(label=_("Acting (in charge for the time being)"), required=False)

    def __init__(self, *args: Any, persons: QuerySet[Any], home: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = persons  # type: ignore[attr-defined]
        self.fields["person"].home = home  # type: ignore[attr-defined]


class UserForm(TenantForm):
    login = forms.CharField(
        label=_("Sign-in name"), max_length=60, help_text=_("Letters, digits and . - _ @ only.")
    )
    person = PersonChoice(
        Person.objects.none(),
        label=_("Person"),
        required=False,
        empty_label=_("nobody on a roster"),
        help_text=_(
            "Search above; without a person the sign-in is for an outsider or administrator."
        ),
    )
    display_name = forms.CharField(
        label=_("Name shown"),
        max_length=60,
        required=False,
        help_text=_("Only needed for somebody who is on no roster."),
    )
    email = forms.EmailField(label=_("E-mail"), required=False)

    def __init__(self, *args: Any, persons: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = persons  # type: ignore[attr-defined]


class UserEditForm(TenantForm):
    login = forms.CharField(
        label=_("Sign-in name"), max_length=60, help_text=_("Letters, digits and . - _ @ only.")
    )
    display_name = forms.CharField(label=_("Name shown"), max_length=60)
    email = forms.EmailField(label=_("E-mail"), required=False)


class UserPersonForm(TenantForm):
    person = PersonChoice(
        Person.objects.none(), label=_("Person"), help_text=_("Search above by name or initials.")
    )

    def __init__(self, *args: Any, persons: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = persons  # type: ignore[attr-defined]


class AppointmentForm(TenantForm):
    user = forms.ChoiceField(label=_("Sign-in"))
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=_("Organisation"))
    starts_on = DayField(label=_("From"))
    ends_on = DayField(label=_("Last day"), required=False, help_text=_("Left empty: open end."))

    def __init__(
        self,
        *args: Any,
        users: list[tuple[str, str]],
        organisations: QuerySet[Any],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].choices = users  # type: ignore[attr-defined]
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]


class TokenForm(TenantForm):
    name = forms.CharField(label=_("Client"), max_length=80, help_text=_("Which system asks."))
    scopes = forms.MultipleChoiceField(
        label=_("The client may"), choices=[], widget=forms.CheckboxSelectMultiple
    )
    expires_on = DayField(label=_("Last day"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [(p.value, words_of(p)) for p in CLIENT_SCOPES]  # type: ignore[attr-defined]


class DivisionLoadForm(TenantForm):
    """All divisions that come with the product, or those of one city."""

    under = forms.ChoiceField(label=_("Which divisions"), required=False)

    def __init__(self, *args: Any, cities: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["under"].choices = [("", _("the whole region")), *cities]  # type: ignore[attr-defined]


class RosterForm(TenantForm):
    """A sheet to be read; `units` are those for which the sender may make such changes."""

    kind = forms.ChoiceField(label=_("What the sheet lists"), widget=forms.RadioSelect)
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(),
        label=_("Organisation"),
        help_text=_(
            "Meant where a row of the sheet names no unit or superior. People and posts of a unit are "
            "sent in by its own office; for a unit below where nobody can do that yet, by yours."
        ),
    )
    file = forms.FileField(
        label=_("Excel sheet (.xlsx) or CSV, at most 20 MB"),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
    )

    def __init__(self, *args: Any, kinds: Any, units: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]  # type: ignore[attr-defined]
        self.fields["organisation"].queryset = units.order_by("sort_path", "id")  # type: ignore[attr-defined]


class RosterStepForm(SeenForm):
    """One press of a button about a sheet."""


class RosterConfirmForm(SeenForm):
    """What shall become of the rows about which the check asks; only what is asked is shown."""

    doubles = forms.ChoiceField(
        label=_("Rows that may be one person"),
        widget=forms.RadioSelect,
        required=False,
        choices=[
            ("together", _("One person: the posts are joined, the number of the sheet counts")),
            ("apart", _("Different people: each is entered")),
            ("out", _("Leave these rows out")),
        ],
    )
    split = forms.ChoiceField(
        label=_("Several people in one cell"),
        widget=forms.RadioSelect,
        required=False,
        choices=[("apart", _("Enter each as shown")), ("out", _("Leave these rows out"))],
    )

    def __init__(self, *args: Any, counts: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("doubles", "split"):
            if not counts.get(f"ask_{name}"):
                del self.fields[name]


class DelegationForm(TenantForm):
    """To whom a post's voice is lent, and for which days."""

    to = forms.ChoiceField(label=_("Speaks for the holder"))
    starts_on = DayField(label=_("From"))
    ends_on = DayField(label=_("Last day"))
    reason = forms.CharField(
        label=_("Reason"), max_length=200, required=False, help_text=_("It stays on record.")
    )

    def __init__(
        self, *args: Any, members: list[tuple[str, str]], own: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = members  # type: ignore[attr-defined]
        self.fields["reason"].required = not own
