"""REST interface of this app; actionlearning/api.py mounts ROUTES."""

from typing import Any

from programmes.api.projects import ROUTES as PROJECTS

ROUTES: list[tuple[str, Any, str]] = [*PROJECTS]
