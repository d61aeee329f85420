"""One word for one thing: every sentence that names a glossary term in English uses its Chinese word."""

import re
from collections.abc import Iterator

import pytest

from tests.languages.catalogues import catalogue, glossary
from tests.languages.characters import not_simplified, not_traditional

OTHER_SENSE = {
    "draft": "of the glossary the act 拟稿; on the screens a state, 草稿",
    "approve": "of the glossary an approval from above; on the screens a unit's own sign-off, 审签",
    "rank": "of the glossary a person's 职级; on the screens a place in an order, 位次",
    "sign-in": "of the glossary at a meeting, 签到; on the screens the account, 账号",
    "member": "counted in 人 in whole sentences",
}
"""English words with a second sense, each with the two senses: their sentences are not compared."""
ALSO = {
    "programme": (
        "计划",
        "主办",
        "方案",
    ),  # 计划 on the screens; 主办 runs it, and a clause is its 方案's
    "project": (
        "课题",
        "小组",
    ),  # whatever its depth, the screens call it by the plan's word for the whole
    "executive office": ("执行办",),
    "executive-office director": ("执行办主任",),
    "review": ("评审组", "审核"),
    "tenant": ("单位空间",),  # the glossary's own note: 租户 is for operators
}
"""Shorter or wider words that mean the same, beside the glossary's own."""
FORBIDDEN = {
    "zh_Hans": ("租户", "岗位", "行动办", "用户权限", "帐号", "登陆", "其它"),
    "zh_Hant": (
        "租戶", "覆盤", "會籤", "審覈", "審籤", "啓", "羣", "爲", "衆", "綫", "臺", "佈",
        "使用者", "登入", "預設", "軟體", "網路", "伺服器", "程式", "螢幕", "專案", "帳號",
    ),
}  # fmt: skip
"""Forms that would be a second word for something: each has its one word in the glossary or the catalogue."""


def _names(term: dict[str, str]) -> list[str]:
    """“name list (roster)” is found by both."""
    bare = re.sub(r"\s*\(.*?\)", "", term["en"])
    inside = re.findall(r"\((roster)\)", term["en"])
    return [bare.removeprefix("to "), *inside]


def _patterns() -> Iterator[tuple[dict[str, str], str, re.Pattern[str]]]:
    for term in glossary():
        for name in _names(term):
            yield (
                term,
                name,
                re.compile(rf"(?<![\w-]){re.escape(name)}(?:s|es)?(?![\w-])", re.IGNORECASE),
            )


_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
PATTERNS = sorted(_patterns(), key=lambda found: -len(found[1]))


def _terms_in(sentence: str) -> Iterator[tuple[dict[str, str], str]]:
    """The longest first; what a longer one covers is not asked again."""
    for term, name, pattern in PATTERNS:
        if pattern.search(sentence):
            sentence = pattern.sub("·", sentence)
            yield term, name


def _words_for(term: dict[str, str], name: str) -> tuple[str, ...]:
    bare = re.sub(r"\(.*?\)", "", term["zh_Hans"])
    return (bare, *ALSO.get(name.casefold(), ()), *ALSO.get(_names(term)[0].casefold(), ()))


def test_there_are_all_208_terms() -> None:
    assert [int(term["number"]) for term in glossary()] == list(range(1, 209))


def test_every_sentence_uses_the_glossary_s_word() -> None:
    wrong = [
        f"{name} → {'/'.join(_words_for(term, name))}: {msgid!r} says {words!r}"
        for (_context, msgid, plural), words in catalogue("zh_Hans").items()
        for term, name in _terms_in(_PLACEHOLDER.sub("", f"{msgid}\n{plural}"))
        if name.casefold() not in OTHER_SENSE
        and words
        and not any(each in words for each in _words_for(term, name))
    ]
    assert "\n".join(wrong) == ""


def test_the_comparison_finds_a_wrong_word() -> None:
    found = {name for _term, name in _terms_in("Every liaison officer signs the ledger.")}
    assert found == {"liaison officer", "ledger"}


def test_no_exception_is_left_over() -> None:
    """An exception nobody needs hides the next mistake."""
    used = {
        name.casefold()
        for _context, msgid, plural in catalogue("zh_Hans")
        for _term, name in _terms_in(f"{msgid}\n{plural}")
    }
    known = {name.casefold() for _term, name, _pattern in PATTERNS}
    assert set(ALSO) <= known
    assert {name for name in OTHER_SENSE if name in known} <= used


@pytest.mark.parametrize("place", ["locale", "locale/data"])
def test_traditional_sentences_use_the_traditional_form_of_every_term(place: str) -> None:
    traditional = catalogue("zh_Hant", place)
    simple = catalogue("zh_Hans") if place == "locale" else {key: key[1] for key in traditional}
    wrong = [
        f"{term['zh_Hans']} → {term['zh_Hant']}: {words!r}"
        for key, words in traditional.items()
        for term in glossary()
        if len(term["zh_Hans"]) > 1
        and simple.get(key, "").count(term["zh_Hans"]) > words.count(term["zh_Hant"])
    ]
    assert "\n".join(wrong) == ""


@pytest.mark.parametrize("language", FORBIDDEN)
def test_no_second_word_for_the_same_thing(language: str) -> None:
    wrong = [
        f"{word}: {words!r}"
        for words in catalogue(language).values()
        for word in FORBIDDEN[language]
        if word in words
    ]
    assert "\n".join(wrong) == ""


@pytest.mark.parametrize("place", ["locale", "locale/data"])
def test_no_simplified_character_in_traditional_text(place: str) -> None:
    texts = catalogue("zh_Hant", place).values()
    wrong = [f"{odd}: {text!r}" for text in texts if (odd := not_traditional(text))]
    assert "\n".join(wrong) == ""


def test_no_traditional_character_in_simplified_text() -> None:
    texts = [*catalogue("zh_Hans").values(), *(term["zh_Hans"] for term in glossary())]
    wrong = [f"{odd}: {text!r}" for text in texts if (odd := not_simplified(text))]
    assert "\n".join(wrong) == ""


def test_the_glossary_s_own_forms_are_of_their_script() -> None:
    assert [t["zh_Hant"] for t in glossary() if not_traditional(t["zh_Hant"])] == []


@pytest.mark.parametrize(
    ("text", "odd"), [("复盘", "复盘"), ("復盤", ""), ("里程碑", ""), ("這裏", ""), ("审核", "审")]
)
def test_a_simplified_character_is_recognised(text: str, odd: str) -> None:
    assert not_traditional(text) == odd
