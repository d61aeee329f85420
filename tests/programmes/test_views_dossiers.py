"""Screens of papers: who gets in, what each shows, what is kept when refused."""

from io import BytesIO
from typing import Any

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from actionlearning.foundation.scope import WHOLE, scope
from programmes.actions.sendings import send_dossier
from programmes.models import Dossier, Programme
from programmes.procedures import Outcome
from programmes.states import DossierState, RemarkState
from tests.programmes.paper_screens import again, at, count_queries, leader, text_of
from tests.programmes.papers_on_their_way import act, draft, june, promoter, sent, turn_of, written
from tests.programmes.topics import JUNE, chosen
from tests.running import run_programme
from tests.world import World

READERS = {"ana": 200, "ben": 200, "dora": 200, "lena": 200, "liu": 200, "sis": 404, "kid": 404, "auditor": 404}  # fmt: skip
WRITERS = {"ana": 404, "ben": 200, "dora": 200, "lena": 404, "liu": 200, "sis": 404, "kid": 404, "auditor": 404}  # fmt: skip
ROUTES = [
    *[("dossier_detail", who, status) for who, status in READERS.items()],
    *[("dossier_edit", who, status) for who, status in WRITERS.items()],
]


@pytest.mark.parametrize(("name", "who", "status"), ROUTES)
def test_a_paper_opens_for_the_right_people_only(
    world: World, programme: Programme, sign_in: Any, name: str, who: str, status: int
) -> None:
    """Above it is read once it was sent: until then it is the unit's own."""
    paper = sent(world, programme) if name == "dossier_detail" else draft(world, programme)

    assert sign_in(getattr(world, who)).get(at(name, world, paper.pk)).status_code == status


SENDERS = {"ben", "dora"}
ACTS = [
    ("dossier_sending", {"note": ""}, SENDERS),
    ("dossier_taking_back", {"reason": "写错了"}, SENDERS),
]


@pytest.mark.parametrize("who", READERS)
@pytest.mark.parametrize(("name", "typed", "allowed"), ACTS)
def test_the_sender_s_acts_are_for_its_own_people_only(
    world: World,
    programme: Programme,
    sign_in: Any,
    name: str,
    typed: dict[str, str],
    allowed: set[str],
    who: str,
) -> None:
    paper = draft(world, programme)

    answer = sign_in(getattr(world, who)).post(
        at(name, world, paper.pk), {**typed, "version": paper.version}
    )

    assert answer.status_code == (302 if who in allowed else 404)
    assert (again(paper).state != DossierState.DRAFT) == (who in allowed)


def test_a_paper_of_another_tenant_is_not_there(world: World, rival: World, sign_in: Any) -> None:
    with scope(rival.tenant, path=WHOLE, actor=None):
        theirs = sent(rival, run_programme(rival))
        turn = turn_of(theirs)
    client = sign_in(world.ben)

    for name in ("dossier_detail", "dossier_edit", "dossier_sending", "dossier_revision"):
        assert client.get(at(name, world, theirs.pk)).status_code == 404, name
    act_on = at("dossier_turn", world, theirs.pk, turn.pk)
    assert client.post(act_on, {"outcome": "approved", "text": 1}).status_code == 404
    assert client.get(at("dossier_version", world, theirs.pk, 1)).status_code == 404


def test_the_ledger_finds_narrows_and_leaves_as_a_sheet(
    world: World, programme: Programme, sign_in: Any
) -> None:
    paper = sent(world, programme)
    regulation = draft(world, programme, "system_document", title="学习制度")
    client, address = sign_in(world.ben), at("dossier_list", world)
    wanted: dict[str, Any]
    for wanted, found in (
        ({}, {paper.pk, regulation.pk}),
        ({"q": "学习制度"}, {regulation.pk}),
        ({"kind": "project_plan"}, {paper.pk}),
        ({"state": "draft", "programme": programme.pk}, {regulation.pk}),
        ({"q": "没有"}, set()),
    ):
        lines = client.get(address, wanted).context["lines"]
        assert {line["pk"] for line in lines} == found, wanted

    sheet = load_workbook(BytesIO(client.get(address, {"export": "xlsx"}).content)).worksheets[0]
    rows = [[cell.value for cell in row][1:7] for row in sheet.iter_rows(min_row=4, max_row=5)]
    holder = f"{world.county.name} · promotion team"
    assert ["Project plan", paper.title, "民政局", programme.name, "under way", holder] in rows


