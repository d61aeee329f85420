"""Forms offer rows of this tenant only, filled at request time."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.tenancy import TenantModel

UNSAID = "---------"
"""Django's own words for no choice yet; they tell a reader nothing."""


class TenantFormMixin:
    """Refuses a choice among rows that all tenants share."""

    fields: dict[str, forms.Field]
    declared_fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            self._refuse_shared_choice(name, field)
            self._dress(field)
            if getattr(field, "empty_label", None) == UNSAID:
                field.empty_label = _("— choose —")  # type: ignore[attr-defined]

    def _refuse_shared_choice(self, name: str, field: forms.Field) -> None:
        if isinstance(field, forms.ModelChoiceField) and not issubclass(
            field.queryset.model, TenantModel
        ):
            raise TypeError(f"{type(self).__name__}.{name} offers rows shared by all tenants.")

    def _dress(self, field: forms.Field) -> None:
        kind = "form-control"
        if isinstance(field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
            kind = "choices"  # Django gives the class to the box around them as well
        elif isinstance(field.widget, forms.CheckboxInput):
            kind = "form-check-input"
        elif isinstance(field.widget, forms.Select):
            kind = "form-select"
        field.widget.attrs.setdefault("class", kind)


class TenantForm(TenantFormMixin, forms.Form):
    """A form that is not a row."""


class TenantModelForm(TenantFormMixin, forms.ModelForm):
    """A form over a row; it is never saved, its cleaned data go to a verb."""

    def save(self, commit: bool = True) -> Any:  # noqa: FBT001, FBT002  Django's signature
        raise TypeError("Forms do not write: hand cleaned_data to a verb.")
