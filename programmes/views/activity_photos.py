"""Photographs of an activity: on its page, added and removed by whoever logs it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantView
from programmes.actions.photos import add_photos, caption_photo, remove_photo
from programmes.forms.attendance import ActivityPhotosForm, PhotoCaptionForm
from programmes.models import Activity, ActivityPhoto
from programmes.queries.photos import photos_of
from programmes.views.activities import TenantActivityStep, activity_or_404, to_activity


class ActivityPhotos(TenantActivityStep):
    """POST: some more; what is refused comes back on the activity's page, the caption still there."""

    permission = Permission.PROJECT_VIEW
    form_class = ActivityPhotosForm
    form_name = "photos_form"

    def act(self, form: Any) -> HttpResponse:
        told = form.cleaned_data
        uploads = [(file, file.name) for file in told["file"]]
        added, left = add_photos(
            self.activity, uploads=uploads, caption=told["caption"], **self.given
        )
        for each in left:
            why = {"name": each.name, "why": each.why}
            messages.warning(self.request, _("“%(name)s” was left out: %(why)s") % why)
        words = ngettext("%(count)d photograph added.", "%(count)d photographs added.", len(added))
        messages.success(self.request, words % {"count": len(added)})
        return to_activity(self.request, self.activity)


class TenantPhotoView(TenantView):
    permission = Permission.PROJECT_VIEW

    @cached_property
    def activity(self) -> Activity:
        return activity_or_404(self.request, self.kwargs["pk"], self.permission)

    @cached_property
    def photo(self) -> ActivityPhoto:
        rows = photos_of(self.activity).select_related("activity__project", "organisation")
        found: ActivityPhoto = get_object_or_404(rows, pk=self.kwargs["photo"])
        return found


class ActivityPhotoFile(TenantPhotoView):
    """The picture itself."""

    permission = Permission.PROJECT_VIEW

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return photo_answer(self.photo)


class ActivityPhotoCaption(TenantPhotoView):
    permission = Permission.PROJECT_VIEW

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        form = PhotoCaptionForm(request.POST)
        if not form.is_valid():
            words = " ".join(message for each in form.errors.values() for message in each)
            raise BadInput(words, fields={"caption": words})
        given: dict[str, Any] = {"by": request.user, "now": request.received_at}
        caption_photo(self.photo, caption=form.cleaned_data["caption"], **given)
        messages.success(request, _("Kept."))
        return to_activity(request, self.activity)


class ActivityPhotoRemoval(TenantPhotoView):
    permission = Permission.PROJECT_VIEW

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        remove_photo(self.photo, by=request.user, now=request.received_at)
        messages.success(request, _("The photograph is removed."))
        return to_activity(request, self.activity)


def photo_answer(photo: ActivityPhoto) -> HttpResponse:
    """Shown in our own pages; nothing else is made of it."""
    disposition = content_disposition_header(False, photo.name)
    return HttpResponse(
        bytes(photo.content),
        content_type=photo.media_type,
        headers={
            "Content-Disposition": disposition or "inline",
            "X-Content-Type-Options": "nosniff",
        },
    )
