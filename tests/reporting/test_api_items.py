import json

import pytest
from django.urls import include, path, reverse
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from rest_framework.routers import SimpleRouter

from groups.models import Organisation
from reporting.actions.items import save_draft
from reporting.api.items import ROUTES
from reporting.models import InformationItem
from reporting.states import ItemState
from tests.reporting.items import (
    BODY,
    SEPTEMBER,
    draft,
    in_state,
    photo,
    questions,
    signed,
    submitted,
)

ONE = "tenant_api:information-item"


@pytest.fixture
def call(world, sign_in, clock):
    """`call(user, "post", "submission", pk, body)`: the answer of one REST call."""

    def enter(user, method, noun, *args, data=None, **headers):
        address = reverse(f"{ONE}-{noun}", args=[world.tenant.slug, *args])
        send = getattr(sign_in(user), method)
        if method == "get":
            return send(address, data, headers=headers)
        body = json.dumps(data if data is not None else {})
        return send(address, body, content_type="application/json", headers=headers)

    return enter


@pytest.mark.rule("P2-83")
def test_an_item_goes_its_way_by_rest(world, programme, call):
    text = {
        "title": "九月信息",
        "body": BODY,
        "kind": "dynamic",
        "truthful": True,
        "month": "2026-09",
    }

    made = call(world.ben, "post", "list", data={"programme": str(programme.pk), **text})
    pk = made.json()["id"]
    signature = call(world.dora, "post", "signature", pk)
    submission = call(world.ben, "post", "submission", pk)
    back = call(world.ana, "post", "return", pk, data={"reason": "补充措施"})
    changed = call(world.ben, "patch", "detail", pk, data={"body": BODY + "三条措施已落实。"})
    call(world.dora, "post", "signature", pk)
    call(world.ben, "post", "submission", pk)
    adoption = call(world.ana, "post", "adoption", pk, data={"opinion": "好"})

    answers = [made, signature, submission, back, changed, adoption]
    assert [a.status_code for a in answers] == [201, 200, 200, 200, 200, 200]
    states = ["draft", "signed", "submitted", "returned", "returned", "adopted"]
    assert [a.json()["state"] for a in answers] == states
    assert back.json()["reply_due_at"] is not None


@pytest.mark.parametrize("noun", ["keeping", "non-adoption"])
def test_the_office_may_also_keep_or_pass_over(world, programme, call, noun):
    item = submitted(world, programme)

    answer = call(world.ana, "post", noun, item.pk, data={"opinion": "已有同类"})

    expected = {"keeping": ItemState.KEPT, "non-adoption": ItemState.NOT_ADOPTED}[noun]
    assert (answer.status_code, answer.json()["state"]) == (200, expected)


@pytest.mark.parametrize(
    ("method", "noun", "data"),
    [
        ("patch", "detail", {"state": "adopted"}),
        ("patch", "detail", {"titel": "x"}),
        ("patch", "detail", {"submitted_at": "2026-01-01T00:00:00Z"}),
        ("post", "submission", {"now": "2026-01-01"}),
        ("post", "signature", {"by": "x"}),
    ],
)
def test_unknown_fields_are_refused(world, programme, call, method, noun, data):
    item = draft(world, programme)

    answer = call(world.dora, method, noun, item.pk, data=data)

    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == list(data)
    assert InformationItem.objects.get(pk=item.pk).state == ItemState.DRAFT


@pytest.mark.rule("P2-84")
def test_a_broken_rule_is_a_problem_document(world, programme, call):
    submitted(world, programme)
    copy = signed(world, programme)

    answer = call(world.ben, "post", "submission", copy.pk)

    problem = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.status_code, problem["code"], problem["rule"]) == (
        409,
        "duplicate_text",
        "P2-84",
    )


@pytest.mark.parametrize(("match", "status"), [('"1"', 412), ('"2"', 200), (None, 200)])
def test_an_update_of_an_old_version_is_lost_for_nobody(world, programme, call, match, status):
    item = draft(world, programme)
    save_draft(item, body="同事的文字", by=world.liu, now=SEPTEMBER)
    headers = {"If-Match": match} if match else {}

    answer = call(world.ben, "patch", "detail", item.pk, data={"body": "我的文字"}, **headers)

    assert answer.status_code == status
    kept = InformationItem.objects.get(pk=item.pk).body
    assert kept == ("我的文字" if status == 200 else "同事的文字")


