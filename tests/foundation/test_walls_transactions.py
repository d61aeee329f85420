"""The scope lives exactly as long as its transaction: real BEGIN and COMMIT, kept connections, threads."""

import threading
import time
import uuid

import pytest
from django.db import ProgrammingError, connection, connections, transaction

from actionlearning.foundation.database.base import DatabaseWrapper
from actionlearning.foundation.models import SweepMark, Tenant
from actionlearning.foundation.scope import WHOLE, NoScope, current_scope, narrow, no_scope, scope
from tests.conftest import found_tenant
from tests.isolation.asking import ask
from tests.moments import NOON

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 250
"""Four transactions each: a thousand on one kept connection."""


@pytest.fixture
def pair():
    """Two tenants with one row each that says whose it is."""
    made = found_tenant("teng"), found_tenant("rival")
    for tenant in made:
        with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
            SweepMark.objects.create(job=tenant.slug, finished_at=NOON)
    return made


def within(tenant):
    return scope(tenant, path=WHOLE, actor=None)


def jobs():
    return [row[0] for row in ask("SELECT job FROM foundation_sweepmark")]


def test_a_query_outside_a_transaction_raises(pair):
    with within(pair[0]):
        with pytest.raises(NoScope, match="outside a transaction"):
            SweepMark.objects.count()
        with pytest.raises(NoScope), connection.cursor():
            raise AssertionError("a cursor was given")


def test_a_query_without_scope_sees_nothing_and_its_manager_raises(pair):
    with transaction.atomic():
        assert jobs() == []
        with pytest.raises(NoScope):
            SweepMark.objects.count()


def test_nested_scopes_give_way_and_come_back(pair):
    with within(pair[0]), transaction.atomic():
        assert jobs() == ["teng"]
        with within(pair[1]):
            assert jobs() == ["rival"]
            with no_scope():
                assert jobs() == []
            assert jobs() == ["rival"]
        assert jobs() == ["teng"]


def test_a_savepoint_rolled_back_leaves_the_scope_that_is_open(pair):
    with within(pair[0]), transaction.atomic():
        with pytest.raises(ProgrammingError), within(pair[1]), transaction.atomic():
            SweepMark.objects.create(tenant=pair[0], job="x", finished_at=NOON)
        assert jobs() == ["teng"]
        with pytest.raises(ProgrammingError), transaction.atomic(), within(pair[1]):
            SweepMark.objects.create(tenant=pair[0], job="x", finished_at=NOON)
        assert jobs() == ["teng"]
        with within(pair[1]), transaction.atomic():
            transaction.set_rollback(True)
        assert jobs() == ["teng"]


def test_a_scope_left_by_an_error_is_closed(pair):
    with pytest.raises(ZeroDivisionError), within(pair[0]), transaction.atomic():
        raise ZeroDivisionError
    with pytest.raises(NoScope):
        current_scope()
    with transaction.atomic():
        assert jobs() == []


def test_on_commit_runs_in_the_scope_around_the_transaction(pair):
    seen = []

    def later():
        with transaction.atomic():
            seen.extend(jobs())

    with within(pair[0]), transaction.atomic():
        transaction.on_commit(later)

    assert seen == ["teng"]


def test_one_kept_connection_never_mixes_scopes(pair):
    with transaction.atomic():
        process = ask("SELECT pg_backend_pid()")
    wrong = []
    for number in range(ROUNDS):
        tenant = pair[number % 2]
        with within(tenant), transaction.atomic():
            wrong += [jobs()] * (jobs() != [tenant.slug])
        with transaction.atomic():
            wrong += jobs()
        with pytest.raises(ZeroDivisionError), within(tenant), transaction.atomic():
            raise ZeroDivisionError(jobs())
        with pytest.raises(ProgrammingError), within(tenant), transaction.atomic():
            ask("SELECT missing FROM foundation_sweepmark")

    with transaction.atomic():
        assert (wrong, jobs(), ask("SELECT pg_backend_pid()")) == ([], [], process)


