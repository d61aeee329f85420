"""What an issue says, kept as plain JSON, and what is different between two of them (P1-09).

Read against the issue that it corrects, or against what was last checked: head, notes, lists, articles.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actionlearning.foundation.texts import Change, edits
from reporting.models import Issue
from reporting.queries import last_check_of, version_before

CORRECTED, CHECK = "corrected", "check"
LISTS = {
    "report_to": gettext_lazy("Report to (superiors)"),
    "send_to": gettext_lazy("Send to (peers)"),
    "issue_to": gettext_lazy("Issue to (subordinates)"),
}
"""Who gets an issue: three lists of names, and what each is called."""
_TEXTS = ("headline", "editors_note", "correction_note")


@dataclass(frozen=True)
class Difference:
    """`name`: the field, or `article`; `label` in the reader's language."""

    name: str
    label: str
    changes: list[Change]


def snapshot_of(issue: Issue) -> dict[str, Any]:
    """Two questions, whatever the number of articles."""
    rows = issue.articles.prefetch_related("paragraphs").order_by("position", "id")
    return {
        **{name: getattr(issue, name) for name in _TEXTS},
        **{name: list(getattr(issue, name)) for name in LISTS},
        "copies": issue.copies,
        "articles": [_article(each) for each in rows],
    }


def _article(article: Any) -> dict[str, Any]:
    rows = sorted(article.paragraphs.all(), key=lambda each: (each.position, each.pk))
    return {
        "id": str(article.pk),
        "item": str(article.item_id or ""),
        "title": article.title,
        "text": "\n".join(each.text for each in rows),
    }


def differences(old: dict[str, Any], new: dict[str, Any]) -> list[Difference]:
    """Only what differs, in the order of the newer one; articles taken out stand at the end."""
    found = [
        Difference(name, label, edits(_words(old[name]), _words(new[name])))
        for name, label in _labels()
    ]
    pairs = list(_pairs(old["articles"], new["articles"]))
    found += [_of_articles(*pair) for pair in pairs]
    found += _moved(old["articles"], [each["id"] for each, now in pairs if each and now])
    return [each for each in found if any(change.kind != "same" for change in each.changes)]


def compared(issue: Issue, against: str) -> list[Difference]:
    """Against `corrected` (what a correction replaces) or the last `check`; nothing where there is none.

    Raises KeyError for another word.
    """
    check, before = last_check_of(issue), version_before(issue)
    old = {
        CORRECTED: snapshot_of(before) if before and against == CORRECTED else None,
        CHECK: check.snapshot if check else None,
    }[against]
    return differences(old, snapshot_of(issue)) if old else []


def _labels() -> list[tuple[str, str]]:
    return [
        ("headline", _("Headline")),
        ("correction_note", _("What was wrong and how it reads now")),
        ("editors_note", _("Editor's note")),
        *((name, str(label)) for name, label in LISTS.items()),
        ("copies", _("Copies printed")),
    ]


def _words(value: Any) -> str:
    return "\n".join(value) if isinstance(value, list) else str(value)


Pair = tuple[dict[str, Any] | None, dict[str, Any] | None]


def _pairs(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> Iterator[Pair]:
    """Each article beside the one it was: the same row, else of the same item, else of the same title."""
    left = list(old)
    for article in new:
        before = next(
            (each for key in ("id", "item", "title") for each in left if _same(each, article, key)),
            None,
        )
        if before is not None:
            left.remove(before)
        yield before, article
    yield from ((each, None) for each in left)


def _same(one: dict[str, Any], other: dict[str, Any], key: str) -> bool:
    return bool(one[key]) and one[key] == other[key]


def _of_articles(old: dict[str, Any] | None, new: dict[str, Any] | None) -> Difference:
    title = (new or old or {}).get("title", "")
    label = _("Article “%(title)s”") % {"title": title}
    if old is None:
        label = _("Article put in: “%(title)s”") % {"title": title}
    elif new is None:
        label = _("Article taken out: “%(title)s”") % {"title": title}
    return Difference("article", label, edits(_whole(old), _whole(new)))


def _whole(article: dict[str, Any] | None) -> str:
    return f"{article['title']}\n{article['text']}" if article else ""


def _moved(old: list[dict[str, Any]], kept: list[str]) -> list[Difference]:
    """The order of the articles that stand in both, when it is another one."""
    titles = {each["id"]: each["title"] for each in old}
    before = [each["id"] for each in old if each["id"] in kept]
    if before == kept:
        return []
    words = ["\n".join(titles[key] for key in order) for order in (before, kept)]
    return [Difference("order", _("Order of the articles"), edits(*words))]
