"""Roles are data: a name, a plain description and a list of verbs (`model.md` §2)."""

from collections.abc import Iterable

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.permissions import Permission as P


class Role(models.TextChoices):
    """What a post or an appointment lets a sign-in do at its organisation and below."""

    OFFICE_DIRECTOR = "office_director", _("executive-office director")
    OFFICE_STAFF = "office_staff", _("executive-office staff")
    LEADING_GROUP_LEADER = "leading_group_leader", _("leading-group leader")
    LEADING_GROUP_MEMBER = "leading_group_member", _("leading-group member")
    PROMOTION_TEAM_LEADER = "promotion_team_leader", _("promotion-team leader")
    PROMOTION_TEAM_MEMBER = "promotion_team_member", _("promotion-team member")
    LIAISON = "liaison", _("liaison officer")
    INFORMATION_OFFICER = "information_officer", _("information officer")
    SYSTEM_ADMINISTRATOR = "system_administrator", _("system administrator")
    SECURITY_ADMINISTRATOR = "security_administrator", _("security administrator")
    AUDIT_ADMINISTRATOR = "audit_administrator", _("audit administrator")


ADMINISTRATORS = (
    Role.SYSTEM_ADMINISTRATOR,
    Role.SECURITY_ADMINISTRATOR,
    Role.AUDIT_ADMINISTRATOR,
)
"""三员分立: mutually exclusive in one person, and none of them sees business data."""

_EVERYBODY = (P.DESK_VIEW, P.NOTICE_VIEW, P.ACCOUNT_CHANGE)
_READER = (
    *_EVERYBODY,
    P.ORGANISATION_VIEW,
    P.PERSON_VIEW,
    P.BODY_VIEW,
    P.PROGRAMME_VIEW,
    P.OBLIGATION_VIEW,
    P.PROJECT_VIEW,
    P.ITEM_VIEW,
)
_CLERK = (
    *_READER,
    P.PERSON_CHANGE,
    P.BODY_CHANGE,
    P.ITEM_WRITE,
    P.ITEM_SUBMIT,
    P.ITEM_REVIEW,
    P.PROJECT_CHANGE,
    P.PROJECT_SUBMIT,
    P.PROJECT_REVIEW,
    P.STATUS_VIEW,
)
_DIRECTOR = (
    *_CLERK,
    P.ITEM_SIGN,
    P.APPOINT,
    P.GRANT,
    P.TOKEN_MANAGE,
    P.ORGANISATION_CHANGE,
    P.PROGRAMME_CHANGE,
    P.CALENDAR_CHANGE,
    P.OBLIGATION_WAIVE,
)

PERMISSIONS: dict[str, tuple[P, ...]] = {
    Role.OFFICE_DIRECTOR: _DIRECTOR,
    Role.OFFICE_STAFF: _CLERK,
    Role.LEADING_GROUP_LEADER: (*_READER, P.ITEM_SIGN, P.PROJECT_CHOOSE),
    Role.LEADING_GROUP_MEMBER: _READER,
    Role.PROMOTION_TEAM_LEADER: _READER,
    Role.PROMOTION_TEAM_MEMBER: _READER,
    Role.LIAISON: (*_READER, P.ITEM_WRITE, P.ITEM_SUBMIT, P.PROJECT_CHANGE),
    Role.INFORMATION_OFFICER: (*_READER, P.ITEM_WRITE, P.ITEM_SUBMIT),
    Role.SYSTEM_ADMINISTRATOR: (*_EVERYBODY, P.USER_MANAGE, P.STATUS_VIEW),
    Role.SECURITY_ADMINISTRATOR: (*_EVERYBODY, P.ROLE_MANAGE),
    Role.AUDIT_ADMINISTRATOR: (*_EVERYBODY, P.AUDIT_VIEW),
}

OUTSIDER: tuple[P, ...] = _EVERYBODY
"""A sign-in with object grants only: facilitators, experts, observers."""

DESCRIPTIONS: dict[str, str | Promise] = {
    Role.OFFICE_DIRECTOR: _("Runs the executive office: signs, appoints, grants, waives."),
    Role.OFFICE_STAFF: _("Daily work of the executive office: writes, submits, reviews."),
    Role.LEADING_GROUP_LEADER: _("Chooses topics, signs items, sees everything below."),
    Role.LEADING_GROUP_MEMBER: _("Sees everything of the organisation and below."),
    Role.PROMOTION_TEAM_LEADER: _("Guides the units and sees their work."),
    Role.PROMOTION_TEAM_MEMBER: _("Sees the units' work."),
    Role.LIAISON: _("Contact of the unit: writes and submits, is reminded first."),
    Role.INFORMATION_OFFICER: _("Writes and submits information items."),
    Role.SYSTEM_ADMINISTRATOR: _("Creates sign-ins and resets passwords; sees no business data."),
    Role.SECURITY_ADMINISTRATOR: _("Gives and takes rights; sees no business data."),
    Role.AUDIT_ADMINISTRATOR: _("Reads the audit log only."),
}


def roles_with(permission: P) -> list[str]:
    """Every role that holds `permission`."""
    return [role for role, held in PERMISSIONS.items() if permission in held]


def permissions_of(roles: Iterable[str]) -> set[P]:
    return {permission for role in roles for permission in PERMISSIONS[role]}
