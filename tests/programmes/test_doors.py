"""Signing in at the door: a code of a minute, one tap, and the log knows who was there."""

import re
from datetime import timedelta
from typing import Any

import pytest

from actionlearning.foundation.errors import NotAllowed, RuleBroken
from actionlearning.foundation.models import AuditEvent, User
from groups.models import Person
from programmes.actions.activity_logs import log_activity
from programmes.actions.doors import (
    changes_at,
    close_door,
    code_at,
    met_at_door,
    open_door,
    open_door_of,
    sign_in_at_door,
)
from programmes.models import Activity, Arrival, Door, Programme
from programmes.states import Presence
from tests.programmes.at_the_door import AFTER, AT_THREE, OPENED, clock, end, seminar
from tests.programmes.paper_screens import at, count_queries, text_of
from tests.programmes.test_activity_logs import told
from tests.world import World

MINUTE = timedelta(minutes=1)


@pytest.fixture
def meeting(world: World, programme: Programme) -> Activity:
    return seminar(world, programme)


@pytest.fixture
def door(meeting: Activity, world: World) -> Door:
    return open_door(meeting, by=world.ben, now=OPENED)


# -- the code ------------------------------------------------------------------------------------------


def test_the_code_changes_each_minute_and_is_never_stored(door: Door) -> None:
    codes = [code_at(door, AT_THREE + each * MINUTE) for each in range(3)]
    assert len(set(codes)) == 3
    assert code_at(door, AT_THREE) == code_at(door, AT_THREE + timedelta(seconds=59))
    assert changes_at(AT_THREE) == AT_THREE + MINUTE
    assert codes[0][32:] not in str(Door.objects.values().get(pk=door.pk))


@pytest.mark.parametrize(("later", "good"), [(0, True), (119, True), (120, False), (600, False)])
def test_a_code_is_good_for_two_minutes_at_most(
    door: Door, world: World, later: int, good: bool
) -> None:
    code, now = code_at(door, AT_THREE), AT_THREE + timedelta(seconds=later)
    if good:
        assert sign_in_at_door(code, by=world.liu, now=now).at == now
        return
    with pytest.raises(RuleBroken) as caught:
        sign_in_at_door(code, by=world.liu, now=now)
    assert (caught.value.code, Arrival.objects.count()) == ("old_code", 0)
    assert "on the screen now" in caught.value.message


@pytest.mark.parametrize("code", ["", "x", "ü" * 48, "0" * 48, "\x00" * 40])
def test_what_is_no_code_is_refused_like_an_old_one(door: Door, world: World, code: str) -> None:
    with pytest.raises(RuleBroken) as caught:
        sign_in_at_door(code, by=world.liu, now=AT_THREE)
    assert caught.value.code == "old_code"


def test_the_code_of_another_door_does_not_open_this_one(
    door: Door, meeting: Activity, world: World
) -> None:
    other = Door(activity=meeting, secret=b"y" * 32)
    forged = door.pk.hex + code_at(other, AT_THREE)[32:]
    with pytest.raises(RuleBroken):
        sign_in_at_door(forged, by=world.liu, now=AT_THREE)


# -- coming in -----------------------------------------------------------------------------------------


def test_a_member_is_present_and_somebody_else_a_guest(
    door: Door, meeting: Activity, world: World
) -> None:
    code = code_at(door, AT_THREE)
    before = met_at_door(code, user=world.liu, now=AT_THREE)
    assert (before.title, before.guest, before.at) == (meeting.title, False, None)

    mine = sign_in_at_door(code, by=world.liu, now=AT_THREE)
    guest = sign_in_at_door(code, by=world.sis, now=AT_THREE + MINUTE)

    assert (mine.guest, mine.again, guest.guest) == (False, False, True)
    rows = Arrival.objects.order_by("at")
    assert [row.name for row in rows] == [world.liu.display_name, world.sis.display_name]
    assert rows[1].unit_name == world.sister.name
    assert {row.organisation_id for row in rows} == {world.bureau.pk}
    assert AuditEvent.objects.filter(action="activity.arrived", target=meeting.pk).count() == 2


