"""Header, language, errors: what stands around every page."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from actionlearning.desk.navigation import ENTRIES
from actionlearning.foundation.clock import database_now
from actionlearning.foundation.models import Notice
from actionlearning.foundation.scope import WHOLE, scope
from groups.actions.accounts import choose_language
from tests.world import World

HELP = "/t/teng/help/"


def told(world: World, count: int = 1) -> None:
    now = database_now()
    for number in range(count):
        Notice.objects.create(
            key=f"k{number}",
            recipient=world.ben,
            kind="programmes.project_accepted",
            params={"title": "夜间门诊"},
            at=now,
            created_at=now,
        )


@pytest.mark.parametrize("name", [name for name, _label, _permission in ENTRIES])
def test_every_word_of_the_navigation_leads_somewhere(name: str) -> None:
    assert reverse(name, args=["teng"])


@pytest.mark.parametrize(
    ("who", "open_", "shut"),
    [
        ("ben", ["/organisations/", "/notices/", "/status/"], ["/audit/"]),
        ("sysadmin", ["/notices/", "/status/"], ["/organisations/", "/audit/"]),
        ("secadmin", ["/notices/"], ["/organisations/", "/audit/", "/status/"]),
        ("auditor", ["/audit/"], ["/organisations/", "/status/"]),
    ],
)
def test_the_navigation_shows_what_the_reader_may_open(
    world: World, sign_in: Any, who: str, open_: list[str], shut: list[str]
) -> None:
    page = sign_in(getattr(world, who)).get(HELP).content.decode()
    for address in open_:
        assert f'href="/t/teng{address}"' in page
    for address in shut:
        assert f'href="/t/teng{address}"' not in page


def test_the_current_page_is_marked(world: World, sign_in: Any) -> None:
    page = sign_in(world.ben).get("/t/teng/notices/").content.decode()
    before = page.split('aria-current="page"')[0]
    assert before.rstrip().endswith('href="/t/teng/notices/"')
    assert page.count('aria-current="page"') == 1


def test_the_header_costs_one_question(world: World, sign_in: Any) -> None:
    told(world, 3)
    client = sign_in(world.ben)
    client.get(HELP)
    with CaptureQueriesContext(connection) as asked:
        page = client.get(HELP).content.decode()
    counted = [q["sql"] for q in asked if "foundation_notice" in q["sql"]]
    assert len(counted) == 1
    assert (
        len([q for q in asked if "SAVEPOINT" not in q["sql"]]) == 3
    )  # session, user with standing, count
    assert ">3<" in page.replace("\n", "").replace(" ", "")


def test_strangers_cost_nothing(world: World, client: Any) -> None:
    client.get("/t/teng/sign-in/")
    with CaptureQueriesContext(connection) as asked:
        client.get("/t/teng/sign-in/")
    assert [q["sql"] for q in asked if "SAVEPOINT" not in q["sql"]] == []


def test_a_reader_may_choose_the_language(world: World, sign_in: Any) -> None:
    client = sign_in(world.ben)
    answer = client.post("/t/teng/language/", {"language": "en", "next": HELP})
    assert answer["Location"] == HELP
    world.ben.refresh_from_db()
    assert world.ben.language == "en"
    assert client.cookies["language"].value == "en"
    assert "Skip to the main content" in client.get(HELP).content.decode()


def test_a_stranger_keeps_the_language_in_a_cookie(world: World, client: Any) -> None:
    client.post("/language/", {"language": "en", "next": "/"})
    assert 'lang="en"' in client.get("/").content.decode()
    client.post("/t/teng/language/", {"language": "zh-hans", "next": "/t/teng/sign-in/"})
    assert 'lang="zh-Hans"' in client.get("/t/teng/sign-in/").content.decode()


def test_only_languages_with_a_catalogue_are_offered(client: Any, db: None, settings: Any) -> None:
    offered = {code for code, _name in settings.LANGUAGES}
    written = {
        folder.name.lower().replace("_", "-")
        for place in settings.LOCALE_PATHS
        for folder in place.iterdir()
        if (folder / "LC_MESSAGES").is_dir()
    }
    assert offered == written | {"en"}
    page = client.get("/").content.decode()
    assert [name in page for name in ("简体", "繁體", "English")] == [True] * 3


@pytest.mark.parametrize("next_", ["https://evil.example/", "//evil.example", ""])
def test_the_language_switch_leads_nowhere_else(world: World, client: Any, next_: str) -> None:
    answer = client.post("/t/teng/language/", {"language": "en", "next": next_})
    assert answer["Location"] == "/t/teng/"
    assert client.post("/language/", {"language": "xx", "next": next_})["Location"] == "/"
    assert "xx" not in client.cookies["language"].value


def test_a_missing_page_has_the_shell(world: World, sign_in: Any) -> None:
    choose_language(world.ben, language="en")
    answer = sign_in(world.ben).get("/t/teng/no-such-page/")
    assert answer.status_code == 404
    assert "To my desk" in answer.content.decode()


@pytest.mark.parametrize("path", ["/nothing/", "/t/nobody/", "/t/nobody/sign-in/"])
def test_strangers_get_the_bare_404(world: World, client: Any, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "/t/teng/" not in answer.content.decode()


def test_the_rest_interface_answers_in_json(world: World, client: Any) -> None:
    answer = client.get("/t/teng/api/v1/no-such-thing/")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


def test_a_failure_asks_nothing_of_the_database(
    world: World, client: Any, sign_in: Any, monkeypatch: Any
) -> None:
    client = sign_in(world.ben)
    client.raise_request_exception = False

    def fail(*_args: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    monkeypatch.setattr("actionlearning.desk.views.system.render", fail)
    answer = client.get(HELP)
    assert answer.status_code == 500
    assert "<h1" in answer.content.decode()


@pytest.mark.parametrize("path", ["", "notices/", "status/", "help/", "account/"])
def test_pages_obey_the_content_policy(world: World, sign_in: Any, path: str) -> None:
    answer = sign_in(world.ben).get(f"/t/teng/{path}")
    page = answer.content.decode()
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert "<style" not in page
    assert " style=" not in page
    assert "hx-on" not in page
    assert all("src=" in tag.split(">")[0] for tag in page.split("<script")[1:])


@pytest.mark.parametrize(
    "path",
    [
        "",
        "notices/",
        "status/",
        "audit/",
        "help/",
        "account/",
        "account/password/",
        "sign-in/factor/",
    ],
)
def test_strangers_are_sent_to_sign_in(world: World, rival: World, sign_in: Any, path: str) -> None:
    with scope(rival.tenant, path=WHOLE, actor=rival.ben):
        client = sign_in(rival.ben)
    answer = client.get(f"/t/teng/{path}")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/t/teng/sign-in/?next=")


def test_the_description_of_the_interface_is_there(world: World, sign_in: Any) -> None:
    client = sign_in(world.ben)
    assert 'href="/api/v1/schema/"' in client.get(HELP).content.decode()
    assert client.get("/api/v1/schema/").status_code == 200


def test_the_search_box_keeps_what_was_asked_and_nothing_else(world, sign_in):
    client = sign_in(world.ben)
    address = reverse("desk:search", args=[world.tenant.slug])

    asked = client.get(address, {"q": "养老"}).content.decode()
    elsewhere = client.get(HELP, {"q": "养老"}).content.decode()

    assert ('value="养老"' in asked, 'value="养老"' in elsewhere) == (True, False)
