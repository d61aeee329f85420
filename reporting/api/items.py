"""Information items over REST."""

import uuid
from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.db.models import OuterRef
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from actionlearning.foundation.api import (
    Problem,
    StrictSerializer,
    TenantViewSet,
    chosen_fields,
)
from actionlearning.foundation.arrays import along, rows_of
from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from groups.access import reach_of
from groups.models import Organisation
from programmes.models import Activity, Programme, Project
from reporting.actions.attachments import add_attachment, remove_attachment
from reporting.actions.from_activities import draft_from_activity
from reporting.actions.items import (
    adopt_item,
    keep_item,
    pass_over_item,
    return_item,
    save_draft,
    sign_item,
    start_item,
    submit_item,
    take_back_adoption,
    withdraw_signature,
)
from reporting.api.item_shapes import (
    AttachmentLine,
    ItemDetails,
    ItemLine,
    ItemPage,
    ItemText,
    NewItem,
    Nothing,
    OfActivity,
    Opinion,
    Return,
    Submission,
    Upload,
    WithReason,
    waits_of,
)
from reporting.exports import file_answer
from reporting.models import InformationItem, ItemTurn
from reporting.queries import files_of, narrowed
from reporting.states import ItemState

LISTED = (
    "id",
    "shown_title",
    "kind",
    "state",
    "window_key",
    "event_date",
    "programme_id",
    "project_id",
    "activity_id",
    "organisation_id",
    "organisation__name",
    "drafter_name",
    "first_submitted_at",
    "submitted_at",
    "reply_due_at",
    "decided_at",
    "changed_at",
    "version",
)
_NAMES = {
    "shown_title": "title",
    "window_key": "month",
    "programme_id": "programme",
    "project_id": "project",
    "activity_id": "activity",
    "organisation_id": "organisation",
    "organisation__name": "organisation_name",
}
TOLD = {name: _NAMES.get(name, name) for name in LISTED}


Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
_REFUSED = dict.fromkeys((404, 409, 412, 422), Problem) | {403: Problem}
_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="Version seen.")


def _noun(serializer: Any) -> Callable[[Endpoint], Endpoint]:
    """Documentation shared by the endpoints that change a state."""
    return extend_schema(
        request=serializer, responses={200: ItemDetails, **_REFUSED}, parameters=[_MATCH]
    )


