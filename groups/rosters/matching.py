"""Which rows of a sheet are on record already, and what they would change. Reads nothing, writes nothing."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from groups.rosters.cells import MASK, clean, is_nothing, narrow, proper_name, same, several_names
from groups.rosters.drafts import APART, OUT, TOGETHER, Draft, split
from groups.rosters.pairing import pair
from groups.rosters.units import UnitNames

Known = dict[str, Any]
"""A row of ours as plain values; a person's has `masked`, the number as lists show it."""


def find_unit(draft: Draft, column: str, names: UnitNames[Any], default: Any) -> Any:
    """The unit a cell means; None with a problem said where it means none or several."""
    text = draft.entry.get(column)
    if not text:
        return default
    found = names.named(text)
    if not found and is_nothing(text):
        return default
    if not found:
        draft.say(column, "unknown_unit")
        return None
    if len(found) > 1:
        draft.say(column, "unclear_unit", example=names.label(found[0]))
        return None
    return found[0]


def split_names(drafts: Iterable[Draft], known: set[tuple[Any, str]], answer: str) -> list[Draft]:
    """Several people in one cell become rows of their own, as a question until it is answered."""
    found: list[Draft] = []
    for draft in drafts:
        name = draft.entry.get("name", "")
        if draft.part:
            _answered(draft, answer)
            found.append(draft)
            continue
        several = several_names(draft.cells.get("name", "")) if name else [name]
        if len(several) == 1 or (draft.entry.get("unit_id"), same(name)) in known:
            found.append(draft)
            continue
        for part in split(draft):
            _answered(part, answer)
            found.append(part)
    return found


def _answered(part: Draft, answer: str) -> None:
    if answer == OUT:
        part.verdict = OUT
    elif answer != APART:
        part.ask("name", "several")


def match_persons(drafts: list[Draft], known: Iterable[Known], doubles: str) -> None:
    """By name, unit and telephone; nobody is taken for somebody else silently."""
    ours: dict[Any, list[Known]] = defaultdict(list)
    for person in known:
        ours[person["organisation_id"], same(proper_name(person["name"]))].append(person)
    groups: dict[Any, list[Draft]] = defaultdict(list)
    for draft in drafts:
        if draft.entry.get("unit_id") and draft.entry.get("name") and draft.verdict != OUT:
            groups[draft.entry["unit_id"], same(draft.entry["name"])].append(draft)
    for key, rows in groups.items():
        if len(rows) == 1 and key not in ours:
            _stranger(rows[0])
        else:
            _match_namesakes(rows, ours.get(key, []), doubles)


def _stranger(draft: Draft) -> None:
    if MASK in draft.entry.get("phone", ""):
        draft.say("phone", "mask_unknown")
    elif draft.entry.get("ends_on"):
        draft.say("ends_on", "until_one_by_one")


def _match_namesakes(rows: list[Draft], people: list[Known], doubles: str) -> None:
    lasting = [each for each in people if each["ends_on"] is None]
    ended = [each for each in people if each["ends_on"] is not None]
    leavers = [row for row in rows if row.entry.get("ends_on")]
    for row in _paired(leavers, ended, [*_PERSON_TESTS, lambda *_each: True]):
        _compare_person(row)
    for row in leavers:
        if row.subject is None or row.subject["ends_on"].isoformat() != row.entry["ends_on"]:
            row.say("ends_on", "until_one_by_one")
    staying = [row for row in rows if not row.entry.get("ends_on")]
    _paired(staying, lasting, _PERSON_TESTS)
    free = [each for each in lasting if all(row.subject is not each for row in staying)]
    for row in [row for row in staying if row.subject is None]:
        _unmatched(row, staying, free, doubles)
        if people and row.subject is None and not row.problems and not row.verdict:
            row.warn("name", "namesake")
    for row in staying:
        if row.subject is not None:
            _compare_person(row)


