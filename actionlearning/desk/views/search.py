"""The page behind the search box of the masthead."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from actionlearning.desk.search import find
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantView


class Search(TenantView):
    """`?q=`: everything the reader may see; administrators see no business and have no such box."""

    permission = Permission.PROJECT_VIEW

    def get(self, request: Any) -> HttpResponse:
        words = request.GET.get("q", "").strip()
        context = {"words": words, "sections": find(request.user, words, request.tenant.slug)}
        return render(request, "desk/search.html", context)
