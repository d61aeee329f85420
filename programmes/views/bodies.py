"""Bodies and posts by the plan's templates, in one act; each is an ordinary one from then on."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView
from groups.models import Organisation
from groups.views.changes import own_unit
from programmes.actions.bodies import form_by_plan, missing_bodies
from programmes.forms.programmes import UnitBodiesForm
from programmes.queries import local_day


class UnitBodies(TenantFormView):
    permission = Permission.BODY_CHANGE
    form_class = UnitBodiesForm
    template_name = "programmes/unit_bodies.html"

    @cached_property
    def unit(self) -> Organisation:
        return own_unit(self.request.user, self.permission, self.kwargs["pk"])

    @cached_property
    def missing(self) -> list[Any]:
        return missing_bodies(self.unit, local_day(self.request.received_at))

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "missing": self.missing}

    def get_initial(self) -> dict[str, Any]:
        required = [each.kind for each in self.missing if each.required]
        return {"starts_on": local_day(self.request.received_at), "kinds": required}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(unit=self.unit, missing=self.missing, **kwargs)

    def act(self, form: Any) -> HttpResponse:
        made = form_by_plan(
            self.unit, **form.cleaned_data, by=self.request.user, now=self.request.received_at
        )
        names = "、".join(body.name for body in made)
        messages.success(self.request, _("Formed by the plan: %(names)s.") % {"names": names})
        return redirect("groups:organisation_detail", self.request.tenant.slug, self.unit.pk)
