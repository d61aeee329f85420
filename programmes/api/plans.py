"""Plans: versions of a document, loaded whole or changed rule by rule."""

from dataclasses import asdict
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
from actionlearning.foundation.permissions import Permission
from programmes.actions.plans import change_rule, load_plan, read_pack
from programmes.api.asking import (
    KEY,
    PAGED,
    REFUSED,
    UUID,
    asker,
    filtered,
    named,
    names_of,
    typed,
)
from programmes.models import Clause, Plan, Rule
from programmes.packs.nodes import LONGEST_TEXT
from programmes.packs.provisions import FIELDS, NUMBERS, Standing, provisions
from programmes.packs.shapes import filled
from programmes.queries import visible_programmes
from programmes.views.plans import plan_answer


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


class PlanProvision(serializers.Serializer):
    """What the plan asks in one field that every office looks for; none is left out."""

    key = serializers.ChoiceField([*FIELDS, *(key for key in NUMBERS if key not in FIELDS)])
    standing = serializers.ChoiceField([each.value for each in Standing])
    rules = serializers.ListField(child=serializers.CharField(), help_text="Keys of its rules.")


class PlanWhole(PlanLine):
    head = serializers.DictField()
    provisions = PlanProvision(many=True)
    clauses = PlanClause(many=True)


class PlanPage(serializers.Serializer):
    results = PlanLine(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class PlanDraft(StrictSerializer):
    """The next version; the same pack again answers 200 with the version that is there."""

    programme = serializers.UUIDField()
    pack = serializers.CharField(max_length=LONGEST_TEXT, trim_whitespace=False)
    applies_from = serializers.DateField()


class RuleChange(StrictSerializer):
    """One rule of the latest version, by a new version; null takes a setting back."""

    rule = serializers.CharField(max_length=60, help_text="Key of the rule.")
    changes = serializers.DictField(help_text="Settings as a pack writes them: `day`, `min`, …")
    applies_from = serializers.DateField()


class ProgrammeRules:
    """`…/rule-changes/` of a programme."""

    now: Any
    get_object: Any

    @extend_schema(request=RuleChange, responses={200: PlanWhole, **REFUSED})
    @action(detail=True, methods=["post"], url_path="rule-changes", url_name="rule-changes")
    def rule_changes(self, request: Request, **kwargs: Any) -> Response:
        """The same settings again change nothing and answer with the version that is there."""
        programme, asked = self.get_object(), typed(request, RuleChange)
        plan = change_rule(
            programme,
            asked["rule"],
            asked["changes"],
            applies_from=asked["applies_from"],
            by=asker(request),
            now=self.now,
        )
        return _plan(plan)


class PlanViewSet(TenantViewSet):
    """Versions of plans, the latest loaded first."""

    queryset = Plan.objects.none()
    serializer_class = PlanWhole
    permission = Permission.PROGRAMME_VIEW
    lookup_value_regex = KEY
    order = ("-loaded_at", "-id")
    sorts_by = "loaded_at"

    def visible(self) -> Any:
        seen = visible_programmes(asker(self.request)).values("pk")
        return Plan.objects.filter(programme__in=seen)

    @extend_schema(
        parameters=[*PAGED, OpenApiParameter("programme", UUID)],
        responses={200: PlanPage, **REFUSED},
        operation_id="plans_list",
    )
    def list(self, request: Request, **kwargs: Any) -> HttpResponse:
        found = filtered(self.visible(), request, "programme")
        rows, cursor = self.page(found.values(*names_of(PlanLine)))
        return self.listed(rows, cursor)

    @extend_schema(responses={200: PlanWhole, **REFUSED})
    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        found = self.visible().select_related("programme")
        return _plan(get_object_or_404(found, pk=self.kwargs["pk"]))

    @extend_schema(request=PlanDraft, responses={200: PlanWhole, 201: PlanWhole, **REFUSED})
    def create(self, request: Request, **kwargs: Any) -> Response:
        asked = typed(request, PlanDraft)
        programme = named(visible_programmes(asker(request)), "programme", asked["programme"])
        plan, new = load_plan(
            programme,
            read_pack(asked["pack"]),
            applies_from=asked["applies_from"],
            by=asker(request),
            now=self.now,
        )
        return _plan(plan, status=201 if new else 200)

    @extend_schema(
        responses={(200, "application/yaml"): OpenApiTypes.OBJECT, 404: Problem},
        operation_id="plans_export",
    )
    @action(detail=True, methods=["get"])
    def export(self, request: Request, **kwargs: Any) -> HttpResponse:
        plan = get_object_or_404(self.visible().select_related("programme"), pk=self.kwargs["pk"])
        return plan_answer(plan.programme, str(plan.number))


def _plan(plan: Plan, status: int = 200) -> Response:
    """Two statements more: clauses and rules."""
    rules: dict[Any, list[dict[str, Any]]] = {}
    every: list[dict[str, Any]] = []
    for row in Rule.objects.filter(plan=plan).order_by("ordinal"):
        line = {name: getattr(row, name) for name in names_of(PlanRule)}
        line["title"] = filled(row.title, plan.programme.year)
        rules.setdefault(row.clause_id, []).append(line)
        every.append(line)
    body = {name: getattr(plan, name) for name in (*names_of(PlanLine), "head")}
    body["provisions"] = [asdict(each) for each in provisions(plan.head, every)]
    body["clauses"] = []
    for clause in Clause.objects.filter(plan=plan).order_by("ordinal"):
        told = {name: getattr(clause, name) for name in names_of(PlanClause) if name != "rules"}
        told["text"] = filled(clause.text, plan.programme.year)
        body["clauses"].append({**told, "rules": rules.get(clause.pk, [])})
    return Response(body, status=status)


ROUTES: list[tuple[str, Any, str]] = [("plans", PlanViewSet, "plan")]
