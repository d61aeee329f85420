"""What earlier activities have left to be done: ticked in the next log, told in its minutes."""

from datetime import date
from typing import Any

import pytest

from actionlearning.foundation.documents.official import plain_text
from actionlearning.foundation.errors import BadInput, NotAllowed
from actionlearning.foundation.models import AuditEvent
from programmes.actions.activity_logs import log_activity, log_unplanned
from programmes.actions.loggers import team_on
from programmes.actions.next_steps import StepText
from programmes.actions.steps_done import finish_step
from programmes.documents.minutes import minutes_of
from programmes.models import Activity, NextStep, Programme, Project
from programmes.queries.next_steps import brought_to, carried_into, steps_of
from programmes.states import Presence
from tests.programmes import unit_activities as units
from tests.programmes.activities import activity
from tests.programmes.at_the_door import clock
from tests.programmes.held import hold, told
from tests.programmes.paper_screens import at, text_of
from tests.programmes.topics import chosen, submitted
from tests.running import beijing
from tests.world import World

FIRST, NEXT = beijing(7, 14, 15), beijing(7, 21, 15)
AFTER_FIRST, AFTER_NEXT = beijing(7, 14, 18), beijing(7, 21, 18)
STEPS = (
    StepText("入户核实名单", date(2026, 7, 31), owner_name="民政 王"),
    StepText("与教育局会商", date(2026, 8, 5), owner_name="教育局 林"),
)


@pytest.fixture
def project(world: World, programme: Programme) -> Project:
    return submitted(world, programme)


@pytest.fixture
def left(project: Project, world: World) -> list[NextStep]:
    """By the session of 14 July."""
    made = hold(project, world, FIRST)
    log = told(project, FIRST, steps=STEPS)
    return steps_of(log_activity(made, log, by=world.ben, now=AFTER_FIRST))


@pytest.fixture
def meeting(project: Project, world: World) -> Activity:
    """Planned for 21 July."""
    return activity(project, world, "第二次", kind="core_seminar", first_day=NEXT.date())


def sent(project: Project, **more: Any) -> dict[str, Any]:
    typed = {f"presence_{row.pk}": Presence.PRESENT for row in team_on(project, NEXT)}
    when = {"day": "2026-07-21", "begins": "15:00", "ends": "17:00"}
    return {**typed, **when, "version": Activity.objects.get(title="第二次").version, **more}


def again(step: NextStep) -> NextStep:
    return NextStep.objects.get(pk=step.pk)


def test_a_log_says_which_steps_of_the_session_before_are_done(
    project: Project, left: list[NextStep], meeting: Activity, world: World
) -> None:
    first, second = left
    log = told(project, NEXT, done=frozenset([first.pk]))

    made = log_activity(meeting, log, by=world.ben, now=AFTER_NEXT)

    assert (again(first).done_on, again(first).done_by) == (date(2026, 7, 21), world.ben)
    assert carried_into(project, NEXT.date()) == [second]
    event = AuditEvent.objects.get(action="activity.step_done")
    assert event.target == project.pk
    log_activity(made, log, by=world.dora, now=beijing(7, 22))
    assert (again(first).done_by, AuditEvent.objects.filter(action="activity.step_done").count()) == (
        world.ben, 1,
    )  # fmt: skip


def test_an_unplanned_log_says_it_too(project: Project, left: list[NextStep], world: World) -> None:
    log = told(project, NEXT, done=frozenset(row.pk for row in left))
    given = {"kind": "core_seminar", "title": "临时研讨", "by": world.ben, "now": AFTER_NEXT}
    log_unplanned(project, log, **given)
    assert carried_into(project, NEXT.date()) == []


def test_a_step_of_another_topic_or_of_its_own_is_refused_and_nothing_kept(
    project: Project, left: list[NextStep], meeting: Activity, world: World, programme: Programme
) -> None:
    other = chosen(world, programme, "另一课题")
    theirs = hold(other, world, NEXT)
    for key, of in ((left[0].pk, theirs), (left[0].pk, left[0].activity)):
        whose = of.project
        log = told(whose, of.began_at, done=frozenset([key]), venue="三楼")
        with pytest.raises(BadInput) as caught:
            log_activity(of, log, by=world.ben, now=AFTER_NEXT)
        assert list(caught.value.fields) == ["done"]
    assert not Activity.objects.filter(venue="三楼").exists()
    assert again(left[0]).done_on is None


def test_a_unit_s_meeting_ticks_off_what_its_last_one_left(
    world: World, programme: Programme
) -> None:
    step = StepText("印发通知", date(2026, 6, 30), owner_name="办公室")
    first, second = (
        units.planned(world, programme, kind="meeting", contents={}, title=title)
        for title in ("一次", "二次")
    )
    units.held(first, world.ben, guests=("甲",), steps=(step,))
    (left,) = NextStep.objects.all()
    later = beijing(6, 17, 9)
    held = units.held(second, world.ben, at=later, guests=("甲",), done=frozenset([left.pk]))
    assert again(left).done_on == later.date()
    assert brought_to(held) == [left]


# -- the page ------------------------------------------------------------------------------------------


