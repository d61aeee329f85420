"""Changed words of a paper in effect: who reads which of the two, and what waits for them."""

from typing import Any

import pytest

from actionlearning.foundation.documents.official import plain_text
from actionlearning.foundation.errors import RuleBroken
from actionlearning.foundation.models import AuditEvent, Notice, User
from programmes.actions.dossiers import change_dossier, open_dossier
from programmes.actions.projects import change_project, decline_project
from programmes.actions.proposals import Verdict
from programmes.actions.remarks import answer_remark
from programmes.actions.sendings import send_dossier, take_back_words
from programmes.documents.printing import paper_of, print_of
from programmes.models import Dossier, Programme, Project
from programmes.models.dossier import LATER_WORDS
from programmes.procedures import Outcome
from programmes.states import DossierState, ProjectState
from tests.programmes.paper_screens import again, at, leader, text_of
from tests.programmes.papers_on_their_way import act, june, prescribe, sent, written
from tests.programmes.topics import chosen, concluded, in_state, propose
from tests.world import World

HINT = "Text 1 is in effect; these are the changed words that are on their way."


@pytest.fixture
def pro(world: World) -> User:
    return leader(world)


def changed(world: World, programme: Programme, pro: User, **given: Any) -> Dossier:
    """Approved, its filing returned as incomplete, and sent on with other words."""
    paper = act(sent(world, programme, **given), Outcome.APPROVED, pro, june(11))
    paper = act(paper, Outcome.RETURNED, world.ana, june(12), opinion="缺附件")
    return send_dossier(written(paper, world.ben, june(13), "改过"), by=world.ben, now=june(13))


def refused(paper: Dossier, pro: User) -> Dossier:
    return act(paper, Outcome.REFUSED, pro, june(15), opinion="不同意改")


def test_readers_see_the_changed_words_until_they_are_refused(
    world: World, programme: Programme, pro: User, sign_in: Any
) -> None:
    paper = changed(world, programme, pro)
    page, rest = at("dossier_detail", world, paper.pk), f"/t/{world.tenant.slug}/api/v1/dossiers/"
    for reader in (pro, world.ana):
        told = text_of(sign_in(reader).get(page))
        assert "改过。" in told
        assert HINT in told
    refused(paper, pro)
    for reader in (pro, world.ana, world.ben):
        told = text_of(sign_in(reader).get(page))
        assert "如上。" in told
        assert "改过。" not in told
        assert HINT not in told
        content = sign_in(reader).get(f"{rest}{paper.pk}/").json()["content"]
        assert set(content["sections"].values()) == {"如上。"}


def test_a_print_of_words_that_are_not_in_effect_says_so(
    world: World, programme: Programme, pro: User
) -> None:
    def mark(paper: Dossier, text: str) -> bool:
        return "报送稿" in plain_text(paper_of(print_of(paper, text, by=world.ana)))

    paper = changed(world, programme, pro)
    assert (mark(paper, "1"), mark(paper, "2")) == (False, True)
    assert mark(paper, "")  # as on the page: the words on which a body decides
    paper = refused(paper, pro)
    assert (mark(paper, "1"), mark(paper, "2"), mark(paper, "")) == (False, True, False)
    told = plain_text(paper_of(print_of(paper, "2", by=world.ana)))
    assert "未获批准" in told


def test_a_topic_is_not_concluded_while_changed_words_are_read(
    world: World, programme: Programme, pro: User
) -> None:
    project = in_state(world, programme, ProjectState.ACCEPTED)
    paper = changed(world, programme, pro, project=project)
    with pytest.raises(RuleBroken) as refusal:
        concluded(world, project, now=june(14))
    assert refusal.value.code == "open_papers"
    refused(paper, pro)
    assert concluded(world, project, now=june(16)).state == ProjectState.CONCLUDED