def test_threads_keep_their_own_scope(pair):
    wrong = []

    def work(tenant):
        try:
            for _ in range(30):
                with within(tenant), transaction.atomic():
                    wrong.extend([jobs()] * (jobs() != [tenant.slug]))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(pair[n % 2],)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []


def test_a_new_thread_starts_without_a_scope(pair):
    seen = []
    with within(pair[0]):
        thread = threading.Thread(target=lambda: seen.append(_has_scope()))
        thread.start()
        thread.join()
    assert seen == [False]


def _has_scope():
    try:
        current_scope()
    except NoScope:
        return False
    return True


def test_a_failing_scope_leaves_no_half_open_transaction(pair, monkeypatch):
    def broken(self):
        raise RuntimeError("the line went dead while the scope was written")

    with monkeypatch.context() as patch:
        patch.setattr(DatabaseWrapper, "apply_scope", broken)
        with pytest.raises(RuntimeError, match="line went dead"), transaction.atomic():
            raise AssertionError("entered")

    with within(pair[0]), transaction.atomic():
        SweepMark.objects.create(job="after", finished_at=NOON)
    connection.close()
    with within(pair[0]), transaction.atomic():
        assert sorted(jobs()) == ["after", "teng"]


def test_a_lost_connection_comes_back_with_the_scope(pair):
    with transaction.atomic():
        ask("SELECT 1")
    connection.connection.close()
    connection.close_if_unusable_or_obsolete()
    connection.close()
    with within(pair[1]), transaction.atomic():
        assert jobs() == ["rival"]


def test_the_scope_is_gone_after_commit_and_rollback(pair):
    for end in (False, True):
        with within(pair[0]), transaction.atomic():
            assert ask("SELECT al_tenant()") == [(uuid.UUID(str(pair[0].pk)),)]
            transaction.set_rollback(end)
        with transaction.atomic():
            assert ask("SELECT al_tenant(), al_path()") == [(None, None)]


def test_a_tenant_that_does_not_exist_has_no_rows(pair):
    with within(Tenant(pk=uuid.uuid4())), transaction.atomic():
        assert jobs() == []


def test_a_scope_narrowed_within_a_transaction_holds_from_the_next_statement_on(pair):
    with within(pair[0]), transaction.atomic():
        assert ask("SELECT al_path()") == [("/",)]
        narrow(pair[0], path="/1/", actor=None)
        with transaction.atomic():
            assert ask("SELECT al_path()") == [("/1/",)]
            transaction.set_rollback(True)
        assert ask("SELECT al_path()") == [("/1/",)]
    with within(pair[0]), transaction.atomic():
        assert ask("SELECT al_path()") == [("/",)]


def test_a_narrowed_scope_of_a_transaction_that_asked_no_more_is_not_left_to_the_next(pair):
    with within(pair[0]), transaction.atomic():
        narrow(pair[0], path="/1/", actor=None)
    with within(pair[1]), transaction.atomic():
        assert ask("SELECT al_path()") == [("/",)]
        assert jobs() == ["rival"]


def test_a_narrowed_scope_does_not_outlive_its_connection(pair, monkeypatch):
    with within(pair[0]), transaction.atomic():
        narrow(pair[0], path="/1/", actor=None)
    connection.close()
    with monkeypatch.context() as patch:
        patch.setitem(connection.settings_dict, "WALLED", False)  # as migrations and tests work
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    with within(pair[1]), transaction.atomic():
        assert jobs() == ["rival"]


def test_a_session_that_the_server_ended_is_noticed_without_a_question(pair):
    with transaction.atomic():
        ((backend,),) = ask("SELECT pg_backend_pid()")
    assert connection.is_usable()
    ended = connection.copy()
    with ended.wrap_database_errors:
        ended.connect()
        with ended.connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [backend])
    ended.close()
    until = time.monotonic() + 10
    while connection.is_usable() and time.monotonic() < until:
        time.sleep(0.01)
    assert not connection.is_usable()
    connection.health_check_enabled, connection.health_check_done = True, False
    with within(pair[0]), transaction.atomic():
        assert jobs() == ["teng"]
