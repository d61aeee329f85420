"""A file with the text of a paper: sent in, laid beside what stands, taken over part by part."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.documents.text_files import ACCEPT
from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.forms import TenantForm
from programmes.documents.matching import Proposal
from programmes.forms.programmes import DayInput
from programmes.papers import LONGEST_SECTION, MOST_LINES, Paper

KEEP, REPLACE, ADD = "keep", "replace", "add"
HOW = (
    (REPLACE, _("put it in the place of the old text")),
    (ADD, _("add it behind the old text")),
    (KEEP, _("leave the old text as it is")),
)
LINE_PARTS = ("track", "from", "to", "text")
MOST_LOOSE = 500
LOOSE = 150_000
"""Characters: whatever a file may hold."""


def typed_parts(paper: Paper) -> dict[str, str]:
    """Key → name of what is typed; the other parts say what the topic and its team say."""
    return {key: name for key, name in paper.sections.items() if key not in paper.drawn}


class DossierFileForm(TenantForm):
    file = forms.FileField(
        label=_("Word file (.docx) or plain text (.txt), at most 20 MB"),
        help_text=_(
            "Its headings are laid beside the parts that the plan names. Nothing is changed before you have seen it."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT, "class": "form-control"}),
    )  # fmt: skip


class DossierTakingForm(TenantForm):
    """Each part that the file speaks of with the choice what becomes of the old text; what found no place."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        paper: Paper,
        content: Mapping[str, Any],
        proposal: Proposal | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.paper, self.old = paper, content
        self.proposal = proposal or Proposal()
        self._lay_sections()
        self._lay_lines()
        self._lay_loose()

    def _count(self, name: str, proposed: int, most: int) -> int:
        """How many came back from the page, or were found in the file."""
        if not self.is_bound:
            return min(proposed, most)
        found = 0
        while found < most and name.format(found) in self.data:
            found += 1
        return found

    def _lay_sections(self) -> None:
        told = self.old.get("sections", {})
        self.shown = []
        for key, name in typed_parts(self.paper).items():
            new, old = self.proposal.sections.get(key, ""), told.get(key, "")
            there = f"section_{key}" in self.data if self.is_bound else bool(new) and new != old
            if not there:
                continue
            self.shown.append(key)
            self.fields[f"how_{key}"] = _choice(name, HOW, REPLACE)
            self.fields[f"section_{key}"] = _text(
                gettext("%(name)s: new text") % {"name": name}, new
            )

    def _lay_lines(self) -> None:
        found = self.proposal.lines
        self.line_count = self._count("line_{}_text", len(found), MOST_LINES)
        if not self.line_count:
            return
        self.fields["how_tracks"] = _choice(_("Timetable"), HOW, REPLACE)
        tracks = [("", _("(not taken over)")), *self.paper.tracks.items()]
        for number in range(self.line_count):
            line = found[number].plain() if not self.is_bound else {}
            what = gettext("Line %(number)d") % {"number": number + 1}
            for part in LINE_PARTS:
                field = _line_field(part, f"{what}: {_PART_NAMES[part]}", tracks)
                field.initial = line.get(part, "")
                self.fields[f"line_{number}_{part}"] = field

    def _lay_loose(self) -> None:
        found = self.proposal.unplaced
        self.loose_count = self._count("loose_{}", len(found), MOST_LOOSE)
        places = [("", _("(not taken over)")), *typed_parts(self.paper).items()]
        for number in range(self.loose_count):
            said = "\n".join(filter(None, found[number])) if not self.is_bound else ""
            name = gettext("Piece %(number)d") % {"number": number + 1}
            field = _text(name, said, most=LOOSE)
            field.widget.attrs["readonly"] = True
            self.fields[f"loose_{number}"] = field
            self.fields[f"place_{number}"] = _choice(
                gettext("%(name)s belongs to") % {"name": name}, places, ""
            )

    def sections(self) -> Iterator[dict[str, Any]]:
        """For the page: old beside new."""
        told = self.old.get("sections", {})
        for key in self.shown:
            yield {
                "name": self.paper.sections[key],
                "old": told.get(key, ""),
                "how": self[f"how_{key}"],
                "new": self[f"section_{key}"],
            }

    def lines(self) -> list[list[Any]]:
        return [
            [self[f"line_{number}_{part}"] for part in LINE_PARTS]
            for number in range(self.line_count)
        ]

    def loose(self) -> list[dict[str, Any]]:
        return [
            {"text": self[f"loose_{number}"], "place": self[f"place_{number}"]}
            for number in range(self.loose_count)
        ]

    def left_over(self) -> list[str]:
        """Pieces and lines that were given no place, as they stood in the file."""
        told = self.cleaned_data
        pieces = [
            told[f"loose_{number}"]
            for number in range(self.loose_count)
            if not told[f"place_{number}"]
        ]
        lines = [self._line(number) for number in range(self.line_count)]
        return pieces + [
            f"{line['from']} – {line['to']} {line['text']}"
            for line in lines
            if not line["track"] or told["how_tracks"] == KEEP
        ]

    def content(self) -> dict[str, Any]:
        """The paper's text with what was taken over."""
        told = self.cleaned_data
        sections = dict(self.old.get("sections", {}))
        for key in self.shown:
            sections[key] = _put(told[f"how_{key}"], sections.get(key, ""), told[f"section_{key}"])
        for number in range(self.loose_count):
            place = told[f"place_{number}"]
            if place:
                sections[place] = _put(ADD, sections.get(place, ""), told[f"loose_{number}"])
        return {"sections": sections, "tracks": self._tracks()}

    def _tracks(self) -> list[dict[str, str]]:
        old, how = list(self.old.get("tracks", ())), self.cleaned_data.get("how_tracks", KEEP)
        if how == KEEP:
            return old
        lines = (self._line(number) for number in range(self.line_count))
        new = [line for line in lines if line["track"]]
        if how == ADD:
            return old + [line for line in new if line not in old]
        return new

    def _line(self, number: int) -> dict[str, str]:
        return {
            part: str(self.cleaned_data.get(f"line_{number}_{part}") or "") for part in LINE_PARTS
        }

    def clean(self) -> dict[str, Any]:
        """Each problem beside the field in which it was typed."""
        typed: dict[str, Any] = super().clean() or {}
        if self.errors:
            return typed
        try:
            self.paper.read(self.content())
        except BadInput as wrong:
            for name, message in wrong.fields.items():
                self.add_error(name if name in self.fields else None, message)
        return typed