def test_a_second_tap_says_since_when_also_with_an_old_code(door: Door, world: World) -> None:
    code = code_at(door, AT_THREE)
    sign_in_at_door(code, by=world.liu, now=AT_THREE)
    again = sign_in_at_door(code, by=world.liu, now=AT_THREE + timedelta(hours=1))
    assert (again.at, again.again, Arrival.objects.count()) == (AT_THREE, True, 1)


def test_another_sign_in_of_the_same_person_is_the_same_person(door: Door, world: World) -> None:
    code = code_at(door, AT_THREE)
    sign_in_at_door(code, by=world.liu, now=AT_THREE)
    Person.objects.filter(user=world.liu).update(user=None)
    Person.objects.filter(name=world.liu.display_name).update(user=world.auditor)
    assert sign_in_at_door(code, by=world.auditor, now=AT_THREE + MINUTE).again
    assert Arrival.objects.count() == 1


def test_a_closed_door_says_whom_to_tell(door: Door, meeting: Activity, world: World) -> None:
    close_door(meeting, by=world.ben, now=AT_THREE)
    with pytest.raises(RuleBroken) as caught:
        sign_in_at_door(code_at(door, AT_THREE), by=world.liu, now=AT_THREE)
    assert caught.value.code == "door_closed"
    assert "keeps the log" in caught.value.message
    assert open_door_of(meeting, AT_THREE) is None


def test_opened_again_its_earlier_codes_are_void(
    door: Door, meeting: Activity, world: World
) -> None:
    old = code_at(door, AT_THREE)
    still = open_door(meeting, by=world.ben, now=AT_THREE)
    assert bytes(still.secret) == bytes(door.secret)
    close_door(meeting, by=world.ben, now=AT_THREE)
    again = open_door(meeting, by=world.ben, now=AT_THREE)
    with pytest.raises(RuleBroken):
        sign_in_at_door(old, by=world.liu, now=AT_THREE)
    assert sign_in_at_door(code_at(again, AT_THREE), by=world.liu, now=AT_THREE).at == AT_THREE


def test_logged_or_the_next_day_the_door_is_closed(
    door: Door, meeting: Activity, world: World
) -> None:
    tomorrow = AT_THREE + timedelta(days=1)
    with pytest.raises(RuleBroken) as caught:
        sign_in_at_door(code_at(door, tomorrow), by=world.liu, now=tomorrow)
    assert caught.value.code == "door_closed"

    log_activity(meeting, told(meeting.project), by=world.ben, now=AFTER)
    with pytest.raises(RuleBroken):
        sign_in_at_door(code_at(door, AFTER), by=world.liu, now=AFTER)
    meeting.refresh_from_db()
    with pytest.raises(RuleBroken) as caught:
        open_door(meeting, by=world.ben, now=AFTER)
    assert "logged already" in caught.value.message


# -- who opens it --------------------------------------------------------------------------------------


def test_only_who_logs_opens_it_on_its_day(meeting: Activity, world: World) -> None:
    for user in (world.sis, world.ana):
        with pytest.raises(NotAllowed):
            open_door(meeting, by=user, now=OPENED)
    with pytest.raises(RuleBroken) as caught:
        open_door(meeting, by=world.ben, now=OPENED - timedelta(days=1))
    assert caught.value.code == "wrong_day"
    end(meeting, world, OPENED)
    with pytest.raises(RuleBroken) as caught:
        open_door(meeting, by=world.ben, now=OPENED)
    assert caught.value.code == "concluded"


# -- screens -------------------------------------------------------------------------------------------


