"""Whom a list of an activity names: by words of titles and posts, and on the day that is asked for."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from actionlearning.foundation.errors import BadInput
from groups.actions.bodies import add_post, appoint, dissolve_body, end_tenure
from groups.actions.persons import add_person
from groups.models import Organisation, Person, Tenure
from programmes.actions.teams import Seat, add_member
from programmes.models import Programme
from programmes.models.project import TeamRole
from programmes.queries.learners import Audience, people_of, title_words
from tests.moments import NOON
from tests.programmes.paper_screens import count_queries
from tests.programmes.topics import JUNE, propose
from tests.programmes.unit_activities import planned
from tests.world import START, World, office_of

TODAY = JUNE.date()


def titled(world: World, name: str, title: str, unit: Organisation | None = None) -> Person:
    facts = {"starts_on": START, "by": world.system, "now": NOON}
    return add_person(organisation=unit or world.bureau, name=name, title=title, **facts)  # type: ignore[arg-type]


def in_post(world: World, name: str, title: str) -> Person:
    """The roster says nothing of his title, his post in the office does."""
    person = titled(world, name, "")
    post = add_post(office_of(world.bureau, world.system), title=title, by=world.system, now=NOON)
    appoint(post, person=person, starts_on=START, by=world.system, now=NOON)
    return person


@pytest.fixture
def cadres(world: World) -> None:
    titled(world, "甲一", "救助科科长")
    titled(world, "乙二", "办公室副主任、工会主席")
    titled(world, "丙三", "科员")
    titled(world, "丁四", "基教科科长", world.sister)
    in_post(world, "戊五", "培训部部长")


def names(world: World, programme: Programme, day: date = TODAY, **audience: Any) -> list[str]:
    rows = people_of(world.ana, programme, Audience(**audience), day)
    return sorted(row.name for row in rows)


CADRES = ("科长", "部长", "主任")


@pytest.mark.rule("P1-35")
@pytest.mark.usefixtures("cadres")
def test_cadres_are_named_by_words_of_their_titles_and_posts(
    world: World, programme: Programme
) -> None:
    assert names(world, programme, titles=CADRES) == ["丁四", "乙二", "戊五", "甲一"]
    assert names(world, programme, titles=("科",)) == ["丁四", "丙三", "甲一"]
    own = (world.bureau.pk,)
    assert names(world, programme, titles=CADRES, units=own) == ["乙二", "戊五", "甲一"]
    for nothing in ("%", "_", "局长"):
        assert names(world, programme, titles=(nothing,)) == []
    end_tenure(
        Tenure.objects.get(person__name="戊五"), on=date(2026, 5, 31), by=world.system, now=JUNE
    )
    assert names(world, programme, titles=("部长",)) == []
    assert names(world, programme, date(2026, 5, 31), titles=("部长",)) == ["戊五"]


@pytest.mark.rule("P1-35")
@pytest.mark.usefixtures("cadres")
def test_cadres_team_members_and_facilitators_stand_in_one_list(
    world: World, programme: Programme, sign_in: Any
) -> None:
    project = propose(world, programme)
    for name, role in (("己六", TeamRole.CORE_LEARNER), ("庚七", TeamRole.FACILITATOR)):
        seat = Seat(person=titled(world, name, ""), role=role)
        add_member(project, seat=seat, by=world.ben, now=JUNE)
    seats = ("core_learner", "facilitator")
    found = names(world, programme, titles=CADRES, seats=seats)
    assert found == sorted(["丁四", "乙二", "己六", "庚七", "戊五", "甲一"])

    made = planned(world, programme)
    page = reverse("programmes:activity_participants", args=[world.tenant.slug, made.pk])
    asked = f"{page}?titles=科长，部长 主任&seats=core_learner&seats=facilitator"
    answer = sign_in(world.ben).get(asked)
    invited = sorted(line["name"] for line in answer.context["found"])
    assert invited == sorted(
        set(found) - {"丁四"}
    )  # of the sister's roster the bureau invites nobody
    assert 'value="科长，部长 主任"' in answer.content.decode()


@pytest.mark.usefixtures("cadres")
@pytest.mark.parametrize("reader", ["ana", "ben", "sis"])
def test_page_and_twin_find_the_same_by_title(
    world: World, programme: Programme, sign_in: Any, reader: str
) -> None:
    client, slug = sign_in(getattr(world, reader)), world.tenant.slug
    page = reverse("programmes:training_lacking", args=[slug, programme.pk])
    api = f"/t/{slug}/api/v1/learners/"
    seen = {
        "ana": ["丁四", "乙二", "戊五", "甲一"], "ben": ["乙二", "戊五", "甲一"], "sis": ["丁四"],
    }  # fmt: skip
    asked = {"titles": "科长、部长;主任"}
    lines = client.get(page, asked).context["lines"]
    assert sorted(line["name"] for line in lines) == seen[reader]
    told = client.get(api, {"programme": str(programme.pk), **asked}).json()["results"]
    assert sorted(line["name"] for line in told) == seen[reader]
    assert count_queries(client, f"{page}?titles=科长") <= 8
    assert count_queries(client, f"{api}?programme={programme.pk}&titles=科长") <= 5


def test_words_of_titles_are_parted_and_counted_once() -> None:
    assert title_words(" 科长、部长，主任;科长\u3000处长, ") == ("科长", "部长", "主任", "处长")
    assert title_words(" ，") == ()
    assert title_words("长" * 30) == ("长" * 30,)


@pytest.mark.parametrize("typed", ["长" * 31, " ".join(f"词{n}" for n in range(11)), "科\x07长"])
@pytest.mark.usefixtures("cadres")
def test_titles_that_make_no_sense_are_refused_and_find_nobody(
    world: World, programme: Programme, sign_in: Any, typed: str
) -> None:
    with pytest.raises(BadInput) as caught:
        title_words(typed)
    assert (caught.value.code, set(caught.value.fields)) == ("bad_filter", {"titles"})
    client, slug = sign_in(world.ben), world.tenant.slug
    api = f"/t/{slug}/api/v1/learners/"
    refused = client.get(api, {"programme": str(programme.pk), "titles": typed})
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["titles"])
    made = planned(world, programme)
    page = reverse("programmes:activity_participants", args=[slug, made.pk])
    answer = client.get(page, {"titles": typed})
    assert (answer.status_code, answer.context["found"]) == (200, [])
    assert answer.context["filters"].errors["titles"]


def test_a_client_that_names_no_programme_is_told_which_filter_is_meant(
    world: World, programme: Programme, sign_in: Any
) -> None:
    answer = sign_in(world.ben).get(f"/t/{world.tenant.slug}/api/v1/learners/")
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["programme"])


def test_the_days_of_a_body_decide_who_is_listed(world: World, programme: Programme) -> None:
    """It is known already that the office ends with the year."""
    office, last = office_of(world.bureau, world.system), date(2026, 12, 31)
    dissolve_body(office, on=last, by=world.system, now=JUNE)
    own = (world.bureau.pk,)
    asked: dict[str, Any] = {"bodies": ("executive_office",), "units": own}
    for day in (date(2026, 6, 10), last):
        assert names(world, programme, day, **asked) == ["刘联", "杜若", "贝宁"]
        assert names(world, programme, day, roles=("office_director",), units=own) == ["杜若"]
    assert names(world, programme, date(2027, 1, 2), **asked) == []