def test_the_ledger_marks_what_is_late(world: World, programme: Programme, sign_in: Any) -> None:
    paper = sent(world, programme)  # in June: by the database's clock long overdue, or not yet
    Dossier.objects.filter(pk=paper.pk).update(answer_due_at=june(11).replace(year=2020))

    page = sign_in(world.ana).get(at("dossier_list", world))

    assert [line["late"] for line in page.context["lines"]] == [True]
    assert "late" in text_of(page)


@pytest.mark.parametrize(
    ("name", "who"),
    [("dossier_list", "ana"), ("dossier_sent", "ben"), ("dossier_waiting", "ana")],
)
def test_lists_ask_the_same_number_of_questions_for_one_and_three(
    world: World, programme: Programme, sign_in: Any, name: str, who: str
) -> None:
    client, address = sign_in(getattr(world, who)), at(name, world)
    sent(world, programme, "training_plan")  # filed at once with ana's office
    client.get(address)
    one = count_queries(client, address)

    project = chosen(world, programme, "二")
    sent(world, programme, "training_plan", project=project)
    sent(world, programme, "support_request")

    assert len(client.get(address).context["lines"]) == 3
    assert count_queries(client, address) == one <= 8


def test_waiting_shows_what_the_reader_may_do_now(
    world: World, programme: Programme, sign_in: Any
) -> None:
    pro = leader(world)
    paper = sent(world, programme)
    address = at("dossier_waiting", world)

    assert [line["pk"] for line in sign_in(pro).get(address).context["lines"]] == [paper.pk]
    assert not sign_in(world.ana).get(address).context["lines"]
    act(paper, Outcome.RETURNED, pro, june(11), opinion="补充")
    page = sign_in(world.ben).get(address)
    assert "Returned to your unit" in text_of(page)
    assert not sign_in(world.liu).get(address).context["lines"]
    assert not sign_in(pro).get(address).context["lines"]


def test_sent_by_us_says_in_whose_court_it_is(
    world: World, programme: Programme, sign_in: Any
) -> None:
    sent(world, programme)
    draft(world, programme, "system_document")

    lines = sign_in(world.ben).get(at("dossier_sent", world)).context["lines"]

    assert [line["holder"] for line in lines] == [f"{world.county.name} · promotion team"]
    assert not sign_in(world.sis).get(at("dossier_sent", world)).context["lines"]
    assert sign_in(world.lena).get(at("dossier_sent", world)).status_code == 404


def test_a_new_paper_is_one_of_the_plan_s_that_is_missing(
    world: World, programme: Programme, sign_in: Any
) -> None:
    project = chosen(world, programme)
    client, address = sign_in(world.ben), at("dossier_new", world)
    offered = [key for key, _w in client.get(address).context["form"].fields["paper"].choices]
    assert f"project_plan:{project.pk}" in offered
    assert "status_report" not in offered  # the programme's owner writes it

    answer = client.post(address, {"paper": f"project_plan:{project.pk}", "title": ""})

    made = Dossier.objects.get()
    assert answer.headers["Location"] == at("dossier_edit", world, made.pk)
    assert (made.project, made.created_by) == (project, world.ben)
    page = client.get(address)
    offered = [key for key, _w in page.context["form"].fields["paper"].choices]
    assert f"project_plan:{project.pk}" not in offered


def test_a_new_paper_keeps_what_was_typed_when_refused(
    world: World, programme: Programme, sign_in: Any
) -> None:
    client, address = sign_in(world.ben), at("dossier_new", world)

    answer = client.post(address, {"paper": "nonsense", "title": "起好的题目"})

    assert answer.status_code == 422
    assert "起好的题目" in text_of(answer)
    assert not Dossier.objects.exists()
    elsewhere = f"{address}?programme={programme.pk}&organisation={world.sister.pk}"
    assert client.get(elsewhere).status_code == 404


