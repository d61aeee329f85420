"""Divisions on the pages and over REST: the tree, search, one division, the field of a form."""

from datetime import date
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from actionlearning.foundation.models import AuditEvent
from actionlearning.foundation.scope import WHOLE, scope
from actionlearning.foundation.tasks import system_user
from groups.actions.divisions import load_divisions
from groups.actions.growth import grow_tree
from groups.divisions.reading import shipped
from groups.models import Division, Organisation
from tests.moments import NOON
from tests.world import START

API = "/t/teng/api/v1/divisions/"


@pytest.fixture
def divisions(world):
    load_divisions(shipped(), by=system_user(), now=NOON)
    return world


def page(name: str, *row) -> str:
    return reverse(f"groups:{name}", args=["teng", *row])


def shown(client, where: str) -> list[str]:
    return [row["name"] for row in client.get(where).context["rows"]]


def sent(client, query: str = "") -> list[str]:
    return [row["name"] for row in client.get(f"{API}?{query}").json()["results"]]


def of(code: str, **asked) -> Division:
    return Division.objects.get(code=code, **asked)


def questions(client, where: str) -> int:
    client.get(where)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(where).status_code == 200
    return sum("SAVEPOINT" not in query["sql"] for query in asked.captured_queries)


def test_the_tree_begins_with_the_cities(divisions, sign_in):
    client = sign_in(divisions.liu)
    rows = shown(client, page("division_list"))
    assert rows[:2] == ["广西壮族自治区", "南宁市"]
    assert len(rows) == 15


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("埌南", ["埌南镇"]),
        ("hengzhou", ["横州市", "横州镇"]),
        ("mengjiang", ["濛江镇"]),
        ("4504221", ["藤州镇", "塘步镇"]),
        ("横县", []),
        ("横县&ended=1", ["横县", "横县"]),
        ("%", []),
    ],
)
def test_search_by_name_pinyin_and_code(divisions, sign_in, typed, found):
    client = sign_in(divisions.liu)
    assert shown(client, f"{page('division_list')}?q={typed}")[:2] == found[:2]
    assert sent(client, f"q={typed}")[:2] == found[:2]


def test_one_division_shows_what_is_above_and_below(divisions, sign_in):
    client = sign_in(divisions.liu)
    seen = client.get(page("division_detail", of("450422").pk)).context
    assert [row["name"] for row in seen["above"]] == ["广西壮族自治区", "梧州市"]
    assert len(seen["below"]) == 17
    nanning = client.get(page("division_detail", of("450100").pk)).context
    assert "横州市" in [row["name"] for row in nanning["below"]]
    assert "横县" in [row["name"] for row in nanning["ended"]]
    before = client.get(page("division_detail", of("450206", name="市郊区").pk))
    assert [row["name"] for row in before.context["same"]] == ["柳江区"]
    assert "not in force" in before.content.decode()


def test_the_sheet_has_the_whole_tree(divisions, sign_in):
    answer = sign_in(divisions.liu).get(page("division_list") + "?export=xlsx")
    sheet = load_workbook(BytesIO(answer.content)).active
    assert sum(1 for row in sheet.iter_rows(values_only=True) if row[0]) > 1383
    assert "450422104000" in {row[0] for row in sheet.iter_rows(values_only=True)}


def test_the_list_over_rest_pages_filters_and_has_a_tag(divisions, sign_in):
    client = sign_in(divisions.liu)
    assert len(sent(client, "level=county&limit=200")) == 111
    assert sent(client, "parent=450422&limit=2") == ["藤州镇", "塘步镇"]
    answer = client.get(API)
    assert answer.json()["next_cursor"]
    tag = answer["ETag"]
    assert client.get(API, headers={"If-None-Match": tag}).status_code == 304

    Division.objects.filter(code="450422").update(name="藤州市")
    assert client.get(API, headers={"If-None-Match": tag}).status_code == 200


def test_one_over_rest_has_its_chain_and_a_tag(divisions, sign_in):
    client = sign_in(divisions.liu)
    answer = client.get(f"{API}{of('450422').pk}/")
    told = answer.json()
    assert (told["full_name"], answer["ETag"]) == ("广西壮族自治区梧州市藤县", '"1"')
    assert [row["code"] for row in told["above"]] == ["450000", "450400"]
    assert len(told["below"]) == 17
    for method in ("post", "put", "patch", "delete"):
        assert getattr(client, method)(f"{API}{told['id']}/").status_code == 405


@pytest.mark.parametrize("query", ["level=village", "parent=45", "limit=0", "cursor=x", "ended=x"])
def test_a_wrong_filter_is_a_problem(divisions, sign_in, query):
    assert sign_in(divisions.liu).get(f"{API}?{query}").status_code == 422


