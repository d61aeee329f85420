"""The texts that are like a given one, in their order."""

from actionlearning.foundation.similarity import (
    SIZE,
    Likeness,
    blank,
    masks,
    most_alike,
    nearest,
    signature,
)

ASKED = "全县孤儿底数不清，救助渠道少。"
OTHERS = [
    ("same", "全县孤儿底数不清,救助渠道少"),
    ("half", "全县孤儿底数不清，安置率低。"),
    ("other", "农村公路养护资金不足。"),
    ("empty", ""),
]


def test_most_alike_comes_first_and_what_is_below_the_least_is_left_out() -> None:
    found = most_alike(ASKED, OTHERS, least=40, most=5)

    assert [each.item for each in found] == ["same", "half"]
    assert found[0] == Likeness("same", 100)


def test_most_alike_ends_after_the_most() -> None:
    assert len(most_alike(ASKED, [*OTHERS, *OTHERS], least=40, most=3)) == 3


def test_signature_has_its_length_and_says_nothing_of_nothing() -> None:
    assert len(signature("孤儿救助", ASKED * 100)) == SIZE
    assert signature("", "") == blank()


def test_all_masks_of_a_topic_are_in_its_own_signature() -> None:
    own = signature("孤儿救助", ASKED)

    for mask in masks("孤儿救助", ASKED):
        assert "1" in mask.bits
        assert all(bit <= mine for bit, mine in zip(mask.bits, own, strict=True))
        assert all(bit <= half for bit, half in zip(mask.bits, mask.within, strict=True))


def test_what_all_say_tells_less_than_what_one_says() -> None:
    shared = [(number, f"县城{word}", "") for number, word in enumerate(["停车", "内涝", "公交"])]

    found = nearest("县城积水", "", shared)

    assert found[0].item == 1
    assert found[0].score > found[1].score
