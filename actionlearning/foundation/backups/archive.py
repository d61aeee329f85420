"""The file of a backup: a plain tar that any machine can open; each part is known by its hash.

manifest.json, its hash in manifest.sha256, database.dump (pg_dump's custom format), audit/<tenant>.head.
"""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from actionlearning.foundation.backups.errors import BackupRefused

FORMAT = 1
MANIFEST, SEAL, DUMP, HEADS = "manifest.json", "manifest.sha256", "database.dump", "audit/"
_BLOCK = 1 << 20
_LARGEST_MANIFEST = 20_000_000  # bytes


def hash_of(path: Path) -> dict[str, Any]:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return {"sha256": digest.hexdigest(), "bytes": path.stat().st_size}


def write(path: Path, manifest: Mapping[str, Any], parts: Mapping[str, Path]) -> None:
    """Whole or not at all: under its name only once everything is on the disk. Raises OSError."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    text = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
    try:
        with open(fresh, "xb", opener=_for_owner_only) as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
                _add(archive, MANIFEST, text)
                _add(archive, SEAL, hashlib.sha256(text).hexdigest().encode())
                for name, part in parts.items():
                    archive.add(part, name, recursive=False, filter=_plain)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _for_owner_only(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(_plain(member), io.BytesIO(content))


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member


class Backup:
    """A file that was read from end to end and is what it says."""

    def __init__(self, archive: tarfile.TarFile, manifest: dict[str, Any]) -> None:
        self._archive, self.manifest = archive, manifest

    def copy(self, name: str, to: Path) -> Path:
        with self._part(name) as part, open(to, "xb", opener=_for_owner_only) as file:
            while block := part.read(_BLOCK):
                file.write(block)
        return to

    @property
    def heads(self) -> dict[str, str]:
        """By file name: what stands in it."""
        names = [name for name in self.manifest["parts"] if name.startswith(HEADS)]
        found = {}
        for name in names:
            with self._part(name) as part:
                found[Path(name).name] = part.read(_BLOCK).decode("ascii")
        return found

    def _part(self, name: str) -> IO[bytes]:
        part = self._archive.extractfile(name)
        if part is None:
            raise KeyError(name)
        return part

    def close(self) -> None:
        self._archive.close()

    def check(self) -> None:
        """Raises BackupRefused, naming the part that is not what was written."""
        for name, wanted in self.manifest["parts"].items():
            digest = hashlib.sha256()
            with self._part(name) as part:
                while block := part.read(_BLOCK):
                    digest.update(block)
            if digest.hexdigest() != wanted["sha256"]:
                raise BackupRefused(f"its part {name} is not what was written")


@contextmanager
def opened(path: Path) -> Iterator[Backup]:
    """Raises BackupRefused for what is no backup, a damaged one, or one of a later format."""
    backup = _whole(path)
    try:
        yield backup
    finally:
        backup.close()


def _whole(path: Path) -> Backup:
    if not path.is_file():
        raise BackupRefused(f"There is no file {path}.")
    try:
        file = tarfile.open(path, "r:")  # noqa: SIM115  closed by opened()
    except (tarfile.TarError, OSError) as found:
        raise BackupRefused(_refusal(path, f"it cannot be read ({found})")) from None
    try:
        backup = Backup(file, _manifest(file))
        backup.check()
    except KeyError as missing:
        why = f"its part {missing} is missing"
    except (BackupRefused, tarfile.TarError, EOFError, OSError, ValueError) as found:
        why = str(found)
    else:
        return backup
    file.close()
    raise BackupRefused(_refusal(path, why))


def _refusal(path: Path, why: str) -> str:
    return f"{path.name} is damaged or no backup: {why}. Nothing was changed; take another file."


def _manifest(archive: tarfile.TarFile) -> dict[str, Any]:
    text, seal = (_small(archive, name) for name in (MANIFEST, SEAL))
    if hashlib.sha256(text).hexdigest().encode() != seal:
        raise BackupRefused("its list of contents was changed")
    manifest = json.loads(text)
    if manifest.get("format") != FORMAT:
        raise BackupRefused(f"its format {manifest.get('format')} is of another product version")
    return dict(manifest)


def _small(archive: tarfile.TarFile, name: str) -> bytes:
    part = archive.extractfile(name)
    return part.read(_LARGEST_MANIFEST) if part else b""
