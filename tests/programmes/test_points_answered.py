"""Points that a body gave: answered one by one wherever the paper went on to (P2-50, P2-69, P4-23)."""

import re
from typing import Any

import pytest

from actionlearning.foundation.errors import RuleBroken
from actionlearning.foundation.models import Notice
from programmes.actions.dossiers import revise_dossier
from programmes.actions.remarks import answer_remark
from programmes.actions.sendings import send_dossier
from programmes.models import Dossier, Programme
from programmes.procedures import Outcome
from programmes.queries.dossiers import waiting_turns
from programmes.states import DossierState
from tests.programmes.paper_screens import count_queries
from tests.programmes.papers_on_their_way import act, june, promoter, sent, written
from tests.programmes.topics import chosen
from tests.world import World

BIG = re.compile(r'class="btn btn-primary"\s+href="#remarks"')


@pytest.fixture
def approved(world: World, programme: Programme) -> Dossier:
    """With two points that the paper does not come back for."""
    return act(
        sent(world, programme),
        Outcome.APPROVED,
        promoter(world),
        june(12),
        remarks=["目标再量化", "写明经费"],
    )


def told(paper: Dossier) -> list[str]:
    rows = Notice.objects.filter(
        about=paper.pk, kind="programmes.dossier_points", retracted_at=None
    )
    return sorted(row.recipient.login for row in rows if row.recipient)


def answered(paper: Dossier, world: World, day: int) -> None:
    for remark in paper.remarks.filter(state="open"):
        answer_remark(remark, state="taken", reply="已采纳", by=world.ben, now=june(day))


@pytest.mark.rule("P2-50")
def test_points_on_what_was_approved_wait_for_its_unit_until_each_is_answered(
    world: World, approved: Dossier
) -> None:
    day = june(13).date()
    assert approved.state == DossierState.STANDING
    assert [turn.dossier for turn in waiting_turns(world.ben, day)] == [approved]
    assert not waiting_turns(world.sis, day).exists()
    assert "ben" in told(approved)
    first, second = approved.remarks.order_by("number")
    answer_remark(first, state="taken", reply="已量化", by=world.ben, now=june(13))
    assert waiting_turns(world.ben, day).count() == 1
    assert "ben" in told(approved)
    answer_remark(second, state="not_taken", reply="不涉及经费", by=world.ben, now=june(13))
    assert not waiting_turns(world.ben, day).exists()
    assert told(approved) == []


def test_lists_desk_and_page_of_the_unit_show_the_points(
    world: World, approved: Dossier, sign_in: Any
) -> None:
    client = sign_in(world.ben)
    waiting = client.get("/t/teng/dossiers/waiting/").text
    desk = client.get("/t/teng/").text
    page = client.get(f"/t/teng/dossiers/{approved.pk}/").text
    rest = client.get("/t/teng/api/v1/dossiers/waiting/").json()["results"]
    sheet = client.get("/t/teng/dossiers/waiting/?export=xlsx")
    assert "Points of promotion team without an answer" in waiting
    assert "paper with opinions to be answered" in desk
    assert "Opinions without an answer: 1、2." in page
    assert BIG.search(page)
    assert [(row["dossier_id"], row["kind"]) for row in rest] == [(str(approved.pk), "approve")]
    assert rest[0]["acted_at"] is not None
    assert sheet.status_code == 200


def test_its_way_counts_the_points_that_still_want_an_answer(
    world: World, approved: Dossier, sign_in: Any
) -> None:
    client = sign_in(world.ben)
    address = f"/t/teng/dossiers/{approved.pk}/"
    assert "2 points to be answered" in client.get(address).text
    first = approved.remarks.get(number=1)
    answer_remark(first, state="taken", reply="已量化", by=world.ben, now=june(13))
    assert "1 point to be answered" in client.get(address).text
    answered(approved, world, 13)
    page = client.get(address).text
    assert "to be answered" not in page
    assert "2 opinions, answered" in page


