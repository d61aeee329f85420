"""The working calendar on screen: by layers, a notice read and checked, a year published."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from actionlearning.foundation.models import User
from programmes.actions.calendars import seed_calendar
from programmes.models import CalendarDay, CalendarYear
from tests.moments import NOON
from tests.programmes.asked import statements
from tests.world import World

NOTICE = "中秋节：9月25日（周五）至27日（周日）放假调休，共3天。9月20日（周日）上班"


@pytest.fixture(autouse=True)
def in_english(world: World):
    """Words are compared here, so they are those of the source."""
    User.objects.update(language="en")
    with translation.override("en"):
        yield


def address(name, *args):
    return reverse(f"programmes:{name}", args=["teng", *args])


def test_three_layers_of_a_year(world, sign_in):
    seed_calendar(since=2025, now=NOON)
    client = sign_in(world.ben)
    client.get(address("calendar_list"))

    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address("calendar_list"), {"year": "2025"})

    layers = {layer["scope"]: layer for layer in answer.context["layers"]}
    assert list(layers) == ["CN", "45", "4504", "450422"]
    assert [layers[scope]["published"] for scope in layers] == [True, True, False, False]
    assert (layers["45"]["rests"], layers["450422"]["name"]) == (2, "藤县")
    assert statements(asked) <= 9


def test_a_missing_year_is_said_on_top(world, sign_in):
    answer = sign_in(world.ben).get(address("calendar_list"))

    assert answer.context["missing_year"] in (2026, 2027)
    assert "is missing" in answer.content.decode()


def test_a_day_is_added_replaced_and_removed(world, sign_in):
    client = sign_in(world.ana)
    typed = {"scope": "450422", "day": "2027-04-12", "kind": "rest", "name": "三月三"}

    client.post(address("calendar_day_new"), typed)
    client.post(address("calendar_day_new"), {**typed, "kind": "work"})
    row = CalendarDay.objects.get()
    client.post(address("calendar_day_removal", row.pk))

    assert (row.scope, row.kind) == ("450422", "work")
    assert not CalendarDay.objects.exists()


def rows_of(answer):
    """The checked rows, as the browser would send them back."""
    formset = answer.context["rows"]
    sent = {f"rows-{name}": value for name, value in formset.management_form.initial.items()}
    for form in formset.forms:
        for field in form:
            value = field.value()
            if value not in (False, None):
                sent[field.html_name] = "on" if value is True else str(value)
    return sent


def test_a_notice_is_read_checked_and_saved(world, sign_in):
    client = sign_in(world.ana)
    typed = {"scope": "CN", "year": "2026", "name": "", "text": NOTICE, "source": "国办发明电"}

    shown = client.post(address("calendar_notice"), typed)
    nothing_yet = CalendarDay.objects.count()
    sent = rows_of(shown)
    del sent["rows-3-keep"]
    client.post(address("calendar_notice"), {**typed, **sent, "save": "1"})

    assert (shown.status_code, len(shown.context["checked"]), nothing_yet) == (200, 4, 0)
    assert [(row.date, row.kind, row.source) for row in CalendarDay.objects.order_by("date")] == [
        (date(2026, 9, 20), "work", "国办发明电"),
        (date(2026, 9, 25), "rest", "国办发明电"),
        (date(2026, 9, 26), "rest", "国办发明电"),
    ]


def test_a_row_that_does_not_fit_starts_unticked(world, sign_in):
    text = "10月1日（周五）放假。10月2日放假。10月某日至8日放假"

    answer = sign_in(world.ana).post(
        address("calendar_notice"), {"scope": "CN", "year": "2026", "name": "国庆节", "text": text}
    )

    kept = [row["form"]["keep"].value() for row in answer.context["checked"]]
    assert kept == [False, True]
    assert answer.context["unread"] == ("10月某日至8日放假",)


def test_a_broken_row_saves_nothing(world, sign_in):
    client = sign_in(world.ana)
    typed = {"scope": "CN", "year": "2026", "name": "", "text": NOTICE}
    sent = rows_of(client.post(address("calendar_notice"), typed))

    answer = client.post(
        address("calendar_notice"), {**typed, **sent, "rows-0-day": "x", "save": "1"}
    )

    assert (answer.status_code, CalendarDay.objects.count()) == (422, 0)
    assert NOTICE in answer.content.decode()


def test_a_text_without_days_is_refused_and_kept(world, sign_in):
    answer = sign_in(world.ana).post(
        address("calendar_notice"), {"scope": "CN", "year": "2026", "text": "各单位注意值班"}
    )

    assert answer.status_code == 422
    assert "各单位注意值班" in answer.content.decode()


def test_publishing_says_what_moved(world, sign_in):
    answer = sign_in(world.ana).post(
        address("calendar_publication"), {"scope": "CN", "year": "2027", "source": "国办发明电"}
    )

    assert answer.context["moved"] == []
    assert CalendarYear.objects.get().source == "国办发明电"


@pytest.mark.parametrize("name", ["calendar_day_new", "calendar_notice", "calendar_publication"])
def test_only_who_may_change_a_layer_reaches_the_forms(world, sign_in, name):
    for who in ("ben", "dora", "lena", "liu", "sysadmin"):
        assert sign_in(getattr(world, who)).get(address(name)).status_code == 404
    assert sign_in(world.ana).get(address(name)).status_code == 200
