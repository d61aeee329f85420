from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from groups.actions.grants import grant
from groups.actions.users import create_user
from reporting.actions.exchanges import reply
from reporting.models import Exchange, ExchangeReply
from tests.programmes.topics import chosen
from tests.reporting.exchanges import posted
from tests.reporting.items import SEPTEMBER, questions

HTMX = {"HX-Request": "true"}


@pytest.fixture
def go(world, sign_in, clock):
    def enter(user):
        return sign_in(user), lambda name, *args: reverse(
            f"reporting:{name}", args=[world.tenant.slug, *args]
        )

    return enter


def typed(world, **given):
    words = {
        "organisation": world.bureau.pk, "kind": "question", "title": "怎样选题？",
        "text": "第一行\n第二行", "reach": "programme", "project": "",
    }  # fmt: skip
    return words | given


@pytest.mark.rule("P1-17", "P3-17")
def test_a_unit_asks_a_sister_answers_and_both_read_it_on_the_page(world, programme, go):
    client, at = go(world.liu)
    page = at("exchange_new", programme.pk)
    assert page in client.get(at("exchange_list")).content.decode()

    made = client.post(page, typed(world))

    post = Exchange.objects.get()
    assert (made.status_code, made["Location"]) == (302, at("exchange_detail", post.pk))
    assert (post.organisation, post.author, post.kind) == (world.bureau, world.liu, "question")
    sister, _at = go(world.sis)
    assert [row["id"] for row in sister.get(at("exchange_list")).context["rows"]] == [post.pk]
    sister.post(at("exchange_replies", post.pk), {"text": "从群众来信里找。"})
    shown = client.get(at("exchange_detail", post.pk)).content.decode()
    assert "第一行\n第二行" in shown
    assert "从群众来信里找。" in shown
    assert world.sister.name in shown


def test_a_reply_by_htmx_comes_back_as_the_talk_with_an_empty_box(world, programme, go):
    post = posted(world, programme)
    client, at = go(world.sis)

    part = client.post(at("exchange_replies", post.pk), {"text": "学习了。"}, headers=HTMX)
    endless = client.post(at("exchange_replies", post.pk), {"text": "长" * 2_001}, headers=HTMX)

    assert part.status_code == 200
    assert "<html" not in part.content.decode()
    assert "学习了。" in part.content.decode()
    assert part.context["reply_form"].data == {}
    assert endless.status_code == 422
    assert "长" * 2_001 in endless.content.decode()
    assert ExchangeReply.objects.count() == 1


def test_a_refusal_keeps_what_was_typed(world, programme, go):
    client, at = go(world.ben)

    refused = client.post(
        at("exchange_new", programme.pk), typed(world, title=" ", text="已写的正文")
    )

    assert refused.status_code == 422
    assert "已写的正文" in refused.content.decode()
    assert "title" in refused.context["form"].errors
    assert not Exchange.objects.exists()


def test_the_form_offers_own_spaces_and_own_topics_only(world, programme, go):
    topic = chosen(world, programme, "殡葬一件事")
    client, at = go(world.sis)
    page = at("exchange_new", programme.pk)

    fields = client.get(page).context["form"].fields
    assert list(fields["organisation"].queryset) == [world.sister]
    assert list(fields["project"].queryset) == []
    refused = client.post(page, typed(world, project=topic.pk))

    assert set(refused.context["form"].errors) == {"organisation", "project"}


def test_the_author_changes_it_and_others_are_told_why_not(world, programme, go):
    post = posted(world, programme)
    client, at = go(world.ben)
    page = at("exchange_edit", post.pk)
    assert page in client.get(at("exchange_detail", post.pk)).content.decode()
    form = client.get(page).context["form"]
    assert form["text"].value() == post.text

    client.post(page, typed(world, text="改过的正文", version=1))
    stale = client.post(page, typed(world, text="再改", version=1))

    post.refresh_from_db()
    assert (post.text, stale.status_code) == ("改过的正文", 412)
    other, _at = go(world.dora)
    assert other.get(page).status_code == 403
    reply(post, text="好", by=world.sis, now=SEPTEMBER)
    client, _at = go(world.ben)
    refused = client.get(page)
    assert refused.status_code == 409
    assert "answered already" in refused.content.decode()


def test_a_withdrawn_post_keeps_its_place_and_shows_no_text(world, programme, go):
    post = posted(world, programme, text="不该登的话")
    client, at = go(world.dora)
    assert client.post(at("exchange_withdrawal", post.pk), {"reason": ""}).status_code == 422

    client.post(at("exchange_withdrawal", post.pk), {"reason": "内容有误", "version": 1})

    page = client.get(at("exchange_detail", post.pk)).content.decode()
    assert "内容有误" in page
    assert "不该登的话" not in page
    assert client.get(at("exchange_list")).context["rows"] == []
    gone = {"withdrawn": "1"}
    assert [row["id"] for row in client.get(at("exchange_list"), gone).context["rows"]] == [post.pk]
    assert client.get(at("exchange_list"), gone | {"q": "不该登"}).context["rows"] == []
    again = client.post(at("exchange_withdrawal", post.pk), {"reason": "再撤"})
    assert again.status_code == 409


