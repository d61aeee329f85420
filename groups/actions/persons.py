"""Rosters: who belongs to an organisation, in order of seniority."""

import re
import unicodedata
import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import orjson
from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record, record_each
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.pinyin import initials, sort_key
from actionlearning.foundation.scope import WHOLE, scope
from actionlearning.foundation.tenancy import uuid7
from actionlearning.foundation.workflow import lock
from groups.actions.beginnings import must_begin, with_precision
from groups.models import Organisation, Person, Tenure
from groups.rosters.cells import proper_name

_PHONE = re.compile(r"[0-9+()\- ]{5,30}")
_FIELDS = ("name", "title", "phone", "seniority", "starts_on", "starts_in_month")
_MANY = """
INSERT INTO groups_person (id, tenant_id, organisation_id, org_path, name, pinyin, initials, title, phone, seniority,
       starts_on, starts_in_month, version)
SELECT r.id, al_tenant(), r.organisation, r.path, r.name, r.pinyin, r.initials, r.title, r.phone, r.seniority,
       r.starts_on, r.starts_in_month, 1
  FROM json_to_recordset(%s::json) AS r (id uuid, organisation uuid, path text, name text, pinyin text, initials text,
       title text, phone text, seniority integer, starts_on date, starts_in_month boolean)
"""


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
    seniority: int | None = None,
    starts_in_month: bool = False,
) -> Person:
    """Without `seniority` it comes last. Raises NotAllowed, BadInput, RuleBroken."""
    _may_enrol(by, organisation)
    made = Person(title=title.strip(), phone=_phone(phone), starts_on=starts_on)
    made.starts_in_month = starts_in_month
    made.seniority = seniority or _last_place(organisation)
    made.place(organisation)
    _name(made, name)
    made.save(force_insert=True)
    record("person.added", target=made, by=by, at=now)
    return made


@transaction.atomic
def add_persons(rows: Sequence[Mapping[str, Any]], *, by: User, now: datetime) -> list[uuid.UUID]:
    """Whole rosters in one statement; each row has the arguments of `add_person`. Returns the new ids.

    Rows without `seniority` come last in their order. Raises NotAllowed, BadInput, RuleBroken.
    """
    last: dict[Any, int] = {}
    for home in {row["organisation"].pk: row["organisation"] for row in rows}.values():
        _may_enrol(by, home)
        last[home.pk] = _last_place(home) - 1
    made = [_plain(row, last) for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(_MANY, [orjson.dumps(made).decode()])
    record_each("person.added", Person, [(m["id"], m["name"]) for m in made], by=by, at=now)
    record("persons.added", by=by, at=now, number=len(made))
    return [each["id"] for each in made]


def _plain(row: Mapping[str, Any], last: dict[Any, int]) -> dict[str, Any]:
    home = row["organisation"]
    name = _proper(row["name"])
    if not row["seniority"]:
        last[home.pk] += 1
    return {
        "id": uuid7(),
        "organisation": home.pk,
        "path": home.path,
        "name": name,
        **_spelled(name),
        "title": row["title"].strip(),
        "phone": _phone(row["phone"]),
        "seniority": row["seniority"] or last[home.pk],
        "starts_on": row["starts_on"],
        "starts_in_month": row["starts_in_month"],
    }


def _may_enrol(by: User, organisation: Organisation) -> None:
    _may_change(by, organisation)
    if organisation.ends_on:
        raise RuleBroken(_("“%(name)s” has already ended.") % {"name": organisation}, code="ended")


@transaction.atomic
def change_person(
    person: Person, *, by: User, now: datetime, seen: int | None = None, **changes: Any
) -> Person:
    """Name, title, phone, seniority, first day. Raises NotAllowed, BadInput, Stale."""
    fresh = lock(person, seen=seen)
    _may_change(by, fresh)
    if "phone" in changes:
        changes["phone"] = _phone(changes["phone"])
    changes = with_precision(fresh, changes)
    changed = [k for k, v in changes.items() if k in _FIELDS and getattr(fresh, k) != v]
    if not changed:
        return fresh
    if "starts_on" in changed:
        _must_begin(fresh, changes["starts_on"], by)
    for field in changed:
        setattr(fresh, field, changes[field])
    _name(fresh, fresh.name)
    fresh.version += 1
    fresh.save()
    if "name" in changed:
        Tenure.objects.filter(person=fresh, ends_on=None).update(person_name=fresh.name)
        User.objects.filter(pk=fresh.user_id).update(display_name=fresh.name)
    record("person.changed", target=fresh, by=by, at=now, fields=changed)
    return fresh


@transaction.atomic
def end_person(person: Person, *, on: date, by: User, now: datetime) -> Person:
    """Leaves the roster; posts must have been handed over first, so that no duty is orphaned."""
    fresh = lock(person)
    _may_change(by, fresh)
    if fresh.ends_on is not None:
        raise RuleBroken(_("%(name)s has left the roster.") % {"name": fresh}, code="ended")
    if on < fresh.starts_on:
        raise BadInput(_("It cannot end before it began."), fields={"on": _("Too early.")})
    if _holds_posts(fresh, after=on, by=by):
        raise RuleBroken(
            _("This person still holds posts: hand them over first."), code="holds_posts"
        )
    fresh.ends_on = on
    fresh.version += 1
    fresh.save(update_fields=["ends_on", "version"])
    record("person.ended", target=fresh, by=by, at=now, on=on.isoformat())
    return fresh


@transaction.atomic
def show_phone(person: Person, *, by: User, now: datetime) -> str:
    """The number behind the mask; who looked at it stays on record (`practice.md` §10.2)."""
    if not by.has_perm(Permission.PERSON_VIEW, person):
        raise NotAllowed(_("You may not read this roster."), code="not_allowed")
    record("person.phone_shown", target=person, by=by, at=now)
    return str(person.phone)


def _must_begin(person: Person, day: date, by: User) -> None:
    with scope(person.tenant, path=WHOLE, actor=by):
        must_begin(day, person.ends_on, Tenure.objects.filter(person=person))


def _holds_posts(person: Person, *, after: date, by: User) -> bool:
    """Asked of the whole tree: somebody seconded holds a post behind another unit's wall (P2-15)."""
    with scope(person.tenant, path=WHOLE, actor=by):
        seats = Tenure.objects.filter(Q(ends_on=None) | Q(ends_on__gt=after), person=person)
        return bool(seats.exists())


def _may_change(by: User, subject: Any) -> None:
    if not by.has_perm(Permission.PERSON_CHANGE, subject):
        raise NotAllowed(_("You may not change this roster."), code="not_allowed")


def _last_place(organisation: Organisation) -> int:
    last = Person.objects.filter(organisation=organisation).order_by("-seniority").first()
    return last.seniority + 1 if last else 1


def _phone(typed: str) -> str:
    phone = unicodedata.normalize("NFKC", typed).strip()
    if phone and not _PHONE.fullmatch(phone):
        words = _("A telephone number has digits only, with area code where it is a landline.")
        raise BadInput(words, fields={"phone": words})
    return phone


def _name(person: Person, name: str) -> None:
    person.name = _proper(name)
    for key, value in _spelled(person.name).items():
        setattr(person, key, value)


def _proper(name: str) -> str:
    """As on the identity card: no spaces between Chinese characters, one kind of dot (`practice.md` §9)."""
    found = proper_name(name)
    if not found:
        raise BadInput(_("A name is needed."), fields={"name": _("A name is needed.")})
    return found


def _spelled(name: str) -> dict[str, str]:
    return {
        "pinyin": sort_key(name, surname=True),
        "initials": initials(name, surname=True)[:60],
    }
