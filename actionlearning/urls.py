"""Every page of the product. The tenant is in the address; its scope is open before sign-in."""

from django.urls import include, path

from actionlearning.api import api_urls, tenant_api_urls

urlpatterns = [
    path("api/v1/", include(api_urls)),  # first: what portals poll is found at once
    path("", include("actionlearning.desk.system_urls")),
    path("t/<slug:tenant>/", include("actionlearning.desk.urls")),
    path("t/<slug:tenant>/", include("groups.urls")),
    path("t/<slug:tenant>/", include("programmes.urls")),
    path("t/<slug:tenant>/", include("reporting.urls")),
    path("t/<slug:tenant>/api/v1/", include(tenant_api_urls)),
]

handler400 = "actionlearning.desk.views.system.bad_request"
handler404 = "actionlearning.desk.views.system.not_found"
handler500 = "actionlearning.desk.views.system.server_error"
