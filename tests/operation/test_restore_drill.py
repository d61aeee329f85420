"""The drill: a working office is backed up, lost, restored on empty ground, and goes on working."""

import fcntl
import json
import signal
import tarfile
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import psycopg2
import pytest

from actionlearning.foundation.backups import archive
from actionlearning.foundation.backups.contents import connect, contents, differences
from actionlearning.foundation.backups.errors import BackupRefused
from actionlearning.foundation.backups.making import make_backup, settings_without_secrets
from actionlearning.foundation.backups.programs import program
from actionlearning.foundation.backups.restoring import _refuse_later_product
from tests.operation.mail_server import mail_server
from tests.operation.office import PASSWORD, TOKEN
from tests.operation.test_shutdown import held_up, until

TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("backups")


@pytest.fixture(scope="module")
def backup(site, folder):
    """The file that an operator gets; what it says of the source is kept beside."""
    before = counted(site)
    site.must("backup", str(folder))
    (path,) = folder.glob("*.backup")
    return SimpleNamespace(path=path, before=before)


def counted(site):
    """All tables of an installation, counted and hashed by the role that sees everything."""
    connection = connect(site.env["DATABASE_BACKUP_URL"])
    try:
        with connection.cursor() as cursor:
            return contents(cursor)
    finally:
        connection.close()


@pytest.fixture(scope="module")
def restored(site, backup):
    """On the same servers, in a new database, with a state directory of its own."""
    made = site.servers.site("again")
    made.create_roles()
    made.told = made.must("restore", str(backup.path))
    return made


# -- the way there and back -------------------------------------------------------------------------


def test_everything_is_there_again(site, backup, restored):
    after = counted(restored)
    told = differences(backup.before, after)
    changed = {line.partition(":")[0] for line in told}
    # The audit row of the restoring, and the marks that keep old notices silent: nothing else.
    assert changed == {
        "foundation_auditevent",
        "foundation_delivery",
        "foundation_notice",
        "foundation_tenant",
    }
    spaces = len(site.rows("SELECT 1 FROM foundation_tenant"))
    for table in changed:
        more = spaces if table == "foundation_auditevent" else 0
        assert after[table]["rows"] == backup.before[table]["rows"] + more
    texts = "SELECT string_agg(text, '|' ORDER BY id) FROM programmes_clause"
    assert restored.rows(texts) == site.rows(texts)
    assert "counts and hashes are equal" in restored.told
    assert "The walls stand." in restored.told


def test_sessions_and_request_keys_stay_behind(site, restored):
    for table in ("django_session", "foundation_requestkey"):
        assert site.rows(f"SELECT count(*) FROM {table}") > [(0,)]
        assert restored.rows(f"SELECT count(*) FROM {table}") == [(0,)]


def test_a_person_signs_in_and_a_client_keeps_its_token(restored):
    with restored.web() as web:
        assert web.sign_in("teng", "ben", PASSWORD)[0] == 302
        status, _headers, body = web.browse("/t/teng/")
        assert status == 200
        assert "贝宁" in body.decode()
        status, _headers, body = web.get("/api/v1/obligations/", **BEARER)
        assert status == 200
        assert json.loads(body)["results"]


def test_no_old_notice_is_sent_again_and_the_chain_goes_on(restored):
    """Neither what waited then, nor what the next sweep finds of the past because its line was lost."""
    restored.rows("DELETE FROM foundation_notice WHERE kind = 'programmes.overdue'")
    restored.rows("UPDATE programmes_obligation SET next_look_at = now() - interval '1 day'")
    with mail_server() as (there, mails):
        steps = ("verify_audit,--all-tenants", "deadlines,--once", "day:day-1", "deadlines,--once")
        told = steps_on(restored, *steps, "verify_audit,--all-tenants", **there)
        assert mails == []
        assert told.count("unbroken") == 4
        assert restored.rows("SELECT DISTINCT state FROM foundation_delivery") == [("cancelled",)]
        found = "SELECT count(*) > 0 FROM foundation_notice WHERE kind = 'programmes.overdue'"
        assert restored.rows(found) == [(True,)]  # in the inbox they are

        steps_on(restored, "news:today", "day:day-2", "deadlines,--once", **there)
        assert len(mails) == 1
    ((problem,),) = restored.rows(
        "SELECT DISTINCT problem FROM foundation_delivery WHERE state = 'cancelled'"
    )
    assert problem.startswith("Restored from the backup of ")
    assert restored.rows(
        "SELECT count(*) FROM foundation_auditevent e JOIN foundation_auditseal s ON s.event_id = e.id"
        " WHERE action = 'space.restored'"
    ) == [(2,)]


def steps_on(site, *steps, **more):
    done = site.python("-m", "tests.operation.steps", *steps, **more)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_filled_database_is_refused(restored, backup):
    before = restored.rows("SELECT count(*) FROM groups_person")
    done = restored.manage("restore", str(backup.path))
    assert done.returncode == 1
    assert "again is not empty" in done.stderr
    assert "Nothing was changed" in done.stderr
    assert restored.rows("SELECT count(*) FROM groups_person") == before


