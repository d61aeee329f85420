"""The briefing office over REST: the same verbs, the same refusals, few questions to the database."""

import json

import pytest
from django.urls import reverse

from reporting.models import Issue, Series
from tests.reporting.briefings import OCTOBER, adopted, checked, drafted, signed_issue
from tests.reporting.items import questions


@pytest.fixture
def api(office, clock, sign_in):
    """`api(user, method, name, *args, data, **headers)`: (status, body)."""
    clock(OCTOBER)
    slug = office.world.tenant.slug

    def call(user, method, name, *args, data=None, **headers):
        path = reverse(f"tenant_api:{name}", args=[slug, *args])
        more = {} if method == "get" else {"content_type": "application/json"}
        body = data if method == "get" else json.dumps(data or {})
        answer = getattr(sign_in(user), method)(path, body, headers=headers, **more)
        return answer.status_code, json.loads(answer.content or b"null")

    return call


def test_from_the_basket_to_the_readers(office, api):
    first, second = adopted(office, 1), adopted(office, 2)
    status, made = api(
        office.cai, "post", "briefing-issue-list", data={"series": str(office.series.pk)}
    )
    assert (status, made["issue_to"]) == (201, ["各单位行动学习办公室"])
    key = made["id"]
    basket = api(office.cai, "get", "briefing-issue-basket", key)[1]["results"]
    assert {row["id"] for row in basket} == {str(first.pk), str(second.pk)}

    chosen = {"items": [str(second.pk), str(first.pk)]}
    body = api(office.cai, "post", "briefing-issue-compilation", key, data=chosen)[1]
    assert [a["item"] for a in body["articles"]] == chosen["items"]
    piece = body["articles"][0]["paragraphs"][0]
    text = {"title": "改题", "paragraphs": [{"id": piece["id"], "text": "改文"}, {"text": "自撰"}]}
    body = api(
        office.cai, "patch", "briefing-issue-article", key, body["articles"][0]["id"], data=text
    )[1]
    told = body["articles"][0]["paragraphs"]
    assert [(p["text"], p["unit_name"]) for p in told] == [("改文", "民政局"), ("自撰", "")]
    last = body["articles"][1]["id"]
    body = api(office.cai, "post", "briefing-issue-position", key, last, data={"to": 1})[1]
    assert body["articles"][0]["id"] == last

    api(office.cai, "post", "briefing-issue-offer", key)
    api(office.ana, "post", "briefing-issue-check", key, data={"opinion": "可"})
    status, body = api(office.lin, "post", "briefing-issue-signature", key)
    assert (status, body["label"], body["dated"]) == (200, "1", "2026-10-09")
    status, body = api(office.cai, "post", "briefing-issue-publication", key)
    assert (status, body["state"]) == (200, "published")
    assert [t["what"] for t in body["turns"]][-1] == "published"
    status, body = api(office.cai, "post", "briefing-issue-correction", key, data={"note": "错字"})
    assert (status, body["corrects"]) == (201, key)


@pytest.mark.parametrize(
    ("name", "data", "status", "code"),
    [
        ("signature", {}, 409, "wrong_state"),
        ("publication", {}, 409, "wrong_state"),
        ("compilation", {"items": []}, 422, None),
        ("compilation", {"items": ["0190a000-0000-7000-8000-000000000000"]}, 422, "invalid"),
        ("offer", {"extra": 1}, 422, None),
    ],
)
def test_refusals_are_problems_in_plain_words(office, api, name, data, status, code):
    issue = signed_issue(office)
    if name == "publication":
        issue = Issue.objects.get(pk=issue.pk)
        api(office.ana, "post", "briefing-issue-publication", issue.pk)
    who = office.lin if name == "signature" else office.cai

    found, body = api(who, "post", f"briefing-issue-{name}", issue.pk, data=data)

    assert found == status
    assert code is None or body["code"] == code


