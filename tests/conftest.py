import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import TransactionTestCase
from django.test.utils import setup_databases, teardown_databases

from actionlearning.foundation import founding
from actionlearning.foundation.middleware import forget_tenants
from actionlearning.foundation.models import Tenant, User
from actionlearning.foundation.scope import WHOLE, no_scope, scope
from tests.database import become, empty_tables
from tests.moments import NOON
from tests.world import World, build_world

settings.PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher"
]  # slow ones are slow by design
settings.AL_AUDIT_HEADS = tempfile.mkdtemp(prefix="al-heads-")
Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # whitenoise warns without it
settings.AL_PASSWORD_DAYS = 0  # the world's sign-ins were made in March and would all be too old
settings.LANGUAGE_CODE = "en"  # tests quote msgids; walks in a browser are in Chinese
TransactionTestCase._fixture_teardown = empty_tables(TransactionTestCase._fixture_teardown)


@pytest.fixture(scope="session")
def django_db_setup(
    request: Any,
    django_test_environment: None,
    django_db_blocker: Any,
    django_db_modify_db_settings: None,
) -> Iterator[None]:
    with django_db_blocker.unblock():
        become(owner=True)
        old = setup_databases(verbosity=0, interactive=False)
        become(owner=False)
        for slug, prefix in WORLDS.items():
            made = found_tenant(slug)
            with scope(made, path=WHOLE, actor=None), transaction.atomic():
                build_world(made, prefix)
    yield
    if os.environ.get("TEST_SERVERS_ARE_OURS"):
        return  # they are thrown away whole, whoever may still be connected
    with django_db_blocker.unblock():
        become(owner=True)
        teardown_databases(old, verbosity=0)


@pytest.fixture(autouse=True)
def _fresh_tenant_list() -> None:
    forget_tenants()


WORLDS = {"teng": "", "rival": "秘"}
"""Built once for the run; a transactional test empties the tables, and the next one builds anew."""


def found_tenant(slug: str) -> Tenant:
    """A tenant with its system user, as `manage.py create_tenant` makes it; the same one when asked again."""
    with no_scope(), transaction.atomic():
        found = Tenant.objects.filter(slug=slug).first()
        if found is not None:
            return found
    return founding.found_tenant(slug, slug, now=NOON)[0]


@pytest.fixture
def tenant(db: None) -> Iterator[Tenant]:
    """The scope is open for the whole test, as a request or a task would have it."""
    made = found_tenant("teng")
    with scope(made, path=WHOLE, actor=None):
        yield made


@pytest.fixture
def world(tenant: Tenant) -> World:
    return build_world(tenant)


@pytest.fixture
def rival(db: None) -> World:
    """Another tenant with people and papers of its own: nothing of it may ever be seen."""
    made = found_tenant("rival")
    with scope(made, path=WHOLE, actor=None):
        return build_world(made, prefix=WORLDS["rival"])


@pytest.fixture
def sign_in(client: Any) -> Any:
    """`client = sign_in(user)`: a browser with a session of that sign-in."""

    def enter(user: User, factor: str = "passed") -> Any:
        client.force_login(user)
        session = client.session
        session["tenant"] = str(user.tenant_id)
        session["factor"] = factor
        session.save()
        return client

    return enter
