"""Where a row sits, read from its fields: who may see it follows from containment alone."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.db import models

from actionlearning.foundation.models import Notice, User
from programmes.models import Obligation
from reporting.models import Series

WIDE = ("groups.Organisation", "groups.Supervision", "programmes.Programme", "programmes.Enrolment")
"""Names and dates that everybody in the tenant may read, although they belong to one organisation."""
PERSONAL = (
    "foundation.Notice",
    "foundation.Channel",
    "foundation.Delivery",
    "foundation.PastPassword",
    "foundation.RequestKey",
    "programmes.CalendarFeed",
)
"""Nobody's but one sign-in's."""
TOLD = ("reporting.Series", "reporting.Publication", "reporting.PublicationFile")
"""What an office tells those below it, and everybody when the series is public."""
ON_PAPERS = (
    "programmes.DossierText",
    "programmes.Turn",
    "programmes.Voice",
    "programmes.Remark",
)
"""They are read with the paper on which they are."""
_OWNERS = ("user", "recipient", "actor", "created_by")


@dataclass(frozen=True)
class Place:
    """`path` of an organisation, or `owner`, or wide: readable all over the tenant."""

    tenant: uuid.UUID
    path: str = ""
    owner: uuid.UUID | None = None
    wide: bool = False
    draft: bool = False
    told: bool = False
    """Made for the units below as well."""
    public: bool = False
    """For everybody, whoever asks."""
    subjects: frozenset[uuid.UUID] = frozenset()
    """The row and the project it belongs to: what a grant may open. A draft is opened by a grant of its own only."""


def links(model: Any) -> dict[str, Any]:
    """Foreign keys inside the walls, by name."""
    return {
        f.name: f.related_model
        for f in model._meta.concrete_fields
        if f.is_relation and f.name != "tenant" and f.related_model is not model
    }


def is_wide(model: Any) -> bool:
    """Neither at an organisation nor anybody's own, however far its keys are followed."""
    if model._meta.label in WIDE:
        return True
    names = {f.name for f in model._meta.concrete_fields}
    if names & {"organisation", *_OWNERS} or model is User:
        return False
    parents = [m for name, m in links(model).items() if not model._meta.get_field(name).null]
    return all(is_wide(parent) for parent in parents)


class Places:
    """Looks rows up once; `homes` maps a sign-in to the path of its unit."""

    def __init__(self, homes: dict[uuid.UUID, str]) -> None:
        self.homes = homes
        self.known: dict[uuid.UUID, Place] = {}

    def of(self, row: Any) -> Place:
        if row.pk not in self.known:
            self.known[row.pk] = self._find(row)
        return self.known[row.pk]

    def _find(self, row: Any) -> Place:
        label = row._meta.label
        if label in TOLD:
            return _told(row)
        return self._find_untold(row, label, _subjects(row))

    def _find_untold(self, row: Any, label: str, subjects: frozenset[uuid.UUID]) -> Place:
        if is_wide(type(row)) or getattr(row, "is_system", False):
            return Place(row.tenant_id, wide=True)
        owner = self._owner(row)
        if isinstance(row, Notice) and row.recipient_id is None:
            return self._of_matter(row)
        if label in PERSONAL:
            return Place(row.tenant_id, owner=owner or uuid.UUID(int=0))
        if getattr(row, "org_path", "") or getattr(row, "organisation_id", None):
            path = getattr(row, "org_path", "") or row.organisation.path
            return Place(row.tenant_id, path, draft=_is_draft(row), subjects=subjects)
        if owner:
            return Place(row.tenant_id, self.homes.get(owner, "nowhere"), owner)
        return self._of_parent(row)

    def _of_matter(self, row: Notice) -> Place:
        """Told to a vacant post: it concerns whoever may read what it is about."""
        duty = Obligation._base_manager.filter(pk=row.about).first()
        return self.of(duty) if duty else Place(row.tenant_id, owner=uuid.UUID(int=0))

    def _owner(self, row: Any) -> uuid.UUID | None:
        if isinstance(row, User):
            return row.pk  # type: ignore[no-any-return]
        for name in _OWNERS:
            value = getattr(row, f"{name}_id", None) or getattr(row, name, None)
            if isinstance(value, uuid.UUID):
                return value
        return getattr(getattr(row, "channel", None), "user_id", None)

    def _of_parent(self, row: Any) -> Place:
        for name, model in links(type(row)).items():
            if not row._meta.get_field(name).null and not is_wide(model):
                return self.of(getattr(row, name))
        if {f.name for f in row._meta.concrete_fields} & set(_OWNERS):
            return Place(row.tenant_id)  # nobody's
        raise LookupError(
            f"Where do rows of {row._meta.label} sit? Say so in tests/isolation/places.py."
        )


def _subjects(row: Any) -> frozenset[uuid.UUID]:
    """What is said on a paper sent about a topic, or noted of an activity of it, belongs to that topic, too."""
    turn = getattr(row, "turn", row) if row._meta.label in ON_PAPERS else row
    paper = getattr(turn, "dossier", turn) if row._meta.label in ON_PAPERS else row
    project = None if _is_draft(paper) else getattr(paper, "project_id", None)
    project = project or getattr(getattr(row, "activity", None), "project_id", None)
    return frozenset(filter(None, (row.pk, project)))


def _told(row: Any) -> Place:
    publication = getattr(row, "publication", row)
    series = getattr(publication, "series", publication)
    public = series.audience == Series.Audience.PUBLIC
    return Place(row.tenant_id, series.organisation.path, told=True, public=public)


def _is_draft(row: Any) -> bool:
    """A unit's own business until it was handed in (`ItemQuerySet.visible_to`)."""
    item = getattr(row, "item", None) or row
    if item._meta.label == "programmes.Dossier":
        return item.sent_at is None  # type: ignore[no-any-return]
    names = {f.name for f in item._meta.concrete_fields}
    return "first_submitted_at" in names and item.first_submitted_at is None


def fields_of(model: Any, name: str) -> list[Any]:
    """Distinct values of a field called `name`, for parts of an address that are no ids."""
    if name not in {f.name for f in model._meta.concrete_fields} or isinstance(
        model._meta.get_field(name), models.ForeignKey
    ):
        return []
    return list(model._base_manager.values_list(name, flat=True).distinct().order_by(name)[:3])
