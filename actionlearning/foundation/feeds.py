"""News for feed readers: the same entries as Atom (RFC 4287) and as JSON Feed 1.1."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

import orjson

ATOM = "application/atom+xml"
JSON_FEED = "application/feed+json"
"""Media types."""
_NAMESPACE = "http://www.w3.org/2005/Atom"
_JSON_VERSION = "https://jsonfeed.org/version/1.1"
register_namespace("", _NAMESPACE)


@dataclass(frozen=True)
class Entry:
    """One piece of news. `key` (a URI) stays the same when the piece changes, `changed` moves on."""

    key: str
    address: str
    title: str
    html: str
    published: datetime
    changed: datetime
    author: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Feed:
    """`address` is the feed's own, `home` the page it belongs to."""

    title: str
    address: str
    home: str
    changed: datetime
    language: str = "zh-Hans"


def atom(feed: Feed, entries: Iterable[Entry]) -> bytes:
    root = Element(_name("feed"), {"{http://www.w3.org/XML/1998/namespace}lang": feed.language})
    _put(root, "id", feed.address)
    _put(root, "title", feed.title)
    _put(root, "updated", _instant(feed.changed))
    _put(root, "link", rel="self", type=ATOM, href=feed.address)
    _put(root, "link", rel="alternate", href=feed.home)
    for entry in entries:
        _entry(root, entry)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def json_feed(feed: Feed, entries: Iterable[Entry]) -> bytes:
    return orjson.dumps(
        {
            "version": _JSON_VERSION,
            "title": feed.title,
            "home_page_url": feed.home,
            "feed_url": feed.address,
            "language": feed.language,
            "items": [_item(entry) for entry in entries],
        }
    )


def _entry(root: Element, entry: Entry) -> None:
    found = SubElement(root, _name("entry"))
    _put(found, "id", entry.key)
    _put(found, "title", entry.title)
    _put(found, "published", _instant(entry.published))
    _put(found, "updated", _instant(entry.changed))
    _put(found, "link", rel="alternate", href=entry.address)
    _put(_put(found, "author"), "name", entry.author)
    for tag in entry.tags:
        _put(found, "category", term=tag)
    _put(found, "content", entry.html, type="html")


def _item(entry: Entry) -> dict[str, object]:
    return {
        "id": entry.key,
        "url": entry.address,
        "title": entry.title,
        "content_html": entry.html,
        "date_published": _instant(entry.published),
        "date_modified": _instant(entry.changed),
        "authors": [{"name": entry.author}],
        "tags": list(entry.tags),
    }


def _put(parent: Element, name: str, text: str = "", **attributes: str) -> Element:
    found = SubElement(parent, _name(name), attributes)
    found.text = _allowed(text) or None
    return found


def _name(name: str) -> str:
    return f"{{{_NAMESPACE}}}{name}"


def _allowed(text: str) -> str:
    """XML 1.0 has no way to write some characters at all."""
    return "".join(
        c
        for c in text
        if c in "\t\n\r"
        or (0x20 <= ord(c) < 0xFFFE and not 0xD800 <= ord(c) < 0xE000)
        or ord(c) > 0xFFFF
    )


def _instant(at: datetime) -> str:
    """RFC 3339, to the second, in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
