"""Bodies with people in them, and papers at any point of their way, made by the real verbs."""

from datetime import datetime
from typing import Any

from actionlearning.foundation.models import User
from groups.actions.bodies import add_post, appoint, form_body
from groups.actions.persons import add_person
from groups.actions.users import create_user
from groups.models import Body, Organisation, Person, Tenure
from groups.roles import Role
from programmes.actions.dossiers import change_dossier, open_dossier
from programmes.actions.sendings import send_dossier
from programmes.actions.turns import take_turn
from programmes.models import Dossier, Programme, Project, Turn
from programmes.papers import papers_of
from programmes.procedures import Outcome
from programmes.queries import local_day, plan_in_force
from tests.moments import NOON
from tests.programmes.topics import JUNE, chosen
from tests.running import beijing
from tests.world import START, World


def seat(
    world: World, organisation: Organisation, login: str, role: str, *, kind: str, rank: int = 1
) -> User:
    """Somebody new with a sign-in and a post in the body of `kind` there."""
    system = world.system
    person = add_person(organisation=organisation, name=login, starts_on=START, by=system, now=NOON)
    user = create_user(login=login, person=person, by=system, now=NOON)[0]
    body = Body.objects.filter(organisation=organisation, kind=kind, ends_on=None).first()
    body = body or form_body(
        organisation=organisation, kind=kind, name=kind, starts_on=START, by=system, now=NOON
    )
    post = add_post(body, title=login, role=role, rank=rank, by=system, now=NOON)
    appoint(post, person=Person.objects.get(pk=person.pk), starts_on=START, by=system, now=NOON)
    return User.objects.get(pk=user.pk)


def second_post(
    world: World, user: User, organisation: Organisation, kind: str, *, rank: int
) -> Tenure:
    """One more seat of that body for somebody who sits there already."""
    body = Body.objects.get(organisation=organisation, kind=kind, ends_on=None)
    post = add_post(body, title=f"{user.login}2", rank=rank, by=world.system, now=NOON)
    person = Person.objects.get(user=user)
    return appoint(post, person=person, starts_on=START, by=world.system, now=NOON)


def promoter(world: World, login: str = "pro", rank: int = 1) -> User:
    """In the county's promotion team."""
    role = Role.PROMOTION_TEAM_LEADER if rank == 1 else Role.PROMOTION_TEAM_MEMBER
    return seat(world, world.county, login, role, kind="promotion_team", rank=rank)


def written(dossier: Dossier, by: User, now: datetime = JUNE, mark: str = "") -> Dossier:
    """With words in every part and a line in every timetable."""
    paper = papers_of(dossier.plan)[dossier.kind]
    content = {
        "sections": dict.fromkeys(paper.sections, f"{mark or '如上'}。"),
        "tracks": [
            {"track": key, "from": "2026-07-01", "to": "2026-07-31", "text": "一次"}
            for key in paper.tracks
        ],
    }
    return change_dossier(dossier, content=content, by=by, now=now)


def draft(world: World, programme: Programme, kind: str = "project_plan", **given: Any) -> Dossier:
    """Ben's paper of the bureau; about a chosen topic where the plan's paper is."""
    paper = papers_of(plan_in_force(programme, local_day(JUNE)))[kind]
    if paper.about == "project" and "project" not in given:
        given["project"] = chosen(world, programme, team=given.pop("team", None))
    organisation = given.pop("organisation", world.bureau)
    made = open_dossier(
        programme=programme, organisation=organisation, kind=kind, by=world.ben, now=JUNE, **given
    )
    return written(made, world.ben)


def sent(world: World, programme: Programme, kind: str = "project_plan", **given: Any) -> Dossier:
    return send_dossier(draft(world, programme, kind, **given), by=world.ben, now=JUNE)


def turn_of(dossier: Dossier) -> Turn:
    """The turn that is open; of several the first."""
    found: Turn = dossier.turns.filter(acted_at=None).order_by("number").first()  # type: ignore[assignment]
    return found


def act(dossier: Dossier, outcome: str, by: User, now: datetime, **given: Any) -> Dossier:
    turn = turn_of(dossier)
    take_turn(turn, outcome=outcome, text=turn.text, by=by, now=now, **given)
    return Dossier.objects.get(pk=dossier.pk)


def june(day: int, hour: int = 12) -> datetime:
    return beijing(6, day, hour)


def listed(world: World, project: Project, now: datetime = JUNE, by: User | None = None) -> Dossier:
    """The topic's team list, sent as its team stands."""
    made = open_dossier(
        programme=project.programme, organisation=project.organisation, kind="team_list",
        project=project, by=by or world.ben, now=now,
    )  # fmt: skip
    return send_dossier(made, by=by or world.ben, now=now)


def confirmed_list(world: World, project: Project, now: datetime = JUNE) -> Dossier:
    """By plan 2: the main leader's opinion, then the leading group."""
    paper = act(listed(world, project, now), Outcome.GIVEN, world.lena, now, opinion="人员合适")
    return act(paper, Outcome.CONFIRMED, world.lena, now)


def without_paper(programme: Programme, kind: str) -> None:
    """As in a plan that was put in force before it could prescribe such a paper."""
    plan = programme.plans.get()
    papers = [row for row in plan.head["papers"] if row["kind"] != kind]
    plan.head = {**plan.head, "papers": papers}
    plan.save(update_fields=["head"])


def prescribe(programme: Programme, kind: str, *steps: tuple[str, ...]) -> None:
    """The plan's own row says another way from now on: (kind of step, body[, who acts for it]) in order."""
    plan = programme.plans.get()
    papers = [dict(row) for row in plan.head["papers"]]
    row = next(row for row in papers if row["kind"] == kind)
    row["steps"] = [
        {"kind": step, "by": by, "together": more[0] if more else "any"}
        for step, by, *more in steps
    ]
    plan.head = {**plan.head, "papers": papers}
    plan.save(update_fields=["head"])
