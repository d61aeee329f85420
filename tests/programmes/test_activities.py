"""What teams mean to do: proposed by the plan in effect, taken up, changed, dropped, found in lists."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken, Stale
from actionlearning.foundation.models import AuditEvent
from programmes.actions.activities import (
    change_activity,
    drop,
    propose_activities,
    take_up,
    take_up_all,
)
from programmes.actions.dossiers import revise_dossier
from programmes.actions.sendings import send_dossier
from programmes.models import Activity, Dossier, Programme, Project
from programmes.queries import local_day
from programmes.states import ActivityKind, ActivityState
from tests.programmes.activities import LINES, activity, planned, timed
from tests.programmes.paper_screens import again, at, count_queries, leader, text_of
from tests.programmes.papers_on_their_way import act, draft, june, promoter, sent
from tests.programmes.topics import JUNE, chosen
from tests.world import World

SPREAD = ("implementation", "2026-10-01", "2026-10-02", "推广")


def told() -> list[tuple[str, str, str, bool]]:
    rows = Activity.objects.order_by("first_day", "id")
    return [(row.title, row.kind, row.state, row.gone_at is not None) for row in rows]


# -- proposed by the plan ------------------------------------------------------------------------------


@pytest.mark.rule("P2-46")
def test_the_timetable_of_an_approved_plan_becomes_activities(
    world: World, programme: Programme
) -> None:
    paper = timed(draft(world, programme), world, *LINES)
    send_dossier(paper, by=world.ben, now=JUNE)
    assert told() == []

    act(again(paper), "approved", promoter(world), june(12))

    assert told() == [
        ("方法技能培训班", ActivityKind.TRAINING, ActivityState.PROPOSED, False),
        ("入户摸底", ActivityKind.RESEARCH, ActivityState.PROPOSED, False),
        ("核心学员研讨会", ActivityKind.CORE_SEMINAR, ActivityState.PROPOSED, False),
        ("五个乡镇试点", ActivityKind.IMPLEMENTATION, ActivityState.PROPOSED, False),
    ]
    first = Activity.objects.order_by("first_day")[0]
    assert (first.first_day, first.last_day) == (date(2026, 7, 13), date(2026, 7, 15))
    assert (first.project, first.dossier, first.track) == (paper.project, paper, "training")
    assert (first.organisation, first.supervisor) == (world.bureau, world.county)
    assert AuditEvent.objects.filter(action="activity.proposed").count() == 1


@pytest.mark.rule("P2-66")
def test_a_revision_proposes_only_what_changed(world: World, programme: Programme) -> None:
    pro = promoter(world)
    paper = planned(world, programme, pro)
    training, research, seminar, _pilot = Activity.objects.order_by("first_day")
    take_up(training, by=world.ben, now=june(15))
    drop(seminar, reason="并入试点", by=world.ben, now=june(15))
    later = revise_dossier(paper, reason="反思改进", by=world.ben, now=june(16))
    moved = ("research", "2026-07-22", "2026-07-31", "入户摸底")

    timed(later, world, LINES[0], moved, LINES[2], SPREAD)
    act(send_dossier(again(later), by=world.ben, now=june(16)), "approved", pro, june(17))

    assert told() == [
        ("方法技能培训班", ActivityKind.TRAINING, ActivityState.PLANNED, False),
        ("入户摸底", ActivityKind.RESEARCH, ActivityState.PROPOSED, True),
        ("入户摸底", ActivityKind.RESEARCH, ActivityState.PROPOSED, False),
        ("核心学员研讨会", ActivityKind.CORE_SEMINAR, ActivityState.DROPPED, False),
        ("五个乡镇试点", ActivityKind.IMPLEMENTATION, ActivityState.PROPOSED, True),
        ("推广", ActivityKind.IMPLEMENTATION, ActivityState.PROPOSED, False),
    ]
    research.refresh_from_db()
    assert research.gone_at == june(17)


def test_what_comes_back_into_the_plan_is_no_longer_marked(
    world: World, programme: Programme
) -> None:
    pro = promoter(world)
    paper = planned(world, programme, pro)
    for day, last in ((16, SPREAD), (18, LINES[3])):
        later = revise_dossier(again(paper), reason="改", by=world.ben, now=june(day))
        timed(later, world, *LINES[:3], last)
        sent_on = send_dossier(again(later), by=world.ben, now=june(day))
        paper = act(sent_on, "approved", pro, june(day + 1))

    gone = {row.title: row.gone_at is not None for row in Activity.objects.all()}
    assert gone["五个乡镇试点"] is False
    assert gone["推广"] is True


def test_asked_again_nothing_changes(world: World, programme: Programme) -> None:
    paper = planned(world, programme, promoter(world))
    before = list(Activity.objects.order_by("id").values())

    assert propose_activities(paper, by=world.ben, now=june(20)) == 0
    assert list(Activity.objects.order_by("id").values()) == before


def test_two_lines_that_say_the_same_are_one(world: World, programme: Programme) -> None:
    planned(world, programme, promoter(world), *LINES, LINES[0])

    assert len(told()) == 4


def test_a_paper_without_timetable_proposes_nothing(world: World, programme: Programme) -> None:
    paper = planned(world, programme, promoter(world))
    before = told()
    sent(world, programme, "solution_report", project=paper.project)

    assert told() == before
    assert AuditEvent.objects.filter(action="activity.proposed").count() == 1


EVENING = ("training", "2026-08-11", "2026-08-11", "新学员夜校")


def trained(world: World, programme: Programme, project: Project, *lines: Any) -> Dossier:
    """A training plan stands as soon as it is sent: the filing holds nobody up."""
    paper = draft(world, programme, "training_plan", project=project)
    return send_dossier(timed(paper, world, *lines), by=world.ben, now=june(15))


@pytest.mark.rule("P2-46", "P2-57")
def test_the_timetable_of_a_training_plan_is_proposed_beside_that_of_the_project_plan(
    world: World, programme: Programme
) -> None:
    """What both say is proposed once, and neither takes the other's lines away."""
    plan = planned(world, programme, promoter(world))
    paper = trained(world, programme, plan.project, LINES[0], EVENING)

    assert [row[:1] + row[3:] for row in told()] == [
        ("方法技能培训班", False), ("入户摸底", False), ("新学员夜校", False),
        ("核心学员研讨会", False), ("五个乡镇试点", False),
    ]  # fmt: skip
    evening = Activity.objects.get(title="新学员夜校")
    assert (evening.dossier, evening.kind) == (paper, ActivityKind.TRAINING)


