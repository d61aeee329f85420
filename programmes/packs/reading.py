"""From a YAML text to a Pack, or to every mistake in it with its line."""

from pathlib import Path
from typing import Any

from programmes.packs.checks import check_pack
from programmes.packs.format import Pack, RuleSpec
from programmes.packs.nodes import (
    LONGEST_TEXT,
    MOST_NODES,
    NotYaml,
    Oddities,
    TooMany,
    compose,
    wrap,
)
from programmes.packs.problems import PackError, PackProblem, Place, gettext_noop
from programmes.packs.rule_checks import Surroundings, check_rule
from programmes.packs.shapes import Group

FOLDER = Path(__file__).parent
SHIPPED = ("plan1", "plan2", "plan3", "plan4", "plan5", "organs")


def read(text: str) -> Pack:
    """The pack of a text. Raises PackError with all its problems; nothing else."""
    if len(text) > LONGEST_TEXT:
        raise _refusal(
            1, gettext_noop("the file is longer than %(most)s characters"), most=LONGEST_TEXT
        )
    try:
        root, odd = compose(text)
    except NotYaml as problem:
        raise _refusal(
            problem.line,
            gettext_noop("this is not YAML: look at the brackets, quotes and indents up to here"),
        ) from problem
    except TooMany as problem:
        raise _refusal(
            problem.line,
            gettext_noop("the file holds more than %(most)s names and values"),
            most=MOST_NODES,
        ) from problem
    place = Place(root)
    _report(odd, place)
    return _pack(place)


def pack_from(data: dict[str, Any]) -> Pack:
    """The pack of plain data, as kept in tables (see writing.plain). Raises PackError."""
    return _pack(Place(wrap(data)))


def rule_from(data: dict[str, Any], pack: Pack) -> RuleSpec:
    """One rule of plain data, checked against the rest of its pack. Raises PackError."""
    place = Place(wrap(data))
    rule = Group(RuleSpec).read(place)
    if rule is not None:
        check_rule(rule, place, Surroundings.of(pack))
    if place.problems:
        raise PackError(place.problems)
    return rule


def shipped_text(pack_id: str) -> str:
    """A pack that comes with the product, one of `SHIPPED`. Raises KeyError."""
    if pack_id not in SHIPPED:
        raise KeyError(pack_id)
    return (FOLDER / f"{pack_id}.yaml").read_text(encoding="utf-8")


def _pack(place: Place) -> Pack:
    pack: Pack | None = Group(Pack).read(place)
    if pack is not None:
        check_pack(pack, place)
    if pack is None or place.problems:
        raise PackError(place.problems)
    return pack


def _refusal(line: int, message: str, **params: str | int) -> PackError:
    return PackError([PackProblem(line, "", message, tuple(params.items()))])


def _report(odd: Oddities, place: Place) -> None:
    problems = place.problems
    for line, key in odd.repeated:
        problems.append(
            PackProblem(line, "", gettext_noop("“%(key)s” is given twice here"), (("key", key),))
        )
    for line in odd.aliases:
        problems.append(
            PackProblem(line, "", gettext_noop("a pack repeats itself in full: no * aliases"))
        )
    for line, tag in odd.tags:
        problems.append(
            PackProblem(
                line, "", gettext_noop("“%(tag)s” tags have no place here"), (("tag", tag),)
            )
        )
    for line in odd.unnamed:
        problems.append(PackProblem(line, "", gettext_noop("a name is expected before the colon")))
