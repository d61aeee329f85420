"""Client tokens: made by an office director, shown once, kept as a hash (`design/api.md`)."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from actionlearning.foundation import tokens
from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import ClientToken, Tenant, User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.workflow import lock_row
from groups.models import Appointment, Organisation
from groups.roles import CLIENT_ROLE, CLIENT_SCOPES


@transaction.atomic
def create_token(
    *,
    tenant: Tenant,
    organisation: Organisation,
    name: str,
    scopes: list[str],
    expires_at: datetime,
    by: User,
    now: datetime,
) -> tuple[ClientToken, str]:
    """(the row, the token itself: shown once). Raises NotAllowed, BadInput."""
    if not by.has_perm(Permission.TOKEN_MANAGE, organisation):
        raise NotAllowed(_("Only the office director makes client tokens."), code="not_allowed")
    _accept(name, scopes, expires_at, now)
    secret, digest = tokens.new_secret(tenant.slug)
    user = User.objects.create(
        login=f"client:{digest[:20]}",
        display_name=name.strip()[:60],
        password="!",  # noqa: S106  no password matches it
        must_change_password=False,
        created_at=now,
    )
    seat = Appointment(user=user, role=CLIENT_ROLE, starts_on=localdate(now))
    seat.place(organisation)
    seat.save(force_insert=True)
    made = ClientToken.objects.create(
        name=name.strip(),
        hash=digest,
        user=user,
        scopes=sorted(scopes),
        created_by=by,
        created_at=now,
        expires_at=expires_at,
    )
    record("token.created", target=made, by=by, at=now, scopes=sorted(scopes))
    return made, secret


@transaction.atomic
def revoke_token(
    token: ClientToken, *, organisation: Organisation, by: User, now: datetime
) -> ClientToken:
    if not by.has_perm(Permission.TOKEN_MANAGE, organisation):
        raise NotAllowed(_("Only the office director makes client tokens."), code="not_allowed")
    fresh = lock_row(token)
    if not Appointment.objects.filter(user=fresh.user_id, organisation=organisation).exists():
        raise NotAllowed(_("This client belongs to another organisation."), code="not_allowed")
    if fresh.revoked_at is not None:
        raise RuleBroken(_("This token has been revoked already."), code="revoked")
    fresh.revoked_at = now
    fresh.save(update_fields=["revoked_at"])
    User.objects.filter(pk=fresh.user_id).update(is_active=False)
    record("token.revoked", target=fresh, by=by, at=now)
    return fresh


def _accept(name: str, scopes: list[str], expires_at: datetime, now: datetime) -> None:
    wrong = {}
    if not name.strip():
        wrong["name"] = _("A name is needed.")
    if not scopes or not set(scopes) <= {str(scope) for scope in CLIENT_SCOPES}:
        wrong["scopes"] = _("Choose what the client may do.")
    if expires_at <= now:
        wrong["expires_on"] = _("It must end in the future.")
    if wrong:
        raise BadInput(" ".join(wrong.values()), fields=wrong)
