"""Hundreds of offices at once: what staff.py does act by act, in a few statements for all of them.

The acts of a programme still go through the verbs; this is only who is there to do them.
"""

from collections.abc import Iterator
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.contrib.auth.hashers import make_password

from actionlearning.demo.staff import LOGINS, SIGNED_IN, Unit
from actionlearning.foundation.audit import record
from actionlearning.foundation.demonstration import PASSWORD
from actionlearning.foundation.models import User
from actionlearning.foundation.pinyin import initials, sort_key
from groups.access import standing_of
from groups.models import Body, Organisation, Person, Post, Tenure
from groups.queries import NO_PASSWORD
from groups.roles import Role
from programmes.packs.format import BodyTemplate, Pack, PostTemplate

LEARNERS = 9
OFFICE = BodyTemplate(
    key="office",
    kind="executive_office",
    level="unit",
    name="行动学习办公室",
    name_en="Action-learning office",
    required=True,
    posts=(
        PostTemplate(title="主任", rank=1, role=Role.OFFICE_DIRECTOR),
        PostTemplate(title="工作人员", rank=2, seats=4, role=Role.OFFICE_STAFF),
    ),
)
"""Of cities and counties that take part in nothing yet, and where a plan names no office."""
LEADERS = BodyTemplate(
    key="leaders",
    kind="leading_group",
    level="unit",
    name="行动学习领导小组",
    name_en="Leading group for action learning",
    required=True,
    posts=(PostTemplate(title="组长", rank=1, role=Role.LEADING_GROUP_LEADER),),
)


class Crowd:
    """Gathers rows; `settle` writes them. A body or sign-in that an organisation has already serves again."""

    def __init__(self, system: User, names: Iterator[str], since: date, now: datetime) -> None:
        self.system, self.names, self.since, self.now = system, names, since, now
        self._rows: dict[type[Any], list[Any]] = {
            model: [] for model in (User, Person, Body, Post, Tenure)
        }
        self._bodies: dict[tuple[Any, str], Body] = {}
        self.units: dict[Any, Unit] = {}

    @cached_property
    def _known(self) -> str:
        """One hash for all: whose password stands on the sign-in page needs no salt of their own."""
        return make_password(PASSWORD)

    def unit(self, organisation: Organisation, login: str) -> Unit:
        return self.units.setdefault(organisation.pk, Unit(organisation, login))

    def seat_all(self, unit: Unit, pack: Pack, level: str, *, shown: bool) -> None:
        """The required bodies of the level; `shown`: their sign-ins may be tried, the others' not."""
        self._form_all(unit, pack, level, shown=shown)
        self.seat_office(unit, shown=shown)
        if level == "unit" and not unit.learners:
            unit.learners += [self._person(unit, "业务骨干", 50 + rank) for rank in range(LEARNERS)]

    def seat_office(self, unit: Unit, *, shown: bool) -> None:
        """Who must be there for anything to be done, unless somebody is."""
        if not {Role.OFFICE_DIRECTOR, Role.OFFICE_STAFF} <= unit.users.keys():
            self.form(unit, OFFICE, shown=shown)
        if Role.LEADING_GROUP_LEADER not in unit.users:
            self.form(unit, LEADERS, shown=shown)

    def _form_all(self, unit: Unit, pack: Pack, level: str, *, shown: bool) -> None:
        made = {
            template.key: self.form(unit, template, shown=shown)
            for template in pack.bodies
            if template.level == level and template.posts and template.required
        }
        for template in pack.bodies:
            for served in template.secretariat_of:
                if served in made and template.key in made:
                    made[served].secretariat = made[template.key]

    def form(self, unit: Unit, template: BodyTemplate, *, shown: bool) -> Body:
        """A body of the kind that is there already only gets the seats without which nothing is done."""
        key = (unit.organisation.pk, template.kind)
        body = self._bodies.get(key)
        known = body is not None
        if body is None:
            body = Body(kind=template.kind, name=template.name, starts_on=self.since)
            body.formed_at = self.now
            self._bodies[key] = self._placed(body, unit)
        for post in template.posts:
            if post.role not in unit.users if post.role in SIGNED_IN else not known:
                self._seat(unit, body, template, post, shown=shown)
        return body

    def _seat(
        self, unit: Unit, body: Body, template: BodyTemplate, told: PostTemplate, *, shown: bool
    ) -> None:
        post = Post(body=body, title=told.title, role=told.role or "", rank=told.rank)
        post.seats = told.seats
        self._placed(post, unit)
        person = self._person(unit, f"{template.name}{told.title}", told.rank)
        if told.role in SIGNED_IN:
            unit.users[told.role] = person.user = self._user(unit, person, told.role, shown=shown)
        tenure = Tenure(post=post, person=person, user=person.user, role=post.role)
        tenure.person_name, tenure.starts_on, tenure.taken_at = person.name, self.since, self.now
        self._placed(tenure, unit)

    def _person(self, unit: Unit, title: str, rank: int) -> Person:
        name = next(self.names)
        person = Person(name=name, title=title, seniority=rank, starts_on=self.since)
        person.pinyin = sort_key(name, surname=True)
        person.initials = initials(name, surname=True)
        return self._placed(person, unit)

    def _user(self, unit: Unit, person: Person, role: str, *, shown: bool) -> User:
        user = User(
            login=f"{unit.login}-{LOGINS[role]}",
            display_name=person.name,
            password=self._known if shown else NO_PASSWORD,
            must_change_password=not shown,
            created_at=self.now,
        )
        self._rows[User].append(user)
        return user

    def _placed(self, row: Any, unit: Unit) -> Any:
        row.place(unit.organisation)
        self._rows[type(row)].append(row)
        return row

    def settle(self) -> None:
        """Writes what was gathered since the last time, with one line in the audit."""
        counts = {}
        for model, rows in self._rows.items():
            model.objects.bulk_create(rows, batch_size=500)
            counts[model._meta.model_name] = len(rows)
            rows.clear()
        for unit in self.units.values():
            for user in unit.users.values():
                user.standing = standing_of(user)  # type: ignore[attr-defined]  # asked once, not at every act
        record("demonstration.settled", by=self.system, at=self.now, **counts)
