"""What can be refused, once for every edge: pages, API, tasks and commands translate these."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Cited:
    """A sentence of the programme's own plan that refuses, for people and for programs.

    `rule` are the ids it carries (`P2-84`), '' in a plan that names none.
    """

    rule: str
    clause: str
    text: str


class Refusal(Exception):
    """A request that is understood and refused; `message` is for people, `code` for programs.

    `more` are members of the problem document beyond the usual ones, as plain data.
    """

    status = 409

    def __init__(
        self,
        message: str,
        *,
        code: str = "refused",
        rule: str | None = None,
        cited: Iterable[Cited] = (),
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.cited = tuple(cited)
        self.more = dict(more or {})
        self.rule = rule or ", ".join(each.rule for each in self.cited if each.rule) or None


class RuleBroken(Refusal):
    """A rule of the programme or of the workflow says no (409)."""


class BadInput(Refusal):
    """The words typed in cannot be accepted (422); `fields` maps a field name to its message."""

    status = 422

    def __init__(
        self,
        message: str,
        *,
        fields: Mapping[str, str] | None = None,
        code: str = "invalid",
        rule: str | None = None,
        cited: Iterable[Cited] = (),
    ) -> None:
        super().__init__(message, code=code, rule=rule, cited=cited)
        self.fields = dict(fields or {})


class Stale(Refusal):
    """Somebody changed the thing after this reader saw it (412)."""

    status = 412


class NotAllowed(Refusal):
    """The actor may see the thing and may not do this to it (403)."""

    status = 403
