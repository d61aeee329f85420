"""Who may convene: the leader in charge, by a leading post that the roster shows (P2-31)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from programmes.models import Project, TeamMember
from programmes.models.project import TeamRole
from programmes.queries.leading_posts import leading_posts


@dataclass(frozen=True)
class LeadingPost:
    """Who holds one, and where."""

    person: Any
    organisation: Any
    person_name: str


POST = ("person", "organisation", "person_name")


def posts_of_team(project: Project, day: date) -> QuerySet[Any]:
    """The leading posts on `day` of its conveners and of its unit: what post_words() asks, to be read along."""
    team = TeamMember.objects.filter(project=project, role=TeamRole.CONVENER).in_force()
    people = Q(person__in=team.exclude(person=None).values("person"))
    leading = leading_posts(project.org_path, day)
    return leading.filter(people | Q(organisation=project.organisation_id)).order_by(
        "post__rank", "id"
    )


def post_words(
    conveners: Iterable[TeamMember], day: date, posts: Iterable[LeadingPost] | None = None
) -> str:
    """Of those of the roster who hold none on `day` at the topic's unit or above, and who could convene; '' for nobody.

    `posts`: theirs and the unit's, where they are at hand.
    """
    found = [row for row in conveners if row.person_id]
    if not found:
        return ""
    own = found[0].organisation_id
    rows = _posts_of(found, day) if posts is None else posts
    held = {row.person for row in rows}
    others = [row.name for row in found if row.person_id not in held]
    if not others:
        return ""
    names = "、".join(dict.fromkeys(row.person_name for row in rows if row.organisation == own))
    words = (
        _("The convener is the leader in charge: %(name)s holds no leading post. Choose one of: %(names)s.")
        if names
        else _("The convener is the leader in charge: %(name)s holds no leading post, and nobody of the unit does yet: enter its leading group first.")
    )  # fmt: skip
    return words % {"name": "、".join(others), "names": names}


def _posts_of(members: list[TeamMember], day: date) -> list[LeadingPost]:
    own, people = members[0].organisation_id, [row.person_id for row in members]
    mine = Q(person__in=people) | Q(organisation=own)
    rows = leading_posts(members[0].org_path, day).filter(mine).order_by("post__rank", "id")
    return [LeadingPost(**row) for row in rows.values(*POST)]


def unseen_words(conveners: Iterable[TeamMember]) -> str:
    """Of those who are typed by name; '' for nobody."""
    names = "、".join(row.name for row in conveners if not row.person_id)
    words = _(
        "The convener is the leader in charge: whether %(name)s holds a leading post cannot be seen; take the person in from the roster."
    )
    return words % {"name": names} if names else ""
