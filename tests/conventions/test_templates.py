"""Pages carry no script of their own, and no text is ever called safe."""

import re

import pytest

from tests.conventions.sources import ROOT, TEMPLATES, name_of, text

PAGES = [path for path in TEMPLATES if path.suffix in (".html", ".svg")]
FORBIDDEN = {
    "text that is not escaped": r"\|\s*safe\b|\{%\s*autoescape\s+off|\bsafeseq\b",
    "inline style": r"<[^>{%]*\sstyle\s*=",
    "inline event": r"<[^>]*\son[a-z]+\s*=\s*[\"']",
    "htmx event code": r"\bhx-on\b|data-hx-on|hx-vals\s*=\s*[\"']js:|hx-headers\s*=\s*[\"']js:",
    "address that is code": r"(?i)(?:href|src|action)\s*=\s*[\"']\s*(?:javascript|vbscript|data:text/html)\b",
    "script or style without a nonce": r"<(?:script|style)\b(?![^>]*(?:\bsrc=|nonce=))",
    "line breaks of the file in a text with its own": r"<[^>]*\bpre-line\b[^>]*>[ ]*\n",
    "file of another site": r"(?i)<(?:script|link|img|iframe)\b[^>]*(?:src|href)\s*=\s*[\"']\s*(?:https?:)?//",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_page_has(what):
    found = {name_of(path): re.findall(FORBIDDEN[what], text(path)) for path in PAGES}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_a_page_stays_short():
    lines = {name_of(path): len(text(path).splitlines()) for path in PAGES}
    assert {name: count for name, count in lines.items() if count > 150} == {}


def test_a_form_that_writes_carries_its_token():
    assert [
        name_of(path) for path in PAGES for form in _forms(path) if "csrf_token" not in _whole(form)
    ] == []


def _forms(path):
    posting = r"<form\b[^>]*method=[\"']post[\"'].*?</form>"
    return re.findall(posting, text(path), re.DOTALL | re.IGNORECASE)


def _whole(part):
    """A piece of a page with all that it includes."""
    included = re.findall(r"\{%\s*include\s+[\"']([^\"'#]+)", part)
    known = [ROOT / "templates" / name for name in included]
    return part + "".join(_whole(text(path)) for path in known if path.exists())
