"""What counts, told once more in the plainest way: every day is looked at, one after the other.

Shares nothing with the engine. A case is plain data: days are dates, instants are datetimes without a zone on the
clock of Beijing. See `counting_cases.py` for its fields.
"""

from datetime import datetime, time, timedelta

ONE_DAY = timedelta(days=1)
LATE_PAPERS = 60
LOG_DAYS = 3


def walk(first, last):
    day = first
    while day <= last:
        yield day
        day += ONE_DAY


def evening(day):
    """24:00 of it."""
    return datetime.combine(day + ONE_DAY, time())


def works(case, day):
    return day in case["worked"] or (day.isoweekday() <= 5 and day not in case["rest"])


def first_of_month(case, number):
    """The first day of the programme's month so counted from 1."""
    day = case["start"].replace(day=1)
    while number > 1:
        day += ONE_DAY
        number -= day.day == 1
    return day


def month_end(first):
    day = first
    while (day + ONE_DAY).day != 1:
        day += ONE_DAY
    return day


# -- spans ---------------------------------------------------------------------------------------------


def spans(case):
    """(first day, last day, last day in time) of each span that the rule lays into the programme."""
    return {"monthly": months, "window": window, "series": slots, "milestone": milestone}[
        case["kind"]
    ](case)


def months(case):
    found, begun = [], None
    for day in walk(case["start"].replace(day=1), case["end"]):
        if day.day == 1:
            begun = day
        if (day + ONE_DAY).day == 1 and day >= case["start"]:
            whole = begun >= case["start"]
            if whole or case["partial"] != "skip":
                found.append((begun, day, day))
    since = first_of_month(case, case["from_month"])
    return [span for span in found if span[1] >= since]


def window(case):
    first = first_of_month(case, case["first_month"])
    last = month_end(first_of_month(case, case["last_month"]))
    cut = first < case["start"] and case["partial"] == "skip"
    return [] if cut else [(first, last, last)]


def slots(case):
    found, day = [], first_of_month(case, case["first_month"])
    for _number in range(case["total"]):
        begun, torn = day, 0
        while torn < case["every"]:
            day += ONE_DAY
            torn += day.day == 1
        last = day - ONE_DAY
        if not (begun < case["start"] and case["partial"] == "skip"):
            found.append((begun, last, last))
    return found


def milestone(case):
    first = first_of_month(case, case["first_month"])
    last = month_end(first)
    due = last
    while due > first and not works(case, due):
        due -= ONE_DAY
    if not works(case, due):
        due = last
    cut = first < case["start"] and case["partial"] == "skip"
    return [] if cut else [(first, last, due)]


def duties(case):
    """What the project owes: a list of dicts, none where its level is not asked."""
    found = []
    if case["asked_level"] not in (None, case["level"]):
        return found
    for number, (first, last, due) in enumerate(spans(case)):
        least = owed_in(case, first, last, due)
        if least:
            days = case["closes_after_days"]
            closing = (
                due + timedelta(days=days)
                if days is not None
                else max(case["end"], due) + timedelta(days=LATE_PAPERS)
            )
            found.append(
                {
                    "number": number, "first": first, "last": last, "least": least,
                    "due": evening(due), "closes": evening(closing), "gone": False, "let_off": False,
                }
            )  # fmt: skip
    return found


def owed_in(case, first, last, due):
    """How many; 0 where nothing is owed. Days of being there are counted one by one."""
    there = [day for day in walk(first, last) if day >= case["joined"] and day >= case["start"]]
    if not there or not any(day <= due for day in there):
        return 0
    if there[0] == first or case["partial"] == "full":
        return case["minimum"]
    if case["partial"] == "skip":
        return 0
    share, whole = case["minimum"] * len(there), len(list(walk(first, last)))
    least = 0
    while least * whole < share:
        least += 1
    return least


# -- what happens --------------------------------------------------------------------------------------


