"""Scores, opinions, milestones and the end of a topic, by REST."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from actionlearning.foundation.api import StrictSerializer
from actionlearning.foundation.errors import BadInput
from programmes.actions.conclusion_papers import papers_lacking
from programmes.actions.conclusions import (
    conclude_project,
    conclusion_cautions,
    conclusion_faults,
    reopen_project,
)
from programmes.actions.milestones import add_milestone, change_milestone, remove_milestone
from programmes.actions.project_asks import asks_of
from programmes.actions.topic_opinions import add_opinion, remove_opinion
from programmes.actions.topic_scores import Mark, score_topic
from programmes.api.asking import UUID
from programmes.api.project_people import KEY, MATCH, REFUSED
from programmes.api.project_shapes import (
    ConclusionDraft,
    ConclusionState,
    MilestoneChange,
    MilestoneDraft,
    MilestoneLine,
    MilestoneLines,
    PoolLines,
    ReopeningDraft,
    TopicOpinionDraft,
    TopicOpinionLine,
    TopicOpinionLines,
    TopicScoreLines,
    TopicScores,
    pool_line,
)
from programmes.models import Milestone, Project, TopicOpinion, TopicScore
from programmes.queries import local_day
from programmes.queries.pool import candidates_of, pools_of
from programmes.states import CONCLUDE

OPINION = OpenApiParameter("opinion_id", UUID, OpenApiParameter.PATH)
MILESTONE = OpenApiParameter("milestone_id", UUID, OpenApiParameter.PATH)
WHOSE = [OpenApiParameter(name, UUID, required=True) for name in ("programme", "organisation")]


class ProjectPool:
    """`…/pool/`, `…/scores/` and `…/opinions/`: what speaks for a candidate."""

    request: Any
    now: Any
    get_object: Any
    typed: Any
    visible: Any

    @extend_schema(parameters=WHOSE, responses={200: PoolLines, **REFUSED})
    @action(detail=False, methods=["get"])
    def pool(self, request: Any, **kwargs: Any) -> Response:
        """The candidates of one unit in one programme, side by side."""
        wanted = {name: _key(request, name) for name in ("programme", "organisation")}
        day = local_day(self.now)
        found = get_object_or_404(pools_of(request.user, day), **wanted)
        asks = asks_of(found.programme, day)
        topics = self.visible().filter(level=1, **wanted)
        rows = candidates_of(topics, [each.key for each in asks.criteria])
        return Response({"results": [pool_line(each) for each in rows]})

    @extend_schema(responses={200: TopicScoreLines, **REFUSED})
    @action(detail=True, methods=["get"])
    def scores(self, request: Any, **kwargs: Any) -> Response:
        rows = TopicScore.objects.filter(project=self.get_object()).order_by("criterion", "at")
        return Response(TopicScoreLines({"results": rows}).data)

    @extend_schema(request=TopicScores, responses={200: TopicScoreLines, **REFUSED})
    @scores.mapping.put
    def give_scores(self, request: Any, **kwargs: Any) -> Response:
        """The client's own; those on criteria not named stay."""
        project = self.get_object()
        given = self.typed(TopicScores)["scores"]
        marks = {each["criterion"]: Mark(each["points"], each["reason"]) for each in given}
        rows = score_topic(project, marks=marks, by=request.user, now=self.now)
        return Response(TopicScoreLines({"results": rows}).data)

    @extend_schema(responses={200: TopicOpinionLines, **REFUSED})
    @action(detail=True, methods=["get"])
    def opinions(self, request: Any, **kwargs: Any) -> Response:
        rows = TopicOpinion.objects.filter(project=self.get_object()).order_by("given_on", "id")
        return Response(TopicOpinionLines({"results": rows}).data)

    @extend_schema(request=TopicOpinionDraft, responses={201: TopicOpinionLine, **REFUSED})
    @opinions.mapping.post
    def add_opinion(self, request: Any, **kwargs: Any) -> Response:
        project = self.get_object()
        given = self.typed(TopicOpinionDraft)
        made = add_opinion(project, by=request.user, now=self.now, **given)
        return Response(TopicOpinionLine(made).data, status=201)

    @extend_schema(parameters=[OPINION], responses={204: None, **REFUSED})
    @action(detail=True, methods=["delete"], url_path=f"opinions/(?P<opinion_id>{KEY})")
    def opinion(self, request: Any, opinion_id: Any, **kwargs: Any) -> Response:
        found = get_object_or_404(TopicOpinion, project=self.get_object(), pk=opinion_id)
        remove_opinion(found, by=request.user, now=self.now)
        return Response(status=204)


