"""Packs and the calendar from the command line; each command says for whom it runs."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from programmes.models import CalendarYear, Plan, Programme
from programmes.packs.reading import shipped_text
from tests.shipped import line_of
from tests.world import World

OPEN = ["--tenant", "teng", "--pack", "plan2", "--year", "2026", "--owner", "藤县"]


def run(*arguments):
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_a_pack_is_loaded_exported_and_loaded_again(world: World, tmp_path):
    run("load_pack", *OPEN)
    programme = Programme.objects.get()
    file = tmp_path / "plan.yaml"

    run("export_pack", "--tenant", "teng", "--programme", str(programme.pk), "--file", str(file))
    again = [
        "load_pack",
        "--tenant",
        "teng",
        "--programme",
        str(programme.pk),
        "--applies-from",
        "2026-09-01",
    ]
    same = run(*again, "--file", str(file))
    file.write_text(file.read_text().replace("day: 25", "day: 20"))
    new = run(*again, "--file", str(file))

    assert run(
        "export_pack", "--tenant", "teng", "--programme", str(programme.pk), "--number", "1"
    ) == shipped_text("plan2")
    assert ("nothing changed" in same, "version 2 is loaded" in new, Plan.objects.count()) == (
        True,
        True,
        2,
    )


@pytest.mark.parametrize(
    "arguments",
    [
        [*OPEN[:-1], "无此单位"],
        ["--tenant", "teng", "--pack", "plan2"],
        ["--tenant", "nobody", *OPEN[2:]],
        ["--tenant", "teng", "--file", "missing.yaml", *OPEN[4:]],
        [*OPEN, "--programme", "00000000-0000-7000-8000-000000000000"],
    ],
)
def test_what_is_asked_wrongly_loads_nothing(world, arguments):
    with pytest.raises(CommandError):
        run("load_pack", *arguments)

    assert not Programme.objects.exists()


def test_a_broken_file_is_told_with_its_lines(world, tmp_path):
    file = tmp_path / "plan.yaml"
    file.write_text(shipped_text("plan2").replace("day: 25", "day: 32"))

    with pytest.raises(CommandError, match=str(line_of("day: 25"))):
        run("load_pack", "--tenant", "teng", "--file", str(file), *OPEN[4:])


def test_the_calendar_is_seeded_once(world):
    first = run("seed_calendar", "--tenant", "teng", "--since", "2026")

    assert first != run("seed_calendar", "--tenant", "teng", "--since", "2026") == "teng: 0 days\n"
    assert CalendarYear.objects.filter(scope="CN", year=2026).exists()
