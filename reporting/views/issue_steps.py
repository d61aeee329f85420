"""One view for each step of an issue: POST to the noun, back to the page, or the refusal on it."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from actionlearning.foundation.errors import Refusal
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantView
from reporting.actions.giving_up import discard_issue, void_issue
from reporting.actions.issues import (
    check_issue,
    offer_issue,
    return_issue,
    sign_issue,
    start_correction,
    unsign_issue,
)
from reporting.actions.publishing import publish_issue, withdraw_issue
from reporting.models import Issue, Publication
from reporting.views.issue_forms import IssueDecisionForm
from reporting.views.issue_reading import appearances_of_issue, issue_for, page_of_issue


class IssueDetail(TenantView):
    """What the checker and the signer read, and where they decide."""

    permission = Permission.BRIEFING_VIEW

    def get(self, request: Any, pk: Any) -> HttpResponse:
        issue = issue_for(request.user, pk)
        return shown(request, issue, IssueDecisionForm(initial={"version": issue.version}))


def shown(
    request: Any, issue: Issue, form: Any, *, status: int = 200, refusal: Refusal | None = None
) -> HttpResponse:
    told = Publication.objects.filter(issue=issue.pk).order_by("-sequence").first()
    context = page_of_issue(issue, request.user, request.GET.get("against", ""))
    context |= {"form": form, "refusal": refusal, "told": told}
    context |= appearances_of_issue(issue, told, request.user)
    return render(request, "reporting/issue_detail.html", context, status=status)


class TenantIssueStep(TenantView):
    """Subclasses say which verb and what to tell afterwards."""

    def post(self, request: Any, pk: Any) -> HttpResponseBase:
        issue = issue_for(request.user, pk, self.permission)
        form = IssueDecisionForm(request.POST)
        if not form.is_valid():
            return self.show(issue, form, 422)
        typed = form.cleaned_data
        try:
            done = self.act(
                issue,
                typed["opinion"],
                seen=typed["version"],
                by=request.user,
                now=request.received_at,
            )
        except Refusal as refusal:
            for message in getattr(refusal, "fields", {}).values():
                form.add_error("opinion", message)
            return self.show(issue, form, refusal.status, refusal)
        messages.success(request, self.done())
        return redirect("reporting:issue_detail", request.tenant.slug, self.goes_on(issue, done).pk)

    def act(self, issue: Issue, opinion: str, *, seen: int | None, by: User, now: datetime) -> Any:
        raise TypeError(f"{type(self).__name__} must say what the step does.")

    def done(self) -> str:
        raise TypeError(f"{type(self).__name__} must say what was done.")

    def goes_on(self, issue: Issue, done: Any) -> Issue:
        """Whose page comes next."""
        return issue

    def show(
        self, issue: Issue, form: Any, status: int, refusal: Refusal | None = None
    ) -> HttpResponse:
        form.data = form.data.copy()
        form.data["version"] = issue.version
        return shown(self.request, issue, form, status=status, refusal=refusal)


class IssueOffer(TenantIssueStep):
    permission = Permission.BRIEFING_COMPILE

    def act(self, issue: Issue, opinion: str, *, seen: int | None, by: User, now: datetime) -> Any:
        return offer_issue(issue, seen=seen, by=by, now=now)

    def done(self) -> str:
        return _("Handed over. The checker has been told.")


class IssueCheck(TenantIssueStep):
    permission = Permission.BRIEFING_CHECK

    def act(self, issue: Issue, opinion: str, *, seen: int | None, by: User, now: datetime) -> Any:
        return check_issue(issue, opinion=opinion, seen=seen, by=by, now=now)

    def done(self) -> str:
        return _("Checked. It waits for the signature.")


class IssueReturn(TenantIssueStep):
    permission = Permission.BRIEFING_VIEW

    def act(self, issue: Issue, opinion: str, *, seen: int | None, by: User, now: datetime) -> Any:
        return return_issue(issue, reason=opinion, seen=seen, by=by, now=now)

    def done(self) -> str:
        return _("Sent back. Those who compile have been told what to change.")


class IssueSignature(TenantIssueStep):
    permission = Permission.BRIEFING_SIGN

    def act(self, issue: Issue, opinion: str, *, seen: int | None, by: User, now: datetime) -> Any:
        return sign_issue(issue, opinion=opinion, seen=seen, by=by, now=now)

    def done(self) -> str:
        return _("Signed. It has its number and can be published.")


class IssueSignatureWithdrawal(TenantIssueStep):
    permission = Permission.BRIEFING_SIGN

    def act(self, issue: Issue, opinion: str, *, seen: int | None, by: User, now: datetime) -> Any:
        return unsign_issue(issue, reason=opinion, seen=seen, by=by, now=now)

    def done(self) -> str:
        return _("Taken back. It keeps its number, and is checked and signed anew.")


class IssuePublication(TenantIssueStep):
    permission = Permission.BRIEFING_COMPILE

    def act(self, issue: Issue, opinion: str, *, seen: int | None, by: User, now: datetime) -> Any:
        return publish_issue(issue, seen=seen, by=by, now=now)

    def done(self) -> str:
        return _("Published. The senders of its items have been told.")


class IssueCorrection(TenantIssueStep):
    permission = Permission.BRIEFING_COMPILE

    def act(self, issue: Issue, opinion: str, *, seen: int | None, by: User, now: datetime) -> Any:
        return start_correction(issue, note=opinion, by=by, now=now)

    def done(self) -> str:
        return _("The correction has been begun. It goes the same way as every issue.")

    def goes_on(self, issue: Issue, done: Any) -> Any:
        return done


class IssueWithdrawal(TenantIssueStep):
    permission = Permission.BRIEFING_SIGN

    def act(self, issue: Issue, opinion: str, *, seen: int | None, by: User, now: datetime) -> Any:
        return withdraw_issue(issue, reason=opinion, seen=seen, by=by, now=now)

    def done(self) -> str:
        return _("Withdrawn. Readers find the reason in its place.")


class IssueDiscard(TenantIssueStep):
    permission = Permission.BRIEFING_COMPILE

    def act(self, issue: Issue, opinion: str, *, seen: int | None, by: User, now: datetime) -> Any:
        return discard_issue(issue, reason=opinion, seen=seen, by=by, now=now)

    def done(self) -> str:
        return _("Discarded. Its items are back in the basket.")


class IssueVoiding(TenantIssueStep):
    permission = Permission.BRIEFING_SIGN

    def act(self, issue: Issue, opinion: str, *, seen: int | None, by: User, now: datetime) -> Any:
        return void_issue(issue, reason=opinion, seen=seen, by=by, now=now)

    def done(self) -> str:
        return _("Declared void. Its number stays used, and its items are back in the basket.")
