"""What must fit together in one rule and in its notices. None is a value that could not be read."""

from dataclasses import dataclass
from typing import Any

from programmes.packs.format import Notices, Pack, RuleSpec, Rung
from programmes.packs.problems import Place, gettext_noop
from programmes.packs.shapes import month_number
from programmes.packs.vocabulary import FIRED

OF_KIND: dict[str, tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]] = {
    "once": ((("by",),), ()),
    "monthly": ((("day",),), ("clamp", "first_month", "partial_first", "closes_after_months")),
    "window": ((("from", "to"), ("phase",)), ("partial_first",)),
    "series": ((("every", "total"),), ("anchor", "partial_first")),
    "milestone": ((("month",),), ()),
    "event": ((("after", "working_days"),), ()),
    "standing": ((("by",), ("working_days",)), ()),
}
"""Kind → the ways to say when, of which one is needed whole, and what else it may be told."""

KIND_KEYS = tuple(
    dict.fromkeys(
        key for ways, further in OF_KIND.values() for keys in (*ways, further) for key in keys
    )
)
COUNTED = ("monthly", "window")
SHORTEST_MONTH = 28


def backwards(span: Any) -> bool:
    """Whether something with `from` and `to` would end before it begins."""
    if span is None or span.from_ is None or span.to is None:
        return False
    return month_number(span.from_) > month_number(span.to)


