"""What people type about regulations; the verbs decide what becomes of it."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.forms import TenantForm
from programmes.forms.programmes import DayInput
from programmes.models import Regulation
from programmes.regulations import system_words


class OneOrOther(forms.TextInput):
    """A line of text that offers a list, and takes something else as well."""

    def __init__(self, offered: Iterable[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.offered = list(offered)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        listed = f"{name}-offered"
        line = super().render(name, value, {**(attrs or {}), "list": listed}, renderer)
        options = format_html_join(
            "", '<option value="{}"></option>', ((each,) for each in self.offered)
        )
        return format_html('{}<datalist id="{}">{}</datalist>', line, listed, options)


class RegulationForm(TenantForm):
    """One that was issued before; what is issued here comes with its paper."""

    system = forms.ChoiceField(required=False, label=_("Which of the plan's systems"))
    name = forms.CharField(max_length=120, label=_("Name of the regulation"))
    document_number = forms.CharField(
        max_length=60, label=_("Document number"), help_text=_("Such as 藤民发〔2026〕12号.")
    )
    issued_on = forms.DateField(label=_("Issued on"), widget=DayInput())
    in_force_on = forms.DateField(
        required=False, label=_("In force from"), widget=DayInput(),
        help_text=_("Left empty: from the day on which it was issued."),
    )  # fmt: skip
    replaces = forms.ModelChoiceField(
        Regulation.objects.none(), required=False, label=_("Takes the place of"), empty_label=_("none")
    )  # fmt: skip
    text = forms.CharField(
        required=False, max_length=20_000, label=_("Text"), widget=forms.Textarea(attrs={"rows": 10})
    )  # fmt: skip

    def __init__(
        self, *args: Any, systems: Iterable[Mapping[str, Any]], rows: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        system: Any = self.fields["system"]
        system.choices = [*((row["key"], system_words(row)) for row in systems), ("", _("other"))]
        replaces: Any = self.fields["replaces"]
        replaces.queryset = rows


class RegulationRepealForm(TenantForm):
    day = forms.DateField(label=_("Does not hold from"), widget=DayInput())
    reason = forms.CharField(
        max_length=300, label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2})
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class RegulationSystemForm(TenantForm):
    system = forms.ChoiceField(
        label=_("Which of the plan's systems"),
        help_text=_("The name of a paper does not always say it. From now on it counts as that system."),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, systems: Iterable[Mapping[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        system: Any = self.fields["system"]
        system.choices = [(row["key"], system_words(row)) for row in systems]
