"""The calendar of a leading group, an office, a team: where those who sit in it on that day take part."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import localdate

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.scope import scope
from groups.access import standing_of
from groups.models import Body, Person, Tenure
from programmes.actions.calendar_feeds import make_feed
from programmes.actions.laying import lay_down_all
from programmes.actions.milestones import add_milestone
from programmes.models import Programme
from programmes.queries.entries import page_of_entries
from programmes.queries.entry_kinds import Asked
from programmes.states import FeedSpan
from tests.foundation.documents.test_ics import unescaped, values
from tests.programmes.activities import activity
from tests.programmes.calendars import month, topic_of
from tests.programmes.paper_screens import at, count_queries, text_of
from tests.programmes.papers_on_their_way import promoter, sent
from tests.programmes.topics import JUNE, chosen
from tests.programmes.unit_activities import planned
from tests.running import beijing
from tests.world import World

NOW = beijing(7, 1, 9)
JULY = "month=2026-07"


@pytest.fixture
def topic(world: World, programme: Programme) -> Any:
    return topic_of(world, programme, "孤儿救助", world.lena)


def body(world: World, kind: str = "leading_group", unit: Any = None) -> Body:
    found: Body = Body.objects.get(organisation=unit or world.bureau, kind=kind)
    return found


def lines(user: Any, asked: Asked) -> list[tuple[str, str]]:
    """As in a request of this reader: behind the wall of his own reach."""
    with scope(user.tenant, path=standing_of(user).path, actor=user):
        rows, _after = page_of_entries(user, asked, NOW, mark="", size=200)
    return [(row["source"], row["title"]) for row in rows if row["source"] != "duty"]


def test_it_is_what_its_members_take_part_in(
    world: World, programme: Programme, topic: Any
) -> None:
    activity(topic, world, "研讨会", first_day=date(2026, 7, 6))
    activity(chosen(world, programme, "别的"), world, "别的会", first_day=date(2026, 7, 6))
    add_milestone(topic, title="摸清底数", due_on=date(2026, 7, 8), by=world.ben, now=JUNE)
    asked = month(body=body(world))
    assert lines(world.ben, asked) == [("activity", "研讨会"), ("milestone", "摸清底数")]
    assert lines(world.ben, month(body=body(world, "executive_office"))) == []
    assert lines(world.sis, asked) == []
    assert lines(world.lena, replace(asked, own=True)) == lines(world.ben, asked)
    assert lines(world.ben, replace(asked, own=True)) == []


def test_it_is_asked_of_each_day_who_sits_in_it(world: World, topic: Any) -> None:
    for day in (6, 20):
        activity(topic, world, f"{day}日", first_day=date(2026, 7, day))
        add_milestone(topic, title=f"{day}", due_on=date(2026, 7, day), by=world.ben, now=JUNE)
    Tenure.objects.filter(user=world.lena).update(ends_on=date(2026, 7, 10))
    assert lines(world.ben, month(body=body(world))) == [("activity", "6日"), ("milestone", "6")]


def test_duties_of_its_members_topics_are_in_it(world: World, topic: Any) -> None:
    lay_down_all(now=NOW)
    for kind, some in (("leading_group", True), ("executive_office", False)):
        rows, _after = page_of_entries(
            world.ben, month(body=body(world, kind), sources=("duty",)), NOW, mark="", size=50
        )
        assert ({row["project_id"] for row in rows} == {topic.pk}) == some


def test_a_class_stands_there_once_whoever_holds_it(world: World, programme: Programme) -> None:
    people = [Person.objects.get(user=user) for user in (world.lena, world.ben, world.dora)]
    day = date(2026, 7, 14)
    planned(world, programme, people, first_day=day, title="本局的")
    county = {"organisation": world.county, "by": world.ana}
    planned(world, programme, people, first_day=day, title="县里的", **county)
    for kind in ("leading_group", "executive_office"):
        found = lines(world.ben, month(body=body(world, kind)))
        assert sorted(found) == [("activity", "本局的"), ("invitation", "县里的")]
    found = lines(world.ana, month(body=body(world)))
    assert set(found) == {("activity", "县里的"), ("activity", "本局的")}
    assert len(found) == 2


def test_what_lies_before_it_is_in_it(world: World, programme: Programme) -> None:
    promoter(world)  # whose team it is
    turn = sent(world, programme).turns.get()
    last = (turn.due_at - timedelta(seconds=1)).astimezone(JUNE.tzinfo).date()
    assert turn.body == "promotion_team"
    for kind in ("promotion_team", "executive_office"):
        asked = Asked(last, last, sources=("turn",), body=body(world, kind, turn.holder))
        assert len(lines(world.ana, asked)) == (kind == turn.body)


@pytest.mark.parametrize("count", [1, 3])
def test_page_agenda_and_twin_take_it_as_a_filter(
    world: World, topic: Any, sign_in: Any, count: int
) -> None:
    group = body(world)
    for number in range(count):
        activity(topic, world, f"第{number}次", first_day=date(2026, 7, 14 + number))
    client = sign_in(world.ben)
    for place in ("activity_calendar", "activity_agenda"):
        unit = f"{at(place, world)}?{JULY}&organisation={world.bureau.pk}"
        assert f'<option value="{group.pk}">{group.name}</option>' in text_of(client.get(unit))
        address = f"{at(place, world)}?{JULY}&body={group.pk}"
        for each in (address, f"{unit}&body={group.pk}"):
            page = text_of(client.get(each))
            assert ("第0次" in page, f"{world.bureau.name} · {group.name}" in page) == (True, True)
            assert count_queries(client, each) <= 8
        assert count_queries(client, unit) <= 8
        office = body(world, "executive_office").pk
        assert "第0次" not in text_of(client.get(f"{at(place, world)}?{JULY}&body={office}"))
        assert sign_in(world.sis).get(address).status_code == 404
        assert "第0次" in text_of(sign_in(world.ana).get(address))
    api = f"/t/{world.tenant.slug}/api/v1/calendar/?from=2026-07-01&body={group.pk}&source=activity"
    assert len(client.get(api).json()["results"]) == count
    assert count_queries(client, api) <= 5
    assert sign_in(world.sis).get(api).status_code == 404


def test_it_is_reached_from_its_page_and_makes_an_address(
    world: World, topic: Any, sign_in: Any
) -> None:
    from django.urls import reverse

    group, client = body(world), sign_in(world.ben)
    soon = localdate(database_now()) + timedelta(days=3)
    activity(topic, world, "近期研讨会", first_day=soon)
    page = client.get(reverse("groups:body_detail", args=[world.tenant.slug, group.pk]))
    here = f"{at('activity_calendar', world)}?body={group.pk}"
    assert f'"{here}"' in text_of(page)
    new = f"{at('calendar_feed_new', world)}?body={group.pk}"
    assert f'"{new}"' in text_of(client.get(here))
    assert f"{world.bureau.name} · {group.name}" in text_of(client.get(new))
    made = client.post(new, {"span": "body", "name": ""})
    told = Client().get(made.context["address"]).content
    assert [unescaped(each) for each in values(told, "SUMMARY")] == ["近期研讨会"]
    _feed, secret = make_feed(span=FeedSpan.BODY, subject=group.pk, by=world.lena, now=JUNE)
    Tenure.objects.filter(user=world.lena).update(ends_on=date(2026, 1, 2))
    assert Client().get(at("calendar_feed_file", world, secret)).status_code == 404
    assert sign_in(world.sis).get(new).status_code == 404
