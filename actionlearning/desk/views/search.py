"""The page behind the search box of the masthead."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render

from actionlearning.desk.search import Found, find, find_of_kind
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantView


class Search(TenantView):
    """`?q=`: everything the reader may see; with `&kind=` all of one kind, page by page.

    Administrators see no business and have no such box.
    """

    permission = Permission.PROJECT_VIEW

    def get(self, request: Any) -> HttpResponse:
        words = request.GET.get("q", "").strip()
        kind = request.GET.get("kind", "")
        found = self.found(words, kind)
        query = urlencode({"q": words, "kind": kind}) if kind else ""
        context = {"words": words, "found": found, "kind": kind, "query": query}
        if found.mark:
            context["next_query"] = f"{query}&{urlencode({'after': found.mark})}"
        return render(request, "desk/search.html", context)

    def found(self, words: str, kind: str) -> Found:
        user, slug = self.request.user, self.request.tenant.slug
        if kind:
            return find_of_kind(user, words, slug, kind, self.request.GET.get("after", ""))
        return find(user, words, slug)
