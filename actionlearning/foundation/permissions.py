"""The one list of verbs. Who holds them is data in groups/roles.py; which rows, visible_to()."""

from enum import Enum, StrEnum
from typing import Self


class Span(Enum):
    """How far a permission reaches from the organisation of the appointment."""

    OWN = "own"  # the organisation itself
    SUBTREE = "subtree"  # it and all below, and the units it supervises
    BELOW = "below"  # the units it supervises: what is addressed to it
    TENANT = "tenant"  # no organisation in question


class Permission(StrEnum):
    """Every verb of the product; the value is stable (tokens and tests name it)."""

    span: Span

    def __new__(cls, value: str, span: Span = Span.TENANT) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.span = span
        return member

    DESK_VIEW = "desk.view", Span.TENANT
    ORGANISATION_VIEW = "organisation.view", Span.SUBTREE
    ORGANISATION_CHANGE = "organisation.change", Span.SUBTREE
    PERSON_VIEW = "person.view", Span.SUBTREE
    PERSON_CHANGE = "person.change", Span.OWN
    ROSTER_IMPORT = "roster.import", Span.SUBTREE
    BODY_VIEW = "body.view", Span.SUBTREE
    BODY_CHANGE = "body.change", Span.OWN
    APPOINT = "appoint", Span.OWN
    GRANT = "grant", Span.OWN
    TOKEN_MANAGE = "token.manage", Span.OWN
    USER_MANAGE = "user.manage", Span.TENANT
    ROLE_MANAGE = "role.manage", Span.TENANT
    AUDIT_VIEW = "audit.view", Span.TENANT
    STATUS_VIEW = "status.view", Span.TENANT
    PROGRAMME_VIEW = "programme.view", Span.TENANT
    PROGRAMME_CHANGE = "programme.change", Span.OWN
    CALENDAR_CHANGE = "calendar.change", Span.TENANT
    OBLIGATION_VIEW = "obligation.view", Span.SUBTREE
    OBLIGATION_WAIVE = "obligation.waive", Span.BELOW
    PROJECT_VIEW = "project.view", Span.SUBTREE
    PROJECT_CHANGE = "project.change", Span.OWN
    TEAM_CHANGE = "team.change", Span.OWN
    PROJECT_CHOOSE = "project.choose", Span.OWN
    PROJECT_SUBMIT = "project.submit", Span.OWN
    PROJECT_REVIEW = "project.review", Span.BELOW
    DOSSIER_VIEW = "dossier.view", Span.SUBTREE
    DOSSIER_WRITE = "dossier.write", Span.OWN
    DOSSIER_SEND = "dossier.send", Span.OWN
    DOSSIER_ACT = "dossier.act", Span.OWN
    PROBLEM_VIEW = "problem.view", Span.SUBTREE
    PROBLEM_WRITE = "problem.write", Span.OWN
    PROBLEM_ANSWER = "problem.answer", Span.BELOW
    FUND_VIEW = "fund.view", Span.SUBTREE
    FUND_CHANGE = "fund.change", Span.OWN
    ITEM_VIEW = "item.view", Span.SUBTREE
    ITEM_WRITE = "item.write", Span.OWN
    ITEM_SIGN = "item.sign", Span.OWN
    ITEM_SUBMIT = "item.submit", Span.OWN
    ITEM_REVIEW = "item.review", Span.BELOW
    BRIEFING_VIEW = "briefing.view", Span.SUBTREE
    BRIEFING_COMPILE = "briefing.compile", Span.OWN
    BRIEFING_CHECK = "briefing.check", Span.OWN
    BRIEFING_SIGN = "briefing.sign", Span.OWN
    SERIES_CHANGE = "series.change", Span.OWN
    EXCHANGE_VIEW = "exchange.view", Span.SUBTREE
    EXCHANGE_WRITE = "exchange.write", Span.OWN
    EXCHANGE_WITHDRAW = "exchange.withdraw", Span.OWN
    SCORE_VIEW = "score.view", Span.SUBTREE
    SCORE_CHANGE = "score.change", Span.OWN
    NOTICE_VIEW = "notice.view", Span.TENANT
    ACCOUNT_CHANGE = "account.change", Span.TENANT
