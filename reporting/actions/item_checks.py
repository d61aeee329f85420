"""What must be true of an item before a verb lets it stand; a refusal names the sentence of the programme's plan."""

from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from actionlearning.foundation.errors import BadInput, Cited, RuleBroken
from actionlearning.foundation.models import Tenant, User
from actionlearning.foundation.scope import current_tenant_id
from groups.queries.minds import same_mind
from programmes.clauses import cited_for
from programmes.models import Project
from programmes.queries import local_day, open_duties
from reporting.models import InformationItem
from reporting.models.item import MOST_WORDS
from reporting.queries import (
    DELIVERABLE,
    articles_in_force,
    copy_of,
    holding,
    months_owed,
    types_of,
)
from reporting.states import PRINTED

ASKED = ("P2-84", "P1-51")
"""What the plans say of an item: true and in its manner (part two), the item as such (part one)."""
LIMITS = {"title": 120, "body": MOST_WORDS, "phone": 30}
REASON = 300


def cited(item: InformationItem, now: datetime) -> tuple[Cited, ...]:
    return cited_for(item.programme, ASKED, local_day(now))


def require_length(item: InformationItem, name: str, value: Any, now: datetime) -> None:
    most = LIMITS.get(name)
    if most is not None and len(value) > most:
        message = _("At most %(most)d characters; these are %(found)d.") % {
            "most": most,
            "found": len(value),
        }
        raise BadInput(message, fields={name: message}, code="too_long", cited=cited(item, now))


def require_own_project(item: InformationItem, project: Project | None) -> None:
    if project and (project.organisation_id, project.programme_id) != (
        item.organisation_id,
        item.programme_id,
    ):
        message = _("This topic belongs to another unit or programme.")
        raise BadInput(message, fields={"project": message})


def require_owed_month(
    item: InformationItem, month: str, project: Project | None, now: datetime
) -> None:
    """A month that nothing is owed for would be taken and silently meet nothing."""
    if not month or month in months_owed(item, project):
        return
    named = open_duties(item.organisation, DELIVERABLE, now).filter(programme=item.programme_id)
    months = list(dict.fromkeys(named.values_list("window_key", flat=True)))
    message = _("Nothing is owed for “%(month)s”. Open now: %(months)s.") % {
        "month": month,
        "months": "、".join(months) or _("no month"),
    }
    raise BadInput(message, fields={"window_key": message}, code="unknown_month")


def require_kind(item: InformationItem, kind: str, now: datetime) -> None:
    """The plan in force says which types there are (D10)."""
    known = types_of(item.programme, local_day(now))
    if kind in {each.key for each in known}:
        return
    message = _("The programme's plan knows no such type. It knows: %(types)s.") % {
        "types": "、".join(each.name for each in known)
    }
    raise BadInput(message, fields={"kind": message}, code="unknown_kind", cited=cited(item, now))


def require_text(item: InformationItem, now: datetime) -> None:
    if not item.title.strip() or not item.content_hash:
        raise RuleBroken(
            _("An item needs a title and a text: what happened, where, when, with what result."),
            code="empty_text",
            cited=cited(item, now),
        )
    require_kind(item, item.kind, now)


def require_declaration(item: InformationItem, now: datetime) -> None:
    if not item.truthful:
        raise RuleBroken(
            _("Information must be true: tick the declaration before you submit."),
            code="not_declared",
            cited=cited(item, now),
        )


def refuse_copy(item: InformationItem, now: datetime) -> None:
    """One at a time for each text of a unit, so that two windows cannot send the same item twice."""
    with connection.cursor() as cursor:
        name = f"item:{current_tenant_id()}:{item.organisation_id}:{item.content_hash}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
    earlier = copy_of(item)
    if earlier is not None:
        raise RuleBroken(
            _(
                "Your unit has submitted this text already: “%(title)s”."
                " Write what is new in this one, or leave it."
            )
            % {"title": earlier},
            code="duplicate_text",
            cited=cited(item, now),
        )


def refuse_own_paper(by: User, *writers: Any, tenant: Tenant) -> None:
    """`writers` are keys of sign-ins: another one of the same person is his as well."""
    if same_mind(by, *writers, tenant=tenant):
        raise RuleBroken(_("Nobody approves their own paper."), code="own_paper")


def writers_of(item: InformationItem) -> tuple[Any, ...]:
    """Keys of the sign-ins through whose hands it went up: none of these persons decides on it."""
    return item.drafted_by_id, item.signed_by_id, item.submitted_by_id


def refuse_printed(item: InformationItem) -> None:
    """The caller has locked the item, so no issue that prints it is signed meanwhile."""
    rows = articles_in_force().filter(holding([item.pk]), issue__state__in=PRINTED)
    printed = rows.select_related("issue__series").first()
    if printed is not None:
        raise RuleBroken(
            _("It stands in “%(issue)s”: correct or withdraw the issue first.")
            % {"issue": printed.issue},
            code="printed",
        )


def worded(text: str, *, required: str = "", field: str = "reason") -> str:
    words = text.strip()
    message = "" if words else required
    if len(words) > REASON:
        message = _("At most %(most)d characters.") % {"most": REASON}
    if message:
        raise BadInput(message, fields={field: message})
    return words
