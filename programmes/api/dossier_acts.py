"""What is below one paper: its texts, the turns of the bodies, their opinions."""

from collections.abc import Callable
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from actionlearning.foundation.errors import BadInput
from programmes.actions.proposals import Verdict
from programmes.actions.remarks import answer_remark
from programmes.actions.turns import take_turn
from programmes.api.asking import KEY, REFUSED, asker, names_of, typed
from programmes.api.dossier_shapes import (
    DossierAct,
    DossierRemarkAnswer,
    DossierTextLine,
    DossierTextWhole,
    DossierWhole,
)
from programmes.api.dossier_whole import earlier_text, text_of
from programmes.models import Dossier, DossierText, Remark, Turn
from programmes.papers import papers_of, plain_differences

LAST = 32_767
NUMBER = OpenApiParameter("number", int, OpenApiParameter.PATH)
TURN = OpenApiParameter("turn_id", OpenApiTypes.UUID, OpenApiParameter.PATH)
REMARK = OpenApiParameter("remark_id", OpenApiTypes.UUID, OpenApiParameter.PATH)
BEFORE = "before"
AGAINST = OpenApiParameter(
    "against",
    str,
    description="Number of the text to compare it with, or `before`: the text that was in effect before this revision.",
)


class DossierActs:
    """`…/texts/`, `…/turns/` and `…/remarks/` of a paper."""

    request: Any
    now: Any
    get_object: Any
    told: Callable[[Dossier], Response]

    @extend_schema(parameters=[NUMBER, AGAINST], responses={200: DossierTextWhole, **REFUSED})
    @action(detail=True, methods=["get"], url_path=r"texts/(?P<number>\d{1,4})", url_name="text")
    def text(self, request: Request, number: str, **kwargs: Any) -> Response:
        dossier = self.get_object()
        found = text_of(dossier, int(number))
        other = _against(request, dossier)
        return Response(
            {
                **{name: getattr(found, name) for name in names_of(DossierTextLine)},
                "content": found.content,
                "against": other.number if other else None,
                "against_dossier": other.dossier_id if other else None,
                "changes": _changes(dossier, found, other),
            }
        )

    @extend_schema(request=DossierAct, parameters=[TURN], responses={200: DossierWhole, **REFUSED})
    @action(detail=True, methods=["post"], url_path=f"turns/(?P<turn_id>{KEY})", url_name="turn")
    def turn(self, request: Request, turn_id: str, **kwargs: Any) -> Response:
        """Of a text that was not read: 409 `unseen_text` with the difference."""
        dossier = self.get_object()
        found = get_object_or_404(Turn.objects.filter(dossier=dossier), pk=turn_id)
        asked = typed(request, DossierAct)
        verdicts = [
            Verdict(str(row["topic"]), row["choice"], row["reason"])
            for row in asked.pop("topics", ())
        ]
        take_turn(found, by=asker(request), now=self.now, topics=verdicts, **asked)
        return self.told(dossier)

    @extend_schema(
        request=DossierRemarkAnswer, parameters=[REMARK], responses={200: DossierWhole, **REFUSED}
    )
    @action(
        detail=True, methods=["post"], url_path=f"remarks/(?P<remark_id>{KEY})", url_name="remark"
    )
    def remark(self, request: Request, remark_id: str, **kwargs: Any) -> Response:
        dossier = self.get_object()
        found = get_object_or_404(Remark.objects.filter(dossier=dossier), pk=remark_id)
        answer_remark(found, by=asker(request), now=self.now, **typed(request, DossierRemarkAnswer))
        return self.told(dossier)


def _against(request: Request, dossier: Dossier) -> DossierText | None:
    """The text to compare with, if one is asked for. Raises BadInput, Http404."""
    given = request.query_params.get("against", "")
    if not given:
        return None
    if given == BEFORE:
        return earlier_text(dossier, asker(request))
    try:
        read = serializers.IntegerField(min_value=1, max_value=LAST).run_validation(given)
    except serializers.ValidationError:
        words = _("Give the number of a text, or “before”.")
        raise BadInput(words, fields={"against": words}, code="bad_filter") from None
    return text_of(dossier, int(read))


def _changes(
    dossier: Dossier, found: DossierText, other: DossierText | None
) -> list[dict[str, Any]]:
    paper = papers_of(dossier.plan).get(dossier.kind)
    if other is None or paper is None:
        return []
    return plain_differences(paper, other.content, found.content, (other.title, found.title))
