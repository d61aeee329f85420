"""What a record of a method may hold, how votes are tallied and causes drawn: pure, without a database."""

import random
from typing import Any

import pytest
from django.template.loader import render_to_string
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from programmes.documents import method_wording
from programmes.methods import (
    LONGEST_RECORD,
    SHAPES,
    Lines,
    draw,
    fields_in,
    form_of,
    key_causes,
    outline,
    parts_of,
    read,
    tally,
)
from programmes.packs.reading import SHIPPED, shipped_text
from programmes.packs.reading import read as read_pack
from programmes.packs.vocabulary import RECORDS
from programmes.states import RecordForm

TREE = "人手不足\n- 编制少*\n－ 借调多\n经费没有保障＊"


def good(form: str, told: Any) -> dict[str, Any]:
    content, faults = read(form, told)
    assert faults == {}
    return content


def fault(form: str, told: Any) -> dict[str, str]:
    return read(form, told)[1]


# -- the catalogue -------------------------------------------------------------------------------------


def test_every_form_has_a_shape_and_every_place_a_word_on_paper() -> None:
    assert tuple(SHAPES) == tuple(RecordForm.values) == RECORDS
    for form, parts in SHAPES.items():
        keys = {part.key for part in parts} | {each.key for each in fields_in(form)}
        assert keys <= set(method_wording.WORDS), form


@pytest.mark.rule("P2-65")
@pytest.mark.rule("P4-27")
def test_the_five_usual_methods_have_their_own_forms_in_parts_two_and_four() -> None:
    usual = ["ideas", "votes", "tree", "topics", "hats"]
    for pack in ("plan2", "plan4"):
        rows = read_pack(shipped_text(pack)).methods
        assert [row.record for row in rows] == usual


def test_a_catalogue_written_before_has_the_usual_forms() -> None:
    assert form_of({"key": "fishbone"}) == RecordForm.TREE
    assert form_of({"key": "four_lenses"}) == RecordForm.COMMENTS
    assert form_of({"key": "fishbone", "record": "comments"}) == RecordForm.COMMENTS
    for pack in SHIPPED:
        for row in read_pack(shipped_text(pack)).methods:
            assert row.record in SHAPES


# -- what is read --------------------------------------------------------------------------------------


def test_ideas_follow_what_they_were_merged_into_when_empty_lines_fall_away() -> None:
    told = {
        "ideas": [{"text": "甲", "into": "3"}, {}, {"text": "乙", "author": "王", "into": 3}],
        "merged": [{"text": ""}, {}, {"text": "甲乙合并", "chosen": True}],
        "next": "下周试行",
    }

    content = good("ideas", told)

    assert [idea["into"] for idea in content["ideas"]] == [1, 1]
    assert content["merged"] == [{"text": "甲乙合并", "chosen": True}]
    assert read("ideas", content) == (content, {})


def test_votes_name_items_by_number_in_any_writing() -> None:
    items = [{"text": name} for name in "甲乙丙"]
    for written in ("3 1", "3,1", "3、1", "3，1", [3, 1]):
        told = {"items": items, "votes": [{"voter": "王", "choices": written}]}
        assert good("votes", told)["votes"][0]["choices"] == [3, 1]


