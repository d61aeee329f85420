"""The texts that are like a given one, in their order."""

from actionlearning.foundation.similarity import Likeness, most_alike

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
