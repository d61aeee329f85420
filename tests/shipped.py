"""Texts of the shipped plan packs, and where something stands in them."""

from programmes.packs.reading import shipped_text


def line_of(words: str, pack: str = "plan2") -> int:
    """Number of the one line, from 1, that says it."""
    found = [
        number
        for number, line in enumerate(shipped_text(pack).splitlines(), 1)
        if line.strip() == words
    ]
    assert len(found) == 1, found
    return found[0]
