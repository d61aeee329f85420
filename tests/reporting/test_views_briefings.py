"""Reading on the screen: the issue as it was told, for those it is meant for and for nobody else."""

import re
from base64 import b64encode
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from docx import Document

from programmes.models import Programme
from reporting.access import readable_series
from reporting.actions.publishing import publish_issue
from reporting.actions.series import change_series
from reporting.models import Issue, Series
from reporting.states import ItemState
from tests.reporting.clients import Reader, corrected, published, withdrawn
from tests.reporting.issues import TEXT, TOLD, series_of, signed_issue
from tests.reporting.items import in_state, questions
from tests.world import World

Browser = Callable[[Any], Any]
PUBLIC = "/t/teng/public/briefings/"


@pytest.fixture
def series(world: World) -> Series:
    return series_of(world)


def test_an_issue_reads_like_a_briefing(
    world: World, programme: Programme, series: Series, sign_in: Browser
) -> None:
    item = in_state(ItemState.ADOPTED, world, programme)
    _issue, told = published(world, series, item=item, headline="养老服务见实效")
    page = sign_in(world.ben).get(f"/t/teng/briefings/{told.root}/").content.decode()

    for words in (
        "行动学习简报",
        "第1期（总第1期）",
        "2026年9月20日",
        "编者按：",
        *TEXT,
        "共印30份",
    ):
        assert words in page
    assert f"/t/teng/information/{item.pk}/" in page
    other = sign_in(world.sis).get(f"/t/teng/briefings/{told.root}/").content.decode()
    assert "民政局供稿" in other
    assert str(item.pk) not in other


def test_the_list_shows_each_issue_once_as_it_stands(
    world: World, series: Series, sign_in: Browser
) -> None:
    one, _told = published(world, series, headline="第一篇")
    two, _told = published(world, series, number=2, headline="第二篇")
    corrected(world, one, headline="改过的第一篇")
    withdrawn(world, two)
    page = sign_in(world.ben).get("/t/teng/briefings/").content.decode()

    assert ("改过的第一篇" in page, "第二篇" in page) == (True, False)
    assert ("corrected" in page, "withdrawn" in page) == (True, True)
    client = sign_in(world.ben)
    assert "改过的第一篇" not in client.get("/t/teng/briefings/?year=2025").content.decode()
    sheet = client.get("/t/teng/briefings/?export=xlsx")
    assert sheet.headers["Content-Type"].endswith("sheet")
    assert client.get("/t/teng/briefings/?year=x").status_code == 422


def test_a_correction_says_so_and_a_withdrawn_issue_only_why(
    world: World, series: Series, sign_in: Browser
) -> None:
    issue, told = published(world, series)
    corrected(world, issue)
    client, here = sign_in(world.ben), f"/t/teng/briefings/{told.root}/"
    page = client.get(here).content.decode()
    assert "takes the place of the earlier one" in page
    assert "“三条”应为“四条”。" in page

    withdrawn(world, issue)
    stone = client.get(here)
    assert (stone.status_code, TEXT[0] in stone.content.decode()) == (410, False)
    assert "数字有误" in stone.content.decode()
    for part in ("pdf/", "docx/", "pages/"):
        assert client.get(here + part).status_code == 404


def test_files_are_those_of_the_day_under_their_title(
    world: World, series: Series, sign_in: Browser
) -> None:
    _issue, told = published(world, series, headline="养老服务见实效")
    client, here = sign_in(world.ben), f"/t/teng/briefings/{told.root}/"

    word = client.get(f"{here}docx/")
    assert "attachment" in word.headers["Content-Disposition"]
    texts = [line.text for line in Document(BytesIO(word.content)).paragraphs]
    assert any(TEXT[0] in text for text in texts)
    assert client.get(f"{here}pdf/").content.startswith(b"%PDF")
    assert client.get(f"{here}pages/").content.decode().count("data:image/png;base64,") >= 1


def test_the_pages_are_the_stored_ones(world: World, series: Series, sign_in: Browser) -> None:
    """Nothing of a published issue is typeset anew: what is stored is what is shown, to the byte."""
    issue, told = published(world, series)
    stored = told.files.get(media_type="image/png;page=1")
    fonts_of_tomorrow = bytes(told.files.get(media_type="application/pdf").content)
    change_series(series, title="别的名字", by=world.ana, now=TOLD)
    here = reverse("reporting:issue_pages", args=["teng", issue.pk])
    office = sign_in(world.ana)

    picture = b64encode(bytes(stored.content)).decode()
    for page in (reverse("reporting:briefing_pages", args=["teng", told.root]), here):
        assert picture in office.get(page).content.decode()
    file = office.get(reverse("reporting:issue_pdf", args=["teng", issue.pk]))
    assert file.content == fonts_of_tomorrow
    withdrawn(world, issue)
    for name in ("issue_pdf", "issue_docx", "issue_pages"):
        assert office.get(reverse(f"reporting:{name}", args=["teng", issue.pk])).status_code == 409


