"""An activity of another kind is what it would be if it had been planned so: class hours, places, who is selected."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from actionlearning.foundation.errors import BadInput, RuleBroken
from actionlearning.foundation.models import AuditEvent, Notice
from groups.models import Person
from programmes.actions.activities import change_activity
from programmes.actions.activity_logs import log_activity, take_log_back
from programmes.actions.participants import invite
from programmes.actions.selections import select_participant
from programmes.actions.unit_activities import change_class
from programmes.models import Activity, Participant, Programme, Training
from tests.programmes.activities import activity
from tests.programmes.paper_screens import at, text_of
from tests.programmes.topics import JUNE, chosen
from tests.programmes.unit_activities import AFTER, HELD, held, on_roster, planned, told
from tests.running import run_programme
from tests.world import World

DAY = {"first_day": "2026-06-16", "last_day": "2026-06-16"}


@pytest.fixture
def programme(world: World) -> Programme:
    return run_programme(world, "plan3")


def meeting(world: World, programme: Programme, people: int = 0, **given: Any) -> Activity:
    """Of the bureau on 16 June, with so many of its people."""
    named = [on_roster(world, f"学员{number}") for number in range(people)]
    facts = {"kind": "meeting", "title": "座谈会", "contents": {}, **given}
    return planned(world, programme, named, **facts)


def into(made: Activity, world: World, kind: str) -> Activity:
    return change_activity(made, kind=kind, by=world.ben, now=JUNE)


def fresh(made: Activity) -> Activity:
    return Activity.objects.get(pk=made.pk)


def selections(made: Activity) -> set[str]:
    return set(made.participants.values_list("selection", flat=True))


# -- into a study visit --------------------------------------------------------------------------------


@pytest.mark.rule("P3-31")
def test_more_people_than_the_plan_gives_places_make_no_study_visit(
    world: World, programme: Programme
) -> None:
    made = meeting(world, programme, people=26)
    with pytest.raises(RuleBroken) as caught:
        into(made, world, "study_visit")
    assert (caught.value.code, caught.value.rule) == ("full", "P3-31")
    assert (fresh(made).kind, fresh(made).places, fresh(made).version) == ("meeting", None, 1)
    assert selections(made) == {"takes_part"}


@pytest.mark.rule("P3-31")
def test_more_places_than_the_plan_gives_make_no_study_visit(
    world: World, programme: Programme
) -> None:
    made = meeting(world, programme, places=40)
    with pytest.raises(RuleBroken) as caught:
        into(made, world, "study_visit")
    assert (caught.value.code, caught.value.rule) == ("places", "P3-31")
    made = change_class(made, contents={}, places=20, by=world.ben, now=JUNE)
    assert into(made, world, "study_visit").places == 20


@pytest.mark.rule("P3-31")
def test_who_was_to_take_part_is_selected_for_the_visit_with_a_reason(
    world: World, programme: Programme
) -> None:
    person = Person.objects.get(user=world.dora)
    made = planned(world, programme, [person], kind="meeting", contents={})
    invite(made, by=world.ben, now=JUNE)
    made = into(made, world, "study_visit")
    row = made.participants.get()
    assert Notice.objects.filter(kind="programmes.activity_invited").count() == 1
    assert (made.places, row.kind, row.selection, row.told_at) == (
        25, "study_visit", "candidate", None,
    )  # fmt: skip
    told_of = AuditEvent.objects.get(action="activity.changed")
    assert told_of.detail["fields"] == ["kind", "places"]
    select_participant(row, selection="takes_part", reason="骨干", by=world.ben, now=JUNE)
    assert into(made, world, "counselling").participants.get().selection == "takes_part"
    assert into(made, world, "study_visit").participants.get().selection == "takes_part"


def test_candidates_of_what_is_no_visit_take_part(world: World, programme: Programme) -> None:
    made = into(meeting(world, programme, people=2), world, "study_visit")
    assert selections(made) == {"candidate"}
    one, two = made.participants.order_by("name")
    select_participant(one, selection="refused", reason="另有任务", by=world.ben, now=JUNE)
    made = into(made, world, "meeting")
    told_of = dict(made.participants.values_list("name", "selection"))
    assert told_of == {one.name: "refused", two.name: "takes_part"}


# -- into a class, and out of it -----------------------------------------------------------------------


def test_a_meeting_becomes_a_class_once_its_hours_are_entered(
    world: World, programme: Programme, sign_in: Any
) -> None:
    made, client = meeting(world, programme, people=1), sign_in(world.ben)
    typed = {"kind": "training", "title": "改成培训班", **DAY, "version": made.version}
    refused = client.post(at("activity_edit", world, made.pk), typed)
    assert refused.status_code == 422
    assert "enter them first" in text_of(refused)
    assert "改成培训班" in text_of(refused)
    assert (fresh(made).kind, fresh(made).title) == ("meeting", "座谈会")
    hours = {"hours_basics": "4", "places": "", "version": made.version}
    assert client.post(at("activity_contents", world, made.pk), hours).status_code == 302
    again = {**typed, "version": fresh(made).version}
    assert client.post(at("activity_edit", world, made.pk), again).status_code == 302
    held(fresh(made), world.ben)
    assert Training.objects.get().contents == "basics"


@pytest.mark.rule("P2-18")
def test_a_class_without_hours_is_refused_with_the_rule_that_asks_for_it(world: World) -> None:
    made = meeting(world, run_programme(world))
    with pytest.raises(BadInput) as caught:
        into(made, world, "training")
    assert (set(caught.value.fields), caught.value.rule) == ({"kind"}, "P2-18")


def test_what_is_no_class_any_more_fills_no_file(world: World, programme: Programme) -> None:
    person = on_roster(world, "甲一")
    made = planned(world, programme, [person], contents={"basics": Decimal(4)})
    made = into(made, world, "meeting")
    assert (made.contents, Participant.objects.get().contents) == ({}, {})
    held(made, world.ben)
    assert not Training.objects.exists()


def test_one_class_for_another_keeps_its_hours(world: World, programme: Programme) -> None:
    made = planned(world, programme, contents={"basics": Decimal(4)}, places=30)
    made = into(made, world, "promoters_seminar")
    assert (made.contents, made.places) == ({"basics": "4.0"}, 30)


def test_a_team_s_meeting_needs_neither_hours_nor_places(
    world: World, programme: Programme
) -> None:
    made = activity(
        chosen(world, programme, team=[]), world, kind="meeting", first_day=date(2026, 6, 16)
    )
    for kind in ("training", "study_visit", "meeting"):
        made = into(made, world, kind)
        assert (made.kind, made.contents, made.places) == (kind, {}, None)


def test_a_program_is_refused_alike(world: World, programme: Programme, sign_in: Any) -> None:
    made, client = meeting(world, programme, people=1, places=40), sign_in(world.ben)
    address = f"/t/{world.tenant.slug}/api/v1/activities/{made.pk}/"
    json = {"content_type": "application/json"}
    visit = client.patch(address, {"kind": "study_visit"}, **json)
    assert (visit.status_code, visit.json()["rule"]) == (409, "P3-31")
    lesson = client.patch(address, {"kind": "training"}, **json)
    assert (lesson.status_code, set(lesson.json()["errors"])) == (422, {"kind"})
    assert fresh(made).kind == "meeting"


# -- by the log ----------------------------------------------------------------------------------------


@pytest.mark.rule("P3-31")
def test_a_log_makes_no_study_visit_of_people_who_were_not_selected(
    world: World, programme: Programme
) -> None:
    made = meeting(world, programme, people=1)
    visit = told(made, kind="study_visit")
    for _first_and_correction in range(2):
        with pytest.raises(BadInput) as caught:
            log_activity(fresh(made), visit, by=world.ben, now=AFTER)
        assert (set(caught.value.fields), caught.value.rule) == ({"kind"}, "P3-31")
        held(fresh(made), world.ben)
    made = take_log_back(fresh(made), by=world.ben, now=AFTER)
    made = into(made, world, "study_visit")
    row = made.participants.get()
    select_participant(row, selection="takes_part", reason="骨干", by=world.ben, now=AFTER)
    made = held(fresh(made), world.ben)
    assert (made.kind, made.places, made.state) == ("study_visit", 25, "held")


@pytest.mark.rule("P3-31")
def test_a_correction_takes_the_places_that_the_plan_gives(
    world: World, programme: Programme
) -> None:
    made = held(meeting(world, programme, places=40), world.ben, guests=("翻译",))
    visit = told(made, HELD, guests=("翻译",), kind="study_visit")
    with pytest.raises(RuleBroken) as caught:
        log_activity(fresh(made), visit, by=world.ben, now=AFTER)
    assert (caught.value.code, caught.value.rule) == ("places", "P3-31")
    assert fresh(made).kind == "meeting"
    change_class(fresh(made), contents={}, places=None, by=world.ben, now=AFTER)
    log_activity(fresh(made), visit, by=world.ben, now=AFTER)
    assert (fresh(made).kind, fresh(made).places) == ("study_visit", 25)
