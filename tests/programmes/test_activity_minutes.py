"""The minutes of an activity as Word and PDF: everything that was logged, whatever was typed."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from docx import Document

from actionlearning.foundation.documents.official import Drawing, docx, pdf, plain_text
from actionlearning.foundation.errors import BadInput, RuleBroken
from programmes.actions.activity_logs import team_on
from programmes.actions.next_steps import StepText
from programmes.actions.steps_done import finish_step
from programmes.documents.minutes import minutes_file, minutes_of
from programmes.models import Activity, Programme
from programmes.queries.next_steps import steps_of
from tests.foundation.documents.papers import docx_words, pdf_words, words
from tests.programmes.paper_screens import at
from tests.programmes.recorded import AFTER, CONTENTS, HELD, held, recorded, seminar
from tests.programmes.topics import submitted
from tests.world import World

HOSTILE = '=HYPERLINK("x")\x07\u202e#set page()\n<w:p>&amp; $\\frac{}$ ' + "长" * 300


@pytest.fixture
def project(world: World, programme: Programme) -> Any:
    return submitted(world, programme)


def whole(project: Any, world: World, **given: Any) -> Activity:
    owner = team_on(project, HELD)[0]
    steps = (
        StepText("入户核实名单", date(2026, 7, 31), owner=owner.pk),
        StepText("与教育局会商", date(2026, 8, 5), owner_name="教育局 林"),
    )
    facts = {"minutes": "通报情况。\n讨论办法。", "questions": "为什么慢？", "reflections": "准备不足",
             "guests": ("县教育局 林",), "methods": ("open_space", "fishbone"), "steps": steps}  # fmt: skip
    return held(project, world, **{**facts, **given})


def test_minutes_say_everything_in_its_order(project: Any, world: World) -> None:
    made = whole(project, world)
    for method in CONTENTS:
        recorded(made, world, method)
    finish_step(steps_of(made)[0], done=True, by=world.ben, now=AFTER)

    lines = plain_text(minutes_of(made)).splitlines()

    assert lines[:2] == ["七月研讨会", "（活动记录）"]
    assert "时间：2026年7月14日15:00—17:00" in lines
    assert {"地点：三楼会议室", "形式：座谈", f"课题：{project.title}"} <= set(lines)
    heads = [line for line in lines if line[1:2] == "、" and line[0] in "一二三四五六"]
    assert heads == ["一、参加人员", "二、研讨方法及记录", "三、提出的问题", "四、质疑与反思",
                     "五、会议内容", "六、下一步工作"]  # fmt: skip
    assert any(line.startswith("出席：") and "县教育局 林" in line for line in lines)
    assert {"（三）鱼骨图：为什么跟不上？", "（1）★编制少", "1.1 借调多"} <= set(lines)
    assert "1\t2\t统一台账\t4\t2" in lines
    assert any(line.startswith("1\t入户核实名单\t") and "已于" in line for line in lines)
    assert "2\t与教育局会商\t教育局 林\t2026年8月5日\t未完成" in lines
    assert f"记录人：{world.ben.display_name}" in lines


def test_what_was_not_said_takes_no_number(project: Any, world: World) -> None:
    text = plain_text(minutes_of(held(project, world)))
    assert "二、会议内容\n（未作记录。）" in text
    assert "下一步工作" not in text


def test_word_and_pdf_have_the_same_words_and_the_pdf_draws_the_fishbone(
    project: Any, world: World
) -> None:
    made = whole(project, world)
    recorded(made, world, "fishbone")
    paper = minutes_of(made)

    assert [block for block in paper.blocks if isinstance(block, Drawing)]
    assert docx_words(docx(paper)) == words(plain_text(paper))
    drawn = pdf(paper)
    assert drawn == pdf(paper)
    assert "编制少" in pdf_words(drawn)


def test_hostile_texts_do_not_break_it(project: Any, world: World) -> None:
    made = whole(project, world, minutes=HOSTILE * 20, questions=HOSTILE, reflections=HOSTILE)
    content = {"bones": [{"name": "<b>&\x01", "causes": "$x$ =1+1*\n- <!--"}] * 10}
    recorded(made, world, "fishbone", question="<svg>&#0;\x00\ufffe", content=content)
    recorded(made, world, "own", content={"comments": [{"text": "=cmd()\x08"}]})

    name, body = minutes_file(made, "docx")
    assert name == "七月研讨会 活动记录.docx"
    assert "#set page()" in "\n".join(each.text for each in Document(BytesIO(body)).paragraphs)
    assert minutes_file(made, "pdf")[1].startswith(b"%PDF")


def test_the_longest_records_still_make_one_paper(project: Any, world: World) -> None:
    made = whole(
        project, world, minutes="字" * 20_000, questions="字" * 5_000, reflections="字" * 5_000
    )
    long = {"comments": [{"text": "字" * 300}] * 38, "summary": "字" * 500}
    for _ in range(12):
        recorded(made, world, "own", content=long)
    assert minutes_file(made, "pdf")[1].startswith(b"%PDF")
    with pytest.raises(BadInput):
        recorded(made, world, "own", content={"comments": [{"text": "字" * 300}] * 41})


def test_there_are_none_before_it_was_held(project: Any, world: World, sign_in: Any) -> None:
    made = seminar(project, world)
    with pytest.raises(RuleBroken) as caught:
        minutes_of(made)
    assert caught.value.code == "not_logged"
    client = sign_in(world.ben)
    assert client.get(at("activity_minutes_pdf", world, made.pk)).status_code == 409


@pytest.mark.parametrize(
    ("who", "status"), [("ana", 200), ("ben", 200), ("sis", 404), ("kid", 404)]
)
def test_whoever_reads_the_activity_takes_its_minutes(
    project: Any, world: World, sign_in: Any, who: str, status: int
) -> None:
    made, client = whole(project, world), sign_in(getattr(world, who))
    place = f"/t/{world.tenant.slug}/api/v1/activities/{made.pk}/minutes/"
    for kind in ("pdf", "docx"):
        page = client.get(at(f"activity_minutes_{kind}", world, made.pk))
        twin = client.get(f"{place}{kind}/")
        assert (page.status_code, twin.status_code) == (status, status)
        if status == 200:
            assert page.content == twin.content
            assert "attachment" in page["Content-Disposition"]
