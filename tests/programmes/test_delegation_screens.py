"""Lending a voice by hand and by client: the same verb, nothing typed is lost."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.models import User
from groups.models import Delegation, Tenure
from tests.programmes.papers_on_their_way import promoter, seat
from tests.world import World


@pytest.fixture
def pair(world: World) -> tuple[User, User]:
    users = promoter(world, "pro1", 1), promoter(world, "pro2", 2)
    for user in users:
        User.objects.filter(pk=user.pk).update(must_change_password=False, language="en")
    return users


def address(world: World, name: str, *keys: Any) -> str:
    return reverse(f"groups:{name}", args=[world.tenant.slug, *keys])


def typed(to: User, **given: Any) -> dict[str, Any]:
    day = localdate(database_now())
    return {
        "to": str(to.pk),
        "starts_on": day.isoformat(),
        "ends_on": (day + timedelta(days=3)).isoformat(),
        **given,
    }


def test_a_holder_lends_his_voice_and_takes_it_back(world: World, pair: Any, sign_in: Any) -> None:
    first, second = pair
    tenure = Tenure.objects.get(user=first)
    page = address(world, "delegation_list")
    assert "Lend my voice" in sign_in(first).get(page).content.decode()
    new = address(world, "delegation_new", tenure.pk)
    assert sign_in(first).post(new, typed(second)).status_code == 302
    made = Delegation.objects.get()
    assert "pro2" in sign_in(second).get(page).content.decode()
    body = address(world, "body_detail", tenure.post.body_id)
    assert "pro2 speaks for this post" in sign_in(world.ana).get(body).content.decode()
    assert sign_in(first).post(address(world, "delegation_ending", made.pk)).status_code == 302
    made.refresh_from_db()
    assert made.ended_at is not None


def test_a_refusal_keeps_what_was_typed(world: World, pair: Any, sign_in: Any) -> None:
    first, second = pair
    new = address(world, "delegation_new", Tenure.objects.get(user=first).pk)
    day = localdate(database_now()) - timedelta(days=2)
    answer = sign_in(first).post(new, typed(second, starts_on=day.isoformat(), reason="开会"))
    assert answer.status_code == 422
    assert "开会" in answer.content.decode()
    sign_in(first).post(new, typed(second))
    again = sign_in(first).post(new, typed(second, reason="再次开会"))
    assert again.status_code == 409
    assert "再次开会" in again.content.decode()


def test_a_circle_is_refused_by_hand_and_by_client_with_the_way_out(
    world: World, pair: Any, sign_in: Any
) -> None:
    first, second = pair
    mine, theirs = (Tenure.objects.get(user=user) for user in pair)
    assert sign_in(first).post(address(world, "delegation_new", mine.pk), typed(second)).status_code == 302  # fmt: skip
    new = address(world, "delegation_new", theirs.pk)
    page = sign_in(second).post(new, typed(first, reason="外出学习"))
    told = typed(first) | {"tenure": str(theirs.pk)}
    rest = sign_in(second).post(
        f"/t/{world.tenant.slug}/api/v1/delegations/", told, content_type="application/json"
    )
    assert page.status_code == 409
    assert "外出学习" in page.content.decode()
    assert (rest.status_code, rest.json()["code"]) == (409, "circle")
    for answer in (page, rest):
        words = answer.content.decode()
        assert "pro2 → pro1 → pro2" in words
        assert "has not lent his own voice on those days" in words
    assert Delegation.objects.count() == 1


def test_for_a_stranger_there_is_nothing(world: World, pair: Any, sign_in: Any) -> None:
    first, second = pair
    tenure = Tenure.objects.get(user=first)
    for user in (world.ben, second):
        answer = sign_in(user).get(address(world, "delegation_new", tenure.pk))
        assert answer.status_code == 404, user


def test_a_client_lends_reads_and_ends(world: World, pair: Any, sign_in: Any) -> None:
    first, second = pair
    base = f"/t/{world.tenant.slug}/api/v1/delegations/"
    told = typed(second) | {"tenure": str(Tenure.objects.get(user=first).pk)}
    made = sign_in(first).post(base, told, content_type="application/json")
    assert made.status_code == 201, made.content
    key = made.json()["id"]
    assert [row["id"] for row in sign_in(second).get(base).json()["results"]] == [key]
    assert not sign_in(world.ben).get(base).json()["results"]
    assert sign_in(world.ben).post(f"{base}{key}/ending/").status_code == 404
    assert sign_in(second).post(f"{base}{key}/ending/").status_code == 200
    assert not sign_in(second).get(base).json()["results"]


def test_an_expert_behind_the_wall_lends_his_voice_too(world: World, sign_in: Any) -> None:
    one, two = (seat(world, world.county, f"z{n}", "", kind="expert_group", rank=n) for n in (1, 2))
    User.objects.filter(pk=one.pk).update(must_change_password=False)
    new = address(world, "delegation_new", Tenure.objects.get(user=one).pk)
    assert sign_in(one).post(new, typed(two)).status_code == 302
    shown = sign_in(one).get(address(world, "delegation_list")).content.decode()
    assert "z2" in shown


def test_lists_ask_as_much_for_three_as_for_one(
    world: World, pair: Any, sign_in: Any, queries: Any
) -> None:
    first, second = pair
    tenure = Tenure.objects.get(user=first)
    new, page = address(world, "delegation_new", tenure.pk), address(world, "delegation_list")
    client = sign_in(first)
    day = localdate(database_now())
    for number in range(3):
        start = day + timedelta(days=10 * number)
        span = {"starts_on": start.isoformat(), "ends_on": (start + timedelta(days=2)).isoformat()}
        assert client.post(new, typed(second, **span)).status_code == 302
        if number in (0, 2):
            client.get(page)  # the message about what was done is shown once
            with queries(8):
                client.get(page)
