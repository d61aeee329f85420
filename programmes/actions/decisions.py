"""What a body decided, on record: by itself of papers and topics, by hand for other major issues (P2-12, P3-42)."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from actionlearning.foundation.audit import record
from actionlearning.foundation.counters import next_number
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.scope import WHOLE, scope
from actionlearning.foundation.workflow import lock
from groups.models import Body, Organisation
from groups.queries.sitting import sitting_in
from groups.roles import BodyKind
from programmes.models import (
    Decision,
    DecisionOutcome,
    DecisionStep,
    Dossier,
    Programme,
    Project,
    Turn,
)
from programmes.procedures import StepKind
from programmes.queries import enrolment_of, local_day
from programmes.queries.decisions import wrote_by_hand
from programmes.states import ProgrammeState

FIELDS = ("held_on", "venue", "present", "matter", "outcome", "text")
LONGEST_TEXT = 20_000
COPIED = ("programme", "body", "turn", "dossier", "voices", *FIELDS)


@transaction.atomic
def keep_decision(turn: Turn, dossier: Dossier, *, by: User, now: datetime) -> Decision | None:
    """A draft of the record of a decision on a paper, with its voices; None for steps of other kinds."""
    if turn.kind != StepKind.DECIDE or turn.outcome not in DecisionOutcome.values:
        return None
    voices = list(turn.voices.order_by("at", "id"))
    made = Decision(
        programme=dossier.programme, body=turn.body, turn=turn, dossier=dossier,
        held_on=local_day(turn.acted_at or now), matter=dossier.title, outcome=turn.outcome,
        text=turn.opinion, present="、".join(dict.fromkeys(each.spoken_by for each in voices))[:500],
        voices=[_voice(each) for each in voices], created_by=by, created_at=now,
    )  # fmt: skip
    made.place(turn.holder)
    # Whoever sits in a body above by a post alone may stand outside that office's wall.
    with scope(turn.tenant, path=WHOLE, actor=by):
        made.save(force_insert=True)
    record("decision.kept", target=made, by=by, at=now, outcome=made.outcome)
    return made


@transaction.atomic
def keep_choice(
    project: Project, outcome: str, *, opinion: str, by: User, now: datetime
) -> Decision | None:
    """Likewise of a topic on which the leading group decided without a paper (P2-22); None where there is no group."""
    group = Body.objects.filter(
        organisation=project.organisation_id, kind=BodyKind.LEADING_GROUP, ends_on=None
    )
    if not group.exists():
        return None
    with override(settings.LANGUAGE_CODE):
        matter = _("Whether the topic “%(title)s” is taken on") % {"title": project.title}
    made = Decision(
        programme=project.programme, body=BodyKind.LEADING_GROUP, held_on=local_day(now),
        matter=matter[:200], outcome=outcome, text=opinion.strip(), present=by.display_name,
        created_by=by, created_at=now,
    )  # fmt: skip
    made.place(project.organisation)
    made.save(force_insert=True)
    record("decision.kept", target=made, by=by, at=now, outcome=outcome)
    return made


def _voice(voice: Any) -> dict[str, str]:
    return {
        "name": voice.spoken_by,
        "post": voice.post_title,
        "outcome": voice.outcome,
        "opinion": voice.opinion,
        "at": voice.at.isoformat(),
    }


@transaction.atomic
def write_decision(
    *, programme: Programme, organisation: Organisation, body: str, by: User, now: datetime,
    **facts: Any,
) -> Decision:  # fmt: skip
    """By hand; `facts`: held_on, venue, present, matter, outcome, text.

    Raises NotAllowed, RuleBroken (`programme_state`, `not_enrolled`), BadInput.
    """
    if not by.has_perm(Permission.DOSSIER_WRITE, organisation):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
    _refuse_elsewhere(programme, organisation, local_day(now))
    if not Body.objects.filter(organisation=organisation, kind=body, ends_on=None).exists():
        words = _("“%(unit)s” has no such body: form it first.") % {"unit": organisation}
        raise BadInput(words, fields={"body": words})
    made = Decision(programme=programme, body=body, created_by=by, created_at=now)
    made.place(organisation)
    _fill(made, facts, now)
    made.save(force_insert=True)
    record("decision.written", target=made, by=by, at=now)
    return made


def _refuse_elsewhere(programme: Programme, organisation: Organisation, day: date) -> None:
    """Of a programme that runs, and of a unit that takes part in it."""
    if programme.state != ProgrammeState.IN_FORCE:
        raise RuleBroken(
            _("“%(name)s” is not in force.") % {"name": programme}, code="programme_state"
        )
    if programme.owner_id != organisation.pk and not enrolment_of(programme, organisation, day):
        raise RuleBroken(
            _("“%(unit)s” takes no part in “%(name)s”: enrol it first.")
            % {"unit": organisation, "name": programme},
            code="not_enrolled",
        )


@transaction.atomic
def change_decision(
    decision: Decision, *, by: User, now: datetime, seen: int | None = None, **facts: Any
) -> Decision:
    """Until it is signed. Raises NotAllowed, RuleBroken `signed`, BadInput, Stale."""
    fresh = _own_draft(decision, by, seen)
    before = {name: getattr(fresh, name) for name in FIELDS}
    _fill(fresh, facts, now)
    changed = [name for name in FIELDS if getattr(fresh, name) != before[name]]
    if changed:
        fresh.version += 1
        fresh.save(update_fields=[*changed, "version"])
        record("decision.changed", target=fresh, by=by, at=now, fields=changed)
    return fresh


def _own_draft(decision: Decision, by: User, seen: int | None) -> Decision:
    fresh = lock(decision, seen=seen)
    if not by.has_perm(Permission.DOSSIER_WRITE, fresh):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
    _refuse_signed(fresh)
    return fresh


def _refuse_signed(decision: Decision) -> None:
    if decision.signed_at is not None:
        raise RuleBroken(
            _("A signed record is never changed: write a correction that refers to it."),
            code="signed",
        )


def _fill(decision: Decision, facts: dict[str, Any], now: datetime) -> None:
    for name in facts.keys() & set(FIELDS):
        value = facts[name]
        text = value.replace("\r\n", "\n").strip() if isinstance(value, str) else value
        setattr(decision, name, text)
    faults = _faults(decision, local_day(now))
    if faults:
        raise BadInput(_("Please mend the fields named here."), fields=faults)


def _faults(decision: Decision, today: date) -> dict[str, str]:
    faults = {
        name: _("At most %(count)d characters.") % {"count": most}
        for name, most in (("matter", 200), ("venue", 60), ("present", 500), ("text", LONGEST_TEXT))
        if len(getattr(decision, name)) > most
    }
    if not decision.matter:
        faults["matter"] = _("Say what was decided on.")
    if decision.outcome not in DecisionOutcome.values:
        faults["outcome"] = _("Say how it was decided.")
    if decision.held_on is None:
        faults["held_on"] = _("Say on which day it was decided.")
    elif decision.held_on > today:
        faults["held_on"] = _("The day lies ahead: put it on record once it is decided.")
    return faults


@transaction.atomic
def sign_decision(
    decision: Decision, *, by: User, now: datetime, seen: int | None = None
) -> Decision:
    """By somebody who sits in the body and did not write it by hand; it gets the next number of that body and year.

    Raises NotAllowed (also `own_record`), RuleBroken (`signed`, `incomplete`), Stale.
    """
    fresh = lock(decision, seen=seen)
    if not sitting_in(fresh.organisation_id, fresh.body, by, local_day(now)):
        raise NotAllowed(
            _("Only somebody who sits in the body signs its record."), code="not_allowed"
        )
    _refuse_signed(fresh)
    if wrote_by_hand(fresh, by):
        raise NotAllowed(
            _("You wrote this record: somebody else who sits in the body signs it."),
            code="own_record",
        )
    if not fresh.text or not fresh.present:
        raise RuleBroken(
            _("Still to be written: %(names)s.")
            % {
                "names": "、".join(
                    words
                    for words, told in ((_("text"), fresh.text), (_("present"), fresh.present))
                    if not told
                )
            },
            code="incomplete",
        )
    fresh.year = local_day(now).year
    fresh.number = next_number(f"decision:{fresh.organisation_id}:{fresh.body}:{fresh.year}")
    fresh.signed_at, fresh.signed_by, fresh.signed_name = now, by, by.display_name
    fresh.version += 1
    fresh.save()
    record("decision.signed", target=fresh, by=by, at=now, number=fresh.number)
    return fresh


@transaction.atomic
def correct_decision(decision: Decision, *, by: User, now: datetime) -> Decision:
    """A new record that refers to the signed one. Raises NotAllowed, RuleBroken `not_signed`."""
    old = lock(decision)
    if not by.has_perm(Permission.DOSSIER_WRITE, old):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
    if old.signed_at is None:
        raise RuleBroken(_("It is not signed yet: change it."), code="not_signed")
    waiting = old.corrections.filter(signed_at=None).first()
    if waiting is not None:
        return waiting
    made = Decision(corrects=old, created_by=by, created_at=now)
    for name in COPIED:
        setattr(made, name, getattr(old, name))
    made.place(old.organisation)
    made.save(force_insert=True)
    record("decision.corrected", target=made, by=by, at=now, corrects=str(old.pk))
    return made


@transaction.atomic
def follow_up(decision: Decision, *, day: date, text: str, by: User, now: datetime) -> DecisionStep:
    """What was done after it (P3-43). Raises NotAllowed, RuleBroken `not_signed`, BadInput."""
    fresh = lock(decision)
    if not by.has_perm(Permission.DOSSIER_WRITE, fresh):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
    if fresh.signed_at is None:
        raise RuleBroken(
            _("Sign the record first, then follow what becomes of it."), code="not_signed"
        )
    told, faults = text.replace("\r\n", "\n").strip(), {}
    if not told or len(told) > 1000:
        faults["text"] = _("Say what was done, in at most 1,000 characters.")
    if not fresh.held_on <= day <= local_day(now):
        faults["day"] = _("A day between the decision and today is expected.")
    if faults:
        raise BadInput(_("Please mend the fields named here."), fields=faults)
    step = DecisionStep(decision=fresh, day=day, text=told, at=now, by=by, by_name=by.display_name)
    step.organisation_id, step.org_path = fresh.organisation_id, fresh.org_path
    step.save(force_insert=True)
    record("decision.followed", target=fresh, by=by, at=now, day=day.isoformat())
    return step
