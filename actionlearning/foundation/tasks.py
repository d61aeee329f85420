"""Recurring work runs once per tenant, each in a scope of its own (`security.md` §4)."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from celery import shared_task
from django.db import transaction

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.models import SweepMark, Tenant, User
from actionlearning.foundation.request_ids import about
from actionlearning.foundation.scope import WHOLE, no_scope, scope

logger = logging.getLogger(__name__)

Job = Callable[[datetime], Any]


def all_tenants() -> list[Tenant]:
    """Those in use: one into which the demonstration is still being loaded is left alone."""
    with no_scope(), transaction.atomic():
        return list(Tenant.objects.exclude(ready_at=None).order_by("slug"))


def system_user() -> User:
    """Every automatic change is made by the tenant's system user, so `by` is never empty."""
    return User.objects.get(is_system=True)


def run_everywhere(name: str, job: Job, *, in_transaction: bool = True) -> None:
    """One failing tenant does not stop the others; the failure is logged and raised at the end."""
    failures = []
    for tenant in all_tenants():
        with scope(tenant, path=WHOLE, actor=None), about(tenant=tenant.slug, job=name):
            try:
                _run(name, job, in_transaction=in_transaction)
            except Exception as failure:
                logger.exception("%s failed for %s", name, tenant.slug)
                failures.append(failure)
    if failures:
        raise failures[0]


def _run(name: str, job: Job, *, in_transaction: bool) -> None:
    if in_transaction:
        with transaction.atomic():
            _mark(name, job(database_now()))
        return
    with transaction.atomic():
        now = database_now()
    result = job(now)
    with transaction.atomic():
        _mark(name, result)


def _mark(name: str, result: Any) -> None:
    SweepMark.objects.update_or_create(
        job=name, defaults={"finished_at": database_now(), "result": {"count": result}}
    )


def tenant_task(name: str, *, in_transaction: bool = True) -> Callable[[Job], Any]:
    """A Celery task that carries nothing: it looks at the rows, so a lost or doubled tick is harmless.

    Its `job` is what it does in one tenant.
    """

    def wrap(job: Job) -> Any:
        # Told as an option: a shared task is made anew for every app, and an attribute would stay with one.
        @shared_task(name=name, ignore_result=True, job=staticmethod(job))
        def task() -> None:
            run_everywhere(name, job, in_transaction=in_transaction)

        return task

    return wrap
