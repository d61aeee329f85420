"""What people type about programmes, plans and units; the verbs decide what becomes of it."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.forms import TenantForm
from actionlearning.foundation.languages import in_english, product_words
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from groups.access import reach_of, visible_organisations
from groups.models import Organisation
from groups.queries import organisations_changed_by
from programmes.actions.bodies import Missing
from programmes.models import Enrolment, Programme
from programmes.packs.nodes import LONGEST_TEXT
from programmes.packs.reading import SHIPPED, shipped_text

LARGEST_FILE = 4 * LONGEST_TEXT  # bytes; a character of a pack takes at most four


class DayInput(forms.DateInput):
    """The browser's own calendar."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class HourInput(forms.TimeInput):
    """The browser's own clock."""

    input_type = "time"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%H:%M", **kwargs)


def shipped_packs() -> list[tuple[str, str]]:
    """(id, title) of the packs that come with the product; each title stands on a line of its own."""
    key = "title_en: " if in_english() else "title: "
    found = []
    for pack in SHIPPED:
        lines = shipped_text(pack).splitlines()
        title = next(line for line in lines if line.startswith(key))
        found.append((pack, product_words(title.removeprefix(key).strip('"'))))
    return found


class PackTextForm(TenantForm):
    """A pack as a file or as pasted text; what was uploaded comes back as text, to be mended."""

    file = forms.FileField(required=False, label=_("Pack file (YAML)"))
    text = forms.CharField(
        required=False,
        strip=False,
        label=_("or its text, pasted"),
        widget=forms.Textarea(
            attrs={"rows": 14, "wrap": "off", "class": "form-control font-monospace"}
        ),
    )
    one_source = _("Upload a file or paste its text.")

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        upload = typed.get("file")
        if upload is not None:
            typed["text"] = self._decoded(upload)
            self.data = {**self.data.dict(), "text": typed["text"]}  # type: ignore[attr-defined]
        if not self._source_of(typed):
            self.add_error("text", self.one_source)
        return typed

    def _source_of(self, typed: dict[str, Any]) -> str:
        return str(typed.get("text") or "").strip()

    def _decoded(self, upload: Any) -> str:
        if upload.size > LARGEST_FILE:
            self.add_error("file", _("This file is too large for a plan pack."))
            return ""
        try:
            return str(upload.read().decode("utf-8-sig"))
        except UnicodeDecodeError:
            self.add_error("file", _("This is not a text file in UTF-8."))
            return ""


