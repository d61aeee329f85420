"""Roles are data: a name, a plain description and a list of verbs (`model.md` §2)."""

from collections.abc import Iterable

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.permissions import Permission

P = Permission


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


class BodyKind(models.TextChoices):
    """Kinds of bodies the plans know (D18); which of them a unit must have is data of its plan."""

    LEADING_GROUP = "leading_group", _("leading group")
    PROMOTION_TEAM = "promotion_team", _("promotion team")
    EXECUTIVE_OFFICE = "executive_office", _("executive office")
    REVIEW_TEAM = "review_team", _("review team")
    ASSESSMENT_TEAM = "assessment_team", _("assessment team")
    EXPERT_GROUP = "expert_group", _("expert group")


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
    P.DOSSIER_VIEW,
    P.DOSSIER_ACT,
    P.PROBLEM_VIEW,
    P.FUND_VIEW,
    P.ITEM_VIEW,
    P.BRIEFING_VIEW,
    P.EXCHANGE_VIEW,
    P.EXCHANGE_WRITE,
    P.SCORE_VIEW,
)
_CLERK = (
    *_READER,
    P.PERSON_CHANGE,
    P.ROSTER_IMPORT,
    P.BODY_CHANGE,
    P.ITEM_WRITE,
    P.ITEM_SUBMIT,
    P.ITEM_REVIEW,
    P.BRIEFING_COMPILE,
    P.PROJECT_CHANGE,
    P.TEAM_CHANGE,
    P.PROJECT_SUBMIT,
    P.PROJECT_REVIEW,
    P.DOSSIER_WRITE,
    P.DOSSIER_SEND,
    P.PROBLEM_WRITE,
    P.PROBLEM_ANSWER,
    P.FUND_CHANGE,
    P.STATUS_VIEW,
)
_DIRECTOR = (
    *_CLERK,
    P.ITEM_SIGN,
    P.BRIEFING_CHECK,
    P.BRIEFING_SIGN,
    P.SERIES_CHANGE,
    P.EXCHANGE_WITHDRAW,
    P.SCORE_CHANGE,
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
    Role.LEADING_GROUP_LEADER: (
        *_READER,
        P.ITEM_SIGN,
        P.BRIEFING_SIGN,
        P.PROJECT_CHOOSE,
        P.PROBLEM_WRITE,
        P.PROBLEM_ANSWER,
    ),
    Role.LEADING_GROUP_MEMBER: _READER,
    Role.PROMOTION_TEAM_LEADER: (
        *_READER,
        P.TEAM_CHANGE,
        P.DOSSIER_WRITE,
        P.DOSSIER_SEND,
    ),
    Role.PROMOTION_TEAM_MEMBER: _READER,
    Role.LIAISON: (
        *_READER,
        P.ITEM_WRITE,
        P.ITEM_SUBMIT,
        P.PROJECT_CHANGE,
        P.TEAM_CHANGE,
        P.DOSSIER_WRITE,
        P.PROBLEM_WRITE,
    ),
    Role.INFORMATION_OFFICER: (*_READER, P.ITEM_WRITE, P.ITEM_SUBMIT),
    Role.SYSTEM_ADMINISTRATOR: (*_EVERYBODY, P.USER_MANAGE, P.STATUS_VIEW),
    Role.SECURITY_ADMINISTRATOR: (*_EVERYBODY, P.ROLE_MANAGE),
    Role.AUDIT_ADMINISTRATOR: (*_EVERYBODY, P.AUDIT_VIEW),
}

CLIENT_ROLE = Role.OFFICE_STAFF
_NO_CLIENT = (P.DESK_VIEW, P.ACCOUNT_CHANGE, P.DOSSIER_ACT)
CLIENT_SCOPES = tuple(dict.fromkeys(p for p in _CLERK if p not in _NO_CLIENT))
"""A REST client gets at most what office staff may do, and no account of its own to change.

It decides on no paper: nobody could tell whether who holds the token has written it.
"""
READING_SCOPES = (str(P.BRIEFING_VIEW),)
"""Of a client that pulls briefings: nothing else is open to it."""

OUTSIDER: tuple[P, ...] = (
    *_EVERYBODY,
    P.PROJECT_VIEW,
    P.DOSSIER_VIEW,
    P.DOSSIER_ACT,
    P.EXCHANGE_VIEW,
    P.EXCHANGE_WRITE,
)
"""A sign-in with object grants only: facilitators, experts, observers; it opens what is granted."""

