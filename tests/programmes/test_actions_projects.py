"""From candidate to chosen: who may, what is refused, what stays on record."""

import pytest
from django.db import transaction

from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken, Stale
from actionlearning.foundation.models import AuditEvent, Notice
from actionlearning.foundation.notices import subject_and_text
from actionlearning.foundation.workflow import Step
from programmes import states
from programmes.actions.conclusions import conclude_project, reopen_project
from programmes.actions.projects import (
    change_project,
    choose_project,
    decline_project,
    propose_project,
)
from programmes.actions.submissions import accept_project, return_project, submit_project
from programmes.models import Programme, Project, ProjectTurn
from programmes.states import TEXT_OPEN, ProjectState
from tests.programmes.topics import (
    JUNE,
    RESULT,
    WITHOUT,
    WORDS,
    actor,
    chosen,
    in_state,
    propose,
    submitted,
)
from tests.world import World

STEPS = {
    "choose": states.CHOOSE,
    "decline": states.DECLINE,
    "submit": states.SUBMIT,
    "accept": states.ACCEPT,
    "return": states.RETURN,
    "conclude": states.CONCLUDE,
    "reopen": states.REOPEN,
    "change": Step(TEXT_OPEN, "", needs=None),
}


def act(verb: str, project: Project, world: World) -> Project:
    given = {"by": actor(world, verb), "now": JUNE}
    if verb in ("decline", "return"):
        given["opinion"] = "理由"
    verbs = {
        "choose": choose_project,
        "decline": decline_project,
        "submit": submit_project,
        "accept": accept_project,
        "return": return_project,
        "conclude": lambda subject, **who: conclude_project(
            subject, **RESULT, papers_reason=WITHOUT, concluded_on=JUNE.date(), **who
        ),
        "reopen": lambda subject, **who: reopen_project(subject, reason="未见效", **who),
        "change": lambda subject, **who: change_project(subject, title="改名", **who),
    }
    return verbs[verb](project, **given)


MATRIX = [(state, verb) for state in ProjectState for verb in STEPS]


@pytest.mark.parametrize(("state", "verb"), MATRIX, ids=str)
def test_project_verb_is_open_in_exactly_the_states_of_its_step(
    world: World, programme: Programme, state: str, verb: str
) -> None:
    project, step = in_state(world, programme, state), STEPS[verb]

    if state in step.source:
        assert act(verb, project, world).state == (step.target or state)
    else:
        with pytest.raises(RuleBroken) as refused:
            act(verb, project, world)
        assert refused.value.code == "wrong_state"


@pytest.mark.rule("P2-22")
def test_choose_project_writes_who_and_when_and_a_turn(world: World, programme: Programme) -> None:
    project = propose(world, programme)

    choose_project(project, by=world.lena, now=JUNE, opinion="同意")

    project.refresh_from_db()
    assert (project.state, project.chosen_by, project.chosen_at) == ("chosen", world.lena, JUNE)
    turns = ProjectTurn.objects.filter(project=project).order_by("at", "id")
    assert [(turn.step, turn.by_name, turn.opinion) for turn in turns] == [
        ("candidate", "贝宁", ""),
        ("chosen", "雷娜", "同意"),
    ]
    assert AuditEvent.objects.filter(action="project.chosen", target=project.pk).count() == 1


def test_decline_project_needs_a_reason(world: World, programme: Programme) -> None:
    project = propose(world, programme)

    with pytest.raises(BadInput) as refused:
        decline_project(project, opinion="  ", by=world.lena, now=JUNE)

    assert list(refused.value.fields) == ["opinion"]
    project.refresh_from_db()
    assert project.state == ProjectState.CANDIDATE


@pytest.mark.parametrize("who", ["ana", "sis", "kid", "lena", "auditor"])
def test_propose_project_is_for_the_units_own_office(
    world: World, programme: Programme, who: str
) -> None:
    with pytest.raises(NotAllowed):
        propose(world, programme, by=getattr(world, who))


@pytest.mark.parametrize("who", ["ana", "ben", "dora", "sis", "kid"])
def test_choose_project_is_for_the_units_leading_group(
    world: World, programme: Programme, who: str
) -> None:
    project = propose(world, programme)

    with pytest.raises(NotAllowed):
        choose_project(project, by=getattr(world, who), now=JUNE)


def test_propose_project_needs_an_enrolled_unit(world: World, programme: Programme) -> None:
    with pytest.raises(RuleBroken) as refused:
        propose(world, programme, organisation=world.child, by=world.kid)

    assert refused.value.code == "not_enrolled"


def test_propose_project_reports_to_the_supervisor_of_the_enrolment(
    world: World, programme: Programme
) -> None:
    project = propose(world, programme)

    assert (project.supervisor, project.org_path) == (world.county, world.bureau.path)
    assert project.ancestor_2 == world.bureau.pk


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "题" * 121}, "title"),
        ({"months": 0}, "months"),
        ({"months": 61}, "months"),
        ({"participating_units": "局" * 301}, "participating_units"),
    ],
)
def test_propose_project_names_the_field_that_is_wrong(
    world: World, programme: Programme, words: dict[str, object], field: str
) -> None:
    given = {**WORDS, "title": "孤儿救助", **words}

    with pytest.raises(BadInput) as refused:
        propose_project(
            programme=programme, organisation=world.bureau, by=world.ben, now=JUNE, **given
        )

    assert list(refused.value.fields) == [field]


