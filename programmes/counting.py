"""What an activity counts for, and if it counts for nothing why and what would mend it.

Asks nothing, writes nothing. `tests/programmes/counting_oracle.py` tells the same rules once more in the plainest way.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from programmes.calendar import WorkCalendar, return_due

DELIVERED = {
    "core_seminar": "seminar",
    "group_seminar": "group_analysis_seminar",
    "research": "research_activity",
    "survey": "special_survey",
    "appraisal_meeting": "appraisal_meeting",
}
"""Kind of activity (`states.ActivityKind`) → which duty it serves when a topic's team holds it; others serve none."""
DELIVERED_BY_UNITS = {
    "training": "training_class",
    "popularisation": "popularisation_course",
    "facilitators_course": "facilitators_course",
    "promoters_seminar": "promoters_seminar",
    "launch_ceremony": "launch_ceremony",
    "exchange_meeting": "exchange_meeting",
    "summary_meeting": "summary_meeting",
    "commendation_meeting": "commendation_meeting",
    "study_visit": "study_visit",
}
"""The same where a unit, or whoever runs the programme, holds it by itself."""
ALSO = {"popularisation_course": "training_class"}
"""What is told by a word of its own is the more general thing, too: such a course is a class of the unit's."""
AHEAD = ("appraisal_meeting",)
"""Asked of a topic once only, and met also by what was held before the duty was laid down."""
LEADER, TEAM, REPORT = "leader_present", "team_complete", "report_sent"
CLOSED, UNSETTLED = "closed", "unsettled"
LOG_WORKING_DAYS = 3
"""Logged within so many working days an activity counts from its end, later from its log."""
MONTHLY = "monthly"
"""The one kind of rule whose windows stand each for itself: a month is never made up for in another."""


def delivered(kind: str, *, by_unit: bool) -> tuple[str, ...]:
    """The deliverables that duties ask for by these words; () of a kind that no plan counts."""
    first = (DELIVERED_BY_UNITS if by_unit else DELIVERED).get(kind)
    return tuple(each for each in (first, ALSO.get(first or "")) if each)


def kinds_of(deliverables: Collection[str]) -> list[str]:
    """Every kind of activity that may serve one of them."""
    pairs = (*DELIVERED.items(), *DELIVERED_BY_UNITS.items())
    return list(
        dict.fromkeys(kind for kind, asked in pairs if {asked, ALSO.get(asked)} & set(deliverables))
    )


@dataclass(frozen=True)
class Held:
    """What a log says that a condition may ask."""

    key: Any
    day: date
    """The local one on which it began."""
    began_at: datetime
    leader: str = ""
    """The plan's own word for whoever is responsible for the project."""
    leaders_named: int = 0
    """Of them in the team on that day."""
    leaders_present: int = 0
    team_complete: bool = True
    reported_at: datetime | None = None
    """When the report on it came in."""


@dataclass(frozen=True)
class Owed:
    """What counting has to know of a duty."""

    key: Any
    first_day: date
    last_day: date
    closes_at: datetime | None = None
    cancelled: bool = False
    excused: bool = False
    """Waived or answered otherwise: nothing is made up for it any more."""
    conditions: tuple[str, ...] = ()
    minimum: int = 1
    slips: bool = False
    """May be made up for after its last day: a numbered slot, a window that stands alone."""


@dataclass(frozen=True)
class Counted:
    """The duty to which an activity belongs, and what keeps it from counting there."""

    duty: Any
    shortfalls: tuple[str, ...] = ()


def weigh(
    duties: Iterable[Owed],
    held: Iterable[Held],
    *,
    told_at: datetime,
    standing: Mapping[Any, Any] | None = None,
) -> dict[Any, Counted]:
    """Activity → duty, for all duties that one rule lays on one debtor; what nothing asked for is left out.

    `standing`: activity → duty that it has counted for until now; it goes on although the duty has closed.
    Everything else is being said at `told_at`.
    """
    asked = sorted((each for each in duties if not each.cancelled), key=lambda each: each.first_day)
    known, filled, found = standing or {}, Counter[Any](), {}
    for each in sorted(held, key=lambda row: (row.began_at, str(row.key))):
        duty = _place(each, asked, filled, told_at, known)
        if duty is None:
            continue
        missing = shortfalls(duty, each)
        if _closed(duty, each, told_at, known):
            missing += (CLOSED,)
        found[each.key] = Counted(duty.key, missing)
        filled[duty.key] += not missing
    return found


def _place(
    held: Held, asked: list[Owed], filled: Counter[Any], told_at: datetime, known: Mapping[Any, Any]
) -> Owed | None:
    """Its own span first. What that one needs no more makes up for the oldest earlier one still short."""
    own = owed_on(asked, held.day)
    if own is not None and (not own.slips or filled[own.key] < own.minimum):
        return own
    late = [
        each
        for each in asked
        if each.slips
        and each.last_day < held.day
        and not each.excused
        and filled[each.key] < each.minimum
    ]
    still = (each for each in late if not _closed(each, held, told_at, known))
    return next(still, own or (late[0] if late else None))


def _closed(duty: Owed, held: Held, told_at: datetime, known: Mapping[Any, Any]) -> bool:
    if duty.closes_at is None or known.get(held.key) == duty.key:
        return False
    return told_at >= duty.closes_at


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
    if REPORT in owed.conditions and held.reported_at is None:
        found.append(REPORT)
    return tuple(found)


def counts_from(
    ended_at: datetime, told_at: datetime, calendar: WorkCalendar, zone: ZoneInfo
) -> datetime:
    """Whoever logs at once is as punctual as the activity was."""
    until = return_due(ended_at, LOG_WORKING_DAYS, calendar, zone)
    return ended_at if told_at < until else told_at


def credited(
    counted: Counted | None, before: Mapping[Any, datetime], *, since: datetime, fresh: bool
) -> dict[Any, datetime]:
    """Duty → since when an activity counts for it; `before` the same until now, of the same rule.

    What counts already keeps its instant, also where the act of others moves it to another slot; `fresh`: it is
    its own log that was changed. Everything else counts from `since`.
    """
    if counted is None or counted.shortfalls:
        return {}
    if counted.duty in before:
        return {counted.duty: before[counted.duty]}
    return {counted.duty: min(before.values()) if before and not fresh else since}


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
    return _REASONS[shortfall]()


_REASONS = {
    TEAM: lambda: (
        _("The team does not have the size that the plan asks for."),
        _("Complete the team, then correct the log."),
    ),
    REPORT: lambda: (
        _("Its report has not been sent."),
        _("Write the special survey report of this topic and send it: then it counts."),
    ),
    CLOSED: lambda: (
        _("The period was closed when it was logged."),
        _("If there is a good reason, ask the office above to waive the duty."),
    ),
    UNSETTLED: lambda: (
        _("What it fell short of has been mended since, but the log was not looked at again."),
        _("Open the log and save it once more: then it counts."),
    ),
}


def reported(
    surveys: Iterable[tuple[Any, datetime]], sent: Iterable[datetime]
) -> dict[Any, datetime]:
    """Survey → when its report came in. Surveys are (key, began); each takes the first report sent after it began."""
    left, found = sorted(sent), {}
    for key, began_at in sorted(surveys, key=lambda row: (row[1], str(row[0]))):
        report = next((each for each in left if each >= began_at), None)
        if report is not None:
            left.remove(report)
            found[key] = report
    return found
