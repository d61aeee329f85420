"""Somebody goes to another unit: the old entry ends, a new one begins, the sign-in goes along."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max, Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.scope import WHOLE, scope
from actionlearning.foundation.workflow import lock
from groups.models import Organisation, Person, Tenure


@transaction.atomic
def transfer_person(
    person: Person, *, to: Organisation, on: date, by: User, now: datetime, title: str = ""
) -> Person:
    """From `on` on the roster of `to`; returns the new entry. By a director over both units.

    Posts of the old unit end the day before, seats elsewhere stay. Raises NotAllowed, BadInput,
    RuleBroken (has left, the unit has ended).
    """
    fresh = lock(person)
    for unit in (fresh, to):
        if not by.has_perm(Permission.ORGANISATION_CHANGE, unit):
            raise NotAllowed(
                _("Only the director of an office above both units may do this."),
                code="not_allowed",
            )
    _refuse(fresh, to, on, now)
    made = _entry(fresh, to, on, title.strip())
    fresh.ends_on, user = on - timedelta(days=1), fresh.user
    fresh.user = None
    fresh.version += 1
    fresh.save(update_fields=["ends_on", "user", "version"])
    made.user = user
    made.save(force_insert=True)
    with scope(fresh.tenant, path=WHOLE, actor=by):
        ended = _leave_posts(fresh, made, on=on, now=now)
    before, after = fresh.organisation.name, to.name
    told = {"before": before, "after": after, "on": on.isoformat()}
    record("person.transferred", target=fresh, by=by, at=now, **told, to=str(made.pk), ended=ended)
    record("person.arrived", target=made, by=by, at=now, **told, former=str(fresh.pk))
    return made


def _refuse(person: Person, to: Organisation, on: date, now: datetime) -> None:
    if person.ends_on is not None:
        raise RuleBroken(_("%(name)s has left the roster.") % {"name": person}, code="ended")
    if to.ends_on is not None:
        raise RuleBroken(_("“%(name)s” has already ended.") % {"name": to}, code="ended")
    if to.pk == person.organisation_id:
        words = _("%(name)s is on this roster already.") % {"name": person}
        raise BadInput(words, fields={"to": words})
    words = ""
    if on > localdate(now):
        words = _("Choose today or an earlier day: enter a later change when its day has come.")
    elif on <= person.starts_on:
        words = _("%(name)s is on the roster since %(day)s: choose a later day.") % {
            "name": person,
            "day": person.starts_on,
        }
    if words:
        raise BadInput(words, fields={"on": words})


def _entry(person: Person, to: Organisation, on: date, title: str) -> Person:
    last = Person.objects.filter(organisation=to).aggregate(last=Max("seniority"))["last"]
    made = Person(
        name=person.name,
        pinyin=person.pinyin,
        initials=person.initials,
        title=title,
        phone=person.phone,
        seniority=(last or 0) + 1,
        starts_on=on,
    )
    made.place(to)
    return made


def _leave_posts(person: Person, made: Person, *, on: date, now: datetime) -> int:
    """Returns how many posts of the old unit ended or never began."""
    lasting = Tenure.objects.filter(Q(ends_on=None) | Q(ends_on__gte=on), person=person)
    home = lasting.filter(organisation=person.organisation_id)
    begun = home.filter(starts_on__gte=on, starts_on__lte=localdate(now)).first()
    if begun is not None:
        words = _("%(name)s holds a post of the old unit since %(day)s: choose a later day.") % {
            "name": person,
            "day": begun.starts_on,
        }
        raise BadInput(words, fields={"on": words})
    coming, _by_model = home.filter(starts_on__gte=on).delete()
    ended = home.update(ends_on=on - timedelta(days=1))
    lasting.update(person=made)
    return int(coming + ended)
