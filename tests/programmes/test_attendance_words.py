"""Who was there, as people write it on a telephone: names, words and whatever they put between them."""

from itertools import permutations, product

import pytest

from programmes.documents.attendance import Reading, laid_beside, lines_of_text
from programmes.documents.attendance_words import WORDS
from programmes.states import Presence
from tests.programmes.test_attendance_lists import AWAY, GONE, HERE, read, said, team

JOINTS = {
    "nothing": "{}{}", "blank": "{} {}", "wide blank": "{}　{}", "tab": "{}\t{}", "comma": "{},{}",
    "full comma": "{}，{}", "stop": "{}、{}", "colon": "{}:{}", "full colon": "{}：{}", "blanks": "{} ： {}",
    "brackets": "{}({})", "full brackets": "{}（{}）", "blank and brackets": "{} （{}）",
    "square": "{}【{}】", "dash": "{}——{}", "hyphen": "{}-{}", "slash": "{}/{}",
}  # fmt: skip
NUMBERED = ("{} {}", "{}. {}", "{}.{}", "{}、{}", "{}{}", "（{}）{}", "{}) {}", "{}\t{}")
SPELLED = ("王一", "王 一", "王　一", "@王一", "王一 ")
COMMON = [
    (presence, word)
    for presence, words in WORDS.items()
    for word in words
    if len(word) > 1 or word in "√✓✔✅☑×✗✘❌☒╳"
]


def outcomes(found: Reading) -> list[str]:
    return [each.outcome for each in found.told]


@pytest.mark.parametrize("joint", JOINTS)
def test_a_known_word_is_said_of_the_name_before_it(joint: str) -> None:
    """Every word, behind every spelling of a name, however joined, in either order of the lines."""
    people = team("王一", "李二", "组员1")
    for (presence, word), spelled in product(COMMON, SPELLED):
        if word.isascii() and joint == "nothing":
            continue  # as part of a name it is one
        for lines in permutations((JOINTS[joint].format(spelled, word), "李二")):
            found = read("\n".join(lines), people)
            wanted = [presence, HERE, GONE]
            assert (said(found, people), found.guests) == (wanted, []), (lines, found.told)


@pytest.mark.parametrize("joint", JOINTS)
def test_words_behind_several_names_of_one_line_are_each_one_s_own(joint: str) -> None:
    people = team("王一", "李二", "赵三")
    for words in product(("请假", "缺席", "√"), repeat=3):
        pairs = [
            JOINTS[joint].format(*each)
            for each in zip(("王一", "李二", "赵三"), words, strict=True)
        ]
        wanted = [{"请假": AWAY, "缺席": GONE, "√": HERE}[word] for word in words]
        for between in (" ", "，", "、", "；"):
            found = read(between.join(pairs), people)
            assert (said(found, people), found.guests) == (wanted, []), between.join(pairs)


@pytest.mark.parametrize("number", NUMBERED)
def test_numbers_before_names_are_no_part_of_them(number: str) -> None:
    people = team("王一", "李二", "组员3")
    for between, tail in product(("\n", " ", "，"), ("", " 请假", "（请假）")):
        if between != "\n" and "\t" in number:
            continue
        names = ("王一", f"李二{tail}", "组员3")
        text = between.join(number.format(n, name) for n, name in enumerate(names, 1))
        found = read(text, people)
        wanted = [HERE, AWAY if tail else HERE, HERE]
        assert (said(found, people), found.guests) == (wanted, []), (text, found.told)


@pytest.mark.parametrize(
    "text",
    [
        "@王一 @李二", "@王一@李二", "＠王一\u2005＠李二", "王一/李二", "王 一 李 二", "王一李二".replace("李", " 李"),
        "#接龙\n1. 王一\n2. 李二", "- 王一\n• 李二", "一、王一\n二、李二", "①王一\n②李二", "1 王一 2 李二",
        "姓名 出席\n王一 √\n李二 √", "姓名\n王一\n李二", "姓名 出席\n王一 李二", "姓名：王一、李二", "参会人员：王一、李二", "实到：王一，李二",
        "序号 姓名 单位 出席情况\n1 王一 民政局 √\n2 李二 民政局 √", "序号\t姓名\t单位\n1\t王一\t民政局\n2\t李二\t民政局",
        "1\t王一\t2\t李二", "民政局（王一、李二）", "参会人员：\n王一\n李二", "王一 1\n李二 1", "√王一\n√ 李二", "缺席：无\n王一\n李二",
    ],
)  # fmt: skip
def test_whoever_is_named_is_found(text: str) -> None:
    people = team("王一", "李二", "赵三")
    found = read(text, people)
    assert (said(found, people), found.guests) == ([HERE, HERE, GONE], []), found.told