def test_several_programmes_are_asked_for_first(
    world: World, programme: Programme, sign_in: Any
) -> None:
    run_programme(world, "plan1")
    client, address = sign_in(world.ben), at("dossier_new", world)

    page = client.get(address)
    assert page.context["place"] is None
    chosen_one = f"{address}?programme={programme.pk}&organisation={world.bureau.pk}"
    assert chosen_one.split("?")[1] in text_of(page).replace("&amp;", "&")
    client.post(chosen_one, {"paper": "system_document"})
    assert Dossier.objects.get().programme == programme


def typed(paper: Dossier, **given: str) -> dict[str, Any]:
    """The form as the page would send it back."""
    found = {"title": paper.title, "version": paper.version}
    for key, words in paper.content["sections"].items():
        found[f"section_{key}"] = words
    return {**found, **given}


def test_the_text_and_its_timetables_are_kept(
    world: World, programme: Programme, sign_in: Any
) -> None:
    paper = draft(world, programme)
    client, address = sign_in(world.ben), at("dossier_edit", world, paper.pk)
    form = client.get(address).context["form"]
    assert [len(track["rows"]) for track in form.timetables()] == [4, 4, 4, 4]
    lines = {
        "line_training_0_from": "2026-07-01",
        "line_training_0_to": "",
        "line_training_0_text": "第一次培训",
        "line_training_1_text": "",
    }

    answer = client.post(address, typed(paper, section_goal="三个月摸清底数", **lines))

    assert answer.headers["Location"] == at("dossier_detail", world, paper.pk)
    kept = again(paper).content
    assert kept["sections"]["goal"] == "三个月摸清底数"
    assert kept["tracks"] == [
        {"track": "training", "from": "2026-07-01", "to": "2026-07-01", "text": "第一次培训"}
    ]
    more = client.post(address, typed(again(paper), more="training", **lines))
    assert more.headers["Location"] == f"{address}#track-training"


def test_a_wrong_line_is_named_beside_its_field(
    world: World, programme: Programme, sign_in: Any
) -> None:
    paper = draft(world, programme)
    client, address = sign_in(world.ben), at("dossier_edit", world, paper.pk)
    lines = {
        "line_training_0_text": "",
        "line_training_1_from": "2026-07-05",
        "line_training_1_to": "2026-07-01",
        "line_training_1_text": "倒过来的",
    }

    answer = client.post(address, typed(paper, section_goal="写了很久", **lines))

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["line_training_1_text"]
    assert "it ends before it begins" in text_of(answer)
    assert "写了很久" in text_of(answer)


def test_two_writers_lose_nothing(world: World, programme: Programme, sign_in: Any) -> None:
    paper = draft(world, programme)
    written(paper, world.dora, JUNE, mark="杜若写的")
    client, address = sign_in(world.ben), at("dossier_edit", world, paper.pk)

    answer = client.post(address, typed(paper, section_goal="贝宁写的", version=str(paper.version)))

    assert answer.status_code == 412
    assert "杜若写的" in text_of(answer)
    assert "贝宁写的" in text_of(answer)
    again_typed = typed(paper, section_goal="贝宁写的")
    again_typed["version"] = answer.context["form"].data["version"]
    assert client.post(address, again_typed).status_code == 302
    assert again(paper).content["sections"]["goal"] == "贝宁写的"


def test_what_is_typed_is_kept_by_itself(world: World, programme: Programme, sign_in: Any) -> None:
    paper = draft(world, programme)
    client, address = sign_in(world.ben), at("dossier_draft", world, paper.pk)

    saved = client.post(address, typed(paper, section_goal="自动保存"))

    assert (saved.status_code, again(paper).content["sections"]["goal"]) == (200, "自动保存")
    assert f'value="{again(paper).version}"' in text_of(saved)
    stale = client.post(address, typed(paper, section_goal="旧的", version="1"))
    assert stale.status_code == 412
    assert "press Save to see both" in text_of(stale)
    wrong = client.post(address, typed(paper, title=""))
    assert wrong.status_code == 422
    assert sign_in(world.ana).post(address, typed(paper)).status_code == 404


