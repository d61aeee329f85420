"""What teams and units hold in a year on stage, logged by the clerk of the unit on the same day."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from programmes.actions.activity_logs import Log, log_activity, log_unplanned, team_on
from programmes.actions.unit_activities import plan_unit_activity
from programmes.models import Activity, Programme, Project
from programmes.queries import local_day
from programmes.states import CLASSES, Presence
from tests.packs.stage import Act, Choice, Unit

GUESTS = ("股室干部甲", "股室干部乙")
"""Who comes where nobody was named as a team."""


def log_of(project: Project, ended: datetime, *absent: str, **given: Any) -> Log:
    """Two hours up to `ended`; `absent`: roles of those who were missing."""
    began = ended - timedelta(hours=2)
    team = team_on(project, began)
    presence = {row.pk: Presence.ABSENT if row.role in absent else Presence.PRESENT for row in team}
    guests = () if team else GUESTS
    return Log(began_at=began, ended_at=ended, presence=presence, guests=guests, **given)


def hold(about: Choice, kind: str, *absent: str, part: str = "") -> Act:
    """Held by the topic or one of its parts, ended ten minutes before it is logged."""

    def act(now: datetime) -> Activity:
        project = about.fresh()
        if part:
            project = Project.objects.get(parent=project, title=part)
        log = log_of(project, now - timedelta(minutes=10), *absent)
        return log_unplanned(
            project, log, kind=kind, title=f"{project.title}{now:%m月%d日}活动",
            by=about.unit.staff, now=now,
        )  # fmt: skip

    return act


def gather(programme: Programme, unit: Unit, kind: str, **told: Any) -> Act:
    """A class, meeting or visit of the unit itself, ended ten minutes before it is logged."""

    def act(now: datetime) -> Activity:
        ended = now - timedelta(minutes=10)
        began = ended - timedelta(hours=2)
        made = plan_unit_activity(
            programme=programme, organisation=unit.organisation, kind=kind,
            title=f"{unit.organisation.name}{began:%m月%d日}活动", first_day=local_day(began),
            contents={"other": Decimal(6)} if kind in CLASSES else {}, by=unit.staff, now=now,
        )  # fmt: skip
        log = Log(began_at=began, ended_at=ended, presence={}, guests=GUESTS, **told)
        return log_activity(made, log, by=unit.staff, now=now)

    return act
