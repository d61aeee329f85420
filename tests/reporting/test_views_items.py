from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from programmes.models.obligation import DutyState
from reporting.actions.attachments import add_attachment
from reporting.actions.items import adopt_item, return_item, save_draft
from reporting.models import InformationItem
from reporting.states import ItemState
from tests.reporting.items import (
    BODY,
    SEPTEMBER,
    draft,
    duty,
    in_state,
    photo,
    questions,
    signed,
    state_of,
    submitted,
)
from tests.running import beijing

XSS = '"><script>alert(1)</script><img src=x onerror=alert(2)>'


@pytest.fixture
def go(world, sign_in, clock):
    """`go(user, "item_list")` answers (address maker, client)."""

    def enter(user):
        client = sign_in(user)
        return client, lambda name, *args: reverse(
            f"reporting:{name}", args=[world.tenant.slug, *args]
        )

    return enter


def typed(item, **changes):
    words = {"title": item.title, "body": item.body, "kind": item.kind, "version": item.version}
    return words | {"window_key": item.window_key, "truthful": "on"} | changes


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("name", "who"), [("item_list", "ben"), ("item_inbox", "ana")])
def test_lists_ask_the_database_equally_often(world, programme, go, count, name, who):
    for n in range(count):
        submitted(world, programme, title=f"第{n}条", body=f"{BODY}{n}")
    client, at = go(getattr(world, who))
    rows = client.get(at(name)).context["rows"]

    assert (len(rows), questions(client, at(name)) <= 8) == (count, True)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["研讨简讯", "调研报告"]),
        ("?kind=research", ["调研报告"]),
        ("?state=submitted", ["研讨简讯"]),
        ("?month=2026-09", ["研讨简讯"]),
        ("?q=调研", ["调研报告"]),
        ("?month=1999-01", []),
    ],
)
def test_item_list_filters(world, programme, go, query, found):
    submitted(world, programme, title="研讨简讯")
    draft(world, programme, title="调研报告", kind="research")
    client, at = go(world.ben)

    rows = client.get(at("item_list") + query).context["rows"]

    assert sorted(row["title"] for row in rows) == sorted(found)


def test_item_list_shows_the_levels_below_when_asked(world, programme, go):
    submitted(world, programme)
    client, at = go(world.ana)

    assert client.get(at("item_list")).context["rows"] == []
    assert len(client.get(at("item_list") + "?where=all").context["rows"]) == 1


@pytest.mark.parametrize(("name", "who"), [("item_list", "ben"), ("item_inbox", "ana")])
def test_lists_leave_as_a_sheet(world, programme, go, name, who):
    submitted(world, programme, title="=1+1")
    client, at = go(getattr(world, who))

    answer = client.get(at(name) + "?export=xlsx")

    sheet = load_workbook(BytesIO(answer.content)).active
    assert (sheet.cell(4, 3).value, sheet.cell(4, 3).data_type) == ("=1+1", "s")
    assert "attachment" in answer.headers["Content-Disposition"]


@pytest.mark.rule("P2-84")
def test_item_inbox_says_who_waits_since_when_and_how_fresh_it_was(world, programme, go, clock):
    submitted(world, programme, event_date=beijing(9, 8).date())
    clock(beijing(9, 14))
    client, at = go(world.ana)
    clock(beijing(9, 14))

    [row] = client.get(at("item_inbox")).context["rows"]

    assert (row["unit"], row["waiting"], row["days"]) == ("民政局", 4, 2)


def test_item_new_is_filled_in_from_the_duty(world, programme, go):
    client, at = go(world.ben)
    owed = duty(world)

    page = client.get(at("item_new") + f"?duty={owed.pk}")
    assert f'value="{owed.pk}" selected' in page.content.decode()

    answer = client.post(at("item_new"), {"duty": owed.pk, "kind": "dynamic", "title": "九月信息"})
    item = InformationItem.objects.get()
    assert answer.headers["Location"] == at("item_edit", item.pk)
    assert (item.window_key, item.programme, item.organisation) == (
        "2026-09",
        programme,
        world.bureau,
    )


def test_item_new_asks_for_a_place_and_keeps_what_was_typed(world, programme, go):
    client, at = go(world.ben)

    page = client.post(at("item_new"), {"kind": "research", "title": "写了一半的题目"})

    assert (page.status_code, InformationItem.objects.count()) == (422, 0)
    assert "写了一半的题目" in page.content.decode()


def test_item_draft_saves_by_itself_and_hands_back_the_new_version(world, programme, go):
    item = draft(world, programme)
    client, at = go(world.ben)

    line = client.post(
        at("item_draft", item.pk), typed(item, body="边写边存"), headers={"HX-Request": "true"}
    )

    item.refresh_from_db()
    assert (line.status_code, item.body) == (200, "边写边存")
    assert f'value="{item.version}"' in line.content.decode()
    assert "<html" not in line.content.decode()