def test_lists_feeds_and_clients_say_what_was_printed(
    world: World, series: Series, sign_in: Browser
) -> None:
    _issue, told = published(world, series)
    portal = Reader(world, world.bureau)
    change_series(series, title="别的名字", compiler="另一单位", by=world.ana, now=TOLD)

    for path in ("", "changes/", "atom/", "json-feed/", f"{told.root}/"):
        body = portal(path).content.decode()
        assert "行动学习简报" in body, path
        assert not [word for word in ("别的名字", "另一单位") if word in body], path
    rows = portal("").json()["results"]
    assert rows[0]["series_title"] == "行动学习简报"
    page = sign_in(world.ben).get(f"/t/teng/briefings/{told.root}/").content.decode()
    assert "别的名字" not in page


def test_more_readers_get_later_issues_only_and_fewer_lose_the_earlier_ones(
    world: World, client: Any, sign_in: Browser
) -> None:
    series = series_of(world, organisation=world.sister)
    early = published(world, series, by=world.sis)[1]
    early_issue = Issue.objects.get(pk=early.issue)
    on_its_way = signed_issue(world, series, number=2)
    series = change_series(series, audience="public", by=world.system, now=TOLD)
    signed_before = publish_issue(on_its_way, by=world.sis, now=TOLD)
    late = published(world, series, number=3, by=world.sis)[1]
    mended = signed_issue(world, series, corrects=early_issue, correction=1, correction_note="改。")
    publish_issue(mended, by=world.sis, now=TOLD)

    def seen() -> list[Any]:
        called = [row["id"] for row in Reader(world, world.bureau)("").json()["results"]]
        anybody = [
            told
            for told in (early, signed_before, late)
            if client.get(f"{PUBLIC}{told.root}/").status_code == 200
        ]
        return [called, anybody]

    assert seen() == [[str(late.root)], [late]]
    mine = Reader(world, world.sister)("").json()["results"]
    assert {row["id"] for row in mine} == {str(t.root) for t in (early, signed_before, late)}
    change_series(series, audience="recipients", by=world.system, now=TOLD)
    assert seen() == [[], []]
    stone = withdrawn(world, early_issue, by=world.system)
    assert stone.audience == "recipients"


def test_no_reader_learns_of_the_item_behind_a_paragraph(
    world: World, programme: Programme, series: Series
) -> None:
    """The headline that the editors replaced stays between the unit and the office."""
    item = in_state(ItemState.ADOPTED, world, programme)
    _issue, told = published(world, series, item=item)
    body = Reader(world, world.sister)(f"{told.root}/").content.decode()

    assert item.title not in body
    assert str(item.pk) not in body
    assert "民政局" in body


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_of_one_and_of_three_costs_the_same(
    world: World, series: Series, sign_in: Browser, count: int
) -> None:
    for number in range(1, count + 1):
        _issue, told = published(world, series, number=number)
    client = sign_in(world.ben)
    assert questions(client, "/t/teng/briefings/") == 7
    assert questions(client, f"/t/teng/briefings/{told.root}/") <= 5
    client.logout()
    assert questions(client, PUBLIC) <= 5


AUDIENCES = list(Series.Audience)
PEOPLE = ("ana", "ben", "dora", "sis", "kid")
HOMES = ("county", "bureau", "sister", "child")
BELOW = {
    "county": {"county", "bureau", "sister", "child"},
    "bureau": {"bureau", "child"},
    "sister": {"sister"},
    "child": {"child"},
}
SEAT = {"ana": "county", "ben": "bureau", "dora": "bureau", "sis": "sister", "kid": "child"}


def may_read(login: str, home: str, audience: str) -> bool:
    """The rule written out the slow way: above, at or below, unless it is for all."""
    if audience != Series.Audience.RECIPIENTS:
        return True
    return SEAT[login] in BELOW[home] or home in BELOW[SEAT[login]]


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("home", HOMES)
def test_every_reader_of_every_audience(world: World, home: str, audience: str) -> None:
    series = series_of(world, "reihe", organisation=getattr(world, home), audience=audience)
    found = {login for login in PEOPLE if series in readable_series(getattr(world, login))}

    assert found == {login for login in PEOPLE if may_read(login, home, audience)}
    for login in ("sysadmin", "secadmin", "auditor"):
        assert series not in readable_series(getattr(world, login))


def test_whoever_takes_part_in_the_programme_reads_its_briefing(
    world: World, programme: Programme
) -> None:
    """The bureau's own briefing of a programme in which its sister takes part, too."""
    alone = series_of(world, "einzeln", organisation=world.child)
    shared = series_of(world, "gemeinsam", organisation=world.child, programme=programme)

    assert list(readable_series(world.sis)) == [shared]
    assert set(readable_series(world.kid)) == {alone, shared}


