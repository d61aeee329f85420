"""docs/rules.csv accounts for every rule of the five plans, and its word can be checked."""

import ast
import csv
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from programmes.packs.reading import SHIPPED, read, shipped_text
from programmes.packs.vocabulary import CATALOGUE, RULE_IDS

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
COLUMNS = ["id", "plan", "kind", "parameters", "status"]
KINDS = {
    "objective", "hierarchy", "institution", "role", "deadline", "cadence", "cardinality",
    "workflow", "document", "evaluation", "communication", "funding",
}  # fmt: skip
STATUSES = {"planned", "carried", "shown"}


def rows() -> list[dict[str, str]]:
    with (ROOT / "docs" / "rules.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def ids_with(status: str) -> set[str]:
    return {row["id"] for row in rows() if row["status"] == status}


def marks_in(source: str) -> Iterator[str]:
    """Ids in `pytest.mark.rule(...)`, wherever in a test file it stands."""
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "rule"
            and isinstance(node.func.value, ast.Attribute)
            and node.func.value.attr == "mark"
        ):
            yield from (str(each.value) for each in node.args if isinstance(each, ast.Constant))


def marked(*, without: str = "") -> set[str]:
    """Ids that tests carry; `without` leaves out the files whose names begin so."""
    return {
        rule
        for path in TESTS.rglob("test_*.py")
        if not (without and path.name.startswith(without))
        for rule in marks_in(path.read_text(encoding="utf-8"))
    }


def test_every_rule_of_the_plans_has_its_row_in_order():
    assert list(rows()[0]) == COLUMNS
    assert [row["id"] for row in rows()] == sorted(RULE_IDS)
    assert len(rows()) == 230
    assert Counter(int(row["plan"]) for row in rows()) == CATALOGUE


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["id"])
def test_a_row_is_filled_in(row):
    assert row["plan"] == row["id"][1]
    assert row["kind"] in KINDS
    assert row["status"] in STATUSES
    assert row["parameters"] == " ".join(row["parameters"].split()) != ""


def test_every_rule_marked_shown_has_a_test(capsys):
    shown = ids_with("shown")
    with capsys.disabled():
        sys.stdout.write(f"\nrules shown: {len(shown)} of {len(rows())}\n")

    assert sorted(shown - marked()) == []


def test_no_rule_is_shown_by_date_arithmetic_alone():
    """That a date can be computed shows nobody doing anything: such a rule is carried or planned."""
    assert sorted(ids_with("shown") - marked(without="test_calendar_")) == []


def test_every_mark_names_a_rule():
    assert sorted(marked() - RULE_IDS) == []


def test_every_rule_marked_carried_stands_in_a_pack():
    cited = {
        rule
        for pack_id in SHIPPED
        for clause in read(shipped_text(pack_id)).clauses
        for rule in clause.cites
    }

    assert sorted(ids_with("carried") - cited) == []


def test_marks_are_found_wherever_they_stand():
    source = """
pytestmark = [pytest.mark.rule("P1-01")]
CASES = [pytest.param(1, marks=pytest.mark.rule("P1-02"))]
class TestIt:
    @pytest.mark.rule("P1-03")
    @pytest.mark.slow
    def test_it(self): ...
"""

    assert set(marks_in(source)) == {"P1-01", "P1-02", "P1-03"}
