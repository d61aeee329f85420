"""Next steps as pages ask for them."""

from datetime import date

from programmes.models import Activity, NextStep, Project


def steps_of(activity: Activity) -> list[NextStep]:
    """Those that its log names, in the order they are due."""
    rows = NextStep.objects.filter(activity=activity, dropped_at=None)
    return list(rows.order_by("due_on", "id"))


def carried_into(project: Project, day: date) -> list[NextStep]:
    """What earlier activities of the topic have left open up to `day`: the next one begins with it."""
    rows = NextStep.objects.filter(project=project, activity__first_day__lte=day).open()
    return list(rows.select_related("activity").order_by("due_on", "id"))
