"""Whose words are printed: merged articles, points and what the senders hear."""

from decimal import Decimal

import pytest

from actionlearning.foundation.errors import BadInput, RuleBroken
from actionlearning.foundation.models import Notice
from actionlearning.foundation.notices import subject_and_text
from reporting.actions.articles import (
    Piece,
    compile_items,
    merge_items,
    remove_article,
    write_article,
)
from reporting.actions.issues import check_issue, sign_issue, start_correction, start_issue
from reporting.actions.items import take_back_adoption
from reporting.actions.publishing import publish_issue, withdraw_issue
from reporting.actions.score_rules import set_score_rule
from reporting.models import Issue, ScoreEntry, ScoreEvent
from reporting.queries import basket_of
from reporting.views.issue_reading import articles_of
from tests.reporting.briefings import OCTOBER, adopted, drafted
from tests.running import beijing

LATER = beijing(10, 20)


@pytest.fixture
def scored(office):
    set_score_rule(
        office.programme,
        event=ScoreEvent.PRINTED,
        points=Decimal(20),
        applies_from=beijing(9, 1).date(),
        by=office.ana,
        now=beijing(9, 1),
    )
    return office


def told(name):
    rows = Notice.objects.filter(kind=f"reporting.{name}").order_by("at", "pk")
    return {row.recipient.login: subject_and_text(row) for row in rows}


def out(office, issue, now=OCTOBER):
    check_issue(Issue.objects.get(pk=issue.pk), by=office.ana, now=now)
    sign_issue(Issue.objects.get(pk=issue.pk), by=office.lin, now=now)
    return publish_issue(Issue.objects.get(pk=issue.pk), by=office.cai, now=now)


def points(item):
    return sum(row.points for row in ScoreEntry.objects.filter(item=item))


def rewrite(office, issue, item, text, now=OCTOBER):
    """The office's own words instead of the item's."""
    article = issue.articles.get(item=item)
    write_article(article, title="改题", pieces=[Piece(text)], by=office.cai, now=now)


@pytest.fixture
def merged(office):
    first, second = adopted(office, 1), adopted(office, 2)
    issue = start_issue(office.series, by=office.cai, now=OCTOBER)
    made = merge_items(issue, [second, first], title="各单位研讨见实效", by=office.cai, now=OCTOBER)
    return issue, made, first, second


def test_several_items_become_one_article_and_each_paragraph_keeps_its_own(office, merged):
    issue, made, first, second = merged

    rows = list(made.paragraphs.order_by("position"))
    lines = [(item, line) for item in (second, first) for line in item.body.splitlines()]
    assert [(row.item, row.text, row.original) for row in rows] == [(i, t, t) for i, t in lines]
    assert {row.unit for row in rows} == {office.world.bureau}
    assert (made.item, made.title) == (None, "各单位研讨见实效")
    assert list(basket_of(office.series)) == []
    assert issue.turns.get(what="compiled").by == office.cai
    content = out(office, issue).content
    assert [row["item"]["id"] for row in content["articles"][0]["paragraphs"]] == [
        str(item.pk) for item, _line in lines
    ]


def test_a_merged_item_is_printed_once_and_stays_adopted(office, merged):
    issue, _made, first, second = merged
    other = start_issue(office.series, by=office.cai, now=OCTOBER)
    with pytest.raises(RuleBroken, match="already stands in"):
        compile_items(other, [second], by=office.cai, now=OCTOBER)

    take_back_adoption(first, reason="失实", by=office.ana, now=OCTOBER)

    with pytest.raises(RuleBroken, match="No longer adopted: “研讨会情况之1”"):
        check_issue(issue, by=office.ana, now=OCTOBER)
    assert articles_of(issue)[0]["adopted"] is False


def test_the_office_words_in_a_merged_article_are_marked(office, merged):
    issue, made, _first, _second = merged
    kept = made.paragraphs.order_by("position").first()
    pieces = [Piece("编者综述。"), Piece(kept.text, kept.pk)]
    write_article(made, title="综合", pieces=pieces, by=office.cai, now=OCTOBER)

    shown = articles_of(issue)[0]
    assert [p.item for p in made.paragraphs.order_by("position")] == [None, kept.item]
    assert "编者综述。" in [c.text.strip() for c in shown["changes"] if c.kind == "new"]
    assert shown["changed"]


def test_a_paragraph_that_is_empty_while_somebody_types_keeps_its_source(office, merged):
    _issue, made, _first, _second = merged
    kept = list(made.paragraphs.order_by("position"))

    def typed(text, **how):
        pieces = [Piece(text, kept[0].pk), *(Piece(each.text, each.pk) for each in kept[1:])]
        write_article(made, title="综合", pieces=pieces, by=office.cai, now=OCTOBER, **how)
        return [(p.text, p.item) for p in made.paragraphs.order_by("position")]

    sources = [each.item for each in kept]
    assert typed("", striking=False) == [(each.text, each.item) for each in kept]
    assert typed("改写的一段。", striking=False)[0] == ("改写的一段。", sources[0])
    assert [item for _text, item in typed("")] == sources[1:]


