"""What the words of a name are: the same to the database that keeps them and to whoever asks for them."""

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from actionlearning.foundation.words.asking import (
    LONGEST,
    MOST_WORDS,
    Standpoint,
    look_up,
    question,
)
from actionlearning.foundation.words.letters import folded

TEXTS = [
    "关于“农大光”的通知（2026年）",
    "Ａ１ Wide　and  ÄÖ",
    "二〇二六年·第12组",
    "①②③ ﬁ ㈱",
    "\t\n--__%%",
    "𠀀字𡃁",
    "藤县民政局／社区",
]


def asked(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


@pytest.mark.parametrize("text", TEXTS)
def test_the_database_folds_as_the_question_is_folded(tenant, text):
    assert asked("SELECT al_folded(%s)", text) == [(folded(text),)]


@given(st.text(max_size=20))
def test_whatever_is_typed_becomes_characters_that_names_have(text):
    assert not set(folded(text)) & set("\0 ABC%_'-,。《》　")


@pytest.mark.parametrize(
    ("said", "letters"),
    [
        ("农大光", "ndg"),
        ("重庆银行", "cqyh"),
        ("重点调整", "zdtz"),
        ("调查研究", "dcyj"),
        ("第12组", "d12z"),
        ("", ""),
    ],
)
def test_initials_of_a_title(tenant, said, letters):
    assert asked("SELECT al_letters(%s)", said) == [(letters,)]


def test_words_of_a_name(tenant):
    found = asked("SELECT token, rest, size FROM al_words('民政局', 'mzj', 'min zheng ju')")

    assert sorted(found) == sorted(
        [
            ("民政", "局", 3), ("政局", "", 0), ("局", "", 0),
            ("mz", "j", 3), ("zj", "", 0),
            ("mi", "nzhengju", 10), ("zh", "engju", 0), ("ju", "", 0),
        ]
    )  # fmt: skip


def test_nothing_has_no_words(tenant):
    assert asked("SELECT * FROM al_words(NULL, NULL, NULL)") == []
    assert asked("SELECT * FROM al_words(' —— ', '', '')") == []


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("孤儿", ("孤儿",)),
        (" 孤儿　救助 ", ("孤儿", "救助")),
        ("MZJ mzj", ("mzj",)),
        ("《孤儿》，救助", ("孤儿救助",)),
        ("儿", ("儿",)),
        ("7", ("7",)),
        ("a 孤儿", ("孤儿",)),
        ("%_'\\\0", ()),
        ("", ()),
    ],
)
def test_a_question_is_read(typed, words):
    assert question(typed).words == words


def test_what_is_left_out_is_told():
    assert question("a").letter
    assert not question("7").letter
    assert question("长" * (LONGEST + 1)).cut
    assert question(" ".join("甲乙丙丁戊己庚")).cut
    assert len(question(" ".join("甲乙丙丁戊己庚")).words) == MOST_WORDS


def test_a_long_word_is_looked_for_in_pieces():
    assert question("一二三四五六七八九十甲乙丙").pieces == (
        "一二三四五六七八九十",
        "四五六七八九十甲乙丙",
    )


def test_nobody_without_a_place_finds_anything(world):
    assert look_up(question("民政"), Standpoint(inside=""), ["person", "organisation"], 10) == (
        [],
        [],
    )
