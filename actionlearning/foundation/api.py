"""Bases of the REST interface: the same permissions and verbs as the pages (`design/api.md`)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import orjson
from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from actionlearning.foundation.errors import BadInput, NotAllowed, Stale
from actionlearning.foundation.etags import VersionedList
from actionlearning.foundation.paging import after_mark, mark_of, rows_after
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.problems import Problem

__all__ = ["Problem", "StrictSerializer", "TenantViewSet", "chosen_fields"]

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
    sorts_by = ""
    """What `ordering=` may name: the first column of `order`. With `-` or without, one index serves both."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.permission is None:
            raise TypeError(f"{cls.__name__} must say which permission it needs.")
        if "get_queryset" in vars(cls):
            raise TypeError(f"{cls.__name__}: override narrow(), not get_queryset().")

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        _refuse_unfinished_sign_in(request._request)  # noqa: SLF001  DRF hides Django's request
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
        limit, order = size or self.limit(), self.asked_order()
        mark = self.request.query_params.get("cursor", "")
        rows = list(after_mark(queryset, order, mark)[: limit + 1])
        more = len(rows) > limit
        return rows[:limit], mark_of(rows[limit - 1], order) if more else None

    def page_in_hand(
        self, rows: Iterable[dict[str, Any]], kinds: Sequence[Callable[[str], Any]]
    ) -> tuple[list[Any], str | None]:
        """The same of rows that were read whole, in `order`; `kinds` read the values of a mark."""
        limit, order = self.limit(), self.asked_order()
        rest = rows_after(rows, order, kinds, self.request.query_params.get("cursor", ""))
        return rest[:limit], mark_of(rest[limit - 1], order) if len(rest) > limit else None

    def limit(self) -> int:
        """Rows asked for; raises BadInput."""
        return _limit_of(self.request)

    def asked_order(self) -> tuple[str, ...]:
        """`ordering=` turns the list round; raises BadInput where no index would serve it."""
        given = self.request.query_params.get("ordering", "")
        if not given:
            return self.order
        if not self.sorts_by or given.removeprefix("-") != self.sorts_by:
            words = _("This list is not sorted by that.")
            raise BadInput(words, fields={"ordering": words}, code="bad_ordering")
        if given.startswith("-") == self.order[0].startswith("-"):
            return self.order
        return tuple(n.removeprefix("-") if n.startswith("-") else f"-{n}" for n in self.order)

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

    def seen(self, subject: Any, *, needed: bool = False) -> int | None:
        """The version of `If-Match`, for the verb to check again under its lock.

        Raises Stale (412); BadInput `unseen_text` when it is `needed`: nobody decides on a text
        without saying which one he has read.
        """
        self.check_match(subject)
        if self.request.headers.get("If-Match"):
            return int(subject.version)
        if needed:
            words = _("Send the version that was read as If-Match.")
            raise BadInput(words, fields={"If-Match": words}, code="unseen_text")
        return None


def chosen_fields(given: str, names: Iterable[str]) -> list[str]:
    """`fields=`: the names to send, in our order, all of them when none is asked for. Raises BadInput."""
    known = list(names)
    if not given:
        return known
    asked = set(given.split(","))
    if unknown := sorted(asked - set(known)):
        raise BadInput(_("Unknown field."), fields={"fields": ", ".join(unknown)})
    return [name for name in known if name in asked]


def _refuse_unfinished_sign_in(request: Any) -> None:
    """A session whose first password or second factor is missing opens as little here as on the pages."""
    if getattr(request, "client_token", None) is not None:
        return
    if request.user.must_change_password or request.session.get("factor") == "missing":
        raise NotAllowed(
            _("Change the first password and set up the second factor before anything else."),
            code="unfinished_sign_in",
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
