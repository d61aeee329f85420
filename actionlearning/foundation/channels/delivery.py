"""What every kind of outgoing copy has in common. The official notice is the inbox, not these."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from django.utils.functional import Promise


class SendFailed(Exception):
    """The copy did not go out; `permanent` says that trying again changes nothing.

    `reason` is for the operator's log and never contains the secret part of an address.
    """

    def __init__(self, reason: str, permanent: bool) -> None:  # noqa: FBT001 - read as a pair
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent


class Send(Protocol):
    """Hand one message over, outside any transaction. Raises SendFailed."""

    def __call__(self, address: str, secret: str, *, key: str, subject: str, text: str) -> None: ...


@dataclass(frozen=True)
class Channel:
    """One kind; `key` given to `send` is the delivery's own, equal at each try.

    `check_address` raises ValidationError for an address that can never work.
    """

    name: str
    label: str | Promise
    send: Send
    check_address: Callable[[str], None]
    takes_secret: bool
