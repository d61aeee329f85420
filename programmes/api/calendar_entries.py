"""The calendar as a list of entries, and addresses for one's own calendar program."""

from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from actionlearning.foundation.api import StrictSerializer, TenantViewSet, chosen_fields
from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.permissions import Permission
from groups.access import visible_bodies, visible_organisations, visible_persons
from programmes.actions.calendar_feeds import make_feed, revoke_feed
from programmes.api.asking import KEY, PAGED, REFUSED, UUID, asker, names_of, typed
from programmes.models import Activity, CalendarFeed, Project
from programmes.queries import bad_filter, key_asked, local_day
from programmes.queries.clashes import clashes_of
from programmes.queries.entries import page_of_entries
from programmes.queries.entry_kinds import Asked
from programmes.states import EntrySource, FeedSpan
from programmes.views.activity_clashes import better_day_of
from programmes.views.calendar_feeds import address_of
from programmes.views.entry_lines import entry_title

LONGEST = timedelta(days=366)
OFFERED = timedelta(days=31)
"""From today, where no last day is asked for."""


class CalendarEntry(serializers.Serializer):
    source = serializers.ChoiceField(EntrySource.choices)
    id = serializers.UUIDField()
    about = serializers.UUIDField(
        help_text="The activity, duty, paper or topic to read on; of a next step the activity, of an invitation the person."
    )
    title = serializers.CharField()
    first_day = serializers.DateField()
    last_day = serializers.DateField()
    begins_at = serializers.DateTimeField(
        allow_null=True, help_text="As planned, then as held; null: whole days."
    )
    ends_at = serializers.DateTimeField(allow_null=True)
    state = serializers.CharField(
        help_text="Of an activity, invitation or duty its own; of all others `open`, `overdue` or `done`."
    )
    detail = serializers.CharField(
        help_text="Kind of an activity or of what one is invited to, window of a duty, holder of a paper, owner of a step."
    )
    unit = serializers.CharField()
    project_id = serializers.UUIDField(allow_null=True)
    project_title = serializers.CharField(allow_null=True)
    venue = serializers.CharField()
    reason = serializers.CharField(help_text="Why an activity was dropped.")


class CalendarEntries(serializers.Serializer):
    results = CalendarEntry(many=True)
    next_cursor = serializers.CharField(allow_null=True)


ENTRY = tuple(names_of(CalendarEntry))
DAY = OpenApiTypes.DATE


class CalendarEntryViewSet(TenantViewSet):
    """What the client may see of a span of days, in the order of the days."""

    queryset = Activity.objects.none()
    serializer_class = CalendarEntry
    permission = Permission.PROJECT_VIEW

    @extend_schema(
        operation_id="calendar_list",
        parameters=[
            *PAGED[:2],
            OpenApiParameter("from", DAY, description="Left out: today."),
            OpenApiParameter("to", DAY, description="At most 366 days later; left out: 31."),
            *[
                OpenApiParameter(name, UUID)
                for name in ("programme", "organisation", "project", "person")
            ],
            OpenApiParameter(
                "body", UUID, description="Whose members take part, and what lies before it."
            ),
            OpenApiParameter("own", bool, description="Only what concerns the asker."),
            OpenApiParameter("source", str, enum=EntrySource.values),
            OpenApiParameter("fields", str, description="Names to send, separated by commas."),
        ],
        responses={200: CalendarEntries, **REFUSED},
    )
    def list(self, request: Request, **kwargs: Any) -> HttpResponse:
        names = chosen_fields(request.query_params.get("fields", ""), ENTRY)
        rows, cursor = page_of_entries(
            asker(request),
            _asked(request, local_day(self.now)),
            self.now,
            mark=request.query_params.get("cursor", ""),
            size=self.limit(),
        )
        told = [{**row, "title": entry_title(row)} for row in rows]
        return self.listed([{name: row[name] for name in names} for row in told], cursor or None)


def _asked(request: Request, today: date) -> Asked:
    given = request.query_params
    first = _day(given.get("from", ""), "from") or today
    last = _day(given.get("to", ""), "to") or first + OFFERED
    if not timedelta() <= last - first <= LONGEST:
        words = "`to` lies between `from` and 366 days later."
        raise BadInput(words, fields={"to": words}, code="bad_filter")
    told: dict[str, Any] = {"own": given.get("own", "") in ("1", "true", "on"), **_rows(request)}
    if source := given.get("source"):
        if source not in EntrySource.values:
            raise bad_filter("source")
        told["sources"] = (source,)
    if given.get("programme"):
        told["programme"] = key_asked(given, "programme")
    return Asked(first, last, **told)


