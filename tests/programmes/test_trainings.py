"""The team of any day, whom it lets see its topic, its convener, and who of it was never trained."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from groups.actions.grants import grant
from groups.actions.persons import add_person
from groups.models import Body, Grant, Person, Tenure
from programmes.actions.project_asks import asks_of, team_faults
from programmes.actions.teams import Seat, add_member, change_member, remove_member
from programmes.actions.trainings import record_training, withdraw_training
from programmes.models import Dossier, Programme, Project, TeamMember, Training
from programmes.queries import local_day
from programmes.queries.trainings import untrained_of
from tests.moments import NOON
from tests.programmes.papers_on_their_way import june
from tests.programmes.topics import JUNE, propose
from tests.world import START, World

DAY = local_day(JUNE)


@pytest.fixture
def project(world: World, programme: Programme) -> Project:
    return propose(world, programme)


def on_roster(world: World, name: str) -> Person:
    return add_person(
        organisation=world.bureau, name=name, starts_on=START, by=world.system, now=NOON
    )


def join(
    project: Project, world: World, by: User | None = None, now: Any = JUNE, **seat: Any
) -> TeamMember:
    return add_member(project, seat=Seat(**seat), by=by or world.ben, now=now)


def train(person: Person, programme: Programme, by: User, **given: Any) -> Training:
    facts: dict[str, Any] = {
        "contents": "methods", "held_on": DAY, "hours": Decimal(4), "now": JUNE, **given,
    }  # fmt: skip
    return record_training(person, programme=programme, by=by, **facts)


@pytest.mark.rule("P2-37")
def test_an_expert_from_outside_sees_the_topic_while_he_is_in_its_team(
    world: World, programme: Programme, project: Project, sign_in: Any
) -> None:
    guest = User.objects.create(
        login="guan", display_name="观察员", must_change_password=False, created_at=NOON
    )
    other = propose(world, programme, "养老服务")
    pages = [
        reverse("programmes:project_detail", args=[world.tenant.slug, each.pk])
        for each in (project, other)
    ]
    assert [sign_in(guest).get(page).status_code for page in pages] == [404, 404]
    form = {"name": "观察员", "role": "observer", "login": "Guan", "duties": "列席指导"}
    team = reverse("programmes:project_members", args=[world.tenant.slug, project.pk])
    assert sign_in(world.dora).post(team, form).status_code == 302
    assert [sign_in(guest).get(page).status_code for page in pages] == [200, 404]
    member = TeamMember.objects.get(project=project, name="观察员")
    remove_member(member, by=world.ben, now=JUNE)
    assert [sign_in(guest).get(page).status_code for page in pages] == [404, 404]
    assert Grant.objects.get(user=guest).ended_at is not None


def test_a_sign_in_that_does_not_exist_is_refused_with_what_was_typed(
    world: World, project: Project, sign_in: Any
) -> None:
    form = {"name": "观察员", "role": "observer", "login": "nobody", "duties": "列席指导"}
    team = reverse("programmes:project_members", args=[world.tenant.slug, project.pk])
    answer = sign_in(world.dora).post(team, form)
    assert answer.status_code == 422
    assert "列席指导" in answer.content.decode()
    assert not project.members.exists()


def team_page(world: World, project: Project) -> str:
    return f"/t/{world.tenant.slug}/api/v1/projects/{project.pk}/members/"


def put(client: Any, page: str, seats: list[dict[str, Any]]) -> Any:
    return client.put(page, {"seats": seats}, content_type="application/json")


def test_a_team_that_is_read_and_put_back_keeps_its_experts(
    world: World, project: Project, sign_in: Any
) -> None:
    guest = User.objects.create(login="guan", display_name="观察员", created_at=NOON)
    join(project, world, world.dora, name="观察员", role="observer", login="guan")
    client, page = sign_in(world.ben), team_page(world, project)
    (row,) = client.get(page).json()["results"]
    assert row["login"] == "guan"
    assert sign_in(world.lena).get(page).json()["results"][0]["login"] == ""
    words = {name: row[name] for name in ("name", "title", "role", "duties")}
    for seat in ({**words, "login": row["login"]}, words, {**words, "role": "facilitator"}):
        assert put(sign_in(world.ben), page, [seat]).status_code == 200
        assert Grant.objects.get(user=guest).ended_at is None
    assert put(sign_in(world.ben), page, [{**seat, "login": ""}]).status_code == 200
    assert Grant.objects.get(user=guest).ended_at is not None


def test_only_who_may_open_a_topic_names_a_sign_in_in_its_team(
    world: World, project: Project, sign_in: Any
) -> None:
    User.objects.create(login="guan", display_name="观察员", created_at=NOON)
    page = team_page(world, project)
    told = []
    for login in ("guan", "nobody"):
        seat = {"name": "观察员", "role": "observer", "login": login}
        client = sign_in(world.ben)
        answers = [client.post(page, seat, content_type="application/json")]
        answers.append(put(client, page, [seat]))
        assert [each.status_code for each in answers] == [403, 403]
        told.append([each.json()["title"] for each in answers])
    assert told[0] == told[1]
    assert not project.members.exists()
    assert not Grant.objects.exists()
    team = reverse("programmes:project_members", args=[world.tenant.slug, project.pk])
    assert 'name="login"' not in sign_in(world.ben).get(team).content.decode()
    assert 'name="login"' in sign_in(world.dora).get(team).content.decode()


def test_what_an_office_opened_stays_open_when_he_leaves_the_team(
    world: World, project: Project
) -> None:
    guest = User.objects.create(login="guan", display_name="观察员", created_at=NOON)
    grant(project, to=guest, reason="专家", by=world.dora, now=JUNE)
    member = join(project, world, world.dora, name="观察员", role="observer", login="guan")
    remove_member(member, by=world.ben, now=JUNE)
    assert Grant.objects.get(user=guest).ended_at is None


@pytest.mark.rule("P2-31")
def test_a_convener_of_the_roster_must_hold_a_leading_post(
    world: World, programme: Programme, project: Project
) -> None:
    asks = asks_of(programme, DAY)
    clerk = join(project, world, person=on_roster(world, "小科"), role="convener")
    fault = next(
        each for each in team_faults([clerk], asks, level=1) if each.code == "convener_post"
    )
    assert "小科" in fault.message
    assert fault.rule == "P2-31"
    leader = world.lena
    person = Person.objects.filter(user=leader).first()
    if person is None:
        pytest.fail("the leader of the bureau's leading group is on no roster")
    assert person.name in fault.message
    remove_member(clerk, by=world.ben, now=JUNE)
    chief = join(project, world, person=person, role="convener")
    codes = [each.code for each in team_faults([chief], asks, level=1)]
    assert "convener_post" not in codes


@pytest.mark.rule("P2-31")
@pytest.mark.parametrize("where", ["sister", "ended"])
def test_a_leading_post_elsewhere_or_in_a_body_of_the_past_is_none(
    world: World, programme: Programme, project: Project, where: str
) -> None:
    lena = Person.objects.get(user=world.lena)
    if where == "sister":
        Tenure.objects.filter(person=lena).update(
            organisation=world.sister, org_path=world.sister.path
        )
    else:
        Body.objects.filter(posts__tenures__person=lena).update(ends_on=DAY)
    member = join(project, world, person=lena, role="convener")
    faults = team_faults([member], asks_of(programme, DAY), level=1)
    assert "convener_post" in [each.code for each in faults]


def test_the_team_of_any_day_can_be_told(world: World, project: Project, sign_in: Any) -> None:
    first = join(project, world, name="甲", role="core_learner", now=june(10))
    second = join(project, world, name="乙", role="core_learner", now=june(12))
    change_member(second, role="liaison", by=world.ben, now=june(15))
    remove_member(first, by=world.ben, now=june(20))
    page = f"/t/{world.tenant.slug}/api/v1/projects/{project.pk}/members/"

    def told(day: int) -> list[tuple[str, str]]:
        rows = sign_in(world.ben).get(page, {"on": f"2026-06-{day}"}).json()["results"]
        return [(row["name"], row["role"]) for row in rows]

    learner = "core_learner"
    assert told(10) == [("甲", learner)]
    assert told(14) == [("甲", learner), ("乙", learner)]
    assert sorted(told(15)) == sorted([("甲", learner), ("乙", "liaison")])
    assert told(20) == [("乙", "liaison")]
    shown = reverse("programmes:project_team_day", args=[world.tenant.slug, project.pk])
    words = sign_in(world.ben).get(shown, {"on": "2026-06-10"}).content.decode()
    assert "甲" in words
    assert "乙" not in words


@pytest.mark.rule("P2-58")
def test_one_click_asks_the_office_above_for_those_who_lack_training(
    world: World, programme: Programme, project: Project, sign_in: Any
) -> None:
    one, two, three = (on_roster(world, name) for name in ("甲一", "乙二", "丙三"))
    for person in (one, two):
        join(project, world, person=person, role="core_learner")
    join(project, world, person=three, role="facilitator")
    train(one, programme, world.ben)
    assert [row.name for row in untrained_of(project)] == ["乙二"]
    where = reverse("programmes:project_training_request", args=[world.tenant.slug, project.pk])
    answer = sign_in(world.ben).post(where)
    made = Dossier.objects.get(kind="support_request")
    assert answer.status_code == 302
    assert str(made.pk) in answer["Location"]
    assert "乙二" in made.content["sections"]["matter"]
    assert "甲一" not in made.content["sections"]["matter"]
    train(two, programme, world.ben)
    assert sign_in(world.ben).post(where).status_code == 409


@pytest.mark.rule("P2-18")
def test_the_office_records_a_course_and_everybody_who_was_there(
    world: World, programme: Programme, sign_in: Any
) -> None:
    people = [on_roster(world, name) for name in ("甲一", "乙二")]
    slug = world.tenant.slug
    form = {
        "persons": [str(each.pk) for each in people], "contents": "methods",
        "title": "六顶思考帽", "held_on": DAY.isoformat(), "hours": "4.5",
    }  # fmt: skip
    client = sign_in(world.ben)
    where = reverse("programmes:training_new", args=[slug, programme.pk])
    assert client.post(where, form).status_code == 302
    page = reverse("programmes:training_list", args=[slug, programme.pk])
    shown = client.get(page).content.decode()
    assert all(name in shown for name in ("甲一", "乙二", "六顶思考帽", "4.5"))
    sheet = client.get(page, {"export": "xlsx"})
    assert sheet["Content-Type"].startswith("application/vnd.openxmlformats")
    assert client.post(where, form).status_code == 409
    assert Training.objects.count() == 2
    assert sign_in(world.sis).get(page).content.decode().count("甲一") == 0


def test_a_record_that_makes_no_sense_is_refused(world: World, programme: Programme) -> None:
    person = on_roster(world, "甲一")
    wrong: dict[str, Any]
    for wrong in (
        {"contents": "magic"},
        {"held_on": DAY + timedelta(days=1)},
        {"hours": Decimal(0)},
        {"title": "长" * 121},
    ):
        with pytest.raises(BadInput):
            train(person, programme, world.ben, **wrong)
    with pytest.raises(NotAllowed):
        train(person, programme, world.sis)
    made = train(person, programme, world.ben, held_on=date(2026, 6, 1))
    withdraw_training(made, by=world.ben, now=JUNE)
    with pytest.raises(RuleBroken):
        withdraw_training(made, by=world.ben, now=JUNE)
    assert not Training.objects.visible_to(world.ben).exists()


def test_a_client_records_and_reads_trainings(
    world: World, programme: Programme, project: Project, sign_in: Any, queries: Any
) -> None:
    person = on_roster(world, "甲一")
    join(project, world, person=person, role="core_learner")
    client, base = sign_in(world.ben), f"/t/{world.tenant.slug}/api/v1/"
    lacking = client.get(f"{base}untrained/{project.pk}/").json()["results"]
    assert [row["name"] for row in lacking] == ["甲一"]
    told = {
        "programme": str(programme.pk), "person": str(person.pk), "contents": "process",
        "held_on": DAY.isoformat(), "hours": "2.0",
    }  # fmt: skip
    made = client.post(f"{base}trainings/", told, content_type="application/json")
    assert made.status_code == 201, made.content
    rows = client.get(f"{base}trainings/", {"contents": "process"}).json()["results"]
    assert [row["name"] for row in rows] == ["甲一"]
    gone = client.post(f"{base}trainings/{rows[0]['id']}/withdrawal/")
    assert gone.status_code == 200
    assert not client.get(f"{base}trainings/").json()["results"]
