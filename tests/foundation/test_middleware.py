"""One request, one transaction, one tenant: what is refused leaves nothing but its audit row."""

import threading
from types import ModuleType

import pytest
from django.db import connections, transaction
from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.test import Client
from django.urls import path

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.errors import NotAllowed, RuleBroken, Stale
from actionlearning.foundation.middleware import find_tenant, forget_tenants
from actionlearning.foundation.models import AuditEvent, RequestKey, SweepMark, Tenant, User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.scope import WHOLE, current_scope, scope
from actionlearning.foundation.views import SystemView, TenantView
from actionlearning.urls import urlpatterns
from groups.models import Person, Tenure
from tests.conftest import found_tenant
from tests.isolation.actors import session_of
from tests.world import build_world

PAGE = "/t/teng/tried/"


class Write(TenantView):
    """Writes a row, then answers as asked."""

    permission = Permission.DESK_VIEW

    def get(self, request):
        return self.post(request)

    def post(self, request):
        number = SweepMark.objects.count()
        SweepMark.objects.create(job=f"mark{number}", finished_at=request.received_at)
        return self.answer(request.GET.get("answer", "200"), number)

    put = patch = delete = post

    def answer(self, wanted, number):
        refusals = {"broken": RuleBroken("no"), "stale": Stale("no"), "forbidden": NotAllowed("no")}
        if wanted in refusals:
            raise refusals[wanted]
        if wanted == "crash":
            raise ZeroDivisionError
        if wanted == "302":
            return HttpResponseRedirect(f"/made/{number}")
        return HttpResponse(f"number {number}", status=int(wanted))


class Stream(TenantView):
    permission = Permission.DESK_VIEW

    def get(self, request):
        names = Person.objects.order_by("pk").values_list("name", flat=True)
        return StreamingHttpResponse(f"{name};".encode() for name in names.iterator())


class Where(TenantView):
    permission = Permission.DESK_VIEW

    def get(self, request):
        return HttpResponse(f"{current_scope().path} {request.received_at.isoformat()}")


class Lazy(SystemView):
    """A page before sign-in: placed rows do not exist for it."""

    def get(self, request, tenant):
        return HttpResponse(f"{Person.objects.count()} {User.objects.count() > 0}")


@pytest.fixture(autouse=True)
def _addresses(settings, monkeypatch):
    module = ModuleType("tried_urls")
    module.urlpatterns = [
        path("t/<slug:tenant>/tried/", Write.as_view()),
        path("t/<slug:tenant>/tried/stream/", Stream.as_view()),
        path("t/<slug:tenant>/tried/where/", Where.as_view()),
        path("t/<slug:tenant>/api/v1/tried/", Write.as_view()),
        path("t/<slug:tenant>/tried/outside/", Lazy.as_view()),
        *urlpatterns,
    ]
    module.handler404 = "actionlearning.desk.views.system.not_found"
    module.handler500 = "actionlearning.desk.views.system.server_error"
    monkeypatch.setitem(__import__("sys").modules, "tried_urls", module)
    settings.ROOT_URLCONF = "tried_urls"


@pytest.fixture
def ben(world, sign_in):
    browser = sign_in(world.ben)
    browser.raise_request_exception = False
    return browser


def refusals():
    """Without the number of the request and the address it came from, which tests of the log look at."""
    found = AuditEvent.objects.filter(action="request.refused").values_list("detail", flat=True)
    told = ("method", "path", "status")
    return [{name: detail[name] for name in told} for detail in found]


# -- rolling back -----------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["200", "204", "302"])
def test_what_is_done_stays(ben, answer):
    ben.post(f"{PAGE}?answer={answer}")
    assert (SweepMark.objects.count(), refusals()) == (1, [])


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("answer", ["400", "403", "404", "409", "422"])
def test_a_refused_write_leaves_its_audit_row_alone(ben, world, method, answer):
    assert ben.generic(method, f"{PAGE}?answer={answer}").status_code == int(answer)
    assert not SweepMark.objects.exists()
    assert refusals() == [{"method": method, "path": PAGE, "status": int(answer)}]
    assert AuditEvent.objects.filter(action="request.refused", actor=world.ben.pk).count() == 1


@pytest.mark.parametrize(
    ("answer", "status"), [("broken", 409), ("stale", 412), ("forbidden", 403)]
)
def test_a_rule_that_says_no_rolls_back(ben, answer, status):
    assert ben.post(f"{PAGE}?answer={answer}").status_code == status
    assert not SweepMark.objects.exists()
    assert [line["status"] for line in refusals()] == [status]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("answer", ["crash", "500", "503"])