def test_the_same_key_creates_once(world, programme, call):
    data = {"programme": str(programme.pk), "title": "一次"}

    answers = [
        call(world.ben, "post", "list", data=data, **{"Idempotency-Key": "k1"}) for _ in range(2)
    ]

    assert [a.status_code for a in answers] == [201, 201]
    assert answers[0].content == answers[1].content
    assert InformationItem.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"programme": "00000000-0000-7000-8000-000000000000"}, "programme"),
        ({"organisation": "00000000-0000-7000-8000-000000000000"}, "organisation"),
        ({"title": "长" * 121}, "title"),
        ({"kind": "poem"}, "kind"),
        ({"event_date": "gestern"}, "event_date"),
    ],
)
def test_create_says_which_field_is_wrong(world, programme, call, data, field):
    answer = call(world.ben, "post", "list", data={"programme": str(programme.pk)} | data)

    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])


@pytest.mark.parametrize("count", [1, 3])
def test_item_list_asks_at_most_five_questions(world, programme, sign_in, clock, count):
    for n in range(count):
        submitted(world, programme, title=f"第{n}条", body=f"{BODY}{n}")
    client = sign_in(world.ana)
    address = reverse(f"{ONE}-list", args=[world.tenant.slug])

    assert len(client.get(address).json()["results"]) == count
    assert questions(client, address) <= 5


def test_item_detail_asks_at_most_five_questions(world, programme, sign_in, clock):
    item = submitted(world, programme)
    address = reverse(f"{ONE}-detail", args=[world.tenant.slug, item.pk])

    assert questions(sign_in(world.ana), address) <= 5


def test_item_list_goes_on_from_its_mark_and_sends_the_fields_asked_for(world, programme, call):
    for n in range(3):
        submitted(world, programme, title=f"第{n}条", body=f"{BODY}{n}")

    first = call(world.ana, "get", "list", data={"limit": 2, "fields": "id,title"}).json()
    rest = call(world.ana, "get", "list", data={"limit": 2, "cursor": first["next_cursor"]}).json()

    assert [list(row) for row in first["results"]] == [["id", "title"]] * 2
    titles = [row["title"] for row in first["results"] + rest["results"]]
    assert (sorted(titles), rest["next_cursor"]) == (["第0条", "第1条", "第2条"], None)
    assert call(world.ana, "get", "list", data={"fields": "id,secret"}).status_code == 422


def test_attachments_go_in_and_out_by_rest(world, programme, sign_in, clock):
    item = draft(world, programme)
    client = sign_in(world.ben)
    slug = world.tenant.slug
    upload = photo()
    upload.name = "会场.png"

    added = client.post(reverse(f"{ONE}-attachments", args=[slug, item.pk]), {"file": upload})
    one = reverse(f"{ONE}-attachment", args=[slug, item.pk, added.json()["id"]])
    file = client.get(one)
    gone = client.delete(one)

    assert [a.status_code for a in (added, file, gone)] == [201, 200, 204]
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert client.get(one).status_code == 404


@pytest.mark.parametrize("state", list(ItemState))
def test_item_detail_carries_its_version_as_etag(world, programme, call, state):
    item = in_state(state, world, programme)

    answer = call(world.ben, "get", "detail", item.pk)

    item.refresh_from_db()
    assert (answer.json()["state"], answer.headers["ETag"]) == (state, f'"{item.version}"')


def test_a_key_that_is_none_is_not_found(world, programme, call):
    assert call(world.ben, "get", "detail", "x").status_code == 404


def test_the_schema_of_these_routes_has_no_warning():
    router = SimpleRouter()
    for prefix, viewset, basename in ROUTES:
        router.register(prefix, viewset, basename=basename)

    GENERATOR_STATS.reset()
    schema = SchemaGenerator(patterns=[path("api/v1/", include(router.urls))]).get_schema(
        request=None, public=True
    )

    told = [*GENERATOR_STATS._warn_cache, *GENERATOR_STATS._error_cache]
    assert [line for line in told if "authenticator" not in line] == []
    assert len(schema["paths"]) == 12


def test_the_list_answers_304_until_an_item_or_a_units_name_changes(world, programme, call):
    item = draft(world, programme)
    changes = [
        lambda: save_draft(item, body="补充措施。", by=world.ben, now=SEPTEMBER),
        lambda: Organisation.objects.filter(pk=world.bureau.pk).update(name="民政和社会事务局"),
    ]
    for change in changes:
        tag = call(world.ben, "get", "list")["ETag"]
        unchanged = call(world.ben, "get", "list", **{"If-None-Match": tag}).status_code
        change()
        changed = call(world.ben, "get", "list", **{"If-None-Match": tag}).status_code

        assert (unchanged, changed) == (304, 200)
