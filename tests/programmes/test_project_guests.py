"""An outsider serves one project: sees it, and neither its sister nor anything else."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from django.utils.timezone import localdate

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.errors import BadInput, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.scope import NOWHERE, scope
from groups.access import standing_of
from groups.actions.grants import end_grant, grant
from groups.actions.users import create_user
from groups.models import Grant
from programmes.actions.dossiers import open_dossier
from programmes.models import Dossier, Programme, Project
from programmes.procedures import Outcome
from tests.programmes.papers_on_their_way import act, june, promoter, sent
from tests.programmes.topics import JUNE, chosen, propose
from tests.world import World


def at(name: str, world: World, *args: Any) -> str:
    return reverse(f"programmes:{name}", args=[world.tenant.slug, *args])


@pytest.fixture
def guide(world: World) -> User:
    """A facilitator without any post in this tenant."""
    user, _password = create_user(
        login="guide", person=None, display_name="外请促进师", by=world.system, now=JUNE
    )
    User.objects.filter(pk=user.pk).update(must_change_password=False)
    user.refresh_from_db()
    return user


@pytest.fixture
def pair(world: World, programme: Programme) -> tuple[Project, Project]:
    return chosen(world, programme, "促进师所在"), chosen(world, programme, "姊妹项目")


def open_to(project: Project, user: User, world: World) -> Grant:
    return grant(project, to=user, reason="担任促进师", by=world.dora, now=JUNE)


def api(world: World, *rest: str) -> str:
    return "/".join([f"/t/{world.tenant.slug}/api/v1/projects", *rest, ""])


@pytest.mark.parametrize("who", ["guide", "sis"])
def test_a_facilitator_sees_the_project_and_not_its_sister(
    world: World, pair: tuple[Project, Project], guide: User, sign_in: Any, who: str
) -> None:
    mine, other = pair
    user = guide if who == "guide" else world.sis
    open_to(mine, user, world)
    client = sign_in(user)

    page = client.get(at("project_list", world)).content.decode()
    listed = client.get(api(world)).json()["results"]

    assert "促进师所在" in page
    assert "姊妹项目" not in page
    assert [row["id"] for row in listed] == [str(mine.pk)]
    assert client.get(at("project_detail", world, mine.pk)).status_code == 200
    assert client.get(at("project_detail", world, other.pk)).status_code == 404
    assert client.get(api(world, str(mine.pk))).status_code == 200
    assert client.get(api(world, str(other.pk))).status_code == 404


def test_without_a_grant_an_outsider_sees_nothing(
    world: World, pair: tuple[Project, Project], guide: User, sign_in: Any
) -> None:
    client = sign_in(guide)

    assert client.get(at("project_list", world)).context["lines"] == []
    assert client.get(api(world)).json()["results"] == []
    assert client.get(at("project_detail", world, pair[0].pk)).status_code == 404


def test_a_grant_shows_no_other_part_of_the_tree(
    world: World, programme: Programme, guide: User, sign_in: Any
) -> None:
    whole = propose(world, programme, "整体")
    part = propose(world, programme, "开放的部分", parent=whole)
    propose(world, programme, "另一部分", parent=whole)
    open_to(part, guide, world)

    page = sign_in(guide).get(at("project_detail", world, part.pk)).content.decode()

    assert "开放的部分" in page
    assert "整体" not in page
    assert "另一部分" not in page


WRITES = [
    ("get", "project_edit"), ("get", "project_members"), ("post", "project_choice"),
    ("post", "project_refusal"), ("post", "project_submission"), ("post", "project_acceptance"),
    ("post", "project_return"), ("post", "project_grants"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "name"), WRITES)
@pytest.mark.parametrize("who", ["guide", "sis"])
def test_a_grant_lets_nobody_write(
    world: World, pair: tuple[Project, Project], guide: User, sign_in: Any,
    method: str, name: str, who: str,
) -> None:  # fmt: skip
    user = guide if who == "guide" else world.sis
    open_to(pair[0], user, world)

    answer = getattr(sign_in(user), method)(at(name, world, pair[0].pk), {"opinion": "x"})

    assert answer.status_code == 404
    pair[0].refresh_from_db()
    assert pair[0].state == "chosen"


def behind_the_wall(world: World, user: User, table: str) -> int:
    """Rows the database itself would hand out to this reader, whatever our code asks."""
    standing = standing_of(User.objects.get(pk=user.pk))
    with scope(world.tenant, path=standing.path, actor=user), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


def test_the_path_wall_opens_as_far_as_the_granted_unit(
    world: World, pair: tuple[Project, Project], guide: User
) -> None:
    assert standing_of(guide).path == NOWHERE
    assert behind_the_wall(world, guide, "programmes_project") == 0

    open_to(pair[0], guide, world)

    again = User.objects.get(pk=guide.pk)
    assert standing_of(again).path == world.bureau.path
    assert behind_the_wall(world, guide, "groups_person") == 5  # the bureau's and its institution's
    assert standing_of(User.objects.get(pk=world.sis.pk)).path == world.sister.path


def test_a_grant_in_another_unit_widens_to_the_common_parent_only(
    world: World, pair: tuple[Project, Project]
) -> None:
    open_to(pair[0], world.sis, world)

    assert standing_of(User.objects.get(pk=world.sis.pk)).path == world.county.path


def test_a_project_is_opened_and_closed_again_on_its_page(
    world: World, pair: tuple[Project, Project], guide: User, sign_in: Any
) -> None:
    client, mine = sign_in(world.dora), pair[0]
    client.post(at("project_grants", world, mine.pk), {"login": "Guide ", "reason": "担任促进师"})
    found = Grant.objects.get()
    page = client.get(at("project_detail", world, mine.pk)).content.decode()
    assert "外请促进师" in page

    client.post(at("project_grant_end", world, mine.pk, found.pk))

    found.refresh_from_db()
    assert found.ended_at is not None
    assert sign_in(guide).get(at("project_detail", world, mine.pk)).status_code == 404


def offered(world: World, project: Project, client: Any) -> list[str]:
    form = client.get(at("project_detail", world, project.pk)).context["grant_form"]
    return [login for login, _words in form.fields["to"].choices]


def test_who_is_on_no_roster_and_holds_no_right_is_offered_and_nobody_else(
    world: World, pair: tuple[Project, Project], guide: User, sign_in: Any
) -> None:
    client = sign_in(world.dora)
    assert offered(world, pair[0], client) == ["", "guide"]

    client.post(at("project_grants", world, pair[0].pk), {"to": "guide", "reason": "专家"})

    assert Grant.objects.get().user == guide


@pytest.mark.parametrize(
    "typed",
    [{"to": "guide", "login": "sis"}, {}, {"to": "sis"}],
    ids=["both", "none", "not offered"],
)
def test_one_name_is_chosen_or_typed(
    world: World, pair: tuple[Project, Project], guide: User, sign_in: Any, typed: dict[str, str]
) -> None:
    where = at("project_grants", world, pair[0].pk)
    answer = sign_in(world.dora).post(where, {**typed, "reason": "专家"})
    assert (answer.status_code, list(answer.context["grant_form"].errors)) == (422, ["to"])
    assert not Grant.objects.exists()


def test_a_grant_runs_out_by_itself(
    world: World, pair: tuple[Project, Project], guide: User, sign_in: Any
) -> None:
    mine, today = pair[0], localdate(database_now())
    found = grant(mine, to=guide, reason="专家", ends_on=today, by=world.dora, now=database_now())
    for project in pair[1:]:
        open_to(project, guide, world)
    client, where = sign_in(guide), at("project_detail", world, mine.pk)
    assert client.get(where).status_code == 200

    Grant.objects.filter(pk=found.pk).update(ends_on=today - timedelta(days=1))

    assert client.get(where).status_code == 404
    assert client.get(api(world, str(mine.pk))).status_code == 404
    assert client.get(at("project_detail", world, pair[1].pk)).status_code == 200
    page = sign_in(world.dora).get(where)
    assert page.context["grants"] == []
    assert offered(world, mine, sign_in(world.dora)) == ["", "guide"]
    again = grant(mine, to=guide, reason="再请", by=world.dora, now=database_now())
    with pytest.raises(RuleBroken):
        end_grant(found, subject=mine, by=world.dora, now=database_now())
    assert client.get(where).status_code == 200
    assert again.ends_on is None


def test_the_last_of_the_grants_that_runs_out_shuts_the_wall(
    world: World, pair: tuple[Project, Project], guide: User
) -> None:
    found = open_to(pair[0], guide, world)
    Grant.objects.filter(pk=found.pk).update(ends_on=localdate(JUNE))
    assert standing_of(User.objects.get(pk=guide.pk)).path == NOWHERE


def test_a_grant_does_not_begin_after_its_last_day(
    world: World, pair: tuple[Project, Project], guide: User
) -> None:
    with pytest.raises(BadInput) as refused:
        grant(
            pair[0],
            to=guide,
            reason="专家",
            ends_on=localdate(JUNE) - timedelta(days=1),
            by=world.dora,
            now=JUNE,
        )
    assert list(refused.value.fields) == ["ends_on"]


@pytest.mark.parametrize(
    ("typed", "status"),
    [({"login": "nobody", "reason": "专家"}, 422), ({"login": "guide", "reason": ""}, 422)],
)
def test_a_refused_grant_keeps_what_was_typed(
    world: World, pair: tuple[Project, Project], guide: User, sign_in: Any,
    typed: dict[str, str], status: int,
) -> None:  # fmt: skip
    answer = sign_in(world.dora).post(at("project_grants", world, pair[0].pk), typed)

    assert answer.status_code == status
    assert typed["login"] in answer.content.decode()
    assert not Grant.objects.exists()


def test_only_the_director_opens_a_project(
    world: World, pair: tuple[Project, Project], guide: User, sign_in: Any
) -> None:
    for who in ("ben", "ana", "lena"):
        answer = sign_in(getattr(world, who)).post(
            at("project_grants", world, pair[0].pk), {"login": "guide", "reason": "专家"}
        )
        assert answer.status_code == 404


def test_a_guests_list_changes_with_every_grant(
    world: World, pair: tuple[Project, Project], guide: User, sign_in: Any
) -> None:
    mine, other = pair
    open_to(mine, guide, world)
    client = sign_in(guide)
    tag = client.get(api(world))["ETag"]
    unchanged = client.get(api(world), HTTP_IF_NONE_MATCH=tag).status_code

    open_to(other, guide, world)

    again = client.get(api(world), HTTP_IF_NONE_MATCH=tag)
    assert (unchanged, again.status_code, len(again.json()["results"])) == (304, 200, 2)


@pytest.mark.parametrize("who", ["guide", "sis"])
def test_an_observer_reads_what_was_sent_about_his_topic_and_nothing_else(
    world: World, programme: Programme, pair: tuple[Project, Project], guide: User, sign_in: Any,
    who: str,
) -> None:  # fmt: skip
    """The plan and its timetable; no draft, no paper of the sister topic, none of the unit itself."""
    mine, other = pair
    plan = sent(world, programme, project=mine)
    hidden = [
        open_dossier(
            programme=programme, organisation=world.bureau, kind="team_list", project=mine,
            by=world.ben, now=JUNE,
        ),
        sent(world, programme, project=other),
        sent(world, programme, "support_request"),
    ]  # fmt: skip
    user = guide if who == "guide" else world.sis
    assert sign_in(user).get(at("dossier_detail", world, plan.pk)).status_code == 404

    open_to(mine, user, world)
    client = sign_in(user)

    listed = client.get(f"/t/{world.tenant.slug}/api/v1/dossiers/").json()["results"]
    assert [row["id"] for row in listed] == [str(plan.pk)]
    assert client.get(at("dossier_detail", world, plan.pk)).context["text"]["timetables"]
    for paper in hidden:
        assert client.get(at("dossier_detail", world, paper.pk)).status_code == 404
    page = client.get(at("project_detail", world, mine.pk))
    assert [row["pk"] for row in page.context["papers"]] == [plan.pk]


def test_an_observer_reads_the_timetable_and_not_who_works_where(
    world: World, programme: Programme, pair: tuple[Project, Project], guide: User, sign_in: Any
) -> None:
    head = promoter(world, "tuidongzuzhang")
    plan = sent(world, programme, project=pair[0])
    open_to(pair[0], guide, world)
    client, where = sign_in(guide), at("dossier_detail", world, plan.pk)

    page = client.get(where)
    assert (page.context["court"].holders[0]["names"], page.context["can_edit"]) == ("", False)
    assert head.login not in page.content.decode()
    for name in ("dossier_edit", "dossier_import"):
        assert client.get(at(name, world, plan.pk)).status_code == 404
    assert client.post(at("dossier_revision", world, plan.pk), {"reason": "x"}).status_code == 404

    act(plan, Outcome.APPROVED, head, june(12))

    tracks = client.get(at("project_detail", world, pair[0].pk)).context["timetable"]
    assert tracks
    Grant.objects.filter(user=guide).update(ended_at=june(13))
    assert not Dossier.objects.visible_to(guide).exists()
