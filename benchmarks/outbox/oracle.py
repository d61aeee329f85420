"""A second opinion in plain Python: which notices and copies there must be, knowing nothing of the product.

It is told the ladder, when somebody looked, and between which two instants each unit had sent its item.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

ABSENT, TOLD, RETRACTED, SKIPPED = "absent", "told", "retracted", "skipped"


@dataclass(frozen=True)
class Rung:
    """`upward`: told to the holder above; otherwise to the unit's own; `vacant`: to an empty post."""

    ordinal: int
    at: datetime
    kind: str
    upward: bool = False
    vacant: bool = False


@dataclass(frozen=True)
class Look:
    """From `begin` on the clock somebody looked again and again; by `end` nothing was left to do.

    `waiting`: the notices seen at `end` to wait for the next day's copy, because their reader had
    had that day's copy before they were written: one copy a person and day.
    """

    begin: datetime
    end: datetime
    day: str
    waiting: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Duty:
    """`met`: before the first instant it surely was not, after the second it surely was."""

    key: str
    holder: str
    above: str
    met: tuple[datetime, datetime] | None


@dataclass(frozen=True)
class Notice:
    """A line of an inbox as found; `digest` is `day:recipient` of the copy that carried it.

    `history`: for whoever reads a verdict.
    """

    key: str
    recipient: str
    state: str
    digest: str
    history: str = ""


@dataclass
class Verdict:
    """What was found wanting, each by its key."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.wrong)


@dataclass(frozen=True)
class Expected:
    recipient: str
    states: frozenset[str]
    day: str
    """The first day on which a copy may carry it."""
    copied: bool
    """Whether a copy must have gone out: not where the item may have come before its turn."""


def expected(
    duties: Iterable[Duty], rungs: Sequence[Rung], looks: list[Look]
) -> dict[str, Expected]:
    """Every notice by its key; where the item came while somebody looked, two outcomes are right."""
    return dict(pair for duty in duties for rung in rungs for pair in _of(duty, rung, rungs, looks))


def _of(
    duty: Duty, rung: Rung, rungs: Sequence[Rung], looks: list[Look]
) -> Iterator[tuple[str, Expected]]:
    look = next((look for look in looks if rung.at <= look.begin), None)
    if look is None:
        return
    successor = any(other.ordinal > rung.ordinal and other.at <= look.begin for other in rungs)
    skipped = rung.kind == "reminder" and successor
    states = _states(duty, look, skipped=skipped)
    recipient = "" if rung.vacant else duty.above if rung.upward else duty.holder
    key = f"{duty.key}:1:{rung.ordinal}:{recipient or 'vacant'}"
    place = looks.index(look) + (key in look.waiting)
    turn = looks[place] if place < len(looks) else None
    unmet = turn is not None and (duty.met is None or duty.met[0] >= turn.end)
    yield key, Expected(recipient, states, look.day, bool(recipient) and not skipped and unmet)


def _states(duty: Duty, look: Look, *, skipped: bool) -> frozenset[str]:
    if duty.met is None:
        return frozenset({SKIPPED if skipped else TOLD})
    first, last = duty.met
    if last <= look.begin:
        return frozenset({ABSENT})
    after = SKIPPED if skipped else RETRACTED
    return frozenset({after}) if first >= look.end else frozenset({ABSENT, after})


def judge(
    wanted: Mapping[str, Expected],
    notices: Sequence[Notice],
    accepted: set[str],
    days: set[str],
) -> Verdict:
    """`accepted`: the copies that arrived, as `day:recipient`; `days`: on which copies may be made."""
    verdict = Verdict()
    found = {notice.key: notice for notice in notices}
    for key, want in wanted.items():
        _judge_notice(key, want, found.get(key), accepted, verdict)
    verdict.wrong += [key for key in found if key not in wanted]
    told = Counter((key.rsplit(":", 1)[0], notice.recipient) for key, notice in found.items())
    verdict.doubled += [str(line) for line, count in told.items() if count > 1]
    may_be = {want.recipient for want in wanted.values() if want.states - {ABSENT, SKIPPED}}
    for copy in accepted:
        day, recipient = copy.split(":")
        if recipient not in may_be or day not in days:
            verdict.wrong.append(copy)
    return verdict


def _judge_notice(
    key: str, want: Expected, notice: Notice | None, accepted: set[str], verdict: Verdict
) -> None:
    state = notice.state if notice else ABSENT
    if state not in want.states:
        (verdict.lost if state == ABSENT else verdict.wrong).append(f"{key} is {state}")
        return
    if notice is None or not want.copied:
        return
    if notice.digest not in accepted:
        verdict.lost.append(f"{key}: no copy, {notice.history}")
    elif notice.digest.split(":")[0] < want.day:
        verdict.wrong.append(f"{key}: copied on {notice.digest}")
