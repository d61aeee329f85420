"""The office's pages: what they show to whom, what they refuse, how often they ask the database."""

import pytest
from django.urls import reverse

from reporting.models import Issue, Paragraph, Publication, Series
from reporting.states import IssueState
from tests.reporting.briefings import (
    OCTOBER,
    adopted,
    checked,
    drafted,
    offered,
    series,
    signed_issue,
)
from tests.reporting.items import questions


@pytest.fixture
def at(office, clock):
    clock(OCTOBER)
    slug = office.world.tenant.slug

    def address(name, *args):
        return reverse(f"reporting:{name}", args=[slug, *args])

    return address


def words(answer):
    return answer.content.decode()


def test_from_the_basket_to_the_readers(office, at, sign_in):
    first, second = adopted(office, 1), adopted(office, 2)
    cai = sign_in(office.cai)
    begun = cai.post(at("series_issues", office.series.pk))
    issue = Issue.objects.get()
    assert begun["Location"] == at("issue_compile", issue.pk)
    shelf = words(cai.get(begun["Location"]))
    assert "研讨会情况之1" in shelf
    assert "研讨会情况之2" in shelf

    chosen = {"items": [str(first.pk), str(second.pk)], "version": issue.version}
    cai.post(at("issue_compile", issue.pk), chosen)
    cai.post(at("article_position", issue.articles.get(item=second).pk), {"to": "1"})
    assert [a.item for a in issue.articles.order_by("position")] == [second, first]
    cai.post(at("issue_offer", issue.pk))
    ana = sign_in(office.ana)
    assert "Checked" in words(ana.get(at("issue_detail", issue.pk)))
    ana.post(at("issue_check", issue.pk), {"opinion": "可以"})
    sign_in(office.lin).post(at("issue_signature", issue.pk))
    done = sign_in(office.cai).post(at("issue_publication", issue.pk), follow=True)

    issue.refresh_from_db()
    assert (issue.state, issue.label) == (IssueState.PUBLISHED, "1")
    assert "As readers see it" in words(done)
    assert Publication.objects.get().issue == issue.pk


def test_what_the_editor_changed_is_marked_for_signer_and_sender(office, at, sign_in):
    item = adopted(office, body="与会四人提出建议。", title="召开研讨会")
    issue = drafted(office, item)
    article = issue.articles.get()
    row = article.paragraphs.get()
    typed = {
        "title": "召开专题研讨会",
        "version": issue.version,
        f"p_{row.pk}": "与会九人提出建议。",
        "p_new": "编者补充一段。",
    }
    cai = sign_in(office.cai)
    assert cai.post(at("article_edit", article.pk), typed).status_code == 302

    shown = words(sign_in(office.ana).get(at("issue_detail", issue.pk)))
    assert "put in:</span>九" in shown
    assert "taken out:</span>四" in shown
    texts = list(Paragraph.objects.order_by("position").values_list("text", "item"))
    assert texts == [("与会九人提出建议。", item.pk), ("编者补充一段。", None)]

    sign_in(office.cai).post(at("issue_offer", issue.pk))
    sign_in(office.ana).post(at("issue_check", issue.pk))
    sign_in(office.lin).post(at("issue_signature", issue.pk))
    sign_in(office.cai).post(at("issue_publication", issue.pk))
    told = words(sign_in(office.world.ben).get(at("item_detail", item.pk)))
    assert "Printed in" in told
    assert "put in:</span>九" in told


def test_autosave_keeps_source_and_version(office, at, sign_in):
    issue = drafted(office, adopted(office, body="第一句。"))
    article = issue.articles.get()
    key = f"p_{article.paragraphs.get().pk}"
    cai = sign_in(office.cai)
    version = issue.version
    for text in ("第一句。\n第二句。", "", "又写一句。"):
        typed = {"title": "题", "version": version, key: text, "p_new": ""}
        line = cai.post(at("article_draft", article.pk), typed)
        assert line.status_code == 200, words(line)
        version = Issue.objects.get().version
        assert f'value="{version}"' in words(line)

    row = article.paragraphs.get()
    assert (row.text, row.unit_name, row.item) == ("又写一句。", "民政局", article.item)


def test_two_editors_lose_nothing(office, at, sign_in):
    issue = drafted(office)
    article = issue.articles.get()
    old = {"title": "甲的题目", "version": issue.version, "p_new": "甲"}
    cai = sign_in(office.cai)
    cai.post(at("article_edit", article.pk), old)
    answer = cai.post(at("article_edit", article.pk), old | {"title": "乙的题目", "p_new": "乙"})

    assert answer.status_code == 412
    assert "What is stored now" in words(answer)
    assert "甲的题目" in words(answer)
    assert 'value="乙的题目"' in words(answer)
    head = cai.post(at("issue_draft", issue.pk), {"version": 1, "copies": 0, "headline": "丙"})
    assert head.status_code == 412


@pytest.mark.parametrize("who", ["ben", "lena", "kid", "sysadmin"])
@pytest.mark.parametrize("name", ["issue_detail", "issue_compile", "issue_pages", "issue_edit"])
def test_a_draft_is_nobodys_business_but_the_offices(office, at, sign_in, who, name):
    issue = drafted(office)

    assert sign_in(getattr(office.world, who)).get(at(name, issue.pk)).status_code == 404


