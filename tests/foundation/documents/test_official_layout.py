"""GB/T 9704 measured in the finished PDF: type area, grid, masthead, tail, page numbers, faces."""

from pathlib import Path
from shutil import copy

import pylopdf_fonts_zh_cn as free_fonts
import pytest
from django.conf import settings

from actionlearning.foundation.documents.official import (
    Annex,
    Attachments,
    Heading,
    Masthead,
    Paragraph,
    Signature,
    Source,
    Table,
    Title,
    measures,
    pages,
    pdf,
    typesetting,
)
from tests.foundation.documents.papers import (
    BRIEFING,
    LETTER,
    STORY,
    TAIL,
    lines_of,
    plain,
    read_pdf,
    rules_of,
)

ONE_CHARACTER = 156 / 28


def body_of(page):
    """Lines without the page number, by their text."""
    return {line.text: line for line in lines_of(page)[:-1]}


def pages_of(paper):
    return read_pdf(pdf(paper)).pages


def test_the_page_is_a4():
    for page in pages_of(BRIEFING):
        assert [round(float(side) / measures.MM, 1) for side in page.mediabox] == [0, 0, 210, 297]


def test_a_full_page_has_22_lines_of_28_characters():
    first, second, third = pages_of(plain(Paragraph("学" * (28 * 22 * 2 + 7))))

    lines = lines_of(first)[:-1] + lines_of(second)[:-1]
    assert [len(line.text) for line in lines] == [26] + [28] * 43
    assert [line.row for line in lines] == [*range(22), *range(22)]
    assert {line.size for line in lines} == {16}
    assert len(lines_of(third)[0].text) == 9


def test_lines_fill_the_type_area_from_edge_to_edge():
    lines = lines_of(pages_of(plain(Paragraph("学" * 100)))[0])

    assert lines[0].x_mm == pytest.approx(2 * ONE_CHARACTER, abs=0.01)
    assert lines[1].x_mm == 0
    assert measures.LEFT_MM + measures.TYPE_WIDTH_MM + measures.RIGHT_MM == measures.PAGE_WIDTH_MM
    assert pytest.approx(156 * measures.MM) == 28 * measures.CHARACTER_PT


def test_everything_after_the_masthead_stands_on_the_grid():
    for page in pages_of(BRIEFING):
        rows = [line.row for line in lines_of(page) if line.size in {16, 22}]
        sheet = [line.row for line in lines_of(page) if line.size == 14]
        assert [row for row in rows if row != round(row)] == []
        assert all(0 <= row <= 22.5 for row in [*rows, *sheet])


@pytest.mark.parametrize("rows", [1, 2, 7, 40])
def test_the_text_behind_a_table_is_on_the_grid_again(rows):
    cells = tuple((f"第{n}行", "说明" * (n * 7 % 30)) for n in range(rows))
    paper = plain(Paragraph(STORY), Table(("单位", "情况"), cells), Paragraph("表后文字。"))

    last = pages_of(paper)[-1]
    row = body_of(last)["表后文字。"].row
    assert row == round(row)


def test_the_head_of_a_table_is_on_every_page():
    paper = plain(Table(("单位", "情况"), tuple((f"第{n}行", "说明") for n in range(50))))

    found = pages_of(paper)
    assert len(found) == 3
    assert all(list(body_of(page))[:2] == ["单位", "情况"] for page in found)


def test_masthead():
    page = pages_of(BRIEFING)[0]
    found = body_of(page)

    assert found["内部资料，注意保存"].x_mm == 0
    assert found["内部资料，注意保存"].row == 0
    name = found["行 动 学 习 简 报"]
    assert name.size == 54
    assert name.row < found["第7期（总第31期）"].row == 5
    assert found["藤县行动学习办公室"].row == found["2026年7月28日"].row == 6
    # The red rule: as wide as the type area, on the first third of the page.
    (from_top, length, thick), *_ = rules_of(page)
    assert (length, thick) == (156, 1.2)
    assert from_top == pytest.approx(37 + 6 * 225 / 22 + 16 / measures.MM + 4, abs=0.02)


def test_the_name_of_a_periodical_is_red_and_nothing_below_the_rule_is():
    content = pages_of(BRIEFING)[0].get_contents().get_data()

    red = b"0.84313726 0 0.05882353 scn"
    assert content.count(red) == 2
    assert content.index(red) < content.rindex(red) < content.index(b" l\nS")


@pytest.mark.parametrize("count", [2, 6, 10, 16, 22])
def test_a_long_name_gets_smaller_and_stays_on_its_line(count):
    page = pages_of(plain(Paragraph("甲"), head=Masthead("简" * count, issue="第1期")))[0]

    names = [line for line in lines_of(page) if "简" in line.text]
    assert len(names) == 1
    assert 0 <= names[0].x_mm <= 78
    assert body_of(page)["第1期"].row == 5


