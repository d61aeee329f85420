"""Who is in a team: rows added, changed and ended, never lost."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken, Stale
from groups.actions.persons import add_person, end_person
from groups.models import Person
from programmes.actions.project_asks import asks_of, sizes_of
from programmes.actions.submissions import submit_project
from programmes.actions.teams import Seat, add_member, change_member, remove_member, set_team
from programmes.models import Programme, Project, TeamMember
from programmes.queries import local_day
from programmes.states import TEAM_OPEN, ProjectState
from tests.programmes.topics import JUNE, in_state, propose, seats
from tests.running import beijing
from tests.world import START, World


def person_of(world: World, login: str) -> Person:
    return Person.objects.get(user=getattr(world, login))


def names(project: Project) -> list[str]:
    rows = TeamMember.objects.filter(project=project).in_force().order_by("rank", "id")
    return [row.name for row in rows]


def test_set_team_keeps_who_stays_and_ends_who_leaves(world: World, programme: Programme) -> None:
    project = propose(world, programme)
    first = set_team(project, seats=seats(3, 0), by=world.ben, now=JUNE)

    set_team(project, seats=[*seats(2, 0)], by=world.ben, now=beijing(6, 20))

    rows = TeamMember.objects.filter(project=project).order_by("id")
    assert rows.count() == len(first) + 1  # 组员3 is the convener now: another role, another row
    assert names(project) == ["组员1", "组员2", "组员3"]
    assert TeamMember.objects.get(pk=first[0].pk).joined_on == local_day(JUNE)
    assert set(rows.exclude(left_on=None).values_list("left_on", flat=True)) == {
        local_day(beijing(6, 20))
    }


def test_add_member_copies_name_and_post_from_the_roster(
    world: World, programme: Programme
) -> None:
    project = propose(world, programme)
    liu = person_of(world, "liu")

    made = add_member(
        project, seat=Seat(role="liaison", person=liu, duties="联络"), by=world.ben, now=JUNE
    )

    assert (made.person, made.name, made.role, made.duties) == (liu, "刘联", "liaison", "联络")
    assert made.org_path == world.bureau.path


def test_a_person_of_a_second_level_institution_is_on_the_roster(
    world: World, programme: Programme
) -> None:
    project = propose(world, programme)

    made = add_member(
        project, seat=Seat(role="member", person=person_of(world, "kid")), by=world.ben, now=JUNE
    )

    assert made.name == "柯弟"


def test_a_person_of_another_unit_comes_in_by_name(world: World, programme: Programme) -> None:
    project = propose(world, programme)
    stranger = person_of(world, "sis")

    with pytest.raises(BadInput) as refused:
        add_member(project, seat=Seat(role="member", person=stranger), by=world.ben, now=JUNE)
    made = add_member(
        project, seat=Seat(role="member", name="司思", title="教育局"), by=world.ben, now=JUNE
    )

    assert list(refused.value.fields) == ["person"]
    assert (made.person, made.name) == (None, "司思")


@pytest.mark.parametrize(
    ("seat", "field"),
    [
        (Seat(role="member"), "name"),
        (Seat(role="emperor", name="甲"), "role"),
        (Seat(role="member", name="甲" * 61), "name"),
    ],
)
def test_add_member_names_the_field_that_is_wrong(
    world: World, programme: Programme, seat: Seat, field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        add_member(propose(world, programme), seat=seat, by=world.ben, now=JUNE)

    assert list(refused.value.fields) == [field]


def test_nobody_has_the_same_role_twice(world: World, programme: Programme) -> None:
    project = propose(world, programme)
    liu = person_of(world, "liu")
    add_member(project, seat=Seat(role="liaison", person=liu), by=world.ben, now=JUNE)
    other = add_member(project, seat=Seat(role="member", person=liu), by=world.ben, now=JUNE)

    with pytest.raises(BadInput):
        add_member(project, seat=Seat(role="liaison", person=liu), by=world.ben, now=JUNE)
    with pytest.raises(BadInput):
        change_member(other, role="liaison", by=world.ben, now=JUNE)


def test_one_person_with_two_roles_counts_once(world: World, programme: Programme) -> None:
    project = propose(world, programme)
    liu = person_of(world, "liu")
    for role in ("convener", "liaison", "member", "observer"):
        add_member(project, seat=Seat(role=role, person=liu), by=world.ben, now=JUNE)
    add_member(project, seat=Seat(role="facilitator", name="外请"), by=world.ben, now=JUNE)

    found = sizes_of(project.members.all(), asks_of(programme, local_day(JUNE)))

    assert (found.members, found.facilitators) == (1, 1)


@pytest.mark.parametrize("state", ProjectState)
def test_the_team_is_open_while_the_unit_holds_the_paper_and_while_it_runs(
    world: World, programme: Programme, state: str
) -> None:
    project = in_state(world, programme, state)
    seat = Seat(role="member", name="新来")

    if state in TEAM_OPEN:
        assert add_member(project, seat=seat, by=world.ben, now=JUNE).name == "新来"
        return
    with pytest.raises(RuleBroken) as refused:
        add_member(project, seat=seat, by=world.ben, now=JUNE)
    assert refused.value.code == "wrong_state"


@pytest.mark.rule("P2-34")
def test_an_accepted_team_never_falls_below_what_was_accepted(
    world: World, programme: Programme
) -> None:
    project = in_state(world, programme, ProjectState.ACCEPTED)
    last = project.members.filter(role="core_learner").last()

    with pytest.raises(RuleBroken) as refused:
        remove_member(last, by=world.ben, now=JUNE)
    add_member(project, seat=Seat(role="core_learner", name="接替"), by=world.ben, now=JUNE)
    remove_member(last, by=world.ben, now=JUNE)

    assert (refused.value.code, refused.value.rule) == ("team_size", "P2-34")
    assert "接替" in names(project)
    assert last.name not in names(project)


def test_remove_member_keeps_the_row_and_refuses_the_second_time(
    world: World, programme: Programme
) -> None:
    project = propose(world, programme)
    made = add_member(project, seat=Seat(role="member", name="甲"), by=world.ben, now=JUNE)

    remove_member(made, by=world.ben, now=beijing(7, 1))

    made.refresh_from_db()
    assert made.left_on == local_day(beijing(7, 1))
    with pytest.raises(RuleBroken) as refused:
        remove_member(made, by=world.ben, now=JUNE)
    assert refused.value.code == "left"


def test_change_member_keeps_the_name_of_the_roster(world: World, programme: Programme) -> None:
    project = propose(world, programme)
    person = add_person(
        organisation=world.bureau, name="覃曾", starts_on=START, by=world.ben, now=JUNE
    )
    made = add_member(project, seat=Seat(role="member", person=person), by=world.ben, now=JUNE)

    changed = change_member(
        made, by=world.ben, now=JUNE, name="别名", role="presenter", duties="主持", title="股长"
    )

    assert (changed.name, changed.role, changed.duties, changed.title) == (
        "覃曾", "presenter", "主持", "股长",
    )  # fmt: skip


def test_team_verbs_refuse_an_older_version(world: World, programme: Programme) -> None:
    project = propose(world, programme)
    made = add_member(project, seat=Seat(role="member", name="甲"), by=world.ben, now=JUNE, seen=1)
    calls: list[Any] = [
        lambda: add_member(
            project, seat=Seat(role="member", name="乙"), by=world.ben, now=JUNE, seen=1
        ),
        lambda: change_member(made, role="presenter", by=world.ben, now=JUNE, seen=1),
        lambda: remove_member(made, by=world.ben, now=JUNE, seen=1),
        lambda: set_team(project, seats=[], by=world.ben, now=JUNE, seen=1),
    ]

    for call in calls:
        with pytest.raises(Stale):
            call()


@pytest.mark.parametrize("who", ["ana", "sis", "kid", "lena"])
def test_the_team_is_the_units_own(world: World, programme: Programme, who: str) -> None:
    with pytest.raises(NotAllowed):
        add_member(
            propose(world, programme),
            seat=Seat(role="member", name="甲"),
            by=getattr(world, who),
            now=JUNE,
        )


def leaver(world: World, project: Project) -> Person:
    """In the team of the topic, and gone from the unit since the end of May."""
    made = add_person(
        organisation=world.bureau, name="调走的", starts_on=START, by=world.system, now=JUNE
    )
    person: Person = Person.objects.get(pk=made.pk)
    add_member(project, seat=Seat(role="core_learner", person=person), by=world.ben, now=JUNE)
    end_person(person, on=date(2026, 6, 9), by=world.system, now=JUNE)
    return person


@pytest.mark.rule("P2-34")
def test_who_has_left_the_unit_is_named_until_somebody_takes_his_place(
    world: World, programme: Programme, sign_in: Any
) -> None:
    project = in_state(world, programme, ProjectState.CHOSEN)
    leaver(world, project)
    page = reverse("programmes:project_detail", args=[world.tenant.slug, project.pk])
    (fault,) = sign_in(world.ben).get(page).context["team_faults"]
    assert (fault.code, fault.rule) == ("left_unit", "P2-34")

    with pytest.raises(RuleBroken) as refused:
        submit_project(Project.objects.get(pk=project.pk), by=world.ben, now=JUNE)
    assert refused.value.code == "left_unit"
    assert "调走的" in refused.value.message

    row = TeamMember.objects.get(project=project, name="调走的")
    remove_member(row, by=world.ben, now=JUNE)
    submit_project(Project.objects.get(pk=project.pk), by=world.ben, now=JUNE)


def test_on_his_last_day_he_is_still_of_the_unit(world: World, programme: Programme) -> None:
    project = in_state(world, programme, ProjectState.CHOSEN)
    person = leaver(world, project)
    Person.objects.filter(pk=person.pk).update(ends_on=local_day(JUNE))
    assert submit_project(Project.objects.get(pk=project.pk), by=world.ben, now=JUNE)


def test_several_who_left_an_accepted_team_are_replaced_one_by_one(
    world: World, programme: Programme
) -> None:
    project = in_state(world, programme, ProjectState.ACCEPTED)
    gone = [leaver(world, project)]
    Person.objects.filter(pk=gone[0].pk).update(name="先走的")
    TeamMember.objects.filter(person=gone[0]).update(name="先走的")
    gone.append(leaver(world, project))

    add_member(project, seat=Seat(role="core_learner", name="接替"), by=world.ben, now=JUNE)
    for person in gone:
        remove_member(TeamMember.objects.get(person=person), by=world.ben, now=JUNE)

    assert not TeamMember.objects.filter(person__in=gone).in_force().exists()
