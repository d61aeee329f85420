"""Posts in the exchange space, made by the real verb: Ben for the bureau, unless another is named."""

from typing import Any

from actionlearning.foundation.models import User
from groups.models import Organisation
from programmes.models import Programme
from reporting.actions.exchanges import Said, post_exchange
from reporting.models import Exchange
from tests.reporting.items import SEPTEMBER
from tests.world import World


def said(**given: Any) -> Said:
    words = {"kind": "experience", "title": "领题公示的做法", "text": "先公示，再开题。"}
    return Said(**(words | given))


def posted(
    world: World,
    programme: Programme,
    *,
    by: User | None = None,
    at: Organisation | None = None,
    **given: Any,
) -> Exchange:
    space = at or world.bureau
    return post_exchange(programme, space, said=said(**given), by=by or world.ben, now=SEPTEMBER)
