"""What people type about topics and teams; the verbs decide what becomes of it."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.forms import TenantForm, TenantModelForm
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from groups.access import reach_of
from groups.models import Person
from programmes.access import taking_papers
from programmes.actions.project_asks import Asks
from programmes.actions.projects import TOPIC
from programmes.forms.programmes import DayInput
from programmes.models import Enrolment, Programme, Project, TeamMember
from programmes.queries import local_day
from programmes.states import ProjectState


class ProjectEnrolmentField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Enrolment) -> str:
        return f"{obj.organisation} · {obj.programme}"


class ProjectForm(TenantModelForm):
    """The four texts, the duration and who takes part."""

    class Meta:
        model = Project
        fields = (
            "title",
            "background",
            "approach",
            "expected_result",
            "months",
            "months_reason",
            "participating_units",
            "source",
            "source_note",
            "year_task",
        )
        labels = {
            "title": _("Title"),
            "background": _("Background: what is the problem, why now"),
            "approach": _("Approach"),
            "expected_result": _("Expected result"),
            "months": _("Planned duration in months"),
            "months_reason": _("Reason, if it takes longer than the plan allows"),
            "participating_units": _("Participating units"),
            "source": _("Where the topic comes from"),
            "source_note": _(
                "Source in detail: which survey, who suggested it, which earlier topic"
            ),
            "year_task": _("Main goal or task of the year that it serves"),
        }
        widgets = {
            "background": forms.Textarea(attrs={"rows": 5}),
            "approach": forms.Textarea(attrs={"rows": 5}),
            "expected_result": forms.Textarea(attrs={"rows": 4}),
        }

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, asks: Asks | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["months"].required = False
        if asks and asks.year_task:
            self.fields["year_task"].help_text = _(
                "The plan asks for it: it is checked when the topic is submitted."
            )
        low, high, hard = asks.months if asks else (None, None, None)
        if low and high:
            self.fields["months"].help_text = _(
                "Well solved in %(low)d to %(high)d months; over %(hard)d a reason is needed."
            ) % {"low": low, "high": high, "hard": hard or high}

    def texts(self) -> dict[str, Any]:
        """For the verbs: what was typed, without the number of the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class ProjectNewForm(ProjectForm):
    """The same and where it belongs; a part belongs where its whole does."""

    enrolment = ProjectEnrolmentField(
        queryset=Enrolment.objects.none(), label=_("Unit and programme"), empty_label=None
    )
    field_order = ("enrolment",)

    def __init__(
        self, *args: Any, user: User, now: datetime, parent: Project | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if parent is not None:
            del self.fields["enrolment"]
        else:
            field: Any = self.fields["enrolment"]
            field.queryset = own_enrolments(user, now)

    def texts(self) -> dict[str, Any]:
        return {name: value for name, value in super().texts().items() if name != "enrolment"}


def own_enrolments(user: User, now: datetime) -> Any:
    """Where this sign-in may propose topics now."""
    return (
        Enrolment.objects.in_force(local_day(now))
        .filter(
            reach_of(user, Permission.PROJECT_CHANGE).own_q(),
            taking_papers(TOPIC, now),
        )
        .select_related("organisation", "programme")
        .order_by("organisation__sort_path", "-programme__starts_on", "id")
    )


class ProjectOpinionForm(TenantForm):
    """One decision: the words, and the version that was read."""

    opinion = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}), required=False, label=_("Opinion"),
        max_length=4000,
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class ProjectGrantForm(TenantForm):
    """Who from outside may see this one project."""

    to = forms.ChoiceField(
        required=False,
        label=_("Who"),
        help_text=_("Sign-ins of people who are on no roster and hold no post."),
    )
    login = forms.CharField(
        max_length=60,
        required=False,
        label=_("or the sign-in name of somebody else"),
        help_text=_("Ask the person for it: sign-ins of other units are not listed here."),
    )
    reason = forms.CharField(
        max_length=200, label=_("Reason, such as: expert who advises the team")
    )
    ends_on = forms.DateField(
        required=False, label=_("Last day"), widget=DayInput(), help_text=_("Left empty: open end.")
    )

    def __init__(self, *args: Any, outsiders: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to: Any = self.fields["to"]
        names = [(user.login, f"{user.display_name}({user.login})") for user in outsiders]
        to.choices = [("", "—"), *names]

    def clean(self) -> dict[str, Any]:
        """One name, however it was given: `login`."""
        typed: dict[str, Any] = super().clean() or {}
        if bool(typed.get("to")) == bool(typed.get("login")) and not self.errors:
            self.add_error("to", _("Choose somebody, or type one sign-in name."))
        typed["login"] = typed.get("to") or typed.get("login", "")
        return typed


class ProjectFilterForm(TenantForm):
    """Kept in the address."""

    q = forms.CharField(required=False, label=_("Title or unit (characters or initials)"))
    programme = forms.ModelChoiceField(
        Programme.objects.none(), required=False, label=_("Programme"), empty_label=_("all")
    )
    state = forms.ChoiceField(required=False, label=_("State"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        programme: Any = self.fields["programme"]
        programme.queryset = Programme.objects.order_by("-starts_on", "name", "id")
        state: Any = self.fields["state"]
        state.choices = [("", _("all")), *ProjectState.choices]
        self.fields["q"].widget.input_type = "search"


class TeamMemberForm(TenantForm):
    """Somebody of the roster, or an outsider by name; `opens`: whoever may open the topic names a sign-in."""

    person = forms.ModelChoiceField(
        Person.objects.none(), required=False, widget=forms.HiddenInput, label=_("Person")
    )
    name = forms.CharField(
        max_length=60, required=False, label=_("Name, if not on the unit's roster")
    )
    title = forms.CharField(max_length=120, required=False, label=_("Post held"))
    login = forms.CharField(
        max_length=60,
        required=False,
        label=_("Sign-in name, if from outside"),
        help_text=_(
            "An expert or observer then sees this topic with the papers sent about it, and no other, while in its team."
        ),
    )
    role = forms.ChoiceField(label=_("Role in the team"))
    duties = forms.CharField(max_length=200, required=False, label=_("Tasks in the team"))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        project: Project,
        asks: Asks,
        member: TeamMember | None = None,
        opens: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        role: Any = self.fields["role"]
        role.choices = list(asks.role_names().items())
        if not opens:
            del self.fields["login"]
        if member is None:
            person: Any = self.fields["person"]
            person.queryset = Person.objects.filter(
                org_path__gte=project.org_path, org_path__lt=project.org_path + "~", ends_on=None
            )
            return
        del self.fields["person"]
        if member.person_id:
            del self.fields["name"]
        else:
            self.fields["name"].label = _("Name")
