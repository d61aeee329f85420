"""Every REST route in one list. `/api/v1/` is for client tokens, `/t/<tenant>/api/v1/` also for sessions."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from actionlearning.desk.api import ROUTES as DESK
from actionlearning.desk.views.api_docs import ApiDocs
from groups.api import ROUTES as GROUPS
from programmes.api import ROUTES as PROGRAMMES
from reporting.api import ROUTES as REPORTING

POLLED = ("obligations", "briefings", "information-items")
ROUTES = sorted([*PROGRAMMES, *REPORTING, *GROUPS, *DESK], key=lambda route: route[0] not in POLLED)
"""(prefix, viewset, basename); addresses are looked for in this order, so what portals poll stands first."""


def _router() -> SimpleRouter:
    router = SimpleRouter()
    for prefix, viewset, basename in ROUTES:
        router.register(prefix, viewset, basename=basename)
    return router


api_urls = (
    [
        *_router().urls,
        path("schema/", SpectacularAPIView.as_view(), name="schema"),
        path("docs/", ApiDocs.as_view(), name="docs"),
    ],
    "api",
)
tenant_api_urls = (_router().urls, "tenant_api")