def test_questions_do_not_grow_with_the_rows(world, sign_in):
    client, counts = sign_in(world.ana), []
    lists = (page("division_list"), page("organisation_list"), API)
    for under in ("450400", "450422", "4504"):
        load_divisions(shipped(), by=system_user(), now=NOON, under=under)
        counts.append([questions(client, where) for where in lists])
    assert counts[0] == counts[1] == counts[2]
    assert max(counts[0][:2]) <= 8
    assert counts[0][2] <= 5
    assert questions(client, f"{API}{of('450400').pk}/") <= 5
    assert questions(client, page("division_detail", of("450400").pk)) <= 8


def test_nobody_else_and_no_other_space(divisions, rival, sign_in):
    with scope(rival.tenant, path=WHOLE, actor=None):
        load_divisions(shipped(), by=system_user(), now=NOON, under="4501")
        theirs = of("450100").pk
    client = sign_in(divisions.liu)
    assert client.get(page("division_detail", theirs)).status_code == 404
    assert client.get(f"{API}{theirs}/").status_code == 404
    client = sign_in(divisions.sysadmin)
    names = ("division_list", "division_offers", "division_loading")
    assert {client.get(page(name)).status_code for name in names} == {404}
    assert client.get(API).status_code == 404


def test_an_organisation_shows_what_its_code_names(divisions, sign_in):
    Organisation.objects.filter(pk=divisions.bureau.pk).update(division="450422104")
    client = sign_in(divisions.liu)
    words = client.get(page("organisation_detail", divisions.bureau.pk)).content.decode()
    assert "广西壮族自治区梧州市藤县埌南镇" in words
    Organisation.objects.filter(pk=divisions.bureau.pk).update(division="450422")
    assert "梧州市藤县" in client.get(page("organisation_list")).content.decode()
    Organisation.objects.filter(pk=divisions.bureau.pk).update(division="459999")
    assert client.get(page("organisation_detail", divisions.bureau.pk)).context["division"] is None


def test_the_form_offers_while_one_types(divisions, sign_in):
    client = sign_in(divisions.dora)
    form = client.get(page("organisation_edit", divisions.bureau.pk)).content.decode()
    assert f'hx-get="{page("division_offers")}"' in form
    assert '<datalist id="division-offers">' in form

    def offered(typed: str) -> str:
        return client.get(page("division_offers"), {"division": typed}).content.decode()

    assert '<option value="450422">广西壮族自治区梧州市藤县</option>' in offered("tengxian")
    assert offered("450422").count("<option") == 18
    assert offered("  ").count("<option") == 0
    assert offered("<script>").count("<option") == 0


def test_loading_by_hand_says_first_what_it_would_do(world, sign_in):
    client = sign_in(world.ana)
    seen = client.get(page("division_loading") + "?under=450400")
    assert seen.context["said"].added == 77
    assert not Division.objects.exists()

    assert client.post(page("division_loading"), {"under": "450400"}).status_code == 302
    assert Division.objects.count() == 77
    audit = AuditEvent.objects.get(action="divisions.loaded")
    assert (audit.actor, audit.detail["under"]) == (world.ana.pk, "450400")
    assert client.post(page("division_loading"), {"under": "44"}).status_code == 422
    client.post(page("division_loading"), {"under": ""})
    assert Division.objects.valid_on(date(2026, 3, 2)).count() == 1383
    assert sign_in(world.dora).get(page("division_loading")).status_code == 404
    assert sign_in(world.dora).post(page("division_loading"), {}).status_code == 404


def test_a_tree_too_long_to_read_opens_at_its_upper_levels(divisions, sign_in):
    client = sign_in(divisions.ana)
    where = page("organisation_list")
    before = shown(client, where)
    assert "Only the upper levels" not in client.get(where).content.decode()
    Organisation.objects.filter(pk=divisions.county.pk).update(division="450000")
    root = Organisation.objects.get(pk=divisions.county.pk)
    grow_tree(root, starts_on=START, by=divisions.system, now=NOON)

    upper = client.get(where)
    kinds = {row["kind"] for row in upper.context["rows"]}
    assert "Only the upper levels" in upper.content.decode()
    assert "township" not in kinds
    assert set(before[:1]) < set(shown(client, where))
    assert shown(client, f"{where}?q=埌南") == ["埌南镇"]
    assert "梧州市藤县埌南镇" in client.get(f"{where}?q=埌南").content.decode()
    sheet = load_workbook(BytesIO(client.get(f"{where}?export=xlsx").content)).active
    assert sheet.max_row > 1380
    assert questions(client, where) <= 8
