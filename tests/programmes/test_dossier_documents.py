"""A paper in official layout: what is printed of which text, for whom, and always the same."""

from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from docx import Document

from actionlearning.foundation.documents.official import plain_text
from programmes.actions.dossiers import change_dossier
from programmes.actions.remarks import answer_remark
from programmes.actions.sendings import send_dossier
from programmes.documents.printing import file_of, paper_of, print_of
from programmes.documents.wording import counted, span_words
from programmes.models import Dossier, Programme, Remark
from tests.foundation.documents.papers import docx_words, pdf_words, words
from tests.programmes.paper_screens import again, at, text_of
from tests.programmes.papers_on_their_way import act, draft, june, promoter, sent
from tests.programmes.topics import JUNE
from tests.running import beijing
from tests.world import World

NUMBERED = ["一、召集人", "二、牵头单位", "三、参与单位", "四、核心学员", "五、总体目标", "六、里程碑", "七、预期成果", "八、时间安排"]  # fmt: skip


def told(dossier: Dossier, asked: str, by: Any, **given: Any) -> str:
    return plain_text(paper_of(print_of(dossier, asked, by=by, **given)))


def approved(world: World, programme: Programme) -> Dossier:
    paper = sent(world, programme)
    return act(paper, "approved", promoter(world), june(10), opinion="同意实施")


def test_a_draft_says_so_and_to_whom_it_will_go(world: World, programme: Programme) -> None:
    paper = draft(world, programme)

    lines = told(paper, "", world.ben).splitlines()

    assert lines[0] == paper.title
    assert lines[1:3] == ["（草稿，未报送）", "报藤县推动小组审批："]
    assert [line for line in lines if line in NUMBERED] == NUMBERED
    assert "1\t培训\t2026年7月1日—31日\t一次" in lines
    assert lines[-1] == world.bureau.name


def test_what_is_missing_is_seen_in_a_draft(world: World, programme: Programme) -> None:
    paper = draft(world, programme)
    change_dossier(paper, content={"sections": {"goal": "目标"}}, by=world.ben, now=JUNE)

    text = told(again(paper), "draft", world.ben)

    assert text.count("（尚未填写）") == 6 + 4
    assert "五、总体目标\n目标\n" in text


def test_what_need_not_be_said_and_is_not_takes_no_number(
    world: World, programme: Programme
) -> None:
    paper = draft(world, programme, "support_request")
    content = {"sections": {**paper.content["sections"], "when": ""}, "tracks": []}
    sent_on = send_dossier(
        change_dossier(paper, content=content, by=world.ben, now=JUNE), by=world.ben, now=JUNE
    )

    text = told(sent_on, "", world.ana)

    assert "一、申请事项" in text
    assert "时间和人数" not in text


def test_what_stands_names_who_agreed_with_number_and_day(
    world: World, programme: Programme
) -> None:
    paper = act(approved(world, programme), "filed", world.ana, june(11))

    text = told(paper, "", world.sis)

    assert "报藤县推动小组审批" in text
    assert "审批：藤县推动小组，2026年6月10日。" in text
    assert "备案：藤县执行办公室，行动备〔2026〕1号，2026年6月11日。" in text
    assert "稿" not in text
    assert "民政局\n2026年6月10日" in text


def test_what_lies_at_a_later_step_is_addressed_there(world: World, programme: Programme) -> None:
    assert "报藤县执行办公室备案：" in told(approved(world, programme), "1", world.ana)


def test_opinions_and_answers_stand_on_a_second_part(world: World, programme: Programme) -> None:
    paper = sent(world, programme)
    paper = act(
        paper, "returned", promoter(world), june(12), opinion="补充里程碑", remarks=["写明试点乡镇"]
    )
    answer_remark(Remark.objects.get(), state="taken", reply="已补五个乡镇", by=world.ben, now=june(15))  # fmt: skip

    without = told(again(paper), "1", world.ana)
    text = told(again(paper), "1", world.ana, opinions=True)

    assert "补充里程碑" not in without
    assert "附件：\t意见及答复" in text
    assert "审批\t藤县推动小组\tpro\t退回\t2026年6月12日\t补充里程碑" in text
    assert "1\t藤县推动小组\t写明试点乡镇\t已采纳\t已补五个乡镇" in text
    assert "（报送稿，已退回修改）" in text


def test_a_paper_without_opinions_says_so(world: World, programme: Programme) -> None:
    assert "（尚无意见。）" in told(draft(world, programme), "", world.ben, opinions=True)


def test_an_older_text_is_marked(world: World, programme: Programme) -> None:
    paper = act(sent(world, programme), "returned", promoter(world), june(12), opinion="改")
    content = {**paper.content, "sections": {**paper.content["sections"], "goal": "新目标"}}
    change_dossier(paper, content=content, by=world.ben, now=june(15))
    paper = send_dossier(again(paper), by=world.ben, now=june(15))

    assert "（第1稿，已由后稿代替）" in told(paper, "1", world.ana)
    assert "新目标" not in told(paper, "1", world.ana)
    assert "（报送稿）" in told(paper, "2", world.ana)


