"""Addresses for people's own calendar programs: secret, revocable, never more than their maker may see today."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import localdate

from actionlearning.foundation import clients
from actionlearning.foundation.clock import database_now
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import AuditEvent, User
from groups.actions.users import deactivate_user
from groups.models import Appointment, Person, Tenure
from programmes.actions.activities import drop
from programmes.actions.calendar_feeds import MOST, make_feed, revoke_feed
from programmes.models import CalendarFeed, Programme
from programmes.states import FeedSpan
from tests.foundation.documents.test_ics import unescaped, unfolded, values
from tests.programmes.activities import activity
from tests.programmes.calendars import topic_of
from tests.programmes.paper_screens import at, count_queries, text_of
from tests.programmes.topics import JUNE
from tests.running import run_programme
from tests.world import World


@pytest.fixture
def topic(world: World, programme: Programme) -> Any:
    made = topic_of(world, programme, "孤儿救助", world.lena)
    soon = localdate(database_now()) + timedelta(days=3)
    activity(made, world, "研讨会，第一次;\n二", first_day=soon)
    return made


def feed(by: User, span: str = "whole", **given: Any) -> tuple[CalendarFeed, str]:
    return make_feed(span=span, by=by, now=JUNE, **given)


def fetched(world: World, secret: str, **headers: str) -> Any:
    return Client().get(at("calendar_feed_file", world, secret), headers=headers)


def summaries(answer: Any) -> list[str]:
    return [unescaped(each) for each in values(answer.content, "SUMMARY")]


def test_the_secret_is_kept_nowhere_and_the_making_recorded(world: World, topic: Any) -> None:
    made, secret = feed(world.ben)
    assert secret not in str(vars(made))
    assert len(secret) >= 43
    assert AuditEvent.objects.filter(action="calendar_feed.created", target=made.pk).exists()


def test_a_program_reads_it_without_signing_in(world: World, topic: Any) -> None:
    made, secret = feed(world.ana)

    answer = fetched(world, secret)

    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert answer["Cache-Control"] == "private, no-cache"
    assert unfolded(answer.content)[0] == "BEGIN:VCALENDAR"
    assert "研讨会，第一次; 二" in summaries(answer)
    assert all(each.startswith("http://") for each in values(answer.content, "URL"))
    assert CalendarFeed.objects.get(pk=made.pk).last_used_at is not None
    assert "sessionid" not in answer.cookies


def test_what_has_not_changed_is_not_sent_again(world: World, topic: Any) -> None:
    _made, secret = feed(world.ana)
    first = fetched(world, secret)
    same = fetched(world, secret, **{"If-None-Match": first["ETag"]})
    row = topic.activities.get()
    drop(row, reason="改期", by=world.ben, now=JUNE)
    changed = fetched(world, secret, **{"If-None-Match": first["ETag"]})

    assert (same.status_code, same.content, changed.status_code) == (304, b"", 200)
    assert "CANCELLED" in values(changed.content, "STATUS")
    mine = [each for each in values(first.content, "UID") if str(row.pk) in each]
    assert [each for each in values(changed.content, "UID") if str(row.pk) in each] == mine != []


def test_it_shows_what_its_maker_may_see(world: World, topic: Any) -> None:
    told = {}
    for name, user, span, subject in (
        ("sister", world.sis, FeedSpan.WHOLE, None),
        ("own of a member", world.lena, FeedSpan.OWN, None),
        ("own of another", world.dora, FeedSpan.OWN, None),
        ("unit", world.ana, FeedSpan.ORGANISATION, world.bureau.pk),
        ("another unit", world.ana, FeedSpan.ORGANISATION, world.sister.pk),
        ("topic", world.ana, FeedSpan.PROJECT, topic.pk),
    ):
        _made, secret = feed(user, span, subject=subject)
        told[name] = any("研讨会" in each for each in summaries(fetched(world, secret)))
    assert told == {
        "sister": False, "own of a member": True, "own of another": False, "unit": True,
        "another unit": False, "topic": True,
    }  # fmt: skip


def test_revoked_it_opens_nothing(world: World, topic: Any) -> None:
    made, secret = feed(world.ben)
    with pytest.raises(NotAllowed):
        revoke_feed(made, by=world.dora, now=JUNE)
    revoke_feed(made, by=world.ben, now=JUNE)
    assert fetched(world, secret).status_code == 404
    with pytest.raises(RuleBroken):
        revoke_feed(made, by=world.ben, now=JUNE)
    assert fetched(world, "x" * 43).status_code == 404


def test_with_its_maker_it_goes(world: World, topic: Any) -> None:
    """Signed out for good, or gone from seat and roster: the address is as if it had never been."""
    _made, one = feed(world.sis)
    deactivate_user(world.sis, by=world.sysadmin, now=JUNE)
    _made, two = feed(world.lena)
    last = localdate(database_now()) - timedelta(days=1)
    Tenure.objects.filter(user=world.lena).update(ends_on=last)
    Appointment.objects.filter(user=world.lena).update(ends_on=last)
    still = fetched(world, two)
    assert (still.status_code, summaries(still)) == (200, [])
    Person.objects.filter(user=world.lena).update(ends_on=last)
    assert [fetched(world, secret).status_code for secret in (one, two)] == [404, 404]


def test_of_another_space_it_opens_nothing(world: World, topic: Any) -> None:
    _made, secret = feed(world.ben)
    address = at("calendar_feed_file", world, secret).replace(world.tenant.slug, "rival")
    assert Client().get(address).status_code == 404


def test_what_one_may_not_see_makes_no_address(world: World, topic: Any) -> None:
    for span, subject in (
        ("project", topic.pk),
        ("organisation", None),
        ("x", None),
        ("whole", topic.pk),
    ):
        with pytest.raises(BadInput):
            feed(world.sis, span, subject=subject)
    with pytest.raises(NotAllowed):
        feed(world.auditor)


def test_there_are_not_too_many(world: World, topic: Any) -> None:
    for _number in range(MOST):
        last, _secret = feed(world.ben, "own")
    with pytest.raises(RuleBroken) as caught:
        feed(world.ben, "own")
    assert caught.value.code == "too_many"
    revoke_feed(last, by=world.ben, now=JUNE)
    assert feed(world.ben, "own")


def test_it_is_read_so_many_times_an_hour(
    world: World, topic: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _made, secret = feed(world.ben)
    monkeypatch.setattr(clients, "_count", lambda key, seconds: 121)
    answer = fetched(world, secret)
    assert (answer.status_code, answer["Retry-After"]) == (429, "3600")


def test_calls_of_one_window_are_counted() -> None:
    key = f"test:{uuid.uuid4()}"
    assert [clients.within(key, most=2, seconds=3600) for _ in range(3)] == [True, True, False]


# -- screens and twin --------------------------------------------------------------------------------------


def test_it_is_made_shown_once_listed_and_revoked(world: World, topic: Any, sign_in: Any) -> None:
    client = sign_in(world.ben)
    new = f"{at('calendar_feed_new', world)}?organisation={world.bureau.pk}"
    assert world.bureau.name in text_of(client.get(new))
    form = {"span": "organisation", "subject": world.bureau.pk, "name": "", "request_key": "k1"}

    made = client.post(new, form)
    again = client.post(new, form)

    address = made.context["address"]
    assert address in text_of(made)
    assert again.status_code == 422
    assert Client().get(address).status_code == 200
    row = CalendarFeed.objects.get()
    assert (row.name, row.user) == (world.bureau.name, world.ben)
    page = client.get(at("calendar_feed_list", world))
    assert row.name in text_of(page)
    assert address not in text_of(page)
    assert row.name not in text_of(sign_in(world.dora).get(at("calendar_feed_list", world)))
    revoke = at("calendar_feed_revocation", world, row.pk)
    assert sign_in(world.dora).post(revoke).status_code == 404
    assert sign_in(world.ben).post(revoke).status_code == 302
    assert Client().get(address).status_code == 404


def test_of_one_programme_it_shows_that_one(
    world: World, programme: Programme, topic: Any, sign_in: Any
) -> None:
    """The calendar's choice goes along to the form, and into the address."""
    other = run_programme(world, "plan3")
    client = sign_in(world.ben)
    for place in ("activity_calendar", "activity_agenda"):
        page = client.get(f"{at(place, world)}?programme={programme.pk}")
        link = f"{at('calendar_feed_new', world)}?programme={programme.pk}"
        assert f'"{link}"' in text_of(page)
    assert programme.name in text_of(client.get(link))
    told = {}
    for each in (programme, other):
        address = f"{at('calendar_feed_new', world)}?programme={each.pk}"
        made = client.post(address, {"span": "programme", "name": ""})
        told[each.name] = any(
            "研讨会" in line for line in summaries(Client().get(made.context["address"]))
        )
    assert told == {programme.name: True, other.name: False}
    rows = CalendarFeed.objects.values_list("name", "span", "subject")
    assert set(rows) == {(each.name, "programme", each.pk) for each in (programme, other)}
    api = f"/t/{world.tenant.slug}/api/v1/calendar-feeds/"
    asked = {"span": "programme", "subject": str(programme.pk)}
    assert client.post(api, asked, content_type="application/json").status_code == 201


