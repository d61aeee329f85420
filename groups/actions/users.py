"""Sign-ins: made by the system administrator, given rights by the security administrator."""

import re
import secrets
import string
from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from actionlearning.foundation import second_factor
from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import ClientToken, PastPassword, User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.scope import WHOLE, scope
from actionlearning.foundation.workflow import lock_row
from groups.models import Appointment, Organisation, Person, Tenure
from groups.queries import NO_PASSWORD
from groups.roles import ADMINISTRATORS

TRIES = 5
LOCKED_FOR = timedelta(minutes=30)
PASSWORDS_REMEMBERED = 5
_LOGIN = re.compile(r"[\w.@-]+")


@transaction.atomic
def create_user(
    *,
    login: str,
    person: Person | None,
    by: User,
    now: datetime,
    display_name: str = "",
    email: str = "",
) -> tuple[User, str]:
    """(the sign-in, its first password: shown once, changed at the first sign-in)."""
    _may(Permission.USER_MANAGE, by)
    login = _free_login(login)
    person = lock_row(person) if person is not None else None
    if person is not None and person.user_id:
        raise RuleBroken(_("%(name)s has a sign-in already.") % {"name": person}, code="has_user")
    password = _first_password()
    user = User.objects.create(
        login=login,
        display_name=display_name or (person.name if person else login),
        email=email,
        password=make_password(password),
        created_at=now,
    )
    if person is not None:
        _link(person, user)
    record("user.created", target=user, by=by, at=now, login=login)
    return user, password


def _free_login(login: str) -> str:
    login = login.strip().lower()
    words = ""
    if not login:
        words = _("A sign-in name is needed.")
    elif not _LOGIN.fullmatch(login):
        words = _("Letters, digits and . - _ @ only.")
    elif User.objects.filter(login=login).exists():
        words = _("This sign-in name is taken.")
    if words:
        raise BadInput(words, fields={"login": words})
    return login


def _link(person: Person, user: User) -> None:
    Person.objects.filter(pk=person.pk).update(user=user)
    Tenure.objects.filter(person=person).update(user=user)
    person.user = user


@transaction.atomic
def link_user(user: User, *, person: Person, by: User, now: datetime) -> Person:
    """A sign-in made without a person gets one; the posts give it their rights at once.

    Raises NotAllowed, RuleBroken (either of the two is linked already, three administrators).
    """
    fresh, person = _person_s_own(user, by), lock_row(person)
    if person.user_id:
        raise RuleBroken(_("%(name)s has a sign-in already.") % {"name": person}, code="has_user")
    with scope(fresh.tenant, path=WHOLE, actor=by):
        other = Person.objects.filter(user=fresh).first()
        if other is not None:
            raise RuleBroken(
                _("This sign-in belongs to %(name)s already.") % {"name": other}, code="has_person"
            )
        today = localdate(now)
        seats = Tenure.objects.filter(_lasting(today), person=person).exclude(role="")
        for role in set(seats.values_list("role", flat=True)):
            keep_three_apart(fresh, role, day=today, by=by)
        _link(person, fresh)
    record("user.linked", target=fresh, by=by, at=now, person=str(person.pk), name=person.name)
    return person


@transaction.atomic
def change_user(
    user: User, *, login: str, display_name: str, email: str, by: User, now: datetime
) -> User:
    """The system administrator corrects a sign-in. Raises NotAllowed, BadInput, RuleBroken."""
    fresh = _person_s_own(user, by)
    if not display_name.strip():
        words = _("A name is needed.")
        raise BadInput(words, fields={"display_name": words})
    if login.strip().lower() != fresh.login:
        login = _free_login(login)
    after = {"login": login.strip().lower(), "display_name": display_name.strip(), "email": email}
    changed = {name: value for name, value in after.items() if getattr(fresh, name) != value}
    if changed:
        before = {name: getattr(fresh, name) for name in changed}
        for name, value in changed.items():
            setattr(fresh, name, value)
        fresh.save(update_fields=list(changed))
        record("user.changed", target=fresh, by=by, at=now, before=before, after=changed)
    return fresh


@transaction.atomic
def reset_password(user: User, *, by: User, now: datetime) -> str:
    """A new first password, shown once; also ends a lock-out and a lost second factor."""
    fresh = _person_s_own(user, by)
    if not fresh.is_active:
        raise RuleBroken(_("This sign-in is switched off."), code="inactive")
    PastPassword.objects.create(user=fresh, password=fresh.password, replaced_at=now)
    password = _begin_anew(fresh)
    record("user.password_reset", target=fresh, by=by, at=now)
    return password


