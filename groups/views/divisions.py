"""Administrative divisions: the tree from the region to its townships, search, loading."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView, TenantView
from groups import exports
from groups.access import visible_organisations
from groups.actions.divisions import Loaded, load_divisions, may_load, try_divisions
from groups.divisions.reading import shipped
from groups.forms import DivisionLoadForm
from groups.models import Division
from groups.queries import HITS, in_force
from groups.queries.divisions import around, divisions_listed, divisions_offered
from groups.views.sheets import TenantSheetView, spelled_out, today, written

_TOPS = (Division.Level.REGION, Division.Level.CITY)


class DivisionList(TenantSheetView):
    """The region and its cities, from which the tree opens downward; a search looks everywhere."""

    permission = Permission.ORGANISATION_VIEW
    template_name = "groups/division_list.html"
    sheet = exports.DIVISIONS
    order = ("code", "id")
    columns = (
        (gettext_lazy("Division"), ""),
        (gettext_lazy("Division code"), ""),
        (gettext_lazy("Level"), ""),
        (gettext_lazy("Since"), ""),
        (gettext_lazy("Until"), ""),
    )

    def get_queryset(self) -> Any:
        asked = self.request.GET
        rows = divisions_listed(
            day=today(self.request),
            text=asked.get("q", "")[:60],
            level=asked.get("kind", ""),
            ended="ended" in asked,
        )
        return rows.filter(level__in=_TOPS) if self._is_top() else rows

    def _is_top(self) -> bool:
        """Nothing was asked for; a sheet or a print always has the whole tree."""
        return not {"q", "kind", "ended", "export", "print"} & {
            name for name, value in self.request.GET.items() if value
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs["kinds"] = Division.Level.choices
        kwargs["may_load"] = may_load(self.request.user)
        return super().get_context_data(**kwargs)

    def present(self, rows: list[Any]) -> list[dict[str, Any]]:
        top = self._is_top()
        return [
            shown(row) | {"indent": int(top and bool(row.parent)), "in_tree": top} for row in rows
        ]


def shown(row: Division) -> dict[str, Any]:
    return {
        "pk": row.pk,
        "code": row.code,
        "name": row.name,
        "full_name": row.full_name,
        "level": row.get_level_display(),
        "since": written(row.valid_from),
        "until": written(row.valid_to),
    }


class DivisionDetail(TenantView):
    """One division, what stands above and below it, and the organisations that name its code."""

    permission = Permission.ORGANISATION_VIEW

    def get(self, request: Any, pk: Any) -> HttpResponse:
        division = get_object_or_404(Division.objects.all(), pk=pk)
        day = today(request)
        units = visible_organisations(request.user).filter(in_force(day), division=division.code)
        near = around(division, day)
        context: dict[str, Any] = {name: list(map(shown, rows)) for name, rows in near.items()}
        context |= {
            "division": shown(division),
            "stands": division.is_valid_on(day),
            "since": spelled_out(division.valid_from),
            "until": spelled_out(division.valid_to),
            "units": list(units.in_order()[:HITS]),
        }
        return render(request, "groups/division_detail.html", context)


class DivisionOffers(TenantView):
    """What the field of an organisation's form offers while one types."""

    permission = Permission.ORGANISATION_VIEW

    def get(self, request: Any) -> HttpResponse:
        typed = request.GET.get("division", "")[:60]
        offered = divisions_offered(typed, today(request))
        return render(request, "groups/division_offers.html", {"offered": offered})


class DivisionLoading(TenantFormView):
    """The divisions that come with the product, with what loading them would change."""

    permission = Permission.ORGANISATION_CHANGE
    form_class = DivisionLoadForm
    template_name = "groups/division_loading.html"

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated and not may_load(request.user):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        cities = [(line.code, line.name) for line in shipped() if _is_city(line)]
        return super().get_form_kwargs() | {"cities": cities}

    def get_initial(self) -> dict[str, Any]:
        return {"under": self.request.GET.get("under", "")}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        under = str(kwargs["form"]["under"].value() or "")
        known = dict(kwargs["form"].fields["under"].choices)
        said = self._told(try_divisions, under) if under in known else None
        return super().get_context_data(said=said, **kwargs)

    def act(self, form: Any) -> HttpResponse:
        done = self._told(load_divisions, form.cleaned_data["under"])
        words = _("Divisions: %(added)d added, %(changed)d changed, %(ended)d ended.") % done.counts
        messages.success(self.request, words)
        return redirect("groups:division_list", self.request.tenant.slug)

    def _told(self, verb: Any, under: str) -> Loaded:
        told: Loaded = verb(
            shipped(), under=under, by=self.request.user, now=self.request.received_at
        )
        return told


def _is_city(line: Any) -> bool:
    return bool(line.level == Division.Level.CITY and line.valid_to is None)
