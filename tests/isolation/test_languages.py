"""Every address in three languages, in a world whose own texts are plain ASCII marks.

What is Chinese on a page is therefore the product's: of the right script, and nothing left in English.
"""

import re

import pytest
from django.db import transaction

from actionlearning.foundation.models import AuditEvent, User
from groups.divisions.reading import shipped
from programmes.models import ProjectTurn
from reporting.models import Publication, Series
from tests.isolation.filling import CANARY
from tests.isolation.grounds import inside
from tests.languages.catalogues import catalogue
from tests.languages.characters import not_simplified, not_traditional
from tests.languages.pages import Page

TAGS = {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant", "en": "en"}
ODD = {"zh-hans": not_simplified, "zh-hant": not_traditional, "en": lambda _text: ""}
OWN_WORDS = {
    "api:docs": "for those who write programs",
    "desk:audit_list": "the log in its own words",
}
"""Pages that show words of programs."""
MARK = re.compile(rf"{CANARY.pattern}|zq\w*\*+\w*qz|\bzq[0-9a-f]*\b|\b[0-9a-f]+(?:qz)?\b")
"""Also where only the ends of a number are shown, and what a difference between two of them leaves whole."""
LATIN = re.compile(r"(?<![\w/.-])[A-Za-z]{3,}(?![\w/@.:-])")
SAME_WORDS = frozenset(
    [
        "Atom",
        "Authorization",
        "CSV",
        "Celery",
        "Django",
        "PostgreSQL",
        "Python",
        "Valkey",
        "Bearer",
        "Excel",
        "English",
        "Idempotency-Key",
        "JPEG",
        "mzj",
        "JSON",
        "Feed",
        "OpenAPI",
        "PDF",
        "PNG",
        "REST",
        "UTF",
        "WPS",
        "Word",
        "YAML",
        "et",
        "xls",
        "xlsx",
    ]
)
"""Names and codes that are written alike in every language."""
LISTS = ("title", "body_name", "compiler", "report_to", "send_to", "issue_to")
SAME = re.compile(r"[^A-Za-z]*(?:[A-Z]{2,}|Excel|PDF|YAML|REST|OpenAPI)?[^A-Za-z]*")
ENGLISH = {
    msgid
    for (_context, msgid, _plural), words in catalogue("zh_Hans").items()
    if words != msgid and not SAME.fullmatch(msgid)
}


@pytest.fixture
def speaking(probe):
    """`speaking(language)`: everybody in the space reads that language from now on."""

    def choose(language):
        probe.browser.language = language
        User.objects.filter(tenant=probe.ours.tenant).update(language=language)

    with inside(probe.ours), transaction.atomic():
        yield choose
        probe.browser.language = ""
        transaction.set_rollback(True)


def told(part):
    """Every text of a sentence's length in lists and dictionaries."""
    if isinstance(part, str):
        return [part] if len(part) > 3 else []
    parts = (
        part.values() if isinstance(part, dict) else part if isinstance(part, list | tuple) else ()
    )
    return [text for each in parts for text in told(each)]


@pytest.fixture
def recorded(probe):
    """What was typed into the audit log and published copies: never rewritten, so it carries no mark."""
    with inside(probe.ours):
        rows = AuditEvent.objects.values_list("actor_name", "target_name").distinct()
        names = {name for row in rows for name in row if name} | {probe.ours.tenant.name}
        names |= {text for row in Publication.objects.values_list("content") for text in told(row)}
        turns = list(ProjectTurn.objects.values_list("snapshot", flat=True))
        names |= set(told(turns)) | {one["name"] for turn in turns for one in turn.get("team", ())}
        names |= {text for row in Series.objects.values_list(*LISTS) for text in told(row)}
    names |= {line.name for line in shipped() if line.level in ("region", "city")}
    return re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))))


def faults_of(page, language, typed=CANARY):
    if page.language != TAGS[language]:
        yield f"lang is {page.language!r}"
    for text in page.texts:
        plain = MARK.sub("", typed.sub("", text)).strip()
        if odd := ODD[language](plain):
            yield f"{odd}: {plain[:60]}"
        if language != "en" and (plain in ENGLISH or set(LATIN.findall(plain)) - SAME_WORDS):
            yield f"in English: {plain[:60]}"


def pages(probe, calibrated):
    """(route, page) of every address that answers with a page of its own."""
    actors = {actor.name: actor for actor in probe.insiders}
    for found in calibrated:
        if "GET" not in found.route.methods or found.route.is_api:
            continue
        address = found.route.address(probe.ours.tenant.slug, found.values)
        answer = probe.browser.ask(actors[found.by], "GET", address)
        if answer.status == 200 and b"<html" in answer.body:
            yield found.route, Page(answer.body.decode())


@pytest.mark.parametrize("language", TAGS)
def test_every_page_speaks_its_reader_s_language(probe, calibrated, speaking, recorded, language):
    speaking(language)
    seen, wrong = 0, []
    for route, page in pages(probe, calibrated):
        seen += 1
        if route.name not in OWN_WORDS:
            wrong += [f"{route.name}: {fault}" for fault in faults_of(page, language, recorded)]
    assert "\n".join(sorted(set(wrong))) == ""
    assert seen > 60


def test_a_planted_fault_is_found():
    page = Page(
        '<html lang="zh-Hant"><p title="Save">单位</p><p lang="en">Save</p><p>單位</p></html>'
    )
    assert list(faults_of(page, "zh-hant")) == ["in English: Save", "单: 单位"]
    assert list(faults_of(page, "en")) == ["lang is 'zh-Hant'"]


def test_a_mark_that_a_difference_tore_is_still_one():
    page = Page('<html lang="zh-Hans">1. zqf<ins>3acqz</ins>bad<del>e0qz</del></html>')
    assert list(faults_of(page, "zh-hans")) == []
