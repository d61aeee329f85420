"""A tree grown from the divisions, for an office that has all of them below it."""

from collections import Counter
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from groups.actions.organisations import label_of, next_number, set_place
from groups.divisions.shape import stem
from groups.models import Division, Organisation


@transaction.atomic
def grow_tree(root: Organisation, *, starts_on: date, by: User, now: datetime) -> int:
    """Every division below that of `root` becomes an organisation below it; those there already stay.

    Returns how many are new. Raises NotAllowed, BadInput (`root` names no division that is loaded).
    """
    if not by.has_perm(Permission.ORGANISATION_CHANGE, root):
        raise NotAllowed(_("You may not change this part of the tree."), code="not_allowed")
    number = next_number()
    known = {
        each.division: each for each in Organisation.objects.below(root.path).exclude(division="")
    }
    made: list[Organisation] = []
    places: Counter[str] = Counter()
    for division in _below(root, localdate(now)):
        if division.code in known:
            continue
        parent = known[division.parent]
        places[division.parent] += 1
        grown = _grown(division, label_of(number + len(made)), places[division.parent])
        grown.starts_on, grown.parent = starts_on, parent
        set_place(grown, parent)
        known[division.code] = grown
        made.append(grown)
    Organisation.objects.bulk_create(made, batch_size=500)
    record("organisation.grown", target=root, by=by, at=now, count=len(made))
    return len(made)


def _below(root: Organisation, day: date) -> list[Division]:
    """From above, in the order of their codes: so a parent is always there before its children."""
    rows = Division.objects.valid_on(day).filter(code__startswith=stem(root.division or "-"))
    found = list(rows.exclude(code=root.division))
    if not found:
        words = _("“%(name)s” has no division that is loaded.") % {"name": root}
        raise BadInput(words, code="no_division")
    depth = {code: place for place, code in enumerate(Division.Level.values)}
    return sorted(found, key=lambda each: (depth[each.level], each.code))


def _grown(division: Division, label: str, place: int) -> Organisation:
    """Seniority is the place in the official list of codes."""
    return Organisation(
        kind=division.level,
        name=division.name,
        division=division.code,
        label=label,
        seniority=place,
    )
