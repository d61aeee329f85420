"""One POST to an address a tenant typed in, so that it cannot be turned against our own network.

The host is resolved once, every answer is checked, and the connection goes to a checked address
(a second look-up could say something else). TLS is verified against the host name.
"""

import contextlib
import http.client
import ipaddress
import json
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from actionlearning.foundation.channels.delivery import SendFailed

TIMEOUT = 10.0  # seconds, for the whole exchange after the look-up
RESPONSE_LIMIT = 64 * 1024
ADDRESSES_TRIED = 2
TRY_AGAIN = frozenset({408, 425, 429})

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], list[str]]

# Beyond what `is_global` knows everywhere: metadata services of clouds, site-local addresses.
_REFUSED = tuple(
    ipaddress.ip_network(network) for network in ("168.63.129.16/32", "192.0.0.0/24", "fec0::/10")
)
# Ways to write an IPv4 address inside an IPv6 one, and where it stands (bits from the right).
_CARRIERS = (
    (ipaddress.ip_network("::ffff:0:0/96"), 0),
    (ipaddress.ip_network("::ffff:0:0:0/96"), 0),
    (ipaddress.ip_network("::/96"), 0),
    (ipaddress.ip_network("64:ff9b::/96"), 0),
    (ipaddress.ip_network("2002::/16"), 80),
)


@dataclass(frozen=True)
class Target:
    """A parsed web address: `path` includes the query."""

    scheme: str
    host: str
    port: int
    path: str


def post_json(
    url: str, body: Mapping[str, object], *, key: str, resolve: Resolve | None = None
) -> dict[str, object]:
    """Send `body`, answer with the object the server answered with. Raises SendFailed."""
    target = _target(url)
    addresses = _checked_addresses(target, resolve or resolve_host)
    content = json.dumps(body, ensure_ascii=False).encode(errors="replace")
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Accept": "application/json",
        "Idempotency-Key": quote(key, safe="!#$&'()*+,/:;=?@[]~ "),
        "Connection": "close",
    }
    status, answer = _exchange(target, addresses, content, headers)
    if not 200 <= status < 300:
        permanent = status < 500 and status not in TRY_AGAIN
        raise SendFailed(f"{target.host} answered {status}", permanent=permanent)
    return _object(target, answer)


def post_bytes(
    url: str, content: bytes, headers: Mapping[str, str], *, resolve: Resolve | None = None
) -> int:
    """Send `content`, answer with the status; what the server says beside it is not looked at.

    Raises SendFailed where nothing was answered; permanent for an address outside the open internet.
    """
    target = _target(url)
    addresses = _checked_addresses(target, resolve or resolve_host)
    return _exchange(target, addresses, content, {**headers, "Connection": "close"})[0]


def check_reachable(url: str, *, resolve: Resolve | None = None) -> None:
    """Whether an address can be right and its host lies in the open internet now. Raises SendFailed."""
    _checked_addresses(_target(url), resolve or resolve_host)


def check_url(url: str) -> None:
    """Whether the form of an address can be right; where its host lies is checked at each send."""
    try:
        _target(url)
    except SendFailed:
        raise ValidationError(
            _("Enter an address that begins with https:// and contains no user name."),
            code="invalid",
        ) from None


def resolve_host(host: str, port: int) -> list[str]:
    """The addresses of a host, in the system's order of preference."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Whether an address lies in the open internet, in whichever way it is written."""
    try:
        ip: IPAddress = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        for network, shift in _CARRIERS:
            if ip in network:
                return is_public(str(ipaddress.IPv4Address(int(ip) >> shift & 0xFFFFFFFF)))
    if any(ip in network for network in _REFUSED):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def _target(url: str) -> Target:
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").encode("idna").decode()
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except (ValueError, UnicodeError):
        raise SendFailed("not a web address", permanent=True) from None
    schemes = {"https", "http"} if _loopback_allowed() else {"https"}
    if parts.scheme not in schemes or not host or "@" in parts.netloc:
        raise SendFailed("not a web address", permanent=True)
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    if not path.isascii() or not path.isprintable() or " " in path:
        raise SendFailed("not a web address", permanent=True)
    return Target(parts.scheme, host, port, path)


