"""While a unit writes on a paper that it has sent, everybody else reads the title that was sent."""

from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from actionlearning.desk.queries import papers_of
from actionlearning.desk.search import find
from actionlearning.foundation.models import Notice, User
from actionlearning.foundation.words.keeping import rebuild
from programmes.actions.courts import look_at_turns
from programmes.actions.dossiers import change_dossier
from programmes.actions.reminders import remind_of_turns
from programmes.actions.sendings import send_dossier, take_back_words
from programmes.actions.turns import take_turn
from programmes.models import Dossier, Programme, Turn, title_read
from programmes.procedures import Outcome, StepKind
from programmes.queries.entries import page_of_entries
from programmes.queries.entry_kinds import Asked
from programmes.states import EntrySource
from tests.desk.words_kept import kept
from tests.programmes.calendars import month
from tests.programmes.paper_screens import again, at, count_queries, leader, text_of
from tests.programmes.papers_on_their_way import act, june, prescribe, promoter, sent
from tests.world import World

SENT, DRAFT = "孤儿安置方案", "留守儿童方案"


@pytest.fixture
def pro(world: World) -> User:
    return leader(world)


@pytest.fixture
def paper(world: World, programme: Programme, pro: User) -> Dossier:
    """Returned, and called otherwise by its unit since; not sent again."""
    made = sent(world, programme, title=SENT)
    back = act(made, Outcome.RETURNED, pro, june(11), opinion="请补充")
    return change_dossier(back, title=DRAFT, by=world.ben, now=june(12))


def resent(paper: Dossier, world: World) -> Dossier:
    return send_dossier(again(paper), by=world.ben, now=june(13))


def ledger(sign_in: Any, user: User, world: World, query: str = "") -> str:
    return text_of(sign_in(user).get(f"{at('dossier_list', world)}{query}"))


def told(sign_in: Any, user: User, world: World, query: str = "") -> list[str]:
    rows = sign_in(user).get(f"/t/{world.tenant.slug}/api/v1/dossiers/{query}").json()["results"]
    return [row["title"] for row in rows]


def test_ledger_page_and_twin_say_what_was_sent(
    world: World, paper: Dossier, pro: User, sign_in: Any
) -> None:
    page, rest = at("dossier_detail", world, paper.pk), f"{paper.pk}/"
    rest = f"/t/{world.tenant.slug}/api/v1/dossiers/{rest}"
    for user, reads, never in (
        (world.ana, SENT, DRAFT),
        (pro, SENT, DRAFT),
        (world.ben, DRAFT, ""),
    ):
        shown = (
            ledger(sign_in, user, world),
            text_of(sign_in(user).get(page)),
            str(told(sign_in, user, world)),
            str(sign_in(user).get(rest).json()["title"]),
        )
        for words in shown:
            assert reads in words
            assert not never or never not in words
    resent(paper, world)
    assert DRAFT in ledger(sign_in, world.ana, world)
    assert told(sign_in, world.ana, world) == [DRAFT]


def test_nobody_finds_it_by_a_title_that_he_may_not_read(
    world: World, paper: Dossier, sign_in: Any
) -> None:
    for user, words, count in (
        (world.ana, "孤儿", 1), (world.ana, "留守", 0), (world.ben, "留守", 1), (world.ben, "孤儿", 0),
    ):  # fmt: skip
        assert len(told(sign_in, user, world, f"?q={words}")) == count
        line = at("dossier_detail", world, paper.pk)
        assert (line in ledger(sign_in, user, world, f"?q={words}")) is bool(count)


def found(user: User, words: str) -> list[str]:
    parts = {part.kind: part.hits for part in find(user, words, "teng").sections}
    return [hit.title for hit in parts.get("papers", ())]


def test_the_words_that_are_looked_for_follow(world: World, paper: Dossier) -> None:
    assert found(world.ben, "留守") == [DRAFT]
    assert found(world.ana, "孤儿") == [SENT]
    assert found(world.ana, "留守") == []
    assert kept() == kept(rebuild(world.tenant))
    resent(paper, world)
    assert found(world.ana, "留守") == [DRAFT]
    assert found(world.ana, "孤儿") == []
    assert kept() == kept(rebuild(world.tenant))


