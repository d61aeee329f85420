"""Rules that the product carries out as a whole: period, phases, papers above, second level, the clerk's rights."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from actionlearning.foundation.permissions import Permission
from programmes.actions.enrolments import enrol
from programmes.actions.project_asks import asks_of, concerns
from programmes.actions.submissions import submit_project
from programmes.models import Obligation, Programme, TeamMember
from programmes.packs.reading import shipped_text
from programmes.queries import local_day
from tests.programmes.topics import JUNE, chosen, propose
from tests.running import beijing, run_programme
from tests.world import World


def page_of(world: World, programme: Programme, client: Any, moment: Any, monkeypatch: Any) -> Any:
    monkeypatch.setattr("actionlearning.foundation.middleware.instant", lambda _read_at: moment)
    return client.get(
        reverse("programmes:programme_detail", args=[world.tenant.slug, programme.pk])
    )


@pytest.mark.rule("P2-01")
def test_a_programme_names_the_two_papers_above_it(
    world: World, programme: Programme, sign_in: Any, monkeypatch: Any
) -> None:
    answer = page_of(world, programme, sign_in(world.ben), JUNE, monkeypatch)

    above = [value for name, value in answer.context["facts"] if name == "Parent document"]
    assert above == [
        "县委办公室关于印发本县行动学习实施方案的通知",
        "县委组织部2026年行动学习实施方案",
    ]


@pytest.mark.rule("P2-08", "P2-09", "P2-20", "P2-70")
@pytest.mark.parametrize(
    ("month", "places"),
    [
        (6, ["now", "ahead", "ahead"]),
        (7, ["past", "now", "ahead"]),
        (11, ["past", "now", "ahead"]),
        (12, ["past", "past", "now"]),
    ],
)
def test_three_phases_follow_each_other_from_june_to_december(
    world: World,
    programme: Programme,
    sign_in: Any,
    monkeypatch: Any,
    month: int,
    places: list[str],
) -> None:
    answer = page_of(world, programme, sign_in(world.ana), beijing(month, 15), monkeypatch)

    phases = answer.context["phases"]
    assert (programme.starts_on, programme.ends_on) == (date(2026, 6, 1), date(2026, 12, 31))
    assert [phase["place"] for phase in phases] == places
    assert [phase["name"] for phase in phases] == [
        "Preparation and start-up",
        "Promotion and implementation",
        "Evaluation, commendation and deeper implementation",
    ]


@pytest.mark.rule("P1-02")
def test_what_recurs_is_laid_down_from_may_to_december_only(world: World) -> None:
    programme = run_programme(world, "plan1", now=beijing(12, 1))

    asked = Obligation.objects.filter(programme=programme).values_list(
        "window__last_day", flat=True
    )

    assert (programme.starts_on, programme.ends_on) == (date(2026, 5, 1), date(2026, 12, 31))
    assert asked
    assert all(programme.starts_on <= day <= programme.ends_on for day in asked)


@pytest.mark.rule("P2-04")
def test_a_second_level_institution_is_a_unit_of_the_bureau(
    world: World, programme: Programme
) -> None:
    enrol(
        programme,
        world.child,
        supervisor=world.bureau,
        starts_on=programme.starts_on,
        by=world.ana,
        now=JUNE,
    )

    owed = Obligation.objects.filter(organisation=world.child, rule_key="monthly_information")

    assert {row.supervisor_id for row in owed} == {world.bureau.pk}
    assert set(owed.visible_to(world.ben)) == set(owed) != set()
    assert not owed.visible_to(world.sis).exists()


CLERK = {
    Permission.ITEM_WRITE: True,
    Permission.ITEM_SUBMIT: True,
    Permission.PROJECT_CHANGE: True,
    Permission.PROJECT_SUBMIT: True,
    Permission.PERSON_CHANGE: True,
    Permission.BODY_CHANGE: True,
    Permission.ITEM_SIGN: False,
    Permission.PROJECT_CHOOSE: False,
    Permission.APPOINT: False,
    Permission.PROGRAMME_CHANGE: False,
}


@pytest.mark.rule("P1-26")
@pytest.mark.parametrize(("permission", "held"), CLERK.items(), ids=str)
def test_an_office_clerk_does_the_daily_work_and_decides_nothing(
    world: World, permission: Permission, held: bool
) -> None:
    assert world.ben.has_perm(permission, world.bureau) is held
    assert not world.ben.has_perm(permission, world.sister)


@pytest.mark.rule("P2-27")
@pytest.mark.parametrize(
    ("units", "warned"),
    [
        ("", True),
        ("民政局", True),
        (" 民政局 ；\n", True),
        ("教育局", False),
        ("民政局、教育局", False),
    ],
)
def test_a_topic_for_one_unit_alone_is_warned_of_and_not_refused(
    world: World, programme: Programme, units: str, warned: bool
) -> None:
    project = chosen(world, programme, participating_units=units)

    asks = asks_of(programme, local_day(JUNE))
    found = concerns(project, list(TeamMember.objects.filter(project=project)), asks)

    assert (("one_unit", "P2-27") in [(each.code, each.rule) for each in found]) is warned
    assert submit_project(project, by=world.ben, now=JUNE).state == "submitted"


@pytest.mark.rule("P2-27")
@pytest.mark.parametrize(
    ("asked", "units", "warned"),
    [
        ("units_min: 3", "教育局", "at least 3 units"),
        ("units_min: 3", "教育局、卫生局", ""),
        ("units_min: 3", "教育局、教育局", "this one has 2"),
        ("units_min: 1", "", ""),
        ("", "", "at least 2 units"),
    ],
)
def test_how_many_units_take_part_at_least_is_the_plan_s_own_row(
    world: World, sign_in: Any, asked: str, units: str, warned: str
) -> None:
    text = shipped_text("plan2").replace("  units_min: 2", f"  {asked}" if asked else "")
    programme = run_programme(world, text=text)
    project = propose(world, programme, participating_units=units)
    part = propose(world, programme, "摸底建档", parent=project, participating_units="")

    asks = asks_of(programme, local_day(JUNE))
    said = [each.message for each in concerns(project, [], asks) if each.code == "one_unit"]
    assert [warned in words for words in said] == ([True] if warned else [])
    assert "one_unit" not in [each.code for each in concerns(part, [], asks)]
    address = reverse("programmes:project_detail", args=[world.tenant.slug, project.pk])
    for reader in (world.ben, world.lena):  # who drafts it, who chooses it
        page = sign_in(reader).get(address).content.decode()
        assert ("name those that take part" in page) is bool(warned)
