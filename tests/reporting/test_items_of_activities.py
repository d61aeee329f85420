"""Logged once: it meets the duty, fills the files, becomes the minutes, the item's draft and a line of the basket."""

import re
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.urls import reverse
from docx import Document

from actionlearning.foundation.errors import NotAllowed, RuleBroken
from actionlearning.foundation.models import AuditEvent
from groups.models import Person
from programmes.actions.laying import lay_down
from programmes.actions.photos import add_photos
from programmes.actions.submissions import submit_project
from programmes.models import Activity, NextStep, Obligation, Programme, Project, TeamMember
from programmes.queries.learners import file_of
from reporting.actions.from_activities import draft_from_activity
from reporting.actions.items import adopt_item, sign_item, submit_item
from reporting.models import InformationItem
from reporting.queries import basket_of
from tests.programmes.activities import activity
from tests.programmes.at_the_door import clock, pictures
from tests.programmes.paper_screens import count_queries
from tests.programmes.topics import JUNE, chosen, seats
from tests.running import beijing
from tests.world import World

AFTER = beijing(9, 8, 18)
TITLE, PLACE, MINUTES = "怎样让探访坚持下去", "县民政局二楼会议室", "先说事实，再说办法，定下三条。"
STEPS = ("起草探访规程", "落实补助经费", "培训探访员")
TYPED = {
    "day": "2026-09-08", "begins": "15:00", "ends": "17:00", "venue": PLACE,
    "methods": ["brainstorming"], "modes": ["discussion"], "minutes": MINUTES,
    "guests": "村委会主任", "questions": "", "reflections": "",
}  # fmt: skip


@pytest.fixture
def project(world: World, programme: Programme) -> Project:
    """Liu of the roster is its liaison officer."""
    liu = Person.objects.get(user=world.liu)
    team = [
        replace(seat, person=liu, name="") if seat.role == "liaison" else seat for seat in seats()
    ]
    made = submit_project(chosen(world, programme, team=team), by=world.ben, now=JUNE)
    lay_down(programme, now=beijing(9, 1, 9))
    return made


def logged(project: Project, world: World, sign_in: Any, monkeypatch: Any) -> Activity:
    """Through the form: the only place where anything of it is typed."""
    clock(monkeypatch, AFTER)
    planned = activity(project, world, TITLE, kind="core_seminar", first_day=AFTER.date())
    team = list(TeamMember.objects.filter(project=project).order_by("rank"))
    form = {**TYPED, "version": planned.version}
    form |= {f"presence_{row.pk}": "present" for row in team}
    for number, text in enumerate(STEPS, 1):
        due = (AFTER + timedelta(days=7 * number)).date()
        form |= {
            f"step_{number}_text": text,
            f"step_{number}_owner": str(team[number].pk),
            f"step_{number}_due": due.isoformat(),
        }
    address = reverse("programmes:activity_log", args=[world.tenant.slug, planned.pk])
    answer = sign_in(world.ben).post(address, form)
    assert answer.status_code == 302, answer.content.decode()
    found: Activity = Activity.objects.get(pk=planned.pk)
    return found


def drafted(made: Activity, world: World, sign_in: Any) -> InformationItem:
    """One tap; nothing is typed."""
    address = reverse("reporting:activity_item", args=[world.tenant.slug, made.pk])
    answer = sign_in(world.ben).post(address)
    item: InformationItem = InformationItem.objects.get(activity=made)
    assert answer["Location"] == reverse("reporting:item_edit", args=[world.tenant.slug, item.pk])
    return item


@pytest.mark.rule("P2-53")
def test_no_field_is_typed_twice(
    world: World, project: Project, sign_in: Any, monkeypatch: Any, office: Any
) -> None:
    made = logged(project, world, sign_in, monkeypatch)
    add_photos(made, uploads=pictures(1), by=world.ben, now=AFTER)
    typed_again: list[str] = []

    duty = Obligation.objects.get(
        project=project, rule_key="project_seminars", window_key="2026-09"
    )
    assert duty.credited == 1
    file = file_of(Person.objects.get(user=world.liu), ())
    assert ([row.activity for row in file.sessions], file.in_sessions) == ([made], 2)

    wanted = [TITLE, PLACE, "头脑风暴法", MINUTES, *STEPS, "村委会主任", "9月8日"]
    item = drafted(made, world, sign_in)
    edit = reverse("reporting:item_edit", args=[world.tenant.slug, item.pk])
    shown = sign_in(world.ben).get(edit).context["form"]
    typed_again += [
        name for name in ("kind", "title", "body", "event_date") if not shown[name].value()
    ]
    typed_again += [word for word in wanted if word not in item.title + item.body]
    assert (item.project, item.event_date) == (project, AFTER.date())
    assert item.attachments.count() == 1

    paper = reverse("programmes:activity_minutes_docx", args=[world.tenant.slug, made.pk])
    minutes = words_of(sign_in(world.ben).get(paper).content)
    typed_again += [word for word in (TITLE, PLACE, MINUTES, *STEPS) if word not in minutes]

    signed = sign_item(item, by=world.dora, now=AFTER)
    sent = submit_item(signed, by=world.ben, now=AFTER, truthful=True)
    adopt_item(sent, by=world.ana, now=AFTER)
    (row,) = basket_of(office.series)
    assert row.activity_id == made.pk
    assert typed_again == []
    assert NextStep.objects.filter(activity=made).count() == len(STEPS)


