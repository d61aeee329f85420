"""Questions about items that more than one verb or screen asks."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from actionlearning.foundation.languages import in_english, product_words
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.similarity import Likeness, most_alike
from groups.access import reach_of
from groups.models import Organisation, Person
from groups.queries import named_like
from groups.queries.minds import others_of, sign_ins_of
from programmes.access import taking_papers
from programmes.models import Enrolment, Obligation, Programme, Project
from programmes.queries import head_of, key_asked, local_day
from reporting.models import (
    Article,
    Attachment,
    InformationItem,
    Issue,
    IssueTurn,
    Series,
)
from reporting.states import GIVEN_UP, STANDING, IssueState, ItemState

DELIVERABLE = "information_item"
ALIKE = 60
"""Per cent of shared character pairs from which on the reviewer is shown the earlier item."""
_COMPARED = 300
_SHOWN = 3


def fingerprint(item: InformationItem) -> str:
    """sha256 of title, text and attachments exactly as they stand."""
    files = Attachment.objects.filter(item=item, removed_at=None).order_by("added_at", "id")
    content = [item.title, item.body, *files.values_list("sha256", flat=True)]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def copy_of(item: InformationItem) -> InformationItem | None:
    """Another submitted item of the same unit with the same text."""
    found: InformationItem | None = (
        InformationItem.objects.filter(
            organisation=item.organisation_id, content_hash=item.content_hash, state__in=STANDING
        )
        .exclude(pk=item.pk)
        .first()
    )
    return found


@dataclass(frozen=True)
class ItemType:
    """A type of item as the programme's plan names it, with the criteria it is read by (D10)."""

    key: str
    name: str
    criteria: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """`动态类信息：内容真实、简明扼要`."""
        return f"{self.name}：{'、'.join(self.criteria)}" if self.criteria else self.name


def types_of(programme: Programme, day: date) -> list[ItemType]:
    """Those of the plan in force; a plan that names none knows the whole catalogue."""
    named = head_of(programme, day).get("information", ())
    english = in_english()
    return [
        ItemType(
            row["key"],
            row["name_en"] if english else product_words(row["name"]),
            tuple(map(product_words, row.get("criteria", ()))),
        )
        for row in named
    ] or [ItemType(key, str(label)) for key, label in InformationItem.Kind.choices]


def type_of(item: InformationItem, day: date) -> ItemType:
    """The item's own; of a type that the plan has dropped the catalogue's name."""
    known = {each.key: each for each in types_of(item.programme, day)}
    return known.get(item.kind) or ItemType(item.kind, str(InformationItem.Kind(item.kind).label))


def months_owed(item: InformationItem, project: Project | None) -> set[str]:
    """Months for which its unit owes an item, met or not, unless it was let off."""
    rows = Obligation.objects.filter(
        Q(project=None) | Q(project=project) if project else Q(project=None),
        organisation=item.organisation_id,
        programme=item.programme_id,
        deliverable=DELIVERABLE,
        cancelled_at=None,
    )
    return set(rows.values_list("window_key", flat=True))


def similar_to(item: InformationItem, body: str) -> list[Likeness]:
    """Earlier items of the unit that look like this one; its newest 300 are compared."""
    earlier = (
        InformationItem.objects.filter(
            organisation=item.organisation_id,
            first_submitted_at__lt=item.first_submitted_at,
            state__in=STANDING,
        )
        .order_by("-first_submitted_at")
        .values("pk", "title", "body", "submitted_at")[:_COMPARED]
    )
    texts = ((row, row["body"]) for row in earlier)
    return most_alike(body, texts, least=ALIKE, most=_SHOWN)


