"""What the briefing office's REST endpoints take and give."""

from typing import Any

from rest_framework import serializers

from actionlearning.foundation.api import StrictSerializer
from reporting.comparing import Difference
from reporting.models import Issue, IssueTurn, Series
from reporting.states import IssueState


def _names(words: str) -> serializers.ListField:
    child = serializers.CharField(max_length=80)
    return serializers.ListField(child=child, required=False, help_text=words)


_TEXT: dict[str, Any] = {"allow_blank": True, "required": False}


class Lists(StrictSerializer):
    report_to = _names("Superiors.")
    send_to = _names("Peers.")
    issue_to = _names("Subordinates.")
    copies = serializers.IntegerField(min_value=0, max_value=100_000, required=False)


class SeriesFacts(Lists):
    """What may be changed of a series; printed issues stay as they are."""

    title = serializers.CharField(max_length=60, required=False)
    body_name = serializers.CharField(max_length=60, **_TEXT)
    compiler = serializers.CharField(max_length=80, required=False)
    note = serializers.CharField(max_length=40, **_TEXT, help_text="A secrecy level is refused.")
    audience = serializers.ChoiceField(Series.Audience.choices, required=False)
    programme = serializers.UUIDField(allow_null=True, required=False)


class NewSeries(SeriesFacts):
    organisation = serializers.UUIDField()
    title = serializers.CharField(max_length=60)
    compiler = serializers.CharField(max_length=80)
    slug = serializers.CharField(
        max_length=40, **_TEXT, help_text="Stands in addresses for good; empty: the initials."
    )
    supplement_to = serializers.UUIDField(allow_null=True, required=False)


class SeriesLine(serializers.Serializer):
    id = serializers.UUIDField()
    organisation = serializers.UUIDField()
    programme = serializers.UUIDField(allow_null=True)
    supplement_to = serializers.UUIDField(allow_null=True)
    slug = serializers.CharField()
    title = serializers.CharField()
    body_name = serializers.CharField()
    compiler = serializers.CharField()
    note = serializers.CharField()
    report_to = serializers.ListField(child=serializers.CharField())
    send_to = serializers.ListField(child=serializers.CharField())
    issue_to = serializers.ListField(child=serializers.CharField())
    copies = serializers.IntegerField()
    audience = serializers.ChoiceField(Series.Audience.choices)
    closed_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class SeriesPage(serializers.Serializer):
    results = SeriesLine(many=True)
    next_cursor = serializers.CharField(allow_null=True)


_KEYS = ("organisation_id", "programme_id", "supplement_to_id", "series_id", "corrects_id")
SERIES = tuple(f"{name}_id" if f"{name}_id" in _KEYS else name for name in SeriesLine().fields)


def _named(row: dict[str, Any]) -> dict[str, Any]:
    return {name.removesuffix("_id") if name in _KEYS else name: row[name] for name in row}


def series_line(row: dict[str, Any]) -> dict[str, Any]:
    return _named(row)


class IssueFacts(Lists):
    """What may be written of an issue itself; its articles have addresses of their own."""

    headline = serializers.CharField(max_length=120, **_TEXT)
    editors_note = serializers.CharField(max_length=2000, **_TEXT)
    correction_note = serializers.CharField(
        max_length=2000, **_TEXT, help_text="Only of a correction."
    )


class NewIssue(IssueFacts):
    series = serializers.UUIDField()


class IssueLine(serializers.Serializer):
    id = serializers.UUIDField()
    series = serializers.UUIDField()
    series_title = serializers.CharField()
    corrects = serializers.UUIDField(allow_null=True)
    state = serializers.ChoiceField(IssueState.choices)
    year = serializers.IntegerField(allow_null=True)
    number = serializers.IntegerField(allow_null=True, help_text="Given at signing.")
    total = serializers.IntegerField(allow_null=True)
    correction = serializers.IntegerField()
    headline = serializers.CharField()
    dated = serializers.DateField(allow_null=True)
    drafter_name = serializers.CharField()
    checker_name = serializers.CharField()
    signer_name = serializers.CharField()
    offered_at = serializers.DateTimeField(allow_null=True)
    checked_at = serializers.DateTimeField(allow_null=True)
    signed_at = serializers.DateTimeField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    changed_at = serializers.DateTimeField()
    version = serializers.IntegerField()


LISTED = tuple(
    {"series": "series_id", "corrects": "corrects_id", "series_title": "series__title"}.get(n, n)
    for n in map(str, IssueLine().fields)
)


def issue_line(row: dict[str, Any]) -> dict[str, Any]:
    found = _named(row)
    return {("series_title" if n == "series__title" else n): value for n, value in found.items()}


