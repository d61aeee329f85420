"""Papers on their way: the ledger, what waits for the caller, one paper with its journey and its verbs."""

import uuid
from datetime import datetime
from typing import Any

from django.db.models import F
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from actionlearning.foundation.api import TenantViewSet, chosen_fields
from actionlearning.foundation.paging import instant
from actionlearning.foundation.permissions import Permission
from groups.models import Organisation
from programmes.actions.dossiers import change_dossier, open_dossier, revise_dossier
from programmes.actions.sendings import send_dossier, take_back, take_back_words
from programmes.api.asking import KEY, PAGED, REFUSED, UUID, asker, named, names_of, typed
from programmes.api.dossier_acts import DossierActs
from programmes.api.dossier_files import DossierFiles
from programmes.api.dossier_shapes import (
    DossierDraft,
    DossierLines,
    DossierReason,
    DossierSending,
    DossierText,
    DossierWhole,
    SentLine,
    SentLines,
    WaitingLine,
    WaitingLines,
)
from programmes.api.dossier_whole import COLUMNS, LISTED, dossier_whole, held
from programmes.models import Dossier, Programme, Project
from programmes.queries import key_asked, local_day
from programmes.queries.dossiers import narrowed_dossiers, sent_dossiers, waiting_rows
from programmes.queries.drafts import by_plan_in_force
from programmes.states import DossierState
from programmes.views.dossier_lines import days_between

MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="version seen")
ORDER = OpenApiParameter("ordering", str, enum=["moved_at", "-moved_at"])

NARROWED = [
    OpenApiParameter("programme", UUID),
    OpenApiParameter("organisation", UUID, description="With everything below it."),
    OpenApiParameter("project", UUID),
    OpenApiParameter("kind", str, description="Kind of paper, as the plan names it."),
    OpenApiParameter("state", str, enum=DossierState.values),
    OpenApiParameter("q", str, description="Title, unit's name or initials."),
    OpenApiParameter("fields", str, description="Names to send, separated by commas."),
]
OF_THE_PAPER = {"title": "shown_title", "paper": "dossier__kind", "sent_text": "dossier__sent_text"}  # fmt: skip
WAITING = {name: OF_THE_PAPER.get(name, name) for name in names_of(WaitingLine)}


