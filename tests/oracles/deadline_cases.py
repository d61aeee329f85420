"""Generated deadline cases, and one case put to the engine and to the oracle."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from random import Random
from zoneinfo import ZoneInfo

from programmes import calendar as engine
from programmes.calendar.seed import guangxi_scope, national_scope
from tests.oracles import deadlines as oracle

ZONES = [
    "Asia/Shanghai",
    "UTC",
    "Asia/Tokyo",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Urumqi",
    "Asia/Tehran",
    "Asia/Beirut",
    "Asia/Amman",
    "Asia/Damascus",
    "Asia/Gaza",
    "Asia/Pyongyang",
    "Asia/Hovd",
    "Asia/Vladivostok",
    "Asia/Kabul",
    "Europe/Berlin",
    "Europe/London",
    "Europe/Moscow",
    "Europe/Istanbul",
    "Europe/Lisbon",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Africa/Khartoum",
    "Africa/Windhoek",
    "Atlantic/Azores",
    "America/New_York",
    "America/Los_Angeles",
    "America/St_Johns",
    "America/Sao_Paulo",
    "America/Havana",
    "America/Asuncion",
    "America/Santiago",
    "America/Caracas",
    "America/Scoresbysund",
    "Australia/Lord_Howe",
    "Australia/Adelaide",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Pacific/Fakaofo",
]
KINDS = ("once", "monthly", "window", "series", "milestone", "event", "standing")
POLICIES = ("keep", "previous", "next")
PARTIALS = ("skip", "full", "prorate")
LANDS = 5
FIRST_YEAR, LAST_YEAR = 2000, 2039
YEARS = (*range(FIRST_YEAR, LAST_YEAR + 1), 2003, 2003)  # the last without an arrangement
MICROSECOND = timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
INSTANTS = ("opens_at", "due_at", "grace_ends_at", "closes_at", "soon_at")


@cache
def scopes(number):
    """Plain week; nation; nation with Guangxi; and two with invented regions and counties."""
    if number < 3:
        return ((), (national_scope(),), (guangxi_scope(), national_scope()))[number]
    random = Random(number)
    levels = (engine.ScopeLevel.COUNTY, engine.ScopeLevel.REGION)
    return (*(_invented(random, level) for level in levels[: number - 2]), national_scope())


def _invented(random, level):
    days = {}
    for year in range(FIRST_YEAR - 1, LAST_YEAR + 4):
        for _ in range(random.randint(2, 9)):
            first = date(year, 1, 1) + timedelta(days=random.randrange(355))
            kind = random.choice(list(engine.DayKind))
            for offset in range(random.randint(1, 9)):
                days[first + timedelta(days=offset)] = engine.DayEntry(kind, "invented")
    return engine.CalendarScope(level, "invented", days, frozenset({2020}))


@cache
def work_calendar(number):
    return engine.WorkCalendar(scopes(number))


@cache
def land(number):
    layers = [{day: str(e.kind) for day, e in scope.days.items()} for scope in scopes(number)]
    published = range(2004, 2027) if number else ()
    return oracle.Land(layers, published)


def generated(seed):
    """One case as plain data."""
    random = Random(seed)
    start = date(random.choice(YEARS), random.randint(1, 12), 1)
    if random.random() < 0.5:
        start += timedelta(days=random.randrange(28))
    end = start + timedelta(days=random.choice((27, 60, 95, 150, 214, 457)))
    case = {
        "kind": random.choice(KINDS),
        "zone": random.choice(ZONES),
        "land": random.randrange(LANDS),
        "start": start,
        "end": end,
        **_terms(random, start),
    }
    return {**case, **_particulars(random, case), **_probes(random, case)}


def _terms(random, start):
    minimum, grace = random.randint(1, 4), random.choice((0, 0, 3, 10))
    ladder = [(random.randint(0, 8), f"post-{n}", f"text-{n}") for n in range(random.randint(0, 3))]
    return {
        "minimum": minimum,
        "maximum": random.choice((None, minimum, minimum + 2)),
        "inclusive": random.random() < 0.7,
        "day_policy": random.choice(POLICIES),
        "opens_before_days": random.choice((0, 0, 7, 40)),
        "grace_days": grace,
        "closes_after_days": random.choice((None, grace, grace + 15)),
        "first_month": random.choice((None, None, 1, 2, f"{start:%Y-%m}")),
        "partial_first": random.choice(PARTIALS),
        "remind": random.choice(((3, 1, 0), (5, 2), (0,), ())),
        "ladder": ladder,
    }


def _particulars(random, case):
    own = {
        "once": _once,
        "monthly": _monthly,
        "window": _window,
        "series": _series,
        "milestone": _milestone,
        "event": _event,
        "standing": _standing,
    }
    return own[case["kind"]](random, case)


def _day(random, case):
    """Any day of the programme; often one at which the zone changes its clocks."""
    start = case["start"]
    changes = [
        oracle.EPOCH + timedelta(days=second // oracle.DAY + random.randint(-1, 1))
        for second in oracle.clock(case["zone"]).ends[:-1]
        if 0 <= second // oracle.DAY - (start - oracle.EPOCH).days < 400
    ]
    if changes and random.random() < 0.5:
        return random.choice(changes)
    return start + timedelta(days=random.randrange(-5, 400))


def _day_or_month(random, case):
    day = _day(random, case)
    return random.choice((day, day, random.randint(1, 9), f"{day:%Y-%m}"))


def _once(random, case):
    return {"due": _day_or_month(random, case)}


def _monthly(random, case):
    days = (1, 2, 15, 25, 28, 29, 30, 31)[0 if case["inclusive"] else 1 :]
    by_month = case["closes_after_days"] is None
    return {
        "day": random.choice((None, None, *days)),
        "clamp": random.random() < 0.8,
        "closes_after_months": random.choice((None, 0, 2)) if by_month else None,
    }


def _window(random, case):
    first, last = _day(random, case), _day(random, case)
    if last < first and random.random() < 0.9:
        first, last = last, first
    return {
        "first": random.choice((first, f"{first:%Y-%m}")),
        "last": random.choice((last, last, f"{last:%Y-%m}", 9)),
    }


def _series(random, case):
    anchor = random.choice((None, random.randint(1, 4), f"{_day(random, case):%Y-%m}"))
    return {"every": random.randint(1, 4), "total": random.randint(1, 5), "anchor": anchor}


def _milestone(random, case):
    return {"month": random.choice((random.randint(1, 9), f"{_day(random, case):%Y-%m}"))}


def _event(random, case):
    day = _day(random, case)
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    if random.random() < 0.1:
        at_nine = datetime.combine(day, time(9), ZoneInfo(case["zone"])).astimezone(UTC)
        return {"working_days": random.randint(1, 4), "triggered_at": at_nine}
    at = midnight + timedelta(microseconds=random.randrange(oracle.DAY * oracle.SECOND))
    return {"working_days": random.randint(1, 25), "triggered_at": at}


def _standing(random, case):
    if random.random() < 0.5:
        return {"working_days": random.randint(1, 40), "due": None}
    return {"working_days": None, "due": _day_or_month(random, case)}


def _probes(random, case):
    """Membership, pieces of evidence and a return, to be asked of both."""
    first = datetime(case["start"].year, case["start"].month, case["start"].day, tzinfo=UTC)
    hours = random.sample(range(24 * 300), 5)
    left = random.choice((None, case["start"] + timedelta(days=random.randrange(200))))
    return {
        "joined_on": case["start"] + timedelta(days=random.randrange(-30, 120)),
        "left_on": left,
        "pieces": [
            (first + timedelta(hours=h), random.randint(1, 3), random.choice((None, None, first)))
            for h in hours
        ],
        "returned_at": first + timedelta(hours=hours[0], microseconds=random.randrange(3)),
        "return_days": random.randint(1, 5),
    }


def schedule_of(case):
    """The case as the engine's schedule."""

    def month(ref):
        return None if ref is None else engine.Month(ref)

    def due(value):
        return value if value is None or isinstance(value, date) else engine.Month(value)

    own = {
        "once": lambda: {"due": due(case["due"])},
        "monthly": lambda: {name: case[name] for name in ("day", "clamp", "closes_after_months")},
        "window": lambda: {"first": due(case["first"]), "last": due(case["last"])},
        "series": lambda: {
            "every": case["every"],
            "total": case["total"],
            "anchor": month(case["anchor"]),
        },
        "milestone": lambda: {"month": month(case["month"])},
        "event": lambda: {"working_days": case["working_days"]},
        "standing": lambda: {"working_days": case["working_days"], "due": due(case["due"])},
    }
    return engine.KINDS[case["kind"]](
        **own[case["kind"]](),
        minimum=case["minimum"],
        maximum=case["maximum"],
        inclusive=case["inclusive"],
        day_policy=engine.DayPolicy(case["day_policy"]),
        opens_before_days=case["opens_before_days"],
        grace_days=case["grace_days"],
        closes_after_days=case["closes_after_days"],
        first_month=month(case["first_month"]),
        partial_first=engine.PartialFirst(case["partial_first"]),
        remind_working_days=case["remind"],
        ladder=tuple(engine.LadderRung(*rung) for rung in case["ladder"]),
    )


