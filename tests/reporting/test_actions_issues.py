"""An issue from the first item to the signature, and all that is refused on the way."""

import itertools

import pytest
from django.db import transaction

from actionlearning.foundation.errors import BadInput, NotAllowed, Refusal, RuleBroken, Stale
from actionlearning.foundation.models import AuditEvent, Notice
from reporting.actions.articles import (
    Piece,
    add_article,
    compile_items,
    move_article,
    remove_article,
    write_article,
)
from reporting.actions.issues import (
    check_issue,
    edit_issue,
    offer_issue,
    return_issue,
    sign_issue,
    start_correction,
    start_issue,
    unsign_issue,
)
from reporting.actions.items import take_back_adoption
from reporting.models import Article, Issue, IssueTurn
from reporting.queries import basket_of
from reporting.states import (
    CHECK_ISSUE,
    REOPEN_ISSUE,
    RETURN_ISSUE,
    SIGN_ISSUE,
    UNSIGN_ISSUE,
    IssueState,
    ItemState,
)
from tests.reporting.briefings import (
    OCTOBER,
    adopted,
    checked,
    drafted,
    issue_in,
    offered,
    signed_issue,
)
from tests.running import beijing

PEOPLE = ("cai", "ana", "lin", "ben", "lena", "kid", "sysadmin")
VERBS = {
    "check": (CHECK_ISSUE, lambda i, by: check_issue(i, by=by, now=OCTOBER)),
    "return": (RETURN_ISSUE, lambda i, by: return_issue(i, reason="改", by=by, now=OCTOBER)),
    "edit": (REOPEN_ISSUE, lambda i, by: edit_issue(i, headline="新题", by=by, now=OCTOBER)),
    "sign": (SIGN_ISSUE, lambda i, by: sign_issue(i, by=by, now=OCTOBER)),
    "unsign": (UNSIGN_ISSUE, lambda i, by: unsign_issue(i, reason="改", by=by, now=OCTOBER)),
}
ALSO = {("edit", IssueState.DRAFT)}
"""A draft is changed without a step; what was sent back by the checker is tested apart."""
RIGHTS = {
    "check": {"ana"},
    "return": {"ana", "lin"},
    "edit": {"cai", "ana"},
    "sign": {"ana", "lin"},
    "unsign": {"ana", "lin"},
}
OWN = {("sign", "ana"): "own_paper"}
"""Ana checked it."""


def person(office, name):
    return getattr(office, name, None) or getattr(office.world, name)


@pytest.mark.parametrize(("state", "verb"), list(itertools.product(list(IssueState), VERBS)))
def test_every_step_from_every_state_by_everybody(office, state, verb):
    issue = issue_in(state, office)
    step, act = VERBS[verb]
    open_now = state in step.source or (verb, state) in ALSO
    moved = step.target if state in step.source else state
    outcomes = {who: outcome(issue, act, person(office, who)) for who in PEOPLE}

    free = {who for who in RIGHTS[verb] if open_now and (verb, who) not in OWN}
    assert {who for who, found in outcomes.items() if found == moved} == free
    refused = {found for who, found in outcomes.items() if who not in free}
    assert refused <= {"not_allowed", "wrong_state", "own_paper"}
    assert Issue.objects.get(pk=issue.pk).state == state


def outcome(issue, act, by):
    """The state it leaves the issue in, or the code of its refusal; rolled back."""
    with transaction.atomic():
        try:
            act(issue, by)
            return Issue.objects.get(pk=issue.pk).state
        except Refusal as refused:
            return refused.code
        finally:
            transaction.set_rollback(True)


@pytest.mark.rule("P1-09")
def test_adopted_items_become_a_numbered_briefing(office):
    first, second = adopted(office, 1), adopted(office, 2)
    issue = start_issue(office.series, by=office.cai, now=OCTOBER)
    compile_items(issue, [second, first], by=office.cai, now=OCTOBER)
    offer_issue(issue, by=office.cai, now=OCTOBER)
    check_issue(issue, opinion="事实已核对", by=office.ana, now=OCTOBER)
    done = sign_issue(issue, by=office.lin, now=beijing(10, 12))

    assert (done.year, done.number, done.total, done.label) == (2026, 1, 1, "1")
    assert done.dated == beijing(10, 12).date()
    assert done.issue_to == ["各单位行动学习办公室"]
    articles = list(done.articles.order_by("position"))
    assert [each.item for each in articles] == [second, first]
    paragraph = articles[0].paragraphs.earliest("position")
    assert (paragraph.item, paragraph.unit, paragraph.unit_name) == (
        second,
        office.world.bureau,
        "民政局",
    )
    assert paragraph.original == paragraph.text == second.body.splitlines()[0]
    assert [turn.what for turn in done.turns.order_by("at", "pk")] == [
        "started",
        "compiled",
        "offered",
        "checked",
        "signed",
    ]
    assert "事实已核对" in done.turns.get(what="checked").opinion