@transaction.atomic
def reactivate_user(user: User, *, by: User, now: datetime) -> str:
    """Somebody comes back: the same sign-in with a new first password and what the posts give it."""
    fresh = _person_s_own(user, by)
    if fresh.is_active:
        raise RuleBroken(_("This sign-in is in use."), code="active")
    fresh.is_active = True
    password = _begin_anew(fresh)
    record("user.reactivated", target=fresh, by=by, at=now)
    return password


def _person_s_own(user: User, by: User) -> User:
    """The locked row; neither the system's sign-in nor a REST client's may get a password."""
    _may(Permission.USER_MANAGE, by)
    fresh = lock_row(user)
    if fresh.is_system or ClientToken.objects.filter(user=fresh).exists():
        raise RuleBroken(_("This sign-in belongs to no person."), code="no_person")
    return fresh


def _begin_anew(fresh: User) -> str:
    password = _first_password()
    fresh.password = make_password(password)
    fresh.must_change_password = True
    fresh.failed_sign_ins, fresh.locked_until = 0, None
    fresh.factor_secret, fresh.factor_confirmed_at, fresh.factor_last_step = "", None, None
    fresh.save()
    return password


@transaction.atomic
def change_password(user: User, *, old: str, new: str, now: datetime) -> User:
    """The user's own act. Raises BadInput with the rule that the new one breaks."""
    fresh = lock_row(user)
    if not check_password(old, fresh.password):
        raise BadInput(
            _("The old password is wrong."), fields={"old": _("The old password is wrong.")}
        )
    _accept(fresh, new)
    PastPassword.objects.create(user=fresh, password=fresh.password, replaced_at=now)
    fresh.password = make_password(new)
    fresh.must_change_password = False
    fresh.save(update_fields=["password", "must_change_password"])
    record("user.password_changed", target=fresh, by=fresh, at=now)
    return fresh


def _accept(user: User, new: str) -> None:
    try:
        validate_password(new, user)
    except ValidationError as broken:
        words = " ".join(broken.messages)
        raise BadInput(words, fields={"new": words}) from None
    past = PastPassword.objects.filter(user=user).order_by("-replaced_at")[:PASSWORDS_REMEMBERED]
    if any(check_password(new, kept) for kept in [user.password, *(row.password for row in past)]):
        words = _("The last %(count)d passwords may not be used again.") % {
            "count": PASSWORDS_REMEMBERED
        }
        raise BadInput(words, fields={"new": words})


@transaction.atomic
def deactivate_user(user: User, *, by: User, now: datetime) -> User:
    """Every session and token of it ends with the next request; its secrets are cleared."""
    if user.pk == by.pk:
        raise RuleBroken(_("Nobody switches off their own sign-in."), code="own")
    fresh = _person_s_own(user, by)
    fresh.is_active = False
    fresh.password, fresh.factor_secret = NO_PASSWORD, ""
    fresh.factor_confirmed_at, fresh.factor_last_step = None, None
    fresh.save()
    record("user.deactivated", target=fresh, by=by, at=now)
    return fresh


@transaction.atomic
def give_role(
    user: User,
    *,
    role: str,
    organisation: Organisation,
    starts_on: date,
    by: User,
    now: datetime,
    ends_on: date | None = None,
) -> Appointment:
    """A free-standing appointment, to its last day or open. The three administrators exclude each other and all business roles."""
    _may(Permission.ROLE_MANAGE, by)
    if role in ADMINISTRATORS and organisation.parent_id is not None:
        words = _("Administrators serve the whole tenant: choose the organisation at the top.")
        raise BadInput(words, fields={"organisation": words})
    if ends_on is not None and ends_on < starts_on:
        words = _("The last day lies before the first.")
        raise BadInput(words, fields={"ends_on": words})
    fresh = lock_row(user)
    keep_three_apart(fresh, role, day=starts_on, by=by)
    held = Appointment.objects.filter(_lasting(starts_on), user=fresh, role=role)
    if held.filter(organisation=organisation).exists():
        raise RuleBroken(_("%(name)s has this role already.") % {"name": fresh}, code="has_role")
    made = Appointment(user=fresh, role=role, starts_on=starts_on, ends_on=ends_on)
    made.place(organisation)
    made.save(force_insert=True)
    record("role.given", target=fresh, by=by, at=now, role=role, organisation=str(organisation.pk))
    return made


