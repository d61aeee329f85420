"""The desk in four questions: duties, what is red below, papers, notices. Each is one SQL statement whatever it finds."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import (
    Aggregate,
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.fields import CharField
from django.db.models.functions import Coalesce, Concat

from actionlearning.foundation.inbox import inbox_of, unread
from actionlearning.foundation.models import Notice, Tenant, User
from actionlearning.foundation.permissions import Permission
from groups.access import granted_ids, reach_of, standing_of
from groups.queries.minds import others_of
from programmes.models import (
    BEFORE_A_BODY,
    CalendarYear,
    Dossier,
    Obligation,
    Problem,
    Project,
)
from programmes.papers import TOPIC, TOPIC_PROPOSAL
from programmes.procedures import StepKind
from programmes.queries import NATION, local_day
from programmes.queries.dossiers import waiting_turns
from programmes.states import ProjectState
from programmes.views.calendar_page import year_needed
from reporting.models import InformationItem, Issue, IssueTurn, ItemTurn
from reporting.queries import without_hand_of
from reporting.states import IssueState, ItemState

MOST_DUTIES = 30
MOST_PAPERS = 40
MOST_NEWS = 6
MOST_UNITS = 5
NEWS_DAYS = 14
"""An adopted item and a declined topic are news for so long."""

REVIEW = "review"
SIGN = "sign"
SUBMIT = "submit"
SUBMIT_TOPIC = "submit_topic"
CHOOSE = "choose"
BACK = "back"
DECLINED = "declined"
ADOPTED = "adopted"
CHECK_ISSUE = "check_issue"
SIGN_ISSUE = "sign_issue"
PUBLISH_ISSUE = "publish_issue"
ISSUE_BACK = "issue_back"
ACT = "act"
CALENDAR = "calendar"
MEND = "mend"
ANSWER = "answer"
PROBLEM = "problem"

Papers = QuerySet[Any, dict[str, Any]]


def own_organisations(user: User) -> list[uuid.UUID]:
    """Where this sign-in has its seats: those who only watch also see what their own unit owes."""
    return list(reach_of(user, Permission.OBLIGATION_VIEW).organisations)


class _OverGroups(Aggregate):
    """How many rows all groups have together, beside each of them."""

    template = "(SUM(COUNT(%(expressions)s)) OVER ())::integer"
    output_field = IntegerField()


class _Groups(_OverGroups):
    """How many groups there are."""

    template = "(COUNT(COUNT(%(expressions)s)) OVER ())::integer"


@dataclass(frozen=True)
class Red:
    """What is overdue below: how many duties of how many units, and the units with most of them."""

    duties: int
    units: int
    worst: list[dict[str, Any]]


def red_below(user: User, *, now: datetime) -> Red | None:
    """Overdue at the units below one's own; None where nobody looks down. One statement."""
    if not user.has_perm(Permission.OBLIGATION_VIEW):
        return None
    reach = reach_of(user, Permission.OBLIGATION_VIEW)
    rows = (
        Obligation.objects.overdue(now)
        .filter(reach.as_q())
        .exclude(reach.own_q())
        .order_by()
        .values("organisation_id", "organisation__name", "organisation__sort_path")
        .annotate(number=Count("pk"), oldest=Min("due_at"))
        .annotate(duties=_OverGroups("pk"), units=_Groups("pk"))
        .order_by("-number", "organisation__sort_path")
    )
    worst = list(rows[:MOST_UNITS])
    if worst:
        return Red(worst[0]["duties"], worst[0]["units"], worst)
    watching = not user.has_perm(Permission.ITEM_WRITE)
    return Red(0, 0, []) if watching else None


def owed_by(user: User, *, now: datetime) -> list[Any]:
    """Open duties of one's own organisations that can still be done, the most urgent first."""
    if not user.has_perm(Permission.OBLIGATION_VIEW):
        return []
    rows = (
        Obligation.objects.asking(now)
        .with_state(now)
        .filter(Q(closes_at=None) | Q(closes_at__gt=now))
        .filter(organisation__in=own_organisations(user), opens_at__lte=now)
        .select_related("rule__clause", "programme", "organisation", "project")
        .order_by("due_at", "id")
    )
    return list(rows[:MOST_DUTIES])


def papers_of(user: User, *, now: datetime) -> list[dict[str, Any]]:
    """Items and topics that wait for this sign-in, came back to it or were adopted, the oldest first.

    Each is {app, bucket, id, shown_title, unit, since}: one UNION instead of ten lists, and before it
    two statements for who sits in the bodies on whose papers one may act.
    """
    parts = [
        *_items(user, now),
        *_projects(user, now),
        *_issues(user),
        *_dossiers(user, now),
        *_problems(user),
        *_calendar(user, now),
    ]
    parts = [part for part in parts if _may_find(part)]
    if not parts:
        return []
    if len(parts) == 1:
        return list(parts[0])
    return list(parts[0].union(*parts[1:], all=True).order_by("since", "id"))


