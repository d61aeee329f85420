"""Activities of topics, and plans in effect that propose them, made by the real verbs."""

from datetime import date
from typing import Any

from programmes.actions.activities import add_activity
from programmes.actions.dossiers import change_dossier
from programmes.actions.sendings import send_dossier
from programmes.models import Activity, Dossier, Programme
from tests.programmes.papers_on_their_way import act, draft, june
from tests.programmes.topics import JUNE
from tests.world import World

LINES = (
    ("training", "2026-07-13", "2026-07-15", "方法技能培训班"),
    ("research", "2026-07-20", "2026-07-31", "入户摸底"),
    ("seminars", "2026-08-28", "2026-08-28", "核心学员研讨会"),
    ("implementation", "2026-09-01", "2026-11-13", "五个乡镇试点"),
)


def activity(project: Any, world: World, title: str = "现场辅导", **given: Any) -> Activity:
    facts = {"kind": "counselling", "first_day": date(2026, 6, 20), "by": world.ben, "now": JUNE}
    return add_activity(project=project, title=title, **{**facts, **given})


def timed(paper: Dossier, world: World, *lines: tuple[str, str, str, str]) -> Dossier:
    told = [dict(zip(("track", "from", "to", "text"), line, strict=True)) for line in lines]
    content = {**paper.content, "tracks": told}
    return change_dossier(paper, content=content, by=world.ben, now=JUNE)


def planned(world: World, programme: Programme, leader: Any, *lines: Any) -> Dossier:
    """The bureau's project plan with these lines, approved on 12 June."""
    paper = timed(draft(world, programme), world, *(lines or LINES))
    return act(send_dossier(paper, by=world.ben, now=JUNE), "approved", leader, june(12))
