"""Divisions: the file that comes along, loading it, and every kind of broken file."""

from collections import Counter
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from actionlearning.foundation.errors import BadInput, NotAllowed
from actionlearning.foundation.models import AuditEvent
from actionlearning.foundation.scope import WHOLE, scope
from actionlearning.foundation.tasks import system_user
from groups.actions.divisions import load_divisions, try_divisions
from groups.divisions.reading import SHIPPED, read, shipped
from groups.models import Division
from tests.conftest import found_tenant
from tests.moments import NOON

HEADER = "code,name,level,parent,valid_from,valid_to"
GOOD = [
    HEADER,
    "450000,广西壮族自治区,region,,,",
    "450100,南宁市,city,450000,,",
    "450127,横县,county,450100,2002-01-01,2020-12-31",
    "450181,横州市,county,450100,2021-01-01,",
    "450181100000,横州镇,township,450181,,",
    "450400,梧州市,city,450000,,",
    "450422,藤县,county,450400,,",
    "450422104000,埌南镇,township,450422,,",
]
BY_CITY = {
    "南宁市": 12, "柳州市": 10, "桂林市": 17, "梧州市": 7, "北海市": 4, "防城港市": 4, "钦州市": 4,
    "贵港市": 5, "玉林市": 7, "百色市": 12, "贺州市": 5, "河池市": 11, "来宾市": 6, "崇左市": 7,
}  # fmt: skip


def file(*lines: str) -> bytes:
    return ("\n".join(lines) + "\n").encode()


def load(*lines: str, **options: Any) -> Any:
    return load_divisions(read(file(*lines)), by=system_user(), now=NOON, **options)


def names(**asked: Any) -> list[str]:
    return list(
        Division.objects.filter(**asked).order_by("code", "valid_to").values_list("name", flat=True)
    )


def test_the_file_has_guangxi_as_it_stands():
    today = [line for line in shipped() if line.valid_to is None]
    level = Counter(line.level for line in today)
    assert level == {"region": 1, "city": 14, "county": 111, "township": 1257}
    towns = Counter(
        "sub-district" if line.name.endswith("街道") else line.name[-1]
        for line in today
        if line.level == "township"
    )
    assert towns == {"镇": 806, "乡": 253 + 59, "sub-district": 139}
    cities = {line.code: line.name for line in today if line.level == "city"}
    below = Counter(cities[line.parent] for line in today if line.level == "county")
    assert below == BY_CITY


def test_a_county_that_became_a_city_has_both_names(tenant):
    load_divisions(shipped(), by=system_user(), now=NOON)

    before = Division.objects.valid_on(date(2020, 12, 31)).filter(parent="450100")
    after = Division.objects.valid_on(date(2021, 1, 1)).filter(parent="450100")
    assert {row.code for row in before} - {row.code for row in after} == {"450127"}
    assert {row.full_name for row in after} - {row.full_name for row in before} == {
        "广西壮族自治区南宁市横州市"
    }
    assert names(code="450206") == ["市郊区", "柳江区"]


def test_loading_twice_changes_nothing(tenant):
    first = load_divisions(shipped(), by=system_user(), now=NOON)
    assert (first.added, first.changed, first.ended) == (1453, 0, 0)
    audit = AuditEvent.objects.filter(action="divisions.loaded")
    assert [event.detail["added"] for event in audit] == [1453]

    assert load_divisions(shipped(), by=system_user(), now=NOON).nothing
    assert audit.count() == 1
    assert Division.objects.get(code="450422104000").full_name == "广西壮族自治区梧州市藤县埌南镇"


def test_a_new_file_corrects_and_ends_and_deletes_nothing(tenant):
    load(*GOOD)
    newer = [line.replace("埌南镇", "埌南新镇") for line in GOOD if "横州镇" not in line]

    done = load(*newer)

    assert (done.added, done.changed, done.ended) == (0, 1, 1)
    assert names(code="450422104000") == ["埌南新镇"]
    gone = Division.objects.get(code="450181100000")
    assert (gone.valid_to, gone.version) == (date(2026, 3, 2), 2)
    assert load(*newer).nothing


def test_a_name_that_gave_way_ends_the_day_before(tenant):
    load(*GOOD)
    renamed = "450422,藤州市,county,450400,2026-02-01,"
    load(*[line for line in GOOD if "藤县" not in line], renamed)
    rows = (
        Division.objects.filter(code="450422").order_by("valid_to").values_list("name", "valid_to")
    )
    assert list(rows) == [("藤县", date(2026, 1, 31)), ("藤州市", None)]
    assert Division.objects.get(code="450422104000").full_name.endswith("梧州市藤州市埌南镇")


