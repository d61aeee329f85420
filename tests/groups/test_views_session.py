"""The way in: what opens it, what does not, and what is said about it."""

import base64
import time
from datetime import timedelta
from typing import Any

import pytest
from django_otp.oath import hotp

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.middleware import SEEN
from actionlearning.foundation.models import AuditEvent, Channel, PastPassword, User
from actionlearning.foundation.second_factor import STEP_SECONDS
from groups.actions.users import TRIES, deactivate_user, reset_password
from groups.views.session import refused_words
from tests.world import PASSWORD, World

SIGN_IN = "/t/teng/sign-in/"
FACTOR = "/t/teng/sign-in/factor/"
CHANGE = "/t/teng/account/password/"
ACCOUNT = "/t/teng/account/"
DESK = "/t/teng/"
NEW = "Brand-new-horse-8"


def enter(client: Any, login: str = "ben", password: str = PASSWORD, **more: str) -> Any:
    return client.post(SIGN_IN, {"login": login, "password": password, **more})


def code_of(user: User) -> str:
    """What the app on the phone shows now."""
    user.refresh_from_db()
    step = int(database_now().timestamp()) // STEP_SECONDS
    return f"{hotp(base64.b32decode(user.factor_secret), step, digits=6):06d}"


def wrong(code: str) -> str:
    return f"{(int(code) + 500_000) % 1_000_000:06d}"


def actions_of(user: User) -> list[str]:
    return list(
        AuditEvent.objects.filter(target=user.pk)
        .order_by("at", "id")
        .values_list("action", flat=True)
    )


def test_name_and_password_open_the_desk(world: World, client: Any) -> None:
    answer = enter(client, login=" BEN ")
    assert (answer.status_code, answer["Location"]) == (302, DESK)
    assert client.session["tenant"] == str(world.tenant.pk)
    assert client.session["factor"] == "not_needed"
    assert client.get(DESK).status_code == 200
    assert "user.signed_in" in actions_of(world.ben)


def test_the_session_key_changes_at_sign_in(world: World, client: Any) -> None:
    session = client.session
    session["planted"] = "1"
    session.save()
    before = session.session_key
    enter(client)
    assert client.session.session_key != before


@pytest.mark.parametrize(
    ("login", "password"),
    [("ben", "wrong"), ("nobody", PASSWORD), ("system", ""), ("gone", PASSWORD)],
)
def test_one_sentence_for_everything_that_is_wrong(
    world: World, client: Any, login: str, password: str
) -> None:
    User.objects.filter(pk=world.sis.pk).update(login="gone")
    deactivate_user(world.sis, by=world.sysadmin, now=database_now())
    answer = enter(client, login=login, password=password or "x")
    assert answer.status_code == 422
    assert refused_words() in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_five_wrong_passwords_close_it_for_half_an_hour(world: World, client: Any) -> None:
    for _each in range(TRIES):
        enter(client, password="wrong")
    world.ben.refresh_from_db()
    assert world.ben.locked_until is not None
    refused = enter(client)
    assert refused.status_code == 422
    assert refused_words() in refused.content.decode()
    assert actions_of(world.ben).count("user.sign_in_failed") == TRIES

    User.objects.filter(pk=world.ben.pk).update(locked_until=database_now())
    assert enter(client).status_code == 302


def test_failures_are_counted_although_the_request_is_rolled_back(
    world: World, client: Any
) -> None:
    enter(client, password="wrong")
    world.ben.refresh_from_db()
    assert world.ben.failed_sign_ins == 1
    enter(client)
    world.ben.refresh_from_db()
    assert world.ben.failed_sign_ins == 0


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/t/teng/",
        "//evil.example/t/teng/",
        "/t/rival/",
        "/t/teng/../rival/",
        "/\\evil.example",
        "javascript:alert(1)",
        "/health/live/",
    ],
)
def test_next_leads_nowhere_else(world: World, rival: World, client: Any, wanted: str) -> None:
    assert enter(client, next=wanted)["Location"] == DESK


def test_next_leads_back_to_the_page_that_was_asked_for(world: World, client: Any) -> None:
    asked = client.get("/t/teng/notices/?show=unread")
    assert asked["Location"] == "/t/teng/sign-in/?next=%2Ft%2Fteng%2Fnotices%2F%3Fshow%3Dunread"
    assert 'value="/t/teng/notices/?show=unread"' in client.get(asked["Location"]).content.decode()
    assert enter(client, next="/t/teng/notices/?show=unread")["Location"] == (
        "/t/teng/notices/?show=unread"
    )


def test_a_session_opens_one_tenant_only(world: World, rival: World, client: Any) -> None:
    enter(client)
    answer = client.get("/t/rival/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/t/rival/sign-in/")
    session = client.session
    session["tenant"] = str(rival.tenant.pk)
    session.save()
    assert client.get("/t/rival/")["Location"].startswith("/t/rival/sign-in/")