@pytest.mark.parametrize(
    ("number", "title", "field"), [(1, "题", "items"), (2, " ", "title"), (0, "题", "items")]
)
def test_a_merger_needs_two_items_and_a_title(office, number, title, field):
    items = [adopted(office, n) for n in range(number)]
    issue = start_issue(office.series, by=office.cai, now=OCTOBER)

    with pytest.raises(BadInput) as refused:
        merge_items(issue, items, title=title, by=office.cai, now=OCTOBER)

    assert list(refused.value.fields) == [field]


def test_items_are_merged_on_the_page_and_over_rest(office, clock, sign_in):
    clock(OCTOBER)
    first, second = adopted(office, 1), adopted(office, 2)
    issue = start_issue(office.series, by=office.cai, now=OCTOBER)
    cai = sign_in(office.cai)
    at = f"/t/{office.world.tenant.slug}/briefings/issues/{issue.pk}"
    chosen = {"items": [str(first.pk), str(second.pk)], "version": 1}
    assert cai.post(f"{at}/merger/", chosen | {"title": ""}).status_code == 422
    done = cai.post(f"{at}/merger/", chosen | {"title": "综合稿"})
    assert done["Location"].endswith(f"/briefings/articles/{issue.articles.get().pk}/")
    assert "merged from several items" in cai.get(f"{at}/").content.decode()


# Points and notices go by the paragraphs


def test_words_that_are_not_printed_earn_nothing(scored):
    item, other = adopted(scored, 1), adopted(scored, 2)
    issue = drafted(scored, item, other)
    rewrite(scored, issue, item, "办公室另写的一段。")

    out(scored, issue)

    assert (points(item), points(other)) == (0, 20)
    assert all("研讨会情况之2" in subject for subject, _text in told("item_printed").values())


def test_each_item_of_a_merged_article_earns_its_points(scored):
    items = [adopted(scored, 1), adopted(scored, 2)]
    issue = start_issue(scored.series, by=scored.cai, now=OCTOBER)
    merge_items(issue, items, title="综合", by=scored.cai, now=OCTOBER)

    out(scored, issue)

    assert [points(item) for item in items] == [20, 20]
    assert "ben" in told("item_printed")


def test_the_sender_hears_of_the_bad_end_of_a_correction(scored):
    kept, wrong = adopted(scored, 1), adopted(scored, 2)
    root = Issue.objects.get(pk=out(scored, drafted(scored, kept, wrong)).issue)
    Notice.objects.all().delete()
    made = start_correction(root, note="第二篇失实，删去。", by=scored.cai, now=LATER)
    remove_article(made.articles.get(item=wrong), by=scored.cai, now=LATER)

    out(scored, made, LATER)

    assert told("item_printed") == {}
    subject, text = told("item_left_out")["ben"]
    assert "“研讨会情况之2” is no longer printed" in subject
    assert "第二篇失实，删去。" in text
    assert "taken back: 20" in text
    assert points(wrong) == 0


def test_the_sender_hears_that_a_correction_changed_the_text(scored):
    same, changed = adopted(scored, 1), adopted(scored, 2)
    root = Issue.objects.get(pk=out(scored, drafted(scored, same, changed)).issue)
    made = start_correction(root, note="人数应为十八人。", by=scored.cai, now=LATER)
    article = made.articles.get(item=changed)
    row = article.paragraphs.order_by("position").first()
    pieces = [Piece("更正后的一段。", row.pk)]
    write_article(article, title=article.title, pieces=pieces, by=scored.cai, now=LATER)
    Notice.objects.all().delete()

    out(scored, made, LATER)

    assert told("item_printed") == told("item_left_out") == {}
    subject, text = told("item_corrected")["ben"]
    assert "“研讨会情况之2” reads differently" in subject
    assert "人数应为十八人。" in text
    assert points(changed) == 20


def test_the_sender_hears_of_a_withdrawal_with_the_reason(scored):
    item = adopted(scored, 1)
    root = Issue.objects.get(pk=out(scored, drafted(scored, item)).issue)

    withdraw_issue(root, reason="通篇失实", by=scored.lin, now=LATER)

    subject, text = told("item_withdrawn")["ben"]
    assert "“研讨会情况之1” is no longer printed" in subject
    assert "通篇失实" in text
    assert "taken back: 20" in text


def test_nothing_is_said_of_points_where_none_are_given(office):
    root = Issue.objects.get(pk=out(office, drafted(office, adopted(office, 1))).issue)

    withdraw_issue(root, reason="通篇失实", by=office.lin, now=LATER)

    assert "points" not in told("item_withdrawn")["ben"][1]
