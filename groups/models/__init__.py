from groups.models.body import Appointment, Body, Post, Tenure
from groups.models.delegation import Delegation
from groups.models.division import Division
from groups.models.grant import BodyGrant, Grant
from groups.models.organisation import Organisation, Supervision
from groups.models.person import Person
from groups.models.placed import LedgerModel, PlacedModel
from groups.models.roster import RosterBatch, RosterRow

__all__ = [
    "Appointment",
    "Body",
    "BodyGrant",
    "Delegation",
    "Division",
    "Grant",
    "LedgerModel",
    "Organisation",
    "Person",
    "PlacedModel",
    "Post",
    "RosterBatch",
    "RosterRow",
    "Supervision",
    "Tenure",
]
