"""Plan 5, the city: the region's plan carried on, nothing numeric, nothing to count."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from programmes.actions.programmes import close_programme
from programmes.models import Programme
from programmes.packs.reading import SHIPPED
from programmes.states import ProgrammeState
from tests.packs.stage import Choice, Country, Plan, Unit, at, begin, tallied
from tests.world import World

OPENED = date(2026, 5, 4)
PAPER = "自治区党委组织部关于印发《中德合作广西行动学习项目第二期第一批行动学习实施方案》的通知"


@pytest.fixture
def country(world: World) -> Country:
    return Country(world)


@pytest.fixture
def region(country: Country) -> Unit:
    return country.unit(None, "region", "广西壮族自治区", "450000")


@pytest.fixture
def liuzhou(country: Country, region: Unit) -> Unit:
    return country.unit(region.organisation, "city", "柳州市", "450200")


@pytest.fixture
def plan(country: Country, liuzhou: Unit) -> Plan:
    names = (("柳南区", "450204"), ("鹿寨县", "450223"))
    units = [
        (country.unit(liuzhou.organisation, "county", name, code), None) for name, code in names
    ]
    return Plan("plan5", liuzhou, list(units))


def regions(region: Unit, *units: Unit, world: World, year: int = 2026) -> Programme:
    run = Plan("plan3", region, [(unit, None) for unit in units], year=year)
    return begin(run, world, now=at(date(2026, 4, 27))).programme


def shown(programme: Programme, user: Any, world: World, sign_in: Any) -> Any:
    page = reverse("programmes:programme_detail", args=[world.tenant.slug, programme.pk])
    return sign_in(user).get(page)


@pytest.mark.rule("P5-01")
def test_fifteen_months_without_a_duty(world: World, plan: Plan) -> None:
    year = begin(plan, world, now=at(OPENED))
    unit = plan.units[0][0]
    topic = Choice(unit, "汽车产业链", ("team_leader", "member"), date(2026, 6, 1))
    topic.play(year)

    assert (year.programme.starts_on, year.programme.ends_on) == (
        date(2026, 5, 1), date(2027, 7, 31),
    )  # fmt: skip
    end = year.walk(date(2027, 8, 2))
    assert topic.project is not None
    assert not year.duties().exists()
    found = tallied(year.duties(), end)
    assert (found.owed, found.completeness, found.timeliness) == (0, None, None)

    done = close_programme(year.programme, by=plan.owner.director, now=at(date(2027, 8, 3)))
    assert done.state == ProgrammeState.CLOSED


@pytest.mark.rule("P5-01")
def test_the_region_s_plan_is_linked_where_it_runs_here(
    world: World, plan: Plan, region: Unit, liuzhou: Unit, sign_in: Any
) -> None:
    above = regions(region, liuzhou, world=world)
    year = begin(plan, world, now=at(OPENED))

    answer = shown(year.programme, liuzhou.director, world, sign_in)

    assert answer.context["parent"] == {"pk": above.pk, "name": above.name}
    link = reverse("programmes:programme_detail", args=[world.tenant.slug, above.pk])
    assert f'<a href="{link}">{above.name}</a>' in answer.content.decode()
    assert ("Parent document", PAPER) in answer.context["facts"]


@pytest.mark.rule("P5-01")
def test_without_it_the_paper_is_named_and_nothing_linked(
    world: World, plan: Plan, liuzhou: Unit, sign_in: Any
) -> None:
    year = begin(plan, world, now=at(OPENED))

    answer = shown(year.programme, liuzhou.director, world, sign_in)

    assert answer.context["parent"]["pk"] is None
    assert PAPER in answer.content.decode()
    assert "This plan lays down no duty" in answer.content.decode()


def test_a_run_of_another_year_or_of_a_sister_is_no_parent(
    world: World, plan: Plan, region: Unit, liuzhou: Unit, country: Country, sign_in: Any
) -> None:
    sister = country.unit(region.organisation, "city", "贵港市", "450800")
    regions(sister, region, world=world)
    regions(region, liuzhou, world=world, year=2028)
    year = begin(plan, world, now=at(OPENED))

    for reader in (region.director, liuzhou.director):
        assert shown(year.programme, reader, world, sign_in).context["parent"]["pk"] is None


def test_a_programme_that_a_neighbour_runs_is_a_parent_for_who_takes_part_in_it(
    world: World, plan: Plan, region: Unit, liuzhou: Unit, country: Country, sign_in: Any
) -> None:
    """The notice comes from a department of the region, which is no ancestor of the city."""
    department = country.unit(region.organisation, "department", "自治区党委组织部", "450000")
    above = regions(department, liuzhou, world=world)
    year = begin(plan, world, now=at(OPENED))

    for reader in (liuzhou.director, plan.units[0][0].director):
        assert shown(year.programme, reader, world, sign_in).context["parent"]["pk"] == above.pk


def test_rest_names_the_programme_above_and_what_the_plan_leaves_out(
    world: World, plan: Plan, region: Unit, liuzhou: Unit, sign_in: Any
) -> None:
    above = regions(region, liuzhou, world=world)
    year = begin(plan, world, now=at(OPENED))
    client = sign_in(liuzhou.director)
    base = f"/t/{world.tenant.slug}/api/v1/"

    one = client.get(f"{base}programmes/{year.programme.pk}/").json()
    listed = client.get(f"{base}programmes/").json()["results"]
    assert one["parent_programme_id"] == str(above.pk)
    assert one["parent_document"] == PAPER
    assert {row["id"]: row["parent_programme_id"] for row in listed} == {
        str(year.programme.pk): str(above.pk), str(above.pk): None,
    }  # fmt: skip

    version = year.programme.plans.get()
    whole = client.get(f"{base}plans/{version.pk}/").json()
    assert {each["standing"] for each in whole["provisions"]} == {"unstated"}
    assert whole["head"]["parent_plan"] == "plan3"


@pytest.mark.parametrize(
    ("language", "titles"),
    [
        (
            "en",
            {
                "Action-learning plan of the city",
                "Key projects “organ party building + action learning”",
            },
        ),
        ("zh-hans", {"市行动学习实施方案", "“机关党建+行动学习”重点项目实施方案"}),
    ],
)
def test_all_six_packs_are_offered_where_a_programme_is_opened(
    world: World, liuzhou: Unit, sign_in: Any, language: str, titles: set[str]
) -> None:
    director = liuzhou.director
    director.language = language
    director.save(update_fields=["language"])

    form = sign_in(director).get(
        reverse("programmes:programme_new", args=[world.tenant.slug])
    ).context["form"]  # fmt: skip
    offered = dict(form.fields["pack"].choices)
    assert list(offered)[:6] == list(SHIPPED)
    assert titles <= set(offered.values())