WRONG: list[tuple[str, Any, str]] = [
    ("ideas", {"ideas": [{"author": "王"}]}, "ideas_1_text"),
    ("ideas", {"ideas": [{"text": "甲", "into": 2}], "merged": [{"text": "乙"}]}, "ideas_1_into"),
    ("ideas", {"ideas": [{"text": "x" * 201}]}, "ideas_1_text"),
    ("ideas", {"ideas": [{"text": "甲"}] * 101}, "ideas"),
    ("ideas", {"ideas": [{"text": ["甲"]}]}, "ideas_1_text"),
    ("ideas", {"ideas": [{"text": "甲", "colour": "red"}]}, "ideas_1_colour"),
    ("ideas", {"ideas": ["甲"]}, "ideas_1"),
    ("ideas", {"ideas": "甲"}, "ideas"),
    ("ideas", {"merged": [{"text": "甲", "chosen": "maybe"}]}, "merged_1_chosen"),
    ("ideas", {"what": 1}, "what"),
    ("ideas", [], ""),
    ("votes", {"items": [{"text": "甲"}], "votes": [{"voter": "王", "choices": "2"}]}, "votes_1_choices"),
    ("votes", {"items": [{"text": "甲"}], "votes": [{"voter": "王", "choices": "1 1"}]}, "votes_1_choices"),
    ("votes", {"items": [{"text": "甲"}], "votes": [{"voter": "王", "choices": "first"}]}, "votes_1_choices"),
    ("votes", {"items": [{"text": "甲"}], "votes": [{"voter": "", "choices": "1"}]}, "votes_1_voter"),
    ("tree", {"bones": [{"name": "人", "causes": "- 没有上级"}]}, "bones_1_causes"),
    ("tree", {"bones": [{"name": "", "causes": "原因"}]}, "bones_1_name"),
    ("tree", {"bones": [{"name": "人", "causes": "\n".join("因" for _ in range(13))}]}, "bones_1_causes"),
    ("tree", {"bones": [{"name": "人", "causes": "因\n" + "- 子\n" * 9}]}, "bones_1_causes"),
    ("tree", {"bones": [{"name": "人", "causes": [{"text": "x", "under": [{"text": "y", "under": []}]}]}]}, "bones_1_causes"),
    ("hats", {"hats": [{"hat": "pink", "notes": "x"}]}, "hats_1_hat"),
    ("hats", {"hats": [{"hat": "red", "notes": "x"}, {"hat": "red", "notes": "y"}]}, "hats"),
    ("hats", {"hats": [{"hat": "red", "turn": 7, "notes": "x"}]}, "hats_1_turn"),
    ("tables", {"rounds": "many"}, "rounds"),
    ("levels", {"objective": "字" * 3001}, "objective"),
]  # fmt: skip


@pytest.mark.parametrize(("form", "told", "place"), WRONG)
def test_a_fault_names_its_place(form: str, told: Any, place: str) -> None:
    assert place in fault(form, told)


