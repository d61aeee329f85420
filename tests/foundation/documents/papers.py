"""Papers to set, and what a reader finds in the files made of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

from docx import Document
from docx.oxml.ns import qn
from pypdf import PdfReader
from pypdf.generic import ContentStream

from actionlearning.foundation.documents.official import (
    Annex,
    Attachments,
    Block,
    Circulation,
    EditorsNote,
    Heading,
    Letterhead,
    Masthead,
    Paper,
    Paragraph,
    Recipient,
    Signature,
    Source,
    Table,
    Tail,
    Title,
)
from actionlearning.foundation.documents.official.measures import MM, PITCH_PT

DATED = date(2026, 7, 28)
STORY = (
    "藤县濛江镇、埌南镇围绕群众反映强烈的“办事难、办事慢”问题，组织12个行动学习小组开展调研，走访农户346户，"
    "召开院坝会28场，梳理问题57条，逐条明确责任领导和完成时限，目前已办结49条，其余8条正在推进。"
)
TAIL = Tail(
    groups=(
        Circulation("报", ("县委、县人大常委会、县政府、县政协主要领导", "市行动学习办公室")),
        Circulation("送", ("县委各部委办局", "县直各单位")),
        Circulation("发", ("各乡镇党委",)),
    ),
    copies="共印80份",
    printer="藤县行动学习办公室",
    printed="2026年7月28日印发",
)
BRIEFING = Paper(
    title="行动学习简报第7期",
    dated=DATED,
    author="藤县行动学习办公室",
    head=Masthead(
        "行动学习简报",
        body="中共藤县县委组织部",
        issue="第7期（总第31期）",
        unit="藤县行动学习办公室",
        dated="2026年7月28日",
        note="内部资料，注意保存",
    ),
    blocks=(
        EditorsNote(
            ("县民政局把行动学习同中心工作结合起来，做法实、见效快。现予刊发，供学习借鉴。",)
        ),
        Title(("县民政局：以行动学习破解", "“一老一小”服务难题")),
        Paragraph(STORY),
        Heading("一、坚持问题导向，选准课题"),
        Paragraph(STORY, lead="（一）深入一线听民声。"),
        Paragraph(STORY, lead="（二）集中研讨定课题。"),
        Heading("二、坚持知行合一，务求实效"),
        Heading("（一）建立“三单一图”推进机制", 2),
        Paragraph(STORY),
        Heading("1. 清单管理", 3),
        Paragraph(STORY),
        Source("（县民政局供稿）"),
        Title(("埌南镇：行动学习进村屯",), byline="埌南镇党委"),
        Paragraph(STORY),
        Table(
            ("单位", "小组数", "开展活动（次）", "备注"),
            (
                ("藤县濛江镇", "4", "28", "含埇口、埌心两村"),
                ("埌南镇", "3", "1,019", ""),
                ("县民政局", "3", "46", "课题组由党组书记任组长，下设3个工作专班，每周碰头一次"),
            ),
            caption="7月份行动学习开展情况",
        ),
        *(Paragraph(STORY) for _ in range(6)),
        Source("（埌南镇供稿）"),
    ),
    tail=TAIL,
)
LETTER = Paper(
    title="关于开展行动学习课题结项工作的通知",
    dated=date(2026, 11, 2),
    head=Letterhead(
        "藤县行动学习领导小组办公室文件", number="藤行学办〔2026〕12号", notes=("000012", "特急")
    ),
    blocks=(
        Title(("关于开展2026年度行动学习课题", "结项工作的通知")),
        Recipient("各乡镇党委，县直各单位"),
        Paragraph(STORY),
        Attachments(
            ("结项申请表", "结项材料清单及报送要求，其中附有填写说明、样表和常见问题解答，请先阅读")
        ),
        Signature("藤县行动学习领导小组办公室", "2026年11月2日"),
        Annex("附件1", "2026年度行动学习课题结项申请表"),
        Table(("序号", "课题", "负责人"), (("1", "濛江镇农村养老服务", "李　四"),)),
    ),
    tail=Tail((Circulation("抄送", ("县委办公室", "县政府办公室")),), printer="藤县行动学习办公室"),
)


def plain(*blocks: Block, **parts: Any) -> Paper:
    return Paper(title="公文", dated=DATED, blocks=blocks, **parts)


def words(text: str) -> str:
    """A text without spaces and line ends, which every form of a paper has of its own."""
    return "".join(text.split())


@dataclass(frozen=True)
class Line:
    """Text in one run; `x_mm` and `row` (lines of the grid, the baselines') from the type area's corner."""

    text: str
    size: float
    x_mm: float
    row: float


def read_pdf(content: bytes) -> PdfReader:
    return PdfReader(BytesIO(content))


def pdf_words(content: bytes) -> str:
    """The words of all pages without the page numbers, each of which must be there."""
    found = []
    for number, page in enumerate(read_pdf(content).pages, start=1):
        text = words(page.extract_text())
        mark = f"—{number}—"
        assert text.endswith(mark)
        found.append(text.removesuffix(mark))
    return "".join(found)


def docx_words(content: bytes) -> str:
    body = Document(BytesIO(content)).element.body
    return words("".join(node.text for node in body.iter(qn("w:t"))))


def lines_of(page: Any) -> list[Line]:
    found: list[Line] = []

    def note(text: str, cm: list[float], tm: list[float], font: Any, size: float) -> None:
        if text.strip():
            x, y = tm[4] * cm[0] + cm[4], tm[5] * cm[3] + cm[5]
            row = ((297 - 37) * MM - y - 0.88 * 16) / PITCH_PT
            found.append(Line(text.strip(), size, round(x / MM - 28, 2), round(row, 3)))

    page.extract_text(visitor_text=note)
    return found


def rules_of(page: Any) -> list[tuple[float, float, float]]:
    """(mm from the page's upper edge, length in mm, thickness in pt) of every level line drawn alone."""
    found, height, thick, start = [], 0.0, 0.0, 0.0
    for operands, operator in _operations(page):
        if operator == b"cm":
            height = float(operands[5])
        elif operator == b"w":
            thick = float(operands[0])
        elif operator == b"m":
            start = float(operands[0])
        elif operator == b"l":
            length = (float(operands[0]) - start) / MM
            found.append((round(297 - height / MM, 2), round(length, 2), round(thick, 2)))
    return found


def missing_glyphs(content: bytes) -> int:
    """How many characters of a PDF are drawn as the empty box, glyph 0, which every font has."""
    return sum(
        code == b"\0\0"
        for page in read_pdf(content).pages
        for operands, operator in _operations(page)
        if operator in {b"Tj", b"TJ"}
        for string in _strings(operands[0])
        for code in (string[n : n + 2] for n in range(0, len(string), 2))
    )


def _strings(operand: Any) -> Iterator[bytes]:
    for each in operand if isinstance(operand, list) else [operand]:
        if hasattr(each, "original_bytes"):
            yield each.original_bytes
        elif isinstance(each, bytes):
            yield each


def _operations(page: Any) -> Any:
    return ContentStream(page.get_contents(), page.pdf).operations
