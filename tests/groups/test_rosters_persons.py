"""Rosters of people: what the check shows, what is entered, and every habit of `practice.md` §9.2."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook

from actionlearning.foundation.errors import BadInput, RuleBroken
from actionlearning.foundation.models import AuditEvent
from groups.actions.persons import add_person, change_person
from groups.actions.roster_batches import (
    WAITS_AT_MOST,
    confirm_batch,
    discard_batch,
    discard_old_batches,
)
from groups.models import Person, RosterRow
from groups.rosters.cells import NATIONS, POLITICAL, SEXES, one_of, read_day
from tests.groups.rostering import PERSONS, entered, notes, problems, rows_of, sent, sheet, verdicts
from tests.moments import NOON
from tests.world import START


def on_roster(world, name, **more):
    return add_person(
        organisation=world.bureau, name=name, starts_on=START, by=world.dora, now=NOON, **more
    )


def entries(batch):
    return [row.entry for row in rows_of(batch)]


def test_a_roster_is_checked_then_entered(world):
    batch = sent(
        world,
        sheet(
            PERSONS,
            ("民政局", "张　三", "副局长", 13977412345, "2012.05"),
            ("民政局", "买买提・吐尔逊", "干事", "0774-1234567", "2012年5月3日"),
            ("民政局", "贝宁", "", "", ""),
        ),
    )
    assert (batch.state, verdicts(batch)) == ("checked", ["add", "add", "leave"])
    assert not Person.objects.filter(name="张三").exists()

    entered(world, batch)
    made = Person.objects.get(name="张三")
    assert batch.state == "imported"
    assert (made.phone, made.title, str(made.starts_on)) == ("13977412345", "副局长", "2012-05-01")
    assert (made.pinyin, made.initials) == ("zhang san", "zs")
    assert Person.objects.get(name="买买提·吐尔逊").seniority == made.seniority + 1
    assert AuditEvent.objects.filter(action="person.added", target=made.pk).count() == 1
    assert AuditEvent.objects.get(action="roster.imported").detail["add"] == 2


def test_title_rows_two_rows_of_headings_and_notes_at_the_foot(world):
    batch = sent(
        world,
        sheet(
            ("藤县民政局干部花名册", "", "", "", "", ""),
            ("单位：民政局", "", "", "2026年3月", "", ""),
            ("序号", "姓名*", "现任职务", "", "联系\n电话", "备注"),
            ("", "", "职务", "任职时间", "", ""),
            (1, "韦明", "科员", "2020.3", "13900000001", ""),
            ("", "", "", "", "", ""),
            (2, "农秀英", "科长", "2019-11", "13900000002", "挂职"),
            ("注：本表一式两份", "", "", "", "", ""),
            ("填表人：张三", "", "", "", "电话：123", ""),
            merge=("A1:F1", "A3:A4", "B3:B4", "C3:D3", "E3:E4"),
        ),
    )
    assert [entry["name"] for entry in entries(batch)] == ["韦明", "农秀英"]
    assert entries(batch)[0] | {"name": ""} == {
        "name": "",
        "title": "科员",
        "phone": "13900000001",
        "starts_on": "2020-03-01",
        "starts_on_month": True,
    }
    assert "foot" in notes(batch)
    assert "error" not in batch.counts


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("张　三", "张三"),
        (" 李 四 ", "李四"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("阿依古丽.买买提", "阿依古丽·买买提"),
        ("阿依古丽 ・ 买买提", "阿依古丽·买买提"),
        ("John Smith", "John Smith"),
    ],
)
def test_names_as_on_the_identity_card(world, typed, understood):
    assert entries(sent(world, sheet(("姓名", "职务"), (typed, "x"))))[0]["name"] == understood


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        (2012.5, ("2012-05-01", True)),
        ("2012.5", ("2012-05-01", True)),
        ("2012.05.03", ("2012-05-03", False)),
        (20120503, ("2012-05-03", False)),
        ("２０１２０５０３", ("2012-05-03", False)),
        (201205, ("2012-05-01", True)),
        ("2012年5月", ("2012-05-01", True)),
        ("2012年5月3日", ("2012-05-03", False)),
        ("2012-5", ("2012-05-01", True)),
        ("2012/5/3", ("2012-05-03", False)),
        (41032, ("2012-05-03", False)),
        (date(2012, 5, 3), ("2012-05-03", False)),
        ("至今", None),
    ],
)
def test_every_way_to_write_a_date(world, typed, understood):
    batch = sent(world, sheet(("姓名", "起始日期"), ("韦明", typed)))
    entry = entries(batch)[0]
    found = (entry["starts_on"], entry.get("starts_on_month", False)) if understood else None
    assert found == understood
    assert verdicts(batch) == ["add"]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("2012年", "no_month"),
        (2012, "no_month"),
        ("2012.13", "bad_day"),
        ("2012.2.30", "bad_day"),
        ("明年", "bad_day"),
        (2012.1, "october"),
    ],
)
def test_a_date_that_may_mean_two_things_is_not_guessed(world, typed, code):
    batch = sent(world, sheet(("姓名", "起始日期"), ("韦明", typed)))
    assert problems(batch) == [("B2", code)]


def test_a_month_says_nothing_against_a_day_in_it(world):
    person = on_roster(world, "韦明")
    change_person(person, starts_on=date(2025, 5, 17), by=world.dora, now=NOON)
    batch = sent(world, sheet(("姓名", "起始日期"), ("韦明", "2025.5"), ("韦明", "2025.05")))
    assert rows_of(batch)[0].verdict == "leave"


@pytest.mark.parametrize("number", [450422199001011000, 4.50422199001011e17])
def test_an_identity_number_stored_as_a_number_has_lost_its_end(world, number):
    batch = sent(world, sheet(("姓名", "身份证号"), ("韦明", number)))
    assert problems(batch) == [("B2", "precision_lost")]
    with pytest.raises(RuleBroken):
        confirm_batch(batch, by=world.dora, now=NOON)


@pytest.mark.parametrize("typed", ["450422199001011000", "1.39E+10"])
def test_a_rounded_number_in_text_is_found_as_well(world, typed):
    column = "身份证号" if len(typed) == 18 else "联系电话"
    batch = sent(world, sheet(("姓名", column), ("韦明", typed)))
    assert problems(batch) == [("B2", "precision_lost")]


def test_identity_numbers_are_checked_and_never_kept(world):
    batch = sent(
        world,
        sheet(
            ("姓名", "身份证号", "性别", "民族", "政治面貌", "出生年月"),
            ("韦明", "11010519491231002X", "男 ", "汉", "党员", "1990.1"),
            ("农秀英", "110105194912310021", "女", "外星族", "中共党员", ""),
        ),
    )
    assert problems(batch, "warning") == [("B3", "bad_identity"), ("D3", "bad_nation")]
    assert {"not_kept", "over_collected"} <= set(notes(batch))
    assert batch.content is None
    kept = str([[row.cells, row.entry, row.problems] for row in rows_of(batch)])
    assert "11010519491231002" not in kept
    assert "1990" not in kept


def test_synonyms_of_personal_particulars():
    read = [one_of(table, "x") for table in (SEXES, NATIONS, POLITICAL)]
    assert [read[0](text).value for text in ("男 ", "女性")] == ["男", "女"]
    assert [read[1](text).value for text in ("汉", "壮族", "壮 族")] == ["汉族", "壮族", "壮族"]
    assert [read[2](text).value for text in ("党员", "中共党员", "团员")] == [
        "中共党员",
        "中共党员",
        "共青团员",
    ]


@pytest.mark.parametrize("typed", ["１３９７７４１２３４５", "（0774）1234567", " 13977412345 "])
def test_full_width_digits_and_brackets(world, typed):
    batch = sent(world, sheet(("姓名", "联系电话"), ("韦明", typed)))
    assert entries(batch)[0]["phone"] in ("13977412345", "(0774)1234567")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_any_encoding_an_office_writes(world, encoding):
    content = "姓名,职务,联系电话\n覃𬭼,科员,13900000001\n".encode(encoding)
    batch = sent(world, content, name="名单.csv")
    assert entries(batch) == [{"name": "覃𬭼", "title": "科员", "phone": "13900000001"}]


def test_several_people_in_one_cell_are_shown_apart_and_asked_about(world):
    content = sheet(
        ("姓名", "职务", "联系电话"),
        ("韦明、农秀英\n李四", "科员", "13900000001、13900000002、13900000003"),
    )
    batch = sent(world, content)
    assert [(e["name"], e["phone"]) for e in entries(batch)] == [
        ("韦明", "13900000001"),
        ("农秀英", "13900000002"),
        ("李四", "13900000003"),
    ]
    assert batch.counts["ask_split"] == 3
    with pytest.raises(BadInput) as refused:
        confirm_batch(batch, by=world.dora, now=NOON)
    assert refused.value.code == "unanswered"

    entered(world, batch, split="apart")
    assert Person.objects.filter(name__in=["韦明", "农秀英", "李四"]).count() == 3


def test_merged_unit_names_are_filled_down(world):
    batch = sent(
        world,
        sheet(("单位", "姓名"), ("民政局", "韦明"), ("", "农秀英"), ("", "李四"), merge=["A2:A4"]),
    )
    assert [entry["unit"] for entry in entries(batch)] == ["民政局"] * 3


def test_one_person_in_two_rows_is_never_joined_silently(world):
    content = sheet(
        ("姓名", "职务", "联系电话"),
        ("韦明", "科员", "13900000001"),
        ("韦明", "纪检员", "13900000001"),
    )
    batch = sent(world, content)
    assert verdicts(batch) == ["add", "ask"]
    assert problems(batch, "question") == [("A3", "twin_in_file")]

    entered(world, batch, doubles="together")
    assert Person.objects.get(name="韦明").title == "科员、纪检员"


def test_two_people_of_one_name_can_be_said_to_be_two(world):
    rows = (("姓名", "职务"), ("韦明", "科员"), ("韦明", "纪检员"))
    entered(world, sent(world, sheet(*rows)), doubles="apart")
    assert Person.objects.filter(name="韦明").count() == 2


def test_another_number_for_a_known_name_is_asked_about(world):
    on_roster(world, "韦明", phone="13900000001")
    batch = sent(world, sheet(("姓名", "联系电话"), ("韦明", "13900000009")))
    assert problems(batch, "question") == [("A2", "other_phone")]
    told = rows_of(batch)[0].problems[0]["told"]
    assert told["phone"] == "139****0001"

    entered(world, batch, doubles="together")
    assert Person.objects.get(name="韦明").phone == "13900000009"


def test_a_name_without_number_is_matched_and_said(world):
    on_roster(world, "韦明", phone="13900000001")
    batch = sent(world, sheet(("姓名", "职务"), ("韦明", "科长")))
    assert problems(batch, "warning") == [("A2", "taken_as")]
    entered(world, batch)
    person = Person.objects.get(name="韦明")
    assert (person.title, person.phone) == ("科长", "13900000001")


def test_errors_name_their_cells_and_one_stops_the_whole_sheet(world):
    batch = sent(
        world,
        sheet(
            ("单位", "姓名", "职务", "联系电话"),
            ("民政局", "韦明", "科员", "13900000001"),
            ("财政局", "农秀英", "科员", "13900000002"),
            ("民政局", "", "科员", "13900000003"),
            ("教育局", "李四", "科员", "abc"),
            ("民政局", "王" * 61, "科员", ""),
        ),
    )
    assert problems(batch) == [
        ("A3", "unknown_unit"),
        ("B4", "needed"),
        ("D5", "bad_phone"),
        ("A5", "unknown_unit"),
        ("B6", "too_long"),
    ]
    with pytest.raises(RuleBroken) as refused:
        confirm_batch(batch, by=world.dora, now=NOON)
    assert refused.value.code == "has_errors"
    assert not Person.objects.filter(name="韦明").exists()


def test_another_units_roster_is_refused_cell_by_cell(world):
    batch = sent(world, sheet(("单位", "姓名"), ("救助站", "韦明"), ("民政局", "农秀英")))
    assert problems(batch) == [("A2", "its_own_office")]


def test_rules_of_single_changes_speak_in_the_dry_run(world):
    """A first day after the person's own seat began is refused by the verb itself."""
    batch = sent(world, sheet(("姓名", "起始日期"), ("贝宁", "2026-02-01")))
    assert problems(batch) == [("B2", "refused")]
    assert "2026" in rows_of(batch)[0].problems[0]["told"]["words"]


