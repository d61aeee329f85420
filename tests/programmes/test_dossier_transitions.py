"""Every act on a paper from every state by everybody: what the table below allows works, all else changes nothing."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import product
from typing import Any

import pytest
from django.db import transaction

from actionlearning.foundation.errors import Refusal
from actionlearning.foundation.models import User
from groups.queries.sitting import members_of
from groups.roles import Role
from programmes.actions.dossiers import change_dossier, revise_dossier
from programmes.actions.remarks import answer_remark
from programmes.actions.sendings import send_dossier, take_back, take_back_words
from programmes.actions.turns import take_turn
from programmes.models import Dossier, DossierText, Programme, Remark, Turn, Voice
from programmes.procedures import LAWS, Outcome
from tests.programmes.paper_oracle import ENDS, ONWARD, RETURNS
from tests.programmes.papers_on_their_way import (
    act,
    draft,
    june,
    prescribe,
    promoter,
    seat,
    sent,
    turn_of,
    written,
)
from tests.programmes.topics import propose
from tests.world import World

NOW = june(25)
WRITERS = ("ben", "dora", "liu")
SENDERS = ("ben", "dora")
PEN = ("draft", "returned", "incomplete", "changed_back", "returned_asked", "returned_answered")
"""Points of the way at which the paper is in its sender's hands."""
ASKED = ("asked", "returned_asked", "refused_asked")
"""Those at which an opinion waits for an answer; nothing is sent on meanwhile."""
CHANGED = ("changed", "changed_back")
"""Of a paper in effect: other words of it are on their way, or have come back."""
STANDS = ("filing", "incomplete", "filed", "asked", "answered", *CHANGED)

VERBS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "change": (PEN, WRITERS),
    "send": (tuple(point for point in PEN if point not in ASKED), SENDERS),
    "take_back": (
        ("draft", "approving", "returned", "returned_asked", "returned_answered"),
        SENDERS,
    ),
    "take_back_words": (CHANGED, SENDERS),
    "revise": ((*STANDS, "refused", "refused_asked"), WRITERS),
    "answer": ((*ASKED, "returned_answered"), WRITERS),
}
"""Verb → (where it may be done, by whom)."""

TURNS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "approving": (("pro",), (Outcome.APPROVED, Outcome.RETURNED, Outcome.REFUSED)),
    "changed": (("pro",), (Outcome.APPROVED, Outcome.RETURNED, Outcome.REFUSED)),
    **dict.fromkeys(
        ("filing", "asked", "answered"), (("ana", "amy"), (Outcome.FILED, Outcome.RETURNED))
    ),
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

    def to_changed() -> Dossier:
        back = act(to_filing(), Outcome.RETURNED, ana, june(12), opinion="缺附件")
        return send_dossier(written(back, world.ben, june(13), "改"), by=world.ben, now=june(13))

    yield "changed", to_changed()
    yield "changed_back", act(to_changed(), Outcome.RETURNED, pro, june(14), opinion="请补充")

    def to_asked(outcome: str) -> Dossier:
        asks = {"opinion": "意见", "remarks": ["目标再量化"]}
        return act(to_approving(), outcome, pro, june(11), **asks)

    yield "asked", to_asked(Outcome.APPROVED)
    yield "answered", answered(world, to_asked(Outcome.APPROVED))
    yield "returned_asked", to_asked(Outcome.RETURNED)
    yield "returned_answered", answered(world, to_asked(Outcome.RETURNED))
    yield "refused_asked", to_asked(Outcome.REFUSED)
    yield (
        "taken_back_asked",
        take_back(to_asked(Outcome.RETURNED), reason="撤回", by=world.ben, now=june(12)),
    )


def answered(world: World, paper: Dossier) -> Dossier:
    answer_remark(paper.remarks.get(), state="taken", reply="已量化", by=world.ben, now=june(12))
    return Dossier.objects.get(pk=paper.pk)


