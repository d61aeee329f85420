"""The programme's pages: opened from a pack, read, enrolled, put in force, closed, and to whom."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from actionlearning.foundation.models import User
from programmes.actions.enrolments import enrol
from programmes.actions.programmes import open_programme
from programmes.models import Enrolment, Plan, Programme
from programmes.packs.reading import read, shipped_text
from programmes.states import ProgrammeState
from programmes.views.wording import rate_words
from tests.moments import NOON
from tests.programmes.asked import statements
from tests.running import run_programme
from tests.shipped import line_of
from tests.world import World

PLAN2 = shipped_text("plan2")
BROKEN = [
    ("level: county_department", "level: village", "Line 5"),
    ("size_max: 10", "size_max: 2", "Line 29"),
    ("day: 25", "day: 32", f"Line {line_of('day: 25')}"),
    ("title: 县民政局", "titel: 县民政局", "Line 3"),
    ("format: 1", "format: [", "Line"),
]


@pytest.fixture(autouse=True)
def in_english(world: World):
    """Words are compared here, so they are those of the source."""
    User.objects.update(language="en")
    with translation.override("en"):
        yield


def address(name, *args):
    return reverse(f"programmes:{name}", args=["teng", *args])


def draft(world: World, name: str = "", owner=None):
    return open_programme(
        read(PLAN2), owner=owner or world.county, year=2026, name=name, by=world.ana, now=NOON
    )


def typed(world, **more):
    return {"pack": "", "year": "2026", "owner": str(world.county.pk), **more}


def test_a_programme_is_opened_from_a_shipped_pack(world, sign_in):
    answer = sign_in(world.ana).post(address("programme_new"), typed(world, pack="plan2"))

    made = Programme.objects.get()
    assert answer.url == address("programme_detail", made.pk)
    assert (made.state, made.pack, made.owner) == (ProgrammeState.DRAFT, "plan2", world.county)


def test_a_programme_is_opened_from_an_uploaded_file(world, sign_in):
    upload = SimpleUploadedFile("plan.yaml", PLAN2.encode())

    sign_in(world.ana).post(address("programme_new"), typed(world, file=upload, name="自选"))

    assert Programme.objects.get().name == "自选"


@pytest.mark.parametrize(("old", "new", "line"), BROKEN)
@pytest.mark.parametrize("way", ["text", "file"])
def test_a_broken_pack_names_the_line_loads_nothing_and_keeps_the_text(
    world, sign_in, old, new, line, way
):
    text = PLAN2.replace(old, new, 1)
    given = (
        {"text": text} if way == "text" else {"file": SimpleUploadedFile("p.yaml", text.encode())}
    )

    answer = sign_in(world.ana).post(address("programme_new"), typed(world, **given))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert f"{line}" in page
    assert "县民政局行动学习实施方案" in page
    assert (Programme.objects.count(), Plan.objects.count()) == (0, 0)


def test_twenty_five_broken_lines_are_all_named(world, sign_in):
    wrong = {
        "kind: monthly": "kind: weekly",
        "owed_by: unit": "owed_by: king",
        "recipient: s": "recipient: x",
    }
    text = PLAN2
    for old, new in wrong.items():
        text = text.replace(old, new)
    broken = sum(PLAN2.count(old) for old in wrong)

    answer = sign_in(world.ana).post(address("programme_new"), typed(world, text=text))

    named = [
        line for line in answer.context["refusal"].message.splitlines() if "is not one of" in line
    ]
    assert len(named) == broken > 25


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b""])
def test_what_is_no_text_is_refused_at_the_field(world, sign_in, content):
    upload = SimpleUploadedFile("plan.yaml", content)

    answer = sign_in(world.ana).post(address("programme_new"), typed(world, file=upload))

    assert answer.status_code == 422
    assert not Programme.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(world, sign_in, count):
    for number in range(count):
        draft(world, f"方案{number}")
    client = sign_in(world.ana)
    client.get(address("programme_list"))

    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address("programme_list"))

    assert len(answer.context["rows"]) == count
    assert statements(asked) == 4


def test_the_list_is_searched_and_narrowed(world, sign_in):
    draft(world, "甲方案")
    run_programme(world)
    client = sign_in(world.ana)

    assert len(client.get(address("programme_list"), {"q": "甲"}).context["rows"]) == 1
    found = client.get(address("programme_list"), {"state": "in_force"}).context["rows"]
    assert [line["state"] for line in found] == ["in_force"]


def test_the_page_shows_units_rates_and_what_comes_next(world, sign_in):
    programme = run_programme(world)
    client = sign_in(world.ana)

    client.get(address("programme_list"))
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address("programme_detail", programme.pk))

    assert statements(asked) <= 10  # five for who asks, when, and what is unread

    assert [unit["name"] for unit in answer.context["units"]] == ["藤县", "民政局", "教育局"]
    assert [unit["may_leave"] for unit in answer.context["units"]] == [False, True, True]
    assert answer.context["phases"][0]["name"] == "Preparation and start-up"


def test_a_unit_sees_itself_and_nothing_of_its_sister(world, sign_in):
    programme = run_programme(world)

    answer = sign_in(world.ben).get(address("programme_detail", programme.pk))

    assert [unit["name"] for unit in answer.context["units"]] == ["藤县", "民政局"]
    assert "教育局" not in answer.content.decode()


def test_enrol_put_in_force_and_close(world, sign_in):
    programme = draft(world)
    client = sign_in(world.ana)
    one = address("programme_detail", programme.pk)

    refused = client.post(address("programme_force", programme.pk))
    client.post(
        address("enrolment_new", programme.pk),
        {"organisation": world.bureau.pk, "starts_on": "2026-06-01", "obliged": "on"},
    )
    forced = client.post(address("programme_force", programme.pk))
    closed = client.post(address("programme_closure", programme.pk))

    programme.refresh_from_db()
    assert (refused.status_code, forced.url, closed.url) == (409, one, one)
    assert programme.state == ProgrammeState.CLOSED


def test_leaving_lists_what_it_cancels_then_does_it(world, sign_in):
    programme = run_programme(world)
    row = Enrolment.objects.get(programme=programme, organisation=world.sister)
    client = sign_in(world.ana)

    shown = client.get(address("enrolment_end", row.pk), {"on": "2026-06-10"})
    done = client.post(address("enrolment_end", row.pk), {"on": "2026-06-10", "reason": "撤并"})

    assert {line["window"] for line in shown.context["cancelled"]} >= set()
    row.refresh_from_db()
    assert (done.status_code, row.ends_on, row.end_reason) == (302, date(2026, 6, 10), "撤并")


def test_a_superior_is_changed_on_a_page_that_says_what_follows(world, sign_in):
    programme = run_programme(world)
    row = Enrolment.objects.get(programme=programme, organisation=world.sister)
    client, where = sign_in(world.ana), address("enrolment_supervisor", row.pk)

    shown = client.get(where)
    refused = client.post(where, {"supervisor": world.bureau.pk, "on": "2099-01-01"})
    done = client.post(where, {"supervisor": world.bureau.pk, "on": programme.starts_on})

    offered = [each.name for each in shown.context["form"].fields["supervisor"].queryset]
    assert offered == ["民政局"]
    assert (refused.status_code, "2099-01-01" in refused.content.decode()) == (422, True)
    row.refresh_from_db()
    assert (done.status_code, row.supervisor) == (302, world.bureau)
    assert where in client.get(done.url).content.decode()


def test_a_refused_end_keeps_what_was_typed(world, sign_in):
    programme = run_programme(world)
    row = Enrolment.objects.get(programme=programme, organisation=world.sister)

    answer = sign_in(world.ana).post(
        address("enrolment_end", row.pk), {"on": "2026-06-10", "reason": " "}
    )

    assert answer.status_code == 422
    assert "2026-06-10" in answer.content.decode()


def test_closing_and_moving_show_what_follows(world, sign_in):
    run_programme(world)
    client = sign_in(world.ana)

    closing = client.get(address("unit_closure", world.bureau.pk))
    refused = client.post(
        address("unit_closure", world.bureau.pk), {"on": "2026-12-20", "reason": "撤"}
    )
    moved = client.post(address("unit_move", world.child.pk), {"parent": world.sister.pk})
    closed = client.post(
        address("unit_closure", world.bureau.pk), {"on": "2026-12-20", "reason": "撤"}
    )

    assert [each.name for each in closing.context["below"]] == ["救助站"]
    assert (refused.status_code, moved.status_code, closed.status_code) == (409, 302, 302)
    assert Enrolment.objects.get(organisation=world.bureau).end_reason == "撤"


def pages(programme, row, world):
    one = [
        address(name, programme.pk)
        for name in ("programme_detail", "plan_detail", "programme_calendar", "plan_export")
    ]
    change = [address(name, programme.pk) for name in ("plan_new", "enrolment_new")]
    change += [
        address("rule_edit", programme.pk, "monthly_information"),
        address("enrolment_end", row.pk),
        address("enrolment_supervisor", row.pk),
        address("unit_closure", world.sister.pk),
        address("unit_move", world.sister.pk),
    ]
    return one, change


def test_every_address_against_the_wrong_person(world, rival, sign_in):
    """Ana runs it; Ben's unit takes part; Kid's does not but lies below; administrators see nothing."""
    programme = run_programme(world)
    row = Enrolment.objects.get(programme=programme, organisation=world.sister)
    read_pages, change_pages = pages(programme, row, world)
    codes = {}
    for who in ("ana", "ben", "dora", "kid", "sysadmin", "auditor"):
        client = sign_in(getattr(world, who))
        codes[who] = (
            {client.get(page).status_code for page in read_pages},
            {client.get(page).status_code for page in change_pages},
            client.post(address("programme_force", programme.pk)).status_code,
        )

    assert codes == {
        "ana": ({200}, {200}, 409),
        "ben": ({200}, {404}, 404),
        "dora": ({200}, {404}, 404),
        "kid": ({200}, {404}, 404),
        "sysadmin": ({404}, {404}, 404),
        "auditor": ({404}, {404}, 404),
    }


def test_a_sister_s_own_programme_is_not_there(world, sign_in):
    own = open_programme(read(PLAN2), owner=world.sister, year=2026, by=world.system, now=NOON)
    enrol(own, world.sister, starts_on=own.starts_on, by=world.system, now=NOON)
    client = sign_in(world.ben)

    assert client.get(address("programme_detail", own.pk)).status_code == 404
    assert client.get(address("programme_list")).context["rows"] == []


@pytest.mark.parametrize(
    ("rate", "words"),
    [(None, "–"), (0.0, "0%"), (1.0, "100%"), (0.9996, "99.9%"), (2 / 3, "66.6%")],
)
def test_a_rate_is_never_rounded_up(rate, words):
    assert rate_words(rate) == words
