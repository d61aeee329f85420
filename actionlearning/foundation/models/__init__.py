from actionlearning.foundation.models.audit import AuditEvent, AuditSeal
from actionlearning.foundation.models.counter import Counter
from actionlearning.foundation.models.list_version import ListVersion
from actionlearning.foundation.models.notice import Channel, Delivery, Notice, SweepMark
from actionlearning.foundation.models.request_key import RequestKey
from actionlearning.foundation.models.tenant import Tenant
from actionlearning.foundation.models.token import ClientToken
from actionlearning.foundation.models.user import PastPassword, User
from actionlearning.foundation.models.word import CommonWord, Word

__all__ = [
    "AuditEvent",
    "AuditSeal",
    "Channel",
    "ClientToken",
    "CommonWord",
    "Counter",
    "Delivery",
    "ListVersion",
    "Notice",
    "PastPassword",
    "RequestKey",
    "SweepMark",
    "Tenant",
    "User",
    "Word",
]
