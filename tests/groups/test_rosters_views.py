"""Screens and REST twins of sheets that are sent in."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from actionlearning.foundation.clock import database_now
from groups.actions.roster_work import work_off
from groups.actions.tokens import create_token
from groups.models import Person, RosterBatch
from groups.rosters.columns import FIELDS, KEPT, field_for
from groups.states import BatchKind
from tests.groups.rostering import PERSONS, entered, sent, sheet, verdicts

TWO = sheet(PERSONS, ("民政局", "韦明", "科员", "", ""), ("民政局", "农秀英", "科长", "", ""))


def at(name, *rows):
    return reverse(f"groups:{name}", args=["teng", *(row.pk for row in rows)])


def file(content=TWO, name="花名册.xlsx"):
    return SimpleUploadedFile(name, content)


def test_from_the_form_to_the_way_back(world, sign_in):
    client = sign_in(world.dora)
    asked = {"kind": "persons", "organisation": str(world.bureau.pk), "file": file()}
    answer = client.post(at("roster_new"), asked)
    batch = RosterBatch.objects.get()
    assert answer["Location"] == at("roster_detail", batch)
    assert 'hx-trigger="every 2s"' in client.get(at("roster_detail", batch)).content.decode()
    line = client.get(at("roster_detail", batch), headers={"HX-Request": "true"})
    assert "<html" not in line.content.decode()

    work_off()
    done = client.get(at("roster_detail", batch), headers={"HX-Request": "true"})
    assert (done.status_code, done["HX-Refresh"]) == (204, "true")
    page = client.get(at("roster_detail", batch)).content.decode()
    assert "韦明" in page
    batch.refresh_from_db()
    client.post(at("roster_confirmation", batch), {"seen": batch.version})
    work_off()
    assert Person.objects.filter(name="韦明", ends_on=None).exists()
    assert "农秀英" in client.get(at("roster_detail", batch)).content.decode()

    batch.refresh_from_db()
    client.post(at("roster_undoing", batch), {"seen": batch.version})
    assert not Person.objects.filter(name="韦明", ends_on=None).exists()


def test_a_refused_file_keeps_the_form(world, sign_in):
    asked = {"kind": "persons", "organisation": str(world.bureau.pk), "file": file(name="a.xls")}
    answer = sign_in(world.dora).post(at("roster_new"), asked)
    assert answer.status_code == 422
    assert "*.xlsx" in answer.content.decode()
    assert not RosterBatch.objects.exists()


def test_an_open_question_comes_back_with_the_page(world, sign_in):
    batch = sent(world, sheet(("姓名",), ("韦明、农秀英",)))
    answer = sign_in(world.dora).post(at("roster_confirmation", batch), {"seen": batch.version})
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"split"}


def test_two_who_decide_on_one_sheet(world, sign_in):
    batch = sent(world, TWO)
    seen = {"seen": batch.version}
    client = sign_in(world.dora)
    client.post(at("roster_discarding", batch), seen)
    assert client.post(at("roster_confirmation", batch), seen).status_code == 412
    batch.refresh_from_db()
    fresh = {"seen": batch.version}
    assert client.post(at("roster_confirmation", batch), fresh).status_code == 409


@pytest.mark.parametrize("kind", BatchKind.values)
def test_the_form_to_fill_in_reads_back(world, sign_in, kind):
    """Its headings are known, its example row is left out, a drop-down stands at every choice."""
    answer = sign_in(world.dora).get(reverse("groups:roster_template", args=["teng", kind]))
    book = load_workbook(BytesIO(answer.content))
    page = book.worksheets[0]
    headings = [cell.value for cell in page[3]]
    assert all(field_for(kind, heading) for heading in headings)
    needed = [str(f.heading) for f in FIELDS[kind] if f.needed]
    assert [h.rstrip("*") for h in headings if h.endswith("*")] == needed
    choices = [f for f in FIELDS[kind] if f.choices and f.fate == KEPT]
    assert len(page.data_validations.dataValidation) == len(choices)
    batch = sent(world, answer.content, kind=kind)
    assert batch.state == "refused"
    assert batch.notes[0][0] == "no_data"


def test_a_filled_form_is_entered(world, sign_in):
    answer = sign_in(world.dora).get(reverse("groups:roster_template", args=["teng", "persons"]))
    book = load_workbook(BytesIO(answer.content))
    page = book.worksheets[0]
    headings = [cell.value for cell in page[3]]
    page.cell(5, headings.index("Name*") + 1, "韦明")
    stream = BytesIO()
    book.save(stream)
    assert verdicts(sent(world, stream.getvalue())) == ["add"]


@pytest.mark.parametrize("name", ["roster_list", "post_list", "organisation_list", "person_list"])
def test_lists_ask_as_often_for_three_rows_as_for_one(world, sign_in, name):
    client = sign_in(world.dora)
    client.get(at(name))
    counts = []
    for _round in range(2):
        sent(world, TWO)
        sent(world, TWO, name="b.xlsx")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(at(name)).status_code == 200
        counts.append(_asked(queries))
        entered(world, sent(world, TWO)) if not _round else None
    assert counts[0] == counts[1] <= 8


def _asked(queries):
    quiet = ("SAVEPOINT", "RELEASE", "SET ", "SELECT set_config")
    return sum(not query["sql"].startswith(quiet) for query in queries)


def test_strangers_get_404(world, sign_in):
    batch = sent(world, TWO)
    for user in (world.liu, world.sis, world.sysadmin):
        client = sign_in(user)
        for name in ("roster_detail", "roster_sheet"):
            assert client.get(at(name, batch)).status_code == 404
        assert client.post(at("roster_confirmation", batch), {"seen": 1}).status_code == 404


@pytest.fixture
def rest(world, client):
    expires = database_now().replace(year=2099)
    _token, secret = create_token(
        tenant=world.tenant,
        organisation=world.bureau,
        name="client",
        scopes=["roster.import", "person.change", "person.view", "organisation.view"],
        expires_at=expires,
        by=world.dora,
        now=database_now(),
    )
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    return client


def test_the_same_way_for_a_client(world, rest):
    home = str(world.bureau.pk)
    made = rest.post("/api/v1/rosters/", {"kind": "persons", "organisation": home, "file": file()})
    assert made.status_code == 201, made.content
    one = f"/api/v1/rosters/{made.json()['id']}/"
    assert made.json()["state"] == "waiting"
    work_off()
    told = rest.get(one).json()
    assert (told["state"], told["counts"]["add"]) == ("checked", 2)
    rows = rest.get(f"{one}rows/").json()["results"]
    assert [row["cells"]["name"] for row in rows] == ["韦明", "农秀英"]
    early = rest.post(f"{one}undoing/")
    assert (early.status_code, early.json()["code"]) == (409, "wrong_state")

    assert rest.post(f"{one}confirmation/", {}, content_type="application/json").status_code == 200
    work_off()
    assert rest.get(one).json()["state"] == "imported"
    assert rest.post(f"{one}undoing/").json()["counts"]["undone"] == 2
    assert rest.get("/api/v1/rosters/?ended=true").json()["results"][0]["state"] == "undone"


def test_a_client_is_refused_in_words(world, rest):
    home = str(world.bureau.pk)
    asked = {"kind": "persons", "organisation": home, "file": file(name="a.xlsm")}
    answer = rest.post("/api/v1/rosters/", asked)
    assert (answer.status_code, answer.json()["code"]) == (422, "macros")


def test_rest_lists_ask_as_often_for_three_rows_as_for_one(world, rest):
    sent(world, TWO)
    batch = RosterBatch.objects.get()
    counts = []
    rest.get("/api/v1/rosters/")
    for _round in range(2):
        for address in ("/api/v1/rosters/", f"/api/v1/rosters/{batch.pk}/rows/"):
            with CaptureQueriesContext(connection) as queries:
                assert rest.get(address).status_code == 200
            counts.append(_asked(queries))
        sent(world, TWO, name="b.xlsx")
        sent(world, TWO, name="c.xlsx")
    assert counts[:2] == counts[2:]
    assert max(counts) <= 5


def test_a_client_reads_the_numbers_of_somebody_else_s_sheet_masked(world, rest):
    row = ("民政局", "韦明", "科员", "13977412345", "")
    batch = sent(world, sheet(PERSONS, row))
    [told] = rest.get(f"/api/v1/rosters/{batch.pk}/rows/").json()["results"]
    assert (told["cells"]["name"], told["cells"]["phone"]) == ("韦明", "139****2345")
