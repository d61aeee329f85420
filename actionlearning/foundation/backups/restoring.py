"""From a backup to a running database: empty before, proved equal after, and silent about the past."""

import secrets
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg2
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils.module_loading import import_string

from actionlearning.foundation import audit, audit_heads
from actionlearning.foundation.backups import archive, programs
from actionlearning.foundation.backups.archive import Backup
from actionlearning.foundation.backups.contents import connect, contents, differences
from actionlearning.foundation.backups.errors import BackupRefused
from actionlearning.foundation.catalogue import holes
from actionlearning.foundation.clock import database_now
from actionlearning.foundation.models import Delivery, Notice, Tenant
from actionlearning.foundation.scope import WHOLE, scope
from actionlearning.foundation.tasks import all_tenants, system_user

Say = Callable[[str], Any]
_THERE = """
SELECT (SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace
           AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f'))
     + (SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace)
"""
_EMPTY = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"


def restore(path: Path, *, sent_until: datetime | None, say: Say) -> None:
    """Logged in as the owner. Raises BackupRefused, and then the database is as empty as before."""
    with archive.opened(path) as backup:
        _refuse_later_product(backup)
        _refuse_moment(backup, sent_until)
        _refuse_other_databases()
        _refuse_filled_database()
        say(f"{path.name}: made {backup.manifest['made_at']} UTC, whole.")
        try:
            _load(backup)
            _compare(backup, say)
            _finish(backup, sent_until, say)
        except (psycopg2.Error, DatabaseError) as found:
            _empty_again()
            raise BackupRefused(f"The database: {str(found).strip()} It is empty again.") from None
        except BaseException:
            _empty_again()
            raise


def _refuse_later_product(backup: Backup) -> None:
    known = MigrationLoader(None).disk_migrations
    unknown = [
        f"{app}.{name}" for app, name in backup.manifest["migrations"] if (app, name) not in known
    ]
    if unknown:
        raise BackupRefused(
            "The backup was made by a later version of the product"
            f" ({', '.join(unknown[:3])} unknown here): install that version. Nothing was changed."
        )


def _refuse_moment(backup: Backup, sent_until: datetime | None) -> None:
    """Up to that moment nothing is copied any more: in the future it would silence what is yet to come."""
    if sent_until is None:
        return
    now = database_now()
    if sent_until > now:
        raise BackupRefused(
            f"--sent-until lies in the future: the database's clock says {now.isoformat(timespec='seconds')}."
            " Nothing was changed."
        )
    if sent_until < _made_at(backup):
        raise BackupRefused(
            f"--sent-until lies before the backup, made {_made_at(backup).isoformat()}: the old installation"
            " still ran then. Nothing was changed."
        )


def _refuse_other_databases() -> None:
    """A lock taken here is refused to others of the same database only, whatever their addresses look like."""
    key = secrets.randbits(62)
    named = {name: getattr(settings, name) for name in ("DATABASE_BACKUP_URL", "DATABASE_URL")}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [key])
        try:
            elsewhere = [name for name, address in named.items() if not _meets(address, key)]
        except psycopg2.Error as found:
            raise BackupRefused(f"The database: {found} Nothing was changed.") from None
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [key])
    if elsewhere:
        raise BackupRefused(
            f"{' and '.join(elsewhere)}: another database than DATABASE_OWNER_URL names. All three must name"
            " the one that is restored into. Nothing was changed."
        )


def _meets(address: str, key: int) -> bool:
    other = psycopg2.connect(address)
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
            (free,) = cursor.fetchone()
    finally:
        other.close()
    return not free


def _made_at(backup: Backup) -> datetime:
    return datetime.fromisoformat(backup.manifest["made_at"]).replace(tzinfo=UTC)


def _refuse_filled_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        (name,) = cursor.fetchone()
        cursor.execute(_THERE)
        (there,) = cursor.fetchone()
    if there:
        raise BackupRefused(
            f"The database {name} is not empty ({there} tables and functions). Restore into a new, empty one:"
            " create_roles --database NAME makes it. Nothing was changed."
        )


def _load(backup: Backup) -> None:
    """In one transaction: a failure leaves the database empty."""
    server = backup.manifest["server"] // 10_000
    with tempfile.TemporaryDirectory(prefix="al-restore-") as folder:
        dump = backup.copy(archive.DUMP, Path(folder) / "dump")
        programs.run(
            programs.program("pg_restore", least=server),
            *("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error", dump),
            address=settings.DATABASE_OWNER_URL,
        )


def _compare(backup: Backup, say: Say) -> None:
    reader = connect(settings.DATABASE_BACKUP_URL)
    try:
        with reader.cursor() as cursor:
            found = differences(backup.manifest["tables"], contents(cursor))
    finally:
        reader.close()
    if found:
        raise BackupRefused(f"What was loaded differs: {'; '.join(found)}")
    rows = sum(table["rows"] for table in backup.manifest["tables"].values())
    say(f"{len(backup.manifest['tables'])} tables, {rows} rows: counts and hashes are equal.")


def _finish(backup: Backup, sent_until: datetime | None, say: Say) -> None:
    call_command("migrate", verbosity=0, interactive=False)
    with transaction.atomic():
        found = holes(connection)
    if found:
        raise BackupRefused("Holes in the walls: " + "; ".join(f"{a}: {b}" for a, b in found))
    say("The walls stand.")
    _place_heads(backup, say)
    for tenant in all_tenants():
        with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
            sealed, fault = audit.verify()
            if fault:
                raise BackupRefused(f"The audit chain of {tenant.slug}: {fault}")
            say(f"{tenant.slug}: audit chain unbroken up to {sealed}.")
            closed = _silence(tenant, backup, sent_until)
            say(f"{tenant.slug}: {closed} waiting copies closed; nothing old is sent again.")


def _silence(tenant: Tenant, backup: Backup, sent_until: datetime | None) -> int:
    """What waited then may have gone out since: the inbox has it, and no copy follows.

    Nor of what the next sweep finds anew: up to `restored_at` everything counts as sent (outbox.py).
    """
    now = database_now()
    made_at = _made_at(backup)
    until = sent_until or now
    waiting = Delivery.objects.filter(state__in=(Delivery.State.PENDING, Delivery.State.CLAIMED))
    reason = f"Restored from the backup of {made_at:%Y-%m-%d %H:%M} UTC: counts as sent."
    closed = waiting.update(state=Delivery.State.CANCELLED, problem=reason)
    closed += sum(import_string(f)(reason=reason) for f in settings.AL_CLOSED_AFTER_RESTORE)
    told = Notice.objects.filter(digest="", skipped_at=None, recipient__isnull=False, at__lte=until)
    told.update(digest="restored")
    Tenant.objects.filter(pk=tenant.pk).update(restored_at=until)
    record = {"made_at": made_at.isoformat(), "sent_until": until.isoformat(), "closed": closed}
    audit.record("space.restored", target=tenant, by=system_user(), at=now, **record)
    return int(closed)


def _place_heads(backup: Backup, say: Say) -> None:
    """A later head that stands here speaks of rows that the backup does not have: kept beside, for the auditor."""
    folder = Path(settings.AL_AUDIT_HEADS)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in backup.heads.items():
        place = folder / Path(name).name
        if place.exists() and place.read_text(encoding="ascii") != text:
            kept = place.with_name(f"{place.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%S}")  # noqa: TID251  a file's name
            place.replace(kept)
            say(f"Another audit head stood here; it is kept as {kept.name} for the auditor.")
        audit_heads.place(place, text)


def _empty_again() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_EMPTY)
    connection.close()
