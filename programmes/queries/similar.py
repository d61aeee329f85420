"""Topics that somebody has already worked on, found while a new one is worded (P2-77, P3-44)."""

import math
import uuid
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

from django.db import models
from django.db.models import Case, Func, Q, Value, When
from django.db.models.expressions import Combinable

from actionlearning.foundation.models import Tenant, User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.scope import WHOLE, scope
from actionlearning.foundation.similarity import masks, nearest
from groups.access import reach_of
from programmes.models import Project
from programmes.states import ProjectState

SHOWN = 5
WEIGHED = 100
"""How many are read in full: those that share most with the asked words by their signatures."""
LEAST = 0.05
SHORTEST = 2


@dataclass(frozen=True)
class PastTopic:
    """`open`: the reader may see the topic itself; of another only what is said here is shown."""

    pk: uuid.UUID
    title: str
    unit: str
    year: int
    state: str
    came_of_it: str
    open: bool

    @property
    def state_label(self) -> str:
        return str(ProjectState(self.state).label)


class _Bits(Func):
    """How many bits of the signature stand in a mask."""

    template = "bit_count(signature & %(expressions)s::bit varying)"
    output_field = models.BigIntegerField()


def similar_topics(
    title: str, background: str, *, user: User, tenant: Tenant, besides: Project | None = None
) -> list[PastTopic]:
    """At most five, the best first: those that `user` may see, and the concluded ones of everybody.

    A whole and its parts are not like themselves: the tree of `besides` is left out.
    """
    if len(title.strip()) < SHORTEST:
        return []
    with scope(tenant, path=WHOLE, actor=user):
        rows = _candidates(title, background, user, besides)
    texts = [(row, row["title"], row["background"]) for row in rows]
    return [_shown(each.item) for each in nearest(title, background, texts, least=LEAST)[:SHOWN]]


def _candidates(
    title: str, background: str, user: User, besides: Project | None
) -> list[dict[str, Any]]:
    """One statement with the whole tenant open: results are there to be spread."""
    readable = reach_of(user, Permission.PROJECT_VIEW).as_q(granted="programmes.project")
    rows = Project.objects.filter(readable | Q(state=ProjectState.CONCLUDED))
    if besides is not None:
        rows = rows.exclude(tree_path__startswith=besides.tree_path.split("/")[0])
    rows = rows.annotate(
        alike=_alike(title, background),
        open=Case(When(readable, then=Value(True)), default=Value(False)),
    ).order_by("-alike", "-id")
    return list(rows.values(*_COLUMNS, "open")[:WEIGHED])


def _alike(title: str, background: str) -> Combinable:
    """Bits in common over the root of the signature's own: a long text does not win by its length."""
    parts: list[Combinable] = [
        _Bits(Value(mask.bits))
        * (mask.weight / math.sqrt(mask.bits.count("1") + 1))
        / Func(_Bits(Value(mask.within)) + 1, function="sqrt", output_field=models.FloatField())
        for mask in masks(title, background)
    ]
    return reduce(add, parts)


_COLUMNS = (
    "pk", "title", "background", "state", "result_summary",
    "organisation__name", "programme__year",
)  # fmt: skip


def _shown(row: dict[str, Any]) -> PastTopic:
    return PastTopic(
        pk=row["pk"],
        title=row["title"],
        unit=row["organisation__name"],
        year=row["programme__year"],
        state=row["state"],
        came_of_it=row["result_summary"],
        open=row["open"],
    )
