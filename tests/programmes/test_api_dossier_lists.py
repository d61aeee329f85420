"""REST twins of the lists of papers: what a unit has sent, and what waits for its reader."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db.models import F
from openpyxl import load_workbook

from programmes.models import Dossier, Programme, Turn
from programmes.queries import local_day
from programmes.queries.dossiers import waiting_rows, waiting_turns
from tests.programmes.paper_screens import at, count_queries
from tests.programmes.papers_on_their_way import act, draft, june, promoter, seat, sent
from tests.programmes.test_api_dossier_clients import as_client
from tests.programmes.topics import chosen
from tests.reporting.clients import client_of
from tests.world import World


def address(world: World, query: str = "") -> str:
    return f"/t/{world.tenant.slug}/api/v1/dossiers/sent/{query}"


def lying(world: World, programme: Programme) -> list[Dossier]:
    """A plan with the promotion team, a request and a training plan with the county's office; and a draft."""
    papers = [
        sent(world, programme),
        sent(world, programme, "support_request", title="请派促进师"),
        sent(world, programme, "training_plan", project=chosen(world, programme, "二")),
    ]
    draft(world, programme, "system_document")
    for number, paper in enumerate(papers):
        Dossier.objects.filter(pk=paper.pk).update(held_since=june(10 + number))
    return [Dossier.objects.get(pk=paper.pk) for paper in papers]


def keys(answer: Any) -> list[str]:
    return [row["id"] for row in answer.json()["results"]]


def test_sent_papers_say_whom_to_call_and_how_long_it_has_lain_there(
    world: World, programme: Programme, sign_in: Any
) -> None:
    plan, request, training = lying(world, programme)
    Dossier.objects.filter(pk=request.pk).update(answer_due_at=june(11))
    Dossier.objects.filter(pk=training.pk).update(
        answer_due_at=F("answer_due_at") + timedelta(days=36_500)
    )
    client = sign_in(world.ben)

    rows = client.get(address(world)).json()["results"]

    lines = client.get(at("dossier_sent", world)).context["lines"]
    assert [row["id"] for row in rows] == [str(each.pk) for each in (plan, request, training)]
    assert [row["id"] for row in rows] == [str(line["pk"]) for line in lines]
    assert [row["days"] for row in rows] == [line["waiting"] for line in lines]
    assert [row["late"] for row in rows] == [line["late"] for line in lines]
    assert [row["late"] for row in rows][1:] == [True, False]
    assert [(row["holder_name"], row["holder_body"]) for row in rows] == [
        ("藤县", "promotion_team"), ("藤县", "executive_office"), ("藤县", "executive_office"),
    ]  # fmt: skip


def test_only_who_sends_for_a_unit_reads_what_it_has_sent(
    world: World, programme: Programme, sign_in: Any
) -> None:
    lying(world, programme)
    reader = client_of(world, world.bureau, ("dossier.view",))[1]
    sender = client_of(world, world.bureau, ("dossier.view", "dossier.send"))[1]

    told = {
        user.login: sign_in(user).get(address(world))
        for user in (world.ben, world.ana, world.sis, world.lena, world.liu)
    }

    assert {login: answer.status_code for login, answer in told.items()} == {
        "ben": 200, "ana": 200, "sis": 200, "lena": 404, "liu": 404,
    }  # fmt: skip
    assert [len(keys(told[login])) for login in ("ben", "ana", "sis")] == [3, 0, 0]
    assert as_client(reader, "get", "dossiers/sent/").status_code == 404
    assert len(keys(as_client(sender, "get", "dossiers/sent/"))) == 3


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("kind=training_plan", 1),
        ("state=under_way", 2),
        ("state=standing", 1),
        ("state=draft", 0),
        ("q=促进师", 1),
        ("programme={programme}", 3),
        ("project={project}", 1),
        ("organisation={bureau}", 3),
        ("organisation={sister}", 0),
    ],
)
def test_sent_papers_are_narrowed_as_on_the_page(
    world: World, programme: Programme, sign_in: Any, query: str, count: int
) -> None:
    plan = lying(world, programme)[0]
    asked = query.format(
        programme=programme.pk, project=plan.project_id, bureau=world.bureau.pk, sister=world.sister.pk
    )  # fmt: skip

    assert len(keys(sign_in(world.ben).get(address(world, f"?{asked}")))) == count


@pytest.mark.parametrize(
    "query", ["state=x", "project=x", "organisation=x", "ordering=moved_at", "cursor=x", "fields=x"]
)
def test_a_question_that_makes_no_sense_is_refused(
    world: World, programme: Programme, sign_in: Any, query: str
) -> None:
    assert sign_in(world.ben).get(address(world, f"?{query}")).status_code == 422