def test_a_declined_topic_takes_changed_words_and_what_was_approved_along(
    world: World, programme: Programme, pro: User
) -> None:
    project = chosen(world, programme)
    paper = changed(world, programme, pro, project=project)
    decline_project(
        Project.objects.get(pk=project.pk), opinion="条件不具备", by=world.lena, now=june(14)
    )
    paper = again(paper)
    assert (paper.state, paper.standing_text, paper.holder) == (DossierState.TAKEN_BACK, 0, None)
    assert not paper.turns.open().exists()


def test_the_sender_is_told_what_is_in_effect_only_when_it_is(
    world: World, programme: Programme, pro: User
) -> None:
    """Of two bodies the first has agreed to the changed words: that is not their effect yet."""
    prescribe(
        programme,
        "project_plan",
        ("check", "supervising_office"),
        ("approve", "supervising_promotion_team"),
        ("file", "supervising_office"),
    )

    def told() -> list[str]:
        rows = Notice.objects.filter(recipient=world.dora, kind__startswith="programmes.dossier_")
        return list(rows.order_by("at", "id").values_list("kind", flat=True))

    paper = act(sent(world, programme), Outcome.PASSED, world.ana, june(11))
    paper = act(paper, Outcome.APPROVED, pro, june(12))
    paper = act(paper, Outcome.RETURNED, world.ana, june(13), opinion="缺附件")
    paper = send_dossier(written(paper, world.ben, june(14), "改过"), by=world.ben, now=june(14))
    before = told().count("programmes.dossier_standing")
    paper = act(paper, Outcome.PASSED, world.ana, june(15))
    assert told().count("programmes.dossier_standing") == before == 1
    act(paper, Outcome.APPROVED, pro, june(16))
    assert told().count("programmes.dossier_standing") == 2


def test_candidates_in_a_changed_proposal_are_held_like_those_of_the_first(
    world: World, programme: Programme
) -> None:
    """A plan whose leading group decides and whose office keeps the paper on record."""
    prescribe(
        programme, "topic_proposal", ("decide", "own_leading_group"), ("file", "supervising_office")
    )
    first = propose(world, programme, "甲")
    paper = send_dossier(draft_of(world, programme), by=world.ben, now=june(10))
    verdict = [Verdict(str(first.pk), "chosen")]
    paper = act(paper, Outcome.ADOPTED, world.lena, june(11), topics=verdict)
    later = propose(world, programme, "乙", now=june(12))
    paper = act(paper, Outcome.RETURNED, world.ana, june(12), opinion="缺附件")
    paper = send_dossier(paper, by=world.ben, now=june(13))
    assert [row["title"] for row in paper.content["topics"]] == ["乙"]
    with pytest.raises(RuleBroken):
        change_project(later, title="丙", by=world.ben, now=june(14))
    with pytest.raises(RuleBroken) as refusal:
        send_dossier(draft_of(world, programme), by=world.ben, now=june(14))
    assert refusal.value.code == "there_already"


def draft_of(world: World, programme: Programme) -> Dossier:
    made = open_dossier(
        programme=programme, organisation=world.bureau, kind="topic_proposal",
        by=world.ben, now=june(10),
    )  # fmt: skip
    words = {"sections": {"survey": "走访12个乡镇。"}}
    return change_dossier(made, content=words, by=world.ben, now=june(10))


def test_an_answer_that_a_body_has_read_is_not_offered_to_be_put_better(
    world: World, programme: Programme, pro: User, sign_in: Any
) -> None:
    paper = sent(world, programme)
    paper = act(paper, Outcome.RETURNED, pro, june(11), opinion="意见", remarks=["目标量化"])
    page, better = at("dossier_detail", world, paper.pk), "Put the answer better"
    assert "Answer it" in text_of(sign_in(world.ben).get(page))
    answer_remark(paper.remarks.get(), state="taken", reply="已量化", by=world.ben, now=june(12))
    assert better in text_of(sign_in(world.ben).get(page))
    paper = send_dossier(again(paper), by=world.ben, now=june(13))
    assert better not in text_of(sign_in(world.ben).get(page))
    act(paper, Outcome.RETURNED, pro, june(14), opinion="再补充")
    told = text_of(sign_in(world.ben).get(page))
    assert better not in told
    assert "已量化" in told


