"""Screens of topics: who gets in, what is kept when refused, what leaves as a sheet."""

from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from actionlearning.foundation.scope import WHOLE, scope
from groups.actions.persons import add_person
from programmes.actions.projects import change_project
from programmes.actions.submissions import submit_project
from programmes.models import Clause, Programme, Project, ProjectTurn, TeamMember
from programmes.states import ProjectState
from tests.programmes.topics import JUNE, WORDS, chosen, in_state, propose, seats, submitted
from tests.running import run_programme
from tests.world import START, World


def at(name: str, world: World, *args: Any) -> str:
    return reverse(f"programmes:{name}", args=[world.tenant.slug, *args])


def text_of(response: Any) -> str:
    return response.content.decode()  # type: ignore[no-any-return]


READERS = {"ana": 200, "ben": 200, "dora": 200, "lena": 200, "liu": 200, "sis": 404, "kid": 404, "auditor": 404}  # fmt: skip
WRITERS = {"ana": 404, "ben": 200, "dora": 200, "lena": 404, "liu": 200, "sis": 404, "kid": 404, "auditor": 404}  # fmt: skip
ROUTES = [
    *[("project_detail", who, status) for who, status in READERS.items()],
    *[("project_edit", who, status) for who, status in WRITERS.items()],
    *[("project_members", who, status) for who, status in WRITERS.items()],
]


@pytest.mark.parametrize(("name", "who", "status"), ROUTES)
def test_project_page_opens_for_the_right_people_only(
    world: World, programme: Programme, sign_in: Any, name: str, who: str, status: int
) -> None:
    project = propose(world, programme)

    assert sign_in(getattr(world, who)).get(at(name, world, project.pk)).status_code == status


ACTS = [
    ("project_choice", "candidate", {"lena"}),
    ("project_refusal", "candidate", {"lena"}),
    ("project_submission", "chosen", {"ben", "dora"}),
    ("project_acceptance", "submitted", {"ana"}),
    ("project_return", "submitted", {"ana"}),
]


@pytest.mark.parametrize("who", READERS)
@pytest.mark.parametrize(("name", "state", "allowed"), ACTS)
def test_project_decision_is_for_the_right_people_only(
    world: World, programme: Programme, sign_in: Any, name: str, state: str, allowed: set[str], who: str
) -> None:  # fmt: skip
    project = in_state(world, programme, state)

    answer = sign_in(getattr(world, who)).post(
        at(name, world, project.pk), {"opinion": "理由", "version": project.version}
    )

    assert answer.status_code == (302 if who in allowed else 404)
    project.refresh_from_db()
    assert (project.state != state) == (who in allowed)


def test_project_of_another_tenant_is_not_there(world: World, rival: World, sign_in: Any) -> None:
    with scope(rival.tenant, path=WHOLE, actor=None):
        theirs = propose(rival, run_programme(rival))

    client = sign_in(world.ben)

    assert client.get(at("project_detail", world, theirs.pk)).status_code == 404
    assert client.get(at("project_list", rival)).status_code == 302  # to that tenant's sign-in


@pytest.mark.parametrize(
    "words", ["", "孤儿", "mzj", "民政"], ids=["all", "title", "initials", "unit"]
)
def test_project_list_finds_by_title_unit_and_initials(
    world: World, programme: Programme, sign_in: Any, words: str
) -> None:
    propose(world, programme)
    propose(world, programme, "敬老院管理")

    page = text_of(sign_in(world.ana).get(at("project_list", world), {"q": words}))

    assert "孤儿救助" in page
    assert ("敬老院管理" in page) == (words != "孤儿")


def test_project_list_puts_parts_behind_their_whole(
    world: World, programme: Programme, sign_in: Any
) -> None:
    whole = propose(world, programme, "甲")
    propose(world, programme, "乙")
    propose(world, programme, "甲之一", parent=whole)

    answer = sign_in(world.ben).get(at("project_list", world))

    lines = [(line["title"], line["indent"]) for line in answer.context["lines"]]
    assert lines == [("甲", ""), ("甲之一", "lv1"), ("乙", "")]


@pytest.mark.parametrize("state", ["candidate", "chosen"])
def test_project_list_filters_by_state(
    world: World, programme: Programme, sign_in: Any, state: str
) -> None:
    propose(world, programme, "备选")
    chosen(world, programme, "已选")

    answer = sign_in(world.ben).get(at("project_list", world), {"state": state})

    titles = {"candidate": "备选", "chosen": "已选"}
    assert [line["title"] for line in answer.context["lines"]] == [titles[state]]


