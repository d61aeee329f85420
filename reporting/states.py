"""States and steps of information items (`practice.md` §1.5) and of briefing issues (§2.1)."""

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
TAKE_BACK = Step((ItemState.ADOPTED,), ItemState.SUBMITTED, needs=Permission.ITEM_REVIEW)
"""An adoption that was a mistake; never of an item that is printed."""

WRITABLE = (ItemState.DRAFT, ItemState.RETURNED, ItemState.SIGNED)
"""The unit may change the text; changing a signed one takes the sign-off back."""
STANDING = (ItemState.SUBMITTED, ItemState.ADOPTED, ItemState.KEPT, ItemState.NOT_ADOPTED)
"""Submitted and not sent back: a second item with the same text is a copy of it."""


class IssueState(models.TextChoices):
    DRAFT = "draft", _("being compiled")
    CHECKED = "checked", _("checked")
    SIGNED = "signed", _("signed")
    PUBLISHED = "published", _("published")
    WITHDRAWN = "withdrawn", _("withdrawn")
    DISCARDED = "discarded", _("discarded")
    VOID = "void", _("void")


ISSUE_WORK = (Permission.BRIEFING_COMPILE, Permission.BRIEFING_CHECK, Permission.BRIEFING_SIGN)
"""Whoever holds one of these at the office sees its issues before they are published."""

CHECK_ISSUE = Step((IssueState.DRAFT,), IssueState.CHECKED, needs=Permission.BRIEFING_CHECK)
REOPEN_ISSUE = Step((IssueState.CHECKED,), IssueState.DRAFT, needs=Permission.BRIEFING_COMPILE)
"""Changed after the check: it is checked anew."""
RETURN_ISSUE = Step((IssueState.CHECKED,), IssueState.DRAFT, needs=Permission.BRIEFING_SIGN)
"""Sent back by the signer, with a reason."""
SIGN_ISSUE = Step((IssueState.CHECKED,), IssueState.SIGNED, needs=Permission.BRIEFING_SIGN)
UNSIGN_ISSUE = Step((IssueState.SIGNED,), IssueState.DRAFT, needs=Permission.BRIEFING_SIGN)
"""A substantive change after signing goes back to the signer; the number stays with the issue."""
PUBLISH_ISSUE = Step((IssueState.SIGNED,), IssueState.PUBLISHED, needs=Permission.BRIEFING_COMPILE)
WITHDRAW_ISSUE = Step((IssueState.PUBLISHED,), IssueState.WITHDRAWN, needs=Permission.BRIEFING_SIGN)
_UNSIGNED = (IssueState.DRAFT, IssueState.CHECKED)
DISCARD_ISSUE = Step(_UNSIGNED, IssueState.DISCARDED, needs=Permission.BRIEFING_COMPILE)
"""Begun by mistake: only without a number. Nothing is deleted."""
VOID_ISSUE = Step(_UNSIGNED, IssueState.VOID, needs=Permission.BRIEFING_SIGN)
"""Signed once, taken back and given up (作废): its number stays used."""
GIVEN_UP = (IssueState.DISCARDED, IssueState.VOID)
"""Nothing stands in such an issue: its items are free again."""

PRINTED = (IssueState.SIGNED, IssueState.PUBLISHED)
"""What stands in such an issue was signed for the readers: its items stay adopted."""


class PublicityState(models.TextChoices):
    RECORDED = "recorded", _("recorded")
    CONFIRMED = "confirmed", _("confirmed by the office above")
    WITHDRAWN = "withdrawn", _("withdrawn")


CONFIRM_PUBLICITY = Step(
    (PublicityState.RECORDED,), PublicityState.CONFIRMED, needs=Permission.ITEM_REVIEW
)
_TOLD = (PublicityState.RECORDED, PublicityState.CONFIRMED)
WITHDRAW_PUBLICITY = tuple(
    Step(_TOLD, PublicityState.WITHDRAWN, needs=needs)
    for needs in (Permission.ITEM_WRITE, Permission.ITEM_REVIEW)
)
"""By the unit itself, or by the office above it."""