def test_the_screen_draws_the_code_anew(
    meeting: Activity, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    clock(monkeypatch, OPENED)
    client, address = sign_in(world.ben), at("activity_door", world, meeting.pk)
    assert drawings(text_of(client.get(address))) == []
    assert client.post(address).status_code == 302

    page = text_of(client.get(address))
    assert len(drawings(page)) == 1
    assert 'hx-trigger="every 20s"' in page
    clock(monkeypatch, OPENED + 2 * MINUTE)
    part = text_of(client.get(address, headers={"HX-Request": "true"}))
    assert "<html" not in part
    assert drawings(part) != drawings(page)

    assert client.post(at("activity_door_closing", world, meeting.pk)).status_code == 302
    assert drawings(text_of(client.get(address))) == []
    for user in (world.sis, world.lena):
        assert sign_in(user).get(address).status_code == 404


def drawings(page: str) -> list[str]:
    return re.findall(r'<svg[^>]*class="qr-code".*?</svg>', page, re.DOTALL)


def test_from_the_telephone_to_the_log(
    door: Door, meeting: Activity, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    """Liu and a guest of the sister unit tap once; the log form has them, the others are absent."""
    clock(monkeypatch, AT_THREE)
    address = at("activity_sign_in", world, code_at(door, AT_THREE))
    for user in (world.liu, world.sis):
        client = sign_in(user)
        assert user.display_name in text_of(client.get(address))
        assert client.post(address).status_code == 302
        assert "signed in since July 14, 2026 14:03" in text_of(client.get(address))
        assert "already signed in at July 14, 2026 14:03" in text_of(
            client.post(address, follow=True)
        )

    clock(monkeypatch, AFTER)
    form = sign_in(world.ben).get(at("activity_log", world, meeting.pk)).context["form"]
    liu = next(row for row in form.team if row.person_id)
    said = {
        row.pk: form.get_initial_for_field(form.fields[f"presence_{row.pk}"], f"presence_{row.pk}")
        for row in form.team
    }
    assert said.pop(liu.pk) == Presence.PRESENT
    assert set(said.values()) == {Presence.ABSENT}
    assert form.initial["guests"] == world.sis.display_name


def test_an_old_code_is_refused_on_the_telephone(
    door: Door, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    clock(monkeypatch, AT_THREE + 5 * MINUTE)
    address = at("activity_sign_in", world, code_at(door, AT_THREE))
    client = sign_in(world.liu)
    for answer in (client.get(address), client.post(address)):
        assert answer.status_code == 409
        assert "Scan the code that is on the screen now" in text_of(answer)
        assert "七月研讨会" not in text_of(answer)


def test_pages_ask_no_more_for_many_than_for_one(
    door: Door, meeting: Activity, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    clock(monkeypatch, AT_THREE)
    address = at("activity_door", world, meeting.pk)
    code, counted = code_at(door, AT_THREE), []
    count_queries(sign_in(world.ben), address)  # the first one also looks for the tenant
    for users in ((world.liu,), (world.sis, world.lena)):
        for user in users:
            sign_in_at_door(code, by=user, now=AT_THREE)
        counted.append(count_queries(sign_in(world.ben), address))
    assert counted[0] == counted[1] <= 8
    telephone = at("activity_sign_in", world, code)
    assert count_queries(sign_in(world.kid), telephone) <= 8


# -- for programs --------------------------------------------------------------------------------------


def test_the_door_over_rest(
    meeting: Activity, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    clock(monkeypatch, AT_THREE)
    base = f"/t/{world.tenant.slug}/api/v1/activities"
    client, one = sign_in(world.ben), f"{base}/{meeting.pk}"
    assert client.get(f"{one}/door/").json() == {
        "open": False, "code": None, "changes_at": None, "opened_at": None,
    }  # fmt: skip
    code = client.post(f"{one}/door/").json()["code"]
    assert sign_in(world.sis).get(f"{one}/door/").status_code == 404

    sent = {"code": code}
    answer = sign_in(world.liu).post(f"{base}/signing-in/", sent, "application/json")
    assert (answer.status_code, answer.json()["again"]) == (200, False)
    came = sign_in(world.ben).get(f"{one}/arrivals/").json()["results"]
    assert [(row["name"], len(row["members"])) for row in came] == [(world.liu.display_name, 1)]

    assert client.delete(f"{one}/door/").json()["open"] is False
    refused = sign_in(world.lena).post(f"{base}/signing-in/", sent, "application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "door_closed")


def test_a_program_is_no_guest(door: Door, world: World) -> None:
    client = User.objects.get(pk=world.ben.pk)
    client.token_scopes = frozenset({"project.change", "project.view"})  # type: ignore[attr-defined]
    with pytest.raises(NotAllowed):
        sign_in_at_door(code_at(door, AT_THREE), by=client, now=AT_THREE)
