"""The demonstration world, loaded by the command that `up` starts: seen from its doors meanwhile."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, connections, transaction

from actionlearning.demo.management.commands import demo
from actionlearning.demo.worlds import World
from actionlearning.foundation import demonstration
from actionlearning.foundation.models import Tenant, User
from actionlearning.foundation.scope import WHOLE, no_scope, scope
from actionlearning.foundation.tasks import all_tenants
from actionlearning.launcher.supervisor import LOADERS
from groups.actions.organisations import add_organisation
from groups.actions.persons import add_person
from groups.actions.users import create_user, give_role
from groups.roles import Role
from tests.moments import NOON
from tests.world import START

SPACES = ("first", "second")
DOOR = "/t/first/sign-in/"


@pytest.fixture
def spaces(transactional_db: None, settings: Any, monkeypatch: Any) -> Iterator[None]:
    """Two small spaces instead of the big ones, so that what is told can be read in a moment."""
    settings.AL_DEMO = True
    monkeypatch.setattr(demonstration, "SPACES", SPACES)
    keys = [demonstration.PROGRESS + space for space in SPACES]
    cache.delete_many(keys)
    yield
    cache.delete_many(keys)


def furnish(by: User) -> None:
    top = add_organisation(
        parent=None, kind="county", name="演示县", starts_on=START, by=by, now=NOON
    )
    person = add_person(organisation=top, name="演示人", starts_on=START, by=by, now=NOON)
    user, _first = create_user(login="yanshi", person=person, by=by, now=NOON)
    give_role(user, role=Role.OFFICE_STAFF, organisation=top, starts_on=START, by=by, now=NOON)


def offer(monkeypatch: Any, during: Callable[[], None]) -> None:
    """The command loads these; `during` happens in the middle of the first."""

    def first(by: User, _today: Any, told: Any) -> None:
        furnish(by)
        told(0.5)
        during()

    def second(by: User, _today: Any, _told: Any) -> None:
        furnish(by)

    monkeypatch.setattr(
        demo, "WORLDS", (World("first", "第一", first), World("second", "第二", second))
    )


@contextmanager
def loading(monkeypatch: Any) -> Iterator[None]:
    """The block runs while the command stands in the middle of the first space."""
    reached, go_on = threading.Event(), threading.Event()
    offer(monkeypatch, lambda: (reached.set(), go_on.wait(20)))  # type: ignore[arg-type,return-value]

    def load() -> None:
        try:
            call_command("demo", background=True)
        finally:
            connections.close_all()

    thread = threading.Thread(target=load)
    thread.start()
    try:
        assert reached.wait(20)
        yield
    finally:
        go_on.set()
        thread.join(20)


def page(client: Any, address: str) -> str:
    return str(client.get(address).content.decode())


def test_the_doors_tell_how_far_it_is(spaces: None, client: Any, monkeypatch: Any) -> None:
    assert 'value="0"' in page(client, "/")

    with loading(monkeypatch):
        assert 'value="25"' in page(client, "/")
        assert "every 2s" in page(client, "/")
        assert 'value="50"' in page(client, DOOR)
        assert 'value="50"' in page(client, "/demo/progress/?space=first")
        assert not set(SPACES) & {tenant.slug for tenant in all_tenants()}

    assert "every 2s" not in page(client, "/")
    assert "every 2s" not in page(client, DOOR)
    assert client.get("/demo/progress/?space=first")["HX-Refresh"] == "true"
    assert set(SPACES) <= {tenant.slug for tenant in all_tenants()}


def test_nobody_signs_in_while_it_is_loaded(spaces: None, client: Any, monkeypatch: Any) -> None:
    with loading(monkeypatch):
        answer = client.post(DOOR, {"login": "yanshi", "password": "x"})

    assert answer.status_code == 200
    assert 'value="50"' in answer.content.decode()


def test_the_people_are_read_from_the_space(spaces: None, client: Any, monkeypatch: Any) -> None:
    offer(monkeypatch, lambda: None)
    call_command("demo")
    cache.clear()

    words = page(client, DOOR)

    assert "演示人" in words
    assert demonstration.PASSWORD in words


def test_a_space_of_somebody_else_shows_nobody(spaces: None, client: Any, monkeypatch: Any) -> None:
    offer(monkeypatch, lambda: None)
    call_command("demo")
    monkeypatch.setattr(demonstration, "SPACES", ("second",))

    assert "演示人" not in page(client, DOOR)


def test_killed_half_way_it_begins_afresh(spaces: None, client: Any, monkeypatch: Any) -> None:
    class Killed(BaseException):
        pass

    def kill() -> None:
        raise Killed

    offer(monkeypatch, kill)
    with pytest.raises(Killed):
        call_command("demo")
    connection.close()
    assert "every 2s" in page(client, "/")

    offer(monkeypatch, lambda: None)
    call_command("demo")

    with no_scope(), transaction.atomic():
        tenant = Tenant.objects.get(slug="first")
    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
        assert User.objects.filter(login="yanshi").count() == 1
    assert "every 2s" not in page(client, "/")


def test_a_failure_is_told(spaces: None, client: Any, monkeypatch: Any) -> None:
    def fail() -> None:
        raise RuntimeError("no such thing")

    offer(monkeypatch, fail)
    with pytest.raises(RuntimeError):
        call_command("demo")

    assert "could not be loaded" in page(client, "/")


def test_each_space_is_loaded_by_one_process() -> None:
    assert [space for spaces in LOADERS.values() for space in spaces] == list(demonstration.SPACES)


def test_a_chosen_space_is_loaded_alone(spaces: None, client: Any, monkeypatch: Any) -> None:
    offer(monkeypatch, lambda: None)
    call_command("demo", space=["second"])

    assert "演示人" in page(client, "/t/second/sign-in/")
    assert client.get(DOOR).status_code == 404

    call_command("demo", space=["first"])
    assert "every 2s" not in page(client, "/")


def test_a_second_start_changes_nothing(spaces: None, client: Any, monkeypatch: Any) -> None:
    offer(monkeypatch, lambda: None)
    call_command("demo")
    with no_scope(), transaction.atomic():
        before = list(Tenant.objects.order_by("slug").values_list("slug", "ready_at"))

    call_command("demo")

    with no_scope(), transaction.atomic():
        assert list(Tenant.objects.order_by("slug").values_list("slug", "ready_at")) == before
