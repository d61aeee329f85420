"""Where the embedded servers of one state directory are found. Standard library only: settings import this."""

import hashlib
import os
import secrets
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
DATABASE = "actionlearning"
OWNER, RUNTIME, BACKUP = "al_owner", "al_app", "al_backup"


def state_directory() -> Path:
    """Everything that must survive a restart: data, logs, the secret key."""
    return Path(os.environ.get("AL_STATE_DIR") or CHECKOUT / "var").resolve()


def fingerprint(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:10]


def run_directory(state: Path) -> Path:
    """The sockets: a short path, as a socket's name may have 104 bytes on macOS and 108 on Linux."""
    root = Path("/tmp") if os.name == "posix" else Path(tempfile.gettempdir())
    user = os.getuid() if os.name == "posix" else 0
    return root / f"al-{user}-{fingerprint(state.resolve())}"


def postgres_socket_directory(state: Path) -> Path:
    return run_directory(state) / "pg"


def valkey_socket(state: Path) -> Path:
    return run_directory(state) / "valkey" / "valkey.sock"


def database_url(state: Path, role: str, database: str = DATABASE) -> str:
    return f"postgresql://{role}@/{database}?host={postgres_socket_directory(state)}"


def addresses(state: Path) -> dict[str, str]:
    """The three addresses under the names of the environment variables that override them."""
    return {
        "DATABASE_URL": database_url(state, RUNTIME),
        "DATABASE_OWNER_URL": database_url(state, OWNER),
        "REDIS_URL": f"unix://{valkey_socket(state)}?db=0",
    }


def secret_key(state: Path) -> str:
    """The key of this state directory, made on first use and readable by its owner only."""
    path = state / "secret_key"
    if not path.exists():
        state.mkdir(mode=0o711, parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(50))
        try:
            os.link(fresh, path)  # of two first starts at once, one wins and both read its key
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text().strip()