def test_the_signer_reads_and_signs_but_does_not_compile(office, at, sign_in):
    issue = checked(office)
    lin = sign_in(office.lin)

    assert lin.get(at("issue_compile", issue.pk)).status_code == 404
    shown = words(lin.get(at("issue_detail", issue.pk)))
    assert at("issue_signature", issue.pk) in shown
    assert at("issue_check", issue.pk) not in shown
    refused = lin.post(at("issue_return", issue.pk), {"opinion": ""})
    assert refused.status_code == 422
    assert "Say what has to be changed" in words(refused)


def test_a_refusal_says_why_on_the_page(office, at, sign_in):
    issue = checked(office)
    Issue.objects.filter(pk=issue.pk).update(checked_by=office.lin)

    refused = sign_in(office.lin).post(at("issue_signature", issue.pk), {"opinion": "同意"})

    assert refused.status_code == 409
    assert "somebody else signs it" in words(refused)


def test_signing_twice_says_so(office, at, sign_in):
    issue = signed_issue(office)

    refused = sign_in(office.lin).post(at("issue_signature", issue.pk))

    assert refused.status_code == 409
    assert "is already: signed" in words(refused)


def test_the_basket_tells_where_else_an_item_stands(office, at, sign_in):
    item = adopted(office)
    signed_issue(office, item)
    office.series = series(office.world, slug="zengkan", title="行动学习增刊")
    other = drafted(office, adopted(office, 2))

    shown = words(sign_in(office.cai).get(at("issue_compile", other.pk)))

    assert "Stands already in: 行动学习简报 No. 1 of 2026" in shown
    hidden = words(sign_in(office.cai).get(at("issue_compile", other.pk) + "?kind=research"))
    assert "Stands already in" not in hidden


def test_pages_ask_as_often_for_three_rows_as_for_one(office, at, sign_in):
    issue = drafted(office, adopted(office, 0))
    adopted(office, 1)
    cai = sign_in(office.cai)
    addresses = [
        at("issue_list"),
        at("issue_compile", issue.pk),
        at("issue_detail", issue.pk),
    ]
    one = [questions(cai, address) for address in addresses]

    from reporting.actions.articles import compile_items

    compile_items(issue, [adopted(office, 2), adopted(office, 3)], by=office.cai, now=OCTOBER)
    for number in (4, 5):
        adopted(office, number + 10)
        drafted(office, adopted(office, number))
    three = [questions(cai, address) for address in addresses]

    assert three == one
    assert one[0] <= 8


@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_a_draft_on_paper_says_that_it_is_one(office, at, sign_in, kind):
    issue = offered(office)

    answer = sign_in(office.ana).get(at(f"issue_{kind}", issue.pk))

    name = "%E9%80%81%E5%AE%A1%E7%A8%BF_"  # 送审稿_
    assert name in answer["Content-Disposition"]
    assert answer.content[:2] in (b"%P", b"PK")


def test_a_draft_is_seen_as_pages(office, at, sign_in):
    shown = words(sign_in(office.lin).get(at("issue_pages", checked(office).pk)))

    assert "data:image/png;base64," in shown
    assert "number and date are given at signing" in shown


# Series


NEW = {
    "title": "行动学习在广西",
    "compiler": "自治区行动学习办公室",
    "audience": "recipients",
    "report_to": "自治区党委办公厅\n\n自治区人民政府办公厅",
    "copies": "60",
}


@pytest.mark.rule("P3-10")
def test_a_series_of_its_own_name_is_opened(office, at, sign_in):
    typed = NEW | {"organisation": office.world.county.pk}

    answer = sign_in(office.ana).post(at("series_new"), typed)

    assert answer["Location"] == at("issue_list")
    made = Series.objects.get(title="行动学习在广西")
    assert made.report_to == ["自治区党委办公厅", "自治区人民政府办公厅"]
    assert made.slug == "xdxxzgx"


def test_a_secrecy_level_is_refused_with_all_that_was_typed(office, at, sign_in):
    typed = NEW | {"organisation": office.world.county.pk, "note": "机 密★一年"}

    answer = sign_in(office.ana).post(at("series_new"), typed)

    assert answer.status_code == 422
    assert "not for secrets" in words(answer)
    assert 'value="机 密★一年"' in words(answer)


def test_a_series_is_changed_and_closed(office, at, sign_in):
    ana = sign_in(office.ana)
    address = at("series_edit", office.series.pk)
    assert "jianbao" in words(ana.get(address))
    assert ana.post(address, NEW | {"version": 1}).status_code == 302
    assert ana.post(address, NEW | {"version": 1, "copies": "1"}).status_code == 412
    ana.post(at("series_closing", office.series.pk))

    office.series.refresh_from_db()
    assert (office.series.title, office.series.slug) == ("行动学习在广西", "jianbao")
    assert office.series.closed_at == OCTOBER
    refused = sign_in(office.cai).post(at("series_issues", office.series.pk))
    assert refused.status_code == 409


@pytest.mark.parametrize("who", ["cai", "lin", "ben"])
def test_only_the_director_arranges_series(office, at, sign_in, who):
    user = getattr(office, who, None) or getattr(office.world, who)

    assert sign_in(user).get(at("series_new")).status_code == 404
