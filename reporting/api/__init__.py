"""REST interface of this app; actionlearning/api.py mounts ROUTES. The pages call the same verbs."""

from typing import Any

from reporting.api.briefings import BriefingViewSet
from reporting.api.items import ItemViewSet

ROUTES: list[tuple[str, Any, str]] = [
    ("information-items", ItemViewSet, "information-item"),
    ("briefings", BriefingViewSet, "briefing"),
]
