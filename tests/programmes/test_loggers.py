"""Whoever logs for his team logs what was not planned, too, and says of every next step that it is done."""

from datetime import date
from typing import Any

import pytest

from actionlearning.foundation.errors import BadInput, NotAllowed
from actionlearning.foundation.models import User
from groups.actions.users import create_user
from groups.models import Person
from programmes.actions.activity_logs import log_unplanned, take_log_back, team_on
from programmes.actions.loggers import logs_it
from programmes.actions.next_steps import StepText
from programmes.actions.steps_done import finish_step
from programmes.actions.teams import Seat, add_member, remove_member
from programmes.models import Activity, NextStep, Programme, Project
from programmes.queries.next_steps import steps_of
from programmes.states import Presence
from tests.programmes.at_the_door import AFTER, AT_THREE, clock
from tests.programmes.held import told
from tests.programmes.paper_screens import at, text_of
from tests.programmes.topics import JUNE, chosen, concluded, seats
from tests.programmes.unit_activities import planned
from tests.world import World

STEPS = (
    StepText("入户核实名单", date(2026, 7, 31), owner_name="组员1"),
    StepText("与教育局会商", date(2026, 8, 5), owner_name="教育局 林"),
)
NOBODY = "00000000-0000-4000-8000-000000000000"


def outsider(world: World, login: str) -> User:
    user, _password = create_user(
        login=login, person=None, display_name=f"外请{login}", by=world.system, now=JUNE
    )
    User.objects.filter(pk=user.pk).update(must_change_password=False, language="en")
    return User.objects.get(pk=user.pk)


@pytest.fixture
def project(world: World, programme: Programme) -> Project:
    """Its facilitator and one of its learners are outsiders with a sign-in."""
    made = chosen(world, programme, team=seats(guides=0))
    for login, role in (("guide", "facilitator"), ("learner", "core_learner")):
        outsider(world, login)
        seat = Seat(role=role, name=f"外请{login}", login=login)
        add_member(made, seat=seat, by=world.dora, now=JUNE)
    return Project.objects.get(pk=made.pk)


@pytest.fixture
def guide(project: Project) -> User:
    return User.objects.get(login="guide")


@pytest.fixture
def learner(project: Project) -> User:
    return User.objects.get(login="learner")


def unplanned(project: Project, by: User, **given: Any) -> Activity:
    log = told(project, AT_THREE, **{"steps": STEPS, **given})
    return log_unplanned(project, log, kind="core_seminar", title="临时研讨", by=by, now=AFTER)


def activities(world: World, *rest: Any) -> str:
    return "/".join([f"/t/{world.tenant.slug}/api/v1/activities", *map(str, rest), ""])


def test_a_facilitator_logs_what_was_not_planned(
    project: Project, guide: User, learner: User
) -> None:
    made = unplanned(project, guide)
    assert (made.state, made.logged_by) == ("held", guide)
    with pytest.raises(NotAllowed):
        unplanned(project, learner)


