"""Calls drawn from the OpenAPI description, each answer held against it."""

import contextlib
import io
import random
import re
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import orjson
import requests
import schemathesis
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from benchmarks.served.office import Office, found_office
from groups.actions.users import create_user
from tests.world import _ready

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
KNOWN_IDS = 0.7
"""Share of the ids in an address that are of something that exists."""
UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
PASSES = 2
"""Every operation comes round so often: the second time it meets what the first has left."""
PATIENCE = 60  # seconds
BASE = "/api/v1"
"""The description leaves it out."""


class Fuzz:
    """`found`: what was wrong, and how often."""

    def __init__(self, port: int, start: int) -> None:
        self.port, self.start = port, start
        self.random = random.Random(start)
        self.office: Office = found_office()
        self.actors = ("director", "clerk", "client above", "client", "outsider", "stranger")
        self.found: Counter[str] = Counter()
        self.statuses: Counter[tuple[str, int]] = Counter()
        self.calls = self.operations = 0
        self.ids: dict[str, list[str]] = defaultdict(list)
        self._guest()
        self._papers()

    def _guest(self) -> None:
        with self.office.open() as now:
            made = create_user(login="guest", person=None, by=self.office.world.system, now=now)[0]
            self.office.people["guest"] = _ready(made)

    def _papers(self) -> None:
        """Something to find in every state; more comes from the calls themselves."""
        with self.office.open() as now:
            for make in (self.office.draft, self.office.signed, self.office.submitted) * 3:
                make(now)
            self.office.checked(now)

    def run(self, calls: int, only: str) -> None:
        with contextlib.redirect_stderr(io.StringIO()):
            described = SchemaGenerator().get_schema(request=None, public=True)
        schema = schemathesis.openapi.from_dict(orjson.loads(orjson.dumps(described, default=str)))
        every = [found.ok() for found in schema.get_all_operations()]
        chosen = [one for one in every if only in one.path]
        self.operations = len(chosen)
        share = -(-calls // (len(chosen) * len(self.actors) * 2 * PASSES))
        for turn in range(PASSES):
            self._learn_ids(every)
            for operation in self.random.sample(chosen, len(chosen)):
                for actor in self.actors:
                    self._draw(operation, actor, share, turn)

    def _draw(self, operation: Any, actor: str, share: int, turn: int) -> None:
        session, root = self._enter(actor)

        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            @seed(f"{self.start} {turn} {operation.label} {actor} {mode}")
            @settings(
                max_examples=share,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def draw(case: Any) -> None:
                self._send(case, actor, session, root)

            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    draw()
                except Exception as problem:
                    if "Unsatisfiable" not in repr(problem):  # nothing can be wrong with it
                        raise

    def _enter(self, actor: str) -> tuple[requests.Session, str]:
        """A line of its own; what earlier calls have ended is begun anew."""
        world, session = self.office.world, requests.Session()
        root = f"http://127.0.0.1:{self.port}"
        units = {"client above": world.county, "client": world.bureau}
        if actor in units:
            bearer = self.office.client(self.port, units[actor]).bearer
            session.headers["Authorization"] = f"Bearer {bearer}"
            return session, root + BASE
        logins = {"director": "dora", "clerk": "ben", "outsider": "guest"}
        if actor in logins:
            caller = self.office.caller(self.port, logins[actor])
            session.headers["Cookie"] = f"sessionid={caller.session}; csrftoken={'x' * 32}"
            session.headers["X-CSRFToken"] = "x" * 32
            root += f"/t/{self.office.tenant.slug}"
        return session, root + BASE

    def _send(self, case: Any, actor: str, session: requests.Session, root: str) -> None:
        self._point_at_something(case)
        answer = case.call(base_url=root, session=session, timeout=PATIENCE)
        self.calls += 1
        self.statuses[actor, answer.status_code] += 1
        for told in self._faults(case, answer):
            self.found[f"{case.operation.label}: {told}"] += 1

    def _faults(self, case: Any, answer: Any) -> Iterator[str]:
        if answer.status_code >= 500:
            yield f"5xx {answer.status_code} to {case.as_curl_command()[:600]}"
            return
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as group:
            for failure in group.exceptions:
                words = " ".join(str(failure).split())[:160]
                yield f"{answer.status_code} {type(failure).__name__} {words}"
        kind = answer.headers.get("content-type", [""])[0]
        if answer.status_code >= 400 and not (
            kind.startswith("application/problem+json") and answer.json().get("code")
        ):
            yield f"{answer.status_code} is no problem document with a code: {kind}"

    def _point_at_something(self, case: Any) -> None:
        """Ids in the address and in the body that exist, most of the time."""
        place = _collection(case.operation)
        for name, value in (case.path_parameters or {}).items():
            known = self.ids.get(place) or self.ids["all"]
            if known and isinstance(value, str) and self.random.random() < KNOWN_IDS:
                case.path_parameters[name] = self.random.choice(known)
        if isinstance(case.body, dict):
            for name, value in case.body.items():
                if isinstance(value, str) and UUID.fullmatch(value):
                    case.body[name] = self._fitting(name, value)

    def _fitting(self, name: str, value: str) -> str:
        known = next((ids for place, ids in self.ids.items() if place.startswith(name[:6])), [])
        known = known or self.ids["all"]
        return self.random.choice(known) if self.random.random() < KNOWN_IDS else value

    def _learn_ids(self, operations: list[Any]) -> None:
        """From the lists themselves, as a director above sees them."""
        reader = self.office.client(self.port, self.office.world.county)
        for operation in operations:
            if operation.method.lower() != "get" or "{" in operation.path:
                continue
            answer = reader.get(f"{BASE}{operation.path}?limit=200")
            place = _collection(operation)
            found = UUID.findall(answer.body.decode("utf-8", "replace"))
            self.ids[place] = list(dict.fromkeys(found))[:200] or self.ids[place]
            self.ids["all"] = list(dict.fromkeys([*self.ids["all"], *found]))[:2000]
        if not self.ids["all"]:
            raise RuntimeError(f"No list shows anything; the last said {answer.body[:300]!r}")


def _collection(operation: Any) -> str:
    """`persons` of `/persons/{id}/end/`."""
    return str(operation.path).strip("/").split("/", maxsplit=1)[0]
