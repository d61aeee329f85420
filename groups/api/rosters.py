"""Rosters as sheets for REST clients: POST the file, read what would happen, confirm, take back."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.response import Response

from actionlearning.foundation.api import StrictSerializer, TenantViewSet
from actionlearning.foundation.permissions import Permission
from groups.access import visible_organisations
from groups.actions.roster_batches import confirm_batch, discard_batch, receive_batch
from groups.actions.roster_looks import look_at_rows
from groups.actions.roster_undoing import undo_batch
from groups.api.shapes import (
    MATCH,
    ONCE,
    READ,
    REFUSED,
    Paging,
    answered,
    page_of,
    row_of,
    rows_of,
    taken_in,
)
from groups.models import RosterBatch, RosterRow
from groups.queries import batches_listed, rows_of_batch
from groups.rosters.problems import words_of
from groups.rosters.sheets import changes_of, said_about
from groups.states import BatchKind, BatchState


class RosterFilter(Paging):
    kind = serializers.ChoiceField(BatchKind.choices, required=False, default="")


class RosterOut(serializers.Serializer):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(BatchKind.choices)
    state = serializers.ChoiceField(BatchState.choices)
    organisation = serializers.UUIDField()
    file_name = serializers.CharField()
    progress = serializers.IntegerField(help_text="Percent of reading and checking.")
    counts = serializers.DictField(help_text="Rows by verdict.")
    uploaded_at = serializers.DateTimeField()
    imported_at = serializers.DateTimeField(allow_null=True)
    undone_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class RosterDetails(RosterOut):
    notes = serializers.ListField(child=serializers.CharField())


class RosterIn(StrictSerializer):
    kind = serializers.ChoiceField(BatchKind.choices)
    organisation = serializers.UUIDField()
    file = serializers.FileField()


class RosterAnswers(StrictSerializer):
    doubles = serializers.ChoiceField(["together", "apart", "out"], required=False, default="")
    split = serializers.ChoiceField(["apart", "out"], required=False, default="")


class RosterRowFilter(serializers.Serializer):
    verdict = serializers.ChoiceField(RosterRow.Verdict.choices, required=False, default="")
    cursor = serializers.CharField(required=False)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=200)


class RosterRowOut(serializers.Serializer):
    number = serializers.IntegerField(help_text="As the sheet counts.")
    part = serializers.IntegerField()
    verdict = serializers.ChoiceField(RosterRow.Verdict.choices)
    subject = serializers.UUIDField(allow_null=True)
    cells = serializers.DictField()
    said = serializers.ListField(child=serializers.DictField())
    changes = serializers.ListField(child=serializers.DictField())
    undoing = serializers.CharField()


class RosterViewSet(TenantViewSet):
    """Sheets sent in for the organisations whose rosters the asker keeps, the latest first."""

    permission = Permission.ROSTER_IMPORT
    queryset = RosterBatch.objects.none()
    serializer_class = RosterOut
    parser_classes = (JSONParser, MultiPartParser)
    order = ("-uploaded_at", "-id")
    sorts_by = "uploaded_at"

    def visible(self) -> Any:
        return batches_listed(self.request.user, ended=True)

    @extend_schema(
        parameters=[RosterFilter], responses={200: page_of("RosterPage", RosterOut), **READ}
    )
    def list(self, request: Any, **kwargs: Any) -> HttpResponse:
        asked = taken_in(RosterFilter, request.query_params)
        wanted = {"text": asked["q"], "kind": asked["kind"], "ended": asked["ended"]}
        rows, cursor = self.page(batches_listed(request.user, **wanted))
        return self.listed(rows_of(RosterOut, rows, asked["fields"]), cursor)

    @extend_schema(responses={200: RosterDetails, **READ})
    def retrieve(self, request: Any, pk: str, **kwargs: Any) -> Response:
        """While `state` is `waiting` or `confirmed` the worker is at it: ask again."""
        return _answer(self.get_object())

    @extend_schema(
        parameters=[ONCE],
        request={"multipart/form-data": RosterIn},
        responses={201: RosterDetails, **REFUSED},
    )
    def create(self, request: Any, **kwargs: Any) -> Response:
        asked = taken_in(RosterIn, request.data)
        units = visible_organisations(request.user)
        home = get_object_or_404(units, pk=asked["organisation"])
        made = receive_batch(
            kind=asked["kind"],
            organisation=home,
            upload=asked["file"],
            name=asked["file"].name,
            by=request.user,
            now=self.now,
        )
        return _answer(made, 201)

    @extend_schema(
        parameters=[RosterRowFilter],
        responses={200: page_of("RosterRowPage", RosterRowOut), **READ},
    )
    @action(detail=True, methods=["get"])
    def rows(self, request: Any, pk: str, **kwargs: Any) -> HttpResponse:
        """The dry run, row by row: what would happen, what happened.

        Telephone numbers are as typed for whom sent the sheet in while it is checked, else masked.
        """
        asked = taken_in(RosterRowFilter, request.query_params)
        batch = self.get_object()
        self.order, self.sorts_by = ("number", "part"), "number"
        rows, cursor = self.page(rows_of_batch(batch, asked["verdict"]))
        seen = look_at_rows(batch, rows, by=request.user, now=self.now)
        return self.listed([_row(row) for row in seen], cursor)

    @extend_schema(
        parameters=[MATCH, ONCE], request=RosterAnswers, responses={200: RosterDetails, **REFUSED}
    )
    @action(detail=True, methods=["post"])
    def confirmation(self, request: Any, pk: str, **kwargs: Any) -> Response:
        """Enter what the check has shown, all or nothing."""
        found = self.get_object()
        self.check_match(found)
        asked = taken_in(RosterAnswers, request.data)
        seen = found.version
        return _answer(confirm_batch(found, **asked, by=request.user, now=self.now, seen=seen))

    @extend_schema(parameters=[MATCH], request=None, responses={200: RosterDetails, **REFUSED})
    @action(detail=True, methods=["post"])
    def undoing(self, request: Any, pk: str, **kwargs: Any) -> Response:
        """Rows on which later acts rest stay; `rows` names them."""
        found = self.get_object()
        self.check_match(found)
        return _answer(undo_batch(found, by=request.user, now=self.now))

    @extend_schema(parameters=[MATCH], request=None, responses={200: RosterDetails, **REFUSED})
    @action(detail=True, methods=["post"])
    def discarding(self, request: Any, pk: str, **kwargs: Any) -> Response:
        found = self.get_object()
        self.check_match(found)
        return _answer(discard_batch(found, by=request.user, now=self.now))


def _answer(batch: RosterBatch, status: int = 200) -> Response:
    notes = [words_of(code, told) for code, told in batch.notes]
    return answered(row_of(RosterOut, batch) | {"notes": notes}, status)


def _row(row: RosterRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "part": row.part,
        "verdict": row.verdict,
        "subject": row.subject,
        "cells": row.cells,
        "said": said_about(row),
        "changes": changes_of(row),
        "undoing": row.undoing,
    }
