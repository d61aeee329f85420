"""At least one row in every table for every unit, and a canary in every text: new models included.

A model nobody thought of here gets its rows by reading its fields, so that the walls and the probe
grow with the product. Rows that the verbs of the product have made come first and are kept.
"""

import hashlib
import re
import uuid
from collections.abc import Iterable, Iterator
from datetime import date, time
from typing import Any

from django.apps import apps
from django.db import DatabaseError, connection, models, transaction

from actionlearning.foundation.counters import next_number
from actionlearning.foundation.models import Notice, User
from actionlearning.foundation.tenancy import TenantModel
from actionlearning.foundation.walls import APPEND_ONLY
from groups.models import Organisation, PlacedModel
from programmes.models import Obligation
from reporting.models import Publication
from tests.isolation.places import is_wide
from tests.moments import NOON

CANARY = re.compile(r"zq[0-9a-f]{12}qz")
STRUCTURE = frozenset(
    re.findall(
        r"\w+",
        "password language label path sort_path tree_path org_path kind key role state division deliverable "
        "calendar scope rule_key window_key batch digest media_type owed_by partial template pack level "
        "category fingerprint job subject_kind target_kind action step status hash sha256 content_hash undoing",
    )
)
"""Texts the product reads as a word of its own and never shows as typed."""
ENDINGS = re.compile(
    r"end|revok|remov|left|withdr|cancel|retract|skip|lock|clos|waiv|nil|retire|delet"
)
"""A filled one would take the row out of sight."""


QUOTED = {
    "foundation.Notice": {
        "params": ("organisation", "rule", "rule_en", "clause", "text", "gloss", "title", "reason")
    },
    "programmes.Dossier": {"content": ("marked",)},
    "programmes.DossierText": {"content": ("marked",)},
    "programmes.MethodRecord": {"content": ("next",)},
}
"""Texts of others that stand inside a JSON field: each carries the canary of the row and the field."""
ISSUE: dict[str, Any] = {
    "masthead": dict.fromkeys(("name", "body", "issue", "unit", "dated", "note"), "简报"),
    **{name: [] for name in ("correction_note", "editors_note", "articles")},
    **{name: [] for name in ("report_to", "send_to", "issue_to")},
    "title": "简报",
    "dated": "2026-03-02",
    "signer": "",
    "copies": 0,
}
KNOWN: dict[str, dict[str, Any]] = {
    "foundation.Notice": {
        "kind": "programmes.reminder",
        "params": {"window": "2026-03", "due": "2026-03-02", "asked_for": "2026-03-02"},
    },
    "foundation.Delivery": {"state": "dead"},
    "groups.Grant": {"subject_kind": "programmes.project"},
    "foundation.Channel": {"kind": "email"},
    "reporting.Publication": {"kind": "published", "content": ISSUE},
    "programmes.Dossier": {"kind": "implementation_plan"},
    "programmes.ProjectTurn": {"snapshot": {"title": "x", "background": "x", "team": []}},
    "programmes.Activity": {"begins": time(9), "ends": time(11)},
    "programmes.Obligation": {"deliverable": "information_item"},
}
"""Values that the product takes apart again when it shows the row."""
EMPTY = {
    "programmes.NextStep": ("owner_person",),
    "reporting.Publicity": ("briefing",),
    "reporting.Series": ("programme",),
    "reporting.WebhookDelivery": ("publication",),
}
"""Links that would open the row to units the containment of the tree says nothing about, or exclude another."""


KEPT_BY_TRIGGERS = ("foundation.Word", "foundation.CommonWord")
"""Made from the texts of other tables, in the statement that writes these: nothing to fill or to mark."""


def tenant_models() -> list[Any]:
    """Every model inside the walls that somebody writes, those first that others point at."""
    waiting = [
        model
        for model in apps.get_models()
        if issubclass(model, TenantModel)
        and model._meta.managed
        and model._meta.label not in KEPT_BY_TRIGGERS
    ]
    ordered: list[Any] = []
    while waiting:
        free = [m for m in waiting if not (_needs(m) & set(waiting))] or waiting[:1]
        ordered += free
        waiting = [m for m in waiting if m not in free]
    return ordered


def _needs(model: Any) -> set[Any]:
    return {
        f.related_model
        for f in model._meta.concrete_fields
        if f.is_relation and not f.null and f.related_model is not model
    }


def canary_of(row: Any, field: str) -> str:
    return f"zq{hashlib.md5(f'{row}{field}'.encode()).hexdigest()[:12]}qz"


def texts_of(model: Any) -> list[str]:
    """Fields that hold a text of somebody's own."""
    return [
        f.column
        for f in model._meta.concrete_fields
        if isinstance(f, models.CharField | models.TextField)
        and not isinstance(f, models.UUIDField)
        and not f.choices
        and not f.primary_key
        and f.name not in STRUCTURE
        and (f.max_length or 999) >= 16
    ]


