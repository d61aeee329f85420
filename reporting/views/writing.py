"""Where an item is written: a new one, its text with autosave, its files, and “nothing to report”."""

import re
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from actionlearning.foundation.errors import Refusal, Stale
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView, TenantView
from programmes.actions.evidence import report_nil
from programmes.clauses import sentence_of
from programmes.models import Obligation
from programmes.queries import local_day, rule_ids
from reporting.actions.attachments import add_attachment, remove_attachment
from reporting.actions.items import save_draft, start_item
from reporting.exports import file_answer, moment, month_name
from reporting.forms import FileForm, ItemForm, NewItemForm, NilForm, last_day
from reporting.models import InformationItem
from reporting.queries import DELIVERABLE, duties_to_meet, files_of, phone_of, types_of
from reporting.states import WRITABLE, ItemState
from reporting.views.reading import item_for

EDIT, FILES = "reporting/item_edit.html", "reporting/item_files.html"
_UUID = re.compile(r"[0-9a-f-]{36}")


class ItemNew(TenantFormView):
    permission = Permission.ITEM_WRITE
    template_name = "reporting/item_new.html"
    form_class = NewItemForm

    def get_form_kwargs(self) -> dict[str, Any]:
        who = {"user": self.request.user, "now": self.request.received_at}
        return super().get_form_kwargs() | who

    def get_initial(self) -> dict[str, Any]:
        """The duty one came from, else the next to fall due, else the oldest."""
        asked = self.request.GET.get("duty", "")
        if _UUID.fullmatch(asked):
            return {"duty": asked}
        now = self.request.received_at
        duties = list(duties_to_meet(self.request.user, now))
        coming = [each for each in duties if each.due_at > now]
        first = (coming or duties or [None])[0]
        return {"duty": first.pk if first else None}

    def act(self, form: Any) -> HttpResponseBase:
        duty, enrolment = form.cleaned_data["duty"], form.cleaned_data["enrolment"]
        place = duty or enrolment
        item = start_item(
            programme=place.programme,
            organisation=place.organisation,
            kind=form.cleaned_data["kind"],
            title=form.cleaned_data["title"],
            window_key=duty.window_key if duty else "",
            phone=phone_of(self.request.user),
            by=self.request.user,
            now=self.request.received_at,
        )
        return redirect("reporting:item_edit", self.request.tenant.slug, item.pk)


class TenantItemWriting(TenantView):
    """The item under the pen, its form and what the page around it needs."""

    def item(self, pk: Any) -> InformationItem:
        return item_for(self.request.user, pk, Permission.ITEM_WRITE)

    def form(self, item: InformationItem, typed: Any = None) -> ItemForm:
        open_duties = duties_to_meet(self.request.user, self.request.received_at)
        months = open_duties.filter(organisation=item.organisation_id, programme=item.programme_id)
        keys = list(months.values_list("window_key", flat=True))
        types = types_of(item.programme, local_day(self.request.received_at))
        return ItemForm(typed, item=item, months=keys, types=types)

    def save(self, item: InformationItem, form: ItemForm) -> InformationItem:
        seen = form.cleaned_data["version"]
        now = self.request.received_at
        return save_draft(item, seen=seen, by=self.request.user, now=now, **form.text())


class ItemEdit(TenantItemWriting):
    permission = Permission.ITEM_WRITE

    def get(self, request: Any, pk: Any) -> HttpResponseBase:
        item = self.item(pk)
        if item.state not in WRITABLE:
            return redirect("reporting:item_detail", request.tenant.slug, pk)
        return self.show(item, self.form(item))

    def post(self, request: Any, pk: Any) -> HttpResponseBase:
        item = self.item(pk)
        form = self.form(item, request.POST)
        if not form.is_valid():
            return self.show(item, form, status=422)
        try:
            self.save(item, form)
        except Refusal as refusal:
            return self.refuse(item, form, refusal)
        messages.success(request, _("Saved."))
        return redirect("reporting:item_detail", request.tenant.slug, pk)

    def refuse(self, item: InformationItem, form: Any, refusal: Refusal) -> HttpResponse:
        """Both texts side by side: pressing Save once more puts the typed one in place."""
        for name, message in getattr(refusal, "fields", {}).items():
            form.add_error(name if name in form.fields else None, message)
        form.data = form.data.copy()
        form.data["version"] = item.version
        theirs = item if isinstance(refusal, Stale) else None
        return self.show(item, form, status=refusal.status, refusal=refusal, theirs=theirs)

    def show(self, item: Any, form: Any, *, status: int = 200, **more: Any) -> HttpResponse:
        context = {
            "item": item,
            "form": form,
            "file_form": FileForm(),
            "files": files_of(item, self.request.user),
            "saved": moment(item.changed_at),
            "signed": item.state == ItemState.SIGNED,
            **more,
        }
        return render(self.request, EDIT, context, status=status)


