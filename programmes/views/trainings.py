"""Who was trained in what, who of a team was not, and help asked for them with one click."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from actionlearning.foundation.documents.xlsx import MEDIA_TYPE, filename
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView, TenantListView, TenantView
from groups.access import visible_persons
from groups.queries import lasting
from programmes.actions.project_asks import asks_of
from programmes.actions.trainings import ask_for_training, record_training, withdraw_training
from programmes.exports import training_sheet
from programmes.forms.trainings import TeamDayForm, TrainingFilterForm, TrainingForm
from programmes.models import Programme, Project, TeamMember, Training
from programmes.queries import local_day
from programmes.queries.trainings import contents_ever, trainings_listed, untrained_in, untrained_of
from programmes.views.programme_page import programme_or_404
from programmes.views.project_page import project_or_404


def training_lines(rows: Any, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """`names` of contents by key."""
    return [
        {
            "pk": row.pk,
            "name": row.name,
            "unit": row.organisation.name,
            "contents": names.get(row.contents, row.contents),
            "title": row.title,
            "day": row.held_on,
            "held": row.held_on.isoformat(),
            "hours": row.hours.normalize(),
            "by": row.recorded_name,
            "organisation_id": row.organisation_id,
        }
        for row in rows
    ]


class TrainingList(TenantListView):
    """Of one programme, the latest first."""

    permission = Permission.PERSON_VIEW
    template_name = "programmes/training_list.html"
    order = ("-held_on", "-id")

    @cached_property
    def programme(self) -> Programme:
        return programme_or_404(self.request, self.kwargs["pk"])

    @cached_property
    def names(self) -> dict[str, str]:
        return contents_ever([self.programme.pk])

    @cached_property
    def filters(self) -> TrainingFilterForm:
        return TrainingFilterForm(self.request.GET, contents=self.names)

    def get_queryset(self) -> Any:
        wanted = self.filters.cleaned_data if self.filters.is_valid() else {}
        rows = trainings_listed(self.request.user, wanted).filter(programme=self.programme)
        return rows.select_related("organisation")

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("export") == "xlsx":
            return self._sheet()
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(filters=self.filters, **kwargs)
        user: Any = self.request.user
        own = user.has_perm(Permission.PERSON_CHANGE)
        projects = Project.objects.visible_to(user).filter(programme=self.programme)
        return {
            **context,
            "programme": self.programme,
            "lines": training_lines(context["object_list"], self.names),
            "untrained": [
                {"name": row.name, "title": row.title, "unit": row.organisation.name}
                for row in untrained_in(projects)[:200]
            ],
            "can_record": own,
        }

    def _sheet(self) -> HttpResponse:
        title = _("Trainings of %(name)s") % {"name": self.programme.name}
        today = local_day(self.request.received_at)
        lines = training_lines(self.everything(self.get_queryset()), self.names)
        body = training_sheet(title, lines, unit=self.request.tenant.name, made_on=today)
        header = content_disposition_header(True, filename(title, today))
        return HttpResponse(
            body, content_type=MEDIA_TYPE, headers={"Content-Disposition": header or ""}
        )


class TrainingNew(TenantFormView):
    permission = Permission.PERSON_CHANGE
    template_name = "programmes/training_new.html"
    form_class = TrainingForm

    @cached_property
    def programme(self) -> Programme:
        return programme_or_404(self.request, self.kwargs["pk"])

    def get_initial(self) -> dict[str, Any]:
        return {"held_on": local_day(self.request.received_at)}

    def get_form_kwargs(self) -> dict[str, Any]:
        day = local_day(self.request.received_at)
        people = visible_persons(self.request.user, Permission.PERSON_CHANGE).filter(lasting(day))
        rows = people.select_related("organisation").order_by(
            "organisation__sort_path", "seniority", "pinyin", "id"
        )
        known = {"people": rows, "contents": contents_ever([self.programme.pk])}
        return {**super().get_form_kwargs(), **known}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(programme=self.programme, **kwargs)

    def act(self, form: Any) -> HttpResponse:
        typed = dict(form.cleaned_data)
        people = typed.pop("persons")
        given: dict[str, Any] = {"programme": self.programme, "by": self.request.user}
        for person in people:
            record_training(person, **typed, **given, now=self.request.received_at)
        words = _("Recorded for %(names)s.") % {"names": "、".join(row.name for row in people)}
        messages.success(self.request, words)
        return redirect("programmes:training_list", self.request.tenant.slug, self.programme.pk)


class TrainingWithdrawal(TenantView):
    permission = Permission.PERSON_CHANGE

    def post(self, request: Any, pk: Any) -> HttpResponse:
        rows = Training.objects.visible_to(request.user, Permission.PERSON_CHANGE)
        found = get_object_or_404(rows, pk=pk)
        withdraw_training(found, by=request.user, now=request.received_at)
        messages.success(request, _("The record of %(name)s is withdrawn.") % {"name": found.name})
        return redirect("programmes:training_list", request.tenant.slug, found.programme_id)


class ProjectTeamDay(TenantView):
    """The team as it was on a day (`?on=`), and who of today's learners lacks training."""

    permission = Permission.PROJECT_VIEW

    def get(self, request: Any, pk: Any) -> HttpResponse:
        project = project_or_404(request, pk, Permission.PROJECT_VIEW)
        today = local_day(request.received_at)
        form = TeamDayForm(request.GET if "on" in request.GET else {"on": today})
        day = form.cleaned_data["on"] if form.is_valid() else today
        names = asks_of(project.programme, day).role_names()
        rows = TeamMember.objects.filter(project=project).on(day).order_by("rank", "id")
        may_ask = request.user.has_perm(Permission.DOSSIER_WRITE, project)
        context = {
            "project": project,
            "form": form,
            "day": day.isoformat(),
            "members": [_member(row, names) for row in rows],
            "untrained": [
                {"name": row.name, "title": row.title, "unit": row.organisation.name}
                for row in untrained_of(project)
            ],
            "may_ask": may_ask,
        }
        return render(request, "programmes/project_team_day.html", context)


def _member(row: TeamMember, names: dict[str, str]) -> dict[str, Any]:
    return {
        "name": row.name,
        "title": row.title,
        "role": names.get(row.role, row.get_role_display()),
        "duties": row.duties,
        "joined": row.joined_on.isoformat(),
        "left": row.left_on.isoformat() if row.left_on else "",
    }


class ProjectTrainingRequest(TenantView):
    """POST: a request for support upward, drafted with the names of those who lack training."""

    permission = Permission.DOSSIER_WRITE

    def post(self, request: Any, pk: Any) -> HttpResponse:
        project = project_or_404(request, pk, Permission.PROJECT_VIEW)
        made = ask_for_training(
            project.programme,
            project.organisation,
            names=[row.name for row in untrained_of(project)],
            about=project.title,
            by=request.user,
            now=request.received_at,
        )
        messages.success(request, _("The request is drafted: read it over and send it."))
        return HttpResponseRedirect(
            reverse("programmes:dossier_edit", args=[request.tenant.slug, made.pk])
        )
