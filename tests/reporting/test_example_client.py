"""The client of docs/ against a real server, as a portal would run it: from a timer, as a program."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from actionlearning.foundation.clients import ClientThrottle
from actionlearning.foundation.scope import WHOLE, scope
from actionlearning.foundation.tenancy import uuid7
from groups.models import Supervision
from reporting.actions.deliveries import close_restored
from tests.conftest import found_tenant
from tests.reporting.clients import client_of, corrected, published, withdrawn
from tests.reporting.issues import series_of
from tests.world import build_world

PROGRAM = Path(__file__).parents[2] / "docs" / "example_client.py"


@pytest.fixture
def stage(transactional_db: None) -> Any:
    """Committed, so that the server's threads see it; every act is a transaction of its own."""
    tenant = found_tenant("teng")
    with scope(tenant, path=WHOLE, actor=None):
        with transaction.atomic():
            world = build_world(tenant)
            series, token = series_of(world), client_of(world, world.bureau)[1]
        yield world, series, token


def pull(server: Any, token: str, folder: Path) -> dict[str, Any]:
    """What the portal has after one more run."""
    command = [sys.executable, str(PROGRAM), server.url, token, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    files = [file for file in folder.glob("*.json") if file.name != "state.json"]
    return {file.stem: json.loads(file.read_text("utf-8")) for file in files}


@transaction.atomic
def act(verb: Any, *args: Any, **facts: Any) -> Any:
    return verb(*args, **facts)


def test_issue_correction_and_tombstone_reach_the_folder(
    stage: Any, live_server: Any, tmp_path: Path
) -> None:
    world, series, token = stage
    assert pull(live_server, token, tmp_path) == {}

    issue, told = act(published, world, series)
    [(name, found)] = pull(live_server, token, tmp_path).items()
    assert (name, found["state"]) == (str(told.root), "published")
    act(corrected, world, issue)
    [(_name, found)] = pull(live_server, token, tmp_path).items()
    assert (found["label"], found["state"]) == ("1-corr-1", "corrected")
    act(withdrawn, world, issue)
    for _run in range(2):
        [(name, found)] = pull(live_server, token, tmp_path).items()
        assert (name, found["code"], found["detail"]) == (str(told.root), "withdrawn", "数字有误")
        assert "articles" not in found


def test_a_series_opened_later_is_read_from_its_beginning(
    stage: Any, live_server: Any, tmp_path: Path
) -> None:
    world, _series, token = stage
    with transaction.atomic():
        other = series_of(world, "nei", organisation=world.sister)
        _issue, told = published(world, other, by=world.sis)
    assert pull(live_server, token, tmp_path) == {}
    with transaction.atomic():
        Supervision.objects.create(
            supervisor=world.sister,
            unit=world.bureau,
            programme=uuid7(),
            outside=True,
            starts_on=date(2026, 1, 1),
        )
    assert list(pull(live_server, token, tmp_path)) == [str(told.root)]


def test_after_a_restore_it_reads_anew_and_keeps_what_it_has(
    stage: Any, live_server: Any, tmp_path: Path
) -> None:
    world, series, token = stage
    _issue, first = act(published, world, series)
    act(published, world, series, number=2)
    before = pull(live_server, token, tmp_path)
    kept = tmp_path / "state.json"
    state = json.loads(kept.read_text("utf-8"))
    lost = "00000000-0000-7000-8000-000000000000"
    kept.write_text(json.dumps(state | {"cursor": lost}), "utf-8")
    written = (tmp_path / f"{first.root}.json").stat().st_mtime_ns
    act(close_restored, reason="Restored")

    assert pull(live_server, token, tmp_path) == before
    assert (tmp_path / f"{first.root}.json").stat().st_mtime_ns == written
    assert json.loads(kept.read_text("utf-8"))["cursor"] != lost
    act(published, world, series, number=3)
    assert len(pull(live_server, token, tmp_path)) == 3


def test_it_has_sixty_lines() -> None:
    assert len(PROGRAM.read_text("utf-8").splitlines()) <= 60


def test_it_waits_when_it_is_told_to(
    stage: Any, live_server: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    world, series, token = stage
    for number in range(1, 5):
        act(published, world, series, number=number)
    refused = []
    real = ClientThrottle.wait
    monkeypatch.setattr(ClientThrottle, "wait", lambda self: refused.append(1) or real(self))
    monkeypatch.setattr(ClientThrottle, "rate", "2/s", raising=False)

    assert len(pull(live_server, token, tmp_path)) == 4
    assert refused
