"""What the office's pages say of an issue: state, whose turn it is, articles with their changes, history."""

from datetime import datetime
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.texts import edits
from groups.queries.minds import same_mind
from reporting.comparing import CHECK, CORRECTED, LISTS, compared
from reporting.exports import issue_name, moment
from reporting.models import Article, Issue, Publication
from reporting.queries import hands_of, last_check_of, version_before
from reporting.states import (
    CHECK_ISSUE,
    DISCARD_ISSUE,
    PUBLISH_ISSUE,
    RETURN_ISSUE,
    SIGN_ISSUE,
    UNSIGN_ISSUE,
    VOID_ISSUE,
    WITHDRAW_ISSUE,
    IssueState,
    ItemState,
)
from reporting.views.reading import appearances

WRITABLE_ISSUE = (IssueState.DRAFT, IssueState.CHECKED)


def issue_for(user: User, pk: Any, permission: Permission = Permission.BRIEFING_VIEW) -> Issue:
    """The issue, if `user` works on it; 404 for everybody else."""
    rows = Issue.objects.visible_to(user, permission)
    related = ("series", "organisation", "corrects", "drafted_by")
    return get_object_or_404(rows.select_related(*related), pk=pk)  # type: ignore[no-any-return]


def article_for(user: User, pk: Any) -> Article:
    """An article of an issue that `user` compiles; 404 for everybody else."""
    issues = Issue.objects.visible_to(user, Permission.BRIEFING_COMPILE)
    rows = Article.objects.filter(issue__in=issues)
    return get_object_or_404(  # type: ignore[no-any-return]
        rows.select_related("issue__series", "issue__organisation", "item__organisation"), pk=pk
    )


ORIGINAL = "original"


def page_of_issue(issue: Issue, user: User, against: str = "") -> dict[str, Any]:
    """Everything reporting/issue_detail.html shows; `against`: what its text is compared with."""
    return {
        **_compared(issue, against),
        "issue": issue,
        "name": name_of(issue),
        "state_label": IssueState(issue.state).label,
        "holder": holder_of_issue(issue),
        "facts": _facts(issue),
        "articles": articles_of(issue),
        "lists": [(label, "，".join(getattr(issue, name))) for name, label in LISTS.items()],
        "turns": [_entry(turn) for turn in issue.turns.defer("snapshot").order_by("at", "id")],
        **_acts(issue, user),
    }


def appearances_of_issue(issue: Issue, told: Publication | None, user: User) -> dict[str, Any]:
    """Where else the published issue was told; it is recorded in the programme it is about."""
    if told is None:
        return {}
    named = (
        issue.articles.filter(paragraphs__item__isnull=False)
        .order_by("position")
        .values_list("paragraphs__item__programme", flat=True)
    )
    programme = issue.series.programme_id or named.first()
    return {
        "appeared": appearances(user, briefing=told.root),
        "may_record": issue.state == IssueState.PUBLISHED
        and bool(programme)
        and user.has_perm(Permission.ITEM_WRITE, issue),
        "record_of": f"briefing={told.root}",
        "record_in": programme,
    }


def _compared(issue: Issue, against: str) -> dict[str, Any]:
    """A correction is read against what it corrects unless another comparison is asked for."""
    before, check = version_before(issue), last_check_of(issue)
    offered = {ORIGINAL: _("the units' texts")}
    if before is not None:
        offered[CORRECTED] = name_of(before)
    if check is not None:
        told = {"at": moment(check.at), "by": check.by_name}
        offered[CHECK] = _("the check of %(at)s by %(by)s") % told
    if against not in offered:
        against = CORRECTED if before is not None else ORIGINAL
    return {
        "against": against,
        "comparisons": list(offered.items()) if len(offered) > 1 else [],
        "differences": [] if against == ORIGINAL else compared(issue, against),
    }


def name_of(issue: Issue) -> str:
    """`行动学习简报 No. 7 of 2026`; before signing its headline, or that it has no number yet."""
    if issue.number is None:
        words = issue.headline or _("without a number yet")
        return f"{issue.series.title} · {words}"
    number = issue_name(issue.year, issue.number, issue.correction)
    return f"{issue.series.title} {number}"


def holder_of_issue(issue: Issue) -> str:
    """In whose court the ball is, and since when."""
    who, since = {
        IssueState.DRAFT: (_("those who compile"), issue.changed_at),
        IssueState.CHECKED: (_("the signer"), issue.checked_at),
        IssueState.SIGNED: (_("those who compile, to be published"), issue.signed_at),
        IssueState.PUBLISHED: ("", issue.published_at),
        IssueState.WITHDRAWN: ("", issue.withdrawn_at),
        IssueState.DISCARDED: ("", issue.changed_at),
        IssueState.VOID: ("", issue.changed_at),
    }[IssueState(issue.state)]
    if issue.state == IssueState.DRAFT and issue.offered_at:
        who, since = _("the checker"), issue.offered_at
    if not who:
        return _("settled since %(since)s") % {"since": moment(since)}
    return _("%(who)s, since %(since)s") % {"who": who, "since": moment(since)}


