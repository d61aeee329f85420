"""The demonstration world is made by the real verbs: if a verb changes, this tells."""

from datetime import date

import pytest
from django.db import transaction

from actionlearning.demo.worlds import WORLDS
from actionlearning.foundation.models import Notice, User
from actionlearning.foundation.scope import WHOLE, scope
from groups.models import Body, Grant, Organisation, Person
from groups.queries import sign_ins_to_try
from programmes.models import Obligation, Project
from programmes.models.obligation import DutyState
from programmes.queries import tally
from reporting.models import InformationItem, Issue, Publication
from tests.conftest import found_tenant
from tests.running import beijing

TODAY = date(2026, 11, 22)


def only_the_county_shows():
    """A guest with one topic of two, a topic in parts of parts, institutions with people and an item."""
    (opened,) = Grant.objects.all()
    guest = opened.user
    seen = Project.objects.visible_to(guest)
    below = Organisation.objects.filter(kind="second_level")
    assert [project.pk for project in seen] == [opened.subject]
    assert Notice.objects.filter(recipient=guest, kind="groups.granted").count() == 1
    assert set(Project.objects.values_list("level", flat=True)) == {1, 2, 3}
    assert {unit.pk for unit in below} <= set(Person.objects.values_list("organisation", flat=True))
    assert InformationItem.objects.filter(organisation__in=below, state="submitted").exists()
    assert Body.objects.exclude(secretariat=None).exists()
    states = Issue.objects.order_by("created_at").values_list("state", flat=True)
    assert list(states) == ["published", "published", "checked", "draft"]
    assert Publication.objects.count() == 2


@pytest.mark.slow
@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.slug)
def test_world_shows_every_kind_of_outcome(db, world):
    tenant = found_tenant(f"show-{world.slug}")
    shares = []

    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
        system = User.objects.get(is_system=True)
        world.build(system, TODAY, shares.append)
        states = set(tally(Obligation.objects.all(), beijing(11, 22, 8)).counts)
        kinds = set(Notice.objects.values_list("kind", flat=True))
        items = set(InformationItem.objects.values_list("state", flat=True))
        people = sign_ins_to_try(day=TODAY, made_before=beijing(11, 22, 8))

        if world.slug == "teng":
            only_the_county_shows()

    assert {DutyState.MET, DutyState.MET_LATE} <= states
    assert states & {DutyState.OVERDUE, DutyState.MISSED}
    assert {"programmes.reminder", "programmes.overdue", "programmes.escalation"} <= kinds
    assert {"adopted", "kept"} <= items
    assert shares == sorted(shares)
    assert len(people) > 8