# -- damaged and foreign files ----------------------------------------------------------------------


def damaged(path: Path, to: Path, how: str) -> Path:
    content = bytearray(path.read_bytes())
    with tarfile.open(path) as file:
        dump = file.getmember(archive.DUMP)
    if how == "flipped":
        content[dump.offset_data + dump.size // 2] ^= 1
    elif how == "cut":
        content = content[: dump.offset_data + dump.size // 2]
    elif how == "manifest":
        digit = content.index(b'"rows": ') + 8
        content[digit] = ord("8") if content[digit] == ord("9") else ord("9")
    elif how == "foreign":
        content = bytearray(b"PK\x03\x04 some other file")
    elif how == "empty":
        content = bytearray()
    to.write_bytes(content)
    return to


@pytest.mark.parametrize("how", ["flipped", "cut", "manifest", "foreign", "empty"])
def test_a_damaged_file_is_refused_in_plain_words(backup, tmp_path, how):
    path = damaged(backup.path, tmp_path / "x.backup", how)
    words = r"x\.backup is damaged or no backup: .*Nothing was"
    with pytest.raises(BackupRefused, match=words), archive.opened(path):
        pass


@pytest.fixture(scope="module")
def empty(site):
    made = site.servers.site("untouched")
    made.create_roles()
    return made


def test_the_command_refuses_it_too_and_leaves_the_database_empty(empty, backup, tmp_path):
    path = damaged(backup.path, tmp_path / "x.backup", "flipped")
    done = empty.manage("restore", str(path))
    assert done.returncode == 1
    assert "its part database.dump is not what was written" in done.stderr
    assert "Traceback" not in done.stderr
    assert empty.rows(TABLES) == [(0,)]


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2999-01-01T00:00+08:00", "lies in the future"),
        ("2026-01-01T00:00+08:00", "lies before the backup"),
    ],
)
def test_a_moment_that_cannot_be_is_refused(empty, backup, moment, words):
    done = empty.manage("restore", str(backup.path), "--sent-until", moment)
    assert done.returncode == 1
    assert words in done.stderr
    assert empty.rows(TABLES) == [(0,)]


@pytest.mark.parametrize("name", ["DATABASE_BACKUP_URL", "DATABASE_URL"])
def test_addresses_that_name_another_database_are_refused(site, empty, backup, name):
    done = empty.manage("restore", str(backup.path), **{name: site.env[name]})
    assert done.returncode == 1
    assert f"{name}: another database than DATABASE_OWNER_URL" in done.stderr
    assert empty.rows(TABLES) == [(0,)]


def test_a_load_that_differs_is_taken_back(empty, backup, tmp_path):
    """Whole by its hashes, but its list promises rows that the dump does not hold."""
    lying = rewritten(backup, tmp_path, lambda m: m["tables"]["groups_person"].update(rows=999))
    done = empty.manage("restore", str(lying))
    assert done.returncode == 1
    assert "rows instead of 999" in done.stderr
    assert empty.rows(TABLES) == [(0,)]


def test_a_backup_of_a_later_product_is_refused(backup, tmp_path):
    later = rewritten(backup, tmp_path, lambda m: m["migrations"].append(["groups", "0999_later"]))
    with archive.opened(later) as opened, pytest.raises(BackupRefused, match="0999_later"):
        _refuse_later_product(opened)


def rewritten(backup, tmp_path, change):
    with archive.opened(backup.path) as opened:
        manifest = opened.manifest
        parts = {name: opened.copy(name, tmp_path / Path(name).name) for name in manifest["parts"]}
    change(manifest)
    archive.write(tmp_path / "y.backup", manifest, parts)
    return tmp_path / "y.backup"


def test_a_missing_file_is_named(tmp_path):
    gone = tmp_path / "none.backup"
    with pytest.raises(BackupRefused, match="There is no file"), archive.opened(gone):
        pass


# -- what is in it ----------------------------------------------------------------------------------


def test_the_file_says_what_it_holds_and_no_secret(site, backup):
    with archive.opened(backup.path) as opened:
        manifest, heads = opened.manifest, opened.heads
    assert manifest["tables"]["groups_person"]["rows"] > 0
    assert set(manifest["left_out"]) == {"django_session", "foundation_requestkey"}
    assert set(manifest["parts"]) == {"database.dump", *(f"audit/{name}" for name in heads)}
    assert len(heads) == 2
    assert datetime.fromisoformat(manifest["made_at"])
    assert manifest["settings"]["AL_STATE_DIR"] == str(site.state)
    text = json.dumps(manifest)
    assert all(secret not in text for secret in ("Secret-3", "a-key-for-this-test-only"))
    assert backup.path.stat().st_mode & 0o077 == 0


def test_secrets_of_the_settings_are_named_only(monkeypatch):
    monkeypatch.setenv("AL_MAIL_PASSWORD", "geheim")
    monkeypatch.setenv("DATABASE_URL", "postgresql://al_app:geheim@db/x")
    monkeypatch.setenv("AL_HOSTS", "learning.example.gov.cn")
    told = settings_without_secrets()
    assert told["AL_HOSTS"] == "learning.example.gov.cn"
    assert told["AL_MAIL_PASSWORD"] == told["DATABASE_URL"] == "(a secret)"


