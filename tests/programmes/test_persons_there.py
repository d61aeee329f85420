"""Nobody is there twice: neither as another spelling of his name nor by the second role that he holds."""

from dataclasses import replace
from typing import Any

import pytest

from actionlearning.foundation.documents.official import plain_text
from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.models import AuditEvent
from groups.models import Person
from programmes.actions.activity_logs import log_activity, team_on
from programmes.actions.submissions import submit_project
from programmes.documents.minutes import minutes_of
from programmes.models import Activity, Attendance, Programme
from programmes.queries.persons_there import logged_persons
from programmes.states import Presence
from reporting.actions.activity_words import item_body
from tests.programmes.activities import activity
from tests.programmes.at_the_door import AFTER, AT_THREE, DAY, clock
from tests.programmes.paper_screens import at, text_of
from tests.programmes.test_activity_logs import told
from tests.programmes.topics import JUNE, chosen, seats
from tests.world import World

HERE, GONE = Presence.PRESENT, Presence.ABSENT
TWICE = ("liaison", "facilitator")


@pytest.fixture
def meeting(world: World, programme: Programme) -> Activity:
    """Eight seats and seven persons: Liu is liaison officer and facilitator."""
    liu = Person.objects.get(user=world.liu)
    team = [replace(each, person=liu, name="") if each.role in TWICE else each for each in seats()]
    project = submit_project(chosen(world, programme, team=team), by=world.ben, now=JUNE)
    return activity(project, world, "七月研讨会", kind="core_seminar", first_day=DAY)


def logged(meeting: Activity, world: World, **given: Any) -> Activity:
    log = told(meeting.project, AT_THREE, **given)
    return log_activity(meeting, log, by=world.ben, now=AFTER)


@pytest.mark.parametrize(
    "guests",
    [("组员 1",), ("组员１",), ("组员\u30001 ",), ("张　三", "张三"), ("Lin Wei", "LIN WEI")],
)
def test_another_spelling_of_a_name_is_the_same_person(
    meeting: Activity, world: World, guests: tuple[str, ...]
) -> None:
    with pytest.raises(BadInput) as caught:
        logged(meeting, world, guests=guests)
    assert "is named twice" in str(caught.value.fields["guests"])


@pytest.mark.parametrize("guest", ["！！", "、", "　"])
def test_a_guest_has_a_name(meeting: Activity, world: World, guest: str) -> None:
    with pytest.raises(BadInput) as caught:
        logged(meeting, world, guests=(guest,))
    assert set(caught.value.fields) == {"guests"}


def test_whoever_holds_two_roles_is_counted_once_everywhere(
    meeting: Activity, world: World, sign_in: Any
) -> None:
    made = logged(meeting, world, guests=("林教授",))
    name = world.liu.display_name
    assert (Attendance.objects.filter(activity=made).count(), len(logged_persons(made))) == (9, 8)

    line = next(each for each in plain_text(minutes_of(made)).splitlines() if "出席：" in each)
    assert (line.count(name), line.count("（8人）")) == (1, 1)
    assert f"{name}（联络员、" in line
    assert "等8人参加" in item_body(made, 5_000)
    (row,) = AuditEvent.objects.filter(action="activity.logged", target=made.pk)
    assert row.detail["present"] == 8
    client = sign_in(world.ben)
    assert client.get(rest(world, made)).json()["present"] == 8
    page = client.get(at("activity_detail", world, made.pk))
    assert len(page.context["held"]["people"]) == 8


def rest(world: World, made: Activity) -> str:
    return f"/t/{world.tenant.slug}/api/v1/activities/{made.pk}/log/"


def test_one_person_is_not_both_there_and_not(
    meeting: Activity, world: World, sign_in: Any
) -> None:
    team = team_on(meeting.project, AT_THREE)
    torn = {row.pk: GONE if row.role == "liaison" else HERE for row in team}
    with pytest.raises(BadInput) as caught:
        logged(meeting, world, presence=torn)
    assert "holds several roles" in str(caught.value.fields["presence"])

    sent = {
        "began_at": AT_THREE.isoformat(), "ended_at": AFTER.isoformat(),
        "presence": [{"member": str(key), "presence": said} for key, said in torn.items()],
    }  # fmt: skip
    answer = sign_in(world.ben).put(rest(world, meeting), sent, "application/json")
    assert answer.status_code == 422
    assert world.liu.display_name in answer.content.decode()


def test_the_form_asks_about_him_once_with_both_roles(
    meeting: Activity, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    clock(monkeypatch, AFTER)
    client, address = sign_in(world.ben), at("activity_log", world, meeting.pk)
    page = client.get(address)
    form = page.context["form"]
    assert (len(form.team), len(form.people)) == (8, 7)
    assert f"{world.liu.display_name}（liaison officer、facilitator）" in text_of(page)

    typed = {each.html_name: HERE for each in form.people}
    mine = next(row for row in form.team if row.role == "liaison")
    typed |= {f"presence_{mine.pk}": GONE, "day": "2026-07-14", "begins": "14:10", "ends": "16:20",
              "version": meeting.version}  # fmt: skip
    assert client.post(address, typed).status_code == 302
    rows = Attendance.objects.filter(activity=meeting, person=mine.person_id)
    assert [row.presence for row in rows] == [GONE, GONE]


def test_a_log_of_before_counts_him_once_too(meeting: Activity, world: World) -> None:
    made = logged(meeting, world)
    Attendance.objects.filter(activity=made, role="facilitator").update(presence=GONE)
    text = plain_text(minutes_of(made))
    assert ("（7人）" in text, "缺席" in text) == (True, False)
