"""The search finds everything its reader may see by its name, and nothing else, whoever asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.exceptions import EmptyResultSet

from actionlearning.desk.findable import FINDABLE, SECTIONS
from actionlearning.desk.search import find, find_of_kind
from actionlearning.foundation.words.keeping import rebuild
from actionlearning.foundation.words.letters import folded
from groups.access import standing_of
from tests.desk.words_kept import kept
from tests.isolation.actors import Actor
from tests.isolation.grounds import inside
from tests.isolation.places import Place
from tests.isolation.probing import Probe, Register

NAMES = {
    "groups.Organisation": "name",
    "groups.Person": "name",
    "programmes.Project": "title",
    "programmes.Activity": "title",
    "programmes.Problem": "title",
    "programmes.Dossier": "title",
    "programmes.Regulation": "name",
    "reporting.InformationItem": "title",
    "reporting.Issue": "headline",
    "reporting.Publication": "title",
}
BEGINNING = 9
"""Characters of a canary that name it, and are not taken for one when the page repeats the question."""
SAMPLE = 6
"""Names of each kind that each actor looks for."""


def words_to_try(register: Register) -> list[tuple[str, str, Place]]:
    """(mark, label, place): for each kind one name of each place in either tenant."""
    found = {}
    for mark, (label, name, place) in register.marks.items():
        if NAMES.get(label) == name:
            found[label, place.tenant, place.path, place.draft, place.owner] = (mark, label, place)
    return list(found.values())


def test_no_search_finds_what_is_not_the_actors(probe: Probe) -> None:
    asked, own, leaks = words_to_try(probe.register), 0, []
    for number, actor in enumerate([*probe.actors, *probe.insiders]):
        for mark, label, place in asked[number % 2 :: 2]:
            foreign = not actor.may_see(label, NAMES[label], place)
            for told in answers(probe, actor, mark[:BEGINNING]):
                own += mark in told and not foreign
                leaks += [
                    f"{actor.name} finds {probe.register.marks[seen][:2]}"
                    for seen in told
                    if not actor.may_see(*probe.register.marks[seen])
                ]
    assert sorted(set(leaks)) == []
    assert own > 40


def answers(probe: Probe, actor: Actor, words: str) -> Iterator[frozenset[str]]:
    slug = actor.ground.tenant.slug
    if actor.bearer:
        yield probe.browser.ask(actor, "GET", f"/api/v1/search/?q={words}", as_json=True).marks
    else:
        yield probe.browser.ask(actor, "GET", f"/t/{slug}/search/?q={words}").marks


def readers(probe: Probe) -> Iterator[Actor]:
    for actor in [*probe.insiders, *probe.actors]:
        if actor.user is not None and actor.alive and not actor.bearer:
            yield actor


@pytest.mark.parametrize("kind", sorted({each.section for each in FINDABLE}))
def test_what_is_found_is_visible_and_what_is_visible_is_found(probe: Probe, kind: str) -> None:
    tried = 0
    for actor in readers(probe):
        for words, wanted, visible in questions(actor, kind):
            found = everything(actor, words, kind)
            assert wanted <= found <= visible, (actor.name, words)
            tried += bool(wanted)
    assert tried > 5


def questions(actor: Actor, kind: str) -> list[tuple[str, set[Any], set[Any]]]:
    """Words out of names that the actor may see, what must be found by each, and what may be."""
    with at(actor) as user:
        names, visible = {}, set()
        for each in FINDABLE:
            if each.section == kind and user.has_perm(each.permission):
                rows = all_of(each, user)
                names |= {row["hit_key"]: folded(row["hit_name"]) for row in rows}
    visible = set(names)
    asked = {part for name in list(names.values())[:SAMPLE] for part in parts_of(name)}
    return [
        (words, {key for key, name in names.items() if words in name}, visible)
        for words in sorted(asked)
    ]


def all_of(each: Any, user: Any) -> list[dict[str, Any]]:
    try:
        keys = list(each.rows(user).order_by().values_list("pk", flat=True))
    except EmptyResultSet:
        return []
    return list(each.read(user, keys))


def parts_of(name: str) -> list[str]:
    middle = len(name) // 2
    return [part for part in (name[:2], name[middle : middle + 3], name[:20]) if len(part) > 1]


def everything(actor: Actor, words: str, kind: str) -> set[Any]:
    with at(actor) as user:
        seen, mark = set(), ""
        while True:
            page = find_of_kind(user, words, actor.ground.tenant.slug, kind, mark)
            seen |= {hit.pk for section in page.sections for hit in section.hits}
            if not page.mark:
                break
            mark = page.mark
        few = {
            hit.pk
            for part in find(user, words, "x").sections
            if part.kind == kind
            for hit in part.hits
        }
    assert few <= seen
    return seen


@contextmanager
def at(actor: Actor) -> Iterator[Any]:
    """Inside, walls and rights are those of the actor."""
    with inside(actor.ground):
        standing = standing_of(actor.user)  # type: ignore[arg-type]
    with inside(actor.ground, standing.path):
        yield actor.user


def test_words_made_anew_are_the_words_that_were_kept(probe: Probe) -> None:
    """After every verb, every direct statement and every move of the ground."""
    for ground in (probe.ours, probe.rivals):
        with inside(ground):
            before = kept()
            assert before == kept(rebuild(ground.tenant))
            assert len({row[0] for row in before}) == len(FINDABLE)


def test_every_section_is_of_some_kind() -> None:
    assert {each.section for each in FINDABLE} | {"duties"} == set(SECTIONS)
