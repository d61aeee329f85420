"""What the guides name is there, and both languages say the same commands."""

import re

import pytest
from django.core.management import get_commands

from actionlearning.launcher.addresses import CHECKOUT

DOCS = CHECKOUT / "docs"
GUIDES = sorted(DOCS.glob("operating*.md")) + sorted(DOCS.glob("graded-protection*.md"))
BLOCK = re.compile(r"```\n(.*?)```", re.DOTALL)
OUTSIDE = {"DATABASE_SUPERUSER_URL"}
"""Asked for by one command and by no setting."""


def text(name):
    return (DOCS / name).read_text(encoding="utf-8")


def test_both_languages_give_the_same_commands_and_clauses():
    english, chinese = text("operating.md"), text("operating.zh-Hans.md")
    assert BLOCK.findall(english) == BLOCK.findall(chinese)
    for name in ("operating", "graded-protection"):
        both = [text(f"{name}.md"), text(f"{name}.zh-Hans.md")]
        assert len({each.count("\n| ") for each in both}) == 1
        assert len({each.count("\n## ") for each in both}) == 1
        words = [sorted(set(re.findall(r"`([^`\n]+)`", BLOCK.sub("", each)))) for each in both]
        assert words[0] == words[1]


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_every_command_setting_test_and_figure_exists(guide):
    words = guide.read_text(encoding="utf-8")
    commands = set(re.findall(r"manage\.py ([a-z_]+)", words))
    assert commands <= set(get_commands())

    known = (CHECKOUT / ".env.example").read_text() + str(OUTSIDE)
    named = set(re.findall(r"\b(?:AL|DATABASE|REDIS)_[A-Z_]+\b", words))
    assert {name for name in named if name not in known} == set()

    paths = re.findall(r"\b((?:tests|docs|groups|templates)/[\w/*.-]*\w\*?)", words)
    assert [path for path in paths if not list(CHECKOUT.glob(path))] == []

    source = (CHECKOUT / "actionlearning" / "foundation" / "metrics.py").read_text()
    figures = {name.removesuffix("_total") for name in re.findall(r"`(al_[a-z_]+)", words)}
    assert {f for f in figures if f'"{f}"' not in source} <= {"al_owner", "al_app", "al_backup"}


def test_every_setting_is_in_the_example_file():
    source = (CHECKOUT / "actionlearning" / "settings.py").read_text()
    read = set(re.findall(r'"(AL_[A-Z_]+)"', source)) - {"AL_AS_OWNER", "AL_STATIC_STORAGE"}
    shown = (CHECKOUT / ".env.example").read_text()
    assert {name for name in read if name not in shown} == set()