def test_pages_of_sent_papers_follow_each_other(
    world: World, programme: Programme, sign_in: Any
) -> None:
    wanted = [str(each.pk) for each in lying(world, programme)]
    client = sign_in(world.ben)

    first = client.get(address(world, "?limit=2"))
    rest = client.get(address(world, f"?limit=2&cursor={first.json()['next_cursor']}"))
    turned = client.get(address(world, "?ordering=-held_since&fields=id,days"))

    assert [*keys(first), *keys(rest)] == wanted
    assert rest.json()["next_cursor"] is None
    assert keys(turned) == wanted[::-1]
    assert {frozenset(row) for row in turned.json()["results"]} == {frozenset({"id", "days"})}


def test_both_lists_ask_at_most_five_questions_for_one_and_for_three(
    world: World, programme: Programme, sign_in: Any
) -> None:
    waiting = f"/t/{world.tenant.slug}/api/v1/dossiers/waiting/"
    pairs = ((world.ben, address(world)), (world.ana, waiting))
    sent(world, programme, "support_request")
    asked = []
    for _ in range(3):
        for user, place in pairs:
            client = sign_in(user)
            client.get(place)
            asked.append(count_queries(client, place))
        sent(world, programme, "support_request")

    assert asked[0::2] == asked[0:1] * 3
    assert asked[1::2] == asked[1:2] * 3
    assert max(asked) <= 5


def test_pages_of_what_waits_follow_each_other(
    world: World, programme: Programme, sign_in: Any
) -> None:
    """Those before the reader's body and those that his unit mends, by their last day."""
    papers = [sent(world, programme, "support_request", title=f"第{n}件") for n in range(3)]
    for number, paper in enumerate(papers):
        Turn.objects.filter(dossier=paper).update(due_at=june(20 - number))
    client = sign_in(world.ana)
    place = f"/t/{world.tenant.slug}/api/v1/dossiers/waiting/"

    first = client.get(f"{place}?limit=2").json()
    rest = client.get(f"{place}?limit=2&cursor={first['next_cursor']}").json()

    found = [*first["results"], *rest["results"]]
    assert [row["title"] for row in found] == ["第2件", "第1件", "第0件"]
    assert {row["paper"] for row in found} == {"support_request"}
    assert rest["next_cursor"] is None
    for query in ("cursor=x", "ordering=due_at", "limit=0"):
        assert client.get(f"{place}?{query}").status_code == 422


def test_a_mark_without_a_zone_is_refused(world: World, programme: Programme, sign_in: Any) -> None:
    """`["2026-06-20T12:00:00", "…"]`: nothing to compare an instant with."""
    sent(world, programme, "support_request")
    mark = "WyIyMDI2LTA2LTIwVDEyOjAwOjAwIiwiMDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAwIl0="

    answer = sign_in(world.ana).get(
        f"/t/{world.tenant.slug}/api/v1/dossiers/waiting/?cursor={mark}"
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor")


def test_rows_in_hand_are_the_turns_that_wait(world: World, programme: Programme) -> None:
    pro = promoter(world)
    sent(world, programme, "support_request")
    plan = sent(world, programme)
    sent(world, programme, "training_plan", project=plan.project)
    expert = seat(world, world.county, "kim", "", kind="promotion_team", rank=2)
    for step in range(2):
        for user in (pro, expert, world.ana, world.ben, world.lena, world.sis, world.auditor):
            day = local_day(june(11))
            rows = waiting_rows(user, day, "id")
            turns = waiting_turns(user, day).order_by("due_at", "id")
            assert [row["id"] for row in rows] == [turn.pk for turn in turns], (user.login, step)
        if step == 0:
            act(plan, "returned", pro, june(11), opinion="补充")


def test_a_draft_is_with_its_unit_in_lists_wholes_and_sheets(
    world: World, programme: Programme, sign_in: Any
) -> None:
    paper, client = draft(world, programme, "system_document"), sign_in(world.ben)
    rest = f"/t/{world.tenant.slug}/api/v1/dossiers/"

    (line,) = client.get(rest).json()["results"]
    (short,) = client.get(rest, {"fields": "holder_id,holder_body"}).json()["results"]
    whole = client.get(f"{rest}{paper.pk}/").json()
    sheet = client.get(at("dossier_list", world), {"export": "xlsx"})

    unit = str(world.bureau.pk)
    for told in (line, short, whole):
        assert (told["holder_id"], told["holder_body"]) == (unit, "")
    assert (line["held_since"], whole["held_since"]) == (None, None)
    cells = load_workbook(BytesIO(sheet.content)).worksheets[0].iter_rows(values_only=True)
    (row,) = [row for row in cells if paper.title in row]
    assert f"{world.bureau.name} · sender" in row