def test_whoever_compiled_it_neither_checks_nor_signs_it(office):
    issue = start_issue(office.series, by=office.ana, now=OCTOBER)
    compile_items(issue, [adopted(office)], by=office.cai, now=OCTOBER)

    with pytest.raises(RuleBroken, match="somebody else checks"):
        check_issue(issue, by=office.ana, now=OCTOBER)


def test_whoever_took_items_in_does_not_check_them(office):
    issue = start_issue(office.series, by=office.cai, now=OCTOBER)
    compile_items(issue, [adopted(office)], by=office.ana, now=OCTOBER)

    with pytest.raises(RuleBroken, match="somebody else checks"):
        check_issue(issue, by=office.ana, now=OCTOBER)


def test_numbers_go_on_and_the_year_begins_anew(office):
    labels = [
        signed_issue(office, adopted(office, n), now=beijing(12, 30, year=2026)).label
        for n in range(2)
    ]
    late = checked(office, adopted(office, 7))
    # 31 December 16:30 in London is the first of January in Beijing.
    done = sign_issue(late, by=office.lin, now=beijing(1, 1, 0, 30, year=2027))

    assert labels == ["1", "2"]
    assert (done.year, done.number, done.total) == (2027, 1, 3)


def test_a_number_taken_back_stays_with_its_issue(office):
    first = signed_issue(office, adopted(office, 1))
    unsign_issue(first, reason="第二段数字有误", by=office.lin, now=OCTOBER)
    second = signed_issue(office, adopted(office, 2))
    again = Issue.objects.get(pk=first.pk)
    assert (again.state, again.checked_by, again.dated) == (IssueState.DRAFT, None, None)

    check_issue(again, by=office.ana, now=OCTOBER)
    done = sign_issue(again, by=office.lin, now=beijing(10, 20))

    assert [done.label, second.label] == ["1", "2"]


def test_signing_twice_is_refused_in_plain_words(office):
    issue = signed_issue(office)

    with pytest.raises(RuleBroken, match="is already: signed"):
        sign_issue(issue, by=office.lin, now=OCTOBER)


def test_a_change_after_the_check_is_checked_anew(office):
    issue = checked(office)
    article = issue.articles.get()

    write_article(article, title="改过的题目", pieces=[Piece("改")], by=office.cai, now=OCTOBER)

    fresh = Issue.objects.get(pk=issue.pk)
    assert (fresh.state, fresh.checked_by, fresh.offered_at) == (IssueState.DRAFT, None, None)
    assert fresh.turns.filter(what=IssueTurn.What.REOPENED).count() == 1


def test_saving_what_stands_there_changes_nothing(office):
    issue = checked(office)
    article = issue.articles.get()
    pieces = [Piece(p.text, p.pk) for p in article.paragraphs.order_by("position")]

    write_article(article, title=article.title, pieces=pieces, by=office.cai, now=OCTOBER)
    edit_issue(issue, headline=issue.headline, by=office.cai, now=OCTOBER)

    assert Issue.objects.get(pk=issue.pk).version == issue.version


WRITING = {
    "compile": lambda o, i, a: compile_items(i, [adopted(o, 9)], by=o.cai, now=OCTOBER),
    "add": lambda o, i, a: add_article(i, title="编者说", text="话", by=o.cai, now=OCTOBER),
    "write": lambda o, i, a: write_article(a, title="x", pieces=[], by=o.cai, now=OCTOBER),
    "move": lambda o, i, a: move_article(a, to=1, by=o.cai, now=OCTOBER),
    "remove": lambda o, i, a: remove_article(a, by=o.cai, now=OCTOBER),
    "edit": lambda o, i, a: edit_issue(i, copies=3, by=o.cai, now=OCTOBER),
}


