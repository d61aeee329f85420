"""What counts for a topic: its page and its twin name what is short, and why; when the month is over it is red."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from programmes.actions.activity_logs import log_activity, take_log_back
from programmes.actions.exceptions import waive
from programmes.actions.laying import lay_down_all
from programmes.actions.plans import change_rule
from programmes.actions.project_counts import counts_of
from programmes.actions.teams import Seat, set_team
from programmes.models import Activity, Evidence, Obligation, Programme, Project
from programmes.packs.reading import shipped_text
from tests.programmes.held import hold, part_of, told
from tests.programmes.paper_screens import at, count_queries, text_of
from tests.programmes.topics import chosen, seats
from tests.running import beijing, run_programme
from tests.world import World

JULY, LAST = beijing(7, 1, 9), beijing(7, 31, 23, 59)
FIRST = beijing(8, 1, 0, 1)
"""A minute after the end of July."""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    def set_to(moment: datetime) -> None:
        monkeypatch.setattr("actionlearning.foundation.middleware.instant", lambda _read_at: moment)

    return set_to


def lay(now: datetime = JULY) -> None:
    lay_down_all(now=now)


def duty(project: Project, rule: str = "project_seminars", window: str = "2026-07") -> Obligation:
    return Obligation.objects.get(project=project, rule_key=rule, window_key=window)


def page(client: Any, world: World, project: Project) -> Any:
    answer = client.get(at("project_counts", world, project.pk))
    assert answer.status_code == 200
    return answer


# -- shown when ----------------------------------------------------------------------------------------


def six_projects(world: World, programme: Programme) -> dict[str, Project]:
    """Two topics with two parts each; what each held in July."""
    found = {}
    for title in ("孤儿救助", "敬老服务"):
        whole = found[title] = chosen(world, programme, title)
        for name in ("摸底", "安置"):
            found[f"{title}{name}"] = part_of(whole, world, programme, f"{title}{name}")
    lay()
    begin = beijing(7, 6, 9)
    hold(found["孤儿救助"], world, begin)
    hold(found["敬老服务"], world, begin, absent=("convener",))
    for title, count in (("孤儿救助摸底", 2), ("孤儿救助安置", 1), ("敬老服务安置", 3)):
        for number in range(count):
            hold(found[title], world, begin + timedelta(days=number))
    return found


RED = {
    "敬老服务": "July 2026, Core-learner seminars of projects: 0 of 1",
    "孤儿救助安置": "July 2026, Core-learner seminars of sub-projects: 1 of 2",
    "敬老服务摸底": "July 2026, Core-learner seminars of sub-projects: 0 of 2",
}


@pytest.mark.rule("P2-53", "P2-54", "P2-55")
def test_the_end_of_the_month_turns_exactly_those_red_that_lack_a_number_or_the_leader(
    world: World, programme: Programme, clock: Any, sign_in: Any
) -> None:
    projects, client = six_projects(world, programme), sign_in(world.ben)
    clock(LAST)
    assert {
        name for name, row in projects.items() if page(client, world, row).context["short"]
    } == set()

    clock(FIRST)
    short = {name: page(client, world, row).context["short"] for name, row in projects.items()}
    assert {name: words for name, words in short.items() if words} == {
        name: [words] for name, words in RED.items()
    }
    for name, row in projects.items():
        detail = text_of(client.get(at("project_detail", world, row.pk)))
        assert (RED.get(name, "Short:") in detail) == (name in RED)
    assert "was not there" in text_of(page(client, world, projects["敬老服务"]))
    assert "2 short" in text_of(page(client, world, projects["敬老服务摸底"]))


def test_the_ledger_agrees_with_the_pages(world: World, programme: Programme) -> None:
    projects = six_projects(world, programme)
    july = Obligation.objects.filter(window_key="2026-07", deliverable="seminar")
    late = july.overdue(FIRST).values_list("project__title", flat=True)
    assert set(late) == set(RED)
    assert not july.overdue(LAST).exists()
    for name, row in projects.items():
        counts = counts_of(row, now=FIRST)
        assert any(each.red for each in counts) == (name in RED)
        assert [each.duty.credited for each in counts] == [
            sum(not entry.shortfalls for entry in each.entries) for each in counts
        ]


# -- what the page says --------------------------------------------------------------------------------


def told_of(
    project: Project, rule: str, now: datetime, client: Any, clock: Any, world: World
) -> Any:
    clock(now)
    rules = page(client, world, project).context["rules"]
    (found,) = [row for row in rules if row["title"] == rule]
    return found["rows"]


@pytest.mark.rule("P2-51")
def test_research_is_two_to_four_and_more_is_said_to_be_more(
    world: World, programme: Programme, clock: Any, sign_in: Any
) -> None:
    project, client = chosen(world, programme), sign_in(world.ben)
    lay()
    say = ("Research activities", beijing(9, 30, 9), client, clock, world)

    (row,) = told_of(project, *say)
    assert (row["asked"], row["credited"], row["red"]) == ("2–4", 0, False)
    assert row["mend"].startswith("2 more are to be held by")
    for number in range(5):
        hold(project, world, beijing(8, 3 + number, 9), kind="research")
    (row,) = told_of(project, *say)
    assert (row["credited"], row["state"], len(row["entries"])) == (5, "met", 5)
    assert row["mend"].startswith("1 more than asked for")
    assert Evidence.objects.filter(kind="activity").count() == 5


def test_research_after_the_phase_makes_up_for_it_late(
    world: World, programme: Programme, clock: Any, sign_in: Any
) -> None:
    project, client = chosen(world, programme), sign_in(world.ben)
    lay()
    hold(project, world, beijing(8, 3, 9), kind="research")
    (row,) = told_of(project, "Research activities", beijing(12, 2, 9), client, clock, world)
    assert (row["red"], row["state"]) == (True, "overdue")
    assert row["mend"].startswith("1 short. What is held or mended until")

    hold(project, world, beijing(12, 3, 9), kind="research")
    (row,) = told_of(project, "Research activities", beijing(12, 4, 9), client, clock, world)
    assert (row["red"], row["state"], row["credited"]) == (False, "met_late", 2)


def test_a_month_is_not_made_up_for_in_another(world: World, programme: Programme) -> None:
    project = chosen(world, programme)
    lay()
    lay(beijing(8, 1, 9))
    for number in range(3):
        hold(project, world, beijing(8, 3 + number, 9))
    assert (duty(project).credited, duty(project, window="2026-08").credited) == (0, 3)


def test_what_is_closed_takes_no_log_and_no_correction(
    world: World, programme: Programme, clock: Any, sign_in: Any
) -> None:
    """A correction that changes nothing of what counts is still taken."""
    project, client = chosen(world, programme), sign_in(world.ben)
    lay()
    good = hold(project, world, beijing(7, 6, 9))
    lay(beijing(8, 1, 9))
    bad = hold(project, world, beijing(8, 6, 9), absent=("convener",))
    Obligation.objects.filter(deliverable="seminar").update(closes_at=beijing(9, 1, 0))

    now = beijing(9, 2, 9)
    log_activity(bad, told(project, beijing(8, 6, 9)), by=world.ben, now=now)
    log_activity(good, told(project, beijing(7, 6, 9), venue="会议室"), by=world.ben, now=now)
    hold(project, world, beijing(8, 7, 9), now=now)

    assert (duty(project).credited, duty(project, window="2026-08").credited) == (1, 0)
    clock(now)
    words = text_of(page(client, world, project))
    assert words.count("The period was closed when it was logged.") == 2
    assert "Closed. If there is a good reason" in words


def test_a_waived_month_asks_for_nothing_more(world: World, programme: Programme) -> None:
    project = chosen(world, programme)
    lay()
    waive(duty(project), reason="汛期", by=world.ana, now=beijing(7, 20))
    (july,) = [row for row in counts_of(project, now=FIRST) if row.duty.window_key == "2026-07"]
    assert (july.red, july.duty.state) == (False, "waived")


def test_what_was_held_before_a_rule_was_laid_down_is_its_own(world: World) -> None:
    """Research was not asked for in July; from August on it is, and the window began in July."""
    text = shipped_text("plan2")
    start = text.index("      - key: research\n")
    place = text.index("        kind: window\n", start)
    programme = run_programme(
        world,
        text=f"{text[:place]}        enabled: false\n        note: 暂不要求。\n{text[place:]}",
    )
    project = chosen(world, programme)
    lay()
    hold(project, world, beijing(7, 6, 9), kind="research")
    assert not Obligation.objects.filter(rule_key="research").exists()

    change_rule(
        programme, "research", {"enabled": None, "note": None}, applies_from=date(2026, 8, 1),
        by=world.ana, now=beijing(7, 20),
    )  # fmt: skip
    lay(beijing(8, 1, 9))
    assert duty(project, "research", "window").credited == 1


def test_a_team_named_too_late_is_said_to_be_mended_and_counts_after_another_saving(
    world: World, programme: Programme, clock: Any, sign_in: Any
) -> None:
    """Whoever leads it was not in the team that day; the team is corrected, the log still to be saved."""
    crew = [each for each in seats() if each.role not in ("convener", "team_leader")]
    project, client = (
        chosen(world, programme, team=[*crew, Seat(role="convener", name="何")]),
        sign_in(world.ben),
    )
    lay()
    made = hold(project, world, beijing(7, 6, 9), absent=("convener",))
    assert duty(project).credited == 0
    made.attendances.filter(role="convener").update(presence="present")

    clock(beijing(7, 7, 9))
    assert "save it once more" in text_of(page(client, world, project))
    log_activity(made, told(project, beijing(7, 6, 9)), by=world.ben, now=beijing(7, 7, 9))
    assert duty(project).credited == 1


def test_taken_back_it_makes_room(world: World, programme: Programme) -> None:
    project = chosen(world, programme)
    lay()
    made = hold(project, world, beijing(7, 6, 9))
    take_log_back(made, by=world.ben, now=beijing(7, 7, 9))
    assert duty(project).credited == 0
    assert Activity.objects.get(pk=made.pk).log_key is None


# -- the same for programs, and how much it costs ------------------------------------------------------


def test_the_twin_says_the_same(
    world: World, programme: Programme, clock: Any, sign_in: Any
) -> None:
    project, client = chosen(world, programme), sign_in(world.ben)
    lay()
    hold(project, world, beijing(7, 6, 9), absent=("convener",))
    clock(FIRST)
    answer = client.get(f"/t/{world.tenant.slug}/api/v1/projects/{project.pk}/counts/")

    rows = {row["rule_key"]: row for row in answer.json()["counts"] if row["window"] == "2026-07"}
    july = rows["project_seminars"]
    assert (july["credited"], july["minimum"], july["short"], july["red"]) == (0, 1, 1, True)
    assert (july["state"], july["rule"]) == ("overdue", "P2-53, P2-54")
    (activity,) = july["activities"]
    assert [each["code"] for each in activity["missing"]] == ["leader_present"]
    assert not activity["counts"]


@pytest.mark.parametrize("twin", [False, True])
def test_three_of_everything_asks_as_much_as_one(
    world: World, programme: Programme, clock: Any, sign_in: Any, twin: bool
) -> None:
    one, three = chosen(world, programme, "一"), chosen(world, programme, "三")
    lay(beijing(8, 30, 9))
    for project, count in ((one, 1), (three, 3)):
        for number in range(count):
            for kind in ("core_seminar", "research", "group_seminar"):
                hold(project, world, beijing(7 + number % 2, 6 + number, 9), kind=kind)
    clock(beijing(9, 1, 9))
    client = sign_in(world.ben)
    asked = []
    for project in (one, three):
        address = at("project_counts", world, project.pk)
        if twin:
            address = f"/t/{world.tenant.slug}/api/v1/projects/{project.pk}/counts/"
        client.get(address)
        asked.append(count_queries(client, address))
    assert asked[0] == asked[1] <= 8


def test_strangers_find_nothing(world: World, programme: Programme, sign_in: Any) -> None:
    project = chosen(world, programme)
    assert sign_in(world.sis).get(at("project_counts", world, project.pk)).status_code == 404
    twin = reverse("programmes:project_counts", args=[world.tenant.slug, project.pk])
    assert twin.endswith("/counts/")


def test_a_topic_that_is_asked_for_nothing_says_so(
    world: World, programme: Programme, sign_in: Any
) -> None:
    project = chosen(world, programme)
    set_team(project, seats=seats(7), by=world.ben, now=beijing(6, 11))
    Obligation.objects.filter(
        project=project, deliverable__in=("seminar", "research_activity")
    ).delete()
    Obligation.objects.filter(project=project).delete()
    assert "Nothing is counted for this topic." in text_of(page(sign_in(world.ben), world, project))
