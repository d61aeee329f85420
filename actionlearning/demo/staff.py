"""Bodies by the plan's templates, and the invented people who sit in them."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from django.contrib.auth.hashers import make_password

from actionlearning.foundation.demonstration import PASSWORD
from actionlearning.foundation.models import User
from groups.actions.bodies import add_post, appoint, change_body, form_body
from groups.actions.persons import add_person
from groups.actions.users import create_user
from groups.models import Body, Organisation, Person, Tenure
from groups.roles import Role
from programmes.packs.format import BodyTemplate, Pack

SIGNED_IN = {
    Role.OFFICE_DIRECTOR,
    Role.OFFICE_STAFF,
    Role.LIAISON,
    Role.INFORMATION_OFFICER,
    Role.LEADING_GROUP_LEADER,
    Role.PROMOTION_TEAM_LEADER,
}
"""Who gets a sign-in; the others are on the roster only."""
DEPUTY = Role.LEADING_GROUP_MEMBER


@dataclass
class Unit:
    """An organisation with the sign-ins that act for it."""

    organisation: Organisation
    login: str
    users: dict[str, User] = field(default_factory=dict)
    learners: list[Person] = field(default_factory=list)

    @property
    def clerk(self) -> User:
        return self.users.get(Role.OFFICE_STAFF) or self.users[Role.OFFICE_DIRECTOR]

    @property
    def writer(self) -> User:
        return self.users.get(Role.INFORMATION_OFFICER) or self.clerk

    @property
    def director(self) -> User:
        return self.users[Role.OFFICE_DIRECTOR]

    @property
    def leader(self) -> User:
        return self.users[Role.LEADING_GROUP_LEADER]


class Staff:
    """Fills one tenant with people."""

    def __init__(self, system: User, names: Iterator[str], since: date) -> None:
        self.system, self.names, self.since = system, names, since
        self.known = make_password(PASSWORD)

    def seat_all(self, unit: Unit, pack: Pack, level: str, now: datetime) -> None:
        """Every required body of the level with one holder for each post, learners on the roster."""
        made: dict[str, Body] = {}
        templates = [body for body in pack.bodies if body.level == level and body.posts]
        for template in sorted(templates, key=lambda body: bool(body.secretariat_of)):
            if template.required or template.kind == "promotion_team":
                made[template.key] = self._form(unit, template, now)
        for template in templates:
            for served in template.secretariat_of:
                if served in made and template.key in made:
                    body, secretariat = made[served], made[template.key]
                    change_body(
                        body, name=body.name, secretariat=secretariat, by=self.system, now=now
                    )
        unit.learners = [
            self.person(unit.organisation, "业务骨干", now, rank=50 + n) for n in range(9)
        ]

    def _form(self, unit: Unit, template: BodyTemplate, now: datetime) -> Body:
        body = form_body(
            organisation=unit.organisation,
            kind=template.kind,
            name=template.name,
            starts_on=self.since,
            by=self.system,
            now=now,
        )
        for post_template in template.posts:
            post = add_post(
                body,
                title=post_template.title,
                role=post_template.role or "",
                rank=post_template.rank,
                seats=post_template.seats,
                by=self.system,
                now=now,
            )
            title = f"{template.name}{post_template.title}"
            person = self.person(unit.organisation, title, now, rank=post_template.rank)
            if post_template.role in SIGNED_IN and post_template.role not in unit.users:
                unit.users[post_template.role] = self._sign_in(
                    unit, person, post_template.role, now
                )
            appoint(
                post,
                person=Person.objects.get(pk=person.pk),
                starts_on=self.since,
                by=self.system,
                now=now,
            )
        return body

    def person(self, organisation: Organisation, title: str, now: datetime, *, rank: int) -> Person:
        return add_person(
            organisation=organisation,
            name=next(self.names),
            title=title,
            seniority=rank,
            starts_on=self.since,
            by=self.system,
            now=now,
        )

    def _sign_in(self, unit: Unit, person: Person, role: str, now: datetime) -> User:
        login = f"{unit.login}-{LOGINS[role]}"
        return self.sign_in(login, person, now)

    def sign_in(self, login: str, person: Person | None, now: datetime, *, name: str = "") -> User:
        """With the password that visitors are told instead of the first one; `name` of an outsider.

        Not by change_password, which works out four hashes, slow by design: they took longer than all else.
        """
        user, _first = create_user(
            login=login, person=person, display_name=name, by=self.system, now=now
        )
        if person is not None:
            person.refresh_from_db()
        user.password, user.must_change_password = self.known, False
        user.save(update_fields=["password", "must_change_password"])
        return user

    def deputy(self, unit: Unit, now: datetime) -> None:
        """Who sits beside the leader signs in, too: some papers ask for every voice of the group."""
        rows = Tenure.objects.filter(organisation=unit.organisation, role=DEPUTY)
        first = rows.select_related("person").order_by("post__rank")[0]
        unit.users[DEPUTY] = self.sign_in(f"{unit.login}-fuzuzhang", first.person, now)

    def seat_institution(self, unit: Unit, pack: Pack, now: datetime) -> None:
        """A small office below a unit: its head and a clerk, by the unit's own template."""
        template = next(body for body in pack.bodies if body.key == "office")
        posts = {post.role: post for post in reversed(template.posts)}
        few = (posts[Role.OFFICE_DIRECTOR], posts[Role.OFFICE_STAFF])
        self._form(unit, replace(template, name="行动学习办公室", posts=few), now)


LOGINS: dict[str, str] = {
    Role.OFFICE_DIRECTOR: "zhuren",
    Role.OFFICE_STAFF: "ganshi",
    Role.LIAISON: "lianluo",
    Role.INFORMATION_OFFICER: "xinxi",
    Role.LEADING_GROUP_LEADER: "zuzhang",
    Role.PROMOTION_TEAM_LEADER: "tuidong",
}
