"""Pages without a tenant: choosing a space, health, the demonstration's progress."""

from typing import Any

import pytest
from django.db import OperationalError

from tests.world import World


def test_an_office_types_its_code(world: World, client: Any) -> None:
    assert client.get("/?code=TENG")["Location"] == "/t/teng/sign-in/"
    answer = client.get("/?code=nobody")
    assert answer.status_code == 404
    assert 'value="nobody"' in answer.content.decode()


def test_spaces_are_listed_in_demonstrations_only(
    world: World, rival: World, client: Any, settings: Any
) -> None:
    assert "/t/teng/" not in client.get("/").content.decode()
    settings.AL_DEMO = True
    page = client.get("/").content.decode()
    assert "/t/teng/sign-in/" in page
    assert "/t/rival/sign-in/" in page


def test_live_asks_nobody(client: Any) -> None:
    """Without the `db` fixture any statement would fail."""
    assert client.get("/health/live/").json() == {"status": "live"}


@pytest.mark.django_db
def test_ready_asks_both(client: Any) -> None:
    answer = client.get("/health/ready/")
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")


@pytest.mark.django_db
def test_ready_names_what_is_down(client: Any, monkeypatch: Any) -> None:
    def down(*_args: Any) -> Any:
        raise OperationalError

    monkeypatch.setattr("actionlearning.desk.views.system.database_now", down)
    monkeypatch.setattr("actionlearning.desk.views.system.cache.set", down)
    answer = client.get("/health/ready/")
    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "database": "down", "cache": "down"}
