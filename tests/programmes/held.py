"""Activities that were held, logged by the bureau's clerk."""

from datetime import datetime, timedelta
from typing import Any

from programmes.actions.activity_logs import Log, log_unplanned, team_on
from programmes.actions.projects import propose_project
from programmes.actions.teams import Seat, set_team
from programmes.models import Activity, Programme, Project
from programmes.states import Presence
from tests.programmes.topics import JUNE, WORDS
from tests.world import World


def told(project: Project, began: datetime, absent: tuple[str, ...] = (), **given: Any) -> Log:
    """Two hours from `began` on; `absent`: roles of those who were missing."""
    team = team_on(project, began)
    presence = {row.pk: Presence.ABSENT if row.role in absent else Presence.PRESENT for row in team}
    facts = {"began_at": began, "ended_at": began + timedelta(hours=2), "presence": presence}
    return Log(**{**facts, "guests": () if team else ("乡镇干部",), **given})


def hold(
    project: Project,
    world: World,
    began: datetime,
    *,
    kind: str = "core_seminar",
    absent: tuple[str, ...] = (),
    now: datetime | None = None,
    title: str = "",
) -> Activity:
    """Logged an hour after its end, unless `now` says otherwise."""
    return log_unplanned(
        project, told(project, began, absent), kind=kind, title=title or f"{began:%m月%d日}活动",
        by=world.ben, now=now or began + timedelta(hours=3),
    )  # fmt: skip


def part_of(whole: Project, world: World, programme: Programme, title: str) -> Project:
    """A part with a team of two."""
    made = propose_project(
        programme=programme, organisation=world.bureau, parent=whole, title=title, by=world.ben,
        now=JUNE, **WORDS,
    )  # fmt: skip
    two = [Seat(role="core_learner", name=f"{title}{number}") for number in (1, 2)]
    set_team(made, seats=two, by=world.ben, now=JUNE)
    return Project.objects.get(pk=made.pk)
