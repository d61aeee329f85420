"""What is typed about the record of a method: its form builds the page's form; the verbs decide."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.forms import TenantForm
from programmes.methods import (
    CAUSES,
    COUNT,
    LONGEST_QUESTION,
    PLACES,
    SHAPES,
    TICK,
    WORDS,
    Field,
    Lines,
    outline,
    read,
)

SPARE = 3
"""Empty lines that a list offers beyond those filled in."""


class MethodRecordNewForm(TenantForm):
    """Which method, and the question it works on."""

    method = forms.ChoiceField(
        label=_("Method"),
        widget=forms.RadioSelect,
        help_text=_("What the record asks for follows from the method."),
    )
    question = forms.CharField(
        label=_("What is worked on"),
        required=False,
        max_length=LONGEST_QUESTION,
        help_text=_("The question or problem in one sentence; of a method of your own, also its name."),
    )  # fmt: skip

    def __init__(self, *args: Any, methods: Iterable[tuple[Any, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        method: Any = self.fields["method"]
        method.choices = list(methods)


class MethodRecordSeenForm(TenantForm):
    """One press of a button."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class MethodRecordForm(MethodRecordSeenForm):
    """`form` of the record; its fields are named as the faults of programmes/methods name their places."""

    question = forms.CharField(
        label=_("What is worked on"),
        required=False,
        max_length=LONGEST_QUESTION,
        help_text=_("The question or problem in one sentence; of a fishbone, its head."),
    )

    def __init__(self, *args: Any, form: str, content: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shape = form
        self.counts: dict[str, int] = {}
        for part in SHAPES[form]:
            if isinstance(part, Lines):
                self._lay_out(part, content.get(part.key, ()))
            else:
                self._put(part.key, part, content.get(part.key), part.label)

    def _lay_out(self, part: Lines, kept: Any) -> None:
        rows = _fixed(part, kept) if part.fixed else list(kept)
        spare = 0 if part.fixed else min(SPARE, part.most - len(rows))
        count = self._typed(part) or len(rows) + spare
        self.counts[part.key] = count
        for number in range(1, count + 1):
            row = rows[number - 1] if number <= len(rows) else {}
            for each in part.fields:
                place = f"{part.key}_{number}_{each.key}"
                label = each.label if each is not part.fields[0] else f"{number}. {each.label}"
                self._put(place, each, row.get(each.key), label)
            if part.fixed:
                self._settle(part, number)

    def _settle(self, part: Lines, number: int) -> None:
        """The first field of a line that is there from the start says which one it is."""
        first = self.fields[f"{part.key}_{number}_{part.fields[0].key}"]
        first.widget = forms.HiddenInput()
        first.initial = part.fixed[number - 1][0]

    def _typed(self, part: Lines) -> int:
        """How many lines came back from the page."""
        first, found = part.fields[0].key, 0
        while self.is_bound and found < 2 * part.most:
            if f"{part.key}_{found + 1}_{first}" not in self.data:
                break
            found += 1
        return found

    def _put(self, place: str, of: Field, value: Any, label: Any) -> None:
        hint: Any = of.hint
        made = forms.CharField(
            required=False,
            label=label,
            help_text=hint,
            widget=_widget(of),
            initial=_typed_as(of, value),
            strip=of.kind != CAUSES,
        )
        if of.kind == TICK:
            made = forms.BooleanField(
                required=False, label=label, help_text=hint, initial=bool(value)
            )
        self._dress(made)
        self.fields[place] = made

    def content(self) -> dict[str, Any]:
        """For the verbs: what was typed, line by line, empty ones too."""
        told: dict[str, Any] = {}
        for part in SHAPES[self.shape]:
            if not isinstance(part, Lines):
                told[part.key] = self.cleaned_data.get(part.key)
                continue
            told[part.key] = [
                {
                    each.key: self.cleaned_data.get(f"{part.key}_{number}_{each.key}")
                    for each in part.fields
                }
                for number in range(1, self.counts[part.key] + 1)
            ]
        return told

    def clean(self) -> dict[str, Any]:
        """Each fault beside the field in which it was typed."""
        typed: dict[str, Any] = super().clean() or {}
        for place, words in read(self.shape, self.content())[1].items():
            if place not in self.errors:
                self.add_error(place if place in self.fields else None, words)
        return typed

    def blocks(self) -> list[dict[str, Any]]:
        """For the page: lists with their lines, and single texts, in the order of the form."""
        return [self._block(part) for part in SHAPES[self.shape]]

    def _block(self, part: Field | Lines) -> dict[str, Any]:
        if isinstance(part, Field):
            return {"field": self[part.key]}
        lines = [self._line(part, number) for number in range(1, self.counts[part.key] + 1)]
        return {
            "key": part.key,
            "label": part.label,
            "hint": part.hint,
            "lines": lines,
            "narrow": all(each.kind not in (WORDS, CAUSES) for each in part.fields),
            "more": not part.fixed and len(lines) < part.most,
        }

    def _line(self, part: Lines, number: int) -> dict[str, Any]:
        first, *others = (self[f"{part.key}_{number}_{each.key}"] for each in part.fields)
        name = part.fixed[number - 1][1] if part.fixed else ""
        return {"name": name, "first": first, "others": others}


def _fixed(part: Lines, kept: Any) -> list[Mapping[str, Any]]:
    first = part.fields[0].key
    told = {row[first]: row for row in kept}
    return [told.get(key, {first: key}) for key, _label in part.fixed]


def _widget(of: Field) -> forms.Widget:
    if of.kind in (WORDS, CAUSES):
        return forms.Textarea(attrs={"rows": 4})
    if of.kind == COUNT:
        return forms.NumberInput(attrs={"min": 0, "max": of.most, "inputmode": "numeric"})
    if of.kind == PLACES:
        return forms.TextInput(attrs={"maxlength": 100})
    return forms.TextInput(attrs={"maxlength": of.longest})


def _typed_as(of: Field, value: Any) -> Any:
    """A value as somebody would type it."""
    if of.kind == CAUSES:
        return outline(value or ())
    if of.kind == PLACES:
        return " ".join(map(str, value or ()))
    return value or ""
