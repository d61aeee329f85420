"""The plan of a programme: read, exported, followed by a new version, one rule changed."""

import difflib
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from actionlearning.foundation.languages import product_words
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView, TenantView
from programmes.actions.plans import change_rule, changed_pack, export_plan, load_plan, read_pack
from programmes.forms.programmes import PlanNewForm, earliest_change
from programmes.forms.rules import RuleForm
from programmes.models import Obligation, Plan, Programme, Rule
from programmes.packs.shapes import filled
from programmes.packs.writing import dump
from programmes.queries import local_day, pack_of, plan_in_force, states_by_rule
from programmes.states import ProgrammeState
from programmes.views.plan_page import clause_lines, summary_of, version_lines
from programmes.views.programme_page import programme_or_404, programme_to_change
from programmes.views.wording import duty_words, title_of

YAML = "application/yaml; charset=utf-8"


class PlanDetail(TenantView):
    """`?version=` shows an earlier or coming one; the colours are those of today's duties."""

    permission = Permission.PROGRAMME_VIEW

    def get(self, request: Any, pk: Any) -> HttpResponse:
        programme = programme_or_404(request, pk)
        plans = list(Plan.objects.filter(programme=programme).order_by("number"))
        today = local_day(request.received_at)
        applying = [plan for plan in plans if plan.applies_from <= today]
        in_force = (applying or plans[:1] or [None])[-1]
        shown = _shown(plans, request.GET.get("version", ""), in_force)
        mine = Obligation.objects.visible_to(request.user).filter(programme=programme)
        lines = clause_lines(programme, shown, states_by_rule(mine, request.received_at))
        changing = request.user.has_perm(Permission.PROGRAMME_CHANGE, programme)
        context = {
            "programme": programme,
            "plan": shown,
            "heading": title_of(
                shown.head.get("title", ""), shown.head.get("title_en", ""), programme.year
            ),
            "lines": lines,
            "legend": summary_of(lines),
            "asks_nothing": not any(rule["on"] for line in lines for rule in line["rules"]),
            "versions": version_lines(plans, shown, in_force),
            "can_change": changing and programme.state != ProgrammeState.CLOSED,
            "latest": shown.pk == plans[-1].pk,
        }
        return render(request, "programmes/plan_detail.html", context)


def _shown(plans: list[Plan], number: str, in_force: Plan | None) -> Plan:
    if not number and in_force is not None:
        return in_force
    found = [plan for plan in plans if str(plan.number) == number]
    if not found:
        raise Http404
    return found[0]


class PlanExport(TenantView):
    """The canonical YAML, rebuilt from the tables."""

    permission = Permission.PROGRAMME_VIEW

    def get(self, request: Any, pk: Any) -> HttpResponse:
        programme = programme_or_404(request, pk)
        return plan_answer(programme, request.GET.get("version", ""))


def plan_answer(programme: Programme, number: str) -> HttpResponse:
    """The file of the latest version, or of the one with that number; 404 where there is none."""
    plans = Plan.objects.filter(programme=programme).order_by("-number")
    if number.isdecimal():
        plans = plans.filter(number=int(number))
    plan = plans.first()
    if plan is None:
        raise Http404
    name = f"{programme.pack or 'plan'}-{programme.year}-v{plan.number}.yaml"
    header = content_disposition_header(True, name)
    return HttpResponse(
        export_plan(plan), content_type=YAML, headers={"Content-Disposition": header or ""}
    )


class _PlanFormView(TenantFormView):
    """Common to both ways of making a new version."""

    permission = Permission.PROGRAMME_CHANGE

    @cached_property
    def programme(self) -> Programme:
        return programme_to_change(self.request, self.kwargs["pk"])

    @cached_property
    def latest(self) -> Plan:
        found = plan_in_force(self.programme, date.max)
        if found is None:
            raise Http404
        return found

    def get_initial(self) -> dict[str, Any]:
        today = local_day(self.request.received_at)
        first = self.latest.applies_from
        if self.programme.state == ProgrammeState.DRAFT:
            return {"applies_from": first}
        return {"applies_from": earliest_change(self.programme, first, today)}

    def to_plan(self, number: int) -> HttpResponse:
        address = reverse(
            "programmes:plan_detail", args=[self.request.tenant.slug, self.programme.pk]
        )
        return HttpResponseRedirect(f"{address}?version={number}")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(programme=self.programme, latest=self.latest, **kwargs)


class PlanNew(_PlanFormView):
    """The same file again changes nothing; a wrong one shows every mistake and keeps the text."""

    permission = Permission.PROGRAMME_CHANGE
    form_class = PlanNewForm
    template_name = "programmes/plan_new.html"

    def act(self, form: Any) -> HttpResponse:
        plan, new = load_plan(
            self.programme,
            read_pack(form.cleaned_data["text"]),
            applies_from=form.cleaned_data["applies_from"],
            by=self.request.user,
            now=self.request.received_at,
        )
        said = _("Version %(number)d is loaded.") if new else _("Nothing changed: this is version %(number)d.")  # fmt: skip
        messages.success(self.request, said % {"number": plan.number})
        return self.to_plan(plan.number)


class RuleEdit(_PlanFormView):
    """One rule by a new version. `preview` shows the changed lines and saves nothing."""

    permission = Permission.PROGRAMME_CHANGE
    form_class = RuleForm
    template_name = "programmes/rule_edit.html"
    diff: list[tuple[str, str]] | None = None

    @cached_property
    def rule(self) -> Rule:
        rules = Rule.objects.filter(plan=self.latest).select_related("clause")
        found: Rule = get_object_or_404(rules, key=self.kwargs["key"])
        return found

    def get_form_kwargs(self) -> dict[str, Any]:
        year = self.programme.year
        return {**super().get_form_kwargs(), "spec": self.rule.spec, "year": year}

    def act(self, form: Any) -> HttpResponse:
        changes, key = form.changes(), self.rule.key
        if "preview" in self.request.POST:
            after = dump(changed_pack(self.programme, key, changes))
            self.diff = changed_lines(dump(pack_of(self.latest)), after)
            return self.show(form)
        plan = change_rule(
            self.programme,
            key,
            changes,
            applies_from=form.cleaned_data["applies_from"],
            by=self.request.user,
            now=self.request.received_at,
        )
        same = plan.pk == self.latest.pk
        said = _("Nothing changed: this is version %(number)d.") if same else _("The rule is changed by version %(number)d.")  # fmt: skip
        messages.success(self.request, said % {"number": plan.number})
        return self.to_plan(plan.number)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rule, year = self.rule, self.programme.year
        return super().get_context_data(
            rule=rule,
            title=title_of(rule.title, rule.title_en, year),
            clause=filled(product_words(rule.clause.text), year),
            when=duty_words(rule.spec, year),
            diff=self.diff,
            **kwargs,
        )


def changed_lines(before: str, after: str) -> list[tuple[str, str]]:
    """(“-” or “+”, line) of every line that differs."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [
        (line[0], line[1:].strip())
        for line in lines
        if line[0] in "+-" and not line.startswith(("+++", "---"))
    ]
