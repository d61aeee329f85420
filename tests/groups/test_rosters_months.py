"""A date of which only the month is known stays a month: on record, on pages, in sheets, taken back."""

import zipfile
from datetime import date
from io import BytesIO
from itertools import pairwise

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from openpyxl import load_workbook

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.models import AuditEvent, User
from groups.actions.bodies import change_body
from groups.actions.organisations import change_organisation
from groups.actions.persons import add_person, change_person
from groups.actions.roster_undoing import undo_batch
from groups.models import Body, Organisation, Person, Tenure
from groups.rosters.sheets import changes_of
from tests.groups.rostering import (
    PERSONS,
    entered,
    problems,
    rows_of,
    sent,
    sheet,
    values_in,
    verdicts,
)
from tests.moments import NOON

UNITS = ("单位名称", "上级单位", "类别", "成立时间")
POSTS = ("单位", "机构", "类别", "职务", "姓名", "任职时间")
MAY = date(2012, 5, 1)


def person_row(name, since):
    return ("民政局", name, "", "", since)


def persons_entered(world, *rows):
    return entered(world, sent(world, sheet(PERSONS, *rows)))


def since(thing):
    return str(thing.starts_on), thing.starts_in_month


def page(client, name, *args):
    return client.get(reverse(f"groups:{name}", args=["teng", *args])).content.decode()


def exported(client, name):
    return client.get(reverse(f"groups:{name}", args=["teng"]) + "?export=xlsx").content


def in_chinese(world, sign_in, user):
    User.objects.filter(pk=user.pk).update(language="zh-hans")
    return sign_in(user)


def column(content, heading):
    """{first cell: cell below `heading`} of a ledger sheet."""
    rows = values_in(content)
    head = next(row for row in rows if heading in row)
    return {row[0]: row[head.index(heading)] for row in rows[rows.index(head) + 1 :]}


def assert_unchanged(batch):
    assert {row.verdict for row in rows_of(batch)} == {"leave"}


@pytest.mark.parametrize("typed", [2012.5, "2012.5", "2012年5月", 201205, "2012-05"])
def test_a_month_of_a_sheet_stays_a_month(world, sign_in, typed):
    persons_entered(world, person_row("韦明", typed))
    person = Person.objects.get(name="韦明")
    assert since(person) == ("2012-05-01", True)
    client = in_chinese(world, sign_in, world.dora)
    for shown in (page(client, "person_detail", person.pk), page(client, "person_list")):
        assert "2012年5月" in shown
        assert "2012年5月1日" not in shown
        assert "2012-05-01" not in shown


@pytest.mark.parametrize("typed", ["2012-05-01", 41030, MAY, "2012年5月1日"])
def test_the_first_of_a_month_stays_a_day(world, sign_in, typed):
    persons_entered(world, person_row("韦明", typed))
    person = Person.objects.get(name="韦明")
    assert since(person) == ("2012-05-01", False)
    assert "May 1, 2012" in page(sign_in(world.dora), "person_detail", person.pk)


def test_a_roster_with_months_goes_out_and_comes_back_unchanged(world, sign_in):
    persons_entered(world, person_row("韦明", "2012.5"), person_row("农秀英", "2012.05.03"))
    content = exported(sign_in(world.dora), "person_list")
    days = column(content, "Since")
    assert (days["韦明"], days["农秀英"]) == ("2012-05", "2012-05-03")
    assert_unchanged(sent(world, content))


def test_a_new_unit_of_a_month(world, sign_in):
    row = ("优抚中心", "藤县", "second-level institution", "2012年5月")
    asked = {"kind": "organisations", "by": world.ana, "unit": world.county}
    entered(world, sent(world, sheet(UNITS, row), **asked), by=world.ana)
    unit = Organisation.objects.get(name="优抚中心")
    assert since(unit) == ("2012-05-01", True)
    client = sign_in(world.ana)
    assert "May 2012" in page(client, "organisation_detail", unit.pk)
    assert "May 2012" in page(client, "organisation_list")
    assert_unchanged(sent(world, exported(client, "organisation_list"), **asked))