def test_the_title_is_two_lines_below_the_rule():
    found = body_of(pages_of(LETTER)[0])

    assert found["藤行学办〔2026〕12号"].row == 7
    assert [found["关于开展2026年度行动学习课题"].row, found["结项工作的通知"].row] == [10, 11]
    assert found["关于开展2026年度行动学习课题"].size == 22
    assert found["各乡镇党委，县直各单位："].row == 13
    assert found["各乡镇党委，县直各单位："].x_mm == 0


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("藤县行动学习通报", ["藤县行动学习通报"]),
        (
            "关于表扬2026年上半年行动学习先进单位的通报",
            ["关于表扬2026年上半年", "行动学习先进单位的通报"],
        ),
        (
            "藤县民政局关于报送“一老一小”服务难题行动学习课题结项材料的报告",
            ["藤县民政局关于报送“一老一小”", "服务难题行动学习课题结项材料的报告"],
        ),
    ],
)
def test_a_long_title_is_divided_evenly(title, lines):
    found = lines_of(pages_of(plain(Title((title,))))[0])[:-1]

    assert [line.text for line in found] == lines
    assert {line.size for line in found} == {22}


def test_the_mark_of_a_letter_is_35_mm_below_the_type_area():
    page = pages_of(LETTER)[0]
    mark = body_of(page)["藤县行动学习领导小组办公室文件"]

    top_mm = mark.row * 225 / 22 + (0.88 * 16 - 0.88 * mark.size) / measures.MM
    assert top_mm == pytest.approx(35, abs=0.01)
    assert rules_of(page)[0][1:] == (156, 1.2)


def test_levels_have_their_faces():
    paper = plain(*(Heading(f"级别{level}", level) for level in (1, 2, 3, 4)), Paragraph("正文"))

    faces = {}

    def note(text, _cm, _tm, font, _size):
        if text.strip():
            faces[text.strip()] = font["/BaseFont"].split("+")[1]

    pages_of(paper)[0].extract_text(visitor_text=note)
    serif, sans = "NotoSerifSC-Regular-Identity-H", "NotoSansSC-Regular-Identity-H"
    assert faces == {
        "级别1": sans, "级别2": serif, "级别3": serif, "级别4": serif, "正文": serif, "— 1 —": serif,
    }  # fmt: skip


def test_own_fonts_come_before_the_free_ones(tmp_path, monkeypatch):
    """The office's folder holds a Fangsong: here the free Hei under the Fangsong's name."""
    there = Path(free_fonts.sans_path())
    own = Path(copy(there, tmp_path / "own.otf"))
    names = "Noto Sans SC".encode("utf-16-be"), "FandolFang R".encode("utf-16-be")
    own.write_bytes(own.read_bytes().replace(*names))
    monkeypatch.setattr(settings, "AL_FONT_DIR", str(tmp_path))

    page = pages_of(plain(Paragraph("正文")))[0]

    faces = {font["/BaseFont"].split("+")[1] for font in page["/Resources"]["/Font"].values()}
    assert faces == {"NotoSansSC-Regular-Identity-H", "NotoSerifSC-Regular-Identity-H"}


def test_page_numbers_are_outside_and_below_the_type_area():
    for number, page in enumerate(pages_of(BRIEFING), start=1):
        mark = lines_of(page)[-1]
        assert (mark.text, mark.size) == (f"— {number} —", 14)
        below_mm = mark.row * 225 / 22 + (0.88 * 16 - 0.38 * 14) / measures.MM - 225
        assert below_mm == pytest.approx(7, abs=0.01)
        if number % 2:
            assert mark.x_mm > 130
        else:
            assert mark.x_mm == pytest.approx(14 / measures.MM, abs=0.01)


def test_the_tail_closes_the_last_page():
    *before, last = pages_of(BRIEFING)

    rules = [rule for rule in rules_of(last) if rule[1] == 156]
    assert rules[-1][0] == pytest.approx(297 - 35)
    # 0.35 mm outside, 0.25 mm inside.
    assert [rule[2] for rule in rules] == [0.99, 0.71, 0.99]
    tail = [line for line in lines_of(last) if line.row > 17]
    assert tail[0].text == "报："
    assert {line.size for line in tail} == {14}
    assert all("报：" not in page.extract_text() for page in before)


def test_a_group_of_the_tail_goes_on_behind_its_colon():
    last = pages_of(BRIEFING)[-1]
    found = body_of(last)

    first = found["县委、县人大常委会、县政府、县政协主要领导，市行动学习办"]
    assert found["公室。"].x_mm == first.x_mm == pytest.approx(3 * 14 / measures.MM, abs=0.01)


