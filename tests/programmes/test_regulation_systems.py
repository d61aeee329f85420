"""Which of the plan's systems a regulation is, said later than it came into the register (P2-39, P3-47)."""

from typing import Any

import pytest

from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken, Stale
from actionlearning.foundation.models import AuditEvent, User
from programmes.actions.dossiers import change_dossier, revise_dossier
from programmes.actions.regulations import name_system, repeal_regulation
from programmes.actions.sendings import send_dossier
from programmes.models import Dossier, Evidence, Programme, Regulation
from programmes.queries import local_day
from tests.handing_in import state_of
from tests.programmes.paper_screens import count_queries
from tests.programmes.papers_on_their_way import act
from tests.programmes.test_regulations import SEVEN, brought, entered, july, seven
from tests.running import beijing, run_programme
from tests.world import World

OTHERWISE = "行动学习经费使用办法"


@pytest.fixture
def programme(world: World) -> Programme:
    return run_programme(world, now=beijing(5, 20))


@pytest.fixture
def regulation(world: World, programme: Programme) -> Regulation:
    """Brought by a paper whose name says nothing: it counts as none of the seven."""
    brought(world, programme, OTHERWISE)
    row = Regulation.objects.get()
    assert (row.system, seven(world).credited) == ("", 0)
    return row


def named(row: Regulation, system: str, by: User, now: Any = None, **given: Any) -> Regulation:
    return name_system(row, system, by=by, now=now or july(10), **given)


@pytest.mark.rule("P2-39")
def test_once_it_is_said_it_counts_as_that_system_from_then_on(
    world: World, programme: Programme, regulation: Regulation
) -> None:
    for key in SEVEN:
        if key != "funds":
            entered(world, programme, key)
    assert state_of(seven(world), july(9)) == "open"
    assert named(regulation, "funds", world.ben).system == "funds"
    assert (state_of(seven(world), july(10)), seven(world).met_at) == ("met", july(10))
    told = AuditEvent.objects.get(action="regulation.system_named")
    assert (told.actor, told.detail) == (world.ben.pk, {"before": "", "system": "funds"})


def test_said_twice_changes_nothing(world: World, regulation: Regulation) -> None:
    once = named(regulation, "funds", world.ben)
    assert named(once, "funds", world.ben).version == once.version == regulation.version + 1
    assert AuditEvent.objects.filter(action="regulation.system_named").count() == 1


def test_said_wrongly_it_counts_as_the_right_one_only(
    world: World, programme: Programme, regulation: Regulation
) -> None:
    """What had stood behind it for the wrong system counts from now on; no two count as one."""
    named(regulation, "learning", world.ben)
    entered(world, programme, "learning")
    assert seven(world).credited == 1
    right = named(regulation, "funds", world.ben, july(11))
    assert seven(world).credited == 2
    with pytest.raises(RuleBroken) as refused:
        named(right, "learning", world.ben, july(12))
    assert refused.value.code == "system_taken"
    assert seven(world).credited == 2


def test_a_second_one_of_a_system_is_named_and_counts_for_nothing(
    world: World, programme: Programme, regulation: Regulation
) -> None:
    entered(world, programme, "funds")
    assert named(regulation, "funds", world.ben).system == "funds"
    assert seven(world).credited == 1


def test_its_next_revision_is_the_same_system(
    world: World, programme: Programme, regulation: Regulation
) -> None:
    named(regulation, "funds", world.ben)
    new = revise_dossier(regulation.dossier, reason="补充限额", by=world.ben, now=july(14))
    content = {"sections": {"system": OTHERWISE, "text": "新正文"}, "tracks": []}
    change_dossier(new, content=content, by=world.ben, now=july(14))
    paper = send_dossier(Dossier.objects.get(pk=new.pk), by=world.ben, now=july(14))
    act(paper, "confirmed", world.lena, july(15))
    later = Regulation.objects.get(repealed_on=None)
    assert (later.system, later.replaces_id) == ("funds", regulation.pk)
    assert seven(world).credited == 1
    assert Evidence.objects.get(source=later.pk).counts_from == july(10)