def test_nobody_edits_what_lies_with_somebody_else(
    world: World, programme: Programme, sign_in: Any
) -> None:
    paper = sent(world, programme)
    client, address = sign_in(world.ben), at("dossier_edit", world, paper.pk)

    assert client.get(address).headers["Location"] == at("dossier_detail", world, paper.pk)
    answer = client.post(address, typed(paper, section_goal="偷偷改"))
    assert answer.status_code == 409
    assert "偷偷改" in text_of(answer)


def test_sending_names_what_is_missing(world: World, programme: Programme, sign_in: Any) -> None:
    paper = draft(world, programme)
    Dossier.objects.filter(pk=paper.pk).update(content={"sections": {}, "tracks": []})
    client = sign_in(world.ben)
    page = text_of(client.get(at("dossier_detail", world, paper.pk)))
    assert "Still to be written: Convener" in page

    answer = client.post(at("dossier_sending", world, paper.pk), {"version": paper.version})

    assert answer.status_code == 409
    assert "P2-45" in text_of(answer)
    assert again(paper).state == DossierState.DRAFT


def test_a_leader_reads_decides_and_sees_it_done(
    world: World, programme: Programme, sign_in: Any
) -> None:
    pro, paper = leader(world), sent(world, programme)
    client, address = sign_in(pro), at("dossier_detail", world, paper.pk)
    page = client.get(address)
    assert [button["outcome"] for button in page.context["buttons"]] == [
        "approved", "returned", "refused",
    ]  # fmt: skip
    turn = page.context["acting"]

    answer = client.post(
        at("dossier_turn", world, paper.pk, turn.pk),
        {"outcome": "approved", "text": 1, "opinion": "同意"},
    )

    assert answer.headers["Location"] == address
    assert again(paper).state == DossierState.STANDING
    page = client.get(address)
    assert "acting" not in page.context
    assert "Done: approved." in text_of(page)


@pytest.mark.parametrize("who", ["ben", "dora", "liu", "lena", "ana"])
def test_whoever_may_not_decide_sees_no_decision(
    world: World, programme: Programme, sign_in: Any, who: str
) -> None:
    promoter(world)
    paper = sent(world, programme)
    client = sign_in(getattr(world, who))
    assert "acting" not in client.get(at("dossier_detail", world, paper.pk)).context

    answer = client.post(
        at("dossier_turn", world, paper.pk, turn_of(paper).pk),
        {"outcome": "approved", "text": 1, "opinion": "我来批"},
    )

    assert answer.status_code == 403
    assert "我来批" in text_of(answer)
    assert again(paper).state == DossierState.UNDER_WAY


def test_a_return_without_reasons_keeps_the_points(
    world: World, programme: Programme, sign_in: Any
) -> None:
    pro, paper = leader(world), sent(world, programme)
    client, turn = sign_in(pro), turn_of(paper)
    address = at("dossier_turn", world, paper.pk, turn.pk)

    refused = client.post(address, {"outcome": "returned", "text": 1, "opinion": " "})
    assert refused.status_code == 422
    assert "Say why" in text_of(refused)
    too_long = client.post(
        address, {"outcome": "returned", "text": 1, "opinion": "改", "remarks": "字" * 2001}
    )
    assert too_long.status_code == 422
    assert "字" * 2001 in text_of(too_long)
    points = {"outcome": "returned", "text": 1, "opinion": "两点", "remarks": "量化\r\n\r\n经费"}
    assert client.post(address, points).status_code == 302
    assert [remark.text for remark in again(paper).remarks.order_by("number")] == ["量化", "经费"]


@pytest.mark.rule("P2-48")
def test_a_filing_cannot_be_refused_from_the_page(
    world: World, programme: Programme, sign_in: Any
) -> None:
    paper = sent(world, programme, "training_plan")
    client, turn = sign_in(world.ana), turn_of(paper)
    page = client.get(at("dossier_detail", world, paper.pk))
    assert [button["outcome"] for button in page.context["buttons"]] == ["filed", "returned"]
    assert "Return as incomplete" in text_of(page)

    answer = client.post(
        at("dossier_turn", world, paper.pk, turn.pk),
        {"outcome": "refused", "text": 1, "opinion": "不同意"},
    )

    assert answer.status_code == 409
    assert "never refused" in text_of(answer)
    assert "不同意" in text_of(answer)
    assert again(paper).turns.get(pk=turn.pk).acted_at is None


