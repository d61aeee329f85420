"""Appearances of an adopted item, recorded by the real verb: Ben for the bureau, Ana for the county's office."""

from datetime import date
from typing import Any

from actionlearning.foundation.models import User
from programmes.models import Programme
from reporting.actions.items import adopt_item
from reporting.actions.publicity import Appearance, Subject, record_publicity
from reporting.models import InformationItem, Publicity
from tests.reporting.items import SEPTEMBER, submitted
from tests.running import beijing
from tests.world import World

OCTOBER = beijing(10, 9)
LINK = "https://daily.example/2026-09/12/1.html"


def adopted(world: World, programme: Programme, **text: Any) -> InformationItem:
    return adopt_item(submitted(world, programme, **text), by=world.ana, now=SEPTEMBER)


def appearance(**given: Any) -> Appearance:
    facts: dict[str, Any] = {
        "channel": "website", "outlet": "梧州日报", "told_on": date(2026, 9, 12), "level": "city",
        "link": LINK,
    }  # fmt: skip
    return Appearance(**(facts | given))


def recorded(
    subject: Subject | InformationItem, by: User, *, now: Any = OCTOBER, **given: Any
) -> Publicity:
    if isinstance(subject, InformationItem):
        subject = Subject.of_item(subject)
    return record_publicity(subject, appearance=appearance(**given), by=by, now=now)
