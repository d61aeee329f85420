"""A plan that asks for other parts: what was not sent yet follows it, and nothing written is lost."""

from datetime import datetime
from typing import Any

import pytest

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.errors import RuleBroken
from programmes.actions.dossiers import change_dossier, open_dossier, revise_dossier
from programmes.actions.plans import load_plan
from programmes.actions.sendings import send_dossier
from programmes.models import Dossier, Programme
from programmes.packs.reading import read, shipped_text
from programmes.procedures import Outcome
from programmes.queries import local_day
from programmes.states import DossierState
from tests.programmes.paper_screens import again, count_queries, text_of
from tests.programmes.papers_on_their_way import act, draft, june, promoter, sent, written
from tests.world import World

GONE = "      - {key: approach, name: 工作思路, name_en: Way of working}\n"
NEW = "      - {key: measures, name: 保障措施, name_en: Measures}\n"
TRACK = "      - {key: research, name: 调研, name_en: Research}\n"


def put_in(world: World, programme: Programme, old: str, new: str, now: datetime) -> None:
    """Another version of plan 2 from that day on."""
    text = shipped_text("plan2")
    assert old in text
    changed = read(text.replace(old, new, 1))
    load_plan(programme, changed, applies_from=local_day(now), by=world.ana, now=now)


def said(**sections: str) -> dict[str, Any]:
    return {"sections": sections, "tracks": []}


def test_a_draft_is_written_and_sent_by_the_plan_in_force(
    world: World, programme: Programme
) -> None:
    paper = draft(world, programme, "implementation_plan")
    put_in(world, programme, GONE, NEW, june(11))
    with pytest.raises(RuleBroken, match="Measures"):
        send_dossier(paper, by=world.ben, now=june(12))
    told = said(guiding_ideology="如上。", goals="如上。", measures="专班推进。")
    paper = change_dossier(paper, content=told, by=world.ben, now=june(12))
    assert list(paper.content["sections"]) == ["guiding_ideology", "goals", "measures"]
    assert paper.content["former"] == [{"name": "Way of working", "text": "如上。"}]
    paper = send_dossier(paper, by=world.ben, now=june(12))
    assert paper.state == DossierState.UNDER_WAY
    assert "former" not in paper.texts.get().content


def test_the_page_offers_the_parts_of_today_and_shows_what_has_none(
    world: World, programme: Programme, sign_in: Any
) -> None:
    paper = draft(world, programme, "implementation_plan")
    put_in(world, programme, GONE, NEW, june(11))
    client = sign_in(world.ben)
    page = client.get(f"/t/teng/dossiers/{paper.pk}/").text
    form = client.get(f"/t/teng/dossiers/{paper.pk}/edit/").text
    told = client.get(f"/t/teng/api/v1/dossiers/{paper.pk}/").json()["content"]
    assert "Still to be written: Measures" in page
    assert 'name="section_measures"' in form
    assert 'name="section_approach"' not in form
    for shown in (page, form):
        assert "Written for parts that the plan has dropped" in shown
        assert "Way of working" in shown
    assert list(told["sections"]) == ["guiding_ideology", "goals", "measures"]
    assert told["former"] == [{"name": "Way of working", "text": "如上。"}]


def test_lines_of_a_timetable_that_is_gone_are_kept(world: World, programme: Programme) -> None:
    paper = draft(world, programme)
    put_in(world, programme, TRACK, "", june(11))
    paper = change_dossier(paper, title="改名", by=world.ben, now=june(12))
    assert {line["track"] for line in paper.content["tracks"]} == {
        "training", "seminars", "implementation",
    }  # fmt: skip
    assert paper.content["former"] == [{"name": "Research", "text": "2026-07-01 – 2026-07-31 一次"}]
    assert send_dossier(paper, by=world.ben, now=june(12)).state == DossierState.UNDER_WAY


@pytest.mark.rule("P2-66")
def test_a_revision_is_written_by_the_plan_of_its_day(world: World, programme: Programme) -> None:
    old = act(
        sent(world, programme, "implementation_plan"), Outcome.CONFIRMED, world.lena, june(10)
    )
    put_in(world, programme, GONE, NEW, june(11))
    again = revise_dossier(old, reason="中期反思", by=world.ben, now=june(12))
    assert list(again.content["sections"]) == ["guiding_ideology", "goals", "measures"]
    assert again.content["former"] == [{"name": "Way of working", "text": "如上。"}]
    again = send_dossier(written(again, world.ben, june(12), "新"), by=world.ben, now=june(12))
    assert act(again, Outcome.CONFIRMED, world.lena, june(15)).state == DossierState.STANDING
    assert Dossier.objects.get(pk=old.pk).state == DossierState.REPLACED


