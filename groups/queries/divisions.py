"""Questions about administrative divisions (行政区划)."""

from datetime import date
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Length

from groups.models import (
    Division,
)
from groups.queries import HITS, named_like


def divisions_listed(
    *, day: date, text: str = "", level: str = "", parent: str = "", ended: bool = False
) -> QuerySet[Any]:
    """By name, pinyin or the beginning of the code; their order is that of the codes, which is the tree's."""
    rows = Division.objects.all() if ended else Division.objects.valid_on(day)
    if level:
        rows = rows.filter(level=level)
    if parent:
        rows = rows.filter(parent=parent)
    typed = text.strip()
    if typed.isascii() and typed.isdecimal():
        return rows.filter(code__startswith=typed)
    return named_like(rows, typed)


def divisions_offered(text: str, day: date) -> list[Division]:
    """For choosing one in a form, the higher ones first: nothing before something is typed."""
    if not text.strip():
        return []
    rows = divisions_listed(day=day, text=text)
    return list(rows.order_by(Length("code"), "code")[:HITS])


def division_of(code: str, day: date) -> Division | None:
    """What an organisation's code names; of a township also nine digits do."""
    if not code:
        return None
    wanted = code + "000" if len(code) == 9 else code
    found: Division | None = Division.objects.valid_on(day).filter(code=wanted).first()
    return found


def with_divisions(rows: QuerySet[Any], day: date) -> QuerySet[Any]:
    """Organisations with `division_name`, the full name of what their code names, or None."""
    named = Division.objects.valid_on(day).filter(code=OuterRef("division"))
    found: QuerySet[Any] = rows.annotate(division_name=Subquery(named.values("full_name")[:1]))
    return found


def around(division: Division, day: date) -> dict[str, list[Division]]:
    """The divisions `above`, those `below` today or on its last day, `ended` ones, other names of the `same` code."""
    code, last = division.code, min(division.valid_to or day, day)
    above = {code[:2] + "0000", code[:4] + "00", code[:6]} - {code}
    near = Division.objects.exclude(pk=division.pk).filter(
        Q(code__in=[*above, code]) | Q(parent=code)
    )
    found: dict[str, list[Division]] = {"above": [], "below": [], "ended": [], "same": []}
    for row in near.order_by("code", "valid_to"):
        if row.code == code:
            found["same"].append(row)
        elif row.parent == code:
            found["below" if row.is_valid_on(last) else "ended"].append(row)
        elif row.is_valid_on(last):
            found["above"].append(row)
    return found
