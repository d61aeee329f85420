"""A real Chromium against a real server. Without a browser skipped at home, a failure in CI (CI=true)."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction

from actionlearning.foundation.scope import WHOLE, scope
from tests.conftest import found_tenant
from tests.world import World, build_world

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps an event loop in this thread

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
NO_BROWSER = "no Chromium on this machine"
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE, PHONE = (1366, 768), (390, 844)

Shape = Callable[[World], Any]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(NO_BROWSER)
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Any, live_server: Any) -> Iterator[Callable[..., Any]]:
    """`page = open_page(PHONE)`: a fresh window; anything the browser complains about fails the test."""
    contexts, complaints = [], []

    def fresh(size: tuple[int, int] = WIDE, locale: str = "zh-CN") -> Any:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale=locale,
            timezone_id="Asia/Shanghai",
            base_url=live_server.url,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: _note(said, complaints))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield fresh
    for context in contexts:
        context.close()
    assert complaints == []


def _note(said: Any, complaints: list[str]) -> None:
    """Refusals answer 4xx by design; the browser prints those as errors of loading."""
    if said.type == "error" and "Failed to load resource" not in said.text:
        complaints.append(said.text)


@pytest.fixture
def live_world(transactional_db: None) -> World:
    """The small world, committed, so that the server's threads see it."""
    return lay_out(lambda world: world)


def lay_out(shape: Shape) -> Any:
    """A committed tenant `teng`; `shape` adds to its world inside the same transaction."""
    tenant = found_tenant("teng")
    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
        return shape(build_world(tenant))


@pytest.fixture
def expect() -> Any:
    """Playwright's own: waits until the page says so."""
    return pytest.importorskip("playwright.sync_api").expect


@pytest.fixture
def faults_of() -> Callable[..., list[str]]:
    """Accessibility faults of what a window shows, by axe; `colours=False` where they were seen before."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()

    def look(page: Any, *, colours: bool = True) -> list[str]:
        if page.evaluate("!window.axe"):
            page.evaluate(axe.axe_script)
        return page.evaluate(_FAULTS, colours)  # type: ignore[no-any-return]

    return look


_FAULTS = """
async (colours) => {
  const found = await axe.run(document, {
    resultTypes: ["violations"], iframes: false, rules: {"color-contrast": {enabled: colours}}});
  return found.violations.flatMap((fault) => fault.nodes.map((node) => `${fault.id}: ${node.html}`));
}
"""
