"""A draft may have dates and names of its own; once in force it stays as it is."""

from datetime import date

import pytest
from django.urls import reverse

from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from groups.models import Supervision
from programmes.actions.enrolments import enrol
from programmes.actions.laying import lay_down
from programmes.actions.programmes import change_programme, open_programme, put_in_force
from programmes.models import Enrolment, Obligation, Programme
from programmes.packs.reading import read, shipped_text
from tests.moments import NOON
from tests.running import beijing
from tests.world import World

PLAN2 = shipped_text("plan2")
MIDDLE = date(2026, 6, 10)


def opened(world: World, text: str = PLAN2, **own) -> Programme:
    made = open_programme(read(text), owner=world.county, year=2026, by=world.ana, now=NOON, **own)
    enrol(made, world.bureau, starts_on=made.starts_on, by=world.ana, now=NOON)
    return made


def months(programme: Programme) -> list[tuple[str, int]]:
    rows = Obligation.objects.filter(programme=programme, rule_key="monthly_information")
    return list(rows.order_by("due_at").values_list("window_key", "minimum")[:2])


def address(name: str, *args) -> str:
    return reverse(f"programmes:{name}", args=["teng", *args])


@pytest.mark.parametrize(
    ("policy", "owed"),
    [
        ("skip", [("2026-07", 4), ("2026-08", 4)]),
        ("full", [("2026-06", 4), ("2026-07", 4)]),
        ("prorate", [("2026-06", 3), ("2026-07", 4)]),
    ],
)
def test_a_start_inside_a_month_follows_the_rule(world, policy, owed):
    text = PLAN2.replace("partial_first: skip", f"partial_first: {policy}")
    text = text.replace("        day: 25\n", "        day: 25\n        min: 4\n")
    programme = opened(world, text, starts_on=MIDDLE)

    put_in_force(programme, by=world.ana, now=NOON)
    lay_down(programme, now=beijing(8, 10))

    assert months(programme) == owed


def test_own_facts_stand_and_what_is_left_empty_is_the_plans(world):
    made = opened(
        world, name="自选", phase_number=2, batch_number=None, starts_on=None,
        ends_on=date(2026, 11, 30), parent_document="",
    )  # fmt: skip

    assert (made.name, made.phase_number, made.starts_on) == ("自选", 2, date(2026, 6, 1))
    assert (made.ends_on, made.parent_document[:4]) == (date(2026, 11, 30), "县委办公")


def test_a_draft_changes_with_plan_and_units(world):
    made = opened(world)

    changed = change_programme(
        made, starts_on=MIDDLE, name="改名", parent_document="甲；乙", by=world.ana, now=NOON
    )

    assert (changed.name, changed.starts_on, changed.version) == ("改名", MIDDLE, 2)
    assert changed.plans.get().applies_from == MIDDLE
    assert Enrolment.objects.get().starts_on == Supervision.objects.get().starts_on == MIDDLE


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"ends_on": date(2026, 5, 1)}, "ends_on"),
        ({"ends_on": date(2031, 5, 1)}, "ends_on"),
        ({"starts_on": date(2024, 6, 1)}, "starts_on"),
        ({"parent_document": "文" * 301}, "parent_document"),
    ],
)
def test_what_makes_no_sense_is_refused(world, changes, field):
    made = opened(world)
    with pytest.raises(BadInput) as refused:
        change_programme(made, by=world.ana, now=NOON, **changes)
    assert field in refused.value.fields


def test_a_unit_that_joins_outside_is_refused(world):
    made = opened(world)
    enrol(made, world.sister, starts_on=date(2026, 11, 1), by=world.ana, now=NOON)
    with pytest.raises(BadInput, match="outside"):
        change_programme(made, ends_on=date(2026, 10, 31), by=world.ana, now=NOON)


def test_in_force_it_stays_as_it_is_and_others_change_nothing(world, sign_in):
    made = opened(world)
    with pytest.raises(NotAllowed):
        change_programme(made, name="x", by=world.dora, now=NOON)
    edit = address("programme_edit", made.pk)
    assert sign_in(world.dora).get(edit).status_code == 404
    put_in_force(made, by=world.ana, now=NOON)
    with pytest.raises(RuleBroken):
        change_programme(made, name="x", by=world.ana, now=NOON)
    assert sign_in(world.ana).get(edit).status_code == 404


def test_the_form_saves_and_the_page_says_what_is_cut(world, sign_in):
    made, client = opened(world), sign_in(world.ana)
    page = client.get(address("programme_edit", made.pk))
    typed = {name: value or "" for name, value in page.context["form"].initial.items()}

    answer = client.post(
        address("programme_edit", made.pk),
        {**typed, "starts_on": "2026-06-10", "ends_on": "2026-12-31", "batch_number": "3"},
        follow=True,
    )

    shown = answer.content.decode()
    made.refresh_from_db()
    assert (made.starts_on, made.batch_number) == (MIDDLE, 3)
    assert "2026-06: nothing is owed for it" in shown
    assert address("programme_edit", made.pk) in shown


def test_somebody_elses_change_is_not_overwritten(world, sign_in):
    made, client = opened(world), sign_in(world.ana)
    typed = {"name": "甲", "starts_on": "2026-06-01", "ends_on": "2026-12-31"}
    change_programme(made, name="乙", by=world.ana, now=NOON)

    answer = client.post(address("programme_edit", made.pk), {**typed, "version": "1"})

    made.refresh_from_db()
    assert (answer.status_code, made.name) == (412, "乙")
    assert "甲" in answer.content.decode()


def test_over_rest(world, sign_in):
    made = opened(world)
    one = f"/t/teng/api/v1/programmes/{made.pk}/"

    def send(body, user=world.ana):
        return sign_in(user).patch(one, body, content_type="application/json")

    assert send({"starts_on": "2026-06-10", "phase_number": 2}).json()["starts_on"] == "2026-06-10"
    assert send({"ends_on": "2026-01-01"}).status_code == 422
    assert send({"state": "closed"}).status_code == 422
    assert send({"name": "x"}, world.dora).status_code == 403
    put_in_force(Programme.objects.get(pk=made.pk), by=world.ana, now=NOON)
    assert send({"name": "x"}).status_code == 409
