"""Papers that were not sent yet follow their plan: what it asks for today is what their writer is offered."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from programmes.models import Dossier
from programmes.papers import Paper, papers_of, timetable_text
from programmes.queries import local_day, plan_in_force

FORMER = "former"
"""Of a paper's content: [{name, text}] of parts that the plan has dropped since. They are never sent."""


def by_plan_in_force(dossier: Dossier, now: datetime) -> None:
    """Reads what was never sent by the plan in force; the verb that saves plan and content makes it so.

    Where that plan knows no such paper, it stays with the one it was begun under.
    """
    if dossier.sent_at is not None:
        return
    plan = plan_in_force(dossier.programme, local_day(now))
    paper = papers_of(plan).get(dossier.kind)
    if plan is None or paper is None or plan.pk == dossier.plan_id:
        return
    dossier.content = _fitted(dossier.content, papers_of(dossier.plan).get(dossier.kind), paper)
    dossier.plan = plan


def _fitted(content: Mapping[str, Any], before: Paper | None, paper: Paper) -> dict[str, Any]:
    """What has no part any more stands beside the text, under the name that it had."""
    told, lines = content.get("sections", {}), content.get("tracks", ())
    gone = [*content.get(FORMER, ()), *(_gone(content, before, paper) if before else ())]
    return {
        **content,
        "sections": {key: told.get(key, "") for key in paper.sections},
        "tracks": [line for line in lines if line["track"] in paper.tracks],
        **({FORMER: gone} if gone else {}),
    }


def _gone(content: Mapping[str, Any], before: Paper, paper: Paper) -> Iterator[dict[str, str]]:
    told = content.get("sections", {})
    for key, name in before.sections.items():
        if key not in paper.sections and key not in before.drawn and told.get(key, "").strip():
            yield {"name": name, "text": told[key]}
    for key, name in before.tracks.items():
        lines = timetable_text(content, key)
        if key not in paper.tracks and lines:
            yield {"name": name, "text": lines}


def beside_the_text(content: Mapping[str, Any]) -> dict[str, Any]:
    """What a new text leaves as it is."""
    return {FORMER: content[FORMER]} if content.get(FORMER) else {}


def as_sent(content: Mapping[str, Any]) -> dict[str, Any]:
    """What the bodies get to read."""
    return {key: told for key, told in content.items() if key != FORMER}
