"""Who owes what: laying down twice, plan versions, late joiners, leavers, projects, parts of windows."""

from datetime import date

import pytest

from actionlearning.foundation.models import Notice
from groups.actions.organisations import add_organisation
from groups.models import Organisation
from programmes.actions.enrolments import enrol, leave
from programmes.actions.laying import lay_down, lay_down_all
from programmes.actions.plans import change_rule
from programmes.actions.programmes import close_programme
from programmes.actions.sweeps import queue_due_notices
from programmes.actions.units import close_unit
from programmes.models import CalendarDay, Enrolment, Obligation, Plan, Programme, Project, Window
from programmes.packs.reading import shipped_text
from programmes.queries import tally
from tests.handing_in import duty, hand_in, state_of
from tests.moments import NOON
from tests.running import beijing, run_programme
from tests.world import World

MONTHLY = "monthly_information"
YEAR_END = beijing(12, 31)


@pytest.fixture
def programme(world: World) -> Programme:
    return run_programme(world, now=beijing(5, 20))


def unit(world: World, name: str = "交通局") -> Organisation:
    return add_organisation(
        parent=world.county,
        kind="unit",
        name=name,
        starts_on=date(2026, 1, 1),
        by=world.system,
        now=NOON,
    )


def months(of: Organisation, **wanted: object) -> list[str]:
    rows = Obligation.objects.filter(organisation=of, rule_key=MONTHLY, **wanted)
    return sorted(rows.values_list("window_key", flat=True))


@pytest.mark.rule("P2-83")
def test_lay_down_twice_changes_nothing(programme):
    first = lay_down(programme, now=beijing(9, 1))
    before = set(Obligation.objects.values_list("pk", "due_at", "laid_at"))

    assert (first > 0, lay_down(programme, now=beijing(9, 2))) == (True, 0)
    assert set(Obligation.objects.values_list("pk", "due_at", "laid_at")) == before


def test_lay_down_looks_five_weeks_ahead(world, programme):
    assert months(world.bureau) == ["2026-06"]

    lay_down(programme, now=beijing(5, 27, 0))

    assert months(world.bureau) == ["2026-06", "2026-07"]


def test_lay_down_all_takes_programmes_in_force_only(world, programme):
    close_programme(programme, by=world.ana, now=beijing(6, 1))

    assert lay_down_all(now=beijing(9, 1)) == 0


def test_obligation_carries_place_supervisor_and_window(world, programme):
    row = duty(world.bureau)

    assert (row.org_path, row.ancestor_1, row.ancestor_2, row.supervisor_id) == (
        world.bureau.path, world.county.pk, world.bureau.pk, world.county.pk,
    )  # fmt: skip
    assert (row.opens_at, row.due_at) == (beijing(6, 1, 0), beijing(6, 26, 0))
    assert row.next_look_at == row.window.first_rung_at == beijing(6, 22, 9)


def test_owner_does_not_owe_what_units_owe(world, programme):
    assert not Obligation.objects.filter(organisation=world.county).exists()


# Late and early


@pytest.mark.rule("P2-83")
def test_unit_that_joins_on_15_august_owes_from_september_four_of_four(world, programme):
    late = unit(world)
    lay_down(programme, now=beijing(8, 10))
    enrol(programme, late, starts_on=date(2026, 8, 15), by=world.ana, now=beijing(8, 15))
    lay_down(programme, now=beijing(12, 1))

    assert months(late) == ["2026-09", "2026-10", "2026-11", "2026-12"]
    for number, month in enumerate(months(late), 9):
        hand_in(programme, late, beijing(number, 10), by=world.system, window=month)
    rows = Obligation.objects.filter(organisation=late, rule_key=MONTHLY)
    assert (tally(rows, YEAR_END).owed, tally(rows, YEAR_END).completeness) == (4, 1.0)


def test_unit_that_closes_on_20_december_has_its_december_cancelled_with_the_reason(
    world, programme
):
    lay_down(programme, now=beijing(12, 1))

    close_unit(
        world.sister, on=date(2026, 12, 20), reason="机构撤销", by=world.system, now=beijing(12, 18)
    )

    row = duty(world.sister, "2026-12")
    assert (state_of(row, beijing(12, 19)), row.reason, row.next_look_at) == (
        "cancelled",
        "机构撤销",
        None,
    )
    assert state_of(duty(world.sister, "2026-11"), beijing(12, 19)) == "overdue"


def test_a_county_with_a_day_of_its_own_has_windows_of_its_own(world, programme):
    """Counties that arrange nothing share what the calendar of the region works out, under their own name."""
    for code in ("450421", "450423"):
        there = unit(world, code)
        Organisation.objects.filter(pk=there.pk).update(division=code)
        there.refresh_from_db()
        enrol(programme, there, starts_on=date(2026, 6, 1), by=world.ana, now=beijing(5, 21))
    CalendarDay.objects.create(scope="450423", date=date(2026, 9, 25), kind="work", name="补班")
    CalendarDay.objects.create(scope="450423", date=date(2026, 9, 24), kind="rest", name="县庆")

    lay_down(programme, now=beijing(9, 1))

    asked = dict(
        Window.objects.filter(key="2026-09", rule__key=MONTHLY).values_list(
            "calendar", "asked_for_on"
        )
    )
    own, plain = asked.pop("450423"), asked.pop("450421")
    assert set(asked.values()) == {plain} != {own}


