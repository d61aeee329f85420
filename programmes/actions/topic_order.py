"""How many topics a unit takes on (P2-22), and one after another where the plan wants it so (P3-36)."""

from datetime import datetime

from django.utils.translation import gettext as _

from actionlearning.foundation.errors import RuleBroken
from programmes.actions.project_asks import ONE_BY_ONE, TOPICS_PER_UNIT, asks_of
from programmes.models import Project
from programmes.queries import local_day
from programmes.states import RUNNING, TAKEN_ON


def refuse_beside_another(project: Project, now: datetime) -> None:
    """Asked while the unit's enrolment is locked, so that two are not chosen at once. Raises RuleBroken."""
    asks = asks_of(project.programme, local_day(now))
    if not asks.one_by_one:
        return
    others = Project.objects.filter(
        programme=project.programme, organisation=project.organisation, level=1, state__in=RUNNING
    )
    running = list(others.exclude(pk=project.pk).order_by("chosen_at", "id"))
    if running:
        raise RuleBroken(
            _(
                "Topics come one after another, and the unit still works on %(titles)s."
                " Conclude it first, or take its choice back; this one stays a candidate."
            )
            % {"titles": "、".join(f"“{each}”" for each in running)},
            code="one_by_one",
            cited=asks.cite(ONE_BY_ONE),
        )


def refuse_third(project: Project, now: datetime) -> None:
    """The number is a rule of the choice itself, not only of what is submitted later. Raises RuleBroken."""
    asks = asks_of(project.programme, local_day(now))
    taken = Project.objects.filter(
        programme=project.programme, organisation=project.organisation, level=1, state__in=TAKEN_ON
    ).exclude(pk=project.pk)
    if asks.most_topics is None or taken.count() < asks.most_topics:
        return
    raise RuleBroken(
        _(
            "A unit takes on at most %(most)d topics, and as many are chosen: %(titles)s."
            " Decline one of them first, or keep this one for later."
        )
        % {"most": asks.most_topics, "titles": "、".join(f"“{each}”" for each in taken)},
        code="too_many_topics",
        cited=asks.cite(TOPICS_PER_UNIT),
    )
