"""Small words that every page needs from its templates."""

import uuid

from django import template

register = template.Library()

_TONES = {
    "red": ("overdue", "missed", "dead", "refused"),
    "yellow": (
        "due_today",
        "returned",
        "met_late",
        "nil_late",
        "pending",
        "claimed",
        "not_adopted",
        "declined",
        "corrected",
        "paused",
        "escalated",
    ),
    "green": (
        "met",
        "nil",
        "accepted",
        "concluded",
        "adopted",
        "in_force",
        "sent",
        "confirmed",
        "published",
        "solved",
    ),
    "blue": (
        "due_soon",
        "blocked",
        "submitted",
        "signed",
        "checked",
        "chosen",
        "candidate",
        "draft",
        "raised",
        "in_hand",
    ),
    "plain": ("open",),
}
"""Of duties: blue from three working days before, yellow on the due day, red when overdue."""
_TONE_OF = {state: tone for tone, states in _TONES.items() for state in states}
_ICONS = {
    "red": "circle-alert",
    "yellow": "clock",
    "green": "circle-check",
    "blue": "circle-dot",
    "plain": "circle",
}


@register.simple_tag
def request_key() -> str:
    """A fresh key for one form: sent twice, it has one effect."""
    return str(uuid.uuid4())


@register.filter
def tone(state: str) -> str:
    """The colour word of a state; unknown and finished ones are grey."""
    return _TONE_OF.get(str(state), "grey")


@register.filter
def tone_icon(colour: str) -> str:
    """Never colour alone: each goes with a sign of its own."""
    return _ICONS.get(colour, "circle-minus")
