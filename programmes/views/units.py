"""An organisation ends or moves: what follows for its duties is shown before it is done."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView
from groups.access import visible_organisations
from groups.models import Body, Organisation
from programmes.actions.units import close_unit, move_unit
from programmes.forms.programmes import EndForm, UnitMoveForm
from programmes.models import Enrolment
from programmes.queries import local_day
from programmes.views.consequences import consequences_of


class _UnitView(TenantFormView):
    permission = Permission.ORGANISATION_CHANGE

    @cached_property
    def unit(self) -> Organisation:
        found: Organisation = get_object_or_404(
            visible_organisations(self.request.user).select_related("parent"),
            pk=self.kwargs["pk"],
            ends_on=None,
        )
        if not self.request.user.has_perm(Permission.ORGANISATION_CHANGE, found):
            raise Http404
        return found

    def to_unit(self) -> HttpResponse:
        return HttpResponseRedirect(
            reverse(
                "groups:organisation_detail", args=[self.request.tenant.slug, self.kwargs["pk"]]
            )
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        taking_part = Enrolment.objects.filter(organisation=self.unit, ends_on=None)
        return super().get_context_data(
            unit=self.unit,
            enrolments=list(
                taking_part.select_related("programme", "supervisor").order_by("-starts_on", "id")
            ),
            **kwargs,
        )


class UnitClosure(_UnitView):
    permission = Permission.ORGANISATION_CHANGE
    form_class = EndForm
    template_name = "programmes/unit_closure.html"

    def get_initial(self) -> dict[str, Any]:
        return {"on": local_day(self.request.received_at)}

    def act(self, form: Any) -> HttpResponse:
        close_unit(
            self.unit, by=self.request.user, now=self.request.received_at, **form.cleaned_data
        )
        messages.success(self.request, _("“%(name)s” has ended.") % {"name": self.unit.name})
        return self.to_unit()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        told = consequences_of(self.request, kwargs["form"], organisation=self.unit.pk)
        below = Organisation.objects.filter(parent=self.unit, ends_on=None).in_order()
        bodies = Body.objects.filter(organisation=self.unit, ends_on=None).order_by("kind", "id")
        return super().get_context_data(below=list(below), bodies=list(bodies), **told, **kwargs)


class UnitMove(_UnitView):
    permission = Permission.ORGANISATION_CHANGE
    form_class = UnitMoveForm
    template_name = "programmes/unit_move.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "unit": self.unit, "user": self.request.user}

    def act(self, form: Any) -> HttpResponse:
        moved = move_unit(
            self.unit, by=self.request.user, now=self.request.received_at, **form.cleaned_data
        )
        messages.success(
            self.request,
            _("“%(name)s” is below “%(parent)s” now.")
            % {"name": moved.name, "parent": form.cleaned_data["parent"]},
        )
        return self.to_unit()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        below = Organisation.objects.below(self.unit.path).exclude(pk=self.unit.pk).in_order()
        return super().get_context_data(below=list(below), **kwargs)
