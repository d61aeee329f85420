from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from reporting.actions.publishing import publish_issue
from reporting.models import Publicity
from reporting.queries.publicity import GENERAL, OTHER, channels_of
from reporting.states import PublicityState
from tests.reporting.issues import series_of, signed_issue
from tests.reporting.items import SEPTEMBER, photo, questions
from tests.reporting.publicity import LINK, OCTOBER, adopted, recorded
from tests.running import run_programme

TYPED = {
    "channel": "government_column", "outlet": "藤县人民政府网", "level": "county",
    "told_on": "2026-09-10", "link": LINK,
}  # fmt: skip


@pytest.fixture
def go(world, sign_in, clock):
    def enter(user):
        return sign_in(user), lambda name, *args: reverse(
            f"reporting:{name}", args=[world.tenant.slug, *args]
        )

    return enter


def test_the_unit_records_and_the_office_above_confirms_on_the_page(world, programme, go):
    item = adopted(world, programme)
    client, at = go(world.ben)
    page = at("publicity_new", programme.pk) + f"?item={item.pk}"
    assert page in client.get(at("item_detail", item.pk)).content.decode()
    made = client.post(page, TYPED)
    told = Publicity.objects.get()
    assert (made.status_code, made["Location"]) == (302, at("publicity_detail", told.pk))
    assert (told.item, told.title) == (item, item.title)
    assert client.get(at("publicity_detail", told.pk)).context["may_confirm"] is False

    above, _at = go(world.ana)
    assert above.get(at("publicity_detail", told.pk)).context["may_confirm"] is True
    above.post(at("publicity_confirmation", told.pk), {"version": told.version})

    told.refresh_from_db()
    assert told.state == PublicityState.CONFIRMED
    assert "藤县人民政府网" in client.get(at("item_detail", item.pk)).content.decode()


def test_something_else_is_typed_with_its_unit_and_a_scan_comes_back_as_a_file(
    world, programme, go
):
    client, at = go(world.ana)
    scan = SimpleUploadedFile("版面.png", photo().read(), "image/png")
    typed = TYPED | {"organisation": world.bureau.pk, "title": "启动仪式", "scan": scan, "link": ""}
    client.post(at("publicity_new", programme.pk), typed)
    told = Publicity.objects.get()

    assert (told.organisation, told.title) == (world.bureau, "启动仪式")
    answer = client.get(at("publicity_file", told.pk))
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Disposition"].startswith("attachment")
    stranger, _at = go(world.sis)
    assert stranger.get(at("publicity_file", told.pk)).status_code == 404


def test_a_refusal_keeps_what_was_typed(world, programme, go):
    client, at = go(world.ben)
    page = at("publicity_new", programme.pk) + f"?item={adopted(world, programme).pk}"

    refused = client.post(page, TYPED | {"link": "javascript:alert(1)"})

    assert refused.status_code == 422
    assert 'value="藤县人民政府网"' in refused.content.decode()
    assert "link" in refused.context["form"].errors
    assert not Publicity.objects.exists()


def test_a_withdrawal_asks_for_the_reason_and_leaves_the_list(world, programme, go):
    told = recorded(adopted(world, programme), world.ben, now=SEPTEMBER, told_on=SEPTEMBER.date())
    client, at = go(world.ben)
    assert client.post(at("publicity_withdrawal", told.pk), {"reason": ""}).status_code == 422

    client.post(at("publicity_withdrawal", told.pk), {"reason": "登记有误", "version": 1})

    assert client.get(at("publicity_list")).context["rows"] == []
    gone = client.get(at("publicity_list"), {"state": "withdrawn"}).context["rows"]
    assert [row["id"] for row in gone] == [told.pk]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_database_equally_often(world, programme, go, count):
    item = adopted(world, programme)
    for number in range(count):
        recorded(item, world.ben, outlet=f"第{number}家")
    client, at = go(world.ana)

    assert len(client.get(at("publicity_list")).context["rows"]) == count
    assert questions(client, at("publicity_list")) <= 8
    assert questions(client, at("publicity_detail", Publicity.objects.first().pk)) <= 8