def test_item_draft_in_conflict_stores_nothing_and_says_so(world, programme, go):
    item = draft(world, programme)
    save_draft(item, body="同事的文字", by=world.liu, now=SEPTEMBER)
    client, at = go(world.ben)

    line = client.post(
        at("item_draft", item.pk), typed(item, body="我的文字"), headers={"HX-Request": "true"}
    )

    assert line.status_code == 412
    assert "id_version" not in line.content.decode()
    assert InformationItem.objects.get(pk=item.pk).body == "同事的文字"


def test_item_edit_in_conflict_shows_both_texts_and_saves_at_the_second_press(world, programme, go):
    item = draft(world, programme)
    save_draft(item, body="同事的文字", by=world.liu, now=SEPTEMBER)
    client, at = go(world.ben)

    page = client.post(at("item_edit", item.pk), typed(item, body="我的文字"))
    words = page.content.decode()
    assert (page.status_code, "同事的文字" in words, "我的文字" in words) == (412, True, True)

    again = page.context["form"]["version"].value()
    answer = client.post(at("item_edit", item.pk), typed(item, body="我的文字", version=again))
    assert answer.status_code == 302
    assert InformationItem.objects.get(pk=item.pk).body == "我的文字"


def test_item_edit_of_too_much_keeps_what_was_typed(world, programme, go):
    item = draft(world, programme)
    client, at = go(world.ben)
    long = "长" * 121

    page = client.post(at("item_edit", item.pk), typed(item, title=long))

    assert page.status_code == 422
    assert long in page.content.decode()


def test_item_edit_of_a_submitted_item_leads_to_its_page(world, programme, go):
    item = submitted(world, programme)
    client, at = go(world.ben)

    assert client.get(at("item_edit", item.pk)).headers["Location"] == at("item_detail", item.pk)


@pytest.mark.rule("P2-84")
def test_submission_of_a_copy_names_the_rule_and_the_first_item(world, programme, go):
    submitted(world, programme, title="最早的一条")
    copy = signed(world, programme, title="又来一次")
    client, at = go(world.ben)

    page = client.post(at("item_submission", copy.pk), {"version": copy.version, "truthful": "on"})

    words = page.content.decode()
    assert page.status_code == 409
    assert ("P2-84" in words, "最早的一条" in words, BODY in words) == (True, True, True)


def test_double_click_on_submit_is_one_submission(world, programme, go):
    item = signed(world, programme)
    client, at = go(world.ben)
    press = {"version": item.version, "truthful": "on", "request_key": "one-form"}

    answers = [client.post(at("item_submission", item.pk), press) for _ in range(3)]

    assert [a.status_code for a in answers] == [302] * 3
    assert {a.headers["Location"] for a in answers} == {at("item_detail", item.pk)}
    assert item.turns.filter(step=ItemState.SUBMITTED).count() == 1


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("item_return", ItemState.RETURNED),
        ("item_adoption", ItemState.ADOPTED),
        ("item_keeping", ItemState.KEPT),
        ("item_non_adoption", ItemState.NOT_ADOPTED),
    ],
)
def test_the_office_decides_with_an_opinion_that_the_unit_reads(world, programme, go, name, state):
    item = submitted(world, programme)
    client, at = go(world.ana)

    answer = client.post(at(name, item.pk), {"version": item.version, "opinion": "请看第三条"})

    item.refresh_from_db()
    assert (answer.status_code, item.state) == (302, state)
    client, at = go(world.ben)
    assert "请看第三条" in client.get(at("item_detail", item.pk)).content.decode()


@pytest.mark.parametrize("name", ["item_return", "item_non_adoption"])
def test_a_decision_without_its_reason_is_refused_beside_the_field(world, programme, go, name):
    item = submitted(world, programme)
    client, at = go(world.ana)

    page = client.post(at(name, item.pk), {"version": item.version, "opinion": " ", "flat": "on"})

    assert page.status_code == 422
    assert list(page.context["decision_form"].errors) == ["opinion"]


def test_a_decision_on_an_old_version_keeps_the_opinion(world, programme, go):
    item = submitted(world, programme)
    client, at = go(world.ana)

    page = client.post(
        at("item_return", item.pk), {"version": item.version - 1, "opinion": "写了很久的意见"}
    )

    assert page.status_code == 412
    assert "写了很久的意见" in page.content.decode()


