"""Meetings with a name of their own: experts appraise a topic, a leadership decides on what was submitted."""

from typing import Any

import pytest
from django.urls import reverse

from actionlearning.foundation.errors import BadInput
from programmes.actions.activity_logs import take_log_back
from programmes.models import Activity, Obligation, Programme
from programmes.states import ActivityKind
from reporting.actions.activity_words import HELD
from tests.handing_in import state_of
from tests.programmes.held import hold
from tests.programmes.papers_on_their_way import sent
from tests.programmes.topics import JUNE, chosen, in_state
from tests.programmes.unit_activities import held, planned
from tests.running import beijing, run_programme
from tests.world import World

DUE = beijing(7, 10, 0)
"""Twenty working days after Wednesday 10 June; Friday the 19th is the Dragon Boat Festival."""
IN_TIME, LATER = beijing(6, 25, 15), beijing(7, 1)
PACKS = [
    pytest.param("plan2", marks=pytest.mark.rule("P2-68")),
    pytest.param("plan4", marks=pytest.mark.rule("P4-30")),
]


@pytest.mark.parametrize("pack", PACKS)
def test_a_completed_topic_owes_an_appraisal_meeting_and_no_other_meeting_is_one(
    world: World, pack: str
) -> None:
    programme = run_programme(world, pack)
    project = chosen(world, programme, team=[])
    assert not Obligation.objects.filter(rule_key="appraisal").exists()

    sent(world, programme, "appraisal_report", project=project)
    owed = Obligation.objects.get(rule_key="appraisal")
    assert (owed.project_id, owed.opens_at, owed.due_at) == (project.pk, JUNE, DUE)
    hold(project, world, beijing(6, 18, 15), kind="meeting", title="项目鉴定会")
    assert (state_of(owed, LATER), state_of(owed, DUE)) == ("open", "overdue")

    made = hold(project, world, IN_TIME, kind="appraisal_meeting")
    assert (state_of(owed, LATER), state_of(owed, DUE)) == ("met", "met")
    owed.refresh_from_db()
    assert owed.met_at == made.ended_at
    take_log_back(made, by=world.ben, now=LATER)
    assert state_of(owed, DUE) == "overdue"


@pytest.mark.parametrize("pack", PACKS)
def test_experts_who_met_before_the_report_was_sent_have_met(world: World, pack: str) -> None:
    programme = run_programme(world, pack)
    project = chosen(world, programme, team=[])
    beside = chosen(world, programme, "另一课题", team=[])
    hold(project, world, beijing(6, 8, 15), kind="appraisal_meeting", now=JUNE)
    for topic in (project, beside):
        sent(world, programme, "appraisal_report", project=topic)

    mine = Obligation.objects.get(rule_key="appraisal", project=project)
    other = Obligation.objects.get(rule_key="appraisal", project=beside)
    assert (state_of(mine, LATER), state_of(other, DUE)) == ("met", "overdue")


@pytest.mark.rule("P2-68")
def test_before_a_topic_is_concluded_its_appraisal_meeting_is_asked_for(
    world: World, programme: Programme, sign_in: Any
) -> None:
    """Afterwards nothing is logged any more."""
    project = in_state(world, programme, "accepted")
    sent(world, programme, "appraisal_report", project=project)
    client = sign_in(world.lena)
    path = f"/t/{world.tenant.slug}/api/v1/projects/{project.pk}/conclusion/"
    assert [each["code"] for each in client.get(path).json()["cautions"]] == [
        "appraisal_not_logged"
    ]
    page = reverse("programmes:project_conclusion", args=[world.tenant.slug, project.pk])
    assert "nothing is logged for a concluded topic" in client.get(page).text

    hold(project, world, IN_TIME, kind="appraisal_meeting")
    assert client.get(path).json()["cautions"] == []


@pytest.mark.rule("P3-42")
def test_a_decision_meeting_is_planned_and_held_by_a_unit_and_about_a_topic(
    world: World, sign_in: Any
) -> None:
    region = run_programme(world, "plan3")
    project = chosen(world, region, team=[])
    own = planned(world, region, kind="decision_meeting", title="决策会议", contents={})
    held(own, world.ben, guests=("市委副书记",))
    of_topic = hold(project, world, IN_TIME, kind="decision_meeting", title="审议解决方案")

    told = Activity.objects.filter(kind="decision_meeting", state="held")
    assert set(told.values_list("project", flat=True)) == {None, project.pk}
    page = reverse("programmes:activity_detail", args=[world.tenant.slug, of_topic.pk])
    assert "decision meeting" in sign_in(world.ana).get(page).text
    with pytest.raises(BadInput) as caught:
        planned(world, region, kind="appraisal_meeting", contents={})
    assert "kind" in caught.value.fields


def test_an_office_has_words_for_every_kind() -> None:
    assert set(HELD) == set(ActivityKind.values)
