"""Papers of its plan that are not in effect when a topic is concluded: named, and explained (结题, P2-66)."""

import uuid
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from actionlearning.foundation.errors import BadInput
from programmes.actions.project_asks import CONCLUSION, Asks, asks_of
from programmes.models import Dossier, Obligation, Project
from programmes.papers import TOPIC, Paper, papers_of
from programmes.queries import local_day
from programmes.states import DossierState

FIELD = "papers_reason"
LONGEST_REASON = 2000


def papers_lacking(project: Project, asks: Asks) -> list[Paper]:
    """What the plan prescribes for every topic, and what this one owes or has begun; in the plan's order.

    A part rests on the papers of the whole that it belongs to, and explains only its own. The topic's own
    paper is not asked for: whatever is concluded was accepted.
    """
    wholes = [uuid.UUID(hex=key) for key in project.tree_path.split("/") if key]
    rows = Dossier.objects.filter(project__in=wholes).exclude(state=DossierState.TAKEN_BACK)
    told = list(rows.values_list("kind", "state", "project"))
    there = {TOPIC, *(kind for kind, state, _of in told if state == DossierState.STANDING)}
    own = _owed(project).union(kind for kind, _state, of in told if of == project.pk)
    of_topics = [each for each in papers_of(asks.plan).values() if each.about == "project"]
    of_all = {each.kind for each in of_topics if project.level == 1 and not each.if_owed}
    return [each for each in of_topics if each.kind in (own | of_all) - there]


def _owed(project: Project) -> set[str]:
    """What duties of its own ask for; those that were waived or cancelled have their reason already."""
    rows = Obligation.objects.filter(project=project, waived_at=None, cancelled_at=None)
    return set(rows.values_list("deliverable", flat=True))


def explained(project: Project, reason: str, now: datetime) -> dict[str, Any]:
    """What the record of the conclusion keeps of them; {} where all are in effect. Raises BadInput."""
    asks = asks_of(project.programme, local_day(now))
    lacking = papers_lacking(project, asks)
    if not lacking:
        return {}
    reason = reason.replace("\r\n", "\n").strip()
    words = ""
    if not reason:
        words = _(
            "Not in effect for this topic: %(names)s. Say why it is concluded without them."
        ) % {"names": "、".join(each.name for each in lacking)}
    elif len(reason) > LONGEST_REASON:
        words = _("At most %(count)d characters.") % {"count": LONGEST_REASON}
    if words:
        ids = [each for paper in lacking for each in paper.cites]
        raise BadInput(words, fields={FIELD: words}, cited=asks.cite((*CONCLUSION, *ids)))
    named = [{key: each.spec[key] for key in ("kind", "name", "name_en")} for each in lacking]
    return {"papers_missing": named, FIELD: reason}


def names_kept(kept: dict[str, Any]) -> str:
    """Of explained(), in the reader's language."""
    return "、".join(Paper(row, {}).name for row in kept.get("papers_missing", ()))


def plan_names(kept: dict[str, Any]) -> str:
    """The same as the plan writes them, for a text that is read in any language."""
    return "、".join(row["name"] for row in kept.get("papers_missing", ()))