def marked_of(model: Any) -> list[str]:
    """Every field in whose value a canary stands."""
    return [*texts_of(model), *QUOTED.get(model._meta.label, {})]


def fill(units: Iterable[Organisation], people: dict[uuid.UUID, User]) -> None:
    """For each unit a sparse and a full row of every model; `people`: a sign-in of each unit."""
    for model in tenant_models():
        if model in (Organisation, User) or (is_wide(model) and model._base_manager.exists()):
            continue
        for unit in units:
            for full in (False, True):
                _add(model, unit, people[unit.pk], full=full)


def _add(model: Any, unit: Organisation, user: User, *, full: bool) -> None:
    row = model()
    for field in model._meta.concrete_fields:
        if field.primary_key or field.name == "tenant" or field.name in _PLACE:
            continue
        value = KNOWN.get(model._meta.label, {}).get(field.name) or _value(
            row, field, unit, user, full=full
        )
        if value is not None:
            setattr(row, field.name, value)
    _put(row, unit)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    except DatabaseError:
        if not full and not model._base_manager.exists():
            raise


def _put(row: Any, unit: Organisation) -> None:
    """What a row says of its own place, beside its plain fields."""
    if isinstance(row, PlacedModel):
        row.place(unit)
    if isinstance(row, Publication):
        row.root, row.sequence = row.pk, next_number("publication")
    if isinstance(row, Notice):
        row.about = _duty_of(unit)


def _duty_of(unit: Organisation) -> uuid.UUID | None:
    """What a notice is about: one with no recipient may be read by who may read that."""
    found: uuid.UUID | None = of_unit(Obligation, unit).values_list("pk", flat=True).last()
    return found


_PLACE = ("org_path", *(f"ancestor_{n}" for n in range(1, 7)))


def _value(row: Any, field: Any, unit: Organisation, user: User, *, full: bool) -> Any:
    left_out = field.null and (not full or ENDINGS.search(field.name))
    if left_out or field.name in EMPTY.get(type(row)._meta.label, ()):
        return None
    if field.is_relation:
        return _related(field, unit, user)
    if field.choices:
        known = [key for key, _words in field.flatchoices]
        return "submitted" if full and "submitted" in known else known[0]
    if field.name in texts_of(type(row)) or field.unique:
        return canary_of(row.pk, field.name)[: field.max_length]
    if field.has_default():
        return None
    return _plain(field, user)


def _related(field: Any, unit: Organisation, user: User) -> Any:
    target = field.related_model
    if target is Organisation:
        return unit if field.name != "supervisor" else (unit.parent or unit)
    if target is User:
        return user
    if field.null and target is field.model:
        return None
    return of_unit(target, unit).order_by("pk").last() or target._base_manager.order_by("pk").last()


def of_unit(model: Any, unit: Organisation) -> Any:
    """The rows of `model` that sit at `unit`, where the model says where its rows sit."""
    names = {f.name for f in model._meta.concrete_fields}
    for name in ("organisation", "owner", "unit"):
        if name in names:
            return model._base_manager.filter(**{name: unit})
    return model._base_manager.filter(pk=None) if "user" not in names else _of_people(model, unit)


def _of_people(model: Any, unit: Organisation) -> Any:
    from groups.models import Person

    users = Person._base_manager.filter(organisation=unit).values("user")
    return model._base_manager.filter(user__in=users)


def _plain(field: Any, user: User) -> Any:
    if isinstance(field, models.DateTimeField):
        return NOON
    if isinstance(field, models.DateField):
        return date(2026, 3, 2)
    if isinstance(field, models.UUIDField):
        return uuid.uuid4() if field.name not in ("actor", "subject") else user.pk
    if isinstance(field, models.BinaryField):
        return b"%PDF-1.4"
    if isinstance(field, models.CharField | models.TextField):
        return uuid.uuid4().hex[: field.max_length or 32] if field.name in _UNIQUE_WORDS else "x"
    return 1


_UNIQUE_WORDS = ("key", "job", "label", "path", "tree_path", "hash", "digest", "login", "scope")


def dress() -> None:
    """A canary in every text of every row of the open scope; append-only tables got theirs when made."""
    for model in tenant_models():
        table = model._meta.db_table
        sets = ", ".join(_settings_of(model))
        if table in APPEND_ONLY or not sets:
            continue
        with connection.cursor() as cursor:
            cursor.execute(f'UPDATE "{table}" SET {sets}')


def _settings_of(model: Any) -> Iterator[str]:
    for column in texts_of(model):
        yield f'"{column}" = {_canary_in_sql(column)}'
    for column, names in QUOTED.get(model._meta.label, {}).items():
        marks = ", ".join(f"'{name}', {_canary_in_sql(column)}" for name in names)
        yield f'"{column}" = "{column}" || jsonb_build_object({marks})'


def _canary_in_sql(column: str) -> str:
    return f"'zq' || substr(md5(id::text || '{column}'), 1, 12) || 'qz'"
