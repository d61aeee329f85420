"""Forms about one thing that the reader may change: 404 for everybody else, then back to its page."""

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView
from groups.access import visible_organisations
from groups.models import Organisation


def own_unit(user: Any, permission: Permission, pk: Any) -> Organisation:
    """An organisation at which `user` holds `permission`. Raises Http404."""
    found: Organisation = get_object_or_404(visible_organisations(user, permission), pk=pk)
    if not user.has_perm(permission, found):
        raise Http404
    return found


class TenantChange(TenantFormView):
    """`about` names the thing in the template and its page: `body` is shown by `body_detail`."""

    about = ""

    def seen(self) -> QuerySet[Any]:
        raise TypeError(f"{type(self).__name__} must say among which rows the reader finds it.")

    @cached_property
    def subject(self) -> Any:
        found = get_object_or_404(self.seen(), pk=self.kwargs["pk"])
        if not self.request.user.has_perm(self.permission, found):
            raise Http404
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{self.about: self.subject}, **kwargs)

    def done(self, words: str, pk: Any = None) -> HttpResponse:
        messages.success(self.request, words)
        page = f"groups:{self.about}_detail"
        return redirect(page, self.request.tenant.slug, pk or self.subject.pk)
