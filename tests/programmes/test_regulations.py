"""The register of regulations: what a unit has in force of the plan's systems (P1-14, P2-39, P3-14, P3-47)."""

import io
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from openpyxl import load_workbook

from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from groups.actions.organisations import add_organisation
from programmes.actions.dossiers import change_dossier, open_dossier, revise_dossier
from programmes.actions.enrolments import enrol
from programmes.actions.presence import observe_each, observe_regulations
from programmes.actions.regulations import enter_regulation, repeal_regulation
from programmes.actions.sendings import send_dossier
from programmes.models import Dossier, Evidence, Obligation, Programme, Regulation
from programmes.packs.reading import read, shipped_text
from programmes.queries import local_day
from programmes.regulations import check_list, system_named
from programmes.tasks import lay_down
from tests.handing_in import state_of
from tests.moments import NOON
from tests.programmes.paper_screens import count_queries
from tests.programmes.papers_on_their_way import act
from tests.running import beijing, run_programme
from tests.world import START, World

SEVEN = {row.key: row.name for row in read(shipped_text("plan2")).systems}


@pytest.fixture
def programme(world: World) -> Programme:
    return run_programme(world, now=beijing(5, 20))


def july(day: int, hour: int = 12) -> Any:
    return beijing(7, day, hour)


def brought(world: World, programme: Programme, name: str, day: int = 6) -> Dossier:
    """Written, sent, and confirmed by the bureau's leading group a day later."""
    paper = open_dossier(
        programme=programme, organisation=world.bureau, kind="system_document", title=name,
        by=world.ben, now=july(day),
    )  # fmt: skip
    content = {"sections": {"system": name, "text": f"{name}正文。"}, "tracks": []}
    change_dossier(paper, content=content, by=world.ben, now=july(day))
    paper = send_dossier(Dossier.objects.get(pk=paper.pk), by=world.ben, now=july(day))
    return act(paper, "confirmed", world.lena, july(day + 1))


def entered(world: World, programme: Programme, system: str = "", **facts: Any) -> Regulation:
    given = {
        "name": SEVEN.get(system, "考勤办法"), "document_number": "藤民发〔2025〕8号",
        "issued_on": date(2025, 9, 1), "organisation": world.bureau, "by": world.ben, "now": july(8),
    }  # fmt: skip
    return enter_regulation(programme=programme, system=system, **{**given, **facts})


def seven(world: World) -> Obligation:
    return Obligation.objects.get(organisation=world.bureau, rule_key="seven_systems")


@pytest.mark.rule("P2-39")
def test_seven_systems_in_force_meet_the_duty_and_six_do_not(
    world: World, programme: Programme
) -> None:
    *first, last = SEVEN
    for key in first[:3]:
        brought(world, programme, SEVEN[key])
    for key in first[3:]:
        entered(world, programme, key)
    assert state_of(seven(world), july(20)) == "open"
    assert seven(world).credited == 6
    entered(world, programme, last, now=july(21))
    assert state_of(seven(world), july(21)) == "met"
    assert seven(world).met_at == july(21)


def test_a_system_counts_once_and_others_not_at_all(world: World, programme: Programme) -> None:
    entered(world, programme, "learning")
    entered(world, programme, "learning", name="学习制度（补充）")
    entered(world, programme)
    assert seven(world).credited == 1
    assert observe_regulations(now=july(9)) == 0


def test_a_paper_that_is_only_sent_does_not_count(world: World, programme: Programme) -> None:
    paper = open_dossier(
        programme=programme, organisation=world.bureau, kind="system_document",
        by=world.ben, now=july(6),
    )  # fmt: skip
    content = {"sections": {"system": "学习制度", "text": "正文"}, "tracks": []}
    change_dossier(paper, content=content, by=world.ben, now=july(6))
    send_dossier(Dossier.objects.get(pk=paper.pk), by=world.ben, now=july(6))
    assert not Regulation.objects.exists()
    assert seven(world).credited == 0


@pytest.mark.rule("P3-47")
def test_the_paper_that_stands_brings_its_regulation(world: World, programme: Programme) -> None:
    paper = brought(world, programme, "行动学习学员管理制度")
    (row,) = Regulation.objects.all()
    assert (row.dossier_id, row.system, row.text) == (
        paper.pk,
        "learners",
        "行动学习学员管理制度正文。",
    )
    assert row.in_force_on == date(2026, 7, 7)


def test_a_revision_takes_the_place_of_the_one_before_and_keeps_its_first_instant(
    world: World, programme: Programme
) -> None:
    paper = brought(world, programme, "学习制度")
    new = revise_dossier(paper, reason="补充请假", by=world.ben, now=july(14))
    content = {"sections": {"system": "学习制度", "text": "新正文"}, "tracks": []}
    change_dossier(new, content=content, by=world.ben, now=july(14))
    act(
        send_dossier(Dossier.objects.get(pk=new.pk), by=world.ben, now=july(14)),
        "confirmed",
        world.lena,
        july(15),
    )
    old, later = Regulation.objects.order_by("recorded_at")
    assert (old.repealed_on, later.replaces_id) == (date(2026, 7, 15), old.pk)
    assert seven(world).credited == 1
    assert Evidence.objects.get(source=later.pk).counts_from == july(7)