def check_span(span: Any, place: Place) -> None:
    if backwards(span):
        place.child("to").say(
            gettext_noop("it ends in %(to)s, before it begins in %(begin)s"),
            to=span.to,
            begin=span.from_,
        )


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a rule refers to in the rest of its pack."""

    first: str | None
    last: str | None
    phases: dict[str, bool]
    """Key → whether its months are given."""
    bodies: frozenset[str]
    depth: int | None
    papers: dict[str, str | None]
    """Kind → whose paper it is."""

    @classmethod
    def of(cls, pack: Pack) -> "Surroundings":
        period = pack.period if not backwards(pack.period) else None
        return cls(
            first=period.from_ if period else None,
            last=period.to if period else None,
            phases={row.key: bool(row.from_ and row.to) for row in pack.phases or () if row},
            bodies=frozenset(row.key for row in pack.bodies or () if row),
            depth=pack.topics.max_depth if pack.topics else None,
            papers={row.kind: row.about for row in pack.papers or () if row and row.kind},
        )

    def check_inside(self, month: str | None, place: Place) -> None:
        if month is None or self.first is None or self.last is None:
            return
        if not month_number(self.first) <= month_number(month) <= month_number(self.last):
            place.say(
                gettext_noop("%(month)s lies outside the programme (%(first)s to %(last)s)"),
                month=month,
                first=self.first,
                last=self.last,
            )


def check_rule(rule: RuleSpec, place: Place, around: Surroundings) -> None:
    _check_kind(rule, place)
    _check_numbers(rule, place)
    _check_day(rule, place)
    _check_references(rule, place, around)
    _check_standing_in_pack(rule, place)
    _check_waits(rule, place.child("waits_for"), around)
    if rule.remind is not None:
        _check_remind(rule.remind, place.child("remind"))
    if rule.ladder is not None:
        _check_ladder(rule.ladder, place.child("ladder"))


def check_notices(notices: Notices, place: Place) -> None:
    _check_remind(notices.remind or (), place.child("remind"))
    _check_ladder(notices.ladder or (), place.child("ladder"))


def _check_kind(rule: RuleSpec, place: Place) -> None:
    if rule.kind is None:
        return
    ways, further = OF_KIND[rule.kind]
    known = {key for way in ways for key in way} | set(further)
    for key in KIND_KEYS:
        if place.has(key) and key not in known:
            place.child(key).say(
                gettext_noop("“%(key)s” means nothing to a %(kind)s rule"), key=key, kind=rule.kind
            )
    told = {key for way in ways for key in way if place.has(key)}
    if told not in [set(way) for way in ways]:
        place.say(
            gettext_noop("a %(kind)s rule needs: %(keys)s"),
            kind=rule.kind,
            keys=" | ".join(" + ".join(way) for way in ways),
        )


def _check_numbers(rule: RuleSpec, place: Place) -> None:
    if rule.max is not None and rule.min is not None and rule.max < rule.min:
        place.child("max").say(
            gettext_noop("“%(high)s” (%(most)s) is below “%(low)s” (%(least)s)"),
            high="max",
            most=rule.max,
            low="min",
            least=rule.min,
        )
    closes = rule.closes_after_days
    if closes is not None and rule.grace_days is not None and closes < rule.grace_days:
        place.child("closes_after_days").say(
            gettext_noop("it would close before the grace days end")
        )
    if closes is not None and rule.closes_after_months is not None:
        place.child("closes_after_months").say(
            gettext_noop("closing is given in days or in months, not in both")
        )
    check_span(rule, place)
    if rule.nil and rule.kind not in (*COUNTED, None):
        place.child("nil").say(gettext_noop("only a counted duty can be answered with nil"))


def _check_day(rule: RuleSpec, place: Place) -> None:
    day = rule.day
    if isinstance(day, int) and day > SHORTEST_MONTH and not rule.clamp:
        place.child("day").say(
            gettext_noop("not every month has a day %(day)s: write “end”, or add “clamp: true”"),
            day=day,
        )
    if rule.clamp and day is not None and (day == "end" or int(day) <= SHORTEST_MONTH):
        place.child("clamp").say(gettext_noop("“clamp” is for the days 29 to 31"))
    if day == 1 and rule.inclusive is False:
        place.child("day").say(
            gettext_noop("“before the 1st” leaves no day of the month: name the month before")
        )


def _check_references(rule: RuleSpec, place: Place, around: Surroundings) -> None:
    for key, month in (
        ("first_month", rule.first_month),
        ("by", rule.by),
        ("from", rule.from_),
        ("to", rule.to),
        ("anchor", rule.anchor),
        ("month", rule.month),
    ):
        around.check_inside(month, place.child(key))
    if rule.phase is not None and rule.phase not in around.phases:
        place.child("phase").say(gettext_noop("the pack has no phase “%(name)s”"), name=rule.phase)
    elif rule.phase is not None and not around.phases[rule.phase]:
        place.child("phase").say(
            gettext_noop("the phase “%(name)s” has no months: say “from” and “to” there"),
            name=rule.phase,
        )
    if rule.body is not None and rule.body not in around.bodies:
        place.child("body").say(gettext_noop("the pack has no body “%(name)s”"), name=rule.body)
    if (
        rule.project_level is not None
        and around.depth is not None
        and rule.project_level > around.depth
    ):
        place.child("project_level").say(
            gettext_noop("projects are only %(depth)s deep"), depth=around.depth
        )


AWAITED = {"unit": ("unit", "project"), "project": ("unit", "project"), "owner_office": ("owner",)}
"""Who owes a duty → whose papers lie on its way: those of the same organisation."""


def _check_waits(rule: RuleSpec, place: Place, around: Surroundings) -> None:
    waits = rule.waits_for or ()
    if len(set(waits)) < len(waits):
        place.say(gettext_noop("a paper is named twice"))
    for kind in dict.fromkeys(waits):
        about = around.papers.get(kind)
        if kind not in around.papers:
            place.say(gettext_noop("the pack's “papers” have no “%(name)s”"), name=kind)
        elif kind == rule.deliverable:
            place.say(gettext_noop("a duty does not wait for the paper that it asks for"))
        elif about and rule.owed_by and about not in AWAITED.get(rule.owed_by, ()):
            place.say(
                gettext_noop("“%(name)s” is not a paper of whoever owes this duty"), name=kind
            )


def _check_standing_in_pack(rule: RuleSpec, place: Place) -> None:
    """Keys that go together whatever the kind."""
    if rule.deliverable is not None and (rule.deliverable == "body") != place.has("body"):
        place.child("body").say(
            gettext_noop(
                "“body” names the template where the deliverable is a body, and only there"
            )
        )
    if rule.owed_by not in {"project", None} and rule.project_level is not None:
        place.child("project_level").say(
            gettext_noop("only a duty of projects has a “project_level”")
        )
    if rule.enabled and rule.after is not None and rule.after not in FIRED:
        place.child("after").say(
            gettext_noop(
                "no act of the product sets off “%(name)s” yet: leave the rule switched off"
            ),
            name=rule.after,
        )
    if rule.enabled is False and not place.has("note"):
        place.child("enabled").say(gettext_noop("a rule that is switched off says why in “note”"))


def _check_remind(offsets: tuple[int, ...], place: Place) -> None:
    if list(offsets) != sorted(set(offsets), reverse=True):
        place.say(gettext_noop("reminders are listed from the earliest to the due day, each once"))


def _check_ladder(ladder: tuple[Rung, ...], place: Place) -> None:
    reached = 0
    told: set[tuple[int, str]] = set()
    for rung, at in zip(ladder, place.items(), strict=False):
        if rung is None or rung.after is None:
            continue
        if rung.after < reached:
            at.child("after").say(gettext_noop("the ladder goes down: a later step comes sooner"))
        if (rung.after, rung.to) in told:
            at.child("to").say(gettext_noop("the same post would be told twice on one day"))
        told.add((rung.after, rung.to))
        reached = rung.after
