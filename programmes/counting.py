"""Whether an activity counts towards a duty, and if not why and what would mend it. Asks nothing, writes nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from programmes.states import ActivityKind

DELIVERED = {
    ActivityKind.CORE_SEMINAR: "seminar",
    ActivityKind.GROUP_SEMINAR: "group_analysis_seminar",
    ActivityKind.RESEARCH: "research_activity",
    ActivityKind.SURVEY: "special_survey",
}
"""Which duty an activity of a topic's team serves; the other kinds serve none."""
DELIVERED_BY_UNITS = {
    ActivityKind.TRAINING: "training_class",
    ActivityKind.POPULARISATION: "training_class",
    ActivityKind.FACILITATORS_COURSE: "facilitators_course",
    ActivityKind.PROMOTERS_SEMINAR: "promoters_seminar",
    ActivityKind.LAUNCH: "launch_ceremony",
    ActivityKind.EXCHANGE_MEETING: "exchange_meeting",
    ActivityKind.SUMMARY_MEETING: "summary_meeting",
    ActivityKind.COMMENDATION: "commendation_meeting",
    ActivityKind.STUDY_VISIT: "study_visit",
}
"""Which duty an activity of a unit itself serves."""
LEADER, TEAM, CLOSED = "leader_present", "team_complete", "closed"


def delivered(kind: str, *, by_unit: bool) -> str | None:
    """The deliverable that duties ask for by this word; none of a kind that no plan counts."""
    return (DELIVERED_BY_UNITS if by_unit else DELIVERED).get(ActivityKind(kind))


@dataclass(frozen=True)
class Held:
    """What a log says that a condition may ask."""

    began_at: datetime
    logged_at: datetime
    leader: str
    """The plan's own word for whoever is responsible for the project."""
    leaders_named: int
    """Of them in the team on that day."""
    leaders_present: int
    team_complete: bool


@dataclass(frozen=True)
class Owed:
    """What counting has to know of a duty."""

    first_day: date
    last_day: date
    closes_at: datetime | None
    cancelled: bool
    conditions: tuple[str, ...]


def owed_on(duties: Iterable[Owed], day: date) -> Owed | None:
    """The one in whose span the day lies. Where two spans touch, the later one."""
    found = [
        duty for duty in duties if duty.first_day <= day <= duty.last_day and not duty.cancelled
    ]
    return max(found, key=lambda duty: duty.first_day, default=None)


def shortfalls(owed: Owed, held: Held) -> tuple[str, ...]:
    """Conditions of the duty that the activity does not meet; none: it counts."""
    found = []
    if LEADER in owed.conditions and held.leaders_present == 0:
        found.append(LEADER)
    if TEAM in owed.conditions and not held.team_complete:
        found.append(TEAM)
    if owed.closes_at is not None and held.logged_at >= owed.closes_at:
        found.append(CLOSED)
    return tuple(found)


def why_not(shortfall: str, held: Held) -> tuple[str, str]:
    """(what is missing, what would mend it), in the reader's language."""
    told = {"leader": held.leader}
    if shortfall == LEADER and held.leaders_named == 0:
        return (
            _("The team has nobody as %(leader)s.") % told,
            _("Name one in the team, then correct the log."),
        )
    if shortfall == LEADER:
        return (
            _("The %(leader)s was not there.") % told,
            _("If that is an error, correct the attendance; otherwise hold another one with him."),
        )
    if shortfall == TEAM:
        return (
            _("The team does not have the size that the plan asks for."),
            _("Complete the team, then correct the log."),
        )
    return (
        _("The period was closed when it was logged."),
        _("If there is a good reason, ask the office above to waive the duty."),
    )
