"""REST interface of this app; actionlearning/api.py mounts ROUTES. The pages call the same verbs."""

from typing import Any

from groups.api.administration import AppointmentViewSet, SignInViewSet
from groups.api.bodies import BodyViewSet, PostViewSet, TenureViewSet
from groups.api.delegations import DelegationViewSet
from groups.api.divisions import DivisionViewSet
from groups.api.organisations import OrganisationViewSet
from groups.api.persons import PersonViewSet
from groups.api.rosters import RosterViewSet
from groups.api.tokens import ClientTokenViewSet, GrantViewSet

ROUTES: list[tuple[str, Any, str]] = [
    ("organisations", OrganisationViewSet, "organisation"),
    ("divisions", DivisionViewSet, "division"),
    ("persons", PersonViewSet, "person"),
    ("bodies", BodyViewSet, "body"),
    ("posts", PostViewSet, "post"),
    ("tenures", TenureViewSet, "tenure"),
    ("delegations", DelegationViewSet, "delegation"),
    ("rosters", RosterViewSet, "roster"),
    ("grants", GrantViewSet, "grant"),
    ("client-tokens", ClientTokenViewSet, "client-token"),
    ("sign-ins", SignInViewSet, "sign-in"),
    ("appointments", AppointmentViewSet, "appointment"),
]
