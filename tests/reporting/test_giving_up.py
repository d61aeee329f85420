"""Issues that come to nothing, and what becomes of their numbers and days."""

import pytest

from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import AuditEvent, Notice
from reporting.actions.giving_up import discard_issue, void_issue
from reporting.actions.issues import (
    check_issue,
    edit_issue,
    sign_issue,
    start_correction,
    unsign_issue,
)
from reporting.actions.publishing import publish_issue, withdraw_issue
from reporting.models import Article, Issue, Publication
from reporting.queries import basket_of
from reporting.states import IssueState
from tests.reporting.briefings import (
    OCTOBER,
    adopted,
    checked,
    drafted,
    issue_in,
    offered,
    series,
    signed_issue,
)
from tests.running import beijing


def published(office, *items, now=OCTOBER):
    issue = signed_issue(office, *items, now=now)
    publish_issue(issue, by=office.cai, now=now)
    return Issue.objects.get(pk=issue.pk)


def taken_back(office, *items, now=OCTOBER):
    issue = signed_issue(office, *items, now=now)
    return unsign_issue(issue, reason="第二段数字有误", by=office.lin, now=now)


def signed_again(office, issue, now):
    check_issue(Issue.objects.get(pk=issue.pk), by=office.ana, now=now)
    return sign_issue(Issue.objects.get(pk=issue.pk), by=office.lin, now=now)


@pytest.mark.parametrize("build", [drafted, offered, checked])
def test_a_draft_begun_by_mistake_is_discarded_and_takes_no_number(office, build):
    item = adopted(office, 1)
    issue = build(office, item)

    done = discard_issue(issue, reason="误建", by=office.cai, now=OCTOBER)

    assert (done.state, done.number) == (IssueState.DISCARDED, None)
    assert Article.objects.filter(issue=issue).count() == 1
    assert list(basket_of(office.series)) == [item]
    assert issue.turns.get(what="discarded").opinion == "误建"
    assert AuditEvent.objects.filter(action="issue.discarded", target=issue.pk).count() == 1
    asked = Notice.objects.filter(retracted_at=None, kind__startswith="reporting.issue_")
    assert {each.kind for each in asked} == {"reporting.issue_discarded"}
    assert signed_issue(office, item).number == 1


def test_nothing_is_given_up_without_a_reason_or_a_right(office):
    issue = drafted(office)
    with pytest.raises(BadInput, match="stays on record"):
        discard_issue(issue, reason=" ", by=office.cai, now=OCTOBER)
    with pytest.raises(NotAllowed):
        discard_issue(issue, reason="误建", by=office.lin, now=OCTOBER)
    back = taken_back(office, adopted(office, 5))
    with pytest.raises(NotAllowed):
        void_issue(back, reason="失实", by=office.cai, now=OCTOBER)
    assert Issue.objects.get(pk=issue.pk).state == IssueState.DRAFT


def test_what_has_a_number_is_voided_and_what_has_none_discarded(office):
    back = taken_back(office, adopted(office, 1))
    with pytest.raises(RuleBroken, match="has its number already"):
        discard_issue(back, reason="误建", by=office.cai, now=OCTOBER)
    with pytest.raises(RuleBroken, match="no number yet"):
        void_issue(drafted(office, adopted(office, 2)), reason="误", by=office.lin, now=OCTOBER)


@pytest.mark.parametrize(
    "state", [IssueState.SIGNED, IssueState.PUBLISHED, IssueState.WITHDRAWN, IssueState.VOID]
)
def test_what_is_signed_is_not_given_up(office, state):
    issue = issue_in(state, office)
    for act in (discard_issue, void_issue):
        with pytest.raises(RuleBroken, match="is already"):
            act(issue, reason="x", by=office.ana, now=OCTOBER)


def test_a_void_number_stays_used(office):
    item = adopted(office, 1)
    back = taken_back(office, item)

    void_issue(back, reason="通篇失实", by=office.lin, now=OCTOBER)

    row = Issue.objects.get(pk=back.pk)
    assert (row.state, row.label, row.total) == (IssueState.VOID, "1", 1)
    assert list(basket_of(office.series)) == [item]
    assert not Publication.objects.exists()
    assert signed_issue(office, item).label == "2"


def test_a_correction_begun_by_mistake_blocks_no_other(office):
    root = published(office)
    first = start_correction(root, note="误", by=office.cai, now=OCTOBER)
    discard_issue(first, reason="弄错了期号", by=office.cai, now=OCTOBER)

    second = start_correction(root, note="人数应为十八人。", by=office.cai, now=OCTOBER)

    assert signed_again(office, second, OCTOBER).label == "1-corr-1"


def test_a_correction_of_a_withdrawn_issue_is_discarded(office):
    root = published(office)
    made = start_correction(root, note="误", by=office.cai, now=OCTOBER)
    withdraw_issue(root, reason="失实", by=office.lin, now=OCTOBER)

    assert discard_issue(made, reason="原刊已撤", by=office.cai, now=OCTOBER).number is None


