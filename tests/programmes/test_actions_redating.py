"""2027 is not published: dates are provisional; publishing moves them openly and tells the holders."""

from datetime import date

import pytest
from django.utils import translation

from actionlearning.foundation.errors import BadInput, NotAllowed
from actionlearning.foundation.models import Notice
from actionlearning.foundation.notices import subject_and_text
from programmes.access import changeable_layers
from programmes.actions.calendars import publish_year, seed_calendar, set_day, set_days
from programmes.actions.enrolments import enrol
from programmes.actions.laying import lay_down
from programmes.actions.programmes import open_programme, put_in_force
from programmes.calendar.notice_text import read_notice
from programmes.models import CalendarYear, Obligation, Window
from programmes.packs.reading import read, shipped_text
from tests.moments import NOON
from tests.running import beijing
from tests.world import World

MONTHLY = "monthly_information"
OCTOBER = beijing(10, 1, year=2027)
SOURCE = "国办发明电〔2026〕7号"


def running(world: World, policy: str = "keep"):
    """Plan 2 in 2027, the 25th with a day policy; laid down as far as October."""
    seed_calendar(since=2025, now=NOON)
    text = shipped_text("plan2")
    if policy != "keep":
        text = text.replace("day: 25\n", f"day: 25\n        day_policy: {policy}\n")
    programme = open_programme(read(text), owner=world.county, year=2027, by=world.ana, now=NOON)
    enrol(programme, world.bureau, starts_on=programme.starts_on, by=world.ana, now=NOON)
    put_in_force(programme, by=world.ana, now=NOON)
    lay_down(programme, now=beijing(9, 1, year=2027))
    return programme


def october(world):
    return Obligation.objects.select_related("window").get(
        organisation=world.bureau, rule_key=MONTHLY, window_key="2027-10"
    )


def test_an_unpublished_year_is_provisional(world):
    running(world)

    assert october(world).provisional
    assert Window.objects.filter(provisional=False).count() == 0


def test_publishing_redates_tells_the_holder_and_counts_the_due_version_up(world):
    """25 October 2027 is a Monday; the notice makes it a rest day."""
    running(world, policy="previous")
    before = october(world)
    assert before.window.last_day == date(2027, 10, 25)
    set_days(
        read_notice("10月25日（周一）放假", 2027, "国庆节").days,
        scope="CN",
        source=SOURCE,
        by=world.ana,
        now=NOON,
    )
    assert october(world).window.last_day == date(
        2027, 10, 25
    )  # nothing moves before it is published

    moved = publish_year(scope="CN", year=2027, source=SOURCE, by=world.ana, now=OCTOBER)

    after = october(world)
    assert (after.window.last_day, after.provisional) == (date(2027, 10, 22), False)
    assert (after.due_version, after.due_at) == (2, beijing(10, 23, hour=0, year=2027))
    assert [line for line in moved if "2027-10" in line and "2027-10-25 → 2027-10-22" in line]
    notices = Notice.objects.filter(kind="programmes.redated", about=after.pk)
    assert {notice.recipient for notice in notices} == {world.liu, world.ben, world.dora}
    with translation.override("zh-hans"):
        subject, text = subject_and_text(notices[0])
    assert "2027-10-22" in subject
    assert "信息" in text


def test_a_day_that_stays_moves_its_asked_for_day_openly(world):
    running(world)
    set_day(scope="CN", day=date(2027, 10, 25), kind="rest", name="补休", by=world.ana, now=NOON)

    moved = publish_year(scope="CN", year=2027, source=SOURCE, by=world.ana, now=OCTOBER)

    row = october(world)
    assert (row.window.last_day, row.window.asked_for_on) == (
        date(2027, 10, 25),
        date(2027, 10, 22),
    )
    assert row.due_version == 2
    assert len([line for line in moved if "2027-10:" in line]) == 1


