"""To whom a unit reports, from which day on; and what leaving and coming back does to what it owes."""

from datetime import date, timedelta

import pytest

from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import AuditEvent
from groups.models import Organisation, Supervision
from programmes.actions.dossiers import open_dossier
from programmes.actions.enrolments import enrol, leave, report_to
from programmes.actions.evidence import accept_evidence, recount
from programmes.actions.exceptions import waive
from programmes.actions.laying import lay_down
from programmes.actions.sweeps import queue_due_notices
from programmes.models import Dossier, Enrolment, Evidence, Obligation, Programme, Project
from programmes.models.obligation import DutyState
from reporting.actions.items import adopt_item, return_item, start_item
from reporting.models import InformationItem
from tests.moments import NOON
from tests.programmes.test_actions_enrolments import MONTHLY, monthly, send
from tests.programmes.topics import JUNE, chosen
from tests.reporting.items import submitted
from tests.running import beijing, run_programme
from tests.world import World

ASKED = (
    "rule_key", "window_key", "minimum", "maximum", "opens_at", "due_at", "closes_at", "state",
    "reason", "supervisor", "next_look_at", "due_version",
)  # fmt: skip


def owed(programme: Programme, unit: Organisation, now) -> list[tuple]:
    rows = Obligation.objects.filter(programme=programme, organisation=unit).with_state(now)
    return list(rows.order_by("rule_key", "window_key", "project").values_list(*ASKED))


def enrolment(programme: Programme, unit: Organisation) -> Enrolment:
    return Enrolment.objects.get(programme=programme, organisation=unit, ends_on=None)


def away(world: World, programme: Programme, unit: Organisation, *, on: date, back: date, now):
    leave(enrolment(programme, unit), on=on, reason="报错了", by=world.ana, now=now)
    return enrol(
        programme,
        unit,
        starts_on=back,
        by=world.ana,
        now=now + timedelta(minutes=1),
    )


DAYS = (
    date(2026, 6, 1),
    date(2026, 7, 10),
    date(2026, 8, 25),
    date(2026, 9, 30),
    date(2026, 12, 1),
)


@pytest.mark.parametrize("day", DAYS, ids=str)
@pytest.mark.parametrize("pack", ["plan1", "plan2"])
@pytest.mark.parametrize("gap", [0, 1], ids=["the same day", "the day after"])
def test_back_on_the_day_it_left_a_unit_owes_the_same_as_before(world, pack, day, gap):
    now = beijing(9, 10)
    programme = run_programme(world, pack, now=beijing(6, 1))
    lay_down(programme, now=now)
    queue_due_notices(now=now)
    before = owed(programme, world.bureau, now)

    away(world, programme, world.bureau, on=day, back=day + timedelta(days=gap), now=now)
    queue_due_notices(now=now + timedelta(hours=1))

    assert owed(programme, world.bureau, now) == before
    lay_down(programme, now=beijing(12, 1))
    later = owed(programme, world.bureau, now)
    asked = {row[:2] for row in owed(programme, world.sister, now)}
    assert {row[:2] for row in later} == asked
    assert DutyState.CANCELLED not in {row[7] for row in later}


def test_what_an_event_had_laid_is_owed_again_too(world):
    programme = run_programme(world, now=beijing(6, 1))
    chosen(world, programme, "养老服务")
    now = JUNE + timedelta(hours=1)
    asked = Obligation.objects.filter(organisation=world.bureau, rule__spec__has_key="after")
    Evidence.objects.filter(obligation__in=asked).delete()  # its team was there already
    recount(list(asked), now=now)
    assert asked.unfinished().exists()
    lay_down(programme, now=now)
    before = owed(programme, world.bureau, now)

    day = programme.starts_on
    away(world, programme, world.bureau, on=day, back=day, now=now)

    assert owed(programme, world.bureau, now) == before


def test_a_gap_is_not_owed_and_what_comes_after_it_is(world):
    now = beijing(9, 10)
    programme = run_programme(world, now=beijing(6, 1))
    lay_down(programme, now=now)

    away(world, programme, world.bureau, on=date(2026, 7, 10), back=date(2026, 9, 10), now=now)
    lay_down(programme, now=beijing(12, 1))

    states = dict(
        monthly(programme, world.bureau).with_state(now).values_list("window_key", "state")
    )
    gone = [key for key, state in states.items() if state == DutyState.CANCELLED]
    assert gone == ["2026-07", "2026-08", "2026-09"]
    assert {"2026-06", "2026-10", "2026-11", "2026-12"} < set(states)


