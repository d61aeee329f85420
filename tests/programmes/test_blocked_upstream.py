"""A duty that waits for a paper reads “blocked upstream” while another body holds that paper (`model.md` §4)."""

import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from actionlearning.foundation.models import Notice
from programmes.actions.dossiers import change_dossier, revise_dossier
from programmes.actions.laying import lay_down
from programmes.actions.sendings import send_dossier, take_back
from programmes.actions.sweeps import queue_due_notices
from programmes.actions.waits import recount_waits
from programmes.models import Dossier, Obligation, Programme, Project, Rung
from programmes.packs.problems import PackError
from programmes.packs.reading import read, shipped_text
from programmes.packs.writing import dump
from programmes.queries import tally
from programmes.queries.waits import holders_at, turns_awaited
from programmes.views.obligation_lines import lines_of, with_columns
from tests.handing_in import hand_in, state_of
from tests.oracles import duties as oracle
from tests.programmes.papers_on_their_way import act, draft, promoter, written
from tests.programmes.topics import chosen
from tests.running import beijing, run_programme
from tests.world import World

WITH_SEMINARS = shipped_text("plan2")
"""Its monthly seminars of projects wait for the project's plan."""


@pytest.fixture
def programme(world: World) -> Programme:
    """The topic is chosen in June, so that its first seminar is July's."""
    made = run_programme(world, now=beijing(5, 20))
    chosen(world, made)
    lay_down(made, now=beijing(6, 30))
    return made


def plan_sent(world: World, programme: Programme) -> Dossier:
    paper = draft(world, programme, project=Project.objects.get(title="孤儿救助"))
    return send_dossier(paper, by=world.ben, now=july(10))


def seminar(world: World, month: str = "2026-07") -> Obligation:
    return Obligation.objects.get(
        organisation=world.bureau, rule_key="project_seminars", window_key=month
    )


def changed(paper: Dossier, world: World, now: datetime) -> Dossier:
    return send_dossier(written(paper, world.ben, now, "改过"), by=world.ben, now=now)


def july(day: int, hour: int = 12) -> datetime:
    return beijing(7, day, hour)


@pytest.mark.rule("P2-53")
@pytest.mark.rule("P2-47")
def test_a_seminar_waits_while_the_promotion_team_holds_the_plan(
    world: World, programme: Programme
) -> None:
    """Sent on day 10, returned on day 19, sent again on day 21, approved on day 28."""
    pro, paper = promoter(world), draft(world, programme, project=Project.objects.get())
    paper = send_dossier(paper, by=world.ben, now=july(10, 13))
    paper = act(paper, "returned", pro, july(19), opinion="目标要量化")
    paper = changed(paper, world, july(21))
    act(paper, "approved", pro, july(28, 9))
    told = {day: state_of(seminar(world), july(day)) for day in (11, 18, 20, 22, 27)}
    assert told == {11: "blocked", 18: "blocked", 20: "open", 22: "blocked", 27: "blocked"}
    assert state_of(seminar(world), july(28, 9)) == "due_soon"
    assert seminar(world).blocked == (
        (july(10, 13), july(19)), (july(21), july(28, 9)),
    )  # fmt: skip


def test_who_holds_it_and_since_when_of_any_day(world: World, programme: Programme) -> None:
    pro, paper = promoter(world), plan_sent(world, programme)
    act(paper, "returned", pro, july(19), opinion="目标要量化")
    key = seminar(world).pk
    turn = holders_at([key], july(18))[key]
    assert (turn.holder, turn.body, turn.received_at) == (world.county, "promotion_team", july(10))
    assert holders_at([key], july(20)) == {}
    assert "content" in turn.dossier.get_deferred_fields(), (
        "nobody needs its text to call the holder"
    )


