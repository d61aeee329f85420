"""Screens of the problem log: who gets in, what is kept when refused, what leaves as a sheet."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from actionlearning.foundation.scope import WHOLE, scope
from programmes.actions.problem_steps import escalate, take_in_hand
from programmes.models import Problem, Programme
from programmes.states import ProblemState
from tests.programmes.beside import JUNE, problem, problem_in
from tests.programmes.topics import chosen
from tests.running import run_programme
from tests.world import World


def at(name: str, world: World, *args: Any) -> str:
    return reverse(f"programmes:{name}", args=[world.tenant.slug, *args])


def text_of(response: Any) -> str:
    return response.content.decode()  # type: ignore[no-any-return]


def titles(answer: Any) -> list[str]:
    return [line["title"] for line in answer.context["lines"]]


@pytest.mark.parametrize(
    ("who", "status"),
    [("ana", 200), ("ben", 200), ("lena", 200), ("sis", 404), ("kid", 404), ("auditor", 404)],
)
def test_a_problem_opens_for_the_right_people_only(
    world: World, programme: Programme, sign_in: Any, who: str, status: int
) -> None:
    made = problem(world, programme)

    client = sign_in(getattr(world, who))

    assert client.get(at("problem_detail", world, made.pk)).status_code == status


def test_a_problem_of_another_tenant_is_not_there(world: World, rival: World, sign_in: Any) -> None:
    with scope(rival.tenant, path=WHOLE, actor=None):
        theirs = problem(rival, run_programme(rival))

    assert sign_in(world.ben).get(at("problem_detail", world, theirs.pk)).status_code == 404


@pytest.mark.rule("P1-08", "P2-61")
def test_an_office_tracks_what_its_units_meet(
    world: World, programme: Programme, sign_in: Any
) -> None:
    """All problems below it; what waits for it; what is overdue; how long it lay."""
    late = problem(world, programme, "逾期的", due_on=date(2026, 6, 12))
    escalate(problem(world, programme, "上报的"), words="请协调", by=world.ben, now=JUNE)
    problem(world, programme, "姊妹的", organisation=world.sister, by=world.sis)
    client, address = sign_in(world.ana), at("problem_list", world)

    everything = client.get(address)
    mine = client.get(address, {"only": "mine"})
    overdue = client.get(address, {"only": "late"})

    assert titles(everything) == ["姊妹的", "上报的", "逾期的"]
    assert titles(mine) == ["上报的"]
    assert titles(overdue) == ["逾期的"]
    assert overdue.context["lines"][0]["late"] > 100
    assert mine.context["lines"][0]["holder"] == "藤县"
    assert titles(sign_in(world.ben).get(address)) == ["上报的", late.title]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "车辆"}, ["车辆"]),
        ({"q": "mzj"}, ["场地", "车辆"]),
        ({"q": "财政"}, []),
        ({"state": "open"}, ["车辆"]),
        ({"state": "closed"}, ["场地"]),
        ({"state": "solved"}, []),
        ({"project": "x"}, ["场地", "车辆"]),
    ],
)
def test_the_log_is_narrowed_by_the_address(
    world: World, programme: Programme, sign_in: Any, asked: dict[str, str], found: list[str]
) -> None:
    problem(world, programme, "车辆")
    made = problem_in(world, programme, ProblemState.CLOSED)
    Problem.objects.filter(pk=made.pk).update(title="场地")

    assert titles(sign_in(world.ana).get(at("problem_list", world), asked)) == found


def count_queries(client: Any, address: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len([q for q in caught if "set_config" not in q["sql"] and "SAVEPOINT" not in q["sql"]])


def test_the_log_asks_the_same_for_one_row_and_for_three(
    world: World, programme: Programme, sign_in: Any
) -> None:
    client, address = sign_in(world.ana), at("problem_list", world)
    problem(world, programme)
    client.get(address)
    one = count_queries(client, address)
    for title in ("二", "三"):
        problem(world, programme, title)

    assert count_queries(client, address) == one <= 8


def test_a_long_course_asks_no_more_than_a_short_one(
    world: World, programme: Programme, sign_in: Any
) -> None:
    short, long = problem(world, programme), problem_in(world, programme, ProblemState.CLOSED)
    client = sign_in(world.ana)
    client.get(at("problem_detail", world, short.pk))

    few = count_queries(client, at("problem_detail", world, short.pk))

    assert count_queries(client, at("problem_detail", world, long.pk)) == few <= 8


def test_the_log_leaves_as_a_sheet(world: World, programme: Programme, sign_in: Any) -> None:
    problem(world, programme, "车辆", person_name="刘联", due_on=date(2026, 6, 30), measure="借车")
    problem_in(world, programme, ProblemState.ESCALATED)

    answer = sign_in(world.ana).get(at("problem_list", world), {"export": "xlsx"})

    sheet = load_workbook(BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    assert [row[4] for row in rows] == ["入户车辆不足", "车辆"]
    assert rows[1][6] == "刘联"
    assert rows[1][8] == "借车"
    assert rows[0][10] == "藤县"


NEXT = [
    ("raised", "ben", ["problem_hand", "problem_escalation"]),
    ("raised", "ana", []),
    ("in_hand", "ben", ["problem_solution", "problem_escalation"]),
    ("escalated", "ana", ["problem_hand", "problem_advice"]),
    ("escalated", "ben", []),
    ("solved", "ben", ["problem_reopening"]),
    ("solved", "dora", ["problem_check", "problem_reopening"]),
    ("solved", "ana", ["problem_check", "problem_reopening"]),
    ("closed", "ben", ["problem_reopening"]),
]


@pytest.mark.parametrize(("state", "who", "names"), NEXT)
def test_the_page_offers_the_next_act_to_whoever_holds_it(
    world: World, programme: Programme, sign_in: Any, state: str, who: str, names: list[str]
) -> None:
    made = problem_in(world, programme, state)
    client = sign_in(getattr(world, who))

    answer = client.get(at("problem_detail", world, made.pk))

    assert [act["address"].split(":")[1] for act in answer.context["acts"]] == names
    for name in names[:1]:
        sent = client.post(at(name, world, made.pk), {"words": "如实办理", "version": made.version})
        assert sent.status_code == 302
        assert Problem.objects.get(pk=made.pk).version == made.version + 1


@pytest.mark.parametrize("name", ["problem_hand", "problem_solution", "problem_check"])
@pytest.mark.parametrize(("who", "status"), [("sis", 404), ("kid", 404), ("auditor", 404)])
def test_a_stranger_finds_no_button_to_press(
    world: World, programme: Programme, sign_in: Any, name: str, who: str, status: int
) -> None:
    made = problem(world, programme)

    answer = sign_in(getattr(world, who)).post(at(name, world, made.pk), {"words": "x"})

    assert answer.status_code == status
    assert Problem.objects.get(pk=made.pk).version == made.version


def test_a_refused_step_keeps_the_words(world: World, programme: Programme, sign_in: Any) -> None:
    made = problem(world, programme)
    take_in_hand(made, by=world.dora, now=JUNE)

    stale = sign_in(world.ben).post(
        at("problem_escalation", world, made.pk), {"words": "请县办协调车辆", "version": 1}
    )
    empty = sign_in(world.ben).post(at("problem_solution", world, made.pk), {"version": 2})

    assert (stale.status_code, empty.status_code) == (412, 422)
    assert "请县办协调车辆" in text_of(stale)
    assert stale.context["form"].data["version"] == 2
    assert "course of a problem" in text_of(empty)


def test_a_problem_is_raised_from_its_topic_and_shown_there(
    world: World, programme: Programme, sign_in: Any
) -> None:
    topic = chosen(world, programme)
    client = sign_in(world.ben)
    page = at("project_detail", world, topic.pk)
    client.get(page)
    before = count_queries(client, page)

    sent = client.post(
        f"{at('problem_new', world)}?project={topic.pk}",
        {"title": "入户车辆不足", "text": "三个乡镇无车", "person_name": "刘联"},
    )

    made = Problem.objects.get()
    assert sent.headers["Location"] == at("problem_detail", world, made.pk)
    assert (made.project, made.organisation, made.number) == (topic, world.bureau, 1)
    assert made.person is not None
    assert "入户车辆不足" in text_of(client.get(page))
    assert count_queries(client, page) == before
    assert client.get(f"{at('problem_new', world)}?project=x").status_code == 404


def test_a_problem_without_topic_is_raised_for_a_unit(
    world: World, programme: Programme, sign_in: Any
) -> None:
    client = sign_in(world.ana)
    form = client.get(at("problem_new", world)).context["form"]
    units = {str(each.organisation): each.pk for each in form.fields["enrolment"].queryset}

    empty = client.post(
        at("problem_new", world), {"enrolment": units["民政局"], "text": "只写了这些"}
    )
    sent = client.post(
        at("problem_new", world), {"enrolment": units["民政局"], "title": "研讨记录缺反思"}
    )

    assert set(units) == {"藤县", "民政局", "教育局"}
    assert (empty.status_code, sent.status_code) == (422, 302)
    assert "只写了这些" in text_of(empty)
    assert Problem.objects.get().raised_from == world.county


def test_the_unit_changes_words_and_the_office_the_measure(
    world: World, programme: Programme, sign_in: Any
) -> None:
    made = problem(world, programme)
    page = at("problem_edit", world, made.pk)

    stranger = sign_in(world.ana).get(page)
    changed = sign_in(world.ben).post(page, {"title": "车辆仍不足", "version": 1})
    stale = sign_in(world.dora).post(page, {"title": "另一个题目", "version": 1})
    made.refresh_from_db()
    escalate(made, words="请协调", by=world.ben, now=JUNE)
    above = sign_in(world.ana).get(page)

    assert (stranger.status_code, changed.status_code, stale.status_code) == (404, 302, 412)
    assert "另一个题目" in text_of(stale)
    assert Problem.objects.get(pk=made.pk).title == "车辆仍不足"
    assert set(above.context["form"].fields) == {"due_on", "measure", "version"}


def test_the_log_is_reached_from_programme_and_unit(
    world: World, programme: Programme, sign_in: Any
) -> None:
    client = sign_in(world.ben)
    problem(world, programme)
    programme_page = text_of(client.get(at("programme_detail", world, programme.pk)))
    unit = reverse("groups:organisation_detail", args=[world.tenant.slug, world.bureau.pk])
    links = [
        f"{at('problem_list', world)}?programme={programme.pk}",
        f"{at('problem_list', world)}?organisation={world.bureau.pk}",
    ]

    assert links[0] in programme_page
    assert links[1] in text_of(client.get(unit))
    assert [len(titles(client.get(link))) for link in links] == [1, 1]
