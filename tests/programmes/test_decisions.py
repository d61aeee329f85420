"""What bodies decided, on record (P2-12, P2-22, P3-42, P3-43, P4-09)."""

import io
from datetime import date
from typing import Any

import pytest
from openpyxl import load_workbook

from actionlearning.foundation.documents.official import plain_text
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken, Stale
from actionlearning.foundation.models import User
from actionlearning.foundation.scope import scope
from groups.access import standing_of
from groups.actions.delegations import delegate
from groups.actions.users import give_role
from groups.models import Body, Tenure
from programmes.actions.decisions import (
    change_decision,
    correct_decision,
    follow_up,
    sign_decision,
    write_decision,
)
from programmes.actions.projects import choose_project, decline_project
from programmes.actions.proposals import Verdict
from programmes.documents.printing import paper_of, print_of
from programmes.models import Decision, Enrolment, Programme, Project, Turn
from programmes.procedures import Together
from programmes.queries.decisions import agenda_of
from programmes.states import ProgrammeState
from tests.programmes.paper_screens import count_queries
from tests.programmes.papers_on_their_way import act, seat, sent, turn_of
from tests.programmes.test_own_acts import second_sign_in
from tests.programmes.test_proposals import proposal
from tests.programmes.topics import propose
from tests.running import beijing, run_programme
from tests.world import World


@pytest.fixture
def programme(world: World) -> Programme:
    return run_programme(world, now=beijing(5, 20))


def june(day: int) -> Any:
    return beijing(6, day)


def decided(world: World, programme: Programme, outcome: str = "adopted", **given: Any) -> Decision:
    """The county's office on the bureau's request for support."""
    paper = sent(world, programme, "support_request")
    act(paper, outcome, world.ana, june(12), opinion="同意派促进师1名。", **given)
    return Decision.objects.get(dossier=paper)


def written(world: World, programme: Programme, **facts: Any) -> Decision:
    """By hand, of the bureau's leading group."""
    given = {
        "organisation": world.bureau, "body": "leading_group", "by": world.ben, "now": june(12),
        "held_on": date(2026, 6, 11), "venue": "三楼会议室", "present": "莲组、多主任",
        "matter": "调整课题召集人", "outcome": "adopted", "text": "同意调整。",
    }  # fmt: skip
    return write_decision(programme=programme, **{**given, **facts})


@pytest.mark.rule("P3-42")
def test_a_decision_on_a_paper_is_kept_by_itself_with_its_voices(
    world: World, programme: Programme
) -> None:
    row = decided(world, programme, "adopted_with_changes")
    assert (row.organisation, row.body, row.held_on) == (
        world.county, "executive_office", date(2026, 6, 12),
    )  # fmt: skip
    assert (row.outcome, row.text, row.signed_at) == (
        "adopted_with_changes", "同意派促进师1名。", None,
    )  # fmt: skip
    (voice,) = row.voices
    assert (voice["name"], voice["outcome"]) == (world.ana.display_name, "adopted_with_changes")


def test_a_decision_belongs_to_a_programme_that_runs_and_a_unit_that_takes_part(
    world: World, programme: Programme
) -> None:
    Enrolment.objects.filter(organisation=world.bureau).update(ends_on=date(2026, 6, 1))
    with pytest.raises(RuleBroken) as apart:
        written(world, programme)
    programme.state = ProgrammeState.CLOSED
    with pytest.raises(RuleBroken) as over:
        written(world, programme)
    assert [each.value.code for each in (apart, over)] == ["not_enrolled", "programme_state"]
    assert not Decision.objects.exists()


def test_a_member_without_another_role_keeps_the_record_of_a_decision_above(
    world: World, programme: Programme
) -> None:
    paper = sent(world, programme, "support_request")
    made = seat(world, world.county, "xin", "", kind=turn_of(paper).body, rank=1)
    member = User.objects.get(pk=made.pk)
    with scope(world.tenant, path=standing_of(member).path, actor=member):
        act(paper, "adopted", member, june(12), opinion="同意。")
    assert Decision.objects.get(dossier=paper).organisation == world.county


