"""Real threads on real connections: numbers without gaps, one signature, an item printed once."""

import pytest
from django.db import transaction

from actionlearning.foundation.scope import WHOLE, scope
from reporting.actions.articles import compile_items
from reporting.actions.issues import edit_issue, sign_issue, start_issue
from reporting.actions.items import take_back_adoption
from reporting.models import Article, Issue
from reporting.states import IssueState, ItemState
from tests.conftest import found_tenant
from tests.reporting.briefings import OCTOBER, adopted, checked, open_office, signed_issue
from tests.reporting.test_two_at_once import at_once
from tests.running import beijing, run_programme
from tests.world import build_world

pytestmark = pytest.mark.django_db(transaction=True)
ISSUES = 6


@pytest.fixture
def office(transactional_db):
    tenant = found_tenant("teng")
    with scope(tenant, path=WHOLE, actor=None):
        with transaction.atomic():
            world = build_world(tenant)
            made = open_office(world, run_programme(world, now=beijing(9, 1)))
        yield made


def made(build, *args):
    with transaction.atomic():
        return build(*args)


def ready(office, number):
    with transaction.atomic():
        return [checked(office, adopted(office, n)) for n in range(number)]


def test_issues_signed_at_once_get_numbers_one_after_the_other(office):
    issues = ready(office, ISSUES)

    outcomes = at_once([lambda i=i: sign_issue(i, by=office.lin, now=OCTOBER) for i in issues])

    assert outcomes == ["done"] * ISSUES
    with transaction.atomic():
        rows = list(Issue.objects.order_by("number").values_list("number", "total"))
    assert rows == [(n, n) for n in range(1, ISSUES + 1)]


def test_a_signature_rolled_back_leaves_no_gap(office):
    first, second = ready(office, 2)

    with transaction.atomic():
        assert sign_issue(first, by=office.lin, now=OCTOBER).number == 1
        transaction.set_rollback(True)

    assert made(lambda: sign_issue(second, by=office.lin, now=OCTOBER)).number == 1
    assert made(lambda: sign_issue(first, by=office.lin, now=OCTOBER)).number == 2


def test_one_issue_signed_by_six_at_once_is_signed_once(office):
    (issue,) = ready(office, 1)

    outcomes = at_once([lambda: sign_issue(issue, by=office.lin, now=OCTOBER)] * 6)

    assert sorted(outcomes) == ["done"] + ["wrong_state"] * 5
    assert made(signed_issue, office).number == 2


def test_an_item_taken_into_two_issues_at_once_stands_in_one(office):
    with transaction.atomic():
        item = adopted(office)
        issues = [start_issue(office.series, by=office.cai, now=OCTOBER) for _n in range(4)]

    outcomes = at_once(
        [lambda i=i: compile_items(i, [item], by=office.cai, now=OCTOBER) for i in issues]
    )

    assert sorted(outcomes) == ["done"] + ["printed_already"] * 3
    with transaction.atomic():
        assert Article.objects.filter(item=item).count() == 1


def test_a_signature_and_a_lost_adoption_do_not_both_happen(office):
    (issue,) = ready(office, 1)
    with transaction.atomic():
        item = issue.articles.get().item

    outcomes = at_once(
        [
            lambda: sign_issue(issue, by=office.lin, now=OCTOBER),
            lambda: take_back_adoption(item, reason="失实", by=office.ana, now=OCTOBER),
        ]
        * 2
    )

    assert outcomes.count("done") == 1
    with transaction.atomic():
        issue.refresh_from_db()
        item.refresh_from_db()
    assert (issue.state == IssueState.SIGNED) == (item.state == ItemState.ADOPTED)


def test_two_editors_on_one_version_keep_one_text_and_tell_the_other(office):
    (issue,) = ready(office, 1)
    seen = issue.version

    outcomes = at_once(
        [
            lambda n=n: edit_issue(issue, headline=f"题{n}", seen=seen, by=office.cai, now=OCTOBER)
            for n in range(4)
        ]
    )

    assert sorted(outcomes) == ["done"] + ["stale"] * 3
