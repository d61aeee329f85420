"""The ledger of papers, what waits for its reader, what his unit has sent, and a new one."""

import uuid
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actionlearning.foundation.documents.xlsx import MEDIA_TYPE, filename
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView, TenantListView
from programmes.actions.dossiers import open_dossier
from programmes.exports import dossier_sheet, waiting_sheet
from programmes.forms.dossiers import DossierFilterForm, DossierNewForm
from programmes.models import Dossier, title_read
from programmes.queries import local_day
from programmes.queries.dossiers import (
    drafts_to_send,
    narrowed_dossiers,
    sent_dossiers,
    waiting_turns,
)
from programmes.views.dossier_lines import (
    COLUMNS,
    TURN_COLUMNS,
    PaperNames,
    lines_of,
    turn_lines,
)
from programmes.views.dossier_places import Place, offered, places_of


class TenantDossierList(TenantListView):
    """What the three lists share: filters in the address, the same rows as a sheet."""

    heading: Any = ""
    sheet: Any = staticmethod(dossier_sheet)

    @cached_property
    def names(self) -> PaperNames:
        return PaperNames.read()

    @cached_property
    def filters(self) -> DossierFilterForm:
        return DossierFilterForm(self.request.GET, kinds=self.names.kinds)

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("export") == "xlsx":
            return self._sheet()
        return super().get(request, *args, **kwargs)

    def lines(self, rows: Any) -> list[dict[str, Any]]:
        return lines_of(rows, self.names, self.request.received_at)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(filters=self.filters, **kwargs)
        user: Any = self.request.user
        return {
            **context,
            "lines": self.lines(context["object_list"]),
            "can_write": user.has_perm(Permission.DOSSIER_WRITE),
            "can_act": user.has_perm(Permission.DOSSIER_ACT),
            "can_send": user.has_perm(Permission.DOSSIER_SEND),
        }

    def _sheet(self) -> HttpResponse:
        title, today = str(self.heading), local_day(self.request.received_at)
        lines = self.lines(self.everything(self.get_queryset()))
        body = self.sheet(title, lines, unit=self.request.tenant.name, made_on=today)
        header = content_disposition_header(True, filename(title, today))
        return HttpResponse(
            body, content_type=MEDIA_TYPE, headers={"Content-Disposition": header or "attachment"}
        )


class DossierList(TenantDossierList):
    """Last moved first."""

    permission = Permission.DOSSIER_VIEW
    template_name = "programmes/dossier_list.html"
    order = ("-moved_at", "-id")
    heading = gettext_lazy("Ledger of papers")

    def get_queryset(self) -> QuerySet[Any]:
        user: Any = self.request.user
        mine = Dossier.objects.visible_to(user).as_read_by(user)
        return narrowed_dossiers(mine, self.filters.wanted()).values(*COLUMNS)


class DossierSent(TenantDossierList):
    """What lies with somebody, the longest held first; above it what may be sent now."""

    permission = Permission.DOSSIER_SEND
    template_name = "programmes/dossier_sent.html"
    order = ("held_since", "id")
    heading = gettext_lazy("Papers sent by us")

    def get_queryset(self) -> QuerySet[Any]:
        mine = sent_dossiers(self.request.user)
        return narrowed_dossiers(mine, self.filters.wanted()).values(*COLUMNS)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        drafts = drafts_to_send(self.request.user, local_day(self.request.received_at))
        return super().get_context_data(drafts=drafts, **kwargs)


class DossierWaiting(TenantDossierList):
    """Exactly what its reader may decide or send now, the most urgent first."""

    permission = Permission.DOSSIER_VIEW
    template_name = "programmes/dossier_waiting.html"
    order = ("due_at", "id")
    heading = gettext_lazy("Papers waiting for me")
    sheet = staticmethod(waiting_sheet)

    def get_queryset(self) -> QuerySet[Any]:
        today = local_day(self.request.received_at)
        turns = waiting_turns(self.request.user, today)
        read: QuerySet[Any] = turns.annotate(shown_title=title_read(self.request.user, "dossier__"))
        return read.values(*TURN_COLUMNS)

    def lines(self, rows: Any) -> list[dict[str, Any]]:
        return turn_lines(rows, self.names, self.request.received_at)


class DossierNew(TenantFormView):
    """First where it belongs (in the address), then which of the plan's papers; the text comes after."""

    permission = Permission.DOSSIER_WRITE
    template_name = "programmes/dossier_new.html"
    form_class = DossierNewForm

    @property
    def now(self) -> datetime:
        return self.request.received_at

    @cached_property
    def places(self) -> list[Place]:
        return places_of(self.request.user, self.now)

    @cached_property
    def place(self) -> Place | None:
        """The one asked for, or the only one there is."""
        asked = [self.request.GET.get(name, "") for name in ("programme", "organisation")]
        if not any(asked):
            return self.places[0] if len(self.places) == 1 else None
        for place in self.places:
            if [str(place.programme.pk), str(place.organisation.pk)] == asked:
                return place
        raise Http404

    def get_form_kwargs(self) -> dict[str, Any]:
        papers = offered(self.place, self.now) if self.place else []
        return {**super().get_form_kwargs(), "offered": papers}

    def get_initial(self) -> dict[str, Any]:
        return {"paper": self.request.GET.get("paper", "")}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(place=self.place, places=self.places, **kwargs)

    def act(self, form: Any) -> HttpResponse:
        assert self.place is not None  # noqa: S101  no paper is offered without a place
        kind, _colon, project = form.cleaned_data["paper"].partition(":")
        made = open_dossier(
            programme=self.place.programme,
            organisation=self.place.organisation,
            kind=kind,
            project=self.place.project(uuid.UUID(project)) if project else None,
            title=form.cleaned_data["title"],
            by=self.request.user,
            now=self.now,
        )
        messages.success(self.request, _("A draft is made, with what is known already."))
        slug = self.request.tenant.slug
        return HttpResponseRedirect(reverse("programmes:dossier_edit", args=[slug, made.pk]))
