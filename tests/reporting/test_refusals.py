"""What the programme's own plan refuses, it refuses in its own words: number, clause and sentence."""

import json

import pytest
from django.urls import reverse

from actionlearning.foundation.errors import BadInput, RuleBroken
from programmes.actions.laying import lay_down
from programmes.models import Clause, Enrolment, Obligation, Plan
from reporting.actions.items import save_draft, sign_item, start_item, submit_item
from reporting.models.item import MOST_WORDS
from tests.reporting.items import SEPTEMBER, draft, signed, submitted
from tests.running import beijing, run_programme

ONE = "tenant_api:information-item"


def said(refusal):
    return [(each.rule, each.clause) for each in refusal.cited]


@pytest.mark.rule("P2-84")
def test_a_refusal_recites_the_clause_of_the_programmes_plan(world, programme):
    item = draft(world, programme, body="")

    with pytest.raises(RuleBroken) as refused:
        sign_item(item, by=world.dora, now=SEPTEMBER)

    clause = Clause.objects.get(plan__programme=programme, key="4.4.3")
    assert (said(refused.value), refused.value.rule) == ([("P2-84", "4.4.3")], "P2-84")
    assert refused.value.cited[0].text == clause.gloss


def test_in_another_plan_it_cites_what_that_plan_says(world):
    mine = run_programme(world, "plan1", now=beijing(5, 4))
    item = draft(world, mine, body="", now=beijing(6, 10))

    with pytest.raises(RuleBroken) as refused:
        sign_item(item, by=world.dora, now=beijing(6, 10))

    assert refused.value.rule == "P1-51"


def test_a_plan_that_cites_nothing_is_named_by_nothing(world, programme):
    Clause.objects.filter(plan__programme=programme).update(cites=[])
    item = draft(world, programme, body="")

    with pytest.raises(RuleBroken) as refused:
        sign_item(item, by=world.dora, now=SEPTEMBER)

    assert (refused.value.rule, refused.value.cited) == (None, ())


def test_the_year_stands_in_the_sentence(world, programme):
    Clause.objects.filter(plan__programme=programme, key="4.4.3").update(gloss="Of {year}.")
    item = draft(world, programme, body="")

    with pytest.raises(RuleBroken) as refused:
        sign_item(item, by=world.dora, now=SEPTEMBER)

    assert refused.value.cited[0].text == "Of 2026."


def test_the_page_shows_number_clause_and_sentence(world, programme, sign_in, clock):
    item = draft(world, programme)
    address = reverse("reporting:item_edit", args=[world.tenant.slug, item.pk])
    long = {"title": "长文", "body": "长" * (MOST_WORDS + 1), "kind": "dynamic", "version": 1}

    answer = sign_in(world.ben).post(address, long)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Rule P2-84, clause 4.4.3" in page
    assert "What is reported must be true." in page
    assert long["body"] in page


def test_over_rest_the_sentence_is_a_field_of_the_problem(world, programme, sign_in, clock):
    item = draft(world, programme)
    address = reverse(f"{ONE}-detail", args=[world.tenant.slug, item.pk])
    body = json.dumps({"body": "长" * (MOST_WORDS + 1)})

    answer = sign_in(world.ben).patch(address, body, content_type="application/json")

    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["rule"]) == (422, "too_long", "P2-84")
    assert [each["clause"] for each in problem["clauses"]] == ["4.4.3"]
    assert "must be true" in problem["clauses"][0]["text"]
    assert list(problem["errors"]) == ["body"]


def test_what_is_closed_names_the_waiver(world, programme):
    item = signed(world, programme, window_key="2026-09")
    Obligation.objects.filter(organisation=world.bureau).update(closes_at=beijing(10, 1))

    with pytest.raises(RuleBroken) as refused:
        submit_item(item, by=world.ben, now=beijing(10, 2))

    assert (refused.value.code, said(refused.value)) == ("closed", [("P2-83", "4.4.2")])
    assert "waive" in refused.value.message


