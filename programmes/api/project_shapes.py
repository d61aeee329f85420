"""Shapes of what stands beside a topic: scores, opinions, milestones, its conclusion."""

from typing import Any

from rest_framework import serializers

from actionlearning.foundation.api import StrictSerializer
from programmes.actions.conclusion_papers import LONGEST_REASON
from programmes.models.project import TopicSource
from programmes.models.topic import HIGHEST, LOWEST
from programmes.queries.pool import Candidate
from programmes.states import ProjectState


class TopicScore(StrictSerializer):
    criterion = serializers.CharField(max_length=40, help_text="Key of one of the plan's criteria.")
    points = serializers.IntegerField(min_value=LOWEST, max_value=HIGHEST)
    reason = serializers.CharField(max_length=300)


class TopicScores(StrictSerializer):
    scores = serializers.ListField(child=TopicScore(), max_length=20)


class TopicScoreLine(serializers.Serializer):
    id = serializers.UUIDField()
    criterion = serializers.CharField()
    points = serializers.IntegerField()
    reason = serializers.CharField()
    by_name = serializers.CharField()
    at = serializers.DateTimeField()


class TopicScoreLines(serializers.Serializer):
    results = TopicScoreLine(many=True)


class TopicOpinionDraft(StrictSerializer):
    giver = serializers.CharField(max_length=60)
    giver_unit = serializers.CharField(max_length=120, required=False, allow_blank=True)
    given_on = serializers.DateField()
    text = serializers.CharField(max_length=2000)


class TopicOpinionLine(serializers.Serializer):
    id = serializers.UUIDField()
    giver = serializers.CharField()
    giver_unit = serializers.CharField()
    given_on = serializers.DateField()
    text = serializers.CharField()
    by_name = serializers.CharField()
    at = serializers.DateTimeField()


class TopicOpinionLines(serializers.Serializer):
    results = TopicOpinionLine(many=True)


class CriterionLine(serializers.Serializer):
    criterion = serializers.CharField()
    mean = serializers.FloatField(allow_null=True, help_text="1–5, over all who scored it.")
    scores = TopicScoreLine(many=True)


class PoolLine(serializers.Serializer):
    id = serializers.UUIDField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=ProjectState.choices)
    source = serializers.ChoiceField(choices=[("", ""), *TopicSource.choices])
    source_note = serializers.CharField()
    total = serializers.FloatField(allow_null=True, help_text="Sum of the means.")
    criteria = CriterionLine(many=True)
    opinions = TopicOpinionLine(many=True)


class PoolLines(serializers.Serializer):
    results = PoolLine(many=True)


class MilestoneDraft(StrictSerializer):
    title = serializers.CharField(max_length=120)
    due_on = serializers.DateField(help_text="Last day in time.")


class MilestoneChange(StrictSerializer):
    """Only what is to change; `done_on` null: it is open again."""

    title = serializers.CharField(max_length=120, required=False)
    due_on = serializers.DateField(required=False)
    done_on = serializers.DateField(required=False, allow_null=True)


class MilestoneLine(serializers.Serializer):
    id = serializers.UUIDField()
    title = serializers.CharField()
    due_on = serializers.DateField()
    done_on = serializers.DateField(allow_null=True)
    done_name = serializers.CharField()


class MilestoneLines(serializers.Serializer):
    results = MilestoneLine(many=True)


class ConclusionDraft(StrictSerializer):
    result_summary = serializers.CharField(max_length=20_000, help_text="Read by all units.")
    solved = serializers.CharField(max_length=20_000)
    concluded_on = serializers.DateField()
    papers_reason = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=LONGEST_REASON,
        help_text="Needed where papers of the plan are not in effect: GET names them.",
    )


class ConclusionClause(serializers.Serializer):
    rule = serializers.CharField(help_text="Ids that it carries; empty in a plan that names none.")
    clause = serializers.CharField()
    text = serializers.CharField()


class ConclusionPaper(serializers.Serializer):
    kind = serializers.CharField()
    name = serializers.CharField()
    clauses = ConclusionClause(many=True)


class ConclusionFault(serializers.Serializer):
    code = serializers.CharField()
    message = serializers.CharField()


class ConclusionState(serializers.Serializer):
    """What stands between a topic and its conclusion."""

    open = ConclusionFault(many=True, help_text="It is not concluded before these are at an end.")
    cautions = ConclusionFault(
        many=True, help_text="Still to be done; it may be concluded all the same."
    )
    missing = ConclusionPaper(
        many=True, help_text="Papers of the plan not in effect for it: `papers_reason` is needed."
    )


class ReopeningDraft(StrictSerializer):
    reason = serializers.CharField(max_length=4000)


def pool_line(candidate: Candidate) -> dict[str, Any]:
    project = candidate.project
    body = {name: getattr(project, name) for name in ("id", "title", "state")}
    return {
        **body,
        "source": project.source,
        "source_note": project.source_note,
        "total": candidate.total,
        "criteria": [
            {
                "criterion": each.criterion,
                "mean": each.mean,
                "scores": TopicScoreLine(each.scores, many=True).data,
            }
            for each in candidate.given
        ],
        "opinions": TopicOpinionLine(candidate.opinions, many=True).data,
    }
