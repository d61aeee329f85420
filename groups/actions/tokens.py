"""Client tokens: made by an office director, shown once, kept as a hash (`design/api.md`)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation import tokens
from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed
from actionlearning.foundation.models import ClientToken, Tenant, User
from actionlearning.foundation.permissions import Permission
from groups.models import Appointment, Organisation
from groups.roles import Role, permissions_of


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
    """(the row, the token itself: shown once). A client gets at most what office staff may do."""
    if not by.has_perm(Permission.TOKEN_MANAGE, organisation):
        raise NotAllowed(_("Only the office director makes client tokens."), code="not_allowed")
    offered = {str(p) for p in permissions_of([Role.OFFICE_STAFF])}
    if not scopes or not set(scopes) <= offered:
        raise BadInput(
            _("Choose what the client may do."),
            fields={"scopes": _("Choose what the client may do.")},
        )
    if not name.strip() or expires_at <= now:
        raise BadInput(_("A name and a future end are needed."), code="invalid")
    secret, digest = tokens.new_secret(tenant.slug)
    user = User.objects.create(
        login=f"client:{digest[:20]}",
        display_name=name.strip()[:60],
        password="!",  # noqa: S106  no password matches it
        must_change_password=False,
        created_at=now,
    )
    seat = Appointment(user=user, role=Role.OFFICE_STAFF, starts_on=now.date())
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
    token.revoked_at = now
    token.save(update_fields=["revoked_at"])
    User.objects.filter(pk=token.user_id).update(is_active=False)
    record("token.revoked", target=token, by=by, at=now)
    return token
