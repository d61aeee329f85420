"""What of a page its reader sees, apart from what stands there in another language on purpose."""

from html.parser import HTMLParser

SILENT = ("script", "style", "code", "pre")
TOLD = ("title", "placeholder", "aria-label", "alt")
VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
    ]
)


class Page(HTMLParser):
    """`texts`: every piece of text and every attribute that is read out, whitespace made one space."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.language = ""
        self.texts: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self.feed(content)

    @property
    def _hidden(self) -> bool:
        return any(hidden for _tag, hidden in self._open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = given.get("lang", "")
        foreign = tag != "html" and given.get("lang", self.language) != self.language
        if tag not in VOID:
            self._open.append((tag, tag in SILENT or foreign))
        if not self._hidden and not foreign:
            self._add(*(given.get(name, "") for name in TOLD))

    def handle_endtag(self, tag: str) -> None:
        while any(name == tag for name, _hidden in self._open):
            if self._open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._add(data)

    def _add(self, *texts: str) -> None:
        self.texts += filter(None, (" ".join(text.split()) for text in texts))