def test_filters_totals_and_the_sheet_say_the_same(world, programme, go):
    item = adopted(world, programme)
    recorded(item, world.ana, channel="website", outlet="行动学习网")
    recorded(item, world.ana, channel="forum", outlet="学员论坛", level="")
    client, at = go(world.ana)
    asked = {"programme": programme.pk}

    page = client.get(at("publicity_list"), asked)
    totals = {total.key: total.count for total in page.context["totals"]}
    assert totals == {
        "website": 1, "government_column": 0, "chat_group": 0, "classes": 0, "seminars": 0,
        "forum": 1, "other": 0,
    }  # fmt: skip
    city = client.get(at("publicity_list"), asked | {"level": "city"}).context["rows"]
    assert [row["outlet"] for row in city] == ["行动学习网"]
    sheet = client.get(at("publicity_list"), asked | {"channel": "forum", "export": "xlsx"})
    rows = list(load_workbook(BytesIO(sheet.content)).active.values)
    assert next(row for row in rows if "学员论坛" in row)[2:5] == (
        item.title, "Learners' forum", "学员论坛",
    )  # fmt: skip
    assert client.get(at("publicity_list"), {"programme": "x"}).status_code == 422


def test_sisters_do_not_see_each_others_entries(world, programme, go):
    told = recorded(adopted(world, programme), world.ben)
    client, at = go(world.sis)

    assert client.get(at("publicity_list")).context["rows"] == []
    assert client.get(at("publicity_detail", told.pk)).status_code == 404


def test_an_issue_page_shows_where_it_was_told(world, programme, go):
    issue = signed_issue(world, series_of(world, programme=programme))
    root = publish_issue(issue, by=world.ana, now=SEPTEMBER)
    client, at = go(world.ana)
    page = at("publicity_new", programme.pk) + f"?briefing={root.pk}"
    assert page in client.get(at("issue_detail", issue.pk)).content.decode()

    client.post(page, TYPED)

    assert Publicity.objects.get().briefing == root
    assert "藤县人民政府网" in client.get(at("issue_detail", issue.pk)).content.decode()


def test_a_programme_page_leads_to_its_channels(world, programme, go):
    client, at = go(world.ben)
    for name in ("programme_detail", "plan_detail"):
        page = client.get(reverse(f"programmes:{name}", args=[world.tenant.slug, programme.pk]))
        assert f"{at('publicity_list')}?programme={programme.pk}" in page.content.decode()

    part = client.get(
        at("publicity_list"), {"programme": programme.pk}, headers={"HX-Request": "true"}
    )
    assert 'id="channels"' in part.content.decode()
    assert "<html" not in part.content.decode()


def test_a_plan_without_channels_has_the_general_list(world, programme):
    bare = run_programme(world, "plan5")

    assert list(channels_of(bare, OCTOBER.date())) == [*GENERAL, OTHER]
    assert "newspaper" not in channels_of(programme, OCTOBER.date())


def test_publicity_over_rest(world, programme, sign_in, clock):
    item = adopted(world, programme)
    base = f"/t/{world.tenant.slug}/api/v1/publicity/"
    said = TYPED | {"programme": str(programme.pk), "item": str(item.pk)}

    made = sign_in(world.ben).post(base, said, content_type="application/json")
    row = made.json()
    one, above = f"{base}{row['id']}/", sign_in(world.ana)
    stale = above.post(
        f"{one}confirmation/", {}, content_type="application/json", headers={"If-Match": '"7"'}
    )
    done = above.post(f"{one}confirmation/", {}, content_type="application/json")
    listed = above.get(base, {"state": "confirmed"}).json()["results"]
    channels = above.get(f"{base}channels/", {"programme": programme.pk}).json()["results"]
    asked = questions(above, base)
    gone = sign_in(world.ben).post(
        f"{one}withdrawal/", {"reason": "有误"}, content_type="application/json"
    )

    assert (made.status_code, row["state"], row["item"]) == (201, "recorded", str(item.pk))
    assert (stale.status_code, done.json()["state"]) == (412, "confirmed")
    assert [each["id"] for each in listed] == [row["id"]]
    assert {each["key"]: each["count"] for each in channels}["government_column"] == 1
    assert (gone.json()["state"], gone.json()["withdrawal_reason"]) == ("withdrawn", "有误")
    assert sign_in(world.sis).get(one).status_code == 404
    assert asked <= 5


def test_a_scan_goes_in_and_out_over_rest(world, programme, sign_in, clock):
    base = f"/t/{world.tenant.slug}/api/v1/publicity/"
    client = sign_in(world.ana)
    scan = SimpleUploadedFile("版面.png", photo().read(), "image/png")
    said = TYPED | {
        "programme": str(programme.pk), "organisation": str(world.bureau.pk), "title": "启动仪式",
        "scan": scan,
    }  # fmt: skip

    made = client.post(base, said)
    back = client.get(f"{base}{made.json()['id']}/scan/")
    wrong = client.post(base, TYPED | {"programme": str(programme.pk), "title": "x"})

    assert (made.status_code, made.json()["state"]) == (201, "confirmed")
    assert back["Content-Type"] == "image/png"
    assert (wrong.status_code, list(wrong.json()["errors"])) == (422, ["organisation"])
