"""Bases of the REST interface: the same permissions and verbs as the pages (`design/api.md`)."""

from collections.abc import Mapping
from typing import Any

import orjson
from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from actionlearning.foundation.errors import BadInput, Stale
from actionlearning.foundation.etags import VersionedList
from actionlearning.foundation.paging import after_mark, mark_of
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.problems import Problem

__all__ = ["Problem", "StrictSerializer", "TenantViewSet"]

PAGE, MOST = 50, 200


class StrictSerializer(serializers.Serializer):
    """Refuses fields it does not know, so that a typing error is not silently ignored."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = sorted(set(data) - set(self.fields))
            if unknown:
                raise serializers.ValidationError({name: [_("Unknown field.")] for name in unknown})
        return super().to_internal_value(data)


class TenantViewSet(VersionedList, GenericViewSet):
    """REST twin of TenantView: permission by declaration, rows through `visible_to`, 404 for the rest."""

    permission_classes = (IsAuthenticated,)
    request: Any
    queryset: Any
    permission: Permission = None
    order: tuple[str, ...] = ("id",)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.permission is None:
            raise TypeError(f"{cls.__name__} must say which permission it needs.")
        if "get_queryset" in vars(cls):
            raise TypeError(f"{cls.__name__}: override narrow(), not get_queryset().")

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        if not request.user.has_perm(self.permission):
            raise NotFound

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset.model.objects.none()
        return self.narrow(self.visible())

    def visible(self) -> Any:
        """For models below their app's access module this is overridden with a function of it."""
        return self.queryset.model.objects.visible_to(self.request.user, self.permission)

    def narrow(self, queryset: Any) -> Any:
        return queryset

    @property
    def now(self) -> Any:
        return self.request._request.received_at  # noqa: SLF001

    def page(self, queryset: Any, size: int | None = None) -> tuple[list[Any], str | None]:
        """One page by keyset and the mark of the next; `limit` 50 by default, 200 at most."""
        limit = size or _limit_of(self.request)
        rows = list(
            after_mark(queryset, self.order, self.request.query_params.get("cursor", ""))[
                : limit + 1
            ]
        )
        more = len(rows) > limit
        return rows[:limit], mark_of(rows[limit - 1], self.order) if more else None

    def listed(self, rows: list[Any], cursor: str | None) -> HttpResponse:
        """The list envelope; rows are plain dicts of finished values."""
        body = orjson.dumps({"results": rows, "next_cursor": cursor}, default=str)
        return HttpResponse(body, content_type="application/json")

    def check_match(self, subject: Any) -> None:
        """`If-Match` on an update: raises Stale (412) when the client saw an older version."""
        wanted = self.request.headers.get("If-Match")
        if wanted and wanted.strip('W/"') != str(subject.version):
            raise Stale(
                _("Somebody has changed this in the meantime. Read it again, then decide."),
                code="stale",
            )


def _limit_of(request: Request) -> int:
    given = request.query_params.get("limit", "")
    if not given:
        return PAGE
    if not given.isdecimal() or not 1 <= int(given) <= MOST:
        raise BadInput(
            _("`limit` is a number from 1 to %(most)d.") % {"most": MOST}, code="bad_limit"
        )
    return int(given)