def test_an_old_version_is_refused(office, api):
    issue = drafted(office)

    status, body = api(
        office.cai,
        "patch",
        "briefing-issue-detail",
        issue.pk,
        data={"headline": "新题"},
        **{"If-Match": '"1"'},
    )

    assert (status, body["code"]) == (412, "stale")


def test_series_over_rest(office, api):
    new = {
        "organisation": str(office.world.county.pk),
        "title": "行动学习在广西",
        "compiler": "办公室",
    }
    status, made = api(office.ana, "post", "briefing-series-list", data=new)
    assert (status, made["slug"]) == (201, "xdxxzgx")
    status, body = api(
        office.ana, "post", "briefing-series-list", data=new | {"note": "机密", "slug": "x"}
    )
    assert (status, body["code"]) == (422, "secrecy_level")
    status, body = api(
        office.ana, "patch", "briefing-series-detail", made["id"], data={"slug": "anders"}
    )
    assert status == 422
    assert api(office.ana, "post", "briefing-series-closing", made["id"])[0] == 200
    assert Series.objects.get(pk=made["id"]).closed_at == OCTOBER
    assert len(api(office.cai, "get", "briefing-series-list")[1]["results"]) == 2
    assert api(office.cai, "post", "briefing-series-list", data=new)[0] == 422


@pytest.mark.parametrize("who", ["ben", "lena", "kid"])
def test_strangers_find_nothing(office, api, who):
    issue = checked(office)
    user = getattr(office.world, who)

    assert api(user, "get", "briefing-issue-detail", issue.pk)[0] == 404
    assert api(user, "get", "briefing-issue-list")[1]["results"] == []
    assert api(user, "get", "briefing-series-list")[1]["results"] == []


def test_an_adoption_is_taken_back_over_rest(office, api):
    item = adopted(office)

    status, body = api(
        office.ana,
        "post",
        "information-item-disadoption",
        item.pk,
        data={"reason": "数字不实"},
    )

    assert (status, body["state"]) == (200, "submitted")


def test_lists_ask_as_often_for_three_as_for_one(office, clock, sign_in):
    clock(OCTOBER)
    slug = office.world.tenant.slug
    issue = drafted(office, adopted(office, 0))
    cai = sign_in(office.cai)
    addresses = [
        reverse("tenant_api:briefing-issue-list", args=[slug]),
        reverse("tenant_api:briefing-series-list", args=[slug]),
        reverse("tenant_api:briefing-issue-detail", args=[slug, issue.pk]),
    ]
    one = [questions(cai, address) for address in addresses]
    for number in (1, 2):
        drafted(office, adopted(office, number))

    assert [questions(cai, address) for address in addresses] == one
    assert max(one[:2]) <= 5


def test_merged_compared_discarded_and_voided_over_rest(office, api):
    items = [str(adopted(office, n).pk) for n in (1, 2)]
    key = api(office.cai, "post", "briefing-issue-list", data={"series": str(office.series.pk)})[1][
        "id"
    ]
    data = {"items": items, "title": "综合稿"}
    status, body = api(office.cai, "post", "briefing-issue-merger", key, data=data)
    assert status == 201
    [article] = body["articles"]
    assert {row["item"] for row in article["paragraphs"]} == set(items)
    api(office.ana, "post", "briefing-issue-check", key)
    api(office.cai, "patch", "briefing-issue-detail", key, data={"headline": "新题"})
    body = api(office.ana, "get", "briefing-issue-changes", key, data={"against": "check"})[1]
    assert [(row["name"], row["changes"][0]["text"]) for row in body["results"]] == [
        ("headline", "新题")
    ]
    wrong = api(office.ana, "get", "briefing-issue-changes", key, data={"against": "x"})
    assert wrong[0] == 422

    why = {"reason": "误建"}
    assert (
        api(office.lin, "post", "briefing-issue-voiding", key, data=why)[1]["code"] == "no_number"
    )
    status, body = api(office.cai, "post", "briefing-issue-discard", key, data=why)
    assert (status, body["state"], body["number"]) == (200, "discarded", None)