def test_calendar_and_turns_say_it_too(world: World, paper: Dossier) -> None:
    asked = month(6, sources=(EntrySource.TURN.value,))
    asked = Asked(asked.first, june(30).date().replace(month=7), sources=asked.sources)
    titles = {}
    for user in (world.ana, world.ben):
        rows, _after = page_of_entries(user, asked, june(12), mark="", size=9)
        titles[user.login] = {row["title"] for row in rows}
        read = Turn.objects.annotate(read=title_read(user, "dossier__"))
        assert set(read.values_list("read", flat=True)) == titles[user.login]
    assert titles == {"ana": {SENT}, "ben": {DRAFT}}


def test_what_is_in_effect_keeps_its_title_until_other_words_are_sent(
    world: World, programme: Programme, pro: User, sign_in: Any
) -> None:
    made = act(sent(world, programme, title=SENT), Outcome.APPROVED, pro, june(11))
    back = act(made, Outcome.RETURNED, world.ana, june(12), opinion="缺附件")
    back = change_dossier(back, title=DRAFT, by=world.ben, now=june(12))
    assert told(sign_in, world.ana, world) == [SENT]
    assert found(world.ana, "留守") == []
    later = resent(back, world)
    assert told(sign_in, world.ana, world) == [DRAFT]
    take_back_words(later, reason="不改了", by=world.ben, now=june(14))
    assert told(sign_in, world.ana, world) == told(sign_in, world.ben, world) == [SENT]
    assert kept() == kept(rebuild(world.tenant))


@pytest.fixture
def filed_twice(world: World, programme: Programme, pro: User) -> Dossier:
    """Approved and to be filed with two bodies; the office sent it back, and its unit writes on it."""
    group, office = "supervising_promotion_team", "supervising_office"
    prescribe(
        programme, "project_plan", ("approve", group), ("file", group, "all"), ("file", office)
    )
    made = act(sent(world, programme, title=SENT), Outcome.APPROVED, pro, june(11))
    turn = made.turns.open().get(body="executive_office")
    take_turn(turn, outcome=Outcome.RETURNED, text=1, opinion="缺附件", by=world.ana, now=june(12))
    return change_dossier(again(made), title=DRAFT, by=world.ben, now=june(12))


def test_a_desk_names_a_paper_by_the_words_that_lie_before_its_body(
    world: World, filed_twice: Dossier, pro: User, sign_in: Any
) -> None:
    desks = {
        user.login: {row["shown_title"] for row in papers_of(user, now=june(12))} & {SENT, DRAFT}
        for user in (pro, world.ben)
    }
    assert desks == {"pro": {SENT}, "ben": {DRAFT}}
    home = reverse("desk:home", args=[world.tenant.slug])
    assert DRAFT not in text_of(sign_in(pro).get(home))
    assert DRAFT in text_of(sign_in(world.ben).get(home))


def test_a_reminder_and_whoever_sits_there_newly_are_told_of_those_words(
    world: World, filed_twice: Dossier
) -> None:
    turns = filed_twice.turns.open()
    filing, mending = (turns.get(kind=kind) for kind in (StepKind.FILE, StepKind.MEND))
    promoter(world, "new", rank=2)
    look_at_turns(now=june(15))
    remind_of_turns(now=max(filing.due_at, mending.due_at))

    told = Notice.objects.exclude(at__lt=june(15))
    assert set(told.filter(about=filing.pk).values_list("recipient__login", flat=True)) >= {"new"}
    assert set(told.filter(about=filing.pk).values_list("params__title", flat=True)) == {SENT}
    assert set(told.filter(about=mending.pk).values_list("params__title", flat=True)) == {DRAFT}


def test_it_asks_no_more(world: World, paper: Dossier, sign_in: Any) -> None:
    client = sign_in(world.ana)
    ledger(sign_in, world.ana, world)
    assert count_queries(client, at("dossier_list", world)) <= 8


def test_the_ledger_stays_one_ordered_scan(world: World, paper: Dossier) -> None:
    rows = Dossier.objects.visible_to(world.ana).as_read_by(world.ana)
    page = rows.values("id", "shown_title").order_by("-moved_at", "-id")[:51]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
    plan = page.explain()
    assert "Index Scan using dossier_list_" in plan
    assert "Sort Key" not in plan
