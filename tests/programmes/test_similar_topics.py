"""Somebody has worked on it already: found in other words, and nothing shown that is not the reader's."""

from time import perf_counter
from typing import Any

import pytest
from django.urls import reverse

from actionlearning.foundation.scope import scope
from actionlearning.foundation.similarity import signature
from groups.access import standing_of
from groups.models import Organisation
from programmes.models import Programme, Project
from programmes.queries.similar import PastTopic, similar_topics
from programmes.states import ProjectState
from tests.programmes import strangers_words, tuning_topics, unseen_topics
from tests.programmes.past_topics import HARD, PAST, REWORDED
from tests.programmes.topics import JUNE, propose
from tests.world import World


def written(
    programme: Programme,
    unit: Organisation,
    world: World,
    title: str,
    background: str,
    **facts: Any,
) -> Project:
    made = Project(
        programme=programme, title=title, background=background, created_by=world.ben,
        created_at=JUNE, signature=signature(title, background), **facts,
    )  # fmt: skip
    made.place(unit)
    made.hang(None)
    return made


CONCLUDED = {
    "state": ProjectState.CONCLUDED,
    "concluded_at": JUNE,
    "concluded_on": JUNE.date(),
    "result_summary": "三项制度已印发。",
}


def in_the_past(
    programme: Programme, world: World, topics: list[tuple[str, str]] = PAST
) -> list[Project]:
    """Half of them another unit's, concluded: known by their results alone."""
    rows = [
        written(programme, world.bureau, world, title, text)
        if number % 2
        else written(programme, world.sister, world, title, text, **CONCLUDED, concluded_by=world.sis)
        for number, (title, text) in enumerate(topics)
    ]  # fmt: skip
    return Project.objects.bulk_create(rows)


def places(
    programme: Programme,
    world: World,
    asked: list[tuple[int, str, str]],
    topics: list[tuple[str, str]] = PAST,
) -> list[int]:
    """On which place each asked topic is found; 99 if it is not."""
    rows = in_the_past(programme, world, topics)
    found = []
    for number, title, background in asked:
        hits = similar_topics(title, background, user=world.ben, tenant=world.tenant)
        keys = [hit.pk for hit in hits]
        found.append(keys.index(rows[number].pk) + 1 if rows[number].pk in keys else 99)
    return found


@pytest.mark.rule("P2-77")
@pytest.mark.rule("P3-44")
def test_reworded_topic_is_found_among_fifty_in_the_first_three(
    world: World, programme: Programme
) -> None:
    assert (len(PAST), len(REWORDED) >= 30) == (50, True)

    found = places(programme, world, REWORDED)

    missed = [REWORDED[n][1] for n, place in enumerate(found) if place > 3]
    assert missed == []
    assert sum(place == 1 for place in found) >= 36


def test_reworded_title_alone_is_enough(world: World, programme: Programme) -> None:
    found = places(programme, world, titles_of(REWORDED))

    assert sum(place <= 3 for place in found) >= len(REWORDED) - 1


def titles_of(asked: list[tuple[int, str, str]]) -> list[tuple[int, str, str]]:
    return [(number, title, "") for number, title, _text in asked]


@pytest.mark.parametrize(("with_text", "least"), [(True, 30), (False, 29)])
def test_what_the_search_was_tuned_on_is_found(
    world: World, programme: Programme, *, with_text: bool, least: int
) -> None:
    reworded = tuning_topics.REWORDED
    asked = reworded if with_text else titles_of(reworded)

    found = places(programme, world, asked, tuning_topics.PAST)

    assert (len(found), sum(place <= 3 for place in found) >= least) == (30, True)


@pytest.mark.parametrize(
    ("others", "with_text", "least"),
    [
        pytest.param([], True, 56, id="among 60, with a background"),
        pytest.param([], False, 50, id="among 60, a title alone"),
        pytest.param(PAST + tuning_topics.PAST, True, 53, id="among 140, with a background"),
        pytest.param(PAST + tuning_topics.PAST, False, 46, id="among 140, a title alone"),
    ],
)
def test_what_the_search_was_not_tuned_on_is_mostly_found(
    world: World,
    programme: Programme,
    record_property: Any,
    others: list[tuple[str, str]],
    *,
    with_text: bool,
    least: int,
) -> None:
    """The honest figure: `least` stands a little below what is reached."""
    reworded = unseen_topics.REWORDED
    asked = reworded if with_text else titles_of(reworded)

    found = places(programme, world, asked, unseen_topics.PAST + others)

    hits = sum(place <= 3 for place in found)
    record_property("hit_rate", f"{hits}/{len(asked)}")
    assert (len(asked), hits >= least) == (60, True)


@pytest.mark.parametrize(("with_text", "least"), [(True, 29), (False, 27)])
def test_a_strangers_words_are_found_among_fifty(
    world: World, programme: Programme, *, with_text: bool, least: int
) -> None:
    reworded = strangers_words.REWORDED
    asked = reworded if with_text else titles_of(reworded)

    found = places(programme, world, asked)

    assert (len(found), sum(place <= 3 for place in found) >= least) == (30, True)


