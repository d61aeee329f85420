"""A study visit: its places are the plan's, units name people, whoever holds it selects, reports come back."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from groups.models import Person
from programmes.access import may_report
from programmes.actions.selections import name_candidates, report_on_return, select_participant
from programmes.actions.unit_activities import plan_unit_activity
from programmes.models import Activity, Participant, Programme
from tests.programmes.topics import JUNE
from tests.programmes.unit_activities import held, on_roster
from tests.running import beijing, run_programme
from tests.world import World

BACK = beijing(9, 20, 9)


@pytest.fixture
def programme(world: World) -> Programme:
    return run_programme(world, "plan3")


def visit(world: World, programme: Programme, **given: Any) -> Activity:
    facts: dict[str, Any] = {
        "organisation": world.county, "kind": "study_visit", "title": "赴德学习",
        "first_day": date(2026, 9, 8), "last_day": date(2026, 9, 18), "by": world.ana, "now": JUNE,
        **given,
    }  # fmt: skip
    return plan_unit_activity(programme=programme, **facts)


def name(world: World, made: Activity, *people: Person, by: Any = None) -> list[Participant]:
    return name_candidates(made.programme, made.pk, people, by=by or world.ben, now=JUNE)


def choose(world: World, row: Participant, selection: str = "takes_part") -> Participant:
    given = {"selection": selection, "reason": "课题骨干"}
    return select_participant(row, **given, by=world.ana, now=JUNE)


@pytest.mark.rule("P3-31")
def test_twenty_five_go_and_the_next_is_refused_with_the_rule(
    world: World, programme: Programme
) -> None:
    made = visit(world, programme)
    assert made.places == 25
    people = [on_roster(world, f"学员{number}") for number in range(26)]
    rows = name(world, made, *people)
    assert {row.selection for row in rows} == {"candidate"}
    for row in rows[:25]:
        choose(world, row)
    with pytest.raises(RuleBroken) as caught:
        choose(world, rows[25])
    assert (caught.value.code, "P3-31" in (caught.value.rule or "")) == ("full", True)
    choose(world, rows[0], "refused")
    assert choose(world, rows[25]).selection == "takes_part"


@pytest.mark.rule("P3-31")
def test_more_places_than_the_plan_gives_are_refused(world: World, programme: Programme) -> None:
    with pytest.raises(RuleBroken) as caught:
        visit(world, programme, places=26)
    assert "P3-31" in (caught.value.rule or "")
    assert visit(world, programme, places=20).places == 20


def test_a_unit_names_its_own_people_for_an_open_visit(world: World, programme: Programme) -> None:
    made, person = visit(world, programme), on_roster(world, "甲一")
    with pytest.raises(NotAllowed):
        name(world, made, on_roster(world, "外人", world.sister))
    name(world, made, person)
    with pytest.raises(RuleBroken) as caught:
        name(world, made, person)
    assert caught.value.code == "named_already"
    with pytest.raises(BadInput):
        name_candidates(programme, programme.pk, [person], by=world.ben, now=JUNE)
    with pytest.raises(BadInput):
        name(world, made)
    late = {"by": world.ben, "now": beijing(9, 9)}
    with pytest.raises(BadInput):
        name_candidates(programme, made.pk, [on_roster(world, "乙二")], **late)


def test_a_unit_names_nobody_for_a_visit_of_its_neighbour(
    world: World, programme: Programme, sign_in: Any
) -> None:
    soon = {"first_day": date(2099, 9, 8), "last_day": date(2099, 9, 18)}
    above = visit(world, programme, title="县里的学习", **soon)
    beside = {"organisation": world.sister, "by": world.sis, "title": "邻居的学习", **soon}
    foreign, person = visit(world, programme, **beside), on_roster(world, "甲一")
    own = visit(world, programme, organisation=world.bureau, by=world.ben, title="本局的", **soon)

    page = reverse("programmes:visit_naming", args=[world.tenant.slug, programme.pk])
    shown = sign_in(world.ben).get(page).content.decode()
    assert ("县里的学习" in shown, "本局的" in shown, "邻居的学习" in shown) == (True, True, False)

    told = []
    for pk in (foreign.pk, programme.pk):
        with pytest.raises(BadInput) as caught:
            name_candidates(programme, pk, [person], by=world.ben, now=JUNE)
        told.append((caught.value.message, caught.value.fields))
    assert told[0] == told[1]
    api = f"/t/{world.tenant.slug}/api/v1/learners/candidates/"
    sent = {"programme": str(programme.pk), "visit": str(foreign.pk), "persons": [str(person.pk)]}
    answer = sign_in(world.ben).post(api, sent, content_type="application/json")
    assert (answer.status_code, world.sister.name in answer.content.decode()) == (422, False)
    assert not Participant.objects.exists()
    assert len(name(world, above, person)) == len(name(world, own, person)) == 1


def test_whoever_holds_it_selects_with_a_reason(world: World, programme: Programme) -> None:
    (row,) = name(world, visit(world, programme), on_roster(world, "甲一"))
    given: dict[str, Any] = {"selection": "takes_part", "reason": "骨干"}
    with pytest.raises(NotAllowed):
        select_participant(row, **given, by=world.ben, now=JUNE)
    for wrong in ({"reason": " "}, {"selection": "candidate"}):
        with pytest.raises(BadInput):
            select_participant(row, **{**given, **wrong}, by=world.ana, now=JUNE)
    assert choose(world, row).reason == "课题骨干"


@pytest.mark.rule("P3-32")
def test_those_who_went_owe_a_report_on_return(
    world: World, programme: Programme, sign_in: Any
) -> None:
    made, person = visit(world, programme), Person.objects.get(user=world.liu)
    (row,) = name(world, made, person)
    choose(world, row)
    with pytest.raises(RuleBroken) as caught:
        report_on_return(row, text="学到了", by=world.liu, now=JUNE)
    assert "P3-32" in (caught.value.rule or "")
    held(made, world.ana, at=beijing(9, 8, 9))
    listed = reverse("programmes:activity_participants", args=[world.tenant.slug, made.pk])
    assert "owes a report on return" in sign_in(world.ana).get(listed).content.decode()
    page = reverse("programmes:participant_report", args=[world.tenant.slug, row.pk])
    mine = reverse("programmes:learner_file", args=[world.tenant.slug, person.pk])
    assert page in sign_in(world.liu).get(mine).content.decode()
    assert sign_in(world.sis).get(page).status_code == 404
    assert sign_in(world.liu).post(page, {"text": " "}).status_code == 422
    assert sign_in(world.liu).post(page, {"text": "成人学习四点体会"}).status_code == 302
    shown = sign_in(world.ana).get(listed).content.decode()
    assert "成人学习四点体会" in shown
    assert "owes a report on return" not in shown
    with pytest.raises(NotAllowed):
        report_on_return(row, text="代写", by=world.sis, now=BACK)


def test_the_page_of_a_unit_names_and_shows_what_became_of_it(
    world: World, programme: Programme, sign_in: Any
) -> None:
    made, person = visit(world, programme), on_roster(world, "甲一")
    # the clock of a request is the database's: a visit of that year may lie behind it
    Activity.objects.filter(pk=made.pk).update(
        first_day=date(2099, 9, 8), last_day=date(2099, 9, 18)
    )
    page = reverse("programmes:visit_naming", args=[world.tenant.slug, programme.pk])
    client = sign_in(world.ben)
    assert "赴德学习" in client.get(page).content.decode()
    typed = {"visit": str(made.pk), "persons": [str(person.pk)]}
    assert client.post(page, {**typed, "persons": []}).status_code == 422
    assert client.post(page, typed).status_code == 302
    row = Participant.objects.get()
    decide = reverse("programmes:participant_selection", args=[world.tenant.slug, row.pk])
    assert sign_in(world.ben).post(decide, {"selection": "takes_part"}).status_code == 404
    given = {"selection": "takes_part", "reason": "骨干"}
    assert sign_in(world.ana).post(decide, given).status_code == 302
    row.refresh_from_db()
    assert row.selection == "takes_part"
    shown = sign_in(world.ben).get(page).content.decode()
    assert "骨干" in shown
    other = on_roster(world, "乙二")
    api = f"/t/{world.tenant.slug}/api/v1/learners/candidates/"
    told = {"programme": str(programme.pk), "visit": str(made.pk), "persons": [str(other.pk)]}
    sent = sign_in(world.ben).post(api, told, content_type="application/json")
    assert sent.json() == {"named": 1}
    whole = sign_in(world.ben).get(f"/t/{world.tenant.slug}/api/v1/learners/{person.pk}/").json()
    assert [each["course"] for each in whole["classes"]] == ["赴德学习"]


@pytest.fixture
def went(world: World, programme: Programme) -> Participant:
    """A delegate of the bureau who has a sign-in and no seat in any body, back from the visit."""
    person = on_roster(world, "代表")
    user = User.objects.create(
        login="daibiao", display_name="代表", must_change_password=False, language="en",
        created_at=JUNE,
    )  # fmt: skip
    Person.objects.filter(pk=person.pk).update(user=user)
    made = visit(world, programme)
    (row,) = name(world, made, person)
    choose(world, row)
    held(made, world.ana, at=beijing(9, 8, 9))
    return Participant.objects.select_related("person", "activity").get(pk=row.pk)


@pytest.mark.rule("P3-32")
def test_a_delegate_without_a_seat_reports_himself(
    world: World, went: Participant, sign_in: Any
) -> None:
    slug, user = world.tenant.slug, went.person.user
    client = sign_in(user)
    page = reverse("programmes:participant_report", args=[slug, went.pk])
    mine = reverse("programmes:learner_file", args=[slug, went.person_id])
    assert mine in client.get(reverse("groups:account", args=[slug])).content.decode()
    assert page in client.get(mine).content.decode()
    assert client.get(page).status_code == 200
    assert client.post(page, {"text": " "}).status_code == 422
    sent = client.post(page, {"text": "成人学习四点体会"})
    assert (sent.status_code, sent["Location"]) == (302, mine)
    went.refresh_from_db()
    assert (went.report, went.reported_by) == ("成人学习四点体会", user)
    assert "成人学习四点体会" in client.get(mine).content.decode()

    api = f"/t/{slug}/api/v1/learners/{went.person_id}/"
    answer = client.post(
        f"{api}classes/{went.pk}/report/", {"text": "再补一条"}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["classes"][0]["report"]) == (200, "再补一条")
    assert client.get(api).json()["name"] == "代表"
    other = Person.objects.get(user=world.ben).pk
    assert client.get(f"/t/{slug}/api/v1/learners/{other}/").status_code == 404
    assert client.get(f"/t/{slug}/api/v1/learners/").status_code == 404


@pytest.mark.rule("P3-32")
def test_the_report_is_his_own_his_office_s_or_that_of_whoever_held_the_visit(
    world: World, went: Participant, sign_in: Any
) -> None:
    slug = world.tenant.slug
    page = reverse("programmes:participant_report", args=[slug, went.pk])
    file = reverse("programmes:learner_file", args=[slug, went.person_id])
    api = f"/t/{slug}/api/v1/learners/{went.person_id}/classes/{went.pk}/report/"
    for user in (went.person.user, world.ben, world.liu, world.ana):
        assert may_report(user, went)
        assert page in sign_in(user).get(file).content.decode()
        assert sign_in(user).post(page, {"text": f"{user.login}写"}).status_code == 302
        went.refresh_from_db()
        assert went.report == f"{user.login}写"
        given = {"data": {"text": f"{user.login}又写"}, "content_type": "application/json"}
        assert sign_in(user).post(api, **given).status_code == 200
    for user, code in ((world.lena, 403), (world.sis, 404), (world.kid, 404), (world.auditor, 404)):
        assert not may_report(user, went)
        assert sign_in(user).get(page).status_code == 404
        assert sign_in(user).post(page, {"text": "代写"}).status_code == 404
        assert sign_in(user).post(api, **given).status_code == code
        with pytest.raises(NotAllowed):
            report_on_return(went, text="代写", by=user, now=BACK)
    shown = sign_in(world.lena).get(file)
    assert (shown.status_code, page in shown.content.decode()) == (200, False)
    listed = reverse("programmes:activity_participants", args=[slug, went.activity_id])
    assert page in sign_in(world.ana).get(listed).content.decode()
    went.refresh_from_db()
    assert went.report == "ana又写"


def test_a_delegate_without_a_seat_is_told_the_rule_before_the_visit_is_over(
    world: World, programme: Programme, went: Participant, sign_in: Any
) -> None:
    soon = visit(world, programme, title="再访", first_day=date(2026, 10, 8), last_day=None)
    row = name(world, soon, went.person)[0]
    page = reverse("programmes:participant_report", args=[world.tenant.slug, row.pk])
    answer = sign_in(went.person.user).post(page, {"text": "提前写"})
    assert (answer.status_code, "提前写" in answer.content.decode()) == (409, True)
    unknown = reverse("programmes:participant_report", args=[world.tenant.slug, soon.pk])
    assert sign_in(went.person.user).get(unknown).status_code == 404