class ProjectWay:
    """`…/milestones/`, `…/conclusion/` and `…/reopening/`: how a topic goes on and ends."""

    request: Any
    now: Any
    get_object: Any
    typed: Any
    seen: Any
    _whole: Any

    @extend_schema(responses={200: MilestoneLines, **REFUSED})
    @action(detail=True, methods=["get"])
    def milestones(self, request: Any, **kwargs: Any) -> Response:
        rows = Milestone.objects.filter(project=self.get_object()).order_by("due_on", "id")
        return Response(MilestoneLines({"results": rows}).data)

    @extend_schema(request=MilestoneDraft, responses={201: MilestoneLine, **REFUSED})
    @milestones.mapping.post
    def add_milestone(self, request: Any, **kwargs: Any) -> Response:
        project = self.get_object()
        given = self.typed(MilestoneDraft)
        made = add_milestone(project, by=request.user, now=self.now, **given)
        return Response(MilestoneLine(made).data, status=201)

    @extend_schema(
        request=MilestoneChange, parameters=[MILESTONE], responses={200: MilestoneLine, **REFUSED}
    )
    @action(detail=True, methods=["patch"], url_path=f"milestones/(?P<milestone_id>{KEY})")
    def milestone(self, request: Any, milestone_id: Any, **kwargs: Any) -> Response:
        found = self._milestone(milestone_id)
        given = self.typed(MilestoneChange)
        changed = change_milestone(found, by=request.user, now=self.now, **given)
        return Response(MilestoneLine(changed).data)

    @extend_schema(parameters=[MILESTONE], responses={204: None, **REFUSED})
    @milestone.mapping.delete
    def remove_milestone(self, request: Any, milestone_id: Any, **kwargs: Any) -> Response:
        remove_milestone(self._milestone(milestone_id), by=request.user, now=self.now)
        return Response(status=204)

    def _milestone(self, pk: Any) -> Milestone:
        found: Milestone = get_object_or_404(Milestone, project=self.get_object(), pk=pk)
        return found

    @extend_schema(responses={200: ConclusionState, **REFUSED})
    @action(detail=True, methods=["get"])
    def conclusion(self, request: Any, **kwargs: Any) -> Response:
        """What is still open or missing; for whoever may conclude it, 404 for everybody else."""
        project = self.get_object()
        if not CONCLUDE.open_to(request.user, project):
            raise Http404
        asks = asks_of(project.programme, local_day(self.now))
        lacking = [
            {"kind": each.kind, "name": each.name, "clauses": asks.cite(each.cites)}
            for each in papers_lacking(project, asks)
        ]
        told = {
            "open": conclusion_faults(project),
            "cautions": conclusion_cautions(project),
            "missing": lacking,
        }
        return Response(ConclusionState(told).data)

    @extend_schema(request=ConclusionDraft, parameters=[MATCH])
    @conclusion.mapping.post
    def conclude(self, request: Any, **kwargs: Any) -> Response:
        return self._ended(conclude_project, ConclusionDraft)

    @extend_schema(request=ReopeningDraft, parameters=[MATCH])
    @action(detail=True, methods=["post"])
    def reopening(self, request: Any, **kwargs: Any) -> Response:
        return self._ended(reopen_project, ReopeningDraft)

    def _ended(self, verb: Any, draft: type[StrictSerializer]) -> Response:
        project: Project = self.get_object()
        given, seen = self.typed(draft), self.seen(project)
        done = verb(project, by=self.request.user, now=self.now, seen=seen, **given)
        answer: Response = self._whole(done)
        return answer


def _key(request: Any, name: str) -> Any:
    """Raises BadInput for a value that is no id."""
    try:
        return serializers.UUIDField().run_validation(request.query_params.get(name))
    except serializers.ValidationError as problem:
        words = str(problem.detail[0])  # type: ignore[index]
        raise BadInput(words, fields={name: words}, code="bad_filter") from problem
