"""Who is at the other end: headers of a proxy count only when they come from a proxy that we know."""

import ipaddress
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.conf import settings

Networks = tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]
FORWARDED = (
    *("HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST"),
    *("HTTP_X_FORWARDED_PORT", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_X_REQUEST_ID"),
)


def drop_foreign_headers(meta: dict[str, Any]) -> bool:
    """Forget what somebody else than our proxy forwarded; True when the proxy itself speaks."""
    if settings.AL_BEHIND_PROXY and is_within(meta.get("REMOTE_ADDR", ""), settings.AL_PROXIES):
        return True
    for name in FORWARDED:
        meta.pop(name, None)
    return False


def client_address(meta: dict[str, Any]) -> str:
    """The first address, seen from us, that is not one of our proxies."""
    hops = [hop.strip() for hop in meta.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    address = str(meta.get("REMOTE_ADDR", ""))
    while hops and is_within(address, settings.AL_PROXIES):
        address = hops.pop()
    return address


@lru_cache(maxsize=4096)
def is_within(address: str, networks: Networks) -> bool:
    """False for what is no address."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return any(found in network for network in networks)


def networks(words: Iterable[str]) -> Networks:
    """Raises ValueError, naming the word that is no address and no network."""
    return tuple(ipaddress.ip_network(word.strip()) for word in words if word.strip())
