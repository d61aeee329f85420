"""What a calendar may be narrowed to, kept by an address for one's own program or not: rows that a reader sees."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from actionlearning.foundation.models import User
from groups.access import visible_organisations
from programmes.models import Programme, Project
from programmes.states import FeedSpan


def _programmes(_user: User) -> QuerySet[Any]:
    """All of the tenant, as its calendar offers them; what they show is behind the reader's rights."""
    rows: QuerySet[Any] = Programme.objects.all()
    return rows


def _projects(user: User) -> QuerySet[Any]:
    rows: QuerySet[Any] = Project.objects.visible_to(user)
    return rows


SUBJECTS: dict[str, Callable[[User], QuerySet[Any]]] = {
    FeedSpan.ORGANISATION: visible_organisations,
    FeedSpan.PROJECT: _projects,
    FeedSpan.PROGRAMME: _programmes,
}
"""Of each span that has a subject, the rows that it may be; narrowest first."""