@pytest.mark.parametrize("audience", AUDIENCES)
def test_pages_and_clients_agree_on_who_may_read(
    world: World, sign_in: Browser, client: Any, audience: str
) -> None:
    """A series of the sister unit: its own people, the office above, and only then everybody else."""
    series = series_of(world, organisation=world.sister, audience=audience)
    _issue, told = published(world, series, by=world.sis)
    for user, unit in ((world.ana, world.county), (world.ben, world.bureau)):
        page = sign_in(user).get(f"/t/teng/briefings/{told.root}/").status_code
        called = Reader(world, unit)(f"{told.root}/").status_code
        seen = audience != Series.Audience.RECIPIENTS or user == world.ana
        assert page == called == (200 if seen else 404)
    client.logout()
    public = client.get(f"{PUBLIC}{told.root}/").status_code
    assert public == (200 if audience == Series.Audience.PUBLIC else 404)


def test_public_pages_leak_nothing_of_other_series_and_tenants(
    world: World, programme: Programme, client: Any
) -> None:
    item = in_state(ItemState.ADOPTED, world, programme)
    shown = series_of(world, "gongkai", audience=Series.Audience.PUBLIC)
    hidden = series_of(world, "neibu", title="内部参考", audience=Series.Audience.TENANT)
    _issue, told = published(world, shown, item=item, headline="公开的一期")
    _issue, secret = published(world, hidden, headline="不公开的一期")

    for path in ("", "atom/", "json-feed/", f"{told.root}/", f"{told.root}/pdf/"):
        answer = client.get(PUBLIC + path)
        body = answer.content.decode(errors="ignore")
        assert answer.status_code == 200
        assert not answer.cookies
        for word in ("不公开", "内部参考", "neibu", str(secret.root), str(item.pk), item.title):
            assert word not in body, (path, word)
    for path in (f"{secret.root}/", f"{secret.root}/pdf/", f"{secret.root}/docx/"):
        assert client.get(PUBLIC + path).status_code == 404
    assert client.get(f"/t/rival/public/briefings/{told.root}/").status_code == 404
    assert "公开的一期" not in client.get("/t/rival/public/briefings/").content.decode()


def test_public_pages_are_kept_by_caches_and_asked_again(world: World, client: Any) -> None:
    series = series_of(world, audience=Series.Audience.PUBLIC)
    issue, told = published(world, series, headline="公开的一期")
    paths = ("", "atom/", "json-feed/", f"{told.root}/", f"{told.root}/pdf/")
    tags = {path: client.get(PUBLIC + path).headers["ETag"] for path in paths}

    for path, tag in tags.items():
        again = client.get(PUBLIC + path, headers={"If-None-Match": tag})
        assert (again.status_code, again.headers["Cache-Control"]) == (304, "public, no-cache")
    assert client.get(f"{PUBLIC}{told.root}/").headers["Last-Modified"]
    page = client.get(f"{PUBLIC}{told.root}/").content.decode()
    assert 'type="application/atom+xml"' in page
    assert "公开的一期 · 行动学习简报 第1期" in " ".join(page.split())
    withdrawn(world, issue)
    assert (
        client.get(f"{PUBLIC}{told.root}/", headers={"If-None-Match": tags[paths[3]]}).status_code
        == 410
    )


def test_a_reading_client_is_two_clicks_away(world: World, sign_in: Browser) -> None:
    """Everything is filled in; the token that comes out pulls briefings and opens nothing else."""
    client = sign_in(world.dora)
    listed = client.get("/t/teng/tokens/").content.decode()
    asked = re.search(rf'href="([^"]*{world.bureau.pk}[^"]*for=briefings)"', listed)
    assert asked is not None
    form = client.get(asked[1]).context["form"]
    assert form["scopes"].value() == ("briefing.view",)

    typed = {name: form[name].value() for name in ("name", "scopes", "expires_on")}
    made = client.post(asked[1], {**typed, "expires_on": typed["expires_on"].isoformat()})
    secret = re.search(r"teng\.[\w-]{40,}", made.content.decode())
    assert secret is not None
    caller = Client(headers={"Authorization": f"Bearer {secret[0]}"})
    assert caller.get("/api/v1/briefings/changes/").status_code == 200
    assert caller.get("/api/v1/information-items/").status_code == 404


def test_the_docs_name_the_new_routes(db: None, client: Any) -> None:
    page = client.get("/api/v1/docs/").content.decode()
    for path in ("/briefings/changes/", "/briefings/{id}/pdf/", "/briefings/atom/", "/webhooks/"):
        assert path in page
