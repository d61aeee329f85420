"""The papers of a programme's plan: what each must say, and the way it goes."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from actionlearning.foundation.api import TenantViewSet
from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.permissions import Permission
from programmes.api.asking import REFUSED, UUID, asker
from programmes.api.dossier_shapes import ANSWER, SPOKEN
from programmes.models import Plan
from programmes.packs.vocabulary import ABOUT
from programmes.papers import Paper, answer_of, papers_of
from programmes.procedures import LAWS, StepKind, Together
from programmes.queries import key_asked, local_day, plan_in_force, visible_programmes


class PaperPart(serializers.Serializer):
    key = serializers.CharField()
    name = serializers.CharField()
    required = serializers.BooleanField()


class PaperStep(serializers.Serializer):
    """One step as the plan prescribes it, and what its law lets the body say."""

    kind = serializers.ChoiceField(StepKind.choices)
    by = serializers.CharField(help_text="The body as the plan names it.")
    whose = serializers.ChoiceField(["own", "supervising", "owner"])
    body = serializers.CharField(help_text="Kind of the body.")
    together = serializers.ChoiceField(Together.choices)
    working_days = serializers.IntegerField()
    answer = serializers.CharField(help_text=ANSWER)
    outcomes = serializers.ListField(child=serializers.ChoiceField(SPOKEN))
    waits = serializers.BooleanField(help_text="Whether the paper stands only after it.")


class PaperLine(serializers.Serializer):
    kind = serializers.CharField()
    name = serializers.CharField()
    about = serializers.ChoiceField(ABOUT)
    cites = serializers.ListField(child=serializers.CharField(), help_text="Rules of the plan.")
    reply_working_days = serializers.IntegerField(help_text="In which a return is answered.")
    sections = PaperPart(many=True)
    tracks = PaperPart(many=True, help_text="Timetables; each needs a line.")
    steps = PaperStep(many=True)


class PaperLines(serializers.Serializer):
    results = PaperLine(many=True)


class PaperViewSet(TenantViewSet):
    """Papers of the plan in force, in the plan's order."""

    queryset = Plan.objects.none()
    serializer_class = PaperLine
    permission = Permission.PROGRAMME_VIEW

    def visible(self) -> Any:
        return visible_programmes(asker(self.request))

    @extend_schema(
        operation_id="papers_list",
        parameters=[OpenApiParameter("programme", UUID, required=True)],
        responses={200: PaperLines, **REFUSED},
    )
    def list(self, request: Request, **kwargs: Any) -> HttpResponse:
        if not request.query_params.get("programme"):
            words = _("Say of which programme.")
            raise BadInput(words, fields={"programme": words}, code="bad_filter")
        programme = self.visible().filter(pk=key_asked(request.query_params, "programme")).first()
        plan = plan_in_force(programme, local_day(self.now)) if programme else None
        return self.listed([_line(paper) for paper in papers_of(plan).values()], None)


def _line(paper: Paper) -> dict[str, Any]:
    return {
        "kind": paper.kind,
        "name": paper.name,
        "about": paper.about,
        "cites": paper.cites,
        "reply_working_days": paper.reply_days,
        "sections": [
            {"key": key, "name": name, "required": key in paper.required}
            for key, name in paper.sections.items()
        ],
        "tracks": [
            {"key": key, "name": name, "required": True} for key, name in paper.tracks.items()
        ],
        "steps": [
            {
                **step,
                "answer": answer_of(step),
                "outcomes": list(LAWS[step["kind"]].outcomes),
                "waits": LAWS[step["kind"]].waits,
            }
            for step in paper.steps
        ],
    }


ROUTES: list[tuple[str, Any, str]] = [("papers", PaperViewSet, "paper")]
