"""One project opened to somebody from outside: a facilitator, an expert, an observer."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from actionlearning.foundation.errors import BadInput, Refusal
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView, TenantView
from groups.actions.grants import end_grant, grant
from groups.models import Grant
from groups.queries import outsiders
from programmes.forms import ProjectGrantForm
from programmes.models import Project
from programmes.queries import local_day
from programmes.views.project_page import page_context, project_or_404, to_project


class ProjectGrants(TenantFormView):
    permission = Permission.GRANT
    template_name = "programmes/project_detail.html"
    form_class = ProjectGrantForm

    @cached_property
    def project(self) -> Project:
        return project_or_404(self.request, self.kwargs["pk"], Permission.GRANT)

    def get_form_kwargs(self) -> dict[str, Any]:
        found = outsiders(self.request.user, local_day(self.request.received_at))
        return {**super().get_form_kwargs(), "outsiders": found}

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return to_project(request, self.project)

    def act(self, form: Any) -> HttpResponse:
        made = grant(
            self.project,
            to=_sign_in(form.cleaned_data["login"]),
            reason=form.cleaned_data["reason"],
            ends_on=form.cleaned_data["ends_on"],
            by=self.request.user,
            now=self.request.received_at,
        )
        words = _("%(name)s may see this project and no other.") % {"name": made.user}
        messages.success(self.request, words)
        return to_project(self.request, self.project)

    def show(self, form: Any, *, status: int = 200, refusal: Refusal | None = None) -> HttpResponse:
        context = page_context(self.request, self.project, grant_form=form, grant_refusal=refusal)
        return render(self.request, self.template_name, context, status=status)


def _sign_in(login: str) -> User:
    found: User | None = User.objects.filter(
        login=login.strip().lower(), is_active=True, is_system=False
    ).first()
    if found is None:
        words = _("There is no such sign-in.")
        raise BadInput(words, fields={"login": words})
    return found


class ProjectGrantEnd(TenantView):
    permission = Permission.GRANT

    def post(self, request: Any, pk: Any, grant: Any) -> HttpResponse:
        project = project_or_404(request, pk, Permission.GRANT)
        found = get_object_or_404(Grant, pk=grant, subject=project.pk, ended_at=None)
        end_grant(found, subject=project, by=request.user, now=request.received_at)
        messages.success(request, _("%(name)s may see it no more.") % {"name": found.user})
        return to_project(request, project)