def test_slogans_that_the_words_know_are_found(world: World, programme: Programme) -> None:
    """No figure for slogans that nobody has listed: near_words.txt was lengthened with these in sight."""
    found = places(programme, world, [(number, words, "") for number, words in HARD])

    assert sum(place <= 3 for place in found) >= len(HARD) - 3


def test_long_texts_are_told_apart_among_fifteen_hundred(
    world: World, programme: Programme
) -> None:
    """Only a hundred of them are read: what signatures say of topics with long backgrounds is enough."""
    asked = titles_of(tuning_topics.REWORDED)
    Project.objects.bulk_create(
        [written(programme, world.bureau, world, *topic) for topic in long_topics(1500)],
        batch_size=500,
    )

    found = places(programme, world, asked, tuning_topics.PAST)

    assert sum(place <= 3 for place in found) >= 21


def long_topics(count: int) -> list[tuple[str, str]]:
    """Each of the fifty topics many times, its background made of sentences of all of them."""
    sentences = [f"{part}。" for _title, text in PAST for part in text.rstrip("。").split("，")]
    return [
        (
            PAST[number % len(PAST)][0],
            "".join(sentences[(number * 7 + step * 13) % len(sentences)] for step in range(40)),
        )
        for number in range(count)
    ]


def test_topic_is_not_like_its_own_parts(world: World, programme: Programme) -> None:
    whole = propose(world, programme)
    part = propose(world, programme, "孤儿救助摸底", parent=whole)

    def beside(topic: Project) -> list[PastTopic]:
        return similar_topics(
            topic.title, topic.background, user=world.ben, tenant=world.tenant, besides=topic
        )

    assert beside(whole) == beside(part) == []


def test_of_another_units_concluded_topic_only_the_result_is_shown(
    world: World, programme: Programme
) -> None:
    open_one, concluded = PAST[0], PAST[1]
    running = written(programme, world.sister, world, *open_one)
    finished = written(
        programme, world.sister, world, *concluded, **CONCLUDED, concluded_by=world.sis
    )
    Project.objects.bulk_create([running, finished])

    with scope(world.tenant, path=standing_of(world.ben).path, actor=world.ben):
        found = similar_topics(*concluded, user=world.ben, tenant=world.tenant)
        hidden = similar_topics(*open_one, user=world.ben, tenant=world.tenant)

    assert found[0] == PastTopic(
        pk=finished.pk, title=concluded[0], unit="教育局", year=2026, state="concluded",
        came_of_it="三项制度已印发。", open=False,
    )  # fmt: skip
    assert running.pk not in [each.pk for each in hidden]


def test_page_shows_the_result_and_leads_nowhere_the_reader_may_not_go(
    world: World, programme: Programme, sign_in: Any
) -> None:
    mine = propose(world, programme, "留守儿童怎样关爱", background=PAST[1][1])
    theirs = written(programme, world.sister, world, *PAST[1], **CONCLUDED, concluded_by=world.sis)
    theirs.save(force_insert=True)

    page = sign_in(world.ben).get(
        reverse("programmes:project_similar", args=[world.tenant.slug, mine.pk])
    )

    text = page.content.decode()
    assert "三项制度已印发。" in text
    assert str(theirs.pk) not in text
    assert PAST[1][1] not in text


def test_typed_words_are_answered_with_the_list_alone(
    world: World, programme: Programme, sign_in: Any
) -> None:
    theirs = written(programme, world.bureau, world, *PAST[20])
    theirs.save(force_insert=True)
    client, title, background = sign_in(world.ben), REWORDED[20][1], REWORDED[20][2]
    given = {"title": title, "background": background}

    answer = client.post(
        reverse("programmes:project_similar_typed", args=[world.tenant.slug]), given
    )
    rest = client.post(
        f"/t/{world.tenant.slug}/api/v1/projects/similar/", given, content_type="application/json"
    )

    assert PAST[20][0] in answer.content.decode()
    assert "<html" not in answer.content.decode()
    assert [row["id"] for row in rest.json()["results"]] == [str(theirs.pk)]


@pytest.mark.parametrize("words", ["", "水", "\x00\x00", "?" * 30])
def test_words_that_say_nothing_find_nothing(
    world: World, programme: Programme, words: str
) -> None:
    Project.objects.bulk_create([written(programme, world.bureau, world, *PAST[20])])

    assert similar_topics(words, "", user=world.ben, tenant=world.tenant) == []


def test_three_thousand_topics_are_searched_in_one_statement_and_at_once(
    world: World, programme: Programme, queries: Any
) -> None:
    rows = [
        written(programme, world.bureau, world, f"{title}（{turn}）", f"{text}第{turn}批。")
        for turn in range(60)
        for title, text in PAST
    ]
    Project.objects.bulk_create(rows, batch_size=500)
    number, title, background = REWORDED[0]
    standing_of(world.ben)
    started = perf_counter()

    with queries(4):
        found = similar_topics(title, background, user=world.ben, tenant=world.tenant)

    assert PAST[number][0] in found[0].title
    assert perf_counter() - started < 1.5
