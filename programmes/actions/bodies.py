"""Bodies by the plan's templates (D18): what its programmes ask of an organisation and is missing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from groups.actions.bodies import add_post, change_body, form_body
from groups.models import Body, Organisation, Post
from programmes.models import Enrolment, Programme
from programmes.packs.shapes import filled
from programmes.queries import plan_in_force
from programmes.states import ProgrammeState


@dataclass(frozen=True)
class Missing:
    """A body that is not there, or the posts that one which is there lacks."""

    kind: str
    name: str
    required: bool
    posts: tuple[dict[str, Any], ...]
    body: Body | None


def missing_bodies(organisation: Organisation, day: date) -> list[Missing]:
    """In the order of the plans, each kind once: a leading group serves every programme (P2-15)."""
    standing = {
        body.kind: body for body in Body.objects.filter(organisation=organisation, ends_on=None)
    }
    posts = list(Post.objects.filter(body__in=standing.values(), ends_on=None))
    found: dict[str, Missing] = {}
    for programme, template in _templates(organisation, day):
        kind = template["kind"]
        body = standing.get(kind)
        there = [post for post in posts if body is not None and post.body_id == body.pk]
        lacking = _lacking(template["posts"], there)
        if kind not in found and (body is None or lacking):
            name = body.name if body else filled(template["name"], programme.year)[:120]
            required = bool(template.get("required"))
            found[kind] = Missing(kind, name, required, lacking, body)
    return list(found.values())


def _templates(organisation: Organisation, day: date) -> list[tuple[Programme, dict[str, Any]]]:
    """Those of its level in the plans in force of the programmes it takes part in."""
    rows = Enrolment.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=day), organisation=organisation
    ).exclude(programme__state=ProgrammeState.CLOSED)
    found = []
    for enrolment in rows.select_related("programme").order_by("-programme__starts_on", "id"):
        programme = enrolment.programme
        level = "unit" if enrolment.obliged else ""
        if programme.owner_id == organisation.pk:
            level = "owner"
        plan = plan_in_force(programme, day)
        heads = plan.head.get("bodies", []) if plan else []
        found += [(programme, template) for template in heads if template["level"] == level]
    return found


def _lacking(wanted: list[dict[str, Any]], posts: list[Post]) -> tuple[dict[str, Any], ...]:
    """A post that is there stands for one of the plan's: of its title, or of its role under another."""
    left = list(posts)

    def take(post: Post | None) -> bool:
        if post is not None:
            left.remove(post)
        return post is not None

    titles = {post.title: post for post in posts}
    renamed = [each for each in wanted if not take(titles.pop(each["title"], None))]
    return tuple(
        each
        for each in renamed
        if not take(next((one for one in left if one.role and one.role == each.get("role")), None))
    )


@transaction.atomic
def form_by_plan(
    organisation: Organisation,
    *,
    starts_on: date,
    by: User,
    now: datetime,
    kinds: Collection[str] | None = None,
) -> list[Body]:
    """Makes what is missing of `kinds`, without them of what the plans require; ordinary from then on.

    Raises NotAllowed, BadInput, RuleBroken `nothing_missing`.
    """
    if not by.has_perm(Permission.BODY_CHANGE, organisation):
        raise NotAllowed(_("You may not change this body."), code="not_allowed")
    asked = [
        each
        for each in missing_bodies(organisation, starts_on)
        if (each.required if kinds is None else each.kind in kinds)
    ]
    if not asked:
        raise RuleBroken(
            _("Nothing that the plan asks for is missing here."), code="nothing_missing"
        )
    made = [_made(organisation, each, starts_on, by, now) for each in asked]
    _name_secretariats(organisation, made, starts_on, by, now)
    names = [body.name for body in made]
    record("bodies.formed_by_plan", target=organisation, by=by, at=now, bodies=names)
    return made


def _made(
    organisation: Organisation, missing: Missing, starts_on: date, by: User, now: datetime
) -> Body:
    body = missing.body or form_body(
        organisation=organisation,
        kind=missing.kind,
        name=missing.name,
        starts_on=starts_on,
        by=by,
        now=now,
    )
    for post in missing.posts:
        add_post(
            body,
            title=post["title"],
            role=post.get("role") or "",
            rank=post["rank"],
            seats=post.get("seats") or 1,
            by=by,
            now=now,
        )
    return body


def _name_secretariats(
    organisation: Organisation, made: list[Body], day: date, by: User, now: datetime
) -> None:
    """Where the office or the body it serves is new and no other has been named (P1-23)."""
    new = {body.kind for body in made}
    standing = Body.objects.filter(organisation=organisation, ends_on=None)
    by_kind = {body.kind: body for body in standing}
    templates = _templates(organisation, day)
    kinds = {(programme.pk, each["key"]): each["kind"] for programme, each in templates}
    for programme, template in templates:
        for key in template.get("secretariat_of", ()):
            served = by_kind.get(kinds.get((programme.pk, key), ""))
            office = by_kind.get(template["kind"])
            if office is None or served is None or served.secretariat_id:
                continue
            if {office.kind, served.kind} & new:
                by_kind[served.kind] = change_body(
                    served, name=served.name, secretariat=office, by=by, now=now
                )
