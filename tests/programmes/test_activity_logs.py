"""What was held is logged once: it counts, says why not, is corrected and taken back; its steps go on to the next."""

import uuid
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken, Stale
from actionlearning.foundation.models import AuditEvent
from programmes.actions.activities import change_activity, drop
from programmes.actions.activity_logs import (
    Log,
    log_activity,
    log_unplanned,
    take_log_back,
    team_on,
)
from programmes.actions.conclusions import conclude_project
from programmes.actions.laying import lay_down_all
from programmes.actions.next_steps import StepText
from programmes.actions.steps_done import finish_step
from programmes.actions.submissions import accept_project
from programmes.models import Activity, Attendance, Evidence, NextStep, Obligation, Programme
from programmes.queries.next_steps import carried_into, steps_of
from programmes.states import ActivityState, Presence
from tests.programmes.activities import activity
from tests.programmes.topics import submitted
from tests.running import beijing
from tests.world import World

HELD = beijing(7, 14, 15)
AFTER = beijing(7, 14, 18)


@pytest.fixture
def project(world: World, programme: Programme) -> Any:
    made = submitted(world, programme)
    lay_duties(programme)
    return made


def lay_duties(programme: Programme) -> None:
    lay_down_all(now=beijing(7, 1, 9))


def seminar(project: Any, world: World, **given: Any) -> Activity:
    facts = {"kind": "core_seminar", "first_day": date(2026, 7, 14), "title": "七月研讨会", **given}
    return activity(project, world, **facts)


def told(project: Any, at: datetime = HELD, absent: tuple[str, ...] = (), **given: Any) -> Log:
    team = team_on(project, at)
    presence = {row.pk: Presence.ABSENT if row.role in absent else Presence.PRESENT for row in team}
    return Log(
        **{"began_at": at, "ended_at": at + timedelta(hours=2), "presence": presence, **given}
    )


def duty(project: Any, month: str = "2026-07") -> Obligation:
    return Obligation.objects.get(project=project, rule_key="project_seminars", window_key=month)


@pytest.mark.rule("P2-53")
@pytest.mark.rule("P2-54")
def test_a_seminar_with_its_leader_meets_the_month_s_duty(project: Any, world: World) -> None:
    made = log_activity(seminar(project, world), told(project), by=world.ben, now=AFTER)

    assert (made.state, made.logged_name) == (ActivityState.HELD, world.ben.display_name)
    found = duty(project)
    assert (found.credited, found.met_at) == (1, made.ended_at)
    assert Attendance.objects.filter(activity=made).count() == len(team_on(project, HELD))
    assert AuditEvent.objects.filter(action="activity.logged", target=made.pk).exists()


@pytest.mark.rule("P2-54")
def test_without_its_leader_it_does_not_count_until_the_log_is_corrected(
    project: Any, world: World
) -> None:
    first = log_activity(
        seminar(project, world), told(project, absent=("convener",)), by=world.ben, now=AFTER
    )
    assert (duty(project).credited, Evidence.objects.filter(kind="activity").count()) == (0, 0)

    later = beijing(7, 15, 9)
    second = log_activity(first, told(project), by=world.ben, now=later, seen=first.version)

    assert (duty(project).credited, duty(project).met_at) == (1, second.ended_at)
    third = log_activity(second, told(project, absent=("convener",)), by=world.ben, now=later)
    assert (duty(project).credited, duty(project).met_at) == (0, None)
    assert third.logged_at == AFTER
    assert AuditEvent.objects.filter(action="activity.log_corrected").count() == 2


def test_logged_late_it_counts_from_its_log(project: Any, world: World) -> None:
    """More than three working days after it was held: Tuesday 14 July, logged on Monday 20."""
    late = beijing(7, 20, 9)
    log_activity(seminar(project, world), told(project), by=world.ben, now=late)
    assert duty(project).met_at == late


def test_moved_to_another_month_by_a_correction_it_counts_there(project: Any, world: World) -> None:
    august, july = beijing(8, 3, 15), beijing(7, 30, 15)
    made = log_activity(
        seminar(project, world), told(project, august), by=world.ben, now=beijing(8, 3, 18)
    )
    assert (duty(project).credited, duty(project, "2026-08").credited) == (0, 1)

    moved = log_activity(made, told(project, july), by=world.ben, now=beijing(8, 4, 9))
    assert (duty(project).credited, duty(project, "2026-08").credited) == (1, 0)
    assert duty(project).met_at == moved.ended_at


def test_what_was_not_planned_is_logged_in_one_go(project: Any, world: World) -> None:
    made = log_unplanned(
        project, told(project), kind="core_seminar", title="临时研讨", by=world.ben, now=AFTER
    )
    assert (made.state, made.first_day) == (ActivityState.HELD, date(2026, 7, 14))
    assert duty(project).credited == 1


def test_taken_back_it_is_planned_again_and_counts_no_more(project: Any, world: World) -> None:
    made = log_activity(seminar(project, world), told(project), by=world.ben, now=AFTER)
    back = take_log_back(made, by=world.ben, now=AFTER, seen=made.version)
    assert (back.state, back.began_at, duty(project).credited) == (ActivityState.PLANNED, None, 0)
    with pytest.raises(RuleBroken):
        take_log_back(back, by=world.ben, now=AFTER)
    again = log_activity(back, told(project), by=world.ben, now=AFTER)
    assert (again.state, duty(project).credited) == (ActivityState.HELD, 1)


