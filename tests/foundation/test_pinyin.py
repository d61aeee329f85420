import pytest

from actionlearning.foundation.pinyin import (
    SURNAMES,
    TWO_CHARACTER_SURNAMES,
    initials,
    sort_key,
    spelling,
)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("张三", "zhang san"),
        ("张　三", "zhang san"),
        ("单田芳", "shan tian fang"),
        ("区大为", "ou da wei"),
        ("仇和", "qiu he"),
        ("解缙", "xie jin"),
        ("查良镛", "zha liang yong"),
        ("曾国强", "zeng guo qiang"),
        ("翟志刚", "zhai zhi gang"),
        ("覃伟", "qin wei"),
        ("尉迟恭", "yu chi gong"),
        ("万俟卨", "mo qi xie"),
        ("单于丹", "chan yu dan"),
        ("欧阳修", "ou yang xiu"),
        ("吕布", "lv bu"),
        ("买买提·艾力", "mai mai ti ai li"),
        ("John Smith", "john smith"),
        ("", ""),
        ("·", ""),
    ],
)
def test_sort_key_of_a_person(name, key):
    assert sort_key(name, surname=True) == key


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("单位", "dan wei"),
        ("解放路", "jie fang lu"),
        ("重庆市行政学院", "chong qing shi xing zheng xue yuan"),
        ("梧州市长洲区", "wu zhou shi chang zhou qu"),
        ("龙圩区新圩镇", "long xu qu xin xu zhen"),
        ("都安瑶族自治县", "du an yao zu zi zhi xian"),
        ("第12组", "di 12 zu"),
        ("ABC公司", "abc gong si"),
        ("Ａ区（二）", "a qu er"),
    ],
)
def test_sort_key_of_an_organisation(name, key):
    assert sort_key(name) == key


def test_sort_key_orders_by_syllable():
    assert sorted(["李子", "连城", "李安"], key=sort_key) == ["李安", "李子", "连城"]


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("张三", "zs"),
        ("单田芳", "stf"),
        ("尉迟恭", "ycg"),
        ("第12组", "d12z"),
        ("ABC公司", "abcgs"),
    ],
)
def test_initials(name, letters):
    assert initials(name, surname=True) == letters


def test_spelling_is_what_people_type():
    assert (spelling("张三", surname=True), spelling("第12组")) == ("zhangsan", "di12zu")


def test_given_name_is_read_apart_from_the_family_name():
    assert sort_key("曾长乐", surname=True).startswith("zeng chang")
    assert sort_key("朝阳", surname=True).endswith(" yang")


def test_tables_hold_readings_of_the_right_length():
    assert all(len(name) == 1 and reading.isascii() for name, reading in SURNAMES.items())
    assert all(len(name) == len(reading) == 2 for name, reading in TWO_CHARACTER_SURNAMES.items())
