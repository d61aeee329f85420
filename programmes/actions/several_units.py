"""How many units take part in a topic: one that a unit can do alone is no comprehensive one (P2-27)."""

import re

from django.utils.translation import gettext as _

from programmes.models import Project

SEVERAL = 2
"""Where a plan asks for several units and was put in force before it could say how many."""
_BETWEEN = re.compile(r"[、,，;；\n]+")


def other_units(project: Project) -> list[str]:
    """Those that take part beside its own, each once, as they were typed."""
    own = {project.organisation.name, project.organisation.short_name}
    named = (each.strip() for each in _BETWEEN.split(project.participating_units))
    return [each for each in dict.fromkeys(named) if each and each not in own]


def several_words(project: Project, least: int) -> str:
    """What is said of a topic in which fewer than `least` take part, its own unit counted; '' of any other.

    A part may well be the work of one unit.
    """
    if project.level > 1 or least <= 1:
        return ""
    count = 1 + len(other_units(project))
    words = _(
        "A topic should be one that needs at least %(least)d units, its own among them; this one has %(count)d: name those that take part."
    )
    return "" if count >= least else words % {"least": least, "count": count}
