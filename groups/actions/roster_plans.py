"""What is on record beside what a sheet says: reads our rows, lets groups/rosters/ compare them."""

from collections import Counter
from datetime import date
from typing import Any

from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from groups.access import FIRST_FILLING, visible_organisations
from groups.models import Body, Organisation, Person, Post, RosterBatch, Tenure
from groups.queries import WITHDRAWN, lasting, masked
from groups.rosters.cells import same
from groups.rosters.drafts import Draft
from groups.rosters.matching import find_unit, match_persons, split_names
from groups.rosters.matching_posts import PostMatch
from groups.rosters.matching_units import UnitMatch
from groups.rosters.units import UnitNames
from groups.states import NEEDS, BatchKind

_UNIT = (
    "id",
    "parent_id",
    "name",
    "kind",
    "short_name",
    "division",
    "seniority",
    "starts_on",
    "starts_in_month",
    "ends_on",
)
_PERSON = (
    "id",
    "organisation_id",
    "name",
    "title",
    "phone",
    "seniority",
    "starts_on",
    "starts_in_month",
    "ends_on",
)


def plan(
    batch: RosterBatch, drafts: list[Draft], *, by: User, day: date, answers: tuple[str, str]
) -> list[Draft]:
    """Every row with its verdict, in the order in which they are entered. `answers`: doubles, split."""
    units = units_in_sight(by)
    for draft in drafts:
        draft.matching = True
    if batch.kind == BatchKind.ORGANISATIONS:
        drafts = UnitMatch(drafts, units.values(), batch.organisation_id).match()
    elif batch.kind == BatchKind.PERSONS:
        drafts = _persons(batch, drafts, units, answers, day)
    else:
        _posts(batch, drafts, units, day)
    for draft in drafts:
        draft.matching = True
        draft.judge()
        draft.unit = _decides(batch, draft)
    _check_rights(batch, drafts, units, by)
    return drafts


def units_in_sight(by: User) -> dict[Any, dict[str, Any]]:
    rows = visible_organisations(by) if not by.is_system else Organisation.objects.all()
    return {row["id"]: row for row in rows.exclude(WITHDRAWN).in_order().values(*_UNIT)}


def names_of(units: dict[Any, dict[str, Any]]) -> UnitNames[Any]:
    return UnitNames((key, unit["parent_id"], unit["name"]) for key, unit in units.items())


def _persons(
    batch: RosterBatch,
    drafts: list[Draft],
    units: dict[Any, dict[str, Any]],
    answers: tuple[str, str],
    day: date,
) -> list[Draft]:
    names = names_of(units)
    found: dict[str, Any] = {}
    for draft in drafts:
        text = draft.entry.get("unit", "")
        if text not in found or not found[text]:
            found[text] = find_unit(draft, "unit", names, batch.organisation_id)
        draft.entry["unit_id"] = found[text]
    known = _people(set(found.values()), day)
    have = {(each["organisation_id"], same(each["name"])) for each in known}
    doubles, split = answers
    drafts = split_names(drafts, have, split)
    match_persons(drafts, known, doubles)
    return drafts


def _people(units: set[Any], day: date, *, lasts: bool = False) -> list[dict[str, Any]]:
    rows = Person.objects.filter(organisation__in=units - {None}).exclude(WITHDRAWN)
    if lasts:
        rows = rows.filter(lasting(day))
    found = list(rows.order_by("seniority", "pinyin", "id").values(*_PERSON))
    for each in found:
        each["masked"] = masked(each["phone"])
    return found


def _posts(
    batch: RosterBatch, drafts: list[Draft], units: dict[Any, dict[str, Any]], day: date
) -> None:
    names = names_of(units)
    for draft in drafts:
        draft.entry["unit_id"] = find_unit(draft, "unit", names, batch.organisation_id)
        draft.entry["home_id"] = find_unit(draft, "home", names, None)
    here = {draft.entry["unit_id"] for draft in drafts} - {None}
    homes = here | {draft.entry["home_id"] for draft in drafts}
    bodies = Body.objects.filter(organisation__in=here, ends_on=None)
    posts = _posts_on_record(here, day)
    people = _people(homes, day, lasts=True)
    match = PostMatch(bodies.values("id", "organisation_id", "name", "kind"), posts, people)
    match.match(drafts, {key: unit["name"] for key, unit in units.items()})
    rows = Counter(_post_key(draft) for draft in drafts if draft.subject is None)
    for draft in drafts:
        draft.entry["rows"] = rows[_post_key(draft)]


def _post_key(draft: Draft) -> tuple[Any, ...]:
    """Rows of one new post, one for each of its holders."""
    entry = draft.entry
    return entry["unit_id"], same(entry.get("body", "")), same(entry.get("title", ""))


def _posts_on_record(units: set[Any], day: date) -> list[dict[str, Any]]:
    rows = Post.objects.filter(organisation__in=units, ends_on=None, body__ends_on=None)
    posts = list(
        rows.order_by("rank", "id").values("id", "body_id", "title", "role", "rank", "seats")
    )
    seats = Tenure.objects.filter(lasting(day), post__in=[post["id"] for post in posts])
    holders: dict[Any, dict[Any, Any]] = {post["id"]: {} for post in posts}
    for each in seats.values("post_id", "person_id", "starts_on", "starts_in_month"):
        holders[each["post_id"]][each["person_id"]] = each
    return [post | {"holders": holders[post["id"]]} for post in posts]


def _check_rights(
    batch: RosterBatch, drafts: list[Draft], units: dict[Any, dict[str, Any]], by: User
) -> None:
    """The same right at each unit as for a single change; rows that change nothing need none."""
    needs = NEEDS[batch.kind]
    asked: dict[Any, tuple[str, dict[str, str]] | None] = {}
    for draft in drafts:
        if draft.verdict not in ("add", "change", "ask"):
            continue
        here = _where(batch, draft)
        if here is None:
            continue
        if here not in asked:
            asked[here] = _refused_at(Organisation.objects.get(pk=here), needs, by)
        refused = asked[here]
        if refused is not None:
            code, told = refused
            draft.say("parent" if batch.kind == BatchKind.ORGANISATIONS else "unit", code, **told)
            draft.verdict = ""
            draft.judge()


def _decides(batch: RosterBatch, draft: Draft) -> Any:
    """The unit whose right decides about the row; of a unit below a new one, the nearest on record."""
    above = draft.entry.get("above")
    while draft.subject is None and isinstance(above, Draft):
        draft, above = above, above.entry.get("above")
    return _where(batch, draft)


def _where(batch: RosterBatch, draft: Draft) -> Any:
    if batch.kind != BatchKind.ORGANISATIONS:
        return draft.entry.get("unit_id")
    above = draft.entry.get("above")
    if draft.subject is not None:
        return draft.subject["id"]
    return None if isinstance(above, Draft) else above


def _refused_at(
    unit: Organisation, needs: Permission, by: User
) -> tuple[str, dict[str, str]] | None:
    if not by.has_perm(needs, unit):
        above = needs in FIRST_FILLING and by.has_perm(Permission.PERSON_VIEW, unit)
        return ("its_own_office" if above else "not_yours"), {}
    return ("unit_ended", {"name": unit.name}) if unit.ends_on else None
