"""Makes a backup: counts, hashes and dump of one and the same snapshot, with the heads of the audit chains."""

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg2
from django.conf import settings

from actionlearning.foundation.backups import archive, programs
from actionlearning.foundation.backups.contents import LEFT_OUT, connect, contents, migrations
from actionlearning.foundation.backups.errors import BackupRefused

NAME = re.compile(r"actionlearning-\d{8}T\d{6}Z\.backup")
_ASIDE = ".making-"
_UNFINISHED = re.compile(rf"\.{NAME.pattern}\.\d+")
_SECRET = re.compile(r"PASSWORD|SECRET|TOKEN|KEY|URL")
_SETTING = re.compile(r"AL_\w+|DATABASE_(OWNER_|BACKUP_)?URL|REDIS_URL")


@dataclass(frozen=True)
class Made:
    path: Path
    manifest: dict[str, Any]
    removed: list[Path]

    @property
    def rows(self) -> int:
        return sum(table["rows"] for table in self.manifest["tables"].values())


def make_backup(folder: Path, *, keep: int) -> Made:
    """The new file; of older ones `keep` - 1 stay. Raises BackupRefused, and then no file was made."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(folder):
            return _made(folder, keep)
    except OSError as found:
        raise BackupRefused(f"{folder}: {found.strerror}. No backup was made.") from None
    except psycopg2.Error as found:
        raise BackupRefused(f"The database: {str(found).strip()}. No backup was made.") from None


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One backup at a time in a folder: so whatever is unfinished there was left by one that was killed."""
    with (folder / ".lock").open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupRefused(
                f"{folder}: another backup is being made there. No backup was made."
            ) from None
        _clear_leftovers(folder)
        yield


def _clear_leftovers(folder: Path) -> None:
    """A dump that nobody finished holds the whole database and bears no backup's name."""
    for path in folder.iterdir():
        if path.name.startswith(_ASIDE):
            shutil.rmtree(path)
        elif _UNFINISHED.fullmatch(path.name):
            path.unlink()


def _made(folder: Path, keep: int) -> Made:
    aside = Path(tempfile.mkdtemp(prefix=_ASIDE, dir=folder))
    try:
        manifest, parts = _gather(aside)
        made_at = datetime.fromisoformat(manifest["made_at"])
        path = folder / f"actionlearning-{made_at:%Y%m%dT%H%M%SZ}.backup"
        archive.write(path, manifest, parts)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return Made(path, manifest, _thin_out(folder, keep))


def _gather(aside: Path) -> tuple[dict[str, Any], dict[str, Path]]:
    # First the heads: what they name is sealed, so the snapshot taken afterwards holds it.
    parts = _heads(aside)
    connection = connect(settings.DATABASE_BACKUP_URL)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT now() AT TIME ZONE 'UTC', pg_export_snapshot()")
            made_at, snapshot = cursor.fetchone()
            parts[archive.DUMP] = _dump(aside, snapshot, connection.server_version // 10_000)
            manifest = {
                "format": archive.FORMAT,
                "product": settings.AL_RELEASE,
                "made_at": made_at.isoformat(timespec="seconds"),
                "server": connection.server_version,
                "migrations": migrations(cursor),
                "tables": contents(cursor),
                "left_out": list(LEFT_OUT),
                "settings": settings_without_secrets(),
            }
    finally:
        connection.close()
    manifest["parts"] = {name: archive.hash_of(path) for name, path in parts.items()}
    return manifest, parts


def _heads(aside: Path) -> dict[str, Path]:
    found = {}
    for head in sorted(Path(settings.AL_AUDIT_HEADS).glob("*.head")):
        copy = Path(shutil.copyfile(head, aside / head.name))
        found[f"{archive.HEADS}{head.name}"] = copy
    return found


def _dump(aside: Path, snapshot: str, server: int) -> Path:
    path = aside / "dump"
    words = [f"--exclude-table-data=public.{table}" for table in LEFT_OUT]
    programs.run(
        programs.program("pg_dump", least=server),
        *("--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"),
        *(*words, f"--file={path}"),
        address=settings.DATABASE_BACKUP_URL,
    )
    return path


def settings_without_secrets() -> dict[str, str]:
    """What was set on this machine, so that the next one can be set up alike."""
    names = sorted(name for name in os.environ if _SETTING.fullmatch(name))
    return {name: "(a secret)" if _SECRET.search(name) else os.environ[name] for name in names}


def _thin_out(folder: Path, keep: int) -> list[Path]:
    """Only files that bear the name of a backup: whatever else lies there is not ours."""
    files = sorted(path for path in folder.iterdir() if NAME.fullmatch(path.name))
    old = files[:-keep] if keep else []
    for path in old:
        path.unlink()
    return old
