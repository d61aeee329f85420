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
    "file of another site": r"(?i)<(?:script|link|img|iframe)\b[^>]*(?:src|href)\s*=\s*[\"']\s*(?:https?:)?//",
}


@pytest.mark.parametrize("path", PAGES, ids=name_of)
@pytest.mark.parametrize("what", FORBIDDEN)
def test_a_page_has_no(path, what):
    assert re.findall(FORBIDDEN[what], text(path)) == []


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_a_page_stays_short(path):
    assert len(text(path).splitlines()) <= 150


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_a_form_that_writes_carries_its_token(path):
    forms = re.findall(
        r"<form\b[^>]*method=[\"']post[\"'].*?</form>", text(path), re.DOTALL | re.IGNORECASE
    )
    assert [form for form in forms if "csrf_token" not in _whole(form)] == []


def _whole(part: str) -> str:
    """A piece of a page with all that it includes."""
    included = re.findall(r"\{%\s*include\s+[\"']([^\"'#]+)", part)
    known = [ROOT / "templates" / name for name in included]
    return part + "".join(_whole(text(path)) for path in known if path.exists())