@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_the_same_text_gives_the_same_bytes(world: World, programme: Programme, kind: str) -> None:
    paper = approved(world, programme)

    first = file_of(print_of(paper, "1", by=world.ana, opinions=True), kind)
    second = file_of(print_of(again(paper), "1", by=world.ben, opinions=True), kind)

    assert first == second


def test_hostile_words_are_printed_as_words(world: World, programme: Programme) -> None:
    paper = draft(world, programme)
    hostile = '=cmd|"/c calc"!A0\n#include "x"\n*粗* _x_ $1$ \\input{/etc/passwd}\n\u202e反\u200b向'
    long = "长" * 20_000
    sections = {**paper.content["sections"], "goal": hostile, "milestones": long}
    paper = change_dossier(
        paper, content={**paper.content, "sections": sections}, by=world.ben, now=JUNE
    )
    copy = print_of(paper, "draft", by=world.ben)

    shown, in_word = pdf_words(file_of(copy, "pdf")[1]), docx_words(file_of(copy, "docx")[1])

    for text in (shown, in_word):
        assert words('=cmd|"/c calc"!A0') in text
        assert words('#include "x"*粗*_x_$1$\\input{/etc/passwd}反向') in text
        assert long in text
    assert "\u202e" not in in_word


def get(client: Client, world: World, name: str, paper: Dossier, query: str = "") -> Any:
    return client.get(at(name, world, paper.pk) + query)


def test_the_page_offers_both_files(world: World, programme: Programme, sign_in: Any) -> None:
    paper = approved(world, programme)
    client = sign_in(world.ana)

    page = text_of(client.get(at("dossier_detail", world, paper.pk)))
    word = get(client, world, "dossier_docx", paper)
    pdf = get(client, world, "dossier_pdf", paper, "?opinions=1")

    assert at("dossier_pdf", world, paper.pk) in page
    assert Document(BytesIO(word.content)).paragraphs[0].text == paper.title
    assert "同意实施" in pdf_words(pdf.content)
    assert word["X-Content-Type-Options"] == "nosniff"
    assert word["Content-Disposition"].startswith("attachment; filename*=utf-8''")


def test_a_draft_is_printed_for_its_writers_only(
    world: World, programme: Programme, sign_in: Any
) -> None:
    paper = draft(world, programme)

    assert get(sign_in(world.ben), world, "dossier_pdf", paper, "?text=draft").status_code == 200
    name = get(sign_in(world.ben), world, "dossier_docx", paper)["Content-Disposition"]
    assert "%E8%8D%89%E7%A8%BF_" in name
    assert get(sign_in(world.ana), world, "dossier_pdf", paper, "?text=draft").status_code == 404
    unsent = get(sign_in(world.lena), world, "dossier_pdf", paper)
    assert unsent.status_code == 409
    assert "It is still being written" in text_of(unsent)
    assert get(sign_in(world.ana), world, "dossier_pdf", paper).status_code == 404
    assert get(sign_in(world.sis), world, "dossier_pdf", paper).status_code == 404


@pytest.mark.parametrize(("asked", "status"), [("7", 404), ("0", 404), ("x", 422), ("99999999999", 422), ("²", 422)])  # fmt: skip
def test_a_text_that_is_not_there_is_not_printed(
    world: World, programme: Programme, sign_in: Any, asked: str, status: int
) -> None:
    paper = sent(world, programme)

    answer = get(sign_in(world.ana), world, "dossier_pdf", paper, f"?text={asked}")

    assert answer.status_code == status


def test_clients_get_the_same_files(world: World, programme: Programme, sign_in: Any) -> None:
    paper = approved(world, programme)
    client = sign_in(world.ana)
    place = f"/t/{world.tenant.slug}/api/v1/dossiers/{paper.pk}"

    pdf = client.get(f"{place}/pdf/?opinions=1", headers={"Accept": "application/pdf"})
    word = client.get(f"{place}/docx/?text=1")
    hidden = client.get(f"{place}/docx/?text=draft")

    assert (pdf.status_code, pdf["Content-Type"]) == (200, "application/pdf")
    assert pdf.content == file_of(print_of(paper, "1", by=world.ana, opinions=True), "pdf")[1]
    assert Document(BytesIO(word.content)).paragraphs[0].text == paper.title
    assert (hidden.status_code, hidden["Content-Type"]) == (404, "application/problem+json")


def test_numbers_and_days_read_as_a_clerk_writes_them() -> None:
    assert [counted(n) for n in (1, 9, 10, 11, 19, 20, 21)] == ["一", "九", "十", "十一", "十九", "二十", "二十一"]  # fmt: skip
    days = [beijing(12, 3).date(), beijing(12, 31).date()]
    assert span_words(days[0], days[0]) == "2026年12月3日"
    assert span_words(*days) == "2026年12月3日—31日"
    assert span_words(days[0], days[1].replace(year=2027)) == "2026年12月3日—2027年12月31日"
    assert span_words(days[0].replace(month=8), days[1]) == "2026年8月3日—12月31日"
