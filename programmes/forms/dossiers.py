"""What people type about papers: the text with its timetables, decisions, answers; nothing here decides."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.forms import TenantForm
from programmes.actions.proposals import CHOSEN, DECLINED, LONGEST_REASON, Verdict
from programmes.forms.programmes import DayInput
from programmes.forms.regulations import OneOrOther
from programmes.models import Programme
from programmes.packs.vocabulary import PAPERS
from programmes.papers import LONGEST_SECTION, MOST_LINES, Paper
from programmes.regulations import system_words
from programmes.states import DossierState, RemarkState

SPARE = 3
"""Empty lines that a timetable offers beyond those filled in."""
PARTS = ("from", "to", "text")
_LINE = re.compile(r"line_(?P<track>\w+)_(?P<number>\d+)_(?P<part>from|to|text)")


class DossierFilterForm(TenantForm):
    """Kept in the address."""

    q = forms.CharField(
        required=False,
        max_length=60,
        label=_("Title of the paper, or unit (characters or initials)"),
    )
    programme = forms.ModelChoiceField(
        Programme.objects.none(), required=False, label=_("Programme"), empty_label=_("all")
    )
    kind = forms.ChoiceField(required=False, label=_("Kind of paper"))
    state = forms.ChoiceField(required=False, label=_("State"))

    def __init__(self, *args: Any, kinds: Mapping[str, str], **kwargs: Any) -> None:
        """`kinds`: the plans' own words for them."""
        super().__init__(*args, **kwargs)
        programme: Any = self.fields["programme"]
        programme.queryset = Programme.objects.order_by("-starts_on", "name", "id")
        kind: Any = self.fields["kind"]
        kind.choices = [("", _("all")), *((key, kinds[key]) for key in PAPERS if key in kinds)]
        state: Any = self.fields["state"]
        state.choices = [("", _("all")), *DossierState.choices]
        self.fields["q"].widget.input_type = "search"

    def wanted(self) -> dict[str, str]:
        """What may be asked; a filter that makes no sense narrows nothing."""
        self.is_valid()
        found = self.cleaned_data.items()
        return {name: str(getattr(value, "pk", value)) for name, value in found if value}


