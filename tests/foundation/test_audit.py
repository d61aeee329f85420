"""The audit log cannot be changed by the product, hardly by its owner, and never unnoticed."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, ProgrammingError, connections, transaction

from actionlearning.foundation import audit_heads
from actionlearning.foundation.audit import GENESIS, link, record, seal, verify
from actionlearning.foundation.models import AuditEvent, AuditSeal
from actionlearning.foundation.scope import WHOLE, scope
from tests.conftest import found_tenant
from tests.database import as_owner
from tests.moments import NOON

LATER = NOON + timedelta(minutes=1)


@pytest.fixture
def tenant(db):
    """One whose log nobody else has written into."""
    made = found_tenant("ledger")
    with scope(made, path=WHOLE, actor=None):
        yield made


def write(count, at=NOON):
    return [record("thing.done", by=None, at=at, number=number) for number in range(count)]


def test_a_row_says_who_did_what_to_what(rival):
    world = rival
    with scope(world.tenant, path=WHOLE, actor=None):
        made = AuditEvent.objects.get(
            pk=record("body.formed", by=world.ana, at=NOON, target=world.county, why="plan").pk
        )

    assert (made.at, made.actor, made.actor_name, made.action) == (
        NOON,
        world.ana.pk,
        world.ana.display_name,
        "body.formed",
    )
    assert (made.target_kind, made.target, made.target_name, made.detail) == (
        "groups.organisation",
        world.county.pk,
        world.county.name,
        {"why": "plan"},
    )


def test_a_row_shares_its_transaction(tenant):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        raise ZeroDivisionError(write(1))
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("model", [AuditEvent, AuditSeal])
@pytest.mark.parametrize("act", ["update", "delete"])
def test_the_product_may_not_change_it(tenant, model, act):
    write(1)
    seal(now=LATER)
    rows = model.objects.all()

    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        rows.update(id=uuid.uuid4()) if act == "update" else rows._raw_delete("default")


def test_sealing_numbers_every_row_once(tenant):
    write(3)
    assert (seal(now=LATER), seal(now=LATER)) == (3, 0)
    write(2, at=LATER)
    assert seal(now=LATER + timedelta(minutes=1)) == 2
    assert list(AuditSeal.objects.order_by("sequence").values_list("sequence", flat=True)) == [
        1,
        2,
        3,
        4,
        5,
    ]
    assert verify() == (5, None)


def test_nothing_to_seal_is_no_fault(tenant):
    assert (seal(now=NOON), verify()) == (0, (0, None))


def test_a_row_committed_late_is_sealed_too(tenant):
    write(1, at=LATER)
    seal(now=LATER)
    write(1, at=NOON)

    assert seal(now=LATER) == 1
    assert verify() == (2, None)


def test_a_row_dated_in_the_past_is_sealed_too(tenant):
    """A world loaded for a demonstration is full of them."""
    write(1, at=LATER)
    seal(now=LATER)
    write(1, at=NOON - timedelta(days=300))

    assert (seal(now=LATER), verify()) == (1, (2, None))


def test_every_tenant_has_a_chain_of_its_own(tenant, rival):
    write(2)
    assert seal(now=LATER) == 2
    with scope(rival.tenant, path=WHOLE, actor=None):
        sealed = seal(now=LATER)
        assert sealed == AuditEvent.objects.count() > 2
        assert verify() == (sealed, None)


def test_rows_that_wait_for_their_seal_are_no_fault(tenant):
    write(2)
    seal(now=LATER)
    write(1, at=LATER)
    assert verify() == (2, None)


TAMPERING = {
    "a row is changed": "UPDATE foundation_auditevent SET action = 'other' WHERE id = %(second)s",
    "its actor is changed": "UPDATE foundation_auditevent SET actor_name = 'x' WHERE id = %(second)s",
    "its time is changed": "UPDATE foundation_auditevent SET at = at + interval '1 s' WHERE id = %(second)s",
    "its detail is changed": "UPDATE foundation_auditevent SET detail = '{}' WHERE id = %(second)s",
    "a link is changed": "UPDATE foundation_auditseal SET hash = repeat('0', 64) WHERE event_id = %(second)s",
    "a link is taken out": "DELETE FROM foundation_auditseal WHERE event_id = %(second)s",
    "a row and its link are taken out": (
        "DELETE FROM foundation_auditseal WHERE event_id = %(second)s;"
        "DELETE FROM foundation_auditevent WHERE id = %(second)s"
    ),
    "the first link is taken out": (
        "DELETE FROM foundation_auditseal WHERE sequence = 1;"
        "UPDATE foundation_auditseal SET sequence = -sequence + 1;"
        "UPDATE foundation_auditseal SET sequence = -sequence"
    ),
    "two links change places": (
        "UPDATE foundation_auditseal SET sequence = -sequence WHERE sequence IN (2, 3);"
        "UPDATE foundation_auditseal SET sequence = 5 + sequence WHERE sequence < 0"
    ),
    "a row is put in without a link": (
        "INSERT INTO foundation_auditevent SELECT (jsonb_populate_record(e, jsonb_build_object("
        "'id', '01800000-0000-7000-8000-000000000000', 'action', 'forged'))).*"
        " FROM foundation_auditevent e WHERE id = %(second)s"
    ),
    "a link is put between": (
        "UPDATE foundation_auditseal SET sequence = -sequence - 1 WHERE sequence >= 2;"
        "UPDATE foundation_auditseal SET sequence = -sequence WHERE sequence < 0;"
        "INSERT INTO foundation_auditevent SELECT (jsonb_populate_record(e, jsonb_build_object("
        "'id', %(new)s::text, 'action', 'forged'))).* FROM foundation_auditevent e WHERE id = %(second)s;"
        "INSERT INTO foundation_auditseal (id, tenant_id, sequence, event_id, hash, sealed_at)"
        " SELECT gen_random_uuid(), tenant_id, 2, %(new)s, repeat('a', 64), now()"
        " FROM foundation_auditevent WHERE id = %(new)s"
    ),
}


@pytest.mark.parametrize("how", TAMPERING)
def test_the_verifier_finds_that(how, sealed_tenant):
    with scope(sealed_tenant, path=WHOLE, actor=None), transaction.atomic():
        second = AuditSeal.objects.get(sequence=2).event_id
        assert verify() == (4, None)

    _tamper(sealed_tenant, TAMPERING[how], {"second": second, "new": uuid.uuid4()})

    with scope(sealed_tenant, path=WHOLE, actor=None), transaction.atomic():
        assert verify()[1] is not None


@pytest.fixture
def sealed_tenant(transactional_db):
    made = found_tenant("ledger")
    with scope(made, path=WHOLE, actor=None), transaction.atomic():
        write(4)
        seal(now=LATER)
    return made


def _tamper(tenant, statements, values):
    """The owner of the tables, with the triggers out of the way."""
    with as_owner() as cursor:
        for table in ("foundation_auditevent", "foundation_auditseal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(f"BEGIN; SET LOCAL al.tenant = '{tenant.pk}'")
        for statement in statements.split(";"):
            cursor.execute(statement, values)
        cursor.execute("COMMIT")
        for table in ("foundation_auditevent", "foundation_auditseal"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@pytest.fixture
def heads(tmp_path, settings):
    settings.AL_AUDIT_HEADS = str(tmp_path)
    return tmp_path


def test_a_cut_tail_is_found_by_the_head_kept_outside(heads, sealed_tenant, caplog):
    head = audit_heads.kept(sealed_tenant.pk)
    assert head is not None
    assert head[0] == 4

    _tamper(sealed_tenant, "DELETE FROM foundation_auditseal WHERE sequence > 2", None)

    with scope(sealed_tenant, path=WHOLE, actor=None), transaction.atomic():
        assert verify() == (2, "link 4, whose hash is kept outside, is gone or another one")
        seal(
            now=LATER
        )  # what was cut is sealed again: the numbers are back, the old head is not lost
    assert audit_heads.kept(sealed_tenant.pk) == head


def test_a_head_that_cannot_be_kept_stops_nobody(heads, tenant, caplog):
    (heads / "file").write_text("")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit_heads, "_path", lambda _tenant: heads / "file" / "x")
        audit_heads.keep(tenant.pk, 1, "0" * 64)
    assert "could not be kept" in caplog.text


def test_an_older_head_never_replaces_a_newer_one(heads, tenant):
    audit_heads.keep(tenant.pk, 9, "9" * 64)
    audit_heads.keep(tenant.pk, 8, "8" * 64)
    assert audit_heads.kept(tenant.pk) == (9, "9" * 64)


def test_without_a_head_kept_a_cut_tail_shows_only_in_how_far_it_is_sealed(heads, sealed_tenant):
    (heads / f"{sealed_tenant.pk}.head").unlink()
    """A chain alone does not show it: the number anchored outside does."""
    _tamper(sealed_tenant, "DELETE FROM foundation_auditseal WHERE sequence > 2", None)

    with scope(sealed_tenant, path=WHOLE, actor=None), transaction.atomic():
        assert verify() == (2, None)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE foundation_auditevent SET action = 'x'",
        "DELETE FROM foundation_auditseal",
        "TRUNCATE foundation_auditseal",
        "TRUNCATE foundation_auditevent CASCADE",
    ],
)
def test_even_the_owner_is_refused(sealed_tenant, statement):
    with as_owner() as cursor:
        cursor.execute(f"BEGIN; SET LOCAL al.tenant = '{sealed_tenant.pk}'")
        with pytest.raises(DatabaseError, match="is append-only"):
            cursor.execute(statement)
        cursor.execute("ROLLBACK")


def test_sealing_at_once_gives_one_chain(transactional_db):
    tenant = found_tenant("ledger")
    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
        write(40)
    gate, counts = threading.Barrier(4), []

    def work():
        try:
            gate.wait()
            with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
                counts.append(seal(now=LATER))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
        assert (sorted(counts), verify()) == ([0, 0, 0, 40], (40, None))


def test_verify_audit_prints_one_line_a_tenant(tenant, capsys):
    write(2)
    seal(now=LATER)
    call_command("verify_audit", "--tenant", "ledger")
    assert capsys.readouterr().out == "ledger: sealed up to 2, unbroken\n"


def test_the_first_link_hangs_on_the_beginning(tenant):
    event = write(1)[0]
    seal(now=LATER)
    event.refresh_from_db()
    assert AuditSeal.objects.get().hash == link(GENESIS, 1, event)
