"""A learner's file is filled by the logs of classes; who still lacks training; what is made up."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from groups.models import Person
from programmes.actions.activity_logs import log_activity, take_log_back
from programmes.actions.participants import add_participants
from programmes.actions.teams import Seat, add_member
from programmes.actions.trainings import record_training, withdraw_training
from programmes.actions.unit_activities import change_class
from programmes.models import Programme, Training
from programmes.queries.learners import File, file_of, lacking_in, learners_of, missing_a_class
from tests.programmes.activities import activity
from tests.programmes.calendars import topic_of
from tests.programmes.paper_screens import count_queries
from tests.programmes.topics import JUNE, propose
from tests.programmes.unit_activities import AFTER, FOUR, held, on_roster, planned, told
from tests.running import beijing
from tests.world import World

ASKED = tuple(FOUR)
TWO = {"methods": Decimal(4), "concepts": Decimal(2)}


def file(person: Person) -> File:
    return file_of(person, ASKED)


@pytest.mark.rule("P2-18")
def test_a_logged_class_fills_the_file_of_everybody_who_was_there(
    world: World, programme: Programme
) -> None:
    here, gone = on_roster(world, "甲一"), on_roster(world, "乙二")
    made = planned(world, programme, [here, gone], contents=TWO)
    made = held(made, world.ben, absent=["乙二"])
    told_ = file(here)
    assert (told_.planned, told_.present) == (6, 6)
    assert told_.by_contents == {"concepts": 2, "process": 0, "methods": 4, "role_skills": 0}
    assert told_.lacking == ("process", "role_skills")
    assert (file(gone).planned, file(gone).present, file(gone).lacking) == (6, 0, ASKED)
    assert {row.activity for row in Training.objects.all()} == {made}


def test_a_correction_changes_the_file_and_keeps_no_double(
    world: World, programme: Programme
) -> None:
    here, gone = on_roster(world, "甲一"), on_roster(world, "乙二")
    made = held(planned(world, programme, [here, gone], contents=TWO), world.ben, absent=["乙二"])
    log_activity(made, told(made, absent=["甲一"]), by=world.ben, now=AFTER)
    assert (file(here).present, file(gone).present) == (0, 6)
    made.refresh_from_db()
    log_activity(made, told(made), by=world.ben, now=AFTER)
    made.refresh_from_db()
    log_activity(made, told(made), by=world.ben, now=AFTER)
    assert (file(here).present, file(gone).present) == (6, 6)
    made.refresh_from_db()
    take_log_back(made, by=world.ben, now=AFTER)
    assert (file(here).present, file(here).seats[0].presence) == (0, "")


def test_corrected_hours_of_a_class_change_the_files(
    world: World, programme: Programme, sign_in: Any
) -> None:
    here = on_roster(world, "甲一")
    made = held(planned(world, programme, [here], contents=TWO), world.ben)
    page = reverse("programmes:activity_contents", args=[world.tenant.slug, made.pk])
    client, typed = sign_in(world.ben), {"hours_methods": "3.5", "places": "30"}
    assert 'value="4.0"' in client.get(page).content.decode()
    assert client.post(page, {**typed, "version": made.version - 1}).status_code == 412
    assert client.post(page, {"places": "30"}).status_code == 422
    assert client.post(page, {**typed, "version": made.version}).status_code == 302
    assert file(here).by_contents["methods"] == Decimal("3.5")
    assert file(here).present == file(here).planned == Decimal("3.5")
    api = f"/t/{world.tenant.slug}/api/v1/activities/{made.pk}/contents/"
    put = {"contents": {"methods": "4.0"}, "places": None}
    done = client.put(api, put, content_type="application/json")
    assert (done.status_code, done.json()["places"]) == (200, None)
    assert file(here).present == 4
    assert sign_in(world.ana).get(page).status_code == 200
    assert sign_in(world.ana).post(page, typed).status_code == 403
    assert sign_in(world.sis).get(page).status_code == 404


def test_what_was_entered_by_hand_counts_once_and_a_class_is_not_withdrawn_by_hand(
    world: World, programme: Programme
) -> None:
    here = on_roster(world, "甲一")
    facts: dict[str, Any] = {
        "contents": "methods",
        "hours": Decimal(3),
        "held_on": date(2026, 6, 16),
    }
    record_training(here, programme=programme, **facts, by=world.ben, now=AFTER)
    held(planned(world, programme, [here], contents=TWO), world.ben)
    assert file(here).by_contents["methods"] == 3
    line = Training.objects.get(activity__isnull=False)
    with pytest.raises(RuleBroken) as caught:
        withdraw_training(line, by=world.ben, now=AFTER)
    assert caught.value.code == "of_a_class"


@pytest.mark.rule("P2-18")
def test_who_missed_a_class_is_invited_to_the_next_and_makes_it_up(
    world: World, programme: Programme
) -> None:
    gone = on_roster(world, "乙二")
    first = planned(world, programme, [gone], contents=TWO)
    held(first, world.ben, absent=["乙二"], guests=("甲",))
    (missed,) = file(gone).missed
    assert (missed.made_up_on, missed.invited_to) == (None, None)
    people = Person.objects.filter(organisation=world.bureau)
    assert [row.name for row in missing_a_class(people, TWO)] == ["乙二"]
    second = planned(world, programme, first_day=date(2026, 6, 23), title="第二期", contents=TWO)
    add_participants(second, [gone], by=world.ben, now=JUNE)
    (missed,) = file(gone).missed
    assert missed.invited_to is not None
    assert missed.invited_to.course == "第二期"
    held(second, world.ben, at=beijing(6, 23, 9))
    (missed,) = file(gone).missed
    assert missed.made_up_on == date(2026, 6, 23)
    assert not missing_a_class(people, TWO).exists()


@pytest.mark.rule("P2-18")
def test_those_who_lack_a_content_are_told_with_it(
    world: World, programme: Programme, sign_in: Any
) -> None:
    project = propose(world, programme)
    people = [on_roster(world, name) for name in ("甲一", "乙二", "丙三")]
    for person in people:
        add_member(project, seat=Seat(person=person, role="core_learner"), by=world.ben, now=JUNE)
    held(planned(world, programme, people[:1]), world.ben)
    later = planned(world, programme, people[1:2], contents=TWO, title="补课")
    held(later, world.ben)
    lacking = lacking_in(learners_of(world.ana, programme, JUNE.date()), ASKED)
    assert sorted(row.name for row in lacking) == ["丙三", "乙二"]
    client = sign_in(world.ana)
    page = reverse("programmes:training_lacking", args=[world.tenant.slug, programme.pk])
    shown = client.get(page).content.decode()
    assert "Process and steps、Skills of special roles" in shown
    assert "甲一" not in shown
    offices = client.get(page, {"bodies": "executive_office"}).content.decode()
    assert "乙二" not in offices
    assert "贝宁" in offices
    sheet = load_workbook(BytesIO(client.get(page, {"export": "xlsx"}).content)).active
    cells = {str(cell.value) for row in sheet for cell in row}
    assert {"乙二", "丙三"} <= cells
    rows = client.get(
        f"/t/{world.tenant.slug}/api/v1/learners/", {"programme": str(programme.pk)}
    ).json()["results"]
    found = {row["name"]: row["lacks"] for row in rows}
    assert found == {"乙二": ["process", "role_skills"], "丙三": list(ASKED)}
    assert "丙三" not in sign_in(world.sis).get(page).content.decode()


def test_a_file_is_read_by_himself_his_office_and_those_above(
    world: World, programme: Programme, sign_in: Any
) -> None:
    person = Person.objects.get(user=world.liu)
    held(planned(world, programme, [person], contents=TWO), world.ben)
    page = reverse("programmes:learner_file", args=[world.tenant.slug, person.pk])
    api = f"/t/{world.tenant.slug}/api/v1/learners/{person.pk}/"
    for user in (world.liu, world.ben, world.ana):
        shown = sign_in(user).get(page)
        assert shown.status_code == 200
        assert "方法技能培训班" in shown.content.decode()
        whole = sign_in(user).get(api).json()
        assert (whole["hours_present"], whole["lacks"]) == ("6.0", ["process", "role_skills"])
    for user in (world.sis, world.kid, world.secadmin):
        assert sign_in(user).get(page).status_code == 404
        assert sign_in(user).get(api).status_code in (403, 404)


def test_somebody_without_a_seat_reads_his_own(
    world: World, programme: Programme, sign_in: Any
) -> None:
    person = on_roster(world, "学员")
    user = User.objects.create(
        login="xue", display_name="学员", must_change_password=False, created_at=JUNE
    )
    Person.objects.filter(pk=person.pk).update(user=user)
    page = reverse("programmes:learner_file", args=[world.tenant.slug, person.pk])
    other = reverse(
        "programmes:learner_file",
        args=[world.tenant.slug, Person.objects.get(user=world.ben).pk],
    )
    assert sign_in(user).get(other).status_code == 404
    assert sign_in(user).get(page).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_questions_does_not_grow(
    world: World, programme: Programme, sign_in: Any, count: int
) -> None:
    project, person = propose(world, programme), on_roster(world, "甲一")
    for number in range(count):
        learner = on_roster(world, f"学员{number}")
        add_member(project, seat=Seat(person=learner, role="core_learner"), by=world.ben, now=JUNE)
        made = planned(world, programme, [person], contents=TWO, title=f"第{number}期")
        held(made, world.ben, absent=["甲一"], guests=("甲",))
    client, slug = sign_in(world.ana), world.tenant.slug
    lacking = reverse("programmes:training_lacking", args=[slug, programme.pk])
    whole = reverse("programmes:learner_file", args=[slug, person.pk])
    listed = f"/t/{slug}/api/v1/learners/?programme={programme.pk}"
    for page, most in ((lacking, 8), (whole, 8), (listed, 5)):
        client.get(page)
        assert count_queries(client, page) <= most


# -- a topic's own training ----------------------------------------------------------------------------


def of_a_topic(world: World, programme: Programme, **people: Person) -> Any:
    """A training planned in a topic, in whose team these people sit by role."""
    project = topic_of(world, programme, "孤儿救助", world.lena)
    for role, person in people.items():
        add_member(project, seat=Seat(person=person, role=role), by=world.ben, now=JUNE)
    return activity(project, world, "课题培训", kind="training", first_day=date(2026, 6, 16))


def taught(made: Any, world: World, contents: Any = None, **given: Any) -> Any:
    made.refresh_from_db()
    return change_class(
        made, contents=contents or TWO, places=None, **{"by": world.ben, "now": AFTER, **given}
    )


@pytest.mark.rule("P2-18")
def test_a_topic_s_own_training_fills_the_files_of_its_learners(
    world: World, programme: Programme, sign_in: Any
) -> None:
    here, gone, leads = (on_roster(world, name) for name in ("甲一", "乙二", "丙三"))
    made = of_a_topic(world, programme, core_learner=here, member=gone, facilitator=leads)
    taught(made, world)
    made = held(made, world.ben, absent=["乙二"])

    assert (file(here).planned, file(here).present) == (6, 6)
    assert file(here).by_contents["methods"] == 4
    assert (file(here).in_sessions, file(here).sessions) == (0, [])
    assert (file(gone).planned, file(gone).present, file(gone).lacking) == (6, 0, ASKED)
    assert (file(leads).present, file(leads).in_sessions) == (0, 8)
    assert not Training.objects.filter(person=leads).exists()
    page = reverse("programmes:learner_file", args=[world.tenant.slug, here.pk])
    assert "课题培训" in sign_in(world.ben).get(page).content.decode()
    api = f"/t/{world.tenant.slug}/api/v1/learners/{here.pk}/"
    (line,) = sign_in(world.ben).get(api).json()["taught"]
    assert (line["hours"], line["presence"]) == ("6.0", "present")


def test_its_files_follow_every_correction(world: World, programme: Programme) -> None:
    here = on_roster(world, "甲一")
    made = held(of_a_topic(world, programme, core_learner=here), world.ben)
    assert (file(here).present, file(here).in_sessions) == (0, 8)
    taught(made, world)
    assert (file(here).present, file(here).in_sessions) == (6, 0)
    taught(made, world, {"methods": Decimal(3)})
    assert file(here).present == file(here).planned == 3
    made.refresh_from_db()
    log_activity(made, told(made, absent=["甲一"]), by=world.ben, now=AFTER)
    assert (file(here).planned, file(here).present) == (3, 0)
    made.refresh_from_db()
    log_activity(made, told(made), by=world.ben, now=AFTER)
    made.refresh_from_db()
    take_log_back(made, by=world.ben, now=AFTER)
    assert (file(here).planned, file(here).present) == (0, 0)


def test_what_was_entered_by_hand_and_withdrawn_gives_way_to_the_topic_s_own_training(
    world: World, programme: Programme
) -> None:
    here, gone = on_roster(world, "甲一"), on_roster(world, "乙二")
    facts = {"contents": "methods", "hours": Decimal(3), "held_on": date(2026, 6, 16)}
    by_hand = [
        record_training(person, programme=programme, **facts, by=world.ben, now=AFTER)  # type: ignore[arg-type]
        for person in (here, gone)
    ]
    made = of_a_topic(world, programme, core_learner=here, member=gone)
    taught(made, world)
    held(made, world.ben, absent=["乙二"])
    assert (file(here).by_contents["methods"], file(here).present) == (3, 5)

    for line in by_hand:
        withdraw_training(line, by=world.ben, now=AFTER)

    assert (file(here).by_contents["methods"], file(here).present) == (4, 6)
    assert file(gone).records == []  # who was not there gains nothing


def test_who_may_say_what_a_topic_s_training_teaches(
    world: World, programme: Programme, sign_in: Any
) -> None:
    made = of_a_topic(world, programme)
    for user in (world.ana, world.sis, world.kid):
        with pytest.raises(NotAllowed):
            taught(made, world, by=user)
    page = reverse("programmes:activity_contents", args=[world.tenant.slug, made.pk])
    whole = reverse("programmes:activity_detail", args=[world.tenant.slug, made.pk])
    client = sign_in(world.ben)
    assert page in client.get(whole).content.decode()
    assert "places" not in client.get(page).content.decode()
    typed = {"hours_methods": "2", "version": made.version}
    assert client.post(page, typed).headers["Location"] == whole
    made.refresh_from_db()
    assert made.contents == {"methods": "2.0"}
    for user in (world.ana, world.sis):
        assert sign_in(user).get(page).status_code == 404
    other = activity(made.project, world, "研讨会", kind="core_seminar")
    with pytest.raises(RuleBroken) as caught:
        taught(other, world)
    assert caught.value.code == "wrong_kind"
    with pytest.raises(BadInput):
        change_class(made, contents=TWO, places=9, by=world.ben, now=AFTER)


# -- what was missed -----------------------------------------------------------------------------------


def missed_in_the_topic(world: World, programme: Programme, *absent: str) -> Any:
    """Of the team's training on 16 June: who learns and who leads, both away."""
    people = {"member": on_roster(world, "乙二"), "facilitator": on_roster(world, "丙三")}
    made = of_a_topic(world, programme, **people)
    taught(made, world)
    return held(made, world.ben, absent=absent or ("乙二", "丙三"))


