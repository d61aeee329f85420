"""A roster of twenty thousand people from its file to the last row, beside COPY and reading the file."""

import time
from collections.abc import Iterator
from io import BytesIO, StringIO
from typing import Any

from django.db import transaction
from openpyxl import Workbook

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.documents.tables import read_table, receive_table
from actionlearning.foundation.models import Tenant
from actionlearning.foundation.pinyin import initials, sort_key
from actionlearning.foundation.scope import WHOLE, scope
from actionlearning.foundation.tasks import system_user
from actionlearning.foundation.tenancy import uuid7
from benchmarks.figures.figure import Figure, in_turn
from groups.actions.roster_batches import confirm_batch, receive_batch
from groups.actions.roster_work import work_off
from groups.models import Organisation, Person, RosterBatch

PERSONS = 20_000
FAMILY, GIVEN = (
    "张王李赵刘陈杨黄周吴徐孙覃韦莫农陆梁",
    "伟芳娜敏静丽强磊军洋勇艳杰涛明超秀霞平刚桂英华",
)
_COLUMNS = "id, tenant_id, organisation_id, org_path, name, pinyin, initials, title, phone, seniority, starts_on, version"
_COPY = f"COPY groups_person ({_COLUMNS}) FROM STDIN"
_GONE = "DELETE FROM groups_person WHERE organisation_id = %s AND phone LIKE '139%%'"

Row = tuple[str, str, str, str, str]


def measure(
    tenant: Tenant, cursor: Any, unit: Organisation, persons: int = PERSONS
) -> Iterator[Figure]:
    """`cursor` is a superuser's; `unit` has no roster yet, and none again afterwards."""
    rows = [_row(unit, number) for number in range(persons)]
    content = _file(rows)
    lines = _lines(tenant, unit, rows)

    def floor() -> float:
        began = time.perf_counter()
        read_table(receive_table(BytesIO(content), "roster.xlsx"))
        cursor.copy_expert(_COPY, StringIO(lines))
        spent = (time.perf_counter() - began) * 1000
        _check(tenant, unit, persons)
        _clear(cursor, unit)
        return spent

    def ours() -> float:
        began = time.perf_counter()
        _bring_in(tenant, unit, content)
        spent = (time.perf_counter() - began) * 1000
        _check(tenant, unit, persons)
        _clear(cursor, unit)
        return spent

    found = in_turn({"ours": ours, "floor": floor}, rounds=3)
    what = f"roster of {persons:,} people, file to last row / COPY and reading the file"
    yield Figure(what, found["ours"], 10, found["floor"])


def _row(unit: Organisation, number: int) -> Row:
    name = FAMILY[number % 18] + GIVEN[number // 18 % 23] + GIVEN[number // 414 % 23]
    return unit.name, name, "干事", f"139{number:08d}", "2012-05-03"


def _file(rows: list[Row]) -> bytes:
    book = Workbook(write_only=True)
    page = book.create_sheet()
    page.append(("单位", "姓名", "职务", "联系电话", "起始日期"))
    for row in rows:
        page.append(row)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def _lines(tenant: Tenant, unit: Organisation, rows: list[Row]) -> str:
    """The rows as they end up in the table, ready to be poured in."""
    return "".join(
        "\t".join((
            str(uuid7()), str(tenant.pk), str(unit.pk), unit.path, name, sort_key(name, surname=True),
            initials(name, surname=True), title, phone, str(place), since, "1",
        )) + "\n"
        for place, (_unit, name, title, phone, since) in enumerate(rows, 1)
    )  # fmt: skip


def _bring_in(tenant: Tenant, unit: Organisation, content: bytes) -> None:
    with scope(tenant, path=WHOLE, actor=None):
        with transaction.atomic():
            by, now = system_user(), database_now()
            upload = BytesIO(content)
            batch = receive_batch(
                kind="persons", organisation=unit, upload=upload, name="roster.xlsx", by=by, now=now
            )
        work_off()
        with transaction.atomic():
            batch = RosterBatch.objects.get(pk=batch.pk)
            confirm_batch(batch, by=by, now=database_now())
        work_off()


def _check(tenant: Tenant, unit: Organisation, persons: int) -> None:
    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
        there = Person.objects.filter(organisation=unit, phone__startswith="139").count()
    if there != persons:
        raise RuntimeError(f"{there} people instead of {persons}")


def _clear(cursor: Any, unit: Organisation) -> None:
    cursor.execute(_GONE, [str(unit.pk)])
    cursor.execute("DELETE FROM groups_rosterrow")
    cursor.execute("VACUUM groups_person")