def test_what_was_held_is_neither_dropped_nor_replanned(project: Any, world: World) -> None:
    made = log_activity(seminar(project, world), told(project), by=world.ben, now=AFTER)
    for verb, given in ((drop, {"reason": "x"}), (change_activity, {"title": "另一个"})):
        with pytest.raises(RuleBroken) as caught:
            verb(made, by=world.ben, now=AFTER, **given)
        assert caught.value.code == "wrong_state"


# -- bad input -----------------------------------------------------------------------------------------


def faulty(project: Any, **given: Any) -> dict[str, Log]:
    team, near = team_on(project, HELD), beijing(7, 14, 16)
    step = {"text": "入户核实", "due_on": date(2026, 8, 1), "owner": team[0].pk, **given}
    return {
        "ended_at": told(project, ended_at=HELD - timedelta(hours=1)),
        "began_at": told(project, beijing(1, 5, year=2026)),
        "presence": told(project, presence={team[0].pk: Presence.PRESENT}),
        "guests": told(project, guests=("王一", "王一")),
        "methods": told(project, methods=("hypnosis",)),
        "modes": told(project, modes=("telepathy",)),
        "venue": told(project, venue="x" * 121),
        "steps": told(project, ended_at=near, steps=(StepText(**{**step, "text": " "}),)),
    }


@pytest.mark.parametrize(
    "field",
    ["ended_at", "began_at", "presence", "guests", "methods", "modes", "venue", "steps"],
)
def test_a_log_that_cannot_be_is_refused_with_its_field(
    project: Any, world: World, field: str
) -> None:
    made = seminar(project, world)
    with pytest.raises(BadInput) as caught:
        log_activity(made, faulty(project)[field], by=world.ben, now=AFTER)
    assert field in caught.value.fields
    assert caught.value.rule == ("P2-08" if field == "began_at" else "P2-53, P2-54, P2-55")
    assert Activity.objects.get(pk=made.pk).state == ActivityState.PLANNED


def test_what_is_not_over_is_not_logged(project: Any, world: World) -> None:
    with pytest.raises(BadInput) as caught:
        log_activity(seminar(project, world), told(project), by=world.ben, now=beijing(7, 14, 16))
    assert "not over" in str(caught.value.fields["ended_at"])


def test_nobody_there_is_nothing_held(project: Any, world: World) -> None:
    absent = {row.pk: Presence.ABSENT for row in team_on(project, HELD)}
    with pytest.raises(BadInput):
        log_activity(
            seminar(project, world), told(project, presence=absent), by=world.ben, now=AFTER
        )


def test_strangers_readers_and_old_versions_are_refused(project: Any, world: World) -> None:
    made = seminar(project, world)
    for user in (world.sis, world.ana):
        with pytest.raises(NotAllowed):
            log_activity(made, told(project), by=user, now=AFTER)
    with pytest.raises(Stale):
        log_activity(made, told(project), by=world.ben, now=AFTER, seen=made.version + 1)


def test_a_concluded_topic_takes_no_log(project: Any, world: World) -> None:
    made = seminar(project, world)
    accept_project(project, by=world.ana, now=AFTER)
    project.refresh_from_db()
    conclude_project(
        project, result_summary="办法一份", solved="全部", concluded_on=date(2026, 7, 14),
        papers_reason="并入年终考核", by=world.lena, now=AFTER,
    )  # fmt: skip
    with pytest.raises(RuleBroken) as caught:
        log_activity(made, told(project), by=world.ben, now=AFTER)
    assert (caught.value.code, caught.value.rule) == ("concluded", "P2-66")


# -- next steps ----------------------------------------------------------------------------------------


def with_steps(project: Any, world: World) -> Activity:
    owner = team_on(project, HELD)[0]
    steps = (
        StepText("入户核实名单", date(2026, 7, 31), owner=owner.pk),
        StepText("与教育局会商", date(2026, 8, 5), owner_name="教育局 林"),
    )
    log = told(project, steps=steps)
    return log_activity(seminar(project, world), log, by=world.ben, now=AFTER)


def test_next_steps_are_carried_until_they_are_done(project: Any, world: World) -> None:
    made = with_steps(project, world)
    first, second = steps_of(made)
    assert [row.owner_name for row in (first, second)] == ["组员1", "教育局 林"]
    assert carried_into(project, date(2026, 8, 11)) == [first, second]

    finish_step(first, done=True, by=world.ben, now=beijing(7, 30))

    assert carried_into(project, date(2026, 8, 11)) == [second]
    opened = finish_step(first, done=False, by=world.ben, now=beijing(7, 31))
    assert (opened.done_on, len(carried_into(project, date(2026, 8, 11)))) == (None, 2)
    with pytest.raises(NotAllowed):
        finish_step(second, done=True, by=world.sis, now=beijing(7, 31))


def test_a_correction_keeps_its_steps_by_their_keys(project: Any, world: World) -> None:
    made = with_steps(project, world)
    first, second = steps_of(made)
    finish_step(second, done=True, by=world.ben, now=beijing(7, 30))
    kept = StepText("入户核实名单并建档", date(2026, 8, 2), owner=first.owner_id, key=first.pk)
    fresh = Activity.objects.get(pk=made.pk)
    log_activity(fresh, told(project, steps=(kept,)), by=world.ben, now=beijing(7, 30, 14))

    now = {row.pk: row for row in NextStep.objects.filter(activity=made)}
    assert (now[first.pk].text, now[first.pk].due_on) == (kept.text, kept.due_on)
    assert now[second.pk].done_on == date(2026, 7, 30)
    assert uuid.UUID(str(now[second.pk].pk)) == second.pk
    assert len(now) == 2
