"""Signed issues ready to be told, laid down as rows: how they come about is tested with their own verbs."""

from datetime import date, datetime
from typing import Any

from groups.models import Organisation
from reporting.actions.signatures import seal
from reporting.models import Article, InformationItem, Issue, Paragraph, Series
from reporting.states import IssueState
from tests.running import beijing
from tests.world import World

TOLD = beijing(9, 20)
TEXT = ("会议围绕养老服务质量展开讨论。", "学员提出三条措施，逐条落实到人。")


def series_of(world: World, slug: str = "jianbao", **facts: Any) -> Series:
    """The county office's own, for the units below it."""
    words = {
        "organisation": world.county,
        "title": "行动学习简报",
        "compiler": "藤县行动学习领导小组办公室",
        "report_to": ["自治区行动学习办公室"],
        "issue_to": ["各实施单位"],
        "copies": 30,
    }
    made: Series = Series.objects.create(slug=slug, **(words | facts))
    return made


def signed_issue(
    world: World,
    series: Series,
    *,
    number: int = 1,
    corrects: Issue | None = None,
    correction: int = 0,
    item: InformationItem | None = None,
    headline: str = "",
    text: tuple[str, ...] = TEXT,
    state: str = IssueState.SIGNED,
    **facts: Any,
) -> Issue:
    """One article of two paragraphs, compiled from `item` if there is one."""
    now = facts.pop("now", TOLD)
    issue = Issue(series=series, corrects=corrects, correction=correction, state=state, **facts)
    issue.headline, issue.editors_note = headline, "本期刊发一篇经验。"
    issue.report_to, issue.issue_to, issue.copies = series.report_to, series.issue_to, series.copies
    issue.created_at = issue.changed_at = now
    issue.drafted_by, issue.drafter_name = world.ana, "安晴"
    if state not in (IssueState.DRAFT, IssueState.CHECKED):
        _sign(issue, world, number, now)
    issue.place(series.organisation)
    issue.save(force_insert=True)
    _article(issue, item, text)
    if issue.signed_at:
        seal(issue)
        issue.save()
    return issue


def _sign(issue: Issue, world: World, number: int, now: datetime) -> None:
    issue.year, issue.number, issue.total = 2026, number, number
    issue.dated = date(2026, 9, 20)
    issue.checked_by, issue.checker_name, issue.checked_at = world.ana, "安晴", now
    issue.signed_by, issue.signer_name, issue.signed_at = world.ana, "安晴", now


def _article(issue: Issue, item: InformationItem | None, text: tuple[str, ...]) -> None:
    article = Article(issue=issue, position=1, title="民政局以研讨推动养老服务", item=item)
    _placed(article, issue.organisation)
    unit = item.organisation if item else None
    for position, words in enumerate(text, 1):
        row = Paragraph(article=article, position=position, text=words, item=item, unit=unit)
        row.unit_name = unit.name if unit else ""
        _placed(row, issue.organisation)


def _placed(row: Any, organisation: Organisation) -> None:
    row.place(organisation)
    row.save(force_insert=True)
