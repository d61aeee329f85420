"""A list of who was there, sent in beside the log; photographs and their captions."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.documents.intake import ACCEPT_PHOTOS
from actionlearning.foundation.documents.tables import ACCEPT
from actionlearning.foundation.forms import TenantForm
from programmes.actions.photos import LONGEST_CAPTION, MOST


class AttendanceListForm(TenantForm):
    """Stands inside the form of a log, which ignores it."""

    list_file = forms.FileField(
        label=_("Sheet (.xlsx or .csv)"),
        required=False,
        help_text=_("A column “姓名”; one like “出席” may say who was excused or absent."),
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
    )
    list_names = forms.CharField(
        label=_("or names, pasted"),
        required=False,
        help_text=_(
            "One a line, or separated by commas; behind a name may stand “请假” or “缺席”."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class PhotosInput(forms.FileInput):
    allow_multiple_selected = True


class PhotosField(forms.Field):
    """All that were chosen; what they are is looked at by the verb."""

    widget = PhotosInput(attrs={"accept": ACCEPT_PHOTOS})

    def to_python(self, value: Any) -> list[Any]:
        return value if isinstance(value, list) else [value] if value else []


class ActivityPhotosForm(TenantForm):
    file = PhotosField(label=_("Photographs"))
    caption = forms.CharField(
        label=_("What is to be seen"),
        required=False,
        max_length=LONGEST_CAPTION,
        help_text=_("Stands under each of them; it can be changed one by one afterwards."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = _(
            "JPEG or PNG, at most 20 MB each, %(most)d for one activity. Where and with which camera they "
            "were taken is removed."
        )
        self.fields["file"].help_text = words % {"most": MOST}


class PhotoCaptionForm(TenantForm):
    caption = forms.CharField(
        label=_("What is to be seen"), required=False, max_length=LONGEST_CAPTION
    )
