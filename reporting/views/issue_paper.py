"""The issue on paper for its office: a draft typeset as it stands, a published one as it was stored."""

from base64 import b64encode
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from actionlearning.foundation.errors import RuleBroken
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantView
from reporting.access import file_of, pages_of
from reporting.exports import MEDIA_TYPES, file_answer
from reporting.models import Issue, Publication
from reporting.papers import content_of, files_of_paper, pictures_of
from reporting.states import IssueState
from reporting.views.issue_reading import issue_for, name_of

FOR_REVIEW = "送审稿"
"""In the file's name, in the language of the paper: so no draft is taken for the issue."""


class IssuePages(TenantView):
    permission = Permission.BRIEFING_VIEW

    def get(self, request: Any, pk: Any) -> HttpResponse:
        issue = issue_for(request.user, pk)
        told = _told(issue)
        pictures = pages_of(told) if told else pictures_of(content_of(issue))
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
        told = _told(issue)
        if told:
            return file_answer(file_of(told, MEDIA_TYPES[kind]))
        return _typeset(issue, MEDIA_TYPES[kind])


def _told(issue: Issue) -> Publication | None:
    """What readers got of this very version; None before publication. Raises RuleBroken `withdrawn`."""
    if issue.state == IssueState.WITHDRAWN:
        raise RuleBroken(
            _("This issue was withdrawn: its paper is not handed out any more."), code="withdrawn"
        )
    if issue.state != IssueState.PUBLISHED:
        return None
    found: Publication = Publication.objects.get(issue=issue.pk)
    return found


def _typeset(issue: Issue, media_type: str) -> HttpResponse:
    [(name, content)] = [
        (name, content)
        for media, name, content in files_of_paper(content_of(issue))
        if media == media_type
    ]
    if issue.state != IssueState.SIGNED:
        name = f"{FOR_REVIEW}_{name}"
    return HttpResponse(
        content,
        content_type=media_type,
        headers={
            "Content-Disposition": content_disposition_header(True, name) or "attachment",
            "X-Content-Type-Options": "nosniff",
        },
    )