@transaction.atomic
def take_role(appointment: Appointment, *, on: date, by: User, now: datetime) -> Appointment:
    """`on` is the last day of the right; yesterday takes it away at once."""
    _may(Permission.ROLE_MANAGE, by)
    fresh = lock_row(appointment)
    if fresh.user_id == by.pk:
        raise RuleBroken(_("Nobody takes away their own role."), code="own")
    if fresh.ends_on is not None and fresh.ends_on <= on:
        raise RuleBroken(_("This role was taken away already."), code="ended")
    fresh.ends_on = on
    fresh.save(update_fields=["ends_on"])
    record("role.taken", target=fresh.user, by=by, at=now, role=fresh.role)
    return fresh


def keep_three_apart(user: User, role: str, *, day: date, by: User) -> None:
    """Raises RuleBroken. Asked of the whole tree: administrators sit at its root, posts anywhere."""
    with scope(user.tenant, path=WHOLE, actor=by):
        held = set(
            Appointment.objects.filter(_lasting(day), user=user).values_list("role", flat=True)
        ) | set(
            Tenure.objects.filter(_lasting(day), user=user)
            .exclude(role="")
            .values_list("role", flat=True)
        )
    administrator = role in ADMINISTRATORS or any(kept in ADMINISTRATORS for kept in held)
    if administrator and held - {role}:
        raise RuleBroken(
            _(
                "The three administrators are kept apart: one person holds one of them and nothing else."
            ),
            code="three_administrators",
        )


def _lasting(day: date) -> Q:
    return Q(ends_on=None) | Q(ends_on__gte=day)


@transaction.atomic
def begin_factor(user: User, *, now: datetime) -> str:
    """A new secret, to be confirmed with a first code; the address for the phone is made from it."""
    fresh = lock_row(user)
    if fresh.factor_confirmed_at:
        raise RuleBroken(_("A second factor is set up already."), code="has_factor")
    if not fresh.factor_secret:
        fresh.factor_secret = second_factor.new_secret()
        fresh.save(update_fields=["factor_secret"])
    return str(fresh.factor_secret)


@transaction.atomic
def check_factor(user: User, *, code: str, now: datetime) -> User:
    """A right code, once. Raises BadInput; the first right code confirms the factor."""
    fresh = lock_row(user)
    step = second_factor.matches(fresh.factor_secret, code, now, fresh.factor_last_step)
    if step is None:
        words = _("This code is wrong or was used before.")
        raise BadInput(words, fields={"code": words})
    fresh.factor_last_step = step
    fresh.factor_confirmed_at = fresh.factor_confirmed_at or now
    fresh.save(update_fields=["factor_last_step", "factor_confirmed_at"])
    record("user.factor_passed", target=fresh, by=fresh, at=now)
    return fresh


@transaction.atomic
def note_failed_sign_in(login: str, *, now: datetime, address: str = "") -> None:
    """Five wrong passwords lock a sign-in for half an hour; written after the request rolled back."""
    user = User.objects.select_for_update().filter(login=login, is_system=False).first()
    if user is None:
        record("user.sign_in_failed", by=None, at=now, login=login[:60], address=address)
        return
    user.failed_sign_ins += 1
    if user.failed_sign_ins >= TRIES:
        user.failed_sign_ins, user.locked_until = 0, now + LOCKED_FOR
    user.save(update_fields=["failed_sign_ins", "locked_until"])
    locked = user.locked_until is not None
    record("user.sign_in_failed", target=user, by=None, at=now, locked=locked, address=address)


@transaction.atomic
def note_sign_in(user: User, *, now: datetime, address: str = "") -> None:
    User.objects.filter(pk=user.pk).update(failed_sign_ins=0, locked_until=None, last_login=now)
    record("user.signed_in", target=user, by=user, at=now, address=address)


@transaction.atomic
def ask_for_new_password(user: User, *, days: int, now: datetime) -> bool:
    """True when the password is older than `days`: the next page is the one that changes it. 0: never."""
    if days == 0 or user.must_change_password:
        return False
    last = PastPassword.objects.filter(user=user).order_by("-replaced_at").first()
    since = last.replaced_at if last else user.created_at
    if now - since <= timedelta(days=days):
        return False
    user.must_change_password = True
    user.save(update_fields=["must_change_password"])
    record("user.password_expired", target=user, by=user, at=now, days=days)
    return True


def needs_factor(user: User, *, day: date) -> bool:
    """Administrators must have one, everybody else may."""
    if user.factor_confirmed_at:
        return True
    return bool(
        Appointment.objects.filter(_lasting(day), user=user, role__in=ADMINISTRATORS).exists()
    )


def _first_password() -> str:
    alphabet = string.ascii_letters + string.digits
    return "Aa1-" + "".join(secrets.choice(alphabet) for _each in range(12))


def _may(permission: Permission, by: User) -> None:
    if not (by.is_system or by.has_perm(permission)):
        raise NotAllowed(_("This is for the administrators."), code="not_allowed")
