"""What an issue consists of: adopted items taken in, the office's own articles, their order and text."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.workflow import lock, take
from reporting.actions.briefing_checks import (
    TEXT_OF_AN_ARTICLE,
    left_turn,
    refuse_printed_twice,
    require_adopted,
    require_right,
)
from reporting.models import Article, InformationItem, Issue, IssueTurn, Paragraph
from reporting.states import REOPEN_ISSUE, IssueState

MOST_ARTICLES = 40
_TITLE = 120


@dataclass(frozen=True)
class Piece:
    """A paragraph as it is to read now; `pk` of the one it was, None for a new one.

    A new one is the office's own, unless it stands for one of the article's item (`of_item`).
    """

    text: str
    pk: uuid.UUID | None = None
    of_item: bool = False


def writable_issue(issue: Issue, *, by: User, now: datetime, seen: int | None) -> Issue:
    """The locked issue, if `by` may still change it. A checked one goes back: it is checked anew.

    Raises Stale, NotAllowed, RuleBroken `wrong_state`. The caller saves it with `touch()`.
    """
    fresh = lock(issue, seen=seen)
    require_right(by, Permission.BRIEFING_COMPILE, fresh)
    if fresh.state not in (IssueState.DRAFT, IssueState.CHECKED):
        raise RuleBroken(
            _(
                "“%(name)s” is already: %(state)s. What is signed is changed by nobody but the signer."
            )
            % {"name": fresh, "state": fresh.get_state_display()},
            code="wrong_state",
        )
    if fresh.state == IssueState.CHECKED:
        fresh.state = take(REOPEN_ISSUE, fresh, by=by).state
        uncheck(fresh)
        left_turn(fresh, IssueTurn.What.REOPENED, by=by, at=now)
        record("issue.reopened", target=fresh, by=by, at=now)
    return fresh


def uncheck(issue: Issue) -> None:
    issue.checked_by, issue.checker_name, issue.checked_at = None, "", None
    issue.offered_at = None


def touch(issue: Issue, now: datetime) -> Issue:
    """A change of anything in it is a change of the issue: one version for all."""
    issue.version += 1
    issue.changed_at = now
    issue.save()
    return issue


def wrote(issue: Issue, *, by: User, now: datetime) -> Issue:
    """`by` changed what the issue says: from now on neither checker nor signer of it.

    One line of the history for a stretch of writing: forms save themselves every few seconds.
    """
    last = issue.turns.order_by("-at", "-pk").first()
    if last is None or last.by_id != by.pk or last.what not in IssueTurn.HANDS:
        left_turn(issue, IssueTurn.What.WRITTEN, by=by, at=now)
    return touch(issue, now)


@transaction.atomic
def compile_items(
    issue: Issue,
    items: Iterable[InformationItem],
    *,
    by: User,
    now: datetime,
    seen: int | None = None,
) -> list[Article]:
    """Take adopted items in, each an article after those that stand there.

    Raises RuleBroken (`item_not_adopted`, `printed_already`, `foreign_item`), BadInput, NotAllowed, Stale.
    """
    fresh = writable_issue(issue, by=by, now=now, seen=seen)
    chosen = _free_items(fresh, items)
    place = _room_for(fresh, len(chosen))
    made = [_taken_in(fresh, item, place + n) for n, item in enumerate(chosen)]
    _compiled(fresh, chosen, by, now)
    return made


def _free_items(issue: Issue, items: Iterable[InformationItem]) -> list[InformationItem]:
    """The chosen ones in their order, locked; each may be printed in this series."""
    wanted = list(dict.fromkeys(each.pk for each in items))
    if not wanted:
        message = _("Choose at least one item.")
        raise BadInput(message, fields={"items": message})
    locked = {each.pk: each for each in require_adopted(wanted)}
    _refuse_foreign(issue, locked.values())
    refuse_printed_twice(issue, locked.values())
    return [locked[pk] for pk in wanted]


def _compiled(issue: Issue, items: list[InformationItem], by: User, now: datetime) -> None:
    titles = "\n".join(each.title for each in items)
    left_turn(issue, IssueTurn.What.COMPILED, by=by, at=now, opinion=titles)
    touch(issue, now)
    record("issue.compiled", target=issue, by=by, at=now, items=[str(each.pk) for each in items])


@transaction.atomic
def merge_items(
    issue: Issue,
    items: Iterable[InformationItem],
    *,
    title: str,
    by: User,
    now: datetime,
    seen: int | None = None,
) -> Article:
    """One article of several items (综合稿): each paragraph keeps its own item and unit.

    Raises as compile_items; BadInput also without a title and for fewer than two items.
    """
    fresh = writable_issue(issue, by=by, now=now, seen=seen)
    chosen = _free_items(fresh, items)
    if len(chosen) < 2:
        message = _("Choose at least two items to merge.")
        raise BadInput(message, fields={"items": message})
    if not title.strip():
        message = _("Give the merged article a title.")
        raise BadInput(message, fields={"title": message})
    article = Article(issue=fresh, position=_room_for(fresh, 1), title=_titled(title))
    article.original_body = "\n".join(each.body for each in chosen)
    article.place(fresh.organisation)
    article.save(force_insert=True)
    _insert(article, _paragraphs_of(article, chosen))
    _compiled(fresh, chosen, by, now)
    return article


def _refuse_foreign(issue: Issue, items: Iterable[InformationItem]) -> None:
    """The office prints what was sent to it, of the series' programme if it has one."""
    for item in items:
        programme = issue.series.programme_id
        if item.supervisor_id != issue.organisation_id or programme not in (
            None,
            item.programme_id,
        ):
            raise RuleBroken(
                _("“%(title)s” is not an item of this series.") % {"title": item},
                code="foreign_item",
            )


