"""A log is taken back and logged anew from its draft; a correction may say that it was something else."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.models import AuditEvent
from actionlearning.foundation.scope import scope
from groups.models import Person
from programmes.actions.activities import add_activity, change_activity
from programmes.actions.activity_logs import expected_at, log_activity, take_log_back, team_on
from programmes.actions.laying import lay_down_all
from programmes.actions.next_steps import StepText
from programmes.actions.teams import change_member, remove_member
from programmes.actions.units import move_unit
from programmes.models import (
    Activity,
    Attendance,
    Evidence,
    NextStep,
    Obligation,
    Participant,
    Programme,
    Project,
    TeamMember,
    Training,
)
from programmes.queries.learners import file_of
from programmes.queries.next_steps import carried_into, steps_of
from programmes.states import ActivityState
from tests.programmes import unit_activities as units
from tests.programmes.activities import activity
from tests.programmes.at_the_door import AFTER, AT_THREE, clock
from tests.programmes.held import hold, told
from tests.programmes.paper_screens import at, text_of
from tests.programmes.topics import JUNE, chosen, submitted
from tests.running import beijing, run_programme
from tests.world import World

LATER = beijing(7, 15, 9)
MONTHS_LATER = beijing(11, 3, 9)
STEPS = (StepText("入户核实名单", date(2026, 7, 31), owner_name="组员1"),)


@pytest.fixture
def project(world: World, programme: Programme) -> Project:
    made = submitted(world, programme)
    lay_down_all(now=beijing(7, 1, 9))
    return made


def session(project: Any, world: World, **given: Any) -> Activity:
    """On 14 July from 14:03 on, planned for the 13th."""
    made = activity(project, world, "七月研讨会", kind="core_seminar", first_day=date(2026, 7, 13))
    return log_activity(made, told(project, AT_THREE, **given), by=world.ben, now=AFTER)


def credited(rule: str, **whose: Any) -> int:
    return sum(row.credited for row in Obligation.objects.filter(rule_key=rule, **whose))


def fresh(made: Activity) -> Activity:
    return Activity.objects.get(pk=made.pk)


def api(world: World, made: Activity, *rest: str) -> str:
    return "/".join([f"/t/{world.tenant.slug}/api/v1/activities/{made.pk}", *rest, ""])


# -- taken back ----------------------------------------------------------------------------------------


def as_offered(form: Any) -> dict[str, Any]:
    """What a browser sends when nothing is changed."""
    typed = {name: form.get_initial_for_field(each, name) for name, each in form.fields.items()}
    return {name: value for name, value in typed.items() if value not in (None, "")}


def test_taken_back_on_its_page_the_next_log_begins_with_all_of_it(
    project: Project, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    clock(monkeypatch, LATER)
    words = {"minutes": "议定三件事。", "guests": ("老张",), "steps": STEPS, "venue": "会议室"}
    made = session(project, world, absent=("presenter",), **words)
    before = [(row.name, row.presence) for row in made.attendances.order_by("rank")]
    page, back = (at(name, world, made.pk) for name in ("activity_detail", "activity_log_back"))
    assert back not in text_of(sign_in(world.lena).get(page))
    client = sign_in(world.ben)
    assert back in text_of(client.get(page))
    assert client.post(back, {"version": made.version}).status_code == 302
    assert (fresh(made).state, credited("project_seminars", project=project)) == ("planned", 0)
    assert carried_into(project, LATER.date()) == []
    assert back not in text_of(client.get(page))

    address = at("activity_log", world, made.pk)
    offered = as_offered(client.get(address).context["form"])
    assert client.post(address, offered).status_code == 302
    again = fresh(made)
    assert (again.began_at, again.ended_at, again.minutes) == (
        made.began_at, made.ended_at, made.minutes,
    )  # fmt: skip
    assert [(row.name, row.presence) for row in again.attendances.order_by("rank")] == before
    assert [row.pk for row in steps_of(again)] == [row.pk for row in steps_of(made)]
    assert credited("project_seminars", project=project) == 1


def test_a_log_of_an_older_version_is_not_taken_back(
    project: Project, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    clock(monkeypatch, LATER)
    made = session(project, world)
    sign_in(world.ben).post(at("activity_log_back", world, made.pk), {"version": made.version - 1})
    assert fresh(made).state == ActivityState.HELD


def test_dropped_after_that_its_steps_are_nobody_s(project: Project, world: World) -> None:
    made = session(project, world, steps=STEPS)
    take_log_back(made, by=world.ben, now=LATER)
    assert NextStep.objects.filter(dropped_at=None).count() == 1
    assert not NextStep.objects.open().exists()


# -- it was something else -----------------------------------------------------------------------------


def test_another_kind_withdraws_what_it_counted_for_and_counts_anew(
    project: Project, world: World
) -> None:
    made = session(project, world)
    assert credited("project_seminars", project=project) == 1
    other = told(project, AT_THREE, kind="group_seminar")
    made = log_activity(made, other, by=world.ben, now=LATER, seen=made.version)
    assert (made.kind, credited("project_seminars", project=project)) == ("group_seminar", 0)
    again = told(project, AT_THREE, kind="core_seminar")
    log_activity(made, again, by=world.ben, now=LATER)
    duty = Obligation.objects.get(
        project=project, rule_key="project_seminars", window_key="2026-07"
    )
    assert (duty.credited, duty.met_at) == (1, made.ended_at)
    assert Evidence.objects.filter(kind="activity", withdrawn_at=None).count() == 1
    told_of = AuditEvent.objects.filter(action="activity.log_corrected").order_by("at", "id")
    assert [row.detail["fields"] for row in told_of] == [["kind"], ["kind"]]


def test_what_it_no_longer_does_another_makes_up_for(project: Project, world: World) -> None:
    """One of two of July is none after all; the other keeps the month."""
    first = hold(project, world, beijing(7, 6, 9))
    hold(project, world, beijing(7, 13, 9))
    assert credited("project_seminars", project=project) == 2
    meeting = told(project, beijing(7, 6, 9), kind="meeting")
    log_activity(first, meeting, by=world.ben, now=LATER)
    assert credited("project_seminars", project=project) == 1


def test_what_is_no_survey_owes_no_report(world: World) -> None:
    project = chosen(world, run_programme(world, "plan1"), team=[])
    lay_down_all(now=beijing(7, 1, 9))
    made = hold(project, world, AT_THREE, kind="survey", now=AFTER)
    owed = Obligation.objects.filter(rule_key="survey_report")
    assert owed.count() == 1
    made = log_activity(made, told(project, AT_THREE, kind="meeting"), by=world.ben, now=LATER)
    assert not owed.exists()
    log_activity(made, told(project, AT_THREE, kind="survey"), by=world.ben, now=LATER)
    assert owed.count() == 1


def test_a_title_is_corrected_where_it_counts_and_keeps_its_day(
    project: Project, world: World
) -> None:
    made = session(project, world)
    late = told(project, AT_THREE, title="  七月  核心学员研讨会 ")
    made = log_activity(made, late, by=world.ben, now=MONTHS_LATER)
    assert made.title == "七月 核心学员研讨会"
    counted = Evidence.objects.get(kind="activity", withdrawn_at=None)
    assert (counted.title, counted.received_at) == (made.title, made.ended_at)


@pytest.mark.parametrize(("field", "wrong"), [
    ("kind", {"kind": "launch_ceremony"}), ("title", {"title": "长" * 301}),
])  # fmt: skip
def test_a_kind_or_title_that_cannot_be_is_refused(
    project: Project, world: World, field: str, wrong: dict[str, str]
) -> None:
    made = session(project, world)
    with pytest.raises(BadInput) as caught:
        log_activity(made, told(project, AT_THREE, **wrong), by=world.ben, now=LATER)
    assert set(caught.value.fields) == {field}


@pytest.fixture
def lecture(world: World) -> Activity:
    """A class of the bureau, held on 16 June; it meets the duty to train."""
    text = units.switched_on("plan2", "skills_training")
    programme = run_programme(world, text=text)
    lay_down_all(now=beijing(6, 2, 9))
    return units.held(units.planned(world, programme, [units.on_roster(world, "甲一")]), world.ben)


def test_a_class_that_was_a_meeting_leaves_duty_and_files(lecture: Activity, world: World) -> None:
    person = Person.objects.get(name="甲一")
    duty = {"organisation": world.bureau}
    assert (credited("skills_training", **duty), file_of(person, ()).present) == (1, 8)
    meeting = units.told(lecture, kind="meeting")
    made = log_activity(lecture, meeting, by=world.ben, now=units.AFTER)
    assert (credited("skills_training", **duty), file_of(person, ()).present) == (0, 0)
    row = Participant.objects.get()
    assert (row.kind, row.presence, row.contents) == ("meeting", "present", {})
    with pytest.raises(BadInput) as caught:
        log_activity(made, units.told(made, kind="training"), by=world.ben, now=units.AFTER)
    assert set(caught.value.fields) == {"kind"}


def test_one_class_for_another_keeps_its_hours_under_its_new_title(
    lecture: Activity, world: World
) -> None:
    other = units.told(lecture, kind="popularisation", title="普及培训班")
    log_activity(lecture, other, by=world.ben, now=units.AFTER)
    assert credited("skills_training", organisation=world.bureau) == 1
    lines = Training.objects.filter(withdrawn_at=None)
    assert {row.title for row in lines} == {"普及培训班"}
    assert sum(row.hours for row in lines) == Decimal(8)
    assert Participant.objects.get().course == "普及培训班"


def test_the_page_of_a_correction_asks_for_both_and_a_first_log_for_neither(
    project: Project, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    clock(monkeypatch, LATER)
    made, client = session(project, world), sign_in(world.ben)
    address = at("activity_log", world, made.pk)
    form = client.get(address).context["form"]
    typed = {**as_offered(form), "kind": "group_seminar", "title": "小组分析研讨会"}
    assert client.post(address, typed).status_code == 302
    made = fresh(made)
    assert (made.kind, made.title) == ("group_seminar", "小组分析研讨会")
    planned = activity(project, world, kind="core_seminar", first_day=date(2026, 7, 14))
    first = client.get(at("activity_log", world, planned.pk)).context["form"]
    assert not {"kind", "title"} & set(first.fields)


# -- programs ------------------------------------------------------------------------------------------


def body(made: Activity, **given: Any) -> dict[str, Any]:
    return {
        "began_at": "2026-07-14T14:03:00+08:00", "ended_at": "2026-07-14T16:03:00+08:00",
        "presence": [
            {"member": str(row.pk), "presence": "present"} for row in expected_at(made, AT_THREE)
        ], **given,
    }  # fmt: skip


def put(client: Any, address: str, made: Activity, given: dict[str, Any]) -> Any:
    match = {"headers": {"if-match": f'"{made.version}"'}}
    return client.put(address, given, content_type="application/json", **match)


def test_a_program_corrects_kind_and_title(
    project: Project, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    clock(monkeypatch, LATER)
    made = session(project, world)
    given = body(made, kind="group_seminar", title="小组分析研讨会")
    answer = put(sign_in(world.ben), api(world, made, "log"), made, given)
    assert answer.status_code == 200, answer.content
    assert (fresh(made).kind, fresh(made).title) == ("group_seminar", "小组分析研讨会")


def test_the_same_person_twice_is_refused_by_field_and_name(
    project: Project, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    clock(monkeypatch, LATER)
    made = session(project, world)
    first = team_on(project, AT_THREE)[0]
    twice = body(made)
    twice["presence"].append({"member": str(first.pk), "presence": "absent"})
    client, address = sign_in(world.ben), api(world, made, "log")
    for wrong, field in ((twice, "presence"), (body(made, guests=[first.name]), "guests")):
        answer = put(client, address, made, wrong)
        assert answer.status_code == 422
        assert first.name in str(answer.json()["errors"][field])
    assert Attendance.objects.filter(activity=made, presence="absent").count() == 0


# -- who was there -------------------------------------------------------------------------------------


def test_who_left_on_the_evening_of_the_day_goes_on_having_been_there(
    project: Project, world: World
) -> None:
    made = session(project, world)
    Project.objects.filter(pk=project.pk).update(state="chosen")
    gone = TeamMember.objects.get(project=project, role="convener")
    remove_member(gone, by=world.ben, now=beijing(7, 14, 20))
    log = told(project, AT_THREE)
    presence = {row.pk: "present" for row in expected_at(fresh(made), AT_THREE)}
    assert gone.pk in presence
    log_activity(
        made, told(project, AT_THREE, presence=presence, minutes="补记"), by=world.ben,
        now=MONTHS_LATER,
    )  # fmt: skip
    assert Attendance.objects.get(activity=made, member=gone).presence == "present"
    assert gone.pk not in log.presence


def test_a_role_changed_on_that_day_names_nobody_twice(project: Project, world: World) -> None:
    made = session(project, world)
    Project.objects.filter(pk=project.pk).update(state="chosen")
    chair = TeamMember.objects.get(project=project, role="presenter")
    changed = change_member(chair, role="core_learner", by=world.ben, now=beijing(7, 14, 20))
    assert changed.pk != chair.pk
    found = expected_at(fresh(made), AT_THREE)
    assert [row.role for row in found if row.name == chair.name] == ["presenter"]
    moved = expected_at(fresh(made), AT_THREE + timedelta(days=1))
    assert [row.role for row in moved if row.name == chair.name] == ["core_learner"]


def test_whose_unit_has_moved_away_stays_in_the_log(world: World, programme: Programme) -> None:
    here, below = units.on_roster(world, "甲一"), units.on_roster(world, "下级", world.child)
    made = units.held(units.planned(world, programme, [here, below]), world.ben)
    move_unit(world.child, parent=world.sister, by=world.system, now=LATER)
    with scope(world.tenant, path=world.bureau.path, actor=world.ben):
        corrected = units.told(made, minutes="补记")
        assert len(corrected.presence) == 1
        log_activity(made, corrected, by=world.ben, now=MONTHS_LATER)
    rows = Attendance.objects.filter(activity=made).order_by("name")
    assert [(row.name, row.person_id, row.presence) for row in rows] == [
        ("下级", below.pk, "present"), ("甲一", here.pk, "present"),
    ]  # fmt: skip
    assert file_of(below, ()).present == 8


# -- carried to the next, and the days of a plan -------------------------------------------------------


def test_steps_are_carried_in_the_order_of_their_sessions_and_not_into_their_own(
    project: Project, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    clock(monkeypatch, beijing(7, 21, 9))
    late, soon = (
        (StepText(text, due, owner_name="组员1"),)
        for text, due in (("先议", date(2026, 9, 1)), ("后议", date(2026, 7, 25)))
    )
    first = session(project, world, steps=late)
    second = hold(project, world, beijing(7, 20, 9))
    second = log_activity(
        second, told(project, beijing(7, 20, 9), steps=soon), by=world.ben, now=beijing(7, 21, 8)
    )
    found = carried_into(project, date(2026, 7, 21))
    assert [row.text for row in found] == ["先议", "后议"]
    client = sign_in(world.ben)
    for made, carried in ((first, []), (second, ["先议"])):
        page = client.get(at("activity_log", world, made.pk)).context
        assert [row.text for row in page["form"].carried] == carried


def test_a_unit_s_steps_stay_in_their_programme(world: World, programme: Programme) -> None:
    step = StepText("印发通知", date(2026, 6, 30), owner_name="办公室")
    meeting = units.planned(world, programme, kind="meeting", contents={})
    units.held(meeting, world.ben, guests=("甲",), steps=(step,))
    other = run_programme(world, "plan3")
    day = date(2026, 7, 1)
    mine, theirs = (
        carried_into(None, day, world.bureau, programme=each) for each in (programme, other)
    )
    assert ([row.text for row in mine], theirs) == (["印发通知"], [])


@pytest.mark.rule("P2-08")
def test_nothing_is_planned_before_the_programme_begins(project: Project, world: World) -> None:
    early = date(2026, 5, 29)
    facts = {"kind": "meeting", "title": "预备会", "by": world.ben, "now": JUNE}
    mine = activity(project, world)
    own = units.planned(world, project.programme)
    tries = (
        lambda: add_activity(project=project, first_day=early, **facts),
        lambda: change_activity(mine, first_day=early, by=world.ben, now=JUNE),
        lambda: change_activity(own, first_day=early, by=world.ben, now=JUNE),
        lambda: units.planned(world, project.programme, first_day=early),
    )
    for attempt in tries:
        with pytest.raises(BadInput) as caught:
            attempt()
        assert (set(caught.value.fields), caught.value.rule) == ({"first_day"}, "P2-08")


def test_what_a_timetable_proposed_too_early_may_still_be_named(
    project: Project, world: World
) -> None:
    mine = activity(project, world)
    Activity.objects.filter(pk=mine.pk).update(first_day=date(2026, 5, 29))
    assert change_activity(fresh(mine), title="另名", by=world.ben, now=JUNE).title == "另名"
