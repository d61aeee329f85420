"""The engine against the slow oracle; `make proof-deadlines` runs many times as many cases."""

from datetime import date

import pytest

from tests.oracles import deadlines as oracle
from tests.oracles.deadline_cases import LANDS, generated, mismatch

CASES = 5_000


@pytest.mark.parametrize("part", range(5))
def test_engine_and_oracle_agree(part):
    share = CASES // 5
    wrong = [found for seed in range(part * share, (part + 1) * share) if (found := mismatch(seed))]

    assert wrong == []


def test_generated_cases_reach_every_kind_policy_and_land():
    cases = [generated(seed) for seed in range(500)]

    assert len({case["kind"] for case in cases}) == 7
    assert len({case["day_policy"] for case in cases}) == 3
    assert len({case["zone"] for case in cases}) == 40
    assert len({case["land"] for case in cases}) == LANDS


def test_oracle_itself_knows_the_25th_of_september():
    zone = oracle.clock("Asia/Shanghai")

    assert zone.begins(date(2026, 9, 26)) == 1790352000  # 16:00 UTC on the 25th
    assert zone.nine(date(2026, 9, 24)) == 1790211600
