"""Same paper, same bytes; a Word file that Word, WPS and python-docx open with the official faces."""

import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from io import BytesIO
from zipfile import ZipFile

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm

from actionlearning.foundation.documents.official import (
    Heading,
    Masthead,
    Paragraph,
    Table,
    Title,
    docx,
    pages,
    pdf,
)
from tests.conventions.sources import ROOT
from tests.foundation.documents.papers import BRIEFING, DATED, LETTER, plain, read_pdf

PRINT_HASHES = """
import django, hashlib
django.setup()
from actionlearning.foundation.documents.official import docx, pages, pdf
from tests.foundation.documents.papers import BRIEFING
for content in (pdf(BRIEFING), docx(BRIEFING), *pages(BRIEFING)):
    print(hashlib.sha256(content).hexdigest())
"""
LOADED = """
import django, sys
django.setup()
import actionlearning.foundation.documents.official
print(sorted({"typst", "docx"} & set(sys.modules)))
"""


def in_a_fresh_process(program: str) -> str:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "actionlearning.settings"}
    answer = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**environment, "AL_SECRET_KEY": "x", "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    return answer.stdout


def opened(paper):
    return Document(BytesIO(docx(paper)))


def test_the_same_paper_gives_the_same_bytes_also_in_another_process():
    made = [pdf(BRIEFING), docx(BRIEFING), *pages(BRIEFING)]
    again = [pdf(BRIEFING), docx(BRIEFING), *pages(BRIEFING)]

    assert made == again
    hashes = [hashlib.sha256(content).hexdigest() for content in made]
    assert in_a_fresh_process(PRINT_HASHES).split() == hashes


def test_papers_are_set_side_by_side():
    papers = [replace(BRIEFING, title=f"第{n}期", author="甲") for n in range(8)]
    one_by_one = [pdf(paper) for paper in papers]

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(pdf, papers)) == one_by_one
    assert len(set(one_by_one)) == 8


def test_other_words_give_other_bytes():
    other = replace(BRIEFING, blocks=(*BRIEFING.blocks, Paragraph("补充一句。")))

    assert pdf(other) != pdf(BRIEFING)
    assert docx(other) != docx(BRIEFING)


def test_nothing_is_loaded_before_a_paper_is_made():
    assert in_a_fresh_process(LOADED).strip() == "[]"


def test_both_files_bear_the_date_of_the_paper():
    info = read_pdf(pdf(BRIEFING)).metadata
    properties = opened(BRIEFING).core_properties

    assert info.creation_date.date() == info.modification_date.date() == DATED
    assert properties.created.date() == properties.modified.date() == DATED
    assert info.title == properties.title == "行动学习简报第7期"
    assert info.author == properties.author == "藤县行动学习办公室"
    with ZipFile(BytesIO(docx(BRIEFING))) as parts:
        assert {entry.date_time for entry in parts.infolist()} == {(2026, 7, 28, 0, 0, 0)}


def test_a_paper_older_than_the_zip_format_can_be_packed():
    with ZipFile(BytesIO(docx(replace(BRIEFING, dated=date(1979, 3, 1))))) as parts:
        assert {entry.date_time[0] for entry in parts.infolist()} == {1980}


def test_the_pdf_carries_its_fonts_and_its_language():
    reader = read_pdf(pdf(BRIEFING))

    assert reader.trailer["/Root"]["/Lang"] == "zh-CN"
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            descriptor = font["/DescendantFonts"][0]["/FontDescriptor"]
            assert "/FontFile3" in descriptor or "/FontFile2" in descriptor
    assert [each.title for each in reader.outline if not isinstance(each, list)] == [
        "县民政局：以行动学习破解“一老一小”服务难题",
        "埌南镇：行动学习进村屯",
    ]


def test_word_pages_have_the_type_area_and_its_22_lines():
    section = opened(BRIEFING).sections[0]

    assert [round(side / Mm(1)) for side in (section.page_width, section.page_height)] == [210, 297]
    margins = section.top_margin, section.bottom_margin, section.left_margin, section.right_margin
    assert [round(side / Mm(1)) for side in margins] == [37, 35, 28, 26]
    grids = opened(BRIEFING).element.body.findall(f".//{qn('w:docGrid')}")
    assert [(grid.get(qn("w:type")), grid.get(qn("w:linePitch"))) for grid in grids] == [
        ("lines", "579")
    ]
    assert 22 * 579 / 20 <= 225 * 72 / 25.4 < 23 * 579 / 20


