"""Published issues of one office for the figures, as rows: their way there is measured elsewhere."""

import uuid
from datetime import date, timedelta

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.counters import next_number
from groups.models import Organisation
from reporting.models import Publication, Series

ISSUES = 400
TEXT = "会议围绕养老服务质量展开讨论，形成三条措施，逐条落实到人。" * 8
SOURCE = {"item": None, "unit": None, "activity": None}


def lay_issues(organisation: uuid.UUID) -> uuid.UUID:
    """400 issues of a series that `organisation` keeps; the address of one. Inside a scope and transaction."""
    home = Organisation.objects.get(pk=organisation)
    series = Series.objects.create(
        organisation=home, slug="bench", title="行动学习简报", compiler=home.name
    )
    rows = [_issue(series, number) for number in range(1, ISSUES + 1)]
    Publication.objects.bulk_create(rows)
    return rows[ISSUES // 2].root


def _issue(series: Series, number: int) -> Publication:
    told = Publication(series=series, kind="published", year=2026, number=number, total=number)
    told.series_title, told.compiler, told.audience = series.title, series.compiler, series.audience
    told.root, told.issue, told.sequence = told.pk, told.pk, next_number("publication")
    told.label, told.title, told.digest = str(number), f"第{number}期要目", uuid.uuid4().hex * 2
    told.dated = date(2026, 1, 1) + timedelta(days=number % 300)
    told.published_at = database_now() - timedelta(hours=ISSUES - number)
    told.content = _content(series, number)
    return told


def _content(series: Series, number: int) -> dict[str, object]:
    names = ("name", "body", "issue", "unit", "dated", "note")
    paragraphs = [{"text": TEXT, **SOURCE} for _place in range(12)]
    return {
        "masthead": dict.fromkeys(names, series.title),
        "title": f"第{number}期要目",
        "signer": "安晴",
        "correction_note": [],
        "editors_note": [],
        "articles": [{"title": "研讨推动服务", "item": None, "paragraphs": paragraphs}],
        "report_to": [],
        "send_to": [],
        "issue_to": ["各单位"],
        "copies": 30,
    }