def test_each_choice_of_the_calendar_is_offered(
    world: World, programme: Programme, topic: Any, sign_in: Any
) -> None:
    asked = f"organisation={world.bureau.pk}&programme={programme.pk}"
    page = sign_in(world.ben).get(f"{at('activity_calendar', world)}?own=on&{asked}")
    assert page.context["feed_query"] == asked
    new = f"{at('calendar_feed_new', world)}?{asked}"
    form = sign_in(world.ben).get(new).context["form"]
    assert [value for value, _words in form.fields["span"].choices] == [
        "organisation", "programme", "own", "whole",
    ]  # fmt: skip
    assert form.initial["span"] == "organisation"
    for wrong in (uuid.uuid4(), "x"):
        address = f"{at('calendar_feed_new', world)}?programme={wrong}"
        assert sign_in(world.ben).get(address).status_code == 404


def test_a_refusal_keeps_what_was_typed(world: World, topic: Any, sign_in: Any) -> None:
    page = sign_in(world.ben).post(at("calendar_feed_new", world), {"name": "我的", "span": "x"})
    assert (page.status_code, "我的" in text_of(page)) == (422, True)


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_questions_does_not_grow(
    world: World, topic: Any, sign_in: Any, count: int
) -> None:
    secrets = [feed(world.ben, "own")[1] for _ in range(count)]
    client = sign_in(world.ben)
    assert count_queries(client, at("calendar_feed_list", world)) <= 5
    assert count_queries(client, f"/t/{world.tenant.slug}/api/v1/calendar-feeds/") <= 4
    assert count_queries(Client(), at("calendar_feed_file", world, secrets[0])) <= 6


def test_its_twin_is_for_sessions(world: World, topic: Any, sign_in: Any) -> None:
    client, place = sign_in(world.ben), f"/t/{world.tenant.slug}/api/v1/calendar-feeds/"
    json = {"content_type": "application/json"}

    made = client.post(place, {"span": "project", "subject": str(topic.pk)}, **json)

    assert made.status_code == 201
    assert Client().get(made.json()["address"]).status_code == 200
    rows = client.get(place).json()["results"]
    assert [(row["span"], row["subject"], "address" in row) for row in rows] == [
        ("project", str(topic.pk), False)
    ]
    ended = client.post(f"{place}{rows[0]['id']}/revocation/", **json)
    assert (ended.status_code, ended.json()["revoked_at"] is not None) == (200, True)
    assert client.post(place, {"span": "x"}, **json).status_code == 422
    assert sign_in(world.dora).get(place).json()["results"] == []