def test_what_was_cancelled_for_another_reason_stays_cancelled(world):
    now = beijing(9, 10)
    programme = run_programme(world, now=beijing(6, 1))
    lay_down(programme, now=now)
    first, second = monthly(programme, world.bureau).unfinished()[:2]
    Obligation.objects.filter(pk=first.pk).update(cancelled_at=beijing(9, 1), reason="停办")
    waive(second, reason="洪灾", by=world.ana, now=now)

    away(world, programme, world.bureau, on=date(2026, 6, 1), back=date(2026, 6, 1), now=now)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.cancelled_at, first.reason) == (beijing(9, 1), "停办")
    assert (second.waived_at, second.cancelled_at, second.reason) == (now, None, "洪灾")


def test_it_is_revived_under_the_superior_of_today_and_what_was_sent_still_counts(world):
    now = beijing(9, 10)
    programme = run_programme(world, now=beijing(6, 1))
    made = enrol(
        programme, world.child, starts_on=programme.starts_on, by=world.ana, now=beijing(6, 1)
    )
    lay_down(programme, now=now)
    send(programme, world.child, 7, world)
    leave(made, on=date(2026, 6, 1), reason="改报", by=world.ana, now=now)

    enrol(
        programme,
        world.child,
        starts_on=date(2026, 6, 1),
        supervisor=world.bureau,
        by=world.ana,
        now=now + timedelta(minutes=1),
    )

    rows = {row.window_key: row for row in monthly(programme, world.child).with_state(now)}
    assert rows["2026-07"].state == DutyState.MET
    assert rows["2026-07"].supervisor == world.county
    assert rows["2026-08"].supervisor == world.bureau


def test_nobody_takes_part_twice_on_one_day(world):
    programme = run_programme(world, now=beijing(6, 1))
    leave(
        enrolment(programme, world.bureau),
        on=date(2026, 9, 30),
        reason="撤并",
        by=world.ana,
        now=beijing(9, 1),
    )
    with pytest.raises(BadInput) as refused:
        enrol(programme, world.bureau, starts_on=date(2026, 9, 1), by=world.ana, now=beijing(9, 1))
    assert list(refused.value.fields) == ["starts_on"]


@pytest.fixture
def programme(world) -> Programme:
    """The child takes part and reports to the county."""
    programme = run_programme(world, now=beijing(6, 1))
    enrol(programme, world.child, starts_on=programme.starts_on, by=world.ana, now=beijing(6, 1))
    lay_down(programme, now=beijing(9, 1))
    return programme


def to_bureau(world, programme, *, on=date(2026, 9, 5), now=None):
    return report_to(
        enrolment(programme, world.child),
        supervisor=world.bureau,
        on=on,
        by=world.ana,
        now=now or beijing(9, 10),
    )


@pytest.mark.rule("P3-04")
def test_a_new_superior_takes_over_what_is_open_and_nothing_that_is_closed(world, programme):
    send(programme, world.child, 7, world)
    accept_evidence(
        kind="item", source=world.child.pk.__class__(int=7), by=world.ana, now=beijing(7, 21)
    )

    changed = to_bureau(world, programme)

    assert changed.supervisor == world.bureau
    rows = dict(monthly(programme, world.child).values_list("window_key", "supervisor"))
    assert rows.pop("2026-07") == world.county.pk
    assert set(rows.values()) == {world.bureau.pk}
    others = Obligation.objects.filter(programme=programme).exclude(organisation=world.child)
    assert not others.filter(supervisor=world.bureau).exists()


@pytest.mark.parametrize(
    ("state", "follows"), [("draft", True), ("standing", True), ("under_way", False)]
)
def test_a_paper_follows_the_new_superior_unless_it_is_on_its_way(world, programme, state, follows):
    paper = open_dossier(
        programme=programme, organisation=world.child, kind="system_document", title="学习制度",
        by=world.kid, now=beijing(7, 1),
    )  # fmt: skip
    Dossier.objects.filter(pk=paper.pk).update(state=state)

    to_bureau(world, programme)

    paper.refresh_from_db()
    assert paper.supervisor == (world.bureau if follows else world.county)


def test_the_edge_is_closed_the_day_before_and_opened_on_the_day(world, programme):
    to_bureau(world, programme)

    edges = Supervision.objects.filter(unit=world.child).order_by("starts_on")
    assert list(edges.values_list("supervisor", "starts_on", "ends_on", "outside")) == [
        (world.county.pk, programme.starts_on, date(2026, 9, 4), False),
        (world.bureau.pk, date(2026, 9, 5), None, False),
    ]


def test_a_change_on_the_first_day_corrects_the_edge(world, programme):
    to_bureau(world, programme, on=programme.starts_on)

    edge = Supervision.objects.get(unit=world.child)
    assert (edge.supervisor, edge.starts_on, edge.ends_on) == (
        world.bureau,
        programme.starts_on,
        None,
    )


