"""Lines of a title (GB/T 9704-2012, 7.3.1): words whole, the shape of a trapezoid or a diamond."""

import math
from functools import cache
from itertools import accumulate, pairwise

from actionlearning.foundation.documents.official.measures import (
    MM,
    TITLE_PT,
    TYPE_WIDTH_MM,
    characters_wide,
)
from actionlearning.foundation.documents.official.title_words import is_ending, word_ends

_WIDTH = TYPE_WIDTH_MM * MM / TITLE_PT
_LONGEST = 200  # more is no title, and not worth the search
_BREAKS_AFTER, _OPENING, _CLOSING = "的、，；：。！？”》）", "“《（〔", "、，；：。！？”》）〕"
_DOT, _DOT_WIDE = " · ", 2.0
"""Between the name of a topic and of its paper: a break there takes its place."""

# What a break costs beside how far its lines are from even, all in characters.
_AT_THE_DOT, _AT_A_SIGN, _UNSURE, _TORN, _ALONE, _VALLEY = -12.0, -3.0, 3.0, 30.0, 60.0, 6.0
_ONE_LINE_MORE = 10.0

Cost = tuple[float, tuple[int, ...]]


def balanced(title: str) -> list[str]:
    """A title that is too long for one line, in lines about as long as each other.

    One line more than needed where that spares its words or its sense. Never inside a number or a
    foreign word, or at a bracket; inside a known word, and with one character by itself, only where
    nothing else fits.
    """
    wide = characters_wide(title)
    if wide <= _WIDTH or len(title) > _LONGEST:
        return [title]
    least = math.ceil((wide - _DOT_WIDE * title.count(_DOT)) / _WIDTH)
    cost, places = _arranged(title, least)
    more, others = _arranged(title, least + 1)
    if more + _ONE_LINE_MORE < cost:
        places = others
    parts = [title[a:b] for a, b in pairwise((0, *places, len(title)))]
    return [part.removesuffix(_DOT).strip() for part in parts]


def _arranged(title: str, lines: int) -> Cost:
    """The best places for so many lines: (cost, places); infinite where there are none."""
    along = [0.0, *accumulate(map(characters_wide, title))]
    target = along[-1] / lines
    price = {n: _price(title, n) for n in range(1, len(title)) if _may_break(title, n)}
    price[len(title)] = 0.0

    @cache
    def best(start: int, left: int, before: float, *, falling: bool) -> Cost:
        """Of what begins at `start`, after a line so wide that was narrower than its own before it."""
        if not left:
            return (0.0, ()) if start == len(title) else (math.inf, ())
        found: Cost = (math.inf, ())
        for end in (n for n in price if start < n):
            wide = along[end] - along[start] - _DOT_WIDE * title.endswith(_DOT, start, end)
            if along[end] - along[start] - _DOT_WIDE > _WIDTH:
                break
            if wide > _WIDTH or along[-1] - along[end] > (_WIDTH + _DOT_WIDE) * (left - 1):
                continue
            own = abs(wide - target) + price[end] + (_ALONE if wide <= 1 else 0)
            own += _VALLEY if falling and wide > before else 0
            rest = best(end, left - 1, wide, falling=before > wide)
            found = min(found, (own + rest[0], (end, *rest[1])))
        return found

    cost, places = best(0, lines, 0.0, falling=False)
    return cost, places[:-1]


def _price(title: str, place: int) -> float:
    """Of a break there: a reward where the sense pauses, dear inside a word."""
    before, behind = title[:place].rstrip(), title[place:].lstrip()
    if title.endswith(_DOT, 0, place):
        return _AT_THE_DOT
    if before[-1:] in _BREAKS_AFTER or behind.startswith(("关于", "——")) or is_ending(behind):
        return _AT_A_SIGN
    sure = word_ends(title).get(place)
    return _TORN if sure is None else 0.0 if sure else _UNSURE


def _may_break(text: str, place: int) -> bool:
    before, behind = text[place - 1], text[place]
    torn = before.isdigit() or (
        before.isascii() and behind.isascii() and " " not in before + behind
    )
    at_a_mark = behind in _CLOSING or before in _OPENING
    return not torn and not at_a_mark and before != "·" and behind != "·"