def test_a_new_body_and_who_sits_in_it_since_a_month(world, sign_in):
    row = ("民政局", "评审组", "review team", "组长", "杜若", "2026年2月")
    batch = entered(world, sent(world, sheet(POSTS, row), kind="posts"))
    body = Body.objects.get(name="评审组")
    tenure = Tenure.objects.get(post__body=body)
    assert since(body) == since(tenure) == ("2026-02-01", True)
    client = sign_in(world.dora)
    shown = page(client, "body_detail", body.pk)
    assert shown.count("February 2026") == 2
    for where, args in (
        ("body_list", ()),
        ("post_list", ()),
        ("person_detail", (tenure.person_id,)),
        ("tenure_handover", (tenure.pk,)),
    ):
        assert "February 2026" in page(client, where, *args), where
    for where in ("post_list", "body_list"):
        assert any("2026-02" in row for row in values_in(exported(client, where))), where
    assert_unchanged(sent(world, exported(client, "post_list"), kind="posts"))

    undo_batch(batch, by=world.dora, now=database_now())
    assert Body.objects.get(name="评审组").ends_on < body.starts_on


def test_another_month_on_record_is_said_as_a_month(world):
    row = ("民政局", "评审组", "review team", "组长", "杜若", "2026年2月")
    entered(world, sent(world, sheet(POSTS, row), kind="posts"))
    batch = sent(world, sheet(POSTS, (*row[:-1], "2026年3月")), kind="posts")
    [said] = [each for each in rows_of(batch)[0].problems if each["code"] == "since_on_record"]
    assert said["told"] == {"day": "2026-02"}
    assert problems(batch) == [("F2", "since_on_record")]


def test_a_day_in_the_month_is_a_change_that_is_shown_and_can_be_taken_back(world):
    persons_entered(world, person_row("韦明", "2012.5"))
    batch = sent(world, sheet(PERSONS, person_row("韦明", "2012-05-17")))
    assert rows_of(batch)[0].verdict == "change"
    [told] = changes_of(rows_of(batch)[0])
    assert (told["before"], told["after"]) == ("2012-05", "2012-05-17")

    entered(world, batch)
    assert since(Person.objects.get(name="韦明")) == ("2012-05-17", False)
    undo_batch(batch, by=world.dora, now=database_now())
    assert since(Person.objects.get(name="韦明")) == ("2012-05-01", True)


def test_a_month_in_place_of_a_day_can_be_taken_back(world):
    persons_entered(world, person_row("韦明", "2013-04-03"))
    batch = sent(world, sheet(PERSONS, person_row("韦明", "2012.5")))
    [told] = changes_of(rows_of(batch)[0])
    assert (told["before"], told["after"]) == ("2013-04-03", "2012-05")
    entered(world, batch)
    assert since(Person.objects.get(name="韦明")) == ("2012-05-01", True)
    undo_batch(batch, by=world.dora, now=database_now())
    assert since(Person.objects.get(name="韦明")) == ("2013-04-03", False)


def test_the_first_of_the_month_says_nothing_against_the_month(world):
    persons_entered(world, person_row("韦明", "2012.5"))
    assert_unchanged(sent(world, sheet(PERSONS, person_row("韦明", "2012-05-01"))))


def test_another_day_is_a_day_and_other_changes_leave_the_month(world):
    by = {"by": world.dora, "now": NOON}
    asked = {"starts_on": MAY, "starts_in_month": True}
    person = add_person(organisation=world.bureau, name="韦明", **asked, **by)
    person = change_person(person, starts_on=MAY, title="科员", **by)
    assert since(person) == ("2012-05-01", True)
    assert since(change_person(person, starts_on=date(2012, 5, 2), **by)) == ("2012-05-02", False)

    body = Body.objects.get(organisation=world.bureau, kind="executive_office")
    Body.objects.filter(pk=body.pk).update(starts_in_month=True)
    kept = change_body(body, name="行动办", secretariat=None, starts_on=body.starts_on, **by)
    assert kept.starts_in_month
    assert not change_body(
        body, name="行动办", secretariat=None, starts_on=MAY, **by
    ).starts_in_month


def test_the_record_of_a_unit_says_month_and_day(world):
    asked = {"starts_on": MAY, "starts_in_month": True, "by": world.ana, "now": NOON}
    unit = change_organisation(world.sister, **asked)
    unit = change_organisation(unit, starts_in_month=False, by=world.ana, now=NOON)
    change_organisation(unit, starts_on=date(2012, 5, 17), by=world.ana, now=NOON)
    acts = AuditEvent.objects.filter(action="organisation.changed", target=unit.pk)
    told = [(e.detail["before"], e.detail["after"]) for e in acts.order_by("id")]
    days = ["2026-01-01", "2012-05", "2012-05-01", "2012-05-17"]
    found = [{"starts_on": day} for day in days]
    assert told == list(pairwise(found))


