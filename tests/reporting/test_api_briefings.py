"""What REST clients pull: exactly what was told, in order, once; 304 while nothing changed."""

import base64
import hashlib
import json
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actionlearning.foundation.middleware import forget_tenants
from actionlearning.foundation.models import ClientToken, Tenant
from actionlearning.foundation.scope import WHOLE, scope
from programmes.models import Programme
from reporting.models import Publication, Series
from reporting.states import ItemState
from tests.reporting.clients import READING, Reader, client_of, corrected, published, withdrawn
from tests.reporting.issues import TEXT, TOLD, series_of
from tests.reporting.items import in_state, questions
from tests.running import beijing
from tests.world import World

UNKNOWN = "00000000-0000-7000-8000-000000000000"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def series(world: World) -> Series:
    return series_of(world)


@pytest.fixture
def portal(world: World) -> Reader:
    """Of the bureau, which lies below the office whose briefing it is."""
    return Reader(world, world.bureau)


def changes(portal: Reader, after: str = "") -> dict[str, Any]:
    answer = portal(f"changes/?after={after}")
    assert answer.status_code == 200, answer.content
    return answer.json()  # type: ignore[no-any-return]


def test_with_its_last_cursor_a_client_gets_the_issue_then_its_correction_then_a_tombstone(
    world: World, series: Series, portal: Reader
) -> None:
    before = changes(portal)
    issue, first = published(world, series)
    news = changes(portal, before["next"])
    corrected(world, issue)
    mended = changes(portal, news["next"])
    withdrawn(world, issue)
    gone = changes(portal, mended["next"])

    told = [
        (c["kind"], c["briefing"], c["label"])
        for c in (*news["results"], *mended["results"], *gone["results"])
    ]
    root = str(first.pk)
    assert told == [
        ("published", root, "1"),
        ("corrected", root, "1-corr-1"),
        ("withdrawn", root, "1-corr-1"),
    ]
    assert gone["results"][0]["reason"] == "数字有误"
    quiet = changes(portal, gone["next"])
    assert (quiet["results"], quiet["next"], quiet["more"]) == ([], gone["next"], False)


def test_from_the_beginning_the_text_of_a_withdrawn_issue_is_nowhere(
    world: World, series: Series, portal: Reader
) -> None:
    issue, told = published(world, series, headline="不再提起的标题")
    withdrawn(world, issue)

    for path in ("", "changes/", "atom/", "json-feed/", f"{told.root}/", f"{told.root}/pdf/"):
        answer = portal(path)
        body = answer.content.decode()
        assert "不再提起" not in body, path
        assert TEXT[0] not in body, path
    assert [c["kind"] for c in changes(portal)["results"]] == ["published", "withdrawn"]


def test_pages_of_changes_are_read_on_one_after_the_other(
    world: World, series: Series, portal: Reader
) -> None:
    keys = [str(published(world, series, number=n)[1].pk) for n in range(1, 6)]
    seen, after, more = [], "", True
    while more:
        page = portal(f"changes/?limit=2&after={after}").json()
        seen += [change["id"] for change in page["results"]]
        after, more = page["next"], page["more"]
    assert seen == keys


@pytest.mark.parametrize("cursor", ["nonsense", UNKNOWN, "7", "'--"])
def test_an_unknown_cursor_is_said_in_plain_words(portal: Reader, cursor: str) -> None:
    answer = portal(f"changes/?after={cursor}", Accept_Language="en")

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "unknown_cursor")
    assert "Begin anew" in problem["title"]
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_the_cursor_tells_nothing_about_what_others_get(
    world: World, series: Series, portal: Reader
) -> None:
    hidden = series_of(world, "nei", organisation=world.sister)
    published(world, hidden, by=world.sis)
    published(world, series)
    published(world, hidden, number=2, by=world.sis)
    page = changes(portal)

    assert [change["series"] for change in page["results"]] == ["jianbao"]
    assert page["series"] == ["jianbao"]
    assert "sequence" not in json.dumps(page)


def test_a_cursor_stays_good_when_its_series_is_closed_to_the_client(
    world: World, series: Series, portal: Reader
) -> None:
    other = series_of(world, "qita")
    last = changes(portal, str(published(world, series)[1].pk))["next"]
    Series.objects.filter(pk=series.pk).update(organisation=world.sister)
    _issue, told = published(world, other)

    assert [change["id"] for change in changes(portal, last)["results"]] == [str(told.pk)]