class ProgrammeFactsForm(TenantForm):
    """What a programme may have of its own; the version that was read goes with it."""

    name = forms.CharField(max_length=160, label=_("Name of the programme"))
    starts_on = forms.DateField(
        label=_("First day"),
        widget=DayInput(),
        help_text=_(
            "A start inside a month cuts its first window: each rule says whether it is then owed in full,"
            " in proportion or not at all. The programme's page lists them."
        ),
    )
    ends_on = forms.DateField(label=_("Last day"), widget=DayInput())
    phase_number = forms.IntegerField(
        required=False, min_value=1, max_value=99, label=_("Phase number")
    )
    batch_number = forms.IntegerField(
        required=False, min_value=1, max_value=99, label=_("Batch number")
    )
    parent_document = forms.CharField(
        required=False, max_length=300, label=_("Parent document"),
        help_text=_("Several are divided by “；”."),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class ProgrammeNewForm(PackTextForm):
    """From a shipped pack or one's own; year and owner."""

    pack = forms.ChoiceField(required=False, label=_("Plan pack"))
    year = forms.IntegerField(min_value=2000, max_value=2100, label=_("Year"))
    owner = forms.ModelChoiceField(Organisation.objects.none(), label=_("Run by"), empty_label=None)
    name = forms.CharField(
        required=False,
        max_length=160,
        label=_("Name of the programme"),
        help_text=_("Left empty, it takes the plan's title."),
    )
    phase_number = forms.IntegerField(
        required=False, min_value=1, max_value=99, label=_("Phase number")
    )
    batch_number = forms.IntegerField(
        required=False, min_value=1, max_value=99, label=_("Batch number")
    )
    starts_on = forms.DateField(
        required=False,
        label=_("First day"),
        widget=DayInput(),
        help_text=_("Left empty, both days are those of the plan's period."),
    )
    ends_on = forms.DateField(required=False, label=_("Last day"), widget=DayInput())
    parent_document = forms.CharField(
        required=False, max_length=300, label=_("Parent document"),
        help_text=_("Left empty, those that the plan names."),
    )  # fmt: skip
    field_order = (
        "pack", "file", "text", "year", "owner", "name", "starts_on", "ends_on", "phase_number",
        "batch_number", "parent_document",
    )  # fmt: skip
    one_source = _("Choose a plan, upload a file or paste its text.")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pack: Any = self.fields["pack"]
        pack.choices = [*shipped_packs(), ("", _("a file of our own"))]
        owner: Any = self.fields["owner"]
        owner.queryset = owned_by(user)

    def _source_of(self, typed: dict[str, Any]) -> str:
        return typed.get("pack") or super()._source_of(typed)

    def pack_text(self) -> str:
        """One's own text wins over the choice: it was put there on purpose."""
        own = str(self.cleaned_data["text"] or "")
        return own if own.strip() else shipped_text(self.cleaned_data["pack"])

    def facts(self) -> dict[str, Any]:
        names = (
            "year", "owner", "name", "phase_number", "batch_number", "starts_on", "ends_on",
            "parent_document",
        )  # fmt: skip
        return {name: self.cleaned_data[name] for name in names}


def owned_by(user: User) -> Any:
    """Organisations whose programmes this sign-in runs."""
    ids = reach_of(user, Permission.PROGRAMME_CHANGE).organisations
    return Organisation.objects.filter(pk__in=ids, ends_on=None).in_order()


class PlanNewForm(PackTextForm):
    """A further version of a programme's plan."""

    applies_from = forms.DateField(
        label=_("Applies from"),
        widget=DayInput(),
        help_text=_("Duties that are open on this day keep the version they were laid under."),
    )


class OrganisationChoice(forms.ModelChoiceField):
    """Options indented as the tree is."""

    def label_from_instance(self, obj: Organisation) -> str:
        return "\u3000" * (obj.level - 1) + obj.name


class EnrolmentNewForm(TenantForm):
    organisation = OrganisationChoice(Organisation.objects.none(), label=_("Unit"))
    supervisor = OrganisationChoice(
        Organisation.objects.none(),
        required=False,
        label=_("Reports to"),
        help_text=_("A level may be skipped. Left empty: to the office that runs the programme."),
        empty_label=_("the office that runs the programme"),
    )
    starts_on = forms.DateField(label=_("Takes part from"), widget=DayInput())
    obliged = forms.BooleanField(
        required=False,
        initial=True,
        label=_("Implementing unit: it owes what the plan asks of units"),
        help_text=_("Not ticked: it only supervises."),
    )

    def __init__(self, *args: Any, programme: Programme, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        inside = Enrolment.objects.filter(programme=programme, ends_on=None).values("organisation")
        seen = visible_organisations(user).filter(ends_on=None).in_order()
        unit: Any = self.fields["organisation"]
        unit.queryset = seen.exclude(pk__in=inside)
        above: Any = self.fields["supervisor"]
        above.queryset = seen.filter(pk__in=inside)


class EnrolmentSupervisorForm(TenantForm):
    """Offers who takes part, not the superior of today; empty is the office that runs the programme."""

    supervisor = OrganisationChoice(
        Organisation.objects.none(),
        required=False,
        label=_("Reports to"),
        help_text=_("A level may be skipped."),
        empty_label=_("the office that runs the programme"),
    )
    on = forms.DateField(label=_("From"), widget=DayInput())

    def __init__(self, *args: Any, enrolment: Enrolment, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner = enrolment.programme.owner_id
        inside = Enrolment.objects.filter(programme=enrolment.programme_id, ends_on=None)
        above: Any = self.fields["supervisor"]
        above.queryset = (
            visible_organisations(user)
            .filter(pk__in=inside.values("organisation"), ends_on=None)
            .exclude(pk__in=[owner, enrolment.organisation_id, enrolment.supervisor_id])
            .in_order()
        )
        if enrolment.supervisor_id == owner:
            above.required, above.empty_label = True, "—"


class EndForm(TenantForm):
    """A last day and why."""

    on = forms.DateField(label=_("Last day"), widget=DayInput())
    reason = forms.CharField(
        max_length=200,
        label=_("Reason"),
        help_text=_("It stays on record with every duty that is cancelled."),
    )


class UnitBodiesForm(TenantForm):
    """What the plans ask for and is missing; the required ones are ticked."""

    kinds = forms.MultipleChoiceField(
        label=_("To be formed"), choices=[], widget=forms.CheckboxSelectMultiple
    )
    starts_on = forms.DateField(label=_("In force since"), widget=DayInput())

    def __init__(self, *args: Any, missing: list[Missing], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds: Any = self.fields["kinds"]
        kinds.choices = [(each.kind, self._words(each)) for each in missing]

    @staticmethod
    def _words(missing: Missing) -> str:
        """Its name and its posts, with the number of seats where there are several."""
        posts = [
            product_words(post["title"]) + (f"×{post['seats']}" if post.get("seats", 1) > 1 else "")
            for post in missing.posts
        ]
        name = missing.name if missing.body else product_words(missing.name)
        if not missing.required:
            name = gettext("%(name)s (not required)") % {"name": name}
        return f"{name}: {'、'.join(posts)}"


class UnitMoveForm(TenantForm):
    parent = OrganisationChoice(Organisation.objects.none(), label=_("New place: below"))

    def __init__(self, *args: Any, unit: Organisation, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parent: Any = self.fields["parent"]
        parent.queryset = (
            organisations_changed_by(user)
            .filter(ends_on=None)
            .exclude(path__gte=unit.path, path__lt=unit.path + "~")
            .exclude(pk=unit.parent_id)
            .in_order()
        )


def earliest_change(programme: Programme, last: date, today: date) -> date:
    """The first of a coming month, after the version before it."""
    after = max(today, last, programme.starts_on - timedelta(days=1))
    return date(after.year + after.month // 12, after.month % 12 + 1, 1)