@pytest.mark.parametrize("act", WRITING)
@pytest.mark.parametrize(
    "state", [s for s in IssueState if s not in (IssueState.DRAFT, IssueState.CHECKED)]
)
def test_after_signing_nothing_changes(office, state, act):
    issue = issue_in(state, office)

    with pytest.raises(RuleBroken, match="is already"):
        WRITING[act](office, issue, issue.articles.get())

    assert Issue.objects.get(pk=issue.pk).version == issue.version


@pytest.mark.parametrize("act", WRITING)
def test_strangers_and_leaders_write_nothing(office, act):
    issue = drafted(office)
    office.cai = office.lin

    with pytest.raises(NotAllowed):
        WRITING[act](office, issue, issue.articles.get())


@pytest.mark.parametrize("act", ["edit", "check", "sign", "return"])
def test_an_old_version_is_stale(office, act):
    issue = drafted(office) if act in ("edit", "check") else checked(office)
    verbs = {
        "edit": lambda: edit_issue(issue, headline="x", seen=1, by=office.cai, now=OCTOBER),
        "check": lambda: check_issue(issue, seen=1, by=office.ana, now=OCTOBER),
        "sign": lambda: sign_issue(issue, seen=1, by=office.lin, now=OCTOBER),
        "return": lambda: return_issue(issue, reason="x", seen=1, by=office.lin, now=OCTOBER),
    }

    with pytest.raises(Stale):
        verbs[act]()


def test_the_checker_sends_an_offered_draft_back_with_a_reason(office):
    issue = offered(office)

    return_issue(issue, reason="请核对参加人数", by=office.ana, now=OCTOBER)

    fresh = Issue.objects.get(pk=issue.pk)
    assert fresh.offered_at is None
    assert fresh.turns.get(what="returned").opinion == "请核对参加人数"
    told = Notice.objects.get(kind="reporting.issue_returned", retracted_at=None)
    assert (told.recipient, told.params["reason"]) == (office.cai, "请核对参加人数")


def test_a_draft_that_nobody_offered_is_not_sent_back(office):
    with pytest.raises(RuleBroken, match="still being compiled"):
        return_issue(drafted(office), reason="x", by=office.ana, now=OCTOBER)


def test_nothing_is_sent_back_without_a_reason(office):
    with pytest.raises(BadInput):
        return_issue(checked(office), reason=" ", by=office.lin, now=OCTOBER)


def test_each_step_asks_the_next_in_turn(office):
    issue = offered(office)
    assert _asked("issue_offered") == [office.ana]
    check_issue(issue, by=office.ana, now=OCTOBER)
    assert (_asked("issue_offered"), _asked("issue_checked")) == ([], [office.lin])
    sign_issue(issue, by=office.lin, now=OCTOBER)
    assert _asked("issue_checked") == []
    assert office.cai in _asked("issue_signed")


def _asked(name):
    told = Notice.objects.filter(kind=f"reporting.{name}", retracted_at=None)
    return [each.recipient for each in told.order_by("recipient")]


def test_an_empty_issue_is_not_checked(office):
    issue = start_issue(office.series, by=office.cai, now=OCTOBER)

    with pytest.raises(RuleBroken, match="no article"):
        check_issue(issue, by=office.ana, now=OCTOBER)


def test_an_article_without_text_is_not_checked(office):
    issue = drafted(office)
    add_article(issue, title="只有题目", text=" ", by=office.cai, now=OCTOBER)

    with pytest.raises(RuleBroken, match="Article 2 has no title or no text"):
        check_issue(issue, by=office.ana, now=OCTOBER)


# An item whose adoption was a mistake


def test_an_adoption_is_taken_back_while_nothing_is_signed(office):
    item = adopted(office)
    assert list(basket_of(office.series)) == [item]

    back = take_back_adoption(item, reason="数字不实", by=office.ana, now=OCTOBER)

    assert (back.state, back.decided_by) == (ItemState.SUBMITTED, None)
    assert list(basket_of(office.series)) == []
    assert AuditEvent.objects.filter(action="item.taken_back", target=item.pk).count() == 1


