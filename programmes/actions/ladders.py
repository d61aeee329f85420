"""Whom a step of a late paper's ladder is for: posts where its body sits, or at the office above that.

As the sweep finds them for a duty: of the posts that a step names in order, the first that somebody holds.
"""

import uuid
from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import F

from actionlearning.foundation.models import User
from groups.models import Tenure
from groups.queries import in_force
from programmes.calendar.rungs import Rung
from programmes.models import Enrolment, Turn
from programmes.notices import addressee
from programmes.queries import local_day

Step = tuple[uuid.UUID, int]
"""A turn, and the ordinal of the rung."""
Place = tuple[uuid.UUID, str]
"""A role at an organisation."""


def climbed_to(steps: Iterable[tuple[Turn, Rung]], now: datetime) -> dict[Step, list[User]]:
    """Step → who is told, [] where every such post is vacant; three statements at most.

    `turns` were read with their dossier and their holder.
    """
    rows, day = list(steps), local_day(now)
    above = _above({turn.pk: turn for turn, _rung in rows}.values(), day)
    wanted: dict[Step, list[Place]] = {}
    for turn, rung in rows:
        posts = addressee(rung.addressee)
        where = above[turn.pk] if posts.upward else turn.holder_id
        wanted[turn.pk, rung.ordinal] = [(where, role) for role in posts.roles]
    held = _held({place for places in wanted.values() for place in places}, day)
    first = {
        step: next((held[place] for place in places if place in held), set())
        for step, places in wanted.items()
    }
    users = User.objects.in_bulk({key for keys in first.values() for key in keys})
    return {step: [users[key] for key in sorted(keys)] for step, keys in first.items()}


def _above(turns: Iterable[Turn], day: date) -> dict[uuid.UUID, uuid.UUID]:
    """To whom each holder reports in the paper's programme; else what it sits under, or the top itself."""
    rows = list(turns)
    reporting = (
        Enrolment.objects.in_force(day)
        .filter(
            programme__in={turn.dossier.programme_id for turn in rows},
            organisation__in={turn.holder_id for turn in rows},
        )
        .exclude(supervisor=F("organisation"))
        .values_list("programme", "organisation", "supervisor")
    )
    told = {(programme, unit): supervisor for programme, unit, supervisor in reporting}
    return {
        turn.pk: told.get((turn.dossier.programme_id, turn.holder_id))
        or turn.holder.parent_id
        or turn.holder_id
        for turn in rows
    }


def _held(places: Iterable[Place], day: date) -> dict[Place, set[uuid.UUID]]:
    rows = list(places)
    seats = Tenure.objects.filter(
        in_force(day),
        organisation__in={where for where, _role in rows},
        role__in={role for _where, role in rows},
        user__is_active=True,
    )
    found: dict[Place, set[uuid.UUID]] = {}
    for where, role, user in seats.values_list("organisation", "role", "user"):
        found.setdefault((where, role), set()).add(user)
    return found