def test_rest_says_which_days_are_months(world, sign_in):
    persons_entered(world, person_row("韦明", "2012.5"), person_row("农秀英", "2012.05.03"))
    answer = sign_in(world.dora).get("/t/teng/api/v1/persons/?q=韦明").json()
    [told] = answer["results"]
    assert (told["starts_on"], told["starts_in_month"]) == ("2012-05-01", True)


def test_no_other_day_than_the_first_stands_for_a_month(world):
    person = Person.objects.get(user=world.ben)
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.filter(pk=person.pk).update(starts_on="2012-05-02", starts_in_month=True)


def formatted(code, day=MAY):
    """What an office program stores when somebody types a month: a day under a format."""
    book = load_workbook(BytesIO(sheet(PERSONS, person_row("韦明", day))))
    book.worksheets[0]["E2"].number_format = code
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("code", "day", "found"),
    [
        ('yyyy"年"m"月"', MAY, ("2012-05-01", True)),
        ('[$-804]yyyy"年"m"月";@', MAY, ("2012-05-01", True)),
        ("[DBNum1][$-804]yyyy\\年m\\月", MAY, ("2012-05-01", True)),
        ("mmm-yy", MAY, ("2012-05-01", True)),
        ("yyyy.mm", 41030, ("2012-05-01", True)),
        ('yyyy"年"m"月"', date(2012, 5, 17), ("2012-05-17", False)),
        ('yyyy"年"m"月"d"日"', MAY, ("2012-05-01", False)),
        ("yyyy-mm-dd", MAY, ("2012-05-01", False)),
        ("yyyy/m/d h:mm", MAY, ("2012-05-01", False)),
        ("General", 41030, ("2012-05-01", False)),
    ],
)
def test_a_serial_number_shown_as_a_month_is_a_month(world, code, day, found):
    batch = entered(world, sent(world, formatted(code, day)))
    assert since(Person.objects.get(name="韦明")) == found
    assert bool(problems(batch, "warning")) is found[1]


def test_a_sheet_without_its_formats_is_read_all_the_same(world):
    content = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(formatted("mmm-yy"))) as old,
        zipfile.ZipFile(content, "w") as new,
    ):
        for name in old.namelist():
            if name != "xl/styles.xml":
                new.writestr(name, old.read(name))
    assert verdicts(sent(world, content.getvalue())) == ["add"]


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ({"starts_on": "2012-05-01", "starts_in_month": "on"}, ("2012-05-01", True)),
        ({"starts_on": "2012-05-01"}, ("2012-05-01", False)),
        ({"starts_on": "2012-05-17", "starts_in_month": "on"}, ("2012-05-17", False)),
        ({"starts_on": "2012-06-01", "starts_in_month": "on"}, ("2012-06-01", True)),
        ({"starts_on": "", "starts_in_month": "on"}, ("2012-05-01", True)),
    ],
)
def test_the_forms_ask_whether_the_day_has_become_known(world, sign_in, typed, left):
    row = ("民政局", "评审组", "review team", "组长", "杜若", "")
    entered(world, sent(world, sheet(POSTS, row), kind="posts"))
    persons_entered(world, person_row("韦明", "2012.5"))
    person, body = Person.objects.get(name="韦明"), Body.objects.get(name="评审组")
    Tenure.objects.filter(post__body=body).delete()
    Body.objects.filter(pk=body.pk).update(starts_on=MAY, starts_in_month=True)
    client = sign_in(world.dora)
    for name, thing in (("person_edit", person), ("body_edit", body)):
        assert 'name="starts_in_month"' in page(client, name, thing.pk)
        address = reverse(f"groups:{name}", args=["teng", thing.pk])
        asked = {"name": thing.name, "seen": thing.version, **typed}
        assert client.post(address, asked).status_code == 302
        thing.refresh_from_db()
        assert since(thing) == left


def test_a_day_on_record_is_not_asked_about(world, sign_in):
    client = sign_in(world.ana)
    assert "starts_in_month" not in page(client, "organisation_edit", world.bureau.pk)
    Organisation.objects.filter(pk=world.bureau.pk).update(starts_in_month=True)
    assert 'name="starts_in_month"' in page(client, "organisation_edit", world.bureau.pk)