def words_of(content: bytes) -> str:
    paper = Document(BytesIO(content))
    told = [line.text for line in paper.paragraphs]
    told += [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return "\n".join(told)


def test_a_second_time_leads_to_the_draft(
    world: World, project: Project, sign_in: Any, monkeypatch: Any
) -> None:
    made = logged(project, world, sign_in, monkeypatch)
    page = reverse("programmes:activity_detail", args=[world.tenant.slug, made.pk])
    offer = reverse("reporting:activity_item", args=[world.tenant.slug, made.pk])
    assert offer in sign_in(world.ben).get(page).content.decode()
    assert offer not in sign_in(world.ana).get(page).content.decode()

    first, second = (drafted(made, world, sign_in) for _ in range(2))

    assert first == second
    shown = sign_in(world.ben).get(page).content.decode()
    there = reverse("reporting:item_detail", args=[world.tenant.slug, first.pk])
    assert there in shown
    assert offer not in shown
    assert there not in sign_in(world.ana).get(page).content.decode()  # a draft is the unit's own
    assert AuditEvent.objects.filter(action="item.drafted", target=first.pk).count() == 1
    assert page in sign_in(world.ben).get(there).content.decode()


def test_the_page_of_the_activity_says_how_far_its_item_has_come(
    world: World, project: Project, sign_in: Any, monkeypatch: Any
) -> None:
    """Draft, submitted, adopted; whoever may act next is one tap away from it, and nobody else."""
    made = logged(project, world, sign_in, monkeypatch)
    page = reverse("programmes:activity_detail", args=[world.tenant.slug, made.pk])
    count_queries(sign_in(world.ana), page)  # the first one also looks for the tenant
    without = count_queries(sign_in(world.ana), page)
    item = drafted(made, world, sign_in)
    there = reverse("reporting:item_detail", args=[world.tenant.slug, item.pk])

    def seen(user: Any) -> tuple[list[str], str]:
        text = " ".join(sign_in(user).get(page).content.decode().split())
        stones = re.findall(r"breadcrumb-item \"> <svg.*?</svg> (\w+) </li>", text)
        acts = re.findall(rf"{there}#next\">.*?</svg> ([^<]*)</a>", text)
        return stones, "".join(acts).strip()

    assert seen(world.dora) == (["drafted"], "Read it and sign it off")
    signed = sign_item(item, by=world.dora, now=AFTER)
    assert seen(world.ben) == (["drafted"], "Submit it")
    sent = submit_item(signed, by=world.ben, now=AFTER, truthful=True)
    assert seen(world.ana) == (["drafted", "submitted"], "Read it and adopt it")
    assert seen(world.ben) == (["drafted", "submitted"], "")
    address = reverse("reporting:item_adoption", args=[world.tenant.slug, item.pk])
    assert 'id="next"' in sign_in(world.ana).get(there).content.decode()
    assert sign_in(world.ana).post(address, {"version": sent.version}).status_code == 302
    assert seen(world.ana) == (["drafted", "submitted", "adopted"], "")
    assert "ready for the office" in sign_in(world.ana).get(page).content.decode()
    assert count_queries(sign_in(world.ana), page) <= without + 1  # whether it is printed
    api = f"/t/{world.tenant.slug}/api/v1/information-items/?activity={made.pk}"
    (row,) = sign_in(world.ben).get(api).json()["results"]
    assert (row["id"], row["state"]) == (str(item.pk), "adopted")
    none = api.replace(str(made.pk), str(item.pk))
    assert sign_in(world.ben).get(none).json()["results"] == []


def test_what_was_not_logged_is_not_told_and_strangers_are_refused(
    world: World, project: Project, sign_in: Any, monkeypatch: Any
) -> None:
    planned = activity(project, world, TITLE, kind="core_seminar", first_day=AFTER.date())
    with pytest.raises(RuleBroken) as refused:
        draft_from_activity(planned, by=world.ben, now=AFTER)
    assert refused.value.code == "not_held"
    with pytest.raises(NotAllowed):
        draft_from_activity(planned, by=world.ana, now=AFTER)
    clock(monkeypatch, AFTER)
    offer = reverse("reporting:activity_item", args=[world.tenant.slug, planned.pk])
    assert sign_in(world.sis).post(offer).status_code == 404
    assert "log what was held first" in sign_in(world.ben).post(offer, follow=True).content.decode()


def test_programs_have_it_drafted_too(
    world: World, project: Project, sign_in: Any, monkeypatch: Any
) -> None:
    made = logged(project, world, sign_in, monkeypatch)
    address = f"/t/{world.tenant.slug}/api/v1/information-items/from-activity/"
    client = sign_in(world.ben)
    first = client.post(address, {"activity": str(made.pk)}, content_type="application/json")
    again = client.post(address, {"activity": str(made.pk)}, content_type="application/json")
    assert (first.status_code, first.json()["activity"]) == (201, str(made.pk))
    assert first.json()["id"] == again.json()["id"]
    other = sign_in(world.sis)
    lost = other.post(address, {"activity": str(made.pk)}, content_type="application/json")
    assert lost.status_code == 404