def test_each_duty_waits_for_its_own_units_papers_in_the_order_in_which_they_came(
    world: World, programme: Programme
) -> None:
    """Of two papers that it waits for; the sister's duty in the same round has none."""
    paper = plan_sent(world, programme)
    other = draft(world, programme, "implementation_plan")
    send_dossier(other, by=world.ben, now=july(8))
    mine, theirs = seminar(world), Obligation.objects.filter(organisation=world.sister).first()
    assert theirs is not None
    theirs.rule = mine.rule
    mine.rule.spec = {**mine.rule.spec, "waits_for": ["project_plan", "implementation_plan"]}

    found = turns_awaited([mine, theirs])

    assert [turn.dossier for turn in found[mine.pk]] == [other, paper]
    assert found[theirs.pk] == []


def test_what_is_past_due_is_not_late_at_the_unit_while_it_waits(
    world: World, programme: Programme
) -> None:
    pro, paper = promoter(world), plan_sent(world, programme)
    row, august = seminar(world), beijing(8, 10)
    assert state_of(row, august) == "blocked"
    assert not Obligation.objects.filter(pk=row.pk).overdue(august).exists()
    assert Obligation.objects.filter(pk=row.pk).in_ledger("blocked", august).exists()
    act(paper, "approved", pro, beijing(8, 14))
    assert state_of(row, beijing(8, 15)) == "overdue"
    assert Obligation.objects.filter(pk=row.pk).overdue(beijing(8, 15)).exists()


@pytest.mark.parametrize(
    ("sent", "state"), [(beijing(7, 31, 23), "blocked"), (beijing(8, 1, 0), "overdue")]
)
def test_what_was_late_before_the_paper_went_up_stays_late(
    world: World, programme: Programme, sent: datetime, state: str
) -> None:
    """Due until the end of 31 July. August's is blocked, for it was not late yet."""
    promoter(world)
    paper = draft(world, programme, project=Project.objects.get(title="孤儿救助"))
    send_dossier(paper, by=world.ben, now=sent)
    row, august = seminar(world), beijing(8, 10)
    rows = Obligation.objects.filter(pk=row.pk)
    assert state_of(row, august) == state
    assert rows.overdue(august).exists() is (state == "overdue")
    assert rows.blocked(august).exists() is (state == "blocked")
    for group in ("overdue", "blocked"):
        assert rows.in_ledger(group, august).exists() is (state == group)
    assert (row.held_up(august) is None) is (state == "overdue")
    assert tally(rows, august).counts == {state: 1}
    lay_down(programme, now=august)
    assert state_of(seminar(world, "2026-08"), august) == "blocked"


def test_a_later_stretch_of_waiting_does_not_excuse_what_came_due_between(
    world: World, programme: Programme
) -> None:
    """Returned on 29 July and sent again on 5 August: due in between, with the unit."""
    pro, paper = promoter(world), plan_sent(world, programme)
    paper = act(paper, "returned", pro, july(29), opinion="目标要量化")
    changed(paper, world, beijing(8, 5))
    told = [state_of(seminar(world), day) for day in (july(28), beijing(8, 3), beijing(8, 10))]
    assert told == ["blocked", "overdue", "overdue"]


def test_the_ladder_of_what_was_late_before_climbs_on_at_the_unit(
    world: World, programme: Programme
) -> None:
    promoter(world)
    paper = draft(world, programme, project=Project.objects.get(title="孤儿救助"))
    send_dossier(paper, by=world.ben, now=beijing(8, 2))
    for now in days_of(beijing(8, 3), 10):
        queue_due_notices(now=now)
    told = {kind for _day, kind, _to in told_about(seminar(world))}
    assert "escalation" in told
    assert "blocked" not in told


def test_both_rates_keep_their_definition(world: World, programme: Programme) -> None:
    plan_sent(world, programme)
    rows = Obligation.objects.filter(pk=seminar(world).pk)
    found = tally(rows, beijing(8, 10))
    assert (found.owed, found.completeness, found.counts) == (1, 0.0, {"blocked": 1})