def test_an_issue_with_its_text_sources_and_files(
    world: World, series: Series, portal: Reader
) -> None:
    _issue, told = published(world, series)
    answer = portal(f"{told.root}/")
    whole = answer.json()

    assert [row["text"] for row in whole["articles"][0]["paragraphs"]] == list(TEXT)
    assert (whole["id"], whole["state"], whole["dated"]) == (
        str(told.root),
        "published",
        "2026-09-20",
    )
    for file in whole["files"]:
        got = portal.client.get(
            file["address"], headers={"Authorization": f"Bearer {portal.secret}"}
        )
        assert (got.status_code, got.headers["Content-Type"]) == (200, file["media_type"])
        assert hashlib.sha256(got.content).hexdigest() == file["sha256"]


def test_nothing_new_costs_a_304(world: World, series: Series, portal: Reader) -> None:
    issue, told = published(world, series)
    one = portal(f"{told.root}/")
    paths = ("", "changes/", "atom/", "json-feed/", f"{told.root}/")
    tags = {path: portal(path).headers["ETag"] for path in paths}

    assert one.headers["ETag"] == f'"{told.digest}"'
    for path, tag in tags.items():
        again = portal(path, If_None_Match=tag)
        assert (again.status_code, again.content) == (304, b""), path
        assert again.headers["ETag"] == tag
    since = one.headers["Last-Modified"]
    assert portal(f"{told.root}/", If_Modified_Since=since).status_code == 304
    corrected(world, issue)
    for path, tag in tags.items():
        assert portal(path, If_None_Match=tag).status_code == 200, path
    assert portal(f"{told.root}/", If_Modified_Since=since).status_code == 200


def test_a_304_is_for_the_reader_of_that_list_only(
    world: World, series: Series, portal: Reader
) -> None:
    published(world, series)
    tag = portal("").headers["ETag"]
    bureau, outside = (
        client_of(world, world.bureau, scopes) for scopes in (READING, ("item.view",))
    )

    def asked(secret: str, **headers: str) -> int:
        headers = {"If-None-Match": tag, "Authorization": f"Bearer {secret}"} | headers
        return int(portal.client.get("/api/v1/briefings/", headers=headers).status_code)

    assert asked(portal.secret) == 304
    assert asked(portal.secret, **{"If-None-Match": f'"x", W/{tag}'}) == 304
    assert asked(portal.secret, **{"Accept-Language": "en"}) == 200
    assert asked(bureau[1]) == 200
    assert asked(outside[1]) == 404
    assert asked("teng.unknown") == 401
    with CaptureQueriesContext(connection) as statements:
        assert asked(portal.secret) == 304
    assert len([each for each in statements if "SAVEPOINT" not in each["sql"]]) == 1
    Tenant.objects.update(restored_at=TOLD)  # counters of an older day, and other texts since
    forget_tenants()
    assert asked(portal.secret) == 200
    with scope(world.tenant, path=WHOLE, actor=None):
        ClientToken.objects.update(revoked_at=TOLD)
    assert asked(portal.secret) == 401


def test_a_withdrawn_issue_is_gone_and_says_why(
    world: World, series: Series, portal: Reader
) -> None:
    issue, told = published(world, series)
    withdrawn(world, issue)

    for path in (f"{told.root}/", f"{told.root}/pdf/", f"{told.root}/docx/"):
        answer = portal(path)
        assert (answer.status_code, answer.json()["code"]) == (410, "withdrawn")
        assert answer.json()["detail"] == "数字有误"
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_the_list_has_every_issue_once_as_it_stands(
    world: World, series: Series, portal: Reader
) -> None:
    one, first = published(world, series)
    _two, second = published(world, series, number=2, now=beijing(9, 21))
    corrected(world, one, now=beijing(9, 22))

    rows = portal("").json()["results"]
    assert [(row["id"], row["state"]) for row in rows] == [
        (str(first.root), "corrected"),
        (str(second.root), "published"),
    ]
    assert portal("?year=2025").json()["results"] == []
    assert len(portal("?series=jianbao&year=2026&fields=id").json()["results"]) == 2


@pytest.mark.parametrize("ordering", ["", "published_at", "-published_at"])
def test_pages_of_the_list_follow_each_other_in_both_directions(
    world: World, series: Series, portal: Reader, ordering: str
) -> None:
    keys = [str(published(world, series, number=n, now=beijing(9, 20 + n))[1].pk) for n in range(3)]
    seen, cursor = [], ""
    while cursor is not None:
        page = portal(f"?limit=1&ordering={ordering}&cursor={cursor}").json()
        seen += [row["id"] for row in page["results"]]
        cursor = page["next_cursor"]
    assert seen == (keys if ordering == "published_at" else keys[::-1])