def _checked_addresses(target: Target, resolve: Resolve) -> list[str]:
    try:
        addresses = resolve(target.host, target.port)
    except OSError as problem:
        raise SendFailed(f"{target.host} cannot be found", permanent=False) from problem
    loopback = _loopback_allowed() and all(_is_loopback(address) for address in addresses)
    # One bad answer among good ones is an attempt, not an accident.
    if not addresses or not (loopback or all(map(is_public, addresses))):
        raise SendFailed(f"{target.host} is not in the open internet", permanent=True)
    if target.scheme == "http" and not loopback:
        raise SendFailed(f"{target.host} is not encrypted", permanent=True)
    return addresses[:ADDRESSES_TRIED]


def _loopback_allowed() -> bool:
    """Only for tests and proofs: a receiver on this machine, also without TLS."""
    return bool(getattr(settings, "AL_WEBHOOK_ALLOW_LOOPBACK", False))


def _is_loopback(address: str) -> bool:
    return address == "127.0.0.1"


class _Connection(http.client.HTTPConnection):
    """Goes to one checked address, speaks to `target.host`, and can be cut when its time is over."""

    line: socket.socket  # stays when `sock` is taken away, once the answer begins

    def __init__(self, target: Target, address: str) -> None:
        super().__init__(target.host, target.port, timeout=TIMEOUT)
        self.default_port = 443 if target.scheme == "https" else 80
        self.encrypted = target.scheme == "https"
        self.address = address
        self.was_cut = False

    def connect(self) -> None:
        self.sock = self.line = socket.create_connection((self.address, self.port), TIMEOUT)
        if self.encrypted:
            # The handshake waits for the clock: a server could draw it out byte by byte.
            self.sock = self.line = ssl.create_default_context().wrap_socket(
                self.line, server_hostname=self.host, do_handshake_on_connect=False
            )

    def shake_hands(self) -> None:
        if isinstance(self.sock, ssl.SSLSocket):
            self.sock.do_handshake()

    def cut(self) -> None:
        self.was_cut = True
        with contextlib.suppress(OSError):
            # Not the TLS way of ending: another thread is reading from the same object.
            socket.socket.shutdown(self.line, socket.SHUT_RDWR)


def _exchange(
    target: Target, addresses: list[str], content: bytes, headers: Mapping[str, str]
) -> tuple[int, bytes]:
    """Status and body. Redirects are not followed: http.client knows none."""
    connection = _connected(target, addresses)
    clock = threading.Timer(TIMEOUT, connection.cut)
    clock.daemon = True
    clock.start()
    try:
        connection.shake_hands()
        connection.request("POST", target.path, body=content, headers=dict(headers))
        with connection.getresponse() as response:
            answer = response.read(RESPONSE_LIMIT + 1)
    except (OSError, http.client.HTTPException) as problem:
        raise SendFailed(f"{target.host}: {type(problem).__name__}", permanent=False) from problem
    finally:
        clock.cancel()
        connection.close()
    if connection.was_cut:
        raise SendFailed(f"{target.host} took too long", permanent=False)
    return response.status, answer


def _connected(target: Target, addresses: list[str]) -> _Connection:
    failure: OSError | None = None
    for address in addresses:
        connection = _Connection(target, address)
        try:
            connection.connect()
        except OSError as problem:
            failure = problem
        else:
            return connection
    raise SendFailed(f"{target.host} cannot be reached", permanent=False) from failure


def _object(target: Target, answer: bytes) -> dict[str, object]:
    if len(answer) > RESPONSE_LIMIT:
        raise SendFailed(f"{target.host} answered too much", permanent=True)
    try:
        parsed = json.loads(answer)
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        raise SendFailed(f"{target.host} did not answer as a robot does", permanent=True)
    return parsed
