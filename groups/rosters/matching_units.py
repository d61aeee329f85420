"""Which units of a sheet stand in the tree already, and below which superior the others belong."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from groups.rosters.cells import clean, is_nothing, same
from groups.rosters.drafts import Draft
from groups.rosters.matching import Known, compare_dated, other_day
from groups.rosters.pairing import pair
from groups.rosters.units import UnitNames

_PLAIN = ("kind", "short_name", "division")
Above = Any
"""The id of a unit on record, None above the top, or the draft of a unit that is yet to be made."""


class UnitMatch:
    """`known`: units in sight as plain values; `default`: the superior of rows that name none."""

    def __init__(self, drafts: list[Draft], known: Iterable[Known], default: Any) -> None:
        self.drafts, self.default = drafts, default
        self.known = {each["id"]: each for each in known}
        self.names = UnitNames((k, u["parent_id"], u["name"]) for k, u in self.known.items())
        self.in_sheet: dict[str, list[Draft]] = defaultdict(list)
        for draft in drafts:
            self.in_sheet[same(draft.entry.get("name", ""))].append(draft)
        self.below: dict[Any, list[Known]] = defaultdict(list)
        for each in self.known.values():
            self.below[each["parent_id"], same(each["name"])].append(each)

    def match(self) -> list[Draft]:
        """The drafts, superiors before what stands below them."""
        waiting = [(draft, self._above(draft)) for draft in self.drafts]
        done: dict[int, Draft] = {}
        while ready := [
            (d, above) for d, above in waiting if not isinstance(above, Draft) or id(above) in done
        ]:
            self._match_level(ready)
            done |= {id(draft): draft for draft, _above in ready}
            waiting = [pair for pair in waiting if id(pair[0]) not in done]
        for draft, _above in waiting:
            draft.say("parent", "own_superior")
        return [*done.values(), *(draft for draft, _above in waiting)]

    def _above(self, draft: Draft) -> Above:
        text = draft.entry.get("parent", "")
        found = self._standing(self.names.named(text)) if text else []
        if not text or (not found and is_nothing(text)):
            return self._unsaid(draft)
        if len(found) == 1:
            return found[0]
        rows = [row for row in self.in_sheet.get(same(text), []) if row is not draft]
        if not found and len(rows) == 1:
            return rows[0]
        if found or rows:
            example = self.names.label(found[0]) if found else f"…/{text}"
            draft.say("parent", "unclear_unit", example=example)
        elif same(text) == same(draft.entry.get("name", "")):
            draft.say("parent", "own_superior")
        else:
            draft.say("parent", "unknown_unit")
        return self.default

    def _unsaid(self, draft: Draft) -> Above:
        """A unit whose superior nobody here may see is meant by its name alone."""
        name = same(draft.entry.get("name", ""))
        tops = [u for u in self.known.values() if u["parent_id"] not in self.known]
        top = next((u for u in tops if same(u["name"]) == name), None)
        return top["parent_id"] if top else self.default

    def _standing(self, ids: list[Any]) -> list[Any]:
        lasting = [each for each in ids if self.known[each]["ends_on"] is None]
        return lasting if len(ids) > 1 and lasting else ids

    def _match_level(self, ready: list[tuple[Draft, Above]]) -> None:
        groups: dict[Any, list[Draft]] = defaultdict(list)
        for draft, above in ready:
            draft.entry["above"] = above
            if isinstance(above, Draft):
                self._below_new(draft, above)
                above = above.subject["id"] if above.subject else id(above)  # noqa: PLW2901
            groups[above, same(draft.entry.get("name", ""))].append(draft)
        for key, rows in groups.items():
            for place, thing in pair(rows, self.below.get(key, []), _TESTS).items():
                rows[place].subject = self.below[key][thing]
            for row in rows:
                self._compare(row, rows)

    def _below_new(self, draft: Draft, above: Draft) -> None:
        if above.has("error"):
            draft.say("parent", "superior_wrong")

    def _compare(self, row: Draft, rows: list[Draft]) -> None:
        until = row.entry.get("ends_on")
        if row.subject is None:
            self._new(row, rows)
            if until:
                row.say("ends_on", "until_one_by_one")
            return
        for key in _PLAIN:
            if row.entry.get(key) and row.entry[key] != clean(row.subject[key]):
                row.changes[key] = row.entry[key]
        compare_dated(row)
        ours = row.subject["ends_on"].isoformat() if row.subject["ends_on"] else None
        if until and until != ours:
            row.say("ends_on", "until_one_by_one")

    def _new(self, row: Draft, rows: list[Draft]) -> None:
        name = row.entry.get("name", "")
        if name and rows[0] is not row:
            row.say("name", "twice", row=rows[0].number)
        elsewhere = self._standing(self.names.named(name)) if name else []
        if len(elsewhere) == 1 and row.entry.get("parent"):
            before = self.known.get(self.known[elsewhere[0]]["parent_id"])
            if before is not None:
                row.warn("parent", "moved", before=before["name"])


def _equal(row: Draft, unit: Known, keys: tuple[str, ...]) -> bool:
    return all(row.entry.get(key, "") == clean(unit[key]) for key in keys)


def _stands(row: Draft, unit: Known) -> bool:
    typed = row.entry.get("ends_on")
    return bool(typed == (unit["ends_on"].isoformat() if unit["ends_on"] else None))


_TESTS = (
    lambda row, unit: _stands(row, unit) and _equal(row, unit, _PLAIN) and not other_day(row, unit),
    lambda row, unit: _stands(row, unit) and _equal(row, unit, ("kind",)),
    _stands,
)