@pytest.mark.rule("P2-66")
def test_a_line_is_gone_when_no_paper_of_the_topic_has_it_any_more(
    world: World, programme: Programme
) -> None:
    pro = promoter(world)
    plan = planned(world, programme, pro)
    paper = trained(world, programme, plan.project, LINES[0], EVENING)
    later = revise_dossier(again(plan), reason="反思改进", by=world.ben, now=june(16))
    instead = ("training", "2026-07-27", "2026-07-29", "促进师培训班")
    timed(later, world, instead, *LINES[1:])
    act(send_dossier(again(later), by=world.ben, now=june(16)), "approved", pro, june(17))
    shared = Activity.objects.get(title="方法技能培训班")
    assert (shared.gone_at, shared.dossier) == (None, paper)

    mended = revise_dossier(again(paper), reason="合并", by=world.ben, now=june(18))
    send_dossier(timed(mended, world, EVENING), by=world.ben, now=june(18))

    gone = Activity.objects.exclude(gone_at=None).values_list("title", "gone_at")
    assert list(gone) == [("方法技能培训班", june(18))]


# -- verbs ---------------------------------------------------------------------------------------------


@pytest.fixture
def topic(world: World, programme: Programme) -> Project:
    return chosen(world, programme)


def test_one_added_by_hand_is_taken_up_at_once(world: World, topic: Project) -> None:
    made = activity(topic, world)

    assert (made.state, made.decided_by, made.dossier) == (ActivityState.PLANNED, world.ben, None)
    assert made.last_day == made.first_day


def test_by_hand_it_does_not_last_for_ever(world: World, topic: Project, sign_in: Any) -> None:
    page = at("activity_new", world, topic.pk)
    typed = {
        "kind": "research", "title": "入户摸底", "first_day": "2026-07-01", "last_day": "2090-01-01",
    }  # fmt: skip
    refused = sign_in(world.ben).post(page, typed)
    assert refused.status_code == 422
    assert "At most 31 days" in text_of(refused)
    assert "入户摸底" in text_of(refused)
    assert sign_in(world.ben).post(page, {**typed, "last_day": "2026-08-01"}).status_code == 302


