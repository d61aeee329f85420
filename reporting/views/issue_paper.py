"""The draft on paper: its pages as pictures, and files that say that they are no final text."""

from base64 import b64encode
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header

from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantView
from reporting.papers import content_of, files_of_paper, paper_of
from reporting.states import IssueState
from reporting.views.issue_reading import issue_for, name_of

FOR_REVIEW = "送审稿"
"""In the file's name, in the language of the paper: so no draft is taken for the issue."""
_FINAL = (IssueState.SIGNED, IssueState.PUBLISHED, IssueState.WITHDRAWN)


class IssuePages(TenantView):
    permission = Permission.BRIEFING_VIEW

    def get(self, request: Any, pk: Any) -> HttpResponse:
        from actionlearning.foundation.documents import official  # noqa: PLC0415

        issue = issue_for(request.user, pk)
        pictures = official.pages(paper_of(content_of(issue)), ppi=96)
        context = {
            "issue": issue,
            "name": name_of(issue),
            "pictures": [b64encode(each).decode() for each in pictures],
        }
        return render(request, "reporting/issue_pages.html", context)


class IssueFile(TenantView):
    permission = Permission.BRIEFING_VIEW

    def get(self, request: Any, pk: Any, kind: str) -> HttpResponse:
        issue = issue_for(request.user, pk)
        files = {
            name.rpartition(".")[2]: (media, name, data) for media, name, data in _files(issue)
        }
        media_type, name, content = files[kind]
        return HttpResponse(
            content,
            content_type=media_type,
            headers={
                "Content-Disposition": content_disposition_header(True, name) or "attachment",
                "X-Content-Type-Options": "nosniff",
            },
        )


def _files(issue: Any) -> list[tuple[str, str, bytes]]:
    found = files_of_paper(content_of(issue))
    if issue.state in _FINAL:
        return found
    return [(media, f"{FOR_REVIEW}_{name}", content) for media, name, content in found]
