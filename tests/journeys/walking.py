"""What every walk needs: people who read Chinese, and a programme that runs whatever the day is."""

from datetime import timedelta
from typing import Any

from django.db import connection

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.models import User
from programmes.actions.calendars import seed_calendar
from programmes.actions.enrolments import enrol
from programmes.actions.programmes import open_programme, put_in_force
from programmes.models import Programme
from programmes.packs.reading import pack_from, read, shipped_text
from programmes.packs.writing import plain
from programmes.queries import local_day
from tests.world import PASSWORD, World

MONTHS_BEHIND = 70
"""Days: the programme began early enough for two monthly items to be owed by now."""


def in_chinese(world: World) -> World:
    User.objects.filter(is_system=False).update(language="zh-hans")
    return world


def running_now(world: World) -> Programme:
    """Plan 2 with its months moved so that it is in the middle of its run today."""
    with connection.cursor():
        now = database_now()
    year = (local_day(now) - timedelta(days=MONTHS_BEHIND)).year
    pack = plain(read(shipped_text("plan2")))
    pack["period"] = {"from": "year-01", "to": "year+1-12"}
    for clause in pack["clauses"]:
        for rule in clause.get("rules", []):
            rule.pop("first_month", None)
    seed_calendar(since=year, now=now)
    programme = open_programme(
        pack_from(pack), owner=world.county, year=year, by=world.ana, now=now
    )
    first = programme.starts_on
    enrol(programme, world.county, starts_on=first, obliged=False, by=world.ana, now=now)
    for unit in (world.bureau, world.sister):
        enrol(programme, unit, starts_on=first, by=world.ana, now=now)
    return put_in_force(programme, by=world.ana, now=now)


def sign_in(page: Any, login: str) -> Any:
    page.goto("/t/teng/sign-in/")
    page.fill("#id_login", login)
    page.fill("#id_password", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/t/teng/")
    return page


def button(page: Any, words: str) -> Any:
    return page.locator("main").get_by_role("button", name=words, exact=True).first


def press(page: Any, words: str) -> None:
    """A button by its Chinese words; the page that answers is on screen afterwards.

    A load state would be that of the page being left, so the navigation itself is awaited.
    """
    with page.expect_navigation():
        button(page, words).click()
