"""What an activity left to be done: owner and day, carried to the next one until it is (`model.md` §6)."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from actionlearning.foundation.models import User
from programmes.models import Activity, NextStep, TeamMember

MOST = 40
LONGEST = 300
FARTHEST = timedelta(days=366)


@dataclass(frozen=True)
class StepText:
    """One line of a log; `key` of a step that the log named before."""

    text: str
    due_on: date
    owner: uuid.UUID | None = None
    """A member of the team, or a participant."""
    owner_name: str = ""
    """Of somebody else; a name of the list is taken as whom it names."""
    key: uuid.UUID | None = None


def step_faults(steps: Iterable[StepText], team: list[Any], day: date) -> dict[str, str]:
    """Of the steps that an activity of `day` left; {} when there is none."""
    rows, members = list(steps), {row.pk for row in team}
    if len(rows) > MOST:
        return {"steps": _("At most %(count)d next steps.") % {"count": MOST}}
    for number, row in enumerate(rows, 1):
        words = _step_fault(row, members, day)
        if words:
            return {
                "steps": _("Next step %(number)d: %(words)s") % {"number": number, "words": words}
            }
    return {}


def _step_fault(row: StepText, members: set[uuid.UUID], day: date) -> str:
    if not row.text.strip() or len(row.text) > LONGEST:
        return _("say in at most %(count)d characters what is to be done.") % {"count": LONGEST}
    if row.owner is not None and row.owner not in members:
        return _("choose its owner from those who were expected that day, or name him.")
    if (row.owner is None and not row.owner_name.strip()) or len(row.owner_name) > 60:
        return _("say who does it.")
    if not day <= row.due_on <= day + FARTHEST:
        return _("by a day after the activity, within a year.")
    return ""


def keep_steps(
    activity: Activity,
    steps: Iterable[StepText],
    team: list[Any],
    *,
    by: User,
    now: datetime,
) -> None:
    """Those of one log: new ones are added, named ones changed, what is done stays, the others are dropped.

    `team`: who was expected there, as members or as participants.
    """
    known = {row.pk: row for row in NextStep.objects.filter(activity=activity)}
    for told in steps:
        row = known.pop(told.key, None) if told.key else None
        row = row or NextStep(activity=activity, project_id=activity.project_id)
        row.organisation_id, row.org_path = activity.organisation_id, activity.org_path
        row.text, row.due_on, row.dropped_at = told.text.strip(), told.due_on, None
        _give(row, told, team)
        row.save()
    for row in known.values():
        if row.done_on is None and row.dropped_at is None:
            row.dropped_at = now
            row.save(update_fields=["dropped_at"])


def _give(step: NextStep, told: StepText, team: list[Any]) -> None:
    """To whom it was given by choice or by name; whoever left the list since keeps it under his name."""
    name = told.owner_name.strip()
    if told.owner is None and step.owner_name == name and name not in {row.name for row in team}:
        return
    chosen = [row for row in team if row.pk == told.owner or (not told.owner and row.name == name)]
    step.owner = step.owner_person = None
    step.owner_name = chosen[0].name if told.owner else name
    if len(chosen) != 1:
        return
    if isinstance(chosen[0], TeamMember):
        step.owner = chosen[0]
    else:
        step.owner_person_id = chosen[0].person_id
