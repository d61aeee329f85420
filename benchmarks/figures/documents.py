"""A briefing of four pages beside a bare compile of the same source by the same typesetter."""

from collections.abc import Iterator
from datetime import date
from itertools import count
from pathlib import Path

import pylopdf_fonts_zh_cn as free_fonts
import typst

from actionlearning.foundation.documents.official import (
    Circulation,
    EditorsNote,
    Heading,
    Masthead,
    Paper,
    Paragraph,
    Source,
    Table,
    Tail,
    Title,
    pdf,
    typesetting,
)
from benchmarks.figures.figure import Figure, in_turn, milliseconds

STORY = (
    "第%d次：藤县濛江镇、埌南镇围绕群众反映强烈的“办事难、办事慢”问题，组织12个行动学习小组开展调研，走访农户346户，"
    "召开院坝会28场，梳理问题57条，逐条明确责任领导和完成时限，目前已办结49条，其余8条正在推进。"
)


def measure() -> Iterator[Figure]:
    """Every round sets words that were never set before: the typesetter remembers what it has seen."""
    bare = typst.Compiler(
        root=typesetting.TEMPLATE.parent,
        font_paths=[str(Path(free_fonts.__file__).parent)],
        ignore_system_fonts=True,
    )
    numbers = count()

    def floor() -> float:
        source = {"paper": typesetting.source(briefing(next(numbers)))}
        return milliseconds(
            lambda: bare.compile(typesetting.TEMPLATE, sys_inputs=source, format="pdf")
        )

    def ours() -> float:
        paper = briefing(next(numbers))
        return milliseconds(lambda: pdf(paper))

    found = in_turn({"ours": ours, "floor": floor}, rounds=31)
    yield Figure("PDF of 4 pages / bare typst", found["ours"], 1.5, found["floor"])


def briefing(number: int) -> Paper:
    """Four pages with everything that a briefing has; other words for every number."""
    story = [Paragraph(STORY % (number * 100 + n)) for n in range(11)]
    groups = (Circulation("报", ("县委", "县政府")), Circulation("发", ("各乡镇党委",)))
    return Paper(
        title=f"行动学习简报第{number}期",
        dated=date(2026, 7, 28),
        head=Masthead("行动学习简报", issue=f"第{number}期", unit="藤县行动学习办公室"),
        blocks=(
            EditorsNote((STORY % number,)),
            Title((f"县民政局：第{number}次课堂",)),
            *story[:5],
            Heading("二、坚持知行合一"),
            Table(("单位", "次数"), (("藤县濛江镇", str(number)), ("埌南镇", "3"))),
            *story[5:],
            Source("（县民政局供稿）"),
        ),
        tail=Tail(groups, copies="共印80份", printer="藤县行动学习办公室"),
    )
