"""Each Celery worker leaves the time of its last heartbeat in Valkey."""

import time
from functools import cache

import redis
from django.conf import settings

KEY = "al:heartbeats"
EVERY = 10.0  # seconds; Celery's own heart beats every two
ALIVE = 60.0
FORGOTTEN = 24 * 3600.0

_last = 0.0


def beat(worker: str) -> None:
    """Called with each of Celery's beats; a lost one is no fault, so a broker that is away stays unsaid."""
    global _last  # noqa: PLW0603  one worker a process
    if time.monotonic() - _last < EVERY:
        return
    _last = time.monotonic()
    try:
        _valkey().hset(KEY, worker, str(time.time()))
    except redis.RedisError:
        return


def ages() -> dict[str, float] | None:
    """Seconds since each worker's last beat; None where Valkey does not answer."""
    now = time.time()
    try:
        found = {str(name): now - float(at) for name, at in _valkey().hgetall(KEY).items()}
        gone = [name for name, age in found.items() if age > FORGOTTEN]
        if gone:
            _valkey().hdel(KEY, *gone)
    except redis.RedisError:
        return None
    return {name: max(age, 0.0) for name, age in found.items() if name not in gone}


@cache
def _valkey() -> "redis.Redis":
    return redis.Redis.from_url(
        settings.CACHES["default"]["LOCATION"], socket_timeout=3, decode_responses=True
    )
