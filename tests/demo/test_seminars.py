"""What was held in the demonstration, as the issue on seminars asks for it: 35 owed, seven classes, five seminars."""

from collections import Counter
from datetime import date

import pytest
from django.db import transaction
from django.db.models import Sum
from django.urls import reverse

from actionlearning.demo import region
from actionlearning.demo.worlds import WORLDS
from actionlearning.foundation.models import User
from actionlearning.foundation.scope import WHOLE, scope
from programmes.actions.project_counts import counts_of
from programmes.models import (
    Activity,
    ActivityPhoto,
    Arrival,
    Door,
    MethodRecord,
    NextStep,
    Obligation,
    Participant,
    Programme,
    Project,
    Training,
)
from programmes.models.obligation import DutyState
from programmes.queries.next_steps import carried_into
from reporting.models import InformationItem
from tests.conftest import found_tenant
from tests.running import beijing

TODAY = date(2026, 11, 22)
NOW = beijing(11, 22, 8)
RULES = ("project_seminars", "sub_project_seminars")


@pytest.fixture(params=[world for world in WORLDS if world.slug != "guangxi"], ids=lambda w: w.slug)
def laid(request, db):
    """(slug, nothing): a space as its visitor finds it."""
    world = request.param
    tenant = found_tenant(f"held-{world.slug}")
    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
        world.build(User.objects.get(is_system=True), TODAY, lambda share: None)
        yield world.slug


@pytest.mark.slow
def test_what_was_held_is_shown(laid):
    {"teng": seminars_of_a_topic_in_two_parts, "guitong": seven_classes}[laid]()


def seminars_of_a_topic_in_two_parts():
    whole = Project.objects.get(title="农村留守老人关爱服务体系建设", programme__year=TODAY.year)
    parts = list(Project.objects.filter(parent=whole))
    assert len(parts) == 2
    owed = Obligation.objects.filter(
        project__in=[whole, *parts], rule_key__in=RULES, cancelled_at=None
    )
    assert owed.aggregate(all=Sum("minimum"))["all"] == 7 * (1 + 2 * 2) == 35
    assert set(owed.filter(project=whole).values_list("window_key", flat=True)) == {
        f"2026-{month:02}" for month in range(6, 13)
    }
    assert red_months(whole) == {"2026-09": ("leader_present",)}
    assert {part.title: list(red_months(part)) for part in parts} == {
        "留守老人动态台账建设": ["2026-08"],
        "邻里互助与应急呼叫机制": ["2026-10"],
    }
    records_and_what_follows(whole)


def red_months(project):
    """Window → why what was held does not count."""
    return {
        count.duty.window_key: tuple(why for entry in count.entries for why in entry.shortfalls)
        for count in counts_of(project, now=NOW)
        if count.duty.rule_key in RULES and count.red
    }


def records_and_what_follows(whole):
    held = Activity.objects.filter(state="held")
    assert Counter(held.values_list("kind", flat=True)).keys() >= {
        "core_seminar",
        "group_seminar",
        "research",
    }
    forms = set(MethodRecord.objects.values_list("form", flat=True))
    assert forms >= {"ideas", "votes", "tree", "topics", "hats"}
    assert Door.objects.get().closed_at is not None
    assert Arrival.objects.count() == 3
    assert ActivityPhoto.objects.count() == 2
    item = InformationItem.objects.get(activity__isnull=False)
    assert (item.state, item.project) == ("draft", whole)
    assert NextStep.objects.filter(done_on__isnull=False).exists()
    carried = carried_into(whole, TODAY)
    assert {step.due_on < TODAY for step in carried} == {True, False}
    assert not held.filter(minutes="").exists()
    told = Obligation.objects.with_state(NOW).filter(rule_key__in=RULES)
    assert set(told.values_list("state", flat=True)) >= {DutyState.MET, DutyState.OVERDUE}


def seven_classes():
    for year in (TODAY.year - 1, TODAY.year):
        held = Activity.objects.filter(programme__year=year, project=None, state="held")
        assert Counter(held.values_list("kind", flat=True)) == {
            "popularisation": 2,
            "facilitators_course": 3,
            "promoters_seminar": 2,
            "exchange_meeting": 1,
        }
    asked = ("facilitators_course", "promoters_seminar", "exchange_meeting")
    owed = Obligation.objects.filter(deliverable__in=asked)
    assert set(owed.with_state(NOW).values_list("state", flat=True)) <= {DutyState.MET}
    assert Training.objects.filter(activity__isnull=False).exists()


def lists_open(client, slug):
    """Every list of what was held, by programme and of all, as a page and as a sheet."""
    programme, seat = Programme.objects.get(pack="plan3"), Participant.objects.first()
    made = Training.objects.filter(programme=programme, activity__isnull=False).first()
    assert {made.contents} <= {
        row["key"] for row in programme.plans.get().head["training_contents"]
    }
    for name, pk in (
        ("training_list", programme.pk),
        ("training_lacking", programme.pk),
        ("activity_list", None),
        ("activity_participants", made.activity_id),
    ):
        page = reverse(f"programmes:{name}", args=[slug, *filter(None, [pk])])
        assert client.get(page).status_code == 200, page
        sheet = client.get(page, {"export": "xlsx"})
        assert sheet["Content-Type"].startswith("application/vnd.openxmlformats"), page
    for name, pk in (
        ("activity_calendar", None),
        ("activity_agenda", None),
        ("method_use_list", programme.pk),
        ("training_new", programme.pk),
        ("learner_file", seat.person_id),
    ):
        page = reverse(f"programmes:{name}", args=[slug, *filter(None, [pk])])
        assert client.get(page).status_code == 200, page


@pytest.mark.slow
def test_five_promoters_seminars_over_two_years(db, monkeypatch, sign_in):
    """Of the region only the part in which plan 3 is in force."""
    monkeypatch.setattr(region, "SCENES", [each for each in region.SCENES if each.pack == "plan3"])
    (world,) = (each for each in WORLDS if each.slug == "guangxi")
    tenant = found_tenant("held-guangxi")
    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
        world.build(User.objects.get(is_system=True), TODAY, lambda share: None)
        rows = Activity.objects.filter(kind="promoters_seminar").order_by("first_day")
        told = [(row.state, row.first_day.year - TODAY.year) for row in rows]
        assert told == [("held", 0)] * 3 + [("planned", 1)] * 2
        owed = Obligation.objects.filter(rule_key="promoters_seminar").with_state(NOW)
        assert {row.state for row in owed} == {DutyState.MET}
        assert [row.credited for row in owed] == [1, 1, 1]
        lists_open(sign_in(User.objects.get(login="quban-zhuren")), tenant.slug)
