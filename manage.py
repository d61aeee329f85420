#!/usr/bin/env python3
"""Entry point. `up` and `test` work from a bare Python 3.11: they build .venv first.

Older Pythons must be able to read this file, if only to be told that they are too old.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
REQUIREMENTS = ROOT / "actionlearning" / "requirements"
# Each set contains those before it.
SETS = ("base", "test", "ci")
ALTERING = {
    *("up", "migrate", "makemigrations", "squashmigrations", "sqlmigrate", "optimizemigration"),
    *("flush", "sync_walls", "create_roles", "restore"),
}
"""Commands that need the tables' owner."""


def main(arguments):
    command = arguments[0] if arguments else ""
    wanted = {"up": "base", "test": "test"}.get(command)
    if wanted:
        build_environment("ci" if os.environ.get("CI_TOOLS") == "1" else wanted)
    enter_environment()
    if command == "test":
        os.chdir(ROOT)
        os.execv(sys.executable, [sys.executable, "-m", "pytest", *arguments[1:]])
    prepare_settings(command, arguments)
    from django.core.management import execute_from_command_line  # noqa: PLC0415  only .venv has it

    execute_from_command_line(sys.argv)


def build_environment(name):
    """Make .venv and install the hashed set `name`, unless the stamp says that just this is there."""
    if sys.version_info < (3, 11):  # noqa: UP036  an older one reads this too
        sys.exit("Python 3.11 or newer is needed; this is {}.{}.".format(*sys.version_info))
    if (
        stamp_of(name).exists()
        and stamp_of(name).read_text() == digest_of(name)
        and python().exists()
    ):
        return
    if not any(VENV.glob("[Ll]ib/**/site-packages/pip")) or not python().exists():
        create_environment()
    print(
        f"Installing the packages of {name}.txt (first start only) / 正在安装依赖包……", flush=True
    )
    command = [str(python()), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += [
        "--require-hashes",
        "--only-binary",
        ":all:",
        "-r",
        str(REQUIREMENTS / (name + ".txt")),
    ]
    if subprocess.call(command) != 0:
        sys.exit("The packages could not be installed; what pip says stands above.")
    for smaller in SETS[: SETS.index(name) + 1]:
        stamp_of(smaller).write_text(digest_of(smaller))


def create_environment():
    try:
        import ensurepip  # noqa: F401, PLC0415
        import venv  # noqa: PLC0415  Debian ships both apart
    except ImportError:
        sys.exit(
            "This Python has no venv: install it (Debian, Ubuntu: apt install python3-venv) and start again."
        )
    print(f"Creating {VENV}", flush=True)
    venv.EnvBuilder(with_pip=True, clear=VENV.exists()).create(str(VENV))


def stamp_of(name):
    return VENV / (".installed-" + name)


def digest_of(name):
    return hashlib.sha256((REQUIREMENTS / (name + ".txt")).read_bytes()).hexdigest()


def python():
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def enter_environment():
    """Start again inside .venv where there is one."""
    if Path(sys.prefix).resolve() == VENV.resolve() or not python().exists():
        return
    command = [str(python()), str(ROOT / "manage.py"), *sys.argv[1:]]
    if os.name == "nt":
        sys.exit(subprocess.call(command))
    os.execv(command[0], command)


def prepare_settings(command, arguments):
    """What must be known before settings are imported."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "actionlearning.settings")
    if command in ALTERING:
        os.environ["AL_AS_OWNER"] = "1"
    if command in ("up", "backup", "restore"):
        state = option("--state", arguments)
        if state:
            os.environ["AL_STATE_DIR"] = str(Path(state).resolve())
    if command == "up":
        os.chdir(str(ROOT))
    if "AL_SECRET_KEY" not in os.environ and "DATABASE_URL" not in os.environ:
        from actionlearning.launcher.addresses import secret_key, state_directory  # noqa: PLC0415

        os.environ["AL_SECRET_KEY"] = secret_key(state_directory())


def option(name, arguments):
    """The value of `--name value` or `--name=value`, else nothing."""
    for index, word in enumerate(arguments):
        if word == name:
            return "".join(arguments[index + 1 : index + 2])
        if word.startswith(name + "="):
            return word.split("=", 1)[1]
    return ""


if __name__ == "__main__":
    main(sys.argv[1:])
