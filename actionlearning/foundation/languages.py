"""In which language the reader reads: plans carry a second wording for some."""

from django.utils.translation import get_language


def in_english() -> bool:
    return (get_language() or "").startswith("en")
