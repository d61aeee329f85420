"""A signal ends a backup or a restore as an error does, so that what was half done is cleared away."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from actionlearning.foundation.backups.errors import BackupRefused

_SIGNALS = signal.SIGTERM, signal.SIGINT


@contextmanager
def stoppable(told: str) -> Iterator[None]:
    """Within it SIGTERM and SIGINT raise BackupRefused, with the signal's name and `told`."""

    def stop(number: int, _frame: Any) -> None:
        raise BackupRefused(f"Stopped by {signal.Signals(number).name}. {told}")

    before = {each: signal.signal(each, stop) for each in _SIGNALS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