def test_item_detail_tells_holder_clause_reply_time_and_versions(world, programme, go, clock):
    item = submitted(world, programme, now=beijing(11, 24), window_key="2026-11")
    return_item(item, reason="补充措施", by=world.ana, now=beijing(11, 27))
    client, at = go(world.ben)
    clock(beijing(11, 28))

    page = client.get(at("item_detail", item.pk))

    assert page.context["returned"]["until"] == "Dec. 2, 2026"
    assert "民政局" in page.context["holder"]
    assert [d["rules"] for d in page.context["duties"]] == ["P2-83"]
    assert [v["number"] for v in page.context["versions"]] == [1]


def test_reviewer_is_shown_the_earlier_item_it_looks_like(world, programme, go):
    submitted(world, programme, title="八月的一条", now=beijing(8, 20))
    item = submitted(world, programme, body=BODY + "会后抓落实。")
    client, at = go(world.ana)

    [alike] = client.get(at("item_detail", item.pk)).context["alike"]

    assert (alike.item["title"], alike.percent >= 60) == ("八月的一条", True)


def test_typed_markup_is_shown_as_text_everywhere(world, programme, go):
    item = submitted(world, programme, title=XSS, body=XSS, phone="1")
    return_item(item, reason=XSS, by=world.ana, now=SEPTEMBER)
    client, at = go(world.ben)
    addresses = [
        at("item_detail", item.pk),
        at("item_list"),
        at("item_edit", item.pk),
    ]

    pages = [client.get(address).content.decode() for address in addresses]

    assert ["<script>alert" in page or "<img src=x" in page for page in pages] == [False] * 3


def test_attachment_is_saved_and_never_opened_by_us(world, programme, go):
    item = draft(world, programme)
    client, at = go(world.ben)

    area = client.post(
        at("item_attachments", item.pk),
        {"file": named(photo(), "会场.png")},
        headers={"HX-Request": "true"},
    )
    file = item.attachments.get()
    answer = client.get(at("item_attachment", item.pk, file.pk))

    assert (area.status_code, "会场.png" in area.content.decode()) == (200, True)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.content == bytes(file.content)
    shown = client.get(at("item_attachment", item.pk, file.pk) + "?inline")
    assert shown.headers["Content-Disposition"].startswith("inline")


def test_attachment_refused_says_why_in_its_own_area(world, programme, go):
    item = draft(world, programme)
    client, at = go(world.ben)

    area = client.post(
        at("item_attachments", item.pk),
        {"file": named(BytesIO(b"<svg/>"), "图.svg")},
        headers={"HX-Request": "true"},
    )

    assert area.status_code == 422
    assert "alert" in area.content.decode()


def test_attachment_removed_is_gone_from_the_list(world, programme, go):
    item = draft(world, programme)
    file = add_attachment(item, upload=photo(), name="a.png", by=world.ben, now=SEPTEMBER)
    client, at = go(world.ben)

    client.post(at("item_attachment_removal", item.pk, file.pk))

    assert client.get(at("item_attachment", item.pk, file.pk)).status_code == 404


def test_nil_report_is_refused_where_the_clause_knows_none(world, programme, go):
    owed = duty(world)
    client, at = go(world.dora)

    page = client.post(at("nil_report", owed.pk), {"reason": "本月无活动"})

    assert (owed.rule.nil_allowed, page.status_code) == (False, 409)
    assert "本月无活动" in page.content.decode()


def test_nil_report_where_permitted_settles_the_duty(world, programme, go):
    owed = duty(world)
    type(owed.rule).objects.filter(pk=owed.rule_id).update(nil_allowed=True)
    client, at = go(world.dora)
    assert client.get(at("nil_report", owed.pk)).status_code == 200

    answer = client.post(at("nil_report", owed.pk), {"reason": "本月无活动"})

    assert answer.status_code == 302
    assert state_of(owed, beijing(9, 12)) == DutyState.NIL


@pytest.mark.parametrize("state", list(ItemState))
def test_item_detail_opens_in_every_state_for_unit_and_office(world, programme, go, state):
    item = in_state(state, world, programme)
    statuses = []
    for user in (world.ben, world.dora, world.lena, world.ana):
        client, at = go(user)
        statuses.append(client.get(at("item_detail", item.pk)).status_code)

    seen = state not in (ItemState.DRAFT, ItemState.SIGNED)
    assert statuses == [200, 200, 200, 200 if seen else 404]


def named(stream, name):
    stream.name = name
    return stream


def test_a_decision_that_somebody_else_has_taken_shows_what_was_typed(world, programme, go):
    item = submitted(world, programme)
    adopt_item(item, by=world.ana, now=SEPTEMBER)
    client, at = go(world.ana)

    answer = client.post(at("item_return", item.pk), {"opinion": "补充具体措施和责任人"})

    assert answer.status_code == 409
    assert "What you had typed" in answer.content.decode()
    assert "补充具体措施和责任人" in answer.content.decode()