class ItemViewSet(TenantViewSet):
    """Information items that the client may see: its own, and those submitted from below."""

    queryset = InformationItem.objects.none()
    serializer_class = ItemLine
    parser_classes = (JSONParser, MultiPartParser)
    permission = Permission.ITEM_VIEW
    order = ("-changed_at", "-id")
    versioned = ("reporting_informationitem", "groups_organisation")
    sorts_by = "changed_at"

    def narrow(self, queryset: Any) -> Any:
        return queryset.as_read_by(self.request.user)

    def handle_exception(self, found: Exception) -> Any:
        """A verb names our columns; a client reads the names it has sent."""
        if isinstance(found, BadInput):
            found.fields = {_NAMES.get(name, name): said for name, said in found.fields.items()}
        return super().handle_exception(found)

    @extend_schema(
        parameters=[
            OpenApiParameter("state", str, enum=ItemState.values),
            OpenApiParameter("kind", str, enum=InformationItem.Kind.values),
            OpenApiParameter("month", str, description="`2026-09`"),
            OpenApiParameter("q", str, description="Words of the title."),
            OpenApiParameter("programme", OpenApiTypes.UUID),
            OpenApiParameter("unit", str, description="Name, spelling or initials of the unit."),
            OpenApiParameter("organisation", OpenApiTypes.UUID, description="That unit only."),
            OpenApiParameter("activity", OpenApiTypes.UUID, description="Drafted from its log."),
            OpenApiParameter("ordering", str, enum=["changed_at", "-changed_at"]),
            OpenApiParameter("fields", str, description="Names to send, separated by commas."),
            OpenApiParameter("limit", int, description="1 to 200, 50 by default."),
            OpenApiParameter("cursor", str, description="`next_cursor` of the page before."),
        ],
        responses={200: ItemPage, 422: Problem},
    )
    def list(self, request: Request, **kwargs: Any) -> HttpResponse:
        asked = chosen_fields(request.query_params.get("fields", ""), TOLD.values())
        wanted = [name for name in LISTED if TOLD[name] in asked]
        rows = narrowed(self.get_queryset(), request.query_params).values(*LISTED)
        found, cursor = self.page(rows)
        return self.listed([{TOLD[n]: row[n] for n in wanted} for row in found], cursor)

    @extend_schema(responses={200: ItemDetails, 404: Problem})
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        return self._told(self._item(pk))

    @extend_schema(request=NewItem, responses={201: ItemDetails, **_REFUSED})
    def create(self, request: Request, **kwargs: Any) -> Response:
        typed = self._typed(NewItem)
        programme = Programme.objects.filter(pk=typed.pop("programme")).first()
        if programme is None:
            raise BadInput(_("Unknown programme."), fields={"programme": _("Unknown programme.")})
        made = start_item(
            programme=programme,
            organisation=self._organisation(typed.pop("organisation", None)),
            by=self._by,
            now=self.now,
            **typed,
        )
        return self._told(self._item(made.pk), status=201)

    @extend_schema(request=OfActivity, responses={201: ItemDetails, **_REFUSED})
    @action(detail=False, methods=["post"], url_path="from-activity", url_name="from-activity")
    def from_activity(self, request: Request, **kwargs: Any) -> Response:
        """Drafted out of the log of an activity; asked again, the draft that is there."""
        wanted = self._typed(OfActivity)["activity"]
        activity = get_object_or_404(Activity.objects.visible_to(self._by), pk=wanted)
        made = draft_from_activity(activity, by=self._by, now=self.now)
        return self._told(self._item(made.pk), status=201)

    @extend_schema(request=ItemText, responses={200: ItemDetails, **_REFUSED}, parameters=[_MATCH])
    def partial_update(self, request: Request, pk: str, **kwargs: Any) -> Response:
        item = self._item(pk)
        save_draft(item, seen=self.seen(item), by=self._by, now=self.now, **self._typed(ItemText))
        return self._told(self._item(pk))

    @_noun(Nothing)
    @action(detail=True, methods=["post"])
    def signature(self, request: Request, pk: str, **kwargs: Any) -> Response:
        return self._step(pk, Nothing, sign_item)

    @extend_schema(request=None, responses={200: ItemDetails, **_REFUSED}, parameters=[_MATCH])
    @signature.mapping.delete
    def unsign(self, request: Request, pk: str, **kwargs: Any) -> Response:
        return self._step(pk, Nothing, withdraw_signature)

    @_noun(Submission)
    @action(detail=True, methods=["post"])
    def submission(self, request: Request, pk: str, **kwargs: Any) -> Response:
        return self._step(pk, Submission, submit_item)

    @_noun(Return)
    @action(detail=True, methods=["post"], url_path="return", url_name="return")
    def send_back(self, request: Request, pk: str, **kwargs: Any) -> Response:
        return self._step(pk, Return, return_item)

    @_noun(Opinion)
    @action(detail=True, methods=["post"])
    def adoption(self, request: Request, pk: str, **kwargs: Any) -> Response:
        return self._step(pk, Opinion, adopt_item)

    @_noun(WithReason)
    @action(detail=True, methods=["post"], url_path="adoption-withdrawal")
    def disadoption(self, request: Request, pk: str, **kwargs: Any) -> Response:
        return self._step(pk, WithReason, take_back_adoption)

    @_noun(Opinion)
    @action(detail=True, methods=["post"])
    def keeping(self, request: Request, pk: str, **kwargs: Any) -> Response:
        return self._step(pk, Opinion, keep_item)

    @_noun(Opinion)
    @action(detail=True, methods=["post"], url_path="non-adoption", url_name="non-adoption")
    def non_adoption(self, request: Request, pk: str, **kwargs: Any) -> Response:
        return self._step(pk, Opinion, pass_over_item)

    @extend_schema(
        request={"multipart/form-data": Upload}, responses={201: AttachmentLine, **_REFUSED}
    )
    @action(detail=True, methods=["post"])
    def attachments(self, request: Request, pk: str, **kwargs: Any) -> Response:
        item, upload = self._item(pk), request.FILES.get("file")
        if upload is None or set(request.data) != {"file"}:
            raise BadInput(_("Send one file."), fields={"file": _("Send one file.")})
        name = upload.name or ""
        added = add_attachment(item, upload=upload, name=name, by=self._by, now=self.now)
        return Response(_file(added), status=201)

    @extend_schema(
        parameters=[OpenApiParameter("attachment", OpenApiTypes.UUID, OpenApiParameter.PATH)],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY, 404: Problem},
    )
    @action(detail=True, methods=["get"], url_path=r"attachments/(?P<attachment>[0-9a-f-]{36})")
    def attachment(self, request: Request, pk: str, attachment: str, **kwargs: Any) -> HttpResponse:
        return file_answer(self._file(pk, attachment))

    @extend_schema(
        parameters=[OpenApiParameter("attachment", OpenApiTypes.UUID, OpenApiParameter.PATH)],
        responses={204: None, **_REFUSED},
    )
    @attachment.mapping.delete
    def remove(self, request: Request, pk: str, attachment: str, **kwargs: Any) -> Response:
        remove_attachment(self._file(pk, attachment), by=self._by, now=self.now)
        return Response(status=204)

    @property
    def _by(self) -> User:
        return cast("User", self.request.user)

    def _item(self, pk: Any) -> Any:
        turns = ItemTurn.objects.filter(item=OuterRef("pk")).order_by("at", "id")
        rows = self.get_queryset().select_related("organisation", "supervisor")
        rows = rows.annotate(way=along(turns, ("step", "at")))
        return get_object_or_404(rows, pk=_uuid(pk))

    def _file(self, pk: str, attachment: str) -> Any:
        rows = files_of(self._item(pk), self._by).defer(None)
        return get_object_or_404(rows, pk=_uuid(attachment))

    def _organisation(self, wanted: Any) -> Organisation:
        """One for which the client may write; the only one if it names none."""
        own = reach_of(self._by, Permission.ITEM_WRITE).organisations
        if wanted is None and len(own) == 1:
            wanted = own[0]
        if wanted not in own:
            message = _("Name an organisation for which you may write.")
            raise BadInput(message, fields={"organisation": message})
        return Organisation.objects.get(pk=wanted)  # type: ignore[no-any-return]

    def _typed(self, serializer: type[StrictSerializer]) -> dict[str, Any]:
        form = serializer(data=self.request.data or {})
        form.is_valid(raise_exception=True)
        typed = dict(form.validated_data)
        if typed.get("project"):
            typed["project"] = self._project(typed["project"])
        return typed

    def _project(self, pk: Any) -> Project:
        found = Project.objects.visible_to(self._by).filter(pk=pk).first()
        if found is None:
            raise BadInput(_("Unknown project."), fields={"project": _("Unknown project.")})
        return found  # type: ignore[no-any-return]

    def _step(self, pk: str, serializer: type[StrictSerializer], verb: Any) -> Response:
        item = self._item(pk)
        verb(item, seen=self.seen(item), by=self._by, now=self.now, **self._typed(serializer))
        return self._told(self._item(pk))

    def _told(self, item: Any, status: int = 200) -> Response:
        """The item as this reader may see it, and its version as `ETag`."""
        body = {TOLD[name]: _value(item, name) for name in LISTED}
        body |= {name: getattr(item, name) for name in ("phone", "truthful", "signer_name")}
        body |= {"body": item.shown_body, "signed_at": item.signed_at}
        body["attachments"] = [_file(each) for each in files_of(item, self._by)]
        body |= waits_of(item, rows_of(ItemTurn, item.way), self.now)
        return Response(body, status=status, headers={"ETag": f'"{item.version}"'})


def _value(item: Any, name: str) -> Any:
    for part in name.split("__"):
        item = getattr(item, part)
    return item


def _file(each: Any) -> dict[str, Any]:
    names = ("id", "name", "media_type", "size", "sha256", "added_at")
    return {name: getattr(each, name) for name in names}


def _uuid(text: Any) -> Any:
    """A key that is no UUID is simply not found."""
    try:
        return uuid.UUID(str(text))
    except ValueError:
        raise Http404 from None


ROUTES: list[tuple[str, Any, str]] = [("information-items", ItemViewSet, "information-item")]
