"""What counts for a topic, by REST: the twin of its page."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from programmes.actions.project_counts import Count, Entry, counts_of
from programmes.api.activity_logs import Missing
from programmes.api.project_people import REFUSED
from programmes.counting import why_not
from programmes.models.obligation import DutyState
from programmes.queries import rule_ids


class CountedActivity(serializers.Serializer):
    activity_id = serializers.UUIDField()
    title = serializers.CharField()
    day = serializers.DateField()
    counts = serializers.BooleanField()
    missing = Missing(many=True)


class CountedDuty(serializers.Serializer):
    """One month, slot or window of one rule."""

    obligation_id = serializers.UUIDField()
    rule = serializers.CharField()
    rule_key = serializers.CharField()
    title = serializers.CharField()
    window = serializers.CharField()
    first_day = serializers.DateField()
    last_day = serializers.DateField()
    due_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField(allow_null=True)
    minimum = serializers.IntegerField()
    maximum = serializers.IntegerField(allow_null=True)
    credited = serializers.IntegerField()
    short = serializers.IntegerField(help_text="How many are lacking still.")
    over = serializers.IntegerField(help_text="Above the maximum: counted for nothing else.")
    state = serializers.ChoiceField(DutyState.choices)
    red = serializers.BooleanField()
    activities = CountedActivity(many=True)


class ProjectAccount(serializers.Serializer):
    counts = CountedDuty(many=True)


class ProjectCounted:
    """`…/counts/`: what is owed, what counted, what did not and why."""

    now: Any
    get_object: Any

    @extend_schema(responses={200: ProjectAccount, **REFUSED})
    @action(detail=True, methods=["get"])
    def counts(self, request: Request, **kwargs: Any) -> Response:
        found = counts_of(self.get_object(), now=self.now)
        return Response(ProjectAccount({"counts": [_duty(each) for each in found]}).data)


def _duty(count: Count) -> dict[str, Any]:
    duty = count.duty
    names = ("rule_key", "due_at", "closes_at", "minimum", "maximum", "credited", "state")
    return {
        **{name: getattr(duty, name) for name in names},
        "obligation_id": duty.pk,
        "rule": rule_ids(duty.rule),
        "title": duty.rule.title,
        "window": duty.window_key,
        "first_day": duty.window.starts_on,
        "last_day": duty.window.ends_on,
        "short": count.short,
        "over": count.over,
        "red": count.red,
        "activities": [_activity(each) for each in count.entries],
    }


def _activity(entry: Entry) -> dict[str, Any]:
    told = ((code, *why_not(code, entry.held)) for code in entry.shortfalls)
    return {
        "activity_id": entry.activity.pk,
        "title": entry.activity.title,
        "day": entry.held.day,
        "counts": not entry.shortfalls,
        "missing": [{"code": c, "what": what, "remedy": mend} for c, what, mend in told],
    }