def test_the_first_password_must_be_replaced(world: World, client: Any) -> None:
    first = reset_password(world.ben, by=world.sysadmin, now=database_now())
    answer = enter(client, password=first, next="/t/teng/notices/")
    assert answer["Location"] == CHANGE
    assert client.get(DESK)["Location"] == CHANGE
    changed = client.post(CHANGE, {"old": first, "new": NEW, "again": NEW})
    assert changed["Location"] == "/t/teng/notices/"
    assert client.get(DESK).status_code == 200


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"old": "wrong", "new": NEW, "again": NEW}, "old password is wrong"),
        ({"old": PASSWORD, "new": "short", "again": "short"}, "10"),
        ({"old": PASSWORD, "new": PASSWORD, "again": PASSWORD}, "last 5 passwords"),
        ({"old": PASSWORD, "new": NEW, "again": NEW + "x"}, "not the same password"),
    ],
)
def test_a_bad_new_password_is_explained(
    world: World, client: Any, typed: dict[str, str], message: str
) -> None:
    User.objects.filter(pk=world.ben.pk).update(language="en")
    enter(client)
    answer = client.post(CHANGE, typed)
    assert answer.status_code == 422
    assert message in answer.content.decode()


def test_a_new_password_ends_the_other_sessions(world: World, client: Any) -> None:
    other = type(client)()
    enter(client)
    enter(other)
    client.post(CHANGE, {"old": PASSWORD, "new": NEW, "again": NEW})
    assert client.get(DESK).status_code == 200
    assert other.get(DESK).status_code == 302


def test_administrators_set_up_a_second_step(world: World, client: Any) -> None:
    assert enter(client, login="sysadmin")["Location"] == FACTOR
    assert client.get(DESK)["Location"] == FACTOR
    assert client.get(ACCOUNT)["Location"] == FACTOR
    page = client.get(FACTOR).content.decode()
    world.sysadmin.refresh_from_db()
    assert world.sysadmin.factor_secret in page
    assert "<svg" in page
    assert "user.signed_in" not in actions_of(world.sysadmin)
    answer = client.post(FACTOR, {"code": code_of(world.sysadmin)})
    assert answer["Location"] == DESK
    assert client.get(DESK).status_code == 200
    assert "user.signed_in" in actions_of(world.sysadmin)


def test_a_code_opens_once(world: World, client: Any) -> None:
    enter(client, login="sysadmin")
    client.get(FACTOR)
    code = code_of(world.sysadmin)
    client.post(FACTOR, {"code": code})
    again = type(client)()
    enter(again, login="sysadmin")
    page = again.get(FACTOR).content.decode()
    assert "<svg class" not in page
    assert again.post(FACTOR, {"code": code}).status_code == 422
    assert again.get(DESK)["Location"] == FACTOR


def test_a_stolen_password_does_not_change_itself(world: World, client: Any) -> None:
    enter(client, login="sysadmin")
    client.get(FACTOR)
    client.post(FACTOR, {"code": code_of(world.sysadmin)})
    thief = type(client)()
    enter(thief, login="sysadmin")
    assert thief.get(CHANGE)["Location"] == FACTOR
    thief.post(CHANGE, {"old": PASSWORD, "new": NEW, "again": NEW})
    world.sysadmin.refresh_from_db()
    assert world.sysadmin.check_password(PASSWORD)


def test_guessing_codes_ends_like_guessing_passwords(world: World, client: Any) -> None:
    enter(client, login="sysadmin")
    client.get(FACTOR)
    for _each in range(TRIES):
        client.post(FACTOR, {"code": wrong(code_of(world.sysadmin))})
        enter(client, login="sysadmin")  # the right password does not wipe the count
    answer = client.post(FACTOR, {"code": code_of(world.sysadmin)})
    assert answer["Location"] == SIGN_IN
    assert client.get(DESK)["Location"].startswith(SIGN_IN)


def test_everybody_may_set_up_a_second_step(world: World, client: Any) -> None:
    enter(client)
    client.get(FACTOR)
    client.post(FACTOR, {"code": code_of(world.ben)})
    assert client.session["factor"] == "passed"
    assert client.get(FACTOR)["Location"] == DESK
    later = type(client)()
    assert enter(later)["Location"] == FACTOR


def test_signing_out_is_a_post_and_ends_the_session(world: World, client: Any) -> None:
    enter(client)
    assert client.get("/t/teng/sign-out/").status_code == 405
    assert client.post("/t/teng/sign-out/")["Location"] == SIGN_IN
    assert client.get(DESK).status_code == 302
    assert "user.signed_out" in actions_of(world.ben)


def test_who_is_in_is_not_asked_again(world: World, client: Any) -> None:
    enter(client)
    assert client.get(SIGN_IN)["Location"] == DESK


def test_the_sign_in_page_shows_no_navigation_and_the_warning(world: World, client: Any) -> None:
    page = client.get(SIGN_IN, headers={"Accept-Language": "en"}).content.decode()
    assert "state secrets is strictly forbidden" in page
    assert "/t/teng/notices/" not in page


