"""Work without a request opens its own scope: commands say for whom, tasks visit every tenant."""

import time

import pytest
from celery.contrib.testing.worker import start_worker
from django.core.management import CommandError, call_command
from django.db import connections, transaction

from actionlearning.celery import app
from actionlearning.foundation.models import SweepMark, User
from actionlearning.foundation.scope import WHOLE, NoScope, current_scope, scope
from actionlearning.foundation.tasks import run_everywhere, system_user
from actionlearning.schedule import JOBS
from tests.conftest import found_tenant

TENANTS = ("teng", "rival")


@pytest.fixture
def pair(transactional_db):
    return [found_tenant(slug) for slug in TENANTS]


def marks(tenant):
    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
        return sorted(SweepMark.objects.values_list("job", flat=True))


def test_a_job_runs_once_in_the_scope_of_every_tenant(pair):
    seen = []
    run_everywhere(
        "job", lambda now: seen.append((current_scope().tenant_id, User.objects.count()))
    )

    assert [one[0] for one in sorted(seen)] == sorted(tenant.pk for tenant in pair)
    assert [marks(tenant) for tenant in pair] == [["job"], ["job"]]
    with pytest.raises(NoScope):
        current_scope()


def test_one_failing_tenant_does_not_stop_the_others(pair, caplog):
    def job(now):
        if current_scope().tenant_id == pair[1].pk:
            raise ZeroDivisionError
        return 7

    with pytest.raises(ZeroDivisionError):
        run_everywhere("job", job)

    assert [marks(tenant) for tenant in pair] == [["job"], []]
    assert "job failed for rival" in caplog.text


def test_a_job_that_fails_leaves_nothing_half_done(pair):
    def job(now):
        SweepMark.objects.create(job="half", finished_at=now)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_everywhere("job", job)
    assert [marks(tenant) for tenant in pair] == [[], []]


def test_automatic_changes_have_an_author(pair):
    with scope(pair[0], path=WHOLE, actor=None), transaction.atomic():
        assert system_user().is_system


@pytest.mark.parametrize("arguments", [[], ["--tenant", "nobody"]])
def test_a_command_that_is_told_no_tenant_refuses(pair, arguments):
    with pytest.raises(CommandError):
        call_command("verify_audit", *arguments)


def test_a_command_visits_those_it_is_told(pair, capsys):
    call_command("verify_audit", "--all-tenants")
    assert sorted(line.split(":")[0] for line in capsys.readouterr().out.splitlines()) == sorted(
        TENANTS
    )


def test_every_recurring_job_runs_twice_without_harm(pair):
    for _ in range(2):
        for job in JOBS.values():
            job.task()
    assert [marks(tenant) for tenant in pair] == [sorted(JOBS)] * 2


def test_a_tick_through_the_broker_reaches_every_tenant(pair):
    """A real worker and a real Valkey; the message carries nothing but the job's name."""
    with start_worker(app, pool="solo", perform_ping_check=False, loglevel="ERROR"):
        for name in ("sweep", "seal_audit"):
            app.send_task(name, expires=60)
        end = time.monotonic() + 60
        while [marks(tenant) for tenant in pair] != [["seal_audit", "sweep"]] * 2:
            assert time.monotonic() < end, "the worker did nothing"
            time.sleep(0.1)
    connections.close_all()