def test_the_act_stays_on_record_and_what_is_laid_later_follows(world, programme):
    to_bureau(world, programme)
    lay_down(programme, now=beijing(12, 1))

    told = AuditEvent.objects.get(action="enrolment.supervisor_changed")
    assert (told.target, told.detail["before"], told.detail["after"]) == (
        world.child.pk,
        "藤县",
        "民政局",
    )
    assert monthly(programme, world.child).get(window_key="2026-12").supervisor == world.bureau


def test_papers_that_wait_go_to_the_new_office_and_judged_ones_stay(world):
    programme = run_programme(world)
    judged = adopt_item(submitted(world, programme), by=world.ana, now=beijing(9, 21))
    waiting = submitted(world, programme, title="再报", body="另一件事。")
    draft = start_item(
        programme=programme, organisation=world.bureau, by=world.ben, now=beijing(9, 22)
    )
    sent = Obligation.objects.filter(evidence__source=waiting.pk)

    report_to(
        enrolment(programme, world.bureau),
        supervisor=world.sister,
        on=date(2026, 9, 23),
        by=world.ana,
        now=beijing(9, 23),
    )

    offices = dict(InformationItem.objects.values_list("pk", "supervisor"))
    assert offices == {
        judged.pk: world.county.pk,
        waiting.pk: world.sister.pk,
        draft.pk: world.sister.pk,
    }
    assert set(sent.values_list("supervisor", flat=True)) <= {world.sister.pk}
    with pytest.raises(NotAllowed):
        return_item(waiting, reason="缺", by=world.ana, now=beijing(9, 24))


def test_a_topic_that_runs_goes_along_and_a_declined_one_stays(world, programme):
    def topic(state: str) -> Project:
        made = Project(
            programme=programme,
            title=state,
            state=state,
            supervisor=world.county,
            created_by=world.kid,
            created_at=NOON,
        )
        made.place(world.child)
        made.hang(None)
        made.save()
        return made

    running, declined = topic("accepted"), topic("declined")

    to_bureau(world, programme)

    running.refresh_from_db()
    declined.refresh_from_db()
    assert (running.supervisor, declined.supervisor) == (world.bureau, world.county)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"on": date(2026, 9, 11)}, "on"),
        ({"on": date(2026, 5, 1)}, "on"),
        ({"supervisor": "child"}, "supervisor"),
    ],
    ids=["a coming day", "before it took part", "itself"],
)
def test_bad_input_is_refused_at_its_field(world, programme, change, field):
    asked = {"supervisor": world.bureau, "on": date(2026, 9, 5)} | change
    if asked["supervisor"] == "child":
        asked["supervisor"] = world.child
    with pytest.raises(BadInput) as refused:
        report_to(enrolment(programme, world.child), **asked, by=world.ana, now=beijing(9, 10))
    assert list(refused.value.fields) == [field]


def test_nobody_reports_in_a_circle(world, programme):
    to_bureau(world, programme)
    with pytest.raises(BadInput) as refused:
        report_to(
            enrolment(programme, world.bureau),
            supervisor=world.child,
            on=date(2026, 9, 10),
            by=world.ana,
            now=beijing(9, 10),
        )
    assert "救助站" in refused.value.message


@pytest.mark.parametrize(
    ("unit", "above", "code"), [("child", "county", "no_change"), ("county", "bureau", "owner")]
)
def test_no_change_is_refused(world, programme, unit, above, code):
    with pytest.raises(RuleBroken) as refused:
        report_to(
            enrolment(programme, getattr(world, unit)),
            supervisor=getattr(world, above),
            on=date(2026, 9, 5),
            by=world.ana,
            now=beijing(9, 10),
        )
    assert refused.value.code == code


@pytest.mark.parametrize("who", ["dora", "kid", "sis"])
def test_only_the_office_that_runs_it_changes_a_superior(world, programme, who):
    with pytest.raises(NotAllowed):
        report_to(
            enrolment(programme, world.child),
            supervisor=world.bureau,
            on=date(2026, 9, 5),
            by=getattr(world, who),
            now=beijing(9, 10),
        )


def test_it_can_be_changed_back(world, programme):
    to_bureau(world, programme)
    report_to(
        enrolment(programme, world.child),
        supervisor=None,
        on=date(2026, 9, 8),
        by=world.ana,
        now=beijing(9, 10),
    )
    asked = Obligation.objects.filter(organisation=world.child, rule_key=MONTHLY).unfinished()
    assert set(asked.values_list("supervisor", flat=True)) == {world.county.pk}
