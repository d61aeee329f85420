"""What the OpenAPI description has to be told beyond the serializers."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

Endpoint = tuple[str, str, str, Any]


class ClientTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """A client's token in the Authorization header."""

    target_class = "actionlearning.foundation.clients.MiddlewareAuthentication"
    name = "clientToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "<space>.<random>"}


def clients_only(endpoints: list[Endpoint]) -> list[Endpoint]:
    """The same routes are mounted once more for browsers with a session: described once."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith("/api/v1/")]
