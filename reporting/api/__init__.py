"""REST interface of this app; actionlearning/api.py mounts ROUTES."""

from typing import Any

from reporting.api.issues import ROUTES as ISSUES
from reporting.api.items import ROUTES as ITEMS
from reporting.api.points import ROUTES as POINTS

ROUTES: list[tuple[str, Any, str]] = [*ITEMS, *ISSUES, *POINTS]
