"""A text from elsewhere beside the parts of a paper: every word of it is found again."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest

from actionlearning.foundation.documents.text_files import Block, read_text
from programmes.documents.days import span_in, years_of
from programmes.documents.matching import Line, Proposal, proposal_of
from programmes.documents.printing import file_of, print_of
from programmes.models import Programme
from programmes.papers import Paper, papers_of
from tests.foundation.documents.papers import words
from tests.programmes.papers_on_their_way import draft
from tests.world import World

YEARS = years_of(date(2026, 5, 1), date(2027, 3, 31))


@pytest.fixture
def papers(programme: Programme) -> dict[str, Paper]:
    return papers_of(programme.plans.get())


def matched(paper: Paper, *lines: Any) -> Proposal:
    blocks = [
        Block(line) if isinstance(line, str) else Block(rows=line) if isinstance(line, tuple) else line
        for line in lines
    ]  # fmt: skip
    return proposal_of(blocks, paper, YEARS)


@pytest.mark.parametrize(
    ("text", "first", "last", "rest"),
    [
        ("8月3日—8月10日 集中研讨", (2026, 8, 3), (2026, 8, 10), "集中研讨"),
        ("8月3日至10日，集中研讨", (2026, 8, 3), (2026, 8, 10), "集中研讨"),
        ("8月3-10日：研讨", (2026, 8, 3), (2026, 8, 10), "研讨"),
        ("2026-08-03 研讨", (2026, 8, 3), (2026, 8, 3), "研讨"),
        ("2026.8.3-2026.8.10研讨", (2026, 8, 3), (2026, 8, 10), "研讨"),
        ("研讨（2026年12月28日—1月5日）", (2026, 12, 28), (2027, 1, 5), "研讨"),
        ("2月上旬 总结", (2027, 2, 1), (2027, 2, 10), "总结"),
        ("9月—11月 试点", (2026, 9, 1), (2026, 11, 30), "试点"),
        ("2月下旬 总结", (2027, 2, 21), (2027, 2, 28), "总结"),
        ("1.8月3日 研讨", (2026, 8, 3), (2026, 8, 3), "1. 研讨"),
        ("6月份 动员", (2026, 6, 1), (2026, 6, 30), "动员"),
    ],
)
def test_days_as_offices_write_them(
    text: str, first: tuple[int, int, int], last: tuple[int, int, int], rest: str
) -> None:
    found = span_in(text, YEARS)

    assert found is not None
    assert (found.first, found.last) == (date(*first), date(*last))
    assert found.rest == rest


@pytest.mark.parametrize("text", ["研讨一次", "完成3.5万元", "2月30日 研讨", "8月10日—8月3日 反了", "2026年", ""])  # fmt: skip
def test_what_is_no_day_is_not_taken_for_one(text: str) -> None:
    assert span_in(text, YEARS) is None


def test_numbered_headings_open_the_plan_s_parts(papers: dict[str, Paper]) -> None:
    found = matched(
        papers["project_plan"],
        "关于孤儿救助的项目实施方案",
        "一、项目召集人",
        "韦局长",
        "二、牵 头 单 位：",
        "民政局",
        "三、工作目标",
        "（一）建成台账",
        "年底前完成。",
        "1. 覆盖五个乡镇",
        "四、经费预算",
        "两万元",
    )

    assert found.sections == {
        "convener": "韦局长",
        "lead_unit": "民政局",
        "goal": "（一）建成台账\n年底前完成。\n1. 覆盖五个乡镇",
    }
    assert found.unplaced == [("", "关于孤儿救助的项目实施方案"), ("四、经费预算", "两万元")]


def test_a_name_with_a_colon_opens_its_part_on_the_same_line(papers: dict[str, Paper]) -> None:
    found = matched(papers["project_plan"], "召集人：韦局长", "参与单位: 财政局、教育局", "各乡镇", "核心学员：十人")  # fmt: skip

    assert found.sections == {
        "convener": "韦局长",
        "participating_units": "财政局、教育局\n各乡镇",
        "core_learners": "十人",
    }


def test_headings_by_style_need_no_number(papers: dict[str, Paper]) -> None:
    found = matched(
        papers["project_plan"], Block("预期成果与成效", 1), "规程一份", Block("里程碑", 2), "七月摸底"
    )  # fmt: skip

    assert found.sections == {"expected_results": "规程一份", "milestones": "七月摸底"}


def test_a_sentence_that_holds_the_word_opens_nothing(papers: dict[str, Paper]) -> None:
    found = matched(papers["project_plan"], "一、总体目标", "抓落实见成效", "围绕目标任务推进")

    assert found.sections == {"goal": "抓落实见成效\n围绕目标任务推进"}


def test_lines_of_a_timetable_find_their_tracks(papers: dict[str, Paper]) -> None:
    found = matched(
        papers["project_plan"],
        "八、时间安排",
        "（一）培训",
        "7月13日—7月15日 方法班",
        "（二）其他",
        "8月3日—8月10日 集中研讨",
        "9月1日 五个乡镇试点",
        "10月8日 待定",
        "说明：遇雨顺延",
    )

    assert found.lines == [
        Line("training", "2026-07-13", "2026-07-15", "方法班"),
        Line("seminars", "2026-08-03", "2026-08-10", "集中研讨"),
        Line("implementation", "2026-09-01", "2026-09-01", "五个乡镇试点"),
        Line("", "2026-10-08", "2026-10-08", "待定"),
    ]


def test_a_table_is_a_timetable_in_any_order_of_columns(papers: dict[str, Paper]) -> None:
    found = matched(
        papers["project_plan"],
        (
            ("序号", "工作内容", "起", "止", "类别"),
            ("1", "入户摸底", "7月20日", "7月31日", "调研"),
            ("2", "方法班", "7月13日", "7月15日", "培训"),
            ("3", "待定事项", "", "", "培训"),
        ),
    )

    assert found.lines == [
        Line("research", "2026-07-20", "2026-07-31", "入户摸底"),
        Line("training", "2026-07-13", "2026-07-15", "方法班"),
    ]
    assert found.unplaced == [("", "3　待定事项　培训")]


def test_dates_inside_a_section_stay_its_text(papers: dict[str, Paper]) -> None:
    found = matched(papers["project_plan"], "六、里程碑", "7月15日完成摸底", "9月30日完成试点")

    assert found.sections == {"milestones": "7月15日完成摸底\n9月30日完成试点"}
    assert found.lines == []


def test_a_table_without_days_is_text_where_it_stands(papers: dict[str, Paper]) -> None:
    found = matched(papers["project_plan"], "四、核心学员", (("姓名", "职务"), ("张三", "科员")))

    assert found.sections == {"core_learners": "姓名　职务\n张三　科员"}


def test_a_regulation_is_one_text(papers: dict[str, Paper]) -> None:
    found = matched(papers["system_document"], "制度名称：学习制度", "第一章 总则", "每月一次。")

    assert found.sections["system"] == "学习制度\n第一章 总则\n每月一次。"
    found = matched(papers["system_document"], "学习制度", "第一章 总则", "每月一次。")
    assert found.sections == {"text": "学习制度\n第一章 总则\n每月一次。"}


def test_what_is_too_long_for_its_part_is_kept_aside(papers: dict[str, Paper]) -> None:
    found = matched(papers["project_plan"], "一、总体目标", *["长" * 9_000] * 3)

    assert found.sections == {}
    assert [(name, len(text)) for name, text in found.unplaced] == [("总体目标", 27_002)]


@pytest.mark.parametrize("kind", ["project_plan", "training_plan", "implementation_plan"])
def test_what_was_printed_is_read_back(world: World, programme: Programme, kind: str) -> None:
    paper = draft(world, programme, kind)
    name, content = file_of(print_of(paper, "draft", by=world.ben), "docx")

    text = read_text(BytesIO(content), name)
    unit = world.bureau.name
    found = proposal_of(text.blocks, papers_of(paper.plan)[kind], YEARS, sender=unit)

    assert found.sections == paper.content["sections"]
    assert [line.plain() for line in found.lines] == paper.content["tracks"]
    *title, (_none, signed) = found.unplaced
    printed = words("".join(name for name, _text in title))
    assert printed.replace("·", "") == words(paper.title).replace("·", "")  # or a new line
    assert title[-1][1].startswith("（草稿，未报送）\n报")
    assert signed == unit
