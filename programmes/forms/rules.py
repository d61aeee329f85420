"""The settings of one rule that are commonly changed; the pack's format has the last word on them."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.forms import TenantForm
from programmes.forms.programmes import DayInput
from programmes.packs.rule_checks import COUNTED
from programmes.packs.shapes import day_named

DAY_POLICIES = (
    ("keep", _("stays, and is asked for on the working day before")),
    ("previous", _("moves to the working day before")),
    ("next", _("moves to the next working day")),
)
NUMBERS = re.compile(r"[0-9]{1,2}")


class RuleForm(TenantForm):
    """Settings that the rule's kind does not know are not offered."""

    enabled = forms.BooleanField(required=False, label=_("Switched on"))
    note = forms.CharField(
        required=False, max_length=200, label=_("Why it is switched off"),
    )  # fmt: skip
    day = forms.CharField(
        required=False,
        max_length=3,
        label=_("Day of the month"),
        help_text=_("1 to 31, or “end” for the month's last day."),
    )
    by = forms.DateField(required=False, label=_("Due on"), widget=DayInput())
    by_end = forms.BooleanField(required=False, label=_("at the end of that month"))
    inclusive = forms.BooleanField(required=False, label=_("That day included"))
    day_policy = forms.ChoiceField(label=_("If that is a rest day, it"), choices=DAY_POLICIES)
    min = forms.IntegerField(min_value=1, max_value=999, label=_("At least"))
    max = forms.IntegerField(required=False, min_value=1, max_value=999, label=_("At most"))
    grace_days = forms.IntegerField(min_value=0, max_value=366, label=_("Days of grace"))
    nil = forms.BooleanField(required=False, label=_("“Nothing to report” is an answer"))
    remind = forms.CharField(
        required=False,
        max_length=40,
        label=_("Reminders, in working days before"),
        help_text=_("Such as 3, 1, 0. Left empty: as the plan says for every rule."),
    )
    applies_from = forms.DateField(label=_("Applies from"), widget=DayInput())

    def __init__(self, *args: Any, spec: Mapping[str, Any], year: int, **kwargs: Any) -> None:
        kwargs["initial"] = {**_shown(spec, year), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.spec, self.year = spec, year
        dated = bool(spec.get("by"))
        for name, fits in (
            ("day", spec["kind"] == "monthly"),
            ("by", dated),
            ("by_end", dated),
            ("nil", spec["kind"] in COUNTED),
        ):
            if not fits:
                del self.fields[name]

    def clean_day(self) -> int | str:
        typed = str(self.cleaned_data["day"]).strip()
        return int(typed) if NUMBERS.fullmatch(typed) else typed

    def clean_remind(self) -> list[int] | None:
        words = [word for word in re.split(r"[\s,，、]+", self.cleaned_data["remind"]) if word]
        if not all(NUMBERS.fullmatch(word) for word in words):
            raise forms.ValidationError(_("Numbers of working days are expected, such as 3, 1, 0."))
        return [int(word) for word in words] or None

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        day = typed.get("by")
        if day is not None and day.year - self.year not in (0, 1):
            self.add_error("by", _("A day of the programme's year or the next is expected."))
        return typed

    def changes(self) -> dict[str, Any]:
        """Only what differs; None takes a setting back to what holds when nothing is said."""
        typed = self.cleaned_data
        told = {
            "enabled": None if typed["enabled"] else False,
            "note": None if typed["enabled"] else typed["note"].strip() or None,
            "inclusive": None if typed["inclusive"] else False,
            "day_policy": _unless(typed["day_policy"], "keep"),
            "min": _unless(typed["min"], 1),
            "max": typed["max"],
            "grace_days": _unless(typed["grace_days"], 0),
            "remind": typed["remind"],
        }
        if "day" in self.fields:
            told["day"] = typed["day"]
        if "nil" in self.fields:
            told["nil"] = typed["nil"] or None
        if "by" in self.fields and typed["by"]:
            told["by"] = _named(typed["by"], self.year, end=typed["by_end"])
        return {name: value for name, value in told.items() if self.spec.get(name) != value}


def _unless(value: Any, default: Any) -> Any:
    return None if value == default else value


def _named(day: date, year: int, *, end: bool) -> str:
    """`year-06-end` of 30 June in the programme's own year."""
    prefix = "year" if day.year == year else "year+1"
    return f"{prefix}-{day:%m}-" + ("end" if end else f"{day:%d}")


def _shown(spec: Mapping[str, Any], year: int) -> dict[str, Any]:
    by = spec.get("by")
    named = day_named(by, year) if by else None
    return {
        "enabled": spec.get("enabled", True),
        "note": spec.get("note", ""),
        "day": spec.get("day"),
        "by": date.fromisoformat(f"{named}-01") if isinstance(named, str) else named,
        "by_end": isinstance(named, str),
        "inclusive": spec.get("inclusive", True),
        "day_policy": spec.get("day_policy", "keep"),
        "min": spec.get("min", 1),
        "max": spec.get("max"),
        "grace_days": spec.get("grace_days", 0),
        "nil": spec.get("nil", False),
        "remind": ", ".join(map(str, spec.get("remind") or ())),
    }
