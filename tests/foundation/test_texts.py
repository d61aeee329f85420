import pytest

from actionlearning.foundation.texts import Change, bigrams, changes, likeness, text_hash

A = "县民政局召开专题研讨会,围绕养老服务形成三条措施。"


@pytest.mark.parametrize(
    "other", [A.replace(",", ","), f"  {A}\n", A.upper(), A.replace("。", "!")]
)
def test_text_hash_sees_through_spaces_width_and_punctuation(other):
    assert text_hash(other) == text_hash(A)


def test_text_hash_of_nothing_is_empty():
    assert text_hash(" 。,!\n") == ""


@pytest.mark.parametrize(
    ("other", "low", "high"),
    [
        (A, 100, 100),
        (A + "会后,各股室抓紧落实。", 90, 100),
        ("教育局开展教师培训考核工作。", 0, 10),
        ("", 0, 0),
    ],
)
def test_likeness_is_the_share_of_common_pairs(other, low, high):
    assert low <= likeness(bigrams(A), bigrams(other)) <= high


def test_changes_name_what_went_and_what_came():
    assert changes("一。二。三。", "一。贰。三。四。") == [
        Change("same", "一。"),
        Change("gone", "二。"),
        Change("new", "贰。"),
        Change("same", "三。"),
        Change("new", "四。"),
    ]
