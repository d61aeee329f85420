"""What people type about problems; the verbs decide what becomes of it."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.forms import TenantForm, TenantModelForm
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from groups.access import reach_of
from programmes.actions.problems import LONGEST_TEXT
from programmes.forms.programmes import DayInput
from programmes.forms.projects import ProjectEnrolmentField
from programmes.models import Activity, Enrolment, Problem, Programme, Project
from programmes.queries import local_day
from programmes.states import RUNNING, ProblemState, ProgrammeState

OPEN, MINE, LATE = "open", "mine", "late"


class ProblemForm(TenantModelForm):
    """What it is about, who sees to it, by when and how."""

    class Meta:
        model = Problem
        fields = ("title", "text", "person_name", "due_on", "measure")
        labels = {
            "title": _("The problem in one line"),
            "text": _("What was met, since when, what was tried"),
            "person_name": _("Who sees to it"),
            "due_on": _("To be solved by"),
            "measure": _("What is to be done"),
        }
        help_texts = {
            "person_name": _("A name of the unit's roster, or of somebody else."),
            "due_on": _("Left empty: no day is set."),
        }
        widgets = {
            "text": forms.Textarea(attrs={"rows": 5}),
            "measure": forms.Textarea(attrs={"rows": 3}),
            "due_on": DayInput(),
        }

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, from_above: bool = False, **kwargs: Any) -> None:
        """`from_above`: an office that holds it sets the measure and the day only."""
        super().__init__(*args, **kwargs)
        self.fields["due_on"].required = False
        if from_above:
            for name in ("title", "text", "person_name"):
                del self.fields[name]

    def facts(self) -> dict[str, Any]:
        """For the verbs: what was typed, without the number of the version."""
        left_out = ("version", "enrolment", "project")
        return {name: value for name, value in self.cleaned_data.items() if name not in left_out}


def asked_at(activity: Activity) -> dict[str, str]:
    """The questions that an activity raised, as the draft of a problem: title and text."""
    asked = activity.questions.strip()
    title = asked.split("\n", 1)[0].strip()[: _longest("title")]
    return {"title": title, "text": "" if asked == title else asked[: _longest("text")]}


def _longest(name: str) -> int:
    field: Any = Problem._meta.get_field(name)
    return field.max_length or LONGEST_TEXT


class ProblemTopicField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Project) -> str:
        return f"{obj.title} · {obj.organisation}"


class ProblemNewForm(ProblemForm):
    """The same and where it belongs; raised from the page of a topic or an activity it belongs where that does."""

    enrolment = ProjectEnrolmentField(
        queryset=Enrolment.objects.none(), label=_("Unit and programme"), empty_label=None
    )
    project = ProblemTopicField(
        queryset=Project.objects.none(),
        required=False,
        label=_("Topic"),
        empty_label=_("about no single topic"),
    )
    field_order = ("enrolment", "project")

    def __init__(
        self, *args: Any, user: User, now: datetime, place: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if place is not None:
            del self.fields["enrolment"], self.fields["project"]
            return
        enrolment: Any = self.fields["enrolment"]
        enrolment.queryset = enrolments_for_problems(user, now)
        topic: Any = self.fields["project"]
        topic.queryset = topics_for_problems(user)


def enrolments_for_problems(user: User, now: datetime) -> Any:
    """One's own units, and those that report to one's office."""
    own = reach_of(user, Permission.PROBLEM_WRITE).as_q()
    below = reach_of(user, Permission.PROBLEM_ANSWER).as_q()
    return (
        Enrolment.objects.in_force(local_day(now))
        .filter(own | below, programme__state=ProgrammeState.IN_FORCE)
        .select_related("organisation", "programme")
        .order_by("organisation__sort_path", "-programme__starts_on", "id")
    )


def topics_for_problems(user: User) -> Any:
    own = reach_of(user, Permission.PROBLEM_WRITE).as_q()
    below = reach_of(user, Permission.PROBLEM_ANSWER).as_q()
    return (
        Project.objects.visible_to(user)
        .filter(own | below, state__in=RUNNING, programme__state=ProgrammeState.IN_FORCE)
        .select_related("organisation")
        .order_by("organisation__sort_path", "tree_path")
    )


class ProblemWordsForm(TenantForm):
    """One step of its course: the words, and the version that was read."""

    words = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=4000,
        label=_("What was done, or why"),
        help_text=_("Kept in the course of the problem and read by everybody it concerns."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class ProblemFilterForm(TenantForm):
    """Kept in the address."""

    q = forms.CharField(required=False, label=_("Problem or unit (characters or initials)"))
    programme = forms.ModelChoiceField(
        Programme.objects.none(), required=False, label=_("Programme"), empty_label=_("all")
    )
    state = forms.ChoiceField(required=False, label=_("State"))
    only = forms.ChoiceField(required=False, label=_("Only"))
    project = forms.UUIDField(required=False, widget=forms.HiddenInput)
    organisation = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        programme: Any = self.fields["programme"]
        programme.queryset = Programme.objects.order_by("-starts_on", "name", "id")
        state: Any = self.fields["state"]
        state.choices = [("", _("all")), (OPEN, _("not closed")), *ProblemState.choices]
        only: Any = self.fields["only"]
        only.choices = [("", _("all")), (MINE, _("waiting for my office")), (LATE, _("overdue"))]
        self.fields["q"].widget.input_type = "search"
