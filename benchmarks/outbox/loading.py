"""Lay the duties of a proof down: the tree by SQL, the rest by the product's own verbs.

python -m benchmarks.outbox.loading UNITS GATEWAY_PORT SUPERUSER_DSN
"""

import sys
from datetime import UTC, datetime

import django
import psycopg2
from django.db import transaction

django.setup()

from actionlearning.foundation.clock import database_now  # noqa: E402  models need the set-up
from actionlearning.foundation.founding import found_tenant  # noqa: E402
from actionlearning.foundation.models import Channel, Tenant, User  # noqa: E402
from actionlearning.foundation.scope import WHOLE, scope  # noqa: E402
from benchmarks.plan import plan_text  # noqa: E402
from benchmarks.world import Level, enrol_level, grow, organisation_id, seat, user_id  # noqa: E402
from groups.models import Organisation  # noqa: E402
from programmes.actions.calendars import seed_calendar  # noqa: E402
from programmes.actions.programmes import open_programme, put_in_force  # noqa: E402
from programmes.models import Programme  # noqa: E402
from programmes.packs.reading import read  # noqa: E402

YEAR = 2026


def main(units: int, port: int, superuser: str) -> None:
    tenant, _system = found_tenant("proof", "演练", now=datetime.now(UTC))
    connection = psycopg2.connect(superuser)
    connection.autocommit = True
    with connection.cursor() as cursor:
        grow(cursor, tenant.pk, [Level("county", "县", 1), Level("unit", "单位", units)])
        seat(cursor, 1, "office_director")
        seat(cursor, 1, "promotion_team_leader", body="promotion_team")
        seat(cursor, 2, "liaison")
        programme = _opened(tenant)
        enrol_level(cursor, programme.pk, level=2)
    _begin(tenant, programme, f"http://127.0.0.1:{port}/robot")
    connection.close()


def _director() -> User:
    return User.objects.get(pk=user_id("office_director", organisation_id(1, 1)))


def _opened(tenant: Tenant) -> Programme:
    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
        now = database_now()
        seed_calendar(since=YEAR, now=now)
        owner = Organisation.objects.get(pk=organisation_id(1, 1))
        return open_programme(read(plan_text()), owner=owner, year=YEAR, by=_director(), now=now)


def _begin(tenant: Tenant, programme: Programme, address: str) -> None:
    """Duties are laid down here; everybody who is told of them has a robot."""
    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
        Channel.objects.bulk_create(
            Channel(user=user, kind="wecom", address=address)
            for user in User.objects.filter(is_system=False)
        )
        put_in_force(programme, by=_director(), now=database_now())


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