class IssuePage(serializers.Serializer):
    results = IssueLine(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class ParagraphLine(serializers.Serializer):
    id = serializers.UUIDField()
    text = serializers.CharField()
    original = serializers.CharField(help_text="As the unit submitted it.")
    item = serializers.UUIDField(allow_null=True)
    unit = serializers.UUIDField(allow_null=True)
    unit_name = serializers.CharField()
    activity = serializers.UUIDField(allow_null=True)


class ArticleLine(serializers.Serializer):
    id = serializers.UUIDField()
    position = serializers.IntegerField()
    title = serializers.CharField()
    original_title = serializers.CharField()
    original_body = serializers.CharField()
    item = serializers.UUIDField(allow_null=True)
    paragraphs = ParagraphLine(many=True)


class TurnLine(serializers.Serializer):
    what = serializers.ChoiceField(IssueTurn.What.choices)
    at = serializers.DateTimeField()
    by_name = serializers.CharField()
    opinion = serializers.CharField()


class IssueWhole(IssueLine):
    label = serializers.CharField(help_text="`7`, `7-corr-1`; empty before signing.")
    editors_note = serializers.CharField()
    correction_note = serializers.CharField()
    withdrawal_reason = serializers.CharField()
    report_to = serializers.ListField(child=serializers.CharField())
    send_to = serializers.ListField(child=serializers.CharField())
    issue_to = serializers.ListField(child=serializers.CharField())
    copies = serializers.IntegerField()
    articles = ArticleLine(many=True)
    turns = TurnLine(many=True)


_OWN = ("label", "editors_note", "correction_note", "withdrawal_reason")
_SENT = ("report_to", "send_to", "issue_to", "copies")


def issue_whole(issue: Issue) -> dict[str, Any]:
    """Three questions, whatever the number of articles."""
    row = {name: getattr(issue, name) for name in LISTED if name != "series__title"}
    body = issue_line(row) | {"series_title": issue.series.title}
    body |= {name: getattr(issue, name) for name in (*_OWN, *_SENT)}
    rows = issue.articles.prefetch_related("paragraphs").order_by("position", "id")
    body["articles"] = [_article(each) for each in rows]
    names = tuple(TurnLine().fields)
    body["turns"] = list(issue.turns.order_by("at", "id").values(*names))
    return body


def _article(article: Any) -> dict[str, Any]:
    paragraphs = sorted(article.paragraphs.all(), key=lambda each: each.position)
    names = ("id", "position", "title", "original_title", "original_body")
    return {
        **{name: getattr(article, name) for name in names},
        "item": article.item_id,
        "paragraphs": [_paragraph(each) for each in paragraphs],
    }


def _paragraph(each: Any) -> dict[str, Any]:
    names = ("id", "text", "original", "unit_name", "activity")
    told = {name: getattr(each, name) for name in names}
    return {**told, "item": each.item_id, "unit": each.unit_id}


class BasketLine(serializers.Serializer):
    id = serializers.UUIDField()
    title = serializers.CharField()
    kind = serializers.CharField()
    month = serializers.CharField()
    organisation = serializers.UUIDField()
    organisation_name = serializers.CharField()
    decided_at = serializers.DateTimeField()


class BasketPage(serializers.Serializer):
    results = BasketLine(many=True)
    next_cursor = serializers.CharField(allow_null=True)


_BASKET = {
    "shown_title": "title",
    "window_key": "month",
    "organisation_id": "organisation",
    "organisation__name": "organisation_name",
}


def basket_line(row: dict[str, Any]) -> dict[str, Any]:
    return {_BASKET.get(name, name): value for name, value in row.items()}


class Choice(StrictSerializer):
    items = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=40)


class ChangeLine(serializers.Serializer):
    kind = serializers.ChoiceField(["same", "gone", "new"])
    text = serializers.CharField()


class DifferenceLine(serializers.Serializer):
    name = serializers.CharField(help_text="The field; `article`; `order`: of the articles.")
    label = serializers.CharField()
    changes = ChangeLine(many=True)


class Differences(serializers.Serializer):
    against = serializers.CharField()
    results = DifferenceLine(many=True)


def difference_line(found: Difference) -> dict[str, Any]:
    changes = [{"kind": each.kind, "text": each.text} for each in found.changes]
    return {"name": found.name, "label": found.label, "changes": changes}


class Merger(StrictSerializer):
    items = serializers.ListField(child=serializers.UUIDField(), min_length=2, max_length=40)
    title = serializers.CharField(max_length=120)


class OwnArticle(StrictSerializer):
    title = serializers.CharField(max_length=120)
    text = serializers.CharField(max_length=20_000, trim_whitespace=False)


class PieceText(StrictSerializer):
    id = serializers.UUIDField(required=False, allow_null=True)
    text = serializers.CharField(max_length=20_000, allow_blank=True, trim_whitespace=False)


class ArticleText(StrictSerializer):
    title = serializers.CharField(max_length=120)
    paragraphs = PieceText(many=True)


class ArticlePlace(StrictSerializer):
    to = serializers.IntegerField(min_value=1, max_value=1000, help_text="Counted from 1.")


class Note(StrictSerializer):
    note = serializers.CharField(max_length=2000, help_text="What was wrong, how it reads now.")
