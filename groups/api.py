"""REST interface of this app; actionlearning/api.py mounts ROUTES."""

from typing import Any

ROUTES: list[tuple[str, Any, str]] = []
