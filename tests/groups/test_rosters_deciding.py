"""Who may, in which order, all or nothing; and the way back."""

import os
import signal
import time
from datetime import timedelta
from io import BytesIO
from threading import Barrier, Thread

import pytest
from django.db import connection, connections, transaction

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.documents.intake import FileRefused
from actionlearning.foundation.errors import NotAllowed, RuleBroken
from actionlearning.foundation.models import AuditEvent, User
from actionlearning.foundation.scope import WHOLE, no_scope, scope
from groups.access import visible_batches
from groups.actions.persons import change_person
from groups.actions.roster_batches import confirm_batch, receive_batch
from groups.actions.roster_undoing import undo_batch
from groups.actions.roster_work import work_off
from groups.models import Organisation, Person, Post, RosterBatch, Tenure
from groups.queries import persons_listed
from tests.conftest import found_tenant
from tests.groups.rostering import PERSONS, entered, rows_of, sent, sheet, verdicts
from tests.moments import NOON
from tests.world import build_world

LATER = NOON + timedelta(days=2)
TWO = (
    PERSONS,
    ("民政局", "韦明", "科员", "", "2026-01-05"),
    ("民政局", "农秀英", "科长", "", "2026-01-05"),
)


def test_everything_is_taken_back_and_nothing_deleted(world):
    batch = entered(world, sent(world, sheet(*TWO)))
    undo_batch(batch, by=world.dora, now=LATER)
    people = Person.objects.filter(name__in=["韦明", "农秀英"])
    assert {str(person.ends_on) for person in people} == {"2026-01-04"}
    assert not persons_listed(world.dora, day=LATER.date(), ended=True).filter(name="韦明").exists()
    assert AuditEvent.objects.filter(action="person.withdrawn").count() == 2
    assert {row.undoing for row in rows_of(batch)} == {"undone"}
    again = sent(world, sheet(*TWO))
    assert verdicts(again) == ["add", "add"]


def test_rows_on_which_something_rests_stay_and_are_named(world):
    batch = entered(world, sent(world, sheet(*TWO)))
    changed = Person.objects.get(name="韦明")
    change_person(changed, title="主任", by=world.dora, now=LATER)
    done = undo_batch(batch, by=world.dora, now=LATER)
    assert [row.undoing for row in rows_of(batch)] == ["later", "undone"]
    assert (done.counts["undone"], done.counts["left"]) == (1, 1)
    assert Person.objects.get(pk=changed.pk).ends_on is None


def test_a_seat_given_since_keeps_its_person(world):
    batch = entered(world, sent(world, sheet(*TWO)))
    posts = (("单位", "机构", "职务", "姓名"), ("民政局", "领导小组", "观察员", "农秀英"))
    entered(world, sent(world, sheet(*posts), kind="posts"))
    undo_batch(batch, by=world.dora, now=LATER)
    assert [row.undoing for row in rows_of(batch)] == ["undone", "later"]


def test_changed_values_come_back(world):
    entered(world, sent(world, sheet(*TWO)))
    batch = entered(world, sent(world, sheet(("姓名", "职务"), ("韦明", "主任"))))
    assert Person.objects.get(name="韦明").title == "主任"
    undo_batch(batch, by=world.dora, now=LATER)
    assert Person.objects.get(name="韦明").title == "科员"


def test_posts_of_a_sheet_end(world):
    rows = (
        ("单位", "机构", "类别", "职务", "姓名", "任职时间"),
        ("民政局", "评审组", "评审组", "组长", "杜若", "2026-02-01"),
        ("民政局", "评审组", "评审组", "组员", "", ""),
    )
    batch = entered(world, sent(world, sheet(*rows), kind="posts"))
    undo_batch(batch, by=world.dora, now=LATER)
    assert Post.objects.filter(body__name="评审组", ends_on=None).count() == 0
    assert Tenure.objects.get(post__body__name="评审组").ends_on is not None
    assert {row.undoing for row in rows_of(batch)} == {"undone"}


def test_units_of_a_sheet_are_withdrawn_unless_people_joined(world):
    rows = (
        ("单位名称", "上级单位", "类别"),
        ("优抚中心", "民政局", "二层机构"),
        ("光荣院", "优抚中心", "二层机构"),
        ("殡仪馆", "民政局", "二层机构"),
    )
    units = {"kind": "organisations", "by": world.ana, "unit": world.county}
    batch = entered(world, sent(world, sheet(*rows), **units), by=world.ana)
    home = Organisation.objects.get(name="光荣院")
    person = Person(name="在院人", starts_on=NOON.date())
    person.place(home)
    person.save(force_insert=True)
    undo_batch(batch, by=world.ana, now=LATER)
    assert [row.undoing for row in rows_of(batch)] == ["later", "later", "undone"]


def test_nothing_is_taken_back_twice_or_entered_twice(world):
    batch = entered(world, sent(world, sheet(*TWO)))
    with pytest.raises(RuleBroken):
        confirm_batch(batch, by=world.dora, now=NOON)
    undo_batch(batch, by=world.dora, now=LATER)
    with pytest.raises(RuleBroken):
        undo_batch(batch, by=world.dora, now=LATER)


def test_a_sheet_that_changes_nothing_is_not_entered(world):
    batch = sent(world, sheet(("姓名",), ("贝宁",)))
    with pytest.raises(RuleBroken) as refused:
        confirm_batch(batch, by=world.dora, now=NOON)
    assert refused.value.code == "nothing"