def test_leaving_is_not_done_by_sheet(world):
    on_roster(world, "韦明")
    batch = sent(
        world, sheet(("姓名", "截止日期"), ("韦明", "2026-05-01"), ("农秀英", "2026-05-01"))
    )
    assert {code for _cell, code in problems(batch)} == {"until_one_by_one"}


def test_the_example_row_and_unknown_columns_are_left_out(world):
    batch = sent(world, sheet(("序号", "姓名", "爱好"), ("示例", "张三", ""), (1, "韦明", "棋")))
    assert [entry["name"] for entry in entries(batch)] == ["韦明"]
    assert {"example", "unknown_columns", "not_taken"} == set(notes(batch))


def test_what_changed_since_the_check_is_looked_at_again(world):
    person = on_roster(world, "韦明", title="科员")
    batch = sent(world, sheet(("姓名", "职务"), ("韦明", "科长")))
    change_person(person, title="主任", by=world.dora, now=NOON)
    entered(world, batch)
    assert batch.state == "checked"
    assert "changed_meanwhile" in notes(batch)
    assert Person.objects.get(pk=person.pk).title == "主任"

    entered(world, batch)
    assert Person.objects.get(pk=person.pk).title == "科长"


def test_the_marked_sheet_shows_the_words_beside_the_cells(world, sign_in):
    batch = sent(
        world, sheet(("姓名", "联系电话", "身份证号"), ("韦明", "abc", "11010519491231002X"))
    )
    answer = sign_in(world.dora).get(f"/t/teng/rosters/{batch.pk}/sheet/")
    page = load_workbook(BytesIO(answer.content)).active
    values = [[cell.value for cell in row] for row in page.iter_rows(min_row=3)]
    assert values[0][:3] == ["Row", "姓名", "联系电话"]
    assert values[1][:3] == [2, "韦明", "abc"]
    assert values[1][-1].startswith("B2 ")
    assert page["C4"].fill.fgColor.rgb == "FFFFC7CE"
    assert page["B4"].fill.fgColor.rgb != "FFFFC7CE"
    assert "11010519491231002X" not in str(values)


def test_rows_of_a_discarded_sheet_are_gone(world):
    batch = sent(world, sheet(("姓名",), ("韦明",)))
    discard_batch(batch, by=world.dora, now=NOON)
    assert not RosterRow.objects.filter(batch=batch).exists()


def test_a_sheet_that_nobody_enters_is_kept_for_thirty_days(world):
    batch = sent(world, sheet(("姓名",), ("韦明",)))
    later = batch.uploaded_at + WAITS_AT_MOST
    assert discard_old_batches(by=world.system, now=later) == 0
    assert RosterRow.objects.filter(batch=batch).exists()

    assert discard_old_batches(by=world.system, now=later + timedelta(seconds=1)) == 1
    batch.refresh_from_db()
    assert (batch.state, batch.content) == ("discarded", None)
    assert not RosterRow.objects.filter(batch=batch).exists()
    assert discard_old_batches(by=world.system, now=later + timedelta(days=1)) == 0


def test_pure_reading_never_raises():
    for cell in ("", " ", "x" * 500, 1e300, -1, 0, "２０１２．５", ["2012-05-03"], "0000.00.00"):
        read_day(cell)
