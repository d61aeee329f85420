"""Duties: what is owed, how it stands, and both rates."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import orjson
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from actionlearning.foundation.api import Problem, StrictSerializer, TenantViewSet
from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.permissions import Permission
from programmes.actions.evidence import report_nil
from programmes.actions.exceptions import waive
from programmes.api.duty_whole import around, duty_row
from programmes.models import Obligation
from programmes.models.obligation import DutyState
from programmes.queries import LEDGER_GROUPS, day_asked, duties_in, narrowed_duties, tally
from programmes.queries.waits import holders_at
from programmes.views.held_up import told_of

UPSTREAM = "blocked_by"
"""No column: asked about only where a line of the page is blocked."""
TOLD = {
    "id": "id",
    "programme_id": "programme",
    "organisation_id": "organisation",
    "organisation__name": "organisation_name",
    "supervisor_id": "supervisor",
    "project_id": "project",
    "rule_key": "rule",
    "rule__title": "rule_title",
    "window_key": "month",
    "state": "state",
    "opens_at": "opens_at",
    "due_at": "due_at",
    "grace_ends_at": "grace_ends_at",
    "closes_at": "closes_at",
    "minimum": "minimum",
    "maximum": "maximum",
    "credited": "credited",
    "met_at": "met_at",
    "met_until": "met_until",
    "provisional": "provisional",
    "reason": "reason",
    UPSTREAM: UPSTREAM,
}
"""Column → name in the answer."""
_DAY = "A day, `2026-09-30`: the state at the end of that day in Beijing, by what counts today."


class Upstream(serializers.Serializer):
    """Another body that holds the paper for which the duty waits."""

    organisation = serializers.UUIDField()
    organisation_name = serializers.CharField()
    body = serializers.CharField(help_text="Kind of the body.")
    since = serializers.DateTimeField()
    paper = serializers.UUIDField(help_text="The paper, see `/dossiers/`.")
    kind = serializers.CharField(help_text="Kind of the paper.")


class DutyLine(serializers.Serializer):
    """A duty. Every instant named `…_at` that ends something is the first one too late."""

    id = serializers.UUIDField()
    programme = serializers.UUIDField()
    organisation = serializers.UUIDField()
    organisation_name = serializers.CharField()
    supervisor = serializers.UUIDField(allow_null=True)
    project = serializers.UUIDField(allow_null=True)
    rule = serializers.CharField()
    rule_title = serializers.CharField()
    month = serializers.CharField(help_text="Key of the window: `2026-09`, `once` and the like.")
    state = serializers.ChoiceField(DutyState.choices)
    opens_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    grace_ends_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField(allow_null=True)
    minimum = serializers.IntegerField()
    maximum = serializers.IntegerField(allow_null=True)
    credited = serializers.IntegerField()
    met_at = serializers.DateTimeField(allow_null=True)
    met_until = serializers.DateTimeField(
        allow_null=True, help_text="From here on an unanswered return undoes the fulfilment."
    )
    provisional = serializers.BooleanField()
    reason = serializers.CharField()
    blocked_by = Upstream(allow_null=True, help_text="Only of a duty that is `blocked`.")


class DutyLines(serializers.Serializer):
    results = DutyLine(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class EvidenceReturnLine(serializers.Serializer):
    returned_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(help_text="First instant too late for the answer.")
    flat = serializers.BooleanField(help_text="Empty or a copy: it stopped counting at once.")
    reason = serializers.CharField()
    resubmitted_at = serializers.DateTimeField(allow_null=True)


class EvidenceLine(serializers.Serializer):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    source = serializers.UUIDField()
    title = serializers.CharField()
    address = serializers.CharField()
    quantity = serializers.IntegerField()
    captured_at = serializers.DateTimeField()
    received_at = serializers.DateTimeField()
    accepted_at = serializers.DateTimeField(allow_null=True)
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    counts_from = serializers.DateTimeField(allow_null=True)
    counts_until = serializers.DateTimeField(allow_null=True)
    returns = EvidenceReturnLine(many=True)


class ClauseLine(serializers.Serializer):
    id = serializers.UUIDField()
    key = serializers.CharField()
    text = serializers.CharField()
    reading = serializers.CharField()
    gloss = serializers.CharField()


class DutyWhole(DutyLine):
    """With the sentence it recites, its dates step by step, and what was handed in."""

    clause = ClauseLine()
    rule_ids = serializers.CharField(help_text="Rules of the plan, as refusals name them.")
    plan_version = serializers.IntegerField()
    derivation = serializers.ListField(child=serializers.CharField())
    evidence = EvidenceLine(many=True)


class Rates(serializers.Serializer):
    """Over duties due by then, without those waived or cancelled. Null while nothing was owed."""

    completeness = serializers.FloatField(allow_null=True)
    timeliness = serializers.FloatField(allow_null=True)
    owed = serializers.IntegerField()
    counts = serializers.DictField(child=serializers.IntegerField())


class Reason(StrictSerializer):
    reason = serializers.CharField(max_length=300)


UUID, REFUSED = OpenApiTypes.UUID, dict.fromkeys((403, 404, 409, 422), Problem)
PLACE = [
    OpenApiParameter("programme", UUID),
    OpenApiParameter("organisation", UUID, description="With everything below it."),
    OpenApiParameter("rule", str, description="Key of the rule."),
    OpenApiParameter("month", str, description="Key of the window, `2026-09`."),
]
AS_OF = OpenApiParameter("as_of", OpenApiTypes.DATE, description=_DAY)


class ObligationViewSet(TenantViewSet):
    """Duties of the organisations that the client may see, the most urgent first."""

    queryset = Obligation.objects.none()
    serializer_class = DutyLine
    permission = Permission.OBLIGATION_VIEW
    order = ("due_at", "id")
    versioned = ("programmes_obligation", "groups_organisation")

    @extend_schema(
        parameters=[
            *PLACE,
            OpenApiParameter("state", str, enum=list(dict.fromkeys(LEDGER_GROUPS))),
            OpenApiParameter("fields", str, description="Names to send, separated by commas."),
            OpenApiParameter("limit", int, description="1 to 200, 50 by default."),
            OpenApiParameter("cursor", str, description="`next_cursor` of the page before."),
        ],
        responses={200: DutyLines, 304: None, 422: Problem},
    )
    def list(self, request: Request, **kwargs: Any) -> HttpResponse:
        columns = _columns(request.query_params.get("fields", ""))
        rows = narrowed_duties(self.get_queryset(), request.query_params, self.now, "all")
        rows = rows.with_state(self.now)
        upstream = columns.pop(UPSTREAM, "")
        asked = {
            **columns,
            "id": "",
            "due_at": "",
            **dict.fromkeys(["state"] if upstream else [], ""),
        }
        found, cursor = self.page(rows.values(*asked))
        names = list(columns.items())
        lines = [{name: row[key] for key, name in names} for row in found]
        if upstream:
            _add_upstream(found, lines, self.now)
        return self.listed(lines, cursor)

    @extend_schema(parameters=[AS_OF], responses={200: DutyWhole, 404: Problem, 422: Problem})
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> HttpResponse:
        return self._told(_key(pk), day_asked(request.query_params.get("as_of", "")))

    @extend_schema(request=Reason, responses={200: DutyWhole, **REFUSED})
    @action(detail=True, methods=["post"])
    def waiver(self, request: Request, pk: str, **kwargs: Any) -> HttpResponse:
        return self._act(waive, pk)

    @extend_schema(request=Reason, responses={200: DutyWhole, **REFUSED})
    @action(detail=True, methods=["post"], url_path="nil-report", url_name="nil-report")
    def nil_report(self, request: Request, pk: str, **kwargs: Any) -> HttpResponse:
        return self._act(report_nil, pk)

    @extend_schema(parameters=[*PLACE, AS_OF], responses={200: Rates, 422: Problem})
    @action(detail=False, methods=["get"])
    def rates(self, request: Request, **kwargs: Any) -> Response:
        moment = day_asked(request.query_params.get("as_of", "")) or self.now
        found = tally(duties_in(self.get_queryset(), request.query_params), moment)
        return Response(
            {
                "completeness": found.completeness,
                "timeliness": found.timeliness,
                "owed": found.owed,
                "counts": found.counts,
            }
        )

    def _told(self, key: uuid.UUID, moment: datetime | None) -> HttpResponse:
        row = duty_row(key, self.request.user, moment)
        if row is None:
            raise Http404
        told = {name: row[column] for column, name in TOLD.items() if column != UPSTREAM}
        told |= around(row, self.request.tenant.slug)
        return HttpResponse(orjson.dumps(told), content_type="application/json")

    def _act(self, verb: Any, pk: str) -> HttpResponse:
        duty = get_object_or_404(self.get_queryset(), pk=_key(pk))
        form = Reason(data=self.request.data)
        form.is_valid(raise_exception=True)
        verb(duty, reason=form.validated_data["reason"], by=self.request.user, now=self.now)
        return self._told(duty.pk, self.now)


def _add_upstream(
    rows: Iterable[dict[str, Any]], lines: Iterable[dict[str, Any]], now: datetime
) -> None:
    found = list(rows)
    held = holders_at([row["id"] for row in found if row["state"] == DutyState.BLOCKED], now)
    for row, line in zip(found, lines, strict=True):
        line[UPSTREAM] = told_of(held.get(row["id"]))


def _key(pk: str) -> uuid.UUID:
    try:
        return uuid.UUID(pk)
    except ValueError:
        raise Http404 from None


def _columns(fields: str) -> dict[str, str]:
    """`fields=` as columns; raises BadInput for a name that is none of ours."""
    if not fields:
        return dict(TOLD)
    asked = fields.split(",")
    if unknown := sorted(set(asked) - set(TOLD.values())):
        raise BadInput(_("Unknown field."), fields={"fields": ", ".join(unknown)})
    return {column: name for column, name in TOLD.items() if name in asked}


ROUTES: list[tuple[str, Any, str]] = [("obligations", ObligationViewSet, "obligation")]
