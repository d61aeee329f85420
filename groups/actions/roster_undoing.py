"""Taking a batch back: what it made ends or is withdrawn, what it changed is as before, nothing is deleted.

Where somebody has built on a row since, that row stays and says so.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from actionlearning.foundation.audit import record, record_each
from actionlearning.foundation.errors import Refusal
from actionlearning.foundation.models import AuditEvent, User
from actionlearning.foundation.workflow import take
from groups.actions.bodies import dissolve_body, end_tenure
from groups.actions.organisations import change_organisation
from groups.actions.persons import change_person
from groups.actions.posts import change_post, end_post
from groups.models import Body, Organisation, Person, Post, RosterBatch, RosterRow, Tenure
from groups.states import BatchKind, step

UNDONE, LATER, REFUSED = "undone", "later", "refused"
_MODELS: dict[str, Any] = {
    "organisation": Organisation,
    "person": Person,
    "body": Body,
    "post": Post,
    "tenure": Tenure,
}
_OF_KIND: dict[str, str] = {
    BatchKind.ORGANISATIONS: "organisation",
    BatchKind.PERSONS: "person",
    BatchKind.POSTS: "post",
}
_CHANGES: dict[str, Any] = {
    "organisation": change_organisation,
    "person": change_person,
    "post": change_post,
}


@transaction.atomic
def undo_batch(
    batch: RosterBatch, *, by: User, now: datetime, seen: int | None = None
) -> RosterBatch:
    """Rows on which later acts rest are left and named. Raises NotAllowed, RuleBroken, Stale."""
    fresh = take(step("undo", batch.kind), batch, by=by, seen=seen)
    rows = list(RosterRow.objects.filter(batch=fresh, verdict__in=["add", "change"]))
    made = [row for row in rows if row.verdict == "add"]
    if fresh.kind == BatchKind.POSTS:
        _end_posts(fresh, rows, by=by, now=now)
    else:
        _withdraw(fresh, made, by=by, now=now)
    for row in rows:
        if row.verdict == "change" and row.before.get("version"):
            row.undoing = _restore(fresh, row, by=by, now=now)
    RosterRow.objects.bulk_update(rows, ["undoing"], batch_size=2000)
    left = sum(row.undoing != UNDONE for row in rows)
    fresh.undone_by, fresh.undone_at = by, now
    fresh.counts = fresh.counts | {"undone": len(rows) - left, "left": left}
    fresh.save()
    record("roster.undone", target=fresh, by=by, at=now, undone=len(rows) - left, left=left)
    return fresh


def _withdraw(batch: RosterBatch, rows: list[RosterRow], *, by: User, now: datetime) -> None:
    """Their last day lies before their first: on record, in force on no day."""
    kind = _OF_KIND[batch.kind]
    model = _MODELS[kind]
    ids = [row.subject for row in rows]
    things = {each.pk: each for each in model.objects.select_for_update().filter(pk__in=ids)}
    kept = _built_on(batch, model, things)
    for row in rows:
        row.undoing = LATER if row.subject in kept else UNDONE
    gone = [thing for key, thing in things.items() if key not in kept]
    for thing in gone:
        thing.ends_on = thing.starts_on - timedelta(days=1)
        thing.version += 1
    model.objects.bulk_update(gone, ["ends_on", "version"], batch_size=2000)
    names = [(thing.pk, str(thing)) for thing in gone]
    record_each(f"{kind}.withdrawn", model, names, by=by, at=now)


def _built_on(batch: RosterBatch, model: Any, things: dict[Any, Any]) -> set[Any]:
    """Those that were changed, ended, recorded about, or that other rows point at since."""
    kept = {key for key, thing in things.items() if thing.version != 1 or thing.ends_on}
    kept |= set(
        AuditEvent.objects.filter(target__in=list(things), at__gt=batch.imported_at).values_list(
            "target", flat=True
        )
    )
    above = {}
    for relation in _pointing_at(model):
        name = relation.field.attname
        rows = relation.related_model.objects.filter(**{f"{name}__in": list(things)})
        if relation.related_model is model:
            above = dict(rows.filter(pk__in=list(things)).values_list("pk", name))
            rows = rows.exclude(pk__in=list(things))
        kept |= set(rows.values_list(name, flat=True))
    return _with_superiors(kept, above)


def _pointing_at(model: Any) -> Iterable[Any]:
    """Foreign keys of every app to this model, whether they have a name on this side or not."""
    found = [
        field
        for field in model._meta.get_fields(include_hidden=True)
        if field.auto_created and not field.concrete and hasattr(field.related_model, "objects")
    ]
    return [each for each in found if each.related_model not in (RosterBatch, RosterRow)]


def _with_superiors(kept: set[Any], above: dict[Any, Any]) -> set[Any]:
    """A unit that stays keeps its superiors of the same sheet."""
    found, waiting = set(kept), list(kept)
    while waiting:
        superior = above.get(waiting.pop())
        if superior is not None and superior not in found:
            found.add(superior)
            waiting.append(superior)
    return found


def _restore(batch: RosterBatch, row: RosterRow, *, by: User, now: datetime) -> str:
    """The values of before, unless somebody has changed the thing since."""
    kind = _OF_KIND[batch.kind]
    thing = _MODELS[kind].objects.get(pk=row.subject)
    before = dict(row.before)
    if thing.version != before.pop("version"):
        return LATER
    if "starts_on" in before:
        before["starts_on"] = date.fromisoformat(before["starts_on"])
    try:
        with transaction.atomic():
            _CHANGES[kind](thing, **before, by=by, now=now)
    except Refusal:
        return REFUSED
    return UNDONE


def _end_posts(batch: RosterBatch, rows: list[RosterRow], *, by: User, now: datetime) -> None:
    """Seats first, then posts, then bodies: each as on its own page, with yesterday as its last day."""
    ends: dict[str, Any] = {"tenure": end_tenure, "post": end_post, "body": dissolve_body}
    for kind, end in ends.items():
        for row in rows:
            for key in [key for model, key in row.made if model == kind]:
                outcome = _ended(kind, end, key, batch, by=by, now=now)
                if row.undoing in ("", UNDONE):
                    row.undoing = outcome
    for row in rows:
        if row.verdict == "add" and not row.undoing:
            row.undoing = UNDONE  # its post was made by another row, which answers for it


def _ended(kind: str, end: Any, key: Any, batch: RosterBatch, *, by: User, now: datetime) -> str:
    thing = _MODELS[kind].objects.get(pk=key)
    first = getattr(thing, "starts_on", None) or thing.body.starts_on
    if thing.ends_on is not None or getattr(thing, "version", 1) != 1:
        return LATER
    if kind != "tenure" and _in_use(kind, thing):
        return LATER
    try:
        with transaction.atomic():
            end(thing, on=max(first, localdate(now) - timedelta(days=1)), by=by, now=now)
    except Refusal:
        return REFUSED
    return UNDONE


def _in_use(kind: str, thing: Any) -> bool:
    """Somebody else sits there, or the body got more posts: they were given after the import."""
    if kind == "post":
        return Tenure.objects.filter(post=thing, ends_on=None).exists()
    return Post.objects.filter(body=thing, ends_on=None).exists()