def test_the_form_has_a_tick_for_each_and_keeps_it_with_the_log(
    project: Project, left: list[NextStep], meeting: Activity, world: World, sign_in: Any,
    monkeypatch: Any,
) -> None:  # fmt: skip
    clock(monkeypatch, AFTER_NEXT)
    client, address = sign_in(world.ben), at("activity_log", world, meeting.pk)
    page = text_of(client.get(address))
    assert all(f'name="done" value="{row.pk}"' in page for row in left)

    typed = sent(project, done=[str(left[1].pk)])
    assert client.post(address, typed).status_code == 302

    assert [again(row).done_on for row in left] == [None, NEXT.date()]
    assert [row["text"] for row in client.get(at("activity_detail", world, meeting.pk)).context["brought"]] == [
        "入户核实名单", "与教育局会商",
    ]  # fmt: skip


def test_ticks_outlive_a_list_that_is_read_and_a_log_that_is_refused(
    project: Project, left: list[NextStep], meeting: Activity, world: World, sign_in: Any,
    monkeypatch: Any,
) -> None:  # fmt: skip
    clock(monkeypatch, AFTER_NEXT)
    client, ticked = sign_in(world.ben), f'value="{left[0].pk}"'
    typed = sent(project, done=[str(left[0].pk)], list_names="组员1")
    read = client.post(at("activity_log_attendance", world, meeting.pk), typed)
    refused = client.post(at("activity_log", world, meeting.pk), {**typed, "begins": ""})
    for page in (text_of(read), text_of(refused)):
        box = page[page.index(ticked) :]
        assert "checked" in box[: box.index(">")]
    early = client.post(at("activity_log", world, meeting.pk), {**typed, "day": "2026-07-13"})
    assert (early.status_code, again(left[0]).done_on) == (302, NEXT.date())
    nonsense = client.post(at("activity_log", world, meeting.pk), {**typed, "done": ["x"]})
    assert nonsense.status_code == 422


def test_from_the_page_of_the_next_session_one_comes_back_to_it(
    project: Project, left: list[NextStep], meeting: Activity, world: World, sign_in: Any,
    monkeypatch: Any,
) -> None:  # fmt: skip
    clock(monkeypatch, AFTER_NEXT)
    log_activity(meeting, told(project, NEXT), by=world.ben, now=AFTER_NEXT)
    client, page = sign_in(world.ben), at("activity_detail", world, meeting.pk)
    done = at("next_step_done", world, left[0].pk)
    assert done in text_of(client.get(page))
    answer = client.post(done, {"done": "on", "page": str(meeting.pk)})
    assert (answer.status_code, answer["Location"]) == (302, page)
    assert again(left[0]).done_on == NEXT.date()
    answer = client.post(done, {"done": ""})
    assert answer["Location"] == at("activity_detail", world, left[0].activity_id)


# -- programs ------------------------------------------------------------------------------------------


def test_a_program_ticks_and_reads_them_the_same_way(
    project: Project, left: list[NextStep], meeting: Activity, world: World, sign_in: Any,
    monkeypatch: Any,
) -> None:  # fmt: skip
    clock(monkeypatch, AFTER_NEXT)
    client = sign_in(world.ben)
    address = f"/t/{world.tenant.slug}/api/v1/activities/{meeting.pk}/log/"
    open_ones = client.get(address).json()["brought"]
    assert [(row["text"], row["activity_id"]) for row in open_ones] == [
        (row.text, str(row.activity_id)) for row in left
    ]
    body = {
        "began_at": NEXT.isoformat(), "ended_at": beijing(7, 21, 17).isoformat(),
        "presence": [{"member": str(row.pk), "presence": "present"} for row in team_on(project, NEXT)],
        "done": [str(left[0].pk)],
    }  # fmt: skip
    kept = client.put(address, body, "application/json")
    assert kept.status_code == 200, kept.content
    assert [row["done_on"] for row in kept.json()["brought"]] == ["2026-07-21", None]
    wrong = {**body, "done": [str(meeting.pk)]}
    refused = client.put(address, wrong, "application/json", headers={"If-Match": kept["ETag"]})
    assert (refused.status_code, "done" in refused.content.decode()) == (422, True)


def test_only_who_may_finish_a_step_ticks_it(
    project: Project, left: list[NextStep], meeting: Activity, world: World
) -> None:
    log = told(project, NEXT, done=frozenset([left[0].pk]))
    for user in (world.sis, world.ana):
        with pytest.raises(NotAllowed):
            log_activity(meeting, log, by=user, now=AFTER_NEXT)
    assert again(left[0]).done_on is None


# -- minutes -------------------------------------------------------------------------------------------


def test_minutes_tell_last_time_s_steps_and_older_ones_that_were_open(
    project: Project, left: list[NextStep], meeting: Activity, world: World
) -> None:
    finish_step(left[0], done=True, by=world.ben, now=beijing(7, 16))
    second = log_activity(
        meeting,
        told(project, NEXT, steps=(StepText("印发初稿", date(2026, 8, 10), owner_name="民政 王"),)),
        by=world.ben, now=AFTER_NEXT,
    )  # fmt: skip
    third = hold(project, world, beijing(7, 28, 15))

    lines = minutes_lines(second)
    assert "二、上次事项" in lines
    assert "1\t入户核实名单\t民政 王\t2026年7月31日\t已于2026年7月16日完成" in lines
    assert "2\t与教育局会商\t教育局 林\t2026年8月5日\t未完成" in lines
    later = minutes_lines(third)
    assert "1\t与教育局会商\t教育局 林\t2026年8月5日\t未完成" in later
    assert "2\t印发初稿\t民政 王\t2026年8月10日\t未完成" in later
    assert not any("入户核实名单" in line for line in later)
    assert "上次事项" not in "".join(minutes_lines(left[0].activity))


def minutes_lines(made: Activity) -> list[str]:
    return plain_text(minutes_of(made)).splitlines()
