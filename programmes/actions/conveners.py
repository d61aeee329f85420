"""Who may convene: the leader in charge, by a leading post that the roster shows (P2-31)."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from programmes.models import TeamMember
from programmes.queries.leading_posts import leading_posts


def post_words(conveners: Iterable[TeamMember], day: date) -> str:
    """Of those of the roster who hold none on `day` at the topic's unit or above, and who could convene; '' for nobody."""
    found = [row for row in conveners if row.person_id]
    if not found:
        return ""
    own, people = found[0].organisation_id, [row.person_id for row in found]
    mine = Q(person__in=people) | Q(organisation=own)
    leading = leading_posts(found[0].org_path, day).filter(mine)
    told = ("person", "organisation", "person_name")
    rows = list(leading.order_by("post__rank", "id").values_list(*told))
    held = {person for person, _place, _name in rows}
    others = [row.name for row in found if row.person_id not in held]
    if not others:
        return ""
    names = "、".join(dict.fromkeys(name for _person, place, name in rows if place == own))
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
