"""Figures for Prometheus. Requests are counted by each web process; all else is asked of the rows.

No label names a space, a person or a thing.
"""

import os
import platform
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any

import django
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Count, Max, Min

from actionlearning.foundation import audit, heartbeats
from actionlearning.foundation.clock import database_now
from actionlearning.foundation.models import Delivery, SweepMark
from actionlearning.foundation.scope import WHOLE, scope
from actionlearning.foundation.tasks import all_tenants

# Read when the library is loaded, and this file is loaded by web processes only.
settings.AL_METRICS_DIR.mkdir(parents=True, exist_ok=True)
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(settings.AL_METRICS_DIR)

from prometheus_client import (  # noqa: E402
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily  # noqa: E402
from prometheus_client.multiprocess import MultiProcessCollector  # noqa: E402

METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

_own = CollectorRegistry()
_requests = Counter(
    "al_requests",
    "Requests by template of the address, method and status.",
    ["route", "method", "status"],
    registry=_own,
)
_latency = Histogram(
    "al_request_seconds",
    "How long answers took, by template of the address.",
    ["route"],
    buckets=SECONDS,
    registry=_own,
)


@lru_cache(maxsize=4096)
def _lines(route: str, method: str, status: int) -> tuple[Any, Any]:
    return _requests.labels(route, method, str(status)), _latency.labels(route)


def count_request(route: str, method: str, status: int, seconds: float) -> None:
    counter, histogram = _lines(route, method if method in METHODS else "other", status)
    counter.inc()
    histogram.observe(seconds)


def exposition() -> bytes:
    """Everything, in Prometheus' text format; the files of all web processes are added up."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(settings.AL_METRICS_DIR))  # type: ignore[no-untyped-call]
    registry.register(_Rows())
    return generate_latest(registry)


class _Rows:
    """What is the same whichever process is asked."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield _build()
        try:
            with transaction.atomic():
                found = [*_machinery(), _connections()]
        except DatabaseError:
            found = []
        yield GaugeMetricFamily("al_database_up", "1: the database answers.", value=bool(found))
        yield from found
        yield from _workers()


def _build() -> GaugeMetricFamily:
    family = GaugeMetricFamily(
        "al_build", "Versions.", labels=["version", "python", "django"], value=None
    )
    family.add_metric(
        [settings.AL_RELEASE, platform.python_version(), django.get_version()], value=1
    )
    return family


def _machinery() -> Iterator[GaugeMetricFamily]:
    """Outbox, recurring jobs and the sealing of the audit log, over all spaces."""
    now, waiting, dead, unsealed = database_now(), 0, 0, 0
    oldest, unsealed_since = now, now
    jobs: dict[str, datetime] = {}
    for tenant in all_tenants():
        with scope(tenant, path=WHOLE, actor=None):
            found = _deliveries()
            waiting, dead = waiting + found["waiting"], dead + found["dead"]
            oldest = min(oldest, found["oldest"] or now)
            number, since = audit.unsealed()
            unsealed, unsealed_since = unsealed + number, min(unsealed_since, since or now)
            for job, at in SweepMark.objects.values_list("job").annotate(Max("finished_at")):
                jobs[job] = min(jobs.get(job, at), at)
    yield _gauge("al_outbox_waiting", "Copies that wait to be sent.", waiting)
    yield _gauge("al_outbox_dead", "Copies that were given up.", dead)
    yield _gauge("al_outbox_oldest_seconds", "Age of the oldest that waits.", _age(now, oldest))
    yield _gauge("al_audit_unsealed", "Audit rows without a link of the chain.", unsealed)
    yield _gauge(
        "al_audit_seal_lag_seconds", "Age of the oldest of those.", _age(now, unsealed_since)
    )
    family = GaugeMetricFamily(
        "al_job_age_seconds",
        "Since a recurring job last finished, in the space where that is longest ago.",
        labels=["job"],
    )
    for job, at in sorted(jobs.items()):
        family.add_metric([job], _age(now, at))
    yield family


def _deliveries() -> dict[str, Any]:
    open_ones = Delivery.objects.filter(state__in=("pending", "claimed"))
    found = open_ones.aggregate(waiting=Count("pk"), oldest=Min("created_at"))
    return {**found, "dead": Delivery.objects.filter(state=Delivery.State.DEAD).count()}


def _connections() -> GaugeMetricFamily:
    family = GaugeMetricFamily(
        "al_database_connections",
        "Connections of the product by state, and how many the server takes.",
        labels=["state"],
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(state, 'unknown'), count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = current_user GROUP BY 1"
            " UNION ALL SELECT 'server limit', current_setting('max_connections')::int"
        )
        for state, number in cursor.fetchall():
            family.add_metric([state], number)
    return family


def _workers() -> Iterator[GaugeMetricFamily]:
    """Nothing where Valkey is away: the alarm is the missing figure."""
    ages = heartbeats.ages()
    if ages is None:
        yield _gauge("al_broker_up", "1: Valkey answers.", 0)
        return
    yield _gauge("al_broker_up", "1: Valkey answers.", 1)
    yield _gauge("al_workers", "Workers whose heart beat within a minute.", _alive(ages))
    family = GaugeMetricFamily(
        "al_worker_heartbeat_age_seconds", "Since each worker's last beat.", labels=["worker"]
    )
    for worker, age in sorted(ages.items()):
        family.add_metric([worker], age)
    yield family


def _alive(ages: dict[str, float]) -> int:
    return sum(age < heartbeats.ALIVE for age in ages.values())


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, value=value)


def _age(now: datetime, since: datetime) -> float:
    return max((now - since).total_seconds(), 0.0)