class DossierUndoForm(TenantForm):
    """The text as it stood before, and the version that replaced it."""

    content = forms.JSONField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def clean_content(self) -> Any:
        told = self.cleaned_data["content"]
        shaped = (
            isinstance(told, dict)
            and isinstance(told.get("sections", {}), dict)
            and isinstance(told.get("tracks", []), list)
            and all(isinstance(line, dict) for line in told.get("tracks", []))
        )
        if not shaped:
            raise forms.ValidationError(gettext("This is not the text of a paper."))
        return told


_PART_NAMES = {
    "track": _("timetable"),
    "from": _("first day"),
    "to": _("last day"),
    "text": _("what is done"),
}


def _put(how: str, old: str, new: str) -> str:
    if how == KEEP:
        return old
    return f"{old}\n{new}".strip() if how == ADD and old else new


def _choice(label: Any, choices: Any, initial: str) -> forms.ChoiceField:
    field = forms.ChoiceField(label=label, choices=choices, initial=initial, required=False)
    field.widget.attrs = {"class": "form-select"}
    return field


def _text(label: Any, initial: str, most: int = LONGEST_SECTION) -> forms.CharField:
    rows = min(12, 2 + initial.count("\n") + len(initial) // 40)
    attrs = {"class": "form-control", "rows": rows, "aria-label": label}
    return forms.CharField(
        label=label,
        initial=initial,
        required=False,
        max_length=most,
        widget=forms.Textarea(attrs=attrs),
    )


def _line_field(part: str, label: str, tracks: Any) -> forms.Field:
    attrs = {"class": "form-control", "aria-label": label}
    if part == "track":
        field: forms.Field = _choice(label, tracks, "")
        field.widget.attrs["aria-label"] = label
    elif part == "text":
        field = forms.CharField(required=False, max_length=300, widget=forms.TextInput(attrs=attrs))
    else:
        field = forms.DateField(required=False, widget=DayInput(attrs=attrs))
    field.label = label
    return field
