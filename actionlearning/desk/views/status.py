"""Whether the machinery runs: recurring jobs, copies that did not arrive, vacant posts, versions."""

import platform
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any

import django
from django.conf import settings
from django.db import connection
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from actionlearning.desk.words import notice_kind, shown_at, shown_notice
from actionlearning.foundation.channels import CHANNELS
from actionlearning.foundation.models import Delivery, Notice, SweepMark, User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantView
from groups.access import visible_persons
from programmes.models import Obligation, Project
from reporting.models import InformationItem

_MINUTES = timedelta(minutes=5)
_DAILY = timedelta(hours=26)
ALARM_AFTER = {
    "sweep": (_("Reminders and escalations"), _MINUTES),
    "dispatch": (_("Sending of copies"), _MINUTES),
    "seal_audit": (_("Sealing of the audit log"), _MINUTES),
    "turns": (_("Look at papers that wait for a body"), timedelta(minutes=40)),
    "past_days": (_("Look at problems and milestones past their day"), timedelta(minutes=40)),
    "lay_down": (_("Laying down of duties"), timedelta(minutes=40)),
    "settle_points": (_("Booking of points"), timedelta(minutes=40)),
    "webhooks": (_("Webhooks"), _MINUTES),
    "rosters": (_("Reading of sheets"), _MINUTES),
    "old_rosters": (_("Throwing away of old sheets"), _DAILY),
    "digest": (_("Daily copies"), _DAILY),
    "check_calendar": (_("Look at the holiday calendar"), _DAILY),
}
"""Every job of actionlearning/schedule.py, and after what silence it is an alarm."""
_MOST = 20


class Status(TenantView):
    permission = Permission.STATUS_VIEW

    def get(self, request: Any) -> HttpResponse:
        jobs = jobs_at(request.received_at)
        reads = request.user.has_perm(Permission.OBLIGATION_VIEW)
        context = {
            "jobs": jobs,
            "alarm": any(job["late"] for job in jobs),
            "waiting": Delivery.objects.filter(state__in=("pending", "claimed")).count(),
            "versions": _versions(),
            "reads": reads,
            **(_papers(request) if reads else _counts()),
        }
        return render(request, "desk/status.html", context)


def _papers(request: Any) -> dict[str, Any]:
    """What concerns the reader's own units, in words."""
    rows = _vacant().filter(_readable(request.user)).order_by("-at", "-id")[:_MOST]
    return {
        "dead": [_dead(row, request.user) for row in _dead_deliveries(request.user)],
        "vacant": [shown_notice(row, request.tenant.slug) for row in rows],
    }


def _counts() -> dict[str, Any]:
    """For who keeps the system and reads no papers: how many of which kind, all over the tenant."""
    dead = Delivery.objects.filter(state=Delivery.State.DEAD).values_list("channel__kind")
    vacant = _vacant().values_list("kind")
    return {
        "dead_counts": [(CHANNELS[kind].label, n) for kind, n in _counted(dead)],
        "vacant_counts": [(notice_kind(kind), n) for kind, n in _counted(vacant)],
    }


def _counted(rows: Any) -> list[tuple[str, int]]:
    return list(rows.annotate(number=Count("pk")).order_by("-number"))


def jobs_at(now: datetime) -> list[dict[str, Any]]:
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


def _dead_deliveries(reader: User) -> Any:
    """Copies to people on the reader's rosters, and its own."""
    people = visible_persons(reader).filter(user__isnull=False).values("user")
    rows = Delivery.objects.filter(
        Q(channel__user__in=people) | Q(channel__user=reader), state=Delivery.State.DEAD
    )
    return rows.select_related("channel__user").order_by("-created_at", "-id")[:_MOST]


def _dead(row: Delivery, reader: User) -> dict[str, Any]:
    """What went wrong may quote an address, so only its holder reads it."""
    user = row.channel.user
    return {
        "at": shown_at(row.created_at),
        "to": user.display_name,
        "kind": CHANNELS[row.channel.kind].label,
        "problem": row.problem if user.pk == reader.pk else "",
        "attempts": row.attempts,
    }


def _vacant() -> Any:
    """Told to a post that nobody held."""
    return Notice.objects.filter(recipient=None, retracted_at=None, skipped_at=None)


def _readable(reader: User) -> Q:
    """About a duty or paper that the reader may open: the words of a notice quote it."""
    found = Q()
    for model in (Obligation, Project, InformationItem):
        found |= Q(about__in=model.objects.visible_to(reader).values("pk"))
    return found


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