def test_a_page_of_the_list_is_one_walk_along_an_index(
    world: World, series: Series, portal: Reader
) -> None:
    """A table that has grown since its statistics were taken must not be read whole for each poll."""
    published(world, series)
    with CaptureQueriesContext(connection) as asked:
        portal("")
    (page,) = [each["sql"] for each in asked.captured_queries if "readable" in each["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {page}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "publication_list on reporting_publication p" in plan
    assert "Sort" not in plan
    assert "Anti Join" not in plan


@pytest.mark.parametrize("values", [[1, 2], ["x", "y"], ["2026-09-20", UNKNOWN, 3], ["nan", None]])
def test_a_page_mark_of_another_list_is_refused(portal: Reader, values: list[Any]) -> None:
    mark = base64.urlsafe_b64encode(json.dumps(values).encode()).decode()
    answer = portal(f"?cursor={mark}")
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor")


@pytest.mark.parametrize("query", ["year=x", "limit=0", "changed_since=2026-09-22T00:00:00Z"])
def test_a_wrong_filter_is_refused(portal: Reader, query: str) -> None:
    assert portal(f"?{query}").status_code == 422


def test_whoever_asks_by_an_instant_is_sent_to_the_changes(portal: Reader) -> None:
    problem = portal("?changed_since=2026-09-22T00:00:00Z").json()

    assert problem["code"] == "no_such_filter"
    assert "changes/" in problem["title"]


def test_feeds_carry_corrections_and_withdrawals_under_one_id(
    world: World, series: Series, portal: Reader
) -> None:
    one, first = published(world, series)
    two, second = published(world, series, number=2)
    corrected(world, one, now=beijing(9, 21))
    withdrawn(world, two, now=beijing(9, 22))

    atom = ET.fromstring(portal("atom/").content)
    entries = atom.findall(f"{ATOM}entry")
    assert [each.findtext(f"{ATOM}id") for each in entries] == [
        f"urn:uuid:{second.root}",
        f"urn:uuid:{first.root}",
    ]
    states = [each.find(f"{ATOM}category").get("term") for each in entries]  # type: ignore[union-attr]
    assert states == ["withdrawn", "corrected"]
    assert entries[1].findtext(f"{ATOM}updated") == "2026-09-21T04:00:00Z"
    assert entries[1].findtext(f"{ATOM}published") == "2026-09-20T04:00:00Z"
    assert TEXT[0] in str(entries[1].findtext(f"{ATOM}content"))
    for name in ("id", "title", "updated", "link"):
        assert atom.find(f"{ATOM}{name}") is not None

    feed = portal("json-feed/", Accept="application/feed+json").json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert [item["id"] for item in feed["items"]] == [
        f"urn:uuid:{second.root}",
        f"urn:uuid:{first.root}",
    ]
    assert "数字有误" in feed["items"][0]["content_html"]
    for item in feed["items"]:
        assert {"id", "url", "content_html", "date_published", "date_modified"} <= set(item)


def test_in_a_feed_notes_and_senders_stand_apart_from_the_text(
    world: World, series: Series, portal: Reader, programme: Programme
) -> None:
    issue, _told = published(world, series)
    item = in_state(ItemState.ADOPTED, world, programme)
    corrected(world, issue, item=item)
    [entry] = portal("json-feed/").json()["items"]

    text = entry["content_html"]
    assert "<blockquote><p><b>更正：</b>“三条”应为“四条”。</p></blockquote>" in text
    assert "<blockquote><p><b>编者按：</b>本期刊发一篇经验。</p></blockquote>" in text
    assert text.endswith("<p><small>（民政局供稿）</small></p>")


@pytest.mark.parametrize("path", ["", "changes/", "atom/", "json-feed/"])
def test_one_issue_and_three_cost_the_same(
    world: World, series: Series, portal: Reader, path: str
) -> None:
    client, address = portal.client, f"/api/v1/briefings/{path}"
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {portal.secret}"
    published(world, series)
    one = questions(client, address)
    for number in (2, 3):
        published(world, series, number=number)
    assert questions(client, address) == one <= 5


def test_an_issue_costs_five_questions_at_most(
    world: World, series: Series, portal: Reader
) -> None:
    _issue, told = published(world, series)
    portal.client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {portal.secret}"
    assert questions(portal.client, f"/api/v1/briefings/{told.root}/") <= 5


def test_what_was_told_twice_in_a_second_is_told_apart(
    world: World, series: Series, portal: Reader
) -> None:
    issue, told = published(world, series)
    stamp = portal(f"{told.root}/").headers["Last-Modified"]
    again = corrected(world, issue)

    assert again.published_at > Publication.objects.get(pk=told.pk).published_at
    assert portal(f"{told.root}/", If_Modified_Since=stamp).status_code == 200
