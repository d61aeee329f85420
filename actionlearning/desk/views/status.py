"""Whether the machinery runs: recurring jobs, copies that did not arrive, vacant posts, versions."""

import platform
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any

import django
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from actionlearning.desk.words import shown_at, shown_notice
from actionlearning.foundation.channels import CHANNELS
from actionlearning.foundation.models import Delivery, Notice, SweepMark
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantView

_MINUTES = timedelta(minutes=5)
_DAILY = timedelta(hours=26)
ALARM_AFTER = {
    "sweep": (_("Reminders and escalations"), _MINUTES),
    "dispatch": (_("Sending of copies"), _MINUTES),
    "seal_audit": (_("Sealing of the audit log"), _MINUTES),
    "lay_down": (_("Laying down of duties"), timedelta(minutes=40)),
    "digest": (_("Daily copies"), _DAILY),
    "check_calendar": (_("Look at the holiday calendar"), _DAILY),
}
"""Every job of actionlearning/schedule.py, and after what silence it is an alarm."""
_MOST = 20


class Status(TenantView):
    permission = Permission.STATUS_VIEW

    def get(self, request: Any) -> HttpResponse:
        jobs = _jobs(request.received_at)
        context = {
            "jobs": jobs,
            "alarm": any(job["late"] for job in jobs),
            "dead": [_dead(row) for row in _dead_deliveries()],
            "waiting": Delivery.objects.filter(state__in=("pending", "claimed")).count(),
            "vacant": [shown_notice(row, request.tenant.slug) for row in _vacant()],
            "versions": _versions(),
        }
        return render(request, "desk/status.html", context)


def _jobs(now: datetime) -> list[dict[str, Any]]:
    marks = {mark.job: mark for mark in SweepMark.objects.filter(job__in=ALARM_AFTER)}
    return [
        _job(label, patience, marks.get(name), now)
        for name, (label, patience) in ALARM_AFTER.items()
    ]


def _job(label: Any, patience: timedelta, mark: SweepMark | None, now: datetime) -> dict[str, Any]:
    return {
        "label": label,
        "last": shown_at(mark.finished_at) if mark else "",
        "count": mark.result.get("count") if mark else None,
        "never": mark is None,
        "late": mark is None or now - mark.finished_at > patience,
    }


def _dead_deliveries() -> Any:
    rows = Delivery.objects.filter(state=Delivery.State.DEAD).select_related("channel__user")
    return rows.order_by("-created_at", "-id")[:_MOST]


def _dead(row: Delivery) -> dict[str, Any]:
    return {
        "at": shown_at(row.created_at),
        "to": row.channel.user.display_name,
        "kind": CHANNELS[row.channel.kind].label,
        "problem": row.problem,
        "attempts": row.attempts,
    }


def _vacant() -> Any:
    """Told to a post that nobody held."""
    rows = Notice.objects.filter(recipient=None, retracted_at=None, skipped_at=None)
    return rows.order_by("-at", "-id")[:_MOST]


def _versions() -> list[tuple[Any, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        server = cursor.fetchone()[0]
    return [
        (_("Action learning"), settings.AL_RELEASE),
        ("Python", platform.python_version()),
        ("Django", django.get_version()),
        ("PostgreSQL", server),
        ("Celery", version("celery")),
    ]
