"""How this app's REST interface reads a request."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from actionlearning.foundation.api import Problem
from actionlearning.foundation.errors import BadInput

KEY = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
UUID = OpenApiTypes.UUID
REFUSED = dict.fromkeys((403, 404, 409, 412, 422), Problem)
PAGED = [
    OpenApiParameter("cursor", str),
    OpenApiParameter("limit", int),
    OpenApiParameter("ordering", str, description="The first column of the order; `-` turns it."),
]


def asker(request: Request) -> Any:
    """Never anonymous here: the base class has seen to it."""
    return request.user


def names_of(serializer: Any) -> list[str]:
    return list(serializer().fields)


def typed(request: Request, serializer: Any) -> dict[str, Any]:
    read = serializer(data=request.data)
    read.is_valid(raise_exception=True)
    return dict(read.validated_data)


def named(rows: Any, field: str, pk: Any) -> Any:
    """The row a client names in a body; unknown and hidden ones answer alike."""
    found = rows.filter(pk=pk).first()
    if found is None:
        raise serializers.ValidationError({field: ["Not found."]})
    return found


def filtered(rows: Any, request: Request, *names: str) -> Any:
    for name in names:
        value = request.query_params.get(name, "")
        if not value:
            continue
        try:
            rows = rows.filter(**{name: serializers.UUIDField().run_validation(value)})
        except serializers.ValidationError as problem:
            words = str(problem.detail[0])  # type: ignore[index]
            raise BadInput(words, fields={name: words}, code="bad_filter") from problem
    return rows
