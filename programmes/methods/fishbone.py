"""Where each cause stands in the drawn fishbone: plain numbers and texts, no database.

Narrow on purpose, as the picture of a timetable: the head above, the spine downwards, bones on both sides,
so that its letters are readable on a phone and on paper. What does not fit a line is cut; the outline
below the picture has it whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from actionlearning.foundation.documents.official.measures import characters_wide

WIDTH, SPINE = 360, 180
EDGE = 6
"""Room left and right of everything."""
LETTER, SMALL, NAME = 12, 11, 12
"""Sizes of causes, of causes under them, and of the bones' names."""
LINE, JOINT, FOOT, GAP = 18, 6, 26, 8
"""Heights: a cause, the way out of the spine, the end of a bone with its name, the room between two pairs."""
OUTER = 62
"""How far from the spine a bone ends."""
HEAD_LINE, HEAD_LINES = 17, 4
HEAD_WIDE = 25
"""Characters on a line of the head."""
UNDER = 10
"""How far a cause under another is moved in."""


@dataclass(frozen=True)
class Picture:
    """All places as text with one decimal, ready to be written into a drawing."""

    width: int
    height: int
    head: tuple[dict[str, str], ...]
    head_height: int
    spine: dict[str, str]
    bones: tuple[dict[str, Any], ...]


def draw(problem: str, bones: Sequence[Mapping[str, Any]]) -> Picture | None:
    """None where there is no bone. Bones go left and right in turn, two to a height."""
    if not bones:
        return None
    lines = _wrapped(problem, HEAD_WIDE, HEAD_LINES)
    head_height = len(lines) * HEAD_LINE + 8
    head = tuple({"text": line, "y": _place(n * HEAD_LINE + 15)} for n, line in enumerate(lines))
    y, drawn = head_height + GAP, list[dict[str, Any]]()
    for first in range(0, len(bones), 2):
        pair = bones[first : first + 2]
        tall = max(len(_texts(bone)) for bone in pair) * LINE + JOINT + FOOT
        drawn += [_bone(bone, side, y, y + tall) for side, bone in enumerate(pair)]
        y += tall + GAP
    spine = {"x": str(SPINE), "top": _place(head_height), "bottom": _place(y)}
    return Picture(WIDTH, y + 4, head, head_height, spine, tuple(drawn))


def _texts(bone: Mapping[str, Any]) -> list[tuple[int, Mapping[str, Any]]]:
    """(depth, cause) in the order in which they stand."""
    found: list[tuple[int, Mapping[str, Any]]] = []
    for cause in bone.get("causes", ()):
        found.append((0, cause))
        found += [(1, each) for each in cause.get("under", ())]
    return found


def _bone(bone: Mapping[str, Any], side: int, top: int, bottom: int) -> dict[str, Any]:
    """`side` 0 is left of the spine, 1 right of it; its outer end points away from the head."""
    turn = -1 if side == 0 else 1
    end, ends = SPINE + turn * OUTER, bottom - FOOT + 8
    causes = []
    for number, (depth, cause) in enumerate(_texts(bone)):
        y = top + JOINT + (number + 1) * LINE
        near = SPINE + (end - SPINE) * (y - top) / (ends - top)
        causes.append(_cause(cause, depth, turn, near, y))
    wide = 2 * (OUTER - 6) / NAME
    return {
        "name": _cut(str(bone.get("name", "")), wide),
        "name_y": _place(bottom - 3),
        "x1": str(SPINE),
        "y1": _place(top),
        "x2": _place(end),
        "y2": _place(ends),
        "causes": causes,
    }


def _cause(cause: Mapping[str, Any], depth: int, turn: int, near: float, y: int) -> dict[str, Any]:
    size = SMALL if depth else LETTER
    outer = EDGE if turn < 0 else WIDTH - EDGE
    inset = outer - turn * UNDER * depth
    text = f"{'★' if cause.get('key') else ''}{cause.get('text', '')}"
    x = inset if turn < 0 else near + 5 + UNDER * depth
    return {
        "text": _cut(text, (abs(near - inset) - 8 - (UNDER * depth if turn > 0 else 0)) / size),
        "whole": text,
        "x": _place(x),
        "y": _place(y - 3),
        "size": str(size),
        "key": bool(cause.get("key")),
        "under": depth > 0,
        "from": _place(inset),
        "to": _place(near),
        "line": _place(y),
    }


def _place(value: float) -> str:
    return f"{value:.1f}"


def _cut(text: str, wide: float) -> str:
    """With “…” where it does not fit."""
    if characters_wide(text) <= wide:
        return text
    while text and characters_wide(text) > wide - 1:
        text = text[:-1]
    return f"{text}…"


def _wrapped(text: str, wide: int, most: int) -> list[str]:
    lines, rest = list[str](), text
    while rest and len(lines) < most:
        taken = next((n for n in range(len(rest), 0, -1) if characters_wide(rest[:n]) <= wide), 1)
        lines.append(rest[:taken])
        rest = rest[taken:]
    if rest:
        lines[-1] = _cut(lines[-1] + rest, wide)
    return lines or [""]
