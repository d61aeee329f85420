"""Who logs an activity also opens its door and keeps its photographs."""

from datetime import datetime

from django.utils.translation import gettext as _

from actionlearning.foundation.errors import NotAllowed
from actionlearning.foundation.models import User
from actionlearning.foundation.workflow import wrong_state
from programmes.actions.activity_logs import expected_at, may_log
from programmes.models import Activity
from programmes.states import LOGGED_FROM


def logs_it(user: User, activity: Activity, at: datetime) -> bool:
    return may_log(user, activity.project or activity, expected_at(activity, at))


def refuse_readers(user: User, activity: Activity, at: datetime) -> None:
    """Raises NotAllowed."""
    if not logs_it(user, activity, at):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")


def refuse_dropped(activity: Activity) -> None:
    """Raises RuleBroken `wrong_state`."""
    if activity.state not in LOGGED_FROM:
        raise wrong_state(activity)
