import uuid

import pytest

from reporting.actions.exchanges import reply, withdraw_reply
from tests.programmes.topics import chosen
from tests.reporting.exchanges import posted
from tests.reporting.items import SEPTEMBER, questions

JSON = "application/json"


@pytest.fixture
def base(world, clock):
    return f"/t/{world.tenant.slug}/api/v1/exchanges/"


def body(world, programme, /, **given):
    words = {
        "programme": str(programme.pk), "organisation": str(world.bureau.pk), "kind": "experience",
        "title": "领题公示的做法", "text": "先公示，再开题。",
    }  # fmt: skip
    return words | given


@pytest.mark.rule("P1-17")
def test_a_post_goes_all_its_way_over_rest(world, programme, sign_in, base):
    topic = chosen(world, programme, "殡葬一件事")
    ben = sign_in(world.ben)

    made = ben.post(base, body(world, programme, project=str(topic.pk)), content_type=JSON)
    one = f"{base}{made.json()['id']}/"
    stale = ben.patch(one, {"text": "改"}, content_type=JSON, headers={"If-Match": '"7"'})
    changed = ben.patch(one, {"text": "改"}, content_type=JSON, headers={"If-Match": '"1"'})
    answered = sign_in(world.sis).post(f"{one}replies/", {"text": "很好"}, content_type=JSON)
    ben = sign_in(world.ben)
    late = ben.patch(one, {"text": "再改"}, content_type=JSON)
    gone = ben.post(f"{one}withdrawal/", {"reason": "过时"}, content_type=JSON)

    assert (made.status_code, made.json()["reach"]) == (201, "programme")
    assert (stale.status_code, changed.json()["text"]) == (412, "改")
    assert changed.json()["project"] == str(topic.pk)
    assert changed["ETag"] == '"2"'
    assert answered.status_code == 201
    assert [each["unit_name"] for each in answered.json()["replies"]] == [world.sister.name]
    assert (late.status_code, late.json()["code"]) == (409, "answered")
    assert (gone.json()["text"], gone.json()["withdrawal_reason"]) == ("", "过时")
    assert ben.get(base).json()["results"] == []
    assert [row["id"] for row in ben.get(base, {"withdrawn": 1}).json()["results"]] == [
        made.json()["id"]
    ]


def test_a_reply_is_withdrawn_over_rest(world, programme, sign_in, base):
    post = posted(world, programme)
    answer = reply(post, text="离题", by=world.sis, now=SEPTEMBER)
    address = f"{base}{post.pk}/replies/{answer.pk}/withdrawal/"

    refused = sign_in(world.liu).post(address, {"reason": "离题"}, content_type=JSON)
    gone = sign_in(world.dora).post(address, {"reason": "离题"}, content_type=JSON)
    unknown = sign_in(world.dora).post(
        f"{base}{post.pk}/replies/{uuid.uuid4()}/withdrawal/", {"reason": "离题"}, content_type=JSON
    )

    assert refused.status_code == 403
    told = gone.json()["replies"][0]
    assert (told["text"], told["withdrawal_reason"]) == ("", "离题")
    assert gone.json()["replies_standing"] == 0
    assert unknown.status_code == 404


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"programme": str(uuid.uuid4())}, "programme"),
        ({"organisation": str(uuid.uuid4())}, "organisation"),
        ({"project": str(uuid.uuid4())}, "project"),
        ({"kind": "gossip"}, "kind"),
        ({"text": "文" * 10_001}, "text"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(world, programme, sign_in, base, given, field):
    refused = sign_in(world.ben).post(base, body(world, programme, **given), content_type=JSON)

    assert (refused.status_code, list(refused.json()["errors"])) == (422, [field])


def test_nobody_posts_for_another_unit_or_reads_what_is_its_own(world, programme, sign_in, base):
    post = posted(world, programme, reach="own")
    sister = sign_in(world.sis)

    foreign = sister.post(base, body(world, programme), content_type=JSON)

    assert list(foreign.json()["errors"]) == ["organisation"]
    assert sister.get(f"{base}{post.pk}/").status_code == 404
    assert (
        sister.post(f"{base}{post.pk}/replies/", {"text": "x"}, content_type=JSON).status_code
        == 404
    )
    assert sign_in(world.sysadmin).get(base).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_rest_asks_the_database_equally_often(world, programme, sign_in, base, count):
    for number in range(count):
        post = posted(world, programme, title=f"第{number}条")
    for number in range(count):
        answer = reply(post, text=f"答{number}", by=world.sis, now=SEPTEMBER)
    client = sign_in(world.ana)

    listed = client.get(base).json()["results"]
    assert [row["replies_standing"] for row in listed] == [count, *[0] * (count - 1)]
    assert questions(client, base) <= 5
    assert questions(client, f"{base}{post.pk}/") <= 5
    withdraw_reply(answer, reason="误", by=world.sis, now=SEPTEMBER)
    assert client.get(base).json()["results"][0]["replies_standing"] == count - 1
