"""Briefings for feed readers: of each issue what stands now, the latest change first.

A correction is the same entry with a later date; a withdrawn issue keeps its entry, whose text is now
the reason, so that also a reader that knows nothing of tombstones drops the text it had.
"""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.html import format_html, format_html_join
from django.utils.http import http_date
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from actionlearning.foundation import feeds
from reporting.models import Publication
from reporting.papers import NOTES, source_line

MOST = 50
SHAPES = {
    "atom": (feeds.ATOM, feeds.atom),
    "json": (feeds.JSON_FEED, feeds.json_feed),
}
_NOTHING_YET = datetime(2000, 1, 1, tzinfo=UTC)


def feed_answer(
    request: HttpRequest,
    rows: Any,
    *,
    shape: str,
    title: str,
    home: str,
    address_of: Callable[[Publication], str],
) -> HttpResponse:
    """The last 50 of the publications `rows` that stand; 304 before any text is read."""
    lately = rows.current().order_by("-published_at", "-pk")
    heads = list(lately.values_list("pk", "published_at", "digest")[:MOST])
    changed = max((head[1] for head in heads), default=_NOTHING_YET)
    here = request.build_absolute_uri()
    seen = repr(([head[2] for head in heads], shape, title, here, get_language())).encode()
    tag = f'"{hashlib.sha256(seen).hexdigest()[:32]}"'
    answer = get_conditional_response(request, etag=tag)
    if answer is None:
        feed = feeds.Feed(title, here, request.build_absolute_uri(home), changed)
        media_type, write = SHAPES[shape]
        found = _with_text([head[0] for head in heads])
        entries = [_entry(each, request.build_absolute_uri(address_of(each))) for each in found]
        answer = HttpResponse(write(feed, entries), content_type=f"{media_type}; charset=utf-8")
    answer.headers["ETag"] = tag
    answer.headers["Last-Modified"] = http_date(changed.timestamp())
    return answer


def _with_text(keys: list[Any]) -> list[Any]:
    first = Publication.objects.filter(pk=OuterRef("root")).values("published_at")
    rows = Publication.objects.filter(pk__in=keys).select_related("series")
    return list(rows.annotate(first_at=Subquery(first)).order_by("-published_at", "-pk"))


def _entry(told: Any, address: str) -> feeds.Entry:
    name = f"{told.series_title} {told.label}"
    return feeds.Entry(
        key=f"urn:uuid:{told.root}",
        address=address,
        title=name if told.kind == Publication.Kind.WITHDRAWN else f"{name} {told.title}",
        html=html_of(told),
        published=told.first_at or told.published_at,
        changed=told.published_at,
        author=told.compiler,
        tags=(told.kind, told.series.slug),
    )


def html_of(told: Publication) -> SafeString:
    """Its text, in paragraphs; of a withdrawn one the reason."""
    if told.kind == Publication.Kind.WITHDRAWN:
        words = _("This issue was withdrawn: %(reason)s") % told.content
        return format_html("<p>{}</p>", words)
    noted = [(label, told.content[key]) for label, key in NOTES]
    parts = [_note(label, lines) for label, lines in noted if lines]
    for article in told.content["articles"]:
        parts.append(format_html("<h2>{}</h2>", article["title"]))
        parts.append(_paragraphs([row["text"] for row in article["paragraphs"]]))
        if source := source_line(article):
            parts.append(format_html("<p><small>{}</small></p>", source))
    return format_html_join("", "{}", ((part,) for part in parts))


def _note(label: str, lines: list[str]) -> SafeString:
    """As on paper: its label before the first line, all of it set apart from the text."""
    first = format_html("<p><b>{}</b>{}</p>", label, lines[0])
    return format_html("<blockquote>{}{}</blockquote>", first, _paragraphs(lines[1:]))


def _paragraphs(texts: list[str]) -> SafeString:
    return format_html_join("", "<p>{}</p>", ((text,) for text in texts))
