"""Columns of this app's ledger sheets; the sheet itself: foundation/documents/xlsx.py."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.documents.xlsx import Column, Kind

Words = str | Promise


@dataclass(frozen=True)
class Sheet:
    """A title and (heading, key of the row as the page shows it, kind of cell)."""

    title: Words
    columns: tuple[tuple[Words, str, Kind], ...]

    def headings(self) -> list[Column]:
        return [Column(str(heading), kind) for heading, _key, kind in self.columns]

    def cells(self, row: dict[str, object]) -> list[object]:
        return [row[key] for _heading, key, _kind in self.columns]


ORGANISATIONS = Sheet(
    _("Organisations"),
    (
        (_("Organisation"), "indented", "text"),
        (_("Superior"), "parent", "text"),
        (_("Kind"), "kind", "text"),
        (_("Short name"), "short_name", "text"),
        (_("Division code"), "division", "text"),
        (_("Bodies"), "bodies", "number"),
        (_("Since"), "since", "text"),
        (_("Until"), "until", "text"),
    ),
)
PERSONS = Sheet(
    _("Roster"),
    (
        (_("Name"), "name", "text"),
        (_("Unit"), "organisation", "text"),
        (_("Post held"), "title", "text"),
        (_("Seats in bodies"), "posts", "text"),
        (_("Telephone"), "phone", "text"),
        (_("Since"), "since", "text"),
        (_("Until"), "until", "text"),
    ),
)
BODIES = Sheet(
    _("Bodies"),
    (
        (_("Organisation"), "organisation", "text"),
        (_("Body"), "name", "text"),
        (_("Kind"), "kind", "text"),
        (_("Head"), "head", "text"),
        (_("Since"), "since", "text"),
        (_("Until"), "until", "text"),
    ),
)
SIGN_INS = Sheet(
    _("Sign-ins"),
    (
        (_("Sign-in name"), "login", "text"),
        (_("Name"), "name", "text"),
        (_("Unit"), "organisation", "text"),
        (_("State"), "state", "text"),
        (_("Second factor"), "factor", "text"),
        (_("Last sign-in"), "last", "text"),
    ),
)
APPOINTMENTS = Sheet(
    _("Roles given"),
    (
        (_("Name"), "name", "text"),
        (_("Sign-in name"), "login", "text"),
        (_("Role"), "role", "text"),
        (_("Organisation"), "organisation", "text"),
        (_("Since"), "since", "text"),
        (_("Until"), "until", "text"),
    ),
)
DELEGATIONS = Sheet(
    _("Voices lent"),
    (
        (_("Post"), "post", "text"),
        (_("Body"), "body", "text"),
        (_("Unit"), "unit", "text"),
        (_("Holder"), "holder", "text"),
        (_("Delegate"), "name", "text"),
        (_("Since"), "first", "text"),
        (_("Until"), "last", "text"),
        (_("Reason"), "reason", "text"),
        (_("Lent by"), "by", "text"),
    ),
)
GRANTS = Sheet(
    _("Opened to outsiders"),
    (
        (_("Name"), "name", "text"),
        (_("Thing"), "subject", "text"),
        (_("Organisation"), "organisation", "text"),
        (_("Reason"), "reason", "text"),
        (_("Opened by"), "by", "text"),
        (_("Since"), "since", "text"),
        (_("Until"), "until", "text"),
    ),
)
TOKENS = Sheet(
    _("Client tokens"),
    (
        (_("Client"), "name", "text"),
        (_("State"), "state", "text"),
        (_("Allowed to"), "scopes", "text"),
        (_("Made by"), "by", "text"),
        (_("Since"), "since", "text"),
        (_("Until"), "until", "text"),
        (_("Last use"), "last", "text"),
    ),
)
DIVISIONS = Sheet(
    _("Administrative divisions"),
    (
        (_("Division code"), "code", "text"),
        (_("Division"), "name", "text"),
        (_("Full name"), "full_name", "text"),
        (_("Level"), "level", "text"),
        (_("Since"), "since", "text"),
        (_("Until"), "until", "text"),
    ),
)
ROSTERS = Sheet(
    _("Sheets sent in"),
    (
        (_("File"), "name", "text"),
        (_("Kind"), "kind", "text"),
        (_("Organisation"), "organisation", "text"),
        (_("State"), "state", "text"),
        (_("Rows"), "rows", "number"),
        (_("Sent in by"), "by", "text"),
        (_("Sent in"), "at", "text"),
    ),
)
POSTS = Sheet(
    _("Posts"),
    (
        (_("Organisation"), "organisation", "text"),
        (_("Body"), "body", "text"),
        (_("Kind"), "kind", "text"),
        (_("Post"), "title", "text"),
        (_("Role"), "role", "text"),
        (_("Rank"), "rank", "number"),
        (_("Seats"), "seats", "number"),
        (_("Holder"), "holder", "text"),
        (_("Unit of the holder"), "home", "text"),
        (_("Telephone"), "phone", "text"),
        (_("Since"), "since", "text"),
    ),
)
