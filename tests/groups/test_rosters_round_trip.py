"""What a list exports, it takes in again and finds nothing to change: rosters made at random."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from actionlearning.foundation.errors import Refusal
from actionlearning.foundation.models import User
from groups.actions.bodies import add_post, appoint, form_body
from groups.actions.organisations import add_organisation
from groups.actions.persons import add_person, end_person
from groups.models import Organisation, Person, RosterBatch
from groups.roles import BodyKind
from tests.groups.rostering import rows_of, sent
from tests.moments import NOON
from tests.world import START

AWKWARD = st.sampled_from(
    [
        "=1+1", "+8613977412345", "-1", "@x", '="a"', "\tx", "'quoted", '"quoted"', "a\nb", "张、李", "韦\n明",
        "买买提·吐尔逊", "覃𬭼", "埌南", "无", "-", "/", "姓名", "名称", "2012.5", "00123", "1.39E+10", "示例", "注：x",
        "A/B", "（一）科", "x" * 60, "TRUE", "#REF!", "1234567890123456789",
    ]
)  # fmt: skip
NAMES = AWKWARD | st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=12)
PHONES = st.sampled_from(
    ["", "13977412345", "0774-1234567", "13977410000", "+86 139 7741 2345", "12345"]
)
DAYS = st.dates(date(2001, 1, 1), date(2025, 12, 31))
MONTHS = DAYS.map(lambda day: {"starts_on": day.replace(day=1), "starts_in_month": True})
SINCE = DAYS.map(lambda day: {"starts_on": day}) | MONTHS
RANDOM = settings(
    max_examples=8,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@contextmanager
def rolled_back() -> Iterator[None]:
    """Each example begins with the small world alone."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def taken(act: Any, **given: Any) -> Any:
    """What the single form refuses cannot be on record either."""
    try:
        return act(**given)
    except Refusal:
        return None


def exported(client: Any, name: str, query: str = "") -> bytes:
    address = reverse(f"groups:{name}", args=["teng"])
    answer = client.get(f"{address}?export=xlsx{query}")
    assert answer.status_code == 200
    return answer.content


def assert_nothing_to_change(batch: RosterBatch, number: int) -> None:
    odd = [
        (row.number, row.verdict, row.cells, row.problems)
        for row in rows_of(batch)
        if row.verdict != "leave"
    ]
    assert (batch.state, batch.notes if batch.state == "refused" else [], odd) == (
        "checked",
        [],
        [],
    )
    assert batch.counts["leave"] == number


@RANDOM
@given(people=st.lists(st.tuples(NAMES, NAMES | st.just(""), PHONES, SINCE), max_size=8))
def test_a_roster_comes_back_unchanged(world, sign_in, people):
    with rolled_back():
        _roster(world, sign_in, people)


def _roster(world, sign_in, people):
    for name, title, phone, since in people:
        asked = {"name": name, "title": title, "phone": phone}
        taken(add_person, organisation=world.bureau, **asked, **since, by=world.dora, now=NOON)
    content = exported(sign_in(world.dora), "person_list")
    seen = Person.objects.filter(organisation__in=[world.bureau, world.child]).count()
    assert_nothing_to_change(sent(world, content), seen)


@RANDOM
@given(
    units=st.lists(
        st.tuples(
            NAMES, st.integers(0, 9), st.sampled_from(Organisation.Kind.values), st.booleans()
        ),
        max_size=6,
    )
)
def test_a_tree_comes_back_unchanged(world, sign_in, units):
    with rolled_back():
        _tree(world, sign_in, units)


def _tree(world, sign_in, units):
    tree = list(Organisation.objects.order_by("label"))
    for name, place, kind, in_month in units:
        above = tree[place % len(tree)]
        asked = {"name": name, "kind": kind, "starts_on": START, "short_name": name[:40]}
        asked["starts_in_month"] = in_month
        made = taken(add_organisation, parent=above, **asked, by=world.ana, now=NOON)
        tree += [made] if made else []
    content = exported(sign_in(world.ana), "organisation_list")
    batch = sent(world, content, kind="organisations", by=world.ana, unit=world.county)
    assert_nothing_to_change(batch, len(tree))


@RANDOM
@given(
    seats=st.lists(
        st.tuples(NAMES, st.integers(1, 3), st.integers(1, 3), st.booleans(), SINCE), max_size=6
    ),
    body=NAMES,
)
def test_posts_come_back_unchanged(world, sign_in, seats, body):
    with rolled_back():
        _posts(world, sign_in, seats, body)


def _posts(world, sign_in, seats, body):
    formed = {"kind": BodyKind.REVIEW_TEAM, "name": body, "starts_on": START}
    team = taken(form_body, organisation=world.bureau, **formed, by=world.dora, now=NOON)
    people = list(Person.objects.filter(organisation=world.bureau, user__isnull=False))
    titles = set()
    for title, rank, number, filled, since in seats if team else []:
        if title.strip() in titles:
            continue
        titles.add(title.strip())
        asked = {"title": title[:60], "rank": rank, "seats": number}
        post = taken(add_post, body=team, **asked, by=world.dora, now=NOON)
        if post and filled:
            for person in people[:number]:
                appoint(post, person=person, **since, by=world.dora, now=NOON)
    content = exported(sign_in(world.dora), "post_list")
    batch = sent(world, content, kind="posts")
    assert_nothing_to_change(batch, batch.counts["rows"])


@pytest.mark.parametrize("query", ["&ended=1", ""])
def test_lists_with_those_who_left_come_back_unchanged(world, sign_in, query):
    person = add_person(
        organisation=world.bureau, name="韦明", starts_on=START, by=world.dora, now=NOON
    )
    end_person(person, on=date(2026, 2, 1), by=world.dora, now=NOON)
    content = exported(sign_in(world.dora), "person_list", query)
    batch = sent(world, content)
    assert set(batch.counts) <= {"rows", "leave", "warnings"}
    assert not batch.counts["warnings"]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_sheets_in_every_language_come_back_unchanged(world, sign_in, language):
    User.objects.filter(is_system=False).update(language=language)
    client = sign_in(world.dora)
    for name, kind in (("person_list", "persons"), ("post_list", "posts")):
        batch = sent(world, exported(client, name), kind=kind)
        assert_nothing_to_change(batch, batch.counts["rows"])
