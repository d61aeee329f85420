import stat
import subprocess
import sys
from pathlib import Path

from actionlearning.launcher.addresses import (
    CHECKOUT,
    addresses,
    run_directory,
    secret_key,
    state_directory,
    valkey_socket,
)

SUN_PATH = 104  # bytes, the smaller of Linux and macOS


def test_addresses_name_the_sockets_and_the_two_roles():
    state = Path("/somewhere/var")
    run = run_directory(state)

    assert addresses(state) == {
        "DATABASE_URL": f"postgresql://al_app@/actionlearning?host={run}/pg",
        "DATABASE_OWNER_URL": f"postgresql://al_owner@/actionlearning?host={run}/pg",
        "REDIS_URL": f"unix://{run}/valkey/valkey.sock?db=0",
    }


def test_sockets_stay_short_however_long_the_state_directory(tmp_path):
    state = tmp_path.joinpath(*["a-long-name"] * 30)

    assert len(str(run_directory(state) / "pg" / ".s.PGSQL.5432.lock")) < SUN_PATH
    assert len(str(valkey_socket(state))) < SUN_PATH


def test_two_state_directories_share_nothing():
    assert run_directory(Path("/a")) != run_directory(Path("/b"))


def test_state_directory_is_var_unless_said_otherwise(monkeypatch, tmp_path):
    monkeypatch.delenv("AL_STATE_DIR", raising=False)
    assert state_directory() == CHECKOUT / "var"

    monkeypatch.setenv("AL_STATE_DIR", str(tmp_path))
    assert state_directory() == tmp_path


def test_secret_key_is_made_once_and_is_its_owners_alone(tmp_path):
    state = tmp_path / "new"

    first = secret_key(state)

    assert len(first) > 50
    assert secret_key(state) == first
    assert stat.S_IMODE((state / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in state.iterdir()] == ["secret_key"]


def test_launcher_needs_neither_django_nor_celery_to_start_servers():
    program = (
        "import sys, actionlearning.launcher.servers as s; "
        "print({'django', 'celery', 'actionlearning.settings'} & set(sys.modules))"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )

    assert done.stdout == "set()\n"
