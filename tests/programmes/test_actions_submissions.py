"""What a submission must hold, and what it does to the unit's duty."""

import pytest

from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import Notice
from actionlearning.foundation.notices import subject_and_text
from actionlearning.foundation.scope import scope
from groups.access import standing_of
from groups.actions.users import give_role
from groups.roles import Role
from programmes.actions.laying import lay_down
from programmes.actions.project_asks import asks_of, concerns
from programmes.actions.projects import choose_project
from programmes.actions.submissions import accept_project, return_project, submit_project
from programmes.actions.teams import Seat, set_team
from programmes.models import Dossier, Evidence, Obligation, Programme, Project, ProjectTurn
from programmes.queries import local_day
from tests.programmes.topics import JUNE, chosen, propose, seats, submitted
from tests.running import beijing, run_programme
from tests.world import START, World


@pytest.mark.rule("P2-34")
@pytest.mark.parametrize(("count", "accepted"), [(5, False), (6, True), (10, True), (11, False)])
def test_a_team_has_six_to_ten_members(
    world: World, programme: Programme, count: int, accepted: bool
) -> None:
    project = chosen(world, programme, team=seats(count))

    if accepted:
        assert submit_project(project, by=world.ben, now=JUNE).state == "submitted"
        return
    with pytest.raises(RuleBroken) as refused:
        submit_project(project, by=world.ben, now=JUNE)
    assert (refused.value.code, refused.value.rule) == ("team_size", "P2-34")
    assert "6–10" in refused.value.message
    assert str(count) in refused.value.message


@pytest.mark.rule("P1-31")
@pytest.mark.parametrize(("count", "accepted"), [(5, False), (6, True), (8, True), (9, False)])
def test_in_plan_1_a_group_has_six_to_eight_learners(
    world: World, count: int, accepted: bool
) -> None:
    programme = run_programme(world, "plan1")
    team = [*seats(0, 0), *seats(1, 1)]
    team = [seat for seat in team if seat.role != "convener"]
    team += [type(team[0])(role="member", name=f"学员{n}") for n in range(count - 1)]
    project = chosen(world, programme, team=team)

    if accepted:
        assert submit_project(project, by=world.ben, now=JUNE).state == "submitted"
        return
    with pytest.raises(RuleBroken) as refused:
        submit_project(project, by=world.ben, now=JUNE)
    assert (refused.value.code, refused.value.rule) == ("team_size", "P1-31")


@pytest.mark.rule("P2-36")
@pytest.mark.parametrize(("guides", "accepted"), [(0, False), (1, True), (2, True), (3, False)])
def test_one_or_two_facilitators_come_on_top(
    world: World, programme: Programme, guides: int, accepted: bool
) -> None:
    project = chosen(world, programme, team=seats(10, guides))

    if accepted:
        assert submit_project(project, by=world.ben, now=JUNE).state == "submitted"
        return
    with pytest.raises(RuleBroken) as refused:
        submit_project(project, by=world.ben, now=JUNE)
    assert (refused.value.code, refused.value.rule) == ("facilitators", "P2-36")


@pytest.mark.rule("P2-35")
@pytest.mark.parametrize(
    "role", ["team_leader", "liaison", "study_committee", "presenter", "core_learner"]
)
def test_every_required_role_is_taken(world: World, programme: Programme, role: str) -> None:
    swap = "presenter" if role == "core_learner" else "core_learner"
    team = [
        type(seat)(role=swap if seat.role == role else seat.role, name=seat.name)
        for seat in seats(7)
    ]
    project = chosen(world, programme, team=team)

    with pytest.raises(RuleBroken) as refused:
        submit_project(project, by=world.ben, now=JUNE)

    assert refused.value.code == "team_roles"
    assert "P2-35" in refused.value.rule


@pytest.mark.rule("P2-31")
def test_a_project_has_one_convener(world: World, programme: Programme) -> None:
    team = [seat for seat in seats(7) if seat.role != "convener"]
    project = chosen(world, programme, team=team)

    with pytest.raises(RuleBroken) as refused:
        submit_project(project, by=world.ben, now=JUNE)

    assert "P2-31" in refused.value.rule
    assert "召集人" in refused.value.message


@pytest.mark.rule("P2-37")
def test_an_expert_may_observe_and_is_not_counted(world: World, programme: Programme) -> None:
    project = chosen(world, programme, team=seats(10, observer=2))

    assert submit_project(project, by=world.ben, now=JUNE).state == "submitted"


@pytest.mark.rule("P1-30", "P2-22")
def test_a_third_topic_of_the_same_unit_is_refused(world: World, programme: Programme) -> None:
    submitted(world, programme, "一")
    submitted(world, programme, "二")
    third = _chosen_before_the_rule(world, programme, "三", seats())

    with pytest.raises(RuleBroken) as refused:
        submit_project(third, by=world.ben, now=JUNE)

    assert (refused.value.code, refused.value.rule) == ("too_many_topics", "P2-22")
    assert submitted(world, programme, "邻局", organisation=world.sister, **_sister(world)).pk


