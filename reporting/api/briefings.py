"""Published briefings for REST clients: list, issue, files, change feed, Atom and JSON Feed."""

import uuid
from datetime import datetime
from functools import cached_property
from typing import Any

import orjson
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request

from actionlearning.foundation.api import Problem, TenantViewSet, chosen_fields
from actionlearning.foundation.clients import FileRenderer
from actionlearning.foundation.documents import official
from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.feeds import ATOM, JSON_FEED
from actionlearning.foundation.paging import mark_of
from actionlearning.foundation.permissions import Permission
from reporting.access import Reading, file_of, narrowed_issues, reading_of, standing, told_in
from reporting.api.briefing_shapes import BriefingLine, BriefingPage, BriefingWhole, ChangePage
from reporting.changes import BEGINNING, change_of, changes_after
from reporting.exports import file_answer
from reporting.feeds import feed_answer
from reporting.models import Publication, Series
from reporting.queries.briefings import issue_standing, issues_standing

_NAMES = {
    "root": "id",
    "kind": "state",
    "series__slug": "series",
}
LISTED = (
    "root",
    "kind",
    "series__slug",
    "series_title",
    "year",
    "number",
    "total",
    "correction",
    "label",
    "title",
    "dated",
    "published_at",
    "digest",
)
TOLD = {name: _NAMES.get(name, name) for name in LISTED}
_OF_CONTENT = (
    "masthead",
    "signer",
    "correction_note",
    "editors_note",
    "report_to",
    "send_to",
    "issue_to",
    "copies",
)
_FILTERS = [
    OpenApiParameter("series", str, description="Slug of one series."),
    OpenApiParameter("year", int),
]
_SEEN = OpenApiParameter(
    "If-None-Match",
    str,
    OpenApiParameter.HEADER,
    description="`ETag` of your copy: 304 if it stands.",
)
_LIMIT = OpenApiParameter("limit", int, description="1 to 200, 50 by default.")
_GONE = {404: Problem, 410: Problem}


