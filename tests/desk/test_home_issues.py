"""Briefings on the desk of whoever has the next step, and in the search box."""

import pytest
from django.urls import reverse

from actionlearning.desk import queries
from reporting.actions.issues import return_issue
from reporting.actions.publishing import publish_issue
from tests.reporting.briefings import (
    OCTOBER,
    adopted,
    checked,
    drafted,
    offered,
    open_office,
    signed_issue,
)
from tests.reporting.conftest import clock, programme  # noqa: F401  fixtures of the items


@pytest.fixture
def office(world, programme):  # noqa: F811  the fixture of that name
    return open_office(world, programme)


def waits(user):
    kinds = (queries.CHECK_ISSUE, queries.SIGN_ISSUE, queries.PUBLISH_ISSUE, queries.ISSUE_BACK)
    return [r["bucket"] for r in queries.papers_of(user, now=OCTOBER) if r["bucket"] in kinds]


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (drafted, {}),
        (offered, {"ana": ["check_issue"]}),
        (checked, {"lin": ["sign_issue"]}),
        (signed_issue, {"cai": ["publish_issue"], "ana": ["publish_issue"]}),
    ],
    ids=["draft", "offered", "checked", "signed"],
)
def test_an_issue_waits_on_the_desk_of_the_next(office, made, expected):
    made(office)

    found = {who: waits(getattr(office, who)) for who in ("cai", "ana", "lin")}

    assert {who: rows for who, rows in found.items() if rows} == expected
    assert waits(office.world.ben) == waits(office.world.lena) == []


def test_what_was_sent_back_came_back_to_those_who_compile(office):
    return_issue(offered(office), reason="请核对", by=office.ana, now=OCTOBER)

    assert waits(office.cai) == ["issue_back"]


def test_the_desk_leads_to_the_issue(office, clock, sign_in):  # noqa: F811
    issue = offered(office)
    slug = office.world.tenant.slug

    shown = sign_in(office.ana).get(reverse("desk:home", args=[slug])).content.decode()

    assert reverse("reporting:issue_detail", args=[slug, issue.pk]) in shown
    assert "briefing to be checked" in shown


def test_an_issue_is_found_by_number_and_title_by_those_who_may_see_it(office, clock, sign_in):  # noqa: F811
    issue = signed_issue(office, adopted(office, title="养老服务出新招"))
    slug = office.world.tenant.slug
    search = reverse("desk:search", args=[slug])
    page = reverse("reporting:issue_detail", args=[slug, issue.pk])

    assert page in sign_in(office.cai).get(search, {"q": "行动学习简报"}).content.decode()
    assert page not in sign_in(office.world.ben).get(search, {"q": "简报"}).content.decode()
    told = publish_issue(issue, by=office.cai, now=OCTOBER)
    read = reverse("reporting:briefing_detail", args=[slug, told.root])
    for words in ("第1期", "1", "出新招", "行动学习简报"):
        found = sign_in(office.world.ben).get(search, {"q": words}).content.decode()
        assert read in found, words
    assert read not in sign_in(office.world.ben).get(search, {"q": "第2期"}).content.decode()
