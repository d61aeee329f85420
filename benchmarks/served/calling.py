"""A client of the running product: one line to the server, kept open, with a session or a token."""

import http.client
import json
import secrets
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

PATIENCE = 120.0  # seconds
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Answer:
    """`status` 0: the line broke before an answer came. Header names are in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    seconds: float = 0.0

    @property
    def done(self) -> bool:
        return self.status in (200, 201, 204) or (
            self.status in (302, 303) and "/sign-in/" not in self.headers.get("location", "")
        )

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Caller:
    """Whoever holds `session` or `bearer`; neither: a stranger."""

    port: int
    name: str = "nobody"
    session: str = ""
    bearer: str = ""
    language: str = "en"
    _line: http.client.HTTPConnection | None = None

    def connect(self) -> None:
        if self._line is None:
            self._line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
            self._line.connect()

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def get(self, path: str, **headers: str) -> Answer:
        return self.send("GET", path, b"", headers)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """JSON to the REST interface."""
        told = {"Content-Type": "application/json", **headers}
        return self.send(method, path, json.dumps(body).encode(), told)

    def fill_in(self, path: str, **fields: Any) -> Answer:
        """A form of a page."""
        return self.send(
            "POST", path, urlencode(fields, doseq=True).encode(), {"Content-Type": FORM}
        )

    def upload(
        self, path: str, name: str, content: bytes, field_name: str = "file", **fields: str
    ) -> Answer:
        mark = uuid.uuid4().hex
        parts = [_part(mark, f'name="{key}"', value.encode()) for key, value in fields.items()]
        parts.append(
            _part(mark, f'name="{field_name}"; filename="{_quoted(name)}"', content, "x/x")
        )
        body = b"".join(parts) + f"--{mark}--\r\n".encode()
        kind = f"multipart/form-data; boundary={mark}"
        return self.send("POST", path, body, {"Content-Type": kind})

    def send(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Headers may be given as `If_Match`. A line that breaks is an answer with status 0."""
        told = self._headers() | {key.replace("_", "-"): value for key, value in headers.items()}
        began = time.monotonic()
        try:
            self.connect()
            self._line.request(method, path, body or None, told)  # type: ignore[union-attr]
            found = self._line.getresponse()  # type: ignore[union-attr]
            content = found.read()
        except (OSError, http.client.HTTPException):
            self.close()
            return Answer(0, seconds=time.monotonic() - began)
        named = {key.lower(): value for key, value in found.getheaders()}
        return Answer(found.status, named, content, time.monotonic() - began)

    def _headers(self) -> dict[str, str]:
        told = {"Host": f"127.0.0.1:{self.port}", "Accept-Language": self.language}
        if self.bearer:
            return told | {"Authorization": f"Bearer {self.bearer}"}
        csrf = secrets.token_hex(16)
        told |= {"Cookie": f"csrftoken={csrf}", "X-CSRFToken": csrf}
        if self.session:
            told["Cookie"] += f"; sessionid={self.session}"
        return told


def _part(mark: str, about: str, content: bytes, kind: str = "") -> bytes:
    head = f"--{mark}\r\nContent-Disposition: form-data; {about}\r\n"
    head += f"Content-Type: {kind}\r\n" if kind else ""
    return head.encode("utf-8", "surrogatepass") + b"\r\n" + content + b"\r\n"


def _quoted(name: str) -> str:
    """As browsers write it: these three characters would end the header."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def statuses(answers: Sequence[Answer]) -> str:
    return " ".join(str(answer.status) for answer in answers)
