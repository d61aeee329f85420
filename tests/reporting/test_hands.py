"""Whoever had a hand in an issue neither checks nor signs it, on every screen that asks."""

import pytest

from actionlearning.desk.queries import CHECK_ISSUE, SIGN_ISSUE, papers_of
from actionlearning.foundation.errors import RuleBroken
from groups.roles import Role
from reporting.actions.articles import (
    Piece,
    add_article,
    compile_items,
    move_article,
    remove_article,
    write_article,
)
from reporting.actions.issues import check_issue, edit_issue, offer_issue, sign_issue
from reporting.models import Issue
from reporting.views.issue_reading import page_of_issue
from tests.reporting.briefings import OCTOBER, adopted, checked, drafted, offered
from tests.world import _seated

WRITES = {
    "takes an item in": lambda o, i, a: compile_items(i, [adopted(o, 9)], by=o.ana, now=OCTOBER),
    "adds an article": lambda o, i, a: add_article(
        i, title="编者说", text="话", by=o.ana, now=OCTOBER
    ),
    "rewrites one": lambda o, i, a: write_article(
        a, title=a.title, pieces=[Piece("改写")], by=o.ana, now=OCTOBER
    ),
    "moves one": lambda o, i, a: move_article(a, to=2, by=o.ana, now=OCTOBER),
    "takes one out": lambda o, i, a: remove_article(a, by=o.ana, now=OCTOBER),
    "edits the head": lambda o, i, a: edit_issue(i, headline="新题", by=o.ana, now=OCTOBER),
    "edits the note": lambda o, i, a: edit_issue(i, editors_note="按", by=o.ana, now=OCTOBER),
}


@pytest.fixture
def second(office):
    """Another checker of the same office."""
    return _seated(office.world.system, office.world.county, "wei", "韦核", Role.OFFICE_DIRECTOR)


def buckets(user):
    return {row["bucket"] for row in papers_of(user, now=OCTOBER)}


@pytest.mark.parametrize("act", WRITES)
def test_a_checker_who_writes_hands_it_to_another(office, second, act):
    issue = offered(office, adopted(office, 1), adopted(office, 2))
    WRITES[act](office, issue, issue.articles.earliest("position"))
    issue = Issue.objects.get(pk=issue.pk)

    with pytest.raises(RuleBroken, match="another checker") as refused:
        check_issue(issue, by=office.ana, now=OCTOBER)

    assert refused.value.code == "own_paper"
    page = page_of_issue(issue, office.ana)
    assert (page["may_check"], page["own_paper"]) == (False, True)
    assert CHECK_ISSUE not in buckets(office.ana)
    assert CHECK_ISSUE in buckets(second)
    assert check_issue(issue, by=second, now=OCTOBER).checked_by == second


def test_whoever_wrote_before_the_check_does_not_sign_either(office, second):
    issue = drafted(office)
    edit_issue(issue, headline="新题", by=office.ana, now=OCTOBER)
    offer_issue(issue, by=office.cai, now=OCTOBER)
    issue = check_issue(issue, by=second, now=OCTOBER)

    with pytest.raises(RuleBroken, match="somebody else signs"):
        sign_issue(issue, by=office.ana, now=OCTOBER)

    assert SIGN_ISSUE not in buckets(office.ana)
    assert page_of_issue(issue, office.ana)["may_sign"] is False
    assert sign_issue(issue, by=office.lin, now=OCTOBER).signed_by == office.lin


def test_a_form_that_saves_itself_leaves_one_line(office):
    issue = checked(office)
    article = issue.articles.get()
    for text in ("甲", "甲乙", "甲乙丙"):
        write_article(article, title="题", pieces=[Piece(text)], by=office.ana, now=OCTOBER)
    edit_issue(issue, headline="题", by=office.cai, now=OCTOBER)

    turns = issue.turns.filter(what="written").order_by("at", "pk")
    assert [turn.by for turn in turns] == [office.ana, office.cai]


def test_saving_what_stands_there_makes_nobody_a_hand(office):
    issue = offered(office)
    edit_issue(issue, headline=issue.headline, by=office.ana, now=OCTOBER)

    assert check_issue(issue, by=office.ana, now=OCTOBER).checked_by == office.ana