def test_what_is_on_its_way_keeps_the_plan_by_which_it_was_sent(
    world: World, programme: Programme
) -> None:
    paper = sent(world, programme)
    put_in(world, programme, TRACK, "", june(11))
    paper = act(paper, Outcome.RETURNED, promoter(world), june(12), opinion="目标要量化")
    paper = send_dossier(written(paper, world.ben, june(15), "改"), by=world.ben, now=june(15))
    assert "research" in {line["track"] for line in paper.content["tracks"]}
    assert "former" not in paper.content


def test_a_paper_that_the_plan_knows_no_more_is_not_revised(
    world: World, programme: Programme
) -> None:
    old = sent(world, programme, "training_plan")
    plan = programme.plans.get()
    kept = [row for row in plan.head["papers"] if row["kind"] != "training_plan"]
    plan.head = {**plan.head, "papers": kept}
    plan.save(update_fields=["head"])
    with pytest.raises(RuleBroken) as refused:
        revise_dossier(old, reason="再培训", by=world.ben, now=june(12))
    with pytest.raises(RuleBroken) as begun:
        open_dossier(
            programme=programme, organisation=world.bureau, kind="training_plan",
            project=old.project, by=world.ben, now=june(12),
        )  # fmt: skip
    assert (refused.value.code, begun.value.code) == ("not_in_plan", "not_in_plan")


def test_a_draft_is_offered_for_sending_by_the_plan_in_force(
    world: World, programme: Programme, sign_in: Any
) -> None:
    """One version asks for a part more than it says, the next does not."""
    paper = draft(world, programme, "implementation_plan")
    other = draft(world, programme, "system_document")
    address, client = f"/t/{world.tenant.slug}/dossiers/sent/", sign_in(world.ben)

    def offered() -> set[Any]:
        return {row.pk for row in client.get(address).context["drafts"]}

    today = database_now()
    assert offered() == {paper.pk, other.pk}
    put_in(world, programme, GONE, NEW, today)
    assert offered() == {other.pk}
    assert count_queries(client, address) <= 8
    told = said(guiding_ideology="如上。", goals="如上。", measures="专班推进。")
    change_dossier(paper, content=told, by=world.ben, now=today)
    assert offered() == {paper.pk, other.pk}


def test_what_was_typed_on_a_page_from_before_the_change_is_kept(
    world: World, programme: Programme, sign_in: Any
) -> None:
    """A part and a timetable go between opening the page and saving it; an autosave comes first."""
    paper = draft(world, programme, "project_plan")
    client, today = sign_in(world.ben), database_now()
    page = f"/t/{world.tenant.slug}/dossiers/{paper.pk}/"
    form = client.get(f"{page}edit/").context["form"]
    typed = {name: form[name].value() or "" for name in form.fields}
    line = next(name for name in typed if name.startswith("line_research_0_text"))
    put_in(world, programme, *_without_parts(), today)

    first = {**typed, "section_milestones": "先摸底", "section_measures": "专班推进。"}
    answer = client.post(f"{page}draft/", first)
    assert answer.status_code == 200
    typed |= {"section_milestones": "先摸底，后建制", line: "走访十二个乡镇", "section_poem": "诗"}
    wrong = client.post(f"{page}edit/", {**typed, "version": again(paper).version, "title": ""})
    assert wrong.status_code == 422
    for name in ("section_milestones", line):
        assert f'name="{name}" value="{typed[name]}"' in text_of(wrong)

    kept = client.post(f"{page}edit/", {**typed, "version": again(paper).version}, follow=True)

    assert "is kept with the draft and is not sent" in text_of(kept)
    former = {part["name"]: part["text"] for part in again(paper).content["former"]}
    assert list(former) == ["Milestones", "Research"]
    assert former["Milestones"] == "先摸底，后建制"
    assert former["Research"] == "2026-07-01 – 2026-07-31 走访十二个乡镇"
    assert "走访十二个乡镇" in text_of(client.get(page))


def _without_parts() -> tuple[str, str]:
    """Of the project's plan: its milestones become measures, its research has no timetable."""
    text = shipped_text("plan2")
    start, end = text.index("      - {key: milestones,"), text.index(TRACK) + len(TRACK)
    old = text[start:end]
    first, *between, _last = old.splitlines(keepends=True)
    assert "milestones" in first
    return old, "".join([NEW, *between])


def test_a_client_that_sends_a_dropped_part_is_told_which(
    world: World, programme: Programme, sign_in: Any
) -> None:
    paper, client = draft(world, programme, "implementation_plan"), sign_in(world.ben)
    put_in(world, programme, GONE, NEW, database_now())
    answer = client.patch(
        f"/t/{world.tenant.slug}/api/v1/dossiers/{paper.pk}/",
        {"content": said(goals="九成", approach="先试点")},
        content_type="application/json",
    )
    assert answer.status_code == 422
    assert answer.json()["errors"]["sections"] == (
        "The plan has no such part: approach. Its parts are: guiding_ideology、goals、measures."
    )
    assert again(paper).content == paper.content
