"""What is tried on a calibrated route: foreign ids in the address, in the query and in the body."""

import contextlib
import io
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from drf_spectacular.generators import SchemaGenerator

from actionlearning.foundation.views import TokenView
from tests.isolation.actors import Actor
from tests.isolation.browsing import Answer
from tests.isolation.probing import UUID, Calibrated, Probe, Row
from tests.isolation.routes import METHODS, likeness

SHARE = 1 / 2
"""Of the pairs of route and actor that get a second try, drawn from all others, in a sample."""
NOBODY = uuid.UUID("01900000-0000-7000-8000-000000000000")
"""A well-formed id of nothing: the answer to a foreign id must not differ from the answer to it."""


@dataclass(frozen=True)
class Try:
    """One request. `foreign` says that the row in the address is none of the actor's business."""

    method: str
    tenant: str
    values: dict[str, Any]
    query: str = ""
    body: dict[str, Any] = field(default_factory=dict)
    foreign: bool = False

    def told(self, found: Calibrated, actor: Actor) -> str:
        return f"{self.method} {found.route.name} {self.values or ''}{self.query} as {actor.name}"


class Trial:
    """`thorough`: every try, or `most` for each route and actor; otherwise one or two."""

    def __init__(self, probe: Probe, *, thorough: bool, most: int = 10**6) -> None:
        self.probe, self.thorough, self.most = probe, thorough, most
        self.register, self.found = probe.register, probe.found
        self.bodies = _bodies_of_the_schema()
        self._of_nobody: dict[str, Answer] = {}

    def run(self, calibrated: list[Calibrated]) -> None:
        for found in calibrated:
            for actor in self.probe.actors:
                self._with(found, actor)

    def _with(self, found: Calibrated, actor: Actor) -> None:
        for one in self._chosen(list(self._tries(found, actor))):
            self._judge(found, actor, one, self._send(found, actor, one))
        self.found.asked.add((found.route.name, actor.name))

    def _chosen(self, tries: list[Try]) -> list[Try]:
        if self.thorough:
            return self.probe.random.sample(tries, min(self.most, len(tries)))
        picked = [one for one in tries if one.foreign][:1] or tries[:1]
        rest = [one for one in tries if one not in picked]
        more = 1 if rest and self.probe.random.random() < SHARE else 0
        return picked + self.probe.random.sample(rest, more)

    def _send(self, found: Calibrated, actor: Actor, one: Try) -> Answer:
        address = found.route.address(one.tenant, one.values) + one.query
        return self.probe.browser.ask(
            actor, one.method, address, one.body, as_json=found.route.is_api, then=bool(one.body)
        )

    # -- what to try --------------------------------------------------------------------------------

    def _tries(self, found: Calibrated, actor: Actor) -> Iterator[Try]:
        if not found.route.is_ours:
            yield Try("GET", self.probe.ours.tenant.slug, found.values)
            return
        for tenant in self._tenants(found, actor):
            served = [m for m in METHODS if m in found.route.methods or m == "HEAD"]
            for method in served:
                yield from self._addresses(found, actor, method, tenant)
            yield from self._queries(found, actor, tenant)
            for method in (m for m in served if m not in ("GET", "HEAD", "DELETE")):
                yield from self._bodies(found, actor, method, tenant)
            for method in (m for m in METHODS if m not in served):
                yield from list(self._addresses(found, actor, method, tenant))[:1]

    def _tenants(self, found: Calibrated, actor: Actor) -> list[str]:
        """A stranger knocks at our door with its own key, and at its own with our ids."""
        ours = self.probe.ours.tenant.slug
        return (
            list(dict.fromkeys([ours, actor.ground.tenant.slug]))
            if found.route.tenanted
            else [ours]
        )

    def _addresses(
        self, found: Calibrated, actor: Actor, method: str, tenant: str
    ) -> Iterator[Try]:
        """One foreign row of each unit in each part of the address; the row itself where all is open."""
        if not found.models:
            yield Try(method, tenant, found.values)
        for part, model in found.models.items():
            for row in _one_of_each_place(self.register.hidden_from(actor, model)):
                yield Try(method, tenant, {**found.values, part: row.pk}, foreign=True)
        if found.models:
            yield Try(method, tenant, found.values, foreign=self._hidden(found, actor))

    def _hidden(self, found: Calibrated, actor: Actor) -> bool:
        rows = [self.register.by_pk[str(found.values[part])] for part in found.models]
        return any(not actor.may_see(r.model._meta.label, "display_name", r.place) for r in rows)

    def _queries(self, found: Calibrated, actor: Actor, tenant: str) -> Iterator[Try]:
        if "GET" not in found.route.methods:
            return
        hidden = self._hidden(found, actor)
        for name in found.route.filters:
            row = self._foreign(actor, name)
            for value in (row.pk, "%00", "x'--", "9" * 30):
                yield Try("GET", tenant, found.values, f"?{name}={value}", foreign=hidden)
        yield Try("GET", tenant, found.values, "?export=xlsx", foreign=hidden)

    def _bodies(self, found: Calibrated, actor: Actor, method: str, tenant: str) -> Iterator[Try]:
        """The form or document as its owner would send it, with one foreign id in each field for ids."""
        fields = self._fields(found, method)
        hidden = self._hidden(found, actor)
        filled = {name: _value(name, values) for name, values in fields.items()}
        for name, values in fields.items():
            if not any(UUID.fullmatch(value) for value in values) and not name.endswith(
                ("_id", "ids")
            ):
                continue
            foreign = str(self._foreign(actor, name, values).pk)
            yield Try(method, tenant, found.values, body={**filled, name: foreign}, foreign=hidden)
        if filled:
            yield Try(method, tenant, found.values, body=filled, foreign=hidden)

    def _fields(self, found: Calibrated, method: str) -> dict[str, list[str]]:
        if found.route.is_api:
            return self.bodies.get((_outline(found.route.shape), method), {})
        form = getattr(found.route.view, "form_class", None)
        declared: dict[str, list[str]] = {name: [] for name in getattr(form, "base_fields", ())}
        return declared | (found.form.fields if found.form else {})

    def _foreign(self, actor: Actor, name: str, values: list[str] | None = None) -> Row:
        """A row the actor may not see, of the kind that this field is made for."""
        known = [self.register.by_pk[v].model for v in values or () if v in self.register.by_pk]
        models = known or sorted(self.register.rows, key=lambda m: likeness(m, name), reverse=True)
        for model in models:
            rows = _one_of_each_place(self.register.hidden_from(actor, model))
            if rows:
                return self.probe.random.choice(rows)
        return next(iter(self.register.by_pk.values()))

    # -- what is right ------------------------------------------------------------------------------

    def _judge(self, found: Calibrated, actor: Actor, one: Try, answer: Answer) -> None:
        told = one.told(found, actor)
        readers = self._readers(found, actor)
        if answer.status >= 500:
            self.found.errors.append(f"{told}: {answer.error}")
        for mark in sorted(answer.marks):
            label, name, place = self.register.marks.get(mark, ("?", "?", None))
            if place is None or not any(each.may_see(label, name, place) for each in readers):
                self.found.leaks.append(f"{told} shows {label}.{name}")
        if one.foreign and not answer.refused and answer.status < 500:
            self._compare_with_nobody(found, actor, one, answer)

    def _readers(self, found: Calibrated, actor: Actor) -> list[Actor]:
        """Who comes with a secret in the address reads what its owner may see, whoever he is: Ben's."""
        view = found.route.view
        if not view or not issubclass(view, TokenView):
            return [actor]
        return [actor, *(each for each in self.probe.insiders if each.name == "ben")]

    def _compare_with_nobody(
        self, found: Calibrated, actor: Actor, one: Try, answer: Answer
    ) -> None:
        """Neither success nor refusal may differ from what an id of nothing gets."""
        values = {name: NOBODY if name in found.models else v for name, v in one.values.items()}
        same = replace(one, values=values)
        key = f"{found.route.name} {actor.name} {same}"
        if key not in self._of_nobody:
            self._of_nobody[key] = self._send(found, actor, same)
        if self._of_nobody[key].status != answer.status:
            told = one.told(found, actor)
            self.found.leaks.append(
                f"{told} answers {answer.status}, an unknown id {self._of_nobody[key].status}"
            )


