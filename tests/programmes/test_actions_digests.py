"""三月三 is a day of rest in Guangxi and nowhere else: nobody there is sent a copy."""

from datetime import date

import pytest

from actionlearning.foundation.models import Channel, Delivery, User
from actionlearning.foundation.outbox import queue_notice
from groups.models import Organisation
from programmes.actions.calendars import seed_calendar
from programmes.actions.digests import divisions_of, queue_copies, resting
from programmes.calendar.seed import GUANGXI_RESTS
from tests.moments import NOON
from tests.running import beijing
from tests.world import World

FIRST, LAST, _MAKE_UP = GUANGXI_RESTS[2025]


@pytest.fixture
def readers(world: World) -> list[User]:
    """Ben in Teng County of Guangxi; Sis, whose bureau we move to Guangdong; both were told something."""
    seed_calendar(since=2025, now=NOON)
    Organisation.objects.filter(pk=world.sister.pk).update(division="440103")
    for user in (world.ben, world.sis):
        Channel.objects.create(user=user, kind="email", address=f"{user.login}@example.org")
        queue_notice(
            to=user,
            kind="programmes.calendar_missing",
            at=beijing(3, 1, year=2025),
            key="x",
            year=2026,
        )
    return [world.ben, world.sis]


def sent_to() -> set[str]:
    return set(Delivery.objects.values_list("channel__user__login", flat=True))


def test_no_copy_goes_out_on_san_yue_san_in_guangxi(readers: list[User]) -> None:
    queue_copies(now=beijing(FIRST.month, FIRST.day, 10, year=2025))
    assert sent_to() == {"sis"}

    queue_copies(now=beijing(4, 3, 10, year=2025))
    assert sent_to() == {"ben", "sis"}


def test_nobody_is_sent_anything_on_a_day_the_nation_rests(readers: list[User]) -> None:
    queue_copies(now=beijing(5, 1, 10, year=2025))
    assert sent_to() == set()


def test_a_sign_in_on_no_roster_works_where_the_tree_begins(world: World) -> None:
    found = divisions_of([world.kid.pk, world.sysadmin.pk])
    assert found == {world.kid.pk: "450422", world.sysadmin.pk: "450422"}


def test_without_a_division_the_nations_calendar_counts(world: World) -> None:
    Organisation.objects.update(division="")
    assert divisions_of([world.ben.pk]) == {world.ben.pk: "CN"}
    assert resting([world.ben.pk], date(2025, 4, 1)) == []