def who_missed(contents: Any = TWO) -> list[str]:
    return sorted(row.name for row in missing_a_class(Person.objects.all(), contents))


@pytest.mark.rule("P2-18")
def test_a_learner_away_from_his_team_s_training_missed_a_class(
    world: World, programme: Programme, sign_in: Any
) -> None:
    made = missed_in_the_topic(world, programme)
    gone, leads = (Person.objects.get(name=name) for name in ("乙二", "丙三"))
    (missed,) = file(gone).missed
    assert (missed.course, missed.held_on) == ("课题培训", date(2026, 6, 16))
    assert (missed.made_up_on, missed.invited_to) == (None, None)
    assert file(leads).missed == []
    assert who_missed() == ["乙二"]
    assert who_missed(("process",)) == []

    later = planned(world, programme, [gone], first_day=date(2026, 6, 23), contents=TWO)
    page = reverse("programmes:learner_file", args=[world.tenant.slug, gone.pk])
    api = f"/t/{world.tenant.slug}/api/v1/learners/{gone.pk}/"
    client = sign_in(world.ben)
    (line,) = client.get(api).json()["taught"]
    assert (line["made_up_on"], line["invited_to"]) == (None, str(later.participants.get().pk))
    assert "Invited to" in client.get(page).content.decode()

    held(later, world.ben, at=beijing(6, 23, 9))
    (line,) = client.get(api).json()["taught"]
    assert (line["made_up_on"], line["invited_to"]) == ("2026-06-23", None)
    assert "Made up on" in client.get(page).content.decode()
    assert who_missed() == []
    assert made.pk == file(gone).taught[0].activity_id


