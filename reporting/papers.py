"""An issue as plain JSON, whole as it is printed, and what becomes of it on paper."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from actionlearning.foundation.documents import official
from actionlearning.foundation.documents.names import clean_name
from reporting.models import Article, Issue, Paragraph, Publication, Series

NOTES = (("更正：", "correction_note"), ("编者按：", "editors_note"))
GROUPS = (("报", "report_to"), ("送", "send_to"), ("发", "issue_to"))
_LONGEST_NAME = 110
PPI = 96
"""Of the page pictures: A4 is 794 by 1,123 pixels."""


def content_of(issue: Issue) -> dict[str, Any]:
    """Everything the issue says and where it comes from; nothing outside it is needed to print it.

    Also of a draft, whose number and day are still blank. Items the caller may not see keep their id
    and lose their title.
    """
    articles = [_article(each) for each in _articles(issue)]
    head = masthead_of(issue)
    return {
        "series": {"slug": issue.series.slug, "title": head["name"]},
        "year": issue.year,
        "number": issue.number,
        "total": issue.total,
        "correction": issue.correction,
        "label": issue.label,
        "title": issue.headline or next((each["title"] for each in articles), ""),
        "dated": issue.dated.isoformat() if issue.dated else "",
        "masthead": head,
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


def masthead_of(issue: Issue) -> dict[str, str]:
    """As signed; of a draft what would be signed now. A correction bears the head of what it corrects."""
    if issue.masthead:
        return dict(issue.masthead)
    series: Series = issue.series
    names = {
        "name": series.title,
        "body": series.body_name,
        "unit": series.compiler,
        "note": series.note,
    }
    if issue.corrects_id:
        told = Publication.objects.filter(issue=issue.corrects_id).order_by("sequence").first()
        names = {name: told.content["masthead"][name] for name in names} if told else names
    return {**names, "issue": number_line(issue), "dated": day_in_words(issue.dated)}


def digest_of_text(content: dict[str, Any]) -> str:
    """sha256 of what is printed, in canonical form; where it comes from has its own ways to change."""
    articles = [
        {
            "title": article["title"],
            "paragraphs": [(row["text"], unit_of(row)) for row in article["paragraphs"]],
        }
        for article in content["articles"]
    ]
    text = json.dumps({**content, "articles": articles}, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


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


def pictures_of(content: dict[str, Any]) -> list[bytes]:
    """Its pages as PNG, as the screen shows them."""
    return official.pages(paper_of(content), ppi=PPI)


def _blocks(content: dict[str, Any]) -> Iterator[official.Block]:
    for label, key in NOTES:
        if content[key]:
            yield official.EditorsNote(tuple(content[key]), label=label)
    for article in content["articles"]:
        yield official.Title((article["title"],))
        yield from (official.Paragraph(row["text"]) for row in article["paragraphs"])
        if source := source_line(article):
            yield official.Source(source)


def source_line(article: dict[str, Any]) -> str:
    """`（民政局、教育局供稿）`, once at the end of an article; '' when the office wrote it alone."""
    units = dict.fromkeys(unit for row in article["paragraphs"] if (unit := unit_of(row)))
    return f"（{'、'.join(units)}供稿）" if units else ""


def unit_of(paragraph: dict[str, Any]) -> str:
    """Who sent in a paragraph; '' for the office's own words."""
    return str((paragraph["unit"] or {}).get("name", ""))


def _tail(content: dict[str, Any]) -> official.Tail | None:
    groups = tuple(
        official.Circulation(label, tuple(content[key])) for label, key in GROUPS if content[key]
    )
    copies = f"共印{content['copies']}份" if content["copies"] else ""
    return official.Tail(groups, copies=copies) if groups or copies else None


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
