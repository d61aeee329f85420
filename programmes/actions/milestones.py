"""Milestones of a topic: what is to be reached by when, and when it was."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.outbox import retract_notices
from actionlearning.foundation.workflow import lock_row
from programmes.actions.projects import refuse_unless
from programmes.models import Milestone, Project
from programmes.queries import local_day
from programmes.states import RUNNING, ProjectState

OPEN = (ProjectState.CANDIDATE, *RUNNING)
MOST = 40
"""Of one topic: more are no milestones."""
FARTHEST = timedelta(days=5 * 366)


@transaction.atomic
def add_milestone(
    project: Project, *, title: str, due_on: date, by: User, now: datetime
) -> Milestone:
    """`due_on` is the last day in time. Raises NotAllowed, RuleBroken, BadInput."""
    fresh = lock_row(project)
    refuse_unless(fresh, OPEN, by=by)
    if Milestone.objects.filter(project=fresh).count() >= MOST:
        raise RuleBroken(
            _("A topic has at most %(count)d milestones: put several steps into one.")
            % {"count": MOST},
            code="too_many",
        )
    made = Milestone(
        project=fresh, title=title.strip(), due_on=due_on, created_by=by, created_at=now
    )
    made.organisation_id, made.org_path = fresh.organisation_id, fresh.org_path
    _refuse_faults(made, now)
    made.save(force_insert=True)
    record("project.milestone_added", target=fresh, by=by, at=now, due_on=str(due_on))
    return made


@transaction.atomic
def change_milestone(milestone: Milestone, *, by: User, now: datetime, **changes: Any) -> Milestone:
    """`changes`: title, due_on, done_on (None: it is open again). Raises NotAllowed, RuleBroken, BadInput."""
    project = lock_row(milestone.project)
    refuse_unless(project, OPEN, by=by)
    fresh = lock_row(milestone)
    for name in changes.keys() & {"title", "due_on"}:
        value = changes[name]
        setattr(fresh, name, value.strip() if isinstance(value, str) else value)
    if "done_on" in changes and changes["done_on"] != fresh.done_on:
        fresh.done_on = changes["done_on"]
        fresh.done_by = by if fresh.done_on else None
        fresh.done_name = by.display_name if fresh.done_on else ""
    _refuse_faults(fresh, now)
    fresh.save(update_fields=["title", "due_on", "done_on", "done_by", "done_name"])
    if fresh.done_on is not None or fresh.due_on != milestone.due_on:
        retract_notices([fresh.pk], now=now)
    record(
        "project.milestone_changed", target=project, by=by, at=now,
        due_on=str(fresh.due_on), done_on=str(fresh.done_on or ""),
    )  # fmt: skip
    return fresh


@transaction.atomic
def remove_milestone(milestone: Milestone, *, by: User, now: datetime) -> None:
    """Raises NotAllowed, RuleBroken."""
    project = lock_row(milestone.project)
    refuse_unless(project, OPEN, by=by)
    retract_notices([milestone.pk], now=now)
    milestone.delete()
    record("project.milestone_removed", target=project, by=by, at=now, due_on=str(milestone.due_on))


def _refuse_faults(milestone: Milestone, now: datetime) -> None:
    today, faults = local_day(now), {}
    if not milestone.title:
        faults["title"] = _("A title is needed.")
    if len(milestone.title) > 120:
        faults["title"] = _("At most %(count)d characters.") % {"count": 120}
    if abs(milestone.due_on - today) > FARTHEST:
        faults["due_on"] = _("A day less than five years away.")
    if milestone.done_on is not None and not today - FARTHEST <= milestone.done_on <= today:
        faults["done_on"] = _("A day that has come, and of the last five years.")
    if faults:
        raise BadInput(_("Please mend the fields named here."), fields=faults)
