"""When two texts are the same, how much they share, and what changed between two versions (P2-84)."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher

_SENTENCE = re.compile(r"[^。！？；!?;\n]*[。！？；!?;\n]|[^。！？；!?;\n]+")


def plain(text: str) -> str:
    """Letters and digits only, full width folded: what a copy cannot hide behind spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if c.isalnum())


def text_hash(body: str) -> str:
    """sha256 of the plain text; '' when nothing is left of it."""
    words = plain(body)
    return hashlib.sha256(words.encode()).hexdigest() if words else ""


def bigrams(text: str) -> frozenset[str]:
    words = plain(text)
    return frozenset(words[i : i + 2] for i in range(len(words) - 1))


def likeness(one: frozenset[str], other: frozenset[str]) -> int:
    """Shared pairs of characters in per cent of the smaller text's (0–100)."""
    smaller = min(len(one), len(other))
    return round(100 * len(one & other) / smaller) if smaller else 0


@dataclass(frozen=True)
class Change:
    """A run of sentences: `kind` is same, gone or new."""

    kind: str
    text: str


def changes(old: str, new: str) -> list[Change]:
    """The newer text read against the older one, sentence by sentence."""
    before, after = _SENTENCE.findall(old), _SENTENCE.findall(new)
    found = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Change("same", "".join(after[c:d])))
            continue
        if b > a:
            found.append(Change("gone", "".join(before[a:b])))
        if d > c:
            found.append(Change("new", "".join(after[c:d])))
    return found


def edited(old: str, new: str) -> bool:
    """Whether people would call it changed: blank lines and spaces at the edges are no change."""
    return _lines(old) != _lines(new)


def _lines(text: str) -> list[str]:
    return [line for each in text.splitlines() if (line := each.strip(" \t\u3000"))]


def edits(old: str, new: str) -> list[Change]:
    """As `changes`, but inside a sentence that was only touched up the characters themselves."""
    found: list[Change] = []
    for each in changes("\n".join(_lines(old)), "\n".join(_lines(new))):
        before = found[-1] if found else None
        if each.kind == "new" and before and before.kind == "gone":
            found[-1:] = _fine(before.text, each.text)
        else:
            found.append(each)
    return found


_ALIKE = 0.6
"""From this share of common characters on, two sentences are one that was touched up."""


def _fine(old: str, new: str) -> list[Change]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return [Change("gone", old), Change("new", new)]
    found = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            found.append(Change("same", new[c:d]))
            continue
        found += [
            Change(kind, text) for kind, text in (("gone", old[a:b]), ("new", new[c:d])) if text
        ]
    return found
