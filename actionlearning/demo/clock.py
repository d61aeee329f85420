"""A moving clock: acts are put on it, and between them the recurring looks do their daily round."""

import heapq
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from programmes.actions.courts import look_at_turns
from programmes.actions.laying import lay_down_all
from programmes.actions.past_days import tell_what_is_late
from programmes.actions.presence import observe_regulations
from programmes.actions.reminders import remind_of_turns
from programmes.actions.standing import observe_bodies
from programmes.actions.sweeps import queue_due_notices
from programmes.queries import NATION, calendar_for

BEIJING = ZoneInfo("Asia/Shanghai")
Act = Callable[[datetime], object]
ROUND_AT = time(9, 5)
LAYING_DAY = 0
"""Mondays: windows are laid down well ahead, and every day of two years would take as long as all the rest."""


def at(day: date, hour: int = 10, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=BEIJING)


class Clock:
    """Runs from `start` to `until`; whatever is put on it later than `until` does not happen."""

    def __init__(self, start: date, until: datetime, *, monthly: bool = False) -> None:
        self.start, self.until, self.monthly = start, until, monthly
        self.calendar = calendar_for(NATION)
        self._acts: list[tuple[datetime, int, Act]] = []
        self._number = count()
        self._laid = 0

    def put(self, moment: datetime, act: Act) -> None:
        heapq.heappush(self._acts, (moment, next(self._number), act))

    def run(self, told: Callable[[float], None]) -> None:
        """Day by day; `told` hears the share that is done, 0 to 1."""
        day, last = self.start, self.until.astimezone(BEIJING).date()
        days = max((last - day).days, 1)
        while day <= last:
            self._until(at(day, ROUND_AT.hour, ROUND_AT.minute))
            self._round(day)
            told((day - self.start).days / days)
            day += timedelta(days=1)
        self._until(self.until)

    def _until(self, moment: datetime) -> None:
        moment = min(moment, self.until)
        while self._acts and self._acts[0][0] <= moment:
            now, _number, act = heapq.heappop(self._acts)
            act(now)

    def _round(self, day: date) -> None:
        now = at(day, ROUND_AT.hour, ROUND_AT.minute)
        if now > self.until or not self.calendar.is_working(day):
            return
        if self._lays(day):
            lay_down_all(now=now)
            observe_regulations(now=now)
        observe_bodies(now=now)
        queue_due_notices(now=now)
        look_at_turns(now=now)
        remind_of_turns(now=now)
        tell_what_is_late(now=now)

    def _lays(self, day: date) -> bool:
        """`monthly`: on the first working day of each month, well ahead of everything that opens."""
        if day == self.until.astimezone(BEIJING).date():
            return True
        if not self.monthly:
            return day.weekday() == LAYING_DAY
        before, self._laid = self._laid, day.month
        return before != day.month
