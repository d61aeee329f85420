"""Days to start from: the national arrangements 2004-2026 and the notices of Guangxi checked so far.

The national days come from the chinesecalendar package. 壮族三月三 is in no package (practice §7.1);
its dates for 2026 were not verified when this was written and are left out on purpose, so that the
region stays unpublished for that year until its administrator enters the notice.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from chinese_calendar.constants import holidays, workdays

from programmes.calendar.days import CalendarScope, DayEntry, DayKind, ScopeLevel

NATIONAL_SOURCE = "国务院办公厅关于部分节假日安排的通知（chinesecalendar）"
GUANGXI_SOURCE = "广西壮族自治区人民政府办公厅关于“壮族三月三”放假的通知"
SANYUESAN = "壮族三月三"
SANYUESAN_EN = "Sanyuesan Festival of the Zhuang"

NATIONAL_YEARS = frozenset(day.year for day in holidays)

FESTIVALS = {
    "New Year's Day": ("元旦", "New Year's Day"),
    "Spring Festival": ("春节", "Spring Festival"),
    "Tomb-sweeping Day": ("清明节", "Qingming Festival"),
    "Labour Day": ("劳动节", "Labour Day"),
    "Dragon Boat Festival": ("端午节", "Dragon Boat Festival"),
    "Mid-autumn Festival": ("中秋节", "Mid-Autumn Festival"),
    "National Day": ("国庆节", "National Day"),
    "Anti-Fascist 70th Day": ("抗战胜利70周年纪念日", "70th Anniversary of Victory Day"),
}

# First and last rest day, then the make-up working day; those of 2017 and 2023 turn national
# make-up days into rest.
GUANGXI_RESTS: dict[int, tuple[date, date, date | None]] = {
    2017: (date(2017, 3, 30), date(2017, 4, 1), date(2017, 4, 8)),
    2018: (date(2018, 4, 18), date(2018, 4, 20), date(2018, 4, 15)),
    2021: (date(2021, 4, 14), date(2021, 4, 16), date(2021, 4, 18)),
    2023: (date(2023, 4, 21), date(2023, 4, 23), None),
    2024: (date(2024, 4, 11), date(2024, 4, 12), None),
    2025: (date(2025, 3, 31), date(2025, 4, 1), None),
}


class SeedDay(NamedTuple):
    date: date
    kind: DayKind
    name: str
    name_en: str


def national_days(year: int) -> list[SeedDay]:
    """Rest days and make-up working days of a year, by date; empty where none is known."""
    rests = [
        SeedDay(day, DayKind.REST, *FESTIVALS[name])
        for day, name in holidays.items()
        if day.year == year
    ]
    works = [_make_up(day, *FESTIVALS[name]) for day, name in workdays.items() if day.year == year]
    return sorted(rests + works)


def regional_days(year: int) -> list[SeedDay]:
    """The days on which Guangxi departs from the nation; empty where no notice was verified."""
    if year not in GUANGXI_RESTS:
        return []
    first, last, make_up = GUANGXI_RESTS[year]
    days = [SeedDay(day, DayKind.REST, SANYUESAN, SANYUESAN_EN) for day in _every_day(first, last)]
    if make_up is not None:
        days.append(_make_up(make_up, SANYUESAN, SANYUESAN_EN))
    return sorted(days)


def national_scope() -> CalendarScope:
    days = [day for year in NATIONAL_YEARS for day in national_days(year)]
    return _scope(ScopeLevel.NATION, "全国", days, NATIONAL_SOURCE, NATIONAL_YEARS)


def guangxi_scope() -> CalendarScope:
    days = [day for year in GUANGXI_RESTS for day in regional_days(year)]
    published = frozenset(GUANGXI_RESTS)
    return _scope(ScopeLevel.REGION, "广西壮族自治区", days, GUANGXI_SOURCE, published)


def _scope(
    level: ScopeLevel, name: str, days: list[SeedDay], source: str, published: frozenset[int]
) -> CalendarScope:
    entries = {day.date: DayEntry(day.kind, day.name, day.name_en, source) for day in days}
    return CalendarScope(level, name, entries, published)


def _make_up(day: date, name: str, name_en: str) -> SeedDay:
    return SeedDay(day, DayKind.WORK, make_up_name(name), f"make-up day for {name_en}")


def make_up_name(name: str) -> str:
    return f"{name}调休上班"


def _every_day(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)