def test_publishing_again_moves_nothing(world):
    running(world)
    publish_year(scope="CN", year=2027, source=SOURCE, by=world.ana, now=OCTOBER)

    assert publish_year(scope="CN", year=2027, source=SOURCE, by=world.ana, now=OCTOBER) == []
    assert CalendarYear.objects.filter(scope="CN", year=2027).count() == 1


def test_a_regional_notice_after_the_national_one_moves_windows_too(world):
    running(world, policy="previous")
    publish_year(scope="CN", year=2027, source=SOURCE, by=world.ana, now=OCTOBER)
    set_day(scope="45", day=date(2027, 10, 25), kind="rest", name="区庆", by=world.ana, now=OCTOBER)

    moved = publish_year(scope="45", year=2027, source="桂政办发", by=world.ana, now=OCTOBER)

    assert october(world).window.last_day == date(2027, 10, 22)
    assert len([line for line in moved if "2027-10:" in line]) == 1


def test_a_place_elsewhere_moves_nothing(world):
    running(world, policy="previous")
    publish_year(scope="CN", year=2027, source=SOURCE, by=world.ana, now=OCTOBER)
    set_day(scope="44", day=date(2027, 10, 25), kind="rest", name="他省", by=world.ana, now=OCTOBER)

    assert publish_year(scope="44", year=2027, source="x", by=world.ana, now=OCTOBER) == []


def test_what_is_past_keeps_its_date(world):
    running(world, policy="previous")
    publish_year(scope="CN", year=2027, source=SOURCE, by=world.ana, now=OCTOBER)
    november = beijing(11, 20, year=2027)
    set_day(
        scope="CN", day=date(2027, 10, 25), kind="rest", name="更正", by=world.ana, now=november
    )

    publish_year(scope="CN", year=2027, source=SOURCE, by=world.ana, now=november)

    assert october(world).window.last_day == date(2027, 10, 25)


@pytest.mark.parametrize("who", ["ben", "dora", "lena", "sysadmin"])
@pytest.mark.parametrize("scope", ["CN", "45", "450422"])
def test_who_shares_the_calendar_does_not_change_it(world, who, scope):
    by = getattr(world, who)
    with pytest.raises(NotAllowed):
        set_day(scope=scope, day=date(2027, 1, 1), kind="rest", name="元旦", by=by, now=NOON)
    with pytest.raises(NotAllowed):
        publish_year(scope=scope, year=2027, source="x", by=by, now=NOON)


def test_a_unit_does_not_rise_by_a_programme_of_its_own(world):
    running(world)
    own = open_programme(
        read(shipped_text("plan2")), owner=world.bureau, year=2027, by=world.dora, now=NOON
    )
    enrol(own, world.child, starts_on=own.starts_on, by=world.dora, now=NOON)
    put_in_force(own, by=world.dora, now=NOON)

    assert changeable_layers(world.dora, ["CN", "45", "450422"]) == frozenset()


def test_the_office_that_runs_a_programme_changes_the_wide_layers(world):
    own = open_programme(
        read(shipped_text("plan2")), owner=world.bureau, year=2027, by=world.dora, now=NOON
    )
    enrol(own, world.child, starts_on=own.starts_on, by=world.dora, now=NOON)
    before = changeable_layers(world.dora, ["CN", "45", "450422"])
    put_in_force(own, by=world.dora, now=NOON)

    assert before == frozenset()
    assert changeable_layers(world.dora, ["CN", "45", "450422"]) == {"CN", "45"}


def test_a_county_changes_its_own_days_and_no_other_countys(world):
    assert changeable_layers(world.ana, ["CN", "45", "4504", "450422", "450481"]) == {
        "CN", "45", "4504", "450422",
    }  # fmt: skip


@pytest.mark.parametrize("scope", ["", "cn", "4504221", "45042", "../"])
def test_a_place_that_is_none_is_refused(world, scope):
    with pytest.raises(BadInput):
        set_day(scope=scope, day=date(2027, 1, 1), kind="rest", name="元旦", by=world.ana, now=NOON)
