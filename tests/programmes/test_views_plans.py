"""The plan read as a document: its colours, its versions, its export, one rule changed on screen."""

import uuid
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from actionlearning.foundation import middleware
from actionlearning.foundation.models import User
from programmes.actions.evidence import record_evidence
from programmes.actions.laying import lay_down
from programmes.actions.plans import change_rule
from programmes.models import Plan
from programmes.models.obligation import DutyState as S
from programmes.packs.reading import shipped_text
from programmes.views.plan_page import colour_of, standing_words
from tests.moments import NOON
from tests.programmes.asked import statements
from tests.running import beijing, run_programme
from tests.shipped import line_of
from tests.world import World

MONTHLY = "monthly_information"
PLAN2 = shipped_text("plan2")


@pytest.fixture(autouse=True)
def in_english(world: World):
    """Words are compared here, so they are those of the source."""
    User.objects.update(language="en")
    with translation.override("en"):
        yield


def address(name, *args):
    return reverse(f"programmes:{name}", args=["teng", *args])


def rules_on(answer):
    return {rule["key"]: rule for line in answer.context["lines"] for rule in line["rules"]}


@pytest.mark.parametrize(
    ("counts", "state"),
    [
        ({}, S.NOT_OPEN),
        ({S.NOT_OPEN: 4}, S.NOT_OPEN),
        ({S.OPEN: 2}, S.OPEN),
        ({S.OPEN: 1, S.MET: 1}, S.DUE_SOON),
        ({S.OPEN: 1, S.DUE_SOON: 1}, S.DUE_SOON),
        ({S.MET: 2, S.NIL: 1, S.NOT_OPEN: 2}, S.MET),
        ({S.MET: 2, S.MET_LATE: 1}, S.MET),
        ({S.MET: 5, S.OVERDUE: 1}, S.OVERDUE),
        ({S.MISSED: 1}, S.OVERDUE),
        ({S.WAIVED: 1, S.CANCELLED: 2}, S.NOT_OPEN),
    ],
)
def test_a_rule_takes_the_colour_of_its_most_pressing_duty(counts, state):
    assert colour_of(counts) == state


def test_the_words_beside_a_rule_count_what_has_opened():
    counts = {S.MET: 3, S.MET_LATE: 1, S.OVERDUE: 1, S.NOT_OPEN: 2, S.WAIVED: 1}

    assert standing_words(counts) == "4 of 5 met · 1 overdue · 1 late"


@pytest.mark.rule("P2-83")
def test_the_sentence_is_red_for_who_sees_the_unit_that_is_late(world, sign_in, monkeypatch):
    programme = run_programme(world, now=beijing(6, 1))
    lay_down(programme, now=beijing(11, 10))
    at = beijing(6, 20)
    for unit in (world.bureau, world.sister):
        for month in range(6, 12):
            if (unit, month) != (world.sister, 9):
                record_evidence(
                    deliverable="information_item", programme=programme, organisation=unit,
                    kind="item", source=uuid.uuid4(), title="信息", address="information/",
                    captured_at=at, received_at=beijing(month, 10), window_key=f"2026-{month:02}",
                    by=world.system, now=beijing(month, 10),
                )  # fmt: skip
    monkeypatch.setattr(middleware, "instant", lambda _read_at: beijing(11, 10))

    above = rules_on(sign_in(world.ana).get(address("plan_detail", programme.pk)))
    below = rules_on(sign_in(world.ben).get(address("plan_detail", programme.pk)))

    assert (above[MONTHLY]["state"], below[MONTHLY]["state"]) == (S.OVERDUE, S.MET)
    assert "1 overdue" in above[MONTHLY]["words"]
    assert above["culture_assessment"]["words"] == "not switched on"


def test_the_page_reads_the_plan_in_order_in_few_statements(world, sign_in):
    programme = run_programme(world, now=beijing(6, 1))
    client = sign_in(world.ben)

    client.get(address("programme_list"))
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address("plan_detail", programme.pk))

    assert statements(asked) <= 10  # five for who asks, when, and what is unread

    page = answer.content.decode()
    assert page.index("一、行动学习的意义") < page.index("四、保障措施")
    assert "{year}" not in page
    assert f"?programme={programme.pk}&amp;rule={MONTHLY}" in page
    assert "P2-83" in page


def test_a_reader_of_english_gets_the_gloss_and_the_chinese_text_below(world, sign_in):
    programme = run_programme(world)
    page = sign_in(world.ben).get(address("plan_detail", programme.pk)).content.decode()

    assert "Why action learning" in page
    assert 'lang="zh-Hans"' in page


def test_the_export_is_the_file_that_was_loaded(world, sign_in):
    programme = run_programme(world)

    answer = sign_in(world.ben).get(address("plan_export", programme.pk))

    assert answer.content.decode() == PLAN2
    assert answer.headers["Content-Type"] == "application/yaml; charset=utf-8"
    assert "plan2-2026-v1.yaml" in answer.headers["Content-Disposition"]


