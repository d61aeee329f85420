"""What the search shows of each kind of thing: the rows its reader may see, and how a line reads."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import (
    Case,
    CharField,
    DateField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from groups.access import visible_organisations, visible_persons
from groups.models import Organisation
from programmes.models import Activity, Dossier, Obligation, Problem, Project, Regulation
from programmes.states import ActivityState, DossierState, ProblemState, ProjectState
from reporting.access import readable
from reporting.models import InformationItem, Issue
from reporting.states import ItemState

OWES = "owes"
Row = dict[str, Any]
_NOTHING: dict[str, Any] = {
    "key": F("pk"),
    "name": Value(""),
    "place": Value(""),
    "note": Value(""),
    "label": Value(""),
    "order": Value(""),
    "day": Cast(Value(None), DateField()),
    "figure": Cast(Value(None), IntegerField()),
}
COLUMNS = ("word", *_NOTHING)
"""What is read of every kind, by which all of them fit into one statement."""


@dataclass(frozen=True)
class Findable:
    """One kind of words. `section` is the heading under which its hits stand, on `page` each has its own."""

    word: str
    section: str
    permission: Permission
    rows: Callable[[User], QuerySet[Any]]
    page: str
    about: Callable[[Row], str]
    columns: dict[str, Any] = field(default_factory=dict)

    def read(self, user: User, keys: list[Any]) -> QuerySet[Any]:
        """The lines of those of `keys` that `user` may see, as plain values."""
        columns = {**_NOTHING, **self.columns, "word": Value(self.word)}
        rows = self.rows(user).filter(pk__in=keys).order_by()
        told: Any = rows.annotate(**{f"hit_{name}": columns[name] for name in COLUMNS})
        lines: QuerySet[Any] = told.values("pk", *(f"hit_{name}" for name in COLUMNS))
        return lines

    def seen(self, user: User) -> tuple[str, tuple[Any, ...]]:
        """The statement that names all `user` may see; raises EmptyResultSet where that is nothing."""
        keys = self.rows(user).order_by().values("pk")
        return keys.query.sql_with_params()


SECTIONS: dict[str, str | Promise] = {
    "organisations": gettext_lazy("Organisations"),
    "duties": gettext_lazy("Duties of units"),
    "persons": gettext_lazy("People"),
    "projects": gettext_lazy("Topics"),
    "activities": gettext_lazy("Activities"),
    "items": gettext_lazy("Information items"),
    "briefings": gettext_lazy("Briefings"),
    "papers": gettext_lazy("Papers"),
    "regulations": gettext_lazy("Regulations"),
    "problems": gettext_lazy("Problems"),
}
"""In the order in which they are shown: the weight of each kind."""


def _owing(user: User) -> Any:
    duties = Obligation.objects.visible_to(user).filter(organisation=OuterRef("pk"))
    return Case(When(Exists(duties), then=Value(OWES)), default=Value(""))


def _with_ledgers(user: User) -> QuerySet[Any]:
    owes = user.has_perm(Permission.OBLIGATION_VIEW)
    owing = _owing(user) if owes else Value("", CharField())
    rows: QuerySet[Any] = visible_organisations(user).annotate(owing=owing)
    return rows


def _of_office(row: Row) -> str:
    return str(Organisation.Kind(row["note"]).label)


def _stating(states: Any) -> Callable[[Row], str]:
    return lambda row: f"{row['place']} · {states(row['note']).label}"


def _posted(row: Row) -> str:
    return " · ".join(filter(None, (row["place"], row["note"])))


def _dated(row: Row) -> str:
    day = date_format(row["day"], "DATE_FORMAT")
    return f"{row['place']} · {day} · {ActivityState(row['note']).label}"


def _issued(row: Row) -> str:
    return " · ".join(filter(None, (row["place"], row["note"])))


def _told(row: Row) -> str:
    about = str(row["place"])
    if row["label"]:
        told = {"number": row["label"], "year": row["figure"]}
        about += " · " + _("No. %(number)s of %(year)s") % told
    return f"{about} · {_('in preparation')}" if row["word"] == "issue" else about


_AT_UNIT = {"place": F("organisation__name"), "note": F("state")}
_NUMBER = Coalesce(Cast("number", TextField()), Value("", TextField()))
_ISSUE_LABEL = Case(
    When(
        Q(correction__gt=0),
        then=Concat(_NUMBER, Value("-corr-", TextField()), Cast("correction", TextField())),
    ),
    default=_NUMBER,
    output_field=TextField(),
)

FINDABLE = (
    Findable(
        "organisation", "organisations", Permission.ORGANISATION_VIEW, _with_ledgers,
        "groups:organisation_detail", _of_office,
        {"name": F("name"), "note": F("kind"), "label": F("owing"), "order": F("sort_path")},
    ),
    Findable(
        "person", "persons", Permission.PERSON_VIEW, visible_persons, "groups:person_detail", _posted,
        {
            "name": F("name"), "place": F("organisation__name"), "note": F("title"),
            "order": F("organisation__sort_path"), "figure": F("seniority"),
        },
    ),
    Findable(
        "project", "projects", Permission.PROJECT_VIEW, Project.objects.visible_to,
        "programmes:project_detail", _stating(ProjectState), {"name": F("title"), **_AT_UNIT},
    ),
    Findable(
        "activity", "activities", Permission.PROJECT_VIEW, Activity.objects.visible_to,
        "programmes:activity_detail", _dated,
        {"name": F("title"), "day": F("first_day"), **_AT_UNIT},
    ),
    Findable(
        "item", "items", Permission.ITEM_VIEW,
        lambda user: InformationItem.objects.visible_to(user).as_read_by(user),
        "reporting:item_detail", _stating(ItemState), {"name": F("shown_title"), **_AT_UNIT},
    ),
    Findable(
        "issue", "briefings", Permission.BRIEFING_VIEW,
        lambda user: Issue.objects.visible_to(user).filter(published_at=None),
        "reporting:issue_detail", _told,
        {
            "name": Case(When(headline="", then=F("series__title")), default=F("headline")),
            "place": F("series__title"), "label": _ISSUE_LABEL, "figure": F("year"),
        },
    ),
    Findable(
        "publication", "briefings", Permission.BRIEFING_VIEW, lambda user: readable(user).current(),
        "reporting:briefing_detail", _told,
        {
            "key": F("root"), "name": F("title"), "place": F("series_title"),
            "label": _ISSUE_LABEL, "figure": F("year"),
        },
    ),
    Findable(
        "paper", "papers", Permission.DOSSIER_VIEW,
        lambda user: Dossier.objects.visible_to(user).as_read_by(user),
        "programmes:dossier_detail", _stating(DossierState), {"name": F("shown_title"), **_AT_UNIT},
    ),
    Findable(
        "regulation", "regulations", Permission.DOSSIER_VIEW,
        Regulation.objects.visible_to, "programmes:regulation_detail", _issued,
        {"name": F("name"), "place": F("organisation__name"), "note": F("document_number")},
    ),
    Findable(
        "problem", "problems", Permission.PROBLEM_VIEW, Problem.objects.visible_to,
        "programmes:problem_detail", _stating(ProblemState), {"name": F("title"), **_AT_UNIT},
    ),
)  # fmt: skip