@pytest.mark.rule("P2-22", "P4-09")
def test_the_choice_of_a_topic_is_kept_by_itself_to_be_signed(
    world: World, programme: Programme
) -> None:
    topic = propose(world, programme)
    choose_project(topic, by=world.lena, now=june(12), opinion="同意列为本年课题。")
    (row,) = Decision.objects.all()
    assert (row.organisation, row.body, row.held_on) == (
        world.bureau, "leading_group", date(2026, 6, 12),
    )  # fmt: skip
    assert (row.outcome, row.text, row.present) == (
        "adopted", "同意列为本年课题。", world.lena.display_name,
    )  # fmt: skip
    assert topic.title in row.matter
    assert sign_decision(row, by=world.lena, now=june(13)).number == 1

    decline_project(
        Project.objects.get(pk=topic.pk), opinion="条件不具备", by=world.lena, now=june(15)
    )
    row = Decision.objects.get(outcome="declined")
    assert (row.text, row.held_on, row.signed_at) == ("条件不具备", date(2026, 6, 15), None)


def test_a_choice_made_in_a_paper_is_kept_once(world: World, programme: Programme) -> None:
    topic = propose(world, programme)
    paper = proposal(world, programme)
    act(paper, "adopted", world.lena, june(12), topics=[Verdict(str(topic.pk), "chosen")])
    assert Decision.objects.get().dossier == paper


def test_other_steps_leave_no_record(world: World, programme: Programme) -> None:
    paper = sent(world, programme, "system_document")
    act(paper, "confirmed", world.lena, june(12))
    assert not Decision.objects.exists()


@pytest.mark.rule("P4-09")
def test_numbers_of_a_body_and_year_have_no_gap(world: World, programme: Programme) -> None:
    rows = [written(world, programme, matter=f"第{n}项") for n in range(3)]
    third, first = (sign_decision(row, by=world.lena, now=june(13)) for row in (rows[2], rows[0]))
    assert [(row.year, row.number) for row in (third, first)] == [(2026, 1), (2026, 2)]
    other = sign_decision(decided(world, programme), by=world.ana, now=june(14))
    assert other.number == 1


def test_a_signed_record_is_never_changed(world: World, programme: Programme) -> None:
    row = sign_decision(written(world, programme), by=world.lena, now=june(13))
    with pytest.raises(RuleBroken) as refusal:
        change_decision(row, text="不同意", by=world.ben, now=june(14))
    assert refusal.value.code == "signed"
    with pytest.raises(RuleBroken):
        sign_decision(row, by=world.lena, now=june(14))
    new = correct_decision(row, by=world.ben, now=june(15))
    assert correct_decision(row, by=world.ben, now=june(15)).pk == new.pk
    new = change_decision(new, text="同意，自7月起。", by=world.ben, now=june(15))
    new = sign_decision(new, by=world.lena, now=june(16))
    assert (new.corrects_id, new.number) == (row.pk, 2)
    assert Decision.objects.get(pk=row.pk).text == "同意调整。"


@pytest.mark.rule("P2-12")
def test_only_who_sits_in_the_body_signs(world: World, programme: Programme) -> None:
    row = written(world, programme)
    for user in (world.ben, world.ana):
        with pytest.raises(NotAllowed):
            sign_decision(row, by=user, now=june(13))
    member = seat(world, world.bureau, "mem", "leading_group_member", kind="leading_group", rank=2)
    assert sign_decision(row, by=member, now=june(13)).signed_name == member.display_name


