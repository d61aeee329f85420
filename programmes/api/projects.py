"""Topics, their parts and their teams."""

from typing import Any

ROUTES: list[tuple[str, Any, str]] = []