class DossierNewForm(TenantForm):
    """One of the papers that this unit may write here: its kind, and the topic where it is about one."""

    paper = forms.ChoiceField(label=_("Paper"), widget=forms.RadioSelect)
    title = forms.CharField(
        max_length=120,
        required=False,
        label=_("Title"),
        help_text=_("Left empty: named after the topic or the programme, and the plan's word for it."),
    )  # fmt: skip

    def __init__(self, *args: Any, offered: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        paper: Any = self.fields["paper"]
        paper.choices = offered


class DossierForm(TenantForm):
    """One field for each part of the paper, and the lines of its timetables."""

    title = forms.CharField(max_length=120, label=_("Title"))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, paper: Paper, content: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.paper = paper
        told = content.get("sections", {})
        self.drawn = {key: told.get(key, "") for key in paper.sections if key in paper.drawn}
        for key, name in paper.sections.items():
            if key in self.drawn:
                continue
            self.fields[f"section_{key}"] = forms.CharField(
                required=False,
                label=name,
                initial=told.get(key, ""),
                help_text=_("Needed before it is sent.") if key in paper.required else "",
                widget=_widget(paper, key),
            )
        self.places: dict[str, list[str]] = {}
        for track, name in paper.tracks.items():
            kept = [line for line in content.get("tracks", ()) if line["track"] == track]
            self._lay_out(track, name, kept)

    def _lay_out(self, track: str, name: str, kept: list[Mapping[str, str]]) -> None:
        count = self._typed_lines(track) or len(kept) + SPARE
        self.places[track] = [f"line_{track}_{number}" for number in range(count)]
        for number, place in enumerate(self.places[track]):
            line = kept[number] if number < len(kept) else {}
            what = {"name": name, "number": number + 1}
            labels = (
                gettext("%(name)s %(number)d: first day") % what,
                gettext("%(name)s %(number)d: last day") % what,
                gettext("%(name)s %(number)d: what is done") % what,
            )
            for part, label in zip(PARTS, labels, strict=True):
                self.fields[f"{place}_{part}"] = _line_field(part, label, line.get(part, ""))

    def _typed_lines(self, track: str) -> int:
        """How many lines came back from the page."""
        if not self.is_bound:
            return 0
        found = 0
        while found < MOST_LINES and f"line_{track}_{found}_text" in self.data:
            found += 1
        return found

    def heads(self) -> list[Any]:
        """Title and sections, for the page."""
        return [self[name] for name in self.fields if not name.startswith("line_")]

    def given(self) -> list[dict[str, str]]:
        """What is taken from the topic and its team, for the page."""
        return [
            {"name": self.paper.sections[key], "text": told} for key, told in self.drawn.items()
        ]

    def timetables(self) -> Iterator[dict[str, Any]]:
        for track, name in self.paper.tracks.items():
            rows = [[self[f"{place}_{part}"] for part in PARTS] for place in self.places[track]]
            yield {"key": track, "name": name, "rows": rows}

    def content(self) -> dict[str, Any]:
        """For the verbs: what was typed, empty lines left out."""
        return {
            "sections": {
                key: self.drawn[key] if key in self.drawn else self._said(f"section_{key}")
                for key in self.paper.sections
            },
            "tracks": [line for _place, line in self._lines()],
        }

    def dropped(self) -> dict[str, Any]:
        """What came back from a page that was opened before the plan dropped its parts."""
        sections = {
            name.removeprefix("section_"): text
            for name, text in self.strays().items()
            if name.startswith("section_")
        }
        found = [_LINE.fullmatch(name) for name in self.strays()]
        places = dict.fromkeys((m["track"], m["number"]) for m in found if m)
        lines = [(track, self._stray_line(track, number)) for track, number in places]
        return {
            "sections": sections,
            "tracks": [{"track": track, **line} for track, line in lines if any(line.values())],
        }

    def _stray_line(self, track: str, number: str) -> dict[str, str]:
        return {part: self.strays().get(f"line_{track}_{number}_{part}", "") for part in PARTS}

    def strays(self) -> dict[str, str]:
        """Posted field → text where this paper has no such field; the page carries them on."""
        posted = self.data.items() if self.is_bound else ()
        return {
            name: str(text).strip()
            for name, text in posted
            if (name.startswith("section_") or _LINE.fullmatch(name))
            and name not in self.fields
            and name.removeprefix("section_") not in self.drawn
            and str(text).strip()
        }

    def _said(self, name: str) -> str:
        return str(self.cleaned_data.get(name) or "")

    def _lines(self) -> Iterator[tuple[str, dict[str, str]]]:
        for track, places in self.places.items():
            for place in places:
                line = {part: self._said(f"{place}_{part}") for part in PARTS}
                if any(line.values()):
                    yield place, {"track": track, **line}

    def clean(self) -> dict[str, Any]:
        """Each problem beside the field in which it was typed."""
        typed: dict[str, Any] = super().clean() or {}
        if any(len(text) > LONGEST_SECTION for text in self.strays().values()):
            self.add_error(
                None, gettext("At most %(count)d characters.") % {"count": LONGEST_SECTION}
            )
        try:
            self.paper.read(self.content())
        except BadInput as wrong:
            places = [place for place, _line in self._lines()]
            for name, message in wrong.fields.items():
                self._mark(name, message, places)
        return typed

    def _mark(self, name: str, message: str, places: list[str]) -> None:
        number = name.removeprefix("line_")
        field = f"{places[int(number) - 1]}_text" if number.isdigit() else name
        if field in self.fields and field not in self.errors:
            self.add_error(field, message)
        elif field not in self.fields:
            self.add_error(None, message)


def _widget(paper: Paper, key: str) -> forms.Widget:
    """A regulation says which of the plan's systems it is, or something else."""
    if paper.kind == "system_document" and key == "system" and paper.systems:
        offered = (system_words(row) for row in paper.systems)
        return OneOrOther(offered, attrs={"class": "form-control"})
    return forms.Textarea(attrs={"rows": 4, "class": "form-control"})


def _line_field(part: str, label: str, initial: str) -> forms.Field:
    attrs = {"class": "form-control", "aria-label": label}
    if part == "text":
        field: forms.Field = forms.CharField(
            required=False, max_length=300, widget=forms.TextInput(attrs=attrs)
        )
    else:
        field = forms.DateField(required=False, widget=DayInput(attrs=attrs))
    field.label, field.initial = label, initial
    return field


class DossierActForm(TenantForm):
    """What a body says: the outcome by one of the buttons, the words, and the number of the text that was read."""

    outcome = forms.CharField(max_length=20, widget=forms.HiddenInput)
    text = forms.IntegerField(widget=forms.HiddenInput)
    opinion = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}), required=False, max_length=4000, label=_("Opinion")
    )  # fmt: skip
    remarks = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=100_000,
        label=_("Points to be answered one by one"),
        help_text=_("One to a line: the unit answers each before it sends the paper again."),
    )

    def __init__(
        self, *args: Any, candidates: Iterable[Mapping[str, str]] = (), **kwargs: Any
    ) -> None:
        """`candidates`: {id, title} of each topic on which the body decides one by one."""
        super().__init__(*args, **kwargs)
        self.candidates = [row["id"] for row in candidates]
        for row in candidates:
            self.fields[f"topic_{row['id']}"] = forms.ChoiceField(
                required=False,
                label=row["title"],
                choices=[(CHOSEN, _("Choose")), (DECLINED, _("Decline"))],
                widget=forms.RadioSelect,
            )
            self.fields[f"reason_{row['id']}"] = forms.CharField(
                required=False, max_length=LONGEST_REASON, label=_("Reason, where it is declined")
            )

    def verdict_fields(self) -> list[dict[str, Any]]:
        """For the page: the choice on each candidate and the reason below it."""
        return [
            {"pk": each, "choice": self[f"topic_{each}"], "reason": self[f"reason_{each}"]}
            for each in self.candidates
        ]

    def verdicts(self) -> list[Verdict]:
        told = self.cleaned_data
        return [
            Verdict(each, told.get(f"topic_{each}", ""), told.get(f"reason_{each}", ""))
            for each in self.candidates
        ]


class DossierNoteForm(TenantForm):
    """Sending: what was changed after a return."""

    note = forms.CharField(
        max_length=300,
        required=False,
        label=_("What was changed, or why nothing was"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class DossierReasonForm(TenantForm):
    """Taking back, and revising: why."""

    reason = forms.CharField(
        max_length=300, label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2})
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class RemarkForm(TenantForm):
    """The sender's answer to one opinion."""

    state = forms.ChoiceField(
        label=pgettext_lazy("to an opinion", "Answer"),
        widget=forms.RadioSelect,
        choices=[each for each in RemarkState.choices if each[0] != RemarkState.OPEN],
    )
    reply = forms.CharField(
        max_length=2000,
        label=_("What was changed, or why nothing was"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