def _one_of_each_place(rows: list[Row]) -> list[Row]:
    return list({(row.place.tenant, row.place.path): row for row in rows}.values())


def _value(name: str, values: list[str]) -> str:
    if values:
        return values[0]
    return "2026-03-02" if name.endswith(("_on", "date")) else "x"


def _outline(shape: str) -> str:
    """`/projects/{}/members/` of a pattern's address: parts are groups of a regular expression."""
    told, depth = "/", 0
    for character in shape.partition("api/v1/")[2]:
        told += "{}" if character == "(" and not depth else "" if depth else character
        depth += (character == "(") - (character == ")")
    return told.replace(")", "")


def _example(spec: dict[str, Any]) -> list[str]:
    """A value that passes the first look, so that the row behind it is what decides."""
    if spec.get("format") == "uuid":
        return [str(NOBODY)]
    if spec.get("format") == "date-time":
        return ["2030-01-01T00:00:00Z"]
    if spec.get("type") in ("integer", "boolean"):
        return ["1"]
    return [str(each) for each in spec.get("enum", ()) if each][:1]


def _bodies_of_the_schema() -> dict[tuple[str, str], dict[str, list[str]]]:
    """Fields of every REST body by address, from the description the product itself gives."""
    with contextlib.redirect_stderr(io.StringIO()):
        schema = SchemaGenerator().get_schema(request=None, public=True)
    parts = schema.get("components", {}).get("schemas", {})
    found = {}
    for path, operations in schema["paths"].items():
        outline = re.sub(r"{\w+}", "{}", path)
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {})
            for media in content.values():
                shape = media["schema"]
                shape = parts.get(shape.get("$ref", "").rsplit("/", 1)[-1], shape)
                found[outline, method.upper()] = {
                    name: _example(parts.get(spec.get("$ref", "").rsplit("/", 1)[-1], spec))
                    for name, spec in shape.get("properties", {}).items()
                }
    return found