def test_met_waived_and_closed_go_before_waiting(world: World, programme: Programme) -> None:
    plan_sent(world, programme)
    row = seminar(world)
    rows = Obligation.objects.filter(pk=row.pk)
    assert state_of(row, row.closes_at) == "missed"
    hand_in(
        programme, world.bureau, july(15), by=world.ben, deliverable="seminar", project=row.project
    )
    assert state_of(row, july(16)) == "met"
    rows.update(waived_at=july(17), waived_by=world.ana)
    assert state_of(row, july(18)) == "waived"


def test_a_paper_taken_back_or_refused_holds_nobody_up(world: World, programme: Programme) -> None:
    paper = plan_sent(world, programme)
    take_back(paper, reason="再想想", by=world.ben, now=july(12))
    assert [state_of(seminar(world), july(day)) for day in (11, 13)] == ["blocked", "open"]


def test_a_revision_of_what_is_in_effect_holds_nobody_up(
    world: World, programme: Programme
) -> None:
    pro, paper = promoter(world), plan_sent(world, programme)
    paper = act(paper, "approved", pro, july(12))
    new = revise_dossier(paper, reason="中期反思", by=world.ben, now=july(15))
    changed(new, world, july(16))
    assert state_of(seminar(world), july(17)) == "open"
    assert seminar(world).blocked == ((july(10), july(12)),)


def test_a_filing_that_comes_back_holds_nobody_up(world: World, programme: Programme) -> None:
    pro, paper = promoter(world), plan_sent(world, programme)
    paper = act(paper, "approved", pro, july(12))
    paper = act(paper, "returned", world.ana, july(15), opinion="缺附件")
    changed(paper, world, july(16))
    assert [state_of(seminar(world), july(day)) for day in (13, 15, 17)] == ["open"] * 3


def test_another_topic_waits_for_its_own_plan(world: World, programme: Programme) -> None:
    other = chosen(world, programme, "养老服务")
    lay_down(programme, now=beijing(6, 30))
    plan_sent(world, programme)
    rows = Obligation.objects.filter(rule_key="project_seminars", window_key="2026-07")
    states = dict(rows.with_state(july(11)).values_list("project__title", "state"))
    assert states == {other.title: "open", "孤儿救助": "blocked"}


def test_what_is_laid_down_later_waits_as_well(world: World, programme: Programme) -> None:
    plan_sent(world, programme)
    lay_down(programme, now=beijing(8, 10))
    september = seminar(world, "2026-09")
    assert september.laid_at == beijing(8, 10)
    assert state_of(september, beijing(9, 2)) == "blocked"


def test_found_again_from_the_turns_it_is_the_same(world: World, programme: Programme) -> None:
    pro, paper = promoter(world), plan_sent(world, programme)
    act(paper, "returned", pro, july(19), opinion="目标要量化")
    before = seminar(world).blocked
    Obligation.objects.update(blocked=None)
    recount_waits(Obligation.objects.all(), now=july(20))
    assert seminar(world).blocked == before


def told_about(row: Obligation) -> list[tuple[str, str, str]]:
    rows = Notice.objects.filter(about=row.pk, skipped_at=None).select_related("recipient")
    return [
        (f"{each.at.astimezone(july(1).tzinfo):%m-%d}", each.kind.split(".")[1],
         each.recipient.login if each.recipient else "")
        for each in rows.order_by("at", "kind", "id")
    ]  # fmt: skip


def days_of(first: datetime, count: int) -> list[datetime]:
    return [first.replace(hour=9, minute=5) + timedelta(days=day) for day in range(count)]


def test_the_ladder_climbs_at_whoever_holds_the_paper(world: World, programme: Programme) -> None:
    """Due on 31 July: reminders on the 28th, 30th and 31st, then from 3 August up the ladder."""
    pro, paper = promoter(world), plan_sent(world, programme)
    row = seminar(world)
    for now in days_of(july(20), 15):  # through 3 August
        queue_due_notices(now=now)
    assert told_about(row) == [
        ("07-28", "blocked", "pro"), ("07-30", "blocked", "pro"), ("07-31", "blocked", "pro"),
        ("08-03", "blocked", "pro"), ("08-03", "blocked", "pro"),
    ]  # fmt: skip
    act(paper, "approved", pro, beijing(8, 4, 8))
    assert not Notice.objects.filter(about=row.pk, retracted_at=None).exists()
    for now in days_of(beijing(8, 4), 15):
        queue_due_notices(now=now)
    assert {(kind, to) for _day, kind, to in told_about(row) if kind != "blocked"} == {
        ("escalation", "lena"), ("escalation", "ana"), ("escalation", "pro"),
    }  # fmt: skip