def _may_find(part: Papers) -> bool:
    """A part whose condition cannot hold is left out here: Django does it too late and writes ORDER BY twice."""
    try:
        part.query.sql_with_params()
    except EmptyResultSet:
        return False
    return True


def _items(user: User, now: datetime) -> list[Papers]:
    items: Any = InformationItem.objects
    recent = Q(state=ItemState.ADOPTED, decided_at__gt=now - timedelta(days=NEWS_DAYS))
    written = ~Q(title="") & ~Q(body="")
    ready = Q(state=ItemState.DRAFT) | Q(state=ItemState.RETURNED, changed_at__gt=_returned_at())
    return [
        *_papers(
            user,
            items,
            Permission.ITEM_REVIEW,
            Q(state=ItemState.SUBMITTED),
            REVIEW,
            "submitted_at",
        ),
        *_papers(
            user,
            items,
            Permission.ITEM_SIGN,
            ready & written,
            SIGN,
            "changed_at",
        ),
        *_papers(
            user, items, Permission.ITEM_SUBMIT, Q(state=ItemState.SIGNED), SUBMIT, "signed_at"
        ),
        *_papers(
            user, items, Permission.ITEM_WRITE, Q(state=ItemState.RETURNED), BACK, _returned_at()
        ),
        *_papers(user, items, Permission.ITEM_WRITE, recent, ADOPTED, "decided_at"),
    ]


def _returned_at() -> Subquery:
    """When it last came back: a sign-off taken back leaves the same state without an opinion."""
    turns = ItemTurn.objects.filter(item=OuterRef("pk"), step=ItemState.RETURNED)
    return Subquery(turns.exclude(opinion="").order_by("-at").values("at")[:1])


def _projects(user: User, now: datetime) -> list[Papers]:
    projects: Any = Project.objects
    candidate, submitted = Q(state=ProjectState.CANDIDATE), Q(state=ProjectState.SUBMITTED)
    returned, chosen = Q(state=ProjectState.RETURNED), Q(state=ProjectState.CHOSEN)
    declined = Q(
        state=ProjectState.DECLINED, decided_at__gt=now - timedelta(days=NEWS_DAYS), level=1
    )
    way = Dossier.objects.filter(project=OuterRef("pk"), kind=TOPIC, holder__isnull=False)
    return [
        *_papers(
            user,
            projects.exclude(Exists(_proposals())),
            Permission.PROJECT_CHOOSE,
            candidate,
            CHOOSE,
            "created_at",
        ),
        *_papers(
            user,
            projects.exclude(Exists(way)),
            Permission.PROJECT_REVIEW,
            submitted,
            REVIEW,
            "submitted_at",
        ),
        *_papers(user, projects, Permission.PROJECT_SUBMIT, chosen, SUBMIT_TOPIC, "chosen_at"),
        *_papers(user, projects, Permission.PROJECT_CHANGE, returned, BACK, "decided_at"),
        *_papers(user, projects, Permission.PROJECT_CHANGE, declined, DECLINED, "decided_at"),
    ]


def _proposals() -> QuerySet[Any]:
    """Papers in which a unit's candidates lie before its leading group: told as those papers."""
    return Dossier.objects.filter(
        BEFORE_A_BODY,
        programme=OuterRef("programme"),
        organisation=OuterRef("organisation"),
        kind=TOPIC_PROPOSAL,
        sent_at__gte=OuterRef("created_at"),
    )


def _issues(user: User) -> list[Papers]:
    """Briefings of one's own office: to check, to sign, to publish, sent back; never one's own hand's."""
    others: Any = Issue.objects.filter(without_hand_of(user))
    mine: Any = Issue.objects
    drafts = Q(state=IssueState.DRAFT)
    offered, back = drafts & Q(offered_at__isnull=False), drafts & Q(offered_at=None)
    returned = IssueTurn.objects.filter(issue=OuterRef("pk")).order_by("-at", "-id")
    sent_back = mine.annotate(last=Subquery(returned.values("what")[:1]))
    back &= Q(last__in=(IssueTurn.What.RETURNED, IssueTurn.What.UNSIGNED))
    checker = Q(checked_by=user.pk) | Q(checked_by__in=others_of([user.pk]))
    checked = Q(state=IssueState.CHECKED) & ~checker
    signed = Q(state=IssueState.SIGNED)
    compiling = Permission.BRIEFING_COMPILE
    return [
        *_papers(user, others, Permission.BRIEFING_CHECK, offered, CHECK_ISSUE, "offered_at"),
        *_papers(user, others, Permission.BRIEFING_SIGN, checked, SIGN_ISSUE, "checked_at"),
        *_papers(user, mine, compiling, signed, PUBLISH_ISSUE, "signed_at"),
        *_papers(user, sent_back, compiling, back, ISSUE_BACK, "changed_at"),
    ]


