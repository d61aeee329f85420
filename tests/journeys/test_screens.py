"""Every screen, as the person it is for, in Chinese, at a desk's width and at a phone's."""

import os
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.db import transaction
from django.urls import Resolver404, resolve

from actionlearning.demo.management.commands import demo
from actionlearning.demo.worlds import World, county
from actionlearning.foundation import demonstration
from actionlearning.foundation.models import Tenant, User
from actionlearning.foundation.scope import WHOLE, no_scope, scope
from groups.actions.roster_work import work_off
from reporting.models import Series, Webhook
from tests.journeys.conftest import PHONE, WIDE
from tests.journeys.screens import Finder, Screen

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SLUG = "walked"
IN_NOVEMBER = date(2026, 11, 20)
PICTURES = os.environ.get("AL_PICTURES", "")
"""A directory in which a picture of each screen is left, for people to look at."""
WORDS = """
() => {
  const shown = document.body.cloneNode(true);
  shown.querySelectorAll("code, pre, script, style, [lang]:not([lang^=zh])").forEach((one) => one.remove());
  const told = [...shown.querySelectorAll("[title], [placeholder], [aria-label], [alt]")].flatMap(
    (one) => ["title", "placeholder", "aria-label", "alt"].map((name) => one.getAttribute(name) || ""));
  return [document.title, shown.textContent, ...told].join(" ");
}
"""
FOREIGN = re.compile(r"(?<![0-9A-Za-z-])[A-Za-z][a-z]{2,}(?![0-9A-Za-z-])")
NAMES = frozenset(
    [
        "Atom",
        "Excel",
        "Feed",
        "Word",
        "Webhook",
        "Celery",
        "Django",
        "PostgreSQL",
        "Python",
        "Valkey",
    ]
)
"""Names of products: the same in every language."""
CODES = frozenset(
    [
        "Authorization",
        "mzj",
        "Bearer",
        "chinesecalendar",
        "end",
        "csv",
        "https",
        "xls",
        "xlsx",
        "docx",
        "txt",
    ]
)
"""Words that a person or a program types just so."""
OTHER_WORDS = {
    "desk:audit_list": "the log shows what was recorded, in its own words",
    "api:docs": "for those who write programs",
}


@pytest.fixture
def walked(transactional_db: None, settings: Any, monkeypatch: Any) -> Tenant:
    settings.AL_DEMO = True
    settings.LANGUAGE_CODE = "zh-hans"  # of words that are written down once, whoever reads them
    monkeypatch.setattr(demonstration, "SPACES", (SLUG,))

    def build(by: User, _today: date, told: Callable[[float], None]) -> None:
        county(by, IN_NOVEMBER, told)  # the programme runs, whatever the day of the test is

    monkeypatch.setattr(demo, "WORLDS", (World(SLUG, "藤县行动学习", build),))
    call_command("demo")
    with no_scope(), transaction.atomic():
        found = Tenant.objects.get(slug=SLUG)
    with scope(found, path=WHOLE, actor=None):
        work_off()  # the sheet of names is read: its rows and questions are seen
    return found


class Look:
    """One window that goes from screen to screen; `faults` is what is wrong with them."""

    def __init__(self, page: Any, faults_of: Callable[[Any], list[str]], logins: set[str]) -> None:
        self.page, self.faults_of, self.logins = page, faults_of, logins
        self.here = ""
        self.faults: list[str] = []
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self._fault(str(error)))

    def at(self, screen: Screen) -> None:
        self.here = f"{screen.name} as {screen.login or 'nobody'}"
        self.page.context.clear_cookies()
        if screen.cookie:
            cookie = {
                "name": "sessionid",
                "value": screen.cookie,
                "domain": "localhost",
                "path": "/",
            }
            self.page.context.add_cookies([cookie])
        self.page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
        answer = self.page.goto(screen.address)
        if answer.status != 200:
            self._fault(f"answers {answer.status}")
        if screen.name not in OTHER_WORDS:
            self._words()
        self._links()
        for width, height in (WIDE, PHONE):
            self.page.set_viewport_size({"width": width, "height": height})
            self._shape(width)
            self._picture(screen.name, width)

    def _words(self) -> None:
        words = set(FOREIGN.findall(self.page.evaluate(WORDS))) - NAMES - CODES - self.logins
        if words:
            self._fault(f"not in Chinese: {sorted(words)}")

    def _links(self) -> None:
        """Somewhere in the product, whether or not this reader is let in."""
        for link in self.page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)"):
            there = urlsplit(link)
            if there.hostname == "localhost" and not there.path.startswith("/static/"):
                try:
                    resolve(there.path)
                except Resolver404:
                    self._fault(f"leads to nowhere: {there.path}")

    def _shape(self, width: int) -> None:
        if self.page.evaluate("document.documentElement.scrollWidth") > width:
            self._fault(f"scrolls sideways at {width}")
        for fault in self.faults_of(self.page, colours=width == WIDE[0]):
            self._fault(f"{width}: {fault}")

    def _picture(self, name: str, width: int) -> None:
        if PICTURES:
            file = Path(PICTURES) / f"{name.replace(':', '-')}-{width}.png"
            self.page.screenshot(path=file, full_page=True)

    def _heard(self, said: Any) -> None:
        if said.type in ("error", "warning"):
            self._fault(f"browser: {said.text}")

    def _fault(self, words: str) -> None:
        self.faults.append(f"{self.here}: {words}")


@pytest.fixture
def look(
    walked: Tenant, open_page: Callable[..., Any], faults_of: Callable[[Any], list[str]]
) -> Look:
    with scope(walked, path=WHOLE, actor=None), transaction.atomic():
        logins = set(User.objects.values_list("login", flat=True))
        logins |= set(Series.objects.values_list("slug", flat=True))
        logins |= {urlsplit(each.url).hostname or "" for each in Webhook.objects.all()}
    parts = {part for login in logins for part in re.findall(r"[A-Za-z]+", login)}
    return Look(open_page(), faults_of, parts | {SLUG, "teng", "rival"})


def test_every_screen_is_fit_to_be_seen(walked: Tenant, look: Look) -> None:
    screens, missing = Finder(walked).find()
    for screen in screens:
        look.at(screen)

    assert "\n".join(look.faults) == ""
    assert missing == [], "nobody was shown a page"