def test_under_a_code_nothing_else_is_touched(tenant):
    done = load(*GOOD, under="450400")
    assert names() == ["广西壮族自治区", "梧州市", "藤县", "埌南镇"]
    assert done.added == 4

    load(*GOOD)
    ended = load(
        *[line for line in GOOD if "埌南" not in line and "横州镇" not in line], under="4504"
    )
    assert ended.ended == 1
    assert names(valid_to=None, level="township") == ["横州镇"]
    with pytest.raises(BadInput, match="begins with “44”"):
        load(*GOOD, under="44")


def test_a_try_says_the_same_and_does_nothing(tenant):
    said = try_divisions(read(file(*GOOD)), by=system_user(), now=NOON)
    assert said.added == 8
    assert names() == []
    assert not AuditEvent.objects.filter(action="divisions.loaded").exists()


def test_another_space_sees_nothing_of_it(tenant):
    load(*GOOD)
    with scope(found_tenant("rival"), path=WHOLE, actor=None):
        assert names() == []


def test_only_the_top_of_the_tree_loads(world):
    lines = read(file(*GOOD))
    with pytest.raises(NotAllowed):
        load_divisions(lines, by=world.dora, now=NOON)
    assert load_divisions(lines, by=world.ana, now=NOON).added == 8


DAMAGE = {
    "code of letters": lambda row: ["45x0z0", *row[1:]],
    "code too short": lambda row: [row[0][:-1], *row[1:]],
    "code as a spreadsheet writes it": lambda row: [f"{row[0]}.0", *row[1:]],
    "full-width digits": lambda row: ["４５０１００", *row[1:]],
    "no name": lambda row: [row[0], "", *row[2:]],
    "spaces around the name": lambda row: [row[0], f" {row[1]} ", *row[2:]],
    "a line break in the name": lambda row: [row[0], '"横\n县"', *row[2:]],
    "a name without end": lambda row: [row[0], "镇" * 61, *row[2:]],
    "an unknown level": lambda row: [*row[:2], "village", *row[3:]],
    "another level": lambda row: [*row[:2], "city" if row[2] != "city" else "county", *row[3:]],
    "a broken parent": lambda row: [*row[:3], "459900" if row[3] else "450000", *row[4:]],
    "a parent of another city": lambda row: [*row[:3], "450499", *row[4:]],
    "a day that is none": lambda row: [*row[:4], "2021-02-30", row[5]],
    "a day written otherwise": lambda row: [*row[:5], "20211231"],
    "the end before the beginning": lambda row: [*row[:4], "2021-02-03", "2021-02-02"],
    "a column less": lambda row: row[:-1],
    "a column more": lambda row: [*row, ""],
    "an empty line": lambda row: [],
}


@pytest.mark.parametrize("place", range(1, len(GOOD)))
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_broken_line_is_named_and_nothing_is_loaded(tenant, damage, place):
    broken = [*GOOD]
    broken[place] = ",".join(DAMAGE[damage](GOOD[place].split(",")))

    with pytest.raises(BadInput) as refused:
        load(*broken)

    told = place + (2 if "line break" in damage else 1)
    assert f"Line {told}: " in refused.value.message
    assert names() == []


@pytest.mark.parametrize("place", range(2, len(GOOD)))
def test_a_code_that_comes_twice(place):
    with pytest.raises(BadInput, match=rf"Line {len(GOOD) + 1}: .*see line {place + 1}"):
        read(file(*GOOD, GOOD[place]))


@pytest.mark.parametrize("place", [1, 2, 4, 6, 7])
def test_whatever_stands_below_a_missing_line_is_named(place):
    code = GOOD[place].split(",")[0]
    below = [number for number, line in enumerate(GOOD) if line.split(",")[3] == code]
    with pytest.raises(BadInput) as refused:
        read(file(*GOOD[:place], *GOOD[place + 1 :]))
    told = [int(line.split()[1].rstrip(":")) for line in refused.value.message.splitlines()]
    assert told == [number if number > place else number + 1 for number in below]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("450300,桂林市,city,450000,2021-01-01,", "“450000”, does not hold on the last day"),
        ("450300,桂林市,city,450000,2019-12-31,2020-01-02", "does not hold on the last day"),
        ("450300104000,兴安镇,township,450000,,2010-01-01", "cannot stand below “450000”"),
        ("450422105000,太平镇,township,450400,,2010-01-01", "stands below “450422”, not straight"),
        ("450423,蒙山县,county,450000,,2010-01-01", "stands below “450400”, not straight"),
    ],
)
def test_a_division_above_that_does_not_hold_it(line, words):
    """The region ended on 1 January 2020."""
    ended = [f"{each.rpartition(',')[0]},2020-01-01" for each in GOOD[1:] if "450181" not in each]
    ended = [each.replace("2020-12-31,2020-01-01", "2020-01-01") for each in ended]
    read(file(HEADER, *ended))
    with pytest.raises(BadInput, match=rf"Line {len(ended) + 2}: .*{words}"):
        read(file(HEADER, *ended, line))


