"""Training files, and who still lacks training, as programs read them."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from actionlearning.foundation.api import StrictSerializer, TenantViewSet
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.scope import WHOLE, scope
from groups.access import visible_persons
from groups.models import Person
from groups.roles import BodyKind, Role
from programmes.actions.selections import name_candidates, report_on_return
from programmes.api.asking import KEY, REFUSED, UUID, asker, named, names_of, typed
from programmes.models import Participant, Plan, Programme
from programmes.models.project import TeamRole
from programmes.queries import key_asked, local_day, visible_programmes
from programmes.queries.learners import (
    Audience,
    File,
    Missed,
    file_of,
    hours_of,
    lacking_in,
    lasted,
    learners_of,
    people_of,
    plan_applying,
    plan_of,
    title_words,
)
from programmes.queries.trainings import contents_asked
from programmes.states import ActivityKind, Presence
from programmes.views.learners import learner_or_404


class LearnerLine(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    title = serializers.CharField()
    organisation_id = serializers.UUIDField()
    lacks = serializers.ListField(
        child=serializers.CharField(), help_text="Keys of contents; [] with no training at all."
    )
    learnt = serializers.ListField(child=serializers.CharField())


class LearnerLines(serializers.Serializer):
    results = LearnerLine(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class HoursOf(serializers.Serializer):
    contents = serializers.CharField()
    hours = serializers.DecimalField(max_digits=6, decimal_places=1)


class ClassLine(serializers.Serializer):
    id = serializers.UUIDField()
    course = serializers.CharField()
    kind = serializers.ChoiceField(ActivityKind.choices)
    organiser = serializers.CharField(help_text="The unit whose it is.")
    held_on = serializers.DateField(help_text="Its first day.")
    last_day = serializers.DateField()
    begins_at = serializers.DateTimeField(allow_null=True, help_text="As planned, then as held.")
    ends_at = serializers.DateTimeField(allow_null=True)
    venue = serializers.CharField()
    hours = serializers.DecimalField(max_digits=6, decimal_places=1)
    contents = serializers.ListField(child=serializers.CharField())
    presence = serializers.ChoiceField(Presence.choices, allow_blank=True)
    called_off = serializers.BooleanField()
    made_up_on = serializers.DateField(allow_null=True)
    invited_to = serializers.UUIDField(allow_null=True, help_text="The seat that makes up for it.")
    report = serializers.CharField()


class SessionLine(serializers.Serializer):
    """What his topic's team held with him there."""

    activity = serializers.UUIDField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(ActivityKind.choices)
    began_at = serializers.DateTimeField()
    hours = serializers.DecimalField(max_digits=5, decimal_places=1)


class TaughtLine(SessionLine):
    """A training of his topic's team; its hours are class hours."""

    contents = serializers.ListField(child=serializers.CharField())
    presence = serializers.ChoiceField(Presence.choices)
    made_up_on = serializers.DateField(allow_null=True)
    invited_to = serializers.UUIDField(allow_null=True, help_text="The seat that makes up for it.")


class LearnerWhole(serializers.Serializer):
    """One training file; hours are class hours."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    hours_planned = serializers.DecimalField(max_digits=6, decimal_places=1)
    hours_present = serializers.DecimalField(max_digits=6, decimal_places=1)
    by_contents = HoursOf(many=True)
    lacks = serializers.ListField(child=serializers.CharField())
    classes = ClassLine(many=True)
    hours_in_sessions = serializers.DecimalField(
        max_digits=7, decimal_places=1, help_text="By the clock, in seminars and research."
    )
    sessions = SessionLine(many=True)
    taught = TaughtLine(many=True)


class ReportGiven(StrictSerializer):
    text = serializers.CharField(max_length=20_000)


class CandidatesGiven(StrictSerializer):
    programme = serializers.UUIDField()
    visit = serializers.UUIDField()
    persons = serializers.ListField(child=serializers.UUIDField(), max_length=200)


class Named(serializers.Serializer):
    named = serializers.IntegerField()


OWN_TOO = ("retrieve", "report")
"""Acts on one file, which is open to whoever's it is."""
SEVERAL = "Several separated by commas; any of them."
TITLES = "Words separated by spaces or commas; any of them in somebody's title or post."