def _facts(issue: Issue) -> list[tuple[str, str]]:
    told = [
        (_("Total number"), str(issue.total or "")),
        (_("Dated"), date_format(issue.dated) if issue.dated else ""),
        (_("Compiled by"), issue.drafter_name),
        (_("Checked by"), f"{issue.checker_name} {moment(issue.checked_at)}".strip()),
        (_("Signed by"), f"{issue.signer_name} {moment(issue.signed_at)}".strip()),
        (_("Published at"), moment(issue.published_at)),
        (_("Copies printed"), str(issue.copies or "")),
        (_("Corrects"), name_of(issue.corrects) if issue.corrects else ""),
    ]
    return [(label, value) for label, value in told if value]


def articles_of(issue: Issue) -> list[dict[str, Any]]:
    """In their order, each with what the office changed; two questions whatever their number."""
    rows = issue.articles.select_related("item").prefetch_related("paragraphs__item")
    return [shown_article(each) for each in rows.order_by("position", "id")]


def shown_article(article: Article) -> dict[str, Any]:
    paragraphs = sorted(article.paragraphs.all(), key=lambda each: each.position)
    units = dict.fromkeys(each.unit_name for each in paragraphs if each.unit_name)
    rows: list[Any] = [article, *paragraphs]
    sources = [each.item for each in rows if each.item]
    text = "\n".join(each.text for each in paragraphs)
    title, body = [], []
    if article.original_title:
        title = edits(article.original_title, article.title)
    if article.original_body:
        body = edits(article.original_body, text)
    return {
        "pk": article.pk,
        "item": article.item_id,
        "compiled": bool(sources),
        "position": article.position,
        "title": article.title,
        "text": text,
        "units": "、".join(units) or _("the office itself"),
        "characters": len(text),
        "title_changes": title,
        "changes": body,
        "changed": any(each.kind != "same" for each in (*title, *body)),
        "adopted": all(each.state == ItemState.ADOPTED for each in sources),
    }


def _acts(issue: Issue, user: User) -> dict[str, bool]:
    """The buttons ask the same steps as the verbs, and add only what the verb checks besides."""
    hand = user.pk in hands_of(issue)
    compiles = user.has_perm(Permission.BRIEFING_COMPILE, issue)
    offered = issue.state == IssueState.DRAFT and issue.offered_at is not None
    check, sign = CHECK_ISSUE.open_to(user, issue), SIGN_ISSUE.open_to(user, issue)
    checker = sign and same_mind(user, issue.checked_by_id, tenant=issue.tenant)
    return {
        "may_write": compiles and issue.state in WRITABLE_ISSUE,
        "may_offer": compiles and issue.state == IssueState.DRAFT and not offered,
        "may_check": check and not hand and offered,
        "may_sign": sign and not hand and not checker,
        "own_paper": (offered and check and hand) or (sign and (hand or checker)),
        "may_return": RETURN_ISSUE.open_to(user, issue) or (offered and check),
        "may_unsign": UNSIGN_ISSUE.open_to(user, issue),
        "may_publish": PUBLISH_ISSUE.open_to(user, issue),
        "may_correct": compiles and issue.state == IssueState.PUBLISHED,
        "may_withdraw": WITHDRAW_ISSUE.open_to(user, issue),
        "may_discard": issue.number is None and DISCARD_ISSUE.open_to(user, issue),
        "may_void": issue.number is not None and VOID_ISSUE.open_to(user, issue),
    }


def _entry(turn: Any) -> dict[str, str]:
    return {
        "at": moment(turn.at),
        "by": turn.by_name,
        "label": turn.get_what_display(),
        "text": turn.opinion,
    }


def waits_for(row: dict[str, Any]) -> str:
    """The same ball in a line of a list."""
    if row["state"] == IssueState.DRAFT:
        return _("the checker") if row["offered_at"] else _("those who compile")
    return {
        IssueState.CHECKED.value: _("the signer"),
        IssueState.SIGNED.value: _("those who compile, to be published"),
    }.get(row["state"], "")


def line_of_issue(row: dict[str, Any], now: datetime) -> dict[str, Any]:
    """One row of `LISTED_ISSUE` as the office's list shows it."""
    number = ""
    if row["number"]:
        number = issue_name(row["year"], row["number"], row["correction"])
    return {
        **row,
        "series_title": row["series__title"],
        "issue": number,
        "name": row["headline"] or row["first"] or _("no article yet"),
        "state_label": IssueState(row["state"]).label,
        "waits": waits_for(row),
        "changed": moment(row["changed_at"]),
        "days": (now - row["changed_at"]).days,
    }


LISTED_ISSUE = (
    "id",
    "series__title",
    "year",
    "number",
    "total",
    "correction",
    "headline",
    "first",
    "state",
    "offered_at",
    "dated",
    "drafter_name",
    "changed_at",
)