def narrowed(rows: QuerySet[Any], wanted: Mapping[str, str]) -> QuerySet[Any]:
    """The filters of every list; raises BadInput for an id that is none.

    state, kind, month (`2026-09`), q (words of the title), `programme`, `organisation` and `activity` by id,
    `unit` by its name, spelling or initials.
    """
    names = {"state": "state", "kind": "kind", "month": "window_key", "q": "shown_title__icontains"}
    given = {
        field: wanted.get(name, "").replace("\x00", "").strip() for name, field in names.items()
    }
    rows = rows.filter(**{field: value for field, value in given.items() if value})
    for name in ("programme", "organisation", "activity"):
        if wanted.get(name):
            rows = rows.filter(**{name: key_asked(wanted, name)})
    if wanted.get("unit", "").strip():
        units = named_like(Organisation.objects.all(), wanted["unit"], inside=True)
        rows = rows.filter(organisation__in=units)
    return rows


def files_of(item: InformationItem, user: User) -> QuerySet[Any]:
    """The attachments without their content; outsiders see those that were submitted."""
    files = Attachment.objects.filter(item=item).defer("content").order_by("added_at", "id")
    if item.state in STANDING or is_own(item, user):
        return files.filter(removed_at=None)
    sent = item.submitted_at
    return files.filter(Q(removed_at=None) | Q(removed_at__gt=sent), added_at__lte=sent)


def is_own(item: InformationItem, user: User) -> bool:
    """The reader belongs to the unit itself, not to a level above."""
    return item.organisation_id in reach_of(user, Permission.ITEM_VIEW).organisations


def duties_of(item: InformationItem, now: datetime) -> list[Any]:
    """The duties of its unit that this item is meant for, with state and clause."""
    if not item.window_key:
        return []
    rows = Obligation.objects.filter(
        organisation=item.organisation_id,
        programme=item.programme_id,
        deliverable=DELIVERABLE,
        window_key=item.window_key,
        project=None,
    )
    return list(rows.with_state(now).select_related("rule__clause").order_by("rule_key"))


def enrolments_of(user: User, now: datetime) -> QuerySet[Any]:
    """Where this sign-in may write: its own organisations in programmes that run, or take late items."""
    return (
        Enrolment.objects.in_force(local_day(now))
        .filter(
            taking_papers(DELIVERABLE, now),
            organisation__in=reach_of(user, Permission.ITEM_WRITE).organisations,
        )
        .select_related("programme", "organisation")
        .order_by("organisation__sort_path", "programme__starts_on", "id")
    )


def duties_to_meet(user: User, now: datetime) -> QuerySet[Any]:
    """Open duties of the organisations for which this sign-in may write, the oldest first."""
    return (
        Obligation.objects.asking(now)
        .filter(
            organisation__in=reach_of(user, Permission.ITEM_WRITE).organisations,
            deliverable=DELIVERABLE,
            project=None,
            opens_at__lte=now,
        )
        .exclude(closes_at__lte=now)
        .with_state(now)
        .select_related("rule", "programme", "organisation")
        .order_by("due_at", "id")
    )


def phone_of(user: User) -> str:
    """From the roster: nothing known is typed twice."""
    found = Person.objects.filter(user=user).values_list("phone", flat=True).first()
    return str(found or "")


def root_of(issue: Issue) -> Any:
    """Id of the issue that a chain of corrections began with."""
    return issue.corrects_id or issue.pk


def articles_in_force() -> QuerySet[Any]:
    """Articles of issues that are neither withdrawn, given up nor replaced by a published correction."""
    chain = Coalesce(OuterRef("issue__corrects"), OuterRef("issue"))
    later = Issue.objects.filter(
        corrects=chain, correction__gt=OuterRef("issue__correction"), state=IssueState.PUBLISHED
    )
    gone = Issue.objects.filter(Q(corrects=chain) | Q(pk=chain), state=IssueState.WITHDRAWN)
    rows: QuerySet[Any] = Article.objects.exclude(issue__state__in=GIVEN_UP)
    return rows.filter(~Exists(later), ~Exists(gone))


