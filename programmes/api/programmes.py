"""Programmes and their plans."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from actionlearning.foundation.api import Problem, StrictSerializer, TenantViewSet
from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.permissions import Permission
from groups.access import visible_organisations
from programmes.actions.plans import load_plan, read_pack
from programmes.actions.programmes import (
    change_programme,
    close_programme,
    open_programme,
    put_in_force,
)
from programmes.api.asking import KEY, PAGED, REFUSED, UUID
from programmes.api.asking import asker as _asker
from programmes.api.asking import filtered as _filtered
from programmes.api.asking import named as _named
from programmes.api.asking import names_of as _names
from programmes.api.asking import typed as _typed
from programmes.models import Clause, Plan, Programme, Rule
from programmes.packs.nodes import LONGEST_TEXT
from programmes.packs.shapes import filled
from programmes.queries import visible_programmes
from programmes.states import ProgrammeState
from programmes.views.plans import plan_answer


class ProgrammeLine(serializers.Serializer):
    """`state` changes by the noun endpoints only."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    pack = serializers.CharField()
    owner_id = serializers.UUIDField()
    year = serializers.IntegerField()
    phase_number = serializers.IntegerField(allow_null=True)
    batch_number = serializers.IntegerField(allow_null=True)
    parent_document = serializers.CharField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    state = serializers.ChoiceField(ProgrammeState.choices)
    version = serializers.IntegerField()


class ProgrammePage(serializers.Serializer):
    results = ProgrammeLine(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class ProgrammeClosing(StrictSerializer):
    reason = serializers.CharField(required=False, allow_blank=True, max_length=200)


class ProgrammeChange(StrictSerializer):
    """While it is a draft; what is left out stays."""

    name = serializers.CharField(required=False, max_length=160)
    starts_on = serializers.DateField(required=False)
    ends_on = serializers.DateField(required=False)
    phase_number = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=99
    )
    batch_number = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=99
    )
    parent_document = serializers.CharField(required=False, allow_blank=True, max_length=300)


class ProgrammeDraft(ProgrammeChange):
    """A pack as YAML text; every mistake in it comes back with its line."""

    pack = serializers.CharField(max_length=LONGEST_TEXT, trim_whitespace=False)
    owner = serializers.UUIDField()
    year = serializers.IntegerField(min_value=2000, max_value=2100)
    name = serializers.CharField(required=False, allow_blank=True, max_length=160)


class ProgrammeViewSet(TenantViewSet):
    """Programmes that the client may see, the latest first."""

    queryset = Programme.objects.none()
    serializer_class = ProgrammeLine
    permission = Permission.PROGRAMME_VIEW
    lookup_value_regex = KEY
    order = ("-starts_on", "-id")

    def visible(self) -> Any:
        return visible_programmes(_asker(self.request))

    @extend_schema(
        parameters=[*PAGED, OpenApiParameter("state", str, enum=ProgrammeState.values)],
        responses={200: ProgrammePage, **REFUSED},
        operation_id="programmes_list",
    )
    def list(self, request: Request, **kwargs: Any) -> HttpResponse:
        found = self.visible()
        state = request.query_params.get("state")
        if state:
            if state not in ProgrammeState.values:
                raise BadInput("Unknown state.", fields={"state": "Unknown."}, code="bad_filter")
            found = found.filter(state=state)
        rows, cursor = self.page(found.values(*_names(ProgrammeLine)))
        return self.listed(rows, cursor)

    @extend_schema(responses={200: ProgrammeLine, **REFUSED})
    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        return _whole(self.get_object())

    @extend_schema(request=ProgrammeDraft, responses={201: ProgrammeLine, **REFUSED})
    def create(self, request: Request, **kwargs: Any) -> Response:
        typed = _typed(request, ProgrammeDraft)
        owner = _named(visible_organisations(_asker(request)), "owner", typed.pop("owner"))
        pack = read_pack(typed.pop("pack"))
        return _whole(
            open_programme(pack, owner=owner, by=_asker(request), now=self.now, **typed), status=201
        )

    @extend_schema(request=ProgrammeChange, responses={200: ProgrammeLine, **REFUSED})
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        typed = _typed(request, ProgrammeChange)
        return _whole(change_programme(self._matched(), by=_asker(request), now=self.now, **typed))

    @extend_schema(request=None, responses={200: ProgrammeLine, **REFUSED})
    @action(detail=True, methods=["post"])
    def force(self, request: Request, **kwargs: Any) -> Response:
        return _whole(put_in_force(self._matched(), by=_asker(request), now=self.now))

    @extend_schema(request=ProgrammeClosing, responses={200: ProgrammeLine, **REFUSED})
    @action(detail=True, methods=["post"])
    def closure(self, request: Request, **kwargs: Any) -> Response:
        """What is overdue still takes late papers until it closes; what is not due yet is cancelled."""
        typed = _typed(request, ProgrammeClosing)
        return _whole(close_programme(self._matched(), by=_asker(request), now=self.now, **typed))

    def _matched(self) -> Programme:
        found: Programme = self.get_object()
        self.check_match(found)
        return found


