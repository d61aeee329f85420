"""Help: one short page, each screen links to its part of it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantView


class Help(TenantView):
    permission = Permission.DESK_VIEW

    def get(self, request: Any) -> HttpResponse:
        return render(request, "desk/help.html")
