"""Bodies, their posts, and who holds them: a hand-over moves duties, rights and approvals at once."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.workflow import lock, lock_row
from groups.actions.beginnings import must_begin
from groups.actions.users import keep_three_apart
from groups.models import Body, Organisation, Person, Post, Tenure
from groups.roles import ADMINISTRATORS


@transaction.atomic
def form_body(
    *,
    organisation: Organisation,
    kind: str,
    name: str,
    starts_on: date,
    by: User,
    now: datetime,
    secretariat: Body | None = None,
    starts_in_month: bool = False,
) -> Body:
    """Raises NotAllowed, BadInput, RuleBroken (a body of this kind is in force already)."""
    may_change(Permission.BODY_CHANGE, by, organisation)
    if not name.strip():
        raise BadInput(_("A name is needed."), fields={"name": _("A name is needed.")})
    if lock_row(organisation).ends_on:
        raise RuleBroken(_("“%(name)s” has already ended.") % {"name": organisation}, code="ended")
    if Body.objects.filter(organisation=organisation, kind=kind, ends_on=None).exists():
        raise RuleBroken(
            _("There is such a body already: change or dissolve that one."), code="exists"
        )
    body = Body(kind=kind, name=name.strip(), starts_on=starts_on, formed_at=now)
    body.secretariat, body.starts_in_month = secretariat, starts_in_month
    body.place(organisation)
    body.save(force_insert=True)
    record("body.formed", target=body, by=by, at=now, kind=kind)
    return body


@transaction.atomic
def change_body(
    body: Body,
    *,
    name: str,
    secretariat: Body | None,
    by: User,
    now: datetime,
    seen: int | None = None,
    starts_on: date | None = None,
    starts_in_month: bool | None = None,
) -> Body:
    """Its name, its secretariat (P1-23) and its first day. Raises NotAllowed, BadInput, Stale, RuleBroken."""
    fresh = lock(body, seen=seen)
    may_change(Permission.BODY_CHANGE, by, fresh)
    must_stand(fresh)
    if secretariat is not None and secretariat.pk == fresh.pk:
        words = _("A body cannot be its own secretariat.")
        raise BadInput(words, fields={"secretariat": words})
    if starts_on is not None and starts_on != fresh.starts_on:
        must_begin(starts_on, fresh.ends_on, Tenure.objects.filter(post__body=fresh))
        fresh.starts_on, fresh.starts_in_month = starts_on, False
    if starts_in_month is not None:
        fresh.starts_in_month = starts_in_month
    fresh.name, fresh.secretariat = name.strip() or fresh.name, secretariat
    fresh.version += 1
    fresh.save(update_fields=["name", "secretariat", "starts_on", "starts_in_month", "version"])
    record("body.changed", target=fresh, by=by, at=now)
    return fresh


@transaction.atomic
def dissolve_body(body: Body, *, on: date, by: User, now: datetime) -> Body:
    """`on` is its last day and that of every tenure in it. Raises NotAllowed, BadInput, RuleBroken.

    Where somebody still sits in it, it takes who may end a tenure.
    """
    fresh = lock(body)
    may_change(Permission.BODY_CHANGE, by, fresh)
    must_stand(fresh)
    if on < fresh.starts_on:
        raise BadInput(_("It cannot end before it began."), fields={"on": _("Too early.")})
    vacate(Tenure.objects.filter(post__body=fresh), fresh, on=on, by=by)
    _end_body(fresh, on)
    record("body.dissolved", target=fresh, by=by, at=now, on=on.isoformat())
    return fresh


def vacate(seats: QuerySet[Any], subject: Any, *, on: date, by: User) -> None:
    """Tenures of `subject` that last longer end on `on`. Raises NotAllowed, RuleBroken `later_tenure`."""
    lasting = seats.filter(Q(ends_on=None) | Q(ends_on__gt=on))
    if lasting.filter(starts_on__gt=on).exists():
        raise RuleBroken(
            _(
                "Somebody is appointed to it from a later day: cancel that appointment, or choose that day or a later one."
            ),
            code="later_tenure",
        )
    if lasting.exists() and not by.has_perm(Permission.APPOINT, subject):
        raise NotAllowed(
            _("Somebody still holds a post here: only who may end a tenure may do this."),
            code="holds_posts",
        )
    lasting.update(ends_on=on)


def _end_body(body: Body, on: date) -> None:
    body.ends_on = on
    body.version += 1
    body.save(update_fields=["ends_on", "version"])


@transaction.atomic
def end_bodies_of(organisation: Organisation, *, on: date, by: User, now: datetime) -> list[str]:
    """They end with their organisation, which somebody may close who may not change its bodies.

    Returns their names. Appointments that would have begun later never begin.
    """
    names = []
    for body in Body.objects.select_for_update().filter(organisation=organisation, ends_on=None):
        seats = Tenure.objects.filter(Q(ends_on=None) | Q(ends_on__gt=on), post__body=body)
        seats.filter(starts_on__gt=on).delete()
        seats.update(ends_on=on)
        _end_body(body, max(on, body.starts_on))
        record("body.dissolved", target=body, by=by, at=now, on=on.isoformat())
        names.append(body.name)
    return names


@transaction.atomic
def add_post(
    body: Body,
    *,
    title: str,
    by: User,
    now: datetime,
    role: str = "",
    rank: int = 1,
    seats: int = 1,
) -> Post:
    """`role` says what its holder may do. Raises NotAllowed, BadInput."""
    may_change(Permission.BODY_CHANGE, by, body)
    must_stand(body)
    if not title.strip():
        raise BadInput(_("A title is needed."), fields={"title": _("A title is needed.")})
    if role in ADMINISTRATORS:
        raise BadInput(
            _("Administrators are appointed, they hold no post."), code="administrator_post"
        )
    post = Post(body=body, title=title.strip(), role=role, rank=rank, seats=seats)
    post.place(body.organisation)
    post.save(force_insert=True)
    record("post.added", target=post, by=by, at=now, body=str(body.pk), role=role)
    return post


@transaction.atomic
def appoint(
    post: Post,
    *,
    person: Person,
    starts_on: date,
    by: User,
    now: datetime,
    acting: bool = False,
    starts_in_month: bool = False,
) -> Tenure:
    """Seat a person from a day on. Raises NotAllowed, BadInput, RuleBroken (no seat free, holds it)."""
    may_change(Permission.APPOINT, by, post)
    lock_row(post)
    _may_sit(post, person, starts_on)
    if _held_from(post, starts_on).count() >= post.seats:
        raise RuleBroken(
            _("Every seat of this post is taken: hand it over instead."), code="no_seat"
        )
    made = Tenure(post=post, person=person, acting=acting)
    made.starts_on, made.starts_in_month = starts_on, starts_in_month
    return _seat(made, by=by, now=now)


@transaction.atomic
def end_tenure(tenure: Tenure, *, on: date, by: User, now: datetime) -> Tenure:
    """`on` is the holder's last day; the post is vacant until somebody is appointed."""
    fresh = _locked_tenure(tenure, by)
    _end(fresh, on)
    record("tenure.ended", target=fresh, by=by, at=now, on=on.isoformat())
    return fresh


