"""Rosters as sheets: send in, look at what would happen, confirm, look again later, take back."""

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actionlearning.foundation.documents.xlsx import MEDIA_TYPE, filename
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView, TenantView
from groups import exports
from groups.access import reach_of
from groups.actions.roster_batches import confirm_batch, discard_batch, receive_batch
from groups.actions.roster_looks import look_at_rows
from groups.actions.roster_undoing import undo_batch
from groups.forms import RosterConfirmForm, RosterForm, RosterStepForm
from groups.models import Organisation, RosterBatch
from groups.queries import batches_listed, rows_of_batch
from groups.rosters.columns import FIELDS, KEPT
from groups.rosters.problems import words_of
from groups.rosters.sheets import (
    changes_of,
    marked,
    said_about,
    template,
    title_of,
    verdict_in_words,
)
from groups.states import NEEDS, BatchKind, BatchState
from groups.views.history import entries_about
from groups.views.sheets import TenantSheetView, moment, today

SHOWN_ROWS = 100
WORKING = (BatchState.WAITING, BatchState.CONFIRMED)


class RosterList(TenantSheetView):
    permission = Permission.ROSTER_IMPORT
    template_name = "groups/roster_list.html"
    sheet = exports.ROSTERS
    order = ("-uploaded_at", "-id")
    columns = (
        (gettext_lazy("File"), ""),
        (gettext_lazy("Kind"), "d-none d-md-table-cell"),
        (gettext_lazy("Organisation"), "d-none d-md-table-cell"),
        (gettext_lazy("State"), ""),
        (gettext_lazy("Rows"), "num"),
        (gettext_lazy("Sent in by"), ""),
        (gettext_lazy("Sent in"), ""),
    )

    def get_queryset(self) -> Any:
        asked = self.request.GET
        return batches_listed(
            self.request.user,
            text=asked.get("q", ""),
            kind=asked.get("kind", ""),
            ended="ended" in asked,
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(kinds=BatchKind.choices, **kwargs)

    def present(self, rows: list[Any]) -> list[dict[str, Any]]:
        return [
            {
                "pk": row.pk,
                "name": row.file_name,
                "kind": row.get_kind_display(),
                "organisation": row.organisation.name,
                "sign": tone_of(row),
                "state": row.get_state_display(),
                "rows": row.counts.get("rows", ""),
                "by": row.uploaded_by.display_name,
                "at": moment(row.uploaded_at),
            }
            for row in rows
        ]


def tone_of(batch: RosterBatch) -> str:
    tones: dict[str, str] = {
        BatchState.WAITING: "submitted",
        BatchState.CONFIRMED: "submitted",
        BatchState.CHECKED: "draft",
        BatchState.IMPORTED: "in_force",
        BatchState.PARTLY: "in_force",
        BatchState.REFUSED: "returned",
    }
    return tones.get(batch.state, "ended")


class RosterNew(TenantFormView):
    permission = Permission.ROSTER_IMPORT
    form_class = RosterForm
    template_name = "groups/roster_new.html"

    def get_initial(self) -> dict[str, Any]:
        kind = self.request.GET.get("kind", BatchKind.PERSONS)
        mine = reach_of(self.request.user, Permission.PERSON_CHANGE).organisations
        return {"kind": kind, "organisation": mine[0] if mine else None}

    def get_form_kwargs(self) -> dict[str, Any]:
        user = self.request.user
        kinds = [kind for kind in BatchKind if user.has_perm(NEEDS[kind])]
        units = Organisation.objects.none()
        for kind in kinds:
            units |= Organisation.objects.filter(
                reach_of(user, NEEDS[kind]).as_path_q("path", "pk")
            )
        return super().get_form_kwargs() | {"kinds": kinds, "units": units.filter(ends_on=None)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kinds = [
            {"key": kind.value, "label": kind.label, "columns": _columns_in_words(kind)}
            for kind in BatchKind
        ]
        return super().get_context_data(kinds=kinds, **kwargs)

    def act(self, form: Any) -> HttpResponse:
        file = form.cleaned_data.pop("file")
        batch = receive_batch(
            **form.cleaned_data,
            upload=file,
            name=file.name,
            by=self.request.user,
            now=self.request.received_at,
        )
        return redirect("groups:roster_detail", self.request.tenant.slug, batch.pk)


def _columns_in_words(kind: str) -> str:
    return "、".join(
        f"{each.heading}{'*' if each.needed else ''}" for each in FIELDS[kind] if each.fate == KEPT
    )


class RosterTemplate(TenantView):
    permission = Permission.ROSTER_IMPORT

    def get(self, request: Any, kind: str) -> HttpResponse:
        if kind not in BatchKind.values:
            raise Http404
        made_on = today(request)
        content = template(kind, unit=request.tenant.name, made_on=made_on)
        name = _("%(roster)s – form") % {"roster": title_of(kind)}
        return attached(content, filename(name, made_on))


def attached(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=MEDIA_TYPE,
        headers={"Content-Disposition": content_disposition_header(True, name) or ""},
    )


class TenantRoster(TenantView):
    """One sheet that this reader may see."""

    @cached_property
    def batch(self) -> RosterBatch:
        found: RosterBatch = get_object_or_404(
            batches_listed(self.request.user, ended=True), pk=self.kwargs["pk"]
        )
        return found

    def done(self, words: str) -> HttpResponse:
        messages.success(self.request, words)
        return redirect("groups:roster_detail", self.request.tenant.slug, self.batch.pk)


class RosterDetail(TenantRoster):
    """Being read: a line that grows. Read: what would happen. Entered: what has happened."""

    permission = Permission.ROSTER_IMPORT

    def get(self, request: Any, pk: Any) -> HttpResponse:
        if request.htmx:
            return self._line()
        return render(request, "groups/roster_detail.html", about(self.batch, request))

    def _line(self) -> HttpResponse:
        """While it works only the line is sent; then the window loads the page of the result."""
        if self.batch.state in WORKING:
            context = about(self.batch, self.request)
            return render(self.request, "groups/roster_detail.html#line", context)
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})


