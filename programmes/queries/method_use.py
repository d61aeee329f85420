"""How often which methods were used: told by logs, or seen from their records (P2-65, P4-11)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from programmes.models import Activity, MethodRecord, Programme
from programmes.queries import local_day
from programmes.states import ActivityState


@dataclass
class Use:
    """Of one method: activities held with it, those of them with a record, by unit."""

    activities: int = 0
    recorded: int = 0
    units: dict[UUID, int] = field(default_factory=dict)
    last: date | None = None


@dataclass(frozen=True)
class MethodUse:
    """`by_method` by key; `units` names of those that held anything, in seniority; `held` of each."""

    by_method: Mapping[str, Use]
    units: Mapping[UUID, str]
    held: Mapping[UUID, int]


def method_use(user: Any, programme: Programme) -> MethodUse:
    """Over the held activities of the programme that `user` may see, in one statement."""
    mine = Activity.objects.visible_to(user).filter(programme=programme, state=ActivityState.HELD)
    records = MethodRecord.objects.filter(activity=OuterRef("pk"), removed_at=None)
    rows = mine.order_by("organisation__sort_path", "organisation_id").values(
        "organisation_id",
        "organisation__name",
        "methods",
        "began_at",
        recorded=ArraySubquery(records.values("method")),
    )
    return _counted(rows)


def _counted(rows: Iterable[Mapping[str, Any]]) -> MethodUse:
    uses = defaultdict[str, Use](Use)
    units, held = dict[UUID, str](), defaultdict[UUID, int](int)
    for row in rows:
        unit, day = row["organisation_id"], local_day(row["began_at"])
        units[unit] = row["organisation__name"]
        held[unit] += 1
        seen = set(row["recorded"])
        for method in {*row["methods"], *seen}:
            use = uses[method]
            use.activities += 1
            use.recorded += method in seen
            use.units[unit] = use.units.get(unit, 0) + 1
            use.last = max(use.last or day, day)
    return MethodUse(uses, units, held)