def by_engine(case):
    schedule, zone = schedule_of(case), ZoneInfo(case["zone"])
    calendar = work_calendar(case["land"])
    if case["kind"] == "event":
        return [engine.event_window(schedule, case["triggered_at"], case["end"], calendar, zone)]
    return engine.windows(schedule, case["start"], case["end"], calendar, zone)


def plain(window):
    """The engine's window in the oracle's form."""
    values = {name: getattr(window, name) for name in window.__dataclass_fields__}
    del values["derivation"]
    for name in INSTANTS:
        values[name] = oracle.as_instant(values[name])
    values["rungs"] = [
        (r.ordinal, oracle.as_instant(r.at), r.kind.value, r.addressee, r.template)
        for r in window.rungs
    ]
    return values


def mismatch(seed):
    """None if engine and oracle agree on the generated case, else what they say."""
    case = generated(seed)
    said = _attempt(by_engine, case, engine.ScheduleError)
    meant = _attempt(lambda c: oracle.expected(c, land(c["land"])), case, oracle.Impossible)
    if said is None or meant is None:
        return None if said is meant else (case, said, meant)
    if [plain(window) for window in said] != meant:
        return (case, [plain(window) for window in said], meant)
    for window, expected in zip(said, meant, strict=True):
        wrong = _wrong_answers(case, window, expected)
        if wrong:
            return (case, wrong, expected)
    return None


