"""What an activity left to be done: owner and day, carried to the next one until it is (`model.md` §6)."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed
from actionlearning.foundation.models import User
from actionlearning.foundation.workflow import lock_row
from programmes.access import needed_to_run
from programmes.actions.concluded import refuse_concluded
from programmes.models import Activity, NextStep, TeamMember
from programmes.queries import local_day

MOST = 40
LONGEST = 300
FARTHEST = timedelta(days=366)


@dataclass(frozen=True)
class StepText:
    """One line of a log; `key` of a step that the log named before."""

    text: str
    due_on: date
    owner: uuid.UUID | None = None
    """A member of the team."""
    owner_name: str = ""
    """Of somebody else."""
    key: uuid.UUID | None = None


def step_faults(steps: Iterable[StepText], team: list[TeamMember], day: date) -> dict[str, str]:
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
        return _("choose its owner from the team of that day, or name him.")
    if (row.owner is None and not row.owner_name.strip()) or len(row.owner_name) > 60:
        return _("say who does it.")
    if not day <= row.due_on <= day + FARTHEST:
        return _("by a day after the activity, within a year.")
    return ""


def keep_steps(
    activity: Activity,
    steps: Iterable[StepText],
    team: list[TeamMember],
    *,
    by: User,
    now: datetime,
) -> None:
    """Those of one log: new ones are added, named ones changed, what is done stays, the others are dropped."""
    known = {row.pk: row for row in NextStep.objects.filter(activity=activity)}
    names = {row.pk: row.name for row in team}
    for told in steps:
        row = known.pop(told.key, None) if told.key else None
        row = row or NextStep(activity=activity, project_id=activity.project_id)
        row.organisation_id, row.org_path = activity.organisation_id, activity.org_path
        row.text, row.due_on, row.dropped_at = told.text.strip(), told.due_on, None
        row.owner_id = told.owner
        row.owner_name = names[told.owner] if told.owner else told.owner_name.strip()
        row.save()
    for row in known.values():
        if row.done_on is None and row.dropped_at is None:
            row.dropped_at = now
            row.save(update_fields=["dropped_at"])


@transaction.atomic
def finish_step(step: NextStep, *, done: bool, by: User, now: datetime) -> NextStep:
    """Done today, or open again. Its owner says so himself, or whoever runs the activity.

    Raises NotAllowed, RuleBroken (`concluded`), BadInput (it was dropped).
    """
    refuse_concluded(step.project)
    fresh = lock_row(step)
    owner = fresh.owner
    own = owner is not None and by.pk in (
        owner.user_id,
        owner.person.user_id if owner.person else None,
    )
    place = fresh.project or fresh.activity
    if not own and not by.has_perm(needed_to_run(fresh.activity), place):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
    if fresh.dropped_at is not None:
        words = _("The log no longer names this step.")
        raise BadInput(words, fields={"done": words})
    fresh.done_on, fresh.done_by = (local_day(now), by) if done else (None, None)
    fresh.done_name = by.display_name if done else ""
    fresh.save(update_fields=["done_on", "done_by", "done_name"])
    record("activity.step_done" if done else "activity.step_reopened", target=place, by=by,
           at=now, step=str(fresh.pk))  # fmt: skip
    return fresh
