"""Whoever is invited to a unit's class, meeting or visit has it in his calendar, whoever holds it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import localdate

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.models import User
from actionlearning.foundation.scope import scope
from groups.access import standing_of
from groups.actions.organisations import change_organisation
from groups.actions.users import deactivate_user, give_role
from groups.models import Person
from groups.roles import Role
from programmes.actions.activities import change_activity, drop
from programmes.actions.activity_logs import log_activity
from programmes.actions.calendar_feeds import make_feed
from programmes.models import Activity, Participant, Programme
from programmes.queries.clashes import clashes_if_planned, clashes_of
from programmes.queries.entries import page_of_entries
from programmes.queries.entry_kinds import Asked
from programmes.states import EntrySource, Selection
from tests.foundation.documents.test_ics import unescaped, values
from tests.programmes.activities import activity
from tests.programmes.calendars import month, topic_of
from tests.programmes.paper_screens import at, count_queries, text_of
from tests.programmes.topics import JUNE
from tests.programmes.unit_activities import held, on_roster, planned, told
from tests.running import beijing
from tests.world import START, World

NOW, DAY = beijing(7, 1, 9), date(2026, 7, 14)
OWN = "month=2026-07&own=on"


def of(user: Any) -> Person:
    found: Person = Person.objects.get(user=user)
    return found


def invited(world: World, programme: Programme, people: Any, **given: Any) -> Activity:
    """By the county, above the bureau: what it does the bureau may not read."""
    facts = {"organisation": world.county, "by": world.ana, "first_day": DAY, "title": "县级培训班"}
    return planned(world, programme, people, **{**facts, **given})


def entries(user: Any, asked: Asked, source: str = "") -> list[dict[str, Any]]:
    """As in a request of this reader: behind the wall of his own reach."""
    with scope(user.tenant, path=standing_of(user).path, actor=user):
        rows, _after = page_of_entries(user, asked, NOW, mark="", size=200)
    return [row for row in rows if not source or row["source"] == source]


def titles(user: Any, asked: Asked) -> list[tuple[str, str]]:
    return [(row["source"], row["title"]) for row in entries(user, asked)]


def test_the_invited_has_it_where_he_may_not_read_the_activity(
    world: World, programme: Programme
) -> None:
    lena = of(world.lena)
    made = invited(world, programme, [lena])
    assert not Activity.objects.visible_to(world.lena).filter(pk=made.pk).exists()
    for asked in (month(own=True), month()):
        (row,) = entries(world.lena, asked, "invitation")
        assert (row["title"], row["detail"], row["first_day"]) == ("县级培训班", "training", DAY)
        assert (row["state"], row["about"], row["unit"]) == ("planned", lena.pk, world.county.name)
    assert ("invitation", "县级培训班") not in titles(world.dora, month(own=True))
    assert ("invitation", "县级培训班") in titles(world.ben, month(person=lena))
    assert titles(world.sis, month(person=lena)) == []


def test_it_has_all_its_days_and_its_organiser_where_he_may_not_read_it(
    world: World, programme: Programme, sign_in: Any
) -> None:
    lena = of(world.lena)
    made = invited(world, programme, [lena], last_day=DAY + timedelta(days=3))
    (row,) = entries(world.lena, month(own=True), "invitation")
    assert (row["last_day"], row["unit"]) == (DAY + timedelta(days=3), world.county.name)
    assert row["begins_at"] is None
    assert [each["title"] for each in entries(world.lena, month(own=True))] == [made.title]

    moved = {"first_day": DAY + timedelta(days=1), "last_day": DAY + timedelta(days=2)}
    made = change_activity(made, **moved, by=world.ana, now=JUNE)
    change_organisation(world.county, name="藤县新名", by=world.ana, now=JUNE)
    (row,) = entries(world.lena, month(own=True), "invitation")
    assert (row["first_day"], row["last_day"]) == tuple(moved.values())
    assert row["unit"] == "藤县新名"
    client = sign_in(world.lena)
    page = text_of(client.get(at("learner_file", world, lena.pk)))
    assert "藤县新名" in page
    assert "July 15, 2026 – July 16, 2026" in page
    whole = client.get(f"/t/{world.tenant.slug}/api/v1/learners/{lena.pk}/").json()
    classes = [(each["organiser"], each["last_day"]) for each in whole["classes"]]
    assert classes == [("藤县新名", "2026-07-16")]


def test_what_was_held_ends_with_the_log(world: World, programme: Programme) -> None:
    made = invited(world, programme, [of(world.lena)], last_day=DAY + timedelta(days=3))
    log = told(made, beijing(7, 14, 9), ended_at=beijing(7, 16, 0))
    log_activity(made, log, by=world.ana, now=beijing(7, 17, 9))
    row = Participant.objects.get(activity=made)
    assert (row.held_on, row.last_day) == (DAY, DAY + timedelta(days=1))


def test_it_stands_there_once_and_with_all_that_the_reader_may_read(
    world: World, programme: Programme
) -> None:
    people = [of(world.ben), of(world.lena)]
    made = planned(world, programme, people, first_day=DAY, last_day=DAY + timedelta(days=2))
    assert titles(world.ben, month()) == titles(world.ben, month(own=True))
    (row,) = entries(world.ben, month())
    assert (row["source"], row["unit"]) == ("invitation", world.bureau.name)
    assert row["last_day"] == DAY + timedelta(days=2)
    assert titles(world.ben, month(sources=("activity",))) == [("activity", made.title)]
    assert titles(world.ben, month(organisation=world.bureau)) == [("activity", made.title)]
    assert titles(world.ana, month()) == [("activity", made.title)]


def test_called_off_or_held_it_says_so_and_a_candidate_is_not_invited(
    world: World, programme: Programme
) -> None:
    lena = of(world.lena)
    gone = invited(world, programme, [lena], title="取消的")
    drop(gone, reason="改期", by=world.ana, now=JUNE)
    was = invited(world, programme, [lena], title="办过的", first_day=date(2026, 6, 16))
    held(was, world.ana)
    Participant.objects.filter(activity=was).update(held_on=DAY, last_day=DAY)
    maybe = invited(world, programme, [lena], title="候选的")
    Participant.objects.filter(activity=maybe).update(selection=Selection.CANDIDATE)
    found = {row["title"]: row["state"] for row in entries(world.lena, month(), "invitation")}
    assert found == {"取消的": "dropped", "办过的": "held"}


def test_page_twin_and_feed_show_it_and_lead_to_the_training_file(
    world: World, programme: Programme, sign_in: Any
) -> None:
    lena, soon = of(world.lena), localdate(database_now()) + timedelta(days=3)
    invited(world, programme, [lena])
    invited(world, programme, [lena], title="近期培训班", first_day=soon)
    client = sign_in(world.lena)
    for place in ("activity_calendar", "activity_agenda"):
        page = client.get(f"{at(place, world)}?{OWN}&source=invitation")
        assert "县级培训班" in text_of(page)
        assert at("learner_file", world, lena.pk) in text_of(page)
        assert count_queries(client, f"{at(place, world)}?{OWN}") <= 8
    assert client.get(at("learner_file", world, lena.pk)).status_code == 200
    api = f"/t/{world.tenant.slug}/api/v1/calendar/?from=2026-07-01&source=invitation"
    assert [row["title"] for row in client.get(api).json()["results"]] == ["县级培训班"]
    _made, secret = make_feed(span="own", by=world.lena, now=JUNE)
    file = Client().get(at("calendar_feed_file", world, secret)).content
    assert "invitation：近期培训班" in [unescaped(each) for each in values(file, "SUMMARY")]


@pytest.fixture
def cadre(world: World) -> User:
    """On the bureau's roster, with a sign-in and without a post anywhere (P1-35)."""
    return _without_post(world, "zhong", "中层干部")