def test_a_level_may_be_missing():
    found = read(
        file(*GOOD, "459001,直管市,county,450000,,", "450100104000,直管镇,township,450100,,")
    )

    assert len(found) == len(GOOD) + 1  # the heading is none


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "Line 1: the first line must read"),
        (file("code;name;level"), "Line 1: the first line must read"),
        (file(HEADER.replace("parent", "above")), "Line 1: the first line must read"),
        (file(HEADER), "no division in the file"),
        ("\n".join(GOOD).encode("gb18030"), "Line 2: this is not UTF-8"),
        (file(*GOOD) + b"\xff\n", "Line 10: this is not UTF-8"),
        ("\n".join(GOOD).encode("utf-16"), "Line 1: this is not UTF-8"),
        (file(*GOOD, '450423,"蒙山县,county,450400,,'), "quotation mark is not closed"),
        (b"x" * 8_000_001, "larger than 8 MB"),
        (b"PK\x03\x04" + bytes(100), "Line 1: "),
    ],
    ids=range(10),
)
def test_a_file_that_is_none(raw, words):
    with pytest.raises(BadInput, match=words):
        read(raw)


def test_many_mistakes_are_told_and_counted():
    broken = [line.replace("4501811", f"4501{n}1") for n in range(30) for line in GOOD[5:6]]
    with pytest.raises(BadInput) as refused:
        read(file(*GOOD[:3], *broken))
    assert len(refused.value.message.splitlines()) == 21
    assert "and 10 more" in refused.value.message


def test_a_file_of_a_spreadsheet_is_read():
    assert len(read(b"\xef\xbb\xbf" + file(*GOOD).replace(b"\n", b"\r\n"))) == 8


def test_another_province_is_left_alone(tenant):
    load(*GOOD)
    guangdong = [HEADER, "440000,广东省,region,,,", "440100,广州市,city,440000,,"]
    done = load(*guangdong)
    assert (done.new, done.gone) == (("广东省", "广东省广州市"), ())
    assert load(*guangdong[:2]).gone == ("广东省广州市",)
    assert names(valid_to=None, level="county") == ["横州市", "藤县"]


def test_the_command_asks_before_anything_ends(world, tmp_path: Path):
    load(*GOOD)
    part = tmp_path / "part.csv"
    part.write_bytes(
        file(*GOOD[:2], GOOD[6].replace("梧州市", "梧洲市"), "450300,桂林市,city,450000,,")
    )
    out = StringIO()
    wanted = ("load_divisions", "teng", "--file", str(part))

    call_command(*wanted, "--dry-run", stdout=out)
    said = out.getvalue().splitlines()
    assert said[:2] == [
        "teng: 1 would be added: 广西壮族自治区桂林市",
        "teng: 1 would change: 广西壮族自治区梧洲市",
    ]
    assert said[2].startswith("teng: 5 would end: ")
    assert "广西壮族自治区梧州市藤县" in said[2]
    with pytest.raises(CommandError, match="nothing was loaded in: teng"):
        call_command(*wanted, stdout=out)
    assert out.getvalue().splitlines()[3:] == said
    assert names(valid_to=None, level="county") == ["横州市", "藤县"]

    call_command(*wanted, "--yes", stdout=out)
    assert out.getvalue().splitlines()[-1] == "teng: 1 added, 1 changed, 5 ended"
    assert names(valid_to=None) == ["广西壮族自治区", "桂林市", "梧洲市"]


def test_the_command_says_what_it_did(world, tmp_path: Path):
    out = StringIO()
    call_command("load_divisions", "teng", "--under", "450422", stdout=out)
    call_command("load_divisions", "--tenant", "teng", "--under", "4504", stdout=out)
    call_command("load_divisions", "teng", "--under", "4504", stdout=out)
    towns = len([line for line in shipped() if line.code.startswith("4504")])
    assert out.getvalue().splitlines() == [
        "teng: 20 added, 0 changed, 0 ended",
        f"teng: {towns - 19} added, 0 changed, 0 ended",
        "teng: 0 added, 0 changed, 0 ended",
    ]

    broken = tmp_path / "mine.csv"
    broken.write_bytes(SHIPPED.read_bytes().replace(b",450422,,", b",450492,,", 1))
    with pytest.raises(CommandError, match=r"Line \d+: “450422\d+” cannot stand below “450492”"):
        call_command("load_divisions", "teng", "--file", str(broken))
    with pytest.raises(CommandError, match="No such file"):
        call_command("load_divisions", "teng", "--file", str(tmp_path / "none.csv"))
    with pytest.raises(CommandError, match="No such tenant"):
        call_command("load_divisions", "nowhere")