class DossierViewSet(DossierActs, DossierFiles, TenantViewSet):
    """Papers that the client may see; what changed hands last comes first."""

    queryset = Dossier.objects.none()
    serializer_class = DossierWhole
    permission = Permission.DOSSIER_VIEW
    lookup_value_regex = KEY
    order = ("-moved_at", "-id")
    sorts_by = "moved_at"
    versioned = ("programmes_dossier", "groups_organisation", "guardian_userobjectpermission")

    def visible(self) -> Any:
        return super().visible().as_read_by(asker(self.request))

    def narrow(self, queryset: Any) -> Any:
        return queryset.select_related("organisation", "programme", "plan", "project")

    def get_object(self) -> Any:
        """What was not sent yet follows the plan in force, as on its page."""
        found = super().get_object()
        by_plan_in_force(found, self.now)
        return found

    @extend_schema(
        operation_id="dossiers_list",
        parameters=[
            *PAGED[:2],
            ORDER,
            *NARROWED,
        ],
        responses={200: DossierLines, **REFUSED},
    )
    def list(self, request: Request, **kwargs: Any) -> HttpResponse:
        names = chosen_fields(request.query_params.get("fields", ""), LISTED)
        found = narrowed_dossiers(_inside(self.visible(), request), request.query_params)
        rows, cursor = self.page(found.values(*COLUMNS))
        told = map(held, rows)
        return self.listed([{name: row[name] for name in names} for row in told], cursor)

    @extend_schema(
        operation_id="dossiers_waiting", parameters=PAGED[:2], responses={200: WaitingLines}
    )
    @action(detail=False, methods=["get"])
    def waiting(self, request: Request, **kwargs: Any) -> HttpResponse:
        """Turns at which the caller may act now, the most urgent first."""
        self.order, self.sorts_by = ("due_at", "id"), ""
        found = waiting_rows(asker(request), local_day(self.now), *WAITING.values())
        rows, cursor = self.page_in_hand(found, (instant, uuid.UUID))
        return self.listed([{name: row[WAITING[name]] for name in WAITING} for row in rows], cursor)

    @extend_schema(
        operation_id="dossiers_sent",
        parameters=[
            *PAGED[:2],
            OpenApiParameter("ordering", str, enum=["held_since", "-held_since"]),
            *NARROWED,
        ],
        responses={200: SentLines, **REFUSED},
    )
    @action(detail=False, methods=["get"])
    def sent(self, request: Request, **kwargs: Any) -> HttpResponse:
        """Papers of the caller's own units that lie with somebody, the longest held first."""
        if not asker(request).has_perm(Permission.DOSSIER_SEND):
            raise NotFound
        self.order, self.sorts_by = ("held_since", "id"), "held_since"
        names = chosen_fields(request.query_params.get("fields", ""), names_of(SentLine))
        mine = narrowed_dossiers(
            _inside(sent_dossiers(asker(request)), request), request.query_params
        )
        rows, cursor = self.page(mine.values(*COLUMNS, holder_name=F("holder__name")))
        told = [{**held(row), **_lain(row, self.now)} for row in rows]
        return self.listed([{name: row[name] for name in names} for row in told], cursor)

    @extend_schema(responses={200: DossierWhole, **REFUSED})
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        return self._whole(pk)

    @extend_schema(request=DossierDraft, responses={201: DossierWhole, **REFUSED})
    def create(self, request: Request, **kwargs: Any) -> Response:
        asked = typed(request, DossierDraft)
        project, projects = asked.pop("project", None), Project.objects.visible_to(asker(request))
        made = open_dossier(
            programme=named(Programme.objects, "programme", asked.pop("programme")),
            organisation=named(Organisation.objects, "organisation", asked.pop("organisation")),
            project=named(projects, "project", project) if project else None,
            by=asker(request),
            now=self.now,
            **asked,
        )
        return self.told(made, status=201)

    @extend_schema(
        request=DossierText, parameters=[MATCH], responses={200: DossierWhole, **REFUSED}
    )
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        return self._act(change_dossier, DossierText)

    @extend_schema(
        request=DossierSending, parameters=[MATCH], responses={200: DossierWhole, **REFUSED}
    )
    @action(detail=True, methods=["post"])
    def sending(self, request: Request, **kwargs: Any) -> Response:
        return self._act(send_dossier, DossierSending)

    @extend_schema(
        request=DossierReason, parameters=[MATCH], responses={200: DossierWhole, **REFUSED}
    )
    @action(detail=True, methods=["post"], url_path="taking-back", url_name="taking-back")
    def taking_back(self, request: Request, **kwargs: Any) -> Response:
        return self._act(take_back, DossierReason)

    @extend_schema(
        request=DossierReason, parameters=[MATCH], responses={200: DossierWhole, **REFUSED}
    )
    @action(detail=True, methods=["post"], url_path="taking-back-words")
    def taking_back_words(self, request: Request, **kwargs: Any) -> Response:
        """Changed words of a paper in effect alone; what was approved stays, its filing goes on."""
        return self._act(take_back_words, DossierReason)

    @extend_schema(
        request=DossierReason, parameters=[MATCH], responses={201: DossierWhole, **REFUSED}
    )
    @action(detail=True, methods=["post"])
    def revision(self, request: Request, **kwargs: Any) -> Response:
        """A new paper; the old one stands until the new one does."""
        return self._act(revise_dossier, DossierReason, status=201)

    def _act(self, verb: Any, serializer: Any, status: int = 200) -> Response:
        dossier = self.get_object()
        seen = self.seen(dossier)
        asked = typed(self.request, serializer)
        done = verb(dossier, by=self.request.user, now=self.now, seen=seen, **asked)
        return self.told(done, status=status)

    def told(self, dossier: Dossier, status: int = 200) -> Response:
        return self._whole(dossier.pk, status)

    def _whole(self, pk: Any, status: int = 200) -> Response:
        body = dossier_whole(self.visible(), pk, by=asker(self.request), now=self.now)
        return Response(body, status=status, headers={"ETag": f'"{body["version"]}"'})


def _lain(row: dict[str, Any], now: datetime) -> dict[str, Any]:
    """What its holder is charged with up to now."""
    due = row["answer_due_at"]
    return {"days": days_between(row["held_since"], now), "late": due is not None and due <= now}


def _inside(rows: Any, request: Request) -> Any:
    """`organisation=`: its own papers and those of everything below it. Raises BadInput."""
    if not request.query_params.get("organisation"):
        return rows
    key = key_asked(request.query_params, "organisation")
    unit = Organisation.objects.filter(pk=key).first()
    return rows.filter(**{f"ancestor_{unit.level}": unit.pk}) if unit else rows.none()


ROUTES: list[tuple[str, Any, str]] = [("dossiers", DossierViewSet, "dossier")]