def standing_in(series: Series) -> QuerySet[Any]:
    """Articles of a series whose items are taken: printed, or on their way to be."""
    return articles_in_force().filter(issue__series=series)


def holding(items: Iterable[Any]) -> Q:
    """Of articles: those compiled from one of these items, alone or merged with others."""
    keys = list(items)
    return Q(item__in=keys) | Q(paragraphs__item__in=keys)


def basket_of(series: Series) -> QuerySet[Any]:
    """Adopted items that its office may still print in this series; `shown_title` as lists ask for it."""
    rows = InformationItem.objects.filter(
        supervisor=series.organisation_id, state=ItemState.ADOPTED
    ).exclude(_taken_by(standing_in(series)))
    return rows.filter(programme=series.programme_id) if series.programme_id else rows


def _taken_by(articles: QuerySet[Any]) -> Q:
    merged = articles.filter(paragraphs__item=OuterRef("pk"))
    return Q(Exists(articles.filter(item=OuterRef("pk")))) | Q(Exists(merged))


def hands_of(issue: Issue) -> set[Any]:
    """Ids of those whose words or choice it is, with all their sign-ins: who began it, took items in, wrote, moved or cut.

    For the whole life of the issue: what somebody wrote before the last check still stands there.
    """
    turns = issue.turns.filter(what__in=IssueTurn.HANDS)
    hands = {issue.drafted_by_id, *turns.values_list("by", flat=True)}
    return sign_ins_of(hands, tenant=issue.tenant)


def without_hand_of(user: User) -> Q:
    """The same for a list of issues: those in which `user` had no hand, by any sign-in of his."""
    hand = IssueTurn.objects.filter(issue=OuterRef("pk"), what__in=IssueTurn.HANDS)
    mine = Q(drafted_by=user.pk) | Q(drafted_by__in=others_of([user.pk]))
    wrote = Q(by=user.pk) | Q(by__in=others_of([user.pk]))
    return Q(~mine, ~Exists(hand.filter(wrote)))


def version_in_force(issue: Issue) -> Issue:
    """What stands now of the issue's chain: its last published correction, or the issue itself."""
    root = root_of(issue)
    chain = Issue.objects.filter(Q(pk=root) | Q(corrects=root), state=IssueState.PUBLISHED)
    found: Issue | None = chain.order_by("-correction").first()
    return found or issue


def version_before(correction: Issue) -> Issue | None:
    """What a correction takes the place of: the last version told before it. None for no correction."""
    if not correction.corrects_id:
        return None
    root = Q(pk=correction.corrects_id) | Q(corrects=correction.corrects_id)
    told = Issue.objects.filter(root, published_at__isnull=False).exclude(pk=correction.pk)
    if correction.published_at:
        told = told.filter(correction__lt=correction.correction)
    found: Issue | None = told.order_by("-correction").first()
    return found


def last_check_of(issue: Issue) -> IssueTurn | None:
    """Its turn with the snapshot of what was checked; of older checks nothing was kept."""
    turns = issue.turns.filter(what=IssueTurn.What.CHECKED, snapshot__isnull=False)
    found: IssueTurn | None = turns.order_by("-at", "-pk").first()
    return found


def items_in(content: Mapping[str, Any]) -> set[str]:
    """Ids of the items whose paragraphs a published content prints."""
    rows = [row for article in content["articles"] for row in article["paragraphs"]]
    return {row["item"]["id"] for row in rows if row["item"]}


def printed_of(content: Mapping[str, Any], item: InformationItem) -> tuple[str, str]:
    """(title, text) as a published content prints `item`; its paragraphs only, one a line."""
    key, title, lines = str(item.pk), item.title, []
    for article in content["articles"]:
        if (article["item"] or {}).get("id") == key:
            title = article["title"]
        rows = article["paragraphs"]
        lines += [row["text"] for row in rows if (row["item"] or {}).get("id") == key]
    return title, "\n".join(lines)