def _chosen_before_the_rule(
    world: World, programme: Programme, title: str, team: list[Seat]
) -> Project:
    """As one may stand that was chosen while the plan still allowed more."""
    made = propose(world, programme, title)
    set_team(made, seats=team, by=world.ben, now=JUNE)
    Project.objects.filter(pk=made.pk).update(state="chosen", chosen_by=world.lena, chosen_at=JUNE)
    return Project.objects.get(pk=made.pk)


def _sister(world: World) -> dict[str, object]:
    give_role(
        world.lena, role=Role.LEADING_GROUP_LEADER, organisation=world.sister,
        starts_on=START, by=world.system, now=JUNE,
    )  # fmt: skip
    give_role(
        world.ben, role=Role.OFFICE_STAFF, organisation=world.sister,
        starts_on=START, by=world.system, now=JUNE,
    )  # fmt: skip
    return {}


@pytest.mark.rule("P1-30")
def test_in_plan_1_the_rule_has_its_own_number(world: World) -> None:
    programme = run_programme(world, "plan1")
    team = [type(s)(role="member", name=s.name) for s in seats(6, 0) if s.role != "convener"]
    for title in ("一", "二"):
        submit_project(chosen(world, programme, title, team=team), by=world.ben, now=JUNE)

    third = _chosen_before_the_rule(world, programme, "三", team)

    with pytest.raises(RuleBroken) as refused:
        submit_project(third, by=world.ben, now=JUNE)
    with pytest.raises(RuleBroken) as earlier:
        choose_project(propose(world, programme, "四"), by=world.lena, now=JUNE)

    assert refused.value.rule == earlier.value.rule == "P1-30"


@pytest.mark.rule("P2-30")
@pytest.mark.parametrize("field", ["background", "approach", "expected_result"])
def test_submit_project_wants_every_text(world: World, programme: Programme, field: str) -> None:
    project = chosen(world, programme, **{field: ""})

    with pytest.raises(RuleBroken) as refused:
        submit_project(project, by=world.ben, now=JUNE)

    assert (refused.value.code, refused.value.rule) == ("text_missing", "P2-30")


def test_submit_project_names_everything_that_is_missing_at_once(
    world: World, programme: Programme
) -> None:
    project = chosen(world, programme, team=seats(5, 0), background="")

    with pytest.raises(RuleBroken) as refused:
        submit_project(project, by=world.ben, now=JUNE)

    assert (refused.value.code, refused.value.rule) == ("incomplete", "P2-30, P2-34, P2-36")
    assert len(refused.value.message.splitlines()) == 3


@pytest.mark.rule("P2-29")
@pytest.mark.parametrize(
    ("months", "reason", "code"),
    [(2, "", None), (3, "", None), (12, "", None), (13, "", "months_reason"), (13, "跨年项目", None), (None, "", "months_missing")],
)  # fmt: skip
def test_over_twelve_months_needs_a_reason(
    world: World, programme: Programme, months: int | None, reason: str, code: str | None
) -> None:
    project = chosen(world, programme, months=months, months_reason=reason)

    if code is None:
        assert submit_project(project, by=world.ben, now=JUNE).state == "submitted"
        return
    with pytest.raises(RuleBroken) as refused:
        submit_project(project, by=world.ben, now=JUNE)
    assert (refused.value.code, refused.value.rule) == (code, "P2-29")


@pytest.mark.rule("P2-29")
@pytest.mark.parametrize(("months", "warned"), [(2, True), (3, False), (6, False), (7, True)])
def test_outside_three_to_six_months_is_shown_not_refused(
    world: World, programme: Programme, months: int, warned: bool
) -> None:
    project = propose(world, programme, months=months)

    found = concerns(project, [], asks_of(programme, local_day(JUNE)))

    assert [(each.code, each.rule) for each in found] == [("months", "P2-29")] * warned


@pytest.mark.rule("P2-38")
def test_a_part_has_a_group_of_its_own_and_goes_after_its_whole(
    world: World, programme: Programme
) -> None:
    whole = chosen(world, programme)
    part = propose(world, programme, "摸底建档", parent=whole)

    with pytest.raises(RuleBroken) as refused:
        submit_project(part, by=world.ben, now=JUNE)
    assert (refused.value.code, refused.value.rule) == ("incomplete", "P2-38, P2-23")

    set_team(part, seats=seats(3, 0), by=world.ben, now=JUNE)
    with pytest.raises(RuleBroken) as refused:
        submit_project(part, by=world.ben, now=JUNE)
    assert (refused.value.code, refused.value.rule) == ("follows_parent", "P2-23")

    submit_project(whole, by=world.ben, now=JUNE)
    part = submit_project(part, by=world.ben, now=JUNE)
    with pytest.raises(RuleBroken) as refused:
        accept_project(part, by=world.ana, now=JUNE)
    assert refused.value.code == "follows_parent"


