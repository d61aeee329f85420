"""What the plans let teams and units do: kinds and modes, audiences, forms of learning, parts of a seminar, means."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from actionlearning.foundation.documents.official import plain_text
from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.models import User
from groups.actions.bodies import add_post, appoint, form_body
from groups.models import Organisation, Person, Tenure
from programmes.actions.activities import add_activity
from programmes.actions.activity_logs import log_activity
from programmes.actions.next_steps import StepText
from programmes.actions.projects import choose_project
from programmes.actions.selections import name_candidates, select_participant
from programmes.actions.teams import Seat, add_member
from programmes.documents.minutes import minutes_of
from programmes.methods import catalogue
from programmes.models import Activity, Participant, Programme, Project
from programmes.models.project import TeamRole
from programmes.queries.learners import Audience, file_of, lacking_in, people_of
from programmes.queries.method_use import method_use
from programmes.queries.trainings import contents_asked
from programmes.states import ActivityKind
from reporting.models import Exchange
from tests.moments import NOON
from tests.programmes.held import hold
from tests.programmes.held import told as said
from tests.programmes.topics import JUNE, propose, submitted
from tests.programmes.unit_activities import held, on_roster, planned
from tests.reporting.exchanges import posted
from tests.running import beijing, run_programme
from tests.world import START, World

DAY, HOURS = beijing(7, 14, 15), timedelta(hours=4)
EIGHT = {
    "centre_group": "中心组学习", "self_study": "个人自学", "concentrated_study": "集中学习",
    "training": "参加培训", "expert_consultation": "专家咨询", "investigation": "调查研究",
    "group_discussion": "小组讨论", "pilots": "试点探索",
}  # fmt: skip


@pytest.fixture
def region(world: World) -> Programme:
    """Plan 3; the county stands for the region, its units for cities."""
    return run_programme(world, "plan3")


@pytest.fixture
def team(world: World, region: Programme) -> Project:
    project = propose(world, region)
    for name, role in (("甲一", TeamRole.MEMBER), ("乙二", TeamRole.FACILITATOR)):
        seat = Seat(person=on_roster(world, name), role=role)
        add_member(project, seat=seat, by=world.ben, now=JUNE)
    return choose_project(project, by=world.lena, now=JUNE)


def seated(world: World, unit: Organisation, kind: str, *names: str) -> list[Person]:
    """In a body of that kind, without a sign-in."""
    body = form_body(
        organisation=unit, kind=kind, name=kind, starts_on=START, by=world.system, now=NOON
    )
    post = add_post(body, title="成员", seats=len(names), by=world.system, now=NOON)
    people = [on_roster(world, name, unit) for name in names]
    for person in people:
        appoint(post, person=person, starts_on=START, by=world.system, now=NOON)
    return people


def page(name: str, world: World, pk: Any) -> str:
    return reverse(f"programmes:{name}", args=[world.tenant.slug, pk])


def names(people: Iterable[Any]) -> list[str]:
    return sorted(person.name for person in people)


def asked(world: World, programme: Programme, **audience: Any) -> list[Person]:
    return list(people_of(world.ana, programme, Audience(**audience), JUNE.date()))


# -- what a team does ----------------------------------------------------------------------------------

FIVE = (
    (ActivityKind.RESEARCH, "调查研究"),
    (ActivityKind.TRAINING, "集体学习"),
    (ActivityKind.GROUP_SEMINAR, "集中研讨"),
    (ActivityKind.IMPLEMENTATION, "方案试点"),
    (ActivityKind.MEETING, "总结反思"),
)


@pytest.mark.rule("P2-43")
def test_a_team_logs_its_five_kinds_of_activity_and_no_ceremony(
    world: World, programme: Programme, sign_in: Any
) -> None:
    project = submitted(world, programme)
    for number, (kind, title) in enumerate(FIVE):
        made = hold(project, world, DAY + timedelta(days=number), kind=kind, title=title)
    log = said(project, made.began_at, reflections="摸底不细，先补档案。")
    log_activity(made, log, by=world.ben, now=made.ended_at + timedelta(hours=2))

    kinds = dict(Activity.objects.filter(project=project).values_list("title", "kind"))
    assert kinds == {title: kind for kind, title in FIVE}
    shown = sign_in(world.ana).get(page("activity_detail", world, made.pk)).content.decode()
    assert "摸底不细，先补档案。" in shown
    with pytest.raises(BadInput) as caught:
        hold(project, world, DAY, kind=ActivityKind.LAUNCH)
    assert "kind" in caught.value.fields


@pytest.mark.rule("P2-52")
def test_one_research_activity_is_discussion_and_visit_at_once(
    world: World, programme: Programme, sign_in: Any
) -> None:
    made = add_activity(
        project=submitted(world, programme), kind="research", title="入户摸底",
        first_day=date(2026, 7, 14), by=world.ben, now=JUNE,
    )  # fmt: skip
    client, here = sign_in(world.ben), page("activity_log", world, made.pk)
    form = client.get(here).context["form"]
    typed = {
        "day": "2026-07-14", "begins": "15:00", "ends": "17:00", "version": made.version,
        "modes": ["discussion", "on_site"],
        **{field.html_name: "present" for field in form.people},
    }  # fmt: skip
    assert client.post(here, {**typed, "modes": ["abroad"]}).status_code == 422
    assert client.post(here, typed).status_code == 302

    made.refresh_from_db()
    assert made.modes == ["discussion", "on_site"]
    shown = client.get(page("activity_detail", world, made.pk)).content.decode()
    assert "discussion meeting、on-site visit" in shown
    assert "形式：座谈、实地考察" in plain_text(minutes_of(made))


@pytest.mark.rule("P3-40")
def test_the_eight_forms_of_learning_are_offered_logged_and_counted(
    world: World, region: Programme, team: Project, sign_in: Any
) -> None:
    made = add_activity(
        project=team, kind="meeting", title="学习", first_day=DAY.date(), by=world.ben, now=JUNE
    )
    offered = sign_in(world.ben).get(page("activity_log", world, made.pk)).context["form"]
    *first, (group, others) = offered.fields["methods"].choices
    assert [key for key, _name in first] == list(EIGHT)
    assert (group, [key for key, _name in others]) == ("Other methods", list(catalogue({})))

    log = said(team, DAY, methods=tuple(EIGHT))
    made = log_activity(made, log, by=world.ben, now=DAY + HOURS)
    second = hold(team, world, DAY + timedelta(days=1), kind="meeting")
    again = said(team, second.began_at, methods=("self_study",))
    log_activity(second, again, by=world.ben, now=second.ended_at + HOURS)

    used = method_use(world.ana, region).by_method
    assert {key: used[key].activities for key in EIGHT} == {
        key: 2 if key == "self_study" else 1 for key in EIGHT
    }
    assert f"使用的方法：{'、'.join(EIGHT.values())}。" in plain_text(minutes_of(made))
    wrong = said(team, second.began_at, methods=("hypnosis",))
    with pytest.raises(BadInput) as caught:
        log_activity(second, wrong, by=world.ben, now=second.ended_at + HOURS)
    assert "methods" in caught.value.fields


@pytest.mark.rule("P3-39")
def test_learners_begin_with_basic_knowledge_and_the_methods_of_research_and_work(
    world: World, region: Programme, team: Project
) -> None:
    """Whoever has not been taught all three is named until he has."""
    head = region.plans.get().head
    contents = contents_asked(head)
    assert contents == ("basics", "research_methods", "work_methods")
    learners = people_of(world.ben, region, Audience(seats=("member",)), JUNE.date())
    assert names(lacking_in(learners, contents)) == ["甲一"]
    two = dict.fromkeys(contents[:2], Decimal(4))
    held(planned(world, region, list(learners), contents=two), world.ben)
    assert names(lacking_in(learners, contents)) == ["甲一"]
    rest = {"kind": "training", "title": "第二期", "contents": {contents[2]: Decimal(4)}}
    held(planned(world, region, list(learners), **rest), world.ben)
    assert not lacking_in(learners, contents).exists()
    assert file_of(learners[0], contents).by_contents == dict.fromkeys(contents, Decimal(4))


@pytest.mark.rule("P3-49")
def test_seminars_research_counselling_and_the_platform_serve_one_topic(
    world: World, region: Programme, team: Project
) -> None:
    kinds = ("core_seminar", "research", "counselling")
    for number, kind in enumerate(kinds):
        hold(team, world, DAY + timedelta(days=number), kind=kind)
    posted(world, region, project=team)

    seen = Activity.objects.visible_to(world.ana).filter(project=team, state="held")
    assert sorted(seen.values_list("kind", flat=True)) == sorted(kinds)
    assert Exchange.objects.visible_to(world.ana).get(project=team).organisation == world.bureau
    learner = Person.objects.get(name="甲一")
    assert len(file_of(learner, ()).sessions) == 3


# -- the office's classes, seminars and visits ---------------------------------------------------------


@pytest.mark.rule("P3-07", "P3-48")
def test_promoters_and_facilitators_are_listed_taught_by_experts_and_known_by_what_they_learnt(
    world: World, region: Programme, team: Project, sign_in: Any
) -> None:
    """Experts, promoters and facilitators are lists of the roster; each has his file."""
    experts = seated(world, world.county, "expert_group", "覃教授", "德方专家")
    promoters = seated(world, world.bureau, "promotion_team", "推动者甲", "推动者乙")
    assert names(asked(world, region, bodies=("expert_group",))) == names(experts)
    chosen = asked(world, region, bodies=("promotion_team",), seats=("facilitator",))
    assert names(chosen) == sorted(["推动者甲", "推动者乙", "乙二"])
    rows = people_of(
        world.ana, region, Audience(bodies=("promotion_team",), seats=("facilitator",)), JUNE.date()
    )
    assert rows.count() == lacking_in(rows, ()).count() == 3

    office = {"organisation": world.county, "by": world.ana, "contents": {"basics": Decimal(8)}}
    seminar = planned(world, region, promoters, kind="promoters_seminar", title="研讨班", **office)
    guests = tuple(person.name for person in experts)
    held(seminar, world.ana, guests=guests, absent=["推动者乙"])
    course = planned(
        world, region, [Person.objects.get(name="乙二")], kind="facilitators_course",
        title="促进师培训班", **office,
    )  # fmt: skip
    held(course, world.ana, guests=guests)

    assert names(lacking_in(rows, ())) == ["推动者乙"]
    shown = sign_in(world.ana).get(page("learner_file", world, promoters[0].pk)).content.decode()
    assert "研讨班" in shown
    assert "覃教授、德方专家" in plain_text(minutes_of(Activity.objects.get(pk=seminar.pk)))


@pytest.mark.rule("P3-29")
def test_the_four_parts_head_the_minutes_of_a_promoters_seminar_and_of_nothing_else(
    world: World, region: Programme
) -> None:
    office = {"organisation": world.county, "by": world.ana, "contents": {"basics": Decimal(8)}}
    next_stage = StepText("下一阶段试点两个乡镇", date(2026, 9, 30), owner_name="民政局")
    given = {"guests": ("推动者甲",), "steps": (next_stage,), "minutes": "各单位交流。"}
    seminar = held(planned(world, region, kind="promoters_seminar", **office), world.ana, **given)
    course = held(planned(world, region, kind="facilitators_course", **office), world.ana, **given)

    text = plain_text(minutes_of(seminar))
    head, rest = text.split("二、参加人员")
    parts = [
        "一、议程",
        "（一）经验交流",
        "（二）知识和技能培训",
        "（三）集体研讨",
        "（四）制定下一阶段行动计划",
    ]
    assert head.splitlines()[-5:] == parts
    assert "下一阶段试点两个乡镇" in rest
    assert "议程" not in plain_text(minutes_of(course))


def went(world: World, made: Activity, people: list[Person], *by: User) -> list[str]:
    """Named by their units, selected by whoever holds it; those who went."""
    for user in by or (world.ana,):
        place = Tenure.objects.filter(user=user).values("organisation")[:1]
        own = [each for each in people if each.organisation_id == place.get()["organisation"]]
        for row in name_candidates(made.programme, made.pk, own, by=user, now=JUNE):
            select_participant(row, selection="takes_part", reason="工作需要", by=made.created_by, now=JUNE)  # fmt: skip
    return names(Participant.objects.filter(activity=made, selection="takes_part"))


VISITS = [
    (["on_site", "outside_region"], "国内考察", "实地考察、区外"),
    (["abroad"], "赴德学习考察", "国外"),
]


@pytest.mark.rule("P3-08")
@pytest.mark.parametrize(("modes", "title", "how"), VISITS)
def test_promoters_go_on_visits_in_the_country_and_abroad(
    world: World, region: Programme, sign_in: Any, modes: list[str], title: str, how: str
) -> None:
    promoters = seated(world, world.bureau, "promotion_team", "推动者甲", "推动者乙")
    made = planned(
        world, region, kind="study_visit", title=title, organisation=world.county, by=world.ana,
        first_day=date(2026, 9, 8), contents={},
    )  # fmt: skip
    chosen = asked(world, region, bodies=("promotion_team",))
    assert went(world, made, chosen, world.ben) == names(promoters)

    gone = held(made, world.ana, at=beijing(9, 8, 9), modes=tuple(modes))
    assert f"形式：{how}" in plain_text(minutes_of(gone))
    shown = sign_in(world.ben).get(page("learner_file", world, promoters[0].pk)).content.decode()
    assert title in shown


@pytest.mark.rule("P3-16")
@pytest.mark.parametrize(
    ("mode", "name"), [("inside_region", "Inside the region"), ("outside_region", "Outside the region")]
)  # fmt: skip
def test_a_city_takes_its_learners_on_research_inside_and_outside_the_region(
    world: World, region: Programme, team: Project, sign_in: Any, mode: str, name: str
) -> None:
    made = planned(
        world,
        region,
        kind="study_visit",
        title="考察调研",
        first_day=date(2026, 7, 14),
        contents={},
    )
    learners = list(people_of(world.ben, region, Audience(seats=("member",)), JUNE.date()))
    assert went(world, made, learners, world.ben) == ["甲一"]

    offered = sign_in(world.ben).get(page("activity_log", world, made.pk)).context["form"]
    assert (mode, name) in offered.fields["modes"].choices
    held(made, world.ben, at=DAY - HOURS, modes=(mode,))
    shown = sign_in(world.ana).get(page("activity_detail", world, made.pk)).content.decode()
    assert name in shown
    answer = sign_in(world.ana).get(f"/t/{world.tenant.slug}/api/v1/activities/{made.pk}/log/")
    assert answer.json()["modes"] == [mode]


@pytest.mark.rule("P1-07")
def test_a_study_visit_of_the_group_is_for_four_audiences(world: World) -> None:
    """Promoters, the units' offices, facilitators and members of topic groups, each once."""
    programme = run_programme(world, "plan1")
    seated(world, world.bureau, "promotion_team", "推动者甲")
    project = propose(world, programme)
    for who, role in (("甲一", TeamRole.MEMBER), ("乙二", TeamRole.FACILITATOR)):
        add_member(project, seat=Seat(person=on_roster(world, who), role=role), by=world.ben, now=JUNE)  # fmt: skip
    audiences = {
        "推动者甲": {"bodies": ("promotion_team",)},
        "杜若": {"roles": ("office_director",), "units": (world.bureau.pk,)},
        "乙二": {"seats": ("facilitator",)},
        "甲一": {"seats": ("member",)},
    }
    people = []
    for name, audience in audiences.items():
        (person,) = asked(world, programme, **audience)
        assert person.name == name
        people.append(person)

    made = planned(
        world, programme, kind="study_visit", title="赴先进企业考察", organisation=world.county,
        by=world.ana, first_day=date(2026, 7, 14), contents={},
    )  # fmt: skip
    assert went(world, made, people, world.ben) == sorted(audiences)
    gone = held(made, world.ana, at=DAY - HOURS, modes=("on_site",))
    assert names(gone.attendances.all()) == sorted(audiences)
