"""What is owed after an event: laid down by the verb that makes it happen, once for each subject."""

from datetime import date, timedelta

import pytest

from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.models import Notice
from programmes.actions.activity_logs import Log, log_activity, team_on
from programmes.actions.calendars import publish_year, seed_calendar, set_day
from programmes.actions.laying import lay_down, trigger
from programmes.actions.plans import change_rule
from programmes.actions.programmes import close_programme
from programmes.actions.projects import choose_project, decline_project
from programmes.actions.sendings import take_back
from programmes.actions.submissions import accept_project, return_project, submit_project
from programmes.actions.sweeps import queue_due_notices
from programmes.actions.teams import Seat, add_member, remove_member, set_team
from programmes.models import Obligation, Programme, Project, Window
from programmes.models.evidence import Evidence
from programmes.packs.vocabulary import FIRED
from programmes.queries import local_day
from programmes.states import Presence
from tests.handing_in import state_of
from tests.programmes.activities import activity
from tests.programmes.papers_on_their_way import (
    act,
    confirmed_list,
    listed,
    promoter,
    sent,
    without_paper,
)
from tests.programmes.topics import JUNE, chosen, concluded, propose, seats, submitted
from tests.running import beijing
from tests.world import World

DUE = beijing(6, 26, 0)
"""Ten working days after Wednesday 10 June; Friday the 19th is the Dragon Boat Festival."""


def lists(programme: Programme) -> list[Obligation]:
    return list(Obligation.objects.filter(programme=programme, deliverable="team_list"))


def empty(world: World, programme: Programme, title: str = "孤儿救助"):
    return choose_project(propose(world, programme, title), by=world.lena, now=JUNE)


def test_a_chosen_topic_owes_its_list_ten_working_days_later(world, programme):
    seed_calendar(since=2026, now=JUNE)
    topic = empty(world, programme)

    (owed,) = lists(programme)

    assert (owed.organisation_id, owed.project_id) == (world.bureau.pk, topic.pk)
    assert (owed.supervisor_id, owed.opens_at, owed.due_at) == (world.county.pk, JUNE, DUE)
    assert state_of(owed, JUNE) == "open"


def test_told_twice_or_laid_again_it_is_one(world, programme):
    topic = empty(world, programme)

    assert trigger(programme, "topic_chosen", topic, JUNE + timedelta(days=9), by=world.lena) == 0
    lay_down(programme, now=beijing(7, 1))

    assert [row.due_at for row in lists(programme)] == [DUE]


def test_a_choice_that_is_taken_back_owes_nothing_more(world, programme):
    topic = empty(world, programme)

    decline_project(topic, opinion="改选他题", by=world.lena, now=beijing(6, 12))
    lay_down(programme, now=beijing(7, 1))

    (row,) = lists(programme)
    assert (row.cancelled_at, row.reason) == (beijing(6, 12), "改选他题")
    assert state_of(row, beijing(7, 1)) == "cancelled"
    topic.refresh_from_db()
    assert (topic.chosen_by, topic.chosen_at) == (None, None)


def test_each_topic_has_a_list_of_its_own_and_a_part_has_none(world, programme):
    first = propose(world, programme, "甲")
    propose(world, programme, "甲之一", parent=first)
    choose_project(first, by=world.lena, now=JUNE)
    propose(world, programme, "甲之二", parent=first)
    second = empty(world, programme, "乙")

    assert {row.project_id for row in lists(programme)} == {first.pk, second.pk}


@pytest.mark.rule("P2-32")
def test_the_list_meets_it_when_it_is_sent(world, programme):
    topic = chosen(world, programme)
    (owed,) = lists(programme)
    assert state_of(owed, JUNE) == "open"

    paper = listed(world, topic, beijing(6, 24))

    assert state_of(owed, beijing(6, 24)) == "met"
    (evidence,) = Evidence.objects.filter(obligation=owed)
    assert (evidence.kind, evidence.source) == ("dossier", paper.pk)


def test_a_team_that_met_it_before_there_was_a_paper_meets_it_once(world, programme):
    prescribed = programme.plans.get().head
    without_paper(programme, "team_list")
    topic = chosen(world, programme)
    programme.plans.update(head=prescribed)

    listed(world, Project.objects.get(pk=topic.pk), beijing(6, 24))

    (owed,) = lists(programme)
    assert (owed.met_at, owed.credited) == (JUNE, 1)


def test_where_the_plan_has_no_such_paper_the_complete_team_meets_it(world, programme):
    without_paper(programme, "team_list")
    topic = empty(world, programme)
    now = beijing(6, 24)
    *some, last = seats()

    set_team(topic, seats=some, by=world.ben, now=now)
    (owed,) = lists(programme)
    assert state_of(owed, now) == "due_soon"

    add_member(topic, seat=last, by=world.ben, now=now)
    assert state_of(owed, now) == "met"


def test_it_is_met_once_whoever_leaves_later(world, programme):
    without_paper(programme, "team_list")
    topic = empty(world, programme)
    members = set_team(topic, seats=seats(), by=world.ben, now=beijing(6, 24))
    remove_member(members[0], by=world.ben, now=beijing(6, 25))
    set_team(topic, seats=seats(), by=world.ben, now=beijing(7, 25))

    (owed,) = lists(programme)
    assert state_of(owed, beijing(7, 25)) == "met"
    assert Evidence.objects.get(obligation=owed).received_at == beijing(6, 24)


def test_a_team_built_before_the_choice_meets_it_at_once(world, programme):
    without_paper(programme, "team_list")
    chosen(world, programme)

    (owed,) = lists(programme)
    assert state_of(owed, JUNE) == "met"


