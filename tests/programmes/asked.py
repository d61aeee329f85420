"""How many statements a page asked: what a transaction frames itself with does not count."""

from typing import Any

FRAME = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")


def statements(captured: Any) -> int:
    return sum(not each["sql"].startswith(FRAME) for each in captured.captured_queries)