def test_a_long_line_of_the_timetable_is_moved_and_not_made_longer(
    world: World, programme: Programme
) -> None:
    planned(world, programme, promoter(world))
    pilot = Activity.objects.get(title="五个乡镇试点")
    week = {"first_day": date(2026, 9, 8), "last_day": date(2026, 11, 20)}
    pilot = change_activity(pilot, title="乡镇试点", **week, by=world.ben, now=june(20))
    with pytest.raises(BadInput) as caught:
        change_activity(pilot, last_day=date(2026, 11, 21), by=world.ben, now=june(20))
    assert set(caught.value.fields) == {"last_day"}
    assert (
        change_activity(pilot, last_day=date(2026, 9, 30), by=world.ben, now=june(20)).version == 3
    )


def test_two_by_hand_may_say_the_same(world: World, topic: Project) -> None:
    assert activity(topic, world).pk != activity(topic, world).pk


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "长" * 301}, "title"),
        ({"kind": "sleeping"}, "kind"),
        ({"last_day": date(2026, 6, 19)}, "last_day"),
        ({"first_day": None}, "first_day"),
    ],
)
def test_what_makes_no_activity_is_refused(
    world: World, topic: Project, wrong: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        activity(topic, world, **wrong)

    assert set(refused.value.fields) == {field}


def test_only_the_unit_s_people_plan_its_activities(world: World, topic: Project) -> None:
    made = activity(topic, world)
    given = {"by": world.ana, "now": JUNE}

    for attempt in (
        lambda: activity(topic, world, by=world.ana),
        lambda: change_activity(made, title="改", **given),
        lambda: drop(made, reason="不办", **given),
        lambda: take_up_all(topic, **given),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_a_topic_that_is_not_chosen_plans_nothing(world: World, topic: Project) -> None:
    Project.objects.filter(pk=topic.pk).update(state="declined")

    with pytest.raises(RuleBroken) as refused:
        activity(Project.objects.get(pk=topic.pk), world)

    assert refused.value.code == "wrong_state"


def test_dropped_with_a_reason_and_taken_up_again(world: World, topic: Project) -> None:
    made = activity(topic, world)
    with pytest.raises(BadInput):
        drop(made, reason=" ", by=world.ben, now=JUNE)

    dropped = drop(made, reason="学员外出", by=world.ben, now=JUNE)
    assert (dropped.state, dropped.reason) == (ActivityState.DROPPED, "学员外出")
    with pytest.raises(RuleBroken):
        change_activity(dropped, title="改", by=world.ben, now=JUNE)
    with pytest.raises(RuleBroken):
        drop(dropped, reason="再", by=world.ben, now=JUNE)

    back = take_up(dropped, by=world.ben, now=june(11))
    assert (back.state, back.reason) == (ActivityState.PLANNED, "")
    with pytest.raises(RuleBroken):
        take_up(back, by=world.ben, now=june(11))


def test_a_change_over_somebody_else_s_is_refused(world: World, topic: Project) -> None:
    made = activity(topic, world)
    change_activity(
        made, title="改期", first_day=date(2026, 6, 22), last_day=None, by=world.ben, now=JUNE
    )

    with pytest.raises(Stale):
        change_activity(made, title="又改", by=world.ben, now=JUNE, seen=1)
    assert Activity.objects.get().title == "改期"


def test_everything_the_plan_still_has_is_taken_up_at_once(
    world: World, programme: Programme
) -> None:
    paper = planned(world, programme, promoter(world))
    first = Activity.objects.order_by("first_day")[0]
    Activity.objects.filter(pk=first.pk).update(gone_at=june(13))

    assert take_up_all(paper.project, by=world.ben, now=june(15)) == 3
    assert Activity.objects.filter(state=ActivityState.PROPOSED).get() == first


# -- screens -------------------------------------------------------------------------------------------

READERS = {"ana": 200, "ben": 200, "dora": 200, "lena": 200, "sis": 404, "kid": 404, "auditor": 404}
STEPS = ("activity_edit", "activity_taking_up", "activity_dropping")


@pytest.mark.parametrize("who", READERS)
def test_an_activity_opens_for_the_right_people_only(
    world: World, topic: Project, sign_in: Any, who: str
) -> None:
    made = activity(topic, world)
    client = sign_in(getattr(world, who))

    assert client.get(at("activity_detail", world, made.pk)).status_code == READERS[who]
    for name in STEPS:
        status = client.post(at(name, world, made.pk)).status_code
        assert (status != 404) == (who in ("ben", "dora")), name


def test_the_page_of_the_topic_and_the_desk_show_them(
    world: World, programme: Programme, sign_in: Any
) -> None:
    paper = planned(world, programme, leader(world))
    client = sign_in(world.ben)

    page = text_of(client.get(at("project_detail", world, paper.project.pk)))
    assert "Take up 4 proposed activities" in page
    answer = client.post(at("project_activities", world, paper.project.pk))

    assert answer.status_code == 302
    assert Activity.objects.filter(state=ActivityState.PLANNED).count() == 4
    page = text_of(client.get(at("project_detail", world, paper.project.pk)))
    assert "五个乡镇试点" in page
    assert "proposed activities" not in page


def test_the_desk_leads_to_this_month_s(world: World, topic: Project, sign_in: Any) -> None:
    client = sign_in(world.ben)
    page = client.get(f"/t/{world.tenant.slug}/")
    now = local_day(page.wsgi_request.received_at)
    activity(topic, world, "本月研讨", first_day=now)
    activity(topic, world, "明年研讨", first_day=now.replace(year=now.year + 1, day=1))
    address = f"{at('activity_list', world)}?month={now:%Y-%m}"

    assert address in page.content.decode()
    shown = text_of(client.get(address))
    assert "本月研讨" in shown
    assert "明年研讨" not in shown
    assert "本月研讨" not in text_of(sign_in(world.sis).get(address))


def test_an_activity_is_changed_dropped_and_taken_up_on_its_page(
    world: World, topic: Project, sign_in: Any
) -> None:
    made, client = activity(topic, world), sign_in(world.ben)
    typed = {
        "kind": "meeting",
        "title": "启动会",
        "first_day": "2026-06-21",
        "last_day": "",
        "version": 1,
    }

    assert client.post(at("activity_edit", world, made.pk), typed).status_code == 302
    wrong = client.post(
        at("activity_edit", world, made.pk), {**typed, "last_day": "2026-06-01", "version": 2}
    )
    assert wrong.status_code == 422
    assert "It ends before it begins." in text_of(wrong)
    stale = client.post(at("activity_edit", world, made.pk), {**typed, "title": "别的会"})
    assert (stale.status_code, "别的会" in text_of(stale)) == (412, True)
    assert (
        client.post(
            at("activity_dropping", world, made.pk), {"reason": "", "version": 2}
        ).status_code
        == 422
    )
    assert (
        client.post(
            at("activity_dropping", world, made.pk), {"reason": "停办", "version": 2}
        ).status_code
        == 302
    )
    assert "停办" in text_of(client.get(at("activity_detail", world, made.pk)))
    assert client.post(at("activity_taking_up", world, made.pk), {"version": 3}).status_code == 302
    assert Activity.objects.get().title == "启动会"


def test_one_is_added_from_the_topic_s_page(world: World, topic: Project, sign_in: Any) -> None:
    address = at("activity_new", world, topic.pk)
    typed = {
        "kind": "study_visit",
        "title": "外县考察",
        "first_day": "2026-08-10",
        "last_day": "2026-08-12",
    }

    assert sign_in(world.ben).post(address, {**typed, "last_day": "x"}).status_code == 422
    assert sign_in(world.ben).post(address, typed).status_code == 302
    assert Activity.objects.get().title == "外县考察"
    assert sign_in(world.ana).get(address).status_code == 404
    assert sign_in(world.ben).get(at("activity_new", world, world.bureau.pk)).status_code == 404


FOUND = [
    ("", 4),
    ("kind=training", 1),
    ("state=proposed", 4),
    ("state=planned", 0),
    ("state=gone", 1),
    ("month=2026-07", 2),
    ("month=2026-10", 1),
    ("q=摸底", 1),
    ("q=民政局", 4),
    ("project={project}", 4),
    ("organisation={sister}", 0),
    ("programme={programme}", 4),
]


@pytest.mark.parametrize(("query", "count"), FOUND)
def test_the_list_and_its_twin_are_narrowed_alike(
    world: World, programme: Programme, sign_in: Any, query: str, count: int
) -> None:
    paper = planned(world, programme, promoter(world))
    Activity.objects.filter(title="入户摸底").update(gone_at=june(13))
    asked = query.format(project=paper.project_id, sister=world.sister.pk, programme=programme.pk)
    client = sign_in(world.ana)

    page = client.get(f"{at('activity_list', world)}?{asked}")
    rows = client.get(f"/t/{world.tenant.slug}/api/v1/activities/?{asked}").json()["results"]

    assert len(page.context["lines"]) == len(rows) == count


def test_the_list_leaves_as_a_sheet(world: World, programme: Programme, sign_in: Any) -> None:
    planned(world, programme, promoter(world))

    answer = sign_in(world.ana).get(f"{at('activity_list', world)}?export=xlsx")

    cells = {
        str(cell.value) for row in load_workbook(BytesIO(answer.content)).active for cell in row
    }
    assert {"方法技能培训班", "五个乡镇试点", "民政局"} <= cells


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_questions_does_not_grow(
    world: World, topic: Project, sign_in: Any, count: int
) -> None:
    for number in range(count):
        activity(topic, world, f"第{number}次")
    client = sign_in(world.ana)

    assert count_queries(client, at("activity_list", world)) <= 6
    assert count_queries(client, at("activity_detail", world, Activity.objects.all()[0].pk)) <= 6
    assert count_queries(client, f"/t/{world.tenant.slug}/api/v1/activities/") <= 4


# -- for programs --------------------------------------------------------------------------------------


def test_a_client_goes_through_the_same_verbs(world: World, topic: Project, sign_in: Any) -> None:
    client = sign_in(world.ben)
    place = f"/t/{world.tenant.slug}/api/v1/activities/"
    draft_ = {
        "project": str(topic.pk),
        "kind": "meeting",
        "title": "启动会",
        "first_day": "2026-06-21",
    }
    json = {"content_type": "application/json"}

    made = client.post(place, draft_, **json)
    one = f"{place}{made.json()['id']}/"
    changed = client.patch(one, {"title": "动员会"}, headers={"If-Match": made["ETag"]}, **json)
    stale = client.patch(one, {"title": "又一会"}, headers={"If-Match": made["ETag"]}, **json)
    dropped = client.post(f"{one}dropping/", {"reason": "停办"}, **json)
    back = client.post(f"{one}taking-up/", **json)

    assert [each.status_code for each in (made, changed, stale, dropped, back)] == [
        201,
        200,
        412,
        200,
        200,
    ]
    assert client.get(one).json() == back.json()
    assert (back.json()["title"], back.json()["state"]) == ("动员会", "planned")
    assert client.post(place, {**draft_, "kind": "x"}, **json).status_code == 422
    assert client.post(f"{one}dropping/", {}, **json).status_code == 422
    assert sign_in(world.ana).post(f"{one}dropping/", {"reason": "停"}, **json).status_code == 403
    assert sign_in(world.sis).get(one).status_code == 404


def test_a_client_takes_up_at_once_what_the_plan_proposes(
    world: World, programme: Programme, sign_in: Any
) -> None:
    paper = planned(world, programme, promoter(world))
    gone, *rest = Activity.objects.order_by("first_day")
    Activity.objects.filter(pk=gone.pk).update(gone_at=june(13))
    place = f"/t/{world.tenant.slug}/api/v1/projects/{paper.project_id}/activities/taking-up/"

    refused = [sign_in(user).post(place).status_code for user in (world.ana, world.sis)]
    untouched = Activity.objects.filter(state=ActivityState.PROPOSED).count()
    done = sign_in(world.ben).post(place)
    again = sign_in(world.ben).post(place)

    assert (refused, untouched) == ([403, 404], 4)
    assert [(each.status_code, each.json()) for each in (done, again)] == [
        (200, {"count": 3}),
        (200, {"count": 0}),
    ]
    planned_now = Activity.objects.filter(state=ActivityState.PLANNED, decided_by=world.ben)
    assert set(planned_now) == set(rest)
    told = AuditEvent.objects.filter(action="activity.taken_up", target=paper.project_id)
    assert told.count() == 2


@pytest.mark.parametrize(
    "query", ["state=x", "kind=x", "month=2026-13", "month=x", "project=x", "ordering=title"]
)
def test_a_filter_that_makes_no_sense_is_refused(world: World, sign_in: Any, query: str) -> None:
    answer = sign_in(world.ana).get(f"/t/{world.tenant.slug}/api/v1/activities/?{query}")

    assert answer.status_code == 422
