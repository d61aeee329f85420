"""Funds and their expenses; amounts are whole numbers of fen."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from actionlearning.foundation.api import StrictSerializer, TenantViewSet, chosen_fields
from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.permissions import Permission
from groups.models import Organisation
from programmes.actions.funds import add_fund_line, book_expense, change_fund_line, reverse_expense
from programmes.api.asking import KEY, REFUSED, UUID, filtered, named
from programmes.api.project_people import MATCH
from programmes.models import Expense, FundLine, FundTier, Programme, Project
from programmes.models.fund import MOST
from programmes.views.fund_lines import totals_of

LISTED = (
    "id", "programme_id", "organisation_id", "project_id", "supervisor_id", "tier", "source",
    "planned", "spent", "note", "version", "created_at",
)  # fmt: skip
FILTERS = ("programme", "organisation", "project")
EXPENSE = OpenApiParameter("expense_id", UUID, OpenApiParameter.PATH)


class FundText(StrictSerializer):
    tier = serializers.ChoiceField(choices=FundTier.choices, help_text="Whose purse it is.")
    source = serializers.CharField(max_length=60)
    planned = serializers.IntegerField(min_value=0, max_value=MOST, help_text="In fen.")
    note = serializers.CharField(required=False, allow_blank=True, max_length=300)


class FundDraft(FundText):
    programme = serializers.UUIDField()
    organisation = serializers.UUIDField()
    project = serializers.UUIDField(required=False, allow_null=True)


class ExpenseDraft(StrictSerializer):
    day = serializers.DateField()
    amount = serializers.IntegerField(min_value=1, max_value=MOST, help_text="In fen.")
    purpose = serializers.CharField(max_length=200)
    voucher = serializers.CharField(required=False, allow_blank=True, max_length=60)
    reason = serializers.CharField(
        required=False, allow_blank=True, max_length=300, help_text="Needed beyond the plan."
    )


class ExpenseReason(StrictSerializer):
    reason = serializers.CharField(max_length=300)


class ExpenseLine(serializers.Serializer):
    """With `reverses` it is a counter-entry: the amount is taken back."""

    id = serializers.UUIDField()
    day = serializers.DateField()
    amount = serializers.IntegerField()
    purpose = serializers.CharField()
    voucher = serializers.CharField()
    reason = serializers.CharField()
    reverses_id = serializers.UUIDField(allow_null=True)
    at = serializers.DateTimeField()
    by_name = serializers.CharField()


class ExpenseLines(serializers.Serializer):
    results = ExpenseLine(many=True)


class FundLineRow(serializers.Serializer):
    id = serializers.UUIDField()
    programme_id = serializers.UUIDField()
    organisation_id = serializers.UUIDField()
    project_id = serializers.UUIDField(allow_null=True)
    supervisor_id = serializers.UUIDField(allow_null=True)
    tier = serializers.ChoiceField(choices=FundTier.choices)
    source = serializers.CharField()
    planned = serializers.IntegerField()
    spent = serializers.IntegerField()
    note = serializers.CharField()
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class FundLines(serializers.Serializer):
    results = FundLineRow(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class FundTotal(serializers.Serializer):
    """In fen; the last one, without source, is the sum of all."""

    tier_label = serializers.CharField()
    source = serializers.CharField()
    lines = serializers.IntegerField()
    planned = serializers.IntegerField()
    spent = serializers.IntegerField()
    left = serializers.IntegerField()


class FundTotals(serializers.Serializer):
    results = FundTotal(many=True)


NARROWED = [
    *[OpenApiParameter(name, UUID) for name in FILTERS],
    OpenApiParameter("tier", str, enum=FundTier.values),
]


class FundViewSet(TenantViewSet):
    """Funds that the client may see; newest first."""

    queryset = FundLine.objects.none()
    serializer_class = FundLineRow
    permission = Permission.FUND_VIEW
    lookup_value_regex = KEY
    order = ("-created_at", "-id")
    sorts_by = "created_at"

    def narrow(self, queryset: Any) -> Any:
        return queryset.select_related("organisation", "programme")

    @extend_schema(
        operation_id="funds_list",
        parameters=[*NARROWED, OpenApiParameter("cursor", str), OpenApiParameter("limit", int),
                    OpenApiParameter("fields", str),
                    OpenApiParameter("ordering", str, enum=["created_at", "-created_at"])],
        responses={200: FundLines, **REFUSED},
    )  # fmt: skip
    def list(self, request: Any, **kwargs: Any) -> HttpResponse:
        names = chosen_fields(request.query_params.get("fields", ""), LISTED)
        rows, cursor = self.page(self._found().values(*LISTED))
        return self.listed([{name: row[name] for name in names} for row in rows], cursor)

    @extend_schema(parameters=NARROWED, responses={200: FundTotals, **REFUSED})
    @action(detail=False, methods=["get"])
    def totals(self, request: Any, **kwargs: Any) -> Response:
        """By purse and source, the sum of all last."""
        results = [
            {
                **{name: line[name] for name in ("tier_label", "source", "lines")},
                **{name: line[f"{name}_fen"] for name in ("planned", "spent", "left")},
            }
            for line in totals_of(self._found())
        ]
        return Response({"results": results})

    @extend_schema(responses={200: FundLineRow, **REFUSED})
    def retrieve(self, request: Any, **kwargs: Any) -> Response:
        return _whole(self.get_object())

    @extend_schema(request=FundDraft, responses={201: FundLineRow, **REFUSED})
    def create(self, request: Any, **kwargs: Any) -> Response:
        given = self._typed(FundDraft)
        project = given.pop("project", None)
        made = add_fund_line(
            programme=named(Programme.objects, "programme", given.pop("programme")),
            organisation=named(Organisation.objects, "organisation", given.pop("organisation")),
            project=named(Project.objects.visible_to(request.user), "project", project)
            if project
            else None,
            by=request.user,
            now=self.now,
            **given,
        )
        return _whole(made, status=201)

    @extend_schema(request=FundText, parameters=[MATCH], responses={200: FundLineRow, **REFUSED})
    def partial_update(self, request: Any, **kwargs: Any) -> Response:
        line = self.get_object()
        seen = self.seen(line)
        given = self._typed(FundText, partial=True)
        return _whole(change_fund_line(line, by=request.user, now=self.now, seen=seen, **given))

    @extend_schema(responses={200: ExpenseLines, **REFUSED})
    @action(detail=True, methods=["get"])
    def expenses(self, request: Any, **kwargs: Any) -> Response:
        rows = _expenses(self.get_object()).order_by("-day", "-id")
        return Response({"results": ExpenseLine(rows, many=True).data})

    @extend_schema(request=ExpenseDraft, responses={201: ExpenseLine, **REFUSED})
    @expenses.mapping.post
    def book(self, request: Any, **kwargs: Any) -> Response:
        line, given = self.get_object(), self._typed(ExpenseDraft)
        made = book_expense(line, by=request.user, now=self.now, **given)
        return Response(ExpenseLine(made).data, status=201)

    @extend_schema(
        request=ExpenseReason, parameters=[EXPENSE], responses={201: ExpenseLine, **REFUSED}
    )
    @action(detail=True, methods=["post"], url_path=f"expenses/(?P<expense_id>{KEY})/reversal")
    def reversal(self, request: Any, expense_id: Any, **kwargs: Any) -> Response:
        expense = get_object_or_404(_expenses(self.get_object()), pk=expense_id)
        reason = self._typed(ExpenseReason)["reason"]
        made = reverse_expense(expense, reason=reason, by=request.user, now=self.now)
        return Response(ExpenseLine(made).data, status=201)

    def _found(self) -> Any:
        found = filtered(self.visible(), self.request, *FILTERS)
        tier = self.request.query_params.get("tier", "")
        if tier and tier not in FundTier.values:
            words = ", ".join(FundTier.values)
            raise BadInput(words, fields={"tier": words}, code="bad_filter")
        return found.filter(tier=tier) if tier else found

    def _typed(self, serializer: Any, *, partial: bool = False) -> dict[str, Any]:
        read = serializer(data=self.request.data, partial=partial)
        read.is_valid(raise_exception=True)
        return dict(read.validated_data)


def _expenses(line: FundLine) -> QuerySet[Any]:
    found: QuerySet[Any] = Expense.objects.filter(line=line).select_related("line")
    return found


def _whole(line: FundLine, status: int = 200) -> Response:
    body = {name: getattr(line, name) for name in LISTED}
    return Response(body, status=status, headers={"ETag": f'"{line.version}"'})


ROUTES: list[tuple[str, Any, str]] = [("funds", FundViewSet, "fund")]