def test_leaving_takes_back_what_was_told_and_nothing_new_is_laid(world, programme):
    queue_due_notices(now=beijing(6, 22, 9, 1))
    enrolment = Enrolment.objects.get(organisation=world.sister)

    leave(enrolment, on=date(2026, 6, 23), reason="退出", by=world.ana, now=beijing(6, 23))
    lay_down(programme, now=beijing(8, 1))

    told = Notice.objects.filter(about=duty(world.sister).pk)
    assert set(told.values_list("retracted_at", flat=True)) == {beijing(6, 23)}
    assert months(world.sister) == ["2026-06"]


def test_leaving_spares_what_is_fulfilled(world, programme):
    hand_in(programme, world.sister, beijing(6, 10), by=world.sis)
    enrolment = Enrolment.objects.get(organisation=world.sister)

    leave(enrolment, on=date(2026, 6, 23), reason="退出", by=world.ana, now=beijing(6, 23))

    assert state_of(duty(world.sister), beijing(7, 1)) == "met"


# Versions


def test_new_version_leaves_open_duties_with_the_old_one(world, programme):
    lay_down(programme, now=beijing(7, 1))
    before = Plan.objects.get()

    change_rule(
        programme,
        MONTHLY,
        {"day": 20},
        applies_from=date(2026, 8, 1),
        by=world.ana,
        now=beijing(7, 10),
    )
    lay_down(programme, now=beijing(9, 1))

    assert duty(world.bureau, "2026-07").rule.plan_id == before.pk
    assert duty(world.bureau, "2026-07").due_at == beijing(7, 26, 0)
    assert duty(world.bureau, "2026-08").rule.plan.number == 2
    assert duty(world.bureau, "2026-08").due_at == beijing(8, 21, 0)


def test_rule_switched_on_by_a_new_version_is_owed_from_then(world, programme):
    change_rule(
        programme,
        "culture_assessment",
        {"enabled": True, "by": "year-09-end", "note": None},
        applies_from=date(2026, 8, 1),
        by=world.ana,
        now=beijing(7, 10),
    )
    lay_down(programme, now=beijing(8, 10))

    row = Obligation.objects.get(organisation=world.bureau, rule_key="culture_assessment")
    assert row.due_at == beijing(10, 1, 0)


def test_rule_that_waits_for_an_event_lays_nothing_down_by_the_calendar(world, programme):
    lay_down(programme, now=beijing(8, 10))

    assert not Obligation.objects.filter(rule_key="team_list").exists()


# Parts of windows


def ask(programme: Programme, world: World, partial: str) -> None:
    """A counted rule over July and August with four asked for."""
    change_rule(
        programme,
        "skills_training",
        {"enabled": True, "min": 4, "phase": None, "from": "year-07", "to": "year-08",
         "partial_first": partial, "note": None},
        applies_from=date(2026, 7, 1),
        by=world.ana,
        now=beijing(6, 10),
    )  # fmt: skip


@pytest.mark.parametrize(("partial", "minimum"), [("full", 4), ("prorate", 2), ("skip", None)])
def test_joining_inside_a_window(world, programme, partial, minimum):
    ask(programme, world, partial)
    late = unit(world)

    enrol(programme, late, starts_on=date(2026, 8, 1), by=world.ana, now=beijing(8, 1))

    rows = Obligation.objects.filter(organisation=late, rule_key="skills_training")
    assert list(rows.values_list("minimum", flat=True)) == ([minimum] if minimum else [])


def test_programme_that_begins_inside_a_window_prorates_once_and_not_twice(world):
    """The window's own minimum is prorated already: it is the rule's four that are shared out."""
    text = shipped_text("plan2")
    place = text.index("        kind: window\n", text.index("- key: skills_training\n"))
    off = f"{text[:place]}        enabled: false\n        note: 暂不要求。\n{text[place:]}"
    programme = run_programme(world, now=beijing(5, 20), text=off)
    ask(programme, world, "prorate")
    lay_down(programme, now=beijing(7, 1))
    Obligation.objects.filter(rule_key="skills_training").delete()
    Window.objects.filter(rule__key="skills_training").update(
        starts_on=date(2026, 5, 1), owed_from=date(2026, 7, 1), minimum=3
    )

    lay_down(programme, now=beijing(7, 1))

    row = duty(
        world.bureau,
        rule="skills_training",
        window=Window.objects.get(rule__key="skills_training").key,
    )
    assert row.minimum == 3  # 4 × 62 days of 123, rounded up


# Projects


def test_project_owes_from_the_day_it_was_chosen(world, programme):
    change_rule(
        programme, "project_seminars", {"enabled": True, "note": None},
        applies_from=date(2026, 7, 1), by=world.ana, now=beijing(6, 10),
    )  # fmt: skip
    topic = Project(
        programme=programme, title="孤儿保障", created_by=world.ben, created_at=beijing(6, 1)
    )
    topic.place(world.bureau)
    topic.hang(None)
    topic.supervisor, topic.chosen_by, topic.chosen_at = world.county, world.lena, beijing(6, 20)
    topic.save(force_insert=True)

    lay_down(programme, now=beijing(7, 1))
    assert lay_down(programme, now=beijing(7, 1)) == 0

    found = Obligation.objects.filter(rule_key="project_seminars")
    assert set(found.values_list("project", "window_key")) == {
        (topic.pk, "2026-07"), (topic.pk, "2026-08"),
    }  # fmt: skip


def test_evidence_of_a_project_meets_its_own_duty_and_not_another_projects(world, programme):
    test_project_owes_from_the_day_it_was_chosen(world, programme)
    topic = Project.objects.get()

    hand_in(
        programme, world.bureau, beijing(7, 5), by=world.ben, deliverable="seminar", project=topic
    )
    hand_in(programme, world.bureau, beijing(7, 5), by=world.ben, deliverable="seminar")

    july = Obligation.objects.get(rule_key="project_seminars", window_key="2026-07")
    assert july.credited == 1
