"""Papers that were not sent yet follow their plan: what it asks for today is what their writer is offered."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Case, F, JSONField, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import JSONObject

from programmes.models import Dossier, Plan
from programmes.papers import Paper, papers_of, timetable_text
from programmes.queries import local_day, plan_in_force
from programmes.queries.citing import nearest

FORMER = "former"
"""Of a paper's content: [{name, text}] of parts that the plan has dropped since. They are never sent."""


def by_plan_in_force(dossier: Dossier, now: datetime) -> None:
    """Reads what was never sent by the plan in force; the verb that saves plan and content makes it so.

    Where that plan knows no such paper, it stays with the one it was begun under.
    """
    if dossier.sent_at is None:
        _by_plan(dossier, plan_in_force(dossier.programme, local_day(now)))


def all_by_plan_in_force(drafts: QuerySet[Any], day: date) -> list[Dossier]:
    """The same of many that were never sent, with their plans, in one statement."""
    plans = Plan.objects.filter(programme=OuterRef("programme")).order_by(nearest(day))
    told = JSONObject(id="id", head="head")
    rows = drafts.select_related("plan").annotate(applies=Subquery(plans.values("pk")[:1]))
    changed = Case(
        When(applies=F("plan"), then=None),
        default=Subquery(plans.values(told=told)[:1]),
        output_field=JSONField(),
    )
    found = list(rows.annotate(changed=changed))
    for draft in found:
        _by_plan(draft, Plan(**draft.changed) if draft.changed else None)
    return found


def _by_plan(dossier: Dossier, plan: Plan | None) -> None:
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


def with_dropped(dossier: Dossier, paper: Paper, typed: Mapping[str, Any]) -> dict[str, Any]:
    """Its content with what was typed into parts that an earlier version of the plan had.

    `typed` is such a text as read() takes; it stands in the place of what was kept of that part before.
    """
    content, left = dict(dossier.content), typed
    plans = Plan.objects.filter(programme=dossier.programme_id).order_by("-number")
    for before in (papers_of(plan).get(dossier.kind) for plan in plans):
        if before is not None:
            for part in _gone(left, before, paper):
                content[FORMER] = _instead(content.get(FORMER, ()), part)
            left = _without(left, before)
    return content


def _without(content: Mapping[str, Any], paper: Paper) -> dict[str, Any]:
    """What no part of `paper` takes."""
    told, lines = content["sections"].items(), content["tracks"]
    return {
        "sections": {key: text for key, text in told if key not in paper.sections},
        "tracks": [line for line in lines if line["track"] not in paper.tracks],
    }


def _instead(kept: Iterable[dict[str, str]], part: dict[str, str]) -> list[dict[str, str]]:
    return [*(each for each in kept if each["name"] != part["name"]), part]


def beside_the_text(content: Mapping[str, Any]) -> dict[str, Any]:
    """What a new text leaves as it is."""
    return {FORMER: content[FORMER]} if content.get(FORMER) else {}


def as_sent(content: Mapping[str, Any]) -> dict[str, Any]:
    """What the bodies get to read."""
    return {key: told for key, told in content.items() if key != FORMER}
