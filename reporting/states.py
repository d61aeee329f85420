"""The information item's states and steps (`practice.md` §1.5)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.workflow import Step


class ItemState(models.TextChoices):
    DRAFT = "draft", _("draft")
    SIGNED = "signed", _("signed off by the unit")
    SUBMITTED = "submitted", _("submitted")
    RETURNED = "returned", _("returned for revision")
    ADOPTED = "adopted", _("adopted")
    KEPT = "kept", _("kept on file")
    NOT_ADOPTED = "not_adopted", _("not adopted")


SIGN = Step((ItemState.DRAFT, ItemState.RETURNED), ItemState.SIGNED, needs=Permission.ITEM_SIGN)
UNSIGN = Step((ItemState.SIGNED,), ItemState.DRAFT, needs=Permission.ITEM_WRITE)
REOPEN = Step((ItemState.SIGNED,), ItemState.RETURNED, needs=Permission.ITEM_WRITE)
"""The sign-off taken back: of an item that was never submitted, and of one that was returned."""
SUBMIT = Step((ItemState.SIGNED,), ItemState.SUBMITTED, needs=Permission.ITEM_SUBMIT)
RETURN = Step((ItemState.SUBMITTED,), ItemState.RETURNED, needs=Permission.ITEM_REVIEW)
ADOPT = Step((ItemState.SUBMITTED,), ItemState.ADOPTED, needs=Permission.ITEM_REVIEW)
KEEP = Step((ItemState.SUBMITTED,), ItemState.KEPT, needs=Permission.ITEM_REVIEW)
PASS_OVER = Step((ItemState.SUBMITTED,), ItemState.NOT_ADOPTED, needs=Permission.ITEM_REVIEW)

WRITABLE = (ItemState.DRAFT, ItemState.RETURNED, ItemState.SIGNED)
"""The unit may change the text; changing a signed one takes the sign-off back."""
STANDING = (ItemState.SUBMITTED, ItemState.ADOPTED, ItemState.KEPT, ItemState.NOT_ADOPTED)
"""Submitted and not sent back: a second item with the same text is a copy of it."""