def test_my_account(world: World, sign_in: Any) -> None:
    client = sign_in(world.ben)
    typed = {"display_name": "贝宁宁", "email": "ben@example.org", "language": "en"}
    assert client.post(ACCOUNT, typed)["Location"] == ACCOUNT
    world.ben.refresh_from_db()
    assert (world.ben.display_name, world.ben.email, world.ben.language) == tuple(typed.values())
    assert "About me" in client.get(ACCOUNT).content.decode()
    event = AuditEvent.objects.get(action="user.account_changed")
    assert event.detail["was"]["display_name"] == "贝宁"


def test_channels_come_and_go(world: World, sign_in: Any) -> None:
    client = sign_in(world.ben)
    new = "/t/teng/account/channels/new/"
    assert client.post(new, {"kind": "email", "address": "nowhere"}).status_code == 422
    robot = {"kind": "feishu", "address": "https://open.example.com/hook/abcd1234", "secret": "s"}
    assert client.post(new, robot)["Location"] == ACCOUNT
    assert client.post(new, robot).status_code == 422
    page = client.get(ACCOUNT).content.decode()
    assert "open.example.com …1234" in page
    assert "hook/abcd" not in page
    channel = Channel.objects.get()
    assert channel.secret == "s"
    client.post(f"/t/teng/account/channels/{channel.pk}/end/")
    channel.refresh_from_db()
    assert channel.ended_at is not None


def test_nobody_ends_somebody_elses_channel(world: World, sign_in: Any) -> None:
    channel = Channel.objects.create(user=world.dora, kind="email", address="d@example.org")
    assert sign_in(world.ben).post(f"/t/teng/account/channels/{channel.pk}/end/").status_code == 404


def test_after_the_idle_time_a_browser_signs_in_again(
    world: World, client: Any, settings: Any
) -> None:
    settings.AL_IDLE_MINUTES = 30
    enter(client)
    assert client.get(DESK).status_code == 200
    was_there(client, minutes_ago=29)
    assert client.get(DESK).status_code == 200  # and from now on half an hour anew
    was_there(client, minutes_ago=31)
    answer = client.get(DESK)
    assert (answer.status_code, answer["Location"]) == (302, f"{SIGN_IN}?next=%2Ft%2Fteng%2F")
    assert client.post("/t/teng/sign-out/").status_code == 302
    enter(client)
    assert client.get(DESK).status_code == 200


def test_being_there_is_noted_once_a_minute(world: World, client: Any) -> None:
    enter(client)
    noted = client.session[SEEN]
    client.get(DESK)
    assert client.session[SEEN] == noted
    was_there(client, minutes_ago=2)
    client.get(DESK)
    assert client.session[SEEN] >= noted


def was_there(client: Any, *, minutes_ago: int) -> None:
    session = client.session
    session[SEEN] = time.time() - minutes_ago * 60
    session.save()


def test_a_password_of_91_days_must_be_changed_at_sign_in(
    world: World, client: Any, settings: Any
) -> None:
    settings.AL_PASSWORD_DAYS = 90
    now = database_now()
    PastPassword.objects.create(
        user=world.ben, password="x", replaced_at=now - timedelta(days=90, hours=-1)
    )
    assert enter(client)["Location"] == DESK
    PastPassword.objects.update(replaced_at=now - timedelta(days=91))
    client.post("/t/teng/sign-out/")
    assert enter(client)["Location"] == CHANGE
    assert client.get(DESK)["Location"] == CHANGE
    assert "user.password_expired" in actions_of(world.ben)
    answer = client.post(CHANGE, {"old": PASSWORD, "new": NEW, "again": NEW})
    assert answer["Location"] == DESK
    client.post("/t/teng/sign-out/")
    assert enter(client, password=NEW)["Location"] == DESK


def test_passwords_that_never_grow_old_and_those_of_a_demonstration(
    world: World, client: Any, settings: Any
) -> None:
    settings.AL_PASSWORD_DAYS = 90
    settings.AL_DEMO = True  # this space is one of the demonstration's
    assert enter(client)["Location"] == DESK
    settings.AL_DEMO, settings.AL_PASSWORD_DAYS = False, 0
    client.post("/t/teng/sign-out/")
    assert enter(client)["Location"] == DESK


def test_the_log_of_sign_ins_says_from_where(world: World, client: Any) -> None:
    client.post(
        SIGN_IN,
        {"login": "ben", "password": "wrong"},
        REMOTE_ADDR="10.3.2.1",
        headers={"X-Forwarded-For": "10.9.9.9"},  # no proxy is known: not believed
    )
    enter(client)
    for action, address in (
        ("user.sign_in_failed", "10.3.2.1"),
        ("user.signed_in", "127.0.0.1"),
    ):
        row = AuditEvent.objects.filter(target=world.ben.pk, action=action).latest("at")
        assert row.detail["address"] == address
