"""The files that start the product: what must be true of them on any machine."""

import hashlib
import importlib.util
import os
import re
import subprocess
import sys

import polib
import pytest
from ruamel.yaml import YAML

from actionlearning.launcher.addresses import CHECKOUT
from actionlearning.launcher.translations import compile_translations

REQUIREMENTS = CHECKOUT / "actionlearning" / "requirements"
SETS = ("base", "test", "ci")


@pytest.fixture
def manage(tmp_path, monkeypatch):
    """manage.py as a module whose .venv and requirement files are in a temporary place."""
    spec = importlib.util.spec_from_file_location("manage_under_test", CHECKOUT / "manage.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "REQUIREMENTS", tmp_path)
    for name in SETS:
        (tmp_path / f"{name}.txt").write_text(name)
    module.python().parent.mkdir(parents=True)
    module.python().touch()
    (tmp_path / ".venv" / "lib" / "site-packages" / "pip").mkdir(parents=True)
    return module


@pytest.fixture
def installs(manage, monkeypatch):
    calls = []
    monkeypatch.setattr(manage.subprocess, "call", lambda command: calls.append(command[-1]) or 0)
    return calls


def test_bootstrap_installs_once_and_stamps_every_smaller_set(manage, installs, tmp_path):
    manage.build_environment("test")
    manage.build_environment("test")
    manage.build_environment("base")

    assert installs == [str(tmp_path / "test.txt")]
    digests = {path.name: path.read_text() for path in (tmp_path / ".venv").glob(".installed-*")}
    assert digests == {
        f".installed-{name}": hashlib.sha256(name.encode()).hexdigest() for name in SETS[:2]
    }


def test_bootstrap_installs_again_when_the_file_changes(manage, installs, tmp_path):
    manage.build_environment("base")
    (tmp_path / "base.txt").write_text("newer")

    manage.build_environment("base")

    assert len(installs) == 2


def test_bootstrap_leaves_no_stamp_after_a_failure(manage, monkeypatch, tmp_path):
    monkeypatch.setattr(manage.subprocess, "call", lambda _command: 1)

    with pytest.raises(SystemExit, match="could not be installed"):
        manage.build_environment("base")

    assert list((tmp_path / ".venv").glob(".installed-*")) == []


def test_bootstrap_says_in_one_line_that_python_is_too_old(manage, monkeypatch):
    monkeypatch.setattr(manage.sys, "version_info", (3, 10, 2))

    with pytest.raises(SystemExit, match=r"^Python 3.11 or newer is needed; this is 3.10.$"):
        manage.build_environment("base")


def test_bootstrap_says_in_one_line_that_venv_is_missing(manage, monkeypatch):
    monkeypatch.setitem(sys.modules, "ensurepip", None)

    with pytest.raises(SystemExit, match="apt install python3-venv"):
        manage.create_environment()


@pytest.mark.parametrize(
    ("arguments", "value"),
    [
        (["up", "--state", "x"], "x"),
        (["up", "--state=y"], "y"),
        (["up"], ""),
        (["up", "--state"], ""),
    ],
)
def test_state_option_is_read_before_settings(manage, arguments, value):
    assert manage.option("--state", arguments) == value


@pytest.mark.parametrize("name", SETS)
def test_every_requirement_is_pinned_by_hash_and_no_address_is_named(name):
    text = (REQUIREMENTS / f"{name}.txt").read_text()
    entries = re.findall(
        r"^[a-z0-9][^\n]*?==[^\n]*\\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+",
        text,
        re.MULTILINE,
    )

    assert len(entries) == len(re.findall(r"^[a-z0-9].*", text, re.MULTILINE)) > 50
    assert not re.search(r"://|--index|--find-links|@ ", text)


def test_smaller_sets_are_part_of_larger_ones():
    base, test, ci = (
        set(
            re.findall(
                r"^([a-z0-9.-]+==\S+)", (REQUIREMENTS / f"{name}.txt").read_text(), re.MULTILINE
            )
        )
        for name in SETS
    )

    assert base < test < ci


def test_translations_are_compiled_when_missing_or_older(tmp_path):
    source = tmp_path / "zh_Hans" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    catalogue = polib.POFile()
    catalogue.append(polib.POEntry(msgid="unit", msgstr="单位"))
    catalogue.save(str(source))

    assert compile_translations(tmp_path) == [source]
    assert compile_translations(tmp_path) == []
    assert [entry.msgstr for entry in polib.mofile(str(source.with_suffix(".mo")))] == ["单位"]

    newer = source.with_suffix(".mo").stat().st_mtime + 5
    os.utime(source, (newer, newer))
    assert compile_translations(tmp_path) == [source]


@pytest.fixture
def services():
    return YAML(typ="safe").load(CHECKOUT / "docker-compose.yml")["services"]


def test_compose_migrates_as_owner_and_runs_as_the_runtime_role(services):
    addresses = {
        name: service["environment"].get("DATABASE_URL", "")
        for name, service in services.items()
        if "environment" in service
    }

    assert [
        name
        for name, service in services.items()
        if "DATABASE_OWNER_URL" in service.get("environment", {})
    ] == ["migrate", "restore"]
    assert all("//al_app:" in addresses[name] for name in ("web", "worker", "beat"))


def test_compose_keeps_the_audit_heads_where_all_that_need_them_see_them(services):
    ours = ("web", "worker", "beat", "backup", "restore")
    assert all("heads:/srv/heads" in services[name]["volumes"] for name in ours)
    assert {services[name]["environment"]["AL_AUDIT_HEADS"] for name in ours} == {"/srv/heads"}


def test_compose_asks_for_every_secret(services):
    secrets = re.findall(r"\$\{(\w*(?:PASSWORD|SECRET_KEY)):\?", str(services))

    assert set(secrets) == {
        "POSTGRES_PASSWORD",
        "AL_OWNER_PASSWORD",
        "AL_APP_PASSWORD",
        "AL_BACKUP_PASSWORD",
        "AL_SECRET_KEY",
    }
    assert "postgres:/var/lib/postgresql" in services["postgres"]["volumes"]


def test_every_variable_of_compose_is_in_the_example_file():
    used = set(re.findall(r"\$\{(\w+)", (CHECKOUT / "docker-compose.yml").read_text()))
    shown = set(re.findall(r"^(\w+)=", (CHECKOUT / ".env.example").read_text(), re.MULTILINE))

    assert used == shown


def test_ci_script_is_valid_bash_and_ends_with_the_tests():
    script = CHECKOUT / ".ci" / "run"

    subprocess.run(["bash", "-n", script], check=True)
    assert "exec python3 manage.py test -n 2\nfi\n" in script.read_text()
