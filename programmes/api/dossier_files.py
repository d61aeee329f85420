"""A paper as a file in official layout."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request

from actionlearning.foundation.clients import FileRenderer
from actionlearning.foundation.documents import official
from programmes.api.asking import REFUSED, asker
from programmes.documents.printing import print_of
from programmes.views.dossier_documents import document_answer

FILES = [
    OpenApiParameter(
        "text", str, description="Number of a sent text, or `draft`; left out: as the caller reads it."
    ),
    OpenApiParameter(
        "opinions", str, enum=["1"], description="Opinions and their answers on a second part."
    ),
]  # fmt: skip


class DossierFiles:
    """`…/pdf/` and `…/docx/` of a paper."""

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

    def _file(self, kind: str) -> HttpResponse:
        asked = self.request.query_params
        copy = print_of(
            self.get_object(),
            asked.get("text", ""),
            by=asker(self.request),
            opinions=bool(asked.get("opinions")),
        )
        return document_answer(copy, kind)
