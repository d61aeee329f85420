"""What is told where under each plan: information, briefings, publicity by the plan's own channels."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from reporting.models import Publicity
from reporting.queries.publicity import channels_of
from tests.packs.stage import Country, Plan, Unit, Year, at, begin, form_bodies
from tests.packs.telling import adopted, publish, told
from tests.world import World

SPRING, DAY = date(2026, 4, 27), date(2026, 6, 10)


def group(world: World) -> Plan:
    country = Country(world)
    owner = country.unit(None, "group_company", "交通投资集团")
    return Plan("plan1", owner, [(country.unit(owner.organisation, "unit", "一公司"), None)])


def running(world: World, plan: Plan, opened: date = SPRING) -> Year:
    year = begin(plan, world, now=at(opened))
    form_bodies(plan.owner, ["leading_group"])(at(opened))
    return year


def totals(client: Any, world: World, year: Year) -> dict[str, int]:
    """As the register's page says them."""
    page = reverse("reporting:publicity_list", args=[world.tenant.slug])
    context = client.get(page, {"programme": year.programme.pk}).context
    return {total.key: total.count for total in context["totals"] if total.key != "other"}


@pytest.mark.rule("P1-50")
def test_the_group_tells_by_website_briefing_and_newspapers(world: World, sign_in: Any) -> None:
    plan = group(world)
    year, now = running(world, plan), at(DAY)
    unit, office = plan.units[0][0], plan.owner
    item = adopted(year.programme, unit, office, "2026-06", now)
    issue = publish(office, "行动学习简报", item, now=now)

    own = told(item, unit, unit.staff, now=now, channel="website", outlet="集团网站")
    told(item, unit, office.staff, now=now, channel="newspapers", outlet="广西日报", level="region")
    told(
        issue, office, office.staff, programme=year.programme, now=now, channel="briefing",
        outlet="行动学习简报",
    )  # fmt: skip

    assert totals(sign_in(office.director), world, year) == {
        "website": 1, "briefing": 1, "newspapers": 1,
    }  # fmt: skip
    assert totals(sign_in(unit.staff), world, year) == {
        "website": 1, "briefing": 0, "newspapers": 1,
    }  # fmt: skip
    states = dict(Publicity.objects.filter(item=item).values_list("channel", "state"))
    assert states == {"website": "recorded", "newspapers": "confirmed"}
    assert own.supervisor == office.organisation


@pytest.mark.rule("P1-11")
def test_the_group_reports_to_a_superior_that_is_no_part_of_it(world: World) -> None:
    """The superior department has no account here: it is named in the paper and reads the public page."""
    plan = group(world)
    year, now = running(world, plan), at(DAY)
    item = adopted(year.programme, plan.units[0][0], plan.owner, "2026-06", now)
    issue = publish(
        plan.owner, "行动学习简报", item, now=now, audience="public", report_to=["自治区国资委"]
    )

    page = reverse("reporting:public_briefing_detail", args=[world.tenant.slug, issue.root])
    answer = Client().get(page)

    assert issue.content["report_to"] == ["自治区国资委"]
    assert (answer.status_code, item.body[:12] in answer.content.decode()) == (200, True)


@pytest.mark.rule("P2-64", "P2-81")
def test_good_practice_is_told_in_all_six_channels_of_the_bureau(
    world: World, sign_in: Any
) -> None:
    bureau = Unit(world.bureau, staff=world.ben, director=world.dora, leader=world.lena)
    county = Unit(world.county, staff=world.ana, director=world.ana, leader=world.ana)
    year = begin(Plan("plan2", county, [(bureau, None)]), world, now=at(date(2026, 5, 25)))
    now = at(DAY)
    item = adopted(year.programme, bureau, county, "2026-06", now)
    channels = channels_of(year.programme, DAY)
    six = [key for key in channels if key != "other"]
    assert len(six) == 6

    for key in six[:2]:
        told(item, bureau, world.ben, now=now, channel=key, outlet=channels[key], level="county")
    for key in six[2:]:
        told(
            "好做法、好经验交流", bureau, world.liu, programme=year.programme, now=now, channel=key,
            outlet=channels[key],
        )  # fmt: skip

    assert totals(sign_in(world.dora), world, year) == dict.fromkeys(six, 1)
    client = sign_in(world.dora)
    page = reverse("reporting:item_detail", args=[world.tenant.slug, item.pk])
    assert {each["outlet"] for each in client.get(page).context["appeared"]} == {
        channels[key] for key in six[:2]
    }


@pytest.mark.rule("P4-26")
def test_the_union_has_eight_channels_of_its_own(world: World, sign_in: Any) -> None:
    country = Country(world)
    union = country.unit(None, "department", "城镇集体工业联社")
    unit = country.unit(union.organisation, "unit", "一轻公司")
    year = running(world, Plan("plan4", union, [(unit, None)]), date(2025, 12, 29))
    channels = channels_of(year.programme, DAY)
    eight = [key for key in channels if key != "other"]

    for key in eight:
        told(
            "学员交流", unit, unit.staff, programme=year.programme, now=at(DAY), channel=key,
            outlet=channels[key],
        )  # fmt: skip

    assert totals(sign_in(union.director), world, year) == dict.fromkeys(eight, 1)
    assert len(eight) == 8


@pytest.mark.rule("P3-10")
def test_the_region_s_briefing_by_its_name_reaches_the_cities(world: World, sign_in: Any) -> None:
    country = Country(world)
    region = country.unit(None, "region", "广西壮族自治区", "450000")
    city = country.unit(region.organisation, "city", "柳州市", "450200")
    year, now = running(world, Plan("plan3", region, [(city, None)])), at(DAY)
    item = adopted(year.programme, city, region, "", now)
    issue = publish(region, "行动学习在广西", item, now=now)
    told(
        issue, region, region.staff, programme=year.programme, now=now, channel="briefing",
        outlet="《行动学习在广西》第1期",
    )  # fmt: skip

    reader = sign_in(city.staff)
    page = reverse("reporting:briefing_detail", args=[world.tenant.slug, issue.root])
    assert (issue.series.title, issue.number, issue.total) == ("行动学习在广西", 1, 1)
    assert "行动学习在广西" in reader.get(page).content.decode()
    assert totals(sign_in(region.director), world, year) == {"platform": 0, "briefing": 1}
