"""Whatever is written in a paper stands in the PDF, in the Word file and in the text, and as written."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from actionlearning.foundation.documents.official import (
    Annex,
    Attachments,
    Circulation,
    EditorsNote,
    Heading,
    Masthead,
    Paper,
    Paragraph,
    Recipient,
    Signature,
    Source,
    Table,
    Tail,
    Title,
    docx,
    missing,
    pages,
    paragraphs,
    pdf,
    plain_text,
)
from actionlearning.foundation.errors import BadInput
from tests.foundation.documents.papers import (
    BRIEFING,
    DATED,
    LETTER,
    docx_words,
    lines_of,
    missing_glyphs,
    pdf_words,
    plain,
    read_pdf,
    words,
)

MARKUP = [
    "#", "$", "*", "_", "`", "~", "\\", '"', "'", "@", "<", ">", "[", "]", "{", "}", "(", ")", "=", "-",
    "--", "---", "...", "/", "//", "/*", "*/", "&", "&amp;", "<w:t>", "]]>", "%", "+", "fi", "ffl", " ",
    "#panic()", "#let x = 1", '#read("paper.typ")', "$x^2$", "*粗*", "= 标题", "- 项", "+ 项", "<标签>",
    "\\u{41}", "https://example.org/?a=1&b=2", "\t", "\n", "\r\n", "\x00", "\x07", "\x1b[31m", "\u200b",
    "\u202e", "\ufeff", "\ufffe", "\ud800", "\u00a0", "\u3000", "“", "”", "——", "……", "·", "〔", "〕",
]  # fmt: skip
CHINESE = "一乙二十丁厂七藤县濛江镇埌南埇硍菉学习简报第期，。、；：？！（）《》臺灣關於層級"
TEXTS = st.lists(
    st.sampled_from(MARKUP)
    | st.text(CHINESE, max_size=12)
    | st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=60),
    max_size=12,
).map("".join)


@pytest.mark.parametrize("paper", [BRIEFING, LETTER], ids=["briefing", "letter"])
def test_every_form_of_a_paper_has_the_same_words_in_the_same_order(paper):
    expected = words(plain_text(paper))

    assert pdf_words(pdf(paper)) == expected
    assert docx_words(docx(paper)) == expected


def test_plain_text_reads_from_the_head_to_the_tail():
    lines = plain_text(BRIEFING).splitlines()

    assert lines[:5] == [
        "内部资料，注意保存",
        "中共藤县县委组织部",
        "行动学习简报",
        "第7期（总第31期）",
        "藤县行动学习办公室\t2026年7月28日",
    ]
    assert lines[-5:] == [
        "报：县委、县人大常委会、县政府、县政协主要领导，市行动学习办公室。",
        "送：县委各部委办局，县直各单位。",
        "发：各乡镇党委。",
        "共印80份",
        "藤县行动学习办公室\t2026年7月28日印发",
    ]


@settings(
    max_examples=60,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking sets thousands of papers
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.lists(TEXTS, min_size=3, max_size=3))
def test_no_text_is_markup(texts):
    first, second, third = texts
    paper = plain(
        Title((first, second), byline=third),
        Paragraph(second, lead=first),
        EditorsNote((third, first), label=second),
        Table((second[:40], "乙"), ((first[:60], third[:60]),), caption=third),  # on one page
        Heading(third, 2),
        Source(first),
        head=Masthead(
            first[:60],
            body=second[:60],
            issue=third,
            unit=first[:40],
            dated=second[:20],
            note=third,
        ),
        tail=Tail((Circulation("报", (second, third)),), copies=third, printer=second),
    )
    expected = words(plain_text(paper))

    assert pdf_words(pdf(paper)) == expected
    assert docx_words(docx(paper)) == expected


@pytest.mark.parametrize("text", MARKUP, ids=repr)
def test_hostile_text_stays_what_it_is_in_every_place(text):
    hostile = f"前{text}后"
    paper = Paper(
        title=hostile,
        dated=DATED,
        author=hostile,
        blocks=(
            Title((hostile,)),
            Recipient(hostile),
            Paragraph(hostile),
            Attachments((hostile, hostile)),
            Signature(hostile, hostile),
            Annex(hostile, hostile),
        ),
    )
    expected = words(plain_text(paper))

    assert expected.count("前") == expected.count("后") == 9
    assert pdf_words(pdf(paper)) == expected
    assert docx_words(docx(paper)) == expected


def test_invisible_characters_and_line_ends_are_dropped():
    paper = plain(Paragraph(" 甲\u202e乙\x00\n丙\u3000丁\t\t戊\ufffe "))

    assert plain_text(paper) == "甲乙 丙\u3000丁 戊\n"


def test_paragraphs_are_the_lines_that_say_something():
    assert paragraphs("\u3000\u3000甲\r\n\r\n \n乙\n") == (Paragraph("甲"), Paragraph("乙"))


def test_elements_without_words_are_left_out():
    paper = plain(Paragraph(""), Heading(" "), Signature("", ""), tail=Tail())

    assert plain_text(paper) == ""
    assert pdf_words(pdf(paper)) == docx_words(docx(paper)) == ""


def test_colons_and_full_stops_are_added_once():
    tail = Tail((Circulation("报：", ("县委。",)), Circulation("送", ("县直各单位", ""))))
    paper = plain(Recipient("各乡镇："), Recipient("各单位"), tail=tail)

    assert plain_text(paper).splitlines() == [
        "各乡镇：",
        "各单位：",
        "报：县委。",
        "送：县直各单位。",
    ]


@pytest.mark.parametrize(
    "text", ["藤县濛江镇、埌南镇", "埇埌濛硍菉", "臺灣、貴州、關於、學習、組織、層級"]
)
def test_rare_and_traditional_characters_are_drawn_in_every_face(text):
    paper = plain(
        Title((text,), byline=text),
        Heading(text, 1),
        Heading(text, 2),
        EditorsNote((text,), label=text),
        Paragraph(text, lead=text),
        Table((text,), ((text,),)),
        head=Masthead(text, body=text, issue=text),
        tail=Tail((Circulation(text, (text,)),)),
    )

    assert missing_glyphs(pdf(paper)) == 0
    assert missing(text) == ""


def test_a_character_of_no_font_is_found_before_and_in_the_file():
    """The control of the test above; both ways of looking must see the same."""
    text = "学😀习𪛖😀"

    assert missing(text) == "😀𪛖"
    assert missing_glyphs(pdf(plain(Paragraph(text)))) == 3


def test_a_paper_too_long_to_set_is_refused():
    for paper in (plain(Paragraph("学" * 200_001)), plain(*[Paragraph("学")] * 10_001)):
        for made in (pdf, pages, docx, plain_text):
            with pytest.raises(BadInput, match="Split it") as refused:
                made(paper)
            assert refused.value.code == "paper_too_long"


@pytest.mark.parametrize("where", ["cell", "tail", "note", "head"])
def test_very_long_texts_go_on_over_the_page(where):
    text = "".join(f"第{n}句话。" for n in range(250))
    paper = {
        "cell": plain(Table(("甲", "乙"), (("一", text), ("二", text)))),
        "tail": plain(Paragraph("正文。"), tail=Tail((Circulation("报", (text,)),))),
        "note": plain(EditorsNote((text, text)), Paragraph("正文。")),
        "head": plain(Title((text[:300],)), Heading(text[:300]), Paragraph(text)),
    }[where]
    found = pdf(paper)

    assert docx_words(docx(paper)) == words(plain_text(paper))
    read = pdf_words(found)
    assert all(f"第{n}句话" in read for n in range(250))
    assert max(line.row for page in read_pdf(found).pages for line in lines_of(page)) < 22.5


def test_a_row_with_a_cell_too_few_is_an_error():
    with pytest.raises(ValueError, match="as many cells"):
        pdf(plain(Table(("甲", "乙"), (("一",),))))
