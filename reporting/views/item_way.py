"""How far the item of an activity has come on its way into a briefing, and what this reader may do about it."""

from typing import Any

from django.utils.translation import gettext as _

from actionlearning.foundation.models import User
from reporting.models import InformationItem
from reporting.states import STANDING, ItemState
from reporting.views.reading import acts_of, printed_in


def way_of(item: InformationItem, user: User) -> dict[str, Any]:
    """`stones` in their order, each reached or not; `act`: what the item's own page offers him next, or ''."""
    printed = printed_in(item, user)
    reached = (
        (_("drafted"), True),
        (_("submitted"), item.state in STANDING),
        (_("adopted"), item.state == ItemState.ADOPTED),
        (_("in a briefing"), bool(printed)),
    )
    return {
        "stones": [{"name": name, "reached": there} for name, there in reached],
        "printed": printed,
        "ready": item.state == ItemState.ADOPTED and not printed,
        "act": _act(acts_of(item, user)),
    }


def _act(acts: dict[str, bool]) -> str:
    if acts["may_decide"]:
        return _("Read it and adopt it")
    if acts["may_submit"]:
        return _("Submit it")
    if acts["may_sign"]:
        return _("Read it and sign it off")
    return _("Read it over") if acts["may_write"] else ""
