"""What a plan asks beside text and team: one topic after another (P3-36), the task of the year (P4-13), a year at most."""

from typing import Any

import pytest
from django.urls import reverse

from actionlearning.foundation.errors import RuleBroken
from programmes.actions.conclusions import reopen_project
from programmes.actions.projects import change_project, choose_project, decline_project
from programmes.actions.submissions import accept_project, submit_project
from programmes.models import Plan, Programme, Project, TeamMember
from tests.programmes.topics import JUNE, chosen, concluded, propose, submitted
from tests.running import run_programme
from tests.world import World


@pytest.mark.rule("P3-36")
def test_next_topic_begins_when_the_last_is_concluded(world: World) -> None:
    programme = run_programme(world, "plan3")
    first = chosen(world, programme, team=[])
    second = propose(world, programme, "第二课题")

    with pytest.raises(RuleBroken) as refused:
        choose_project(second, by=world.lena, now=JUNE)

    assert (refused.value.code, refused.value.rule) == ("one_by_one", "P3-36")
    assert "孤儿救助" in refused.value.message
    second.refresh_from_db()
    assert second.state == "candidate"
    Project.objects.filter(pk=first.pk).update(state="accepted")
    concluded(world, first)
    assert choose_project(second, by=world.lena, now=JUNE).state == "chosen"


@pytest.mark.rule("P3-36")
def test_topic_is_not_opened_again_beside_the_next(world: World) -> None:
    programme = run_programme(world, "plan3")
    first = chosen(world, programme, team=[])
    Project.objects.filter(pk=first.pk).update(state="accepted")
    concluded(world, first)
    second = choose_project(propose(world, programme, "第二课题"), by=world.lena, now=JUNE)

    with pytest.raises(RuleBroken) as refused:
        reopen_project(first, reason="未见效", by=world.lena, now=JUNE)

    assert (refused.value.code, refused.value.rule) == ("one_by_one", "P3-36")
    decline_project(second, opinion="先办完前一个", by=world.lena, now=JUNE)
    assert reopen_project(first, reason="未见效", by=world.lena, now=JUNE).state == "accepted"


@pytest.mark.rule("P3-36")
def test_choice_taken_back_lets_the_next_begin_and_candidates_stay_free(world: World) -> None:
    programme = run_programme(world, "plan3")
    first = chosen(world, programme, team=[])
    second = propose(world, programme, "第二课题")
    change_project(second, title="第二课题改", by=world.ben, now=JUNE)
    decline_project(first, opinion="条件不具备", by=world.lena, now=JUNE)

    assert choose_project(second, by=world.lena, now=JUNE).state == "chosen"


def test_order_is_data_of_the_plan(world: World, programme: Programme) -> None:
    chosen(world, programme)
    second = propose(world, programme, "第二课题")
    plan = Plan.objects.get(programme=programme)
    Plan.objects.filter(pk=plan.pk).update(
        head={**plan.head, "topics": {**plan.head["topics"], "sequential": True}}
    )

    with pytest.raises(RuleBroken) as refused:
        choose_project(second, by=world.lena, now=JUNE)

    assert refused.value.code == "one_by_one"


@pytest.mark.rule("P4-13")
def test_topic_of_the_union_names_the_task_of_the_year_it_serves(world: World) -> None:
    programme = run_programme(world, "plan4")
    project = chosen(world, programme, team=[], year_task="")

    with pytest.raises(RuleBroken) as refused:
        submit_project(project, by=world.ben, now=JUNE)

    assert "P4-13" in refused.value.rule
    assert "task of the year" in refused.value.message
    change_project(project, year_task="年末不良贷款率降到3%", by=world.ben, now=JUNE)
    with pytest.raises(RuleBroken) as later:
        submit_project(project, by=world.ben, now=JUNE)
    assert "task of the year" not in later.value.message


def test_plan_without_the_question_does_not_ask(world: World, programme: Programme) -> None:
    made = accept_project(submitted(world, programme, year_task=""), by=world.ana, now=JUNE)

    assert made.state == "accepted"


@pytest.mark.rule("P2-29")
def test_thirteen_months_are_refused_with_rule_and_remedy_on_the_page_and_by_rest(
    world: World, programme: Programme, sign_in: Any
) -> None:
    project = chosen(world, programme, months=13, months_reason="")
    members = TeamMember.objects.filter(project=project).count()
    client = sign_in(world.ben)
    version = Project.objects.get(pk=project.pk).version

    page = client.post(
        reverse("programmes:project_submission", args=[world.tenant.slug, project.pk]),
        {"version": version, "opinion": ""},
    )
    rest = client.post(f"/t/{world.tenant.slug}/api/v1/projects/{project.pk}/submission/")

    for words in (page.content.decode(), rest.content.decode()):
        assert "13" in words
        assert "say why it must take longer" in words
    assert page.status_code == rest.status_code == 409
    assert "P2-29" in page.content.decode()
    assert rest.json()["rule"] == "P2-29"
    assert TeamMember.objects.filter(project=project).count() == members
    change_project(project, months_reason="跨两个供暖季", by=world.ben, now=JUNE)
    assert submit_project(project, by=world.ben, now=JUNE).state == "submitted"


@pytest.mark.rule("P2-29")
def test_page_warns_of_thirteen_months_while_it_is_still_a_candidate(
    world: World, programme: Programme, sign_in: Any
) -> None:
    project = propose(world, programme, months=13)

    page = sign_in(world.lena).get(
        reverse("programmes:project_detail", args=[world.tenant.slug, project.pk])
    )

    words = page.content.decode()
    assert "A topic takes at most 12 months" in words
    assert "P2-29" in words
