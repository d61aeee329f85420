"""What is wrong with a pack, line by line, and where in it one stands while reading."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext

from programmes.packs.nodes import Node

NAMING_KEYS = ("key", "id", "role")


def gettext_noop(message: str) -> str:
    """Mark a message for makemessages. Django's own asks for settings, and packs have none."""
    return message


@dataclass(frozen=True, slots=True)
class PackProblem:
    """One mistake. `line` counts from 1; 0 where the pack did not come from a text."""

    line: int
    path: str
    msgid: str
    params: tuple[tuple[str, str | int], ...] = ()

    @property
    def message(self) -> str:
        """The sentence in English; needs no settings."""
        return self.msgid % dict(self.params)

    def worded(self) -> str:
        """The sentence in the reader's language."""
        return gettext(self.msgid) % dict(self.params)

    def __str__(self) -> str:
        return f"{self.line}: {self.path}: {self.message}"


class PackError(ValueError):
    """A pack that cannot be used, with every mistake found in it, in the order of its lines."""

    def __init__(self, errors: list[PackProblem]):
        self.errors = sorted(errors, key=lambda problem: problem.line)
        super().__init__("\n".join(map(str, self.errors)))


@dataclass(frozen=True, slots=True)
class Place:
    """A node of the pack, its address, and the list in which its mistakes are gathered."""

    node: Node
    path: str = ""
    problems: list[PackProblem] = field(default_factory=list)

    def say(self, message: str, **params: str | int) -> None:
        self.problems.append(PackProblem(self.node.line, self.path, message, tuple(params.items())))

    def has(self, key: str) -> bool:
        return isinstance(self.node.value, dict) and key in self.node.value

    def child(self, key: str) -> "Place":
        """Where that key stands; where it is left out, the thing that lacks it."""
        if not isinstance(self.node.value, dict) or key not in self.node.value:
            return self
        path = f"{self.path}.{key}" if self.path else key
        return Place(self.node.value[key], path, self.problems)

    def items(self) -> Iterator["Place"]:
        if isinstance(self.node.value, list):
            for number, item in enumerate(self.node.value, 1):
                yield Place(item, f"{self.path}[{_name(item, number)}]", self.problems)


def _name(item: Node, number: int) -> str:
    if isinstance(item.value, dict):
        for key in NAMING_KEYS:
            named = item.value.get(key)
            if named and isinstance(named.value, str):
                return named.value
    return f"#{number}"
