"""The REST interface on one readable page, made from the description the product gives of itself."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from csp.constants import HEADER
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import cached_property
from drf_spectacular.generators import SchemaGenerator

from actionlearning.foundation.views import SystemView

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_SHOWN = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Field:
    """One part of a body, a query or an answer."""

    name: str
    kind: str
    needed: bool
    words: str


@dataclass(frozen=True)
class Endpoint:
    method: str
    path: str
    words: str
    asked: list[Field]
    body: list[Field]
    answer: list[Field]
    codes: list[str]


class Description:
    """The OpenAPI document, read for people."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.parts = document["components"]["schemas"]

    @cached_property
    def groups(self) -> list[tuple[str, str, list[Endpoint]]]:
        """(anchor, first word of the address, its endpoints), in the order of the addresses."""
        found: dict[str, list[Endpoint]] = {}
        for path, operations in self.document["paths"].items():
            name = path.strip("/").split("/")[0]
            for method in _SHOWN:
                if method in operations:
                    found.setdefault(name, []).append(
                        self._endpoint(method, path, operations[method])
                    )
        return [(re.sub(r"\W", "-", name), name, ends) for name, ends in found.items()]

    def _endpoint(self, method: str, path: str, told: dict[str, Any]) -> Endpoint:
        answers = told.get("responses", {})
        good: dict[str, Any] = next(
            (body for code, body in answers.items() if code.startswith("2")), {}
        )
        return Endpoint(
            method.upper(),
            path,
            told.get("description", ""),
            [self._parameter(each) for each in told.get("parameters", ()) if each["in"] != "path"],
            self._fields(told.get("requestBody", {})),
            self._fields(good),
            sorted(answers),
        )

    def _parameter(self, told: dict[str, Any]) -> Field:
        kind = self._kind(told.get("schema", {}))
        return Field(told["name"], kind, bool(told.get("required")), told.get("description", ""))

    def _fields(self, holder: dict[str, Any]) -> list[Field]:
        media: dict[str, Any] = next(iter(holder.get("content", {}).values()), {})
        shape = self._resolved(media.get("schema", {}))
        needed = set(shape.get("required", ()))
        return [
            Field(name, self._kind(spec), name in needed, spec.get("description", ""))
            for name, spec in shape.get("properties", {}).items()
        ]

    def _kind(self, spec: dict[str, Any]) -> str:
        """Its type in a word or two; the words of a closed list one by one."""
        spec = self._resolved(spec)
        if "enum" in spec:
            return " | ".join(str(each) for each in spec["enum"] if each not in ("", None))
        several = spec.get("oneOf") or spec.get("anyOf") or spec.get("allOf")
        if several:
            return " | ".join(filter(None, dict.fromkeys(self._kind(each) for each in several)))
        kind = spec.get("type", "")
        if kind == "array" or "array" in kind:
            return f"[{self._kind(spec.get('items', {}))}]"
        words = [kind] if isinstance(kind, str) else [each for each in kind if each != "null"]
        return spec.get("format") or "".join(words)

    def _resolved(self, spec: dict[str, Any]) -> dict[str, Any]:
        named = spec.get("$ref", "").rsplit("/", 1)[-1]
        found: dict[str, Any] = self.parts.get(named, spec)
        return found


@cache
def description() -> Description:
    """Built once: it holds no row and follows from the code alone."""
    generator: Any = SchemaGenerator
    return Description(generator().get_schema(request=None, public=True))


class ApiDocs(SystemView):
    """`/api/v1/docs/`: nothing is loaded from outside, nothing needs a script."""

    def get(self, request: Any) -> HttpResponse:
        page = render(request, "desk/api_docs.html", {"groups": description().groups})
        page.headers[HEADER] = (
            POLICY  # it is a page, although it stands among answers that are none
        )
        return page