def test_what_was_put_right_stays_so_under_the_same_name(
    world: World, programme: Programme
) -> None:
    """Its name reads as one system, and it is another."""
    paper = brought(world, programme, "学习制度")
    read_as = Regulation.objects.get()
    assert read_as.system == "learning"
    named(read_as, "funds", world.ben)
    new = revise_dossier(paper, reason="补充限额", by=world.ben, now=july(14))
    content = {"sections": {"system": "学习制度", "text": "新正文"}, "tracks": []}
    change_dossier(new, content=content, by=world.ben, now=july(14))
    sent = send_dossier(Dossier.objects.get(pk=new.pk), by=world.ben, now=july(14))
    act(sent, "confirmed", world.lena, july(15))
    assert Regulation.objects.get(repealed_on=None).system == "funds"


@pytest.mark.parametrize("system", ["", "unknown"])
def test_only_the_plans_systems_are_taken(
    world: World, regulation: Regulation, system: str
) -> None:
    with pytest.raises(BadInput) as refused:
        named(regulation, system, world.ben)
    assert list(refused.value.fields) == ["system"]


def test_what_is_refused_changes_nothing(
    world: World, programme: Programme, regulation: Regulation
) -> None:
    with pytest.raises(NotAllowed):
        named(regulation, "funds", world.ana)
    with pytest.raises(Stale):
        named(regulation, "funds", world.ben, seen=regulation.version + 1)
    told = entered(world, programme, "work")
    with pytest.raises(RuleBroken) as refused:
        named(told, "funds", world.ben)
    assert refused.value.code == "system_told"
    repeal_regulation(regulation, day=local_day(july(9)), reason="并入", by=world.ben, now=july(9))
    with pytest.raises(RuleBroken) as refused:
        named(regulation, "funds", world.ben)
    assert refused.value.code == "repealed"
    assert not AuditEvent.objects.filter(action="regulation.system_named").exists()


def test_one_entered_beside_the_list_is_named_too(world: World, programme: Programme) -> None:
    row = entered(world, programme, "", name=OTHERWISE)
    named(row, "funds", world.ben)
    assert seven(world).credited == 1


def test_its_page_offers_the_plans_list_to_who_may_say_it(
    world: World, regulation: Regulation, sign_in: Any
) -> None:
    client, page = sign_in(world.ben), f"/t/teng/regulations/{regulation.pk}/"
    assert f"{page}system/" in client.get(page).text
    form = client.get(f"{page}system/").text
    assert all(f'<option value="{key}"' in form for key in SEVEN)
    assert client.post(f"{page}system/", {"system": "x"}).status_code == 422
    answer = client.post(f"{page}system/", {"system": "funds", "version": regulation.version})
    assert answer["Location"] == page
    assert Regulation.objects.get().system == "funds"
    stale = client.post(f"{page}system/", {"system": "work", "version": regulation.version})
    assert stale.status_code == 412
    assert f"{page}system/" not in sign_in(world.ana).get(page).text
    assert sign_in(world.ana).get(f"{page}system/").status_code == 404
    assert sign_in(world.sis).post(f"{page}system/", {"system": "work"}).status_code == 404


def test_the_form_asks_the_same_for_one_regulation_and_three(
    world: World, programme: Programme, regulation: Regulation, sign_in: Any
) -> None:
    client, address = sign_in(world.ben), f"/t/teng/regulations/{regulation.pk}/system/"
    client.get(address)
    asked = count_queries(client, address)
    entered(world, programme, "work")
    entered(world, programme)
    assert asked == count_queries(client, address) <= 8


def test_rest_says_it_too(world: World, regulation: Regulation, sign_in: Any) -> None:
    client, root = sign_in(world.ben), f"/t/teng/api/v1/regulations/{regulation.pk}/system/"
    kind = "application/json"
    assert client.post(root, {"system": "x"}, content_type=kind).status_code == 422
    made = client.post(root, {"system": "funds"}, content_type=kind)
    assert (made.status_code, made.json()["system"]) == (200, "funds")
    assert made.json()["version"] == regulation.version + 1
    assert sign_in(world.sis).post(root, {"system": "work"}, content_type=kind).status_code == 404
