"""Topics with their teams, made by the real verbs."""

from datetime import datetime
from typing import Any

from programmes.actions.conclusions import conclude_project
from programmes.actions.projects import choose_project, propose_project
from programmes.actions.submissions import (
    accept_project,
    return_project,
    submit_project,
)
from programmes.actions.teams import Seat, set_team
from programmes.models import Programme, Project
from programmes.queries import local_day
from programmes.states import ProjectState
from tests.running import beijing
from tests.world import World

JUNE = beijing(6, 10)
WORDS = {
    "background": "全县孤儿底数不清,救助渠道少。",
    "approach": "入户摸底,分类建档,多部门会商。",
    "expected_result": "孤儿救助保护办法一份,安置率达到九成。",
    "months": 6,
    "participating_units": "教育局、卫生局",
    "year_task": "建成困境儿童保障体系",
}
REQUIRED = ("team_leader", "liaison", "study_committee", "presenter", "core_learner")


def seats(members: int = 6, guides: int = 1, **extra: int) -> list[Seat]:
    """A team of plan 2: one convener beside `members` counted people and `guides` facilitators."""
    roles = [*REQUIRED, *["core_learner"] * (members - len(REQUIRED))][:members]
    roles += ["convener", *["facilitator"] * guides]
    roles += [role for role, count in extra.items() for _ in range(count)]
    return [Seat(role=role, name=f"组员{number}") for number, role in enumerate(roles, 1)]


def propose(
    world: World,
    programme: Programme,
    title: str = "孤儿救助",
    *,
    now: datetime = JUNE,
    **words: Any,
) -> Project:
    given = {**WORDS, "organisation": world.bureau, "by": world.ben, **words}
    return propose_project(programme=programme, title=title, now=now, **given)


def chosen(
    world: World,
    programme: Programme,
    title: str = "孤儿救助",
    team: list[Seat] | None = None,
    **words: Any,
) -> Project:
    """Chosen by the leading group, its team in place."""
    made = propose(world, programme, title, **words)
    set_team(made, seats=seats() if team is None else team, by=world.ben, now=JUNE)
    return choose_project(made, by=world.lena, now=JUNE)


def submitted(world: World, programme: Programme, title: str = "孤儿救助", **words: Any) -> Project:
    return submit_project(chosen(world, programme, title, **words), by=world.ben, now=JUNE)


def in_state(world: World, programme: Programme, state: str) -> Project:
    """A topic that came to `state` by the steps that lead there."""
    if state == ProjectState.CANDIDATE:
        made = propose(world, programme)
        set_team(made, seats=seats(), by=world.ben, now=JUNE)
    elif state == ProjectState.DECLINED:
        made = propose(world, programme)
        Project.objects.filter(pk=made.pk).update(
            state=state, decided_by=world.lena, decided_at=JUNE
        )
    elif state == ProjectState.CHOSEN:
        made = chosen(world, programme)
    else:
        made = submitted(world, programme)
    if state in (ProjectState.ACCEPTED, ProjectState.CONCLUDED):
        made = accept_project(made, by=world.ana, now=JUNE)
    if state == ProjectState.CONCLUDED:
        made = concluded(world, made)
    if state == ProjectState.RETURNED:
        made = return_project(made, opinion="补充预期成果", by=world.ana, now=JUNE)
    made.refresh_from_db()
    return made


RESULT = {
    "result_summary": "印发孤儿救助保护办法，建成部门联动平台，安置率由六成升到九成五。",
    "solved": "底数摸清，渠道打通；城区寄养点不足，转入下一课题。",
}


WITHOUT = "方案已随工作文件印发，鉴定并入年终考核。"
"""Why a topic is concluded before the plan's papers about it are in effect."""


def concluded(world: World, project: Project, *, now: datetime = JUNE) -> Project:
    """By the leading group's leader, on the day of `now`."""
    return conclude_project(
        project,
        **RESULT,
        papers_reason=WITHOUT,
        concluded_on=local_day(now),
        by=world.lena,
        now=now,
    )