def test_what_is_repealed_counts_no_more_from_that_day(world: World, programme: Programme) -> None:
    for key in SEVEN:
        row = entered(world, programme, key)
    assert state_of(seven(world), july(10)) == "met"
    repeal_regulation(row, day=date(2026, 7, 20), reason="并入学习制度", by=world.ben, now=july(15))
    assert [state_of(seven(world), july(day)) for day in (19, 20)] == ["met", "open"]


def test_one_that_comes_into_force_later_counts_from_then(
    world: World, programme: Programme
) -> None:
    entered(world, programme, "learning", issued_on=date(2026, 7, 8), in_force_on=date(2026, 7, 20))
    assert seven(world).credited == 0
    observe_regulations(now=july(20, 9))
    assert seven(world).credited == 1


def test_a_duty_that_takes_nothing_does_not_stop_the_others(
    world: World, programme: Programme
) -> None:
    days = {"issued_on": date(2026, 7, 8), "in_force_on": date(2026, 7, 20)}
    row = entered(world, programme, "learning", **days)
    row.place(world.sister)
    row.pk, row._state.adding = uuid4(), True
    row.save(force_insert=True)
    other = seven(world)
    other.pk, other._state.adding = uuid4(), True
    other.rule_key, other.cancelled_at, other.reason = "another", july(9), "已撤销"
    other.save(force_insert=True)

    lay_down.job(july(20, 9))

    assert seven(world).credited == 0
    assert Obligation.objects.get(organisation=world.sister, rule_key="seven_systems").credited == 1
    assert observe_each(now=july(20, 10)) == 0