def _taken_in(issue: Issue, item: InformationItem, position: int) -> Article:
    article = Article(issue=issue, position=position, title=item.title, item=item)
    article.original_title, article.original_body = item.title, item.body
    article.place(issue.organisation)
    article.save(force_insert=True)
    _insert(article, _paragraphs_of(article, [item]))
    return article


def _paragraphs_of(article: Article, items: Iterable[InformationItem]) -> list[Paragraph]:
    lines = [(item, text) for item in items for text in lines_of(item.body)]
    return [
        Paragraph(
            article=article,
            position=number,
            text=text,
            original=text,
            item=item,
            unit=item.organisation,
            unit_name=item.organisation.name,
        )
        for number, (item, text) in enumerate(lines, 1)
    ]


@transaction.atomic
def add_article(
    issue: Issue, *, title: str, text: str, by: User, now: datetime, seen: int | None = None
) -> Article:
    """An article of the office's own. Raises BadInput, RuleBroken, NotAllowed, Stale."""
    fresh = writable_issue(issue, by=by, now=now, seen=seen)
    article = Article(issue=fresh, position=_room_for(fresh, 1), title=_titled(title))
    article.place(fresh.organisation)
    article.save(force_insert=True)
    _insert(article, _written(article, [Piece(text)], {}))
    wrote(fresh, by=by, now=now)
    record("issue.article_added", target=fresh, by=by, at=now)
    return article


@transaction.atomic
def write_article(
    article: Article,
    *,
    title: str,
    pieces: Iterable[Piece],
    by: User,
    now: datetime,
    seen: int | None = None,
    striking: bool = True,
) -> Issue:
    """The whole article as it is to read: each piece keeps the source of the paragraph it was.

    A piece of several lines becomes several paragraphs of one source; an empty one is struck out, unless
    `striking` is off: while somebody types, a paragraph may be empty for a moment and keeps its text and
    source. Nothing is stored when nothing differs. Raises BadInput, RuleBroken, NotAllowed, Stale.
    """
    fresh = lock(article.issue, seen=seen)
    require_right(by, Permission.BRIEFING_COMPILE, fresh)
    _require_there(article)
    standing = {each.pk: each for each in article.paragraphs.order_by("position")}
    rows = _written(article, pieces, standing, striking=striking)
    as_now = [(p.pk, p.text) for p in standing.values()]
    if article.title == _titled(title) and [(r.pk, r.text) for r in rows] == as_now:
        return fresh
    fresh = writable_issue(fresh, by=by, now=now, seen=seen)
    article.title = _titled(title)
    article.save(update_fields=["title"])
    article.paragraphs.all().delete()
    _insert(article, rows)
    wrote(fresh, by=by, now=now)
    record("issue.article_saved", target=fresh, by=by, at=now, version=fresh.version)
    return fresh


