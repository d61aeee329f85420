"""Which methods were used how often, in one programme and by unit (P2-65)."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format

from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantView
from programmes.methods import OWN, plan_methods
from programmes.models import Programme
from programmes.queries import head_of, local_day
from programmes.queries.method_use import MethodUse, Use, method_use
from programmes.views.activity_held import named_methods
from programmes.views.programme_page import programme_or_404


class MethodUseList(TenantView):
    """Every method of the plan, the unused ones too, and what units used beside them."""

    permission = Permission.PROJECT_VIEW

    def get(self, request: Any, pk: Any) -> HttpResponse:
        programme = programme_or_404(request, pk)
        found = method_use(request.user, programme)
        names = use_names(programme, found, request.received_at)
        context = {
            "programme": programme,
            "methods": [_method(name, found.by_method.get(key)) for key, name in names.items()],
            "names": list(names.values()),
            "units": [
                {
                    "name": name,
                    "held": found.held[unit],
                    "counts": [_times(found, key, unit) for key in names],
                }
                for unit, name in found.units.items()
            ],
        }
        return render(request, "programmes/method_use_list.html", context)


def use_names(programme: Programme, found: MethodUse, now: Any) -> dict[str, str]:
    """Key → name: the plan's in its order, of the usual ones those that were used, then their own.

    A method that the plan has no more goes by its key.
    """
    head = head_of(programme, local_day(now))
    named, shown = dict(named_methods(head)), {*plan_methods(head), OWN["key"], *found.by_method}
    gone = {key: key for key in sorted(found.by_method) if key not in named}
    return {key: name for key, name in named.items() if key in shown} | gone


def _method(name: str, use: Use | None) -> dict[str, Any]:
    found = use or Use()
    return {
        "name": name,
        "activities": found.activities,
        "recorded": found.recorded,
        "units": len(found.units),
        "last": date_format(found.last, "DATE_FORMAT") if found.last else "",
    }


def _times(found: MethodUse, key: str, unit: Any) -> int:
    use = found.by_method.get(key)
    return use.units.get(unit, 0) if use else 0
