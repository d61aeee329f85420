"""The probe itself: calibrate every route with somebody who may, then try it with everybody who may not."""

import itertools
import random
import re
import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.urls import Resolver404, resolve

from actionlearning.foundation.models import User
from groups.models import Appointment, Grant, Organisation, Person
from tests.isolation.actors import Actor, actors_of, insiders_of
from tests.isolation.browsing import Answer, Browser, FormShape, forms_in
from tests.isolation.filling import canary_of, dress, marked_of, tenant_models
from tests.isolation.grounds import (
    Ground,
    feed_secret,
    fill_ground,
    inside,
    lay_ground,
    tenant_mark,
)
from tests.isolation.places import Place, Places, fields_of, links
from tests.isolation.routes import Route, routes

TRIES = 60
"""Requests spent on finding somebody who gets in, before a route counts as one without a probe."""
ROWS = (12, 3, 2, 2)
"""Rows tried of each of the models that fit a part of an address best."""
UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
WORDS = {
    "year": ["2026"],
    "format": ["xlsx"],
    "pack": ["plan2"],
    "scope": ["CN"],
    "date": ["2026-10-01"],
    "kind": ["persons"],
    "token": [feed_secret("probed")],
}
"""Parts of an address that are neither ids nor fields of a row."""


@dataclass(frozen=True)
class Row:
    """One row in the probe's register."""

    pk: uuid.UUID
    model: Any
    place: Place
    refs: frozenset[uuid.UUID] = frozenset()
    """The rows it points at."""


@dataclass
class Calibrated:
    """How a route is asked properly, found out by asking."""

    route: Route
    values: dict[str, Any]
    models: dict[str, Any]
    by: str
    form: FormShape | None = None


@dataclass
class Findings:
    """`leaks`, `errors` and `without` must stay empty."""

    leaks: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    without: list[str] = field(default_factory=list)
    asked: set[tuple[str, str]] = field(default_factory=set)
    own_marks: int = 0


class Register:
    """Every row of both tenants, its place, and every canary with the row it stands in."""

    def __init__(self, grounds: list[Ground]) -> None:
        self.rows: dict[Any, list[Row]] = defaultdict(list)
        self.by_pk: dict[str, Row] = {}
        self.marks: dict[str, tuple[str, str, Place]] = {}
        for ground in grounds:
            with inside(ground):
                self._read(ground)

    def _read(self, ground: Ground) -> None:
        places = Places(_homes(ground))
        whole = Place(ground.tenant.pk, wide=True)
        self.marks[tenant_mark(ground.tenant.slug)] = ("tenant", "name", whole)
        for model in tenant_models():
            for found in model._base_manager.order_by("pk"):  # the same rows on every run
                self._note(Row(found.pk, model, places.of(found), _refs(found)))

    def _note(self, row: Row) -> None:
        self.rows[row.model].append(row)
        self.by_pk[str(row.pk)] = row
        for name in marked_of(row.model):
            self.marks[canary_of(row.pk, name)] = (row.model._meta.label, name, row.place)

    def words_for(self, route: Route, name: str, ground: Ground) -> list[str]:
        """For a part that is no id: values of the field of that name, best fitting model first."""
        models = sorted(self.rows, key=lambda model: route.fits(model, name), reverse=True)
        with inside(ground):
            found = [str(value) for model in models[:4] for value in fields_of(model, name)]
        return WORDS.get(name, []) + [value for value in found if value][:6] + ["1"]

    def hidden_from(self, actor: Actor, model: Any) -> list[Row]:
        label = model._meta.label
        return [
            row for row in self.rows[model] if not actor.may_see(label, "display_name", row.place)
        ]


def _refs(row: Any) -> frozenset[uuid.UUID]:
    named = [name for name, model in links(type(row)).items() if model not in (User, Organisation)]
    return frozenset(value for name in named if (value := getattr(row, f"{name}_id")))


def _homes(ground: Ground) -> dict[uuid.UUID, str]:
    """The unit of each sign-in; an outsider's is where something was opened to it."""
    homes = dict(Grant.objects.values_list("user", "organisation__path"))
    homes |= dict(Appointment.objects.values_list("user", "organisation__path"))
    return homes | dict(Person.objects.exclude(user=None).values_list("user", "org_path"))


def _strangers(chosen: tuple[Any, ...]) -> int:
    """How many rows of an address have nothing to do with each other."""
    rows = [row for row in chosen if isinstance(row, Row)]
    return sum(
        one.pk not in two.refs and two.pk not in one.refs for one, two in itertools.pairwise(rows)
    )


def _let_in(route: Route, answer: Answer) -> bool:
    """Signing out leads to the sign-in page and is no refusal."""
    left = answer.to_sign_in and route.name.endswith(":sign_out") and "next=" not in answer.location
    return left or (not answer.refused and answer.status < 500)