class LearnerViewSet(TenantViewSet):
    """`GET /learners/?programme=`: who still lacks training; `GET /learners/{person}/`: one file."""

    queryset = Person.objects.none()
    serializer_class = LearnerWhole
    permission = Permission.PERSON_VIEW
    lookup_value_regex = KEY
    order = ("place", "seniority", "pinyin", "id")

    def check_permissions(self, request: Request) -> None:
        """One file is also opened by whoever's it is, without a seat; never by a program for itself."""
        user = asker(request)
        if self.action in OWN_TOO and user.is_authenticated and user.has_perm(Permission.DESK_VIEW):
            self.permission = Permission.DESK_VIEW
        super().check_permissions(request)

    def visible(self) -> Any:
        return visible_persons(asker(self.request))

    def narrow(self, queryset: Any) -> Any:
        return queryset.select_related("organisation")

    @extend_schema(
        operation_id="learners_list",
        parameters=[
            OpenApiParameter("cursor", str),
            OpenApiParameter("limit", int),
            OpenApiParameter("programme", UUID, required=True),
            OpenApiParameter("bodies", str, description=SEVERAL),
            OpenApiParameter("roles", str, description=SEVERAL),
            OpenApiParameter("seats", str, description=SEVERAL),
            OpenApiParameter("titles", str, description=TITLES),
            OpenApiParameter("organisation", UUID),
        ],
        responses={200: LearnerLines, **REFUSED},
    )
    def list(self, request: Request, **kwargs: Any) -> HttpResponse:
        user, day = asker(request), local_day(self.now)
        programme, asked = _programme(request, day)
        audience = _audience(request)
        found = (
            people_of(user, programme, audience, day)
            if audience.named
            else learners_of(user, programme, day)
        )
        if audience.units:
            found = found.filter(organisation__in=audience.units)
        told, cursor = self.page(lacking_in(found, asked))
        lines = [_line(row, asked) for row in told]
        return self.listed(lines, cursor)

    @extend_schema(responses={200: LearnerWhole, **REFUSED})
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        seen = self.get_queryset().filter(pk=pk).first()
        if seen is not None:
            return self._file(seen)
        with scope(asker(request).tenant, path=WHOLE, actor=asker(request)):
            return self._file(learner_or_404(asker(request), pk))

    def _file(self, person: Person) -> Response:
        day = local_day(self.now)
        plan = plan_of(person, day)
        asked = contents_asked(plan.head) if plan else ()
        return Response(LearnerWhole(_whole(person, file_of(person, asked))).data)

    @extend_schema(request=ReportGiven, responses={200: LearnerWhole, **REFUSED})
    @action(detail=True, methods=["post"], url_path=f"classes/(?P<class_id>{KEY})/report")
    def report(self, request: Request, pk: str, class_id: str, **kwargs: Any) -> Response:
        """By himself, his unit's office, or whoever runs the visit."""
        user = asker(request)
        with scope(user.tenant, path=WHOLE, actor=user):
            person = learner_or_404(user, pk)
            row = named(Participant.objects.filter(person=person), "class", class_id)
        report_on_return(row, text=typed(request, ReportGiven)["text"], by=user, now=self.now)
        return self.retrieve(request, pk)

    @extend_schema(request=CandidatesGiven, responses={201: Named, **REFUSED})
    @action(detail=False, methods=["post"])
    def candidates(self, request: Request, **kwargs: Any) -> Response:
        """The client's own people, named for a study visit of an office above."""
        given, user = typed(request, CandidatesGiven), asker(request)
        programme = named(visible_programmes(user), "programme", given["programme"])
        rows = visible_persons(user).select_related("organisation")
        people = [named(rows, "persons", key) for key in given["persons"]]
        made = name_candidates(programme, given["visit"], people, by=user, now=self.now)
        return Response({"named": len(made)}, status=201)


def _programme(request: Request, day: date) -> tuple[Programme, tuple[str, ...]]:
    """The one asked for, and what its plan wants everybody taught."""
    seen = visible_programmes(asker(request)).values("pk")
    plans = Plan.objects.filter(
        programme__in=seen, programme=key_asked(request.query_params, "programme")
    )
    plan = plan_applying(plans, day)
    if plan is None:
        raise serializers.ValidationError({"programme": ["Not found."]})
    return plan.programme, contents_asked(plan.head)


def _audience(request: Request) -> Audience:
    def told(name: str, known: Any) -> tuple[str, ...]:
        asked = request.query_params.get(name, "").split(",")
        return tuple(each for each in asked if each in known)

    unit = request.query_params.get("organisation", "")
    return Audience(
        roles=told("roles", Role.values),
        bodies=told("bodies", BodyKind.values),
        seats=told("seats", TeamRole.values),
        titles=title_words(request.query_params.get("titles", "")),
        units=(key_asked(request.query_params, "organisation"),) if unit else (),
    )


def _line(row: Any, asked: tuple[str, ...]) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in ("id", "name", "title", "organisation_id")}
    lacks = [key for key in asked if key not in row.learnt]
    return {**told, "lacks": lacks, "learnt": sorted(row.learnt)}


def _whole(person: Person, file: File) -> dict[str, Any]:
    missed = {each.key: each for each in file.missed}
    return {
        "id": person.pk,
        "name": person.name,
        "hours_planned": file.planned,
        "hours_present": file.present,
        "by_contents": [
            {"contents": key, "hours": hours} for key, hours in file.by_contents.items()
        ],
        "lacks": file.lacking,
        "classes": [_class(seat, missed.get(seat.pk)) for seat in file.seats],
        "hours_in_sessions": file.in_sessions,
        "sessions": [_session(row) for row in file.sessions],
        "taught": [_taught(row, missed.get(row.pk)) for row in file.taught],
    }


def _session(row: Any) -> dict[str, Any]:
    facts = {name: getattr(row.activity, name) for name in ("title", "kind", "began_at")}
    return {**facts, "activity": row.activity_id, "hours": lasted(row)}


def _taught(row: Any, missed: Missed | None) -> dict[str, Any]:
    told = {"hours": hours_of(row.activity), "contents": list(row.activity.contents)}
    return {**_session(row), **told, "presence": row.presence, **_making_up(missed)}


def _making_up(missed: Missed | None) -> dict[str, Any]:
    ahead = missed and missed.invited_to
    return {"made_up_on": missed and missed.made_up_on, "invited_to": ahead and ahead.pk}


def _class(seat: Participant, missed: Missed | None) -> dict[str, Any]:
    own = ("organiser", "hours", "made_up_on", "invited_to")
    return {
        **{name: getattr(seat, name) for name in names_of(ClassLine) if name not in own},
        "organiser": seat.organiser.name,
        "contents": list(seat.contents),
        "hours": hours_of(seat),
        **_making_up(missed),
    }


ROUTES: list[tuple[str, Any, str]] = [("learners", LearnerViewSet, "learner")]