def test_older_backups_go_and_other_files_stay(site, settings, tmp_path):
    settings.DATABASE_BACKUP_URL = site.env["DATABASE_BACKUP_URL"]
    settings.AL_AUDIT_HEADS = str(site.state / "audit")
    for day in (1, 2, 3):
        (tmp_path / f"actionlearning-2026010{day}T010000Z.backup").touch()
    (tmp_path / "notes.txt").touch()
    made = make_backup(tmp_path, keep=2)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [".lock", made.path.name, "actionlearning-20260103T010000Z.backup", "notes.txt"]
    )


def test_what_a_killed_backup_left_is_cleared_at_the_next(site, settings, tmp_path):
    settings.DATABASE_BACKUP_URL = site.env["DATABASE_BACKUP_URL"]
    settings.AL_AUDIT_HEADS = str(site.state / "audit")
    (tmp_path / ".making-abc").mkdir()
    (tmp_path / ".making-abc" / "dump").write_text("everybody")
    (tmp_path / ".actionlearning-20260101T010000Z.backup.4711").write_text("everybody")
    (tmp_path / ".hidden").touch()
    with (tmp_path / ".lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(BackupRefused, match="another backup is being made there"):
            make_backup(tmp_path, keep=2)
        assert (tmp_path / ".making-abc").exists()
    made = make_backup(tmp_path, keep=2)
    there = {path.name for path in tmp_path.iterdir()}
    assert there == {".lock", ".hidden", made.path.name}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_leaves_no_dump_behind(site, tmp_path, number):
    """pg_dump waits for a table when the signal comes."""
    with (
        held_up(site),
        site.running("manage.py", "backup", str(tmp_path), log="stopped.log") as run,
    ):
        until(lambda: list(tmp_path.glob(".making-*/dump")))
        run.send_signal(number)
        assert run.wait(20) == 1
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]
    told = (site.state / "stopped.log").read_text()
    assert f"Stopped by {number.name}. No backup was made." in told
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("postgresql://al_backup:wrong@127.0.0.1:{port}/office", "password authentication failed"),
        ("postgresql://al_backup:x@127.0.0.1:1/office", "Connection refused"),
    ],
)
def test_a_database_that_says_no_is_told_in_one_sentence(site, settings, tmp_path, address, words):
    settings.DATABASE_BACKUP_URL = address.format(port=site.servers.postgres_port)
    with pytest.raises(BackupRefused, match=f"{words}(?s:.*)No backup was made"):
        make_backup(tmp_path, keep=2)
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_a_place_that_cannot_be_written_is_told(site, settings, tmp_path):
    settings.DATABASE_BACKUP_URL = site.env["DATABASE_BACKUP_URL"]
    (tmp_path / "file").touch()
    with pytest.raises(BackupRefused, match="No backup was made"):
        make_backup(tmp_path / "file" / "below", keep=2)


def test_programs_that_are_too_old_are_named():
    with pytest.raises(BackupRefused, match="pg_dump 99 or newer is needed"):
        program("pg_dump", least=99)


def test_without_its_address_the_command_says_which_is_missing(site, tmp_path):
    done = site.manage("backup", str(tmp_path), DATABASE_BACKUP_URL="")
    assert done.returncode == 1
    assert "DATABASE_BACKUP_URL is missing" in done.stderr


def test_the_backup_role_can_write_nothing(site):
    connection = psycopg2.connect(site.env["DATABASE_BACKUP_URL"])
    try:
        with connection.cursor() as cursor, pytest.raises(psycopg2.Error, match="read-only"):
            cursor.execute("DELETE FROM groups_person")
        connection.rollback()
        connection.set_session(readonly=False)
        with connection.cursor() as cursor, pytest.raises(psycopg2.Error, match="denied"):
            cursor.execute("DELETE FROM groups_person")
    finally:
        connection.close()


def test_the_servers_inside_restore_and_back_up_too(site, backup, tmp_path_factory):
    """Without DATABASE_URL: an empty state directory becomes the restored installation."""
    state = tmp_path_factory.mktemp("state", numbered=True)
    state.chmod(0o711)
    bare = {name: v for name, v in site.env.items() if not name.startswith(("DATABASE_", "REDIS"))}
    inside = site.servers.site("inside")
    inside.env = bare
    where = ("--state", str(state / "new"))
    vague = inside.manage("restore", str(backup.path), *where, "--sent-until", "2026-11-22T16:00")
    assert "needs its zone" in vague.stderr
    with archive.opened(backup.path) as opened:
        stopped = ("--sent-until", f"{opened.manifest['made_at']}+00:00")
    told = inside.must("restore", str(backup.path), *where, *stopped)
    assert "counts and hashes are equal" in told
    assert "rows." in inside.must("backup", str(state / "kept"), "--state", str(state / "new"))
