"""Special surveys of plan 1: one or two before December, each with its report, which is what makes it count."""

from datetime import datetime
from typing import Any

import pytest

from programmes.actions.activity_logs import log_activity, take_log_back
from programmes.actions.laying import lay_down_all
from programmes.actions.project_counts import counts_of
from programmes.actions.sendings import send_dossier, take_back
from programmes.models import Dossier, Obligation, Programme, Project, Window
from tests.programmes.held import hold, told
from tests.programmes.papers_on_their_way import draft
from tests.programmes.topics import chosen
from tests.running import beijing, run_programme
from tests.world import World

HELD = beijing(7, 6, 9)


@pytest.fixture
def project(world: World) -> Project:
    """A topic of the bureau in plan 1; nobody checks its team."""
    made = chosen(world, run_programme(world, "plan1"), team=[])
    lay_down_all(now=beijing(7, 1, 9))
    return made


@pytest.fixture
def programme(project: Project) -> Programme:
    return project.programme


def survey(project: Project, world: World, began: datetime = HELD, **given: Any) -> Any:
    return hold(project, world, began, kind="survey", **given)


def report(project: Project, world: World, now: datetime) -> Dossier:
    paper = draft(world, project.programme, "special_survey_report", project=project)
    return send_dossier(paper, by=world.ben, now=now)


def asked(world: World) -> Obligation:
    return Obligation.objects.get(organisation=world.bureau, rule_key="special_survey")


def reports_owed() -> list[Obligation]:
    return list(Obligation.objects.filter(rule_key="survey_report").order_by("opens_at"))


@pytest.mark.rule("P1-40", "P1-41")
def test_a_survey_counts_once_its_report_is_there(project: Project, world: World) -> None:
    made = survey(project, world)
    (owed,) = reports_owed()
    assert (asked(world).credited, owed.opens_at, owed.met_at) == (0, made.ended_at, None)
    assert owed.due_at == beijing(7, 21, 0)  # ten working days after 6 July

    sent = beijing(7, 17, 9)
    report(project, world, sent)
    assert (asked(world).credited, asked(world).met_at) == (1, sent)
    assert reports_owed()[0].met_at == sent


@pytest.mark.rule("P1-40")
def test_before_its_report_the_page_says_what_is_missing(project: Project, world: World) -> None:
    survey(project, world)
    (count,) = counts_of(project, now=beijing(7, 8))
    assert [entry.shortfalls for entry in count.entries] == [("report_sent",)]
    assert (count.short, count.red) == (1, False)
    (later,) = counts_of(project, now=beijing(12, 1))
    assert later.red


@pytest.mark.rule("P1-41")
def test_two_surveys_owe_two_reports_each_of_its_own(project: Project, world: World) -> None:
    survey(project, world)
    survey(project, world, beijing(7, 20, 9))
    assert [row.met_at for row in reports_owed()] == [None, None]

    first, second = beijing(7, 27, 9), beijing(7, 28, 9)
    report(project, world, first)
    assert ([row.met_at for row in reports_owed()], asked(world).credited) == ([first, None], 1)
    report(project, world, second)
    assert ([row.met_at for row in reports_owed()], asked(world).credited) == ([first, second], 2)


@pytest.mark.rule("P1-40")
def test_a_third_one_is_more_than_asked_for(project: Project, world: World) -> None:
    for number in range(3):
        survey(project, world, beijing(7, 6 + number, 9))
        report(project, world, beijing(7, 13 + number, 9))
    (count,) = counts_of(project, now=beijing(8, 1))
    assert (count.duty.credited, count.over, count.duty.state) == (3, 1, "met")


def test_a_report_that_was_taken_back_counts_no_more(project: Project, world: World) -> None:
    survey(project, world)
    paper = report(project, world, beijing(7, 17, 9))
    take_back(paper, reason="数据有误", by=world.ben, now=beijing(7, 17, 10))
    assert (asked(world).credited, reports_owed()[0].met_at) == (0, None)


def test_a_report_that_came_before_the_log_is_found(project: Project, world: World) -> None:
    sent = beijing(7, 9, 9)
    report(project, world, sent)
    assert (reports_owed(), asked(world).credited) == ([], 0)

    survey(project, world, now=beijing(7, 9, 18))
    assert (reports_owed()[0].met_at, asked(world).credited) == (sent, 1)


def test_a_report_sent_before_a_survey_began_is_not_its_report(
    project: Project, world: World
) -> None:
    report(project, world, beijing(7, 3, 9))
    survey(project, world)
    assert (reports_owed()[0].met_at, asked(world).credited) == (None, 0)


def test_taken_back_a_survey_owes_no_report_and_logged_again_one_from_its_new_day(
    project: Project, world: World
) -> None:
    made = survey(project, world)
    back = take_log_back(made, by=world.ben, now=beijing(7, 7, 9))
    assert reports_owed() == []

    day = beijing(7, 8, 9)
    again = log_activity(back, told(project, day), by=world.ben, now=beijing(7, 8, 18))
    log_activity(again, told(project, day, venue="乡镇"), by=world.ben, now=beijing(7, 8, 19))
    (owed,) = reports_owed()
    assert owed.opens_at == again.ended_at
    assert Window.objects.filter(rule__key="survey_report").count() == 1


@pytest.mark.rule("P1-40")
def test_held_in_december_it_counts_late(project: Project, world: World) -> None:
    survey(project, world, beijing(12, 2, 9))
    sent = beijing(12, 9, 9)
    report(project, world, sent)
    row = Obligation.objects.filter(pk=asked(world).pk).with_state(beijing(12, 10)).get()
    assert (row.state, row.met_at) == ("met_late", sent)