def _whole(programme: Programme, status: int = 200) -> Response:
    body = {name: getattr(programme, name) for name in _names(ProgrammeLine)}
    return Response(body, status=status, headers={"ETag": f'"{programme.version}"'})


class PlanLine(serializers.Serializer):
    id = serializers.UUIDField()
    programme_id = serializers.UUIDField()
    number = serializers.IntegerField()
    applies_from = serializers.DateField()
    digest = serializers.CharField(help_text="sha256 of the canonical pack.")
    loaded_at = serializers.DateTimeField()


class PlanRule(serializers.Serializer):
    key = serializers.CharField()
    title = serializers.CharField()
    title_en = serializers.CharField()
    kind = serializers.CharField()
    deliverable = serializers.CharField()
    owed_by = serializers.CharField()
    enabled = serializers.BooleanField()
    nil_allowed = serializers.BooleanField()
    spec = serializers.DictField(help_text="The rule as the pack says it.")


class PlanClause(serializers.Serializer):
    key = serializers.CharField()
    kind = serializers.CharField()
    level = serializers.IntegerField()
    text = serializers.CharField()
    gloss = serializers.CharField()
    reading = serializers.CharField()
    cites = serializers.ListField(child=serializers.CharField())
    rules = PlanRule(many=True)


class PlanWhole(PlanLine):
    head = serializers.DictField()
    clauses = PlanClause(many=True)


class PlanPage(serializers.Serializer):
    results = PlanLine(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class PlanDraft(StrictSerializer):
    """The next version; the same pack again answers 200 with the version that is there."""

    programme = serializers.UUIDField()
    pack = serializers.CharField(max_length=LONGEST_TEXT, trim_whitespace=False)
    applies_from = serializers.DateField()


class PlanViewSet(TenantViewSet):
    """Versions of plans, the latest loaded first."""

    queryset = Plan.objects.none()
    serializer_class = PlanWhole
    permission = Permission.PROGRAMME_VIEW
    lookup_value_regex = KEY
    order = ("-loaded_at", "-id")

    def visible(self) -> Any:
        seen = visible_programmes(_asker(self.request)).values("pk")
        return Plan.objects.filter(programme__in=seen)

    @extend_schema(
        parameters=[*PAGED, OpenApiParameter("programme", UUID)],
        responses={200: PlanPage, **REFUSED},
        operation_id="plans_list",
    )
    def list(self, request: Request, **kwargs: Any) -> HttpResponse:
        found = _filtered(self.visible(), request, "programme")
        rows, cursor = self.page(found.values(*_names(PlanLine)))
        return self.listed(rows, cursor)

    @extend_schema(responses={200: PlanWhole, **REFUSED})
    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        found = self.visible().select_related("programme")
        return _plan(get_object_or_404(found, pk=self.kwargs["pk"]))

    @extend_schema(request=PlanDraft, responses={200: PlanWhole, 201: PlanWhole, **REFUSED})
    def create(self, request: Request, **kwargs: Any) -> Response:
        typed = _typed(request, PlanDraft)
        programme = _named(visible_programmes(_asker(request)), "programme", typed["programme"])
        plan, new = load_plan(
            programme,
            read_pack(typed["pack"]),
            applies_from=typed["applies_from"],
            by=_asker(request),
            now=self.now,
        )
        return _plan(plan, status=201 if new else 200)

    @extend_schema(
        responses={(200, "application/yaml"): OpenApiTypes.STR, 404: Problem},
        operation_id="plans_export",
    )
    @action(detail=True, methods=["get"])
    def export(self, request: Request, **kwargs: Any) -> HttpResponse:
        plan = get_object_or_404(self.visible().select_related("programme"), pk=self.kwargs["pk"])
        return plan_answer(plan.programme, str(plan.number))


def _plan(plan: Plan, status: int = 200) -> Response:
    """Two statements more: clauses and rules."""
    rules: dict[Any, list[dict[str, Any]]] = {}
    for row in Rule.objects.filter(plan=plan).order_by("ordinal"):
        line = {name: getattr(row, name) for name in _names(PlanRule)}
        line["title"] = filled(row.title, plan.programme.year)
        rules.setdefault(row.clause_id, []).append(line)
    body = {name: getattr(plan, name) for name in (*_names(PlanLine), "head")}
    body["clauses"] = []
    for clause in Clause.objects.filter(plan=plan).order_by("ordinal"):
        told = {name: getattr(clause, name) for name in _names(PlanClause) if name != "rules"}
        told["text"] = filled(clause.text, plan.programme.year)
        body["clauses"].append({**told, "rules": rules.get(clause.pk, [])})
    return Response(body, status=status)


ROUTES: list[tuple[str, Any, str]] = [
    ("programmes", ProgrammeViewSet, "programme"),
    ("plans", PlanViewSet, "plan"),
]