def test_a_version_is_kept_as_it_was_submitted(world: World, programme: Programme) -> None:
    project = submitted(world, programme)
    Project.objects.filter(pk=project.pk).update(background="改过")

    turn = ProjectTurn.objects.get(project=project, step="submitted")

    assert turn.snapshot["background"] == "全县孤儿底数不清,救助渠道少。"
    assert [row["role"] for row in turn.snapshot["team"]].count("core_learner") == 2


def test_return_project_needs_an_opinion(world: World, programme: Programme) -> None:
    with pytest.raises(BadInput):
        return_project(submitted(world, programme), opinion="", by=world.ana, now=JUNE)


def test_nobody_decides_on_their_own_paper(world: World, programme: Programme) -> None:
    give_role(
        world.ben, role=Role.OFFICE_STAFF, organisation=world.county,
        starts_on=START, by=world.system, now=JUNE,
    )  # fmt: skip
    project = submitted(world, programme)

    for verb, words in ((accept_project, {}), (return_project, {"opinion": "补充"})):
        with pytest.raises(NotAllowed) as refused:
            verb(project, by=world.ben, now=JUNE, **words)
        assert refused.value.code == "own_paper"


def _duty(programme: Programme, world: World) -> Obligation:
    return Obligation.objects.get(
        programme=programme, organisation=world.bureau, deliverable="topic"
    )


@pytest.mark.rule("P1-32")
def test_a_submission_meets_the_duty_at_its_own_instant(world: World) -> None:
    may = beijing(5, 20)
    programme = run_programme(world, "plan1", now=may)
    lay_down(programme, now=may)
    team = [type(s)(role="member", name=s.name) for s in seats(6, 0) if s.role != "convener"]
    project = chosen(world, programme, team=team, now=may)

    submit_project(project, by=world.ben, now=may)

    duty = _duty(programme, world)
    assert (duty.met_at, duty.due_at) == (may, beijing(6, 1, 0))
    (evidence,) = Evidence.objects.all()
    assert evidence.source == Dossier.objects.get(project=project, kind="topic").pk
    assert project.title in evidence.title


@pytest.mark.rule("P1-32")
def test_returned_and_sent_again_in_time_keeps_the_first_day(
    world: World, programme: Programme
) -> None:
    lay_down(programme, now=JUNE)
    project = submitted(world, programme)

    project = return_project(project, opinion="补充", by=world.ana, now=beijing(6, 11))
    assert _duty(programme, world).met_until == beijing(6, 17, 0)
    project = submit_project(project, by=world.ben, now=beijing(6, 16, 23))
    accept_project(project, by=world.ana, now=beijing(6, 18))

    evidence = Evidence.objects.get(obligation__deliverable="topic")
    duty = _duty(programme, world)
    assert (duty.met_at, duty.met_until) == (JUNE, None)
    assert evidence.accepted_at == beijing(6, 18)


def test_a_part_is_no_evidence_of_a_topic(world: World, programme: Programme) -> None:
    lay_down(programme, now=JUNE)
    whole = submitted(world, programme)
    part = propose(world, programme, "摸底", parent=whole)
    set_team(part, seats=seats(2, 0), by=world.ben, now=JUNE)
    submit_project(part, by=world.ben, now=JUNE)

    (evidence,) = Evidence.objects.filter(obligation__deliverable="topic")
    assert evidence.source == Dossier.objects.get(project=whole, kind="topic").pk


def _told(kind: str) -> list[str]:
    rows = Notice.objects.filter(kind=f"programmes.{kind}", retracted_at=None)
    return sorted(row.recipient.login for row in rows.select_related("recipient"))


def test_the_one_who_acts_next_is_told_from_behind_the_wall(
    world: World, programme: Programme
) -> None:
    project = chosen(world, programme)
    with scope(world.tenant, path=standing_of(world.ben).path, actor=world.ben):
        project = submit_project(project, by=world.ben, now=JUNE)
    assert _told("dossier_waiting") == ["ana"]

    project = return_project(project, opinion="补充预期成果", by=world.ana, now=JUNE)
    assert _told("dossier_waiting") == []
    assert _told("dossier_returned") == ["ben", "dora"]
    subject, text = subject_and_text(
        Notice.objects.get(kind="programmes.dossier_returned", recipient=world.ben)
    )
    assert "孤儿救助" in subject
    assert "补充预期成果" in text

    project = submit_project(project, by=world.dora, now=JUNE)
    accept_project(project, by=world.ana, now=JUNE)
    assert (_told("dossier_returned"), _told("dossier_standing")) == ([], ["ben", "dora"])
