"""Next steps as pages ask for them."""

from datetime import date

from groups.models import Organisation
from programmes.models import Activity, NextStep, Project


def steps_of(activity: Activity) -> list[NextStep]:
    """Those that its log names, in the order they are due."""
    rows = NextStep.objects.filter(activity=activity, dropped_at=None)
    return list(rows.order_by("due_on", "id"))


def carried_into(
    project: Project | None, day: date, organisation: Organisation | None = None
) -> list[NextStep]:
    """What earlier activities of the topic have left open up to `day`: the next one begins with it.

    Without a topic: what the activities of `organisation` itself have left open.
    """
    whose = {"project": project}
    rows = NextStep.objects.filter(**whose, activity__first_day__lte=day).open()
    if project is None:
        rows = rows.filter(organisation=organisation)
    return list(rows.select_related("activity").order_by("due_on", "id"))
