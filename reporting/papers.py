"""An issue as plain JSON, whole as it is printed, and what becomes of it on paper."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from typing import Any

from actionlearning.foundation.documents import official
from actionlearning.foundation.documents.names import clean_name
from reporting.models import Article, Issue, Paragraph, Series

EDITORS_NOTE, CORRECTION_NOTE = "编者按：", "更正："
GROUPS = (("报", "report_to"), ("送", "send_to"), ("发", "issue_to"))
_LONGEST_NAME = 110


def content_of(issue: Issue) -> dict[str, Any]:
    """Everything the issue says and where it comes from; nothing outside it is needed to print it.

    Also of a draft, whose number and day are still blank. Items the caller may not see keep their id
    and lose their title.
    """
    articles = [_article(each) for each in _articles(issue)]
    return {
        "series": {"slug": issue.series.slug, "title": issue.series.title},
        "year": issue.year,
        "number": issue.number,
        "total": issue.total,
        "correction": issue.correction,
        "label": issue.label,
        "title": issue.headline or next((each["title"] for each in articles), ""),
        "dated": issue.dated.isoformat() if issue.dated else "",
        "masthead": _masthead(issue),
        "drafter": issue.drafter_name,
        "checker": issue.checker_name,
        "signer": issue.signer_name,
        "correction_note": paragraphs_in(issue.correction_note),
        "editors_note": paragraphs_in(issue.editors_note),
        "articles": articles,
        "report_to": list(issue.report_to),
        "send_to": list(issue.send_to),
        "issue_to": list(issue.issue_to),
        "copies": issue.copies,
    }


def number_line(issue: Issue) -> str:
    """`第7期（总第31期）`, `增刊第2期`, `第7期（总第31期）更正1`, as printed under the name."""
    number = "　" if issue.number is None else issue.number
    if issue.series.supplement_to_id:
        line = f"增刊第{number}期"
    else:
        line = f"第{number}期（总第{'　' if issue.total is None else issue.total}期）"
    return f"{line}更正{issue.correction}" if issue.correction else line


def day_in_words(day: date | None) -> str:
    """`2026年9月10日`, as GB/T 9704 writes it: no leading noughts."""
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def paragraphs_in(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def paper_of(content: dict[str, Any]) -> official.Paper:
    """The official paper of such a content, published or not."""
    head = content["masthead"]
    dated = date.fromisoformat(content["dated"]) if content["dated"] else _UNDATED
    return official.Paper(
        title=f"{head['name']}{head['issue']}",
        dated=dated,
        author=head["unit"],
        head=official.Masthead(**head),
        blocks=tuple(_blocks(content)),
        tail=_tail(content),
    )


_UNDATED = date(2000, 1, 1)
"""Only in the properties of a draft's file."""


def files_of_paper(content: dict[str, Any]) -> list[tuple[str, str, bytes]]:
    """(media type, file name, bytes) of the PDF and the Word file; the same content, the same bytes."""
    paper = paper_of(content)
    head = content["masthead"]
    name = f"{head['name']}{head['issue']}_{content['title']}".replace(".", " ")
    name = clean_name(name, limit=_LONGEST_NAME)
    return [
        (official.PDF, f"{name}.pdf", official.pdf(paper)),
        (official.DOCX, f"{name}.docx", official.docx(paper)),
    ]


def _blocks(content: dict[str, Any]) -> Iterator[official.Block]:
    for label, key in ((CORRECTION_NOTE, "correction_note"), (EDITORS_NOTE, "editors_note")):
        if content[key]:
            yield official.EditorsNote(tuple(content[key]), label=label)
    for article in content["articles"]:
        yield official.Title((article["title"],))
        for unit, rows in groupby(article["paragraphs"], key=unit_of):
            yield from (official.Paragraph(row["text"]) for row in rows)
            if unit:
                yield official.Source(f"（{unit}供稿）")


def unit_of(paragraph: dict[str, Any]) -> str:
    """Who sent in a paragraph; '' for the office's own words."""
    return str((paragraph["unit"] or {}).get("name", ""))


def _tail(content: dict[str, Any]) -> official.Tail | None:
    groups = tuple(
        official.Circulation(label, tuple(content[key])) for label, key in GROUPS if content[key]
    )
    copies = f"共印{content['copies']}份" if content["copies"] else ""
    return official.Tail(groups, copies=copies) if groups or copies else None


def _masthead(issue: Issue) -> dict[str, str]:
    series: Series = issue.series
    return {
        "name": series.title,
        "body": series.body_name,
        "issue": number_line(issue),
        "unit": series.compiler,
        "dated": day_in_words(issue.dated),
        "note": series.note,
    }


def _articles(issue: Issue) -> Iterable[Article]:
    """Read with their paragraphs in two questions, whatever their number."""
    rows: Iterable[Article] = (
        issue.articles.select_related("item")
        .prefetch_related("paragraphs__item")
        .order_by("position", "id")
    )
    return rows


def _article(article: Article) -> dict[str, Any]:
    rows = sorted(article.paragraphs.all(), key=lambda each: (each.position, each.pk))
    return {
        "title": article.title,
        "item": _item(article),
        "paragraphs": [_paragraph(each) for each in rows],
    }


def _paragraph(row: Paragraph) -> dict[str, Any]:
    return {
        "text": row.text,
        "item": _item(row),
        "unit": {"id": str(row.unit_id), "name": row.unit_name} if row.unit_id else None,
        "activity": str(row.activity) if row.activity else None,
    }


def _item(row: Article | Paragraph) -> dict[str, str] | None:
    if row.item_id is None:
        return None
    return {"id": str(row.item_id), "title": row.item.title if row.item else ""}
