"""A paper as a file in official layout, and what a file would put into it."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from actionlearning.foundation.clients import FileRenderer
from actionlearning.foundation.documents import official
from actionlearning.foundation.errors import BadInput
from programmes.api.asking import REFUSED, asker
from programmes.api.dossier_shapes import DossierContent, TimetableLine
from programmes.documents.matching import Proposal, plain_unplaced
from programmes.documents.printing import print_of
from programmes.documents.proposing import proposed
from programmes.models import Dossier
from programmes.papers import papers_of
from programmes.views.dossier_documents import document_answer

FILES = [
    OpenApiParameter(
        "text", str, description="Number of a sent text, or `draft`; left out: as the caller reads it."
    ),
    OpenApiParameter(
        "opinions", str, enum=["1"], description="Opinions and their answers on a second part."
    ),
]  # fmt: skip


class ProposedPiece(serializers.Serializer):
    heading = serializers.CharField()
    text = serializers.CharField()


class DossierProposal(serializers.Serializer):
    """Nothing of it is kept: `content` goes back by PATCH, with what was placed by hand."""

    content = DossierContent()
    unplaced = ProposedPiece(many=True, help_text="What found no place, in the file's order.")
    undecided = serializers.ListField(
        child=TimetableLine(), help_text="Lines with days of which nothing says the timetable."
    )
    left = serializers.IntegerField(help_text="Pictures and footnotes, which are not text.")


_UPLOAD = {
    "multipart/form-data": {
        "type": "object",
        "required": ["file"],
        "properties": {"file": {"type": "string", "format": "binary"}},
    }
}


class DossierFiles:
    """`…/pdf/`, `…/docx/` and `…/import/` of a paper."""

    request: Any
    get_object: Any

    @extend_schema(
        parameters=FILES, responses={(200, official.PDF): OpenApiTypes.BINARY, **REFUSED}
    )
    @action(detail=True, methods=["get"], renderer_classes=[FileRenderer])
    def pdf(self, request: Request, **kwargs: Any) -> HttpResponse:
        return self._file("pdf")

    @extend_schema(
        parameters=FILES, responses={(200, official.DOCX): OpenApiTypes.BINARY, **REFUSED}
    )
    @action(detail=True, methods=["get"], renderer_classes=[FileRenderer])
    def docx(self, request: Request, **kwargs: Any) -> HttpResponse:
        return self._file("docx")

    @extend_schema(request=_UPLOAD, responses={200: DossierProposal, **REFUSED})
    @action(detail=True, methods=["post"], url_path="import", url_name="import")
    def proposal(self, request: Request, **kwargs: Any) -> Response:
        """The whole text as it would be: parts of which the file says nothing stay as they are."""
        dossier, upload = self.get_object(), request.FILES.get("file")
        if upload is None:
            words = _("Send the file as `file`.")
            raise BadInput(words, fields={"file": words})
        paper = papers_of(dossier.plan)[dossier.kind]
        found = proposed(dossier, paper, upload, upload.name or "", by=asker(request))
        return Response(_told(dossier, found))

    def _file(self, kind: str) -> HttpResponse:
        asked = self.request.query_params
        copy = print_of(
            self.get_object(),
            asked.get("text", ""),
            by=asker(self.request),
            opinions=bool(asked.get("opinions")),
        )
        return document_answer(copy, kind)


def _told(dossier: Dossier, found: Proposal) -> dict[str, Any]:
    old = dossier.content
    lines = [line.plain() for line in found.lines if line.track]
    sections = {**old.get("sections", {}), **found.sections}
    return {
        "content": {"sections": sections, "tracks": lines or old.get("tracks", [])},
        "unplaced": list(plain_unplaced(found)),
        "undecided": [line.plain() for line in found.lines if not line.track],
        "left": found.left,
    }