def test_a_reply_is_withdrawn_with_a_reason_by_the_director(world, programme, go):
    post = posted(world, programme)
    answer = reply(post, text="离题的话", by=world.sis, now=SEPTEMBER)
    stranger, at = go(world.liu)
    address = at("exchange_reply_withdrawal", post.pk, answer.pk)
    assert stranger.post(address, {"reason": "离题"}).status_code == 403

    client, _at = go(world.dora)
    assert client.post(address, {"reason": " "}).status_code == 422
    client.post(address, {"reason": "离题"})

    page = client.get(at("exchange_detail", post.pk)).content.decode()
    assert "离题的话" not in page
    assert "离题" in page


def test_filters_and_the_sheet_say_the_same(world, programme, go):
    posted(world, programme, title="公示的做法", text="三步走")
    posted(world, programme, by=world.sis, at=world.sister, kind="question", title="怎样选题")
    client, at = go(world.ana)
    for asked, titles in (
        ({}, ["怎样选题", "公示的做法"]),
        ({"kind": "question"}, ["怎样选题"]),
        ({"q": "三步"}, ["公示的做法"]),
        ({"organisation": world.bureau.pk}, ["公示的做法"]),
        ({"unit": "教育"}, ["怎样选题"]),
        ({"programme": programme.pk, "kind": "material"}, []),
    ):
        rows = client.get(at("exchange_list"), asked).context["rows"]
        assert [row["title"] for row in rows] == titles

    sheet = client.get(at("exchange_list"), {"kind": "question", "export": "xlsx"})
    lines = [
        row for row in load_workbook(BytesIO(sheet.content)).active.values if "怎样选题" in row
    ]
    assert len(lines) == 1
    assert world.sister.name in lines[0]
    assert len(client.get(at("exchange_list"), {"print": 1}).context["rows"]) == 2
    for wrong in ({"kind": "x"}, {"organisation": "x"}):
        assert client.get(at("exchange_list"), wrong).status_code == 422


@pytest.mark.parametrize("count", [1, 3])
def test_pages_ask_the_database_equally_often(world, programme, go, count):
    for number in range(count):
        post = posted(world, programme, title=f"第{number}条")
    for number in range(count):
        reply(post, text=f"答{number}", by=world.sis, now=SEPTEMBER)
    client, at = go(world.ana)

    assert len(client.get(at("exchange_list")).context["rows"]) == count
    assert len(client.get(at("exchange_detail", post.pk)).context["replies"]) == count
    asked = {"organisation": world.bureau.pk, "programme": programme.pk, "q": "第"}
    assert questions(client, at("exchange_list")) <= 8
    assert len(client.get(at("exchange_list"), asked).context["rows"]) == count
    assert questions(client, at("exchange_detail", post.pk)) <= 8


def test_strangers_find_nothing_and_administrators_no_page(world, programme, go):
    post = posted(world, programme, reach="own")
    client, at = go(world.sis)
    assert client.get(at("exchange_list")).context["rows"] == []
    assert client.get(at("exchange_detail", post.pk)).status_code == 404
    assert client.post(at("exchange_replies", post.pk), {"text": "x"}).status_code == 404

    admin, _at = go(world.sysadmin)
    assert admin.get(at("exchange_list")).status_code == 404


def test_somebody_let_in_to_a_topic_answers_on_its_page(world, programme, go):
    topic = chosen(world, programme, "殡葬一件事")
    guide = create_user(login="guide", person=None, by=world.system, now=SEPTEMBER)[0]
    guide.must_change_password = False
    guide.save(update_fields=["must_change_password"])
    grant(topic, to=guide, reason="担任促进师", by=world.dora, now=SEPTEMBER)
    post = posted(world, programme, project=topic, reach="own")
    client, at = go(guide)

    page = client.get(at("exchange_list"), {"project": topic.pk})
    client.post(at("exchange_replies", post.pk), {"text": "先听听群众怎么说。"})

    assert [row["id"] for row in page.context["rows"]] == [post.pk]
    assert page.context["running"] == []
    assert post.replies.get().author == guide


def test_programme_unit_and_topic_pages_lead_to_their_exchange(world, programme, go):
    topic = chosen(world, programme, "殡葬一件事")
    client, at = go(world.ben)
    for name, thing, asked in (
        ("programmes:programme_detail", programme, "programme"),
        ("groups:organisation_detail", world.bureau, "organisation"),
        ("programmes:project_detail", topic, "project"),
    ):
        page = client.get(reverse(name, args=[world.tenant.slug, thing.pk])).content.decode()
        assert f"{at('exchange_list')}?{asked}={thing.pk}" in page
    for name in ("item_list", "briefing_list", "publicity_list"):
        assert at("exchange_list") in client.get(at(name)).content.decode()
    assert client.get(at("exchange_list"), {"organisation": world.bureau.pk}).context["space"] == (
        world.bureau.name
    )
