"""Units joining late, leaving early, closing, moving; the office above is never its own judge."""

from datetime import date

import pytest
from django.apps import apps

from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.scope import scope
from groups.models import PlacedModel, Supervision
from programmes.actions.enrolments import enrol, leave, report_to
from programmes.actions.evidence import record_evidence
from programmes.actions.exceptions import waive
from programmes.actions.laying import lay_down
from programmes.actions.ledgers import LEDGERS, PLACED
from programmes.actions.programmes import open_programme, put_in_force
from programmes.actions.units import close_unit, move_unit
from programmes.models import Enrolment, Evidence, Obligation
from programmes.models.obligation import DutyState
from programmes.packs.reading import read, shipped_text
from programmes.queries import tally
from tests.moments import NOON
from tests.running import beijing, run_programme
from tests.world import World

MONTHLY = "monthly_information"
YEAR_END = beijing(12, 31)


def monthly(programme, organisation):
    return Obligation.objects.filter(
        programme=programme, organisation=organisation, rule_key=MONTHLY
    ).order_by("window_key")


def send(programme, organisation, month, world):
    at = beijing(month, 20)
    record_evidence(
        deliverable="information_item", programme=programme, organisation=organisation, kind="item",
        source=organisation.pk.__class__(int=month), title="信息", address="information/",
        captured_at=at, received_at=at, window_key=f"2026-{month:02}", by=world.system, now=at,
    )  # fmt: skip


@pytest.mark.rule("P2-83")
def test_who_joins_on_15_august_owes_from_september_and_is_judged_on_four(world: World):
    programme = run_programme(world, now=beijing(6, 1))
    enrol(
        programme,
        world.child,
        starts_on=date(2026, 8, 15),
        supervisor=world.bureau,
        by=world.ana,
        now=beijing(8, 15),
    )
    lay_down(programme, now=beijing(11, 28))

    for month in (9, 10, 11, 12):
        send(programme, world.child, month, world)

    rows = monthly(programme, world.child)
    assert [row.window_key for row in rows] == ["2026-09", "2026-10", "2026-11", "2026-12"]
    counted = tally(rows, YEAR_END)
    assert (counted.owed, counted.completeness, counted.timeliness) == (4, 1.0, 1.0)


def test_who_joins_a_programme_in_force_owes_at_once(world):
    programme = run_programme(world, now=beijing(6, 1))

    enrol(programme, world.child, starts_on=programme.starts_on, by=world.ana, now=beijing(6, 1))

    assert monthly(programme, world.child).exists()


@pytest.mark.rule("P2-83")
def test_a_unit_closed_on_20_december_does_not_owe_december(world):
    programme = run_programme(world, now=beijing(11, 28))

    close_unit(
        world.sister,
        on=date(2026, 12, 20),
        reason="机构改革撤并",
        by=world.ana,
        now=beijing(12, 20),
    )

    rows = monthly(programme, world.sister).with_state(beijing(12, 21))
    december = rows.get(window_key="2026-12")
    assert (december.state, december.reason) == (DutyState.CANCELLED, "机构改革撤并")
    assert rows.exclude(window_key="2026-12").filter(state=DutyState.CANCELLED).count() == 0
    assert not Enrolment.objects.filter(organisation=world.sister, ends_on=None).exists()
    assert not Supervision.objects.filter(unit=world.sister, ends_on=None).exists()


def test_whoever_has_left_and_reports_again_the_same_day_gets_the_new_superior(world):
    programme = run_programme(world, now=beijing(6, 1))
    made = enrol(
        programme, world.child, starts_on=date(2026, 8, 1), by=world.ana, now=beijing(8, 1)
    )
    leave(made, on=date(2026, 8, 1), reason="报错了", by=world.ana, now=beijing(8, 1))

    enrol(
        programme,
        world.child,
        starts_on=date(2026, 8, 1),
        supervisor=world.bureau,
        by=world.ana,
        now=beijing(8, 1),
    )

    edge = Supervision.objects.get(unit=world.child, programme=programme.pk)
    assert (edge.supervisor, edge.ends_on) == (world.bureau, None)


@pytest.mark.rule("P3-04")
def test_supervision_may_skip_a_level_but_not_leave_the_programme(world):
    programme = run_programme(world, now=beijing(6, 1))

    above = enrol(
        programme, world.child, starts_on=date(2026, 7, 1), by=world.ana, now=beijing(7, 1)
    )

    assert above.supervisor == world.county
    leave(above, on=date(2026, 7, 1), reason="改报", by=world.ana, now=beijing(7, 1))
    with pytest.raises(BadInput):
        enrol(
            programme,
            world.child,
            starts_on=date(2026, 7, 1),
            supervisor=world.child,
            by=world.ana,
            now=beijing(7, 1),
        )