@pytest.mark.rule("P2-30")
def test_change_project_refuses_what_is_too_long_with_the_plans_sentence(
    world: World, programme: Programme
) -> None:
    project = propose(world, programme)

    with pytest.raises(BadInput) as refused:
        change_project(project, by=world.ben, now=JUNE, background="长" * 20_001)

    assert (refused.value.code, refused.value.rule) == ("too_long", "P2-30")
    assert list(refused.value.fields) == ["background"]
    assert refused.value.cited[0].text


def test_change_project_refuses_an_older_version(world: World, programme: Programme) -> None:
    project = propose(world, programme)
    change_project(project, by=world.ben, now=JUNE, seen=1, approach="新的思路")

    with pytest.raises(Stale):
        change_project(project, by=world.liu, now=JUNE, seen=1, approach="别的思路")

    project.refresh_from_db()
    assert (project.approach, project.version) == ("新的思路", 2)


@pytest.mark.rule("P2-23")
def test_projects_split_into_three_levels_and_no_more(world: World, programme: Programme) -> None:
    whole = propose(world, programme)
    part = propose(world, programme, "摸底建档", parent=whole)
    piece = propose(world, programme, "入户登记", parent=part)

    with pytest.raises(RuleBroken) as refused:
        propose(world, programme, "更细", parent=piece)

    assert (refused.value.code, refused.value.rule) == ("too_deep", "P2-23")
    assert [p.level for p in Project.objects.inside(whole)] == [1, 2, 3]
    assert list(Project.objects.inside(part)) == [part, piece]


def test_parts_follow_their_whole_when_it_is_chosen(world: World, programme: Programme) -> None:
    whole = propose(world, programme)
    part = propose(world, programme, "摸底建档", parent=whole)

    with pytest.raises(RuleBroken) as refused:
        choose_project(part, by=world.lena, now=JUNE)
    choose_project(whole, by=world.lena, now=JUNE)
    later = propose(world, programme, "入户登记", parent=whole)

    part.refresh_from_db()
    assert (refused.value.code, refused.value.rule) == ("follows_parent", "P2-22")
    assert (part.state, part.chosen_by, later.state) == ("chosen", world.lena, "chosen")


def test_a_part_belongs_to_the_unit_of_its_whole(world: World, programme: Programme) -> None:
    whole = propose(world, programme)

    with pytest.raises(BadInput):
        propose(world, programme, "别家的", parent=whole, organisation=world.sister, by=world.sis)


def told(kind: str) -> list[str]:
    rows = Notice.objects.filter(kind=f"programmes.{kind}", retracted_at=None)
    return sorted(rows.values_list("recipient__login", flat=True))


def test_propose_project_tells_the_leading_group(world: World, programme: Programme) -> None:
    whole = propose(world, programme)
    propose(world, programme, "摸底建档", parent=whole)

    assert told("project_proposed") == ["lena"]


def test_choose_project_tells_who_submits_and_who_proposed(
    world: World, programme: Programme
) -> None:
    project = propose(world, programme, by=world.liu)

    choose_project(project, by=world.lena, now=JUNE, opinion="同意")

    assert (told("project_chosen"), told("project_proposed")) == (["ben", "dora", "liu"], [])
    subject, text = subject_and_text(Notice.objects.filter(kind="programmes.project_chosen")[0])
    assert ("孤儿救助" in subject, "同意" in text) == (True, True)


def test_decline_project_tells_them_why(world: World, programme: Programme) -> None:
    project = propose(world, programme, by=world.liu)

    decline_project(project, opinion="与去年课题重复", by=world.lena, now=JUNE)

    assert (told("project_declined"), told("project_proposed")) == (["ben", "dora", "liu"], [])
    _subject, text = subject_and_text(Notice.objects.filter(kind="programmes.project_declined")[0])
    assert "与去年课题重复" in text


@pytest.mark.rule("P2-22")
def test_choose_project_refuses_a_third_topic_and_says_what_to_do(
    world: World, programme: Programme
) -> None:
    first, second = (chosen(world, programme, title) for title in ("第一题", "第二题"))
    third = propose(world, programme, "第三题")

    with pytest.raises(RuleBroken) as refused:
        choose_project(third, by=world.lena, now=JUNE)
    decline_project(second, opinion="改选第三题", by=world.lena, now=JUNE)

    assert (refused.value.code, refused.value.rule) == ("too_many_topics", "P2-22")
    assert "“第一题”、“第二题”" in refused.value.message
    assert [each.clause for each in refused.value.cited] == ["3.2.1"]
    assert choose_project(third, by=world.lena, now=JUNE).state == ProjectState.CHOSEN
    assert Project.objects.get(pk=first.pk).state == ProjectState.CHOSEN


def test_parts_follow_their_whole_when_its_choice_is_taken_back(
    world: World, programme: Programme
) -> None:
    whole = propose(world, programme)
    part = propose(world, programme, "摸底建档", parent=whole)
    choose_project(whole, by=world.lena, now=JUNE)

    decline_project(whole, opinion="暂缓", by=world.lena, now=JUNE)

    part.refresh_from_db()
    assert part.state == ProjectState.DECLINED


def test_a_refused_verb_leaves_nothing_behind(world: World, programme: Programme) -> None:
    project = submitted(world, programme)
    before = ProjectTurn.objects.count(), AuditEvent.objects.count(), Notice.objects.count()

    with pytest.raises(NotAllowed), transaction.atomic():
        accept_project(project, by=world.sis, now=JUNE)

    assert before == (
        ProjectTurn.objects.count(),
        AuditEvent.objects.count(),
        Notice.objects.count(),
    )
