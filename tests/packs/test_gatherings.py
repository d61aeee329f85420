"""What a unit holds by itself: each such duty is red without it, met by what it asks for and by nothing else."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest

from programmes.actions.activity_logs import take_log_back
from programmes.actions.laying import lay_down
from programmes.models import Obligation
from programmes.packs.reading import SHIPPED, read, shipped_text
from tests.packs.holding import gather
from tests.packs.stage import Country, Plan, at, begin
from tests.world import World

OPENED = date(2025, 12, 29)
ALL_DAYS = {"plan1": date(2026, 4, 27), "plan2": date(2026, 5, 25), "plan3": date(2026, 4, 27)}


@dataclass(frozen=True)
class Asked:
    """A duty of `pack`, its first and last day, and what meets it."""

    pack: str
    rule: str
    kind: str
    first: date
    last: date
    other: str
    """Something else that was held in the same days."""
    owner: bool = True
    least: int = 1


JUNE, DECEMBER = date(2026, 6, 1), date(2026, 12, 31)
ASKED = (
    (("P1-34",), Asked("plan1", "popularisation_course", "popularisation", JUNE, DECEMBER, "training",
                       least=2)),
    (("P1-44",), Asked("plan1", "exchange_meeting", "exchange_meeting", date(2026, 10, 1),
                       date(2026, 10, 30), "summary_meeting")),
    (("P2-17",), Asked("plan2", "launch", "launch_ceremony", JUNE, date(2026, 6, 30), "meeting",
                       owner=False)),
    (("P2-18",), Asked("plan2", "skills_training", "training", JUNE, date(2026, 6, 30),
                       "facilitators_course", owner=False, least=2)),
    ((), Asked("plan2", "commendation", "commendation_meeting", JUNE, DECEMBER,
                       "summary_meeting", owner=False)),
    (("P3-31",), Asked("plan3", "study_visit", "study_visit", date(2026, 9, 1), date(2026, 9, 30),
                       "promoters_seminar")),
    ((), Asked("plan3", "summary_meeting", "summary_meeting", date(2027, 7, 1),
                       date(2027, 7, 30), "exchange_meeting")),
    (("P4-10",), Asked("plan4", "mobilisation", "launch_ceremony", date(2026, 1, 1),
                       date(2026, 3, 31), "training")),
    ((), Asked("plan4", "commendation", "commendation_meeting", date(2026, 1, 1), DECEMBER,
                       "summary_meeting")),
    ((), Asked("organs", "training", "training", date(2026, 5, 1), date(2026, 6, 30), "meeting",
              owner=False)),
)  # fmt: skip
CASES = [
    pytest.param(asked, id=f"{asked.pack}-{asked.rule}", marks=[pytest.mark.rule(*ids)] if ids else [])
    for ids, asked in ASKED
]  # fmt: skip


@pytest.mark.parametrize("asked", CASES)
def test_it_is_red_without_and_met_by_what_it_asks_for_alone(world: World, asked: Asked) -> None:
    country = Country(world)
    owner = country.unit(None, "county", "主办单位")
    unit, beside = (country.unit(owner.organisation, "unit", name) for name in ("甲局", "乙局"))
    plan = Plan(asked.pack, owner, [(unit, None), (beside, None)])
    year = begin(plan, world, now=at(ALL_DAYS.get(asked.pack, OPENED)))
    lay_down(year.programme, now=at(asked.last))
    debtor, stranger = (owner, unit) if asked.owner else (unit, beside)
    duty = year.duties(rule_key=asked.rule, organisation=debtor.organisation)
    in_it = at(asked.last - timedelta(days=8), 17)
    too_late = at(asked.last + timedelta(days=1), 9)

    assert (duty.get().window.starts_on, duty.get().window.last_day) == (asked.first, asked.last)
    assert (
        not year.duties(rule_key=asked.rule, organisation=owner.organisation).exists()
        or asked.owner
    )
    assert state(duty, in_it) in ("open", "due_soon")
    assert state(duty, too_late) == "overdue"
    gather(year.programme, debtor, asked.other)(in_it)
    gather(year.programme, stranger, asked.kind)(in_it)
    assert (duty.get().credited, state(duty, too_late)) == (0, "overdue")
    for number in range(asked.least):
        assert state(duty, too_late) == "overdue"
        made = gather(year.programme, debtor, asked.kind)(in_it + timedelta(hours=number))
    assert (duty.get().credited, state(duty, too_late)) == (asked.least, "met")
    take_log_back(made, by=debtor.staff, now=too_late)
    assert (duty.get().credited, state(duty, too_late)) == (asked.least - 1, "overdue")


def state(duty: Any, now: Any) -> str:
    found: str = duty.with_state(now).get().state
    return found


def test_a_popularisation_course_is_a_class_too_and_no_class_is_such_a_course(world: World) -> None:
    """A unit's own course counts among the classes that plan 2 asks for."""
    country = Country(world)
    county = country.unit(None, "county", "藤县")
    bureau = country.unit(county.organisation, "department", "民政局")
    year = begin(Plan("plan2", county, [(bureau, None)]), world, now=at(ALL_DAYS["plan2"]))
    for day, kind in ((16, "popularisation"), (18, "training")):
        gather(year.programme, bureau, kind)(at(date(2026, 6, day), 17))
    assert Obligation.objects.get(rule_key="skills_training").credited == 2


def test_what_is_off_is_what_no_log_can_meet_yet() -> None:
    """Assessments, inspections and results have no log."""
    off = {
        rule.deliverable for pack in SHIPPED for rule in read(shipped_text(pack)).rules
        if not rule.enabled
    }  # fmt: skip
    assert off == {
        "rectification", "result_record", "inspection", "body", "candidate_topic",
        "project_assessment", "learner_assessment", "culture_assessment", "programme_evaluation",
    }  # fmt: skip
