"""The page of one topic that says what counts: each month, slot and window, red where it is short, and what mends it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantView
from programmes.actions.project_counts import Count, Entry, counts_of
from programmes.clauses import sentence_of
from programmes.counting import LEADER, MONTHLY, REPORT, TEAM, why_not
from programmes.models import Obligation
from programmes.queries import local_day, rule_ids
from programmes.views.count_words import name_of, short_words, title_of
from programmes.views.obligation_lines import label_of
from programmes.views.project_page import project_or_404

TICK = timedelta(microseconds=1)


class ProjectCounts(TenantView):
    permission = Permission.PROJECT_VIEW
    template_name = "programmes/project_counts.html"

    def get(self, request: Any, pk: Any) -> HttpResponse:
        project = project_or_404(request, pk, Permission.PROJECT_VIEW)
        counts = counts_of(project, now=request.received_at)
        context = {
            "project": project,
            "rules": list(rule_lines(counts, request.received_at)),
            "short": [_short(each) for each in counts if each.red],
        }
        return render(request, self.template_name, context)


def rule_lines(counts: Iterable[Count], now: datetime) -> Iterable[dict[str, Any]]:
    for _key, group in groupby(counts, key=lambda each: each.duty.rule_key):
        rows = list(group)
        duty = rows[0].duty
        yield {
            "title": title_of(duty.rule.title, duty.rule.title_en),
            "ids": rule_ids(duty.rule),
            "sentence": sentence_of(duty.rule.clause, duty.programme.year),
            "conditions": [condition_words(each) for each in duty.rule.spec.get("conditions", ())],
            "rows": [_row(each, now) for each in rows],
        }


def _short(count: Count) -> str:
    duty = count.duty
    return short_words({
        "rule__title": duty.rule.title, "rule__title_en": duty.rule.title_en,
        "window_key": duty.window_key, "window__starts_on": duty.window.starts_on,
        "window__ends_on": duty.window.ends_on, "credited": duty.credited, "minimum": duty.minimum,
    })  # fmt: skip


def condition_words(condition: str) -> str:
    words = {
        LEADER: _("it counts only if the one responsible for the project is there"),
        TEAM: _("it counts only if the team has the size that the plan asks for"),
        REPORT: _("it counts once its report has been sent"),
    }
    return words.get(condition, condition)


def _row(count: Count, now: datetime) -> dict[str, Any]:
    duty = count.duty
    return {
        "pk": duty.pk,
        "name": name_of(duty.window_key, duty.window.starts_on, duty.window.ends_on),
        "credited": duty.credited,
        "asked": asked_words(duty),
        "state": duty.state,
        "label": label_of(duty.state),
        "red": count.red,
        "mend": mend_words(count, now),
        "entries": [entry_line(each) for each in count.entries],
    }


def asked_words(duty: Obligation) -> str:
    if duty.maximum and duty.maximum > duty.minimum:
        return f"{duty.minimum}–{duty.maximum}"
    return str(duty.minimum)


def entry_line(entry: Entry) -> dict[str, Any]:
    return {
        "pk": entry.activity.pk,
        "title": entry.activity.title,
        "day": date_format(entry.held.day, "DATE_FORMAT"),
        "why": [why_not(each, entry.held) for each in entry.shortfalls],
    }


def mend_words(count: Count, now: datetime) -> str:
    """What is still lacking and how it can be had; how much is more than asked for."""
    duty = count.duty
    if count.over:
        words = _("%(count)d more than asked for: allowed, and counted for nothing else.")
        return words % {"count": count.over}
    if not count.short or duty.waived_at or duty.nil_at:
        return ""
    last, closing = duty.window.last_day, duty.closes_at
    told = {"count": count.short, "day": date_format(last, "DATE_FORMAT")}
    if now < duty.due_at:
        return (
            ngettext(
                "%(count)d more is to be held by %(day)s.",
                "%(count)d more are to be held by %(day)s.",
                count.short,
            )
            % told
        )
    if closing is not None and now >= closing:
        return _("Closed. If there is a good reason, ask the office above to waive the duty.")
    told["closing"] = date_format(local_day(closing - TICK), "DATE_FORMAT") if closing else "…"
    return _late_words(duty) % told


def _late_words(duty: Obligation) -> str:
    if duty.rule.kind == MONTHLY:
        return _(
            "%(count)d short. What was held in this month may still be logged or its log corrected until"
            " %(closing)s; what is held later counts for its own month."
        )
    return _("%(count)d short. What is held or mended until %(closing)s makes up for it, late.")
