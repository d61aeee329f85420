"""Telephone numbers of a sheet, and rows about units out of reach: who sees them, and for how long."""

from io import BytesIO

from django.urls import reverse
from openpyxl import load_workbook

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.models import AuditEvent
from groups.actions.roster_batches import confirm_batch, discard_batch
from groups.actions.roster_undoing import undo_batch
from groups.actions.roster_work import refuse_batch
from groups.models import Person, RosterRow
from tests.groups.rostering import PERSONS, entered, rows_of, sent, sheet

NUMBER, MASKED = "13977412345", "139****2345"
ROSTER = sheet(PERSONS, ("民政局", "韦明", "科员", NUMBER, ""))


def page(client, name, batch):
    return client.get(reverse(f"groups:{name}", args=["teng", batch.pk]))


def marked(client, batch):
    book = load_workbook(BytesIO(page(client, "roster_sheet", batch).content))
    return str([[cell.value for cell in row] for row in book.worksheets[0].iter_rows()])


def looks():
    return AuditEvent.objects.filter(action="roster.phones_shown")


def test_the_sender_sees_numbers_while_checking_and_each_look_is_on_record(world, sign_in):
    batch = sent(world, ROSTER)
    dora = sign_in(world.dora)
    assert NUMBER in page(dora, "roster_detail", batch).content.decode()
    assert NUMBER in marked(dora, batch)
    assert [(look.actor, look.detail["number"]) for look in looks()] == [(world.dora.pk, 1)] * 2


def test_colleagues_see_masks_and_leave_no_look(world, sign_in):
    batch = sent(world, ROSTER)
    ben = sign_in(world.ben)
    shown = page(ben, "roster_detail", batch).content.decode()
    assert MASKED in shown
    assert NUMBER not in shown + marked(ben, batch)
    assert not looks().exists()


def test_once_entered_no_row_of_the_sheet_holds_a_number(world, sign_in):
    batch = entered(world, sent(world, ROSTER))
    assert Person.objects.get(name="韦明").phone == NUMBER
    [row] = rows_of(batch)
    assert (row.cells["phone"], row.entry["phone"]) == (MASKED, MASKED)
    assert NUMBER not in page(sign_in(world.dora), "roster_detail", batch).content.decode()
    assert not looks().exists()
    undo_batch(batch, by=world.dora, now=database_now())
    assert NUMBER not in str(RosterRow.objects.filter(batch=batch).values())


def test_a_former_number_is_kept_masked_on_screen_until_it_has_come_back(world, sign_in):
    entered(world, sent(world, ROSTER))
    new = sheet(PERSONS, ("民政局", "韦明", "科员", "13800000002", ""))
    batch = entered(world, sent(world, new), doubles="together")
    assert Person.objects.get(name="韦明").phone == "13800000002"
    shown = page(sign_in(world.dora), "roster_detail", batch).content.decode()
    assert MASKED in shown
    assert NUMBER not in shown
    undo_batch(batch, by=world.dora, now=database_now())
    assert Person.objects.get(name="韦明").phone == NUMBER
    assert NUMBER not in str(RosterRow.objects.filter(batch=batch).values())


def test_a_sheet_that_comes_to_nothing_keeps_no_row(world):
    thrown, refused = sent(world, ROSTER), sent(world, ROSTER)
    discard_batch(thrown, by=world.dora, now=database_now())
    confirm_batch(refused, by=world.dora, now=database_now())
    refuse_batch(refused, ["broke_off", {}], by=world.system, now=database_now())
    assert not RosterRow.objects.filter(batch__in=[thrown, refused]).exists()


def test_rows_about_units_out_of_reach_are_empty(world, sign_in):
    rows = (
        ("单位名称", "上级单位", "类别"),
        ("优抚中心", "藤县", "second-level institution"),
        ("殡仪馆", "民政局", "second-level institution"),
    )
    asked = {"kind": "organisations", "by": world.ana, "unit": world.bureau}
    batch = sent(world, sheet(*rows), **asked)
    for state in ("checked", "imported"):
        assert batch.state == state
        dora = sign_in(world.dora)
        shown = page(dora, "roster_detail", batch).content.decode()
        assert "殡仪馆" in shown
        assert "优抚中心" not in shown + marked(dora, batch)
        assert "out of your reach" in shown
        assert "优抚中心" in page(sign_in(world.ana), "roster_detail", batch).content.decode()
        if state == "checked":
            batch = entered(world, batch, by=world.ana)


def test_a_month_alone_is_kept_as_a_month_as_the_page_says(world, sign_in):
    row = ("民政局", "韦明", "", "", "2012.5")
    batch = entered(world, sent(world, sheet(PERSONS, row)))
    made = Person.objects.get(name="韦明")
    assert (str(made.starts_on), made.starts_in_month) == ("2012-05-01", True)
    [said] = [each for each in rows_of(batch)[0].problems if each["code"] == "only_month"]
    assert said["cell"] == "E2"
    help_text = sign_in(world.dora).get(reverse("groups:roster_new", args=["teng"]))
    assert "a month alone is kept as a month" in help_text.content.decode()