def _dossiers(user: User, now: datetime) -> list[Papers]:
    """Papers on which one may act now, and those of one's unit returned or with points to be answered."""
    if not user.has_perm(Permission.DOSSIER_VIEW):
        return []
    mending, over = Q(turns__kind=StepKind.MEND), Q(turns__acted_at__isnull=False)
    returned_topic = Q(kind=StepKind.MEND, dossier__kind=TOPIC)  # told as a topic already
    turns = waiting_turns(user, local_day(now)).exclude(returned_topic)
    found = (
        Dossier.objects.filter(turns__in=turns)
        .as_read_by(user)
        .annotate(
            app=Value("programmes", CharField()),
            bucket=Case(
                When(mending, Value(MEND)),
                When(over, Value(ANSWER)),
                default=Value(ACT),
                output_field=CharField(),
            ),
            unit=F("organisation__name"),
            since=Coalesce("turns__acted_at", "turns__received_at"),
        )
        .order_by("since", "id")
        .values("app", "bucket", "id", "shown_title", "unit", "since")
    )
    return [found[:MOST_PAPERS]]


def _problems(user: User) -> list[Papers]:
    """Problems that lie with an office at which one works."""
    if not user.has_perm(Permission.PROBLEM_VIEW):
        return []
    found = (
        Problem.objects.open()
        .in_court_of(user)
        .annotate(
            app=Value("programmes", CharField()),
            bucket=Value(PROBLEM, CharField()),
            shown_title=F("title"),
            unit=F("organisation__name"),
            since=F("held_since"),
        )
        .order_by("since", "id")
        .values("app", "bucket", "id", "shown_title", "unit", "since")
    )
    return [found[:MOST_PAPERS]]


def _calendar(user: User, now: datetime) -> list[Papers]:
    """For an office: the year of the national calendar that should be published by now and is not."""
    if not user.has_perm(Permission.ITEM_REVIEW):
        return []
    known = CalendarYear.objects.filter(scope=NATION, year=year_needed(local_day(now)))
    found: Any = (
        Tenant.objects.filter(pk__in=[user.tenant_id])
        .exclude(Exists(known))
        .annotate(
            app=Value("programmes", CharField()),
            bucket=Value(CALENDAR, CharField()),
            shown_title=F("name"),
            unit=F("name"),
            since=F("created_at"),
        )
        .values("app", "bucket", "id", "shown_title", "unit", "since")
    )
    return [found]


def _papers(
    user: User, rows: Any, permission: Permission, condition: Q, bucket: str, since: Any
) -> list[Papers]:
    """One part of the UNION; none at all where the permission is not held."""
    if not user.has_perm(permission):
        return []
    title: Any = F("title")
    if rows.model is Issue:
        title = Concat("series__title", Value(" "), "headline", output_field=CharField())
    found = (
        rows.filter(reach_of(user, permission).as_q(), condition)
        .annotate(
            shown_title=title,
            app=Value(rows.model._meta.app_label, CharField()),
            bucket=Value(bucket, CharField()),
            unit=F("organisation__name"),
            since=Coalesce(since, "created_at"),
        )
        .order_by("since", "id")
        .values("app", "bucket", "id", "shown_title", "unit", "since")
    )
    return [found[:MOST_PAPERS]]


def opened_to(user: User) -> list[Any]:
    """Topics that their units have opened to this sign-in from outside; nobody else is asked about."""
    if not standing_of(user).granted_paths:
        return []
    opened = Project.objects.filter(pk__in=granted_ids(user.pk, "programmes.project"))
    rows = opened.select_related("organisation")
    return list(rows.order_by("created_at", "id")[:MOST_PAPERS])


def news_of(user: User) -> tuple[list[Notice], int]:
    """(the last notices, how many are unread): both from one statement."""
    mine = inbox_of(user)
    count = unread(mine).order_by().values("recipient").annotate(total=Count("pk")).values("total")
    told = mine.annotate(unread_total=Coalesce(Subquery(count), 0)).order_by("-at", "-id")
    rows: list[Any] = list(told[:MOST_NEWS])
    return rows, rows[0].unread_total if rows else 0