def test_who_was_there_after_all_missed_nothing(world: World, programme: Programme) -> None:
    made = missed_in_the_topic(world, programme)
    log_activity(made, told(made), by=world.ben, now=AFTER)
    assert who_missed() == []
    made.refresh_from_db()
    log_activity(made, told(made, absent=["乙二"]), by=world.ben, now=AFTER)
    assert who_missed() == ["乙二"]
    made.refresh_from_db()
    take_log_back(made, by=world.ben, now=AFTER)
    assert who_missed() == []
    assert file(Person.objects.get(name="乙二")).missed == []


@pytest.mark.parametrize("of", ["a unit", "a topic"])
def test_entered_by_hand_on_its_own_day_it_is_made_up(
    world: World, programme: Programme, of: str
) -> None:
    """Of a class of several days he came on one: absent in the log, and his hours entered by hand."""
    if of == "a topic":
        missed_in_the_topic(world, programme, "乙二")
    else:
        made = planned(world, programme, [on_roster(world, "乙二")], contents=TWO)
        held(made, world.ben, absent=["乙二"], guests=("甲",))
    gone = Person.objects.get(name="乙二")
    facts: dict[str, Any] = {"programme": programme, "hours": Decimal(2), "by": world.ben}
    for day, made_up in ((15, None), (16, date(2026, 6, 16))):
        for contents in TWO:
            record_training(gone, contents=contents, held_on=date(2026, 6, day), now=AFTER, **facts)
        (missed,) = file(gone).missed
        assert missed.made_up_on == made_up
        assert who_missed() == ([] if made_up else ["乙二"])


