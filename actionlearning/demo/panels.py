"""Experts from outside in the bodies that judge a paper: whoever leads a topic does not judge it, also alone."""

from datetime import datetime
from zlib import crc32

from actionlearning.demo.names import people
from actionlearning.demo.staff import Unit
from actionlearning.foundation.tasks import system_user
from groups.actions.bodies import appoint, dissolve_body
from groups.actions.persons import add_person
from groups.actions.users import create_user
from groups.models import Body, Person
from groups.roles import BodyKind
from programmes.actions.bodies import form_by_plan
from programmes.queries import local_day

LOGINS: dict[str, str] = {BodyKind.REVIEW_TEAM: "pingshen", BodyKind.EXPERT_GROUP: "jianding"}


def seat_experts(unit: Unit, kind: str, now: datetime) -> None:
    """Two of them, one in each of the first two posts of the body, which the plan asks for and is formed now."""
    day, system = local_day(now), system_user()
    body: Body
    (body,) = form_by_plan(
        unit.organisation, starts_on=day, by=unit.director, now=now, kinds=[kind]
    )
    names = people(crc32(f"{unit.login} {kind}".encode()))
    for number, post in enumerate(body.posts.order_by("rank", "id")[:2], 1):
        person = add_person(
            organisation=unit.organisation, name=next(names), title="外聘专家",
            seniority=90 + number, starts_on=day, by=system, now=now,
        )  # fmt: skip
        login = f"{unit.login}-{LOGINS[kind]}{number}"
        create_user(login=login, person=person, by=system, now=now)
        person = Person.objects.get(pk=person.pk)
        appoint(post, person=person, starts_on=day, by=unit.director, now=now)


def dismiss(unit: Unit, kind: str, now: datetime) -> None:
    """Their occasion is over; the next one has experts of its own."""
    body = Body.objects.get(organisation=unit.organisation, kind=kind, ends_on=None)
    dissolve_body(body, on=local_day(now), by=unit.director, now=now)
