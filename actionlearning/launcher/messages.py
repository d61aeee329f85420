"""Which sentences of the code and the templates need words in other languages, without gettext tools."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polib
from babel.messages.extract import extract_python
from django.utils.translation.template import templatize

PLACES = ("actionlearning", "groups", "programmes", "reporting", "assessments", "templates")
KEYWORDS: dict[str, None] = dict.fromkeys(
    (
        "gettext",
        "gettext_lazy",
        "gettext_noop",
        "ngettext",
        "ngettext_lazy",
        "pgettext",
        "pgettext_lazy",
        "npgettext",
        "_",
    )
)
LANGUAGES = {"zh_Hans": "nplurals=1; plural=0;", "zh_Hant": "nplurals=1; plural=0;"}
"""English is the source: its words are the msgids."""
_KEPT = re.compile(r"%\(\w+\)[sd]|%[sd]|\{[^{}\s]*\}|</?[a-z][^>]*>")


@dataclass(frozen=True)
class Message:
    context: str
    single: str
    plural: str
    place: str

    @property
    def key(self) -> tuple[str, str]:
        return self.context, self.single


def extract(root: Path) -> list[Message]:
    """Every message once, in the order of the files."""
    found: dict[tuple[str, str], Message] = {}
    for path in _files(root):
        for message in _messages_of(path, path.relative_to(root).as_posix()):
            found.setdefault(message.key, message)
    return list(found.values())


def _files(root: Path) -> Iterator[Path]:
    for place in PLACES:
        for path in sorted((root / place).rglob("*")):
            if path.suffix in {".py", ".html", ".txt"} and "migrations" not in path.parts:
                if path.suffix == ".txt" and place != "templates":
                    continue
                yield path


def _messages_of(path: Path, place: str) -> Iterator[Message]:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        text = "\n".join(line.strip() for line in templatize(text, origin=place).splitlines())
    source = io.BytesIO(text.encode())
    for _line, function, words, _comments in extract_python(source, KEYWORDS, [], {}):
        message = _message(str(function), words, place)
        if message is not None:
            yield message


def _message(function: str, words: Any, place: str) -> Message | None:
    parts = [words] if isinstance(words, str) else list(words or [])
    context = parts.pop(0) if "pgettext" in function and parts else ""
    if not parts or not parts[0]:
        return None
    plural = parts[1] if function.startswith(("ngettext", "npgettext")) and len(parts) > 1 else ""
    return Message(context or "", parts[0], plural or "", place)


def catalogue_path(root: Path, language: str) -> Path:
    return root / "locale" / language / "LC_MESSAGES" / "django.po"


def faults(root: Path, language: str) -> list[str]:
    """What is missing, left over, empty or fuzzy in one catalogue, one line each."""
    wanted = {message.key: message for message in extract(root)}
    catalogue = polib.pofile(str(catalogue_path(root, language)), encoding="utf-8")
    kept = {(entry.msgctxt or "", entry.msgid): entry for entry in catalogue if not entry.obsolete}
    lines = [f"missing: {key[1]!r} ({m.place})" for key, m in wanted.items() if key not in kept]
    lines += [f"left over: {key[1]!r}" for key in kept if key not in wanted]
    for key, entry in kept.items():
        if key in wanted and not entry.translated():
            lines.append(f"{'fuzzy' if entry.fuzzy else 'empty'}: {key[1]!r}")
        elif key in wanted and _placeholders(entry) != _placeholders_wanted(entry):
            lines.append(f"placeholders differ: {key[1]!r}")
    return lines


def _placeholders_wanted(entry: polib.POEntry) -> set[str]:
    return _named(entry.msgid + entry.msgid_plural)


def _placeholders(entry: polib.POEntry) -> set[str]:
    return _named(entry.msgstr + "".join(entry.msgstr_plural.values()))


def _named(text: str) -> set[str]:
    """What must stand in both languages: %(name)s, {name} and tags."""
    return set(_KEPT.findall(text))


def update(root: Path, language: str) -> int:
    """Add what is new as empty entries, drop what is left over; returns how many are empty now."""
    path = catalogue_path(root, language)
    old = polib.pofile(str(path), encoding="utf-8") if path.exists() else polib.POFile()
    kept = {(entry.msgctxt or "", entry.msgid): entry for entry in old}
    new = polib.POFile(wrapwidth=100)
    new.metadata = {
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": language,
        "Plural-Forms": LANGUAGES[language],
    }
    for message in extract(root):
        entry = kept.get(message.key) or polib.POEntry(
            msgctxt=message.context or None,
            msgid=message.single,
            msgid_plural=message.plural,
            msgstr_plural={0: ""} if message.plural else {},
        )
        if "%(" in message.single and "python-format" not in entry.flags:
            entry.flags.append("python-format")
        new.append(entry)
    path.parent.mkdir(parents=True, exist_ok=True)
    new.save(str(path))
    return sum(not entry.translated() for entry in new)
