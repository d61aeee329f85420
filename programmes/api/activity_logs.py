"""What was held, as programs read and write it: the verbs and verdicts of the pages."""

from datetime import datetime
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from actionlearning.foundation.api import StrictSerializer
from programmes.actions.activity_logs import (
    GUESTS,
    LONGEST,
    Log,
    log_activity,
    log_unplanned,
    take_log_back,
)
from programmes.actions.counting import held_of, weighed
from programmes.actions.next_steps import StepText
from programmes.actions.steps_done import finish_step, with_finishing
from programmes.api.asking import KEY, REFUSED, asker, named, names_of, typed
from programmes.api.project_people import MATCH
from programmes.counting import why_not
from programmes.methods import METHOD_KEYS
from programmes.models import Activity, NextStep, Project
from programmes.queries import local_day, rule_ids
from programmes.queries.activities import DEVIATIONS, deviations_of
from programmes.queries.next_steps import brought_to, carried_into, steps_of
from programmes.queries.persons_there import present_in
from programmes.states import ActivityKind, ActivityMode, ActivityState, Presence

MODES = f"Any of {', '.join(ActivityMode.values)}, and keys of the plan's own modes."
METHODS = f"Keys of the plan's methods, and any of {METHOD_KEYS}."


class PresenceGiven(StrictSerializer):
    member = serializers.UUIDField(
        help_text="Of the team on that day; in a unit's own activity: a participant."
    )
    presence = serializers.ChoiceField(Presence.choices)


class StepGiven(StrictSerializer):
    id = serializers.UUIDField(required=False, help_text="Of a step that the log named before.")
    text = serializers.CharField(max_length=300)
    due_on = serializers.DateField()
    owner = serializers.UUIDField(
        required=False,
        allow_null=True,
        help_text="A member; in a unit's own activity: a participant.",
    )
    owner_name = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=60,
        help_text="Of somebody else; a name of the list is taken as whom it names.",
    )


class ActivityLogText(StrictSerializer):
    began_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField()
    venue = serializers.CharField(
        required=False, allow_blank=True, max_length=LONGEST["venue"], default=""
    )
    modes = serializers.ListField(
        child=serializers.CharField(max_length=60),
        required=False,
        default=list,
        max_length=40,
        help_text=MODES,
    )
    methods = serializers.ListField(
        child=serializers.CharField(max_length=40),
        required=False,
        default=list,
        max_length=40,
        help_text=METHODS,
    )
    presence = PresenceGiven(many=True)
    guests = serializers.ListField(
        child=serializers.CharField(max_length=60), required=False, default=list, max_length=GUESTS
    )
    minutes = serializers.CharField(
        required=False, allow_blank=True, max_length=LONGEST["minutes"], default=""
    )
    questions = serializers.CharField(
        required=False, allow_blank=True, max_length=LONGEST["questions"], default=""
    )
    reflections = serializers.CharField(
        required=False, allow_blank=True, max_length=LONGEST["reflections"], default=""
    )
    steps = StepGiven(many=True, required=False, default=list)
    done = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        default=list,
        max_length=200,
        help_text="Steps of earlier activities that are done by now, of those in `brought`.",
    )
    kind = serializers.ChoiceField(
        ActivityKind.choices, required=False, help_text="What it was; left out: as it stands."
    )
    title = serializers.CharField(max_length=300, required=False)


class UnplannedLog(ActivityLogText):
    project = serializers.UUIDField()
    kind = serializers.ChoiceField(ActivityKind.choices)
    title = serializers.CharField(max_length=300)


class StepDone(StrictSerializer):
    done = serializers.BooleanField()


class AttendanceLine(serializers.Serializer):
    member_id = serializers.UUIDField(allow_null=True, help_text="Null: not of a team.")
    person_id = serializers.UUIDField(
        allow_null=True, help_text="Of the roster; null with member_id null: a guest."
    )
    name = serializers.CharField()
    role = serializers.CharField()
    presence = serializers.ChoiceField(Presence.choices)


class StepLine(serializers.Serializer):
    id = serializers.UUIDField()
    text = serializers.CharField()
    owner_id = serializers.UUIDField(allow_null=True, help_text="A member.")
    owner_person_id = serializers.UUIDField(
        allow_null=True, help_text="Of the roster, where there is no team."
    )
    owner_name = serializers.CharField()
    due_on = serializers.DateField()
    done_on = serializers.DateField(allow_null=True)
    done_name = serializers.CharField()
    can_finish = serializers.BooleanField(
        help_text="Whether the client may say that it is done, or open it again."
    )


class StepBrought(StepLine):
    activity_id = serializers.UUIDField(help_text="The earlier activity that left it.")


class Missing(serializers.Serializer):
    code = serializers.CharField()
    what = serializers.CharField()
    remedy = serializers.CharField()


class CountsFor(serializers.Serializer):
    obligation_id = serializers.UUIDField()
    rule = serializers.CharField()
    window = serializers.CharField()
    counts = serializers.BooleanField()
    missing = Missing(many=True)
    credited = serializers.IntegerField()
    minimum = serializers.IntegerField()


