"""Who may convene: the leader in charge, by a leading post that the roster shows (P2-31)."""

from collections.abc import Iterable
from datetime import date

from django.db.models import F, Q, Value
from django.utils.translation import gettext as _

from groups.models import Tenure
from groups.queries import in_force
from groups.roles import BodyKind, Role
from programmes.models import TeamMember


def post_words(conveners: Iterable[TeamMember], day: date) -> str:
    """Of those of the roster who hold none on `day` at the topic's unit or above, and who could convene; '' for nobody."""
    found = [row for row in conveners if row.person_id]
    if not found:
        return ""
    leads = Q(post__body__kind=BodyKind.LEADING_GROUP) | Q(role=Role.PROMOTION_TEAM_LEADER)
    alive = Tenure.objects.filter(leads, in_force(day), post__body__ends_on=None)
    leading = alive.alias(here=Value(found[0].org_path)).filter(here__startswith=F("org_path"))
    people = leading.filter(person__in=[row.person_id for row in found])
    held = set(people.values_list("person", flat=True))
    others = [row.name for row in found if row.person_id not in held]
    if not others:
        return ""
    rows = leading.filter(organisation=found[0].organisation_id).order_by("post__rank", "id")
    names = "、".join(dict.fromkeys(rows.values_list("person_name", flat=True)))
    words = (
        _("The convener is the leader in charge: %(name)s holds no leading post. Choose one of: %(names)s.")
        if names
        else _("The convener is the leader in charge: %(name)s holds no leading post, and nobody of the unit does yet: enter its leading group first.")
    )  # fmt: skip
    return words % {"name": "、".join(others), "names": names}


def unseen_words(conveners: Iterable[TeamMember]) -> str:
    """Of those who are typed by name; '' for nobody."""
    names = "、".join(row.name for row in conveners if not row.person_id)
    words = _(
        "The convener is the leader in charge: whether %(name)s holds a leading post cannot be seen; take the person in from the roster."
    )
    return words % {"name": names} if names else ""
