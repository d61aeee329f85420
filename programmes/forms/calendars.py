"""Days of the working calendar, one by one or read from a notice's text."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.forms import TenantForm
from programmes.calendar.notice_text import ListedDay
from programmes.forms.programmes import DayInput

KINDS = (("rest", _("rest day")), ("work", _("working day")))


class CalendarScopeForm(TenantForm):
    """Where it holds; the places of this tenant are offered."""

    scope = forms.ChoiceField(label=_("Holds in"))

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scope: Any = self.fields["scope"]
        scope.choices = places


class CalendarDayForm(CalendarScopeForm):
    day = forms.DateField(label=_("Date"), widget=DayInput())
    kind = forms.ChoiceField(label=_("It is a"), choices=KINDS)
    name = forms.CharField(max_length=60, label=_("Name of the day"))
    source = forms.CharField(
        required=False, max_length=200, label=_("Source"), help_text=_("Title and number of the notice.")
    )  # fmt: skip


class CalendarNoticeForm(CalendarScopeForm):
    """The notice as it was published."""

    year = forms.IntegerField(min_value=2000, max_value=2100, label=_("Year"))
    name = forms.CharField(
        required=False,
        max_length=30,
        label=_("Festival"),
        help_text=_("Where the text itself does not begin with it, as in “国庆节：10月1日…”."),
    )
    text = forms.CharField(
        max_length=20_000,
        label=_("Text of the notice"),
        widget=forms.Textarea(attrs={"rows": 9}),
        help_text=_("Such as: 9月25日（周五）至27日（周日）放假调休，共3天。9月20日（周日）上班。"),
    )
    source = forms.CharField(required=False, max_length=200, label=_("Source"))


class CalendarRowForm(TenantForm):
    """One day read from the notice, to be checked."""

    keep = forms.BooleanField(required=False, initial=True, label=_("Take over"))
    day = forms.DateField(label=_("Date"), widget=DayInput())
    kind = forms.ChoiceField(label=_("It is a"), choices=KINDS)
    name = forms.CharField(max_length=60, label=_("Name of the day"))

    def listed(self) -> ListedDay:
        typed = self.cleaned_data
        return ListedDay(typed["day"], typed["kind"], typed["name"])


CalendarRows = forms.formset_factory(CalendarRowForm, extra=0, max_num=400, absolute_max=400)


class CalendarPublicationForm(CalendarScopeForm):
    year = forms.IntegerField(min_value=2000, max_value=2100, label=_("Year"))
    source = forms.CharField(
        max_length=200, label=_("Source"), help_text=_("Title and number of the notice.")
    )
