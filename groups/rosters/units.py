"""Names of units as sheets carry them: alone where that is clear, else behind their superior."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from typing import Generic, TypeVar

from groups.rosters.cells import same

K = TypeVar("K", bound=Hashable)
BETWEEN = "/"


class UnitNames(Generic[K]):
    """`units`: (id, id of the superior, name). A unit is named `民政局` or `藤县/民政局`, as long as needed."""

    def __init__(self, units: Iterable[tuple[K, K | None, str]]) -> None:
        rows = list(units)
        self.parents: Mapping[K, K | None] = {key: parent for key, parent, _name in rows}
        self.plain: Mapping[K, str] = {key: name for key, _parent, name in rows}
        self._found: dict[str, list[K]] = defaultdict(list)
        for key in self.plain:
            for text in self._spellings(key):
                self._found[same(text)].append(key)

    def named(self, text: str) -> list[K]:
        """Every unit that `text` may mean."""
        return self._found.get(same(text), [])

    def label(self, key: K) -> str:
        """The shortest name that means this unit alone."""
        longest = ""
        for longest in self._spellings(key):
            if len(self.named(longest)) == 1:
                break
        return longest

    def _spellings(self, key: K) -> list[str]:
        found, here = [self.plain[key]], self.parents[key]
        seen = {key}
        while here is not None and here in self.plain and here not in seen:
            seen.add(here)
            found.append(f"{self.plain[here]}{BETWEEN}{found[-1]}")
            here = self.parents[here]
        return found
