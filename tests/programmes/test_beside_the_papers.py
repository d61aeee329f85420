"""Small things around papers: drafts are their unit's own, filings carry the plan's word, problems reach the desk."""

from typing import Any

import pytest

from actionlearning.desk.audit_words import action_words
from programmes.models import Dossier, Programme
from programmes.packs.reading import shipped_text
from tests.programmes.beside import fund, problem_in
from tests.programmes.papers_on_their_way import act, draft, june, promoter, sent, turn_of
from tests.running import beijing, run_programme
from tests.world import World


@pytest.fixture
def programme(world: World) -> Programme:
    return run_programme(world, now=beijing(5, 20))


def test_a_draft_is_its_units_own_until_it_is_sent(
    world: World, programme: Programme, sign_in: Any
) -> None:
    paper = draft(world, programme, "system_document", title="还没想好的制度")
    addresses = ("/t/teng/dossiers/", "/t/teng/api/v1/dossiers/", f"/t/teng/dossiers/{paper.pk}/")
    above = sign_in(world.ana)
    for address in addresses:
        assert "还没想好的制度" not in above.get(address).text
    assert above.get(addresses[-1]).status_code == 404
    own = sign_in(world.dora)
    for address in addresses:
        assert "还没想好的制度" in own.get(address).text
    assert Dossier.objects.visible_to(world.lena).filter(pk=paper.pk).exists()


def test_once_sent_it_is_read_above_also_when_returned(
    world: World, programme: Programme, sign_in: Any
) -> None:
    paper = sent(world, programme, "system_document", title="学习制度")
    act(paper, "returned", world.lena, june(12), opinion="再改")
    assert "学习制度" in sign_in(world.ana).get("/t/teng/dossiers/").text


def test_a_paper_taken_back_is_not_an_adoption_taken_back() -> None:
    assert action_words("dossier.taken_back") == "paper: taken back"
    assert action_words("item.taken_back") == "information item: adoption taken back"


def test_the_plan_says_what_stands_before_the_number_of_a_filing(world: World) -> None:
    text = shipped_text("plan2").replace("  learner: 学员\n", "  learner: 学员\n  filing: 藤行备\n")
    made = run_programme(world, now=beijing(5, 20), text=text)
    paper = act(sent(world, made), "approved", promoter(world), june(12))
    turn = turn_of(paper)
    act(paper, "filed", world.ana, june(15))
    turn.refresh_from_db()
    assert turn.filing_number == "藤行备〔2026〕1号"


def test_problems_in_ones_hands_stand_on_the_desk(
    world: World, programme: Programme, sign_in: Any
) -> None:
    made = problem_in(world, programme, "escalated")
    assert made.title in sign_in(world.ana).get("/t/teng/").text
    assert made.title not in sign_in(world.ben).get("/t/teng/").text


def test_problems_are_found_by_search(world: World, programme: Programme, sign_in: Any) -> None:
    made = problem_in(world, programme, "raised")
    found = sign_in(world.ben).get("/t/teng/api/v1/search/?q=车辆").json()["results"]
    assert [hit["title"] for part in found for hit in part["hits"]] == [made.title]
    assert sign_in(world.sis).get("/t/teng/api/v1/search/?q=车辆").json()["results"] == []


def test_the_units_page_leads_to_its_funds(
    world: World, programme: Programme, sign_in: Any
) -> None:
    line = fund(world, programme)
    page = sign_in(world.ben).get(f"/t/teng/organisations/{world.bureau.pk}/").text
    address = f"/t/teng/programmes/{programme.pk}/funds/?organisation={world.bureau.pk}"
    assert address in page
    assert line.source in sign_in(world.ben).get(address).text
