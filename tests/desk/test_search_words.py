"""Words follow every change of a name, and what is found is ranked, counted and paged."""

from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actionlearning.desk import search as searching
from actionlearning.desk.search import find, find_of_kind
from actionlearning.foundation.words import asking
from actionlearning.foundation.words.keeping import rebuild
from groups.actions.grants import grant
from groups.actions.organisations import change_organisation
from groups.actions.users import create_user
from groups.models import Person
from programmes.actions.laying import lay_down
from programmes.actions.units import move_unit
from programmes.models import Activity, Project
from reporting.actions.items import return_item, save_draft, sign_item, submit_item
from tests.desk.words_kept import kept
from tests.moments import NOON
from tests.programmes.activities import activity
from tests.programmes.asked import statements
from tests.programmes.topics import chosen, propose
from tests.reporting.items import submitted
from tests.running import beijing, run_programme


@pytest.fixture
def programme(world):
    made = run_programme(world)
    lay_down(made, now=beijing(9, 1))
    return made


def found(user, words):
    """{kind: titles}"""
    return {
        part.kind: [hit.title for hit in part.hits] for part in find(user, words, "teng").sections
    }


def test_a_new_name_is_found_and_the_old_one_is_not(world, programme):
    change_organisation(world.bureau, name="藤县民政和社保局", by=world.ana, now=NOON)

    assert "藤县民政和社保局" in found(world.ana, "社保")["organisations"]
    assert "organisations" not in found(world.ana, "民政局")
    assert kept() == kept(rebuild(world.tenant))


def test_a_unit_that_moves_takes_its_words_along(world, programme):
    propose(world, programme, "孤儿救助")
    assert found(world.ana, "孤儿救助")["projects"] == ["孤儿救助"]
    assert "projects" not in found(world.sis, "孤儿救助")

    move_unit(world.bureau, parent=world.sister, by=world.ana, now=NOON)

    assert found(world.sis, "孤儿救助")["projects"] == ["孤儿救助"]
    assert kept() == kept(rebuild(world.tenant))


def test_what_has_gone_is_found_no_more(world, programme):
    made = activity(chosen(world, programme), world, title="入户摸底")
    assert found(world.ben, "rhmd")["activities"] == ["入户摸底"]

    Activity.objects.filter(pk=made.pk).delete()

    assert found(world.ben, "rhmd") == {}
    assert kept() == kept(rebuild(world.tenant))


def test_a_statement_over_many_rows_is_followed_too(world, programme):
    for number in range(3):
        propose(world, programme, f"孤儿救助{number}")
    Project.objects.update(title="留守儿童")

    assert len(found(world.ben, "留守")["projects"]) == 3
    assert kept() == kept(rebuild(world.tenant))


def test_the_new_words_of_a_returned_item_are_its_units_alone(world, programme):
    item = submitted(world, programme, title="孤儿安置进展")
    item = return_item(item, reason="请补充数字。", by=world.ana, now=beijing(9, 3))
    item = save_draft(item, title="留守儿童进展", by=world.ben, now=beijing(9, 4))

    assert found(world.ben, "留守")["items"] == ["留守儿童进展"]
    assert "items" not in found(world.ana, "留守")
    assert found(world.ana, "孤儿")["items"] == ["孤儿安置进展"]
    assert kept() == kept(rebuild(world.tenant))

    item = sign_item(item, by=world.dora, now=beijing(9, 4))
    submit_item(item, by=world.ben, now=beijing(9, 4))
    assert found(world.ana, "留守")["items"] == ["留守儿童进展"]
    assert kept() == kept(rebuild(world.tenant))


def test_the_command_makes_all_words_anew(world, programme, capsys):
    propose(world, programme, "孤儿救助")
    before = kept()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM foundation_word; DELETE FROM foundation_commonword")
    assert found(world.ana, "孤儿") == {}

    call_command("rebuild_search", tenant=["teng"])

    assert kept() == before
    assert "teng: project 1" in capsys.readouterr().out


def test_the_name_itself_comes_first_then_its_beginning_then_the_latest(world, programme):
    for title in ("关于孤儿救助", "孤儿救助办法", "孤儿救助"):
        propose(world, programme, title)

    assert found(world.ben, "孤儿救助")["projects"] == ["孤儿救助", "孤儿救助办法", "关于孤儿救助"]


def test_all_words_must_be_in_the_name(world, programme):
    propose(world, programme, "孤儿就近救助")
    propose(world, programme, "孤儿安置")

    assert found(world.ben, "孤儿 救助")["projects"] == ["孤儿就近救助"]
    assert found(world.ben, "救助 孤儿")["projects"] == ["孤儿就近救助"]
    assert "projects" not in found(world.ben, "孤儿救助")
    assert found(world.ben, "孤")["projects"] == ["孤儿安置", "孤儿就近救助"]


def test_an_activity_is_found_by_its_initials_with_unit_and_day(world, programme):
    activity(chosen(world, programme), world, title="入户摸底")

    (part,) = find(world.ana, "rhmd", "teng").sections

    assert (part.kind, part.hits[0].title) == ("activities", "入户摸底")
    assert part.hits[0].about.startswith("民政局 · ")


def test_one_letter_is_refused_in_words(world, programme, sign_in):
    page = sign_in(world.ben).get("/t/teng/search/?q=m").content.decode()
    assert "One Latin letter alone finds nothing" in page
    long = sign_in(world.ben).get("/t/teng/search/", {"q": "长" * 70}).content.decode()
    assert "only its first 60 characters" in long