def test_who_may_not_change_one_by_one_may_not_by_sheet(world):
    asked = {"organisation": world.bureau, "name": "a.xlsx", "now": NOON}
    for by, kind in ((world.liu, "persons"), (world.ben, "organisations"), (world.ana, "persons")):
        with pytest.raises(NotAllowed):
            receive_batch(kind=kind, upload=BytesIO(sheet(*TWO)), by=by, **asked)


def test_sheets_of_others_are_not_seen(world, rival):
    with scope(world.tenant, path=WHOLE, actor=None):
        batch = sent(world, sheet(*TWO))
        assert list(visible_batches(world.ben)) == [batch]
        for stranger in (world.sis, world.kid, world.liu, world.ana):
            assert not visible_batches(stranger).exists()
    with scope(rival.tenant, path=WHOLE, actor=None):
        assert not RosterBatch.objects.exists()


def test_a_right_lost_after_the_confirmation_enters_nothing(world):
    batch = sent(world, sheet(*TWO))
    confirm_batch(batch, by=world.dora, now=NOON)
    User.objects.filter(pk=world.dora.pk).update(is_active=False)
    work_off()
    batch.refresh_from_db()
    assert batch.state == "refused"
    assert not Person.objects.filter(name="韦明").exists()


def test_a_sheet_that_breaks_off_three_times_is_given_up(world):
    batch = receive_batch(
        kind="persons",
        organisation=world.bureau,
        upload=BytesIO(sheet(*TWO)),
        name="a.xlsx",
        by=world.dora,
        now=NOON,
    )
    RosterBatch.objects.filter(pk=batch.pk).update(attempts=3)
    work_off()
    batch.refresh_from_db()
    assert (batch.state, batch.notes[0][0]) == ("refused", "broke_off")


@pytest.mark.parametrize("name", ["a.xls", "a.et", "a.xlsm", "a.pdf", "a.xlsx", "a.csv"])
def test_files_of_other_kinds_are_told_what_to_do(world, name):
    content = b"\xd0\xcf\x11\xe0" if name == "a.xlsx" else b"PK\x03\x04"
    with pytest.raises(FileRefused) as refused:
        sent(world, content, name=name)
    assert refused.value.code in (
        "old_excel",
        "wps",
        "macros",
        "wrong_kind",
        "encrypted",
        "wrong_content",
    )
    assert not RosterBatch.objects.exists()


@pytest.fixture
def committed(transactional_db):
    tenant = found_tenant("teng")
    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
        return build_world(tenant)


def _checked(world, rows):
    with scope(world.tenant, path=WHOLE, actor=None):
        with transaction.atomic():
            batch = receive_batch(
                kind="persons",
                organisation=world.bureau,
                upload=BytesIO(sheet(PERSONS, *rows)),
                name="a.xlsx",
                by=world.dora,
                now=database_now(),
            )
        work_off()
    return batch


def test_of_two_who_confirm_at_once_one_wins(committed):
    batch = _checked(committed, TWO[1:])
    barrier, outcomes = Barrier(2), []

    def confirm(by):
        try:
            with scope(committed.tenant, path=WHOLE, actor=by), transaction.atomic():
                mine = RosterBatch.objects.get(pk=batch.pk)
                barrier.wait(10)
                confirm_batch(mine, by=by, now=database_now())
            outcomes.append("won")
        except RuleBroken as refusal:
            outcomes.append(refusal.code)
        finally:
            connections.close_all()

    threads = [Thread(target=confirm, args=(by,)) for by in (committed.dora, committed.ben)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["won", "wrong_state"]


@pytest.mark.slow
def test_killed_half_way_nothing_is_entered_and_the_next_run_enters_all(committed):
    rows = [("民政局", f"韦{n:04d}", "科员", f"139{n:08d}", "2026-01-05") for n in range(3000)]
    batch = _checked(committed, rows)
    with scope(committed.tenant, path=WHOLE, actor=None), transaction.atomic():
        confirm_batch(RosterBatch.objects.get(pk=batch.pk), by=committed.dora, now=database_now())
    connections.close_all()
    child = os.fork()
    if not child:
        try:
            with scope(committed.tenant, path=WHOLE, actor=None):
                work_off()
        finally:
            os._exit(0)
    assert _killed_while_writing(child)

    assert _people(committed) == (0, "confirmed")
    with scope(committed.tenant, path=WHOLE, actor=None):
        with transaction.atomic():
            RosterBatch.objects.update(claimed_until=None)
        work_off()
    assert _people(committed) == (3000, "imported")


def _killed_while_writing(child):
    """Kill -9 once the child's transaction has written people; True when it was in the middle."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with no_scope(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_WRITING)
            if cursor.fetchone()[0]:
                os.kill(child, signal.SIGKILL)
                return os.waitpid(child, 0)[1] == signal.SIGKILL
    os.kill(child, signal.SIGKILL)
    return False


_WRITING = """
SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
 WHERE c.relname = 'groups_person' AND l.mode = 'RowExclusiveLock' AND l.pid <> pg_backend_pid()
"""


def _people(world):
    with scope(world.tenant, path=WHOLE, actor=None), transaction.atomic():
        return Person.objects.filter(name__startswith="韦").count(), RosterBatch.objects.get().state
