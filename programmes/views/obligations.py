"""The ledger of duties (台账), the heat map of units and months, one duty, and its waiver."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actionlearning.foundation.documents.xlsx import MEDIA_TYPE, filename
from actionlearning.foundation.languages import in_english, product_words
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import PAGE, TenantFormView, TenantListView, TenantView
from groups.access import reach_of
from programmes.actions.exceptions import waive
from programmes.exports import obligation_sheet
from programmes.forms import ObligationWaiverForm
from programmes.models import Obligation
from programmes.packs.shapes import filled
from programmes.queries import (
    day_asked,
    duties_in,
    filters_on_offer,
    local_day,
    narrowed_duties,
    tally,
)
from programmes.views.calendar_page import missing_for
from programmes.views.obligation_lines import lines_of, totals_of, with_columns
from programmes.views.obligation_map import heat_map
from programmes.views.obligation_page import obligation_or_404, page_of

MOST_UNITS = 120
"""So many units are offered in a list; where there are more, they are searched by name."""
STATES = (
    ("open", gettext_lazy("unfinished")),
    ("overdue", gettext_lazy("overdue")),
    ("blocked", gettext_lazy("blocked upstream")),
    ("met", gettext_lazy("met in time")),
    ("late", gettext_lazy("met late")),
    ("excused", gettext_lazy("waived or cancelled")),
    ("all", gettext_lazy("all")),
)


USUAL_RULE = "monthly_information"
"""What the map shows until somebody asks for another rule: every unit owes it every month."""


class TenantDutyView(TenantView):
    """What the ledger and the heat map share: filters kept in the address, and what they offer."""

    permission = Permission.OBLIGATION_VIEW
    one_rule = False
    """Shows a single rule of a single programme: the latest programme's first, unless one is asked for."""

    @cached_property
    def wanted(self) -> dict[str, str]:
        return {name: value for name, value in self.request.GET.items() if value}

    def duties(self) -> Any:
        """Every duty in reach that the filters leave, whatever its state."""
        rows = Obligation.objects.visible_to(self.request.user)
        if "mine" in self.wanted:
            rows = rows.filter(reach_of(self.request.user, Permission.OBLIGATION_VIEW).own_q())
        return duties_in(rows, self.wanted)

    def choices(self) -> dict[str, list[tuple[str, str]]]:
        """Programmes, rules and units to choose from; units only where their list is short enough."""
        found: dict[str, dict[str, str]] = {"programme": {}, "rule": {}, "unit": {}}
        for kind, key, label, _place, year, programme in filters_on_offer(
            self.request.user, most_units=MOST_UNITS + 1, english=in_english()
        ):
            if kind == "programme" and self.one_rule and "programme" not in self.request.GET:
                self.wanted["programme"] = key
            if kind != "rule" or self.wanted.get("programme", programme) == programme:
                words = product_words(label) if kind == "rule" else label
                found[kind][key] = filled(words, year)
        if self.one_rule and self.wanted.get("rule") not in found["rule"]:
            first = next(iter(found["rule"]), "")
            self.wanted["rule"] = USUAL_RULE if USUAL_RULE in found["rule"] else first
        if len(found["unit"]) > MOST_UNITS:
            found["unit"] = {}
        return {kind: list(options.items()) for kind, options in found.items()}


class ObligationList(TenantDutyView, TenantListView):
    """Default: what is unfinished, the most urgent first. `?totals=1` adds counts and both rates."""

    permission = Permission.OBLIGATION_VIEW
    template_name = "programmes/obligation_list.html"
    order = ("due_at", "id")

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.wanted.get("export") == "xlsx":
            return self.sheet()
        if "totals" in self.wanted and request.htmx:
            return render(request, f"{self.template_name}#totals", {"totals": self.totals()})
        return super().get(request, *args, **kwargs)

    def get_template_names(self) -> list[str]:
        if self.request.htmx and "after" in self.wanted:
            return [f"{self.template_name}#lines"]
        return super().get_template_names()

    def get_queryset(self) -> Any:
        now = self.request.received_at
        return with_columns(narrowed_duties(self.duties(), self.wanted, now, "open"), now)

    def page(self, queryset: Any) -> tuple[list[Any], str]:
        rows, after = super().page(queryset)
        return lines_of(rows, self.request.received_at, self.request.tenant.slug, self.first), after

    @property
    def first(self) -> int:
        """Number of the first line: handed on in the address, so that no row is counted twice."""
        given = self.wanted.get("first", "")
        return int(given) if given.isdecimal() and len(given) < 8 else 1

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(wanted=self.wanted, states=STATES, **kwargs)
        if "next_query" in found:
            query = QueryDict(found["next_query"], mutable=True)
            query["first"] = str(self.first + PAGE)
            found["next_query"] = query.urlencode()
        if not self.request.htmx:
            found["choices"] = self.choices()
            today = local_day(self.request.received_at)
            found |= {"missing_year": missing_for(self.request.user, today), "missing_link": True}
            found["totals"] = self.totals() if "totals" in self.wanted else None
        return found

    def totals(self) -> dict[str, Any]:
        return totals_of(tally(self.duties(), self.request.received_at))

    def sheet(self) -> HttpResponse:
        now, title = self.request.received_at, _("Ledger of duties")
        rows = self.everything(self.get_queryset())
        today, slug = local_day(now), self.request.tenant.slug
        content = obligation_sheet(
            title, lines_of(rows, now, slug), unit=self.request.tenant.name, made_on=today
        )
        disposition = content_disposition_header(True, filename(title, today)) or ""
        return HttpResponse(
            content, content_type=MEDIA_TYPE, headers={"Content-Disposition": disposition}
        )


class ObligationMap(TenantDutyView):
    """Units down, windows across: one rule of one programme at a glance."""

    permission = Permission.OBLIGATION_VIEW
    one_rule = True

    def get(self, request: Any) -> HttpResponse:
        now = day_asked(request.GET.get("as_of", "")) or request.received_at
        choices = self.choices()
        shown = heat_map(self.duties(), now, request.tenant.slug)
        context = {"wanted": self.wanted, "choices": choices, **shown}
        return render(request, "programmes/obligation_map.html", context)


class ObligationDetail(TenantView):
    """One duty: the sentence it recites, its dates step by step, and what became of it."""

    permission = Permission.OBLIGATION_VIEW

    def get(self, request: Any, pk: Any) -> HttpResponse:
        now = day_asked(request.GET.get("as_of", "")) or request.received_at
        obligation = obligation_or_404(request.user, pk, now)
        context = page_of(obligation, request, now)
        return render(request, "programmes/obligation_detail.html", context)


class ObligationWaiver(TenantFormView):
    """POST …/waiver/: the office above lets it go, with a reason."""

    permission = Permission.OBLIGATION_WAIVE
    template_name = "programmes/obligation_waiver.html"
    form_class = ObligationWaiverForm

    @cached_property
    def obligation(self) -> Obligation:
        pk, now = self.kwargs["pk"], self.request.received_at
        return obligation_or_404(self.request.user, pk, now, Permission.OBLIGATION_WAIVE)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = self.request.received_at
        return super().get_context_data(**page_of(self.obligation, self.request, now), **kwargs)

    def act(self, form: Any) -> HttpResponseBase:
        by, now = self.request.user, self.request.received_at
        waive(self.obligation, reason=form.cleaned_data["reason"], by=by, now=now)
        messages.success(self.request, _("The duty is waived; the reason stays on record."))
        slug = self.request.tenant.slug
        return redirect("programmes:obligation_detail", slug, self.obligation.pk)
