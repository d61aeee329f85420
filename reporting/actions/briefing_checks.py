"""What must be true of a series or an issue before a verb lets it stand."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from reporting.comparing import LISTS
from reporting.models import Article, InformationItem, Issue, IssueTurn, Series
from reporting.queries import hands_of, holding, standing_in
from reporting.states import ItemState

LENGTHS = {
    "title": 60,
    "body_name": 60,
    "compiler": 80,
    "note": 40,
    "headline": 120,
    "editors_note": 2_000,
    "correction_note": 2_000,
}
"""Characters of the texts of a series or an issue."""
MOST_NAMES, LONGEST_NAME, MOST_COPIES = 60, 80, 100_000
TEXT_OF_AN_ARTICLE = 20_000
_SECRECY = re.compile("秘密|机密|绝密|機密|絕密|secret|confidential", re.IGNORECASE)
"""Levels of the law on state secrets, also in traditional characters and as a foreign form says it."""


def accepted(given: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as they are stored: trimmed, lists without empty or double names. Raises BadInput."""
    found, wrong = {}, {}
    for name, value in given.items():
        found[name] = _stored(name, value)
        if message := _fault(name, found[name]):
            wrong[name] = message
    if wrong:
        raise BadInput(" ".join(dict.fromkeys(wrong.values())), fields=wrong)
    return found


def _stored(name: str, value: Any) -> Any:
    if name in LISTS:
        return list(dict.fromkeys(each.strip() for each in value if each.strip()))
    if isinstance(value, str):
        return value.replace("\r\n", "\n").strip()
    return value


def _fault(name: str, value: Any) -> str:
    if name in LISTS:
        return _fault_of_names(value)
    if name == "copies" and not 0 <= value <= MOST_COPIES:
        return _("From 0 to %(most)d copies.") % {"most": MOST_COPIES}
    most = LENGTHS.get(name)
    if most and len(value) > most:
        return _("At most %(most)d characters; these are %(found)d.") % {
            "most": most,
            "found": len(value),
        }
    return ""


def _fault_of_names(names: list[str]) -> str:
    if len(names) > MOST_NAMES:
        return _("At most %(most)d names.") % {"most": MOST_NAMES}
    if any(len(each) > LONGEST_NAME for each in names):
        return _("A name has at most %(most)d characters.") % {"most": LONGEST_NAME}
    return ""


def refuse_secrecy(facts: Mapping[str, Any]) -> None:
    """No system for secrets: what bears a level must not be written here at all."""
    for name in ("title", "body_name", "note"):
        words = unicodedata.normalize("NFKC", str(facts.get(name, "")))
        if _SECRECY.search(re.sub(r"[\s·.、\-—_*★☆]", "", words)):
            message = _(
                "This system is not for secrets: a briefing here bears no secrecy level. What has one"
                " is written and sent by the classified way."
            )
            raise BadInput(message, fields={name: message}, code="secrecy_level")


def narrower(one: str, other: str) -> str:
    """Of two audiences the one that fewer belong to."""
    return min(one, other, key=Series.Audience.values.index)


def require_right(by: User, permission: Permission, subject: Any) -> None:
    if not by.has_perm(permission, subject):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")


def refuse_hand(issue: Issue, by: User, message: str) -> None:
    """Who began the draft or took items into it does not approve it."""
    if by.pk in hands_of(issue):
        raise RuleBroken(message, code="own_paper")


def require_ready(issue: Issue) -> None:
    """Something to read, every text there, every item still adopted. Locks the items."""
    articles = list(issue.articles.prefetch_related("paragraphs").order_by("position"))
    if not articles:
        raise RuleBroken(_("There is no article in this issue yet."), code="empty_issue")
    for article in articles:
        if not article.title.strip() or not any(p.text.strip() for p in article.paragraphs.all()):
            raise RuleBroken(
                _("Article %(number)d has no title or no text.") % {"number": article.position},
                code="empty_article",
            )
    if issue.corrects_id and not issue.correction_note:
        message = _("Say what was wrong and how it reads now.")
        raise BadInput(message, fields={"correction_note": message}, code="no_correction_note")
    require_adopted(key for article in articles for key in items_of(article))


def items_of(article: Article) -> set[Any]:
    """Ids of the items it was compiled from, also of one whose every paragraph was struck out."""
    found = {article.item_id, *(row.item_id for row in article.paragraphs.all())}
    return found - {None}


def require_adopted(ids: Iterable[Any]) -> list[InformationItem]:
    """The items, locked: whoever takes an adoption back at the same time waits, or is waited for."""
    wanted = set(ids)
    rows = InformationItem.objects.filter(pk__in=wanted).select_related("organisation")
    items = list(rows.select_for_update(of=("self",)).order_by("pk"))
    gone = [each for each in items if each.state != ItemState.ADOPTED]
    if gone:
        raise RuleBroken(
            _("No longer adopted: “%(titles)s”. Take it out of the issue.")
            % {"titles": "”、“".join(str(each) for each in gone)},
            code="item_not_adopted",
        )
    return items


def refuse_printed_twice(issue: Issue, items: Iterable[InformationItem]) -> None:
    """In one series an item is printed once."""
    found = standing_in(issue.series).filter(holding(each.pk for each in items))
    other = found.select_related("issue__series").first()
    if other is not None:
        raise RuleBroken(
            _("“%(title)s” already stands in “%(issue)s”.")
            % {"title": other.original_title or other.title, "issue": other.issue},
            code="printed_already",
        )


def left_turn(
    issue: Issue,
    what: IssueTurn.What,
    *,
    by: User,
    at: Any,
    opinion: str = "",
    snapshot: dict[str, Any] | None = None,
) -> IssueTurn:
    """A line of the issue's history; every verb that moves an issue leaves one."""
    turn = IssueTurn(issue=issue, what=what, by=by, by_name=by.display_name, at=at, opinion=opinion)
    turn.snapshot = snapshot
    turn.place(issue.organisation)
    turn.save(force_insert=True)
    return turn
