"""The plan in force together with its sentences that cite a rule: what topics are held against."""

from datetime import date

from django.db.models import Case, F, IntegerField, OuterRef, When

from actionlearning.foundation.arrays import along, rows_of
from programmes.models import Clause, Plan, Programme

COLUMNS = ("id", "plan_id", "ordinal", "key", "kind", "level", "text", "gloss", "reading", "cites")


def nearest(day: date) -> Case:
    """Puts the version first that applies on `day`; before the first applies, the first."""
    return Case(
        When(applies_from__lte=day, then=-F("number")),
        default=F("number"),
        output_field=IntegerField(),
    )


def citing_plan(programme: Programme, day: date) -> tuple[Plan | None, tuple[Clause, ...]]:
    """plan_in_force() and those clauses in their order, in one statement; no other version is read."""
    clauses = Clause.objects.filter(plan=OuterRef("pk")).exclude(cites=[]).order_by("ordinal")
    rows = Plan.objects.filter(programme=programme).annotate(told=along(clauses, COLUMNS))
    found = rows.order_by(nearest(day)).first()
    if found is None:
        return None, ()
    return found, tuple(rows_of(Clause, found.told))
