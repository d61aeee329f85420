"""Random rules, windows, levels, logs, corrections and reports; one case put to the engine and to the oracle.

Instants of a case are datetimes without a zone on the clock of Beijing, so that the oracle needs no zone.
"""

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from programmes import calendar as engine
from programmes.counting import Counted, Held, Owed, counts_from, credited, reported, weigh
from tests.programmes import counting_oracle as oracle

ZONE = ZoneInfo("Asia/Shanghai")
KINDS = ("monthly", "monthly", "window", "series", "series", "series", "milestone")
CONDITIONS = ("leader_present", "team_complete", "report_sent")
PARTIALS = ("skip", "full", "prorate")


def generated(seed):
    """One case as plain data."""
    random = Random(seed)
    start = date(random.randint(2024, 2027), random.randint(1, 12), random.choice((1, 1, 1, 9, 20)))
    end = start + timedelta(days=random.choice((60, 125, 213, 457)))
    case = {
        "kind": random.choice(KINDS), "start": start, "end": end,
        "level": random.randint(1, 3), "asked_level": random.choice((None, None, None, 1, 2)),
        "joined": start + timedelta(days=random.choice((-3, 0, 0, 11, 40))),
        "minimum": random.choice((1, 1, 2, 2, 3, 4)), "partial": random.choice(PARTIALS),
        "closes_after_days": random.choice((None, None, None, None, 5, 20, 45)),
        "conditions": tuple(name for name in CONDITIONS if random.random() < 0.2),
        **_months(random),
        **_days(random, start),
    }  # fmt: skip
    return {**case, "acts": _acts(random, case)}


def _months(random):
    first = random.randint(1, 3)
    return {
        "from_month": random.choice((1, 1, 2)), "first_month": first,
        "last_month": first + random.randint(0, 3), "every": random.randint(1, 3),
        "total": random.randint(1, 5),
    }  # fmt: skip


def _days(random, start):
    rest = {start + timedelta(days=random.randrange(500)) for _ in range(random.randint(0, 30))}
    worked = {start + timedelta(days=random.randrange(500)) for _ in range(random.randint(0, 12))}
    return {"rest": rest - worked, "worked": worked}


def _acts(random, case):
    """Everything is told in the order of the clock; nothing is logged before it is over."""
    acts, span = [], (case["end"] - case["start"]).days + random.choice((0, 40, 130))
    names = [f"a{number:02}" for number in range(random.randint(0, 14))]
    for name in names:
        acts.extend(_logs(random, case, name, span))
    acts += [
        {"verb": "report", "about": f"r{number}", "at": _instant(random, case, span + 20)}
        for number in range(random.randint(0, 4))
    ]
    acts += [
        {
            "verb": "report_back",
            "about": f"r{random.randint(0, 3)}",
            "at": _instant(random, case, span),
        }
        for _ in range(random.choice((0, 0, 1)))
    ]
    acts += [
        {"verb": random.choice(("cancel", "waive")), "about": random.randint(0, 6),
         "at": _instant(random, case, span)}
        for _ in range(random.choice((0, 0, 0, 1, 2)))
    ]  # fmt: skip
    return sorted(acts, key=lambda act: act["at"])


def _logs(random, case, name, span):
    """The first log, corrections of it, perhaps taken back and perhaps logged once more."""
    told = None
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        began = _instant(random, case, span)
        if told and random.random() < 0.5:
            began = told["began"]  # only who was there is corrected
        ended = began + timedelta(minutes=random.choice((1, 90, 480, 1500)))
        lag = random.choice((0, 0, 0, 3, 3, 26, 70, 75, 100, 150, 900, 2400))
        at = max(ended + timedelta(hours=lag), told["at"] if told else ended)
        told = {
            "verb": "log", "about": name, "at": at, "began": began, "ended": ended,
            "leaders": random.choice((0, 1, 1, 2)), "team": random.random() < 0.7,
        }  # fmt: skip
        yield told
    if random.random() < 0.15:
        yield {
            "verb": "back",
            "about": name,
            "at": told["at"] + timedelta(hours=random.randrange(900)),
        }


def _instant(random, case, span):
    """Often at the edges of a day, where half-open spans show."""
    day = case["start"] + timedelta(days=random.randint(-2, span))
    clock = random.choice((time(0), time(0, 1), time(9), time(14, 30), time(23, 59)))
    if random.random() < 0.3:
        day = day.replace(day=1) - timedelta(days=random.randint(0, 1))
    return datetime.combine(day, clock)


# -- the engine's answer -------------------------------------------------------------------------------