def _without_post(world: World, login: str, name: str) -> User:
    person = on_roster(world, name)
    user = User.objects.create(
        login=login, display_name=name, must_change_password=False, language="en", created_at=JUNE
    )
    Person.objects.filter(pk=person.pk).update(user=user)
    return user


@pytest.mark.rule("P1-35")
def test_without_a_post_he_has_it_too_and_nothing_else(
    world: World, programme: Programme, cadre: User, sign_in: Any
) -> None:
    other = _without_post(world, "ling", "另一干部")
    soon = localdate(database_now()) + timedelta(days=3)
    topic_of(world, programme, "孤儿救助", world.lena)
    invited(world, programme, [of(cadre), of(world.lena)], last_day=DAY + timedelta(days=2))
    invited(world, programme, [of(cadre)], title="近期培训班", first_day=soon)
    planned(world, programme, [of(other)], first_day=DAY, title="别人的培训班")
    for asked in (month(own=True), month()):
        assert titles(cadre, asked) == [("invitation", "县级培训班")]
    (row,) = entries(cadre, month())
    assert (row["last_day"], row["unit"]) == (DAY + timedelta(days=2), world.county.name)
    client = sign_in(cadre)
    for place in ("activity_calendar", "activity_agenda"):
        for query in (OWN, "month=2026-07"):
            page = client.get(f"{at(place, world)}?{query}")
            assert "县级培训班" in text_of(page)
            assert "别人的培训班" not in text_of(page)
            assert count_queries(client, f"{at(place, world)}?{query}") <= 8
    api = f"/t/{world.tenant.slug}/api/v1/calendar/?from=2026-07-01"
    assert [each["title"] for each in client.get(api).json()["results"]] == ["县级培训班"]
    assert client.get(at("calendar_feed_new", world)).status_code == 200
    for span in ("own", "whole"):
        _made, secret = make_feed(span=span, by=cadre, now=JUNE)
        file = Client().get(at("calendar_feed_file", world, secret))
        told = [unescaped(each) for each in values(file.content, "SUMMARY")]
        assert (file.status_code, told) == (200, ["invitation：近期培训班"])
        assert count_queries(Client(), at("calendar_feed_file", world, secret)) <= 6