def play(case):
    """The duties, the ledger {activity: (duty number, since)} and why the others do not count."""
    owed, logs, reports, ledger, reasons = duties(case), {}, {}, {}, {}
    for act in case["acts"]:
        verb, about, now = act["verb"], act["about"], act["at"]
        if verb == "log":
            logs[about] = act
        elif verb == "back":
            logs.pop(about, None)
            ledger.pop(about, None)
        elif verb == "report":
            reports[about] = now
        elif verb == "report_back":
            reports.pop(about, None)
        else:
            for duty in owed:
                if duty["number"] == about:
                    duty["gone" if verb == "cancel" else "let_off"] = True
        changed = about if verb == "log" else None
        ledger, reasons = settle(case, owed, logs, reports, ledger, changed, now)
    return owed, ledger, reasons


def settle(case, owed, logs, reports, before, changed, now):
    ledger, reasons = {}, {}
    told = reported(logs, reports)
    ends = [log["began"].date() for log in logs.values()]
    for day in walk(min(ends), max(ends)) if ends else ():
        for name in sorted(logs, key=lambda name: (logs[name]["began"], name)):
            if logs[name]["began"].date() == day:
                weigh(case, owed, name, logs[name], told, before, ledger, reasons, changed, now)
    return ledger, reasons


def reported(logs, reports):
    """Each survey, the earliest first, takes the earliest report that nobody has and that came after it began."""
    taken, found = set(), {}
    for name in sorted(logs, key=lambda name: (logs[name]["began"], name)):
        best = None
        for report in sorted(reports):
            fits = report not in taken and reports[report] >= logs[name]["began"]
            if fits and (best is None or reports[report] < reports[best]):
                best = report
        if best is not None:
            taken.add(best)
            found[name] = reports[best]
    return found


def weigh(case, owed, name, log, told, before, ledger, reasons, changed, now):
    duty = place(case, owed, name, log, before, ledger, now)
    if duty is None:
        return
    missing = {
        "leader_present": not log["leaders"], "team_complete": not log["team"],
        "report_sent": name not in told,
    }  # fmt: skip
    why = [each for each, lacking in missing.items() if lacking and each in case["conditions"]]
    if shut(duty, name, before, now):
        why.append("closed")
    if why:
        reasons[name] = (duty["number"], why)
        return
    old = before.get(name)
    if old is None or (name == changed and old[0] != duty["number"]):
        since = in_time(case, log["ended"], now)
        if name in told and told[name] > since:
            since = told[name]
    else:
        since = old[1]
    ledger[name] = (duty["number"], since)


def place(case, owed, name, log, before, ledger, now):
    day, own, shut_one = log["began"].date(), None, None
    for duty in owed:
        if not duty["gone"] and duty["first"] <= day <= duty["last"]:
            own = duty
    if case["kind"] == "monthly":
        return own
    if own is not None and lacks(own, ledger):
        return own
    for duty in owed:
        if duty["gone"] or duty["let_off"] or duty["last"] >= day or not lacks(duty, ledger):
            continue
        if not shut(duty, name, before, now):
            return duty
        shut_one = shut_one or duty
    return own or shut_one


def lacks(duty, ledger):
    return sum(number == duty["number"] for number, _since in ledger.values()) < duty["least"]


def shut(duty, name, before, now):
    stood = name in before and before[name][0] == duty["number"]
    return now >= duty["closes"] and not stood


def in_time(case, ended, now):
    """From its end where it was told within three working days after that day, else from when it was told."""
    day, left = ended.date(), LOG_DAYS
    while left:
        day += ONE_DAY
        left -= works(case, day)
    return ended if now < evening(day) else now


def told(case):
    """Each duty's number, least, due instant, who counts since when, and when it was met; and the reasons."""
    owed, ledger, reasons = play(case)
    rows = []
    for duty in owed:
        mine = sorted(
            (n, since) for n, (number, since) in ledger.items() if number == duty["number"]
        )
        instants = sorted(since for _name, since in mine)
        met = instants[duty["least"] - 1] if len(instants) >= duty["least"] else None
        rows.append((duty["number"], duty["least"], duty["due"], mine, met))
    return rows, {name: (number, tuple(why)) for name, (number, why) in reasons.items()}
