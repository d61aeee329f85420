"""Every address of the product, read from the resolver: nothing is listed by hand."""

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

OURS = ("actionlearning", "groups", "programmes", "reporting", "assessments", "tests")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_FORM = re.compile(r"(\w+)\(\s*(?:data=)?(?:self\.)?request\.(?:GET|query_params)\b")
_ASKED = re.compile(r"""(?:GET|query_params|params|query)(?:\.get(?:list)?\(|\[)\s*["'](\w+)["']""")


@dataclass(frozen=True)
class Route:
    """One pattern; `parts` are the names in its address with their converters, tenant excluded."""

    name: str
    callback: Any = field(compare=False)
    parts: tuple[tuple[str, str], ...]
    tenanted: bool
    shape: str = ""

    @property
    def view(self) -> Any:
        return getattr(self.callback, "view_class", None) or getattr(self.callback, "cls", None)

    @cached_property
    def methods(self) -> tuple[str, ...]:
        """Those it serves; the others are tried as well and must be refused."""
        actions = getattr(self.callback, "actions", None)
        if actions:
            return tuple(method.upper() for method in actions)
        return tuple(m for m in METHODS if hasattr(self.view, m.lower()))

    @property
    def is_api(self) -> bool:
        return hasattr(self.callback, "cls")

    def address(self, tenant: str, values: dict[str, Any]) -> str:
        given = {**values, "tenant": tenant} if self.tenanted else values
        return reverse(self.name, kwargs=given)

    @cached_property
    def source(self) -> str:
        """What the view and the bases of its own app say."""
        bases = [b for b in getattr(self.view, "__mro__", ()) if b.__module__.split(".")[0] in OURS]
        return "\n".join(inspect.getsource(base) for base in bases)

    @property
    def is_ours(self) -> bool:
        return bool(self.view) and self.view.__module__.split(".")[0] in OURS

    def collection(self, part: str) -> str:
        """The word in front of a part: `bodies` of `bodies/<uuid:pk>/posts/new/`."""
        found = re.search(rf"([\w-]+)/(?:<(?:\w+:)?{part}>|\(\?P<{part}>)", self.shape)
        return found[1] if found else ""

    def fits(self, model: Any, part: str) -> int:
        """How well rows of `model` fit a part of the address."""
        named = f"{model.__name__}" in re.findall(r"\w+", self.source)
        found = 3 * likeness(model, self.collection(part)) + 12 * named
        if part != "pk":
            return found + 3 * likeness(model, part)
        declared = getattr(self.view, "model", None) or getattr(
            getattr(self.view, "queryset", None), "model", None
        )
        return found + likeness(model, self.name) + 100 * (declared is model)

    @cached_property
    def filters(self) -> tuple[str, ...]:
        """Names the view's module reads from the query, one by one or through a form."""
        module = inspect.getmodule(self.view)
        source = inspect.getsource(module) if module else ""
        names = dict.fromkeys(_ASKED.findall(source))
        for form in _FORM.findall(source):
            names |= dict.fromkeys(getattr(getattr(module, form, None), "base_fields", ()))
        for base in getattr(self.view, "__mro__", ()):
            declared = vars(base).get("filters") or vars(base).get("filterset_fields")
            names |= dict.fromkeys(declared if isinstance(declared, tuple | list | dict) else ())
        return tuple(name for name in names if isinstance(name, str))


def routes() -> list[Route]:
    return list(_walk(get_resolver().url_patterns, "", (), ""))


def _walk(
    patterns: list[Any], space: str, parts: tuple[tuple[str, str], ...], before: str
) -> Iterator[Route]:
    for found in patterns:
        here = (*parts, *_parts_of(found.pattern))
        shape = before + str(found.pattern).strip("^$")
        if isinstance(found, URLResolver):
            inner = f"{space}{found.namespace}:" if found.namespace else space
            yield from _walk(found.url_patterns, inner, here, shape)
        elif isinstance(found, URLPattern):
            named = tuple(part for part in here if part[0] != "tenant")
            tenanted = len(named) != len(here)
            yield Route(f"{space}{found.name}", found.callback, named, tenanted, shape)


def _parts_of(pattern: Any) -> list[tuple[str, str]]:
    converters = getattr(pattern, "converters", None)
    if converters:
        return [(name, type(kind).__name__) for name, kind in converters.items()]
    shape = pattern.regex.pattern
    return [
        (name, "IntConverter" if rf"(?P<{name}>\d" in shape else "UUIDConverter")
        for name in pattern.regex.groupindex
    ]


def words_of(name: str) -> list[str]:
    """`InformationItem`, `information_item` and `information-items` are the same words."""
    snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().replace("-", "_")
    return [
        re.sub(r"(?<=\w{3})s$", "", re.sub(r"(?<=\w\w)ies$", "y", word))
        for word in snake.split("_")
    ]


def likeness(model: Any, name: str) -> int:
    """How well a model's name fits an address's or a field's."""
    theirs, asked = words_of(model.__name__), words_of(name.rsplit(":", maxsplit=1)[-1])
    shared = sum(word in asked for word in theirs)
    return shared and shared * 10 + 5 * (theirs[-1] == asked[0]) + 5 * (theirs == asked) - len(
        theirs
    )
