"""One right for what a unit holds by itself: who runs it plans, changes, logs and calls it off, and tells the invited."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from actionlearning.foundation.errors import NotAllowed
from actionlearning.foundation.models import Notice, User
from actionlearning.foundation.notices import subject_and_text
from groups.models import Person
from groups.roles import Role
from programmes.access import needed_to_run, runs
from programmes.actions.activities import change_activity, drop, take_up
from programmes.actions.doors import open_door
from programmes.actions.method_records import may_record
from programmes.actions.next_steps import StepText
from programmes.actions.participants import add_participants, invite
from programmes.actions.photos import add_photos
from programmes.actions.steps_done import finish_step
from programmes.actions.trainings import record_training, withdraw_training
from programmes.models import Activity, NextStep, Participant, Programme, Training
from programmes.queries.learners import file_of
from tests.programmes.activities import activity
from tests.programmes.at_the_door import picture
from tests.programmes.paper_screens import at, text_of
from tests.programmes.topics import JUNE, submitted
from tests.programmes.unit_activities import AFTER, HELD, held, on_roster, planned, told
from tests.running import beijing
from tests.world import World, _seated

CALLED_OFF, INVITED = "programmes.activity_called_off", "programmes.activity_invited"
JULY = date(2026, 7, 2)


@pytest.fixture
def promoter(world: World) -> User:
    """Leads the promotion team of the bureau: may not write topics."""
    return _seated(world.system, world.bureau, "cu", "促组长", Role.PROMOTION_TEAM_LEADER)


def api(world: World, made: Activity, act: str = "") -> str:
    return f"/t/{world.tenant.slug}/api/v1/activities/{made.pk}/{act}"


# -- who runs it ---------------------------------------------------------------------------------------


@pytest.mark.rule("P2-17")
def test_a_promotion_team_runs_what_it_has_planned_from_the_first_to_the_last_step(
    world: World, programme: Programme, promoter: User
) -> None:
    made = planned(world, programme, [on_roster(world, "甲一")], by=promoter)
    day = {"first_day": HELD.date(), "last_day": HELD.date()}
    made = change_activity(made, title="改名", **day, by=promoter, now=JUNE)
    made = drop(made, reason="停办", by=promoter, now=JUNE)
    made = take_up(made, by=promoter, now=JUNE)
    assert open_door(made, by=promoter, now=HELD).opened_by == promoter
    add_photos(made, uploads=[(picture(1), "现场.jpg")], caption="", by=promoter, now=HELD)
    assert may_record(promoter, made, HELD)
    step = StepText("印发通知", date(2026, 6, 30), owner_name="办公室")
    held(made, promoter, steps=(step,))
    assert finish_step(NextStep.objects.get(), done=True, by=promoter, now=AFTER).done_on


def test_a_topic_is_its_office_s_and_a_class_no_reader_s(
    world: World, programme: Programme, promoter: User
) -> None:
    class_, topic = planned(world, programme), activity(submitted(world, programme), world)
    assert needed_to_run(class_) != needed_to_run(topic)
    asked = (world.ben, world.liu, promoter, world.ana, world.lena, world.sis, world.kid)
    assert [runs(user, class_) for user in asked] == [True] * 3 + [False] * 4
    assert [runs(user, topic) for user in asked] == [True, True] + [False] * 5
    for user in (world.ana, world.lena, world.sis):
        with pytest.raises(NotAllowed):
            open_door(class_, by=user, now=HELD)
        with pytest.raises(NotAllowed):
            drop(class_, reason="停办", by=user, now=JUNE)
    with pytest.raises(NotAllowed):
        change_activity(topic, title="改", by=promoter, now=JUNE)


def test_its_page_shows_the_buttons_to_whoever_runs_it(
    world: World, programme: Programme, promoter: User, sign_in: Any
) -> None:
    made = planned(world, programme)
    page, edit, dropping = (
        at(name, world, made.pk)
        for name in ("activity_detail", "activity_edit", "activity_dropping")
    )
    typed = {
        "kind": "training",
        "title": "改名",
        "first_day": "2026-06-16",
        "version": made.version,
    }
    assert dropping in text_of(sign_in(promoter).get(page))
    for user in (world.lena, world.ana):
        assert dropping not in text_of(sign_in(user).get(page))
        assert sign_in(user).post(edit, typed).status_code == 404
    assert sign_in(world.sis).get(page).status_code == 404
    assert sign_in(world.sis).post(edit, typed).status_code == 404
    assert sign_in(promoter).post(edit, typed).status_code == 302
    made.refresh_from_db()
    gone = {"reason": "停办", "version": made.version}
    assert sign_in(promoter).post(dropping, gone).status_code == 302
    made.refresh_from_db()
    assert (made.title, made.state) == ("改名", "dropped")


def test_a_program_asks_the_same_right(
    world: World, programme: Programme, promoter: User, sign_in: Any
) -> None:
    made = planned(world, programme, [on_roster(world, "甲一")])
    (row,) = made.participants.all()
    one = api(world, made, f"participants/{row.pk}/")
    assert sign_in(world.lena).delete(one).status_code == 404
    assert sign_in(world.sis).delete(one).status_code == 404
    given, json = {"reason": "停办"}, "application/json"
    assert sign_in(world.lena).post(api(world, made, "dropping/"), given, json).status_code == 403
    assert sign_in(promoter).delete(one).status_code == 204
    assert sign_in(promoter).post(api(world, made, "dropping/"), given, json).status_code == 200


# -- the invited are told ------------------------------------------------------------------------------


def invited(world: World, programme: Programme) -> Activity:
    """Dora and Liu are told; one has no sign-in, and Kid came onto the list afterwards."""
    people = [Person.objects.get(user=user) for user in (world.dora, world.liu)]
    made = planned(world, programme, [*people, on_roster(world, "无账号")])
    assert invite(made, by=world.ben, now=JUNE) == 2
    add_participants(made, [Person.objects.get(user=world.kid)], by=world.ben, now=JUNE)
    made.refresh_from_db()
    return made


def asking(kind: str) -> list[Notice]:
    rows = Notice.objects.filter(kind=kind, retracted_at=None)
    return list(rows.order_by("recipient__login", "at"))


def lists_told(made: Activity) -> set[str]:
    return set(made.participants.exclude(told_at=None).values_list("name", flat=True))


def test_the_invited_are_told_that_it_is_called_off_and_nobody_else(
    world: World, programme: Programme
) -> None:
    made = invited(world, programme)
    made = drop(made, reason="讲师生病", by=world.ben, now=JUNE)
    rows = asking(CALLED_OFF)
    assert [row.recipient for row in rows] == [world.dora, world.liu]
    assert asking(INVITED) == []
    subject, text = subject_and_text(rows[0])
    assert subject == f"“{made.title}” on 2026-06-16 is called off"
    assert "Reason: 讲师生病" in text

    made = take_up(made, by=world.ben, now=JUNE)
    assert (asking(CALLED_OFF), lists_told(made)) == ([], set())
    assert invite(made, by=world.ben, now=JUNE) == 3
    assert [row.recipient for row in asking(INVITED)] == [world.dora, world.kid, world.liu]


def test_other_days_void_what_was_said_and_invite_to_the_new_ones(
    world: World, programme: Programme
) -> None:
    made = invited(world, programme)
    change = {"by": world.ben, "now": JUNE}
    made = change_activity(made, first_day=JULY, last_day=JULY, **change)
    rows = asking(INVITED)
    assert [(row.recipient, row.params["days"], row.params["before"]) for row in rows] == [
        (world.dora, "2026-07-02", "2026-06-16"),
        (world.liu, "2026-07-02", "2026-06-16"),
    ]
    assert lists_told(made) == {world.dora.display_name, world.liu.display_name}
    assert "it was planned for 2026-06-16" in subject_and_text(rows[0])[1]

    back = {"first_day": HELD.date(), "last_day": HELD.date()}
    made = change_activity(made, **back, **change)
    assert {row.params["days"] for row in asking(INVITED)} == {"2026-06-16"}
    made = change_activity(made, last_day=date(2026, 6, 17), **change)
    assert {row.params["days"] for row in asking(INVITED)} == {"2026-06-16 – 2026-06-17"}
    count = Notice.objects.count()
    made = change_activity(made, title="改名", **change)
    assert Notice.objects.count() == count


def test_whoever_was_never_told_is_not_told_that_it_is_off(
    world: World, programme: Programme
) -> None:
    made = planned(world, programme, [Person.objects.get(user=world.dora)])
    made = change_activity(made, first_day=JULY, last_day=JULY, by=world.ben, now=JUNE)
    drop(made, reason="停办", by=world.ben, now=JUNE)
    assert not Notice.objects.filter(kind__in=(CALLED_OFF, INVITED)).exists()


# -- the register --------------------------------------------------------------------------------------


@pytest.mark.rule("P2-18")
def test_a_line_entered_by_hand_gives_way_to_the_class_when_it_is_withdrawn(
    world: World, programme: Programme
) -> None:
    here, there = on_roster(world, "甲一"), on_roster(world, "乙二")
    facts: dict[str, Any] = {"contents": "methods", "hours": Decimal(3), "held_on": HELD.date()}
    line = record_training(here, programme=programme, **facts, by=world.ben, now=AFTER)
    other = record_training(
        here, programme=programme, **{**facts, "contents": "process"}, by=world.ben, now=AFTER
    )
    two = {"methods": Decimal(4), "concepts": Decimal(2)}
    county: dict[str, Any] = {"organisation": world.county, "by": world.ana}
    made = held(planned(world, programme, [here, there], contents=two, **county), world.ana)
    before = set(Training.objects.filter(person=there).values_list("pk", "withdrawn_at"))
    assert (file_of(here, ()).by_contents["methods"], len(file_of(here, ()).records)) == (3, 3)

    withdraw_training(line, by=world.ben, now=AFTER)
    assert file_of(here, ()).by_contents == {"process": 3, "methods": 4, "concepts": 2}
    assert Training.objects.get(person=here, contents="methods", withdrawn_at=None).activity == made
    withdraw_training(other, by=world.ben, now=AFTER)
    assert file_of(here, ()).by_contents == {"methods": 4, "concepts": 2}
    assert set(Training.objects.filter(person=there).values_list("pk", "withdrawn_at")) == before


def test_nothing_takes_its_place_where_no_class_says_so(world: World, programme: Programme) -> None:
    gone = on_roster(world, "甲一")
    facts: dict[str, Any] = {"contents": "methods", "hours": Decimal(3), "held_on": HELD.date()}
    line = record_training(gone, programme=programme, **facts, by=world.ben, now=AFTER)
    held(planned(world, programme, [gone]), world.ben, absent=["甲一"], guests=("甲",))
    held(planned(world, programme, [gone]), world.ben, at=beijing(6, 12, 9))
    planned(world, programme, [gone])
    withdraw_training(line, by=world.ben, now=AFTER)
    days = Training.objects.filter(person=gone, contents="methods", withdrawn_at=None)
    assert [row.held_on for row in days] == [date(2026, 6, 12)]
    assert told(Activity.objects.filter(state="planned").get()).presence
    assert Participant.objects.filter(person=gone).count() == 3
