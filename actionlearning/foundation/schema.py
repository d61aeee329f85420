"""What the OpenAPI description has to be told beyond the serializers."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

Endpoint = tuple[str, str, str, Any]
ALWAYS = (400, 401, 403, 404, 422, 429)
"""Refusals that any call may get: no token, not for this client, unknown or hidden, wrong input, too often."""
OF_WRITES = (409, 412, 415)
_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


class ClientTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """A client's token in the Authorization header."""

    target_class = "actionlearning.foundation.clients.MiddlewareAuthentication"
    name = "clientToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "<space>.<random>"}


def clients_only(endpoints: list[Endpoint]) -> list[Endpoint]:
    """The same routes are mounted once more for browsers with a session: described once."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith("/api/v1/")]


def problems_everywhere(result: dict[str, Any], **_context: Any) -> dict[str, Any]:
    """Every refusal is a problem document; those that need no endpoint of their own are told once, here."""
    for operations in result["paths"].values():
        for method, operation in operations.items():
            told = operation.setdefault("responses", {})
            for code in (*ALWAYS, *(OF_WRITES if method != "get" else ())):
                told.setdefault(str(code), {"description": ""})
            for code, answer in told.items():
                if code[0] == "4":
                    answer["content"] = _PROBLEM
            operation["responses"] = dict(sorted(told.items()))
    return result


def lists_as_sent(result: dict[str, Any], **_context: Any) -> dict[str, Any]:
    """A list is one object with its rows in `results`; the generator takes every list for a bare array."""
    parts = result["components"]["schemas"]
    for operations in result["paths"].values():
        for answer in operations.get("get", {}).get("responses", {}).values():
            for content in answer.get("content", {}).values():
                content["schema"] = _envelope(content["schema"], parts)
    return result


def _envelope(schema: dict[str, Any], parts: dict[str, Any]) -> dict[str, Any]:
    if schema.get("type") != "array":
        return schema
    row = schema["items"]
    known = parts.get(row.get("$ref", "").rsplit("/", 1)[-1], {})
    if "results" in known.get("properties", {}):
        return row
    rows = {"results": schema, "next_cursor": {"type": ["string", "null"]}}
    return {"type": "object", "properties": rows, "required": ["results"]}
