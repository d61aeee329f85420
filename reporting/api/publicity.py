"""The publicity register over REST."""

import uuid
from typing import Any, cast

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from actionlearning.foundation.api import Problem, StrictSerializer, TenantViewSet
from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from programmes.models import Programme
from programmes.queries import key_asked, local_day, visible_programmes
from reporting.access import readable
from reporting.actions.publicity import (
    Appearance,
    Subject,
    confirm_publicity,
    record_publicity,
    withdraw_publicity,
)
from reporting.api.item_shapes import Nothing, WithReason
from reporting.exports import file_answer
from reporting.models import InformationItem, Publicity, PublicityScan
from reporting.queries.publicity import (
    channel_names,
    counted_by_channel,
    narrowed_publicity,
    totals_by_channel,
    units_to_record_for,
)
from reporting.states import PublicityState

_REFUSED = dict.fromkeys((403, 404, 409, 412, 422), Problem)
_LISTED = {
    "id": "id",
    "programme_id": "programme",
    "organisation_id": "organisation",
    "organisation__name": "organisation_name",
    "item_id": "item",
    "briefing_id": "briefing",
    "title": "title",
    "channel": "channel",
    "outlet": "outlet",
    "level": "level",
    "told_on": "told_on",
    "link": "link",
    "state": "state",
    "recorder_name": "recorder_name",
    "recorded_at": "recorded_at",
    "confirmed_at": "confirmed_at",
    "withdrawn_at": "withdrawn_at",
    "withdrawal_reason": "withdrawal_reason",
    "version": "version",
}
_FILTERS = [
    OpenApiParameter("programme", OpenApiTypes.UUID),
    OpenApiParameter("organisation", OpenApiTypes.UUID),
    OpenApiParameter("unit", str, description="Name, spelling or initials of the unit."),
    OpenApiParameter("channel", str),
    OpenApiParameter("level", str, enum=Publicity.Level.values),
    OpenApiParameter("state", str, enum=PublicityState.values),
]


class PublicityLine(serializers.Serializer):
    """One entry; `briefing` is the `root` of the issue."""

    id = serializers.UUIDField()
    programme = serializers.UUIDField()
    organisation = serializers.UUIDField()
    organisation_name = serializers.CharField()
    item = serializers.UUIDField(allow_null=True)
    briefing = serializers.UUIDField(allow_null=True)
    title = serializers.CharField()
    channel = serializers.CharField(help_text="Key of the plan's channel; `channels` names them.")
    outlet = serializers.CharField()
    level = serializers.CharField(help_text="Empty: told among the units themselves.")
    told_on = serializers.DateField()
    link = serializers.CharField()
    state = serializers.ChoiceField(PublicityState.choices)
    recorder_name = serializers.CharField()
    recorded_at = serializers.DateTimeField()
    confirmed_at = serializers.DateTimeField(allow_null=True)
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    withdrawal_reason = serializers.CharField()
    version = serializers.IntegerField()


