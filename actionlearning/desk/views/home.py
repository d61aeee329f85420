"""My desk: what I owe, what waits for me, what came back, what is new."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from actionlearning.desk import queries
from actionlearning.desk.words import (
    days_left,
    last_day,
    local_date,
    shown_notice,
    shown_window,
    start_of,
    waiting_since,
)
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantView
from programmes.clauses import sentence_of
from programmes.models.obligation import DutyState
from programmes.queries.waits import waited_for
from programmes.views.calendar_page import year_needed
from programmes.views.held_up import held_words
from programmes.views.obligation_lines import shown_state
from programmes.views.wording import title_of


class Home(TenantView):
    permission = Permission.DESK_VIEW

    def get(self, request: Any) -> HttpResponse:
        now, slug = request.received_at, request.tenant.slug
        notices, request.unread_notices = queries.news_of(request.user)
        owed = queries.owed_by(request.user, now=now)
        found = queries.papers_of(request.user, now=now)
        missing = _missing_year(found, now)
        papers = [_paper(row, slug, now) for row in found if row["bucket"] != queries.CALENDAR]
        context = {
            "works": bool(queries.own_organisations(request.user)),
            "red": _red(queries.red_below(request.user, now=now), slug, now),
            "duties": _duties(owed, request, now),
            "waiting": [row for row in papers if row["bucket"] in _WAITING],
            "back": [row for row in papers if row["bucket"] in _BACK],
            "adopted": [row for row in papers if row["bucket"] == queries.ADOPTED],
            "month": _month(request.user, now),
            "opened": [_opened(row, slug) for row in queries.opened_to(request.user)],
            "notices": [shown_notice(notice, slug) for notice in notices],
            "missing_year": missing,
            "missing_link": True,
        }
        return render(request, "desk/home.html", context)


_ISSUES = (queries.CHECK_ISSUE, queries.SIGN_ISSUE, queries.PUBLISH_ISSUE, queries.ISSUE_BACK)
_WAITING = (
    *(queries.REVIEW, queries.SIGN, queries.SUBMIT, queries.SUBMIT_TOPIC, queries.CHOOSE),
    *(queries.CHECK_ISSUE, queries.SIGN_ISSUE, queries.PUBLISH_ISSUE, queries.ACT, queries.PROBLEM),
)
_BACK = (queries.BACK, queries.DECLINED, queries.ISSUE_BACK, queries.MEND, queries.ANSWER)
_DOSSIERS = (queries.ACT, queries.MEND, queries.ANSWER)
_PAGES = {"reporting": "reporting:item_detail", "programmes": "programmes:project_detail"}


def _asks(bucket: str) -> str:
    return {
        queries.REVIEW: _("to be decided by your office"),
        queries.SIGN: _("to be signed off"),
        queries.SUBMIT: _("signed, to be submitted"),
        queries.SUBMIT_TOPIC: _("chosen, to be submitted with its team"),
        queries.CHOOSE: _("to be chosen"),
        queries.DECLINED: _("declined"),
        queries.BACK: _("returned for revision"),
        queries.ADOPTED: _("adopted"),
        queries.CHECK_ISSUE: _("briefing to be checked"),
        queries.SIGN_ISSUE: _("briefing to be signed"),
        queries.PUBLISH_ISSUE: _("briefing signed, to be published"),
        queries.ISSUE_BACK: _("briefing sent back"),
        queries.ACT: _("paper on which you act for your body"),
        queries.MEND: _("paper returned, to be sent again"),
        queries.ANSWER: _("paper with opinions to be answered"),
        queries.PROBLEM: _("problem in your hands"),
    }[bucket]


def _page_of(row: dict[str, Any]) -> str:
    if row["bucket"] == queries.PROBLEM:
        return "programmes:problem_detail"
    if row["bucket"] in _DOSSIERS:
        return "programmes:dossier_detail"
    return "reporting:issue_detail" if row["bucket"] in _ISSUES else _PAGES[row["app"]]


def _paper(row: dict[str, Any], slug: str, now: datetime) -> dict[str, Any]:
    page = _page_of(row)
    return {
        "bucket": row["bucket"],
        "title": row["shown_title"] or _("untitled item"),
        "unit": row["unit"],
        "asks": _asks(row["bucket"]),
        "since": waiting_since(row["since"], now),
        "address": reverse(page, args=[slug, row["id"]]),
    }


def _red(found: queries.Red | None, slug: str, now: datetime) -> dict[str, Any] | None:
    """Counts that lead to the ledger of exactly those duties."""
    if found is None:
        return None
    ledger = reverse("programmes:obligation_list", args=[slug])
    units = [
        {
            "name": row["organisation__name"],
            "number": row["number"],
            "oldest": days_left(row["oldest"], now),
            "address": f"{ledger}?organisation={row['organisation_id']}&state=overdue",
        }
        for row in found.worst
    ]
    return {
        "duties": found.duties,
        "units": found.units,
        "worst": units,
        "more": found.units - len(units),
        "ledger": f"{ledger}?state=overdue",
        "map": reverse("programmes:obligation_map", args=[slug]),
    }


def _missing_year(found: list[dict[str, Any]], now: datetime) -> int | None:
    told = any(row["bucket"] == queries.CALENDAR for row in found)
    return year_needed(local_date(now)) if told else None


def _month(user: Any, now: datetime) -> str:
    """Of the list of activities, for those who may read it."""
    return f"{local_date(now):%Y-%m}" if user.has_perm(Permission.PROJECT_VIEW) else ""


def _opened(row: Any, slug: str) -> dict[str, Any]:
    return {
        "title": row.title,
        "unit": row.organisation.name,
        "state": row.state,
        "label": row.get_state_display(),
        "address": reverse("programmes:project_detail", args=[slug, row.pk]),
    }


def _duties(owed: list[Any], request: Any, now: datetime) -> list[dict[str, Any]]:
    """What waits for a paper in another body's hands says whose and since when."""
    blocked = (row for row in owed if row.state == DutyState.BLOCKED)
    held = {key: held_words(turn, now) for key, turn in waited_for(blocked, now).items()}
    return [_duty(row, request, now, held.get(row.pk, "")) for row in owed]


def _duty(row: Any, request: Any, now: datetime, held: str) -> dict[str, Any]:
    return {
        "title": title_of(row.rule.title, row.rule.title_en, row.programme.year),
        "window": shown_window(row.window_key),
        "unit": row.organisation.name,
        "project": row.project.title if row.project else "",
        "clause": row.rule.clause.key,
        "sentence": start_of(sentence_of(row.rule.clause, row.programme.year)),
        "state": shown_state(row.state, last_day(row.due_at), local_date(now)),
        "label": DutyState(row.state).label,
        "due": last_day(row.due_at).isoformat(),
        "left": DutyState.BLOCKED.label
        if row.state == DutyState.BLOCKED
        else days_left(row.due_at, now),
        "held": held,
        "address": _place_to_do_it(row, request),
    }


def _place_to_do_it(duty: Any, request: Any) -> str:
    """One click from being done: the form for an item, the topic for its papers, else the duty's own page."""
    slug = request.tenant.slug
    if duty.deliverable == "information_item" and request.user.has_perm(
        Permission.ITEM_WRITE, duty
    ):
        return f"{reverse('reporting:item_new', args=[slug])}?duty={duty.pk}"
    if duty.project_id:
        return reverse("programmes:project_detail", args=[slug, duty.project_id])
    return reverse("programmes:obligation_detail", args=[slug, duty.pk])