def test_his_page_of_the_topic_has_the_button_and_the_log_is_kept(
    project: Project, guide: User, learner: User, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    clock(monkeypatch, AFTER)
    page, address = (at(name, world, project.pk) for name in ("project_detail", "project_log"))
    assert address not in text_of(sign_in(learner).get(page))
    assert sign_in(learner).get(address).status_code == 404
    client = sign_in(guide)
    shown = text_of(client.get(page))
    assert (address in shown, at("activity_new", world, project.pk) in shown) == (True, False)
    assert client.get(address).status_code == 200
    typed = {f"presence_{row.pk}": Presence.PRESENT for row in team_on(project, AT_THREE)}
    when = {"day": "2026-07-14", "begins": "14:10", "ends": "16:20"}
    sent = {"kind": "core_seminar", "title": "临时研讨", **when, **typed}
    answer = client.post(address, sent)
    made = Activity.objects.get()
    assert (answer.status_code, made.logged_by_id) == (302, guide.pk)
    detail = at("activity_detail", world, made.pk)
    assert detail in text_of(client.get(page))
    assert client.get(detail).status_code == 200


def test_a_program_in_his_name_logs_it_the_same_way(
    project: Project, guide: User, learner: User, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    clock(monkeypatch, AFTER)
    body = {
        "project": str(project.pk), "kind": "core_seminar", "title": "临时研讨",
        "began_at": "2026-07-14T14:00:00+08:00", "ended_at": "2026-07-14T16:00:00+08:00",
        "presence": [
            {"member": str(row.pk), "presence": "present"} for row in team_on(project, AT_THREE)
        ],
    }  # fmt: skip
    assert (
        sign_in(learner).post(activities(world, "logs"), body, "application/json").status_code
        == 403
    )
    made = sign_in(guide).post(activities(world, "logs"), body, "application/json")
    assert (made.status_code, made.json()["state"]) == (201, "held")


def test_he_says_of_every_step_that_it_is_done_as_long_as_he_is_in_the_team(
    project: Project, guide: User, learner: User, world: World
) -> None:
    first, second = steps_of(unplanned(project, world.ben))
    with pytest.raises(NotAllowed):
        finish_step(first, done=True, by=learner, now=AFTER)
    assert finish_step(first, done=True, by=guide, now=AFTER).done_by == guide
    (his,) = [row for row in team_on(project, AFTER) if row.user_id == guide.pk]
    remove_member(his, by=world.ben, now=AFTER)
    with pytest.raises(NotAllowed):
        finish_step(second, done=True, by=guide, now=AFTER)


def test_an_owner_says_it_of_his_own_step_only(
    project: Project, learner: User, world: World
) -> None:
    (his,) = [row for row in team_on(project, AT_THREE) if row.user_id == learner.pk]
    mine = StepText("联系志愿者", date(2026, 7, 30), owner=his.pk)
    own, other, _third = steps_of(unplanned(project, world.ben, steps=(mine, *STEPS)))
    assert finish_step(own, done=True, by=learner, now=AFTER).done_on == date(2026, 7, 14)
    with pytest.raises(NotAllowed):
        finish_step(other, done=True, by=learner, now=AFTER)


def can_finish(world: World, client: Any, made: Activity) -> tuple[list[bool], list[bool]]:
    """As the page has it, and as a program reads it."""
    page = client.get(at("activity_detail", world, made.pk)).context["steps"]
    steps = client.get(activities(world, made.pk, "log")).json()["steps"]
    return [row["can_finish"] for row in page], [row["can_finish"] for row in steps]


def test_page_and_program_are_told_who_may(
    project: Project, guide: User, learner: User, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    clock(monkeypatch, AFTER)
    made = unplanned(project, world.ben)
    step = steps_of(made)[0]
    may, may_not = [True, True], [False, False]
    assert can_finish(world, sign_in(world.ben), made) == (may, may)
    assert can_finish(world, sign_in(world.dora), made) == (may, may)
    assert can_finish(world, sign_in(world.lena), made) == (may_not, may_not)
    assert can_finish(world, sign_in(learner), made) == (may_not, may_not)
    client = sign_in(guide)
    assert can_finish(world, client, made) == (may, may)
    done = at("next_step_done", world, step.pk)
    assert done in text_of(client.get(at("activity_detail", world, made.pk)))
    assert client.post(done, {"done": "on"}).status_code == 302
    step.refresh_from_db()
    assert step.done_by_id == guide.pk
    shown = text_of(sign_in(learner).get(at("activity_detail", world, made.pk)))
    assert done not in shown


def test_a_program_says_it_too_and_an_unknown_step_is_not_found(
    project: Project, guide: User, learner: User, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    clock(monkeypatch, AFTER)
    made, other = unplanned(project, world.ben), unplanned(project, world.ben)
    step, client, given = steps_of(made)[0], sign_in(guide), {"done": True}
    answer = client.post(activities(world, made.pk, "steps", step.pk), given, "application/json")
    assert (answer.status_code, answer.json()["steps"][0]["done_name"]) == (200, "外请guide")
    for key, of in ((NOBODY, made), (step.pk, other)):
        address = activities(world, of.pk, "steps", key)
        assert client.post(address, given, "application/json").status_code == 404
    refused = activities(world, made.pk, "steps", step.pk)
    assert sign_in(learner).post(refused, {"done": False}, "application/json").status_code == 403


def test_of_a_log_that_was_taken_back_no_step_is_done(project: Project, world: World) -> None:
    made = unplanned(project, world.ben)
    step = steps_of(made)[0]
    take_log_back(made, by=world.ben, now=AFTER)
    with pytest.raises(BadInput):
        finish_step(NextStep.objects.get(pk=step.pk), done=True, by=world.ben, now=AFTER)


def test_of_a_concluded_topic_no_button_is_left(
    project: Project, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    clock(monkeypatch, AFTER)
    made = unplanned(project, world.ben)
    Project.objects.filter(pk=project.pk).update(state="accepted")
    concluded(world, Project.objects.get(pk=project.pk), now=AFTER)
    assert can_finish(world, sign_in(world.ben), made) == ([False, False], [False, False])


def test_who_logs_a_unit_s_own_activity_also_opens_its_door(
    world: World, programme: Programme
) -> None:
    made = planned(world, programme, [Person.objects.get(user=world.kid)], by=world.liu)
    assert [logs_it(user, made, AFTER) for user in (world.liu, world.ben, world.kid, world.ana)] == [
        True, True, False, False,
    ]  # fmt: skip
