"""To whom a next step is given: a member of the team, somebody of a unit's list, or a name."""

from datetime import date
from typing import Any

import pytest

from actionlearning.foundation.errors import BadInput, NotAllowed
from groups.models import Person
from programmes.actions.activity_logs import log_activity
from programmes.actions.next_steps import StepText
from programmes.actions.steps_done import finish_step
from programmes.models import Activity, NextStep, Programme
from programmes.queries.entries import page_of_entries
from programmes.queries.next_steps import steps_of
from programmes.states import EntrySource
from tests.programmes.at_the_door import clock
from tests.programmes.calendars import month
from tests.programmes.held import told as told_of_topic
from tests.programmes.paper_screens import at, count_queries, text_of
from tests.programmes.recorded import seminar
from tests.programmes.topics import submitted
from tests.programmes.unit_activities import AFTER, HELD, held, on_roster, planned, told
from tests.running import beijing
from tests.world import World

DUE = date(2026, 7, 10)


@pytest.fixture
def meeting(world: World, programme: Programme) -> Activity:
    """Of the bureau itself: Lena, who only reads what it holds, and two namesakes without a sign-in."""
    people = [
        Person.objects.get(user=world.lena),
        on_roster(world, "同名"),
        on_roster(world, "甲一"),
    ]
    return planned(world, programme, people, kind="meeting", contents={})


def key_of(meeting: Activity, name: str) -> Any:
    return meeting.participants.get(name=name).pk


def lena_s(meeting: Activity, world: World) -> Any:
    return meeting.participants.get(person__user=world.lena).pk


def his_steps(user: Any) -> list[str]:
    asked = month(own=True, sources=(EntrySource.STEP.value,))
    rows, _after = page_of_entries(user, asked, beijing(7, 1, 9), mark="", size=50)
    return [row["title"] for row in rows]


def test_a_step_of_a_unit_s_meeting_stands_in_its_owner_s_calendar_and_he_finishes_it(
    meeting: Activity, world: World
) -> None:
    steps = (
        StepText("印发纪要", DUE, owner=lena_s(meeting, world)),
        StepText("整理名单", DUE, owner=key_of(meeting, "甲一")),
    )
    held(meeting, world.ben, steps=steps)

    hers, his = steps_of(meeting)
    lena = Person.objects.get(user=world.lena)
    assert (hers.owner, hers.owner_person, hers.owner_name) == (None, lena, lena.name)
    assert his_steps(world.lena) == ["印发纪要"]
    assert finish_step(hers, done=True, by=world.lena, now=AFTER).done_by == world.lena
    assert his_steps(world.lena) == []
    with pytest.raises(NotAllowed):
        finish_step(his, done=True, by=world.lena, now=AFTER)


def test_a_typed_name_of_the_list_is_that_person_and_of_two_namesakes_neither(
    meeting: Activity, world: World, programme: Programme
) -> None:
    twin = on_roster(world, "同名", world.child)
    people = [Person.objects.get(name="同名", organisation=world.bureau), twin]
    other = planned(world, programme, people, kind="meeting", contents={}, title="另一次")
    name = Person.objects.get(user=world.lena).name
    held(meeting, world.ben, steps=(StepText("印发", DUE, owner_name=f" {name} "),))
    held(other, world.ben, steps=(StepText("整理", DUE, owner_name="同名"),))
    assert steps_of(meeting)[0].owner_person == Person.objects.get(user=world.lena)
    (step,) = steps_of(other)
    assert (step.owner_person, step.owner_name) == (None, "同名")


def test_a_member_s_typed_name_is_that_member(world: World, programme: Programme) -> None:
    project = submitted(world, programme)
    at_three, after = beijing(7, 14, 15), beijing(7, 14, 18)
    step = StepText("入户核实", date(2026, 7, 31), owner_name="组员2")
    made = seminar(project, world)
    log_activity(made, told_of_topic(project, at_three, steps=(step,)), by=world.ben, now=after)
    (kept,) = steps_of(made)
    assert kept.owner is not None
    assert (kept.owner.name, kept.owner_person) == ("组员2", None)