def about(
    batch: RosterBatch, request: Any, form: Any = None, refusal: Any = None
) -> dict[str, Any]:
    user, counts = request.user, batch.counts
    may = user.has_perm(NEEDS[batch.kind], batch)
    return {
        "batch": batch,
        "kind": batch.get_kind_display(),
        "tone": tone_of(batch),
        "sent_in": moment(batch.uploaded_at),
        "working": batch.state in WORKING,
        "notes": [words_of(code, told) for code, told in batch.notes],
        "facts": _facts(counts),
        "tabs": _tabs(batch, request.GET.get("show", "")),
        "rows": _rows(batch, request),
        "more": SHOWN_ROWS,
        "may_confirm": may and batch.state == BatchState.CHECKED and not counts.get("error"),
        "nothing": not any(counts.get(key) for key in ("add", "change", "ask", "error")),
        "may_discard": may and batch.state in (BatchState.CHECKED, BatchState.REFUSED),
        "may_undo": may and batch.state in (BatchState.IMPORTED, BatchState.PARTLY),
        "form": form or RosterConfirmForm(counts=counts, initial={"seen": batch.version}),
        "refusal": refusal,
        "history": entries_about(batch),
    }


def _facts(counts: dict[str, Any]) -> list[dict[str, Any]]:
    done = counts.get("entered", counts)
    words = [
        ("error", _("with errors")),
        ("ask", _("with a question")),
        ("add", _("new")),
        ("change", _("changed")),
        ("leave", _("as on record")),
        ("out", _("left out")),
    ]
    return [
        {"label": label, "number": done[key], "key": key} for key, label in words if done.get(key)
    ]


def _tabs(batch: RosterBatch, shown: str) -> list[dict[str, Any]]:
    facts = _facts(batch.counts)
    everything = {"label": _("all"), "number": batch.counts.get("rows", 0), "key": ""}
    return [each | {"current": each["key"] == shown} for each in [everything, *facts]]


def _rows(batch: RosterBatch, request: Any) -> list[dict[str, Any]]:
    keys = [key for key, _heading in batch.columns()]
    rows = rows_of_batch(batch, request.GET.get("show", ""))[:SHOWN_ROWS]
    found = look_at_rows(batch, rows, by=request.user, now=request.received_at)
    return [
        {
            "number": row.number,
            "verdict": row.verdict,
            "words": verdict_in_words(row),
            "cells": [row.cells.get(key, "") for key in keys],
            "said": said_about(row),
            "changes": changes_of(row),
        }
        for row in found
    ]


class RosterSheet(TenantRoster):
    permission = Permission.ROSTER_IMPORT

    def get(self, request: Any, pk: Any) -> HttpResponse:
        """The sheet as it was sent, the wrong cells red and the words beside them."""
        made_on, batch = today(request), self.batch
        rows = rows_of_batch(batch, request.GET.get("show", ""))
        rows = look_at_rows(batch, rows, by=request.user, now=request.received_at)
        content = marked(batch, rows, unit=batch.organisation.name, made_on=made_on)
        name = _("%(roster)s – result of the check") % {"roster": title_of(batch.kind)}
        return attached(content, filename(name, made_on))


class TenantRosterStep(TenantRoster, TenantFormView):
    """A decision about one sheet; a refusal comes back on its page."""

    permission = Permission.ROSTER_IMPORT
    form_class: Any = RosterStepForm

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("groups:roster_detail", request.tenant.slug, self.batch.pk)

    def show(self, form: Any, *, status: int = 200, refusal: Any = None) -> HttpResponse:
        shown = form if isinstance(form, RosterConfirmForm) else None
        context = about(self.batch, self.request, form=shown, refusal=refusal)
        return render(self.request, "groups/roster_detail.html", context, status=status)


class RosterConfirmation(TenantRosterStep):
    permission = Permission.ROSTER_IMPORT
    form_class = RosterConfirmForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"counts": self.batch.counts}

    def act(self, form: Any) -> HttpResponse:
        confirm_batch(
            self.batch, **form.cleaned_data, by=self.request.user, now=self.request.received_at
        )
        return redirect("groups:roster_detail", self.request.tenant.slug, self.batch.pk)


class RosterUndoing(TenantRosterStep):
    permission = Permission.ROSTER_IMPORT

    def act(self, form: Any) -> HttpResponse:
        done = undo_batch(
            self.batch, **form.cleaned_data, by=self.request.user, now=self.request.received_at
        )
        left = done.counts["left"]
        if left:
            return self.done(
                _(
                    "Taken back, except for %(left)d rows, which say below why they stay. Once nothing "
                    "rests on them, take the sheet back again."
                )
                % {"left": left}
            )
        return self.done(_("Everything of this sheet was taken back."))


class RosterDiscarding(TenantRosterStep):
    permission = Permission.ROSTER_IMPORT

    def act(self, form: Any) -> HttpResponse:
        discard_batch(
            self.batch, **form.cleaned_data, by=self.request.user, now=self.request.received_at
        )
        return self.done(_("The sheet was thrown away; nothing of it was entered."))
