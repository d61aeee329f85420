"""Waiting time of an item is charged to whoever holds it, and shown with who holds it now."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from reporting.actions.items import (
    adopt_item,
    return_item,
    save_draft,
    sign_item,
    submit_item,
    take_back_adoption,
    withdraw_signature,
)
from reporting.models import InformationItem
from reporting.queries.item_waits import charges_of, holder_of
from reporting.states import ItemState
from tests.reporting.items import BODY, SEPTEMBER, draft, in_state, questions, submitted
from tests.world import World


def day(number: int) -> Any:
    return SEPTEMBER + timedelta(days=number)


def charged(item: InformationItem, number: int) -> dict[str, int]:
    turns = item.turns.order_by("at", "id")
    return {each.side: each.days for each in charges_of(turns, day(number))}


def held(item: InformationItem) -> tuple[str, Any]:
    item.refresh_from_db()
    return holder_of(item, item.turns.order_by("at", "id"))


def returned(world: World, programme: Any) -> InformationItem:
    """Submitted on day 0, returned on day 9."""
    return return_item(submitted(world, programme), reason="补充措施", by=world.ana, now=day(9))


def resent(item: InformationItem, world: World, number: int) -> InformationItem:
    return submit_item(
        sign_item(item, by=world.dora, now=day(number)), by=world.ben, now=day(number)
    )


def test_time_is_charged_to_whoever_holds_it(world, programme):
    item = resent(returned(world, programme), world, 11)
    adopt_item(item, by=world.ana, now=day(20))

    assert charged(item, 300) == {"office": 18, "unit": 2}
    assert held(item) == ("nobody", day(20))


def test_it_counts_on_while_it_lies_there(world, programme):
    item = returned(world, programme)
    assert charged(item, 10) == {"office": 9, "unit": 1}

    item = resent(item, world, 11)

    assert charged(item, 15) == {"office": 13, "unit": 2}


def test_before_it_was_submitted_nobody_waits(world, programme):
    item = sign_item(draft(world, programme), by=world.dora, now=SEPTEMBER)
    withdraw_signature(item, by=world.ben, now=day(1))

    assert charged(item, 30) == {}
    assert held(item)[0] == "unit"


def test_writing_and_signing_a_returned_item_leave_it_with_the_unit_since_the_return(
    world, programme
):
    item = returned(world, programme)
    save_draft(item, body=BODY + "补充。", by=world.ben, now=day(10))
    sign_item(item, by=world.dora, now=day(12))
    withdraw_signature(item, by=world.ben, now=day(13))

    assert held(item) == ("unit", day(9))
    assert charged(item, 14) == {"office": 9, "unit": 5}


def test_after_an_adoption_that_was_taken_back_the_office_holds_it_again(world, programme):
    item = adopt_item(submitted(world, programme), by=world.ana, now=day(3))
    take_back_adoption(item, reason="事实有误", by=world.ana, now=day(8))

    assert held(item) == ("office", day(8))
    assert charged(item, 10) == {"office": 5}


@pytest.mark.parametrize("who", ["ben", "ana"])
def test_unit_and_office_read_it_on_the_page_and_by_rest(world, programme, sign_in, clock, who):
    item = resent(returned(world, programme), world, 11)
    clock(day(20))
    client, slug = sign_in(getattr(world, who)), world.tenant.slug

    page = client.get(reverse("reporting:item_detail", args=[slug, item.pk]))
    told = client.get(f"/t/{slug}/api/v1/information-items/{item.pk}/").json()

    names = {"office": str(world.county), "unit": str(world.bureau)}
    assert page.context["charges"] == [(names["office"], 18), (names["unit"], 2)]
    assert page.context["holder"] == f"{names['office']}, since 2026-09-21 12:00"
    assert "in calendar days" in page.content.decode()
    assert [(row["side"], row["holder_name"], row["days"]) for row in told["charges"]] == [
        ("office", names["office"], 18), ("unit", names["unit"], 2),
    ]  # fmt: skip
    assert (told["holder"]["side"], told["holder"]["holder_id"]) == (
        "office", str(world.county.pk),
    )  # fmt: skip
    assert told["holder"]["since"].startswith("2026-09-21T")


@pytest.mark.parametrize("state", ItemState)
def test_every_state_has_its_holder(world, programme, state):
    expected = {"draft": "unit", "signed": "unit", "returned": "unit", "submitted": "office"}

    assert held(in_state(state, world, programme))[0] == expected.get(state, "nobody")


def test_more_turns_ask_no_more_of_the_database(world, programme, sign_in, clock):
    one = submitted(world, programme, title="一", body="甲" * 60)
    other = resent(returned(world, programme), world, 11)
    base = f"/t/{world.tenant.slug}/api/v1/information-items/"

    asked = [questions(sign_in(world.ana), f"{base}{each.pk}/") for each in (one, other)]

    assert asked[0] == asked[1]
