"""Entering the rows of a batch: everything through the verbs for single changes, persons as one statement."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.errors import BadInput, Refusal
from actionlearning.foundation.models import User
from groups.actions.bodies import add_post, appoint, form_body
from groups.actions.organisations import add_organisation, change_organisation
from groups.actions.persons import add_persons, change_person
from groups.actions.posts import change_post
from groups.models import Body, Organisation, Person, Post, RosterBatch
from groups.rosters.cells import same
from groups.rosters.drafts import Draft
from groups.states import BatchKind

_PLAIN_UNIT = ("kind", "short_name", "division", "seniority")


class Entering:
    """`trial`: every rule is asked and nothing stays; the caller rolls back."""

    def __init__(
        self, batch: RosterBatch, *, by: User, now: datetime, day: date, trial: bool
    ) -> None:
        self.batch, self.by, self.now, self.day, self.trial = batch, by, now, day, trial
        self.bodies: dict[Any, Body] = {}
        self.posts: dict[Any, Post] = {}

    def enter(self, drafts: Iterable[Draft]) -> None:
        """A row that a rule refuses gets the rule's words; on trial the others are still tried."""
        rows = list(drafts)
        acts: dict[str, Callable[[Draft], None]] = {
            BatchKind.ORGANISATIONS: self._organisation,
            BatchKind.PERSONS: self._person,
            BatchKind.POSTS: self._post,
        }
        if self.batch.kind == BatchKind.PERSONS and not self.trial:
            self._add_persons([row for row in rows if row.verdict == "add"])
        for row in rows:
            many = self.batch.kind == BatchKind.PERSONS and row.verdict == "add"
            if row.verdict in ("add", "change") and not many:
                self._tried(acts[self.batch.kind], row)

    def _tried(self, act: Callable[[Draft], None], row: Draft) -> None:
        try:
            with transaction.atomic():
                act(row)
        except Refusal as refusal:
            column = next((name for name in getattr(refusal, "fields", {})), "name")
            row.say(column, "refused", words=refusal.message)
            row.verdict = "error"

    def _add_persons(self, rows: list[Draft]) -> None:
        units = Organisation.objects.in_bulk({row.entry["unit_id"] for row in rows})
        new = [
            {
                "organisation": units[row.entry["unit_id"]],
                "name": row.entry["name"],
                "title": row.entry.get("title", ""),
                "phone": row.entry.get("phone", ""),
                **_since(row, self.day),
                "seniority": row.entry.get("seniority"),
            }
            for row in rows
        ]
        for row, made in zip(rows, add_persons(new, by=self.by, now=self.now), strict=True):
            row.subject = {"id": made}
            row.made = [["person", made]]

    def _person(self, row: Draft) -> None:
        person = Person.objects.get(pk=row.subject["id"])
        changed = change_person(person, **_typed(row.changes), by=self.by, now=self.now)
        row.before = _before(row, person, changed)

    def _organisation(self, row: Draft) -> None:
        if row.subject is not None:
            unit = Organisation.objects.get(pk=row.subject["id"])
            changed = change_organisation(unit, **_typed(row.changes), by=self.by, now=self.now)
            row.before = _before(row, unit, changed)
            return
        above = row.entry["above"]
        if isinstance(above, Draft):
            above = above.subject["id"] if above.subject else None
        if above is None:
            raise BadInput(_("The row of the superior has errors."), code="superior_wrong")
        made = add_organisation(
            parent=Organisation.objects.get(pk=above),
            name=row.entry["name"],
            by=self.by,
            now=self.now,
            **_since(row, self.day),
            **{key: row.entry[key] for key in _PLAIN_UNIT if key in row.entry},
        )
        row.subject, row.made = {"id": made.pk}, [["organisation", made.pk]]

    def _post(self, row: Draft) -> None:
        post = self._changed_post(row) if row.subject is not None else self._new_post(row)
        holder = row.entry.get("holder_id")
        if holder and (row.verdict == "add" or "holder" in row.changes):
            tenure = appoint(
                post,
                person=Person.objects.get(pk=holder),
                by=self.by,
                now=self.now,
                **_since(row, self.day),
            )
            row.made.append(["tenure", tenure.pk])

    def _changed_post(self, row: Draft) -> Post:
        post: Post = Post.objects.get(pk=row.subject["id"])
        changes = {key: value for key, value in row.changes.items() if key != "holder"}
        if changes:
            changed = change_post(post, **changes, by=self.by, now=self.now)
            row.before = _before(row, post, changed, only=tuple(changes))
        return post

    def _new_post(self, row: Draft) -> Post:
        entry = row.entry
        key = (entry["unit_id"], same(entry["body"]), same(entry["title"]))
        if key not in self.posts:
            body = self._body(row)
            plain = {name: entry[name] for name in ("role", "rank") if name in entry}
            seats = max(entry.get("seats", 1), entry.get("rows", 1))
            post = add_post(
                body, title=entry["title"], seats=seats, by=self.by, now=self.now, **plain
            )
            row.made.append(["post", post.pk])
            self.posts[key] = post
        row.subject = {"id": self.posts[key].pk}
        return self.posts[key]

    def _body(self, row: Draft) -> Body:
        entry = row.entry
        key = (entry["unit_id"], same(entry["body"]))
        if key not in self.bodies and "body_id" in entry:
            self.bodies[key] = Body.objects.get(pk=entry["body_id"])
        if key not in self.bodies:
            self.bodies[key] = form_body(
                organisation=Organisation.objects.get(pk=entry["unit_id"]),
                kind=entry["kind"],
                name=entry["body"],
                by=self.by,
                now=self.now,
                **_since(row, self.day),
            )
            row.made.append(["body", self.bodies[key].pk])
        return self.bodies[key]


def _since(row: Draft, otherwise: date) -> dict[str, Any]:
    """The first day and whether only its month is known, as the verbs take them."""
    typed = row.entry.get("starts_on")
    if not typed:
        return {"starts_on": otherwise, "starts_in_month": False}
    in_month = row.entry.get("starts_on_month", False)
    return {"starts_on": date.fromisoformat(typed), "starts_in_month": in_month}


def _typed(changes: dict[str, Any]) -> dict[str, Any]:
    days = {"starts_on"} & changes.keys()
    return changes | {key: date.fromisoformat(changes[key]) for key in days}


def _before(
    row: Draft, old: Any, changed: Any, only: tuple[str, ...] | None = None
) -> dict[str, Any]:
    """Values that were replaced, and the version that the change left."""
    names = row.changes if only is None else only
    return {name: getattr(old, name) for name in names} | {"version": changed.version}
