"""Who was trained in what (P2-18), recorded by the office; and help asked for those who were not (P2-19, P2-58)."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.workflow import lock_row
from groups.models import Organisation, Person
from programmes.actions.attended import give_way_to_class
from programmes.actions.dossiers import change_dossier, open_dossier
from programmes.models import Dossier, Programme, Training
from programmes.queries import head_of, local_day
from programmes.queries.trainings import contents_named

MOST_HOURS = Decimal(999)
KIND = "support_request"
LISTED = 60
"""So many names are written out; the number of all is always told."""


@transaction.atomic
def record_training(
    person: Person,
    *,
    programme: Programme,
    contents: str,
    held_on: date,
    hours: Decimal,
    by: User,
    now: datetime,
    title: str = "",
) -> Training:
    """`hours`: class hours. Raises NotAllowed, BadInput, RuleBroken `recorded`."""
    if not by.has_perm(Permission.PERSON_CHANGE, person):
        raise NotAllowed(_("You may not keep this unit's roster."), code="not_allowed")
    lock_row(person)
    _check(programme, contents, held_on, hours, title, now)
    facts = {"person": person, "contents": contents, "held_on": held_on, "withdrawn_at": None}
    if Training.objects.filter(programme=programme, **facts).exists():
        raise RuleBroken(
            _("This training of %(name)s on that day is recorded already.") % {"name": person},
            code="recorded",
        )
    made = Training(programme=programme, name=person.name, title=title.strip(), hours=hours)
    made.person, made.contents, made.held_on = person, contents, held_on
    made.recorded_by, made.recorded_name, made.recorded_at = by, by.display_name, now
    made.place(person.organisation)
    made.save(force_insert=True)
    told = {"name": made.name, "contents": contents, "on": held_on.isoformat()}
    record("training.recorded", target=made, by=by, at=now, **told)
    return made


def _check(
    programme: Programme, contents: str, held_on: date, hours: Decimal, title: str, now: datetime
) -> None:
    problems, known = {}, contents_named(head_of(programme, held_on))
    if contents not in known:
        names = "、".join(known.values())
        problems["contents"] = _("Choose one of: %(names)s.") % {"names": names}
    if held_on > local_day(now):
        problems["held_on"] = _("A training is recorded after it was held.")
    if not 0 < hours <= MOST_HOURS:
        problems["hours"] = _("Say how many class hours, above 0 and up to 999.")
    if len(title.strip()) > 120:
        problems["title"] = _("At most %(count)d characters.") % {"count": 120}
    if problems:
        raise BadInput(" ".join(problems.values()), fields=problems)


@transaction.atomic
def withdraw_training(training: Training, *, by: User, now: datetime) -> Training:
    """Entered wrong: it no longer counts, and gives way to the log of a class; the audit keeps it. Raises NotAllowed, RuleBroken `ended`."""
    fresh = lock_row(training)
    if not by.has_perm(Permission.PERSON_CHANGE, fresh):
        raise NotAllowed(_("You may not keep this unit's roster."), code="not_allowed")
    if fresh.activity_id is not None:
        raise RuleBroken(
            _("The log of a class says so: correct that log instead."), code="of_a_class"
        )
    if fresh.withdrawn_at is not None:
        raise RuleBroken(_("This record was withdrawn already."), code="ended")
    fresh.withdrawn_at = now
    fresh.save(update_fields=["withdrawn_at"])
    record("training.withdrawn", target=fresh, by=by, at=now, name=fresh.name)
    give_way_to_class(fresh, by=by, now=now)
    return fresh


@transaction.atomic
def ask_for_training(
    programme: Programme,
    organisation: Organisation,
    *,
    names: Sequence[str],
    by: User,
    now: datetime,
    about: str = "",
) -> Dossier:
    """A request for support upward, drafted with the names; the clerk reads it over and sends it.

    Raises RuleBroken (`nobody_untrained`, and as open_dossier()), NotAllowed.
    """
    if not names:
        raise RuleBroken(
            _("Everybody was trained: there is nothing to ask for."), code="nobody_untrained"
        )
    made = open_dossier(
        programme=programme,
        organisation=organisation,
        kind=KIND,
        title=f"{about or organisation.name}·新学员培训支持申请"[:120],
        by=by,
        now=now,
    )
    told = "、".join(names[:LISTED]) + ("等" if len(names) > LISTED else "")
    sections = {
        "matter": f"申请对新学员开展理念、方法、技能培训，请求选派师资或安排班次。\n名单：{told}。",
        "grounds": f"{about or organisation.name}现有{len(names)}名成员尚无培训记录。",
        "when": f"{len(names)}人；时间由行动办安排。",
    }
    known = {key: text for key, text in sections.items() if key in made.content["sections"]}
    return change_dossier(made, content={**made.content, "sections": known}, by=by, now=now)
