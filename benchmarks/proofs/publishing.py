"""Offices that publish, correct and withdraw at the same time, for benchmarks/proofs/clients.py."""

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle
from typing import Any

from django.db import connection, transaction

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.founding import found_tenant
from actionlearning.foundation.models import Tenant, User
from actionlearning.foundation.scope import WHOLE, scope
from groups.actions.tokens import create_token
from reporting.access import readable
from reporting.actions.publishing import publish_issue, withdraw_issue
from reporting.models import Series
from tests.reporting.issues import series_of, signed_issue
from tests.world import World, build_world

HOMES = ("county", "bureau", "sister", "child")
"""Where the clients belong: they may read different series."""
VERBS = ("publish", "publish", "correct", "withdraw")


@dataclass
class Stage:
    tenant: Tenant
    world: World
    series: list[Series]
    bearers: list[tuple[str, str]]
    readers: dict[str, User]


@contextmanager
def acting(tenant: Tenant) -> Any:
    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
        yield


def lay_stage(offices: tuple[str, ...], clients: int) -> Stage:
    """A series for each office, for those below it; clients of every organisation in turn."""
    tenant, _system = found_tenant("clients", "客户端", now=_now())
    with acting(tenant):
        world = build_world(tenant)
        series = [
            series_of(world, name, organisation=getattr(world, name), title=f"{name}简报")
            for name in offices
        ]
        bearers, readers = [], {}
        for home, _number in zip(cycle(HOMES), range(clients), strict=False):
            token, secret = create_token(
                tenant=tenant,
                organisation=getattr(world, home),
                name="poller",
                scopes=["briefing.view"],
                expires_at=database_now() + timedelta(days=1),
                by=world.system,
                now=database_now(),
            )
            bearers.append((secret, home))
            readers[home] = token.user
    connection.close()
    return Stage(tenant, world, series, bearers, readers)


def _now() -> Any:
    with transaction.atomic():
        return database_now()


def publish(stage: Stage, rounds: int, seed: int) -> None:
    """`rounds` acts of every office, all offices at once."""
    with ThreadPoolExecutor(len(stage.series)) as pool:
        offices = [
            pool.submit(_office, stage, series, rounds, random.Random(seed + place))
            for place, series in enumerate(stage.series)
        ]
        for each in offices:
            each.result()


def _office(stage: Stage, series: Series, rounds: int, chance: random.Random) -> None:
    standing: list[list[Any]] = []
    numbers = 0
    try:
        for _round in range(rounds):
            verb = chance.choice(VERBS) if standing else "publish"
            numbers += verb == "publish"
            _act(stage, series, verb, standing, numbers, chance)
    finally:
        connection.close()


def _act(
    stage: Stage,
    series: Series,
    verb: str,
    standing: list[list[Any]],
    number: int,
    chance: random.Random,
) -> None:
    """`standing`: [issue, number of its corrections] of what is not withdrawn."""
    by = stage.world.system
    with acting(stage.tenant):
        now = database_now()
        if verb == "publish":
            issue = signed_issue(stage.world, series, number=number, now=now)
            publish_issue(issue, by=by, now=now)
            standing.append([issue, 0])
            return
        chosen = chance.choice(standing)
        if verb == "withdraw":
            withdraw_issue(chosen[0], reason="有误", by=by, now=now)
            standing.remove(chosen)
            return
        chosen[1] += 1
        mended = signed_issue(
            stage.world,
            series,
            number=chosen[0].number,
            corrects=chosen[0],
            correction=chosen[1],
            now=now,
        )
        publish_issue(mended, by=by, now=now)


def truth(stage: Stage) -> dict[str, list[dict[str, Any]]]:
    """For each home what its clients may read, straight from the table."""
    found = {}
    with acting(stage.tenant):
        for home, user in stage.readers.items():
            rows = readable(user).order_by("sequence")
            facts = rows.values("id", "root", "digest", "kind")
            found[home] = [{k: str(v) for k, v in row.items()} for row in facts]
    return found
