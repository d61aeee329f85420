"""What the tests of calendars share: people of the roster in teams, and spans of days."""

from datetime import date
from typing import Any

from groups.models import Person
from programmes.actions.teams import Seat, set_team
from programmes.models import Programme, Project
from programmes.queries.entry_kinds import Asked
from tests.programmes.topics import JUNE, propose, seats
from tests.world import World


def month(number: int = 7, **given: Any) -> Asked:
    last = {6: 30, 7: 31, 8: 31}[number]
    return Asked(date(2026, number, 1), date(2026, number, last), **given)


def topic_of(world: World, programme: Programme, title: str, *people: Any, **words: Any) -> Project:
    """A chosen topic of the bureau with these sign-ins' persons in its team."""
    from programmes.actions.projects import choose_project

    made = propose(world, programme, title, **words)
    rows = [each for each in seats() if each.role != "convener"]
    first, *others = [Person.objects.get(user=user) for user in people]
    team = [Seat(role="convener", person=first), *rows]
    team += [Seat(role="facilitator", person=person) for person in others]
    set_team(made, seats=team, by=world.ben, now=JUNE)
    return choose_project(made, by=world.lena, now=JUNE)
