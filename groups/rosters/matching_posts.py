"""Which bodies and posts of a sheet are on record, and who is to hold them."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from groups.rosters.cells import MASK, clean, day_or_month, narrow, proper_name, same
from groups.rosters.drafts import Draft
from groups.rosters.matching import Known, other_day

_PLAIN = ("role", "rank", "seats")


class PostMatch:
    """Bodies in force, their posts with `tenures`, and people by unit, all as plain values."""

    def __init__(
        self, bodies: Iterable[Known], posts: Iterable[Known], people: Iterable[Known]
    ) -> None:
        self.bodies: dict[Any, list[Known]] = defaultdict(list)
        for body in bodies:
            self.bodies[body["organisation_id"], same(body["name"])].append(body)
        self.posts: dict[Any, list[Known]] = defaultdict(list)
        for post in posts:
            self.posts[post["body_id"], same(post["title"])].append(post)
        self.people: dict[Any, list[Known]] = defaultdict(list)
        for person in people:
            self.people[person["organisation_id"], same(proper_name(person["name"]))].append(person)
        self.used: set[Any] = set()
        self.seen: dict[Any, int] = {}

    def match(self, drafts: list[Draft], units: dict[Any, str]) -> None:
        """`units`: id → name. Rows with a holder first, so that a vacant post is not taken for theirs."""
        for draft in sorted(drafts, key=lambda each: not each.entry.get("holder")):
            if draft.entry.get("unit_id") and draft.entry.get("body") and draft.entry.get("title"):
                self._holder(draft, units)
                self._match(draft)

    def _match(self, draft: Draft) -> None:
        body = self._body(draft)
        if body is None:
            if not draft.problems or not draft.has("error"):
                self._new(draft)
            return
        draft.entry["body_id"] = body["id"]
        kind = draft.entry.get("kind")
        if kind and kind != body["kind"]:
            draft.warn("kind", "other_kind")
        posts = self.posts.get((body["id"], same(draft.entry["title"])), [])
        post = self._post(draft, posts)
        if post is not None:
            draft.subject = post
            self._compare(draft, post)
        elif posts:
            draft.say("title", "post_unclear")
        else:
            self._new(draft)

    def _body(self, draft: Draft) -> Known | None:
        key = (draft.entry["unit_id"], same(draft.entry["body"]))
        bodies = self.bodies.get(key, [])
        alike = [body for body in bodies if body["kind"] == draft.entry.get("kind")] or bodies
        if len(alike) > 1:
            title = same(draft.entry["title"])
            alike = [body for body in alike if self.posts.get((body["id"], title))] or alike
        if len(alike) > 1:
            draft.say("body", "body_unclear")
            return None
        if not alike and not draft.entry.get("kind"):
            draft.say("kind", "kind_needed")
        return alike[0] if alike else None

    def _post(self, draft: Draft, posts: list[Known]) -> Known | None:
        holder = draft.entry.get("holder_id")
        exact = [post for post in posts if all(_equal(draft, post, key) for key in _PLAIN)]
        for chosen in (exact, posts):
            for post in chosen:
                key = (post["id"], holder)
                if holder and holder in post["holders"] and key not in self.used:
                    self.used.add(key)
                    return post
        if len(posts) == 1:
            return posts[0]
        fresh = [post for post in exact if (post["id"], None) not in self.used]
        vacant = [post for post in fresh if len(post["holders"]) < post["seats"]]
        if not vacant or (holder and len(vacant) > 1):
            return None
        self.used.add((vacant[0]["id"], None))
        return vacant[0]

    def _compare(self, draft: Draft, post: Known) -> None:
        for key in _PLAIN:
            if draft.entry.get(key) and draft.entry[key] != post[key]:
                draft.changes[key] = draft.entry[key]
        holder = draft.entry.get("holder_id")
        if not holder:
            return
        tenure = post["holders"].get(holder)
        if tenure is None:
            draft.changes["holder"] = str(holder)
        elif draft.entry.get("starts_on") and other_day(draft, tenure):
            since = day_or_month(tenure["starts_on"], in_month=tenure["starts_in_month"])
            draft.say("starts_on", "since_on_record", day=since)

    def _holder(self, draft: Draft, units: dict[Any, str]) -> None:
        name = draft.entry.get("holder")
        if not name:
            return
        home = draft.entry.get("home_id") or draft.entry["unit_id"]
        found = self.people.get((home, same(name)), [])
        phone = draft.entry.get("phone", "")
        if phone:
            found = [p for p in found if phone in (narrow(clean(p["phone"])), p["masked"])]
        if len(found) > 1:
            found = self._holds_it_already(draft, found)
        if len(found) == 1:
            draft.entry["holder_id"] = found[0]["id"]
        elif found:
            draft.say("phone" if MASK in phone else "holder", "holder_unclear")
        else:
            draft.say("holder", "holder_unknown", unit=units.get(home, ""))

    def _holds_it_already(self, draft: Draft, people: list[Known]) -> list[Known]:
        """Of two people of one name the one who sits in this post and was not named yet."""
        bodies = self.bodies.get((draft.entry["unit_id"], same(draft.entry["body"])), [])
        for body in bodies:
            for post in self.posts.get((body["id"], same(draft.entry["title"])), []):
                for person in people:
                    if (
                        person["id"] in post["holders"]
                        and (post["id"], person["id"]) not in self.used
                    ):
                        return [person]
        return people

    def _new(self, draft: Draft) -> None:
        """A post that is yet to be made; several rows of one title are its several seats."""
        entry = draft.entry
        key = (entry["unit_id"], same(entry["body"]), same(entry["title"]), entry.get("holder_id"))
        if key in self.seen:
            draft.say("title", "twice", row=self.seen[key])
        self.seen.setdefault(key, draft.number)


def _equal(draft: Draft, post: Known, key: str) -> bool:
    return key not in draft.entry or draft.entry[key] == post[key]