def test_the_same_file_again_changes_nothing(world, sign_in):
    programme = run_programme(world)

    answer = sign_in(world.ana).post(
        address("plan_new", programme.pk),
        {"text": PLAN2, "applies_from": "2026-09-01"},
        follow=True,
    )

    assert Plan.objects.count() == 1
    assert "Nothing changed" in answer.content.decode()


def test_a_new_version_is_listed_with_its_day(world, sign_in):
    programme = run_programme(world)
    text = PLAN2.replace("day: 25", "day: 20")
    client = sign_in(world.ana)

    client.post(address("plan_new", programme.pk), {"text": text, "applies_from": "2026-09-01"})
    shown = client.get(address("plan_detail", programme.pk), {"version": "2"})

    assert [line["number"] for line in shown.context["versions"]] == [2, 1]
    assert client.get(address("plan_detail", programme.pk), {"version": "9"}).status_code == 404


def test_a_broken_version_names_its_lines_and_keeps_the_text(world, sign_in):
    programme = run_programme(world)
    text = PLAN2.replace("day: 25", "day: 32")

    answer = sign_in(world.ana).post(
        address("plan_new", programme.pk), {"text": text, "applies_from": "2026-09-01"}
    )

    page = answer.content.decode()
    assert (answer.status_code, Plan.objects.count()) == (422, 1)
    assert f"Line {line_of('day: 25')}" in page
    assert "day: 32" in page


def rule_form(**changes):
    return {
        "enabled": "on", "note": "", "day": "25", "inclusive": "on", "day_policy": "keep",
        "min": "1", "max": "", "grace_days": "0", "remind": "", "applies_from": "2026-09-01",
        **changes,
    }  # fmt: skip


def test_a_rule_is_previewed_then_changed(world, sign_in):
    programme = run_programme(world)
    client = sign_in(world.ana)
    one = address("rule_edit", programme.pk, MONTHLY)

    preview = client.post(one, rule_form(min="2", preview="1"))
    none_yet = Plan.objects.count()
    client.post(one, rule_form(min="2"))

    assert preview.context["diff"] == [("+", "min: 2")]
    assert none_yet == 1
    assert Plan.objects.get(number=2).rules.get(key=MONTHLY).spec["min"] == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"day": "32"}, "a day from 1 to 31"),
        ({"remind": "abc"}, "Numbers of working days"),
        ({"remind": "1, 3"}, "from the earliest"),
        ({"enabled": ""}, "says why"),
        ({"min": "2", "applies_from": "2026-01-01"}, "applies from a later day"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_in_words(world, sign_in, changes, words):
    programme = run_programme(world)

    answer = sign_in(world.ana).post(
        address("rule_edit", programme.pk, MONTHLY), rule_form(**changes)
    )

    assert answer.status_code == 422
    assert words in answer.content.decode().replace("&#x27;", "'")
    assert Plan.objects.count() == 1


def test_saving_without_a_change_makes_no_version(world, sign_in):
    programme = run_programme(world)

    sign_in(world.ana).post(address("rule_edit", programme.pk, MONTHLY), rule_form())

    assert Plan.objects.count() == 1


def test_a_date_of_a_rule_is_typed_as_a_day(world, sign_in):
    """“By the end of June” stays a kind of its own."""
    programme = run_programme(world)
    client = sign_in(world.ana)
    one = address("rule_edit", programme.pk, "leading_group")

    form = client.get(one).context["form"]
    typed = rule_form(by="2026-07-15", by_end="on", preview="1")
    ends = client.post(one, typed).context["diff"]
    day = client.post(one, {**typed, "by_end": ""}).context["diff"]

    assert (form["by"].value(), form["by_end"].value()) == (date(2026, 6, 1), True)
    assert ends == [("-", "by: year-06-end"), ("+", "by: year-07-end")]
    assert day == [("-", "by: year-06-end"), ("+", "by: year-07-15")]


def test_the_year_shows_asked_for_days_and_rest_days(world, sign_in):
    programme = run_programme(world)
    client = sign_in(world.ben)

    client.get(address("programme_list"))
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address("programme_calendar", programme.pk))

    assert statements(asked) <= 12

    (line,) = [line for line in answer.context["lines"] if line["key"] == MONTHLY]
    days = [
        (cell["day"], cell["asked"], bool(cell["rest"]))
        for cells in line["cells"]
        for cell in cells
    ]
    assert days[3] == ("25 Sep", "24 Sep", True)
    assert days[6] == ("25 Dec", "", False)


def test_the_year_of_a_changed_plan_is_the_latest(world, sign_in):
    programme = run_programme(world)
    change_rule(
        programme, MONTHLY, {"day": 20}, applies_from=date(2026, 9, 1), by=world.ana, now=NOON
    )

    answer = sign_in(world.ben).get(address("programme_calendar", programme.pk))

    assert "20 Dec" in answer.content.decode()
