"""`manage.py deadlines`: what fails in one job or one tenant stops nobody else."""

from types import SimpleNamespace
from typing import Any

import pytest
from celery.schedules import crontab
from django.core.management import CommandError, call_command
from django.db import OperationalError

from actionlearning import schedule
from actionlearning.foundation.management.commands import deadlines


class Enough(Exception):
    """Ends a loop that would go on for ever."""


def jobs(monkeypatch: Any, **tasks: Any) -> None:
    made = {name: SimpleNamespace(task=task, every=60.0) for name, task in tasks.items()}
    monkeypatch.setattr(schedule, "JOBS", made)


def fails(failure: Exception) -> Any:
    def task() -> None:
        raise failure

    return task


@pytest.mark.parametrize("failure", [ZeroDivisionError(), OperationalError("gone")])
def test_a_failing_job_does_not_stop_the_others(
    monkeypatch: Any, capsys: Any, failure: Any
) -> None:
    done: list[str] = []
    monkeypatch.setattr(deadlines, "close_old_connections", lambda: None)
    jobs(monkeypatch, bad=fails(failure), good=lambda: done.append("good"))

    with pytest.raises(CommandError, match="Failed: bad"):
        call_command("deadlines", once=True)

    assert done == ["good"]
    assert "bad: " in capsys.readouterr().err


def test_the_loop_goes_on_to_the_next_round(monkeypatch: Any) -> None:
    rounds: list[float] = []

    def sleep(seconds: float) -> None:
        rounds.append(seconds)
        if len(rounds) == 3:
            raise Enough

    done: list[str] = []
    jobs(monkeypatch, bad=fails(ZeroDivisionError()), good=lambda: done.append("good"))
    monkeypatch.setattr(deadlines.time, "sleep", sleep)

    with pytest.raises(Enough):
        call_command("deadlines", pause=5.0)

    assert (done, rounds) == (["good"] * 3, [5.0] * 3)


def test_all_well_ends_quietly(monkeypatch: Any, capsys: Any) -> None:
    jobs(monkeypatch, good=lambda: None)
    call_command("deadlines", once=True)
    assert capsys.readouterr().err == ""


def test_work_with_an_hour_of_its_own_waits_for_it() -> None:
    assert deadlines._is_time(60.0)
    assert deadlines._is_time(crontab(hour="*"))
    assert not deadlines._is_time(crontab(hour=[]))