def test_what_the_signer_has_not_read_is_not_signed(
    world: World, programme: Programme, sign_in: Any
) -> None:
    row = written(world, programme)
    client, address = sign_in(world.lena), f"/t/teng/decisions/{row.pk}/"
    assert '<input type="hidden" name="version" value="1" />' in client.get(address).text
    change_decision(row, text="不同意。", by=world.ben, now=june(12))
    for read, status in (({}, 422), ({"version": "x"}, 422), ({"version": "1"}, 412)):
        refused = client.post(f"{address}signing/", read)
        assert (refused.status_code, "不同意。" in refused.text) == (status, True)
        row.refresh_from_db()
        assert row.signed_at is None
    assert client.post(f"{address}signing/", {"version": "2"}).status_code == 302
    row.refresh_from_db()
    assert row.signed_name == world.lena.display_name


def test_a_delegates_voice_is_on_record_as_given_for_another(
    world: World, programme: Programme
) -> None:
    member = seat(world, world.county, "off", "office_staff", kind="executive_office", rank=2)
    delegate(
        Tenure.objects.get(user=world.ana, post__body__kind="executive_office"), to=member,
        starts_on=date(2026, 6, 12), ends_on=date(2026, 6, 20), by=world.ana, now=june(12),
    )  # fmt: skip
    paper = sent(world, programme, "support_request")
    Turn.objects.filter(pk=turn_of(paper).pk).update(together=Together.HEAD)
    paper = act(paper, "adopted", member, june(12), opinion="同意派促进师1名。")
    row, said = Decision.objects.get(dossier=paper), f"off（代{world.ana.display_name}）"
    assert (row.present, row.voices[0]["name"]) == (said, said)
    printed = plain_text(paper_of(print_of(paper, "", by=world.ana, opinions=True)))
    assert said in printed


def test_what_is_not_written_is_not_signed(world: World, programme: Programme) -> None:
    row = written(world, programme, text="")
    with pytest.raises(RuleBroken) as refusal:
        sign_decision(row, by=world.lena, now=june(13))
    assert refusal.value.code == "incomplete"
    with pytest.raises(Stale):
        change_decision(row, text="同意", seen=9, by=world.ben, now=june(13))


def seated(world: World, role: str = "leading_group_member") -> User:
    """Writes for the office and sits in the leading group."""
    give_role(
        world.ben, role=role, organisation=world.bureau, starts_on=date(2026, 1, 1),
        by=world.system, now=june(1),
    )  # fmt: skip
    return User.objects.get(pk=world.ben.pk)


def refused_own(row: Decision, by: User) -> None:
    with pytest.raises(NotAllowed) as refusal:
        sign_decision(row, by=by, now=june(13))
    assert refusal.value.code == "own_record"
    assert Decision.objects.get(pk=row.pk).signed_at is None


@pytest.mark.rule("P2-12")
def test_who_wrote_a_record_by_hand_does_not_sign_it(world: World, programme: Programme) -> None:
    ben = seated(world)
    row = written(world, programme, by=ben)
    refused_own(row, ben)
    row = sign_decision(row, by=world.lena, now=june(13))
    refused_own(correct_decision(row, by=ben, now=june(13)), ben)


def test_nor_does_who_changed_it_afterwards_or_his_other_sign_in(
    world: World, programme: Programme
) -> None:
    second = second_sign_in(world, world.ben)
    give_role(
        second, role="leading_group_member", organisation=world.bureau,
        starts_on=date(2026, 1, 1), by=world.system, now=june(1),
    )  # fmt: skip
    second = User.objects.get(pk=second.pk)
    refused_own(written(world, programme), second)
    row = written(world, programme, by=world.dora)
    row = change_decision(row, text="不同意。", by=world.ben, now=june(12))
    refused_own(row, second)


def test_what_was_kept_by_itself_is_signed_by_who_decided(
    world: World, programme: Programme
) -> None:
    row = decided(world, programme)
    row = change_decision(row, venue="三楼会议室", by=world.ana, now=june(12))
    assert sign_decision(row, by=world.ana, now=june(13)).number == 1


