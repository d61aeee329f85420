"""The log of problems, the page of one with its whole course, and the steps on it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actionlearning.foundation.documents.xlsx import MEDIA_TYPE, filename
from actionlearning.foundation.errors import Refusal, Stale
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView, TenantListView, TenantView
from programmes.access import acts_for_holder
from programmes.actions.problem_steps import advise, check, escalate, reopen, solve, take_in_hand
from programmes.actions.problems import change_problem, raise_problem
from programmes.exports import problem_sheet
from programmes.forms.problems import (
    ProblemFilterForm,
    ProblemForm,
    ProblemNewForm,
    ProblemWordsForm,
    asked_at,
)
from programmes.models import Activity, Problem, Project
from programmes.queries import local_day
from programmes.states import ActivityState
from programmes.views.problem_lines import COLUMNS, lines_of, narrowed, problems_matching
from programmes.views.problem_page import problem_context, problem_or_404, to_problem
from programmes.views.projects import renew_version


class ProblemList(TenantListView):
    """Newest first; what waits for my office and what is overdue are filters."""

    permission = Permission.PROBLEM_VIEW
    template_name = "programmes/problem_list.html"
    order = ("-raised_at", "-id")
    heading = gettext_lazy("Problem log")

    @cached_property
    def filters(self) -> ProblemFilterForm:
        return ProblemFilterForm(self.request.GET)

    def get_queryset(self) -> Any:
        user: Any = self.request.user
        found = problems_matching(Problem.objects.visible_to(user), self.request.GET.get("q", ""))
        wanted = self.filters.cleaned_data if self.filters.is_valid() else {}
        return narrowed(found, wanted, user=user, today=self.as_of).values(*COLUMNS)

    @property
    def as_of(self) -> Any:
        return local_day(self.request.received_at)

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("export") == "xlsx":
            return self._sheet()
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(filters=self.filters, **kwargs)
        user: Any = self.request.user
        return {
            **context,
            "lines": lines_of(context["object_list"], self.as_of),
            "can_raise": user.has_perm(Permission.PROBLEM_WRITE),
        }

    def _sheet(self) -> HttpResponse:
        title = str(self.heading)
        lines = lines_of(self.everything(self.get_queryset()), self.as_of)
        body = problem_sheet(title, lines, unit=self.request.tenant.name, made_on=self.as_of)
        header = content_disposition_header(True, filename(title, self.as_of))
        return HttpResponse(
            body, content_type=MEDIA_TYPE, headers={"Content-Disposition": header or "attachment"}
        )


class ProblemDetail(TenantView):
    permission = Permission.PROBLEM_VIEW

    def get(self, request: Any, pk: Any) -> HttpResponse:
        context = problem_context(request, problem_or_404(request, pk))
        return render(request, "programmes/problem_detail.html", context)


class ProblemNew(TenantFormView):
    """By the unit, or by the office above it; with `?project=` about that topic, with `?activity=` met there."""

    permission = Permission.PROBLEM_WRITE
    template_name = "programmes/problem_new.html"
    form_class = ProblemNewForm

    @cached_property
    def project(self) -> Any:
        rows = Project.objects.visible_to(self.request.user)
        return self._named("project", rows.select_related("organisation", "programme"))

    @cached_property
    def activity(self) -> Any:
        rows = Activity.objects.visible_to(self.request.user).filter(state=ActivityState.HELD)
        wanted = rows.select_related("organisation", "programme", "project")
        return self._named("activity", wanted)

    def _named(self, name: str, rows: Any) -> Any:
        pk = self.request.GET.get(name)
        try:
            return get_object_or_404(rows, pk=UUID(pk)) if pk else None
        except ValueError:
            raise Http404 from None

    @property
    def place(self) -> Any:
        return self.activity or self.project

    def get_initial(self) -> dict[str, Any]:
        return asked_at(self.activity) if self.activity else {}

    def get_form_kwargs(self) -> dict[str, Any]:
        request: Any = self.request
        given = {"user": request.user, "now": request.received_at, "place": self.place}
        return {**super().get_form_kwargs(), **given}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        topic = self.activity.project if self.activity else self.project
        return super().get_context_data(
            project=topic, activity=self.activity, place=self.place, **kwargs
        )

    def act(self, form: Any) -> HttpResponse:
        place = self.place or form.cleaned_data["enrolment"]
        made = raise_problem(
            programme=place.programme,
            organisation=place.organisation,
            project=self.project or form.cleaned_data.get("project"),
            activity=self.activity,
            by=self.request.user,
            now=self.request.received_at,
            **form.facts(),
        )
        messages.success(
            self.request, _("Kept as problem no. %(number)d.") % {"number": made.number}
        )
        return to_problem(self.request, made)


class ProblemEdit(TenantFormView):
    """Words, person, day and measure; an office above that holds it sets day and measure."""

    permission = Permission.PROBLEM_VIEW
    template_name = "programmes/problem_edit.html"
    form_class = ProblemForm

    @cached_property
    def problem(self) -> Problem:
        found = problem_or_404(self.request, self.kwargs["pk"])
        if not acts_for_holder(self.request.user, found):
            raise Http404
        return found

    def get_form_kwargs(self) -> dict[str, Any]:
        above = self.problem.holder_id != self.problem.organisation_id
        return {**super().get_form_kwargs(), "from_above": above}

    def get_initial(self) -> dict[str, Any]:
        stored = {name: getattr(self.problem, name) for name in ProblemForm.Meta.fields}
        return {**stored, "version": self.problem.version}

    def act(self, form: Any) -> HttpResponse:
        change_problem(
            self.problem,
            by=self.request.user,
            now=self.request.received_at,
            seen=form.cleaned_data["version"],
            **form.facts(),
        )
        messages.success(self.request, _("Kept."))
        return to_problem(self.request, self.problem)

    def show(self, form: Any, *, status: int = 200, refusal: Refusal | None = None) -> HttpResponse:
        if isinstance(refusal, Stale):
            renew_version(form, self.problem)
        return super().show(form, status=status, refusal=refusal)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(problem=self.problem, **kwargs)


class TenantProblemStep(TenantFormView):
    """One verb with its words; a refusal comes back on the problem's own page, words kept."""

    permission = Permission.PROBLEM_VIEW
    template_name = "programmes/problem_detail.html"
    form_class = ProblemWordsForm
    said: Any = ""

    @cached_property
    def problem(self) -> Problem:
        return problem_or_404(self.request, self.kwargs["pk"])

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return to_problem(request, self.problem)

    def act(self, form: Any) -> HttpResponseRedirect:
        given = {"by": self.request.user, "now": self.request.received_at}
        self.step(**given, seen=form.cleaned_data["version"], words=form.cleaned_data["words"])
        messages.success(self.request, self.said)
        return to_problem(self.request, self.problem)

    def step(self, **given: Any) -> Any:
        raise TypeError(f"{type(self).__name__} must say which verb it is.")

    def show(self, form: Any, *, status: int = 200, refusal: Refusal | None = None) -> HttpResponse:
        if isinstance(refusal, Stale):
            renew_version(form, self.problem)
        context = problem_context(self.request, self.problem, form=form, refusal=refusal)
        return render(self.request, self.template_name, context, status=status)


class ProblemHand(TenantProblemStep):
    said = gettext_lazy("Taken in hand.")

    def step(self, **given: Any) -> Any:
        return take_in_hand(self.problem, **given)


class ProblemEscalation(TenantProblemStep):
    said = gettext_lazy("Passed to the office above, which is told.")

    def step(self, **given: Any) -> Any:
        return escalate(self.problem, **given)


class ProblemAdvice(TenantProblemStep):
    said = gettext_lazy("Returned with advice; the unit is told.")

    def step(self, **given: Any) -> Any:
        return advise(self.problem, **given)


class ProblemSolution(TenantProblemStep):
    said = gettext_lazy("Noted as solved; somebody else checks it.")

    def step(self, **given: Any) -> Any:
        return solve(self.problem, **given)


class ProblemCheck(TenantProblemStep):
    said = gettext_lazy("Checked and closed.")

    def step(self, **given: Any) -> Any:
        return check(self.problem, **given)


class ProblemReopening(TenantProblemStep):
    said = gettext_lazy("Opened again.")

    def step(self, **given: Any) -> Any:
        return reopen(self.problem, **given)
