"""What was changed since the check and against the issue that is corrected; locks of a chain of corrections."""

import pytest

from reporting.actions.articles import (
    Piece,
    add_article,
    move_article,
    remove_article,
    write_article,
)
from reporting.actions.issues import check_issue, edit_issue, sign_issue, start_correction
from reporting.comparing import compared
from reporting.models import Issue
from reporting.states import IssueState
from tests.reporting.briefings import OCTOBER, adopted, checked, issue_in
from tests.running import beijing


def kinds(found):
    return [each.name for each in found]


def marked(found, kind):
    return "".join(change.text for each in found for change in each.changes if change.kind == kind)


@pytest.fixture
def corrected(office):
    root = issue_in(IssueState.PUBLISHED, office, adopted(office, 1), adopted(office, 2))
    made = start_correction(root, note="人数应为十八人。", by=office.cai, now=OCTOBER)
    return root, made


def test_after_the_check_every_change_is_seen(office):
    issue = checked(office, adopted(office, 1), adopted(office, 2))
    assert compared(issue, "check") == []
    first, second = issue.articles.order_by("position")
    edit_issue(
        issue,
        headline="新的题目",
        editors_note="按语一句。",
        send_to=["县人大办公室"],
        by=office.cai,
        now=OCTOBER,
    )
    row = first.paragraphs.order_by("position").first()
    write_article(
        first, title=first.title, pieces=[Piece("换了一段。", row.pk)], by=office.cai, now=OCTOBER
    )
    move_article(second, to=1, by=office.cai, now=OCTOBER)

    found = compared(Issue.objects.get(pk=issue.pk), "check")

    assert kinds(found) == ["headline", "editors_note", "send_to", "article", "order"]
    assert "按语一句。" in marked(found, "new")
    assert "换了一段。" in marked(found, "new")
    assert "第1次会议明确了责任人。" in marked(found, "gone")
    check_issue(issue, by=office.ana, now=OCTOBER)
    assert compared(Issue.objects.get(pk=issue.pk), "check") == []


def test_a_correction_is_read_against_what_it_replaces(office, corrected):
    root, made = corrected
    first, second = made.articles.order_by("position")
    row = first.paragraphs.order_by("position").first()
    write_article(
        first, title=first.title, pieces=[Piece("更正的话。", row.pk)], by=office.cai, now=OCTOBER
    )
    remove_article(second, by=office.cai, now=OCTOBER)
    add_article(made, title="补登", text="补登一段。", by=office.cai, now=OCTOBER)

    found = compared(Issue.objects.get(pk=made.pk), "corrected")

    assert kinds(found) == ["correction_note", "article", "article", "article"]
    assert [each.label for each in found[2:]] == [
        "Article put in: “补登”",
        "Article taken out: “研讨会情况之2”",
    ]
    assert "更正的话。补登" in marked(found, "new").replace("\n", "")
    assert compared(root, "corrected") == []


def test_a_second_correction_is_read_against_the_first(office, corrected):
    root, first = corrected
    edit_issue(first, headline="第一次更正", by=office.cai, now=OCTOBER)
    check_issue(first, by=office.ana, now=OCTOBER)
    sign_issue(first, by=office.lin, now=OCTOBER)
    Issue.objects.filter(pk=first.pk).update(
        state=IssueState.PUBLISHED, published_by=office.cai, published_at=beijing(10, 10)
    )
    second = start_correction(root, note="又一处。", by=office.cai, now=beijing(10, 11))

    assert kinds(compared(second, "corrected")) == ["correction_note"]
    assert "headline" in kinds(compared(Issue.objects.get(pk=first.pk), "corrected"))


def test_checker_and_signer_see_it_on_the_page(office, corrected, clock, sign_in):
    clock(OCTOBER)
    _root, made = corrected
    edit_issue(made, editors_note="编者新按。", by=office.cai, now=OCTOBER)
    check_issue(made, by=office.ana, now=OCTOBER)
    at = f"/t/{office.world.tenant.slug}/briefings/issues/{made.pk}/"

    shown = sign_in(office.lin).get(at).content.decode()
    assert "What was changed, read against" in shown
    assert "put in:</span>编者新按。" in shown
    assert "Nothing was changed." in sign_in(office.lin).get(f"{at}?against=check").content.decode()
    other = sign_in(office.lin).get(f"{at}?against=original").content.decode()
    assert "is marked in the articles below" in other


def test_an_issue_never_checked_has_nothing_to_compare(office):
    issue = checked(office)
    issue.turns.filter(what="checked").update(snapshot=None)

    assert compared(issue, "check") == []
    with pytest.raises(KeyError):
        compared(issue, "yesterday")