class ActivityLogWhole(serializers.Serializer):
    """The log of one activity, and what it counts for."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(ActivityState.choices)
    began_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    venue = serializers.CharField()
    modes = serializers.ListField(child=serializers.CharField())
    methods = serializers.ListField(child=serializers.CharField())
    otherwise = serializers.ListField(
        child=serializers.ChoiceField(DEVIATIONS),
        help_text="In what it was held otherwise than planned.",
    )
    minutes = serializers.CharField()
    questions = serializers.CharField()
    reflections = serializers.CharField()
    logged_name = serializers.CharField()
    logged_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()
    attendances = AttendanceLine(many=True)
    present = serializers.IntegerField(
        help_text="How many persons, guests among them: whoever holds two roles is one."
    )
    steps = StepLine(many=True)
    brought = StepBrought(
        many=True,
        help_text="Of earlier activities: last time's and older open ones; before it is held, the open ones.",
    )
    counts_for = CountsFor(many=True)


ANSWERS: dict[int, Any] = {200: ActivityLogWhole, **REFUSED}


class ActivityLogActs:
    """The acts of the activity view set that are about what was held."""

    @extend_schema(responses=ANSWERS)
    @action(detail=True, methods=["get"])
    def log(self: Any, request: Request, **kwargs: Any) -> Response:
        return whole_log(self.get_object(), asker(request), self.now)

    @extend_schema(request=ActivityLogText, parameters=[MATCH], responses=ANSWERS)
    @log.mapping.put
    def write_log(self: Any, request: Request, **kwargs: Any) -> Response:
        activity = self.get_object()
        log = log_of(typed(request, ActivityLogText))
        seen, by = self.seen(activity), asker(request)
        made = log_activity(activity, log, by=by, now=self.now, seen=seen)
        return whole_log(made, by, self.now)

    @extend_schema(request=UnplannedLog, responses={201: ActivityLogWhole, **REFUSED})
    @action(detail=False, methods=["post"])
    def logs(self: Any, request: Request, **kwargs: Any) -> Response:
        """What was held without having been planned."""
        given = typed(request, UnplannedLog)
        projects = Project.objects.visible_to(asker(request)).select_related("organisation")
        about = {"kind": given.pop("kind"), "title": given.pop("title")}
        project = named(projects, "project", given.pop("project"))
        by, now = asker(request), self.now
        made = log_unplanned(project, log_of(given), **about, by=by, now=now)
        return whole_log(made, by, now, status=201)

    @extend_schema(request=None, parameters=[MATCH], responses=ANSWERS)
    @action(detail=True, methods=["post"], url_path="log/back", url_name="log-back")
    def log_back(self: Any, request: Request, **kwargs: Any) -> Response:
        activity = self.get_object()
        seen, by = self.seen(activity), asker(request)
        return whole_log(take_log_back(activity, by=by, now=self.now, seen=seen), by, self.now)

    @extend_schema(request=StepDone, responses=ANSWERS)
    @action(detail=True, methods=["post"], url_path=f"steps/(?P<step_id>{KEY})", url_name="step")
    def step(self: Any, request: Request, step_id: str, **kwargs: Any) -> Response:
        activity = self.get_object()
        steps = NextStep.objects.filter(activity=activity).select_related("project")
        step = get_object_or_404(steps, pk=step_id)
        by = asker(request)
        finish_step(step, by=by, now=self.now, **typed(request, StepDone))
        return whole_log(activity, by, self.now)


def log_of(given: dict[str, Any]) -> Log:
    steps = tuple(
        StepText(
            row["text"], row["due_on"], row.get("owner"), row.get("owner_name", ""), row.get("id")
        )
        for row in given.pop("steps")
    )
    said = given.pop("presence")
    given["done"] = frozenset(given["done"])
    keys = [row["member"] for row in said]
    given["again"] = frozenset(key for key in keys if keys.count(key) > 1)
    presence = {row["member"]: row["presence"] for row in said}
    lists: dict[str, Any] = {n: tuple(given.pop(n)) for n in ("modes", "methods", "guests")}
    return Log(presence=presence, steps=steps, **lists, **given)


def whole_log(activity: Activity, user: Any, now: datetime, status: int = 200) -> Response:
    body: dict[str, Any] = {
        n: getattr(activity, n) for n in names_of(ActivityLogWhole) if n not in _MADE
    }
    body["otherwise"] = deviations_of(activity)
    body["attendances"] = list(activity.attendances.order_by("rank", "id"))
    body["present"] = len(present_in(activity))
    body["steps"] = with_finishing(user, steps_of(activity), now)
    body["brought"] = with_finishing(user, _brought(activity, now), now)
    body["counts_for"] = _counts_for(activity, now)
    answer = ActivityLogWhole(body).data
    return Response(answer, status=status, headers={"ETag": f'"{activity.version}"'})


_MADE = ("otherwise", "attendances", "present", "steps", "brought", "counts_for")


def _brought(activity: Activity, now: datetime) -> list[NextStep]:
    if activity.state == ActivityState.HELD:
        return brought_to(activity)
    return carried_into(
        activity.project, local_day(now), activity.organisation,
        programme=activity.programme, into=activity,
    )  # fmt: skip


def _counts_for(activity: Activity, now: datetime) -> list[dict[str, Any]]:
    if activity.state != ActivityState.HELD:
        return []
    held = held_of(activity)
    found = []
    for each in weighed(activity, now=now):
        told = ((code, *why_not(code, held)) for code in each.shortfalls)
        missing = [{"code": c, "what": what, "remedy": remedy} for c, what, remedy in told]
        duty = each.duty
        found.append({
            "obligation_id": duty.pk, "rule": rule_ids(duty.rule), "window": duty.window_key,
            "counts": not missing, "missing": missing,
            "credited": duty.credited, "minimum": duty.minimum,
        })  # fmt: skip
    return found
