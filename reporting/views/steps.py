"""One view for each step of an item: POST to the noun, back to the page, or the refusal on it."""

from datetime import datetime
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from actionlearning.foundation.errors import Refusal
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantView
from reporting.actions.items import (
    adopt_item,
    keep_item,
    pass_over_item,
    return_item,
    sign_item,
    submit_item,
    take_back_adoption,
    withdraw_signature,
)
from reporting.forms import DecisionForm, StepForm, SubmissionForm
from reporting.models import InformationItem
from reporting.views.reading import item_for, page_of

DETAIL = "reporting/item_detail.html"


def forms_of(item: InformationItem) -> dict[str, Any]:
    """The forms of the page, empty: each carries the version its reader sees."""
    start = {"version": item.version, "truthful": item.truthful}
    return {
        "step_form": StepForm(initial=start),
        "submission_form": SubmissionForm(initial=start),
        "decision_form": DecisionForm(initial=start),
    }


class ItemDetail(TenantView):
    permission = Permission.ITEM_VIEW

    def get(self, request: Any, pk: Any) -> HttpResponse:
        item = item_for(request.user, pk)
        context = page_of(item, request.user, request.received_at) | forms_of(item)
        return render(request, DETAIL, context)


class TenantItemStep(TenantView):
    """Subclasses say which form, which verb and what to tell afterwards."""

    form_class: ClassVar[type[StepForm]] = StepForm
    form_name = "step_form"
    field_of: ClassVar[dict[str, str]] = {}
    """Where the page shows what a verb says about one of its arguments."""

    def post(self, request: Any, pk: Any) -> HttpResponseBase:
        item = item_for(request.user, pk)
        form = self.form_class(request.POST)
        if not form.is_valid():
            return self.show(item, form, status=422)
        try:
            self.act(item, form.cleaned_data, by=request.user, now=request.received_at)
        except Refusal as refusal:
            return self.refuse(item, form, refusal)
        messages.success(request, self.done())
        return redirect("reporting:item_detail", request.tenant.slug, pk)

    def act(self, item: InformationItem, typed: Any, *, by: User, now: datetime) -> Any:
        raise TypeError(f"{type(self).__name__} must say what the step does.")

    def done(self) -> str:
        raise TypeError(f"{type(self).__name__} must say what was done.")

    def refuse(self, item: InformationItem, form: Any, refusal: Refusal) -> HttpResponse:
        for name, message in getattr(refusal, "fields", {}).items():
            field = self.field_of.get(name, name)
            form.add_error(field if field in form.fields else None, message)
        return self.show(item, form, status=refusal.status, refusal=refusal)

    def show(
        self, item: InformationItem, form: Any, *, status: int, refusal: Refusal | None = None
    ) -> HttpResponse:
        """The page as it is now, with the words that were typed and the version it now has."""
        form.data = form.data.copy()
        form.data["version"] = item.version
        context = page_of(item, self.request.user, self.request.received_at)
        context |= forms_of(item) | {self.form_name: form, "refusal": refusal}
        return render(self.request, DETAIL, context, status=status)


class ItemSignature(TenantItemStep):
    permission = Permission.ITEM_SIGN

    def act(self, item: InformationItem, typed: Any, *, by: User, now: datetime) -> Any:
        return sign_item(item, seen=typed["version"], by=by, now=now)

    def done(self) -> str:
        return _("Signed off. It can be submitted now.")


class ItemSignatureWithdrawal(TenantItemStep):
    permission = Permission.ITEM_WRITE

    def act(self, item: InformationItem, typed: Any, *, by: User, now: datetime) -> Any:
        return withdraw_signature(item, seen=typed["version"], by=by, now=now)

    def done(self) -> str:
        return _("The sign-off was taken back.")


class ItemSubmission(TenantItemStep):
    permission = Permission.ITEM_SUBMIT
    form_class = SubmissionForm
    form_name = "submission_form"

    def act(self, item: InformationItem, typed: Any, *, by: User, now: datetime) -> Any:
        seen, truthful = typed["version"], typed["truthful"]
        return submit_item(item, seen=seen, truthful=truthful, by=by, now=now)

    def done(self) -> str:
        return _("Submitted. The receiving office has been told.")


class TenantItemDecision(TenantItemStep):
    form_class = DecisionForm
    form_name = "decision_form"


class ItemReturn(TenantItemDecision):
    permission = Permission.ITEM_REVIEW
    field_of: ClassVar[dict[str, str]] = {"reason": "opinion"}

    def act(self, item: InformationItem, typed: Any, *, by: User, now: datetime) -> Any:
        seen, reason = typed["version"], typed["opinion"]
        return return_item(item, reason=reason, flat=typed["flat"], seen=seen, by=by, now=now)

    def done(self) -> str:
        return _("Returned. The unit has been told what to mend and by when.")


class ItemAdoption(TenantItemDecision):
    permission = Permission.ITEM_REVIEW

    def act(self, item: InformationItem, typed: Any, *, by: User, now: datetime) -> Any:
        return adopt_item(item, opinion=typed["opinion"], seen=typed["version"], by=by, now=now)

    def done(self) -> str:
        return _("Adopted. The unit has been told.")


class ItemAdoptionWithdrawal(TenantItemDecision):
    permission = Permission.ITEM_REVIEW
    field_of: ClassVar[dict[str, str]] = {"reason": "opinion"}

    def act(self, item: InformationItem, typed: Any, *, by: User, now: datetime) -> Any:
        seen, reason = typed["version"], typed["opinion"]
        return take_back_adoption(item, reason=reason, seen=seen, by=by, now=now)

    def done(self) -> str:
        return _("The adoption was taken back; the item waits for a decision again.")


class ItemKeeping(TenantItemDecision):
    permission = Permission.ITEM_REVIEW

    def act(self, item: InformationItem, typed: Any, *, by: User, now: datetime) -> Any:
        return keep_item(item, opinion=typed["opinion"], seen=typed["version"], by=by, now=now)

    def done(self) -> str:
        return _("Kept on file. The unit has been told.")


class ItemNonAdoption(TenantItemDecision):
    permission = Permission.ITEM_REVIEW

    def act(self, item: InformationItem, typed: Any, *, by: User, now: datetime) -> Any:
        return pass_over_item(item, opinion=typed["opinion"], seen=typed["version"], by=by, now=now)

    def done(self) -> str:
        return _("Not adopted. The unit has been told why; it still counts as submitted.")
