"""Every act on a paper from every state by everybody: what the table below allows works, all else changes nothing."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import product
from typing import Any

import pytest
from django.db import transaction

from actionlearning.foundation.errors import Refusal
from actionlearning.foundation.models import User
from groups.roles import Role
from programmes.actions.dossiers import change_dossier, revise_dossier
from programmes.actions.sendings import send_dossier, take_back
from programmes.actions.turns import take_turn
from programmes.models import Dossier, DossierText, Programme, Remark, Turn, Voice
from programmes.procedures import Outcome
from tests.programmes.papers_on_their_way import act, draft, june, promoter, seat, sent, turn_of
from tests.programmes.topics import propose
from tests.world import World

NOW = june(25)
WRITERS = ("ben", "dora", "liu")
SENDERS = ("ben", "dora")
PEN = ("draft", "returned", "incomplete")
"""Points of the way at which the paper is in its sender's hands."""

VERBS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "change": (PEN, WRITERS),
    "send": (PEN, SENDERS),
    "take_back": (("draft", "approving", "returned"), SENDERS),
    "revise": (("filing", "incomplete", "filed", "refused"), WRITERS),
}
"""Verb → (where it may be done, by whom)."""

TURNS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "approving": (("pro",), (Outcome.APPROVED, Outcome.RETURNED, Outcome.REFUSED)),
    "filing": (("ana", "amy"), (Outcome.FILED, Outcome.RETURNED)),
}
"""Point of the way → (who speaks for the body, what the law of its step allows)."""


@pytest.fixture
def people(world: World) -> dict[str, User]:
    found = {
        name: getattr(world, name)
        for name in ("ben", "dora", "liu", "lena", "ana", "sis", "kid", "auditor")
    }
    found["pro"] = promoter(world)
    found["pro2"] = promoter(world, "pro2", rank=2)
    found["amy"] = seat(
        world, world.county, "amy", Role.OFFICE_STAFF, kind="executive_office", rank=5
    )
    return found


def points(
    world: World, programme: Programme, people: dict[str, User]
) -> Iterator[tuple[str, Dossier]]:
    """A paper at every point of the way of plan 2: approved above, then filed."""
    pro, ana = people["pro"], people["ana"]

    def to_approving() -> Dossier:
        project = propose(world, programme)
        project.state = "chosen"
        project.chosen_by, project.chosen_at = world.lena, june(9)
        project.save()
        return sent(world, programme, project=project)

    def to_filing() -> Dossier:
        return act(to_approving(), Outcome.APPROVED, pro, june(11))

    yield "draft", draft(world, programme, "implementation_plan")
    yield "approving", to_approving()
    yield "returned", act(to_approving(), Outcome.RETURNED, pro, june(11), opinion="请补充")
    yield "refused", act(to_approving(), Outcome.REFUSED, pro, june(11), opinion="不可行")
    yield "filing", to_filing()
    yield "incomplete", act(to_filing(), Outcome.RETURNED, ana, june(12), opinion="缺附件")
    yield "filed", act(to_filing(), Outcome.FILED, ana, june(12))
    yield "taken_back", take_back(to_approving(), reason="撤回", by=world.ben, now=june(11))
    old = act(to_filing(), Outcome.FILED, ana, june(12))
    new = send_dossier(
        revise_dossier(old, reason="反思改进", by=world.ben, now=june(13)),
        by=world.ben,
        now=june(13),
    )
    act(new, Outcome.APPROVED, pro, june(14))
    yield "replaced", Dossier.objects.get(pk=old.pk)


def acts_on(paper: Dossier) -> dict[str, Callable[[User], Any]]:
    """Every verb of the sender, and every outcome on the last turn."""
    found: dict[str, Callable[[User], Any]] = {
        "change": lambda by: change_dossier(paper, title="改题", by=by, now=NOW),
        "send": lambda by: send_dossier(paper, by=by, now=NOW),
        "take_back": lambda by: take_back(paper, reason="撤回", by=by, now=NOW),
        "revise": lambda by: revise_dossier(paper, reason="改进", by=by, now=NOW),
    }
    turn = turn_of(paper) or paper.turns.order_by("number").last()
    if turn is not None:
        for outcome in Outcome.values:
            found[outcome] = lambda by, outcome=outcome: take_turn(
                turn, outcome=outcome, opinion="意见", text=turn.text, by=by, now=NOW
            )
    return found


def allowed(point: str, verb: str, name: str) -> bool:
    if verb in VERBS:
        where, who = VERBS[verb]
        return point in where and name in who
    who, outcomes = TURNS.get(point, ((), ()))
    return name in who and verb in outcomes


def standing(paper: Dossier) -> tuple[Any, ...]:
    """Everything that an act could have changed."""
    rows = [
        list(model.objects.filter(**{path: paper.pk}).order_by("pk").values())
        for model, path in ((Turn, "dossier"), (DossierText, "dossier"), (Remark, "dossier"))
    ]
    voices = list(Voice.objects.filter(turn__dossier=paper).order_by("pk").values())
    return Dossier.objects.filter(pk=paper.pk).values()[0], rows, voices, paper.later.count()


def tried(verb: Callable[[User], Any], user: User) -> bool:
    """Whether it was done; whatever it did is undone."""
    with transaction.atomic():
        done = False
        with suppress(Refusal), transaction.atomic():
            verb(user)
            done = True
        transaction.set_rollback(True)
    return done


def test_every_act_from_every_state_by_everybody(
    world: World, programme: Programme, people: dict[str, User]
) -> None:
    wrong = []
    for point, paper in points(world, programme, people):
        before = standing(paper)
        for (verb, deed), (name, user) in product(acts_on(paper).items(), people.items()):
            if tried(deed, user) != allowed(point, verb, name):
                wrong.append(f"{point}: {verb} by {name} should be {allowed(point, verb, name)}")
        assert standing(paper) == before
    assert wrong == []


def test_a_refused_act_leaves_no_trace(
    world: World, programme: Programme, people: dict[str, User]
) -> None:
    """Without anything being rolled back from outside: the verbs themselves undo what they began."""
    traces = []
    for point, paper in points(world, programme, people):
        for (verb, deed), (name, user) in product(acts_on(paper).items(), people.items()):
            if allowed(point, verb, name):
                continue
            before = standing(paper)
            with suppress(Refusal):
                deed(user)
            if standing(paper) != before:
                traces.append(f"{point}: {verb} by {name}")
    assert traces == []
