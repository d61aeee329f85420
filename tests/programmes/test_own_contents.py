"""A plan that names its own contents of training: the register, its sheet, its forms and programs speak of them."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from groups.models import Person
from programmes.models import Activity, Programme, Training
from tests.programmes.paper_screens import at, text_of
from tests.programmes.test_trainings import DAY, train
from tests.programmes.unit_activities import held, on_roster, planned
from tests.running import beijing, run_programme
from tests.world import World

OWN = {
    "basics": "Basic knowledge",
    "research_methods": "Methods of research",
    "work_methods": "Methods of work",
    "other": "other contents",
}
TWO = {"research_methods": Decimal(4), "basics": Decimal(2)}


@pytest.fixture
def programme(world: World) -> Programme:
    return run_programme(world, "plan3")


@pytest.fixture
def learner(world: World, programme: Programme) -> Person:
    """Of the bureau; was in its class on 16 June."""
    person = on_roster(world, "甲一")
    held(planned(world, programme, [person], contents=TWO), world.ben)
    return person


def cells_of(answer: Any) -> set[str]:
    """Of the sheet that was sent."""
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/vnd.openxmlformats")
    return {
        str(cell.value) for row in load_workbook(BytesIO(answer.content)).active for cell in row
    }


@pytest.mark.usefixtures("learner")
def test_the_register_names_the_plan_s_own_contents(
    world: World, programme: Programme, sign_in: Any
) -> None:
    page, client = at("training_list", world, programme.pk), sign_in(world.ben)
    shown = client.get(page)
    assert shown.status_code == 200
    table = text_of(shown).partition("<tbody>")[2]
    assert "Methods of research" in table
    assert {"Methods of research", "Basic knowledge", "甲一"} <= cells_of(
        client.get(page, {"export": "xlsx"})
    )
    narrowed = text_of(client.get(page, {"contents": "basics"})).partition("<tbody>")[2]
    assert "Basic knowledge" in narrowed
    assert "Methods of research" not in narrowed


def test_filter_and_form_offer_the_contents_of_the_programme_chosen(
    world: World, programme: Programme, sign_in: Any
) -> None:
    other, client = run_programme(world, "plan1"), sign_in(world.ben)
    for where, name in (("training_list", "filters"), ("training_new", "form")):
        for asked, keys in ((programme, list(OWN)), (other, ["concepts", "process", "methods"])):
            form = client.get(at(where, world, asked.pk)).context[name]
            offered = {key: str(label) for key, label in form.fields["contents"].choices if key}
            assert list(offered)[: len(keys)] == keys
            assert asked is other or offered == OWN


def test_a_training_is_recorded_by_hand_and_by_program_in_the_plan_s_words(
    world: World, programme: Programme, sign_in: Any
) -> None:
    person, client = on_roster(world, "乙二"), sign_in(world.ben)
    form = {
        "persons": [str(person.pk)], "contents": "work_methods", "title": "工作方法课",
        "held_on": DAY.isoformat(), "hours": "4.5",
    }  # fmt: skip
    where = at("training_new", world, programme.pk)
    assert client.post(where, {**form, "contents": "methods"}).status_code == 422
    assert client.post(where, form).status_code == 302
    base = f"/t/{world.tenant.slug}/api/v1/trainings/"
    told = {
        "programme": str(programme.pk), "person": str(person.pk), "held_on": DAY.isoformat(),
        "hours": "2.0",
    }  # fmt: skip
    json = {"content_type": "application/json"}
    refused = client.post(base, {**told, "contents": "methods"}, **json)
    assert refused.status_code == 422
    assert "Methods of research" in refused.json()["errors"]["contents"]
    assert client.post(base, {**told, "contents": "basics"}, **json).status_code == 201
    (line,) = client.get(base, {"contents": "work_methods"}).json()["results"]
    assert (line["name"], line["hours"]) == ("乙二", "4.5")
    assert Training.objects.count() == 2


def test_a_line_from_before_a_new_version_of_the_plan_keeps_its_name(
    world: World, programme: Programme, sign_in: Any
) -> None:
    train(on_roster(world, "丙三"), programme, world.ben, contents="basics")
    first = programme.plans.get()
    head = {**first.head, "training_contents": [
        {"key": "leadership", "name": "领导力", "name_en": "Leadership"}
    ]}  # fmt: skip
    first.pk, first.number, first.applies_from, first.head = None, 2, date(2026, 7, 1), head
    first.save(force_insert=True)
    client, page = sign_in(world.ben), at("training_list", world, programme.pk)
    assert "Basic knowledge" in text_of(client.get(page)).partition("<tbody>")[2]
    offered = dict(client.get(page).context["filters"].fields["contents"].choices)
    assert {"basics", "leadership"} <= set(offered)
    train(
        on_roster(world, "丁四"), programme, world.ben, contents="leadership",
        held_on=date(2026, 7, 2), now=beijing(7, 3, 9),
    )  # fmt: skip
    assert "Leadership" in text_of(client.get(page)).partition("<tbody>")[2]


def test_a_file_names_what_was_taught_in_every_programme(
    world: World, learner: Person, sign_in: Any
) -> None:
    other = run_programme(world, "plan1")
    train(learner, other, world.ben, contents="process")
    held(planned(world, other, [learner], contents={"concepts": Decimal(2)}), world.ben)
    shown = text_of(sign_in(world.ben).get(at("learner_file", world, learner.pk)))
    for name in (
        "Methods of research",
        "Basic knowledge",
        "process and steps",
        "concepts and theory",
    ):
        assert name in shown
    assert "research_methods" not in shown


@pytest.mark.parametrize("user", ["ben", "ana"])
def test_every_list_of_what_was_held_opens_and_goes_to_a_sheet(
    world: World, programme: Programme, learner: Person, sign_in: Any, user: str
) -> None:
    made, client = Activity.objects.get(), sign_in(getattr(world, user))
    pages = {
        "training_list": programme.pk,
        "training_lacking": programme.pk,
        "activity_participants": made.pk,
        "activity_list": None,
    }
    for name, pk in pages.items():
        page = at(name, world, *filter(None, [pk]))
        assert client.get(page).status_code == 200, page
        cells_of(client.get(page, {"export": "xlsx"}))
    assert client.get(at("method_use_list", world, programme.pk)).status_code == 200
    for name in ("activity_calendar", "activity_agenda"):
        page = at(name, world)
        assert client.get(page, {"month": "2026-06"}).status_code == 200, page
        assert client.get(page, {"programme": str(programme.pk)}).status_code == 200, page
    for name, pk in (
        ("activity_detail", made.pk),
        ("activity_contents", made.pk),
        ("learner_file", learner.pk),
    ):
        shown = client.get(at(name, world, pk))
        assert shown.status_code == 200, name
        assert "Methods of research" in text_of(shown)
