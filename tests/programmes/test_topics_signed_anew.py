"""Topics that stand already are found by what is looked for now, and the walls stand again afterwards."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import connection, transaction

from actionlearning.foundation.scope import WHOLE, scope
from actionlearning.foundation.similarity import blank, signature
from programmes.models import Project
from tests.conftest import found_tenant
from tests.database import as_owner
from tests.programmes.topics import propose
from tests.running import run_programme
from tests.world import build_world

WALL = "SELECT relforcerowsecurity FROM pg_class WHERE relname = 'programmes_project'"
SLEEPING = "SELECT count(*) FROM pg_trigger WHERE tgenabled = 'D'"


@pytest.mark.django_db(transaction=True)
def test_topics_that_stand_already_are_signed_anew() -> None:
    migration = import_module("programmes.migrations.0017_topics_signed_anew")
    tenant = found_tenant("teng")
    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
        world = build_world(tenant)
        topic = propose(world, run_programme(world))
        Project.objects.filter(pk=topic.pk).update(signature=blank())

    with as_owner() as cursor:
        with transaction.atomic():
            migration.sign(None, SimpleNamespace(connection=connection))
        cursor.execute(WALL)
        forced = cursor.fetchone()
        cursor.execute(SLEEPING)
        sleeping = cursor.fetchone()

    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
        fresh = Project.objects.get(pk=topic.pk)
    assert fresh.signature == signature(topic.title, topic.background)
    assert fresh.version == topic.version
    assert (forced, sleeping) == ((True,), (0,))