def acts_on(paper: Dossier) -> dict[str, Callable[[User], Any]]:
    """Every verb of the sender, and every outcome on the last turn."""
    found: dict[str, Callable[[User], Any]] = {
        "change": lambda by: change_dossier(paper, title="改题", by=by, now=NOW),
        "send": lambda by: send_dossier(paper, by=by, now=NOW),
        "take_back": lambda by: take_back(paper, reason="撤回", by=by, now=NOW),
        "revise": lambda by: revise_dossier(paper, reason="改进", by=by, now=NOW),
        "take_back_words": lambda by: take_back_words(paper, reason="撤回", by=by, now=NOW),
    }
    remark = paper.remarks.first()
    if remark is not None:
        found["answer"] = lambda by: answer_remark(
            remark, state="not_taken", reply="不涉及", by=by, now=NOW
        )
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


# -- the same for every kind of step, generated out of the laws ------------------------------------------

PAPER = "support_request"
KINDS = [str(kind) for kind in LAWS]
PLACES = {
    "own_leading_group": ("bureau", "leading_group"),
    "supervising_office": ("county", "executive_office"),
    "own_office": ("bureau", "executive_office"),
    "supervising_promotion_team": ("county", "promotion_team"),
}
WAYS = [
    tuple(
        (kind, by, together)
        for kind, by, together in zip(
            (KINDS[number], KINDS[number - 1]),
            (list(PLACES)[number % len(PLACES)], list(PLACES)[(number + 1) % len(PLACES)]),
            ("any", "head") if number % 2 else ("head", "any"),
            strict=True,
        )
    )
    for number in range(len(KINDS))
]
"""Each kind once as the first step and once as the last; bodies and who acts for them go round."""


def outcomes_of(kind: str) -> list[str]:
    """As the plain model has them: what leads on, then what returns or ends it."""
    back = ["returned"] if kind in RETURNS else []
    return [*ONWARD[kind], *back, *([ENDS[kind]] if kind in ENDS else [])]


def speakers(world: World, people: dict[str, User], turn: Turn) -> list[str]:
    """Who acts for the body at this turn; Ben wrote the paper."""
    rows = [
        row
        for row in members_of(turn.holder, turn.body, june(10).date())
        if row.user != world.ben.pk
    ]
    first = [row.user for row in rows if turn.together == "any" or row.rank == rows[0].rank]
    return [name for name, user in people.items() if user.pk in first]


def spoken(
    world: World, people: dict[str, User], paper: Dossier, outcome: str, day: int
) -> Dossier:
    """At the turn that is waited for, else at the filing."""
    rows = list(paper.turns.open().exclude(kind="mend").order_by("number"))
    turn = next((row for row in rows if row.kind != "file"), rows[0])
    user = people[speakers(world, people, turn)[0]]
    take_turn(turn, outcome=outcome, text=turn.text, opinion="意见", by=user, now=june(day))
    return Dossier.objects.get(pk=paper.pk)


def stands(world: World, people: dict[str, User], paper: Dossier) -> Dossier:
    """Led on by every body that is waited for."""
    while paper.state != "standing":
        kind = paper.turns.open().exclude(kind="file").get().kind
        paper = spoken(world, people, paper, ONWARD[kind][0], 14)
    return paper


def everywhere(
    world: World,
    programme: Programme,
    people: dict[str, User],
    way: tuple[tuple[str, str, str], ...],
) -> Iterator[tuple[str, Dossier]]:
    """A paper at every point to which the outcomes of its two steps can bring it."""

    def fresh() -> Dossier:
        return sent(world, programme, PAPER)

    def led_to(kind: str) -> Dossier:
        paper = fresh()
        while not paper.turns.open().filter(kind=kind).exists():
            opened = paper.turns.open().exclude(kind="file").get().kind
            paper = spoken(world, people, paper, ONWARD[opened][0], 11)
        return paper

    yield "draft", draft(world, programme, PAPER)
    yield "sent", fresh()
    for kind, _by, _together in way:
        for outcome in outcomes_of(kind):
            yield f"{kind} {outcome}", at_kind(world, people, led_to(kind), kind, outcome)
        yield f"{kind} asked", at_kind(world, people, led_to(kind), kind, ONWARD[kind][0], ["补充"])
    if any(kind != "file" for kind, _by, _together in way):
        yield "taken back", take_back(fresh(), reason="撤回", by=world.ben, now=june(11))
    old = stands(world, people, fresh())
    new = revise_dossier(old, reason="反思改进", by=world.ben, now=june(15))
    stands(world, people, send_dossier(new, by=world.ben, now=june(15)))
    yield "replaced", Dossier.objects.get(pk=old.pk)


