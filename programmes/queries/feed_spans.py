"""What a calendar may be narrowed to, kept by an address for one's own program or not: rows that a reader sees."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from actionlearning.foundation.models import User
from groups.access import visible_bodies, visible_organisations
from groups.models import Body
from programmes.models import Programme, Project
from programmes.states import FeedSpan


def _programmes(_user: User) -> QuerySet[Any]:
    """All of the tenant, as its calendar offers them; what they show is behind the reader's rights."""
    rows: QuerySet[Any] = Programme.objects.all()
    return rows


def _bodies(user: User) -> QuerySet[Any]:
    return visible_bodies(user).select_related("organisation")


def _projects(user: User) -> QuerySet[Any]:
    rows: QuerySet[Any] = Project.objects.visible_to(user)
    return rows


SUBJECTS: dict[str, Callable[[User], QuerySet[Any]]] = {
    FeedSpan.BODY: _bodies,
    FeedSpan.PROJECT: _projects,
    FeedSpan.ORGANISATION: visible_organisations,
    FeedSpan.PROGRAMME: _programmes,
}
"""Of each span that has a subject, the rows that it may be; narrowest first."""


def name_of(row: Any) -> str:
    """Above its calendar, and of its address: a body with the unit whose it is."""
    return f"{row.organisation} · {row}" if isinstance(row, Body) else str(row)