def test_a_failure_rolls_back_and_is_no_refusal(ben, method, answer):
    assert ben.generic(method, f"{PAGE}?answer={answer}").status_code >= 500
    assert (SweepMark.objects.count(), refusals()) == (0, [])


def test_a_page_that_is_not_found_is_no_refusal(ben):
    assert ben.get("/t/teng/nowhere/").status_code == 404
    assert refusals() == []


@pytest.mark.parametrize(
    "address", ["/?code=%00", f"{PAGE}?q=a%00b", "/api/v1/persons/?cursor=%00"]
)
def test_a_character_no_column_can_hold_is_refused_at_the_door(ben, address):
    assert ben.get(address).status_code == 400


# -- who is who -------------------------------------------------------------------------------------


def test_an_unknown_tenant_is_an_unknown_page(client, db):
    assert client.get("/t/nobody/").status_code == 404


def test_an_unknown_tenant_of_the_interface_is_an_unknown_token(client, db):
    answer = client.get("/api/v1/organisations/", headers={"Authorization": "Bearer nobody.x"})
    assert answer.status_code == 401


def test_a_session_of_another_tenant_is_nobodys(world, rival):
    browser = Client()
    with scope(rival.tenant, path=WHOLE, actor=None):
        browser.cookies["sessionid"] = session_of(rival.ana)
    answer = browser.get(PAGE)
    assert (answer.status_code, "/t/teng/sign-in/" in answer.headers["Location"]) == (302, True)
    assert browser.get("/t/rival/tried/").status_code == 200


def test_a_session_that_says_nothing_of_its_tenant_is_nobodys(world, client):
    client.force_login(world.ben)
    assert client.get(PAGE).status_code == 302


def test_switching_a_sign_in_off_ends_its_session(ben, world):
    assert ben.get(PAGE).status_code == 200
    User.objects.filter(pk=world.ben.pk).update(is_active=False)
    assert "/sign-in/" in ben.get(PAGE).headers["Location"]


def test_a_right_taken_away_is_gone_with_the_next_request(ben, world):
    assert world.bureau.path in ben.get(f"{PAGE}where/").content.decode()
    Tenure.objects.filter(user=world.ben).update(ends_on="2026-01-02")
    assert not ben.get(f"{PAGE}where/").content.decode().startswith("/")


def test_a_new_password_ends_the_other_sessions(ben, world):
    User.objects.filter(pk=world.ben.pk).update(password="other")
    assert "/sign-in/" in ben.get(PAGE).headers["Location"]


def test_before_sign_in_placed_rows_do_not_exist(world, client):
    assert client.get(f"{PAGE}outside/").content == b"0 True"


@pytest.mark.parametrize(
    ("login", "unit"), [("ana", "county"), ("ben", "bureau"), ("kid", "child")]
)
def test_the_path_is_the_smallest_subtree_of_the_seats(world, sign_in, login, unit):
    shown = sign_in(getattr(world, login)).get(f"{PAGE}where/").content.decode()
    assert shown.split()[0] == getattr(world, unit).path


def test_the_tenant_list_is_asked_once(world, django_assert_num_queries):
    forget_tenants()
    find_tenant("teng")
    with django_assert_num_queries(0):
        assert find_tenant("teng") == world.tenant
    assert find_tenant("nobody") is None


# -- what the reader gets ---------------------------------------------------------------------------


def test_a_stream_is_read_inside_the_transaction(ben):
    answer = ben.get(f"{PAGE}stream/")
    assert b"".join(answer.streaming_content).count(b";") > 0


@pytest.mark.parametrize("address", ["", "where/", "stream/", "outside/"])
def test_no_page_of_a_tenant_is_kept_by_a_cache(ben, address):
    assert ben.get(PAGE + address).headers["Cache-Control"] == "private, no-store"


def test_received_at_is_the_databases_clock(ben):
    assert database_now().isoformat() in ben.get(f"{PAGE}where/").content.decode()


@pytest.mark.parametrize(
    ("language", "cookie", "expected"),
    [
        ("en", "zh-hans", "en"),
        ("zh-hans", "en", "zh-hans"),
        ("zh-hant", "en", "zh-hant"),
        ("xx", "en", "en"),
    ],
)
def test_the_readers_own_language_comes_first(ben, world, language, cookie, expected):
    User.objects.filter(pk=world.ben.pk).update(language=language)
    ben.cookies["language"] = cookie
    assert ben.get(PAGE).headers["Content-Language"] == expected


