"""The desk in three questions: duties, papers, notices. Each is one SQL statement whatever it finds."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Subquery, Value
from django.db.models.fields import CharField
from django.db.models.functions import Coalesce

from actionlearning.foundation.inbox import inbox_of, unread
from actionlearning.foundation.models import Notice, User
from actionlearning.foundation.permissions import Permission, Span
from groups.access import reach_of, standing_of
from groups.models import Grant
from groups.roles import PERMISSIONS
from programmes.models import Obligation, Project
from programmes.states import ProjectState
from reporting.models import InformationItem
from reporting.states import ItemState

MOST_DUTIES = 30
MOST_PAPERS = 40
MOST_NEWS = 6
NEWS_DAYS = 14
"""An adopted item is news for so long."""

REVIEW = "review"
SIGN = "sign"
SUBMIT = "submit"
CHOOSE = "choose"
BACK = "back"
ADOPTED = "adopted"

Papers = QuerySet[Any, dict[str, Any]]


def own_organisations(user: User) -> list[uuid.UUID]:
    """Where this sign-in does the work itself: holds a permission that reaches no further."""
    seats = standing_of(user).seats
    return list(
        {
            seat.organisation_id: None
            for seat in seats
            if any(held.span is Span.OWN for held in PERMISSIONS[seat.role])
        }
    )


def owed_by(user: User, *, now: datetime) -> list[Any]:
    """Open duties of one's own organisations that can still be done, the most urgent first."""
    if not user.has_perm(Permission.OBLIGATION_VIEW):
        return []
    rows = (
        Obligation.objects.asking(now)
        .with_state(now)
        .filter(Q(closes_at=None) | Q(closes_at__gt=now))
        .filter(organisation__in=own_organisations(user), opens_at__lte=now)
        .select_related("rule__clause", "organisation", "project")
        .order_by("due_at", "id")
    )
    return list(rows[:MOST_DUTIES])


def papers_of(user: User, *, now: datetime) -> list[dict[str, Any]]:
    """Items and topics that wait for this sign-in, came back to it or were adopted, the oldest first.

    Each is {app, bucket, id, title, unit, since}: one UNION instead of seven lists.
    """
    parts = [*_items(user, now), *_projects(user)]
    if not parts:
        return []
    return list(parts[0].union(*parts[1:], all=True).order_by("since", "id"))


def _items(user: User, now: datetime) -> list[Papers]:
    items: Any = InformationItem.objects
    recent = Q(state=ItemState.ADOPTED, decided_at__gt=now - timedelta(days=NEWS_DAYS))
    written = ~Q(title="") & ~Q(body="")
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
            Q(state=ItemState.DRAFT) & written,
            SIGN,
            "changed_at",
        ),
        *_papers(
            user, items, Permission.ITEM_SUBMIT, Q(state=ItemState.SIGNED), SUBMIT, "signed_at"
        ),
        *_papers(
            user, items, Permission.ITEM_WRITE, Q(state=ItemState.RETURNED), BACK, "decided_at"
        ),
        *_papers(user, items, Permission.ITEM_WRITE, recent, ADOPTED, "decided_at"),
    ]


def _projects(user: User) -> list[Papers]:
    projects: Any = Project.objects
    candidate, submitted = Q(state=ProjectState.CANDIDATE), Q(state=ProjectState.SUBMITTED)
    returned = Q(state=ProjectState.RETURNED)
    return [
        *_papers(user, projects, Permission.PROJECT_CHOOSE, candidate, CHOOSE, "created_at"),
        *_papers(user, projects, Permission.PROJECT_REVIEW, submitted, REVIEW, "submitted_at"),
        *_papers(user, projects, Permission.PROJECT_CHANGE, returned, BACK, "decided_at"),
    ]


def _papers(
    user: User, rows: Any, permission: Permission, condition: Q, bucket: str, since: str
) -> list[Papers]:
    """One part of the UNION; none at all where the permission is not held."""
    if not user.has_perm(permission):
        return []
    found = (
        rows.filter(reach_of(user, permission).as_q(), condition)
        .annotate(
            app=Value(rows.model._meta.app_label, CharField()),
            bucket=Value(bucket, CharField()),
            unit=F("organisation__name"),
            since=Coalesce(since, "created_at"),
        )
        .order_by("since", "id")
        .values("app", "bucket", "id", "title", "unit", "since")
    )
    return [found[:MOST_PAPERS]]


def opened_to(user: User) -> list[Any]:
    """Topics that their units have opened to this sign-in from outside; nobody else is asked about."""
    if not standing_of(user).granted_paths:
        return []
    opened = Grant.objects.filter(user=user, ended_at=None, subject_kind="programmes.project")
    rows = Project.objects.filter(pk__in=opened.values("subject")).select_related("organisation")
    return list(rows.order_by("created_at", "id")[:MOST_PAPERS])


def news_of(user: User) -> tuple[list[Notice], int]:
    """(the last notices, how many are unread): both from one statement."""
    mine = inbox_of(user)
    count = unread(mine).order_by().values("recipient").annotate(total=Count("pk")).values("total")
    told = mine.annotate(unread_total=Coalesce(Subquery(count), 0)).order_by("-at", "-id")
    rows: list[Any] = list(told[:MOST_NEWS])
    return rows, rows[0].unread_total if rows else 0
