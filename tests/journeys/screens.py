"""Every screen of the product with a person it is for and a row it shows: found by asking, never listed."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.test import Client

from actionlearning.foundation.models import Tenant, User
from actionlearning.foundation.scope import WHOLE, scope
from actionlearning.foundation.views import TenantView
from tests.isolation.filling import tenant_models
from tests.isolation.routes import Route, routes

ROWS = 12
"""Newest rows tried of each of the two models that fit an address best."""
TRIES = 400
KEYS = (
    "pk",
    "turn",
    "project_turn",
    "member",
    "file",
    "photo",
    "remark",
    "milestone",
    "topic_opinion",
    "organisation",
)
"""Parts of an address that are the key of a row; any other part is a column of it."""
EMPTY = b'class="empty"'
"""A page where something is missing is walked only if nobody has a fuller one."""
PAGES = 30
"""Pages looked at to find one without such a place."""
HALF_WAY = {"groups:factor": "missing"}
"""Screens between the password and the desk: what the session says there about the second factor."""
NO_PAGE = {
    "system:demo_progress": "a part of a page, shown while the demonstration is loaded",
    "system:live": "for a machine",
    "system:ready": "for a machine",
    "system:metrics": "for a machine",
    "programmes:plan_export": "a file",
    "programmes:activity_minutes_pdf": "a file",
    "programmes:activity_minutes_docx": "a file",
    "programmes:dossier_pdf": "a file",
    "programmes:dossier_docx": "a file",
    "programmes:activity_photo_file": "a file",
    "programmes:activity_sign_in": "opened by the code of a minute: walked in test_door.py",
    "reporting:item_attachment": "a file",
    "groups:division_offers": "a part of a page, offered while one types",
    "reporting:publicity_file": "a file",
    "groups:roster_template": "a file",
    "groups:roster_sheet": "a file",
    "reporting:issue_pdf": "a file",
    "reporting:issue_docx": "a file",
    "reporting:briefing_pdf": "a file",
    "reporting:briefing_docx": "a file",
    "reporting:public_briefing_pdf": "a file",
    "reporting:public_briefing_docx": "a file",
    "reporting:public_briefing_atom": "for a machine",
    "reporting:public_briefing_json": "for a machine",
    "programmes:calendar_feed_file": "for a machine",
    "programmes:activity_clashes": "a part of a page",
}


@dataclass(frozen=True)
class Screen:
    name: str
    address: str
    login: str = ""
    cookie: str = ""


class Finder:
    """Asks every route as those who hold its permission, with rows that fit, until a page comes."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.buttons: set[str] = set()
        """Routes of a button: asked for as a page, they lead back to the page where it is."""
        self.clients: dict[tuple[str, str], Client] = {}
        with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
            users = User.objects.filter(is_system=False, is_active=True).order_by(
                "created_at", "pk"
            )
            self.people = sorted(users, key=lambda user: _usual(user.login))
            self.rows = {model: _newest(model) for model in tenant_models()}

    def find(self) -> tuple[list[Screen], list[str]]:
        """(screens, names of routes for which nobody was shown a page)."""
        asked = [
            r for r in routes() if not r.is_api and "GET" in r.methods and r.name not in NO_PAGE
        ]
        found = {route.name: self._screen(route) for route in asked}
        missing = [name for name, one in found.items() if one is None and name not in self.buttons]
        return [screen for screen in found.values() if screen], missing

    def _screen(self, route: Route) -> Screen | None:
        if not issubclass(route.view, TenantView):
            return self._for_everybody(route)
        bare = None
        for screen, is_empty in itertools.islice(self._pages(route), PAGES):
            if not is_empty:
                return screen
            bare = bare or screen
        return bare

    def _pages(self, route: Route) -> Iterator[tuple[Screen, bool]]:
        """(a page, whether something is missing on it) of those who may see one."""
        factor = HALF_WAY.get(route.name, "passed")
        pairs = itertools.product(list(self._values(route)), self._holders(route, factor))
        for values, user in itertools.islice(pairs, TRIES):
            client, address = self._client(user, factor), route.address(self.tenant.slug, values)
            answer = client.get(address)
            if answer.status_code == 302 and "/sign-in/" not in answer["Location"]:
                self.buttons.add(route.name)
                return
            if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
                cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
                screen = Screen(route.name, address, user.login, cookie)
                yield screen, EMPTY in answer.content

    def _for_everybody(self, route: Route) -> Screen | None:
        for values in itertools.islice(self._values(route), TRIES):
            address = route.address(self.tenant.slug, values)
            if not values or Client().get(address).status_code == 200:
                return Screen(route.name, address)
        return None

    def _client(self, user: User, factor: str) -> Client:
        if (user.login, factor) not in self.clients:
            with scope(self.tenant, path=WHOLE, actor=None), transaction.atomic():
                client = self.clients[user.login, factor] = Client()
                client.force_login(user)
                session = client.session
                session["tenant"], session["factor"] = str(self.tenant.pk), factor
                session.save()
        return self.clients[user.login, factor]

    def _holders(self, route: Route, factor: str) -> list[User]:
        with scope(self.tenant, path=WHOLE, actor=None), transaction.atomic():
            able = [user for user in self.people if user.has_perm(route.view.permission)]
        for user in able:
            vars(user).pop("standing", None)
        return able[-3:] if factor == "missing" else able

    def _values(self, route: Route) -> Iterator[dict[str, Any]]:
        names = [name for name, _kind in route.parts]
        if not names:
            yield {}
            return
        last = names[-1]
        for row in self._fitting(route, last):
            value = row.pk if last in KEYS else getattr(row, last, None)
            if value and len(names) == 1:
                yield {last: value}
            elif value:
                yield from ({names[0]: whole, last: value} for whole in self._wholes(route, row))

    def _fitting(self, route: Route, part: str) -> list[Any]:
        models = [m for m in self.rows if self.rows[m]]
        most = 2
        if part not in KEYS:
            models = [m for m in models if any(f.name == part for f in m._meta.concrete_fields)]
            most = 1
        best = sorted(models, key=lambda model: route.fits(model, part), reverse=True)[:most]
        return [row for model in best for row in self.rows[model]]

    def _wholes(self, route: Route, row: Any) -> list[Any]:
        """Ids of what `row` belongs to, else of whatever fits the first part of the address."""
        linked = [f for f in row._meta.concrete_fields if f.is_relation]
        best = max(self.rows, key=lambda model: route.fits(model, "pk"))
        named = [getattr(row, f.attname) for f in linked if f.related_model is best]
        return named or [each.pk for each in self._fitting(route, "pk")][:3]


def _usual(login: str) -> int:
    """The unit's clerk first, then who directs, leads, stands above; administrators last."""
    order = ("minzheng-ganshi", "minzheng-zhuren", "minzheng-zuzhang", "xianban-zhuren")
    if login in order:
        return order.index(login)
    return 9 if login in ("xitong", "anquan", "shenji") else 8


def _newest(model: Any) -> list[Any]:
    return list(model._base_manager.order_by("-pk")[:ROWS])