def _attempt(function, case, refusal):
    try:
        return function(case)
    except refusal:
        return None


def _wrong_answers(case, window, expected):
    zone, calendar = ZoneInfo(case["zone"]), work_calendar(case["land"])
    partial = engine.PartialFirst(case["partial_first"])
    membership = (case["joined_on"], case["left_on"])
    items = [engine.EvidenceItem(*piece) for piece in case["pieces"]]
    returned = (case["returned_at"], case["return_days"])
    answers = {
        "obliged": (
            engine.obliged(window, *membership, partial, case["minimum"]),
            oracle.owed(case, expected, *membership),
        ),
        "met_at": (
            engine.fold_evidence(items, case["minimum"]),
            oracle.met_at(case["pieces"], case["minimum"]),
        ),
        "return_due": (
            oracle.as_instant(engine.return_due(*returned, calendar, zone)),
            oracle.return_ends(case, land(case["land"]), *returned),
        ),
        **_edges(case, window, zone),
    }
    return {name: pair for name, pair in answers.items() if pair[0] != pair[1]}


def _edges(case, window, zone):
    """One microsecond before, at and after the due instant, by the clock on the wall."""
    clock = oracle.clock(case["zone"])
    due = oracle.as_instant(window.due_at)
    answers = {}
    for nudge in (-1, 0, 1):
        moment = window.due_at + nudge * MICROSECOND
        wall = clock.wall_date(due + nudge)
        answers[f"month {nudge:+}"] = (
            engine.month_of(moment, zone),
            f"{wall.year:04}-{wall.month:02}",
        )
        by_date = wall > window.last_day if clock.is_quiet(window.last_day) else nudge >= 0
        answers[f"late {nudge:+}"] = (engine.late(moment, window.due_at), by_date)
    return answers
