"""Series: what is accepted, what is refused, what belongs into which."""

import pytest

from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken, Stale
from reporting.actions.articles import compile_items
from reporting.actions.issues import sign_issue, start_issue
from reporting.actions.publishing import publish_issue
from reporting.actions.series import change_series, close_series, open_series
from reporting.models import Series
from reporting.queries import basket_of
from tests.reporting.briefings import OCTOBER, adopted, checked, drafted, series, signed_issue


@pytest.mark.parametrize(
    "facts",
    [
        {"note": "机密"},
        {"note": "绝 密★长期"},
        {"note": "秘密·一年"},
        {"title": "機密簡報"},
        {"body_name": "SECRET briefing"},
    ],
    ids=str,
)
def test_a_secrecy_level_is_refused(office, facts):
    with pytest.raises(BadInput, match="not for secrets") as refused:
        series(office.world, slug="geheim", **facts)

    assert refused.value.code == "secrecy_level"
    assert not Series.objects.filter(slug="geheim").exists()


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"slug": "jianbao"}, "slug"),
        ({"slug": "Groß"}, "slug"),
        ({"slug": "changes"}, "slug"),
        ({"title": " "}, "title"),
        ({"compiler": ""}, "compiler"),
        ({"note": "长" * 41}, "note"),
        ({"copies": -1}, "copies"),
        ({"issue_to": ["名" * 81]}, "issue_to"),
    ],
    ids=str,
)
def test_what_cannot_stand_is_said_at_its_field(office, facts, field):
    with pytest.raises(BadInput) as refused:
        series(office.world, **({"slug": "anders"} | facts))

    assert field in refused.value.fields


@pytest.mark.rule("P3-10")
def test_a_series_is_named_and_its_slug_made(office):
    made = series(office.world, title="行动学习在广西", slug="")
    again = series(office.world, title="行动学习在广西", slug="")

    assert (made.slug, again.slug) == ("xdxxzgx", "xdxxzgx-2")


def test_what_bears_a_note_is_not_for_everybody(office):
    with pytest.raises(BadInput, match="not for everybody") as refused:
        change_series(office.series, audience="public", by=office.ana, now=OCTOBER)
    assert set(refused.value.fields) == {"audience", "note"}

    change_series(office.series, audience="public", note="", by=office.ana, now=OCTOBER)
    with pytest.raises(BadInput, match="not for everybody"):
        change_series(office.series, note="内部资料", by=office.ana, now=OCTOBER)
    assert Series.objects.get().note == ""


def test_a_closed_series_may_still_be_read_by_fewer(office):
    change_series(office.series, audience="tenant", by=office.ana, now=OCTOBER)
    close_series(office.series, by=office.ana, now=OCTOBER)
    change_series(office.series, audience="recipients", by=office.ana, now=OCTOBER)

    for facts in ({"audience": "tenant"}, {"audience": "recipients", "title": "别的名字"}):
        with pytest.raises(RuleBroken, match="smaller"):
            change_series(office.series, by=office.ana, now=OCTOBER, **facts)
    assert Series.objects.get().audience == "recipients"


def test_another_programme_does_not_open_what_was_told(office):
    publish_issue(signed_issue(office), by=office.cai, now=OCTOBER)

    with pytest.raises(BadInput, match="published already"):
        change_series(office.series, programme=office.programme, by=office.ana, now=OCTOBER)


@pytest.mark.parametrize("who", ["cai", "lin", "ben"])
def test_only_the_director_opens_changes_and_closes(office, who):
    by = getattr(office, who, None) or getattr(office.world, who)
    facts = {"title": "x", "compiler": "y", "by": by, "now": OCTOBER}

    with pytest.raises(NotAllowed):
        open_series(organisation=office.world.county, **facts)
    with pytest.raises(NotAllowed):
        change_series(office.series, title="x", by=by, now=OCTOBER)
    with pytest.raises(NotAllowed):
        close_series(office.series, by=by, now=OCTOBER)


def test_a_change_reaches_the_next_issue_only(office):
    before = drafted(office)
    change_series(office.series, issue_to=["各乡镇"], copies=5, by=office.ana, now=OCTOBER)
    after = start_issue(Series.objects.get(), by=office.cai, now=OCTOBER)

    assert (before.issue_to, before.copies) == (["各单位行动学习办公室"], 60)
    assert (after.issue_to, after.copies) == (["各乡镇"], 5)


@pytest.mark.parametrize(
    ("facts", "stale"), [({"title": "新名简报"}, True), ({"copies": 9}, False)], ids=str
)
def test_a_series_renamed_between_reading_and_signing_is_read_again(office, facts, stale):
    issue = checked(office)
    change_series(office.series, **facts, by=office.ana, now=OCTOBER)

    if stale:
        with pytest.raises(Stale):
            sign_issue(issue, seen=issue.version, by=office.lin, now=OCTOBER)
    else:
        sign_issue(issue, seen=issue.version, by=office.lin, now=OCTOBER)


def test_a_lost_update_is_stale(office):
    change_series(office.series, copies=5, seen=1, by=office.ana, now=OCTOBER)

    with pytest.raises(Stale):
        change_series(office.series, copies=6, seen=1, by=office.ana, now=OCTOBER)


def test_a_closed_series_begins_nothing_and_closes_once(office):
    close_series(office.series, by=office.ana, now=OCTOBER)

    for act in (
        lambda: start_issue(office.series, by=office.cai, now=OCTOBER),
        lambda: close_series(office.series, by=office.ana, now=OCTOBER),
        lambda: change_series(office.series, copies=1, by=office.ana, now=OCTOBER),
    ):
        with pytest.raises(RuleBroken, match="closed"):
            act()


def test_supplements_are_numbered_apart(office):
    signed_issue(office, adopted(office, 1))
    main = office.series
    office.series = series(office.world, slug="zengkan", supplement_to=main)

    extra = signed_issue(office, adopted(office, 2))

    assert (extra.number, extra.total) == (1, 1)
    with pytest.raises(BadInput):
        series(office.world, slug="zengkan2", supplement_to=office.series)


def test_the_basket_holds_what_this_office_adopted_and_has_not_printed(office):
    mine, other = adopted(office, 1), adopted(office, 2)
    issue = drafted(office, mine)

    assert list(basket_of(office.series)) == [other]
    with pytest.raises(RuleBroken, match="already stands in"):
        compile_items(
            start_issue(office.series, by=office.cai, now=OCTOBER),
            [mine],
            by=office.cai,
            now=OCTOBER,
        )
    second = series(office.world, slug="zweite")
    assert set(basket_of(second)) == {mine, other}
    assert issue.articles.count() == 1


def test_an_item_of_another_office_is_not_taken_in(office):
    item = adopted(office)
    type(item).objects.filter(pk=item.pk).update(supervisor=office.world.bureau)
    issue = start_issue(office.series, by=office.cai, now=OCTOBER)

    with pytest.raises(RuleBroken, match="not an item of this series"):
        compile_items(issue, [item], by=office.cai, now=OCTOBER)