@transaction.atomic
def hand_over(
    tenure: Tenure, *, to: Person, on: date, by: User, now: datetime, acting: bool = False
) -> Tenure:
    """From `on` the post is `to`'s. Duties and approvals address the post, so they follow by themselves."""
    lock_row(tenure.post)
    fresh = _locked_tenure(tenure, by)
    _may_sit(fresh.post, to, on)
    _end(fresh, on - timedelta(days=1))
    coming = Tenure(post=fresh.post, person=to, starts_on=on, acting=acting)
    made = _seat(coming, by=by, now=now)
    record(
        "post.handed_over",
        target=fresh.post,
        by=by,
        at=now,
        before=fresh.person_name,
        after=to.name,
    )
    return made


def _held_from(post: Post, day: date) -> Any:
    """Tenures of the post that last until `day` or longer."""
    return Tenure.objects.filter(Q(ends_on=None) | Q(ends_on__gte=day), post=post)


def _may_sit(post: Post, person: Person, day: date) -> None:
    """A standing body and post, someone still on a roster, not twice in one post, no administrator."""
    must_stand(post.body)
    if post.ends_on is not None:
        raise RuleBroken(_("The post “%(title)s” has ended.") % {"title": post}, code="ended")
    if person.ends_on is not None and person.ends_on < day:
        words = _("%(name)s has left the roster.") % {"name": person}
        raise BadInput(words, fields={"person": words})
    if _held_from(post, day).filter(person=person).exists():
        raise RuleBroken(_("%(name)s holds this post already.") % {"name": person}, code="holds_it")


def must_stand(body: Body) -> None:
    if body.ends_on is not None:
        raise RuleBroken(_("“%(name)s” has been dissolved.") % {"name": body}, code="ended")


def _locked_tenure(tenure: Tenure, by: User) -> Tenure:
    fresh = lock(tenure)
    may_change(Permission.APPOINT, by, fresh)
    if fresh.ends_on is not None:
        raise RuleBroken(_("This tenure has already ended."), code="ended")
    return fresh


def _end(tenure: Tenure, on: date) -> None:
    """A tenure lasts one day at least: clamped, two people would hold the post that day."""
    if on < tenure.starts_on:
        words = _("%(name)s holds this post since %(day)s: choose a later day.") % {
            "name": tenure.person_name,
            "day": tenure.starts_on.isoformat(),
        }
        raise BadInput(words, fields={"on": words})
    tenure.ends_on = on
    tenure.save(update_fields=["ends_on"])


def _seat(tenure: Tenure, *, by: User, now: datetime) -> Tenure:
    """With what its post and person say of it."""
    post, person = tenure.post, tenure.person
    if person.user is not None and post.role:
        keep_three_apart(person.user, post.role, day=tenure.starts_on, by=by)
    tenure.user, tenure.person_name, tenure.role = person.user, person.name, post.role
    tenure.taken_at = now
    tenure.place(post.organisation)
    tenure.save(force_insert=True)
    record("post.taken", target=post, by=by, at=now, person=str(person.pk), name=person.name)
    return tenure


def may_change(permission: Permission, by: User, subject: object) -> None:
    if not by.has_perm(permission, subject):
        raise NotAllowed(_("You may not change this body."), code="not_allowed")
