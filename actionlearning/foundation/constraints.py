"""Constraints that many tables need, built one way."""

from django.db.models import CheckConstraint, Q, UniqueConstraint


def all_or_none(*fields: str, name: str) -> CheckConstraint:
    """Half a fact cannot be stored: the columns are all filled or all empty."""
    none = Q(**{f"{field}__isnull": True for field in fields})
    every = Q(**{f"{field}__isnull": False for field in fields})
    return CheckConstraint(condition=none | every, name=name)


def month_by_its_first(day: str, in_month: str, *, name: str) -> CheckConstraint:
    """Where only the month of `day` is known, its first day stands for it."""
    return CheckConstraint(condition=Q(**{in_month: False}) | Q(**{f"{day}__day": 1}), name=name)


def unique_in_tenant(
    *fields: str, name: str, condition: Q | None = None, nulls_distinct: bool | None = None
) -> UniqueConstraint:
    """Unique inside the walls only, so that a refusal tells nothing of other tenants."""
    return UniqueConstraint(
        fields=["tenant", *fields], name=name, condition=condition, nulls_distinct=nulls_distinct
    )
