"""Photographs of an activity for programs."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from actionlearning.foundation.api import StrictSerializer
from actionlearning.foundation.clients import FileRenderer
from actionlearning.foundation.errors import BadInput
from programmes.actions.photos import LONGEST_CAPTION, add_photos, caption_photo, remove_photo
from programmes.api.asking import KEY, REFUSED, asker, typed
from programmes.queries.photos import photos_of
from programmes.views.activity_photos import photo_answer

PHOTO = OpenApiParameter("photo_id", OpenApiTypes.UUID, OpenApiParameter.PATH)
_UPLOAD = {
    "multipart/form-data": {
        "type": "object",
        "required": ["file"],
        "properties": {
            "file": {"type": "string", "format": "binary"},
            "caption": {"type": "string", "maxLength": LONGEST_CAPTION},
        },
    }
}


class PhotoLine(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    caption = serializers.CharField()
    rank = serializers.IntegerField()
    media_type = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    sha256 = serializers.CharField()
    added_name = serializers.CharField()
    added_at = serializers.DateTimeField()


class PhotoLines(serializers.Serializer):
    results = PhotoLine(many=True)


class PhotoCaption(StrictSerializer):
    caption = serializers.CharField(allow_blank=True, max_length=LONGEST_CAPTION)


class PhotoWords(serializers.Serializer):
    """What is sent along with a photograph."""

    caption = serializers.CharField(
        allow_blank=True, required=False, max_length=LONGEST_CAPTION, default=""
    )


class ActivityPhotoActs:
    """The acts of the activity view set that are about its photographs."""

    @extend_schema(responses={200: PhotoLines, **REFUSED})
    @action(detail=True, methods=["get"])
    def photos(self: Any, request: Request, **kwargs: Any) -> Response:
        rows = photos_of(self.get_object())
        return Response({"results": PhotoLine(rows, many=True).data})

    @extend_schema(request=_UPLOAD, responses={201: PhotoLine, **REFUSED})
    @photos.mapping.post
    def add_photo(self: Any, request: Request, **kwargs: Any) -> Response:
        activity, upload = self.get_object(), request.FILES.get("file")
        if upload is None or set(request.data) - {"file", "caption"}:
            raise BadInput(_("Send one file."), fields={"file": _("Send one file.")})
        words = typed(request, PhotoWords)["caption"]
        uploads = [(upload, upload.name or "")]
        added, _left = add_photos(
            activity, uploads=uploads, caption=words, by=asker(request), now=self.now
        )
        return Response(PhotoLine(added[0]).data, status=201)

    @extend_schema(
        operation_id="activities_photo_file",
        parameters=[PHOTO],
        responses={(200, "image/jpeg"): OpenApiTypes.BINARY, **REFUSED},
    )
    @action(
        detail=True,
        methods=["get"],
        url_path=f"photos/(?P<photo_id>{KEY})",
        renderer_classes=[FileRenderer],
    )
    def photo(self: Any, request: Request, photo_id: str, **kwargs: Any) -> HttpResponse:
        return photo_answer(self._photo(photo_id))

    @extend_schema(request=PhotoCaption, parameters=[PHOTO], responses={200: PhotoLine, **REFUSED})
    @photo.mapping.patch
    def change_photo(self: Any, request: Request, photo_id: str, **kwargs: Any) -> Response:
        words = typed(request, PhotoCaption)["caption"]
        made = caption_photo(self._photo(photo_id), caption=words, by=asker(request), now=self.now)
        # The picture's own address answers with a file; of its words one gets JSON.
        return Response(PhotoLine(made).data, content_type="application/json")

    @extend_schema(parameters=[PHOTO], responses={204: None, **REFUSED})
    @photo.mapping.delete
    def drop_photo(self: Any, request: Request, photo_id: str, **kwargs: Any) -> Response:
        remove_photo(self._photo(photo_id), by=asker(request), now=self.now)
        return Response(status=204)

    def _photo(self: Any, key: str) -> Any:
        rows = photos_of(self.get_object()).select_related("activity__project")
        return get_object_or_404(rows, pk=key)
