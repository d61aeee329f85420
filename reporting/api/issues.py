"""The briefing office over REST: series, issues on their way, their articles. What is published: briefings.py."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from actionlearning.foundation.api import Problem, StrictSerializer
from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.permissions import Permission
from groups.access import reach_of
from groups.models import Organisation
from programmes.models import Programme
from programmes.queries import key_asked
from reporting.actions.articles import (
    Piece,
    add_article,
    compile_items,
    merge_items,
    move_article,
    remove_article,
    write_article,
)
from reporting.actions.giving_up import discard_issue, void_issue
from reporting.actions.issues import (
    check_issue,
    edit_issue,
    offer_issue,
    return_issue,
    sign_issue,
    start_correction,
    start_issue,
    unsign_issue,
)
from reporting.actions.publishing import publish_issue, withdraw_issue
from reporting.actions.series import change_series, close_series, open_series
from reporting.api.issue_shapes import (
    LISTED,
    SERIES,
    ArticlePlace,
    ArticleText,
    BasketPage,
    Choice,
    Differences,
    IssueFacts,
    IssuePage,
    IssueWhole,
    Merger,
    NewIssue,
    NewSeries,
    Note,
    OwnArticle,
    SeriesFacts,
    SeriesLine,
    SeriesPage,
    basket_line,
    difference_line,
    issue_line,
    issue_whole,
    series_line,
)
from reporting.api.item_shapes import Nothing, Opinion, WithReason
from reporting.api.office import MATCH, PAGED, REFUSED, OfficeViewSet, key_of, writes
from reporting.comparing import compared
from reporting.models import Article, InformationItem, Issue, Series
from reporting.queries import basket_of, narrowed
from reporting.states import IssueState

_ARTICLE = OpenApiParameter("article", OpenApiTypes.UUID, OpenApiParameter.PATH)


class SeriesViewSet(OfficeViewSet):
    """Briefing series. The slug never changes."""

    queryset = Series.objects.none()
    serializer_class = SeriesLine
    order = ("title", "id")

    @extend_schema(parameters=PAGED, responses={200: SeriesPage, 422: Problem})
    def list(self, request: Request, **kwargs: Any) -> HttpResponse:
        rows, cursor = self.page(self.get_queryset().values(*SERIES))
        return self.listed([series_line(row) for row in rows], cursor)

    @extend_schema(responses={200: SeriesLine, 404: Problem})
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        return self._told(pk)

    @writes(NewSeries, SeriesLine, status=201)
    def create(self, request: Request, **kwargs: Any) -> Response:
        typed = self._facts(NewSeries)
        own = reach_of(self._by, Permission.SERIES_CHANGE).organisations
        wanted = typed.pop("organisation")
        if wanted not in own:
            message = _("Name an organisation whose briefings you arrange.")
            raise BadInput(message, fields={"organisation": message})
        whole = typed.pop("supplement_to", None)
        made = open_series(
            organisation=Organisation.objects.get(pk=wanted),
            supplement_to=self._series(whole) if whole else None,
            by=self._by,
            now=self.now,
            **typed,
        )
        return self._told(made.pk, status=201)

    @writes(SeriesFacts, SeriesLine)
    def partial_update(self, request: Request, pk: str, **kwargs: Any) -> Response:
        series = self._one(pk)
        typed = self._facts(SeriesFacts)
        change_series(series, seen=self.seen(series), by=self._by, now=self.now, **typed)
        return self._told(pk)

    @writes(Nothing, SeriesLine)
    @action(detail=True, methods=["post"])
    def closing(self, request: Request, pk: str, **kwargs: Any) -> Response:
        series = self._one(pk)
        self._typed(Nothing)
        close_series(series, seen=self.seen(series), by=self._by, now=self.now)
        return self._told(pk)

    def _facts(self, serializer: type[StrictSerializer]) -> dict[str, Any]:
        typed = self._typed(serializer)
        if typed.get("programme"):
            found = Programme.objects.filter(pk=typed["programme"]).first()
            if found is None:
                raise BadInput(
                    _("Unknown programme."), fields={"programme": _("Unknown programme.")}
                )
            typed["programme"] = found
        return typed

    def _series(self, pk: Any) -> Any:
        found = self.get_queryset().filter(pk=pk).first()
        if found is None:
            message = _("Unknown series.")
            raise BadInput(message, fields={"supplement_to": message})
        return found

    def _told(self, pk: Any, status: int = 200) -> Response:
        row = get_object_or_404(self.get_queryset().values(*SERIES), pk=key_of(pk))
        body, version = series_line(row), row["version"]
        return Response(body, status=status, headers={"ETag": f'"{version}"'})


class IssueViewSet(OfficeViewSet):
    """Issues before and after publication, as the office has them. `state` changes by the noun endpoints."""

    queryset = Issue.objects.none()
    serializer_class = IssueWhole
    order = ("-changed_at", "-id")
    sorts_by = "changed_at"

    def narrow(self, queryset: Any) -> Any:
        return queryset.select_related("series", "organisation")

    @extend_schema(
        parameters=[
            OpenApiParameter("state", str, enum=IssueState.values),
            OpenApiParameter("series", OpenApiTypes.UUID),
            OpenApiParameter("ordering", str, enum=["changed_at", "-changed_at"]),
            *PAGED,
        ],
        responses={200: IssuePage, 422: Problem},
    )
    def list(self, request: Request, **kwargs: Any) -> HttpResponse:
        rows, asked = self.get_queryset(), request.query_params
        if asked.get("series"):
            rows = rows.filter(series=key_asked(asked, "series"))
        if asked.get("state"):
            rows = rows.filter(state=asked["state"])
        found, cursor = self.page(rows.values(*LISTED))
        return self.listed([issue_line(row) for row in found], cursor)

    @extend_schema(responses={200: IssueWhole, 404: Problem})
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        return self._told(pk)

    @writes(NewIssue, status=201)
    def create(self, request: Request, **kwargs: Any) -> Response:
        typed = self._typed(NewIssue)
        series = Series.objects.visible_to(self._by).filter(pk=typed.pop("series")).first()
        if series is None:
            message = _("Unknown series.")
            raise BadInput(message, fields={"series": message})
        made = start_issue(series, by=self._by, now=self.now, **typed)
        return self._told(made.pk, status=201)

    @writes(IssueFacts)
    def partial_update(self, request: Request, pk: str, **kwargs: Any) -> Response:
        return self._act(pk, edit_issue, **self._typed(IssueFacts))

    @extend_schema(
        parameters=[
            OpenApiParameter("kind", str, enum=InformationItem.Kind.values),
            OpenApiParameter("month", str, description="`2026-09`"),
            OpenApiParameter("unit", str, description="Name, spelling or initials of the unit."),
            *PAGED,
        ],
        responses={200: BasketPage, 404: Problem, 422: Problem},
    )
    @action(detail=True, methods=["get"])
    def basket(self, request: Request, pk: str, **kwargs: Any) -> HttpResponse:
        """Adopted items that may still be printed in the issue's series, the newest first."""
        items: Any = basket_of(self._one(pk).series)
        rows = narrowed(items.as_read_by(self._by), request.query_params)
        self.order, self.sorts_by = ("-decided_at", "-id"), ""
        names = ("id", "shown_title", "kind", "window_key", "organisation_id", "decided_at")
        found, cursor = self.page(rows.values(*names, "organisation__name"))
        return self.listed([basket_line(row) for row in found], cursor)

    @writes(Choice)
    @action(detail=True, methods=["post"])
    def compilation(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Take adopted items in, each an article."""
        items, issue = self._chosen(self._typed(Choice)["items"]), self._one(pk)
        compile_items(issue, items, seen=self.seen(issue), by=self._by, now=self.now)
        return self._told(pk)

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "against",
                str,
                enum=["check", "corrected"],
                description="`check`: what was last checked; `corrected`: what a correction replaces.",
            )
        ],
        responses={200: Differences, 404: Problem, 422: Problem},
    )
    @action(detail=True, methods=["get"])
    def changes(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """What differs, sentence by sentence. The units' own texts stand beside each paragraph."""
        issue, against = self._one(pk), request.query_params.get("against", "check")
        try:
            found = compared(issue, against)
        except KeyError:
            message = _("Choose `check` or `corrected`.")
            raise BadInput(message, fields={"against": message}) from None
        return Response({"against": against, "results": [difference_line(e) for e in found]})

    @writes(Merger, status=201)
    @action(detail=True, methods=["post"])
    def merger(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """One article of several items; each paragraph keeps its own item and unit."""
        typed = self._typed(Merger)
        items, issue, title = self._chosen(typed["items"]), self._one(pk), typed["title"]
        merge_items(issue, items, title=title, seen=self.seen(issue), by=self._by, now=self.now)
        return self._told(pk, status=201)

    def _chosen(self, wanted: Sequence[uuid.UUID]) -> Sequence[InformationItem]:
        rows = InformationItem.objects.visible_to(self._by, Permission.ITEM_REVIEW)
        found = {each.pk: each for each in rows.filter(pk__in=wanted)}
        if len(found) < len(set(wanted)):
            message = _("Unknown item.")
            raise BadInput(message, fields={"items": message})
        return [found[key] for key in wanted]

    @writes(OwnArticle, status=201)
    @action(detail=True, methods=["post"])
    def articles(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """An article of the office's own."""
        self._act(pk, add_article, **self._typed(OwnArticle))
        return self._told(pk, status=201)

    @extend_schema(
        request=ArticleText,
        responses={200: IssueWhole, **REFUSED},
        parameters=[_ARTICLE, MATCH],
    )
    @action(detail=True, methods=["patch"], url_path=r"articles/(?P<article>[0-9a-f-]{36})")
    def article(self, request: Request, pk: str, article: str, **kwargs: Any) -> Response:
        """Title and paragraphs as they are to read; a paragraph without `id` is the office's own."""
        typed = self._typed(ArticleText)
        pieces = [Piece(each["text"], each.get("id")) for each in typed["paragraphs"]]
        issue, found = self._article(pk, article)
        seen, title = self.seen(issue), typed["title"]
        write_article(found, title=title, pieces=pieces, seen=seen, by=self._by, now=self.now)
        return self._told(pk)

    @extend_schema(
        request=None, responses={200: IssueWhole, **REFUSED}, parameters=[_ARTICLE, MATCH]
    )
    @article.mapping.delete
    def remove(self, request: Request, pk: str, article: str, **kwargs: Any) -> Response:
        issue, found = self._article(pk, article)
        remove_article(found, seen=self.seen(issue), by=self._by, now=self.now)
        return self._told(pk)

    @extend_schema(
        request=ArticlePlace,
        responses={200: IssueWhole, **REFUSED},
        parameters=[_ARTICLE, MATCH],
    )
    @action(detail=True, methods=["post"], url_path=r"articles/(?P<article>[0-9a-f-]{36})/position")
    def position(self, request: Request, pk: str, article: str, **kwargs: Any) -> Response:
        to = self._typed(ArticlePlace)["to"]
        issue, found = self._article(pk, article)
        move_article(found, to=to, seen=self.seen(issue), by=self._by, now=self.now)
        return self._told(pk)

    @writes(Nothing)
    @action(detail=True, methods=["post"])
    def offer(self, request: Request, pk: str, **kwargs: Any) -> Response:
        return self._act(pk, offer_issue, **self._typed(Nothing))

    @writes(Opinion)
    @action(detail=True, methods=["post"])
    def check(self, request: Request, pk: str, **kwargs: Any) -> Response:
        return self._act(pk, check_issue, **self._typed(Opinion))

    @writes(WithReason)
    @action(detail=True, methods=["post"], url_path="return", url_name="return")
    def send_back(self, request: Request, pk: str, **kwargs: Any) -> Response:
        return self._act(pk, return_issue, **self._typed(WithReason))

    @writes(Opinion)
    @action(detail=True, methods=["post"])
    def signature(self, request: Request, pk: str, **kwargs: Any) -> Response:
        return self._act(pk, sign_issue, **self._typed(Opinion))

    @writes(WithReason)
    @action(detail=True, methods=["post"], url_path="signature-withdrawal")
    def unsign(self, request: Request, pk: str, **kwargs: Any) -> Response:
        return self._act(pk, unsign_issue, **self._typed(WithReason))

    @writes(Nothing)
    @action(detail=True, methods=["post"])
    def publication(self, request: Request, pk: str, **kwargs: Any) -> Response:
        return self._act(pk, publish_issue, **self._typed(Nothing))

    @writes(WithReason)
    @action(detail=True, methods=["post"])
    def withdrawal(self, request: Request, pk: str, **kwargs: Any) -> Response:
        return self._act(pk, withdraw_issue, **self._typed(WithReason))

    @writes(WithReason)
    @action(detail=True, methods=["post"])
    def discard(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Begun by mistake; only without a number."""
        return self._act(pk, discard_issue, **self._typed(WithReason))

    @writes(WithReason)
    @action(detail=True, methods=["post"])
    def voiding(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Taken back after signing and given up: the number stays used."""
        return self._act(pk, void_issue, **self._typed(WithReason))

    @writes(Note, status=201)
    @action(detail=True, methods=["post"])
    def correction(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Begins the correction, an issue of its own: the answer is that issue."""
        note = self._typed(Note)["note"]
        made = start_correction(self._one(pk), note=note, by=self._by, now=self.now)
        return self._told(made.pk, status=201)

    def _act(self, pk: str, verb: Any, **typed: Any) -> Response:
        issue = self._one(pk)
        verb(issue, seen=self.seen(issue), by=self._by, now=self.now, **typed)
        return self._told(pk)

    def _article(self, pk: str, article: str) -> tuple[Any, Any]:
        issue = self._one(pk)
        rows = Article.objects.filter(issue=issue).select_related("issue", "item__organisation")
        return issue, get_object_or_404(rows, pk=key_of(article))

    def _told(self, pk: Any, status: int = 200) -> Response:
        issue = self._one(pk)
        return Response(issue_whole(issue), status=status, headers={"ETag": f'"{issue.version}"'})


ROUTES: list[tuple[str, Any, str]] = [
    ("briefing-series", SeriesViewSet, "briefing-series"),
    ("briefing-issues", IssueViewSet, "briefing-issue"),
]