def test_whoever_sits_elsewhere_has_it_once(world: World, programme: Programme) -> None:
    """A person of the bureau with his only seat in the sister bureau: his row lies behind another wall."""
    mover = _without_post(world, "jie", "借调干部")
    give_role(
        mover, role=Role.LIAISON, organisation=world.sister, starts_on=START, by=world.system, now=JUNE
    )  # fmt: skip
    invited(world, programme, [of(mover)])
    assert titles(mover, month()) == [("invitation", "县级培训班")]


def test_an_invitation_of_another_space_is_nobody_s_here(
    world: World, rival: World, programme: Programme, cadre: User
) -> None:
    invited(world, programme, [of(cadre)])
    with scope(rival.tenant, path=standing_of(rival.ana).path, actor=rival.ana):
        rows, _after = page_of_entries(rival.ana, month(), NOW, mark="", size=200)
    assert rows == []


@pytest.mark.parametrize("ends", ["signed out", "off the roster"])
def test_gone_he_reads_no_address(
    world: World, programme: Programme, cadre: User, ends: str
) -> None:
    _made, secret = make_feed(span="own", by=cadre, now=JUNE)
    assert Client().get(at("calendar_feed_file", world, secret)).status_code == 200
    foreign = at("calendar_feed_file", world, secret).replace(world.tenant.slug, "rival")
    assert Client().get(foreign).status_code == 404
    if ends == "signed out":
        deactivate_user(cadre, by=world.sysadmin, now=JUNE)
    else:
        Person.objects.filter(user=cadre).update(ends_on=localdate(database_now()) - timedelta(1))
    assert Client().get(at("calendar_feed_file", world, secret)).status_code == 404


@pytest.fixture
def session(world: World, programme: Programme) -> Activity:
    topic = topic_of(world, programme, "孤儿救助", world.lena)
    return activity(topic, world, "研讨会", first_day=DAY)


def test_an_invitation_and_a_team_s_day_clash(
    world: World, programme: Programme, session: Activity
) -> None:
    lena, made = of(world.lena), invited(world, programme, [of(world.lena)])
    for reader in (world.ben, world.lena):
        (found,) = clashes_of(reader, [session.pk])[session.pk]
        assert (found.title, found.first_day, found.names) == ("县级培训班", DAY, (lena.name,))
    (typed,) = clashes_if_planned(world.ben, session.project_id, DAY, DAY)[1:]
    assert typed.title in ("县级培训班", "研讨会")
    (back,) = clashes_of(world.ana, [made.pk])[made.pk]
    assert (back.title, back.names) == ("研讨会", (lena.name,))
    row = Participant.objects.get(activity=made)
    (mine,) = clashes_of(world.lena, [row.pk])[row.pk]
    assert (mine.title, mine.names) == ("研讨会", (lena.name,))
    assert clashes_of(world.sis, [session.pk, row.pk]) == {}


@pytest.mark.parametrize(("later", "clashes"), [(1, True), (3, True), (4, False)])
def test_it_clashes_on_each_of_its_days(
    world: World, programme: Programme, later: int, clashes: bool
) -> None:
    """Of whoever may not read the activity, too: the days stand on the row of the invited."""
    topic = topic_of(world, programme, "孤儿救助", world.lena)
    day = DAY + timedelta(days=later)
    session = activity(topic, world, "研讨会", first_day=day)
    invited(world, programme, [of(world.lena)], last_day=DAY + timedelta(days=3))
    with scope(world.tenant, path=standing_of(world.ben).path, actor=world.ben):
        found = clashes_of(world.ben, [session.pk])
    assert bool(found) == clashes
    if clashes:
        (each,) = found[session.pk]
        assert (each.first_day, each.last_day) == (DAY, DAY + timedelta(days=3))


def test_two_invitations_clash_and_one_called_off_does_not(
    world: World, programme: Programme
) -> None:
    lena, other = of(world.lena), on_roster(world, "甲一")
    one = invited(world, programme, [lena, other])
    two = planned(world, programme, [lena], first_day=DAY, title="本局培训班")
    (found,) = clashes_of(world.ben, [two.pk])[two.pk]
    assert (found.title, found.names) == ("县级培训班", (lena.name,))
    assert not clashes_of(world.sis, [one.pk])
    drop(one, reason="改期", by=world.ana, now=JUNE)
    assert clashes_of(world.ben, [two.pk]) == {}


def test_the_lines_of_the_calendar_carry_the_clash(
    world: World, programme: Programme, session: Activity, sign_in: Any
) -> None:
    invited(world, programme, [of(world.lena)])
    page = sign_in(world.lena).get(f"{at('activity_agenda', world)}?{OWN}")
    lines = {line["source"]: line for day in page.context["days"] for line in day["lines"]}
    assert "“研讨会”" in lines[EntrySource.INVITATION.value]["warnings"][0]
    assert "“县级培训班”" in lines[EntrySource.ACTIVITY.value]["warnings"][0]