@pytest.mark.parametrize("count", [1, 2])  # a unit takes on two topics
def test_the_sweep_asks_once_who_sits_in_the_bodies_that_hold_papers(
    world: World, programme: Programme, count: int
) -> None:
    promoter(world)
    plan_sent(world, programme)
    for title in ("养老服务",)[: count - 1]:
        paper = draft(world, programme, project=chosen(world, programme, title))
        send_dossier(paper, by=world.ben, now=july(10))
    lay_down(programme, now=beijing(6, 30))
    with CaptureQueriesContext(connection) as asked:
        queue_due_notices(now=july(28, 10))
    told = [row["sql"] for row in asked if row["sql"].startswith(("SELECT", "("))]
    assert Notice.objects.filter(kind="programmes.blocked").count() == count
    for table in ("groups_tenure", "foundation_user", "programmes_voice"):
        assert len([sql for sql in told if f'FROM "{table}"' in sql]) == 1


def test_rungs_told_upstream_are_those_of_the_oracle(world: World, programme: Programme) -> None:
    """Held in two stretches; swept at noon of every day by itself, as after an outage."""
    pro, paper = promoter(world), plan_sent(world, programme)
    row = seminar(world)
    paper = act(paper, "returned", pro, july(29), opinion="目标要量化")
    changed(paper, world, july(30, 15))
    row.refresh_from_db()
    rungs = [
        {"ordinal": each.ordinal, "at": each.at, "kind": each.kind}
        for each in Rung.objects.filter(window=row.window_id)
    ]
    for now in days_of(july(27), 20):
        Notice.objects.filter(about=row.pk).delete()
        Obligation.objects.filter(pk=row.pk).update(next_look_at=july(1))
        queue_due_notices(now=now)
        keys = Notice.objects.filter(about=row.pk, kind="programmes.blocked")
        found = {int(key.split(":")[3]) for key in keys.values_list("key", flat=True)}
        assert found == oracle.upstream(rungs, now, row.blocked, row.due_at)


def test_a_notice_says_which_paper_and_what_it_keeps_from_being_done(
    world: World, programme: Programme
) -> None:
    promoter(world)
    paper = plan_sent(world, programme)
    queue_due_notices(now=july(28, 10))
    notice: Any = Notice.objects.get(kind="programmes.blocked")
    assert notice.params["title"] == paper.title
    assert notice.params["since"] == "2026-07-10"
    assert notice.address.endswith(f"{paper.pk}/")
    assert queue_due_notices(now=july(28, 11)) == 0


def test_a_body_without_anybody_leaves_a_line_for_nobody(
    world: World, programme: Programme
) -> None:
    pro = promoter(world)
    plan_sent(world, programme)
    type(pro).objects.filter(pk=pro.pk).update(is_active=False)
    queue_due_notices(now=july(28, 10))
    assert told_about(seminar(world)) == [("07-28", "blocked", "")]


def test_ledger_desk_and_page_say_who_holds_it(
    world: World, programme: Programme, sign_in: Any
) -> None:
    promoter(world)
    paper = plan_sent(world, programme)
    row, words = seminar(world), "藤县 · promotion team"
    client = sign_in(world.ben)
    ledger = client.get("/t/teng/obligations/?state=blocked")
    page = client.get(f"/t/teng/obligations/{row.pk}/")
    desk = client.get("/t/teng/")
    sheet = client.get("/t/teng/obligations/?state=blocked&export=xlsx")
    for answer in (ledger, page, desk):
        assert words in answer.text
        assert "2026-07-10" in answer.text
        assert "blocked upstream" in answer.text
    assert paper.title in page.text
    rows = load_workbook(io.BytesIO(sheet.getvalue())).active.iter_rows(values_only=True)
    assert any(words in str(cell) for line in rows for cell in line)