def _rows(request: Request) -> dict[str, Any]:
    """Rows that the address names; what the asker does not see is not there. Raises Http404, BadInput."""
    given, user = request.query_params, asker(request)
    seen = {
        "organisation": visible_organisations(user),
        "project": Project.objects.visible_to(user),
        "person": visible_persons(user),
        "body": visible_bodies(user),
    }
    rows = {
        name: seen[name].filter(pk=key_asked(given, name)).first()
        for name in seen
        if given.get(name)
    }
    if None in rows.values():
        raise Http404
    return rows


def _day(text: str, name: str) -> date | None:
    try:
        found = date.fromisoformat(text) if text else None
    except ValueError:
        raise bad_filter(name) from None
    if found is not None and not 2000 <= found.year < 2100:
        raise bad_filter(name)
    return found


class ActivityClash(serializers.Serializer):
    activity_id = serializers.UUIDField(help_text="The other one.")
    title = serializers.CharField()
    first_day = serializers.DateField()
    last_day = serializers.DateField()
    names = serializers.ListField(
        child=serializers.CharField(), help_text="Who is wanted, or was present, at both."
    )
    same_venue = serializers.BooleanField()
    held = serializers.BooleanField(help_text="The other one was held; otherwise it is planned.")


class ActivityClashes(serializers.Serializer):
    results = ActivityClash(many=True)
    next_working_day = serializers.DateField(
        allow_null=True, help_text="Where this one is planned to begin on a day off; else null."
    )


class ActivityClashViewSet(TenantViewSet):
    """`GET /activity-clashes/{activity}/`: other activities that want the same people or place at the time."""

    queryset = Activity.objects.none()
    serializer_class = ActivityClashes
    permission = Permission.PROJECT_VIEW
    lookup_value_regex = KEY

    @extend_schema(responses={200: ActivityClashes, **REFUSED})
    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        activity = self.get_object()
        found = clashes_of(asker(request), [activity.pk]).get(activity.pk, [])
        rows = [
            {
                "activity_id": each.other,
                "title": each.title,
                "first_day": each.first_day,
                "last_day": each.last_day,
                "names": each.names,
                "same_venue": each.same_venue,
                "held": each.held,
            }
            for each in found
        ]
        return Response({"results": rows, "next_working_day": better_day_of(activity)})


class CalendarFeedDraft(StrictSerializer):
    span = serializers.ChoiceField(FeedSpan.choices)
    subject = serializers.UUIDField(
        required=False,
        allow_null=True,
        help_text="The organisation, topic, programme or body of these spans.",
    )
    name = serializers.CharField(required=False, allow_blank=True, max_length=80)


class CalendarFeedLine(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    span = serializers.ChoiceField(FeedSpan.choices)
    subject = serializers.UUIDField(allow_null=True)
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)


class CalendarFeedMade(CalendarFeedLine):
    address = serializers.CharField(help_text="Shown in this answer and never again.")


class CalendarFeedLines(serializers.Serializer):
    results = CalendarFeedLine(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class CalendarFeedViewSet(TenantViewSet):
    """One's own addresses for calendar programs, the latest first. For sessions: a client has none."""

    queryset = CalendarFeed.objects.none()
    serializer_class = CalendarFeedLine
    permission = Permission.ACCOUNT_CHANGE
    lookup_value_regex = KEY
    order = ("-created_at", "-id")
    sorts_by = "created_at"

    @extend_schema(
        operation_id="calendar_feeds_list",
        parameters=PAGED,
        responses={200: CalendarFeedLines, **REFUSED},
    )
    def list(self, request: Request, **kwargs: Any) -> HttpResponse:
        rows, cursor = self.page(self.visible().values(*names_of(CalendarFeedLine)))
        return self.listed(rows, cursor)

    @extend_schema(request=CalendarFeedDraft, responses={201: CalendarFeedMade, **REFUSED})
    def create(self, request: Request, **kwargs: Any) -> Response:
        given = typed(request, CalendarFeedDraft)
        made, secret = make_feed(**given, by=asker(request), now=self.now)
        address = address_of(request._request, secret)  # noqa: SLF001  DRF hides Django's request
        told = CalendarFeedLine(made).data
        answer = Response({**told, "address": address}, status=201)
        answer.holds_secret = True  # type: ignore[attr-defined]  # kept by no request key
        return answer

    @extend_schema(request=None, responses={200: CalendarFeedLine, **REFUSED})
    @action(detail=True, methods=["post"])
    def revocation(self, request: Request, **kwargs: Any) -> Response:
        ended = revoke_feed(self.get_object(), by=asker(request), now=self.now)
        return Response(CalendarFeedLine(ended).data)


ROUTES: list[tuple[str, Any, str]] = [
    ("calendar", CalendarEntryViewSet, "calendar"),
    ("calendar-feeds", CalendarFeedViewSet, "calendar_feed"),
    ("activity-clashes", ActivityClashViewSet, "activity_clash"),
]
