"""REST interface of this app; actionlearning/api.py mounts ROUTES. The pages call the same verbs."""

from typing import Any

from reporting.api.briefings import ROUTES as BRIEFINGS
from reporting.api.exchanges import ROUTES as EXCHANGES
from reporting.api.issues import ROUTES as ISSUES
from reporting.api.items import ROUTES as ITEMS
from reporting.api.points import ROUTES as POINTS
from reporting.api.publicity import ROUTES as PUBLICITY
from reporting.api.webhooks import ROUTES as WEBHOOKS

ROUTES: list[tuple[str, Any, str]] = [
    *ITEMS,
    *ISSUES,
    *POINTS,
    *BRIEFINGS,
    *PUBLICITY,
    *EXCHANGES,
    *WEBHOOKS,
]