def _written(
    article: Article,
    pieces: Iterable[Piece],
    standing: dict[uuid.UUID, Paragraph],
    *,
    striking: bool = True,
) -> list[Paragraph]:
    rows: list[Paragraph] = []
    left = dict(standing)
    for piece in pieces:
        source = left.pop(piece.pk, None) if piece.pk else None
        if piece.pk and source is None:
            message = _("This paragraph is not part of the article any more.")
            raise BadInput(message, fields={"paragraphs": message}, code="unknown_paragraph")
        lines = lines_of(piece.text)
        if source is not None and not striking:
            lines = lines or [source.text]
        for number, text in enumerate(lines):
            row = _paragraph(article, text, source, len(rows) + 1, first=number == 0)
            if piece.of_item and article.item is not None:
                row.item, row.unit = article.item, article.item.organisation
                row.unit_name = article.item.organisation.name
            rows.append(row)
    if sum(len(row.text) for row in rows) > TEXT_OF_AN_ARTICLE:
        message = _("At most %(most)d characters.") % {"most": TEXT_OF_AN_ARTICLE}
        raise BadInput(message, fields={"paragraphs": message}, code="too_long")
    return rows


def _paragraph(
    article: Article, text: str, source: Paragraph | None, position: int, *, first: bool
) -> Paragraph:
    row = Paragraph(article=article, position=position, text=text)
    if source is not None:
        row.item_id, row.unit_id, row.activity = source.item_id, source.unit_id, source.activity
        row.unit_name = source.unit_name
    if source is not None and first:
        row.pk, row.original = source.pk, source.original
    return row


def _insert(article: Article, rows: list[Paragraph]) -> None:
    for row in rows:
        row.org_path, row.organisation_id = article.org_path, article.organisation_id
    Paragraph.objects.bulk_create(rows)


@transaction.atomic
def move_article(
    article: Article, *, to: int, by: User, now: datetime, seen: int | None = None
) -> Issue:
    """To place `to`, counted from 1; the strongest stands first. Beyond the last it is the last."""
    fresh = writable_issue(article.issue, by=by, now=now, seen=seen)
    _require_there(article)
    order = [each for each in fresh.articles.order_by("position", "pk") if each.pk != article.pk]
    order.insert(max(to, 1) - 1, article)
    _number(order)
    wrote(fresh, by=by, now=now)
    record("issue.article_moved", target=fresh, by=by, at=now, to=order.index(article) + 1)
    return fresh


@transaction.atomic
def remove_article(article: Article, *, by: User, now: datetime, seen: int | None = None) -> Issue:
    """Its item is back in the basket."""
    fresh = writable_issue(article.issue, by=by, now=now, seen=seen)
    _require_there(article)
    item = article.item_id
    Article.objects.filter(pk=article.pk).delete()
    _number(list(fresh.articles.order_by("position", "pk")))
    wrote(fresh, by=by, now=now)
    record("issue.article_removed", target=fresh, by=by, at=now, item=str(item or ""))
    return fresh


def _require_there(article: Article) -> None:
    if not Article.objects.filter(pk=article.pk).exists():
        raise RuleBroken(_("This article was taken out of the issue."), code="gone")


def _number(order: list[Article]) -> None:
    for position, each in enumerate(order, 1):
        each.position = position
    Article.objects.bulk_update(order, ["position"])


def _room_for(issue: Issue, number: int) -> int:
    """The place of the first of `number` new articles."""
    standing = issue.articles.count()
    if standing + number > MOST_ARTICLES:
        message = _("An issue has at most %(most)d articles.") % {"most": MOST_ARTICLES}
        raise BadInput(message, fields={"items": message})
    return standing + 1


def lines_of(text: str) -> list[str]:
    """Paragraphs of a text as it was typed: lines that say something."""
    return [line for each in text.splitlines() if (line := each.strip(" \t\u3000"))]


def _titled(title: str) -> str:
    words = title.strip()
    if len(words) > _TITLE:
        message = _("At most %(most)d characters; these are %(found)d.") % {
            "most": _TITLE,
            "found": len(words),
        }
        raise BadInput(message, fields={"title": message}, code="too_long")
    return words
