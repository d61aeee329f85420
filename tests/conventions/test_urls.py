"""Every address is served by one of the four bases and says which permission it needs."""

import pytest
from django.urls import get_resolver

from actionlearning.foundation.api import TenantViewSet
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import PublicView, SystemView, TenantView, TokenView
from tests.isolation.routes import routes

SYSTEM_VIEWS = {
    "ApiDocs": "the description of the interface holds no row",
    "ChooseLanguage": "before sign-in",
    "ChooseSpace": "before sign-in",
    "DemoProgress": "before sign-in, demonstration only",
    "Live": "asked by the supervisor",
    "Metrics": "holders of its own token or named addresses; names no space",
    "Ready": "asked by the supervisor",
    "SignIn": "the way in",
    "SpectacularAPIView": "the description of the interface holds no row",
    "TenantSchema": "the description of the interface holds no row",
}
"""Views without a permission, each with the reason."""
ROUTES = routes()


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_every_address_is_served_by_a_base_that_checks(route):
    if route.view.__name__ in SYSTEM_VIEWS:
        assert not issubclass(route.view, TenantView | TenantViewSet)
        return
    assert issubclass(route.view, TenantView | TenantViewSet | TokenView | PublicView)
    assert isinstance(getattr(route.view, "permission", None), Permission) or issubclass(
        route.view, TokenView | PublicView
    )


def test_every_system_view_is_listed():
    served = {route.view.__name__ for route in ROUTES if issubclass(route.view, SystemView)}
    assert served <= set(SYSTEM_VIEWS)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_every_address_has_a_name_of_its_own(route):
    assert not route.name.endswith("None")
    mine = [other.view for other in ROUTES if other.name == route.name]
    assert len(mine) == 1


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_every_row_is_addressed_by_an_id_that_nobody_guesses(route):
    assert [kind for name, kind in route.parts if name == "pk" and kind != "UUIDConverter"] == []


def test_the_django_admin_is_not_installed():
    assert "admin" not in get_resolver().namespace_dict


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_pages_of_a_tenant_name_it_in_their_address(route):
    if issubclass(route.view, TenantView):
        assert route.tenanted
