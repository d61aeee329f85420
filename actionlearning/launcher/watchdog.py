"""Reads "pid signal" lines from its input; when that closes, the supervisor is gone: stop them all."""

import contextlib
import os
import signal
import sys


def main() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    watched: dict[int, int] = {}
    for line in sys.stdin:
        pid, farewell = map(int, line.split())
        if farewell:
            watched[pid] = farewell
        else:
            watched.pop(pid, None)
    for pid, farewell in reversed(watched.items()):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, farewell)


if __name__ == "__main__":
    main()
