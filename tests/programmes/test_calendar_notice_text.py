from datetime import date

import pytest

from programmes.calendar.notice_text import ORDINARY, WRONG_WEEKDAY, ListedDay, read_notice
from programmes.calendar.seed import national_days

YEAR_2026 = """
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫、疫情防控等工作。
"""


def days(text, year=2026, name="节"):
    return [(each.day, each.kind) for each in read_notice(text, year, name).days]


def test_a_sentence_becomes_rest_days_and_a_day_worked_instead():
    text = "9月25日（周五）至27日（周日）放假调休，共3天。9月20日（周日）上班"

    assert read_notice(text, 2026, "中秋节").days == (
        ListedDay(date(2026, 9, 20), "work", "中秋节调休上班"),
        ListedDay(date(2026, 9, 25), "rest", "中秋节"),
        ListedDay(date(2026, 9, 26), "rest", "中秋节"),
        ListedDay(date(2026, 9, 27), "rest", "中秋节"),
    )


def test_the_whole_notice_of_2026_reads_as_the_days_that_ship():
    reading = read_notice(YEAR_2026, 2026)

    assert [(each.day, each.kind) for each in reading.days] == [
        (day.date, day.kind.value) for day in national_days(2026)
    ]
    assert {each.name for each in reading.days if each.day.month == 2} == {"春节", "春节调休上班"}
    assert reading.unread == ()
    assert {each.doubt for each in reading.days} == {""}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("4月20日、21日放假", [(20, "rest"), (21, "rest")]),
        ("4月20日至21日休息，4月26日补班", [(20, "rest"), (21, "rest"), (26, "work")]),
        ("4月26日（星期日）上班，4月20日(周一)放假", [(20, "rest"), (26, "work")]),
        ("2026年4月20日－4月21日放假", [(20, "rest"), (21, "rest")]),
        ("放假期间值班电话12345", []),
        ("自4月20日起施行", []),
    ],
)
def test_the_usual_ways_to_say_it(text, found):
    assert days(text) == [(date(2026, 4, day), kind) for day, kind in found]


def test_a_holiday_may_cross_the_year():
    assert [day for day, _kind in days("12月31日至1月2日放假")] == [
        date(2026, 12, 31),
        date(2027, 1, 1),
        date(2027, 1, 2),
    ]


def test_a_year_in_the_sentence_wins():
    assert days("2027年1月1日放假") == [(date(2027, 1, 1), "rest")]


def test_a_weekday_that_does_not_fit_is_a_doubt():
    (only,) = read_notice("10月1日（周五）放假", 2026, "国庆节").days

    assert only.doubt == WRONG_WEEKDAY


def test_a_make_up_day_on_a_working_day_is_a_doubt():
    (only,) = read_notice("9月21日上班", 2026, "中秋节").days

    assert only.doubt == ORDINARY


@pytest.mark.parametrize(
    "text", ["13月40日放假", "2月30日放假", "1月1日至12月31日放假", "25日放假"]
)
def test_what_makes_no_sense_is_handed_back(text):
    reading = read_notice(text, 2026, "节")

    assert (reading.days, reading.unread) == ((), (text,))