class BriefingViewSet(TenantViewSet):
    """Issues of the series that the client may read, each as it stands now: one answer for all readers."""

    queryset = Publication.objects.none()
    serializer_class = BriefingLine
    permission = Permission.BRIEFING_VIEW
    order = ("-published_at", "-id")
    sorts_by = "published_at"
    versioned = (
        "reporting_publication",
        "reporting_series",
        "groups_organisation",
        "groups_supervision",
        "programmes_enrolment",
    )
    versioned_actions = ("list", "changes")

    @cached_property
    def mine(self) -> Reading:
        return reading_of(self.request.user, self.permission)

    def visible(self) -> Any:
        return told_in(self.mine)

    @extend_schema(
        parameters=[
            *_FILTERS,
            OpenApiParameter("ordering", str, enum=["published_at", "-published_at"]),
            OpenApiParameter("fields", str, description="Names to send, separated by commas."),
            _LIMIT,
            OpenApiParameter("cursor", str, description="`next_cursor` of the page before."),
            _SEEN,
        ],
        responses={200: BriefingPage, 304: None, 422: Problem},
    )
    def list(self, request: Request, **kwargs: Any) -> HttpResponse:
        """As each stands now. What is new since you last asked is told by `changes/`, which misses nothing."""
        _refuse_instants(request)
        asked = chosen_fields(request.query_params.get("fields", ""), TOLD.values())
        limit, order = self.limit(), self.asked_order()
        rows = issues_standing(
            request.user,  # type: ignore[arg-type]  # the base has seen to it that somebody signed in
            request.query_params,
            order=order,
            mark=request.query_params.get("cursor", ""),
            most=limit + 1,
        )
        cursor = mark_of(rows[limit - 1], order) if len(rows) > limit else None
        wanted = [(name, TOLD[name]) for name in LISTED if TOLD[name] in asked]
        return self.listed([{new: row[old] for old, new in wanted} for row in rows[:limit]], cursor)

    @extend_schema(parameters=[_SEEN], responses={200: BriefingWhole, 304: None, **_GONE})
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> HttpResponse:
        told = issue_standing(request.user, _key(pk))  # type: ignore[arg-type]
        if told is None:
            raise Http404
        if told["kind"] == Publication.Kind.WITHDRAWN:
            return _gone(told["content"], told["digest"], told["published_at"])
        etag, changed = f'"{told["digest"]}"', int(told["published_at"].timestamp())
        answer = get_conditional_response(request, etag=etag, last_modified=changed)
        if answer is None:
            body = orjson.dumps(self._whole(told))
            answer = HttpResponse(body, content_type="application/json")
        return _stamped(answer, told["digest"], told["published_at"])

    @extend_schema(responses={(200, official.PDF): OpenApiTypes.BINARY, **_GONE})
    @action(detail=True, renderer_classes=[FileRenderer])
    def pdf(self, request: Request, pk: str, **kwargs: Any) -> HttpResponse:
        return self._file(pk, official.PDF)

    @extend_schema(responses={(200, official.DOCX): OpenApiTypes.BINARY, **_GONE})
    @action(detail=True, renderer_classes=[FileRenderer])
    def docx(self, request: Request, pk: str, **kwargs: Any) -> HttpResponse:
        return self._file(pk, official.DOCX)

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "after",
                str,
                description="`next` of the answer before; left out: from the beginning.",
            ),
            _LIMIT,
            _SEEN,
        ],
        responses={200: ChangePage, 304: None, 422: Problem},
    )
    @action(detail=False)
    def changes(self, request: Request, **kwargs: Any) -> HttpResponse:
        """What was published, corrected and withdrawn since `after`, in order, nothing twice."""
        after = request.query_params.get("after", "") or BEGINNING
        limit = self.limit()
        rows = list(changes_after(self.get_queryset(), after)[: limit + 1])
        found = [change_of(row) for row in rows[:limit]]
        mine = Series.objects.filter(pk__in=self.mine.series).order_by("slug")
        body = {
            "results": found,
            "next": str(found[-1]["id"]) if found else after,
            "more": len(rows) > limit,
            "series": list(mine.values_list("slug", flat=True)),
        }
        return HttpResponse(orjson.dumps(body, default=str), content_type="application/json")

    @extend_schema(
        parameters=[*_FILTERS, _SEEN],
        responses={(200, ATOM): OpenApiTypes.BINARY, 304: None, 422: Problem},
    )
    @action(detail=False, renderer_classes=[FileRenderer])
    def atom(self, request: Request, **kwargs: Any) -> HttpResponse:
        """The last 50 as Atom; corrections and withdrawals are new versions of the same entry."""
        return self._feed("atom")

    @extend_schema(
        parameters=[*_FILTERS, _SEEN],
        responses={(200, JSON_FEED): OpenApiTypes.OBJECT, 304: None, 422: Problem},
    )
    @action(
        detail=False,
        renderer_classes=[FileRenderer],
        url_path="json-feed",
        url_name="json-feed",
    )
    def json_feed(self, request: Request, **kwargs: Any) -> HttpResponse:
        """The last 50 as JSON Feed 1.1."""
        return self._feed("json")

    def _feed(self, shape: str) -> HttpResponse:
        asked = self.request
        answer = feed_answer(
            asked._request,  # noqa: SLF001  DRF hides Django's request
            narrowed_issues(self.get_queryset(), asked.query_params),
            shape=shape,
            title=_("Briefings"),
            home=self._address("list"),
            address_of=lambda told: self._address("detail", told.root),
        )
        return _private(answer)

    def _whole(self, told: dict[str, Any]) -> dict[str, Any]:
        facts = {TOLD[name]: told[name] for name in LISTED}
        facts |= {name: told["content"][name] for name in _OF_CONTENT}
        facts["articles"] = [_article(each) for each in told["content"]["articles"]]
        kinds = {official.PDF: "pdf", official.DOCX: "docx"}
        facts["files"] = [
            {**file, "address": self._address(kinds[file["media_type"]], told["root"])}
            for file in told["files"]
        ]
        return facts

    def _file(self, pk: str, media_type: str) -> HttpResponse:
        told = standing(self.get_queryset(), _key(pk))
        if told.kind == Publication.Kind.WITHDRAWN:
            return _gone(told.content, told.digest, told.published_at)
        answer = file_answer(file_of(told, media_type))
        return _stamped(answer, told.digest, told.published_at)

    def _address(self, name: str, pk: Any = None) -> str:
        """Beside the one that was called: for tokens or inside the tenant."""
        given = {key: value for key, value in self.kwargs.items() if key == "tenant"}
        space = "tenant_api" if given else "api"
        if pk is not None:
            given["pk"] = str(pk)
        return reverse(f"{space}:briefing-{name}", kwargs=given)


def _key(pk: str) -> uuid.UUID:
    try:
        return uuid.UUID(pk)
    except ValueError:
        raise Http404 from None


def _article(article: dict[str, Any]) -> dict[str, Any]:
    """As printed. Which item it was compiled from is the business of the office and the item's unit."""
    return {
        "title": article["title"],
        "paragraphs": [
            {name: row[name] for name in ("text", "unit", "activity")}
            for row in article["paragraphs"]
        ],
    }


def _refuse_instants(request: Request) -> None:
    """An instant misses what was told while it was taken; whoever still asks by one must hear of it."""
    if "changed_since" in request.query_params:
        words = _(
            "There is no such filter: an instant would miss issues told just then. Read `changes/` from"
            " your last cursor instead."
        )
        raise BadInput(words, fields={"changed_since": words}, code="no_such_filter")


def _gone(content: dict[str, Any], digest: str, at: datetime) -> HttpResponse:
    """410: it was there, and what was said in its place."""
    body = {
        "type": "about:blank",
        "title": _("This issue was withdrawn."),
        "status": 410,
        "code": "withdrawn",
        "detail": content["reason"],
    }
    answer = HttpResponse(orjson.dumps(body), status=410, content_type="application/problem+json")
    return _stamped(answer, digest, at)


def _stamped(answer: Any, digest: str, at: datetime) -> HttpResponse:
    answer.headers["ETag"] = f'"{digest}"'
    answer.headers["Last-Modified"] = http_date(at.timestamp())
    return _private(answer)


def _private(answer: Any) -> HttpResponse:
    """A client may keep it and asks each time whether it still stands."""
    answer.headers["Cache-Control"] = "private, no-cache"
    patch_vary_headers(answer, ("Accept-Language", "Authorization", "Cookie"))
    return answer  # type: ignore[no-any-return]


ROUTES: list[tuple[str, Any, str]] = [("briefings", BriefingViewSet, "briefing")]
