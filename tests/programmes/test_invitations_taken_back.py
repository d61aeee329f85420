"""Whoever was invited and does not take part any more is told so, and may be invited anew."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from actionlearning.foundation.models import Notice, User
from actionlearning.foundation.notices import subject_and_text
from groups.models import Person
from programmes.actions.activities import change_activity, drop
from programmes.actions.participants import add_participants, invite, remove_participant
from programmes.actions.selections import select_participant
from programmes.models import Activity, Participant, Programme
from programmes.notices import CALLED_OFF, INVITED, UNINVITED
from tests.programmes.paper_screens import text_of
from tests.programmes.topics import JUNE
from tests.programmes.unit_activities import on_roster, planned
from tests.running import run_programme
from tests.world import World

SELECTED: dict[str, Any] = {"selection": "takes_part", "reason": "骨干"}
REFUSED: dict[str, Any] = {"selection": "refused", "reason": "另有任务"}


@pytest.fixture
def programme(world: World) -> Programme:
    return run_programme(world, "plan3")


@pytest.fixture
def people(world: World) -> list[Person]:
    """Dora and Liu, and one without a sign-in."""
    with_sign_in = Person.objects.filter(user__in=(world.dora, world.liu))
    return [*with_sign_in.order_by("user__login"), on_roster(world, "无账号")]


def later(minutes: int) -> datetime:
    return JUNE + timedelta(minutes=minutes)


def meeting(world: World, programme: Programme, people: list[Person]) -> Activity:
    facts: Any = {"kind": "meeting", "title": "座谈会", "contents": {}, "planned_venue": "二楼"}
    return planned(world, programme, people, **facts)


def visit(world: World, programme: Programme, people: list[Person]) -> Activity:
    """Everybody is selected."""
    made = planned(world, programme, people, kind="study_visit", title="考察", contents={})
    for row in made.participants.all():
        select_participant(row, **SELECTED, by=world.ben, now=JUNE)
    return made


def seat(made: Activity, person: Person) -> Participant:
    return Participant.objects.get(activity=made, person=person)


def asking(kind: str) -> list[User | None]:
    rows = Notice.objects.filter(kind=kind, retracted_at=None).select_related("recipient")
    return [row.recipient for row in rows.order_by("recipient__login")]


def told(kind: str = UNINVITED) -> tuple[str, str]:
    return subject_and_text(Notice.objects.get(kind=kind, retracted_at=None))


def test_whoever_is_taken_off_the_list_is_told_and_nobody_else(
    world: World, programme: Programme, people: list[Person]
) -> None:
    made = meeting(world, programme, people)
    invite(made, by=world.ben, now=JUNE)

    remove_participant(seat(made, people[0]), by=world.ben, now=later(1))
    remove_participant(seat(made, people[2]), by=world.ben, now=later(1))

    assert (asking(INVITED), asking(UNINVITED)) == ([world.liu], [world.dora])
    subject, text = told()
    assert subject == "You do not take part in “座谈会” on 2026-06-16 any more"
    assert text.splitlines() == [
        f"The invitation is taken back. Held by {world.bureau.name}, programme: {programme.name}.",
        "Place: 二楼.",
    ]
    drop(made, reason="停办", by=world.ben, now=later(2))
    assert (asking(CALLED_OFF), asking(UNINVITED)) == ([world.liu], [world.dora])


def test_once_the_day_is_over_nobody_is_told_that_he_does_not_take_part(
    world: World, programme: Programme, people: list[Person]
) -> None:
    made = meeting(world, programme, people)
    invite(made, by=world.ben, now=JUNE)
    Activity.objects.filter(pk=made.pk).update(state="held")
    remove_participant(seat(made, people[0]), by=world.ben, now=later(1))
    assert asking(UNINVITED) == []


def test_whoever_is_not_selected_any_more_is_told(
    world: World, programme: Programme, people: list[Person]
) -> None:
    made = visit(world, programme, people[:2])
    invite(made, by=world.ben, now=JUNE)

    row = select_participant(seat(made, people[0]), **REFUSED, by=world.ben, now=later(1))
    select_participant(row, **REFUSED, by=world.ben, now=later(2))

    assert (asking(INVITED), asking(UNINVITED)) == ([world.liu], [world.dora])
    assert (row.told_at, seat(made, people[0]).told_at) == (None, None)
    assert told()[1].endswith("You were not selected for the study visit.")


def test_who_is_a_candidate_of_a_visit_now_is_told_of_what_he_was_invited_to(
    world: World, programme: Programme, people: list[Person]
) -> None:
    made = meeting(world, programme, people[:1])
    invite(made, by=world.ben, now=JUNE)
    add_participants(made, people[1:2], by=world.ben, now=JUNE)

    day = made.first_day + timedelta(days=7)
    changes: dict[str, Any] = {"title": "考察", "first_day": day, "last_day": day}
    change_activity(made, kind="study_visit", **changes, by=world.ben, now=later(1))

    assert (asking(INVITED), asking(UNINVITED)) == ([], [world.dora])
    assert set(made.participants.values_list("told_at", flat=True)) == {None}
    subject, text = told()
    assert subject == "You do not take part in “座谈会” on 2026-06-16 any more"
    assert "those who go are still to be selected" in text
    assert "Place: 二楼." in text


def test_whoever_was_never_told_is_told_nothing(
    world: World, programme: Programme, people: list[Person]
) -> None:
    class_, going = meeting(world, programme, people), visit(world, programme, people)
    remove_participant(seat(class_, people[0]), by=world.ben, now=later(1))
    select_participant(seat(going, people[0]), **REFUSED, by=world.ben, now=later(1))
    change_activity(class_, kind="study_visit", by=world.ben, now=later(2))
    assert not Notice.objects.filter(kind__in=(INVITED, UNINVITED)).exists()


def test_he_is_invited_anew_to_the_same_plan_of_it(
    world: World, programme: Programme, people: list[Person]
) -> None:
    class_, going = meeting(world, programme, people[:1]), visit(world, programme, people[:1])
    for made in (class_, going):
        invite(made, by=world.ben, now=JUNE)
    remove_participant(seat(class_, people[0]), by=world.ben, now=later(1))
    select_participant(seat(going, people[0]), **REFUSED, by=world.ben, now=later(1))
    assert (asking(INVITED), asking(UNINVITED)) == ([], [world.dora] * 2)

    add_participants(class_, people[:1], by=world.ben, now=later(2))
    select_participant(seat(going, people[0]), **SELECTED, by=world.ben, now=later(2))
    again = [invite(made, by=world.ben, now=later(3)) for made in (class_, going)]

    assert again == [1, 1]
    assert (asking(INVITED), asking(UNINVITED)) == ([world.dora] * 2, [])
    assert invite(class_, by=world.ben, now=later(4)) == 0


def test_the_inbox_says_which_line_asks_for_nothing_any_more(
    world: World, programme: Programme, people: list[Person], sign_in: Any
) -> None:
    made = meeting(world, programme, people[:1])
    invite(made, by=world.ben, now=JUNE)
    remove_participant(seat(made, people[0]), by=world.ben, now=later(1))
    client = sign_in(world.dora)
    rows = client.get(f"/t/{world.tenant.slug}/notices/").context["rows"]
    lines = {row["subject"]: row["unread"] for row in rows if "座谈会" in row["subject"]}
    assert lines == {
        "You take part in “座谈会” on 2026-06-16": False,
        "You do not take part in “座谈会” on 2026-06-16 any more": True,
    }
    newest = Notice.objects.get(kind=UNINVITED)
    page = client.get(f"/t/{world.tenant.slug}/notices/{newest.pk}/")
    assert "The invitation is taken back." in text_of(page)
