"""From adopted items to what a portal has: by the verbs of the office, with the portal's last cursor."""

from typing import Any

import pytest

from programmes.models import Programme
from reporting.actions.issues import check_issue, offer_issue, sign_issue, start_correction
from reporting.actions.publishing import publish_issue, withdraw_issue
from reporting.models import Issue
from tests.reporting.briefings import OCTOBER, Office, adopted, open_office, signed_issue
from tests.reporting.clients import Reader
from tests.running import beijing, run_programme
from tests.world import World


@pytest.fixture
def programme(world: World) -> Programme:
    return run_programme(world)


@pytest.fixture
def office(world: World, programme: Programme) -> Office:
    return open_office(world, programme)


def signed_correction(office: Office, issue: Issue) -> Issue:
    mended = start_correction(issue, note="“三条”应为“四条”。", by=office.cai, now=OCTOBER)
    mended = offer_issue(mended, by=office.cai, now=OCTOBER)
    mended = check_issue(mended, by=office.ana, now=OCTOBER)
    return sign_issue(mended, by=office.lin, now=OCTOBER)


def test_a_portal_gets_the_issue_its_correction_and_the_tombstone_once_each(
    office: Office, world: World
) -> None:
    portal = Reader(world, world.bureau)
    cursor = ""

    def news() -> list[dict[str, Any]]:
        nonlocal cursor
        page = portal(f"changes/?after={cursor}").json()
        cursor = page["next"]
        return list(page["results"])

    assert news() == []
    item = adopted(office)
    issue = signed_issue(office, item)
    publish_issue(issue, by=office.cai, now=OCTOBER)
    [told] = news()
    whole = portal(f"{told['briefing']}/").json()
    [article] = whole["articles"]
    assert (told["kind"], told["label"], whole["title"]) == ("published", "1", item.title)
    assert {row["unit"]["name"] for row in article["paragraphs"]} == {world.bureau.name}
    assert str(item.pk) not in str(whole)

    publish_issue(signed_correction(office, issue), by=office.cai, now=beijing(10, 12))
    [mended] = news()
    assert (mended["kind"], mended["label"]) == ("corrected", "1-corr-1")
    assert portal(f"{told['briefing']}/").json()["correction_note"] == ["“三条”应为“四条”。"]

    withdraw_issue(issue, reason="数字有误", by=office.lin, now=beijing(10, 13))
    [gone] = news()
    assert (gone["kind"], gone["reason"]) == ("withdrawn", "数字有误")
    assert portal(f"{told['briefing']}/").status_code == 410
    assert news() == []
