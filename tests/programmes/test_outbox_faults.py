import subprocess
import sys

import pytest

from actionlearning.launcher.addresses import CHECKOUT
from benchmarks.outbox.oracle import Duty, Look, Notice, Rung, expected, judge
from tests.running import beijing

FIRST, SECOND = beijing(8, 24, 9), beijing(8, 25, 9)
RUNGS = (Rung(1, FIRST, "reminder"), Rung(2, SECOND, "due_day"))
OWED = Duty("duty", "liu", "team", None)
BOTH_AT_ONCE = Look(SECOND, beijing(8, 25, 10), "2026-08-25")
SENT = Notice("duty:1:2:liu", "liu", "told", "2026-08-25:liu")
PASSED = Notice("duty:1:1:liu", "liu", "skipped", "")
DAYS = {"2026-08-25"}


def verdict(notices, accepted=("2026-08-25:liu",), duty=OWED, look=BOTH_AT_ONCE):
    return judge(expected([duty], RUNGS, [look]), notices, set(accepted), DAYS)


def test_the_oracle_accepts_what_is_right():
    assert verdict([PASSED, SENT]).clean()


@pytest.mark.parametrize(
    ("notices", "accepted", "found"),
    [
        ([PASSED], ["2026-08-25:liu"], "lost"),
        ([PASSED, SENT], [], "lost"),
        (
            [PASSED, Notice("duty:1:2:liu", "liu", "retracted", "2026-08-25:liu")],
            ["2026-08-25:liu"],
            "wrong",
        ),
        (
            [Notice("duty:1:1:liu", "liu", "told", "2026-08-25:liu"), SENT],
            ["2026-08-25:liu"],
            "wrong",
        ),
        ([PASSED, SENT, Notice("other:1:1:liu", "liu", "told", "")], ["2026-08-25:liu"], "wrong"),
        ([PASSED, SENT], ["2026-08-25:liu", "2026-08-26:liu"], "wrong"),
        ([PASSED, SENT], ["2026-08-25:liu", "2026-08-25:ben"], "wrong"),
    ],
)
def test_the_oracle_finds_every_kind_of_mistake(notices, accepted, found):
    assert getattr(verdict(notices, accepted), found)


def test_who_had_sent_before_is_told_nothing():
    early = Duty("duty", "liu", "team", (beijing(8, 3), beijing(8, 3, 13)))
    assert verdict([], accepted=[], duty=early).clean()
    assert verdict([SENT], duty=early).wrong


CLIMB = Rung(5, FIRST, "escalation", upward=True)
CLIMBED = Notice("duty:1:5:team", "team", "retracted", "")
TAKEN_BACK = Duty("duty", "liu", "team", (beijing(8, 24, 11), beijing(8, 24, 12)))


@pytest.mark.parametrize("waiting", [frozenset(), frozenset({"duty:1:5:team"})])
def test_a_notice_without_a_copy_is_excused_only_if_it_waited_for_the_next_day(waiting):
    looks = [
        Look(FIRST, beijing(8, 24, 10), "2026-08-24", waiting),
        Look(SECOND, beijing(8, 25, 10), "2026-08-25"),
    ]

    found = judge(expected([TAKEN_BACK], [CLIMB], looks), [CLIMBED], set(), DAYS)

    assert bool(found.lost) is not bool(waiting)


@pytest.mark.slow
def test_nothing_is_lost_or_doubled_while_everything_is_killed_in_turn():
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "benchmarks.proofs.outbox",
            "--duties",
            "300",
            "--faults",
            "5",
            "--logs",
        ],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-8000:]
    assert "5 faults, lost 0, doubled 0, wrong 0" in done.stdout