def test_project_list_leaves_as_a_sheet(world: World, programme: Programme, sign_in: Any) -> None:
    chosen(world, programme, "=SUM(A1)")

    answer = sign_in(world.ana).get(at("project_list", world), {"export": "xlsx"})

    sheet = load_workbook(BytesIO(answer.content)).worksheets[0]
    row = [cell.value for cell in sheet[4]]
    assert row[1:5] == ["民政局", programme.name, "项目", "=SUM(A1)"]
    assert (sheet.cell(4, 5).data_type, row[8], row[9]) == ("s", 6, 1)


def count_queries(client: Any, address: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len([q for q in caught if "set_config" not in q["sql"] and "SAVEPOINT" not in q["sql"]])


@pytest.mark.parametrize(("name", "who", "most"), [("project_list", "ana", 8), ("project_inbox", "ana", 8)])  # fmt: skip
def test_project_lists_ask_the_same_number_of_questions_for_one_and_three(
    world: World, programme: Programme, sign_in: Any, name: str, who: str, most: int
) -> None:
    client, address = sign_in(getattr(world, who)), at(name, world)
    submitted(world, programme, "一")
    client.get(address)
    one = count_queries(client, address)

    submitted(world, programme, "二")
    propose(world, programme, "三")

    assert count_queries(client, address) == one <= most


def test_project_detail_asks_the_same_number_of_questions_however_much_there_is(
    world: World, programme: Programme, sign_in: Any
) -> None:
    client, bare = sign_in(world.ben), propose(world, programme)
    client.get(at("project_detail", world, bare.pk))
    few = count_queries(client, at("project_detail", world, bare.pk))
    rich = in_state(world, programme, ProjectState.RETURNED)
    for title in ("一", "二"):
        propose(world, programme, title, parent=rich)

    many = count_queries(client, at("project_detail", world, rich.pk))

    assert many == few <= 12


def test_project_new_keeps_a_candidate(world: World, programme: Programme, sign_in: Any) -> None:
    client = sign_in(world.ben)
    page = client.get(at("project_new", world))
    enrolment = page.context["form"].fields["enrolment"].queryset.get()

    answer = client.post(
        at("project_new", world), {**WORDS, "title": "孤儿救助", "enrolment": enrolment.pk}
    )

    made = Project.objects.get()
    assert answer.headers["Location"] == at("project_detail", world, made.pk)
    assert (made.title, made.months, made.organisation, made.created_by) == (
        "孤儿救助", 6, world.bureau, world.ben,
    )  # fmt: skip


def test_project_new_keeps_what_was_typed_when_refused(
    world: World, programme: Programme, sign_in: Any
) -> None:
    answer = sign_in(world.ben).post(
        at("project_new", world), {"background": "写了很久", "title": ""}
    )

    assert answer.status_code == 422
    assert "写了很久" in text_of(answer)
    assert not Project.objects.exists()


def test_project_new_adds_a_part(world: World, programme: Programme, sign_in: Any) -> None:
    whole = propose(world, programme)
    client = sign_in(world.ben)

    client.post(f"{at('project_new', world)}?parent={whole.pk}", {"title": "摸底"})

    assert Project.objects.get(title="摸底").parent == whole
    assert client.get(f"{at('project_new', world)}?parent=x").status_code == 404


def test_project_edit_shows_both_texts_after_a_conflict_and_loses_neither(
    world: World, programme: Programme, sign_in: Any
) -> None:
    project = propose(world, programme)
    change_project(project, by=world.dora, now=JUNE, approach="杜若的思路")
    client, address = sign_in(world.ben), at("project_edit", world, project.pk)
    typed = {**WORDS, "title": "孤儿救助", "approach": "贝宁的思路", "version": 1}

    answer = client.post(address, typed)

    assert answer.status_code == 412
    assert "杜若的思路" in text_of(answer)
    assert "贝宁的思路" in text_of(answer)
    again = client.post(address, {**typed, "version": answer.context["form"].data["version"]})
    assert again.status_code == 302
    project.refresh_from_db()
    assert project.approach == "贝宁的思路"


@pytest.mark.rule("P2-34", "P2-36")
def test_project_submission_refuses_with_rule_and_remedy_on_the_page(
    world: World, programme: Programme, sign_in: Any
) -> None:
    project = chosen(world, programme, team=seats(5, 0))

    answer = sign_in(world.ben).post(
        at("project_submission", world, project.pk), {"version": project.version}
    )

    page = text_of(answer)
    assert answer.status_code == 409
    assert "P2-34, P2-36" in page
    assert "6–10" in page


def test_project_return_keeps_the_opinion_when_somebody_was_faster(
    world: World, programme: Programme, sign_in: Any
) -> None:
    project = in_state(world, programme, ProjectState.SUBMITTED)

    answer = sign_in(world.ana).post(
        at("project_return", world, project.pk),
        {"opinion": "请补充预期成果", "version": project.version - 1},
    )

    assert answer.status_code == 412
    assert "请补充预期成果" in text_of(answer)
    assert answer.context["form"].data["version"] == project.version


def test_project_draft_saves_by_itself_and_hands_back_the_new_version(
    world: World, programme: Programme, sign_in: Any
) -> None:
    project, client = propose(world, programme), sign_in(world.ben)
    words = {**WORDS, "title": "孤儿救助", "background": "边写边存", "version": 1}

    page = text_of(client.get(at("project_edit", world, project.pk)))
    answer = client.post(at("project_draft", world, project.pk), words)
    late = client.post(at("project_draft", world, project.pk), {**words, "approach": "晚到的"})

    assert at("project_draft", world, project.pk) in page
    assert (answer.status_code, 'value="2"' in text_of(answer)) == (200, True)
    assert (late.status_code, "not stored yet" in text_of(late)) == (412, True)
    project.refresh_from_db()
    assert (project.background, project.approach) == ("边写边存", WORDS["approach"])


def test_project_draft_without_a_title_says_so_and_stores_nothing(
    world: World, programme: Programme, sign_in: Any
) -> None:
    project = propose(world, programme)

    answer = sign_in(world.ben).post(
        at("project_draft", world, project.pk), {**WORDS, "title": "", "version": 1}
    )

    assert answer.status_code == 422
    assert Project.objects.get(pk=project.pk).title == "孤儿救助"
    assert sign_in(world.sis).post(at("project_draft", world, project.pk)).status_code == 404


def test_a_decision_that_somebody_else_has_taken_shows_what_was_typed(
    world: World, programme: Programme, sign_in: Any
) -> None:
    project = in_state(world, programme, ProjectState.ACCEPTED)

    answer = sign_in(world.ana).post(
        at("project_return", world, project.pk),
        {"opinion": "请补充预期成果", "version": project.version},
    )

    assert answer.status_code == 409
    assert "What you had typed" in text_of(answer)
    assert "请补充预期成果" in text_of(answer)


@pytest.mark.parametrize("name", ["project_acceptance", "project_return"])
def test_nobody_decides_without_saying_what_he_read(
    world: World, programme: Programme, sign_in: Any, name: str
) -> None:
    project = in_state(world, programme, ProjectState.SUBMITTED)

    page = sign_in(world.ana).post(at(name, world, project.pk), {"opinion": "请补充"})
    act = "acceptance" if name == "project_acceptance" else "return"
    rest = sign_in(world.ana).post(
        f"/t/{world.tenant.slug}/api/v1/projects/{project.pk}/{act}/",
        {"opinion": "请补充"},
        content_type="application/json",
    )

    assert (page.status_code, rest.status_code) == (422, 422)
    assert rest.json()["code"] == "unseen_text"
    project.refresh_from_db()
    assert project.state == "submitted"


@pytest.mark.rule("P2-22")
def test_the_leading_group_takes_a_choice_back(
    world: World, programme: Programme, sign_in: Any
) -> None:
    project = in_state(world, programme, ProjectState.CHOSEN)
    client = sign_in(world.lena)

    page = text_of(client.get(at("project_detail", world, project.pk)))
    answer = client.post(at("project_refusal", world, project.pk), {"opinion": "暂缓"})

    assert "Take the choice back" in page
    assert answer.status_code == 302
    assert Project.objects.get(pk=project.pk).state == ProjectState.DECLINED
    assert "Take the choice back" not in text_of(
        sign_in(world.ben).get(at("project_detail", world, project.pk))
    )


def test_a_topic_recites_its_clause_with_the_programmes_year(
    world: World, programme: Programme, sign_in: Any
) -> None:
    Clause.objects.filter(plan__programme=programme, key="3.2.1").update(gloss="Of {year}.")
    project = propose(world, programme)

    page = text_of(sign_in(world.ben).get(at("project_detail", world, project.pk)))

    assert "Of 2026." in page


def test_project_inbox_holds_what_waits_for_my_office(
    world: World, programme: Programme, sign_in: Any
) -> None:
    submitted(world, programme, "等着的")
    chosen(world, programme, "没送的")

    answer = sign_in(world.ana).get(at("project_inbox", world))

    assert [line["title"] for line in answer.context["lines"]] == ["等着的"]
    assert sign_in(world.lena).get(at("project_inbox", world)).status_code == 404


def test_project_version_shows_what_was_submitted(
    world: World, programme: Programme, sign_in: Any
) -> None:
    project = in_state(world, programme, ProjectState.RETURNED)
    change_project(project, by=world.ben, now=JUNE, background="改过的背景")
    turn = ProjectTurn.objects.get(project=project, step="submitted")

    page = text_of(sign_in(world.ana).get(at("project_version", world, project.pk, turn.pk)))

    assert WORDS["background"] in page
    assert "改过的背景" not in page
    assert "召集人" in page


@pytest.mark.parametrize("words", ["刘", "ll", "liulian", "liu lian", "LL"])
def test_project_members_finds_people_by_characters_and_pinyin(
    world: World, programme: Programme, sign_in: Any, words: str
) -> None:
    project = propose(world, programme)
    add_person(organisation=world.bureau, name="覃曾", starts_on=START, by=world.ben, now=JUNE)

    answer = sign_in(world.ben).get(
        at("project_members", world, project.pk),
        {"q": words},
        headers={"HX-Request": "true", "HX-Target": "people"},
    )

    page = text_of(answer)
    assert "刘联" in page
    assert "覃曾" not in page
    assert "贝宁" not in page
    assert "<html" not in page


def test_project_members_adds_changes_and_takes_out(
    world: World, programme: Programme, sign_in: Any
) -> None:
    project, client = propose(world, programme), sign_in(world.ben)
    address = at("project_members", world, project.pk)
    person = client.get(address, {"q": "刘联"}).context["people"][0]["pk"]

    client.post(address, {"person": person, "role": "liaison", "version": 1})
    member = TeamMember.objects.get()
    client.post(
        at("project_member", world, project.pk, member.pk),
        {"role": "presenter", "duties": "主持研讨", "version": 2},
    )
    member.refresh_from_db()
    assert (member.name, member.role, member.duties) == ("刘联", "presenter", "主持研讨")

    client.post(at("project_member_removal", world, project.pk, member.pk))
    member.refresh_from_db()
    assert member.left_on is not None


def test_project_members_keeps_what_was_typed_when_refused(
    world: World, programme: Programme, sign_in: Any
) -> None:
    project = propose(world, programme)

    answer = sign_in(world.ben).post(
        at("project_members", world, project.pk),
        {"role": "member", "duties": "记录", "title": "股长", "version": 1},
    )

    assert answer.status_code == 422
    assert "记录" in text_of(answer)
    assert answer.context["form"].errors["name"]


@pytest.mark.rule("P2-34")
def test_project_detail_counts_the_team_beside_what_the_plan_asks(
    world: World, programme: Programme, sign_in: Any
) -> None:
    project = chosen(world, programme, team=seats(7, 1))

    answer = sign_in(world.ben).get(at("project_detail", world, project.pk))

    assert "7" in answer.context["team_count"]
    assert "6–10" in answer.context["team_asks"]
    assert "P2-34" in answer.context["team_rule"]
    assert answer.context["clause"].key == "3.2.1"


def test_submitting_twice_by_the_browser_is_one_effect(
    world: World, programme: Programme, sign_in: Any
) -> None:
    project, client = chosen(world, programme), sign_in(world.ben)
    sent = {"version": project.version, "request_key": "one-click"}

    answers = [client.post(at("project_submission", world, project.pk), sent) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert ProjectTurn.objects.filter(project=project, step="submitted").count() == 1


def test_resubmitted_topic_is_submitted_again(world: World, programme: Programme) -> None:
    project = in_state(world, programme, ProjectState.RETURNED)

    project = submit_project(project, by=world.ben, now=JUNE)

    assert (project.state, project.decided_at) == ("submitted", None)
