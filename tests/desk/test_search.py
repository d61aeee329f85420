"""One box for everything, and never more than the reader may see."""

from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from groups.models import Person
from programmes.actions.laying import lay_down
from tests.programmes.asked import statements
from tests.programmes.topics import propose
from tests.reporting.items import draft, submitted
from tests.running import beijing, run_programme


@pytest.fixture
def programme(world):
    made = run_programme(world)
    lay_down(made, now=beijing(9, 1))
    return made


@pytest.fixture
def search(world, sign_in):
    """`search(user, "民政")`: the page; `rest=True`: {kind: titles}."""

    def ask(user, words, *, rest=False):
        client = sign_in(user)
        if not rest:
            return client.get(f"/t/teng/search/?q={quote(words)}")
        found = client.get(f"/t/teng/api/v1/search/?q={quote(words)}").json()["results"]
        return {part["kind"]: [hit["title"] for hit in part["hits"]] for part in found}

    return ask


@pytest.mark.parametrize("words", ["民政", "mzj", "minzheng"])
def test_a_unit_and_its_ledger_are_found_by_characters_initials_and_spelling(
    world, programme, search, words
):
    found = search(world.ana, words, rest=True)

    assert found["organisations"] == ["民政局"]
    assert found["duties"] == ["民政局"]
    page = search(world.ana, words).content.decode()
    assert f"/t/teng/obligations/?organisation={world.bureau.pk}" in page


@pytest.mark.parametrize("words", ["刘联", "ll", "liulian"])
def test_a_person_is_found(world, search, words):
    assert search(world.ben, words, rest=True)["persons"] == ["刘联"]


@pytest.mark.parametrize("rest", [False, True])
def test_a_question_in_traditional_characters_finds_the_mainland_names(world, search, rest):
    found = search(world.ben, "劉聯", rest=rest)

    if rest:
        assert found["persons"] == ["刘联"]
    else:
        page = found.content.decode()
        assert "刘联</a>" in page
        assert "劉聯" in page  # what was typed stays in the box


def test_names_typed_in_traditional_characters_are_found_as_they_stand(world, programme, search):
    propose(world, programme, "檔案整理")
    propose(world, programme, "档案移交")

    assert search(world.ana, "檔案", rest=True)["projects"] == ["檔案整理"]


def test_topics_and_items_are_found_by_words_of_their_title(world, programme, search):
    propose(world, programme, "孤儿救助")
    submitted(world, programme, title="孤儿安置进展")

    found = search(world.ana, "孤儿", rest=True)

    assert (found["projects"], found["items"]) == (["孤儿救助"], ["孤儿安置进展"])


@pytest.mark.parametrize("rest", [False, True])
def test_nobody_finds_what_is_not_theirs(world, programme, search, rest):
    propose(world, programme, "孤儿救助")
    submitted(world, programme, title="孤儿安置进展")
    draft(world, programme, title="孤儿草稿")
    person = Person.objects.get(user=world.liu)

    for words in ("孤儿", person.name):
        seen = search(world.sis, words, rest=rest)
        assert "孤儿救助" not in (str(seen) if rest else seen.content.decode())
        assert not rest or seen == {}
    assert "孤儿草稿" not in str(search(world.ana, "孤儿", rest=True))
    assert "孤儿草稿" in str(search(world.ben, "孤儿", rest=True))


@pytest.mark.parametrize("words", ["", "   ", "%", "_", "\\", "'", "x" * 500])
def test_nothing_and_nonsense_find_nothing(world, programme, search, words):
    assert search(world.ana, words, rest=True) == {}
    assert search(world.ana, words).status_code == 200


@pytest.mark.parametrize("user", ["sysadmin", "secadmin", "auditor"])
def test_administrators_have_no_box(world, search, sign_in, user):
    assert search(getattr(world, user), "民政").status_code == 404
    assert "masthead-q" not in sign_in(getattr(world, user)).get("/t/teng/").content.decode()


def test_the_box_stands_on_every_page(world, programme, sign_in):
    client = sign_in(world.ben)
    for path in ("", "organisations/", "obligations/", "projects/", "information/", "notices/"):
        assert 'id="masthead-q"' in client.get(f"/t/teng/{path}").content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_a_search_asks_few_statements(world, programme, sign_in, count):
    for number in range(count):
        propose(world, programme, f"民政{number}")
        submitted(world, programme, title=f"民政{number}", body=f"第{number}条信息的正文。")
    client = sign_in(world.ana)
    for address, most in (("/t/teng/search/?q=民政", 8), ("/t/teng/api/v1/search/?q=民政", 5)):
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        assert statements(asked) <= most
