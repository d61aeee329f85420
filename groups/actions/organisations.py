"""The organisation tree: dated, ordered by seniority, moved with everything that sits in it."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.pinyin import initials, sort_key
from actionlearning.foundation.scope import current_tenant_id
from actionlearning.foundation.workflow import lock
from groups.actions.beginnings import must_begin, with_precision
from groups.actions.bodies import end_bodies_of
from groups.models import Body, Organisation, Person, Supervision
from groups.models.organisation import DEPTH
from groups.models.placed import ANCESTORS
from groups.rosters.cells import day_or_month

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_FIELDS = ("kind", "name", "short_name", "division", "seniority", "starts_on", "starts_in_month")


@transaction.atomic
def add_organisation(
    *,
    parent: Organisation | None,
    kind: str,
    name: str,
    starts_on: date,
    by: User,
    now: datetime,
    short_name: str = "",
    division: str = "",
    seniority: int | None = None,
    starts_in_month: bool = False,
) -> Organisation:
    """Raises NotAllowed, BadInput (no name, tree too deep), RuleBroken (the parent has ended)."""
    _may_change(by, parent)
    _must_stand(parent)
    if parent is not None and parent.level >= DEPTH:
        raise BadInput(_("The tree may have %(most)d levels.") % {"most": DEPTH}, code="too_deep")
    made = Organisation(
        parent=parent, kind=kind, name=_named(name), short_name=short_name, division=division
    )
    made.label = label_of(next_number())
    made.seniority = seniority or _last_place(parent)
    made.starts_on, made.starts_in_month = starts_on, starts_in_month
    set_place(made, parent)
    made.save(force_insert=True)
    record("organisation.added", target=made, by=by, at=now)
    return made


@transaction.atomic
def change_organisation(
    organisation: Organisation, *, by: User, now: datetime, seen: int | None = None, **changes: Any
) -> Organisation:
    """Name, kind, division code, seniority and first day. Raises NotAllowed, BadInput, Stale."""
    fresh = lock(organisation, seen=seen)
    _may_change(by, fresh)
    changes = with_precision(fresh, changes)
    changed = {k: v for k, v in changes.items() if k in _FIELDS and getattr(fresh, k) != v}
    if not changed:
        return fresh
    if "starts_on" in changed:
        must_begin(changed["starts_on"], fresh.ends_on, *_inside(fresh))
    before = _as_text(fresh, changed)
    for name, value in changed.items():
        setattr(fresh, name, _named(value) if name == "name" else value)
    old = fresh.sort_path
    set_place(fresh, fresh.parent)
    fresh.version += 1
    fresh.save()
    if fresh.sort_path != old:
        _resort_below(fresh, old)
    after = _as_text(fresh, changed)
    record("organisation.changed", target=fresh, by=by, at=now, before=before, after=after)
    return fresh


def _as_text(unit: Organisation, names: Iterable[str]) -> dict[str, Any]:
    """The first day with what is known of it, whichever of the two is asked for."""
    told = {"starts_on" if name == "starts_in_month" else name for name in names}
    since = day_or_month(unit.starts_on, in_month=unit.starts_in_month)
    return {
        name: since if name == "starts_on" else getattr(unit, name)
        for name in _FIELDS
        if name in told
    }


def _inside(organisation: Organisation) -> list[QuerySet[Any]]:
    """What cannot have begun before it did: units, people, bodies, supervision."""
    edges = Supervision.objects.filter(Q(unit=organisation) | Q(supervisor=organisation))
    here = [model.objects.filter(organisation=organisation) for model in (Person, Body)]
    return [Organisation.objects.filter(parent=organisation), *here, edges]


@transaction.atomic
def close_organisation(
    organisation: Organisation, *, on: date, reason: str, by: User, now: datetime
) -> Organisation:
    """It ends on `on`, and with it its bodies and whoever holds their posts.

    What it owed in programmes is settled by programmes.actions.units.close_unit.
    """
    fresh = lock(organisation)
    _may_change(by, fresh)
    _must_stand(fresh)
    if on < fresh.starts_on:
        raise BadInput(_("It cannot end before it began."), fields={"on": _("Too early.")})
    if Organisation.objects.filter(parent=fresh, ends_on=None).exists():
        raise RuleBroken(
            _("Units below it are still in force: end or move them first."), code="has_units"
        )
    fresh.ends_on = on
    fresh.version += 1
    fresh.save(update_fields=["ends_on", "version"])
    bodies = end_bodies_of(fresh, on=on, by=by, now=now)
    told = {"on": on.isoformat(), "reason": reason, "bodies": bodies}
    record("organisation.closed", target=fresh, by=by, at=now, **told)
    return fresh


@transaction.atomic
def move_organisation(
    organisation: Organisation, *, parent: Organisation, by: User, now: datetime
) -> Organisation:
    """Hang it, with all below, under another parent; rosters, bodies and rights move along.

    Ledgers of programmes follow by programmes.actions.units.move_unit, which calls this verb.
    """
    fresh = lock(organisation)
    _may_change(by, fresh)
    _may_change(by, parent)
    _must_stand(parent)
    if parent.path.startswith(fresh.path):
        raise RuleBroken(_("A unit cannot stand below itself."), code="cycle")
    deepest = Organisation.objects.below(fresh.path).aggregate(level=Max("level"))["level"]
    if parent.level + 1 + deepest - fresh.level > DEPTH:
        raise BadInput(_("The tree may have %(most)d levels.") % {"most": DEPTH}, code="too_deep")
    before = fresh.path
    for each in Organisation.objects.below(before).order_by("level"):
        new_parent = parent if each.pk == fresh.pk else Organisation.objects.get(pk=each.parent_id)
        each.parent = new_parent
        set_place(each, new_parent)
        each.version += 1
        each.save()
    fresh.refresh_from_db()
    replace_paths(
        ("groups_person", "groups_body", "groups_post", "groups_tenure", "groups_appointment"),
        before,
    )
    _judge_supervision(fresh.path)
    record("organisation.moved", target=fresh, by=by, at=now, before=before, after=fresh.path)
    return fresh


def replace_paths(tables: tuple[str, ...], before: str) -> None:
    """Rows that carry the path of an organisation at or below `before` take its new one."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(
                f"UPDATE {table} t SET org_path = o.path FROM groups_organisation o"  # noqa: S608  our table names
                " WHERE o.id = t.organisation_id AND t.org_path >= %s AND t.org_path < %s",
                [before, before + "~"],
            )


