"""One row of a shipped plan is written otherwise, and the same acts end otherwise: not a line of code."""

from dataclasses import dataclass

import pytest

from actionlearning.foundation.errors import Refusal
from actionlearning.foundation.models import User
from groups.roles import Role
from programmes.models import Dossier
from programmes.packs.reading import read, shipped_text
from programmes.procedures import Outcome
from tests.programmes.papers_on_their_way import act, june, seat, sent, turn_of
from tests.running import run_programme
from tests.world import World

FILE_ABOVE = "{kind: file, by: supervising_leading_group}"
CHECK_ABOVE = "{kind: check, by: supervising_office, together: any}"
OVER, NOTHING = "over", "nothing open"


@dataclass(frozen=True)
class Case:
    """A paper, its row as shipped and as changed, the acts, and what either version comes to.

    What it comes to: the state after sending and after each act, or why the act was refused; then who holds it.
    """

    pack: str
    kind: str
    shipped: str
    changed: tuple[str, ...]
    acts: tuple[tuple[str, str], ...]
    before: tuple[str, ...]
    after: tuple[str, ...]


CASES = {
    "plan 4, an approval before the filing": Case(
        "plan4",
        "project_plan",
        FILE_ABOVE,
        ("{kind: approve, by: supervising_leading_group, working_days: 10}", FILE_ABOVE),
        (("chief", Outcome.FILED), ("chief", Outcome.APPROVED), ("chief", Outcome.FILED)),
        before=("standing", "standing", NOTHING, NOTHING, OVER),
        after=("under_way", "not_this_kind", "standing", "standing", OVER),
    ),
    "plan 4, what is approved may be refused": Case(
        "plan4",
        "project_plan",
        FILE_ABOVE,
        ("{kind: approve, by: supervising_leading_group}", FILE_ABOVE),
        (("chief", Outcome.REFUSED),),
        before=("standing", "not_this_kind", "leading_group"),
        after=("under_way", "ended", OVER),
    ),
    "plan 4, put on record by another body": Case(
        "plan4",
        "project_plan",
        FILE_ABOVE,
        ("{kind: file, by: supervising_office, together: any}",),
        (("chief", Outcome.FILED), ("ana", Outcome.FILED)),
        before=("standing", "standing", NOTHING, OVER),
        after=("standing", "not_allowed", "standing", OVER),
    ),
    "plan 1, the unit's own leading group instead of the office above": Case(
        "plan1",
        "implementation_plan",
        CHECK_ABOVE,
        ("{kind: check, by: own_leading_group}",),
        (("ana", Outcome.PASSED), ("lena", Outcome.PASSED)),
        before=("under_way", "standing", NOTHING, OVER),
        after=("under_way", "not_allowed", "standing", OVER),
    ),
    "plan 1, a filing instead of a check": Case(
        "plan1",
        "implementation_plan",
        CHECK_ABOVE,
        ("{kind: file, by: supervising_office, together: any}",),
        (("ana", Outcome.PASSED), ("ana", Outcome.RETURNED)),
        before=("under_way", "standing", NOTHING, OVER),
        after=("standing", "not_this_kind", "standing", "the sender"),
    ),
    "plan 1, an approval above after the check": Case(
        "plan1",
        "implementation_plan",
        CHECK_ABOVE,
        (CHECK_ABOVE, "{kind: approve, by: supervising_leading_group}"),
        (("ana", Outcome.PASSED), ("chief", Outcome.REFUSED)),
        before=("under_way", "standing", NOTHING, OVER),
        after=("under_way", "under_way", "ended", OVER),
    ),
}


def with_row(case: Case) -> str:
    """The shipped text with the other row in this paper's procedure, and nothing else of it changed."""
    lines = shipped_text(case.pack).splitlines(keepends=True)
    start = lines.index(f"  - kind: {case.kind}\n")
    row = lines.index("    steps:\n", start) + 1
    assert lines[row] == f"      - {case.shipped}\n"
    assert not lines[row + 1].startswith("      - ")
    return "".join(
        [*lines[:row], *(f"      - {each}\n" for each in case.changed), *lines[row + 1 :]]
    )


def walked(world: World, case: Case, text: str) -> tuple[str, ...]:
    chief = seat(world, world.county, "chief", Role.LEADING_GROUP_LEADER, kind="leading_group")
    people = {"chief": chief, "ana": world.ana, "lena": world.lena}
    programme = run_programme(world, case.pack, text=text)
    about = {"team": []} if case.kind == "project_plan" else {}
    paper = sent(world, programme, case.kind, **about)
    told: list[str] = [paper.state]
    for day, (who, outcome) in enumerate(case.acts, 15):
        told.append(_said(paper, people[who], outcome, day))
    paper.refresh_from_db()
    body = paper.holder_body or "the sender"
    return (*told, body if paper.holder else OVER)


def _said(paper: Dossier, by: User, outcome: str, day: int) -> str:
    if turn_of(paper) is None:
        return NOTHING
    try:
        return act(paper, outcome, by, june(day), opinion="研究意见如上").state
    except Refusal as refused:
        return refused.code


@pytest.mark.parametrize("name", CASES)
def test_as_shipped_it_goes_the_plan_s_own_way(world: World, name: str) -> None:
    case = CASES[name]
    assert walked(world, case, shipped_text(case.pack)) == case.before


@pytest.mark.parametrize("name", CASES)
def test_with_one_row_changed_the_same_acts_end_otherwise(world: World, name: str) -> None:
    case = CASES[name]
    assert walked(world, case, with_row(case)) == case.after != case.before


@pytest.mark.parametrize("name", CASES)
def test_only_the_row_differs(name: str) -> None:
    case = CASES[name]
    shipped, changed = read(shipped_text(case.pack)), read(with_row(case))
    assert shipped.rules == changed.rules
    papers = {paper.kind: paper for paper in shipped.papers}
    differing = [paper.kind for paper in changed.papers if paper != papers[paper.kind]]
    assert differing == [case.kind]
