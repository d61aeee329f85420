"""The record of one method: opened from the activity's page, written, read, removed."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from actionlearning.foundation.errors import Refusal, Stale
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView
from programmes.actions.method_records import (
    head_on_its_day,
    keep_record,
    may_record,
    open_record,
    remove_record,
)
from programmes.forms.method_records import (
    MethodRecordForm,
    MethodRecordNewForm,
    MethodRecordSeenForm,
)
from programmes.methods import SHAPES, Lines
from programmes.models import Activity, MethodRecord
from programmes.states import LOGGED_FROM
from programmes.views.activities import activity_or_404, to_activity
from programmes.views.activity_held import offered_methods
from programmes.views.method_lines import method_name, record_body, record_line


class MethodRecordNew(TenantFormView):
    """Of one activity; whoever logs it may."""

    permission = Permission.PROJECT_VIEW
    template_name = "programmes/method_record_new.html"
    form_class = MethodRecordNewForm

    @cached_property
    def activity(self) -> Activity:
        return activity_or_404(self.request, self.kwargs["pk"], self.permission)

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_record(request.user, self.activity, request.received_at):
            raise Http404
        if self.activity.state not in LOGGED_FROM:
            return to_activity(request, self.activity)
        return super().get(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        head = head_on_its_day(self.activity, self.request.received_at)
        return {**super().get_form_kwargs(), "methods": offered_methods(head)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(activity=self.activity, **kwargs)

    def act(self, form: Any) -> HttpResponseBase:
        given: dict[str, Any] = {"by": self.request.user, "now": self.request.received_at}
        made = open_record(self.activity, **form.cleaned_data, **given)
        return _to(self.request, "method_record_edit", made)


class TenantRecordView(TenantFormView):
    """One record of an activity that the reader may see."""

    permission = Permission.PROJECT_VIEW
    form_class: Any = MethodRecordSeenForm

    @cached_property
    def record(self) -> MethodRecord:
        mine = MethodRecord.objects.visible_to(self.request.user)
        found: MethodRecord = get_object_or_404(
            mine.select_related(
                "activity__organisation", "activity__programme", "activity__project"
            ),
            pk=self.kwargs["pk"],
        )
        return found

    @property
    def given(self) -> dict[str, Any]:
        return {"by": self.request.user, "now": self.request.received_at}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.record
        return super().get_context_data(
            record=row, activity=row.activity, line=record_line(row), **kwargs
        )

    def may_write(self) -> bool:
        row = self.record.activity
        return row.state in LOGGED_FROM and may_record(
            self.request.user, row, self.request.received_at
        )


class MethodRecordDetail(TenantRecordView):
    template_name = "programmes/method_record_detail.html"

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(MethodRecordSeenForm(initial={"version": self.record.version}))

    def act(self, form: Any) -> HttpResponseBase:
        return _to(self.request, "method_record_detail", self.record)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.record
        body = record_body(row.form, row.question or method_name(row), row.content)
        return super().get_context_data(body=body, can_write=self.may_write(), **kwargs)


class MethodRecordEdit(TenantRecordView):
    """What somebody else kept meanwhile is shown beside what was typed."""

    template_name = "programmes/method_record_edit.html"
    form_class = MethodRecordForm

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.may_write():
            return _to(request, "method_record_detail", self.record)
        return super().get(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return {"question": self.record.question, "version": self.record.version}

    def get_form_kwargs(self) -> dict[str, Any]:
        known = {"form": self.record.form, "content": self.record.content}
        return {**super().get_form_kwargs(), **known}

    def act(self, form: Any) -> HttpResponseBase:
        told = form.cleaned_data
        kept = keep_record(
            self.record,
            question=told["question"],
            content=form.content(),
            seen=told["version"],
            **self.given,
        )
        messages.success(self.request, _("Kept."))
        more = self.request.POST.get("more", "")
        if more in {part.key for part in SHAPES[kept.form] if isinstance(part, Lines)}:
            return _to(self.request, "method_record_edit", kept, f"#list-{more}")
        return _to(self.request, "method_record_detail", kept)

    def show(self, form: Any, *, status: int = 200, refusal: Refusal | None = None) -> HttpResponse:
        if isinstance(refusal, Stale):
            form.data = form.data.copy()
            form.data["version"] = refusal.more["current"]["version"]
        return super().show(form, status=status, refusal=refusal)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        refusal, theirs = kwargs.get("refusal"), None
        if isinstance(refusal, Stale):
            now = refusal.more["current"]
            theirs = record_body(self.record.form, now["question"], now["content"])
            theirs["question"] = now["question"]
        return super().get_context_data(body=theirs, method=method_name(self.record), **kwargs)


class MethodRecordRemoval(TenantRecordView):
    """POST: taken away; it stays on file."""

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return _to(request, "method_record_detail", self.record)

    def act(self, form: Any) -> HttpResponseBase:
        remove_record(self.record, seen=form.cleaned_data["version"], **self.given)
        messages.success(self.request, _("The record is removed."))
        return to_activity(self.request, self.record.activity)

    def show(self, form: Any, *, status: int = 200, refusal: Refusal | None = None) -> HttpResponse:
        if refusal is not None:
            messages.error(self.request, refusal.message)
        return _to(self.request, "method_record_detail", self.record)


def _to(request: Any, name: str, record: MethodRecord, place: str = "") -> HttpResponseRedirect:
    address = reverse(f"programmes:{name}", args=[request.tenant.slug, record.pk])
    return HttpResponseRedirect(f"{address}{place}")
