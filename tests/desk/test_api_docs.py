"""The readable page of the REST interface: complete, and nothing in it comes from elsewhere."""

import re

from django.db import connection
from django.test.utils import CaptureQueriesContext

from actionlearning.desk.views.api_docs import description
from tests.programmes.asked import statements

DOCS = "/api/v1/docs/"


def test_every_endpoint_of_the_description_stands_on_the_page(db, client):
    text = client.get(DOCS).content.decode()

    for path in description().document["paths"]:
        assert f"<code>{path}</code>" in text
    assert "Idempotency-Key" in text
    assert "If-Match" in text


def test_it_says_what_goes_in_and_what_comes_out():
    ends = {(end.method, end.path): end for _a, _n, ends in description().groups for end in ends}
    made = ends["POST", "/information-items/"]

    needed = {field.name for field in made.body if field.needed}
    assert needed == {"programme"}
    assert {"kind", "body", "month"} <= {field.name for field in made.body}
    assert "ordering" in {field.name for field in ends["GET", "/projects/"].asked}
    assert "409" in made.codes
    for act, read in (("choice", True), ("refusal", True), ("submission", False)):
        asked = {
            field.name: field.needed for field in ends["POST", f"/projects/{{id}}/{act}/"].asked
        }
        assert asked["If-Match"] is read, act


def test_nothing_is_loaded_from_outside(db, client):
    text = client.get(DOCS).content.decode()

    loaded = re.findall(r"""(?:src|href)=["']([^"']+)""", text)
    assert [each for each in loaded if each.startswith(("http", "//"))] == []
    policy = client.get(DOCS).headers["Content-Security-Policy"]
    assert "style-src 'self'" in policy
    assert "http" not in policy


def test_it_asks_the_database_nothing(db, client):
    client.get(DOCS)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(DOCS).status_code == 200
    assert statements(asked) == 0


def test_lists_and_refusals_are_described_as_they_are_sent():
    for path, operations in description().document["paths"].items():
        for method, operation in operations.items():
            told = operation["responses"]
            refusals = {code: answer["content"] for code, answer in told.items() if code[0] == "4"}
            assert {"401", "404", "422"} <= refusals.keys(), (method, path)
            assert {kind for each in refusals.values() for kind in each} == {
                "application/problem+json"
            }
            for content in told.get("200", {}).get("content", {}).values():
                assert content["schema"].get("type") != "array", (method, path)