def test_a_void_correction_keeps_its_number_and_the_next_one_goes_on(office):
    root = published(office)
    first = start_correction(root, note="一", by=office.cai, now=OCTOBER)
    signed_again(office, first, OCTOBER)
    unsign_issue(first, reason="重写", by=office.lin, now=OCTOBER)
    void_issue(first, reason="另起", by=office.lin, now=OCTOBER)

    second = start_correction(root, note="二", by=office.cai, now=OCTOBER)

    assert signed_again(office, second, OCTOBER).label == "1-corr-2"
    told = publish_issue(Issue.objects.get(pk=second.pk), by=office.cai, now=OCTOBER)
    assert told.label == "1-corr-2"


# Number, year and day


def test_signed_anew_in_the_same_year_keeps_number_and_day(office):
    first = taken_back(office, adopted(office, 1), now=beijing(10, 9))
    second = signed_issue(office, adopted(office, 2), now=beijing(10, 15))

    done = signed_again(office, first, beijing(10, 20))

    assert (done.label, done.dated, second.label, second.dated) == (
        "1",
        beijing(10, 9).date(),
        "2",
        beijing(10, 15).date(),
    )
    assert done.signed_at == beijing(10, 20)


def test_signed_anew_in_another_year_takes_that_years_number(office):
    first = taken_back(office, adopted(office, 1), now=beijing(12, 30))
    signed_issue(office, adopted(office, 2), now=beijing(12, 31))

    done = signed_again(office, first, beijing(1, 5, year=2027))

    assert (done.year, done.label, done.total) == (2027, "1", 3)
    assert done.dated == beijing(1, 5, year=2027).date()
    void = Issue.objects.get(state=IssueState.VOID)
    assert (void.year, void.label, void.total) == (2026, "1", 1)
    assert void.turns.get().opinion == "→ 2027-1"
    rows = Issue.objects.order_by("total").values_list("total", flat=True)
    assert list(rows) == [1, 2, 3]


def test_a_day_given_in_the_new_year_stays_when_signed_a_third_time(office):
    issue = taken_back(office, adopted(office, 1), now=beijing(12, 30))
    signed_again(office, issue, beijing(1, 5, year=2027))
    unsign_issue(
        Issue.objects.get(pk=issue.pk), reason="改", by=office.lin, now=beijing(1, 6, year=2027)
    )

    done = signed_again(office, issue, beijing(1, 8, year=2027))

    assert (done.label, done.dated) == ("1", beijing(1, 5, year=2027).date())
    assert Issue.objects.filter(state=IssueState.VOID).count() == 1


def test_a_correction_keeps_the_year_of_what_it_corrects(office):
    root = published(office, now=beijing(12, 20))
    made = start_correction(root, note="一", by=office.cai, now=beijing(12, 30))

    done = signed_again(office, made, beijing(1, 5, year=2027))

    assert (done.label, done.year, done.dated) == (
        "1-corr-1",
        2026,
        beijing(1, 5, year=2027).date(),
    )


# The screens


def test_the_office_discards_and_voids_on_the_page(office, clock, sign_in):
    clock(OCTOBER)
    tenant = office.world.tenant.slug
    draft, back = drafted(office, adopted(office, 1)), taken_back(office, adopted(office, 2))
    edit_issue(draft, headline="误建的一期", by=office.cai, now=OCTOBER)
    cai = sign_in(office.cai)
    at = f"/t/{tenant}/briefings/issues"
    page = cai.get(f"{at}/{draft.pk}/").content.decode()
    assert "Discard" in page
    assert "Declare void" not in page
    refused = cai.post(f"{at}/{draft.pk}/discard/", {"opinion": ""})
    assert refused.status_code == 422
    assert cai.post(f"{at}/{draft.pk}/discard/", {"opinion": "误建"}).status_code == 302
    lin = sign_in(office.lin)
    assert lin.post(f"{at}/{back.pk}/voiding/", {"opinion": "失实"}).status_code == 302
    assert "Declared void" in lin.get(f"{at}/{back.pk}/").content.decode()

    shelf = sign_in(office.cai).get(f"/t/{tenant}/briefings/office/").content.decode()
    assert "误建的一期" not in shelf
    assert "No. 1 of 2026" in shelf
    asked = sign_in(office.cai).get(f"/t/{tenant}/briefings/office/?state=discarded")
    assert "误建的一期" in asked.content.decode()


def test_another_series_is_not_touched_by_a_void_number(office):
    void_issue(taken_back(office, adopted(office, 1)), reason="失实", by=office.lin, now=OCTOBER)
    office.series = series(office.world, slug="zengkan", title="行动学习增刊")

    assert signed_issue(office, adopted(office, 2)).label == "1"