def at_kind(
    world: World,
    people: dict[str, User],
    paper: Dossier,
    kind: str,
    outcome: str,
    remarks: Sequence[str] = (),
) -> Dossier:
    turn = paper.turns.open().get(kind=kind)
    user = people[speakers(world, people, turn)[0]]
    given = {"opinion": "意见", "remarks": remarks}
    take_turn(turn, outcome=outcome, text=turn.text, by=user, now=june(12), **given)
    return Dossier.objects.get(pk=paper.pk)


def may(world: World, paper: Dossier, people: dict[str, User]) -> set[tuple[str, str]]:
    """(verb of the sender, who) that the plain rules allow here."""
    opened = set(paper.turns.open().values_list("kind", flat=True))
    worded = paper.turns.open().filter(text__gt=paper.standing_text).exists()
    pen = paper.state == "draft" or ("mend" in opened and opened <= {"mend", "file"})
    where = {
        "change": (pen, WRITERS),
        "send": (pen, SENDERS),
        "take_back": (paper.state in ("draft", "under_way", "returned"), SENDERS),
        "take_back_words": (paper.state == "standing" and worded, SENDERS),
        "revise": (paper.state in ("standing", "ended"), WRITERS),
        "answer": (paper.remarks.filter(state="open").exists(), WRITERS),
    }
    return {(verb, name) for verb, (here, who) in where.items() if here for name in who}


def deeds(
    world: World, paper: Dossier, people: dict[str, User]
) -> Iterator[tuple[str, str, bool, Callable[[User], Any]]]:
    """(verb, who, whether he may, the act): the sender's, and each outcome at each turn."""
    mine = may(world, paper, people)
    verbs = {name: verb for name, verb in acts_on(paper).items() if name in VERBS}
    for (name, verb), who in product(verbs.items(), people):
        yield name, who, (name, who) in mine, verb
    for turn in paper.turns.order_by("number"):
        opened = turn.acted_at is None and turn.kind != "mend"
        able = speakers(world, people, turn) if opened else []
        law = outcomes_of(turn.kind) if turn.kind != "mend" else []
        for outcome, who in product(Outcome.values if opened else law[:2] or ["resent"], people):
            yield (
                f"{turn.kind} {outcome}", who, who in able and outcome in law,
                lambda by, turn=turn, outcome=outcome: take_turn(
                    turn, outcome=outcome, opinion="意见", text=turn.text, by=by, now=NOW
                ),
            )  # fmt: skip


def test_the_laws_are_those_of_the_plain_model() -> None:
    assert {kind: set(law.outcomes) for kind, law in LAWS.items()} == {
        kind: set(outcomes_of(kind)) for kind in ONWARD
    }


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way[0][0])
def test_every_act_at_every_kind_of_step_from_every_state_by_everybody(
    world: World,
    programme: Programme,
    people: dict[str, User],
    way: tuple[tuple[str, str, str], ...],
) -> None:
    """What is allowed works; all else is refused, and the verbs themselves undo what they began."""
    prescribe(programme, PAPER, *way)
    wrong, met = [], set()
    for point, paper in everywhere(world, programme, people, way):
        before = standing(paper)
        for verb, name, right, deed in deeds(world, paper, people):
            done = tried(deed, people[name]) if right else untouched(deed, people[name])
            met.add((verb, done))
            if done != right:
                wrong.append(f"{point}: {verb} by {name} should be {right}")
        assert standing(paper) == before, point
    assert wrong == []
    kinds = [kind for kind, _by, _together in way]
    assert {f"{kind} {name}" for kind in kinds for name in outcomes_of(kind)} <= {
        verb for verb, done in met if done
    }


def untouched(verb: Callable[[User], Any], user: User) -> bool:
    """Whether it was done after all; nothing from outside undoes it."""
    with suppress(Refusal):
        verb(user)
        return True
    return False
