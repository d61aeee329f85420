"""What the REST endpoints of the briefing office share."""

import uuid
from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema

from actionlearning.foundation.api import Problem, StrictSerializer, TenantViewSet
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from reporting.api.issue_shapes import IssueWhole

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
REFUSED = dict.fromkeys((404, 409, 412, 422), Problem) | {403: Problem}
MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="Version seen.")
PAGED = [
    OpenApiParameter("limit", int, description="1 to 200, 50 by default."),
    OpenApiParameter("cursor", str, description="`next_cursor` of the page before."),
]


def writes(
    serializer: Any, answer: Any = IssueWhole, *, status: int = 200
) -> Callable[[Endpoint], Endpoint]:
    """Documentation shared by the endpoints that change something."""
    return extend_schema(
        request=serializer, responses={status: answer, **REFUSED}, parameters=[MATCH]
    )


class OfficeViewSet(TenantViewSet):
    """Series and issues of the offices in which the client works on briefings."""

    permission = Permission.BRIEFING_VIEW

    @property
    def _by(self) -> User:
        return cast("User", self.request.user)

    def _typed(self, serializer: type[StrictSerializer]) -> dict[str, Any]:
        form = serializer(data=self.request.data or {})
        form.is_valid(raise_exception=True)
        return dict(form.validated_data)

    def _one(self, pk: Any) -> Any:
        return get_object_or_404(self.get_queryset(), pk=key_of(pk))


def key_of(text: Any) -> Any:
    """A key that is no UUID is simply not found."""
    try:
        return uuid.UUID(str(text))
    except ValueError:
        raise Http404 from None