def mismatch(seed):
    """None, or what differs."""
    case = generated(seed)
    ours, theirs = answer(case), oracle.told(case)
    return None if ours == theirs else f"case {seed}: {case}\n  engine {ours}\n  oracle {theirs}"


def answer(case):
    """As `oracle.told`."""
    owed, spans = _owed(case)
    logs, reports, standing, found = {}, {}, {}, {}
    calendar = _calendar(case)
    for act in case["acts"]:
        _take(act, owed, logs, reports, standing)
        held = _held(logs, reports)
        now = _utc(act["at"])
        before = {key: duty for key, counted in standing.items() for duty in counted}
        found = weigh(owed.values(), held.values(), told_at=now, standing=before)
        standing = {
            name: mine
            for name in logs
            if (mine := _counting(name, act, found, standing, logs, held, calendar))
        }
    return _told(owed, spans, standing, found)


def _take(act, owed, logs, reports, standing):
    verb, about = act["verb"], act["about"]
    if verb == "log":
        logs[about] = act
    elif verb == "back":
        logs.pop(about, None)
        standing.pop(about, None)
    elif verb == "report":
        reports[about] = _utc(act["at"])
    elif verb == "report_back":
        reports.pop(about, None)
    elif about in owed:
        told = {"cancelled": True} if verb == "cancel" else {"excused": True}
        owed[about] = Owed(**{**vars(owed[about]), **told})


def _held(logs, reports):
    told = reported(((name, _utc(log["began"])) for name, log in logs.items()), reports.values())
    return {
        name: Held(
            key=name, day=engine.local_date(_utc(log["began"]), ZONE), began_at=_utc(log["began"]),
            leaders_present=log["leaders"], team_complete=log["team"], reported_at=told.get(name),
        )
        for name, log in logs.items()
    }  # fmt: skip


def _counting(name, act, found, standing, logs, held, calendar):
    counted: Counted | None = found.get(name)
    since = counts_from(_utc(logs[name]["ended"]), _utc(act["at"]), calendar, ZONE)
    since = max(since, held[name].reported_at or since)
    fresh = act["verb"] == "log" and act["about"] == name
    return credited(counted, standing.get(name, {}), since=since, fresh=fresh)


def _owed(case):
    spans = engine.windows(_schedule(case), case["start"], case["end"], _calendar(case), ZONE)
    partial = engine.PartialFirst(case["partial"])
    owed = {}
    for number, span in enumerate(spans):
        least = engine.obliged(span, case["joined"], None, partial, case["minimum"])
        if least and case["asked_level"] in (None, case["level"]):
            owed[number] = Owed(
                key=number, first_day=span.starts_on, last_day=span.ends_on, closes_at=span.closes_at,
                conditions=case["conditions"], minimum=least, slips=case["kind"] != "monthly",
            )  # fmt: skip
    return owed, spans


def _schedule(case):
    terms = {
        "minimum": case["minimum"], "partial_first": engine.PartialFirst(case["partial"]),
        "closes_after_days": case["closes_after_days"],
    }  # fmt: skip
    first = engine.Month(case["first_month"])
    if case["kind"] == "monthly":
        return engine.Monthly(first_month=engine.Month(case["from_month"]), **terms)
    if case["kind"] == "window":
        return engine.CountedWindow(first=first, last=engine.Month(case["last_month"]), **terms)
    if case["kind"] == "series":
        return engine.Series(every=case["every"], total=case["total"], anchor=first, **terms)
    return engine.Milestone(month=first, **terms)


def _calendar(case):
    rest = {day: engine.DayEntry(engine.DayKind.REST, "invented") for day in case["rest"]}
    work = {day: engine.DayEntry(engine.DayKind.WORK, "invented") for day in case["worked"]}
    return engine.WorkCalendar(
        [engine.CalendarScope(engine.ScopeLevel.NATION, "CN", {**rest, **work}, frozenset())]
    )


def _told(owed, spans, standing, found):
    rows = []
    for number, duty in owed.items():
        mine = sorted((n, counted[number]) for n, counted in standing.items() if number in counted)
        items = [engine.EvidenceItem(since) for _name, since in mine]
        met = engine.fold_evidence(items, duty.minimum)
        told = [(name, _local(since)) for name, since in mine]
        rows.append((number, duty.minimum, _local(spans[number].due_at), told, met and _local(met)))
    reasons = {
        name: (each.duty, each.shortfalls) for name, each in found.items() if each.shortfalls
    }
    return rows, reasons


def _utc(instant):
    return instant.replace(tzinfo=ZONE).astimezone(UTC)


def _local(instant):
    return instant.astimezone(ZONE).replace(tzinfo=None)