DESCRIPTIONS: dict[str, str | Promise] = {
    Role.OFFICE_DIRECTOR: _("Runs the executive office: signs, appoints, grants, waives."),
    Role.OFFICE_STAFF: _("Daily work of the executive office: writes, submits, reviews."),
    Role.LEADING_GROUP_LEADER: _("Chooses topics, signs items, sees everything below."),
    Role.LEADING_GROUP_MEMBER: _("Sees everything of the organisation and below."),
    Role.PROMOTION_TEAM_LEADER: _(
        "Guides the units and sees their work; drafts the teams of its own unit's topics."
    ),
    Role.PROMOTION_TEAM_MEMBER: _("Sees the units' work."),
    Role.LIAISON: _("Contact of the unit: writes and submits, is reminded first."),
    Role.INFORMATION_OFFICER: _("Writes and submits information items."),
    Role.SYSTEM_ADMINISTRATOR: _("Creates sign-ins and resets passwords; sees no business data."),
    Role.SECURITY_ADMINISTRATOR: _("Gives and takes rights; sees no business data."),
    Role.AUDIT_ADMINISTRATOR: _("Reads the audit log only."),
}


PERMISSION_WORDS: dict[str, str | Promise] = {
    P.DESK_VIEW: _("see one's own desk"),
    P.NOTICE_VIEW: _("read one's notices"),
    P.ACCOUNT_CHANGE: _("change one's own account"),
    P.ORGANISATION_VIEW: _("see organisations"),
    P.ORGANISATION_CHANGE: _("add and change organisations"),
    P.PERSON_VIEW: _("see rosters"),
    P.PERSON_CHANGE: _("change the roster"),
    P.ROSTER_IMPORT: _("bring in rosters as Excel sheets"),
    P.BODY_VIEW: _("see bodies and posts"),
    P.BODY_CHANGE: _("form and change bodies"),
    P.APPOINT: _("appoint to posts and hand them over"),
    P.GRANT: _("open single things to outsiders"),
    P.TOKEN_MANAGE: _("make and revoke client tokens"),
    P.USER_MANAGE: _("create sign-ins and reset passwords"),
    P.ROLE_MANAGE: _("give and take roles"),
    P.AUDIT_VIEW: _("read the audit log"),
    P.STATUS_VIEW: _("see the state of the system"),
    P.PROGRAMME_VIEW: _("see programmes and plans"),
    P.PROGRAMME_CHANGE: _("change programmes and plans"),
    P.CALENDAR_CHANGE: _("change the working-day calendar"),
    P.OBLIGATION_VIEW: _("see duties"),
    P.OBLIGATION_WAIVE: _("waive or extend duties of supervised units"),
    P.PROJECT_VIEW: _("see projects"),
    P.PROJECT_CHANGE: _("write projects"),
    P.TEAM_CHANGE: _("put the teams of topics together"),
    P.PROJECT_CHOOSE: _("choose topics"),
    P.PROJECT_SUBMIT: _("submit projects"),
    P.PROJECT_REVIEW: _("review projects of supervised units"),
    P.DOSSIER_VIEW: _("see papers"),
    P.DOSSIER_WRITE: _("write papers"),
    P.DOSSIER_SEND: _("send papers on their way"),
    P.DOSSIER_ACT: _("act on papers for one's body"),
    P.PROBLEM_VIEW: _("see problem logs"),
    P.PROBLEM_WRITE: _("raise, solve and check problems of one's own unit"),
    P.PROBLEM_ANSWER: _("answer problems that come from below"),
    P.FUND_VIEW: _("see funds and expenses"),
    P.FUND_CHANGE: _("plan funds and book expenses"),
    P.ITEM_VIEW: _("see information items"),
    P.ITEM_WRITE: _("write information items"),
    P.ITEM_SIGN: _("sign information items"),
    P.ITEM_SUBMIT: _("submit information items"),
    P.ITEM_REVIEW: _("review information items of supervised units"),
    P.BRIEFING_VIEW: _("read briefings"),
    P.BRIEFING_COMPILE: _("compile and publish briefings"),
    P.BRIEFING_CHECK: _("check briefings"),
    P.BRIEFING_SIGN: _("sign briefings"),
    P.SERIES_CHANGE: _("open and change briefing series"),
    P.EXCHANGE_VIEW: _("read the exchange space"),
    P.EXCHANGE_WRITE: _("post and reply in the exchange space"),
    P.EXCHANGE_WITHDRAW: _("withdraw posts of others from the unit's exchange space"),
    P.SCORE_VIEW: _("see points"),
    P.SCORE_CHANGE: _("change score rules and book corrections"),
}


def words_of(permission: P) -> str:
    """What a permission lets one do, for people; a new one shows its key until it has words."""
    return str(PERMISSION_WORDS.get(permission, permission))


def rights_of(role: str) -> list[str]:
    """In words, what a role adds to what every sign-in may do."""
    return [words_of(each) for each in PERMISSIONS.get(role, ()) if each not in OUTSIDER]


def roles_with(permission: P) -> list[str]:
    """Every role that holds `permission`."""
    return [role for role, held in PERMISSIONS.items() if permission in held]


def permissions_of(roles: Iterable[str]) -> set[P]:
    return {permission for role in roles for permission in PERMISSIONS[role]}
