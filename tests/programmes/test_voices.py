"""Whatever the seats, delegations, sign-ins and authors: nobody on his own paper, one voice for each seat."""

import random
import uuid
from datetime import timedelta

import pytest

from groups.queries.sitting import Sitting
from programmes.procedures import Together
from programmes.queries.voices import Said, asked, free_to_speak, silent, speaking
from tests.moments import NOON

HOUR = timedelta(hours=1)
PLACE = uuid.UUID(int=1)
ROUNDS = 400


def key(kind: int, number: int) -> uuid.UUID:
    return uuid.UUID(int=kind * 1000 + number)


def body(chance: random.Random) -> list[Sitting]:
    """Seats by rank, some held by the same person, some by his second sign-in, some lent."""
    rows = []
    for number in range(chance.randint(1, 6)):
        holder = chance.randint(1, 5)
        user, person = key(2, holder * 2 + chance.randint(0, 1)), key(3, holder)
        post, tenure = key(4, number), key(5, number)
        rank = number + chance.randint(0, 1)
        facts = {"post": post, "title": "组员", "tenure": tenure}
        rows.append(
            Sitting(PLACE, "x", rank, user, f"甲{holder}", person=person, **facts)  # type: ignore[arg-type]
        )
        if chance.random() < 0.4:
            other = chance.randint(1, 5)
            rows.append(
                Sitting(
                    PLACE, "x", rank, key(2, other * 2), f"甲{other}", person=key(3, other),
                    holder=user, holder_person=person, instead=f"甲{holder}", **facts,  # type: ignore[arg-type]
                )
            )  # fmt: skip
    return sorted(rows, key=lambda row: row.rank)


@pytest.mark.parametrize("together", Together.values)
def test_nobody_speaks_on_his_own_paper_by_any_sign_in_or_for_anybody(together: str) -> None:
    chance = random.Random(together)
    for _round in range(ROUNDS):
        rows = body(chance)
        author = chance.randint(1, 5)
        authors = [str(key(2, author * 2)), str(key(3, author))]
        said: list[Said] = []
        while left := speaking(together, rows, authors, said):
            for row in left:
                assert row.person != key(3, author)
                assert row.holder_person != key(3, author)
            assert {row.seat for row in asked(left)} == {row.seat for row in left}
            row = chance.choice(left)
            assert str(row.seat) not in {each.tenure for each in said}
            said.append(Said(str(row.user), str(row.post), str(row.tenure), NOON))
        able = {row.seat for row in free_to_speak(rows, authors)}
        assert len(said) == len(able)


def test_a_voice_stays_with_the_post_when_its_holder_changes() -> None:
    facts = {"post": key(4, 1), "title": "组长", "since": NOON + HOUR}
    new = Sitting(PLACE, "x", 1, key(2, 9), "新", tenure=key(5, 9), **facts)  # type: ignore[arg-type]
    old = Said(str(key(2, 1)), str(key(4, 1)), str(key(5, 1)), NOON)
    assert silent([new], [old]) == []


def test_who_shared_the_post_with_somebody_who_left_has_not_spoken_for_that() -> None:
    facts = {"post": key(4, 1), "title": "专家"}
    left = Said(str(key(2, 1)), str(key(4, 1)), str(key(5, 1)), NOON)
    beside, after = (
        Sitting(PLACE, "x", 1, key(2, n), f"甲{n}", tenure=key(5, n), since=since, **facts)  # type: ignore[arg-type]
        for n, since in ((2, NOON - HOUR), (3, NOON + HOUR))
    )
    assert silent([beside], [left]) == [beside]
    assert silent([beside, after], [left]) == [beside]


def test_a_voice_from_before_tenures_were_kept_is_its_speakers() -> None:
    facts = {"post": key(4, 1), "title": "成员"}
    rows = [
        Sitting(PLACE, "x", 1, key(2, n), f"甲{n}", tenure=key(5, n), **facts)  # type: ignore[arg-type]
        for n in (1, 2)
    ]
    assert silent(rows, [Said(str(key(2, 1)), str(key(4, 1)), "", NOON)]) == rows[1:]


@pytest.mark.parametrize("together", Together.values)
def test_who_leads_the_topic_stands_back_also_alone(together: str) -> None:
    """By any of his sign-ins, and for nobody."""
    chance = random.Random(f"leads {together}")
    alone = 0
    for _round in range(ROUNDS):
        rows, author = body(chance), chance.randint(1, 5)
        led = {chance.randint(1, 5) for _one in range(chance.randint(0, 3))}
        authors = [str(key(2, author * 2)), str(key(3, author))]
        leaders = [str(key(3, each)) for each in led]
        able, without = free_to_speak(rows, authors, leaders), free_to_speak(rows, authors)
        leads = [row for row in without if led & {hand(row.person), hand(row.holder_person)}]
        alone += bool(without) and leads == without
        assert able == [row for row in without if row not in leads]
        said: list[Said] = []
        while left := speaking(together, rows, authors, said, leaders):
            row = chance.choice(left)
            assert row in able
            said.append(Said(str(row.user), str(row.post), str(row.tenure), NOON))
        assert len(said) == len({row.seat for row in able})
    assert alone > 0


def hand(person: uuid.UUID | None) -> int:
    """The number of whom it is, as body() counts them."""
    return person.int - 3000 if person else 0
