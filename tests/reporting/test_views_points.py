from decimal import Decimal
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from reporting.actions.items import adopt_item
from reporting.actions.score_rules import set_score_rule
from reporting.actions.scores import book_points
from reporting.models import ScoreEntry, ScoreEvent, ScoreRule
from tests.reporting.items import BODY, SEPTEMBER, questions, submitted


@pytest.fixture
def scored(world, programme):
    for event, points in ((ScoreEvent.SUBMITTED, 5), (ScoreEvent.ADOPTED, 10)):
        set_score_rule(
            programme,
            event=event,
            points=Decimal(points),
            applies_from=SEPTEMBER.date(),
            by=world.ana,
            now=SEPTEMBER,
        )
    return programme


@pytest.fixture
def go(world, sign_in, clock):
    def enter(user):
        return sign_in(user), lambda name, *args: reverse(
            f"reporting:{name}", args=[world.tenant.slug, *args]
        )

    return enter


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("name", ["point_list", "point_totals"])
def test_lists_ask_the_database_equally_often(world, scored, go, count, name):
    for n in range(count):
        adopt_item(
            submitted(world, scored, title=f"第{n}条", body=f"{BODY}{n}"),
            by=world.ana,
            now=SEPTEMBER,
        )
    client, at = go(world.ana)

    assert (client.get(at(name)).status_code, questions(client, at(name)) <= 8) == (200, True)
    assert ScoreEntry.objects.count() == 2 * count


def test_the_ledger_shows_signs_reversals_and_its_filters(world, scored, go):
    submitted(world, scored)
    book_points(
        scored, world.sister, month="2026-09", points=Decimal("-1.5"), reason="迟交",
        by=world.ana, now=SEPTEMBER,
    )  # fmt: skip
    client, at = go(world.ana)

    everything = client.get(at("point_list")).context["rows"]
    own = client.get(at("point_list"), {"event": "submitted"}).context["rows"]

    assert [row["points_shown"] for row in everything] == ["−1.5", "+5"]
    assert [row["unit"] for row in own] == [world.bureau.name]


def test_the_table_leaves_as_a_sheet_with_every_column(world, scored, go):
    adopt_item(submitted(world, scored), by=world.ana, now=SEPTEMBER)
    client, at = go(world.ana)

    answer = client.get(at("point_totals"), {"month": "2026-09", "export": "xlsx"})
    rows = list(load_workbook(BytesIO(answer.content)).active.values)

    line = next(row for row in rows if world.bureau.name in row)
    assert line[2:] == (1, 1, 5, 10, 0, 15, 1, 1, 15)


def test_who_is_scored_reads_the_rules_and_cannot_change_them(world, scored, go):
    client, at = go(world.ben)
    page = client.get(at("point_rules", scored.pk))
    refused = client.post(
        at("point_rules", scored.pk),
        {"event": "submitted", "points": "9", "applies_from": "2026-09-10"},
    )

    assert [rule["points"] for rule in page.context["rules"]] == ["+10", "+5"]
    assert (page.context["may_change"], refused.status_code) == (False, 403)
    assert ScoreRule.objects.count() == 2


def test_the_office_sets_a_new_version_and_wrong_days_come_back_with_the_text(world, scored, go):
    client, at = go(world.ana)
    typed = {"event": "submitted", "points": "8", "applies_from": "2026-09-01"}
    refused = client.post(at("point_rules", scored.pk), typed)
    done = client.post(at("point_rules", scored.pk), typed | {"applies_from": "2026-10-01"})

    assert (refused.status_code, done.status_code) == (422, 302)
    assert "choose today or later" in refused.content.decode()
    assert ScoreRule.objects.filter(event="submitted").count() == 2


def test_a_booking_by_hand_and_its_reversal(world, scored, go):
    client, at = go(world.ana)
    enrolment = scored.enrolments.get(organisation=world.bureau)
    typed = {"enrolment": enrolment.pk, "month": "2026-09", "points": "10", "reason": "领导批示"}
    client.post(at("point_booking", scored.pk), typed)
    entry = ScoreEntry.objects.get()
    client.post(at("point_reversal", entry.pk), {"reason": "重复登记"})

    assert sorted(ScoreEntry.objects.values_list("points", flat=True)) == [-10, 10]


@pytest.mark.parametrize("name", ["point_booking", "point_reversal"])
def test_bookings_are_not_there_for_anybody_else(world, scored, go, name):
    entry = book_points(
        scored, world.bureau, month="2026-09", points=Decimal(1), reason="领导批示",
        by=world.ana, now=SEPTEMBER,
    )  # fmt: skip
    pk = scored.pk if name == "point_booking" else entry.pk
    client, at = go(world.dora)

    assert client.get(at(name, pk)).status_code == 404


def test_points_over_rest(world, scored, sign_in, clock):
    item = submitted(world, scored)
    client, base = sign_in(world.ana), f"/t/{world.tenant.slug}/api/v1"

    ledger = client.get(f"{base}/points/?programme={scored.pk}").json()["results"]
    table = client.get(f"{base}/points/totals/?programme={scored.pk}&month=2026-09").json()
    rules = client.get(f"{base}/point-rules/?programme={scored.pk}").json()["results"]
    booking = {
        "programme": str(scored.pk),
        "organisation": str(world.bureau.pk),
        "month": "2026-09",
        "points": "2.5",
        "reason": "领导批示",
    }
    made = client.post(f"{base}/points/", booking, content_type="application/json")
    back = client.post(
        f"{base}/points/{made.json()['id']}/reversal/",
        {"reason": "重复"},
        content_type="application/json",
    )
    unknown = client.post(
        f"{base}/points/", booking | {"point": 1}, content_type="application/json"
    )

    assert [(row["item"], row["points"]) for row in ledger] == [(str(item.pk), "5.0")]
    assert {row["unit"]: row["total"] for row in table["units"]}[world.bureau.name] == "5.0"
    assert [(row["event"], row["points"]) for row in rules] == [
        ("adopted", "10.0"),
        ("submitted", "5.0"),
    ]
    assert (made.status_code, back.status_code, back.json()["points"]) == (201, 201, "-2.5")
    assert unknown.status_code == 422
