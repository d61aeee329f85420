"""The ground of the wall tests: built once a module, each test in a savepoint of its own."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests.isolation.grounds import Ground, fill_ground, lay_ground


@pytest.fixture(scope="module")
def grounds(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Ground, Ground]]:
    """(ours, the rival's): two tenants with rows in every table."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = lay_ground("walled"), lay_ground("foreign")
        for ground in made:
            fill_ground(ground)
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def ours(grounds: tuple[Ground, Ground], _savepoint: None) -> Ground:
    return grounds[0]


@pytest.fixture
def rivals(grounds: tuple[Ground, Ground], _savepoint: None) -> Ground:
    return grounds[1]


@pytest.fixture
def _savepoint(grounds: tuple[Ground, Ground], django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)