def test_a_stale_text_is_shown_with_its_difference_and_the_opinion_kept(
    world: World, programme: Programme, sign_in: Any
) -> None:
    pro = leader(world)
    paper = act(sent(world, programme), Outcome.RETURNED, pro, june(11), opinion="请补充")
    paper = written(paper, world.ben, june(12), mark="补充后的内容")
    paper = send_dossier(paper, note="已补充", by=world.ben, now=june(12))
    client, address = sign_in(pro), at("dossier_turn", world, paper.pk, turn_of(paper).pk)
    before = client.get(at("dossier_detail", world, paper.pk))
    assert before.context["changed"]  # what is new since he returned it

    answer = client.post(address, {"outcome": "approved", "text": 1, "opinion": "读的是旧稿"})

    assert answer.status_code == 409
    assert "补充后的内容" in "".join(
        run.text for _name, runs in answer.context["unseen"] for run in runs
    )
    assert "读的是旧稿" in text_of(answer)
    renewed = answer.context["act_form"]["text"].value()
    assert renewed == 2
    done = client.post(address, {"outcome": "approved", "text": renewed, "opinion": "读的是新稿"})
    assert done.status_code == 302


def test_a_second_decision_is_refused_and_nothing_typed_is_lost(
    world: World, programme: Programme, sign_in: Any
) -> None:
    pro, paper = leader(world), sent(world, programme)
    turn = turn_of(paper)
    act(paper, Outcome.APPROVED, pro, june(11))

    answer = sign_in(pro).post(
        at("dossier_turn", world, paper.pk, turn.pk),
        {"outcome": "returned", "text": 1, "opinion": "想了很久的意见"},
    )

    assert answer.status_code == 409
    assert "想了很久的意见" in text_of(answer)
    assert "A voice counts only before that" in text_of(answer)
    assert "P2-45" in text_of(answer)


def test_opinions_are_answered_and_it_is_sent_again(
    world: World, programme: Programme, sign_in: Any
) -> None:
    paper = act(
        sent(world, programme), Outcome.RETURNED, promoter(world), june(11),
        opinion="一点意见", remarks=["目标量化"],
    )  # fmt: skip
    remark = paper.remarks.get()
    client, send = sign_in(world.ben), at("dossier_sending", world, paper.pk)
    answer_to = at("dossier_remark", world, paper.pk, remark.pk)
    refused = client.post(send, {"version": again(paper).version, "note": "改好了"})
    assert refused.status_code == 409
    assert "改好了" in text_of(refused)
    empty = client.post(answer_to, {"state": "not_taken", "reply": ""})
    assert empty.status_code == 422
    assert sign_in(world.ana).post(answer_to, {"state": "taken", "reply": "x"}).status_code == 404

    client = sign_in(world.ben)
    assert client.post(answer_to, {"state": "taken", "reply": "已量化"}).status_code == 302
    assert paper.remarks.get().state == RemarkState.TAKEN
    done = client.post(send, {"version": again(paper).version, "note": "已改"})

    assert done.status_code == 302
    assert again(paper).texts.get(number=2).note == "已改"


def test_taking_back_and_revising_ask_for_a_reason(
    world: World, programme: Programme, sign_in: Any
) -> None:
    client, paper = sign_in(world.ben), sent(world, programme, "training_plan")
    revise = at("dossier_revision", world, paper.pk)
    given = {"version": paper.version}
    assert client.post(revise, {**given, "reason": ""}).status_code == 422
    stale = client.post(revise, {"version": 1, "reason": "旧页面上写的理由"})
    assert stale.status_code == 412
    assert "旧页面上写的理由" in text_of(stale)

    made = client.post(revise, {**given, "reason": "反思后调整"})

    new = Dossier.objects.get(revision=2)
    assert made.headers["Location"] == at("dossier_detail", world, new.pk)
    assert "The later revision" in text_of(client.get(at("dossier_detail", world, paper.pk)))
    back = at("dossier_taking_back", world, new.pk)
    assert client.post(back, {"version": new.version, "reason": ""}).status_code == 422
    assert client.post(back, {"version": new.version, "reason": "先不改了"}).status_code == 302
    assert again(new).state == DossierState.TAKEN_BACK