class PublicityPage(serializers.Serializer):
    results = PublicityLine(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class ChannelLine(serializers.Serializer):
    key = serializers.CharField()
    name = serializers.CharField()
    count = serializers.IntegerField()


class NewPublicity(StrictSerializer):
    """`item` or `briefing`, or else `organisation` and `title`. A scan makes it a form (multipart)."""

    programme = serializers.UUIDField()
    item = serializers.UUIDField(required=False)
    briefing = serializers.UUIDField(required=False)
    organisation = serializers.UUIDField(required=False)
    title = serializers.CharField(max_length=120, required=False)
    channel = serializers.CharField(max_length=40)
    outlet = serializers.CharField(max_length=80)
    level = serializers.ChoiceField(Publicity.Level.choices, required=False)
    told_on = serializers.DateField()
    link = serializers.CharField(max_length=500, required=False)
    scan = serializers.FileField(required=False)


class PublicityViewSet(TenantViewSet):
    """What was told where: of the client's organisation and those below or supervised by it."""

    queryset = Publicity.objects.none()
    serializer_class = PublicityLine
    parser_classes = (JSONParser, MultiPartParser)
    permission = Permission.ITEM_VIEW
    order = ("-told_on", "-id")
    sorts_by = "told_on"

    @extend_schema(
        parameters=[
            *_FILTERS,
            OpenApiParameter("ordering", str, enum=["told_on", "-told_on"]),
            OpenApiParameter("limit", int, description="1 to 200, 50 by default."),
            OpenApiParameter("cursor", str, description="`next_cursor` of the page before."),
        ],
        responses={200: PublicityPage, 422: Problem},
    )
    def list(self, request: Request, **kwargs: Any) -> HttpResponse:
        rows = narrowed_publicity(self.get_queryset(), request.query_params).values(*_LISTED)
        found, cursor = self.page(rows)
        return self.listed([{told: row[n] for n, told in _LISTED.items()} for row in found], cursor)

    @extend_schema(responses={200: PublicityLine, 404: Problem})
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        return self._told(self._one(pk).pk)

    @extend_schema(
        request={"application/json": NewPublicity, "multipart/form-data": NewPublicity},
        responses={201: PublicityLine, **_REFUSED},
    )
    def create(self, request: Request, **kwargs: Any) -> Response:
        typed = self._typed(NewPublicity)
        names = ("programme", "item", "briefing", "organisation", "title")
        subject = self._subject({name: typed.pop(name, None) for name in names})
        scan = typed.get("scan")
        appearance = Appearance(**typed, scan_name=scan.name if scan else "")
        made = record_publicity(subject, appearance=appearance, by=self._by, now=self.now)
        return self._told(made.pk, status=201)

    @extend_schema(request=Nothing, responses={200: PublicityLine, **_REFUSED})
    @action(detail=True, methods=["post"])
    def confirmation(self, request: Request, pk: str, **kwargs: Any) -> Response:
        self._typed(Nothing)
        told = self._one(pk)
        confirm_publicity(told, seen=self.seen(told), by=self._by, now=self.now)
        return self._told(told.pk)

    @extend_schema(request=WithReason, responses={200: PublicityLine, **_REFUSED})
    @action(detail=True, methods=["post"])
    def withdrawal(self, request: Request, pk: str, **kwargs: Any) -> Response:
        told, typed = self._one(pk), self._typed(WithReason)
        withdraw_publicity(told, seen=self.seen(told), by=self._by, now=self.now, **typed)
        return self._told(told.pk)

    @extend_schema(
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY, 404: Problem},
    )
    @action(detail=True, methods=["get"])
    def scan(self, request: Request, pk: str, **kwargs: Any) -> HttpResponse:
        return file_answer(get_object_or_404(PublicityScan, publicity=self._one(pk)))

    @extend_schema(parameters=_FILTERS, responses={200: ChannelLine(many=True), 422: Problem})
    @action(detail=False, methods=["get"])
    def channels(self, request: Request, **kwargs: Any) -> Response:
        """How much went through each channel; of one `programme` every channel of its plan."""
        asked = request.query_params
        rows = narrowed_publicity(self.get_queryset(), asked)
        mine = visible_programmes(self._by)
        programme = key_asked(asked, "programme") if asked.get("programme") else None
        counted = counted_by_channel(rows)
        chosen = mine.filter(pk=programme) if programme else None
        names = channel_names((pk for pk, _key, _count in counted), chosen)
        totals = totals_by_channel(counted, names, programme)
        return Response({"results": ChannelLine(totals, many=True).data})

    @property
    def _by(self) -> User:
        return cast("User", self.request.user)

    def _typed(self, serializer: type[StrictSerializer]) -> dict[str, Any]:
        form = serializer(data=self.request.data or {})
        form.is_valid(raise_exception=True)
        return dict(form.validated_data)

    def _programme(self, pk: Any) -> Programme:
        return self._named(visible_programmes(self._by).filter(pk=pk).first(), "programme")  # type: ignore[no-any-return]

    def _subject(self, named: dict[str, Any]) -> Subject:
        programme = self._programme(named["programme"])
        if named["item"]:
            rows = InformationItem.objects.visible_to(self._by).filter(programme=programme)
            return Subject.of_item(self._named(rows.filter(pk=named["item"]).first(), "item"))
        if named["briefing"]:
            rows = readable(self._by).select_related("series__organisation")
            found = rows.filter(pk=named["briefing"], root=named["briefing"]).first()
            return Subject.of_briefing(self._named(found, "briefing"), programme)
        units = units_to_record_for(self._by, programme, local_day(self.now))
        unit = self._named(units.filter(pk=named["organisation"]).first(), "organisation")
        return Subject(programme=programme, organisation=unit, title=named["title"] or "")

    def _named(self, found: Any, name: str) -> Any:
        if found is None:
            words = _("Nothing with this id is open to you.")
            raise BadInput(words, fields={name: words})
        return found

    def _one(self, pk: Any) -> Any:
        try:
            return get_object_or_404(self.get_queryset(), pk=uuid.UUID(str(pk)))
        except ValueError:
            raise Http404 from None

    def _told(self, pk: Any, status: int = 200) -> Response:
        row = Publicity.objects.filter(pk=pk).values(*_LISTED).get()
        told = PublicityLine({told: row[name] for name, told in _LISTED.items()}).data
        return Response(told, status=status, headers={"ETag": f'"{row["version"]}"'})


ROUTES: list[tuple[str, Any, str]] = [("publicity", PublicityViewSet, "publicity")]
