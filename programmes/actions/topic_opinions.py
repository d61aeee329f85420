"""Opinions that the office collects on a candidate: who was asked, of which unit, what they said (P2-21)."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.workflow import lock_row
from programmes.actions.project_asks import POOL, asks_of
from programmes.actions.projects import refuse_unless
from programmes.models import Project, TopicOpinion
from programmes.queries import local_day
from programmes.states import TEXT_OPEN

MOST = 100
LONGEST = {"giver": 60, "giver_unit": 120, "text": 2000}
OLDEST = timedelta(days=5 * 366)


@transaction.atomic
def add_opinion(
    project: Project,
    *,
    giver: str,
    text: str,
    given_on: date,
    by: User,
    now: datetime,
    giver_unit: str = "",
) -> TopicOpinion:
    """Raises NotAllowed, RuleBroken (`wrong_state`, `too_many`), BadInput."""
    fresh = lock_row(project)
    refuse_unless(fresh, TEXT_OPEN, by=by)
    if TopicOpinion.objects.filter(project=fresh).count() >= MOST:
        raise RuleBroken(
            _("%(count)d opinions stand here already: sum up the others in one.") % {"count": MOST},
            code="too_many",
        )
    made = TopicOpinion(
        project=fresh,
        giver=giver.strip(),
        giver_unit=giver_unit.strip(),
        given_on=given_on,
        text=text.replace("\r\n", "\n").strip(),
        by=by,
        by_name=by.display_name,
        at=now,
    )
    made.organisation_id, made.org_path = fresh.organisation_id, fresh.org_path
    _refuse_faults(made, now)
    made.save(force_insert=True)
    record("project.opinion_added", target=fresh, by=by, at=now)
    return made


@transaction.atomic
def remove_opinion(opinion: TopicOpinion, *, by: User, now: datetime) -> None:
    """Entered by mistake. Raises NotAllowed, RuleBroken once the topic has left the unit."""
    fresh = lock_row(opinion.project)
    refuse_unless(fresh, TEXT_OPEN, by=by)
    opinion.delete()
    record("project.opinion_removed", target=fresh, by=by, at=now, giver=opinion.giver)


def _refuse_faults(opinion: TopicOpinion, now: datetime) -> None:
    faults = {
        name: _("At most %(count)d characters.") % {"count": most}
        for name, most in LONGEST.items()
        if len(getattr(opinion, name)) > most
    }
    if not opinion.giver:
        faults["giver"] = _("Say who was asked: a name, or such as “six cadres of the township”.")
    if not opinion.text:
        faults["text"] = _("Say what they think of it.")
    today = local_day(now)
    if not today - OLDEST <= opinion.given_on <= today:
        faults["given_on"] = _("A day that has come, and of the last five years.")
    if faults:
        asks = asks_of(opinion.project.programme, today)
        raise BadInput(
            _("Please mend the fields named here."), fields=faults, cited=asks.cite(POOL)
        )
