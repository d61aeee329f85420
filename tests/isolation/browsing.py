"""One request through the whole stack, undone afterwards, and what of it a reader would see."""

import io
import logging
import re
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import orjson
from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.core.signals import got_request_exception
from django.db import transaction
from django.test import RequestFactory
from rest_framework.throttling import SimpleRateThrottle

from tests.isolation.actors import Actor
from tests.isolation.filling import CANARY


@dataclass
class Answer:
    status: int
    location: str
    body: bytes
    marks: frozenset[str]
    """Canaries anywhere in headers and body, unpacked where it is a workbook."""
    error: str = ""

    @property
    def to_sign_in(self) -> bool:
        return self.status in (301, 302) and "/sign-in/" in self.location

    @property
    def refused(self) -> bool:
        return self.status in (401, 403, 404, 405) or self.to_sign_in

    @property
    def done(self) -> bool:
        return self.status < 400 and not self.to_sign_in


class Browser:
    """Sends requests as an actor; every effect is rolled back with its savepoint."""

    def __init__(self) -> None:
        self._handler = BaseHandler()
        self._handler.load_middleware()
        self._make = RequestFactory()
        self.sent = 0
        self.language = ""
        """What the browser asks for before anybody has signed in."""
        self.error = ""
        got_request_exception.connect(self._note)

    def _note(self, **_: Any) -> None:
        kind, value, trace = sys.exc_info()
        while trace and trace.tb_next:
            trace = trace.tb_next
        where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
        self.error = f"{getattr(kind, '__name__', kind)}: {value} at {where}"

    def ask(
        self,
        actor: Actor,
        method: str,
        address: str,
        body: Any = None,
        *,
        as_json: bool = False,
        then: bool = False,
    ) -> Answer:
        """`then`: a write that was accepted is followed to the page it leads to."""
        with transaction.atomic():
            answer = self._send(actor, method, address, body, as_json=as_json)
            if then and answer.status in (302, 303) and answer.location.startswith("/"):
                after = self._send(actor, "GET", answer.location)
                answer.marks |= after.marks
            transaction.set_rollback(True)
        return answer

    def _send(
        self, actor: Actor, method: str, address: str, body: Any = None, *, as_json: bool = False
    ) -> Answer:
        self.sent += 1
        self.error = ""
        response: Any = self._handler.get_response(
            self._request(actor, method, address, body, as_json=as_json)
        )
        content = b"".join(response) if response.streaming else response.content
        head = " ".join(f"{name}: {value}" for name, value in response.items())
        seen = CANARY.findall(head + _text(content))
        location = response.headers.get("Location", "")
        return Answer(response.status_code, location, content, frozenset(seen), self.error)

    def _request(self, actor: Actor, method: str, address: str, body: Any, *, as_json: bool) -> Any:
        headers = {"Authorization": f"Bearer {actor.bearer}"} if actor.bearer else {}
        if self.language:
            headers["Accept-Language"] = self.language
        data: dict[str, Any] = {}
        if method in ("POST", "PUT", "PATCH"):
            kind = "application/json" if as_json else "application/x-www-form-urlencoded"
            data = {
                "data": orjson.dumps(body or {}) if as_json else _form(body),
                "content_type": kind,
            }
        request: Any = self._make.generic(method, address, headers=headers, **data)
        if actor.session:
            request.COOKIES[settings.SESSION_COOKIE_NAME] = actor.session
        request._dont_enforce_csrf_checks = True
        return request


def _form(body: Any) -> bytes:
    from urllib.parse import urlencode

    return urlencode(body or {}, doseq=True).encode()


def _text(content: bytes) -> str:
    if content[:2] != b"PK":
        return content.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return " ".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())


@contextmanager
def unthrottled() -> Iterator[None]:
    """A probe is faster than any client; refusals are its daily bread, not worth a log line each."""
    rates, SimpleRateThrottle.THROTTLE_RATES = SimpleRateThrottle.THROTTLE_RATES, {"client": None}
    logging.disable(logging.ERROR)
    try:
        yield
    finally:
        SimpleRateThrottle.THROTTLE_RATES = rates
        logging.disable(logging.NOTSET)


@dataclass
class FormShape:
    """A form as the page offers it: where it goes and what it sends."""

    action: str = ""
    fields: dict[str, list[str]] = field(default_factory=dict)


class FormReader(HTMLParser):
    """Collects the POST forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[FormShape] = []
        self._open: FormShape | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            action = given.get("action") or given.get("hx-post") or ""
            self._open = FormShape(re.sub(r"[?#].*", "", action))
            self.forms.append(self._open)
        elif self._open is None:
            return
        elif tag in ("input", "textarea", "select") and given.get("name"):
            self._select = given["name"]
            values = self._open.fields.setdefault(given["name"], [])
            if tag == "input" and given.get("value"):
                values.append(given["value"])
        elif tag == "option" and self._select and given.get("value"):
            self._open.fields[self._select].append(given["value"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None


def forms_in(answer: Answer) -> list[FormShape]:
    reader = FormReader()
    if answer.status == 200 and b"<form" in answer.body:
        reader.feed(answer.body.decode("utf-8", "replace"))
    return reader.forms
