"""What Prometheus reads, from several web processes at once."""

import re
import time

import pytest
from django.test import Client

from tests.operation.office import TOKEN as CLIENT
from tests.operation.servers import free_port

TOKEN = "a-token-of-twenty-characters"
LINE = re.compile(r"^([a-z_]+)(?:\{(.*)\})? ([0-9.e+-]+)$", re.MULTILINE)


def figures(text):
    return {(name, labels): float(value) for name, labels, value in LINE.findall(text)}


@pytest.fixture
def metrics_on(settings):
    settings.AL_METRICS_TOKEN = TOKEN


def test_off_by_default_and_then_there_is_no_such_page(client, db):
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("told", ["", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x"])
def test_a_stranger_finds_no_page(metrics_on, client, db, told):
    assert client.get("/metrics", headers={"Authorization": told}).status_code == 404


def test_an_address_is_believed_only_from_where_it_comes(settings, client, db):
    from actionlearning.foundation.proxies import networks

    settings.AL_METRICS_FROM = networks(["10.9.0.0/16"])
    told = {"X-Forwarded-For": "10.9.1.1"}
    assert client.get("/metrics", headers=told).status_code == 404
    assert client.get("/metrics", REMOTE_ADDR="10.8.1.1").status_code == 404
    settings.AL_BEHIND_PROXY, settings.AL_PROXIES = True, networks(["127.0.0.1"])
    assert client.get("/metrics", headers=told, REMOTE_ADDR="10.8.1.1").status_code == 404
    # The client itself can write what it likes to the left of what the proxy saw.
    forged = {"X-Forwarded-For": "10.9.1.1, 172.16.0.9"}
    assert client.get("/metrics", headers=forged).status_code == 404


def test_requests_of_all_processes_are_added_up_and_name_no_space(site):
    told = {"Authorization": f"Bearer {TOKEN}"}
    with site.web(workers=2, AL_METRICS_TOKEN=TOKEN) as web, site.worker():
        before = count(web, told)
        for _each in range(30):
            assert web.get("/t/teng/sign-in/")[0] == 200
        assert web.get("/t/teng/no-such-page/")[0] == 404
        assert count(web, told) - before == 30
        text = until(web, told, "al_workers", 1.0)
    found = figures(text)
    assert found[("al_database_up", "")] == found[("al_broker_up", "")] == 1
    ((waiting,),) = site.rows(
        "SELECT count(*) FROM foundation_delivery WHERE state IN ('pending', 'claimed')"
    )
    assert found[("al_outbox_waiting", "")] == waiting > 0
    assert 2 * 86_400 <= found[("al_outbox_oldest_seconds", "")] < 3 * 86_400
    ((unsealed,),) = site.rows(
        "SELECT count(*) FROM foundation_auditevent e"
        " WHERE NOT EXISTS (SELECT 1 FROM foundation_auditseal s WHERE s.event_id = e.id)"
    )
    assert found[("al_audit_unsealed", "")] == unsealed
    assert (found[("al_audit_seal_lag_seconds", "")] > 0) is (unsealed > 0)
    assert found[("al_database_connections", 'state="server limit"')] == 100
    assert ("al_request_seconds_bucket", 'le="0.1",route="/t/<slug:tenant>/sign-in/"') in found
    assert 'version="0.1.0"' in text
    assert not re.search(r"teng|rival|藤", text)


def test_the_rest_is_told_while_the_database_is_away(site):
    told = {"Authorization": f"Bearer {TOKEN}"}
    with site.web(AL_METRICS_TOKEN=TOKEN) as web:
        site.rows("ALTER ROLE al_app NOLOGIN")
        try:
            site.rows(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'al_app'"
            )
            status, _headers, body = web.get("/metrics", **told)
        finally:
            site.rows("ALTER ROLE al_app LOGIN")
    assert status == 200
    assert figures(body.decode())[("al_database_up", "")] == 0


def count(web, told):
    status, headers, body = web.get("/metrics", **told)
    assert status == 200
    assert headers["content-type"].startswith("text/plain; version=0.0.4")
    labels = 'method="GET",route="/t/<slug:tenant>/sign-in/",status="200"'
    return figures(body.decode()).get(("al_requests_total", labels), 0.0)


def until(web, told, name, value):
    end = time.monotonic() + 30
    while time.monotonic() < end:
        text = web.get("/metrics", **told)[2].decode()
        if figures(text).get((name, "")) == value:
            return text
        time.sleep(0.3)
    raise AssertionError(text)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("AL_METRICS_TOKEN", "short", "20 characters"),
        ("AL_METRICS_FROM", "10.0.0.300", "AL_METRICS_FROM"),
        ("AL_PROXIES", "proxy.example", "AL_PROXIES"),
        ("AL_LOG_FORMAT", "xml", "one of line, json"),
        ("AL_HSTS_SECONDS", "-1", "whole number"),
    ],
)
def test_a_setting_with_a_wrong_value_stops_the_start(real_servers, name, value, words):
    done = real_servers.site("nothing").manage("check", **{name: value})
    assert done.returncode != 0
    assert words in done.stderr


def test_without_a_proxy_nothing_forwarded_is_believed(db):
    from actionlearning.foundation.proxies import drop_foreign_headers

    meta = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_PROTO": "https", "HTTP_X_REQUEST_ID": "x"}
    assert not drop_foreign_headers(meta)
    assert meta == {"REMOTE_ADDR": "127.0.0.1"}


def test_https_of_a_known_proxy_counts_and_of_a_stranger_does_not(settings, db):
    from actionlearning.foundation.proxies import networks

    settings.AL_BEHIND_PROXY, settings.AL_PROXIES = True, networks(["10.1.0.0/24"])
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_HSTS_SECONDS = 60
    told = {"X-Forwarded-Proto": "https"}
    near, far = Client(REMOTE_ADDR="10.1.0.7"), Client(REMOTE_ADDR="10.2.0.7")
    assert "Strict-Transport-Security" in near.get("/health/live/", headers=told).headers
    assert "Strict-Transport-Security" not in far.get("/health/live/", headers=told).headers


def test_while_valkey_is_away_pages_and_clients_are_served(site):
    """Only the ticks stop; `manage.py deadlines` needs none."""
    gone = {"REDIS_URL": f"redis://127.0.0.1:{free_port()}/0"}
    told = {"Authorization": f"Bearer {TOKEN}"}
    with site.web(ready="/health/live/", AL_METRICS_TOKEN=TOKEN, **gone) as web:
        assert web.get("/health/ready/")[0] == 503
        assert web.get("/t/teng/sign-in/")[0] == 200
        assert web.get("/api/v1/obligations/", Authorization=f"Bearer {CLIENT}")[0] == 200
        assert figures(web.get("/metrics", **told)[2].decode())[("al_broker_up", "")] == 0
    site.must("deadlines", "--once", **gone)
