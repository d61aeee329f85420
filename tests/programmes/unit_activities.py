"""Classes, meetings and visits of a unit, made by the real verbs; plans with a rule switched on."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from actionlearning.foundation.models import User
from groups.actions.persons import add_person
from groups.models import Organisation, Person
from programmes.actions.activity_logs import Log, expected_at, log_activity
from programmes.actions.participants import add_participants
from programmes.actions.unit_activities import plan_unit_activity
from programmes.models import Activity, Programme
from programmes.packs.reading import shipped_text
from programmes.states import Presence
from tests.moments import NOON
from tests.programmes.topics import JUNE
from tests.running import beijing
from tests.world import START, World

HELD = beijing(6, 16, 9)
AFTER = beijing(6, 16, 18)
FOUR = dict.fromkeys(("concepts", "process", "methods", "role_skills"), Decimal(2))


def switched_on(pack: str, *keys: str) -> str:
    """The shipped plan in which these rules are asked for."""
    text = shipped_text(pack)
    for key in keys:
        text = re.sub(
            rf"(- key: {key}\n(?:        .*\n)*?)        enabled: false\n        note: .*\n",
            r"\1",
            text,
        )
    return text


def on_roster(world: World, name: str, unit: Organisation | None = None) -> Person:
    return add_person(
        organisation=unit or world.bureau, name=name, starts_on=START, by=world.system, now=NOON
    )


def planned(
    world: World, programme: Programme, people: Iterable[Person] = (), **given: Any
) -> Activity:
    """Of the bureau on 16 June, planned by its clerk."""
    facts: dict[str, Any] = {
        "organisation": world.bureau, "kind": "training", "title": "方法技能培训班",
        "first_day": date(2026, 6, 16), "contents": FOUR, "by": world.ben, "now": JUNE, **given,
    }  # fmt: skip
    made = plan_unit_activity(programme=programme, **facts)
    if people:
        add_participants(made, list(people), by=facts["by"], now=JUNE)
    return made


def told(activity: Activity, at: datetime = HELD, absent: Iterable[str] = (), **given: Any) -> Log:
    gone, rows = set(absent), expected_at(activity, at)
    presence: Mapping[Any, str] = {
        row.pk: Presence.ABSENT if row.name in gone else Presence.PRESENT for row in rows
    }
    return Log(
        **{"began_at": at, "ended_at": at + timedelta(hours=8), "presence": presence, **given}
    )


def held(
    activity: Activity, by: User, absent: Iterable[str] = (), at: datetime = HELD, **given: Any
) -> Activity:
    log = told(activity, at, absent, **given)
    return log_activity(activity, log, by=by, now=at + timedelta(hours=9))
