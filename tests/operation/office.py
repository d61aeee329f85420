"""Fills an installation: python -m tests.operation.office. Everything by the product's own verbs, committed."""

import django

django.setup()

from datetime import datetime, timedelta  # noqa: E402  models need the set-up

from django.contrib.auth.hashers import make_password  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import transaction  # noqa: E402

from actionlearning.foundation import audit, founding  # noqa: E402
from actionlearning.foundation.clock import database_now  # noqa: E402
from actionlearning.foundation.models import (  # noqa: E402
    Channel,
    ClientToken,
    Delivery,
    RequestKey,
    User,
)
from actionlearning.foundation.outbox import queue_digests, queue_notice  # noqa: E402
from actionlearning.foundation.scope import WHOLE, no_scope, scope  # noqa: E402
from actionlearning.foundation.tokens import hash_of  # noqa: E402
from groups.roles import CLIENT_SCOPES  # noqa: E402
from programmes.actions.laying import lay_down_all  # noqa: E402
from programmes.actions.sweeps import queue_due_notices  # noqa: E402
from tests.moments import NOON  # noqa: E402
from tests.running import run_programme  # noqa: E402
from tests.world import World, build_world  # noqa: E402

PASSWORD = "Correct-horse-7"
TOKEN = "teng.a-token-of-this-office"


def main() -> None:
    with no_scope(), transaction.atomic():
        now = database_now()
        tenants = [founding.found_tenant(slug, slug, now=NOON)[0] for slug in ("teng", "rival")]
    for tenant in tenants:
        with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
            world = build_world(tenant, "" if tenant.slug == "teng" else "秘")
            User.objects.filter(is_system=False).update(
                password=make_password(PASSWORD), must_change_password=False
            )
            if tenant.slug == "teng":
                _papers(world, now)
                _copies(world, now)
            audit.seal(now=now)


def _papers(world: World, now: datetime) -> None:
    """A programme since spring, whose duties are swept once: what is overdue has been told."""
    Channel.objects.create(user=world.dora, kind="email", address="dora@example.gov.cn")
    run_programme(world)
    lay_down_all(now=now)
    queue_due_notices(now=now)


def _copies(world: World, now: datetime) -> None:
    """One copy waits that should have gone two days ago; one line was told and not copied yet."""
    old = now - timedelta(days=2)
    queue_digests(now=now, day=old.date().isoformat())
    Delivery.objects.update(not_before=old, created_at=old)
    queue_notice(to=world.dora, kind="reporting.item_kept", at=old, key="told", title="一个标题")
    ClientToken.objects.create(
        name="portal",
        hash=hash_of(TOKEN),
        user=world.ben,
        scopes=[str(each) for each in CLIENT_SCOPES],
        created_by=world.dora,
        created_at=old,
        expires_at=now + timedelta(days=90),
    )
    RequestKey.objects.create(actor=world.ben.pk, key="k", fingerprint="f", created_at=old)
    store = SessionStore()
    store["tenant"] = str(world.tenant.pk)
    store.create()


if __name__ == "__main__":
    main()
