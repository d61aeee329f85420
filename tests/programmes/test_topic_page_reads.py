"""The page of a topic reads what stands beside it at once: as many questions for three of everything as for one."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils.timezone import localdate

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.models import User
from groups.actions.accounts import choose_language
from groups.actions.grants import grant
from groups.actions.users import create_user
from groups.models import Person
from programmes.actions.milestones import add_milestone
from programmes.actions.problems import raise_problem
from programmes.actions.projects import choose_project
from programmes.actions.submissions import submit_project
from programmes.actions.teams import Seat, set_team
from programmes.actions.topic_opinions import add_opinion
from programmes.actions.topic_scores import Mark, score_topic
from programmes.models import Clause, Plan, Programme, Project
from programmes.queries import plan_in_force
from programmes.queries.citing import COLUMNS, citing_plan
from tests.programmes.activities import activity, planned
from tests.programmes.paper_screens import at, count_queries
from tests.programmes.papers_on_their_way import draft, promoter
from tests.programmes.topics import JUNE, propose, seats
from tests.world import World

MOST = 8
PAPERS = ("project_plan", "training_plan", "solution_report")


def furnished(world: World, programme: Programme, title: str, count: int) -> Project:
    """A chosen topic with `count` of everything that may stand beside it; its convener is on the roster."""
    project = propose(world, programme, title)
    words = {"giver": "乡镇干部", "given_on": date(2026, 6, 8), "text": "先摸清底数。"}
    for by in (world.ben, world.lena, world.dora)[:count]:
        add_opinion(project, **words, by=world.ben, now=JUNE)
        score_topic(project, marks={"urgency": Mark(4, "群众反映强烈")}, by=by, now=JUNE)
    chair = Seat(role="convener", person=Person.objects.get(user=world.lena))
    team = [each for each in seats(5 + count) if each.role != "convener"]
    set_team(project, seats=[chair, *team], by=world.ben, now=JUNE)
    chosen = choose_project(project, by=world.lena, now=JUNE)
    for number in range(count):
        _one_more(world, chosen, number)
    return chosen


def _one_more(world: World, project: Project, number: int) -> None:
    day = date(2026, 7, 1 + number)
    add_milestone(project, title=f"第{number}步", due_on=day, by=world.ben, now=JUNE)
    activity(project, world, f"第{number}次")
    propose(world, project.programme, f"部分{number}", parent=project)
    draft(world, project.programme, PAPERS[number], project=project)
    raise_problem(
        programme=project.programme, organisation=world.bureau, project=project, by=world.ben,
        now=JUNE, title=f"问题{number}", person_name="刘联", due_on=date(2026, 12, 31),
        measure="会商", text="经费不足",
    )  # fmt: skip
    guest = User.objects.create(
        login=f"g{number}{project.pk.hex[-6:]}", display_name="外请", created_at=JUNE
    )
    grant(project, to=guest, reason="专家", by=world.dora, now=JUNE)


def test_a_topic_with_three_of_everything_asks_as_much_as_with_one(
    world: World, programme: Programme, sign_in: Any
) -> None:
    one, three = (furnished(world, programme, f"课题{n}", n) for n in (1, 3))
    asked = {}
    for user in (world.ben, world.dora, world.lena, world.ana):
        client = sign_in(user)
        client.get(at("project_detail", world, one.pk))
        asked[user.login] = [
            count_queries(client, at("project_detail", world, row.pk)) for row in (one, three)
        ]

    page = sign_in(world.ben).get(at("project_detail", world, three.pk)).context
    assert [len(page[name]) for name in ("milestones", "activities", "problems", "grants")] == [
        3
    ] * 4
    assert (len(page["tree"]), len(page["members"])) == (4, 10)
    assert (len(page["candidate"]["opinions"]), len(page["papers"])) == (3, 3)
    assert all(few == many <= MOST for few, many in asked.values()), asked


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_page_asks_as_little_in_each_language(
    world: World, programme: Programme, sign_in: Any, language: str
) -> None:
    topics = [furnished(world, programme, "课题", 1)]
    topics.append(Project.objects.get(pk=planned(world, programme, promoter(world)).project_id))
    submit_project(topics[1], by=world.ben, now=JUNE)
    for user in (world.ben, world.dora, world.lena, world.ana):
        choose_language(user, language=language)
        client = sign_in(user)
        for topic in topics:
            address = at("project_detail", world, topic.pk)
            assert client.get(address).headers["Content-Language"] == language
            assert count_queries(client, address) <= MOST, user.login


def test_the_office_above_and_a_plan_in_effect_cost_no_more(
    world: World, programme: Programme, sign_in: Any
) -> None:
    paper = planned(world, programme, promoter(world))
    project = Project.objects.get(pk=paper.project_id)
    reader = sign_in(world.ana)
    address = at("project_detail", world, project.pk)
    reader.get(address)
    before = count_queries(reader, address)
    submit_project(project, by=world.ben, now=JUNE)

    deciding = count_queries(reader, address)

    page = reader.get(address).context
    assert page["can_decide"]
    assert any("approved" in event["text"] for event in page["events"])
    assert len(page["timetable"]) == 4
    assert max(before, deciding) <= MOST


def test_a_guest_is_shown_neither_problems_nor_other_guests(
    world: World, programme: Programme, sign_in: Any
) -> None:
    project = furnished(world, programme, "课题", 1)
    guide, _password = create_user(
        login="guide", person=None, display_name="促进师", by=world.system, now=JUNE
    )
    User.objects.filter(pk=guide.pk).update(must_change_password=False)
    grant(project, to=guide, reason="促进", by=world.dora, now=JUNE)
    client, address = (
        sign_in(User.objects.get(pk=guide.pk)),
        at("project_detail", world, project.pk),
    )

    page = client.get(address).context

    assert (page["problems"], page["grants"]) == (None, [])
    assert [len(page[name]) for name in ("milestones", "activities")] == [1, 1]
    assert page["turns"]
    assert count_queries(client, address) <= MOST


def test_a_grant_with_its_last_day_is_on_the_page(
    world: World, programme: Programme, sign_in: Any
) -> None:
    project = propose(world, programme)
    guest = User.objects.create(login="gao", display_name="高工", created_at=JUNE)
    last = localdate(database_now()) + timedelta(days=9)
    grant(project, to=guest, reason="专家", ends_on=last, by=world.dora, now=database_now())

    page = sign_in(world.dora).get(at("project_detail", world, project.pk))

    assert page.status_code == 200
    (row,) = page.context["grants"]
    assert (row["name"], bool(row["until"])) == ("高工", True)


@pytest.mark.parametrize(
    ("day", "number"), [(date(2025, 1, 1), 1), (date(2026, 6, 10), 2), (date(2030, 1, 1), 3)]
)
def test_the_plan_with_its_sentences_is_the_plan_in_force(
    world: World, programme: Programme, day: date, number: int
) -> None:
    first = programme.plans.get()
    for version, applies in ((2, date(2026, 6, 10)), (3, date(2027, 1, 1))):
        made = Plan.objects.create(
            programme=programme, number=version, applies_from=applies, head=first.head,
            digest=str(version), loaded_at=JUNE,
        )  # fmt: skip
        for ordinal, cites in enumerate((["P2-01"], [], ["P2-02", "P2-03"]), 1):
            Clause.objects.create(
                plan=made, ordinal=9 - ordinal, key=f"{version}.{ordinal}", kind="paragraph",
                text=f"第{ordinal}句", cites=cites,
            )  # fmt: skip

    plan, clauses = citing_plan(programme, day)

    assert plan is not None
    assert (plan, plan.number) == (plan_in_force(programme, day), number)
    kept = Clause.objects.filter(plan=plan).exclude(cites=[]).order_by("ordinal")
    assert [whole(each) for each in clauses] == [whole(each) for each in kept]
    assert len(clauses) > 1


def whole(row: Clause) -> list[Any]:
    return [getattr(row, name) for name in COLUMNS]
