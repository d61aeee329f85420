"""The log of problems, and the steps of each."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from actionlearning.foundation.api import StrictSerializer, TenantViewSet, chosen_fields
from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.permissions import Permission
from groups.access import visible_persons
from groups.models import Organisation
from programmes.actions.problem_steps import advise, check, escalate, reopen, solve, take_in_hand
from programmes.actions.problems import change_problem, raise_problem
from programmes.api.asking import KEY, REFUSED, UUID, filtered, named
from programmes.api.project_people import MATCH
from programmes.forms.problems import LATE, MINE, OPEN
from programmes.models import Activity, Problem, ProblemAct, ProblemTurn, Programme, Project
from programmes.queries import local_day
from programmes.states import ProblemState
from programmes.views.problem_lines import days_held, narrowed, problems_matching

LISTED = (
    "id", "programme_id", "organisation_id", "project_id", "activity_id", "supervisor_id",
    "raised_from_id", "number", "title", "person_id", "person_name", "due_on", "measure", "state", "version",
    "holder_id", "held_since", "raised_at", "solved_at", "closed_at",
)  # fmt: skip
FILTERS = ("programme", "organisation", "project", "activity", "holder")
STATES = (OPEN, *ProblemState.values)
ONLY = (MINE, LATE)


class ProblemText(StrictSerializer):
    """What may be written; the state changes by its own endpoints."""

    title = serializers.CharField(max_length=120)
    text = serializers.CharField(required=False, allow_blank=True, max_length=4000)
    person = serializers.UUIDField(
        required=False, allow_null=True, help_text="Of the unit's roster; else `person_name`."
    )
    person_name = serializers.CharField(required=False, allow_blank=True, max_length=60)
    due_on = serializers.DateField(required=False, allow_null=True, help_text="Last day in time.")
    measure = serializers.CharField(required=False, allow_blank=True, max_length=4000)


class ProblemDraft(ProblemText):
    programme = serializers.UUIDField()
    organisation = serializers.UUIDField()
    project = serializers.UUIDField(required=False, allow_null=True)
    activity = serializers.UUIDField(
        required=False,
        allow_null=True,
        help_text="Held, where it came up; then its topic is the problem's.",
    )


class ProblemWords(StrictSerializer):
    words = serializers.CharField(required=False, allow_blank=True, max_length=4000)


class ProblemTurnLine(serializers.Serializer):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    at = serializers.DateTimeField()
    by_name = serializers.CharField()
    act = serializers.ChoiceField(choices=ProblemAct.choices)
    words = serializers.CharField()
    acted_for_id = serializers.UUIDField()
    holder_id = serializers.UUIDField(allow_null=True)


class ProblemWait(serializers.Serializer):
    organisation_id = serializers.UUIDField()
    days = serializers.IntegerField()


class ProblemLine(serializers.Serializer):
    id = serializers.UUIDField()
    programme_id = serializers.UUIDField()
    organisation_id = serializers.UUIDField()
    project_id = serializers.UUIDField(allow_null=True)
    activity_id = serializers.UUIDField(allow_null=True, help_text="At which it came up.")
    supervisor_id = serializers.UUIDField(allow_null=True)
    raised_from_id = serializers.UUIDField()
    number = serializers.IntegerField()
    title = serializers.CharField()
    person_id = serializers.UUIDField(allow_null=True)
    person_name = serializers.CharField()
    due_on = serializers.DateField(allow_null=True)
    measure = serializers.CharField()
    state = serializers.ChoiceField(choices=ProblemState.choices)
    version = serializers.IntegerField()
    holder_id = serializers.UUIDField(allow_null=True)
    held_since = serializers.DateTimeField(allow_null=True)
    raised_at = serializers.DateTimeField()
    solved_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)


class ProblemWhole(ProblemLine):
    text = serializers.CharField()
    turns = ProblemTurnLine(many=True)
    waits = ProblemWait(many=True, help_text="Days it lay with each organisation.")


class ProblemLines(serializers.Serializer):
    results = ProblemLine(many=True)
    next_cursor = serializers.CharField(allow_null=True)


STEP: dict[str, Any] = {
    "request": ProblemWords,
    "parameters": [MATCH],
    "responses": {200: ProblemWhole, **REFUSED},
}


class ProblemViewSet(TenantViewSet):
    """Problems that the client may see; newest first."""

    queryset = Problem.objects.none()
    serializer_class = ProblemWhole
    permission = Permission.PROBLEM_VIEW
    lookup_value_regex = KEY
    order = ("-raised_at", "-id")
    sorts_by = "raised_at"

    def narrow(self, queryset: Any) -> Any:
        return queryset.select_related("organisation", "programme")

    @extend_schema(
        operation_id="problems_list",
        parameters=[*[OpenApiParameter(name, UUID) for name in FILTERS],
                    OpenApiParameter("state", str, enum=STATES),
                    OpenApiParameter("only", str, enum=ONLY),
                    OpenApiParameter("q", str, description="Title, unit's name or initials."),
                    OpenApiParameter("cursor", str), OpenApiParameter("limit", int),
                    OpenApiParameter("fields", str),
                    OpenApiParameter("ordering", str, enum=["raised_at", "-raised_at"])],
        responses={200: ProblemLines, **REFUSED},
    )  # fmt: skip
    def list(self, request: Any, **kwargs: Any) -> HttpResponse:
        names = chosen_fields(request.query_params.get("fields", ""), LISTED)
        found = filtered(self.visible(), request, *FILTERS)
        found = problems_matching(found, request.query_params.get("q", ""))
        found = narrowed(found, _wanted(request), user=request.user, today=local_day(self.now))
        rows, cursor = self.page(found.values(*LISTED))
        return self.listed([{name: row[name] for name in names} for row in rows], cursor)

    @extend_schema(responses={200: ProblemWhole, **REFUSED})
    def retrieve(self, request: Any, **kwargs: Any) -> Response:
        return self._whole(self.get_object())

    @extend_schema(request=ProblemDraft, responses={201: ProblemWhole, **REFUSED})
    def create(self, request: Any, **kwargs: Any) -> Response:
        given = self._typed(ProblemDraft)
        project, activity = given.pop("project", None), given.pop("activity", None)
        made = raise_problem(
            programme=named(Programme.objects, "programme", given.pop("programme")),
            organisation=named(Organisation.objects, "organisation", given.pop("organisation")),
            project=named(Project.objects.visible_to(request.user), "project", project)
            if project
            else None,
            activity=named(_held_before(request.user), "activity", activity) if activity else None,
            by=request.user,
            now=self.now,
            **given,
        )
        return self._whole(made, status=201)

    @extend_schema(
        request=ProblemText, parameters=[MATCH], responses={200: ProblemWhole, **REFUSED}
    )
    def partial_update(self, request: Any, **kwargs: Any) -> Response:
        problem = self.get_object()
        seen = self.seen(problem)
        given = self._typed(ProblemText, partial=True)
        return self._whole(
            change_problem(problem, by=request.user, now=self.now, seen=seen, **given)
        )

    @extend_schema(**STEP)
    @action(detail=True, methods=["post"])
    def hand(self, request: Any, **kwargs: Any) -> Response:
        return self._step(take_in_hand)

    @extend_schema(**STEP)
    @action(detail=True, methods=["post"])
    def escalation(self, request: Any, **kwargs: Any) -> Response:
        return self._step(escalate)

    @extend_schema(**STEP)
    @action(detail=True, methods=["post"])
    def advice(self, request: Any, **kwargs: Any) -> Response:
        return self._step(advise)

    @extend_schema(**STEP)
    @action(detail=True, methods=["post"])
    def solution(self, request: Any, **kwargs: Any) -> Response:
        return self._step(solve)

    # `check` is a name of Django's own; the address is the same word as on the pages.
    @extend_schema(**STEP)
    @action(detail=True, methods=["post"], url_path="check", url_name="check")
    def look(self, request: Any, **kwargs: Any) -> Response:
        return self._step(check)

    @extend_schema(**STEP)
    @action(detail=True, methods=["post"])
    def reopening(self, request: Any, **kwargs: Any) -> Response:
        return self._step(reopen)

    def _step(self, verb: Any) -> Response:
        problem = self.get_object()
        given = {"words": "", **self._typed(ProblemWords)}
        seen = self.seen(problem)
        return self._whole(verb(problem, by=self.request.user, now=self.now, seen=seen, **given))

    def _typed(self, serializer: Any, *, partial: bool = False) -> dict[str, Any]:
        read = serializer(data=self.request.data, partial=partial)
        read.is_valid(raise_exception=True)
        given = dict(read.validated_data)
        if given.get("person"):
            given["person"] = named(visible_persons(self.request.user), "person", given["person"])
        return given

    def _whole(self, problem: Problem, status: int = 200) -> Response:
        turns = list(ProblemTurn.objects.filter(problem=problem).order_by("number"))
        body = {name: getattr(problem, name) for name in (*LISTED, "text")}
        body["turns"] = ProblemTurnLine(turns, many=True).data
        waits = days_held(turns, local_day(self.now))
        body["waits"] = [{"organisation_id": key, "days": days} for key, days in waits.items()]
        return Response(body, status=status, headers={"ETag": f'"{problem.version}"'})


def _held_before(user: Any) -> Any:
    """Activities that he reads."""
    rows = Activity.objects.visible_to(user)
    return rows.select_related("project", "programme", "organisation")


def _wanted(request: Request) -> dict[str, str]:
    """`state` and `only` by the words of the schema. Raises BadInput for another word."""
    wanted = {}
    for name, known in (("state", STATES), ("only", ONLY)):
        value = request.query_params.get(name, "")
        if value and value not in known:
            words = f"{', '.join(known)}"
            raise BadInput(words, fields={name: words}, code="bad_filter")
        wanted[name] = value
    return wanted


ROUTES: list[tuple[str, Any, str]] = [("problems", ProblemViewSet, "problem")]
