"""A roster on its way in, as the bureau's director walks it in Chinese, at a desk and on a phone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from actionlearning.foundation.scope import WHOLE, scope
from groups.actions.roster_work import work_off
from groups.models import Person
from tests.groups.rostering import PERSONS, sheet
from tests.journeys.conftest import PHONE, WIDE
from tests.journeys.test_screens import PICTURES
from tests.journeys.walking import in_chinese, sign_in
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROWS = (
    ("藤县民政局干部花名册", "", "", "", ""),
    PERSONS,
    ("民政局", "张　三", "副局长", 13977412345, "2012.05"),
    ("民政局", "买买提•吐尔逊", "干事", "0774-1234567", "2012年5月3日"),
    ("民政局", "贝宁", "行动办干事", "", ""),
    ("民政局", "韦明、农秀英", "科员", "", "2020-01"),
)


def _worked(world: World) -> None:
    with scope(world.tenant, path=WHOLE, actor=None):
        work_off()


def _seen(page: Any, name: str, faults_of: Callable[..., list[str]]) -> list[str]:
    """Faults of the screen at both widths; pictures where somebody asked for them."""
    faults = []
    for width, height in (PHONE, WIDE):
        page.set_viewport_size({"width": width, "height": height})
        if page.evaluate("document.documentElement.scrollWidth") > width:
            faults.append(f"{name} scrolls sideways at {width}")
        faults += [
            f"{name} {width}: {fault}" for fault in faults_of(page, colours=width == WIDE[0])
        ]
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"walk-{name}-{width}.png", full_page=True)
    return faults


def test_a_roster_goes_in_and_comes_back(
    live_world: World,
    open_page: Any,
    faults_of: Callable[..., list[str]],
    tmp_path: Path,
    expect: Any,
) -> None:
    with scope(live_world.tenant, path=WHOLE, actor=None), transaction.atomic():
        in_chinese(live_world)
    page = open_page()
    sign_in(page, "dora")
    page.goto("/t/teng/rosters/new/")
    faults = _seen(page, "new", faults_of)
    good = tmp_path / "花名册.xlsx"
    good.write_bytes(sheet(*ROWS, merge=["A1:E1"]))
    page.set_input_files("input[type=file]", good)
    page.click("form button[type=submit].btn-primary")
    expect(page.locator("#line")).to_be_visible()
    _worked(live_world)
    expect(page.locator("table tbody tr")).to_have_count(5)
    faults += _seen(page, "checked", faults_of)

    page.check("input[name=split][value=apart]")
    page.click("form[action$='confirmation/'] button[type=submit]")
    expect(page.locator("#line")).to_be_visible()
    _worked(live_world)
    expect(page.locator("form[action$='undoing/']")).to_be_visible()
    faults += _seen(page, "entered", faults_of)
    assert _people(live_world) == 4

    page.click("form[action$='undoing/'] button[type=submit]")
    expect(page.locator("form[action$='undoing/']")).to_have_count(0)
    faults += _seen(page, "undone", faults_of)
    assert _people(live_world) == 0
    page.goto("/t/teng/posts/")
    faults += _seen(page, "posts", faults_of)
    page.goto("/t/teng/rosters/?ended=1")
    faults += _seen(page, "list", faults_of)
    assert faults == []


def _people(world: World) -> int:
    names = ["张三", "买买提·吐尔逊", "韦明", "农秀英"]
    with scope(world.tenant, path=WHOLE, actor=None), transaction.atomic():
        return Person.objects.filter(name__in=names, ends_on=None).count()