def test_a_past_day_on_the_page_shows_who_held_it_then(
    world: World, programme: Programme, sign_in: Any
) -> None:
    pro, paper = promoter(world), plan_sent(world, programme)
    act(paper, "approved", pro, july(20))
    page = sign_in(world.ben).get(f"/t/teng/obligations/{seminar(world).pk}/?as_of=2026-07-15")
    assert "藤县 · promotion team" in page.text


def test_rest_names_the_holder(world: World, programme: Programme, sign_in: Any) -> None:
    promoter(world)
    paper = plan_sent(world, programme)
    row = seminar(world)
    client = sign_in(world.ben)
    listed = client.get("/t/teng/api/v1/obligations/?state=blocked").json()["results"]
    whole = client.get(f"/t/teng/api/v1/obligations/{row.pk}/").json()
    only = client.get("/t/teng/api/v1/obligations/?fields=rule").json()["results"][0]
    assert [each["month"] for each in listed] == ["2026-07", "2026-08"]
    for each in (listed[0], whole):
        assert each["state"] == "blocked"
        assert each["blocked_by"]["organisation_name"] == "藤县"
        assert each["blocked_by"]["paper"] == str(paper.pk)
    assert only.keys() == {"rule"}


def test_a_page_of_blocked_lines_asks_the_turns_once(
    world: World, programme: Programme, django_assert_max_num_queries: Any
) -> None:
    plan_sent(world, programme)
    lay_down(programme, now=beijing(8, 10))
    rows = Obligation.objects.filter(rule_key="project_seminars")
    now = beijing(9, 2)
    with django_assert_max_num_queries(3):
        found = lines_of(with_columns(rows, now), now, "teng")
    assert len([each for each in found if each["state"] == "blocked"]) == 3


def test_the_state_is_read_off_the_row_alone(world: World, programme: Programme) -> None:
    plan_sent(world, programme)
    for group in ("all", "overdue", "blocked"):
        told = Obligation.objects.in_ledger(group, july(20)).with_state(july(20)).explain()
        assert "SubPlan" not in told
        assert "turn" not in told


@pytest.mark.parametrize(
    ("waits", "words"),
    [
        ("[seminar]", "seminar"),
        ("[project_plan, project_plan]", "a paper is named twice"),
        ("[rectification]", "the pack's “papers” have no “rectification”"),
        ("[status_report]", "“status_report” is not a paper of whoever owes this duty"),
    ],
)
def test_a_pack_that_waits_for_nonsense_is_refused_with_the_line(waits: str, words: str) -> None:
    text = WITH_SEMINARS.replace("waits_for: [project_plan]", f"waits_for: {waits}", 1)
    with pytest.raises(PackError) as broken:
        read(text)
    (problem,) = broken.value.errors
    assert words in problem.worded()
    assert "waits_for" in text.splitlines()[problem.line - 1]


def test_no_duty_waits_for_what_it_asks_for() -> None:
    text = WITH_SEMINARS.replace(
        "deliverable: training_plan\n        recipient: supervising_office\n        waits_for: [project_plan]",
        "deliverable: training_plan\n        recipient: supervising_office\n        waits_for: [training_plan]",
    )
    with pytest.raises(PackError) as broken:
        read(text)
    assert "a duty does not wait for the paper" in broken.value.errors[0].worded()


def test_what_a_rule_waits_for_is_exported_as_it_was_loaded() -> None:
    assert dump(read(WITH_SEMINARS)) == WITH_SEMINARS
    assert "waits_for: [project_plan]" in WITH_SEMINARS


def test_a_draft_changed_by_its_unit_holds_nobody_up(world: World, programme: Programme) -> None:
    paper = draft(world, programme, project=Project.objects.get())
    change_dossier(paper, title="新题目", by=world.ben, now=july(11))
    assert state_of(seminar(world), july(12)) == "open"
