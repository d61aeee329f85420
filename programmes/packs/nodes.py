"""A YAML text as a tree that remembers its lines. Nothing here knows what a pack is."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

LONGEST_TEXT = 200_000
MOST_NODES = 20_000
"""Ten times the largest plan; more would keep a web worker busy for seconds and fill its memory."""
PLAIN_NUMBER = re.compile(r"[-+]?[0-9]{1,9}")
STANDARD = "tag:yaml.org,2002:"

Scalar = str | int | float | bool | None


class NotYaml(ValueError):
    """The text is no YAML at all; `line` counts from 1."""

    def __init__(self, line: int):
        self.line = line
        super().__init__(f"line {line}")


class TooMany(ValueError):
    """The text holds more than `MOST_NODES` names and values; `line` is where they are exceeded."""

    def __init__(self, line: int):
        self.line = line
        super().__init__(f"line {line}")


@dataclass(frozen=True, slots=True)
class Node:
    """A value and the line on which its name, or the value itself, begins."""

    line: int
    value: "Scalar | list[Node] | dict[str, Node]"


@dataclass(slots=True)
class Oddities:
    """What YAML allows and a pack does not: (line, name) of each."""

    repeated: list[tuple[int, str]] = field(default_factory=list)
    aliases: list[int] = field(default_factory=list)
    tags: list[tuple[int, str]] = field(default_factory=list)
    unnamed: list[int] = field(default_factory=list)


class _Bounded(Composer):
    nodes = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise TooMany(self.parser.peek_event().start_mark.line + 1)
        return super().compose_node(parent, index)


def compose(text: str) -> tuple[Node, Oddities]:
    """The tree of a text of at most `LONGEST_TEXT` characters. Raises NotYaml, TooMany."""
    odd = Oddities()
    yaml = YAML(typ="safe", pure=True)
    yaml.Composer = _Bounded
    try:
        return _Grower(odd).grow(yaml.compose(text)), odd
    except TooMany:
        raise
    except MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        raise NotYaml(mark.line + 1 if mark else 1) from problem
    except YAMLError as problem:  # a character that no YAML may hold
        position = getattr(problem, "position", 0)
        raise NotYaml(text.count("\n", 0, position) + 1) from problem
    except (RecursionError, ValueError) as problem:  # nested beyond reason; a broken escape
        raise NotYaml(1) from problem


class _Grower:
    """Turns composed YAML nodes into ours, each only once: an alias is noted, not followed."""

    def __init__(self, odd: Oddities):
        self.odd = odd
        self.seen: set[int] = set()

    def grow(self, raw: Any, line: int | None = None) -> Node:
        if raw is None:
            return Node(1, None)
        line = line or raw.start_mark.line + 1
        if id(raw) in self.seen:
            self.odd.aliases.append(line)
            return Node(line, None)
        self.seen.add(id(raw))
        kind = str(raw.tag).removeprefix(STANDARD)
        if raw.tag == "!" or str(raw.tag) == kind:
            self.odd.tags.append((line, str(raw.tag)))
        if isinstance(raw, MappingNode):
            return Node(line, self._entries(raw))
        if isinstance(raw, SequenceNode):
            return Node(line, [self.grow(item) for item in raw.value])
        return Node(line, _scalar(raw, kind))

    def _entries(self, raw: MappingNode) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        for key, value in raw.value:
            line = key.start_mark.line + 1
            if not isinstance(key, ScalarNode):
                self.odd.unnamed.append(line)
            elif key.value in entries:
                self.odd.repeated.append((line, key.value))
            else:
                entries[key.value] = self.grow(value, line)
        return entries


def _scalar(raw: ScalarNode, kind: str) -> Scalar:
    text = str(raw.value)
    if kind == "int" and PLAIN_NUMBER.fullmatch(text):
        return int(text)
    if kind == "bool":
        return text.lower() == "true"
    if kind == "null":
        return None
    if kind in {"int", "float"}:
        return float("nan")  # 0x1F, 4.7, 1e9: no value of a pack looks like that
    return text


def wrap(data: object) -> Node:
    """The same tree for plain data out of a table, which has no lines."""
    if isinstance(data, Mapping):
        return Node(0, {str(key): wrap(value) for key, value in data.items()})
    if isinstance(data, Sequence) and not isinstance(data, str | bytes):
        return Node(0, wrap_all(data))
    if data is None or isinstance(data, str | int | float | bool):
        return Node(0, data)
    raise TypeError(f"{type(data).__name__} is not plain data")


def wrap_all(data: Iterable[object]) -> list[Node]:
    return [wrap(item) for item in data]
