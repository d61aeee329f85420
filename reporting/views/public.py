"""Briefings of public series for everybody: published copies alone, no sign-in, no cookie."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_vary_headers, set_response_etag
from django.utils.http import http_date
from django.utils.translation import gettext as _

from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.paging import after_mark, mark_of
from actionlearning.foundation.views import PAGE, PublicView
from reporting.access import file_of, narrowed_issues, public, public_series, standing, years_of
from reporting.exports import MEDIA_TYPES, file_answer
from reporting.feeds import feed_answer
from reporting.models import Publication
from reporting.views.briefing_sheet import LISTED, line_of, sheet_of, stone_of

ORDER = ("-dated", "-published_at", "-id")


def cacheable(request: Any, answer: Any, *, changed: Any = None) -> HttpResponse:
    """Anybody may keep it and asks each time whether it still stands: a withdrawal shows at once."""
    if answer.status_code == 200 and not answer.has_header("ETag"):
        set_response_etag(answer)
        answer = get_conditional_response(request, etag=answer.headers["ETag"], response=answer)
    if changed is not None:
        answer.headers["Last-Modified"] = http_date(changed.timestamp())
    answer.headers["Cache-Control"] = "public, no-cache"
    patch_vary_headers(answer, ("Accept-Language", "Cookie"))
    return answer  # type: ignore[no-any-return]


class PublicBriefingList(PublicView):
    def get(self, request: Any, tenant: str) -> HttpResponse:
        try:
            rows = narrowed_issues(public().current(), request.GET)
            found = after_mark(rows.values(*LISTED), ORDER, request.GET.get("after", ""))
        except BadInput as refusal:
            return self._page({"refusal": refusal}, status=422)
        page = list(found[: PAGE + 1])
        more = mark_of(page[PAGE - 1], ORDER) if len(page) > PAGE else ""
        return self._page({"rows": [line_of(row) for row in page[:PAGE]], "more": more})

    def _page(self, context: dict[str, Any], status: int = 200) -> HttpResponse:
        series = public_series().order_by("title", "pk").values_list("slug", "title")
        context |= {"series": list(series), "years": years_of(public())}
        page = render(self.request, "reporting/public_briefing_list.html", context, status=status)
        return cacheable(self.request, page)


class PublicBriefingDetail(PublicView):
    def get(self, request: Any, tenant: str, root: uuid.UUID) -> HttpResponse:
        told = standing(public(), root)
        if told.kind == Publication.Kind.WITHDRAWN:
            return _stone(request, told)
        context = {"issue": told, "sheet": sheet_of(told)}
        page = render(request, "reporting/public_briefing_detail.html", context)
        return cacheable(request, page, changed=told.published_at)


class PublicBriefingFile(PublicView):
    def get(self, request: Any, tenant: str, root: uuid.UUID, kind: str) -> HttpResponse:
        told = standing(public(), root)
        if told.kind == Publication.Kind.WITHDRAWN:
            return _stone(request, told)
        answer = file_answer(file_of(told, MEDIA_TYPES[kind]))
        return cacheable(request, answer, changed=told.published_at)


class PublicBriefingFeed(PublicView):
    """Of all public series, or of one: `?series=`."""

    def get(self, request: Any, tenant: str, shape: str) -> HttpResponse:
        answer = feed_answer(
            request,
            narrowed_issues(public(), {"series": request.GET.get("series", "")}),
            shape=shape,
            title=f"{request.tenant.name} · {_('Briefings')}",
            home=reverse("reporting:public_briefing_list", args=[tenant]),
            address_of=lambda told: reverse(
                "reporting:public_briefing_detail", args=[tenant, told.root]
            ),
        )
        return cacheable(request, answer)


def _stone(request: Any, told: Publication) -> HttpResponse:
    context = {"stone": stone_of(told)}
    page = render(request, "reporting/public_briefing_stone.html", context, status=410)
    return cacheable(request, page, changed=told.published_at)
