"""Every table stands behind a wall, and no table can hold half a fact."""

import pytest
from django.apps import apps
from django.db import models

from actionlearning.foundation.models import Tenant
from actionlearning.foundation.tenancy import TenantManager, TenantModel
from groups.models import PlacedModel
from tests.conventions.sources import PACKAGES

OURS = [model for model in apps.get_models() if model.__module__.split(".")[0] in PACKAGES]
SHARED_BY_ALL_TENANTS = {Tenant}
SITS_NOWHERE = {
    "groups.Grant": "widens the reader's own path: read before the path is known",
    "groups.BodyGrant": "widens the path of whoever sits in the body: read before the path is known",
    "groups.Delegation": "of two people: an expert finds his own although his body lies behind a wall",
    "programmes.Enrolment": "who takes part is known all over the programme",
    "reporting.Exchange": "units beside each other read what was told the whole programme",
    "reporting.Series": "a unit reads the name of the briefing that an office above compiles",
}
"""Models with an organisation and without its path, each with the reason."""


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_model_belongs_to_a_tenant_or_says_why_not(model):
    assert issubclass(model, TenantModel) != (model in SHARED_BY_ALL_TENANTS)


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_model_has_a_key_that_nobody_guesses(model):
    assert isinstance(model._meta.pk, models.UUIDField)


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_manager_refuses_to_work_without_a_scope(model):
    if model not in SHARED_BY_ALL_TENANTS:
        assert isinstance(model.objects, TenantManager)
        assert model._default_manager.__class__ is model.objects.__class__


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_model_at_an_organisation_carries_its_path(model):
    names = {field.name for field in model._meta.concrete_fields}
    if "organisation" not in names:
        return
    assert issubclass(model, PlacedModel) != (model._meta.label in SITS_NOWHERE)


def _pairs():
    for model in OURS:
        names = {field.name for field in model._meta.concrete_fields}
        for name in sorted(names):
            if name.endswith("_at") and f"{name[:-3]}_by" in names:
                yield model, name[:-3]


@pytest.mark.parametrize(("model", "fact"), list(_pairs()), ids=str)
def test_a_fact_has_both_its_who_and_its_when(model, fact):
    both = {f"{fact}_at", f"{fact}_by"}
    if not any(model._meta.get_field(name).null for name in both):
        return

    checked = [
        {name.removesuffix("__isnull") for name, _ in _leaves(constraint.condition)}
        for constraint in model._meta.constraints
        if isinstance(constraint, models.CheckConstraint)
    ]
    assert any(both <= names for names in checked)


def _leaves(condition):
    for child in condition.children:
        yield from _leaves(child) if isinstance(child, models.Q) else [child]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_unique_constraint_is_per_tenant(model):
    if model in SHARED_BY_ALL_TENANTS:
        return
    single = [f.name for f in model._meta.concrete_fields if f.unique and not f.primary_key]
    wide = [
        c.name
        for c in model._meta.constraints
        if isinstance(c, models.UniqueConstraint) and "tenant" not in c.fields
    ]
    assert (single, wide, model._meta.unique_together) == ([], [], ())


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_no_model_saves_in_its_own_way(model):
    assert {"save", "delete", "full_clean"} & set(vars(model)) == set()