class ItemDraft(TenantItemWriting):
    """Autosave: the answer is one small line, and the version the next save must have seen."""

    permission = Permission.ITEM_WRITE

    def post(self, request: Any, pk: Any) -> HttpResponse:
        item = self.item(pk)
        form = self.form(item, request.POST)
        if not form.is_valid():
            return self.line(item, 422, errors=[m for e in form.errors.values() for m in e])
        try:
            item = self.save(item, form)
        except Refusal as refusal:
            return self.line(item, refusal.status, refusal=refusal)
        return self.line(item, 200)

    def line(self, item: InformationItem, status: int, **more: Any) -> HttpResponse:
        context = {"item": item, "saved": moment(item.changed_at), "answer": True, **more}
        return render(self.request, f"{EDIT}#saved", context, status=status)


class ItemAttachments(TenantItemWriting):
    permission = Permission.ITEM_WRITE

    def post(self, request: Any, pk: Any) -> HttpResponseBase:
        item = self.item(pk)
        form = FileForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.area(item, 422, refusal_of_file=form.errors["file"][0])
        upload = form.cleaned_data["file"]
        now = request.received_at
        try:
            add_attachment(item, upload=upload, name=upload.name, by=request.user, now=now)
        except Refusal as refusal:
            return self.area(item, refusal.status, refusal_of_file=refusal.message)
        return self.area(item, 200)

    def area(self, item: InformationItem, status: int, **more: Any) -> HttpResponseBase:
        if status == 200 and not self.request.htmx:
            return redirect("reporting:item_edit", self.request.tenant.slug, item.pk)
        return render(self.request, FILES, self.context(item) | more, status=status)

    def context(self, item: InformationItem) -> dict[str, Any]:
        item.refresh_from_db(fields=["version"])
        files = files_of(item, self.request.user)
        return {"item": item, "file_form": FileForm(), "files": files, "answer": True}


class ItemAttachmentRemoval(ItemAttachments):
    permission = Permission.ITEM_WRITE

    def post(self, request: Any, pk: Any, file: Any) -> HttpResponseBase:
        item = self.item(pk)
        found = get_object_or_404(files_of(item, request.user), pk=file)
        try:
            remove_attachment(found, by=request.user, now=request.received_at)
        except Refusal as refusal:
            return self.area(item, refusal.status, refusal_of_file=refusal.message)
        return self.area(item, 200)


class ItemAttachment(TenantView):
    """The file itself: as a download, or a picture inside our own page."""

    permission = Permission.ITEM_VIEW

    def get(self, request: Any, pk: Any, file: Any) -> HttpResponse:
        item = item_for(request.user, pk)
        found = get_object_or_404(files_of(item, request.user).defer(None), pk=file)
        return file_answer(found, inline="inline" in request.GET)


class NilReport(TenantFormView):
    """A signed “nothing to report” for one duty, where its clause permits it."""

    permission = Permission.ITEM_SIGN
    template_name = "reporting/nil_report.html"
    form_class = NilForm

    def duty(self) -> Any:
        rows = Obligation.objects.visible_to(self.request.user, Permission.ITEM_SIGN)
        rows = rows.filter(deliverable=DELIVERABLE).with_state(self.request.received_at)
        related = ("rule__clause", "programme", "organisation")
        return get_object_or_404(rows.select_related(*related), pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        duty = self.duty()
        return super().get_context_data(
            duty=duty,
            month=month_name(duty.window_key),
            due=last_day(duty.due_at),
            rules=rule_ids(duty.rule),
            sentence=sentence_of(duty.rule.clause, duty.programme.year),
            **kwargs,
        )

    def act(self, form: Any) -> HttpResponseBase:
        reason, by = form.cleaned_data["reason"], self.request.user
        report_nil(self.duty(), reason=reason, by=by, now=self.request.received_at)
        messages.success(self.request, _("“Nothing to report” has been recorded."))
        return redirect("reporting:item_list", self.request.tenant.slug)