@pytest.mark.rule("P2-84")
def test_a_type_that_the_plan_does_not_know_is_refused(world, programme, sign_in, clock):
    address = reverse(f"{ONE}-list", args=[world.tenant.slug])
    body = {"programme": str(programme.pk), "organisation": str(world.bureau.pk)}

    answer = sign_in(world.ben).post(
        address, json.dumps(body | {"kind": "experience"}), content_type="application/json"
    )

    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["rule"]) == (422, "unknown_kind", "P2-84")
    assert "Dynamic item、Reference item、Research item" in problem["errors"]["kind"]


def test_a_type_that_left_the_plan_stops_at_the_signature(world, programme):
    item = draft(world, programme, kind="reference")
    head = programme.plans.get().head
    head["information"] = [row for row in head["information"] if row["key"] != "reference"]
    Plan.objects.filter(programme=programme).update(head=head)

    with pytest.raises(BadInput) as refused:
        sign_item(item, by=world.dora, now=SEPTEMBER)

    assert refused.value.code == "unknown_kind"


def test_a_plan_without_types_knows_the_whole_catalogue(world, programme):
    head = {**programme.plans.get().head, "information": []}
    Plan.objects.filter(programme=programme).update(head=head)

    assert draft(world, programme, kind="experience").kind == "experience"


@pytest.mark.rule("P2-84")
def test_the_writer_chooses_among_the_plans_types_and_reads_their_criteria(
    world, programme, sign_in, clock
):
    item = draft(world, programme)
    client, slug = sign_in(world.ben), world.tenant.slug

    page = client.get(reverse("reporting:item_edit", args=[slug, item.pk])).content.decode()
    new = client.get(reverse("reporting:item_new", args=[slug])).content.decode()

    assert "简明扼要、时效性强" in page
    for shown in (page, new):
        assert 'value="reference"' in shown
        assert 'value="experience"' not in shown


@pytest.mark.rule("P2-84")
def test_the_reviewer_reads_the_criteria_of_the_type(world, programme, sign_in, clock):
    item = submitted(world, programme, kind="research")
    address = reverse("reporting:item_detail", args=[world.tenant.slug, item.pk])

    page = sign_in(world.ana).get(address).content.decode()

    assert "<li>特色鲜明</li>" in page
    assert "时效性强" not in page
    assert "特色鲜明" not in sign_in(world.liu).get(address).content.decode()


@pytest.mark.parametrize("month", ["2026-13", "2031-01", "九月"])
def test_a_month_for_which_nothing_is_owed_is_refused_with_the_open_ones(
    world, programme, sign_in, clock, month
):
    address = reverse(f"{ONE}-list", args=[world.tenant.slug])
    body = {"programme": str(programme.pk), "organisation": str(world.bureau.pk), "month": month}

    answer = sign_in(world.ben).post(address, json.dumps(body), content_type="application/json")

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "unknown_month")
    assert "2026-09" in problem["errors"]["month"]


def test_a_month_that_was_cancelled_is_not_owed(world, programme):
    item = draft(world, programme)
    Obligation.objects.filter(organisation=world.bureau, window_key="2026-09").update(
        cancelled_at=SEPTEMBER
    )

    with pytest.raises(BadInput) as refused:
        save_draft(item, window_key="2026-09", by=world.ben, now=SEPTEMBER)

    assert refused.value.code == "unknown_month"


def test_an_item_goes_to_whoever_supervises_the_unit_when_it_is_sent(world, programme):
    item = signed(world, programme)
    here = Enrolment.objects.filter(programme=programme, organisation=world.bureau)
    here.update(supervisor=world.sister)

    submit_item(item, by=world.ben, now=SEPTEMBER)

    item.refresh_from_db()
    assert item.supervisor == world.sister


def test_a_unit_that_has_left_submits_nothing_new(world, programme):
    item = signed(world, programme)
    Enrolment.objects.filter(programme=programme, organisation=world.bureau).update(
        ends_on=beijing(9, 1).date()
    )

    with pytest.raises(RuleBroken) as refused:
        submit_item(item, by=world.ben, now=SEPTEMBER)

    assert refused.value.code == "not_enrolled"


def test_an_item_of_an_unnamed_type_is_of_the_plans_first(world):
    mine = run_programme(world, "plan1", now=beijing(5, 4))
    lay_down(mine, now=beijing(6, 10))

    made = start_item(programme=mine, organisation=world.bureau, by=world.ben, now=beijing(6, 10))

    assert made.kind == "dynamic"
