"""The list of near words is well-formed, and is read as it is written."""

from collections import Counter
from pathlib import Path

import pytest

from actionlearning.foundation import near_words
from actionlearning.foundation.near_words import meant, pithy

LINES = Path(near_words.__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines()
FAMILIES = [line.split() for line in LINES[LINES.index("# 一般") :] if not line.startswith("#")]


def test_every_family_has_a_name_of_its_own_and_more_than_one_word() -> None:
    names = Counter(words[0] for words in FAMILIES)

    assert [name for name, count in names.items() if count > 1] == []
    assert [words for words in FAMILIES if len(words) < 2] == []


def test_no_word_stands_twice_in_a_family() -> None:
    assert [words for words in FAMILIES if len(words) != len(set(words))] == []


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("空巢老人", {"独居", "老人"}),
        ("农民工工资", {"农民工", "薪酬"}),
        ("wps", set()),
        ("", set()),
    ],
)
def test_words_are_found_also_where_they_lie_over_one_another(text: str, things: set[str]) -> None:
    assert meant(text) >= things
    assert bool(meant(text)) == bool(things)


def test_words_that_every_topic_is_full_of_are_left_out() -> None:
    assert pithy("进一步加强孤儿救助工作机制研究") == ["孤儿救助"]
