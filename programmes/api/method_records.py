"""Records of methods, how often methods were used, and minutes as files: the verbs and texts of the pages."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from actionlearning.foundation.api import StrictSerializer, TenantViewSet
from actionlearning.foundation.clients import FileRenderer
from actionlearning.foundation.documents import official
from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.permissions import Permission
from programmes.actions.method_records import keep_record, open_record, remove_record
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
from programmes.methods import LONGEST_QUESTION, METHOD_KEYS, tally
from programmes.models import Activity, MethodRecord
from programmes.queries.method_use import Use, method_use
from programmes.states import RecordForm
from programmes.views.activity_minutes import minutes_answer
from programmes.views.method_use import use_names

MATCH_NEEDED = OpenApiParameter(
    "If-Match",
    str,
    location=OpenApiParameter.HEADER,
    description="Version that was read; 412 has what somebody else kept since as `current`.",
)


@extend_schema_field({"type": "object", "additionalProperties": True})
class RecordContent(serializers.JSONField):
    """Lists and texts of the form; every fault comes back with its place (`ideas_3_text`)."""


class MethodRecordText(StrictSerializer):
    question = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=LONGEST_QUESTION
    )
    content = RecordContent()


class MethodRecordDraft(MethodRecordText):
    content = RecordContent(required=False, default=dict)
    activity = serializers.UUIDField()
    method = serializers.CharField(
        max_length=40, help_text=f"Key of the plan's methods, or one of {METHOD_KEYS}."
    )


class MethodRecordLine(serializers.Serializer):
    id = serializers.UUIDField()
    activity_id = serializers.UUIDField()
    organisation_id = serializers.UUIDField()
    method = serializers.CharField()
    name = serializers.CharField()
    name_en = serializers.CharField()
    form = serializers.ChoiceField(RecordForm.choices)
    question = serializers.CharField()
    created_at = serializers.DateTimeField()
    written_name = serializers.CharField()
    written_at = serializers.DateTimeField()
    version = serializers.IntegerField()


class MethodRecordLines(serializers.Serializer):
    results = MethodRecordLine(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class RankedItem(serializers.Serializer):
    rank = serializers.IntegerField(help_text="Equal ones share it.")
    number = serializers.IntegerField()
    text = serializers.CharField()
    points = serializers.IntegerField()
    voters = serializers.IntegerField()


class MethodRecordWhole(MethodRecordLine):
    content = RecordContent()
    ranking = RankedItem(many=True, help_text="Of a record with votes.")


ANSWERS: dict[int, Any] = {200: MethodRecordWhole, **REFUSED}


class MethodRecordViewSet(TenantViewSet):
    """Records of the activities that the client may see, in the order in which they were opened."""

    queryset = MethodRecord.objects.none()
    serializer_class = MethodRecordLine
    permission = Permission.PROJECT_VIEW
    lookup_value_regex = KEY
    order = ("created_at", "id")
    sorts_by = "created_at"

    def narrow(self, queryset: Any) -> Any:
        return queryset.select_related(
            "activity__organisation", "activity__programme", "activity__project"
        )

    @extend_schema(
        operation_id="method_records_list",
        parameters=[
            *PAGED,
            OpenApiParameter("activity", UUID),
            OpenApiParameter("programme", UUID),
            OpenApiParameter("method", str),
        ],
        responses={200: MethodRecordLines, **REFUSED},
    )
    def list(self, request: Request, **kwargs: Any) -> HttpResponse:
        found = filtered(self.visible(), request, "activity")
        if programme := request.query_params.get("programme"):
            found = found.filter(activity__programme=_key(programme, "programme"))
        if method := request.query_params.get("method"):
            found = found.filter(method=method)
        rows, cursor = self.page(found.values(*names_of(MethodRecordLine)))
        return self.listed(rows, cursor)

    @extend_schema(responses=ANSWERS)
    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        return _whole(self.get_object())

    @extend_schema(request=MethodRecordDraft, responses={201: MethodRecordWhole, **REFUSED})
    def create(self, request: Request, **kwargs: Any) -> Response:
        given = typed(request, MethodRecordDraft)
        activities = Activity.objects.visible_to(asker(request)).select_related(
            "organisation", "programme", "project"
        )
        activity = named(activities, "activity", given.pop("activity"))
        made = open_record(activity, by=asker(request), now=self.now, **given)
        return _whole(made, status=201)

    @extend_schema(request=MethodRecordText, parameters=[MATCH_NEEDED], responses=ANSWERS)
    def update(self, request: Request, **kwargs: Any) -> Response:
        kept = self.get_object()
        given = typed(request, MethodRecordText)
        seen, by = _seen(request), asker(request)
        return _whole(keep_record(kept, by=by, now=self.now, seen=seen, **given))

    @extend_schema(request=None, parameters=[MATCH_NEEDED], responses={204: None, **REFUSED})
    def destroy(self, request: Request, **kwargs: Any) -> Response:
        remove_record(self.get_object(), by=asker(request), now=self.now, seen=_seen(request))
        return Response(status=204)


def _key(value: str, name: str) -> Any:
    try:
        return serializers.UUIDField().run_validation(value)
    except serializers.ValidationError as problem:
        words = str(problem.detail[0])  # type: ignore[index]
        raise BadInput(words, fields={name: words}, code="bad_filter") from problem


def _seen(request: Request) -> int:
    """Nobody writes over a text without saying which one he has read; the verb compares under its lock."""
    told = (request.headers.get("If-Match") or "").strip('W/"')
    if not told.isascii() or not told.isdecimal() or len(told) > 9:
        words = _("Send the version that was read as If-Match.")
        raise BadInput(words, fields={"If-Match": words}, code="unseen_text")
    return int(told)


def _whole(row: MethodRecord, status: int = 200) -> Response:
    body: dict[str, Any] = {name: getattr(row, name) for name in names_of(MethodRecordLine)}
    body["content"] = row.content
    body["ranking"] = tally(row.content) if row.form == RecordForm.VOTES else []
    answer = MethodRecordWhole(body).data
    return Response(answer, status=status, headers={"ETag": f'"{row.version}"'})


# -- how often methods were used -----------------------------------------------------------------------


class MethodUnit(serializers.Serializer):
    organisation_id = serializers.UUIDField()
    name = serializers.CharField()
    activities = serializers.IntegerField()


class MethodUseLine(serializers.Serializer):
    method = serializers.CharField()
    name = serializers.CharField()
    activities = serializers.IntegerField(help_text="Held ones that used it.")
    recorded = serializers.IntegerField(help_text="Of them with a record.")
    last_used = serializers.DateField(allow_null=True)
    units = MethodUnit(many=True)


class MethodUseWhole(serializers.Serializer):
    results = MethodUseLine(many=True)


class ProgrammeMethodUse:
    """`…/method-use/` of a programme."""

    @extend_schema(responses={200: MethodUseWhole, **REFUSED})
    @action(detail=True, methods=["get"], url_path="method-use", url_name="method-use")
    def method_use(self: Any, request: Request, **kwargs: Any) -> Response:
        """Over the activities that the client may see; the plan's methods and `own` are named unused, too."""
        programme = self.get_object()
        found = method_use(asker(request), programme)
        lines = []
        for key, name in use_names(programme, found, self.now).items():
            use = found.by_method.get(key) or Use()
            units = [
                {"organisation_id": unit, "name": found.units[unit], "activities": count}
                for unit, count in use.units.items()
            ]
            lines.append({
                "method": key, "name": name, "activities": use.activities,
                "recorded": use.recorded, "last_used": use.last, "units": units,
            })  # fmt: skip
        return Response(MethodUseWhole({"results": lines}).data)


class ActivityMinutesFiles:
    """`…/minutes/pdf/` and `…/minutes/docx/` of an activity."""

    get_object: Any

    @extend_schema(responses={(200, official.PDF): OpenApiTypes.BINARY, **REFUSED})
    @action(
        detail=True, methods=["get"], renderer_classes=[FileRenderer], url_path="minutes/pdf",
        url_name="minutes-pdf",
    )  # fmt: skip
    def minutes_pdf(self, request: Request, **kwargs: Any) -> HttpResponse:
        return minutes_answer(self.get_object(), "pdf")

    @extend_schema(responses={(200, official.DOCX): OpenApiTypes.BINARY, **REFUSED})
    @action(
        detail=True, methods=["get"], renderer_classes=[FileRenderer], url_path="minutes/docx",
        url_name="minutes-docx",
    )  # fmt: skip
    def minutes_docx(self, request: Request, **kwargs: Any) -> HttpResponse:
        return minutes_answer(self.get_object(), "docx")


ROUTES: list[tuple[str, Any, str]] = [("method-records", MethodRecordViewSet, "method-record")]
