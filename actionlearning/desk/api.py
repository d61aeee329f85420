"""REST twins of the inbox and of the audit log."""

from collections import Counter
from typing import Any

from django.db.models import Count
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from actionlearning.desk import glossary
from actionlearning.desk.audit_words import detail_shown, name_shown
from actionlearning.desk.findable import SECTIONS
from actionlearning.desk.search import Section, find, find_of_kind
from actionlearning.desk.views.audit import narrowed
from actionlearning.desk.views.status import jobs_at
from actionlearning.foundation.api import TenantViewSet
from actionlearning.foundation.inbox import inbox_of, unread
from actionlearning.foundation.models import AuditEvent, Delivery, Notice, SweepMark
from actionlearning.foundation.notices import subject_and_text
from actionlearning.foundation.permissions import Permission
from programmes.actions.sweeps import acknowledge
from programmes.models import Project


class NoticeSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    subject = serializers.CharField()
    text = serializers.CharField()
    about = serializers.UUIDField(allow_null=True)
    at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    retracted_at = serializers.DateTimeField(allow_null=True)


class AuditEventSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    actor = serializers.UUIDField(allow_null=True)
    actor_name = serializers.CharField()
    action = serializers.CharField()
    target_kind = serializers.CharField()
    target = serializers.UUIDField(allow_null=True)
    target_name = serializers.CharField()
    detail = serializers.DictField()


def copies_in_states() -> Counter[str]:
    rows = Delivery.objects.order_by().values_list("state").annotate(count=Count("pk"))
    return Counter(dict(rows))


def _notice(row: Notice) -> dict[str, Any]:
    subject, text = subject_and_text(row)
    names = ("id", "kind", "about", "at", "read_at", "acknowledged_at", "retracted_at")
    return {**{name: getattr(row, name) for name in names}, "subject": subject, "text": text}


class NoticeViewSet(TenantViewSet):
    """One's own inbox; `?unread=true` for what still asks for something."""

    queryset = Notice.objects.none()
    serializer_class = NoticeSerializer
    permission = Permission.NOTICE_VIEW
    order = ("-at", "-id")
    sorts_by = "at"

    def visible(self) -> Any:
        return inbox_of(self.request.user)

    def narrow(self, queryset: Any) -> Any:
        return unread(queryset) if self.request.query_params.get("unread") == "true" else queryset

    @extend_schema(responses=NoticeSerializer(many=True))
    def list(self, request: Request, **kwargs: Any) -> Any:
        rows, cursor = self.page(self.get_queryset())
        return self.listed([_notice(row) for row in rows], cursor)

    @extend_schema(request=None, responses=NoticeSerializer)
    @action(detail=True, methods=["post"])
    def acknowledgement(self, request: Request, pk: Any, **kwargs: Any) -> Response:
        """“We are on it”: nobody above is told for two working days."""
        reader: Any = request.user
        return Response(_notice(acknowledge(self.get_object(), by=reader, now=self.now)))


class JobLine(serializers.Serializer):
    label = serializers.CharField()
    last = serializers.CharField(help_text="When it ended last, in Beijing; empty: never.")
    count = serializers.IntegerField(allow_null=True)
    late = serializers.BooleanField(help_text="Silent for too long: an alarm.")


class StatusLine(serializers.Serializer):
    alarm = serializers.BooleanField()
    jobs = JobLine(many=True)
    waiting = serializers.IntegerField(help_text="Copies not sent yet.")
    dead = serializers.IntegerField(help_text="Copies given up.")