def _judge_supervision(path: str) -> None:
    """Whether a supervised unit lies outside its supervisor's subtree may have changed by the move."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE groups_supervision e SET outside = NOT starts_with(u.path, s.path)"
            "  FROM groups_organisation u, groups_organisation s"
            " WHERE u.id = e.unit_id AND s.id = e.supervisor_id"
            "   AND (starts_with(u.path, %s) OR starts_with(s.path, %s))",
            [path, path],
        )


def _must_stand(organisation: Organisation | None) -> None:
    if organisation is not None and organisation.ends_on:
        raise RuleBroken(_("“%(name)s” has already ended.") % {"name": organisation}, code="ended")


def _may_change(by: User, organisation: Organisation | None) -> None:
    allowed = (
        by.is_system
        if organisation is None
        else by.has_perm(Permission.ORGANISATION_CHANGE, organisation)
    )
    if not allowed:
        raise NotAllowed(_("You may not change this part of the tree."), code="not_allowed")


def _named(name: str) -> str:
    if not name.strip():
        raise BadInput(_("A name is needed."), fields={"name": _("A name is needed.")})
    return name.strip()


def set_place(made: Organisation, parent: Organisation | None) -> None:
    made.level = parent.level + 1 if parent else 1
    made.path = f"{parent.path if parent else '/'}{made.label}/"
    made.sort_path = f"{parent.sort_path if parent else '/'}{made.seniority:05d}{made.label}/"
    made.pinyin, made.initials = sort_key(made.name), initials(made.name)[:60]
    for name in ANCESTORS:
        setattr(made, name, getattr(parent, name) if parent else None)
    setattr(made, ANCESTORS[made.level - 1], made.pk)


def _resort_below(fresh: Organisation, old: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE groups_organisation SET sort_path = %s || substr(sort_path, %s)"
            " WHERE sort_path > %s AND sort_path < %s",
            [fresh.sort_path, len(old) + 1, old, old + "~"],
        )


def _last_place(parent: Organisation | None) -> int:
    last = Organisation.objects.filter(parent=parent).order_by("-seniority").first()
    return last.seniority + 1 if last else 1


def next_number() -> int:
    """Of the next organisation of this tenant; two who add at once wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext(%s))", [f"tree:{current_tenant_id()}"]
        )
    return int(Organisation.objects.count()) + 1


def label_of(number: int) -> str:
    """Short and never used again in this tenant."""
    label = ""
    while number:
        number, digit = divmod(number, 36)
        label = _DIGITS[digit] + label
    return label
