"""A question of a session becomes a problem without being typed again, and each knows of the other."""

from typing import Any

import pytest

from actionlearning.foundation.errors import BadInput
from programmes.actions.activity_logs import log_activity
from programmes.actions.problems import raise_problem
from programmes.models import Activity, Problem, Programme, Project
from tests.programmes import unit_activities as units
from tests.programmes.at_the_door import clock
from tests.programmes.held import hold, told
from tests.programmes.paper_screens import at, count_queries, leader, text_of
from tests.programmes.topics import chosen, concluded
from tests.running import beijing
from tests.world import World

HELD, AFTER = beijing(7, 14, 15), beijing(7, 14, 18)
QUESTIONS = "为什么入户这样慢？\n三个乡镇没有车。"


@pytest.fixture
def project(world: World, programme: Programme) -> Project:
    return chosen(world, programme)


@pytest.fixture
def meeting(project: Project, world: World) -> Activity:
    made = hold(project, world, HELD)
    return log_activity(made, told(project, HELD, questions=QUESTIONS), by=world.ben, now=AFTER)


def asked_from(world: World, meeting: Activity) -> str:
    return f"{at('problem_new', world)}?activity={meeting.pk}"


def raised(meeting: Activity, world: World, **given: Any) -> Problem:
    facts = {
        "programme": meeting.programme, "organisation": meeting.organisation, "activity": meeting,
        "title": "入户慢", "by": world.ben, "now": AFTER, **given,
    }  # fmt: skip
    return raise_problem(**facts)


def test_the_question_is_the_draft_and_both_pages_name_each_other(
    meeting: Activity, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    clock(monkeypatch, AFTER)
    client, page = sign_in(world.ben), at("activity_detail", world, meeting.pk)
    address = asked_from(world, meeting)
    assert address in text_of(client.get(page))

    form = client.get(address).context["form"]
    draft = {name: form[name].value() for name in ("title", "text")}
    assert draft == {"title": "为什么入户这样慢？", "text": QUESTIONS}
    sent = client.post(address, draft)

    made = Problem.objects.get()
    assert sent["Location"] == at("problem_detail", world, made.pk)
    assert (made.activity, made.project, made.organisation) == (
        meeting, meeting.project, world.bureau,
    )  # fmt: skip
    assert page in text_of(client.get(sent["Location"]))
    (line,) = client.get(page).context["problems"]
    assert (line["title"], line["state"]) == (draft["title"], "raised")
    assert at("problem_detail", world, made.pk) in text_of(client.get(page))


def test_one_short_question_is_the_title_alone(
    project: Project, world: World, sign_in: Any
) -> None:
    made = hold(project, world, HELD)
    log_activity(made, told(project, HELD, questions="为什么慢？"), by=world.ben, now=AFTER)
    form = sign_in(world.ben).get(asked_from(world, made)).context["form"]
    assert (form["title"].value(), form["text"].value()) == ("为什么慢？", "")
    log_activity(made, told(project, HELD, questions="慢" * 5_000), by=world.ben, now=AFTER)
    form = sign_in(world.ben).get(asked_from(world, made)).context["form"]
    assert (len(form["title"].value()), len(form["text"].value())) == (120, 4_000)


def test_only_who_may_raise_problems_there_has_the_button(
    meeting: Activity, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    clock(monkeypatch, AFTER)
    page, address = at("activity_detail", world, meeting.pk), asked_from(world, meeting)
    reader = leader(world)
    for user, may in ((world.ben, True), (world.ana, True), (reader, False)):
        assert (address in text_of(sign_in(user).get(page))) == may, user.login
    assert sign_in(world.sis).get(address).status_code == 404
    assert sign_in(reader).post(address, {"title": "慢"}).status_code == 404
    assert sign_in(world.ben).get(f"{at('problem_new', world)}?activity=x").status_code == 404
    assert not Problem.objects.exists()


def test_of_a_concluded_topic_or_what_is_planned_no_button_is_left(
    project: Project, meeting: Activity, world: World, programme: Programme, sign_in: Any,
    monkeypatch: Any,
) -> None:  # fmt: skip
    clock(monkeypatch, AFTER)
    planned = units.planned(world, programme)
    assert sign_in(world.ben).get(asked_from(world, planned)).status_code == 404
    Project.objects.filter(pk=project.pk).update(state="accepted")
    concluded(world, Project.objects.get(pk=project.pk), now=AFTER)
    page = text_of(sign_in(world.ben).get(at("activity_detail", world, meeting.pk)))
    assert asked_from(world, meeting) not in page


def test_a_unit_s_own_meeting_leads_to_a_problem_of_the_unit(
    world: World, programme: Programme, sign_in: Any, monkeypatch: Any
) -> None:
    clock(monkeypatch, AFTER)
    made = units.planned(world, programme, kind="meeting", contents={})
    units.held(made, world.ben, guests=("甲",), questions="经费何时到？")
    sent = sign_in(world.ben).post(asked_from(world, made), {"title": "经费未到"})
    assert sent.status_code == 302
    row = Problem.objects.get()
    assert (row.activity_id, row.project, row.organisation) == (made.pk, None, world.bureau)


def test_an_activity_of_somebody_else_is_refused(
    meeting: Activity, project: Project, world: World, programme: Programme
) -> None:
    other = chosen(world, programme, "另一课题")
    planned = units.planned(world, programme)
    for given in (
        {"organisation": world.sister, "by": world.sis}, {"project": other}, {"activity": planned},
    ):  # fmt: skip
        with pytest.raises(BadInput) as caught:
            raised(meeting, world, **given)
        assert list(caught.value.fields) == ["activity"]


def test_a_program_raises_reads_and_filters_them_the_same_way(
    meeting: Activity, project: Project, world: World, sign_in: Any
) -> None:
    client, place = sign_in(world.ben), f"/t/{world.tenant.slug}/api/v1/problems/"
    body = {
        "programme": str(meeting.programme_id), "organisation": str(world.bureau.pk),
        "activity": str(meeting.pk), "title": "入户慢",
    }  # fmt: skip
    made = client.post(place, body, "application/json")
    assert made.status_code == 201, made.content
    assert (made.json()["activity_id"], made.json()["project_id"]) == (
        str(meeting.pk), str(project.pk),
    )  # fmt: skip
    raised(meeting, world, activity=None, title="别的")
    found = client.get(f"{place}?activity={meeting.pk}").json()["results"]
    assert [row["title"] for row in found] == ["入户慢"]
    assert sign_in(world.sis).get(f"{place}?activity={meeting.pk}").json()["results"] == []
    theirs = {**body, "organisation": str(world.sister.pk)}
    assert sign_in(world.sis).post(place, theirs, "application/json").status_code == 422


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_no_more_for_more_problems(
    meeting: Activity, world: World, sign_in: Any, count: int
) -> None:
    before = [
        count_queries(sign_in(world.ben), at("activity_detail", world, meeting.pk)) for _ in "ab"
    ]
    for number in range(count):
        raised(meeting, world, title=f"问题{number}")
    after = count_queries(sign_in(world.ben), at("activity_detail", world, meeting.pk))
    assert after == before[1]
