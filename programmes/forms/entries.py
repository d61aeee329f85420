"""What narrows a calendar, kept in its address; and what a calendar for one's own program is to show."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.forms import TenantForm
from groups.models import Body
from programmes.models import Programme
from programmes.queries.feed_spans import name_of
from programmes.states import EntrySource, FeedSpan

NARROWED = ("organisation", "body", "project", "person")
YEARS = range(2000, 2100)
"""In which a day of a calendar lies, as in timetables."""


class CalendarFilterForm(TenantForm):
    """Kept in the address. In the calendar of one unit, body, topic or person programmes are not offered as well."""

    month = forms.RegexField(
        r"^20\d\d-(0[1-9]|1[0-2])$",
        required=False,
        label=_("Month"),
        widget=forms.TextInput(attrs={"type": "month"}),
    )
    programme = forms.ModelChoiceField(
        Programme.objects.none(), required=False, label=_("Programme"), empty_label=_("all")
    )
    source = forms.ChoiceField(required=False, label=_("What is shown"))
    body = forms.UUIDField(required=False, label=_("Body"), widget=forms.Select)
    own = forms.BooleanField(required=False, label=_("Only what concerns me"))
    day = forms.DateField(required=False, widget=forms.HiddenInput)
    organisation = forms.UUIDField(required=False, widget=forms.HiddenInput)
    project = forms.UUIDField(required=False, widget=forms.HiddenInput)
    person = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        programme: Any = self.fields["programme"]
        programme.queryset = Programme.objects.order_by("-starts_on", "name", "id")
        if any(self.data.get(name) for name in NARROWED):
            programme.widget = forms.HiddenInput()
        source: Any = self.fields["source"]
        source.choices = [("", _("all")), *EntrySource.choices]

    def offer_bodies(self, bodies: Iterable[Body]) -> None:
        """To be chosen from; where there are none, the one that was asked for stays as it is."""
        choices = [("", _("all")), *((str(each.pk), str(each)) for each in bodies)]
        body: Any = self.fields["body"]
        if len(choices) > 1:
            body.widget.choices = choices
        else:
            body.widget = forms.HiddenInput()

    def wanted(self) -> dict[str, Any]:
        """What may be asked; a filter that makes no sense narrows nothing."""
        self.is_valid()
        found = {name: value for name, value in self.cleaned_data.items() if value}
        if "month" in found:
            found["month"] = date.fromisoformat(f"{found['month']}-01")
        if "day" in found and found["day"].year not in YEARS:
            del found["day"]
        return found


class CalendarFeedForm(TenantForm):
    """`narrowed`: what the calendar from which it was asked for was narrowed to, by span."""

    span = forms.ChoiceField(
        label=_("What the calendar shows"),
        widget=forms.RadioSelect,
        help_text=_(
            "Never more than you may see yourself at that moment. The 2,000 entries nearest to today fit: of a"
            " large area rather take one organisation or one topic."
        ),
    )
    name = forms.CharField(
        required=False,
        max_length=80,
        label=_("Name of the calendar"),
        help_text=_("By which you recognise the address in your list. Left empty: what it shows."),
    )

    def __init__(self, *args: Any, narrowed: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.narrowed = narrowed
        choice: Any = self.fields["span"]
        choice.choices = [
            *((span, f"{name_of(row)}：{FeedSpan(span).label}") for span, row in narrowed.items()),
            *((span.value, span.label) for span in (FeedSpan.OWN, FeedSpan.WHOLE)),
        ]

    def facts(self) -> dict[str, Any]:
        """For the verb: what is shown of everything or of oneself names no subject."""
        row = self.narrowed.get(self.cleaned_data["span"])
        return {**self.cleaned_data, "subject": row and row.pk}