@pytest.mark.parametrize("count", range(12, 24))
def test_no_page_holds_a_signature_or_a_tail_without_text(count):
    story = [Paragraph(f"第{n}段的文字。") for n in range(count)]
    signed = plain(*story, Signature("藤县行动学习办公室", "2026年7月28日"), tail=TAIL)

    for paper in (signed, plain(*story, tail=TAIL)):
        last = pages_of(paper)[-1]
        assert lines_of(last)[0].text.startswith("第")
        assert lines_of(last)[0].row == 0


def test_a_table_before_a_signature_leaves_no_blank_page_behind():
    rows = tuple((str(n), "内容") for n in range(1, 13))
    blocks = (
        [Paragraph("段。")] * 12,
        Table(("序号", "工作"), rows),
        Signature("民政局", "2026年6月1日"),
    )
    first, second = pages_of(plain(*blocks[0], *blocks[1:]))

    assert "序号" in {line.text for line in lines_of(first)}
    assert lines_of(second)[-2].text == "2026年6月1日"


def test_a_source_never_opens_a_page():
    for count in range(19, 24):
        story = [Paragraph("文字。") for _ in range(count)]
        found = pages_of(plain(*story, Paragraph("末段。"), Source("（县民政局供稿）")))
        assert all(lines_of(page)[0].text != "（县民政局供稿）" for page in found)


def test_signature_without_seal():
    page = pages_of(plain(Signature("藤县行动学习办公室", "2026年7月28日")))[0]
    name, dated = lines_of(page)[:2]

    assert name.x_mm == pytest.approx((28 - 2 - 9) * ONE_CHARACTER, abs=0.01)
    assert dated.x_mm - name.x_mm == pytest.approx(2 * ONE_CHARACTER, abs=0.01)
    assert dated.row == name.row + 1


def test_signature_shorter_than_its_date():
    page = pages_of(plain(Signature("县委办", "2026年12月28日")))[0]
    name, dated = lines_of(page)[:2]

    wide = measures.characters_wide("2026年12月28日")
    assert dated.x_mm == pytest.approx((28 - 2 - wide) * ONE_CHARACTER, abs=0.01)
    assert dated.x_mm - name.x_mm == pytest.approx(2 * ONE_CHARACTER, abs=0.01)


def test_signature_with_seal():
    places = measures.signature_places("藤县民政局", "2026年7月28日", sealed=True)

    # The date, 6.5 characters, ends four from the right; the name of five stands over its middle.
    assert places == (18.25, 17.5)
    page = pages_of(plain(Signature("藤县民政局", "2026年7月28日", sealed=True)))[0]
    name, dated = lines_of(page)[:2]
    assert (name.x_mm, dated.x_mm) == pytest.approx(
        (18.25 * ONE_CHARACTER, 17.5 * ONE_CHARACTER), abs=0.01
    )


def test_attachments_are_named_under_the_body_and_begin_a_page():
    first, second = pages_of(
        plain(Paragraph("正文"), Attachments(("甲表", "乙表")), Annex("附件1", "甲表"))
    )

    lines = {line.text: line for line in lines_of(first)}
    assert lines["附件："].row == 2
    assert lines["附件："].x_mm == pytest.approx(2 * ONE_CHARACTER, abs=0.01)
    assert lines["1. 甲表"].x_mm == lines["2. 乙表"].x_mm
    assert [(line.text, line.row) for line in lines_of(second)[:2]] == [("附件1", 0), ("甲表", 2)]


def test_a_heading_is_not_left_alone_at_the_foot():
    found = pages_of(plain(*[Paragraph("段。")] * 21, Heading("一、标题"), Paragraph(STORY)))

    assert [lines_of(page)[0].text for page in found] == ["段。", "一、标题"]


def test_a_title_on_a_new_page_begins_at_its_top():
    found = pages_of(
        plain(Title(("甲",)), *[Paragraph("段。")] * 20, Title(("乙",)), Paragraph("段。"))
    )

    assert (lines_of(found[1])[0].text, lines_of(found[1])[0].row) == ("乙", 0)


def test_an_address_without_gaps_stays_inside_the_margins():
    page = pages_of(plain(Paragraph("https://example.org/" + "a" * 200)))[0]

    assert len({line.row for line in lines_of(page)}) > 3
    assert max(line.x_mm for line in lines_of(page)) < 156


def test_pages_are_pictures_of_the_pdf():
    found = pages(BRIEFING, ppi=72)

    assert len(found) == len(pages_of(BRIEFING)) == 4
    assert all(page.startswith(b"\x89PNG") for page in found)
    assert int.from_bytes(found[0][16:20]) == 595


def test_the_template_says_nothing_itself():
    """No word of a paper is in the template: language and labels come with the data."""
    source = typesetting.TEMPLATE.read_text(encoding="utf-8")

    assert [c for c in source if "\u4e00" <= c <= "\u9fff"] == []