def paragraph_of(paper, text):
    found = [each for each in opened(paper).paragraphs if each.text == text]
    assert len(found) == 1
    return found[0]


def faces(paragraph):
    return [run._r.rPr.rFonts.get(qn("w:eastAsia")) for run in paragraph.runs]


def test_word_names_the_official_faces():
    paper = plain(
        Title(("标题",), byline="作者"),
        Heading("一、甲", 1),
        Heading("（一）乙", 2),
        Heading("1. 丙", 3),
        Paragraph("正文", lead="（二）丁。"),
        head=Masthead("简报"),
    )

    assert faces(paragraph_of(paper, "简报")) == faces(paragraph_of(paper, "标题"))
    assert faces(paragraph_of(paper, "标题")) == ["方正小标宋简体"]
    assert faces(paragraph_of(paper, "一、甲")) == ["黑体"]
    assert faces(paragraph_of(paper, "（一）乙")) == faces(paragraph_of(paper, "作者"))
    assert faces(paragraph_of(paper, "作者")) == ["楷体_GB2312"]
    assert faces(paragraph_of(paper, "1. 丙")) == ["仿宋_GB2312"]
    assert faces(paragraph_of(paper, "（二）丁。正文")) == ["楷体_GB2312", "仿宋_GB2312"]
    assert opened(paper).styles["Normal"].font.name == "仿宋_GB2312"


def test_word_indents_a_paragraph_by_characters():
    standing = paragraph_of(plain(Paragraph("正文")), "正文")._p.pPr

    assert standing.ind.get(qn("w:firstLineChars")) == "200"
    spacing = standing.find(qn("w:spacing"))
    assert (spacing.get(qn("w:line")), spacing.get(qn("w:lineRule"))) == ("579", "exact")


def test_word_numbers_odd_pages_right_and_even_pages_left():
    document = opened(BRIEFING)
    section = document.sections[0]

    assert document.settings.odd_and_even_pages_header_footer
    sides = [
        footer.paragraphs[0]._p.pPr.find(qn("w:jc")).get(qn("w:val"))
        for footer in (section.footer, section.even_page_footer)
    ]
    assert sides == ["right", "left"]
    assert section.footer.paragraphs[0].text == "— 1 —"
    assert "PAGE" in section.footer.paragraphs[0]._p.xml


def test_word_puts_the_tail_at_the_foot_of_the_last_page():
    tail = opened(BRIEFING).tables[-1]

    place = tail._tbl.tblPr.find(qn("w:tblpPr"))
    assert (place.get(qn("w:vertAnchor")), place.get(qn("w:tblpYSpec"))) == ("margin", "bottom")
    assert [row.cells[0].text.split("\n")[0][:3] for row in tail.rows] == ["报：县", "藤县行"]
    borders = {
        edge.tag.split("}")[1]: edge.get(qn("w:sz"))
        for edge in tail._tbl.tblPr.find(qn("w:tblBorders"))
    }
    assert borders == {"top": "8", "bottom": "8", "insideH": "6"}


def test_word_repeats_the_head_of_a_table():
    table = opened(plain(Table(("单位", "数"), (("甲", "1"), ("乙", "2"))))).tables[0]

    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["单位", "数"], ["甲", "1"], ["乙", "2"],
    ]  # fmt: skip
    heads = [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows]
    assert heads == [True, False, False]


@pytest.mark.parametrize("paper", [BRIEFING, LETTER], ids=["briefing", "letter"])
def test_word_headings_make_an_outline(paper):
    levels = opened(paper).element.body.findall(f".//{qn('w:outlineLvl')}")

    assert len(levels) >= 2
    assert levels[0].get(qn("w:val")) == "0"


def test_the_word_file_holds_no_program_and_no_leftover_of_a_template():
    with ZipFile(BytesIO(docx(BRIEFING))) as parts:
        names = parts.namelist()
        styles = parts.read("word/styles.xml").decode()

    assert not [name for name in names if "vba" in name or "thumbnail" in name]
    assert "Theme=" not in styles
    assert "python-docx" not in "".join(
        ZipFile(BytesIO(docx(BRIEFING))).read(name).decode("utf-8", "ignore") for name in names
    )
