"""Candidates scored by the plan's criteria, each score with its reason (P2-25 to P2-28)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.workflow import lock_row
from programmes.actions.project_asks import CRITERIA, Asks, asks_of
from programmes.models import Project, TopicScore
from programmes.models.topic import HIGHEST, LOWEST
from programmes.queries import local_day
from programmes.states import ProjectState

LONGEST_REASON = 300


@dataclass(frozen=True)
class Mark:
    """Points on one criterion and why; both left out: nothing is said on it."""

    points: int | None
    reason: str = ""


@transaction.atomic
def score_topic(
    project: Project, *, marks: Mapping[str, Mark], by: User, now: datetime
) -> list[TopicScore]:
    """What `by` gives the candidate, by key of the criterion; said again, it replaces what was said.

    Raises NotAllowed, RuleBroken (`wrong_state`, `follows_parent`, `no_criteria`), BadInput by field
    `<key>_points` and `<key>_reason`.
    """
    fresh = lock_row(project)
    if not may_score(by, fresh):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
    asks = asks_of(fresh.programme, local_day(now))
    _refuse_place(fresh, asks)
    given = {key: mark for key, mark in marks.items() if mark.points is not None or mark.reason}
    _refuse_faults(given, asks)
    found = [_kept(fresh, key, mark, by, now) for key, mark in given.items()]
    facts = {score.criterion: score.points for score in found}
    record("project.scored", target=fresh, by=by, at=now, points=facts)
    return found


def may_score(user: User, project: Project) -> bool:
    """The office of the unit, and who chooses."""
    wanted = (Permission.PROJECT_CHANGE, Permission.PROJECT_CHOOSE)
    return any(user.has_perm(each, project) for each in wanted)


def _refuse_place(project: Project, asks: Asks) -> None:
    cited = asks.cite(CRITERIA)
    if not asks.criteria:
        raise RuleBroken(
            _("The plan names no criteria for topics: give your opinion in words."),
            code="no_criteria",
        )
    if project.level > 1:
        raise RuleBroken(
            _("A part is decided with its whole: score “%(name)s”.") % {"name": project.parent},
            code="follows_parent",
            cited=cited,
        )
    if project.state != ProjectState.CANDIDATE:
        raise RuleBroken(
            _("“%(name)s” is already: %(state)s. Candidates are scored before the choice.")
            % {"name": project, "state": project.get_state_display()},
            code="wrong_state",
            cited=cited,
        )


def _refuse_faults(marks: Mapping[str, Mark], asks: Asks) -> None:
    names = {each.key: each.name for each in asks.criteria}
    faults: dict[str, str] = {}
    for key, mark in marks.items():
        if key not in names:
            faults[f"{key}_points"] = _("The plan knows these criteria: %(names)s.") % {
                "names": "、".join(names.values())
            }
        elif mark.points is None or not LOWEST <= mark.points <= HIGHEST:
            faults[f"{key}_points"] = _("Whole points from %(low)d to %(high)d.") % {
                "low": LOWEST,
                "high": HIGHEST,
            }
        faults |= _reason_faults(key, mark)
    if not marks:
        faults[f"{next(iter(names))}_points"] = _("Give points and the reason on one criterion.")
    if faults:
        raise BadInput(
            _("Please mend the fields named here."), fields=faults, cited=asks.cite(CRITERIA)
        )


def _reason_faults(key: str, mark: Mark) -> dict[str, str]:
    if not mark.reason.strip():
        return {f"{key}_reason": _("Say why: points without a reason help nobody to decide.")}
    if len(mark.reason.strip()) > LONGEST_REASON:
        return {f"{key}_reason": _("At most %(count)d characters.") % {"count": LONGEST_REASON}}
    return {}


def _kept(project: Project, key: str, mark: Mark, by: User, now: datetime) -> TopicScore:
    row = TopicScore.objects.filter(project=project, criterion=key, by=by).first()
    row = row or TopicScore(project=project, criterion=key, by=by)
    row.organisation_id, row.org_path = project.organisation_id, project.org_path
    assert mark.points is not None  # noqa: S101  refused above
    row.points, row.reason = mark.points, mark.reason.strip()
    row.by_name, row.at = by.display_name, now
    row.save()
    return row