@pytest.mark.parametrize(
    "text",
    [
        "请假：王一、李二", "请假 王一 李二", "请假人员：王一，李二", "请假：\n王一\n李二\n\n", "王一、李二\t请假",
        "王一 请假、李二 请假", "王一（请假，家中有事）李二（请假）", "出席：赵三；请假：王一、李二", "王一 请假（家中有事）\n李二：出差",
        "1、王一（病假）2、李二（事假）", "序号 姓名 备注 出席\n1 王一 无 请假\n2 李二 无 请假", "王一 请假 出差\n李二请假。",
    ],
)  # fmt: skip
def test_whoever_is_excused_is_found(text: str) -> None:
    people = team("王一", "李二")
    found = read(text, people)
    assert (said(found, people), [n for n in found.guests if n != "赵三"]) == ([AWAY, AWAY], [])


def test_a_word_behind_several_names_is_asked_of_those_before() -> None:
    people = team("王一", "李二", "赵三")
    found = read("王一、李二、赵三请假", people)
    assert said(found, people) == [None, None, AWAY]
    assert "“请假” may be said of him too" in found.told[0].words
    assert said(read("王一、李二、赵三（请假）", people), people) == [HERE, HERE, AWAY]
    assert said(read("王一、李二、赵三 出席", people), people) == [HERE] * 3


@pytest.mark.parametrize(
    "text", ["王一（教育局）", "王一：大概来", "王一△", "王一？", "王一 出席 缺席"]
)
def test_what_nobody_knows_behind_a_name_is_asked(text: str) -> None:
    people = team("王一")
    found = read(text, people)
    assert (said(found, people), found.guests, outcomes(found)) == ([None], [], ["asked"])


def test_a_guest_keeps_his_unit_and_is_not_lost() -> None:
    found = read("陈五（教育局）\n民政局：王一、林六\n周七（请假）\n组员 7", team("王一"))
    assert found.guests == ["陈五（教育局）", "林六", "组员7"]
    assert [(t.line.number, t.line.name, t.outcome) for t in found.told] == [
        (1, "陈五（教育局）", "guest"), (2, "民政局", "out"), (2, "王一", "member"), (2, "林六", "guest"),
        (3, "周七", "out"), (4, "组员7", "guest"),
    ]  # fmt: skip


def test_what_is_no_name_is_said_line_by_line() -> None:
    found = read("应到9人，实到2人\n王一\n请假", team("王一", "李二"))
    assert [(t.line.number, t.line.name, t.outcome) for t in found.told] == [
        (1, "应到9人", "out"), (1, "实到2人", "out"), (2, "王一", "member"), (3, "请假", "out"),
    ]  # fmt: skip
    assert "stands alone" in found.told[3].words
    for text in ("请假人员 缺席", "请假 出差", "（请假）", "√"):
        assert outcomes(read(f"王一\n{text}", team("王一"))) == ["member", "out"], text
    assert outcomes(read("王一\n请假：无", team("王一"))) == ["member"]


@pytest.mark.parametrize(
    "name", ["组员 1", "Liu Wei", "阿卜杜拉·买买提", "1组", "Jean-Paul", "王一v"]
)
def test_an_expected_name_is_found_before_its_parts_are_read(name: str) -> None:
    people = team(name, "王一")
    for text in (
        f"{name}\n王一 请假",
        f"1. {name}\n2. 王一（请假）",
        f"{name}、王一：请假，",
        f"王一，请假 {name}",
    ):
        found = read(text, people)
        assert (said(found, people)[1], found.guests) == (AWAY, []), text
        assert said(found, people)[0] in (HERE, None)


def test_no_name_of_many_is_lost() -> None:
    """Whatever stands between them, each is present, excused, absent, a guest or asked about."""
    people = team("王一", "李二")
    pieces = ("王一", "李二请假", "周七", "（请假）", "1.", "@", "：", "大概", "\t", "√", "姓名")
    for chosen in product(pieces, repeat=3):
        text = "王一" + "".join(chosen) + " 李二\n陈五"
        found = laid_beside(lines_of_text(text, people), people)
        assert "陈五" in "".join(found.guests + [t.line.name for t in found.told]), text
        shown = "".join(t.line.name + t.line.said for t in found.told)
        for name in ("王一", "李二", "周七"):
            assert name not in text or name in shown, (text, found.told)


def test_a_presence_has_no_word_of_another() -> None:
    words = [word for each in WORDS.values() for word in each]
    assert len(words) == len(set(words))
    assert set(WORDS) == set(Presence)
