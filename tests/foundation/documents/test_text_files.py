"""Texts from elsewhere: what is read of an honest file, and that a hostile one is refused in words."""

from io import BytesIO

import pytest
from docx import Document

from actionlearning.foundation.documents.intake import FileRefused
from actionlearning.foundation.documents.text_files import REASONS, Block, Text, read_text
from tests.foundation.documents.word_files import hostile, of_lines, saved, with_raw

HOSTILE = hostile()


def read(content: bytes, name: str = "方案.docx") -> Text:
    return read_text(BytesIO(content), name)


def test_paragraphs_and_tables_come_in_the_order_of_the_page() -> None:
    document = Document()
    document.add_heading("一、总体目标", 1)
    document.add_paragraph("建成台账。")
    table = document.add_table(2, 2)
    for cell, text in zip(table._cells, ("时间", "内容", "8月3日", "研讨"), strict=True):
        cell.text = text
    document.add_paragraph("末段")

    assert read(saved(document)).blocks == (
        Block("一、总体目标", 1),
        Block("建成台账。"),
        Block(rows=(("时间", "内容"), ("8月3日", "研讨"))),
        Block("末段"),
    )


def test_a_tall_cell_counts_for_every_row_beside_it() -> None:
    document = Document()
    table = document.add_table(3, 2)
    table.cell(0, 0).merge(table.cell(1, 0)).text = "研讨"
    for row, text in enumerate("甲乙丙"):
        table.cell(row, 1).text = text

    assert read(saved(document)).blocks[0].rows == (("研讨", "甲"), ("研讨", "乙"), ("", "丙"))


def test_what_was_struck_out_or_hidden_is_not_read() -> None:
    xml = (
        "<w:p><w:r><w:t>留</w:t></w:r><w:del><w:r><w:delText>删</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>增</w:t></w:r></w:ins><w:r><w:rPr><w:vanish/></w:rPr><w:t>藏</w:t></w:r>"
        "<w:r><w:tab/><w:t>后</w:t><w:br/><w:t>次行</w:t></w:r></w:p>"
    )

    assert [each.text for each in read(with_raw(Document(), xml)).blocks] == ["留增 后", "次行"]


def test_a_text_box_and_a_control_are_read_too() -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>框内</w:t></w:r></w:p></w:txbxContent>"
    xml = f"<w:sdt><w:sdtContent><w:p><w:r><w:t>正文</w:t><w:pict>{box}</w:pict></w:r></w:p></w:sdtContent></w:sdt>"

    found = read(with_raw(Document(), xml))

    assert [each.text for each in found.blocks] == ["正文", "框内"]
    assert found.left == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_plain_text_in_every_encoding_of_an_office(encoding: str) -> None:
    found = read("一、总体目标\r\n\r\n建成台账。\u202e\r\n".encode(encoding), "方案.TXT")

    assert [each.text for each in found.blocks] == ["一、总体目标", "建成台账。"]


def test_a_file_from_nowhere_is_only_words() -> None:
    words = '=cmd|"/c calc"!A0'

    assert read(of_lines(words)).blocks == (Block(words),)


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_in_words(case: str) -> None:
    name, content, code = HOSTILE[case]

    with pytest.raises(FileRefused) as refused:
        read(content, name)

    assert (refused.value.code, refused.value.message) == (code, str(REASONS[code]))
