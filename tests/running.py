"""A programme in force on a real plan pack, with its units enrolled; time is an argument."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from programmes.actions.calendars import seed_calendar
from programmes.actions.enrolments import enrol
from programmes.actions.programmes import open_programme, put_in_force
from programmes.models import Programme
from programmes.packs.reading import read, shipped_text
from tests.moments import NOON
from tests.world import World

BEIJING = ZoneInfo("Asia/Shanghai")


def beijing(month: int, day: int, hour: int = 12, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=BEIJING)


def run_programme(
    world: World, pack: str = "plan2", *, now: datetime = NOON, text: str = ""
) -> Programme:
    """Owned by the county; bureau and sister are its implementing units from the first day.

    `text`: a plan that differs from the shipped one.
    """
    seed_calendar(since=2025, now=now)
    programme = open_programme(
        read(text or shipped_text(pack)), owner=world.county, year=2026, by=world.ana, now=now
    )
    enrol(
        programme, world.county, starts_on=programme.starts_on, obliged=False, by=world.ana, now=now
    )
    for unit in (world.bureau, world.sister):
        enrol(programme, unit, starts_on=programme.starts_on, by=world.ana, now=now)
    return put_in_force(programme, by=world.ana, now=now)


START = date(2026, 6, 1)
