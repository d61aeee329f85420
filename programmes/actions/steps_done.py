"""Next steps are done: said by their owners, and by whoever logs what the topic or unit holds."""

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed
from actionlearning.foundation.models import User
from actionlearning.foundation.workflow import lock_row
from groups.models import Person
from programmes.actions.concluded import refuse_concluded
from programmes.actions.loggers import may_log, team_on
from programmes.models import Activity, NextStep
from programmes.queries import local_day
from programmes.queries.next_steps import left_where
from programmes.states import ActivityState, ProjectState


@transaction.atomic
def finish_step(step: NextStep, *, done: bool, by: User, now: datetime) -> NextStep:
    """Done today, or open again.

    Raises NotAllowed, RuleBroken (`concluded`), BadInput (its log does not name it, or was taken back).
    """
    refuse_concluded(step.project)
    fresh = lock_row(step)
    place = fresh.project or fresh.activity
    if not owns_step(by, fresh, persons_of(by)) and not finishes_all(by, fresh.activity, now):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
    if fresh.dropped_at is not None or fresh.activity.state != ActivityState.HELD:
        words = _("The log no longer names this step.")
        raise BadInput(words, fields={"done": words})
    fresh.done_on, fresh.done_by = (local_day(now), by) if done else (None, None)
    fresh.done_name = by.display_name if done else ""
    fresh.save(update_fields=["done_on", "done_by", "done_name"])
    record("activity.step_done" if done else "activity.step_reopened", target=place, by=by,
           at=now, step=str(fresh.pk))  # fmt: skip
    return fresh


@transaction.atomic
def finish_carried(
    activity: Activity, keys: Collection[uuid.UUID], *, by: User, now: datetime
) -> None:
    """Steps that earlier activities left, said with the log of `activity`; whatever is done already stays so.

    Raises BadInput (no step of this topic or unit), and what finish_step raises.
    """
    if not keys:
        return
    place = (activity.project, activity.organisation, activity.programme)
    rows = left_where(*place).filter(pk__in=keys).exclude(activity=activity)
    found = list(rows.select_related("project").order_by("pk"))
    if len(found) != len(keys):
        words = _("Tick only steps that earlier activities have left here.")
        raise BadInput(words, fields={"done": words})
    for row in found:
        if row.done_on is None:
            finish_step(row, done=True, by=by, now=now)


def finishes_all(user: User, activity: Activity, now: datetime) -> bool:
    """Whoever logs today says it of every step; the team is read only where no permission answers."""
    project = activity.project
    if may_log(user, project or activity, ()):
        return True
    return project is not None and may_log(user, project, team_on(project, now))


def owns_step(user: User, step: NextStep, persons: Collection[uuid.UUID]) -> bool:
    """`persons`: his lines in the rosters."""
    owner = step.owner
    if owner is not None:
        return user.pk in (owner.user_id, owner.person.user_id if owner.person else None)
    return step.owner_person_id is not None and step.owner_person_id in persons


def persons_of(user: User) -> set[uuid.UUID]:
    return set(Person.objects.filter(user=user).values_list("pk", flat=True))


def with_finishing(user: User, steps: list[Any], now: datetime) -> list[Any]:
    """`can_finish` on each of `steps`, all of one topic or unit: for the button on the page, and for programs."""
    if not steps:
        return steps
    activity = steps[0].activity
    closed = activity.project is not None and activity.project.state == ProjectState.CONCLUDED
    whole = not closed and finishes_all(user, activity, now)
    named = not whole and any(row.owner_person_id for row in steps)
    persons = persons_of(user) if named else ()
    for row in steps:
        row.can_finish = not closed and (whole or owns_step(user, row, persons))
    return steps
