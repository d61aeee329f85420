"""Things that a sheet made, put out of force on every day: their last day lies before their first."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import localdate

from actionlearning.foundation.audit import record_each
from actionlearning.foundation.models import AuditEvent, User
from actionlearning.foundation.permissions import Permission
from groups.actions.tenures import cancel_tenure
from groups.models import Body, Organisation, Person, Post, RosterBatch, RosterRow, Tenure
from groups.queries import WITHDRAWN, WITHDRAWN_POST

UNDONE, STAYS, OUT_OF_REACH = "undone", "later", "out_of_reach"
MODELS: dict[str, Any] = {
    "tenure": Tenure,
    "post": Post,
    "body": Body,
    "person": Person,
    "organisation": Organisation,
}
"""In the order in which they go."""
_NEEDS: dict[str, Permission] = {
    "tenure": Permission.APPOINT,
    "post": Permission.BODY_CHANGE,
    "body": Permission.BODY_CHANGE,
    "person": Permission.PERSON_CHANGE,
    "organisation": Permission.ORGANISATION_CHANGE,
}
_LOOKS = "_shown"
"""Acts that end so were a look at the thing, nobody has built on it."""


class Withdrawing:
    """The caller stands in the scope of the whole tree: a right is asked of each row instead."""

    def __init__(self, batch: RosterBatch, *, by: User, now: datetime) -> None:
        self.batch, self.by, self.now = batch, by, now
        self.day = localdate(now)
        self._open: dict[Any, bool] = {}

    def withdraw(self, kind: str, keys: Iterable[str]) -> dict[str, str]:
        """Key → what became of it; one that is gone already, or was never in force, counts as undone."""
        wanted = list(keys)
        if not wanted:
            return {}
        things = {str(each.pk): each for each in _locked(MODELS[kind], wanted)}
        refused = {key for key, thing in things.items() if not self._may(kind, thing)}
        kept = self._built_on(MODELS[kind], things, refused)
        self._go(kind, [thing for key, thing in things.items() if key not in kept])
        return {
            key: OUT_OF_REACH if key in refused else STAYS if key in kept else UNDONE
            for key in wanted
        }

    def _may(self, kind: str, thing: Any) -> bool:
        """A unit is brought in by who may change its superior."""
        where = thing.parent if kind == "organisation" else thing.organisation
        asked = (kind, where.pk if where else None)
        if asked not in self._open:
            allowed = where is not None and self.by.has_perm(_NEEDS[kind], where)
            self._open[asked] = allowed or self.by.is_system
        return self._open[asked]

    def _go(self, kind: str, things: list[Any]) -> None:
        future = [each for each in things if kind == "tenure" and each.starts_on > self.day]
        for each in future:
            cancel_tenure(each, by=self.by, now=self.now)
        gone = [each for each in things if each not in future]
        fields = ["ends_on"] if kind == "tenure" else ["ends_on", "version"]
        for thing in gone:
            thing.ends_on = min(_first_day(thing), self.day) - timedelta(days=1)
            if kind != "tenure":
                thing.version += 1
        model = MODELS[kind]
        model.objects.bulk_update(gone, fields, batch_size=2000)
        names = [(thing.pk, str(thing)) for thing in gone]
        record_each(f"{kind}.withdrawn", model, names, by=self.by, at=self.now)

    def _built_on(self, model: Any, things: dict[str, Any], refused: set[str]) -> set[str]:
        """Those that were changed, ended, recorded about, or that other rows point at since."""
        kept = refused | {key for key, thing in things.items() if _touched(thing)}
        acts = AuditEvent.objects.filter(
            target__in=things, at__gt=self.batch.imported_at, at__lt=self.now
        )
        acts = acts.exclude(action__endswith=_LOOKS)
        kept |= {str(key) for key in acts.values_list("target", flat=True)}
        above: dict[str, str] = {}
        for relation in _pointing_at(model):
            name = relation.field.attname
            rows = _ever_in_force(relation.related_model).filter(**{f"{name}__in": list(things)})
            if relation.related_model is model:
                inside = rows.filter(pk__in=list(things)).values_list("pk", name)
                above = {str(one): str(other) for one, other in inside}
                rows = rows.exclude(pk__in=list(things))
            kept |= {str(key) for key in rows.values_list(name, flat=True)}
        return _with_superiors(kept, above)


def _locked(model: Any, keys: list[str]) -> QuerySet[Any]:
    """Those that were not withdrawn before."""
    rows = _ever_in_force(model).filter(pk__in=[uuid.UUID(key) for key in keys])
    near = {Organisation: ["parent"], Post: ["organisation", "body"]}.get(model, ["organisation"])
    locked: QuerySet[Any] = rows.select_related(*near).select_for_update(of=("self",))
    return locked.order_by("pk")


def _ever_in_force(model: Any) -> QuerySet[Any]:
    rows: QuerySet[Any] = model.objects.all()
    if model is Post:
        return rows.exclude(WITHDRAWN_POST)
    return rows.exclude(WITHDRAWN) if model in MODELS.values() else rows


def _first_day(thing: Any) -> date:
    first: date = thing.body.starts_on if isinstance(thing, Post) else thing.starts_on
    return first


def _touched(thing: Any) -> bool:
    """Changed, ended, or a person who got a sign-in. A tenure follows its person's by itself."""
    signs_in = isinstance(thing, Person) and thing.user_id is not None
    return thing.ends_on is not None or getattr(thing, "version", 1) != 1 or signs_in


def _pointing_at(model: Any) -> Iterable[Any]:
    """Foreign keys of every app to this model, whether they have a name on this side or not."""
    found = [
        field
        for field in model._meta.get_fields(include_hidden=True)
        if field.auto_created and not field.concrete and hasattr(field.related_model, "objects")
    ]
    return [each for each in found if each.related_model not in (RosterBatch, RosterRow)]


def _with_superiors(kept: set[str], above: dict[str, str]) -> set[str]:
    """A unit that stays keeps its superiors of the same sheet."""
    found, waiting = set(kept), list(kept)
    while waiting:
        superior = above.get(waiting.pop())
        if superior is not None and superior not in found:
            found.add(superior)
            waiting.append(superior)
    return found