def test_its_way_asks_for_no_answer_on_a_paper_that_is_closed(
    world: World, approved: Dossier, sign_in: Any
) -> None:
    Dossier.objects.filter(pk=approved.pk).update(state=DossierState.REPLACED)
    page = sign_in(world.ben).get(f"/t/teng/dossiers/{approved.pk}/").text
    assert "to be answered" not in page
    assert "2 opinions" in page
    assert "2 opinions, answered" not in page


@pytest.mark.rule("P2-50")
def test_points_of_a_refusal_are_answered_before_the_revision_is_sent(
    world: World, programme: Programme, sign_in: Any
) -> None:
    paper = act(
        sent(world, programme), Outcome.REFUSED, promoter(world), june(12),
        opinion="目标不清", remarks=["重写目标"],
    )  # fmt: skip
    assert paper.state == DossierState.ENDED
    assert [turn.dossier for turn in waiting_turns(world.ben, june(13).date())] == [paper]
    new = revise_dossier(paper, reason="按意见重写", by=world.ben, now=june(15))
    new = written(new, world.ben, june(15), "新")
    with pytest.raises(RuleBroken, match="revision before") as refused:
        send_dossier(new, by=world.ben, now=june(15))
    assert refused.value.code == "unanswered"
    page = sign_in(world.ben).get(f"/t/teng/dossiers/{new.pk}/").text
    assert f"/dossiers/{paper.pk}/#remarks" in page
    answered(paper, world, 16)
    assert send_dossier(new, by=world.ben, now=june(16)).state == DossierState.UNDER_WAY


def test_a_paper_to_be_mended_stands_once_on_the_list(world: World, approved: Dossier) -> None:
    back = act(
        approved, Outcome.RETURNED, world.ana, june(15), opinion="缺附件", remarks=["补附件"]
    )
    rows = list(waiting_turns(world.ben, june(16).date()))
    assert [(turn.dossier, turn.kind) for turn in rows] == [(back, "mend")]


def test_on_what_was_taken_back_or_replaced_nothing_is_answered(
    world: World, approved: Dossier
) -> None:
    remark = approved.remarks.order_by("number").first()
    assert remark is not None
    for state in (DossierState.TAKEN_BACK, DossierState.REPLACED):
        Dossier.objects.filter(pk=approved.pk).update(state=state)
        assert not waiting_turns(world.ben, june(13).date()).exists()
        with pytest.raises(RuleBroken):
            answer_remark(remark, state="taken", reply="已采纳", by=world.ben, now=june(13))


def test_the_list_asks_as_much_of_three_papers_as_of_one(
    world: World, programme: Programme, sign_in: Any
) -> None:
    client, asked = sign_in(world.ben), []
    client.get("/t/teng/dossiers/waiting/")  # what is asked once for all
    for number in range(3):
        project = chosen(world, programme, f"课题{number}") if number < 2 else None
        kind = "training_plan" if project else "implementation_plan"
        given = {"project": project} if project else {}
        paper = sent(world, programme, kind, **given)
        by = world.ana if project else world.lena
        act(paper, "filed" if project else "confirmed", by, june(12), remarks=["补充"])
        asked.append(count_queries(client, "/t/teng/dossiers/waiting/"))
        page = client.get("/t/teng/dossiers/waiting/").text
        assert page.count("without an answer: say") == number + 1
    assert asked[0] == asked[2] <= 8


def test_the_big_button_leads_to_the_opinions_where_only_they_are_missing(
    world: World, programme: Programme, sign_in: Any
) -> None:
    paper = act(
        sent(world, programme), Outcome.RETURNED, promoter(world), june(12),
        opinion="两点", remarks=["目标量化"],
    )  # fmt: skip
    client = sign_in(world.ben)
    page = client.get(f"/t/teng/dossiers/{paper.pk}/").text
    found = BIG.search(page)
    assert found is not None
    assert found.start() < page.index("Go on writing")
    written(paper, world.ben, june(13))
    answered(paper, world, 13)
    page = client.get(f"/t/teng/dossiers/{paper.pk}/").text
    assert "Go on writing" not in page
