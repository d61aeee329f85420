"""Names as people paste them: from a chat, a letter or a sheet, each with what is said of it.

A word that is known is said of the name before it, whatever stands between them; at the head of a line
(请假：王一、李二) of the names behind it. What is not clear is asked, and what is no name is said to be none.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from actionlearning.foundation.texts import plain
from programmes.documents.attendance_words import (
    LONGEST_WORD,
    NAMES,
    PRESENCES,
    UNITS,
    Line,
    folded,
    presence_in,
)
from programmes.states import Presence

_OPEN, _SHUT = "（(\\[【〔", "）)\\]】〕"
_BETWEEN = "、,，;；|/／。@＠\t—–"
_PIECE = re.compile(
    f"[{_OPEN}](?P<inside>[^{_OPEN}{_SHUT}]*)[{_SHUT}]|(?P<colon>[:：])"
    f"|(?P<text>[^{_OPEN}{_SHUT}:：{_BETWEEN}]+)"
)
_HAN = re.compile(r"[\u3400-\u9fff]{2,4}")
_DIGITS = r"[\d①-⑳]"
NUMBER = re.compile(rf"(?:{_DIGITS}|[.．\s])*")
_NUMBERED = re.compile(rf"\s*{_DIGITS}+[.．]?(?![\d年月日号点人名位])(?=\S)")
_CHAPTER = re.compile(r"^\s*[一二三四五六七八九十]{1,3}[、.．]")
_COUNT = re.compile(r"\D{0,4}\d+[人名位]")
_BULLETS = " \u3000-–—·•●*＊○~～!！.．。_=#"
_IN_NAMES = "·•・.．-'’"
_COUNTED = ("序号", "编号", "no", "no.")
_BESIDE = (*_COUNTED, "职务", "电话", "备注", *UNITS)
"""Headings beside those of the name and of being there."""
_HEADS = {*NAMES, *PRESENCES, *_BESIDE}
_ABOUT = ("人员", "名单", "情况", "者")
"""What a heading puts behind a word: 请假人员."""
_MOST_PARTS = 12
"""So many blanks stand in one name at most."""
_NOBODY = ("无", "没有", "none")


@dataclass(frozen=True)
class _Token:
    """`kind`: name, word, number, head (of names or of a column), remark (in brackets, not known) or colon."""

    kind: str
    text: str
    bracketed: bool = False


@dataclass
class _Entry:
    name: str
    said: list[str] = field(default_factory=list)
    unit: str = ""
    unsure: bool = False
    trouble: str = ""


def pasted(text: str, expected: Iterable[str]) -> Iterator[Line]:
    """`expected`: names that are looked for first, so that “王 一”, “组员 1” and “Liu Wei” are found whole."""
    known = {plain(name) for name in expected} - {""}
    standing, heads = "", []
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("#"):
            yield Line(number, line.strip("# "), trouble=_("Taken for no name."))
            continue
        tokens = _tokens(_CHAPTER.sub("", line), known)
        if found := _headings(line, tokens):
            heads = found
            continue
        if not tokens or (section := _section(tokens)) is not None:
            standing = section or "" if tokens else ""
            continue
        told = _by_column(line, tokens, heads, known) or _in_cells(line, known)
        for each in told or _entries(tokens, known):
            said = " ".join(each.said) or standing
            yield Line(number, each.name, said, each.unit, each.unsure, each.trouble)


def one_name(text: str) -> str:
    """“王　一” is written as “王一”; the words of a foreign name stay apart."""
    words = text.split()
    return ("" if re.search(r"[\u3400-\u9fff]", text) else " ").join(words)


# -- what stands in a line ------------------------------------------------------------------------------


def _tokens(line: str, known: set[str]) -> list[_Token]:
    found: list[_Token] = []
    for piece in _PIECE.finditer(line):
        inside = piece["inside"]
        if piece["colon"]:
            found.append(_Token("colon", ""))
        elif inside is None:
            found += _named(piece["text"].split(), known)
        else:
            found += _in_brackets(inside.strip(), known)
    return _renumbered(found, known)


def _in_brackets(inside: str, known: set[str]) -> list[_Token]:
    """Of “请假，家中有事” the first is known and the rest its reason; names of the team are names there too."""
    tokens = _tokens(inside, known)
    if any(each.kind == "name" and plain(each.text) in known for each in tokens):
        return [_Token("colon", ""), *tokens]
    if NUMBER.fullmatch(inside):
        return [_Token("number", inside.strip())] if inside else []
    words = [each for each in tokens if each.kind == "word"]
    return [replace(each, bracketed=True) for each in words] or [_Token("remark", inside)]


def _named(parts: Sequence[str], known: set[str]) -> list[_Token]:
    """Those expected first, the longest first; then what is known, then what may be a name."""
    found: list[_Token] = []
    loose: list[str] = []
    at = 0
    while at < len(parts):
        ends = range(min(len(parts), at + _MOST_PARTS), at, -1)
        end = next((n for n in ends if _is_known("".join(parts[at:n]), known)), at)
        if end == at:
            loose.append(parts[at])
            at += 1
            continue
        found += [*_loose(loose, known), _Token("name", one_name(" ".join(parts[at:end])))]
        at, loose = end, []
    return found + _loose(loose, known)


def _is_known(text: str, known: set[str]) -> bool:
    """Without a tick or a cross: that says something."""
    return plain(text) in known and all(c.isalnum() or c in _IN_NAMES for c in text)


def _loose(parts: Sequence[str], known: set[str]) -> list[_Token]:
    """“王一 李二” are two people, “王 一” is one."""
    found: list[_Token] = []
    run: list[str] = []
    for token in (each for part in parts for each in _part(part, known)):
        if token.kind == "name" and plain(token.text) not in known:
            run.append(token.text)
            continue
        found += [*_run(run, known), token]
        run = []
    return found + _run(run, known)


def _run(parts: list[str], known: set[str]) -> list[_Token]:
    if len(parts) > 1 and all(_HAN.fullmatch(part) for part in parts):
        return [_Token("name", part) for part in parts]
    whole = one_name(" ".join(parts))
    return (len(parts) > 1 and _glued(whole, known)) or [_Token("name", whole)] * bool(parts)


def _part(part: str, known: set[str]) -> list[_Token]:
    if NUMBER.fullmatch(part):
        return [_Token("number", part)]
    bare = part.strip(_BULLETS)
    if bare and presence_in(bare) is not None:
        return [_Token("word", bare)]
    if folded(part) in _HEADS or _heading_word(part) is not None:
        return [_Token("head", part)]
    if numbered := _NUMBERED.match(part):
        rest = part[numbered.end() :]
        return [_Token("number", numbered[0].strip()), *_named([rest], known)]
    return _glued(part, known) or _marked(part)


def _glued(part: str, known: set[str]) -> list[_Token]:
    """王一请假, √王一: one of them is a word and the other a name; of nobody expected the longest word counts."""
    cuts = [
        (name.strip(_BULLETS), word, ahead)
        for size in range(min(LONGEST_WORD, len(part) - 1), 0, -1)
        for name, word, ahead in (
            (part[:-size], part[-size:], False),
            (part[size:], part[:size], True),
        )
        if presence_in(word) is not None
    ]
    found = next((cut for cut in cuts if plain(cut[0]) in known), cuts[0] if cuts else None)
    if found is None or not _may_be_named(found[0], found[1], known):
        return []
    pair = [_Token("name", found[0]), _Token("word", found[1])]
    return pair[::-1] if found[2] else pair


def _may_be_named(name: str, word: str, known: set[str]) -> bool:
    """A word of one letter or character may belong to a name that nobody expects."""
    if plain(name) in known:
        return True
    tells = not word.isalnum() or _HAN.fullmatch(word) is not None
    return tells and _HAN.fullmatch(name) is not None


def _marked(part: str) -> list[_Token]:
    """A mark beside a name that nobody knows says something all the same."""
    bare = part.strip(_BULLETS)
    letters = [place for place, c in enumerate(bare) if c.isalnum()]
    if not letters:
        return []
    first, end = letters[0], letters[-1] + 1
    rest = (bare[:first] + bare[end:]).strip(_BULLETS)
    return [_Token("name", bare[first:end]), *([_Token("word", rest)] if rest else [])]


def _renumbered(tokens: list[_Token], known: set[str]) -> list[_Token]:
    """Numbers before names number them; behind a name a 1 or 0 is a word, and another may be part of it."""
    counts = bool(tokens) and tokens[0].kind == "number"
    found: list[_Token] = []
    for place, token in enumerate(tokens):
        ahead = tokens[place + 1].kind if place + 1 < len(tokens) else ""
        before = found[-1] if found else None
        if token.kind != "number":
            found.append(token)
        elif before is None or (counts and ahead == "name"):
            continue
        elif (
            before.kind == "name"
            and presence_in(token.text) is None
            and (plain(before.text) not in known)
        ):
            found[-1] = replace(before, text=f"{before.text}{token.text}")
        else:
            found.append(_Token("word", token.text))
    return found


# -- what it says ---------------------------------------------------------------------------------------


def _section(tokens: list[_Token]) -> str | None:
    """“请假：” alone on its line is said of the lines below it; '' for “参会人员：”, None for any other."""
    alone = len(tokens) == 2 and tokens[1].kind == "colon" and tokens[0].kind in ("word", "head")
    return (_heading_word(tokens[0].text) or "") if alone else None


def _heading_word(text: str) -> str | None:
    """请假 in 请假人员; '' where it only says that names follow, None where it is no heading of names."""
    told = folded(text)
    if told in NAMES:
        return ""
    found = (told.removesuffix(ending) for ending in ("", *_ABOUT))
    return next((word for word in found if word and presence_in(word) is not None), None)


def _entries(tokens: list[_Token], known: set[str]) -> list[_Entry]:
    """A word or heading before the names is said of those behind it, any other word of the one before it."""
    rest = [each for each in tokens if folded(each.text) not in _NOBODY]
    heads = [
        n for n, each in enumerate(rest) if each.kind == "head" or (each.kind == "word" and not n)
    ]
    start = heads[0] if heads else len(rest)
    found = _doubted(_backward(rest[:start], known), rest[:start])
    found += _forward(rest[start:])
    told = " ".join(each.text for each in tokens if each.kind != "colon")
    if not found and told and len(rest) == len(tokens):
        words = _("It stands alone: write it behind the name of whom it is said.")
        return [_Entry(told, trouble=words)]
    return found


def _forward(tokens: list[_Token]) -> list[_Entry]:
    """Each word is said of the names behind it, until the next; in brackets of the name before it."""
    found: list[_Entry] = []
    said: list[str] = []
    fresh = True
    last = max((n for n, each in enumerate(tokens) if each.kind == "name"), default=-1)
    for place, token in enumerate(tokens):
        if token.kind == "name":
            found.append(_Entry(token.text, list(said)))
            fresh = False
        elif token.kind == "remark" and not fresh:
            found[-1].name += f"（{token.text}）"
        elif token.kind == "word" and found and (token.bracketed or place > last):
            found[-1].said.append(token.text)
        elif token.kind in ("word", "head"):
            word = _heading_word(token.text) or token.text * (token.kind == "word")
            said = [*(said if fresh else ()), *filter(None, [word])]
            fresh = True
    return found


def _backward(tokens: list[_Token], known: set[str]) -> list[_Entry]:
    """Each word is said of the name before it."""
    found: list[_Entry] = []
    before = ""
    for token in tokens:
        last = found[-1] if found else None
        if token.kind == "name":
            _lay_name(found, token.text, known, colon=before == "colon")
        elif token.kind == "word" and last is not None:
            last.said.append(token.text)
        elif token.kind == "remark":
            _lay_remark(found, token.text, known, before)
        before = token.kind
    return found


def _lay_name(found: list[_Entry], name: str, known: set[str], *, colon: bool) -> None:
    """Before a colon stands a unit, unless it is somebody expected: then what is behind it is said of him."""
    if colon and len(found) == 1:
        first = found[0]
        if plain(first.name) not in known:
            first.trouble = first.trouble or _("It stands before the names: taken for a heading.")
        elif plain(name) not in known:
            first.said.append(name)
            return
    trouble = _("Taken for no name.") if _COUNT.fullmatch(name) else ""
    found.append(_Entry(name, trouble=trouble))


def _lay_remark(found: list[_Entry], text: str, known: set[str], before: str) -> None:
    """In brackets: of a guest his unit; of somebody expected it is asked; behind a word its reason."""
    if not found:
        trouble = _("It stands before the names: taken for a heading.")
        found.append(_Entry(text, trouble=trouble))
    elif plain(found[-1].name) in known:
        found[-1].said += [] if before == "word" else [text]
    elif before == "name":
        found[-1].name += f"（{text}）"


def _doubted(found: list[_Entry], tokens: list[_Token]) -> list[_Entry]:
    """“王一、李二请假” may be said of both."""
    people = [each for each in found if not each.trouble]
    told = [each for each in people if each.said]
    last = tokens[-1] if len(told) == 1 and told[0] is people[-1] else None
    if last is None or last.kind != "word" or last.bracketed:
        return found
    if presence_in(last.text) == Presence.PRESENT:
        return found
    for each in people[:-1]:
        each.said, each.unsure = list(told[0].said), True
    return found


# -- in columns -----------------------------------------------------------------------------------------


def _headings(line: str, tokens: list[_Token]) -> list[str]:
    """Of each column its heading; [] for any other line."""
    cells = [folded(each) for each in line.split("\t")] if "\t" in line else []
    cells = cells or [folded(each.text) for each in tokens if each.kind != "colon"]
    named = any(each in NAMES for each in cells) and tokens[-1].kind != "colon"
    return cells if named and all(each in _HEADS for each in cells) else []


def _by_column(line: str, tokens: list[_Token], heads: list[str], known: set[str]) -> list[_Entry]:
    """As the headings say, of a line with as many columns."""
    plainly = [each.text for each in tokens if each.kind != "colon"]
    cells = [each.strip() for each in line.split("\t")] if "\t" in line else plainly
    if "\t" not in line:
        heads = [each for each in heads if each not in _COUNTED]
    if not heads or len(cells) > len(heads) or (len(cells) < len(heads) and "\t" not in line):
        return []
    row = dict(zip(heads, cells, strict=False))
    name = next((row[key] for key in heads if key in NAMES and row.get(key)), "")
    said = [row[key] for key in heads if key in PRESENCES and row.get(key)]
    if not name or any(plain(each) in known for each in said):
        return []
    return [_Entry(one_name(name), said)]


def _in_cells(line: str, known: set[str]) -> list[_Entry]:
    """Between tabs and without headings: the names first, then of all of them what is said."""
    cells = [cell.strip() for cell in line.split("\t")]
    while cells and NUMBER.fullmatch(cells[0]):
        cells.pop(0)
    first, behind = _tokens(cells[0], known) if cells else [], [each for each in cells[1:] if each]
    if not behind or not any(each.kind == "name" for each in first) or _hold_names(behind, known):
        return []
    words = [cell for cell in behind if presence_in(cell) is not None]
    others = [cell for cell in behind if cell not in words]
    found = _entries(first, known)
    for each in found:
        each.said = each.said or words or others[-1:]
        each.unit = others[0] if words and others else ""
    return found


def _hold_names(cells: list[str], known: set[str]) -> bool:
    tokens = [token for cell in cells for token in _tokens(cell, known)]
    return any(each.kind == "name" and plain(each.text) in known for each in tokens)
