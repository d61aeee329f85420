"""The offer on the page of an activity: an information item out of its log."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from actionlearning.foundation.errors import Refusal
from actionlearning.foundation.forms import TenantForm
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView
from programmes.models import Activity
from reporting.actions.from_activities import draft_from_activity
from reporting.states import WRITABLE


class ActivityItem(TenantFormView):
    """POST: drafted, or the draft that is there."""

    permission = Permission.ITEM_WRITE
    form_class = TenantForm

    @cached_property
    def activity(self) -> Activity:
        rows = Activity.objects.visible_to(self.request.user)
        rows = rows.select_related("organisation", "programme", "project")
        found: Activity = get_object_or_404(rows, pk=self.kwargs["pk"])
        return found

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._back()

    def act(self, form: Any) -> HttpResponseBase:
        user, slug = self.request.user, self.request.tenant.slug
        item = draft_from_activity(self.activity, by=user, now=self.request.received_at)
        messages.success(self.request, _("Drafted from the log: read it over, then send it."))
        name = "item_edit" if item.state in WRITABLE else "item_detail"
        return redirect(f"reporting:{name}", slug, item.pk)

    def show(self, form: Any, *, status: int = 200, refusal: Refusal | None = None) -> HttpResponse:
        if refusal is not None:
            messages.error(self.request, refusal.message)
        return self._back()

    def _back(self) -> HttpResponse:
        return redirect("programmes:activity_detail", self.request.tenant.slug, self.activity.pk)
