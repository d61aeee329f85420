"""Plans by their verbs: loaded, loaded again, one rule changed, what a new version lays down."""

from datetime import date

import pytest
from django.utils import translation

from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from programmes.actions.plans import change_rule, export_plan, load_plan, read_pack
from programmes.actions.programmes import close_programme, open_programme
from programmes.models import Clause, Obligation, Plan, Rule
from programmes.packs.reading import SHIPPED, read, shipped_text
from programmes.views.plans import changed_lines
from tests.moments import NOON
from tests.running import beijing, run_programme
from tests.world import World

MONTHLY = "monthly_information"
PLAN2 = shipped_text("plan2")


@pytest.fixture(autouse=True)
def in_english(world: World):
    """Words are compared here, so they are those of the source."""
    User.objects.update(language="en")
    with translation.override("en"):
        yield


@pytest.fixture
def draft(world: World):
    return open_programme(read(PLAN2), owner=world.county, year=2026, by=world.ana, now=NOON)


def test_a_broken_pack_names_every_line_at_once():
    text = PLAN2.replace("level: county_department", "level: village").replace("day: 25", "day: 32")

    with pytest.raises(BadInput) as caught:
        read_pack(text)

    lines = caught.value.message.splitlines()
    assert [line.split(":")[0] for line in lines] == ["Line 5", f"Line {_line_of('day: 32', text)}"]
    assert caught.value.code == "bad_pack"


def _line_of(words, text):
    return next(n for n, line in enumerate(text.splitlines(), 1) if words in line)


@pytest.mark.parametrize("pack", SHIPPED)
def test_a_shipped_pack_comes_back_to_the_byte(world, pack):
    made = open_programme(
        read(shipped_text(pack)), owner=world.county, year=2026, by=world.ana, now=NOON
    )

    assert export_plan(made.plans.get()) == shipped_text(pack)


def test_the_same_pack_again_changes_nothing(draft, world):
    before = Clause.objects.count(), Rule.objects.count()

    plan, new = load_plan(draft, read(PLAN2), applies_from=date(2026, 9, 1), by=world.ana, now=NOON)

    assert (plan.number, new, Plan.objects.count()) == (1, False, 1)
    assert (Clause.objects.count(), Rule.objects.count()) == before


def test_one_rule_changed_is_one_changed_line(draft, world):
    plan = change_rule(
        draft, MONTHLY, {"day": 20}, applies_from=date(2026, 9, 1), by=world.ana, now=NOON
    )

    assert changed_lines(PLAN2, export_plan(plan)) == [("-", "day: 25"), ("+", "day: 20")]


def test_a_setting_the_format_refuses_is_told_in_its_words(draft, world):
    with pytest.raises(BadInput) as caught:
        change_rule(
            draft, MONTHLY, {"day": 32}, applies_from=date(2026, 9, 1), by=world.ana, now=NOON
        )

    assert caught.value.message.startswith("day: a day from 1 to 31")


@pytest.mark.parametrize(
    ("changed", "day"),
    [
        ("id: plan2", date(2026, 9, 1)),
        ("day: 25", date(2026, 5, 31)),
        ("day: 25", date(2027, 1, 1)),
    ],
)
def test_another_plan_and_a_day_outside_are_refused(draft, world, changed, day):
    text = PLAN2.replace(changed, {"id: plan2": "id: other", "day: 25": "day: 20"}[changed])

    with pytest.raises(BadInput):
        load_plan(draft, read(text), applies_from=day, by=world.ana, now=NOON)

    assert Plan.objects.count() == 1


def test_a_draft_is_mended_from_its_first_day(draft, world):
    text = PLAN2.replace("day: 25", "day: 20")

    plan, _new = load_plan(draft, read(text), applies_from=draft.starts_on, by=world.ana, now=NOON)

    assert (plan.number, plan.applies_from) == (2, draft.starts_on)


def test_only_the_office_that_runs_it_changes_the_plan(draft, world):
    for user in (world.ben, world.dora, world.sis):
        with pytest.raises(NotAllowed):
            load_plan(draft, read(PLAN2), applies_from=date(2026, 9, 1), by=user, now=NOON)


def test_a_closed_programme_keeps_its_plan(world):
    programme = run_programme(world)
    close_programme(programme, by=world.ana, now=NOON)
    programme.refresh_from_db()

    with pytest.raises(RuleBroken):
        change_rule(
            programme, MONTHLY, {"day": 20}, applies_from=date(2026, 9, 1), by=world.ana, now=NOON
        )


def last_days(programme, organisation):
    rows = Obligation.objects.filter(
        programme=programme, organisation=organisation, rule_key=MONTHLY
    ).order_by("window_key")
    return {row.window_key: row.window.last_day.day for row in rows.select_related("window")}


def test_a_new_version_binds_what_has_not_opened_yet(world):
    """Duties of December were laid down in November already, and had not opened."""
    november = beijing(11, 20)
    programme = run_programme(world, now=november)
    before = last_days(programme, world.bureau)

    change_rule(
        programme, MONTHLY, {"day": 20}, applies_from=date(2026, 12, 1), by=world.ana, now=november
    )

    assert before == {f"2026-{month:02}": 25 for month in range(6, 13)}
    assert last_days(programme, world.bureau) == {**before, "2026-12": 20}
    assert last_days(programme, world.sister) == {**before, "2026-12": 20}


def test_a_rule_switched_off_asks_for_nothing_that_has_not_opened(world):
    november = beijing(11, 20)
    programme = run_programme(world, now=november)

    change_rule(
        programme,
        MONTHLY,
        {"enabled": False, "note": "暂停"},
        applies_from=date(2026, 12, 1),
        by=world.ana,
        now=november,
    )

    assert max(last_days(programme, world.bureau)) == "2026-11"


def test_a_rule_switched_on_midway_is_owed_by_its_own_date(world):
    """The assessment of culture by the end of December is switched on in October."""
    programme = run_programme(world, now=beijing(6, 1))
    rule = Rule.objects.get(plan__programme=programme, key="culture_assessment")
    assert not rule.enabled

    change_rule(
        programme, rule.key, {"enabled": None, "note": None}, applies_from=date(2026, 10, 1),
        by=world.ana, now=beijing(9, 10),
    )  # fmt: skip

    owed = Obligation.objects.filter(rule_key=rule.key).select_related("window", "rule__plan")
    assert {row.rule.plan.number for row in owed} == {2}
    assert {row.window.last_day for row in owed} == {date(2026, 12, 31)}
