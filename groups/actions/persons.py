"""Rosters: who belongs to an organisation, in order of seniority."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.pinyin import initials, sort_key
from actionlearning.foundation.workflow import lock
from groups.models import Organisation, Person, Tenure

_FIELDS = ("name", "title", "phone", "seniority")


@transaction.atomic
def add_person(
    *,
    organisation: Organisation,
    name: str,
    starts_on: date,
    by: User,
    now: datetime,
    title: str = "",
    phone: str = "",
    seniority: int = 1,
) -> Person:
    """Raises NotAllowed, BadInput."""
    _may_change(by, organisation)
    made = Person(title=title, phone=phone, seniority=seniority, starts_on=starts_on)
    made.place(organisation)
    _name(made, name)
    made.save(force_insert=True)
    record("person.added", target=made, by=by, at=now)
    return made


@transaction.atomic
def change_person(
    person: Person, *, by: User, now: datetime, seen: int | None = None, **changes: Any
) -> Person:
    """Name, title, phone, seniority. Raises NotAllowed, BadInput, Stale."""
    fresh = lock(person, seen=seen)
    _may_change(by, fresh)
    changed = [k for k, v in changes.items() if k in _FIELDS and getattr(fresh, k) != v]
    for field in changed:
        setattr(fresh, field, changes[field])
    _name(fresh, fresh.name)
    fresh.version += 1
    fresh.save()
    if "name" in changed:
        Tenure.objects.filter(person=fresh, ends_on=None).update(person_name=fresh.name)
    record("person.changed", target=fresh, by=by, at=now, fields=changed)
    return fresh


@transaction.atomic
def end_person(person: Person, *, on: date, by: User, now: datetime) -> Person:
    """Leaves the roster; posts must have been handed over first, so that no duty is orphaned."""
    fresh = lock(person)
    _may_change(by, fresh)
    if Tenure.objects.filter(person=fresh, ends_on=None).exists():
        raise RuleBroken(
            _("This person still holds posts: hand them over first."), code="holds_posts"
        )
    fresh.ends_on = on
    fresh.save(update_fields=["ends_on"])
    record("person.ended", target=fresh, by=by, at=now, on=on.isoformat())
    return fresh


def _may_change(by: User, subject: Any) -> None:
    if not by.has_perm(Permission.PERSON_CHANGE, subject):
        raise NotAllowed(_("You may not change this roster."), code="not_allowed")


def _name(person: Person, name: str) -> None:
    person.name = name.strip()
    if not person.name:
        raise BadInput(_("A name is needed."), fields={"name": _("A name is needed.")})
    person.pinyin = sort_key(person.name, surname=True)
    person.initials = initials(person.name, surname=True)[:60]
