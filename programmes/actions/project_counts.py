"""One topic's account: what is owed each month, slot or window, what counted for it, what did not and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from programmes.actions.counting import Sheet, Weighed, honest, sheet_of
from programmes.counting import DELIVERED, Held
from programmes.models import Activity, Obligation, Project
from programmes.models.obligation import DutyState

RED = (DutyState.OVERDUE, DutyState.MISSED)


@dataclass(frozen=True)
class Entry:
    """An activity of the topic that belongs to a duty; no shortfall: it counts."""

    activity: Activity
    held: Held
    shortfalls: tuple[str, ...]


@dataclass(frozen=True)
class Count:
    """One duty, with its state, and the topic's activities that belong to it."""

    duty: Obligation
    entries: tuple[Entry, ...]

    @property
    def red(self) -> bool:
        return self.duty.state in RED

    @property
    def short(self) -> int:
        """How many are lacking still."""
        return max(0, self.duty.minimum - self.duty.credited)

    @property
    def over(self) -> int:
        """Above the most that are asked for: allowed, and of use for nothing else."""
        return max(0, self.duty.credited - (self.duty.maximum or self.duty.credited))


def counts_of(project: Project, *, now: datetime) -> list[Count]:
    """By rule in the plan's order, then by time; what was cancelled is left out.

    Of a duty of the unit itself only this topic's activities are listed; `credited` counts all.
    """
    asked = tuple(dict.fromkeys(DELIVERED.values()))
    sheet = sheet_of(project.programme, project.organisation, project, asked, now=now)
    found = [count for duties in sheet.rules for count in _of_rule(sheet, duties, project, now)]
    return sorted(found, key=lambda each: (each.duty.rule.ordinal, each.duty.opens_at))


def _of_rule(
    sheet: Sheet, duties: list[Obligation], project: Project, now: datetime
) -> Iterable[Count]:
    entries: dict[object, list[Entry]] = {duty.pk: [] for duty in duties}
    for key, verdict in sheet.of_rule(duties, now).items():
        activity = sheet.activities[key]
        if activity.project_id == project.pk:
            told: Weighed = honest(verdict, sheet.standing.get(key, {}))
            entries[told.duty.pk].append(Entry(activity, sheet.held[key], told.shortfalls))
    for duty in duties:
        if duty.state != DutyState.CANCELLED:
            yield Count(duty, tuple(entries[duty.pk]))
