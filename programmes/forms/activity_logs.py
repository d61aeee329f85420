"""What is typed about an activity that was held: one page, most of it filled in already."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.forms import TenantForm
from programmes.actions.activity_logs import LONGEST, Log
from programmes.actions.next_steps import StepText
from programmes.forms.programmes import DayInput, HourInput
from programmes.models import NextStep, TeamMember
from programmes.queries import ZONE
from programmes.queries.persons_there import persons_in
from programmes.states import OF_TOPICS, ActivityKind, ActivityMode, Presence


class StepKeysField(forms.MultipleChoiceField):
    """Ticks of steps; the verb says which may be ticked, so that none is lost when the day is changed."""

    def valid_value(self, value: Any) -> bool:
        try:
            uuid.UUID(str(value))
        except ValueError:
            return False
        return True


BLANK_STEPS = 3
"""Empty lines below the steps that are there."""
STEP_PARTS = ("text", "owner", "name", "due", "key")


def _words(label: Any, name: str, rows: int) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=False, max_length=LONGEST[name], widget=area)


def _named(places: list[Any]) -> str:
    """With his roles where he holds several: he is asked about once."""
    name = str(places[0].name)
    roles = "、".join(row.get_role_display() for row in places) if len(places) > 1 else ""
    return f"{name}（{roles}）" if roles else name


def _owns(row: Any, step: NextStep) -> bool:
    """`row`: a member of the team, or a participant."""
    if isinstance(row, TeamMember):
        return bool(row.pk == step.owner_id)
    return bool(row.person_id == step.owner_person_id)


class ActivityLogForm(TenantForm):
    """`team` of the day, or the participants; `methods` and `modes` as choices.

    `steps`: that the log named before; `carried`: open ones of earlier activities; `beside`: what is known of
    somebody's coming, by his place.
    """

    day = forms.DateField(label=_("Held on"), widget=DayInput())
    begins = forms.TimeField(label=_("Began at"), widget=HourInput())
    ends = forms.TimeField(label=_("Ended at"), widget=HourInput())
    last_day = forms.DateField(
        label=_("Until (if it took several days)"), required=False, widget=DayInput()
    )
    venue = forms.CharField(label=_("Place"), required=False, max_length=LONGEST["venue"])
    modes = forms.MultipleChoiceField(
        label=_("How people met"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    methods = forms.MultipleChoiceField(
        label=_("Methods used"), required=False, widget=forms.CheckboxSelectMultiple
    )
    guests = forms.CharField(
        label=_("Guests"),
        required=False,
        help_text=_("One name a line."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    minutes = _words(_("Minutes"), "minutes", 8)
    questions = _words(_("Questions raised"), "questions", 3)
    reflections = _words(_("Reflections"), "reflections", 3)
    done = StepKeysField(
        label=_("Done"),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        team: Iterable[Any],
        methods: Iterable[tuple[Any, Any]] = (),
        modes: Iterable[tuple[str, str]] = ActivityMode.choices,
        steps: Iterable[NextStep] = (),
        carried: Iterable[Any] = (),
        presence: Mapping[uuid.UUID, str] | None = None,
        beside: Mapping[uuid.UUID, str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.team, self.known, was, told = list(team), list(steps), presence or {}, beside or {}
        self.carried = list(carried)
        ticks = [(str(row.pk), row.text) for row in self.carried if row.can_finish]
        for name, choices in (("methods", methods), ("modes", modes), ("done", ticks)):
            offered: Any = self.fields[name]
            offered.choices = list(choices)
        self.persons = persons_in(self.team)
        for places in self.persons:
            said = (was[row.pk] for row in places if row.pk in was)
            self.fields[f"presence_{places[0].pk}"] = forms.ChoiceField(
                label=_named(places),
                choices=Presence.choices,
                initial=next(said, Presence.PRESENT),
                help_text=told.get(places[0].pk, ""),
                widget=forms.RadioSelect(attrs={"class": "choices"}),
            )
        for number in range(1, len(self.known) + BLANK_STEPS + 1):
            self._add_step(number)

    def _add_step(self, number: int) -> None:
        row = self.known[number - 1] if number <= len(self.known) else None
        owners = [("", _("— choose —")), *((str(each.pk), each.name) for each in self.team)]
        owner = next((str(each.pk) for each in self.team if row and _owns(each, row)), "")
        held: date = self.initial["day"]
        made: dict[str, forms.Field] = {
            "text": forms.CharField(label=_("What is to be done"), required=False, max_length=300,
                                    initial=row.text if row else ""),
            "owner": forms.ChoiceField(label=_("By whom"), required=False, choices=owners,
                                       initial=owner),
            "name": forms.CharField(label=_("or somebody else"), required=False, max_length=60,
                                    initial=row.owner_name if row and not owner else ""),
            "due": forms.DateField(label=_("By"), required=False, widget=DayInput(),
                                   initial=row.due_on if row else held + timedelta(days=28)),
            "key": forms.UUIDField(required=False, widget=forms.HiddenInput,
                                   initial=row.pk if row else None),
        }  # fmt: skip
        for part, field in made.items():
            self._dress(field)
            self.fields[f"step_{number}_{part}"] = field

    @property
    def people(self) -> list[Any]:
        return [self[f"presence_{places[0].pk}"] for places in self.persons]

    @property
    def step_lines(self) -> list[dict[str, Any]]:
        numbers = range(1, len(self.known) + BLANK_STEPS + 1)
        return [{part: self[f"step_{n}_{part}"] for part in STEP_PARTS} for n in numbers]

    @property
    def carried_lines(self) -> list[dict[str, Any]]:
        """What earlier activities left open, each with its tick for whoever may say that it is done."""
        ticks = {str(each.data["value"]): each for each in self["done"].subwidgets}
        return [{"step": row, "tick": ticks.get(str(row.pk))} for row in self.carried]

    @property
    def naming(self) -> list[Any]:
        """What it was, where that may be said."""
        return [self[name] for name in ("kind", "title") if name in self.fields]

    @property
    def upper(self) -> list[Any]:
        names = ("day", "begins", "ends", "last_day", "venue", "modes", "methods")
        return [self[name] for name in names]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        for number in range(1, len(self.known) + BLANK_STEPS + 1):
            told = found.get(f"step_{number}_text")
            if told and not found.get(f"step_{number}_due"):
                self.add_error(f"step_{number}_due", ValidationError(_("By which day?")))
        return found

    def log(self) -> Log:
        told = self.cleaned_data
        last = told["last_day"] or told["day"]
        return Log(
            began_at=datetime.combine(told["day"], told["begins"], ZONE),
            ended_at=datetime.combine(last, told["ends"], ZONE),
            presence={
                row.pk: told[f"presence_{places[0].pk}"]
                for places in self.persons
                for row in places
            },
            guests=tuple(line.strip() for line in told["guests"].splitlines() if line.strip()),
            venue=told["venue"],
            modes=tuple(told["modes"]),
            methods=tuple(told["methods"]),
            minutes=told["minutes"],
            questions=told["questions"],
            reflections=told["reflections"],
            steps=tuple(self._steps()),
            done=frozenset(uuid.UUID(key) for key in told["done"]),
        )

    def _steps(self) -> Iterable[StepText]:
        told = self.cleaned_data
        for number in range(1, len(self.known) + BLANK_STEPS + 1):
            text, owner, name, due, key = (told[f"step_{number}_{part}"] for part in STEP_PARTS)
            if text:
                owned = uuid.UUID(owner) if owner else None
                yield StepText(text, due, owned, "" if owned else name, key)


class UnplannedLogForm(ActivityLogForm):
    """Of what was held without having been planned."""

    kind = forms.ChoiceField(
        choices=[(k.value, k.label) for k in OF_TOPICS], label=_("Kind of activity")
    )
    title = forms.CharField(max_length=300, label=_("What is done"))
    field_order = ("kind", "title")


class CorrectedLogForm(UnplannedLogForm):
    """Of a log that stands: also what it was may be corrected."""

    def __init__(self, *args: Any, kinds: Iterable[ActivityKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: Any = self.fields["kind"]
        offered.choices = [(kind.value, kind.label) for kind in kinds]

    def log(self) -> Log:
        return replace(
            super().log(), kind=self.cleaned_data["kind"], title=self.cleaned_data["title"]
        )


class NextStepForm(TenantForm):
    """`page`: the activity on whose page it was said, where that is not the one that left the step."""

    done = forms.BooleanField(required=False, widget=forms.HiddenInput)
    page = forms.UUIDField(required=False, widget=forms.HiddenInput)
