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
