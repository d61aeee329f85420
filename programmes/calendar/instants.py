"""From local days to UTC instants and back, in zones with and without clock changes."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from programmes.calendar.days import ONE_DAY, WorkCalendar

MORNING = time(9)  # when a notice of the day goes out
TICK = timedelta(microseconds=1)


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The instant from which the local date is `day` or later for good.

    Usually midnight. Where clocks skip midnight it is the moment of the change; where they fall
    back across midnight it is the second one, for nobody is late while the wall calendar still
    shows the due day.
    """
    midnight = datetime.combine(day, time.min, zone)
    first, second = _utc(midnight), _utc(midnight.replace(fold=1))
    if first == second:
        return first
    if first > second:
        return _change(day, zone, second, first)
    return second if local_date(second - TICK, zone) < day else first


def day_end(day: date, zone: ZoneInfo) -> datetime:
    """24:00 of the day: the first instant too late for it."""
    return day_start(day + ONE_DAY, zone)


def morning(day: date, zone: ZoneInfo) -> datetime:
    return _utc(datetime.combine(day, MORNING, zone))


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    """Raise ValueError for an instant without a zone: a guess would follow the server's clock."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    return instant.astimezone(zone).date()


def month_of(instant: datetime, zone: ZoneInfo) -> str:
    """The month an instant belongs to, as in `Window.key`: 2026-06."""
    return f"{local_date(instant, zone):%Y-%m}"


def late(received_at: datetime, due_at: datetime) -> bool:
    """Whether it came too late; `due_at` itself is the first instant that is."""
    return received_at >= due_at


def return_due(
    returned_at: datetime, working_days: int, calendar: WorkCalendar, zone: ZoneInfo
) -> datetime:
    """End of the given working day after the day of the return (`design/model.md` §4)."""
    return day_end(calendar.add_working_days(local_date(returned_at, zone), working_days), zone)


def _change(day: date, zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """Find the clock change by which the local date becomes `day`, between two instants."""
    low, high = int(before.timestamp()) - 1, int(after.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).date() < day:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)


def _utc(local: datetime) -> datetime:
    return local.astimezone(UTC)
