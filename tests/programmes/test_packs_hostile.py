"""Whatever is handed in, reading answers with a pack or with PackError, and with nothing else."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from programmes.packs.problems import PackError
from programmes.packs.reading import SHIPPED, pack_from, read, shipped_text
from programmes.packs.writing import plain
from tests.programmes.small_pack import SMALL

STORED = plain(read(SMALL))
JUNK = [
    None,
    True,
    0,
    -1,
    2.5,
    "",
    "x",
    "year-13",
    "end",
    [],
    {},
    [None],
    [[]],
    {"a": {}},
    "2" * 300,
]


def refusal_of(read_it: Callable[[Any], object], what: object) -> PackError | None:
    try:
        read_it(what)
    except PackError as refusal:
        return refusal
    return None


def refused_or_read(text: str) -> bool:
    """Whether it was refused; every problem must name a line of the text."""
    refusal = refusal_of(read, text)
    if refusal is None:
        return False
    last = len(text.splitlines()) + 2
    assert refusal.errors
    assert all(1 <= problem.line <= last and problem.message for problem in refusal.errors)
    return True


@pytest.mark.parametrize("cut", range(0, len(SMALL) - 20, 29))
def test_a_pack_cut_anywhere_breaks_nothing(cut):
    # a cut after a clause or between two keys of a rule may leave a smaller plan
    assert refused_or_read(SMALL[:cut]) or "\nclauses:" in SMALL[:cut]


@pytest.mark.parametrize("pack_id", SHIPPED)
@pytest.mark.parametrize("share", range(0, 100, 4))
def test_a_shipped_pack_cut_anywhere_breaks_nothing(pack_id, share):
    text = shipped_text(pack_id)
    cut = text[: len(text) * share // 100]

    assert refused_or_read(cut) or "\nclauses:" in cut


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
@example("[" * 3000)
@example("{a: " * 500)
@example("\x00")
@example("\ufeff" + "format: 1")
@example('a: "\\U00ffffff"')
@example('title: "\\ud800"')
@example("%YAML 9.9\n---\nformat: 1")
@example("--- a\n--- b\n")
@example("!!python/object/apply:os.system [ls]")
@example("a: 0x1F\nb: 1_000\nc: 1e400\nd: 2026-05-31\ne: 010\nf: .nan")
@example("<<: {format: 1}")
def test_any_text_is_refused(text):
    assert refused_or_read(text)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(SMALL) - 1), st.characters())
def test_one_wrong_character_breaks_nothing(position, character):
    refused = refused_or_read(SMALL[:position] + character + SMALL[position + 1 :])

    assert refused in {True, False}


def refused_or_taken(data: Any) -> bool:
    refusal = refusal_of(pack_from, data)
    return refusal is None or all(problem.message for problem in refusal.errors)


def paths(data: object, before: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    items = (
        data.items()
        if isinstance(data, dict)
        else enumerate(data)
        if isinstance(data, list)
        else ()
    )
    return [
        found for key, value in items for found in ((*before, key), *paths(value, (*before, key)))
    ]


def with_junk(path: tuple[str | int, ...], junk: object) -> Any:
    data = parent = deepcopy(STORED)
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = junk
    return data


@pytest.mark.parametrize("top", STORED)
def test_junk_at_any_place_breaks_no_check(top):
    for path in paths(STORED[top], (top,)) or [(top,)]:
        for junk in JUNK:
            assert refused_or_taken(with_junk(path, junk))