class StatusViewSet(TenantViewSet):
    """Whether the machinery runs; names and subjects stay on the page."""

    queryset = SweepMark.objects.none()
    serializer_class = StatusLine
    permission = Permission.STATUS_VIEW

    @extend_schema(
        responses=forced_singular_serializer(StatusLine),  # type: ignore[no-untyped-call]
        operation_id="status_retrieve",
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        jobs = [{**job, "label": str(job["label"])} for job in jobs_at(self.now)]
        count, names = copies_in_states(), [str(name) for name in JobLine().fields]
        return Response(
            {
                "alarm": any(job["late"] for job in jobs),
                "jobs": [{name: job[name] for name in names} for job in jobs],
                "waiting": count["pending"] + count["claimed"],
                "dead": count["dead"],
            }
        )


class HitLine(serializers.Serializer):
    id = serializers.UUIDField()
    title = serializers.CharField()
    about = serializers.CharField()
    address = serializers.CharField(help_text="Its page in a browser.")


class FoundLines(serializers.Serializer):
    kind = serializers.ChoiceField(list(SECTIONS))
    count = serializers.IntegerField(help_text="At most 50, of those you may see.")
    more = serializers.BooleanField(help_text="More than are listed here: ask with `kind`.")
    hits = HitLine(many=True)


class FoundThings(serializers.Serializer):
    results = FoundLines(many=True)
    next_cursor = serializers.CharField(allow_null=True)
    hint = serializers.CharField(
        help_text="What of the question was not looked for, or was looked for instead; often empty."
    )


class SearchViewSet(TenantViewSet):
    """Everything the client may see, by words of its name or pinyin initials.

    Ten of each kind, the best first; with `kind` all of one kind, fifty a page.
    """

    queryset = Project.objects.none()
    serializer_class = FoundThings
    permission = Permission.PROJECT_VIEW

    @extend_schema(
        parameters=[
            OpenApiParameter("q", str, required=True),
            OpenApiParameter("kind", str, enum=list(SECTIONS)),
            OpenApiParameter("cursor", str),
        ],
        responses=FoundThings,
        operation_id="search_list",
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        page: Any = request._request  # noqa: SLF001  DRF hides Django's request
        asked = request.query_params
        words, kind, mark = (asked.get(name, "") for name in ("q", "kind", "cursor"))
        if kind:
            found = find_of_kind(page.user, words, page.tenant.slug, kind, mark)
        else:
            found = find(page.user, words, page.tenant.slug)
        rows = [_section(each) for each in found.sections]
        return Response({"results": rows, "next_cursor": found.mark or None, "hint": found.hint})


def _section(found: Section) -> dict[str, Any]:
    hits = [
        {"id": hit.pk, "title": hit.title, "about": hit.about, "address": hit.address}
        for hit in found.hits
    ]
    more = bool(found.all_address)
    return {"kind": found.kind, "count": found.count, "more": more, "hits": hits}


class TermLine(serializers.Serializer):
    number = serializers.IntegerField()
    en = serializers.CharField()
    zh_hans = serializers.CharField()
    zh_hant = serializers.CharField()
    note = serializers.CharField(help_text="In the language asked for; often empty.")


class Terms(serializers.Serializer):
    results = TermLine(many=True)


class GlossaryViewSet(TenantViewSet):
    """The words that plans and screens share, in three languages; `q` narrows them."""

    queryset = Notice.objects.none()
    serializer_class = Terms
    permission = Permission.DESK_VIEW

    @extend_schema(
        parameters=[OpenApiParameter("q", str)], responses=Terms, operation_id="glossary_list"
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        terms = glossary.found(request.query_params.get("q", ""))
        return Response(Terms({"results": terms}).data)


class AuditEventViewSet(TenantViewSet):
    """The audit log, newest first; `actor`, `action` (or its beginning) and `day` narrow it."""

    queryset = AuditEvent.objects.none()
    serializer_class = AuditEventSerializer
    permission = Permission.AUDIT_VIEW
    order = ("-at", "-id")
    sorts_by = "at"

    def visible(self) -> Any:
        return AuditEvent.objects.all()

    def narrow(self, queryset: Any) -> Any:
        return narrowed(queryset, self.request.query_params)

    @extend_schema(responses=AuditEventSerializer(many=True))
    def list(self, request: Request, **kwargs: Any) -> Any:
        rows, cursor = self.page(self.get_queryset().values(*AuditEventSerializer().fields))
        return self.listed([_event(row) for row in rows], cursor)


def _event(row: dict[str, Any]) -> dict[str, Any]:
    """No client of the audit administrator reads a paper either."""
    kind = row["target_kind"]
    return {
        **row,
        "target_name": name_shown(kind, row["target_name"]),
        "detail": detail_shown(kind, row["detail"]),
    }


ROUTES = [
    ("notices", NoticeViewSet, "notice"),
    ("search", SearchViewSet, "search"),
    ("status", StatusViewSet, "status"),
    ("glossary", GlossaryViewSet, "glossary"),
    ("audit-events", AuditEventViewSet, "audit_event"),
]