@pytest.mark.parametrize("state", [IssueState.SIGNED, IssueState.PUBLISHED])
def test_an_adoption_in_a_printed_issue_is_not_taken_back(office, state):
    item = adopted(office)
    issue_in(state, office, item)

    with pytest.raises(RuleBroken, match="stands in “行动学习简报 1”: correct or withdraw"):
        take_back_adoption(item, reason="数字不实", by=office.ana, now=OCTOBER)


@pytest.mark.parametrize("verb", ["check", "sign"])
def test_an_issue_with_an_item_no_longer_adopted_goes_no_further(office, verb):
    item = adopted(office, 5)
    issue = drafted(office, item) if verb == "check" else checked(office, item)
    take_back_adoption(item, reason="数字不实", by=office.ana, now=OCTOBER)

    with pytest.raises(RuleBroken, match="No longer adopted: “研讨会情况之5”"):
        VERBS[verb][1](issue, office.ana if verb == "check" else office.lin)


def test_an_item_of_a_withdrawn_issue_is_free_again(office):
    item = adopted(office)
    issue_in(IssueState.WITHDRAWN, office, item)

    assert list(basket_of(office.series)) == [item]
    take_back_adoption(item, reason="数字不实", by=office.ana, now=OCTOBER)


# Corrections


@pytest.mark.parametrize("state", [s for s in IssueState if s != IssueState.PUBLISHED])
def test_only_a_published_issue_is_corrected(office, state):
    with pytest.raises(RuleBroken, match="Only a published issue"):
        start_correction(issue_in(state, office), note="x", by=office.cai, now=OCTOBER)


def test_a_correction_has_the_articles_and_the_numbers_of_what_it_corrects(office):
    root = issue_in(IssueState.PUBLISHED, office)
    made = start_correction(root, note="人数应为十八人。", by=office.cai, now=OCTOBER)
    article = made.articles.get()
    write_article(article, title=article.title, pieces=[Piece("更正")], by=office.cai, now=OCTOBER)
    check_issue(made, by=office.ana, now=OCTOBER)
    done = sign_issue(made, by=office.lin, now=beijing(10, 20))

    assert (done.label, done.total, done.year) == ("1-corr-1", root.total, root.year)
    assert article.item == root.articles.get().item
    assert signed_issue(office, adopted(office, 8)).label == "2"


def test_a_second_correction_begins_with_the_first(office):
    root = issue_in(IssueState.PUBLISHED, office)
    first = start_correction(root, note="一", by=office.cai, now=OCTOBER)
    with pytest.raises(RuleBroken, match="begun already"):
        start_correction(root, note="二", by=office.cai, now=OCTOBER)
    write_article(
        first.articles.get(), title="第一次更正", pieces=[Piece("甲")], by=office.cai, now=OCTOBER
    )
    check_issue(first, by=office.ana, now=OCTOBER)
    sign_issue(first, by=office.lin, now=OCTOBER)
    Issue.objects.filter(pk=first.pk).update(
        state=IssueState.PUBLISHED, published_by=office.cai, published_at=OCTOBER
    )

    second = start_correction(root, note="二", by=office.cai, now=OCTOBER)
    assert second.articles.get().title == "第一次更正"
    assert second.corrects == root
    check_issue(second, by=office.ana, now=OCTOBER)
    assert sign_issue(second, by=office.lin, now=OCTOBER).label == "1-corr-2"


def test_a_correction_says_what_was_wrong(office):
    root = issue_in(IssueState.PUBLISHED, office)

    with pytest.raises(BadInput):
        start_correction(root, note=" ", by=office.cai, now=OCTOBER)
    assert not Article.objects.exclude(issue=root).exists()


def test_an_item_that_a_correction_leaves_out_may_lose_its_adoption(office):
    kept, wrong = adopted(office, 1), adopted(office, 2)
    root = issue_in(IssueState.PUBLISHED, office, kept, wrong)
    made = start_correction(root, note="删去一篇。", by=office.cai, now=OCTOBER)
    remove_article(made.articles.get(item=wrong), by=office.cai, now=OCTOBER)
    with pytest.raises(RuleBroken):
        take_back_adoption(wrong, reason="失实", by=office.ana, now=OCTOBER)

    Issue.objects.filter(pk=made.pk).update(state=IssueState.PUBLISHED, correction=1)

    take_back_adoption(wrong, reason="失实", by=office.ana, now=OCTOBER)
    with pytest.raises(RuleBroken):
        take_back_adoption(kept, reason="失实", by=office.ana, now=OCTOBER)
