"""The manners of every list: searched, exported and printed whole, or refused with the count."""

from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from actionlearning.foundation.models import Notice
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import PAGE, TenantListView
from groups.actions.grants import grant
from groups.actions.organisations import add_organisation
from groups.actions.users import create_user
from programmes.actions.laying import lay_down
from programmes.models import Project
from programmes.states import ProjectState
from tests.isolation.routes import routes
from tests.moments import NOON
from tests.programmes.asked import statements
from tests.programmes.topics import propose
from tests.programmes.topics import submitted as topic_submitted
from tests.reporting.items import submitted
from tests.running import beijing, run_programme
from tests.world import START

LISTS = [
    route
    for route in routes()
    if route.view and issubclass(route.view, TenantListView) and not route.parts
]
READERS = {
    Permission.USER_MANAGE: "sysadmin",
    Permission.ROLE_MANAGE: "secadmin",
    Permission.AUDIT_VIEW: "auditor",
}
"""Who opens a list; the county's office director where nobody else is named."""
WORDED = [route for route in LISTS if route.name != "desk:audit_list"]
"""The audit log is asked by whom, which action and which day."""
every_list = pytest.mark.parametrize("route", LISTS, ids=lambda route: route.name)


@pytest.fixture
def ledger(world, sign_in):
    """`ledger(route, q="…")`: that list, read by somebody who may."""

    def ask(route, **query):
        client = sign_in(getattr(world, READERS.get(route.view.permission, "ana")))
        return client.get(reverse(route.name, args=[world.tenant.slug]), query)

    return ask


@pytest.fixture
def full(world):
    """Something of everything."""
    programme = run_programme(world)
    lay_down(programme, now=beijing(9, 1))
    project = topic_submitted(world, programme)
    submitted(world, programme)
    guest = create_user(login="guest", person=None, by=world.sysadmin, now=NOON)[0]
    grant(project, to=guest, reason="facilitator", by=world.dora, now=NOON)
    return programme


def test_there_are_lists():
    assert len(LISTS) >= 14


@every_list
def test_it_leaves_as_a_sheet(full, ledger, route):
    answer = ledger(route, export="xlsx")

    assert answer.status_code == 200
    assert load_workbook(BytesIO(answer.content)).worksheets[0].max_row >= 3


@pytest.mark.parametrize("route", WORDED, ids=lambda route: route.name)
def test_it_is_searched_by_words(full, ledger, route):
    assert ledger(route, q="民政").status_code == 200
    page = ledger(route, q="沒有這個").content.decode()
    assert 'name="q"' in page
    assert "<tbody>" not in page


@every_list
def test_what_is_too_long_is_refused_with_the_count(full, ledger, route, monkeypatch):
    monkeypatch.setattr("actionlearning.foundation.paging.MOST_ROWS", 1)
    listed = ledger(route).context["object_list"]

    for way in ({"export": "xlsx"}, {"print": "1"}):
        answer = ledger(route, **way)
        if len(listed) > 1:
            assert answer.status_code == 422
            said = answer.content.decode()
            assert " rows fit, and at most 1 leave at once" in said
            assert len(listed) == PAGE or f"{len(listed)} rows fit" in said
        else:
            assert answer.status_code == 200


def test_paper_shows_the_whole_list(world, sign_in):
    for number in range(PAGE + 5):
        add_organisation(
            parent=world.bureau,
            kind="second_level",
            name=f"站{number}",
            starts_on=START,
            by=world.system,
            now=NOON,
        )
    client = sign_in(world.ana)

    page = client.get("/t/teng/organisations/?q=站")
    paper = client.get("/t/teng/organisations/?q=站&print=1")

    assert len(page.context["rows"]) == PAGE
    assert len(paper.context["rows"]) == PAGE + 6  # the world has one 救助站
    assert "next_query" not in paper.context
    assert "data-print" in paper.content.decode()
    assert "print=1" in page.content.decode()


@pytest.mark.parametrize("words", ["民政", "mzj", "minzheng"])
def test_a_body_is_found_by_the_spelling_of_its_unit(world, sign_in, words):
    rows = sign_in(world.ana).get("/t/teng/bodies/", {"q": words}).context["rows"]
    assert {row["organisation"] for row in rows} == {"民政局"}


def test_grants_and_tokens_are_searched(world, full, sign_in):
    client = sign_in(world.dora)

    assert len(client.get("/t/teng/grants/", {"q": "facil"}).context["rows"]) == 1
    assert client.get("/t/teng/grants/", {"q": "nobody"}).context["rows"] == []
    assert client.get("/t/teng/tokens/", {"q": "nobody"}).context["rows"] == []


@pytest.mark.parametrize(("words", "count"), [("孤儿", 1), ("民政", 1), ("mzj", 1), ("养老", 0)])
def test_topics_that_wait_are_searched(world, full, sign_in, words, count):
    rows = sign_in(world.ana).get("/t/teng/projects/inbox/", {"q": words}).context["lines"]
    assert len(rows) == count


def test_topics_that_wait_are_narrowed_by_programme(world, full, sign_in):
    client = sign_in(world.ana)
    Project.objects.update(state=ProjectState.SUBMITTED)

    mine = client.get("/t/teng/projects/inbox/", {"programme": str(full.pk)})
    page = client.get("/t/teng/projects/inbox/").content.decode()

    assert len(mine.context["lines"]) == 1
    assert 'name="state"' not in page


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"unit": "mzj"}, 1),
        ({"unit": "教育"}, 0),
        ({"programme": "own"}, 1),
        ({"programme": "00000000-0000-7000-8000-000000000000"}, 0),
    ],
)
@pytest.mark.parametrize("place", ["information/?where=all", "information/inbox/?state=all"])
def test_items_are_narrowed_by_unit_and_programme(world, full, sign_in, place, query, count):
    told = {name: str(full.pk) if value == "own" else value for name, value in query.items()}
    (name, value), *_rest = told.items()

    rows = sign_in(world.ana).get(f"/t/teng/{place}&{name}={value}").context["rows"]

    assert len(rows) == count


def test_a_notice_is_found_by_its_particulars(world, full, sign_in):
    client = sign_in(world.ana)
    all_of_them = client.get("/t/teng/notices/").context["rows"]

    found = client.get("/t/teng/notices/", {"q": "孤儿"}).context["rows"]

    assert Notice.objects.filter(recipient=world.ana).count() == len(all_of_them) > len(found) > 0
    assert all("孤儿" in each["subject"] + each["text"] for each in found)


@pytest.mark.parametrize(
    "place",
    [
        "projects/inbox/?q=x",
        "programmes/?q=x",
        "notices/?q=x",
        "information/?where=all&unit=x",
        "information/inbox/?unit=x",
        "projects/?print=1",
        "obligations/?print=1&state=all",
    ],
)
def test_a_narrowed_list_asks_eight_times_at_most(world, full, sign_in, place):
    client = sign_in(world.ana)
    asked = []
    for number in range(2):
        client.get(f"/t/teng/{place}")
        with CaptureQueriesContext(connection) as caught:
            assert client.get(f"/t/teng/{place}").status_code == 200
        asked.append(statements(caught))
        propose(world, full, f"x{number}")
    assert max(asked) <= 8
    assert len(set(asked)) == 1
