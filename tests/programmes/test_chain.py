import uuid

from actionlearning.foundation.models import Notice
from programmes.actions.evidence import *
from programmes.actions.laying import lay_down
from programmes.actions.plans import export_plan
from programmes.actions.standing import observe_bodies
from programmes.actions.sweeps import queue_due_notices
from programmes.calendar import from_data, render
from programmes.models import *
from programmes.packs.reading import shipped_text
from programmes.queries import *
from tests.running import *


def test_all(world):
    p = run_programme(world, now=beijing(5, 20))
    assert export_plan(Plan.objects.get()) == shipped_text("plan2")
    lay_down(p, now=beijing(9, 1))
    assert lay_down(p, now=beijing(9, 1)) == 0
    for o in Obligation.objects.filter(organisation=world.bureau).select_related("window").order_by("due_at","rule_key"):
        print(o.rule_key, o.window_key, o.opens_at, o.due_at, o.closes_at, o.minimum, o.maximum)
        print("   ", render(from_data(o.window.derivation)), o.window.rungs.count())
    print(observe_bodies(now=beijing(9,1)))
    e = record_evidence(deliverable="information_item", programme=p, organisation=world.bureau, kind="information_item", source=uuid.uuid4(), title="x", address="", captured_at=beijing(9,20), received_at=beijing(9,20), by=world.ben, now=beijing(9,20))
    assert e[0].obligation.window_key == "2026-09"
    print(queue_due_notices(now=beijing(10,20)))
    assert queue_due_notices(now=beijing(10,20)) == 0
    for n in Notice.objects.order_by("at","kind").select_related("recipient"): print(n.at, n.kind, n.recipient, n.params["organisation"], n.params["window"], n.params["rule"], n.skipped_at)
    print(tally(Obligation.objects.all(), beijing(10,20)))
    assert 0