def test_a_record_that_is_too_long_says_so_as_a_whole() -> None:
    told = {"comments": [{"text": "字" * 300}] * (LONGEST_RECORD // 300 + 1)}
    assert "12000" in fault("comments", told)[""]


def test_what_nobody_can_see_is_dropped_and_formulas_are_words() -> None:
    told = {
        "ideas": [{"text": "=SUM(A1)\x00\u202e\ufffe", "author": "\x07王\n五"}],
        "next": "一\r\n\r\n二 ",
    }
    content = good("ideas", told)
    assert content["ideas"][0] == {"text": "=SUM(A1)", "author": "王 五", "into": 0}
    assert content["next"] == "一\n\n二"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.recursive(
    st.none() | st.booleans() | st.integers(-3, 200) | st.text(max_size=12) | st.sampled_from(["3 1", TREE, "red"]),
    lambda each: st.lists(each, max_size=4) | st.dictionaries(
        st.sampled_from(["ideas", "merged", "items", "votes", "bones", "hats", "text", "into", "choices",
                         "voter", "name", "causes", "hat", "notes", "under", "key", "next"]), each, max_size=4),
    max_leaves=20), st.sampled_from(RECORDS))  # fmt: skip
def test_whatever_is_sent_is_read_or_refused_and_what_was_read_is_read_again(
    told: Any, form: str
) -> None:
    content, faults = read(form, told)
    if not faults:
        assert read(form, content) == (content, {})
        parts_of(form, content)


# -- the vote ------------------------------------------------------------------------------------------


def ranks(
    told: list[str], *, items: str = "甲乙丙丁", weighted: bool = True
) -> list[tuple[int, str, int]]:
    rows = [{"text": name} for name in items]
    votes = [{"voter": f"{n}", "choices": choices} for n, choices in enumerate(told, 1)]
    content = good("votes", {"items": rows, "votes": votes, "weighted": weighted})
    return [(row.rank, row.text, row.points) for row in tally(content)]


def test_the_first_choice_counts_most() -> None:
    assert ranks(["3 1 2", "3 2 1"]) == [(1, "丙", 6), (2, "甲", 3), (2, "乙", 3), (4, "丁", 0)]


def test_unweighted_every_choice_counts_one() -> None:
    found = ranks(["3 1", "2 3"], weighted=False)
    assert found == [(1, "丙", 2), (2, "甲", 1), (2, "乙", 1), (4, "丁", 0)]


def test_equal_points_of_more_participants_stand_before() -> None:
    """One first place of two against two second places: two points each."""
    found = ranks(["1 2", "3 2"], items="甲乙丙")
    assert found == [(1, "乙", 2), (2, "甲", 2), (2, "丙", 2)]


def test_without_a_vote_nothing_is_ranked_above() -> None:
    assert ranks([]) == [(1, "甲", 0), (1, "乙", 0), (1, "丙", 0), (1, "丁", 0)]


def test_the_tally_agrees_with_a_slow_count() -> None:
    dice = random.Random(65)
    for _ in range(500):
        count, weighted = dice.randint(1, 6), dice.random() < 0.5
        ballots = [
            dice.sample(range(1, count + 1), dice.randint(0, count))
            for _ in range(dice.randint(0, 5))
        ]
        content = {"items": [{"text": str(n)} for n in range(1, count + 1)], "weighted": weighted,
                   "votes": [{"voter": "x", "choices": ballot} for ballot in ballots]}  # fmt: skip
        longest = max((len(ballot) for ballot in ballots), default=0)
        for row in tally(content):
            mine = [ballot.index(row.number) for ballot in ballots if row.number in ballot]
            assert row.voters == len(mine)
            assert row.points == sum(longest - place if weighted else 1 for place in mine)
            above = [each for each in tally(content)
                     if (each.points, each.voters) > (row.points, row.voters)]  # fmt: skip
            assert row.rank == len(above) + 1


# -- trees and what is shown ---------------------------------------------------------------------------


def test_an_outline_becomes_a_tree_and_an_outline_again() -> None:
    (bone,) = good("tree", {"bones": [{"name": "人员", "causes": TREE}]})["bones"]
    assert [cause["text"] for cause in bone["causes"]] == ["人手不足", "经费没有保障"]
    assert [each["key"] for each in bone["causes"][0]["under"]] == [True, False]
    assert outline(bone["causes"]) == "人手不足\n- 编制少*\n- 借调多\n经费没有保障*"
    assert key_causes({"bones": [bone]}) == ["编制少", "经费没有保障"]


def test_a_fishbone_stays_inside_its_frame_and_escapes_what_it_says() -> None:
    bones = good("tree", {"bones": [
        {"name": f"<主骨{n}>&", "causes": "原因" * 20 + "*\n- " + "下层" * 20} for n in range(10)
    ]})["bones"]  # fmt: skip
    picture = draw("为什么？" * 40, bones)
    assert picture is not None
    for bone in picture.bones:
        for cause in bone["causes"]:
            assert 0 <= float(cause["x"]) <= picture.width
            assert 0 < float(cause["line"]) < picture.height
            assert cause["text"].endswith("…")
    sides = [float(bone["x2"]) < 180 for bone in picture.bones]
    assert sides == [True, False] * 5
    svg = render_to_string("programmes/fishbone.svg", {"picture": picture, "label": 'x"<'})
    assert "&lt;主骨0&gt;&amp;" in svg
    assert 'x"<' not in svg
    assert draw("问", []) is None


def test_parts_leave_out_what_nobody_said() -> None:
    (part,) = parts_of("ideas", good("ideas", {"ideas": [{"text": "甲"}, {"text": "乙"}]}))
    assert (part.columns, part.rows) == (("number", "text"), (("1", "甲"), ("2", "乙")))


def test_hats_stand_in_the_order_in_which_they_were_worn() -> None:
    told = {
        "hats": [
            {"hat": "white", "turn": 2, "notes": "数"},
            {"hat": "blue", "turn": 1, "notes": "程"},
        ]
    }
    (part,) = parts_of("hats", good("hats", told))
    assert [row[0] for row in part.rows] == ["blue", "white"]


def test_limits_hold_for_every_list() -> None:
    for form, parts in SHAPES.items():
        for part in parts:
            if isinstance(part, Lines) and not part.fixed:
                told = {part.key: [{part.fields[0].key: "甲"}] * (part.most + 1)}
                assert part.key in fault(form, told)
