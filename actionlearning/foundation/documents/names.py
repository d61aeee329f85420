"""File names that are safe to store, to show and to send in a header."""

import re
import unicodedata

# What Windows refuses in a name; it also keeps quotes and angle brackets out of pages and headers.
_RESERVED = re.compile(r'[<>:"|?*/\\]')
_SPACES = re.compile(r"\s+")


def without_hidden_characters(text: str) -> str:
    """Drop what cannot be seen: controls, direction overrides, zero-width marks, half surrogates."""
    return "".join(c for c in text if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Zl", "Zp"})


def clean_name(name: str, *, limit: int) -> str:
    """A name of at most `limit` characters without its folders; the extension survives the cut."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    visible = without_hidden_characters(_SPACES.sub(" ", last))
    plain = _RESERVED.sub("", unicodedata.normalize("NFC", visible)).rstrip(" .")
    stem, dot, extension = plain.rpartition(".")
    if not dot or len(extension) > 10:
        return plain[:limit].strip(" .") or "file"
    return f"{stem[: limit - len(extension) - 1].strip(' .') or 'file'}.{extension}"