def test_a_body_without_anybody_is_said_with_the_remedy(
    world: World, programme: Programme, sign_in: Any
) -> None:
    paper = sent(world, programme)
    page = text_of(sign_in(world.ben).get(at("dossier_detail", world, paper.pk)))
    assert "Nobody with a sign-in holds a post" in page
    assert "of the programme's plan:" in page
    assert f"The executive office of {world.county.name} appoints." in page
    above = text_of(sign_in(world.ana).get(at("dossier_detail", world, paper.pk)))
    assert "Appoint somebody</a>" in above
    promoter(world)
    assert "Nobody with a sign-in" not in text_of(
        sign_in(world.ben).get(at("dossier_detail", world, paper.pk))
    )


def test_a_sent_text_is_read_beside_the_one_before(
    world: World, programme: Programme, sign_in: Any
) -> None:
    pro = leader(world)
    paper = act(sent(world, programme), Outcome.RETURNED, pro, june(11), opinion="请补充")
    paper = written(paper, world.ben, june(12), mark="补充后的内容")
    paper = send_dossier(paper, note="已补充", by=world.ben, now=june(12))
    client = sign_in(world.ana)

    first = client.get(at("dossier_version", world, paper.pk, 1))
    second = text_of(client.get(at("dossier_version", world, paper.pk, 2)))

    assert not first.context["changed"]
    assert "<ins>" in second
    assert "已补充" in second
    assert client.get(at("dossier_version", world, paper.pk, 3)).status_code == 404
    assert sign_in(world.sis).get(at("dossier_version", world, paper.pk, 1)).status_code == 404


def test_what_is_being_written_is_read_by_its_unit_only(
    world: World, programme: Programme, sign_in: Any
) -> None:
    pro = leader(world)
    paper = act(sent(world, programme), Outcome.RETURNED, pro, june(11), opinion="请补充")
    written(paper, world.ben, june(12), mark="还没有想好")
    address = at("dossier_detail", world, paper.pk)

    assert "还没有想好" in text_of(sign_in(world.ben).get(address))
    assert "还没有想好" not in text_of(sign_in(world.ana).get(address))


def test_the_page_of_a_long_way_asks_few_questions(
    world: World, programme: Programme, sign_in: Any
) -> None:
    pro, paper = leader(world), sent(world, programme)
    for number in range(20):
        day = june(11)
        paper = act(paper, Outcome.RETURNED, pro, day, opinion=f"第{number}次", remarks=[])
        paper = written(paper, world.ben, day, mark=f"第{number}稿")
        paper = send_dossier(paper, by=world.ben, now=day)
    assert paper.turns.count() == 41
    short = sent(world, programme, project=chosen(world, programme, "短的"))
    client = sign_in(pro)
    client.get(at("dossier_detail", world, short.pk))
    few = count_queries(client, at("dossier_detail", world, short.pk))

    assert count_queries(client, at("dossier_detail", world, paper.pk)) == few <= 8


def test_a_project_lists_its_papers_and_those_missing(
    world: World, programme: Programme, sign_in: Any
) -> None:
    paper = sent(world, programme)
    page = sign_in(world.ben).get(at("project_detail", world, paper.project_id))

    assert [line["pk"] for line in page.context["papers"]] == [paper.pk]
    wanted = [row["paper"] for row in page.context["papers_missing"]]
    assert f"training_plan:{paper.project_id}" in wanted
    assert f"project_plan:{paper.project_id}" not in wanted
    other = sign_in(world.ana).get(at("project_detail", world, paper.project_id))
    assert not other.context["papers_missing"]


def test_the_desk_says_what_waits(world: World, programme: Programme, sign_in: Any) -> None:
    pro, paper = leader(world), sent(world, programme)
    desk = reverse("desk:home", args=[world.tenant.slug])

    titles = [row["title"] for row in sign_in(pro).get(desk).context["waiting"]]
    assert titles == [paper.title]
    act(paper, Outcome.RETURNED, pro, june(11), opinion="请补充")
    back = sign_in(world.ben).get(desk).context["back"]
    assert [row["title"] for row in back] == [paper.title]
