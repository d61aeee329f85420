"""Items in every state, written by the real verbs: Ben drafts, Dora signs, Ana reviews upstream."""

from datetime import datetime
from io import BytesIO
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from programmes.models import Obligation, Programme
from reporting.actions.items import (
    adopt_item,
    keep_item,
    pass_over_item,
    return_item,
    sign_item,
    start_item,
    submit_item,
)
from reporting.models import InformationItem
from reporting.states import ItemState
from tests.running import beijing
from tests.world import World

SEPTEMBER = beijing(9, 10)
BODY = "9月8日,县民政局召开行动学习专题研讨会。会议围绕养老服务质量展开讨论,形成三条措施。"


def draft(world: World, programme: Programme, *, now: datetime = SEPTEMBER, **text: Any) -> Any:
    words = {"title": "民政局召开专题研讨会", "body": BODY, "truthful": True}
    return start_item(
        programme=programme,
        organisation=text.pop("organisation", world.bureau),
        by=text.pop("by", world.ben),
        now=now,
        **(words | text),
    )


def signed(world: World, programme: Programme, *, now: datetime = SEPTEMBER, **text: Any) -> Any:
    return sign_item(draft(world, programme, now=now, **text), by=world.dora, now=now)


def submitted(world: World, programme: Programme, *, now: datetime = SEPTEMBER, **text: Any) -> Any:
    return submit_item(signed(world, programme, now=now, **text), by=world.ben, now=now)


def in_state(state: str, world: World, programme: Programme) -> InformationItem:
    """An item that came to `state` by the road everybody takes."""
    if state == ItemState.DRAFT:
        return draft(world, programme)
    if state == ItemState.SIGNED:
        return signed(world, programme)
    item = submitted(world, programme)
    roads = {
        ItemState.RETURNED: lambda: return_item(
            item, reason="补充措施", by=world.ana, now=SEPTEMBER
        ),
        ItemState.ADOPTED: lambda: adopt_item(item, by=world.ana, now=SEPTEMBER),
        ItemState.KEPT: lambda: keep_item(item, by=world.ana, now=SEPTEMBER),
        ItemState.NOT_ADOPTED: lambda: pass_over_item(
            item, opinion="内容陈旧", by=world.ana, now=SEPTEMBER
        ),
    }
    return roads[state]() if state in roads else item


def duty(world: World, month: str = "2026-09") -> Obligation:
    return Obligation.objects.get(
        organisation=world.bureau, deliverable="information_item", window_key=month
    )


def state_of(obligation: Obligation, now: datetime) -> str:
    return Obligation.objects.with_state(now).get(pk=obligation.pk).state


def photo(colour: str = "red") -> BytesIO:
    stream = BytesIO()
    Image.new("RGB", (40, 30), colour).save(stream, "PNG")
    stream.seek(0)
    return stream


def questions(client: Any, address: str) -> int:
    """How often one warm request asks the database; savepoints are the test's own."""
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    return sum("SAVEPOINT" not in query["sql"] for query in asked.captured_queries)