def _paired(rows: list[Draft], things: list[Known], tests: Any) -> list[Draft]:
    if not rows or not things:
        return []
    for row, thing in pair(rows, things, tests).items():
        rows[row].subject = things[thing]
    return [row for row in rows if row.subject is not None]


def _same_phone(row: Draft, person: Known) -> bool:
    typed = row.entry.get("phone", "")
    return typed in (narrow(clean(person["phone"])), person["masked"])


def _same_title(row: Draft, person: Known) -> bool:
    return bool(row.entry.get("title", "") == clean(person["title"]))


def _same_since(row: Draft, person: Known) -> bool:
    return not other_day(row, person)


_PERSON_TESTS = (
    lambda row, person: (
        _same_phone(row, person) and _same_title(row, person) and _same_since(row, person)
    ),
    lambda row, person: _same_phone(row, person) and _same_title(row, person),
    _same_phone,
)


def _unmatched(row: Draft, rows: list[Draft], free: list[Known], doubles: str) -> None:
    """Somebody with this name and another number: asked, unless both numbers are full and nobody is free."""
    phone = row.entry.get("phone", "")
    twin = next((one for one in rows if one is not row and _twins(one, row)), None)
    if free:
        _perhaps(row, free, doubles)
    elif twin is not None:
        _twice(row, twin, doubles)
    elif MASK in phone:
        row.say("phone", "mask_unknown")


def _perhaps(row: Draft, free: list[Known], doubles: str) -> None:
    phone, person = row.entry.get("phone", ""), free[0]
    if len(free) == 1 and not (phone and person["phone"]):
        row.subject = free.pop()
        row.warn("name", "taken_as", phone=person["masked"])
    elif MASK in phone:
        row.say("phone", "mask_unknown")
    elif doubles == TOGETHER and len(free) > 1:
        row.say("name", "holder_unclear")
    elif doubles == TOGETHER:
        row.subject = free.pop()
    elif doubles == OUT:
        row.verdict = OUT
    elif doubles != APART:
        row.ask("name", "other_phone", phone=person["masked"] or "—")


def _twins(one: Draft, row: Draft) -> bool:
    """An earlier row with the same number, or one of the two without any."""
    numbers = (one.entry.get("phone", ""), row.entry.get("phone", ""))
    earlier = (one.number, one.part) < (row.number, row.part) or one.subject is not None
    return earlier and (numbers[0] == numbers[1] or "" in numbers)


def _twice(row: Draft, twin: Draft, doubles: str) -> None:
    if doubles == TOGETHER:
        titles = [t for t in (twin.entry.get("title"), row.entry.get("title")) if t]
        if titles:
            twin.entry["title"] = "、".join(dict.fromkeys(titles))
        row.verdict = OUT
        row.warn("name", "joined", row=twin.number)
    elif doubles == OUT:
        row.verdict = OUT
    elif doubles != APART:
        row.ask("name", "twin_in_file", row=twin.number)


def _compare_person(row: Draft) -> None:
    person, entry = row.subject, row.entry
    title, phone = entry.get("title"), entry.get("phone")
    if title and title != clean(person["title"]):
        row.changes["title"] = title
    if phone and not _same_phone(row, person):
        if MASK in phone:
            row.say("phone", "mask_unknown")
        row.changes["phone"] = phone
    compare_dated(row)


def compare_dated(row: Draft) -> None:
    """First day and seniority, where the sheet says them."""
    if other_day(row, row.subject) and row.entry.get("starts_on"):
        row.changes["starts_on"] = row.entry["starts_on"]
        row.changes["starts_in_month"] = row.entry.get("starts_on_month", False)
    seniority = row.entry.get("seniority")
    if seniority and seniority != row.subject["seniority"]:
        row.changes["seniority"] = seniority


def other_day(row: Draft, thing: Known) -> bool:
    """A month alone says nothing against a day in it."""
    typed, ours = row.entry.get("starts_on", ""), thing["starts_on"].isoformat()
    if row.entry.get("starts_on_month"):
        return bool(typed[:7] != ours[:7])
    return bool(typed != ours)
