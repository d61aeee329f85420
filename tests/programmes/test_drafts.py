"""A draft before it is sent: what it begins with, and how it reaches whoever may send it."""

from datetime import date
from typing import Any

from actionlearning.foundation.models import Notice
from programmes.actions.dossiers import change_dossier, open_dossier
from programmes.actions.milestones import add_milestone
from programmes.actions.sendings import send_dossier
from programmes.models import Dossier, Programme
from tests.programmes.paper_screens import again, at
from tests.programmes.papers_on_their_way import june, written
from tests.programmes.topics import JUNE, chosen
from tests.world import World


def begun(world: World, programme: Programme, by: Any, **given: Any) -> Dossier:
    facts = {"kind": "support_request", **given}
    return open_dossier(
        programme=programme, organisation=world.bureau, by=by, now=JUNE, **facts
    )  # fmt: skip


def told(paper: Dossier) -> list[Any]:
    rows = Notice.objects.filter(kind="programmes.dossier_ready", about=paper.pk)
    return list(rows.filter(retracted_at=None).order_by("recipient__login"))


def listed(world: World, client: Any) -> list[Any]:
    return [row.pk for row in client.get(at("dossier_sent", world)).context["drafts"]]


def test_a_liaison_s_finished_draft_reaches_those_who_send(
    world: World, programme: Programme, sign_in: Any
) -> None:
    paper = begun(world, programme, world.liu)
    change_dossier(paper, content={"sections": {"matter": "申请"}}, by=world.liu, now=JUNE)
    assert (told(paper), listed(world, sign_in(world.ben))) == ([], [])

    written(again(paper), world.liu)
    written(again(paper), world.liu, mark="再改")

    rows = told(paper)
    assert [row.recipient for row in rows] == [world.ben, world.dora]
    assert rows[0].address == at("dossier_detail", world, paper.pk)
    assert rows[0].params["writer"] == world.liu.display_name
    assert listed(world, sign_in(world.ben)) == [paper.pk]
    page = sign_in(world.ben).get(at("dossier_sent", world)).content.decode()
    assert paper.title in page
    for user in (world.ana, world.sis):
        assert listed(world, sign_in(user)) == []
    assert sign_in(world.liu).get(at("dossier_sent", world)).status_code == 404

    send_dossier(again(paper), by=world.ben, now=june(11))
    assert (told(paper), listed(world, sign_in(world.ben))) == ([], [])


def test_whoever_sends_is_told_nothing_of_his_own_draft(world: World, programme: Programme) -> None:
    paper = written(begun(world, programme, world.ben), world.ben)
    assert told(paper) == []


def test_a_plan_s_draft_begins_with_the_milestones_of_its_topic(
    world: World, programme: Programme
) -> None:
    topic = chosen(world, programme)
    for title, day in (("印发办法", date(2026, 9, 30)), ("完成摸底", date(2026, 7, 31))):
        add_milestone(topic, title=title, due_on=day, by=world.ben, now=JUNE)
    paper = begun(world, programme, world.ben, kind="project_plan", project=topic)
    said = "2026年7月31日前：完成摸底\n2026年9月30日前：印发办法"
    assert paper.content["sections"]["milestones"] == said

    changed = {**paper.content, "sections": {**paper.content["sections"], "milestones": "另行安排"}}
    paper = change_dossier(paper, content=changed, by=world.ben, now=JUNE)
    assert paper.content["sections"]["milestones"] == "另行安排"
