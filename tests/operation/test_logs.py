"""One line of JSON for each request, and the request's number wherever its consequences go."""

import json
import logging
import re
import time

import pytest
from django.test import Client

from actionlearning.foundation.logs import formatter
from actionlearning.foundation.proxies import networks
from actionlearning.foundation.request_ids import about, current_request_id, note
from tests.operation.office import PASSWORD, TOKEN
from tests.operation.servers import free_port
from tests.programmes.topics import WORDS

NUMBER = re.compile(r"[0-9a-f]{12}")
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def told(site):
    """(answers by address, lines of the log) of a web server that has served a few requests."""
    with site.web(AL_LOG_FORMAT="json") as web:
        answers = {
            "page": web.get("/t/teng/sign-in/?q=%E8%B4%9D%E5%AE%81&password=geheim"),
            "list": web.get("/api/v1/obligations/", **BEARER),
            "stranger": web.get("/api/v1/obligations/"),
            "forged": web.get("/api/v1/obligations/", **BEARER, **{"X-Request-ID": "forged"}),
            "gone": web.get("/t/teng/nothing/here/"),
        }
        project = propose(site, web)
        log = web.log.read_text()
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    by_number = {line["request"]: line for line in lines if line.get("event") == "request"}
    return answers, by_number, log, project


def propose(site, web):
    """A clerk's program proposes a topic, which the leading group is told of."""
    ((programme,),) = site.rows("SELECT id FROM programmes_programme")
    ((bureau,),) = site.rows("SELECT id FROM groups_organisation WHERE name = '民政局'")
    words = {**WORDS, "programme": programme, "organisation": bureau, "title": "低保审批提速"}
    return web.post("/api/v1/projects/", words, **BEARER)


def test_every_answer_has_a_number_and_every_number_a_line(told):
    answers, lines, _log, _project = told
    numbers = [headers["x-request-id"] for _status, headers, _body in answers.values()]
    assert len(set(numbers)) == len(numbers)
    assert all(NUMBER.fullmatch(number) for number in numbers)
    assert set(numbers) <= set(lines)


def test_a_line_tells_route_status_duration_space_and_reader(told):
    answers, lines, _log, _project = told
    line = lines[answers["list"][1]["x-request-id"]]
    assert (line["method"], line["route"], line["status"]) == ("GET", "/api/v1/obligations/", 200)
    assert line["tenant"] == "teng"
    assert re.fullmatch(r"[0-9a-f-]{36}", line["user"])
    assert 0 < line["ms"] < 20_000
    page = lines[answers["page"][1]["x-request-id"]]
    assert page["route"] == "/t/<slug:tenant>/sign-in/"
    assert "user" not in page


def test_no_line_holds_a_token_a_name_a_search_or_a_body(told):
    _answers, _lines, log, _project = told
    assert TOKEN.partition(".")[2] not in log
    assert not re.search(r"geheim|贝宁|%E8%B4%9D|杜若|低保|Bearer", log)


def test_a_problem_document_says_the_number(told):
    answers, _lines, _log, _project = told
    status, headers, body = answers["stranger"]
    assert status == 401
    assert json.loads(body)["request"] == headers["x-request-id"]
    assert int(headers.get("content-length", len(body))) == len(body)


def test_a_page_that_refuses_says_the_number(told):
    answers, _lines, _log, _project = told
    status, headers, body = answers["gone"]
    assert status == 404
    assert headers["x-request-id"] in body.decode()


def test_a_server_error_says_the_number(db, monkeypatch):
    monkeypatch.setattr("actionlearning.desk.views.system.Live.get", lambda *_: 1 / 0)
    answer = Client(raise_request_exception=False).get("/health/live/")
    assert answer.status_code == 500
    assert answer.headers["X-Request-ID"] in answer.text


@pytest.mark.parametrize(
    ("peer", "sent", "kept"),
    [
        ("10.1.0.7", "proxy-4711", True),
        ("10.2.0.7", "proxy-4711", False),
        ("10.1.0.7", "two words", False),
        ("10.1.0.7", "x" * 65, False),
    ],
)
def test_a_number_is_taken_from_a_known_proxy_only(settings, db, peer, sent, kept):
    settings.AL_BEHIND_PROXY, settings.AL_PROXIES = True, networks(["10.1.0.0/24"])
    answer = Client(REMOTE_ADDR=peer).get("/health/live/", headers={"X-Request-ID": sent})
    assert (answer.headers["X-Request-ID"] == sent) is kept


def test_the_number_goes_into_the_notice_and_with_its_copy_through_celery(site, told):
    _answers, _lines, _log, (status, headers, body) = told
    assert status == 201, body
    number = headers["x-request-id"]
    written = site.rows("SELECT kind FROM foundation_notice WHERE request_id = %s", number)
    assert ("programmes.project_proposed",) in written

    done = site.python(
        "-m", "tests.operation.copies", number
    )  # a copy of it waits; one tick is sent
    assert done.returncode == 0, done.stderr
    lines = worker_lines(site, lambda line: number in line.get("requests", []))
    assert lines, (site.state / "worker.log").read_text()
    assert lines[0]["task"] == "dispatch"
    assert lines[0]["tenant"] == "teng"
    assert lines[0]["request"] == "tick-of-the-test"  # the request that sent the task
    assert "delivery" in lines[0]


def worker_lines(site, wanted, seconds=40):
    away = {"AL_MAIL_HOST": "127.0.0.1", "AL_MAIL_PORT": str(free_port())}
    with site.worker(AL_LOG_FORMAT="json", **away):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            text = (site.state / "worker.log").read_text()
            lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
            if any(map(wanted, lines)):
                return [line for line in lines if wanted(line)]
            time.sleep(0.2)
    return []


def record_of(error=None):
    info = (type(error), error, None) if error else None
    return logging.LogRecord("a.b", logging.ERROR, "f.py", 1, "it %s", ("failed",), info)


def test_lines_for_people_are_plain():
    with about(request="abc"):
        note(tenant="teng")
        text = formatter("line").format(record_of())
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\d \S+ ERROR a\.b it failed \[request=abc tenant=teng\]", text
    )
    assert current_request_id() == ""


@pytest.mark.parametrize("kind", ["line", "json"])
def test_what_postgresql_quotes_of_a_row_is_left_out(kind):
    error = ValueError(
        'duplicate key value violates "user_login"\nDETAIL:  Key (login)=(张三) already exists.\n'
    )
    text = formatter(kind).format(record_of(error))
    assert "张三" not in text
    assert "user_login" in text


def test_a_sign_in_leaves_neither_name_nor_password(site):
    with site.web(AL_LOG_FORMAT="json") as web:
        status, _headers, _body = web.sign_in("teng", "ben", PASSWORD)
        log = web.log.read_text()
    assert status == 302
    assert not re.search(rf"{PASSWORD}|贝宁|\bben\b", log)
