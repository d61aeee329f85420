"""What counts, decided by the product and by the slow oracle: `make proof-counting` puts 50,000 cases to both."""

import pytest

from tests.programmes.counting_cases import answer, generated, mismatch

CASES = 300


def test_engine_and_oracle_agree() -> None:
    assert [wrong for wrong in map(mismatch, range(CASES)) if wrong] == []


@pytest.mark.parametrize("condition", ["leader_present", "team_complete", "report_sent", "closed"])
def test_the_cases_come_to_every_reason(condition: str) -> None:
    reasons = (answer(generated(seed))[1].values() for seed in range(CASES))
    assert any(condition in why for each in reasons for _duty, why in each)


def test_the_cases_count_and_make_up_for_what_was_missed() -> None:
    rows = [row for seed in range(CASES) for row in answer(generated(seed))[0]]
    met = [(due, at) for _number, _least, due, _counted, at in rows if at is not None]
    assert any(at < due for due, at in met)
    assert any(at >= due for due, at in met)
    assert any(len(counted) > least for _number, least, _due, counted, _at in rows)
