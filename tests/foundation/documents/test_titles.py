"""Long titles: words whole, never one character alone, no line shorter than both its neighbours."""

from io import BytesIO

import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st

from actionlearning.foundation.documents.official import docx, pdf
from actionlearning.foundation.documents.official.measures import characters_wide
from actionlearning.foundation.documents.official.paper import Title
from actionlearning.foundation.documents.official.title_words import word_ends
from actionlearning.foundation.documents.official.titles import balanced
from tests.foundation.documents.papers import lines_of, plain, read_pdf

TITLES = [
    ["农村留守老人关爱服务体系建设", "项目实施方案"],
    ["关于开展2026年度行动学习", "课题结项工作的通知"],
    ["藤县农村信用合作联社关于申请", "行动学习项目经费支持的请示"],
    ["象棋镇金鸡村乡村振兴示范点产业", "融合发展路径探索课题解决方案"],
    ["困境儿童主动发现机制和帮扶流程优化", "课题实施方案（修订稿）"],
    ["2025—2026年度全市机关干部", "行动学习培训班次安排情况的通报"],
    ["缩短不动产登记办理时限，", "提高窗口服务群众满意度", "项目行动小组人员名单"],
    [
        "中共藤县委组织部关于印发",
        "《中德合作广西行动学习项目第二期",
        "第一批行动学习实施方案》的通知",
    ],
    ["Improving services for elderly people", "left behind · Implementation plan"],
]
DOTTED = ("农村留守老人", "困境儿童", "缩短不动产")
"""Where the dot between topic and paper gave way to the break."""
WORDS = st.sampled_from(
    ["农村", "老人", "服务", "体系", "建设", "项目", "关于", "的", "、", "2026年", "藤", "通知"]
)


def whole(lines):
    if not lines[0].startswith(DOTTED):
        return (" " if lines[0].isascii() else "").join(lines)
    return "".join(lines[:-1]) + " · " + lines[-1]


@pytest.mark.parametrize("lines", TITLES, ids=lambda lines: lines[0])
def test_a_title_is_broken_where_a_reader_pauses(lines):
    assert balanced(whole(lines)) == lines


def test_words_of_one_s_own_list_end_together():
    assert word_ends("农村老人服务") == {2: True, 4: True}
    assert word_ends("2026年度通知") == {6: True}
    assert word_ends("鸳鸯项目") == {2: False}


def test_a_name_with_a_dot_in_it_stays_whole():
    said = "关于组织学习马克·吐温作品选读活动有关情况的通报"
    assert "".join(balanced(said)) == said
    assert any("马克·吐温" in line for line in balanced(said))


@given(st.lists(WORDS, min_size=12, max_size=40).map("".join))
def test_every_line_fits_and_nothing_is_lost(title):
    lines = balanced(title)
    assert "".join(lines) == title
    if len(title) > 200 or characters_wide(title) <= 20:
        return
    assert all(characters_wide(line) <= 20.2 for line in lines)
    assert all(characters_wide(line) > 1 for line in lines)


def test_pdf_and_word_break_it_alike():
    paper = plain(Title((whole(TITLES[0]),)))
    assert [line.text for line in lines_of(read_pdf(pdf(paper)).pages[0])][:2] == TITLES[0]
    written = [each.text for each in Document(BytesIO(docx(paper))).paragraphs]
    assert "\n".join(TITLES[0]) in written