def test_a_late_list_is_reminded_of(world, programme):
    empty(world, programme)
    (owed,) = lists(programme)

    queue_due_notices(now=beijing(6, 30))

    assert state_of(owed, beijing(6, 30)) == "overdue"
    told = Notice.objects.filter(about=owed.pk, kind="programmes.overdue").get()
    assert told.params["window"] == "2026-06-10"
    assert queue_due_notices(now=beijing(6, 30)) == 0


def after(world: World, programme: Programme, name: str, **more):
    """Plan 2 with the review of plans waiting for `name` instead."""
    changes = {"enabled": True, "note": None, "after": name, **more}
    return change_rule(
        programme, "plan_review", changes, applies_from=date(2026, 6, 2), by=world.ana,
        now=beijing(6, 2),
    )  # fmt: skip


@pytest.mark.parametrize("owed_by", ["unit", "owner_office"])
@pytest.mark.parametrize("name", FIRED)
def test_every_trigger_is_set_off_by_its_verb(world, programme, name, owed_by):
    after(world, programme, name, owed_by=owed_by)
    debtor = world.bureau if owed_by == "unit" else world.county

    topic = accept_project(submitted(world, programme), by=world.ana, now=JUNE)
    confirmed_list(world, topic)
    act(sent(world, programme, project=topic), "approved", promoter(world), JUNE)
    engage(world, Project.objects.get(pk=topic.pk))
    survey(world, Project.objects.get(pk=topic.pk))
    solution = sent(world, programme, "solution_report", project=topic)
    take_back(solution, reason="另行报送", by=world.ben, now=JUNE)
    results = sent(world, programme, "appraisal_report", project=topic)
    take_back(results, reason="另行报送", by=world.ben, now=JUNE)
    concluded(world, Project.objects.get(pk=topic.pk))

    (owed,) = Obligation.objects.filter(rule_key="plan_review")
    assert (owed.organisation_id, owed.due_at) == (debtor.pk, DUE)


def survey(world: World, topic: Project) -> None:
    made = activity(topic, world, kind="survey", first_day=date(2026, 6, 10), title="家庭走访")
    everybody = {row.pk: Presence.PRESENT for row in team_on(topic, JUNE)}
    log = Log(began_at=JUNE - timedelta(hours=2), ended_at=JUNE, presence=everybody)
    log_activity(made, log, by=world.ben, now=JUNE)


def engage(world: World, topic: Project, name: str = "专家", now=JUNE):
    return add_member(topic, seat=Seat(role="observer", name=name), by=world.ben, now=now)


def plans_of_training() -> list[Obligation]:
    return list(Obligation.objects.filter(rule_key="training_plan").order_by("due_at"))


@pytest.mark.rule("P2-57", "P2-56", "P2-37")
def test_an_expert_in_the_team_asks_for_a_training_plan_within_five_working_days(world, programme):
    seed_calendar(since=2026, now=JUNE)
    topic = chosen(world, programme)
    assert plans_of_training() == []

    engage(world, Project.objects.get(pk=topic.pk))
    engage(world, Project.objects.get(pk=topic.pk), "另一位专家", beijing(6, 15))

    (owed,) = plans_of_training()
    assert (owed.project_id, owed.opens_at, owed.due_at) == (topic.pk, JUNE, beijing(6, 18, 0))
    sent(world, programme, "training_plan", project=topic)
    assert state_of(owed, JUNE) == "met"


def test_who_engages_an_expert_for_a_candidate_owes_the_plan_once_it_is_chosen(world, programme):
    topic = propose(world, programme)
    set_team(topic, seats=seats(6, observer=1), by=world.ben, now=JUNE)
    assert plans_of_training() == []

    choose_project(Project.objects.get(pk=topic.pk), by=world.lena, now=beijing(6, 12))

    (owed,) = plans_of_training()
    assert owed.opens_at == beijing(6, 12)


def test_a_team_without_expert_owes_no_training_plan(world, programme):
    topic = chosen(world, programme)
    set_team(topic, seats=seats(7), by=world.ben, now=beijing(6, 12))
    assert plans_of_training() == []


def test_submitted_again_asks_for_nothing_new(world, programme):
    after(world, programme, "topic_submitted")
    topic = return_project(
        submitted(world, programme), opinion="补充", by=world.ana, now=beijing(6, 11)
    )

    submit_project(topic, by=world.ben, now=beijing(6, 12))

    assert Obligation.objects.filter(rule_key="plan_review").count() == 1


def test_two_topics_ask_twice(world, programme):
    after(world, programme, "topic_submitted", owed_by="owner_office")
    submitted(world, programme, "甲")
    submitted(world, programme, "乙")

    assert Obligation.objects.filter(rule_key="plan_review").count() == 2


def test_a_trigger_nobody_sets_off_cannot_be_switched_on(world, programme):
    with pytest.raises(BadInput, match="appraisal_held"):
        after(world, programme, "appraisal_held")


def test_a_closed_programme_lays_nothing_down(world, programme):
    topic = propose(world, programme)
    closed = close_programme(programme, by=world.ana, now=JUNE)

    assert trigger(closed, "topic_chosen", topic, JUNE, by=world.ana) == 0


def test_a_new_rest_day_moves_what_an_event_asked_for(world, programme):
    topic = empty(world, programme)
    set_day(scope="CN", day=date(2026, 6, 24), kind="rest", name="补休", by=world.ana, now=JUNE)

    moved = publish_year(scope="CN", year=2026, source="更正", by=world.ana, now=JUNE)

    (owed,) = lists(programme)
    assert len(moved) == 1
    assert "2026-06-25 → 2026-06-26" in moved[0]
    assert (owed.project_id, local_day(owed.due_at)) == (topic.pk, date(2026, 6, 27))
    assert Window.objects.get(pk=owed.window_id).opens_at == JUNE
