"""The shared words in three languages, below the help page."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from actionlearning.desk import glossary
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantView


class Glossary(TenantView):
    """`?q=` narrows the terms; htmx gets the rows alone."""

    permission = Permission.DESK_VIEW

    def get(self, request: Any) -> HttpResponse:
        fragment = "#rows" if request.htmx else ""
        terms = glossary.found(request.GET.get("q", ""))
        return render(request, f"desk/glossary.html{fragment}", {"terms": terms})