def test_another_class_of_that_day_does_not_make_it_up(world: World, programme: Programme) -> None:
    missed_in_the_topic(world, programme)
    gone = Person.objects.get(name="乙二")
    held(planned(world, programme, [gone], contents=TWO), world.ben)
    (missed,) = file(gone).missed
    assert missed.made_up_on is None
    assert who_missed() == ["乙二"]


@pytest.mark.parametrize("count", [1, 3])
def test_missed_trainings_of_teams_ask_no_more_questions(
    world: World, programme: Programme, sign_in: Any, count: int
) -> None:
    person, project = on_roster(world, "乙二"), topic_of(world, programme, "孤儿救助", world.lena)
    add_member(project, seat=Seat(person=person, role="member"), by=world.ben, now=JUNE)
    for number in range(count):
        facts = {"kind": "training", "first_day": date(2026, 6, 16)}
        made = activity(project, world, f"第{number}次课题培训", **facts)
        taught(made, world)
        held(made, world.ben, absent=["乙二"])
    client, slug = sign_in(world.ben), world.tenant.slug
    later = planned(world, programme, first_day=date(2026, 6, 23), contents=TWO)
    invited = reverse("programmes:activity_participants", args=[slug, later.pk])
    found = f"{invited}?everybody=on&missed=on"
    whole = reverse("programmes:learner_file", args=[slug, person.pk])
    assert "乙二" in client.get(found).content.decode()
    assert client.get(whole).content.decode().count("Still to be made up") == count
    assert count_queries(client, found) <= 8
    assert count_queries(client, whole) <= 8