def test_whoever_is_not_on_the_list_is_refused_as_a_choice_and_kept_as_a_name(
    meeting: Activity, world: World, programme: Programme
) -> None:
    stranger = planned(world, programme, [on_roster(world, "外人")], kind="meeting", contents={})
    log = told(meeting, steps=(StepText("印发", DUE, owner=key_of(stranger, "外人")),))
    with pytest.raises(BadInput) as caught:
        log_activity(meeting, log, by=world.ben, now=AFTER)
    assert list(caught.value.fields) == ["steps"]
    held(meeting, world.ben, steps=(StepText("印发", DUE, owner_name="外人"),))
    assert NextStep.objects.get().owner_person is None


def typed(meeting: Activity, **more: Any) -> dict[str, Any]:
    people = {f"presence_{row.pk}": "present" for row in meeting.participants.all()}
    when = {"day": "2026-06-16", "begins": "09:00", "ends": "11:00"}
    return {**people, **when, "version": Activity.objects.get(pk=meeting.pk).version, **more}


def test_the_form_offers_the_participants_and_a_correction_keeps_them(
    meeting: Activity, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    clock(monkeypatch, AFTER)
    client, address = sign_in(world.ben), at("activity_log", world, meeting.pk)
    key = lena_s(meeting, world)
    assert f'<option value="{key}"' in text_of(client.get(address))
    line = {"step_1_text": "印发", "step_1_owner": str(key), "step_1_due": "2026-07-10"}
    assert client.post(address, typed(meeting, **line)).status_code == 302
    (step,) = steps_of(meeting)
    assert step.owner_person == Person.objects.get(user=world.lena)

    form = client.get(address).context["form"]
    assert (form["step_1_owner"].value(), form["step_1_name"].value()) == (str(key), "")

    page = at("activity_detail", world, meeting.pk)
    done = at("next_step_done", world, step.pk)
    reader = sign_in(world.lena)
    assert done in text_of(reader.get(page))
    assert reader.post(done, {"done": "on"}).status_code == 302
    assert NextStep.objects.get().done_by_id == world.lena.pk


def test_who_has_left_the_list_keeps_his_step(meeting: Activity, world: World) -> None:
    made = held(meeting, world.ben, steps=(StepText("印发", DUE, owner=key_of(meeting, "甲一")),))
    (step,) = steps_of(made)
    meeting.participants.get(name="甲一").delete()
    again = StepText("印发通知", DUE, owner_name="甲一", key=step.pk)
    log_activity(made, told(made, steps=(again,)), by=world.ben, now=AFTER)
    step.refresh_from_db()
    assert (step.text, step.owner_person) == ("印发通知", Person.objects.get(name="甲一"))


def test_a_program_gives_and_reads_them_the_same_way(
    meeting: Activity, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    clock(monkeypatch, AFTER)
    address = f"/t/{world.tenant.slug}/api/v1/activities/{meeting.pk}/log/"
    body = {
        "began_at": HELD.isoformat(), "ended_at": beijing(6, 16, 11).isoformat(),
        "presence": [
            {"member": str(row.pk), "presence": "present"} for row in meeting.participants.all()
        ],
        "steps": [{"text": "印发", "due_on": "2026-07-10", "owner": str(lena_s(meeting, world))}],
    }  # fmt: skip
    kept = sign_in(world.ben).put(address, body, "application/json")
    assert kept.status_code == 200, kept.content
    (line,) = kept.json()["steps"]
    lena = Person.objects.get(user=world.lena)
    assert (line["owner_id"], line["owner_person_id"]) == (None, str(lena.pk))
    (read,) = sign_in(world.lena).get(address).json()["steps"]
    assert read["can_finish"]


def test_a_page_with_more_steps_asks_no_more(
    meeting: Activity, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    clock(monkeypatch, AFTER)
    key, asked = lena_s(meeting, world), []
    client, page = sign_in(world.lena), at("activity_detail", world, meeting.pk)
    client.get(page)
    for count in (1, 3):
        held(meeting, world.ben, steps=tuple(StepText(f"第{n}步", DUE, key) for n in range(count)))
        asked.append(count_queries(client, page))
    assert asked[0] == asked[1]
