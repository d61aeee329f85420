"""A region with 60,000 units and a million duties, and a copy of it with one duty in a hundred.

Written by the product's own laying statement, past the triggers of foreign keys, which would need hours.
"""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connections, transaction

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.founding import found_tenant
from actionlearning.foundation.models import Tenant, User
from actionlearning.foundation.scope import WHOLE, scope
from benchmarks.plan import plan_text
from benchmarks.world import Level, enrol_level, grow, organisation_id, seat, user_id
from groups.models import Organisation
from programmes.actions.calendars import seed_calendar
from programmes.actions.enrolments import enrol
from programmes.actions.laying import LAY_UNITS, lay_down
from programmes.actions.programmes import open_programme, put_in_force
from programmes.models import Programme, Window
from programmes.packs.reading import read

BEIJING = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 19, 10, tzinfo=BEIJING)
"""The day after November's first reminder."""
END = datetime(2026, 12, 20, 10, tzinfo=BEIJING)
LEVELS = (Level("region", "区", 1), Level("city", "市", 14), Level("county", "县", 112))
UNIT = 4
SAMPLE = 100
SMALL = "al_small"
READERS = {
    "region": ("office_staff", organisation_id(1, 1)),
    "county": ("office_staff", organisation_id(3, SAMPLE)),
    "unit": ("liaison", organisation_id(UNIT, SAMPLE)),
}

_INDEXES = """
SELECT indexname, indexdef FROM pg_indexes i
 WHERE tablename = 'programmes_obligation'
   AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)
   AND indexdef NOT LIKE 'CREATE UNIQUE%%'
"""
_FINISHED = """
UPDATE programmes_obligation SET met_at = due_at - interval '1 day', credited = 1
 WHERE due_at < %s AND hashtext(id::text) %% 10 <> 0
"""
_QUIET = "UPDATE programmes_obligation SET next_look_at = NULL"


def load(cursor: Any, units: int) -> tuple[Tenant, Programme]:
    """`cursor` is a superuser's. The small copy is another database of the same server."""
    tenant, _system = found_tenant("bench", "演练", now=datetime.now(UTC))
    grow(cursor, tenant.pk, [*LEVELS, Level("unit", "单位", units)])
    for level, role in (
        (1, "office_director"),
        (1, "office_staff"),
        (3, "office_staff"),
        (UNIT, "liaison"),
    ):
        seat(cursor, level, role)
    programme = _programme(tenant)
    cursor.execute("DELETE FROM programmes_enrolment WHERE obliged")
    cursor.execute("DELETE FROM programmes_obligation")
    enrol_level(cursor, programme.pk, UNIT)
    cursor.execute("ANALYZE")
    connections.close_all()
    cursor.execute(f"DROP DATABASE IF EXISTS {SMALL}")
    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
        windows = list(Window.objects.values_list("pk", flat=True))
    _lay(cursor, tenant, programme, windows)
    return tenant, programme


def _programme(tenant: Tenant) -> Programme:
    """Its windows are made by one unit's enrolment, which goes again."""
    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
        now = database_now()
        seed_calendar(since=2025, now=now)
        owner = Organisation.objects.get(pk=organisation_id(1, 1))
        by = User.objects.get(pk=user_id("office_director", owner.pk))
        pack = read(plan_text(until="year+1-12"))
        programme = open_programme(pack, owner=owner, year=2025, by=by, now=now)
        unit = Organisation.objects.get(pk=organisation_id(UNIT, 1))
        enrol(programme, unit, starts_on=programme.starts_on, by=by, now=now)
        put_in_force(programme, by=by, now=END)
        lay_down(programme, now=END)
        return programme


def _lay(cursor: Any, tenant: Tenant, programme: Programme, windows: list[Any]) -> None:
    cursor.execute(_INDEXES)
    indexes = cursor.fetchall()
    for name, _definition in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    cursor.execute("SET session_replication_role = replica")
    cursor.execute(f"SET al.tenant = '{tenant.pk}'")
    names = [str(window) for window in windows]
    cursor.execute(
        LAY_UNITS.replace("ANY(%(windows)s)", "ANY(%(windows)s::uuid[])"),
        {"programme": str(programme.pk), "windows": names, "now": NOW, "unit": None},
    )
    cursor.execute(_QUIET)
    cursor.execute(_FINISHED, [NOW])
    cursor.execute("SET session_replication_role = origin")
    for _name, definition in indexes:
        cursor.execute(definition)
    cursor.execute("VACUUM ANALYZE programmes_obligation")


def copy_small(cursor: Any, database: str) -> None:
    """The same tree; duties of one unit in a hundred. `cursor` is a superuser's of `database`."""
    connections.close_all()
    cursor.execute(f"CREATE DATABASE {SMALL} TEMPLATE {database} STRATEGY file_copy")
    cursor.execute(f"GRANT CONNECT ON DATABASE {SMALL} TO al_app")


def thin(cursor: Any) -> None:
    """`cursor` is a superuser's of the small database."""
    cursor.execute("SET session_replication_role = replica")
    cursor.execute(
        "CREATE TEMP TABLE kept AS SELECT o.* FROM programmes_obligation o"
        " JOIN groups_organisation u ON u.id = o.organisation_id WHERE u.seniority %% %s = 0",
        [SAMPLE],
    )
    cursor.execute("TRUNCATE programmes_obligation, programmes_evidence, programmes_evidencereturn")
    cursor.execute("INSERT INTO programmes_obligation SELECT * FROM kept")
    cursor.execute("VACUUM ANALYZE programmes_obligation")
