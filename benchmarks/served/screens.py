"""Every screen in Chromium while hostile texts stand in everything it shows."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import transaction

from actionlearning.demo.worlds import county
from actionlearning.foundation.founding import found_tenant
from actionlearning.foundation.models import Tenant, User
from actionlearning.foundation.scope import WHOLE, scope
from benchmarks.served.marking import Marking, Shown
from groups.models import Organisation, Person
from reporting.models import Issue, ScoreRule, Series
from tests.isolation.filling import fill
from tests.journeys.screens import Finder, Screen
from tests.moments import NOON

SLUG = "marked"
IN_NOVEMBER = date(2026, 11, 20)
ROOMS = 3
"""Organisations that get rows of every model, besides what the demonstration has."""
SETTLE = 60  # milliseconds after the page is loaded: htmx begins at once
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
INJECTED = """
() => [...document.querySelectorAll("*")].flatMap((one) => {
  const wrong = [...one.attributes].filter(({name, value}) => /zqran|zqsent/.test(value) && (
    /^on/i.test(name) || /^(data-)?hx-(on|get|post|put|patch|delete|trigger|ext|sse|ws)/i.test(name)
    || /^(data-)?hx-(vals|headers|vars)/i.test(name) && /^\\s*js(on)?:|^\\s*javascript:/i.test(value)
    || /^(href|src|action|formaction|xlink:href|data|poster|srcset|background)$/i.test(name)
       && /^\\s*(javascript|vbscript|data|view-source|feed):|^[\\s"']*\\/zqsent/i.test(value)
    || /^style$/i.test(name)));
  const told = wrong.map(({name, value}) => `<${one.localName} ${name}="${value.slice(0, 80)}">`);
  const tags = ["script", "style", "meta", "base", "link", "iframe", "object", "embed"];
  if (tags.includes(one.localName) && one.type !== "application/json" && /zqran|zqsent/.test(one.outerHTML))
    told.push(one.outerHTML.slice(0, 120));
  return told;
})
"""


def found_world() -> Tenant:
    """The county of the demonstration, and some organisations with a row of every model."""
    tenant = found_tenant(SLUG, "藤县行动学习", now=NOON)[0]
    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
        county(User.objects.get(is_system=True), IN_NOVEMBER, lambda _share: None)
        people = dict(
            Person.objects.exclude(user=None).order_by("pk").values_list("organisation", "user")
        )
        units = list(Organisation.objects.filter(pk__in=people).order_by("level", "pk")[:ROOMS])
        users = User.objects.in_bulk([people[unit.pk] for unit in units])
        fill(units, {unit.pk: users[people[unit.pk]] for unit in units})
        ScoreRule.objects.filter(kind="x").update(kind="")  # a word of the product, not a text
        for model in (Series, Issue):
            model.objects.update(report_to=["区党委"], send_to=["市直单位"], issue_to=["各县"])
    return tenant


class Gallery:
    """`run` writes the texts of one batch and opens every screen; `found` is what is wrong."""

    def __init__(self, tenant: Tenant, address: str, superuser: Callable[[], Any]) -> None:
        self.address, self.superuser = address, superuser
        self.screens, self.without = Finder(tenant).find()
        with superuser() as cursor:
            self.marking = Marking(cursor, tenant.pk)
        self.shown = Shown(self.marking)
        self.found: list[str] = []
        self.answers: Counter[tuple[str, int]] = Counter()
        self.opened = 0
        self.executed: list[str] = []
        self.here = ""

    def run(self, batch: int, only: str = "") -> None:
        with self.superuser() as cursor:
            self.marking.cursor = cursor
            self.marking.write(batch)
        with self._window() as page:
            for screen in self.screens:
                if only in screen.name:
                    self._look(page, screen)

    @contextmanager
    def _window(self) -> Iterator[Any]:
        from playwright.sync_api import sync_playwright

        program = shutil.which("chromium") or shutil.which("chromium-browser")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
            context = browser.new_context(locale="zh-CN", base_url=self.address)
            page = context.new_page()
            page.expose_binding("zqran", lambda _source, number=None: self._ran(f"ran {number}"))
            page.on("dialog", self._dialog)
            context.on("request", self._asked)
            yield page
            browser.close()

    def _look(self, page: Any, screen: Screen) -> None:
        self.here = screen.name
        page.context.clear_cookies()
        if screen.cookie:
            page.context.add_cookies(
                [{"name": "sessionid", "value": screen.cookie, "url": self.address}]
            )
        answer = page.goto(screen.address, wait_until="load")
        page.wait_for_timeout(SETTLE)
        self.opened += 1
        self.answers[screen.name, answer.status] += 1
        if answer.status >= 500:
            self.found.append(f"{screen.name} answers {answer.status}")
        if page.url.removeprefix(self.address) != answer.url.removeprefix(self.address):
            self.found.append(f"{screen.name} led away to {page.url}")
        self.found += [f"{screen.name}: {told}" for told in page.evaluate(INJECTED)]
        self.shown.note(screen.name, page.content())

    def _ran(self, told: str) -> None:
        self.executed.append(f"{self.here}: {told}")

    def _dialog(self, dialog: Any) -> None:
        self._ran(f"dialog {dialog.message}")
        dialog.dismiss()

    def _asked(self, request: Any) -> None:
        if "zqsent" in request.url:
            self._ran(f"asked for {request.url}")

    def missing(self) -> list[str]:
        """Screens that were never shown, with what they answered."""
        seen = {name for (name, status) in self.answers if status == 200}
        return [f"{s.name} {self._statuses(s.name)}" for s in self.screens if s.name not in seen]

    def _statuses(self, name: str) -> list[int]:
        return [status for (screen, status) in self.answers if screen == name]