@pytest.mark.rule("P1-14")
def test_a_plan_without_a_list_counts_each_regulation(world: World) -> None:
    made = run_programme(world, "plan1", now=beijing(4, 20))
    entered(world, made, "", now=beijing(6, 3))
    row = Obligation.objects.get(organisation=world.bureau, rule_key="unit_rules")
    assert state_of(row, beijing(6, 4)) == "met"


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"name": " "}, "name"),
        ({"document_number": ""}, "document_number"),
        ({"system": "unknown"}, "system"),
        ({"issued_on": date(2026, 7, 9)}, "issued_on"),
        ({"in_force_on": date(2025, 8, 1)}, "in_force_on"),
    ],
)
def test_bad_entries_are_named_by_field(
    world: World, programme: Programme, facts: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as refusal:
        entered(world, programme, **facts)
    assert list(refusal.value.fields) == [field]


def test_only_the_unit_enters_and_repeals(world: World, programme: Programme) -> None:
    with pytest.raises(NotAllowed):
        entered(world, programme, by=world.ana)
    row = entered(world, programme)
    with pytest.raises(NotAllowed):
        repeal_regulation(row, day=date(2026, 8, 1), reason="x", by=world.ana, now=july(9))
    repeal_regulation(row, day=date(2026, 8, 1), reason="x", by=world.ben, now=july(9))
    with pytest.raises(RuleBroken):
        repeal_regulation(row, day=date(2026, 8, 1), reason="x", by=world.ben, now=july(9))


@pytest.mark.rule("P3-14")
def test_the_check_list_puts_what_is_missing_first(world: World, programme: Programme) -> None:
    entered(world, programme, "learning")
    entered(world, programme)
    systems = programme.plans.get().head["systems"]
    lines = check_list(systems, Regulation.objects.all(), local_day(july(9)))
    assert [line.key for line in lines] == [*list(SEVEN)[1:], "learning", ""]
    assert [line.present for line in lines] == [False] * 6 + [True, True]


@pytest.mark.parametrize(
    ("name", "system"),
    [
        ("《行动学习学员管理制度》", "learners"), ("项目管理制度", "project_management"),
        ("Learning", "learning"), ("考勤办法", ""), ("学习制度实施细则", ""),
    ],
)  # fmt: skip
def test_a_name_says_which_system_it_is(name: str, system: str) -> None:
    assert system_named(name, read_systems()) == system


def read_systems() -> list[dict[str, str]]:
    return [
        {"key": row.key, "name": row.name, "name_en": row.name_en}
        for row in read(shipped_text("plan2")).systems
    ]


def test_screens_from_the_matrix_to_the_text(
    world: World, programme: Programme, sign_in: Any
) -> None:
    client, root = sign_in(world.ben), f"/t/teng/programmes/{programme.pk}/regulations/"
    new = f"{root}{world.bureau.pk}/new/"
    typed = {
        "system": "funds", "name": "经费管理制度", "document_number": "藤民发〔2026〕3号",
        "issued_on": "2026-07-01", "text": "专款专用。",
    }  # fmt: skip
    refused = client.post(new, {**typed, "document_number": ""})
    assert refused.status_code == 422
    assert "经费管理制度" in refused.text
    made = client.post(new, typed)
    page = client.get(made["Location"])
    assert "专款专用。" in page.text
    assert "2026-07-01" in client.get(root).text
    unit = client.get(f"{root}{world.bureau.pk}/").text
    assert "1 of 7" in unit
    assert unit.index("Learning") < unit.index("经费管理制度")
    ended = client.post(f"{made['Location']}repeal/", {"day": "2026-08-01", "reason": "过时"})
    assert ended.status_code == 302
    assert "过时" in client.get(made["Location"]).text
    assert "1 of 7" not in client.get(f"{root}{world.bureau.pk}/").text


def test_the_office_above_reads_and_a_sister_does_not(
    world: World, programme: Programme, sign_in: Any
) -> None:
    row = entered(world, programme, "learning")
    root = f"/t/teng/programmes/{programme.pk}/regulations/{world.bureau.pk}/"
    assert sign_in(world.ana).get(root).status_code == 200
    assert sign_in(world.ana).get(f"{root}new/").status_code == 404
    sister = sign_in(world.sis)
    assert [sister.get(a).status_code for a in (root, f"/t/teng/regulations/{row.pk}/")] == [
        404,
        404,
    ]


def test_what_was_repealed_is_not_replaced_and_keeps_its_reason(
    world: World, programme: Programme
) -> None:
    old = entered(world, programme, "learning")
    repeal_regulation(old, day=date(2026, 7, 1), reason="过时", by=world.ben, now=july(8))
    with pytest.raises(RuleBroken) as refused:
        entered(world, programme, "learning", replaces=old, now=july(9))
    assert refused.value.code == "repealed"
    kept = Regulation.objects.get()
    assert (kept.repealed_on, kept.repealed_at, kept.reason) == (date(2026, 7, 1), july(8), "过时")


def test_the_sheet_has_a_line_for_each_missing_system(
    world: World, programme: Programme, sign_in: Any
) -> None:
    entered(world, programme, "learning")
    answer = sign_in(world.ana).get(f"/t/teng/programmes/{programme.pk}/regulations/?export=xlsx")
    lines = list(load_workbook(io.BytesIO(answer.getvalue())).active.iter_rows(values_only=True))
    bureau = [line for line in lines if "民政局" in line]
    assert len(bureau) == 7
    assert sum("missing" in line for line in bureau) == 6


def test_the_matrix_asks_the_same_for_one_unit_and_three(
    world: World, programme: Programme, sign_in: Any
) -> None:
    client, address = sign_in(world.ana), f"/t/teng/programmes/{programme.pk}/regulations/"
    asked = []
    for number, name in enumerate(("水利局", "林业局"), 1):
        entered(world, programme, list(SEVEN)[number])
        programme.enrolments.filter(organisation=world.sister).update(obliged=number > 1)
        client.get(address)
        asked.append(count_queries(client, address))
        unit = add_organisation(
            parent=world.county, kind="unit", name=name, starts_on=START, by=world.system, now=NOON
        )
        enrol(programme, unit, starts_on=programme.starts_on, by=world.ana, now=july(8))
    assert len(client.get(address).context["rows"]) == 4
    assert asked[0] == asked[1] == count_queries(client, address) <= 8


def test_the_lists_of_one_unit_ask_the_same_for_one_and_three(
    world: World, programme: Programme, sign_in: Any
) -> None:
    """Its check list, and the register by REST."""
    client = sign_in(world.ben)
    unit = f"/t/teng/programmes/{programme.pk}/regulations/{world.bureau.pk}/"
    places = (unit, "/t/teng/api/v1/regulations/")
    asked = []
    for system in list(SEVEN)[:3]:
        entered(world, programme, system)
        client.get(unit)
        asked.append([count_queries(client, place) for place in places])
    assert sum(len(line["rows"]) for line in client.get(unit).context["lines"]) == 3
    assert asked[0] == asked[1] == asked[2]
    assert (asked[0][0] <= 8, asked[0][1] <= 5) == (True, True), asked


def test_rest_enters_lists_and_repeals(world: World, programme: Programme, sign_in: Any) -> None:
    client, root = sign_in(world.ben), "/t/teng/api/v1/regulations/"
    body = {
        "programme": str(programme.pk), "organisation": str(world.bureau.pk), "system": "work",
        "name": "工作制度", "document_number": "藤民发〔2026〕4号", "issued_on": "2026-07-01",
    }  # fmt: skip
    made = client.post(root, body, content_type="application/json")
    assert made.status_code == 201, made.text
    listed = client.get(f"{root}?system=work&in_force=true").json()["results"]
    assert [row["name"] for row in listed] == ["工作制度"]
    key = made.json()["id"]
    ended = client.post(
        f"{root}{key}/repeal/",
        {"day": "2026-08-01", "reason": "过时"},
        content_type="application/json",
    )
    assert ended.json()["repealed_on"] == "2026-08-01"
    assert client.get(f"{root}?in_force=true").json()["results"] == []


def test_the_paper_offers_the_plans_systems(
    world: World, programme: Programme, sign_in: Any
) -> None:
    paper = open_dossier(
        programme=programme, organisation=world.bureau, kind="system_document",
        by=world.ben, now=july(6),
    )  # fmt: skip
    page = sign_in(world.ben).get(f"/t/teng/dossiers/{paper.pk}/edit/").text
    assert '<option value="Funds">' in page