class Probe:
    """Built inside an open transaction that the caller rolls back."""

    def __init__(self, seed: int = 20260301) -> None:
        self.ours, self.rivals = lay_ground("probed"), lay_ground("prying")
        for ground in (self.ours, self.rivals):
            fill_ground(ground)
        self.actors = actors_of(self.ours, self.rivals)
        self.insiders = insiders_of(self.ours)
        for ground in (self.ours, self.rivals):
            with inside(ground):
                dress()
        self.register = Register([self.ours, self.rivals])
        self.browser = Browser()
        self.random = random.Random(seed)
        self.found = Findings()
        self.routes = routes()
        self.forms: dict[str, FormShape] = {}

    # -- asking properly ----------------------------------------------------------------------------

    def calibrate(self) -> list[Calibrated]:
        """Routes that show forms come first: the forms say what the writing routes want to be sent."""
        ordered = sorted(self.routes, key=lambda route: "GET" not in route.methods)
        made = [found for route in ordered if (found := self._calibrated(route))]
        made += self._closed_to_clients(made)
        for found in made:
            found.form = self.forms.get(found.route.name)
        return made

    def _closed_to_clients(self, made: list[Calibrated]) -> list[Calibrated]:
        """What no client token may do is asked as its twin for sessions is."""
        twins = {found.route.name.removeprefix("tenant_"): found for found in made}
        found = []
        for line in list(self.found.without):
            route = next(route for route in self.routes if line.startswith(f"{route.name}: "))
            twin = twins.get(route.name) if route.is_api and not route.tenanted else None
            if twin:
                self.found.without.remove(line)
                found.append(Calibrated(route, twin.values, twin.models, "nobody"))
        return found

    def _calibrated(self, route: Route) -> Calibrated | None:
        if not route.methods:
            self.found.without.append(f"{route.name}: serves no method")
            return None
        asked = itertools.islice(self._attempts(route), TRIES)
        for values, models, insider in asked:
            answer = self._ask(insider, route, route.methods[0], values)
            self.found.own_marks += len(answer.marks)
            if _let_in(route, answer):
                self._keep_forms(answer)
                return Calibrated(route, values, models, insider.name)
        self.found.without.append(f"{route.name}: nobody gets in")
        return None

    def _attempts(self, route: Route) -> Iterator[tuple[dict[str, Any], dict[str, Any], Actor]]:
        insiders, likely = self._insiders(route), list(self._values(route))
        for some in (insiders[:2], insiders[2:]):
            for values, models, rows in likely:
                for insider in some:
                    if all(
                        insider.may_see(r.model._meta.label, "display_name", r.place) for r in rows
                    ):
                        yield values, models, insider

    def _insiders(self, route: Route) -> list[Actor]:
        needed = getattr(route.view, "permission", None)
        if needed is None:
            return self.insiders[:1]
        with inside(self.ours):
            able = [actor for actor in self.insiders if actor.user.has_perm(needed)]
        return able or self.insiders

    def _values(self, route: Route) -> Iterator[tuple[dict[str, Any], dict[str, Any], list[Row]]]:
        """Likely values for the parts of the address, best fitting model first, rows that belong together first."""
        names = [name for name, _kind in route.parts]
        choices = [self._candidates(route, name, kind) for name, kind in route.parts]
        for chosen in sorted(itertools.product(*choices), key=_strangers):
            rows = {
                name: row for name, row in zip(names, chosen, strict=True) if isinstance(row, Row)
            }
            values = {
                name: getattr(found, "pk", found) for name, found in zip(names, chosen, strict=True)
            }
            yield values, {name: row.model for name, row in rows.items()}, list(rows.values())

    def _candidates(self, route: Route, name: str, kind: str) -> list[Any]:
        if kind != "UUIDConverter":
            return self.register.words_for(route, name, self.ours)
        models = sorted(self.register.rows, key=lambda model: route.fits(model, name), reverse=True)
        return [
            row
            for model, most in zip(models, ROWS, strict=False)
            for row in self._near(model, most)
        ]

    def _near(self, model: Any, most: int) -> list[Row]:
        """Rows the insiders may see, the bureau's own in front; a handful is enough."""
        home = self.ours.units["bureau"].path
        rows = [row for row in self.register.rows[model] if row.place.tenant == self.ours.tenant.pk]
        users = {insider.user.pk for insider in self.insiders}
        rows.sort(
            key=lambda row: (
                row.place.path != home and row.place.owner not in users,
                not row.place.wide,
            )
        )
        near = [row for row in rows if row.place.path == home] or rows
        return (
            near[:: max(1, len(near) // most)][:most] + [row for row in rows if row not in near][:1]
        )

    def _keep_forms(self, answer: Any) -> None:
        for form in forms_in(answer):
            try:
                name = resolve(form.action).view_name
            except Resolver404:
                continue
            self.forms.setdefault(name, form)

    def _ask(self, actor: Actor, route: Route, method: str, values: dict[str, Any]) -> Any:
        address = route.address(actor.ground.tenant.slug, values)
        answer = self.browser.ask(actor, method, address, {}, as_json=route.is_api)
        if answer.status >= 500 and not route.name.startswith("system:"):
            self.found.errors.append(f"{method} {route.name} as {actor.name}: {answer.error}")
        return answer