def crowd(world, programme, count):
    project = chosen(world, programme)
    Project.objects.filter(pk=project.pk).update(title="民生实事")
    made = [activity(project, world, title=f"走访孤儿{number:03d}") for number in range(count)]
    return {each.pk for each in made}


def test_more_than_fifty_are_not_counted_and_stand_on_pages(world, programme, sign_in):
    made = crowd(world, programme, 53)
    client = sign_in(world.ana)

    page = client.get("/t/teng/search/", {"q": "走访孤儿"}).content.decode()
    assert "more than 50" in page
    assert page.count("走访孤儿0") == 10

    seen, mark = [], ""
    while True:
        part = find_of_kind(world.ana, "走访孤儿", "teng", "activities", mark)
        seen += [hit.pk for hit in part.sections[0].hits]
        mark = part.mark
        if not mark:
            break
    assert (len(seen), set(seen)) == (53, made)
    page = client.get("/t/teng/search/", {"q": "走访孤儿", "kind": "activities"}).content.decode()
    assert page.count("走访孤儿0") == 50
    assert "Next page" in page


def test_what_may_not_be_seen_takes_no_place(world, programme, monkeypatch):
    """More is found inside a guest's wall than is looked at, and of it he sees one."""
    topics = [propose(world, programme, "走访孤儿", background=f"第{n}个") for n in range(5)]
    guest = create_user(login="guest", person=None, by=world.system, now=NOON)[0]
    grant(topics[0], to=guest, reason="专家", by=world.dora, now=NOON)
    monkeypatch.setattr(searching, "LOOKED_AT", 2)

    (part,) = find(guest, "走访孤儿", "teng").sections

    assert [(part.kind, part.count, part.many)] == [("projects", 1, False)]
    assert part.hits[0].pk == topics[0].pk
    (page,) = find_of_kind(guest, "走访孤儿", "teng", "projects").sections
    assert [hit.pk for hit in page.hits] == [topics[0].pk]


@pytest.mark.parametrize("kind", ["activities", "nothing"])
def test_a_page_mark_or_kind_that_is_none_is_refused(world, programme, sign_in, kind):
    client = sign_in(world.ana)
    asked = {"q": "孤儿", "kind": kind, "after": "x"}
    assert client.get("/t/teng/search/", asked).status_code == 422
    asked = {"q": "孤儿", "kind": kind, "cursor": "x"}
    assert client.get("/t/teng/api/v1/search/", asked).status_code == 422


@pytest.mark.parametrize("count", [1, 3])
def test_a_search_asks_the_same_number_of_statements(world, programme, sign_in, count):
    project = chosen(world, programme, "民政")
    for number in range(count):
        activity(project, world, title=f"民政{number}")
        submitted(world, programme, title=f"民政{number}", body=f"第{number}条信息的正文。")
    client = sign_in(world.ana)
    for address, most in (
        ("/t/teng/search/?q=民政", 8),
        ("/t/teng/search/?q=民政&kind=activities", 8),
        ("/t/teng/api/v1/search/?q=民政", 5),
        ("/t/teng/api/v1/search/?q=民政&kind=activities", 5),
    ):
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        assert statements(asked) <= most


@pytest.mark.parametrize("most", ["LOOKED_AT", "MOST_ROWS"])
def test_a_crowd_asks_one_more_at_most(world, programme, sign_in, monkeypatch, most):
    crowd(world, programme, 4)
    monkeypatch.setattr(searching if most == "LOOKED_AT" else asking, most, 2)
    assert len(find(world.ana, "走访", "teng").sections[0].hits) == (
        2 if most == "LOOKED_AT" else 4
    )
    client = sign_in(world.ana)
    for address, least in (
        ("/t/teng/search/?q=走访", 8),
        ("/t/teng/api/v1/search/?q=走访", 5),
    ):
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        assert statements(asked) <= least


def test_the_pages_of_a_kind_by_rest(world, programme, sign_in):
    made = crowd(world, programme, 53)
    client = sign_in(world.ana)
    first = client.get("/t/teng/api/v1/search/", {"q": "走访", "kind": "activities"}).json()
    asked = {"q": "走访", "kind": "activities", "cursor": first["next_cursor"]}
    second = client.get("/t/teng/api/v1/search/", asked).json()

    ids = [hit["id"] for page in (first, second) for hit in page["results"][0]["hits"]]
    assert set(ids) == {str(key) for key in made}
    assert second["next_cursor"] is None


def test_the_way_to_all_of_a_kind_keeps_the_question(world, programme):
    crowd(world, programme, 12)
    (part,) = find(world.ana, "走访 孤儿", "teng").sections
    asked = parse_qs(urlsplit(part.all_address).query)
    assert asked == {"q": ["走访 孤儿"], "kind": ["activities"]}


def test_people_of_one_rank_stand_by_seniority(world):
    rows = Person.objects.filter(organisation=world.bureau).order_by("seniority")[:2]
    for row in rows:
        Person.objects.filter(pk=row.pk).update(
            name="欧阳修", starts_on=date(2020, 1, row.seniority % 28 + 1)
        )
    titles = [hit.pk for part in find(world.ana, "欧阳修", "teng").sections for hit in part.hits]
    assert titles == [row.pk for row in rows]
