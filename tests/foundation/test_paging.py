"""Pages by keyset: every row once, in order, however the rows change between two pages."""

import base64
import json
from datetime import timedelta

import pytest

from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.models import AuditEvent, SweepMark
from actionlearning.foundation.paging import after_mark, mark_of
from tests.moments import NOON

LATEST = ("-at", "-id")


@pytest.fixture
def events(tenant):
    """Ten rows in pairs of the same instant."""
    made = [
        AuditEvent(at=NOON + timedelta(minutes=n // 2), action=f"thing.{n}", actor_name="")
        for n in range(10)
    ]
    return AuditEvent.objects.bulk_create(made)


def pages(order, size):
    found, mark = [], ""
    while True:
        rows = list(after_mark(AuditEvent.objects.all(), order, mark)[:size])
        if not rows:
            return found
        found += rows
        mark = mark_of(rows[-1], order)


@pytest.mark.parametrize("size", [1, 3, 4, 10, 11])
@pytest.mark.parametrize(
    "order", [LATEST, ("at", "id"), ("-at", "id"), ("action", "id"), ("id",)], ids=str
)
def test_pages_hold_every_row_once_in_order(events, order, size):
    assert pages(order, size) == list(AuditEvent.objects.order_by(*order))


def test_a_row_that_comes_in_between_moves_nothing(events):
    first = list(after_mark(AuditEvent.objects.all(), LATEST, "")[:4])
    AuditEvent.objects.create(at=NOON + timedelta(days=1), action="new", actor_name="")
    second = list(after_mark(AuditEvent.objects.all(), LATEST, mark_of(first[-1], LATEST))[:4])

    assert not {row.pk for row in first} & {row.pk for row in second}
    assert len(second) == 4


def test_marks_of_rows_and_of_their_values_are_equal(events):
    row = AuditEvent.objects.order_by(*LATEST)[0]
    values = AuditEvent.objects.order_by(*LATEST).values("at", "id")[0]
    assert mark_of(row, LATEST) == mark_of(values, LATEST)


def _mark(values):
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


BAD = [
    "x",
    "é",
    "%%%",
    "AAAA",
    _mark("x"),
    _mark({}),
    _mark([]),
    _mark([1]),
    _mark([1, 2, 3]),
    _mark([[], {}]),
    _mark([None, None]),
    _mark(["2026-03-02T04:00:00+00:00", None]),
    _mark(["2026-03-02T04:00:00+00:00", "x"]),
    _mark(["x", "01900000-0000-7000-8000-000000000000"]),
    _mark([True, False]),
    _mark(["99999-01-01", "01900000-0000-7000-8000-000000000000"]),
    base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    base64.urlsafe_b64encode(b"[" * 5000).decode(),
]


@pytest.mark.parametrize("mark", BAD, ids=range(len(BAD)))
def test_a_mark_that_is_not_ours_is_refused(events, mark):
    with pytest.raises(BadInput) as refused:
        list(after_mark(AuditEvent.objects.all(), LATEST, mark))
    assert (refused.value.code, refused.value.status) == ("bad_cursor", 422)


@pytest.mark.parametrize("value", ["\0", "a\0b"])
def test_a_mark_with_a_text_no_column_can_hold_is_refused(tenant, value):
    with pytest.raises(BadInput):
        list(after_mark(SweepMark.objects.all(), ("job", "id"), _mark([value, value])))