def filing(paper: Dossier) -> Any:
    return paper.turns.open().get(kind="file")


def test_after_a_refusal_the_filing_of_what_was_approved_goes_on(
    world: World, programme: Programme, pro: User
) -> None:
    paper = refused(changed(world, programme, pro), pro)
    turn = filing(paper)
    assert (paper.holder, turn.text, turn.received_at) == (world.county, 1, june(15))
    assert not paper.has_later_words()
    assert Dossier.objects.filter(LATER_WORDS).count() == 0

    paper = act(paper, Outcome.RETURNED, world.ana, june(16), opinion="仍缺附件")
    paper = send_dossier(paper, by=world.ben, now=june(17), note="附件补齐")
    assert (paper.sent_text, paper.standing_text, filing(paper).text) == (3, 3, 3)
    act(paper, Outcome.FILED, world.ana, june(18))
    assert not paper.turns.open().exists()


def test_changed_words_alone_are_taken_back_while_nobody_has_decided(
    world: World, programme: Programme, pro: User, sign_in: Any
) -> None:
    paper, client = changed(world, programme, pro), sign_in(world.ben)
    page, back = (at(f"dossier_{n}", world, paper.pk) for n in ("detail", "words_taking_back"))
    assert "Take the changed words back" in text_of(client.get(page))
    for other in (pro, world.ana, world.lena, world.liu, world.sis, world.kid):
        given = {"version": paper.version, "reason": "数字有误"}
        assert sign_in(other).post(back, given).status_code == 404
    client = sign_in(world.ben)
    empty = client.post(back, {"version": paper.version, "reason": " "})
    assert empty.status_code == 422

    assert client.post(back, {"version": paper.version, "reason": "数字有误"}).status_code == 302

    paper = again(paper)
    assert (paper.state, paper.standing_text, paper.holder) == ("standing", 1, world.county)
    assert "如上。" in paper.content["sections"].values()
    assert filing(paper).text == 1
    closed = paper.turns.get(kind="approve", text=2)
    assert (closed.outcome, paper.turns.open().count()) == (Outcome.TAKEN_BACK, 1)
    told = text_of(client.get(page))
    assert "Take the changed words back" not in told
    row = AuditEvent.objects.get(action="dossier.words_taken_back")
    assert (row.detail["text"], row.detail["reason"]) == (2, "数字有误")
    assert "报送稿，已收回" in plain_text(paper_of(print_of(paper, "2", by=world.ana)))
    act(paper, Outcome.FILED, world.ana, june(18))


def test_what_was_decided_or_not_approved_has_no_words_to_take_back(
    world: World, programme: Programme, pro: User
) -> None:
    first = sent(world, programme)
    later = refused(
        changed(world, programme, pro, project=in_state(world, programme, ProjectState.ACCEPTED)),
        pro,
    )
    for paper in (first, later):
        with pytest.raises(RuleBroken) as refusal:
            take_back_words(paper, reason="不改了", by=world.ben, now=june(16))
        assert refusal.value.code == "wrong_state"


def test_a_client_takes_changed_words_back(
    world: World, programme: Programme, pro: User, sign_in: Any
) -> None:
    paper = changed(world, programme, pro)
    address = f"/t/{world.tenant.slug}/api/v1/dossiers/{paper.pk}/taking-back-words/"

    def call(who: User) -> Any:
        given = {"reason": "不改了"}
        return sign_in(who).post(address, given, content_type="application/json")

    assert call(pro).status_code == 403
    assert call(world.sis).status_code == 404
    told = call(world.ben)
    assert (told.status_code, told.json()["state"]) == (200, "standing")
    assert (told.json()["sent_text"], told.json()["standing_text"]) == (1, 1)
    assert call(world.ben).json()["code"] == "wrong_state"