# -- the same click twice ---------------------------------------------------------------------------


def test_a_double_click_has_one_effect_and_one_answer(ben):
    answers = [ben.post(PAGE, {"request_key": "k1"}) for _ in range(3)]
    assert {(a.status_code, a.content) for a in answers} == {(200, b"number 0")}
    assert SweepMark.objects.count() == 1


def test_a_redirect_is_repeated_too(ben):
    answers = [ben.post(f"{PAGE}?answer=302", {"request_key": "k1"}) for _ in range(2)]
    assert [a.headers["Location"] for a in answers] == ["/made/0"] * 2
    assert [a.status_code for a in answers] == [302, 302]


def test_another_key_is_another_effect(ben):
    for key in ("k1", "k2"):
        ben.post(PAGE, {"request_key": key})
    assert SweepMark.objects.count() == 2


def test_without_a_key_every_click_counts(ben):
    for _ in range(2):
        ben.post(PAGE)
    assert SweepMark.objects.count() == 2


def test_a_refusal_frees_the_key(ben):
    assert ben.post(f"{PAGE}?answer=422", {"request_key": "k1"}).status_code == 422
    assert not RequestKey.objects.exists()
    assert ben.post(PAGE, {"request_key": "k1"}).status_code == 200


def test_a_key_used_for_another_page_is_refused(ben):
    ben.post(PAGE, {"request_key": "k1"})
    assert ben.post("/t/teng/tried/where/", {"request_key": "k1"}).status_code == 422


def test_two_people_may_use_one_key(ben, world, sign_in):
    ben.post(PAGE, {"request_key": "k1"})
    sign_in(world.ana).post(PAGE, {"request_key": "k1"})
    assert SweepMark.objects.count() == 2


def test_a_key_reused_with_another_form_is_refused(ben):
    ben.post(PAGE, {"request_key": "k1", "title": "one"})
    answer = ben.post(PAGE, {"request_key": "k1", "title": "two"})
    assert (answer.status_code, SweepMark.objects.count()) == (422, 1)
    assert b"sent before with other contents" in answer.content


def test_a_form_sent_again_may_carry_another_token(ben):
    for token in ("one", "two"):
        answer = ben.post(PAGE, {"request_key": "k1", "csrfmiddlewaretoken": token})
    assert (answer.content, SweepMark.objects.count()) == (b"number 0", 1)


def test_the_interface_says_key_reused_as_a_problem_document(world, sign_in):
    browser = sign_in(world.ben)
    for title in ("one", "two"):
        answer = browser.post(
            "/t/teng/api/v1/tried/",
            {"title": title},
            content_type="application/json",
            headers={"Idempotency-Key": "k1"},
        )
    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")


def test_reading_uses_no_key(ben):
    ben.get(PAGE, {"request_key": "k1"})
    assert not RequestKey.objects.exists()


def test_a_key_that_is_too_long_is_cut(ben):
    assert ben.post(PAGE, {"request_key": "k" * 500}).status_code == 200
    assert len(RequestKey.objects.get().key) == 80


def test_a_key_with_a_character_no_column_can_hold_is_no_error(ben):
    assert ben.post(PAGE, {"request_key": "a\0b"}).status_code < 500


# -- really at once ---------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_twenty_clicks_at_once_have_one_effect_and_twenty_equal_answers():
    tenant = found_tenant("teng")
    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
        world = build_world(tenant)
        cookies = session_of(world.ben)
    gate, answers = threading.Barrier(20), []

    def click():
        try:
            browser = Client(raise_request_exception=False)
            browser.cookies["sessionid"] = cookies
            gate.wait()
            answer = browser.post(PAGE, {"request_key": "once"})
            answers.append((answer.status_code, answer.content))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=click) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [(200, b"number 0")] * 20
    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
        assert SweepMark.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_refusals_audit_row_is_committed():
    tenant = found_tenant("teng")
    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
        world = build_world(tenant)
        cookies = session_of(world.ben)
    browser = Client(raise_request_exception=False)
    browser.cookies["sessionid"] = cookies
    browser.post(f"{PAGE}?answer=409")

    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
        assert (len(refusals()), SweepMark.objects.count()) == (1, 0)
    with transaction.atomic():
        assert Tenant.objects.filter(slug="teng").exists()
