"""Addresses of pages that stand in rows."""

from django.urls import reverse


def whole(address: str, slug: str) -> str:
    """The path to ask for: sweeps and counting write it from the space's own start, verbs from the root.

    Without an address there is none.
    """
    inside = address and not address.startswith("/")
    return f"{reverse('desk:home', args=[slug])}{address}" if inside else address
