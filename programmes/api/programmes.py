"""Programmes: opened, put in force, closed."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from actionlearning.foundation.api import StrictSerializer, TenantViewSet
from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.permissions import Permission
from groups.access import visible_organisations
from programmes.actions.plans import read_pack
from programmes.actions.programmes import (
    change_programme,
    close_programme,
    open_programme,
    put_in_force,
)
from programmes.api.asking import KEY, PAGED, REFUSED, asker, named, names_of, typed
from programmes.api.method_records import ProgrammeMethodUse
from programmes.api.plans import ProgrammeRules
from programmes.models import Programme
from programmes.packs.nodes import LONGEST_TEXT
from programmes.queries import visible_programmes, with_parent
from programmes.states import ProgrammeState


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
    parent_programme_id = serializers.UUIDField(
        allow_null=True, help_text="The run of the plan it follows, where that is here to be seen."
    )
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


class ProgrammeViewSet(ProgrammeRules, ProgrammeMethodUse, TenantViewSet):
    """Programmes that the client may see, the latest first."""

    queryset = Programme.objects.none()
    serializer_class = ProgrammeLine
    permission = Permission.PROGRAMME_VIEW
    lookup_value_regex = KEY
    order = ("-starts_on", "-id")
    sorts_by = "starts_on"

    def visible(self) -> Any:
        return with_parent(visible_programmes(asker(self.request)), asker(self.request))

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
        rows, cursor = self.page(found.values(*names_of(ProgrammeLine)))
        return self.listed(rows, cursor)

    @extend_schema(responses={200: ProgrammeLine, **REFUSED})
    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        return _whole(self.get_object(), request)

    @extend_schema(request=ProgrammeDraft, responses={201: ProgrammeLine, **REFUSED})
    def create(self, request: Request, **kwargs: Any) -> Response:
        asked = typed(request, ProgrammeDraft)
        owner = named(visible_organisations(asker(request)), "owner", asked.pop("owner"))
        pack = read_pack(asked.pop("pack"))
        return _whole(
            open_programme(pack, owner=owner, by=asker(request), now=self.now, **asked),
            request,
            status=201,
        )

    @extend_schema(request=ProgrammeChange, responses={200: ProgrammeLine, **REFUSED})
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        asked = typed(request, ProgrammeChange)
        changed = change_programme(self._matched(), by=asker(request), now=self.now, **asked)
        return _whole(changed, request)

    @extend_schema(request=None, responses={200: ProgrammeLine, **REFUSED})
    @action(detail=True, methods=["post"])
    def force(self, request: Request, **kwargs: Any) -> Response:
        return _whole(put_in_force(self._matched(), by=asker(request), now=self.now), request)

    @extend_schema(request=ProgrammeClosing, responses={200: ProgrammeLine, **REFUSED})
    @action(detail=True, methods=["post"])
    def closure(self, request: Request, **kwargs: Any) -> Response:
        """What is overdue still takes late papers until it closes; what is not due yet is cancelled."""
        asked = typed(request, ProgrammeClosing)
        closed = close_programme(self._matched(), by=asker(request), now=self.now, **asked)
        return _whole(closed, request)

    def _matched(self) -> Programme:
        found: Programme = self.get_object()
        self.check_match(found)
        return found


def _whole(programme: Programme, request: Request, status: int = 200) -> Response:
    """As it stands after the verb, with the programme above it."""
    found = with_parent(Programme.objects.filter(pk=programme.pk), asker(request))
    body = found.values(*names_of(ProgrammeLine)).get()
    return Response(body, status=status, headers={"ETag": f'"{programme.version}"'})


ROUTES: list[tuple[str, Any, str]] = [
    ("programmes", ProgrammeViewSet, "programme"),
]