def test_page_and_client_say_who_signs_instead(
    world: World, programme: Programme, sign_in: Any
) -> None:
    row = written(world, programme, by=seated(world))
    client, address = sign_in(world.ben), f"/t/teng/decisions/{row.pk}/"
    page = client.get(address).text
    assert "somebody else who sits in the body signs it" in page
    assert f"{address}signing/" not in page
    assert client.post(f"{address}signing/", {"version": 1}).status_code == 403
    rest = client.post(
        f"/t/teng/api/v1/decisions/{row.pk}/signing/", {},
        content_type="application/json", headers={"If-Match": '"1"'},
    )  # fmt: skip
    assert (rest.status_code, rest.json()["code"]) == (403, "own_record")
    assert f"{address}signing/" in sign_in(world.lena).get(address).text


@pytest.mark.rule("P3-43")
def test_what_became_of_it_is_entered_after_it_is_signed(
    world: World, programme: Programme
) -> None:
    row = written(world, programme)
    with pytest.raises(RuleBroken):
        follow_up(row, day=date(2026, 6, 12), text="已换", by=world.ben, now=june(13))
    row = sign_decision(row, by=world.lena, now=june(13))
    for day in (date(2026, 6, 10), date(2026, 6, 20)):
        with pytest.raises(BadInput):
            follow_up(row, day=day, text="已换", by=world.ben, now=june(15))
    step = follow_up(row, day=date(2026, 6, 14), text="已换", by=world.ben, now=june(15))
    assert (step.by_name, row.steps.count()) == (world.ben.display_name, 1)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"matter": " "}, "matter"),
        ({"outcome": "maybe"}, "outcome"),
        ({"held_on": date(2026, 6, 13)}, "held_on"),
        ({"body": "review_team"}, "body"),
    ],
)
def test_bad_records_are_named_by_field(
    world: World, programme: Programme, facts: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as refusal:
        written(world, programme, **facts)
    assert list(refusal.value.fields) == [field]
    assert not Decision.objects.exists()


@pytest.mark.rule("P2-12")
def test_the_agenda_is_what_waits_for_the_readers_bodies(
    world: World, programme: Programme
) -> None:
    paper = sent(world, programme, "system_document")
    assert [turn.dossier_id for turn in agenda_of(world.lena)] == [paper.pk]
    assert not agenda_of(world.sis).exists()
    act(paper, "confirmed", world.lena, june(12))
    assert not agenda_of(world.lena).exists()


def test_screens_from_the_record_to_what_became_of_it(
    world: World, programme: Programme, sign_in: Any
) -> None:
    paper = sent(world, programme, "system_document")
    client, root = sign_in(world.ben), "/t/teng/decisions/"
    body = Body.objects.get(organisation=world.bureau, kind="leading_group")
    typed = {
        "programme": programme.pk, "body": body.pk, "held_on": "2026-06-11", "matter": "调整召集人",
        "outcome": "adopted", "text": "同意。", "present": "莲组",
    }  # fmt: skip
    refused = client.post(f"{root}new/", {**typed, "matter": ""})
    assert (refused.status_code, "莲组" in refused.text) == (422, True)
    made = client.post(f"{root}new/", typed)["Location"]
    assert "Not signed yet" in client.get(made).text
    assert client.post(f"{made}edit/", {**typed, "venue": "二楼", "version": 1}).status_code == 302
    assert client.post(f"{made}signing/", {"version": 2}).status_code == 403
    sign_in(world.lena).post(f"{made}signing/", {"version": 2})
    client = sign_in(world.ben)
    assert "〔2026〕1号" in client.get(made).text
    assert client.post(f"{made}steps/", {"day": "2026-06-12", "text": "已落实"}).status_code == 302
    bad = client.post(f"{made}steps/", {"day": "2026-01-12", "text": "已落实"})
    assert bad.status_code == 422
    page = client.get(made).text
    assert page.count("已落实") == 1
    assert "二楼" in page
    corrected = client.post(f"{made}correction/")["Location"]
    assert "〔2026〕1号" in client.get(corrected).text
    listed = client.get(root).text
    assert paper.title in listed  # on the agenda
    assert "调整召集人" in client.get(f"{root}?state=signed").text
    assert client.get(f"{made}edit/").status_code == 302


def test_the_register_is_read_from_above_and_not_from_beside(
    world: World, programme: Programme, sign_in: Any
) -> None:
    row = written(world, programme)
    address = f"/t/teng/decisions/{row.pk}/"
    assert sign_in(world.ana).get(address).status_code == 200
    assert sign_in(world.sis).get(address).status_code == 404
    assert row.matter not in sign_in(world.sis).get("/t/teng/decisions/").text


def test_the_sheet_is_the_register(world: World, programme: Programme, sign_in: Any) -> None:
    sign_decision(written(world, programme), by=world.lena, now=june(13))
    answer = sign_in(world.ben).get("/t/teng/decisions/?export=xlsx")
    cells = [
        cell
        for line in load_workbook(io.BytesIO(answer.getvalue())).active.iter_rows(values_only=True)
        for cell in line
    ]
    assert {"〔2026〕1号", "调整课题召集人", "同意调整。", "三楼会议室"} <= set(cells)


def test_the_list_asks_the_same_for_one_and_for_three(
    world: World, programme: Programme, sign_in: Any
) -> None:
    client = sign_in(world.lena)
    places = ("/t/teng/decisions/", "/t/teng/api/v1/decisions/")
    asked = []
    for number in range(3):
        written(world, programme, matter=f"第{number}项")
        sent(world, programme, "system_document", title=f"制度{number}")
        client.get(places[0])
        asked.append([count_queries(client, place) for place in places])
    page = client.get(places[0]).context
    assert (len(page["lines"]), len(page["agenda"])) == (3, 3)
    assert asked[0] == asked[1] == asked[2]
    assert (asked[0][0] <= 8, asked[0][1] <= 5) == (True, True), asked


def test_rest_writes_changes_signs_and_corrects(
    world: World, programme: Programme, sign_in: Any
) -> None:
    client, root = sign_in(world.ben), "/t/teng/api/v1/decisions/"
    asked = {"content_type": "application/json"}
    body = {
        "programme": str(programme.pk), "organisation": str(world.bureau.pk),
        "body": "leading_group", "held_on": "2026-06-11", "matter": "调整召集人",
        "outcome": "noted", "present": "莲组",
    }  # fmt: skip
    made = client.post(root, body, **asked)
    assert made.status_code == 201, made.text
    one = f"{root}{made.json()['id']}/"
    assert client.patch(one, {"text": "知悉。"}, **asked).json()["version"] == 2
    read = {**asked, "headers": {"If-Match": '"2"'}}
    assert client.post(f"{one}signing/", {}, **read).status_code == 403
    reader = sign_in(world.lena)
    assert reader.post(f"{one}signing/", {}, **asked).json()["code"] == "unseen_text"
    signed = reader.post(f"{one}signing/", {}, **read)
    assert signed.json()["number"] == 1
    client = sign_in(world.ben)
    assert client.patch(one, {"text": "改"}, **asked).status_code == 409
    steps = client.post(f"{one}steps/", {"day": "2026-06-12", "text": "已办"}, **asked)
    assert [step["text"] for step in steps.json()["steps"]] == ["已办"]
    new = client.post(f"{one}correction/", {}, **asked)
    assert (new.status_code, new.json()["corrects_id"]) == (201, made.json()["id"])
    found = client.get(f"{root}?state=signed&outcome=noted").json()["results"]
    assert [row["id"] for row in found] == [made.json()["id"]]
    assert client.get(f"{root}?outcome=maybe").status_code == 422
