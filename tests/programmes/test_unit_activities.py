"""What a unit holds by itself: planned, its people chosen, logged; it meets the plan's duty."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import AuditEvent, Notice
from groups.models import Person
from programmes.actions.activities import change_activity, drop
from programmes.actions.activity_logs import log_activity, take_log_back
from programmes.actions.enrolments import enrol, leave
from programmes.actions.laying import lay_down_all
from programmes.actions.next_steps import StepText
from programmes.actions.participants import add_participants, invite, remove_participant
from programmes.actions.steps_done import finish_step
from programmes.actions.teams import Seat, add_member
from programmes.models import (
    Activity,
    Attendance,
    Enrolment,
    NextStep,
    Obligation,
    Participant,
    Programme,
    Training,
)
from programmes.models.project import TeamRole
from programmes.queries.learners import Audience, lacking_in, people_of
from programmes.queries.next_steps import carried_into
from programmes.states import CLASSES, ActivityState
from tests.programmes.activities import activity
from tests.programmes.paper_screens import count_queries
from tests.programmes.topics import JUNE, propose, submitted
from tests.programmes.unit_activities import (
    AFTER,
    FOUR,
    HELD,
    held,
    on_roster,
    planned,
    switched_on,
    told,
)
from tests.running import beijing, run_programme
from tests.world import World


def running(world: World, pack: str, *keys: str, day: Any = None) -> Programme:
    programme = run_programme(world, pack, text=switched_on(pack, *keys))
    lay_down_all(now=day or beijing(7, 1, 9))
    return programme


def duty(rule: str, **whose: Any) -> Obligation:
    return Obligation.objects.get(rule_key=rule, **whose)


@pytest.mark.rule("P2-18")
def test_two_classes_inside_the_unit_meet_its_duty(world: World) -> None:
    programme = running(world, "plan2", "skills_training")
    people = [on_roster(world, "甲一")]
    first = held(planned(world, programme, people), world.ben)
    owed = duty("skills_training", organisation=world.bureau)
    assert (owed.credited, owed.met_at) == (1, None)
    again = planned(world, programme, people, title="第二期", first_day=date(2026, 6, 23))
    second = held(again, world.ben, at=beijing(6, 23, 9))
    owed.refresh_from_db()
    assert (owed.credited, owed.met_at) == (2, second.ended_at)
    assert duty("skills_training", organisation=world.sister).credited == 0
    take_log_back(first, by=world.ben, now=beijing(6, 24))
    owed.refresh_from_db()
    assert (owed.credited, owed.met_at) == (1, None)


MEETINGS = [
    pytest.param("launch", "launch_ceremony", marks=pytest.mark.rule("P2-17")),
    pytest.param("commendation", "commendation_meeting", marks=pytest.mark.rule("P2-76")),
]


@pytest.mark.parametrize(("rule", "kind"), MEETINGS)
def test_a_meeting_of_the_unit_meets_the_duty_to_hold_it(
    world: World, rule: str, kind: str
) -> None:
    programme = running(world, "plan2", rule)
    meeting = planned(world, programme, kind=kind, title="大会", contents={})
    held(meeting, world.ben, guests=("县领导",))
    assert duty(rule, organisation=world.bureau).credited == 1
    assert duty(rule, organisation=world.sister).credited == 0


OWNERS = [
    pytest.param("plan1", "popularisation_course", "popularisation", beijing(6, 16, 9),
                 marks=pytest.mark.rule("P1-33", "P1-34")),
    pytest.param("plan1", "facilitators_course", "facilitators_course", beijing(6, 16, 9),
                 marks=pytest.mark.rule("P1-06", "P1-33", "P1-36")),
    pytest.param("plan1", "promoters_seminar", "promoters_seminar", beijing(6, 16, 9),
                 marks=pytest.mark.rule("P1-06", "P1-33", "P1-38")),
    pytest.param("plan1", "exchange_meeting", "exchange_meeting", beijing(10, 13, 9),
                 marks=pytest.mark.rule("P1-44")),
    pytest.param("plan4", "mobilisation", "launch_ceremony", beijing(2, 3, 9),
                 marks=pytest.mark.rule("P4-10")),
    pytest.param("plan3", "promoters_seminar", "promoters_seminar", beijing(5, 19, 9),
                 marks=pytest.mark.rule("P3-07")),
    pytest.param("plan3", "study_visit", "study_visit", beijing(9, 8, 9),
                 marks=pytest.mark.rule("P3-31")),
]  # fmt: skip


@pytest.mark.parametrize(("pack", "rule", "kind", "at"), OWNERS)
def test_whoever_runs_the_programme_meets_its_own_duty(
    world: World, pack: str, rule: str, kind: str, at: Any
) -> None:
    programme = running(world, pack, rule, day=at)
    facts = {"organisation": world.county, "by": world.ana, "kind": kind, "title": "统一组织"}
    teaches = {"other": Decimal(6)} if kind in CLASSES else {}
    made = planned(world, programme, first_day=at.date(), contents=teaches, **facts)
    held(made, world.ana, at=at, guests=("授课教师",))
    (met,) = Obligation.objects.filter(rule_key=rule, credited=1)
    assert met.organisation == world.county
    assert met.window.starts_on <= at.date() <= met.window.ends_on


@pytest.mark.rule("P1-15", "P3-15", "P3-22")
@pytest.mark.parametrize(("pack", "kind"), [
    ("plan1", "facilitators_course"), ("plan3", "promoters_seminar"), ("plan3", "training"),
])  # fmt: skip
def test_a_unit_holds_classes_of_its_own(world: World, pack: str, kind: str) -> None:
    programme = running(world, pack, "promoters_seminar", day=beijing(6, 16, 9))
    learner = on_roster(world, "甲一")
    made = planned(world, programme, [learner], kind=kind, contents={"other": Decimal(6)})
    held(made, world.ben)
    assert Training.objects.get(person=learner).hours == 6
    assert not Obligation.objects.filter(deliverable=kind, credited__gt=0).exists()


@pytest.mark.rule("P4-12")
def test_core_learners_and_facilitators_are_invited_and_trained(world: World) -> None:
    programme = run_programme(world, "plan4")
    project = propose(world, programme)
    for name, role in (("甲一", TeamRole.MEMBER), ("乙二", TeamRole.FACILITATOR)):
        seat = Seat(person=on_roster(world, name), role=role)
        add_member(project, seat=seat, by=world.ben, now=JUNE)
    asked = Audience(seats=("member", "facilitator"))
    people = people_of(world.ben, programme, asked, JUNE.date())
    assert sorted(row.name for row in lacking_in(people, ())) == ["乙二", "甲一"]
    held(planned(world, programme, list(people), contents={"methods": Decimal(8)}), world.ben)
    assert not lacking_in(people, ()).exists()


def test_a_topic_s_training_is_not_the_unit_s(world: World) -> None:
    programme = running(world, "plan2", "skills_training")
    made = activity(submitted(world, programme), world, kind="training", first_day=HELD.date())
    held(made, world.ben)
    assert duty("skills_training", organisation=world.bureau).credited == 0


# -- who plans, who takes part -------------------------------------------------------------------------


def test_the_unit_s_own_office_and_promotion_team_run_it(
    world: World, programme: Programme
) -> None:
    made = planned(world, programme, by=world.liu)
    for user in (world.ana, world.sis, world.kid):
        with pytest.raises(NotAllowed):
            planned(world, programme, by=user)
        with pytest.raises(NotAllowed):
            add_participants(made, [on_roster(world, "甲")], by=user, now=JUNE)
        with pytest.raises(NotAllowed):
            log_activity(made, told(made), by=user, now=AFTER)


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("kind", {"kind": "core_seminar"}),
    ("title", {"title": " "}),
    ("first_day", {"first_day": date(2026, 5, 31)}),
    ("last_day", {"last_day": date(2026, 6, 1)}),
    ("last_day", {"last_day": date(2026, 7, 18)}),
    ("last_day", {"last_day": date(2090, 1, 1)}),
    ("contents", {"contents": {}}),
    ("contents", {"contents": {"magic": Decimal(2)}}),
    ("contents", {"contents": {"methods": Decimal(201)}}),
    ("places", {"places": 0}),
]


@pytest.mark.parametrize(("field", "given"), WRONG)
def test_a_plan_that_cannot_be_is_refused_with_its_field(
    world: World, programme: Programme, field: str, given: dict[str, Any]
) -> None:
    with pytest.raises(BadInput) as caught:
        planned(world, programme, **given)
    assert field in caught.value.fields
    assert not Activity.objects.exists()


def test_a_plan_lasts_as_long_as_a_log_may(world: World, programme: Programme) -> None:
    for days in (10, 31):
        last = HELD.date() + timedelta(days=days)
        assert planned(world, programme, last_day=last).last_day == last


def test_a_unit_that_does_not_take_part_plans_nothing(world: World, programme: Programme) -> None:
    with pytest.raises(RuleBroken) as caught:
        planned(world, programme, organisation=world.child, by=world.kid)
    assert caught.value.code == "not_taking_part"


def test_nothing_is_moved_to_a_day_on_which_its_unit_does_not_take_part(
    world: World, programme: Programme
) -> None:
    enrol(programme, world.child, starts_on=date(2026, 6, 10), by=world.ana, now=JUNE)
    leaving = Enrolment.objects.get(programme=programme, organisation=world.child)
    leave(leaving, on=date(2026, 6, 24), reason="并入县局", by=world.ana, now=JUNE)
    made = planned(world, programme, organisation=world.child, by=world.kid)
    for day in (date(2026, 6, 9), date(2026, 6, 25)):
        with pytest.raises(RuleBroken) as caught:
            change_activity(made, first_day=day, last_day=day, by=world.kid, now=JUNE)
        assert caught.value.code == "not_taking_part"
    day = date(2026, 6, 18)
    assert change_activity(made, first_day=day, last_day=day, by=world.kid, now=JUNE).version == 2
    ours = planned(world, programme, organisation=world.county, by=world.ana)
    later = {"first_day": date(2026, 6, 25), "last_day": None}
    assert change_activity(ours, **later, by=world.ana, now=JUNE).first_day == date(2026, 6, 25)


def test_people_come_from_the_roster_of_the_unit_and_those_below(
    world: World, programme: Programme
) -> None:
    made = planned(world, programme)
    below, beside = (
        on_roster(world, "下级", world.child),
        on_roster(world, "邻居", world.sister),
    )
    add_participants(made, [below], by=world.ben, now=JUNE)
    row = Participant.objects.get()
    assert (row.organisation, row.course) == (world.child, made.title)
    for wrong in ([beside], [], [Person.objects.get(user=world.ben)] * 2):
        with pytest.raises(BadInput) as caught:
            add_participants(made, wrong, by=world.ben, now=JUNE)
        assert "persons" in caught.value.fields
    with pytest.raises(RuleBroken) as again:
        add_participants(made, [below], by=world.ben, now=JUNE)
    assert again.value.code == "named_already"
    assert Participant.objects.count() == 1


def test_more_than_the_places_are_refused(world: World, programme: Programme) -> None:
    people = [on_roster(world, name) for name in ("甲", "乙")]
    made = planned(world, programme, people[:1], places=1)
    with pytest.raises(RuleBroken) as caught:
        add_participants(made, people[1:], by=world.ben, now=JUNE)
    assert caught.value.code == "full"
    remove_participant(Participant.objects.get(), by=world.ben, now=JUNE)
    add_participants(made, people[1:], by=world.ben, now=JUNE)
    assert [row.name for row in made.participants.all()] == ["乙"]


def test_a_topic_s_activity_has_its_team(world: World, programme: Programme) -> None:
    made = activity(submitted(world, programme), world)
    with pytest.raises(RuleBroken) as caught:
        add_participants(made, [on_roster(world, "甲")], by=world.ben, now=JUNE)
    assert caught.value.code == "of_a_topic"


def test_what_it_is_called_and_when_is_true_for_the_units_below(
    world: World, programme: Programme
) -> None:
    made = planned(world, programme, [on_roster(world, "甲")])
    day = date(2026, 6, 18)
    made = change_activity(made, title="改名", first_day=day, last_day=day, by=world.ben, now=JUNE)
    row = Participant.objects.get()
    assert (row.course, row.held_on, row.called_off) == ("改名", day, False)
    drop(made, reason="停办", by=world.ben, now=JUNE)
    row.refresh_from_db()
    assert row.called_off


# -- the log -------------------------------------------------------------------------------------------


def test_a_log_says_of_everybody_whether_he_was_there(world: World, programme: Programme) -> None:
    people = [on_roster(world, name) for name in ("甲一", "乙二")]
    made = held(planned(world, programme, people), world.ben, absent=["乙二"], guests=("王教授",))
    assert made.state == ActivityState.HELD
    said = {row.name: row.presence for row in Attendance.objects.filter(activity=made)}
    assert said == {"甲一": "present", "乙二": "absent", "王教授": "present"}
    assert {row.name: row.presence for row in Participant.objects.all()} == {
        "甲一": "present", "乙二": "absent",
    }  # fmt: skip
    with pytest.raises(RuleBroken) as caught:
        remove_participant(made.participants.first(), by=world.ben, now=AFTER)
    assert caught.value.code == "logged"
    assert AuditEvent.objects.filter(action="activity.logged", target=made.pk).exists()


def test_a_log_ahead_or_of_somebody_else_or_a_name_twice_is_refused(
    world: World, programme: Programme
) -> None:
    made = planned(world, programme, [on_roster(world, "甲一")])
    (row,) = made.participants.all()
    wrong = {
        "ended_at": told(made, ended_at=AFTER + timedelta(days=1)),
        "began_at": told(made, at=beijing(5, 20)),
        "presence": told(made, presence={}),
        "guests": told(made, guests=("甲一",)),
        "steps": told(made, steps=(StepText("x", date(2026, 7, 1), owner=row.person_id),)),
    }
    for field, log in wrong.items():
        with pytest.raises(BadInput) as caught:
            log_activity(made, log, by=world.ben, now=AFTER)
        assert field in caught.value.fields


def test_next_steps_of_the_unit_are_carried_to_its_next_meeting(
    world: World, programme: Programme
) -> None:
    step = StepText("印发通知", date(2026, 6, 30), owner_name="办公室")
    meeting = planned(world, programme, kind="meeting", contents={})
    held(meeting, world.ben, guests=("甲",), steps=(step,))
    (row,) = carried_into(None, date(2026, 7, 1), world.bureau)
    assert (row.text, row.project) == ("印发通知", None)
    assert carried_into(None, date(2026, 7, 1), world.sister) == []
    with pytest.raises(NotAllowed):
        finish_step(row, done=True, by=world.sis, now=AFTER)
    finish_step(row, done=True, by=world.ben, now=AFTER)
    assert not NextStep.objects.open().exists()


AHEAD = {"ended_at": beijing(8, 1)}


@pytest.mark.parametrize(("pack", "kind", "cited"), [
    ("plan2", "training", "P2-18"),
    ("plan2", "launch_ceremony", "P2-17"),
    ("plan2", "meeting", "P2-08"),
    ("plan3", "study_visit", "P3-31"),
    ("plan3", "summary_meeting", "P3-34"),
    ("plan3", "training", "P3-02"),
    ("plan1", "popularisation", "P1-34"),
])  # fmt: skip
def test_a_unit_s_log_ahead_is_refused_with_the_sentence_that_asks_for_it(
    world: World, pack: str, kind: str, cited: str
) -> None:
    programme = run_programme(world, pack)
    contents = {"other": Decimal(6)} if kind in CLASSES else {}
    made = planned(world, programme, kind=kind, contents=contents)
    with pytest.raises(BadInput) as caught:
        log_activity(made, told(made, guests=("甲",), **AHEAD), by=world.ben, now=AFTER)
    assert set(caught.value.fields) == {"ended_at"}
    assert cited in (caught.value.rule or "")
    assert all(each.text for each in caught.value.cited)


@pytest.mark.parametrize("kind", ["training", "meeting", "study_visit", "counselling"])
def test_a_topic_s_log_ahead_is_refused_with_the_programme_s_period(
    world: World, programme: Programme, kind: str
) -> None:
    made = activity(submitted(world, programme), world, kind=kind, first_day=HELD.date())
    with pytest.raises(BadInput) as caught:
        log_activity(made, told(made, **AHEAD), by=world.ben, now=AFTER)
    assert (set(caught.value.fields), caught.value.rule) == ({"ended_at"}, "P2-08")


# -- invitation lists ----------------------------------------------------------------------------------


def names(world: World, programme: Programme, **audience: Any) -> list[str]:
    rows = people_of(world.ana, programme, Audience(**audience), JUNE.date())
    return sorted(row.name for row in rows)


@pytest.mark.rule("P1-35", "P1-37", "P1-39")
def test_an_invitation_list_names_everybody_once_by_body_post_and_team(
    world: World, programme: Programme
) -> None:
    project = propose(world, programme)
    both = Person.objects.get(user=world.ben)
    guide = on_roster(world, "促进师甲")
    for person, role in ((both, TeamRole.CORE_LEARNER), (guide, TeamRole.FACILITATOR)):
        add_member(project, seat=Seat(person=person, role=role), by=world.ben, now=JUNE)
    offices = names(world, programme, bodies=("executive_office",))
    assert {"安晴", "贝宁", "杜若", "刘联", "司思", "柯弟"} == set(offices)
    asked = {"bodies": ("executive_office",), "seats": ("facilitator", "core_learner")}
    assert names(world, programme, **asked) == sorted([*offices, "促进师甲"])
    assert names(world, programme, roles=("office_director",)) == ["安晴", "杜若"]
    units = (world.bureau.pk,)
    assert names(world, programme, roles=("office_director",), units=units) == ["杜若"]
    assert names(world, programme) == []


def test_those_with_a_sign_in_are_told_once(world: World, programme: Programme) -> None:
    people = [Person.objects.get(user=world.dora), on_roster(world, "无账号")]
    made = planned(world, programme, people)
    assert invite(made, by=world.ben, now=JUNE) == 1
    assert invite(made, by=world.ben, now=JUNE) == 0
    (notice,) = Notice.objects.filter(kind="programmes.activity_invited")
    assert (notice.recipient, notice.params["title"]) == (world.dora, made.title)


# -- screens and programs ------------------------------------------------------------------------------


def at(name: str, world: World, pk: Any) -> str:
    return reverse(f"programmes:{name}", args=[world.tenant.slug, pk])


def test_a_unit_is_offered_one_where_it_takes_part(
    world: World, programme: Programme, sign_in: Any
) -> None:
    client, new = sign_in(world.ben), at("unit_activity_new", world, programme.pk)
    page = at("programme_detail", world, programme.pk)
    assert new in client.get(page).content.decode()
    Enrolment.objects.filter(organisation=world.bureau).update(ends_on=date(2026, 6, 1))
    assert client.get(new).status_code == 404
    assert new not in client.get(page).content.decode()


def test_a_class_is_planned_filled_and_logged_on_its_pages(
    world: World, programme: Programme, sign_in: Any
) -> None:
    client = sign_in(world.ben)
    typed = {
        "organisation": str(world.bureau.pk), "kind": "training", "title": "促进师实训",
        "first_day": "2026-06-16", "last_day": "", "hours_methods": "4.5",
    }  # fmt: skip
    new = at("unit_activity_new", world, programme.pk)
    wrong = client.post(new, {**typed, "hours_methods": ""})
    assert (wrong.status_code, "促进师实训" in wrong.content.decode()) == (422, True)
    assert client.post(new, typed).status_code == 302
    made = Activity.objects.get()
    assert made.contents == {"methods": "4.5"}
    page = at("activity_participants", world, made.pk)
    asked = f"{page}?roles=office_director&roles=office_staff&everybody="
    found = client.get(asked).content.decode()
    assert "杜若" in found
    assert "司思" not in found
    dora = Person.objects.get(user=world.dora)
    assert client.post(page, {"persons": []}).status_code == 422
    assert client.post(asked, {"persons": [str(dora.pk)]}).status_code == 302
    assert client.post(asked, {"persons": [str(dora.pk)]}).status_code == 409
    assert client.post(at("activity_invitations", world, made.pk)).status_code == 302
    sheet = client.get(f"{page}?export=xlsx")
    assert sheet["Content-Type"].startswith("application/vnd.openxmlformats")
    (row,) = made.participants.all()
    log = {"day": "2026-06-16", "begins": "09:00", "ends": "17:00", f"presence_{row.pk}": "present"}
    where = at("activity_log", world, made.pk)
    assert "杜若" in client.get(where).content.decode()
    answer = client.post(where, {**log, "guests": "王教授", "version": made.version})
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    shown = client.get(at("activity_detail", world, made.pk)).content.decode()
    assert "王教授" in shown
    assert 'value="present"' in client.get(where).content.decode()
    client.post(at("participant_removal", world, row.pk))
    assert made.participants.exists()


def test_strangers_find_no_list(world: World, programme: Programme, sign_in: Any) -> None:
    made = planned(world, programme, [on_roster(world, "甲一")])
    (row,) = made.participants.all()
    client = sign_in(world.sis)
    assert client.get(at("activity_participants", world, made.pk)).status_code == 404
    assert client.post(at("activity_invitations", world, made.pk)).status_code == 404
    assert client.post(at("participant_removal", world, row.pk)).status_code == 404
    assert sign_in(world.ana).get(at("activity_participants", world, made.pk)).status_code == 200
    assert sign_in(world.ana).post(at("activity_invitations", world, made.pk)).status_code == 403
    topic = activity(submitted(world, programme), world)
    page = at("activity_participants", world, topic.pk)
    assert sign_in(world.ben).get(page).status_code == 404


def test_a_client_goes_through_the_same_verbs(
    world: World, programme: Programme, sign_in: Any
) -> None:
    client, base = sign_in(world.ben), f"/t/{world.tenant.slug}/api/v1/activities/"
    json = {"content_type": "application/json"}
    typed = {
        "programme": str(programme.pk), "organisation": str(world.bureau.pk), "kind": "training",
        "title": "实训", "first_day": "2026-06-16", "contents": {"methods": "4.0"},
    }  # fmt: skip
    made = client.post(base, typed, **json)
    assert (made.status_code, made.json()["project_id"]) == (201, None), made.content
    assert client.post(base, {**typed, "organisation": ""}, **json).status_code == 422
    people = f"{base}{made.json()['id']}/participants/"
    dora = str(Person.objects.get(user=world.dora).pk)
    added = client.post(people, {"persons": [dora]}, **json)
    assert (added.status_code, added.json()["results"][0]["name"]) == (201, "杜若")
    assert client.post(people, {"persons": [dora]}, **json).status_code == 409
    assert client.post(people, {"persons": [str(made.json()["id"])]}, **json).status_code == 422
    told_ = client.post(f"{base}{made.json()['id']}/invitations/")
    assert told_.json() == {"told": 1}
    (line,) = client.get(people).json()["results"]
    gone = client.delete(f"{people}{line['id']}/")
    assert gone.status_code == 204
    assert client.get(people).json()["results"] == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_questions_does_not_grow(
    world: World, programme: Programme, sign_in: Any, count: int
) -> None:
    people = [on_roster(world, f"学员{n}") for n in range(count)]
    made = planned(world, programme, people)
    client = sign_in(world.ben)
    page = f"{at('activity_participants', world, made.pk)}?bodies=executive_office"
    client.get(page)
    assert count_queries(client, page) <= 8
    listed = f"/t/{world.tenant.slug}/api/v1/activities/{made.pk}/participants/"
    assert count_queries(client, listed) <= 5


def test_contents_are_the_plan_s(world: World, programme: Programme) -> None:
    made = planned(world, programme, contents=FOUR)
    assert made.contents == dict.fromkeys(FOUR, "2.0")
