"""The product's requests for benchmarks/meter.py.

python -m benchmarks.ours ROLE ORGANISATION

The reader is the seat's holder, by session and by client token, walls on.
"""

import sys
import uuid
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import django
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction

django.setup()

from actionlearning.foundation.clock import database_now  # noqa: E402  models need the set-up
from actionlearning.foundation.database.base import DatabaseWrapper  # noqa: E402
from actionlearning.foundation.models import ClientToken, Tenant, User  # noqa: E402
from actionlearning.foundation.scope import WHOLE, no_scope, scope  # noqa: E402
from actionlearning.foundation.tokens import new_secret  # noqa: E402
from benchmarks.figures.calendars import TOPIC  # noqa: E402
from benchmarks.figures.data import NOW  # noqa: E402
from benchmarks.figures.papers import JOURNEY  # noqa: E402
from benchmarks.issues import lay_issues  # noqa: E402
from benchmarks.meter import Call, request, serve  # noqa: E402
from benchmarks.world import user_id  # noqa: E402
from groups.roles import CLIENT_SCOPES  # noqa: E402
from programmes.models import Obligation  # noqa: E402

LEDGER = "/t/bench/obligations/"
API = "/api/v1/obligations/"
BRIEFINGS = "/api/v1/briefings/"
PAPERS = "/api/v1/dossiers/"
CALENDAR = "/t/bench/activities/calendar/"
MONTH = f"{NOW:%Y-%m}"


def main(role: str, organisation: uuid.UUID) -> None:
    application = get_wsgi_application()
    with no_scope(), transaction.atomic():
        tenant = Tenant.objects.get(slug="bench")
    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
        user = User.objects.get(pk=user_id(role, organisation))
        session, bearer = _session(tenant, user), _bearer(tenant, user)
        issue = lay_issues(organisation)
        duty = Obligation.objects.visible_to(user).order_by("due_at").first()
    token = {"HTTP_AUTHORIZATION": f"Bearer {bearer}"}
    browser = {"HTTP_COOKIE": f"sessionid={session}"}
    serve(
        {
            "list": request(application, API, **token),
            "unchanged": _unchanged(application, token),
            "detail": request(application, f"{API}{duty.pk}/", **token),
            "ledger": request(application, LEDGER, **browser),
            "desk": request(application, "/t/bench/", **browser),
            "untold": _untold(request(application, API, **token)),
            "briefings": request(application, BRIEFINGS, **token),
            "briefings_unchanged": _unchanged(application, token, BRIEFINGS),
            "briefing": request(application, f"{BRIEFINGS}{issue}/", **token),
            "reading": request(application, "/t/bench/briefings/", **browser),
            "papers": request(application, PAPERS, **token),
            "paper": request(application, f"{PAPERS}{JOURNEY}/", **token),
            "papers_page": request(application, "/t/bench/dossiers/", **browser),
            "paper_page": request(application, f"/t/bench/dossiers/{JOURNEY}/", **browser),
            "calendar_month": request(application, f"{CALENDAR}?month={MONTH}", **browser),
            "calendar_agenda": request(
                application, f"/t/bench/activities/agenda/?month={MONTH}", **browser
            ),
            "calendar_list": request(
                application, f"/api/v1/calendar/?from={MONTH}-01&to={MONTH}-30", **token
            ),
            "topic_timeline": request(application, f"/t/bench/projects/{TOPIC}/", **browser),
            "topic_calendar": request(
                application, f"{CALENDAR}?month={MONTH}&project={TOPIC}", **browser
            ),
        },
        {"bearer": bearer, "briefings": str(_size(application, BRIEFINGS, token))},
    )


def _session(tenant: Tenant, user: User) -> str:
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "groups.access.AppointmentBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store["tenant"], store["factor"] = str(tenant.pk), "passed"
    store.create()
    return str(store.session_key)


def _bearer(tenant: Tenant, user: User) -> str:
    secret, digest = new_secret(tenant.slug)
    now = database_now()
    ClientToken.objects.create(
        name="bench",
        hash=digest,
        user=user,
        scopes=[str(permission) for permission in CLIENT_SCOPES],
        created_by=user,
        created_at=now,
        expires_at=now + timedelta(days=1),
    )
    return secret


def _size(application: Any, path: str, token: dict[str, str]) -> int:
    """Bytes of an answer."""
    sent: list[bytes] = []

    def noting(environ: object, start: object) -> object:
        body = application(environ, start)
        sent.append(b"".join(body))
        body.close()
        return Body(sent[-1:])

    request(noting, path, **token)()
    return len(sent[-1])


class Body(list[bytes]):
    """What is left of an answer that was read already."""

    def close(self) -> None:
        """Nothing is held."""


def _unchanged(application: object, token: dict[str, str], path: str = API) -> Call:
    tags: list[str] = []

    def remember(environ: object, start: object) -> object:
        def noting(status: str, headers: list[tuple[str, str]], *rest: object) -> object:
            tags.extend(value for name, value in headers if name == "ETag")
            return start(status, headers, *rest)

        return application(environ, noting)

    request(remember, path, **token)()
    return request(application, path, expected=304, HTTP_IF_NONE_MATCH=tags[-1], **token)


def _untold(call: Call) -> Call:
    """The same while the database is told neither tenant nor path: only where its walls are down."""

    def quiet() -> None:
        with patch.object(DatabaseWrapper, "apply_scope", lambda self: None):
            call()

    return quiet


if __name__ == "__main__":
    connection.close()
    main(sys.argv[1], uuid.UUID(sys.argv[2]))
