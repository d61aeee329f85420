"""Nobody approves his own item, issue or entry by any account: one person with two sign-ins is one mind."""

from typing import Any

import pytest

from actionlearning.desk.queries import CHECK_ISSUE, papers_of
from actionlearning.foundation.errors import RuleBroken
from actionlearning.foundation.models import Notice, User
from groups.actions.bodies import add_post, appoint
from groups.actions.users import give_role
from groups.models import Organisation, Person, Tenure
from groups.queries.minds import same_mind, sign_ins_of
from groups.roles import Role
from reporting.actions.issues import check_issue, sign_issue
from reporting.actions.items import adopt_item, keep_item, pass_over_item, return_item, sign_item
from reporting.actions.publicity import confirm_publicity
from reporting.models import Issue
from reporting.queries import hands_of
from reporting.views.issue_reading import page_of_issue
from reporting.views.reading import item_for, page_of
from tests.moments import NOON
from tests.reporting.briefings import OCTOBER, checked, offered
from tests.reporting.items import SEPTEMBER, draft, submitted
from tests.reporting.publicity import adopted, recorded
from tests.world import START, World, _seated, office_of


def second_sign_in(world: World, user: User, organisation: Organisation, role: Role) -> User:
    """Of the same person: a post that he took with another sign-in."""
    made = User.objects.create(
        login=f"{user.login}-2", display_name=user.display_name, must_change_password=False,
        language="en", created_at=NOON,
    )  # fmt: skip
    body = office_of(organisation, world.system)
    post = add_post(body, title="综合", role=Role.OFFICE_STAFF, by=world.system, now=NOON)
    person = Person.objects.get(user=user)
    seat = appoint(post, person=person, starts_on=START, by=world.system, now=NOON)
    Tenure.objects.filter(pk=seat.pk).update(user=made)
    give_role(
        made, role=role, organisation=organisation, starts_on=START, by=world.system, now=NOON
    )
    return User.objects.get(pk=made.pk)


def test_who_drafted_an_item_does_not_sign_it_by_his_other_sign_in(
    world: World, programme: Any
) -> None:
    item = draft(world, programme)
    other = second_sign_in(world, world.ben, world.bureau, Role.OFFICE_DIRECTOR)
    with pytest.raises(RuleBroken) as refused:
        sign_item(item, by=other, now=SEPTEMBER)
    assert refused.value.code == "own_paper"
    page = page_of(item_for(other, item.pk), other, SEPTEMBER)
    assert (page["may_sign"], page["own_paper"]) == (False, True)
    assert page_of(item_for(world.dora, item.pk), world.dora, SEPTEMBER)["may_sign"] is True
    assert other.display_name not in page["holder"].partition("signed off by")[2]
    assert sign_item(item, by=world.dora, now=SEPTEMBER).signed_by == world.dora


VERBS = {
    "adopt": lambda item, by: adopt_item(item, by=by, now=SEPTEMBER),
    "keep": lambda item, by: keep_item(item, by=by, now=SEPTEMBER),
    "pass over": lambda item, by: pass_over_item(item, opinion="内容陈旧", by=by, now=SEPTEMBER),
    "return": lambda item, by: return_item(item, reason="补充措施", by=by, now=SEPTEMBER),
}


@pytest.mark.parametrize("who", ["ben", "dora"])
@pytest.mark.parametrize("verb", VERBS)
def test_neither_who_drafted_nor_who_signed_decides_on_it_above(
    world: World, programme: Any, verb: str, who: str
) -> None:
    item = submitted(world, programme)
    other = second_sign_in(world, getattr(world, who), world.county, Role.OFFICE_DIRECTOR)
    with pytest.raises(RuleBroken) as refused:
        VERBS[verb](item, other)
    assert refused.value.code == "own_paper"
    assert page_of(item_for(other, item.pk), other, SEPTEMBER)["may_decide"] is False
    assert page_of(item_for(world.ana, item.pk), world.ana, SEPTEMBER)["may_decide"] is True
    VERBS[verb](item, world.ana)


def test_who_wrote_in_an_issue_does_not_check_it_by_his_other_sign_in(office: Any) -> None:
    other = second_sign_in(office.world, office.cai, office.world.county, Role.OFFICE_DIRECTOR)
    issue = offered(office)
    assert hands_of(issue) == {office.cai.pk, other.pk}
    with pytest.raises(RuleBroken) as refused:
        check_issue(issue, by=other, now=OCTOBER)
    assert refused.value.code == "own_paper"
    page = page_of_issue(issue, other)
    assert (page["may_check"], page["own_paper"]) == (False, True)
    buckets = {row["bucket"] for row in papers_of(other, now=OCTOBER)}
    assert CHECK_ISSUE not in buckets
    assert not Notice.objects.filter(recipient=other, kind="reporting.issue_offered").exists()
    assert check_issue(issue, by=office.ana, now=OCTOBER).checked_by == office.ana


def test_who_checked_an_issue_does_not_sign_it_by_his_other_sign_in(office: Any) -> None:
    other = second_sign_in(office.world, office.ana, office.world.county, Role.OFFICE_DIRECTOR)
    issue = checked(office)
    assert not Notice.objects.filter(recipient=other, kind="reporting.issue_checked").exists()
    with pytest.raises(RuleBroken) as refused:
        sign_issue(issue, by=other, now=OCTOBER)
    assert refused.value.code == "own_paper"
    page = page_of_issue(Issue.objects.get(pk=issue.pk), other)
    assert (page["may_sign"], page["own_paper"]) == (False, True)
    assert sign_issue(issue, by=office.lin, now=OCTOBER).signed_by == office.lin


def test_who_entered_what_was_told_does_not_confirm_it_by_his_other_sign_in(
    world: World, programme: Any
) -> None:
    entry = recorded(adopted(world, programme), world.ben)
    other = second_sign_in(world, world.ben, world.county, Role.OFFICE_DIRECTOR)
    with pytest.raises(RuleBroken) as refused:
        confirm_publicity(entry, by=other, now=OCTOBER)
    assert refused.value.code == "own_paper"
    assert confirm_publicity(entry, by=world.ana, now=OCTOBER).confirmed_by == world.ana


def test_two_people_are_two_minds(world: World) -> None:
    other = second_sign_in(world, world.ben, world.county, Role.OFFICE_STAFF)
    assert sign_ins_of([world.ben.pk, None], tenant=world.tenant) == {world.ben.pk, other.pk}
    assert same_mind(other, None, world.dora.pk, world.ben.pk, tenant=world.tenant)
    assert not same_mind(other, world.dora.pk, world.sysadmin.pk, tenant=world.tenant)
    assert sign_ins_of([None], tenant=world.tenant) == set()
    wei = _seated(world.system, world.county, "wei", "韦核", Role.OFFICE_DIRECTOR)
    assert not same_mind(wei, other.pk, tenant=world.tenant)