@pytest.mark.parametrize("who", ["ben", "dora", "sis"])
def test_only_the_office_that_runs_it_takes_units_in(world, who):
    programme = run_programme(world)

    with pytest.raises(NotAllowed):
        enrol(programme, world.child, starts_on=date(2026, 7, 1), by=getattr(world, who), now=NOON)


def test_a_closed_organisation_does_not_join(world):
    programme = run_programme(world)
    close_unit(world.child, on=date(2026, 5, 1), reason="撤销", by=world.ana, now=NOON)
    world.child.refresh_from_db()

    with pytest.raises(RuleBroken):
        enrol(programme, world.child, starts_on=date(2026, 7, 1), by=world.ana, now=NOON)


def test_the_office_that_runs_it_takes_part_by_itself(world):
    programme = open_programme(
        read(shipped_text("plan2")), owner=world.county, year=2026, by=world.ana, now=NOON
    )
    enrol(programme, world.bureau, starts_on=programme.starts_on, by=world.ana, now=NOON)

    put_in_force(programme, by=world.ana, now=NOON)

    assert not Enrolment.objects.get(programme=programme, organisation=world.county).obliged


def test_an_intermediate_office_owes_nothing_of_the_office_that_runs_it(world):
    text = shipped_text("plan2").replace(
        "owed_by: unit\n        deliverable: information_item",
        "owed_by: owner_office\n        deliverable: information_item",
    )
    programme = open_programme(read(text), owner=world.county, year=2026, by=world.ana, now=NOON)
    enrol(
        programme,
        world.bureau,
        starts_on=programme.starts_on,
        obliged=False,
        by=world.ana,
        now=NOON,
    )
    enrol(
        programme,
        world.child,
        starts_on=programme.starts_on,
        supervisor=world.bureau,
        by=world.ana,
        now=NOON,
    )

    put_in_force(programme, by=world.ana, now=beijing(6, 1))

    owing = Obligation.objects.filter(rule_key=MONTHLY).values_list("organisation", flat=True)
    assert set(owing) == {world.county.pk}
    with pytest.raises(NotAllowed):
        waive(
            Obligation.objects.filter(rule_key=MONTHLY).first(),
            reason="忙",
            by=world.ana,
            now=beijing(6, 2),
        )


def test_what_a_moved_unit_owes_moves_with_it_and_its_rest_days_follow(world):
    programme = run_programme(world, now=beijing(6, 1))
    enrol(programme, world.child, starts_on=programme.starts_on, by=world.ana, now=beijing(6, 1))
    world.sister.__class__.objects.filter(pk=world.sister.pk).update(division="450423")

    moved = move_unit(world.child, parent=world.sister, by=world.ana, now=beijing(7, 1))

    rows = monthly(programme, world.child)
    assert {row.org_path for row in rows} == {moved.path}
    assert {row.ancestor_2 for row in rows} == {world.sister.pk}
    assert Enrolment.objects.get(organisation=world.child).calendar == "450423"


def test_a_moved_unit_keeps_its_closed_months_and_who_judged_them(world):
    """Rows left at the old place would stand behind the wall from their own unit."""
    programme = run_programme(world, now=beijing(6, 1))
    enrol(
        programme,
        world.child,
        starts_on=programme.starts_on,
        supervisor=world.bureau,
        by=world.ana,
        now=beijing(6, 1),
    )
    send(programme, world.child, 6, world)

    moved = move_unit(world.child, parent=world.sister, by=world.ana, now=beijing(7, 1))

    with scope(world.tenant, path=moved.path, actor=world.kid):
        (june,) = Obligation.objects.visible_to(world.kid).filter(met_at__isnull=False)
        assert june.supervisor_id == world.bureau.pk
        assert Evidence.objects.filter(obligation=june).exists()
    assert world.sis.has_perm(Permission.OBLIGATION_VIEW, june)

    def seen_by_the_bureau() -> bool:
        return Obligation.objects.visible_to(world.dora).filter(organisation=moved).exists()

    assert seen_by_the_bureau(), "it goes on reporting there"
    row = Enrolment.objects.get(organisation=moved)
    report_to(row, supervisor=None, on=date(2026, 7, 1), by=world.ana, now=beijing(7, 1))
    assert not seen_by_the_bureau()


def test_every_table_that_carries_a_place_follows_a_move():
    """A new table that is forgotten here would stay behind the old wall."""
    placed = {
        model._meta.db_table
        for model in apps.get_models()
        if issubclass(model, PlacedModel)
        and model._meta.app_label in ("programmes", "reporting", "assessments")
    }

    assert placed == {*LEDGERS, *PLACED}
