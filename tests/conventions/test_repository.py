"""What the repository promises to whoever runs it; its requirement files: tests/launcher/test_repository_files.py."""

import re

from tests.conventions.sources import PRODUCT, ROOT, text

NOT_FOR_OPERATORS = {
    "AL_AS_OWNER": "set by the commands that migrate",
    "AL_STATE_DIR": "embedded servers only",
    "AL_STATIC_STORAGE": "tests only",
}
"""Settings from the environment that an operator never writes down, each with the reason."""


def _settings():
    for path in PRODUCT:
        yield from re.findall(r"""_(?:text|flag)\(\s*"(AL_\w+)\"""", text(path))


def test_every_setting_of_the_environment_is_documented():
    documented = set(re.findall(r"^#?\s*(AL_\w+)=", text(ROOT / ".env.example"), re.MULTILINE))
    assert set(_settings()) - documented - set(NOT_FOR_OPERATORS) == set()


def test_every_documented_setting_exists():
    known = "\n".join(text(path) for path in PRODUCT) + text(ROOT / "docker-compose.yml")
    documented = re.findall(r"^#?\s*([A-Z]\w+)=", text(ROOT / ".env.example"), re.MULTILINE)
    assert [name for name in documented if name not in known] == []
