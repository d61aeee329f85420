"""The register of regulations: brought by a paper that stands, or entered where they were issued before (P1-14)."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.workflow import lock
from groups.models import Organisation
from programmes.actions.presence import observe_regulations
from programmes.models import Dossier, Enrolment, Programme, Regulation
from programmes.queries import head_of, local_day
from programmes.regulations import system_named

PAPER = "system_document"
LONGEST = {"name": 120, "document_number": 60, "text": 20_000, "reason": 300}


@transaction.atomic
def bring_regulation(dossier: Dossier, *, by: User, now: datetime) -> Regulation | None:
    """The paper stands: its regulation is in force from today; that of the revision before it no longer."""
    if dossier.kind != PAPER:
        return None
    known = Regulation.objects.filter(dossier=dossier).first()
    sections, day = dossier.content.get("sections", {}), local_day(now)
    named = sections.get("system") or dossier.title
    if known is not None:
        known.name, known.text, known.version = (
            named[:120],
            sections.get("text", ""),
            known.version + 1,
        )
        known.save(update_fields=["name", "text", "version"])
        return known
    made = _placed(dossier.programme, dossier.organisation, dossier.supervisor, by, now)
    made.dossier, made.name, made.text = dossier, named[:120], sections.get("text", "")
    made.system = system_named(named, dossier.plan.head.get("systems", ()))
    made.issued_on = made.in_force_on = day
    earlier = Dossier.objects.series(dossier).exclude(pk=dossier.pk)
    in_force = Regulation.objects.select_for_update(of=("self",)).filter(
        dossier__in=earlier, repealed_on=None
    )
    made.replaces = in_force.order_by("-in_force_on", "-recorded_at").first()
    if made.replaces is not None:
        made.system = _inherited(made, made.replaces)
    _kept(made, by, now)
    return made


def _inherited(made: Regulation, before: Regulation) -> str:
    """Under the same name what was said of the last one holds: its unit may have put the guess right."""
    if made.name == before.name:
        return before.system or made.system
    return made.system or before.system


def _placed(
    programme: Programme, organisation: Organisation, above: Any, by: User, now: datetime
) -> Regulation:
    made = Regulation(programme=programme, recorded_by=by, recorded_at=now)
    made.place(organisation)
    made.supervisor = above
    return made


def _kept(made: Regulation, by: User, now: datetime) -> None:
    made.save(force_insert=True)
    record("regulation.recorded", target=made, by=by, at=now, system=made.system)
    if made.replaces is not None:
        _end(made.replaces, made.in_force_on, _("Replaced by a later one"), by, now)
    observe_regulations(now=now, programme=made.programme_id, organisation=made.organisation_id)


@transaction.atomic
def enter_regulation(
    *,
    programme: Programme,
    organisation: Organisation,
    name: str,
    issued_on: date,
    by: User,
    now: datetime,
    system: str = "",
    document_number: str = "",
    in_force_on: date | None = None,
    text: str = "",
    replaces: Regulation | None = None,
) -> Regulation:
    """One that was issued without a paper of this product, with its number and day.

    Raises NotAllowed, RuleBroken (`not_enrolled`, `repealed`: what it replaces), BadInput.
    """
    if not by.has_perm(Permission.DOSSIER_SEND, organisation):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
    made = _placed(programme, organisation, _above(programme, organisation), by, now)
    made.name, made.document_number, made.text = name.strip(), document_number.strip(), text.strip()
    made.system, made.issued_on = system, issued_on
    made.in_force_on, made.replaces = in_force_on or issued_on, replaces
    _refuse_faults(made, local_day(now))
    if replaces is not None:
        made.replaces = lock(replaces)
        _refuse_repealed(made.replaces)
    _kept(made, by, now)
    return made


def _above(programme: Programme, organisation: Organisation) -> Organisation | None:
    found = Enrolment.objects.filter(programme=programme, organisation=organisation, ends_on=None)
    enrolment = found.select_related("supervisor").first()
    if enrolment is None and programme.owner_id != organisation.pk:
        raise RuleBroken(
            _("“%(unit)s” takes no part in “%(name)s”: enrol it first.")
            % {"unit": organisation, "name": programme},
            code="not_enrolled",
        )
    return enrolment.supervisor if enrolment else None


def _refuse_faults(made: Regulation, today: date) -> None:
    faults = {
        name: _("At most %(count)d characters.") % {"count": most}
        for name, most in LONGEST.items()
        if len(getattr(made, name)) > most
    }
    if not made.name:
        faults["name"] = _("A name is needed.")
    if not made.document_number:
        faults["document_number"] = _("Give the number of the document that issued it.")
    if made.system and made.system not in _systems(made, today):
        faults["system"] = _("Choose one of the plan's systems, or “other”.")
    if made.issued_on > today:
        faults["issued_on"] = _("The day lies ahead: enter it once it is issued.")
    if made.in_force_on < made.issued_on:
        faults["in_force_on"] = _("It cannot hold before it is issued.")
    old = made.replaces
    if old is not None and (
        old.organisation_id != made.organisation_id or old.programme_id != made.programme_id
    ):
        faults["replaces"] = _("Choose a regulation of this unit in this programme.")
    if faults:
        raise BadInput(_("Please mend the fields named here."), fields=faults)


def _systems(regulation: Regulation, today: date) -> set[str]:
    return {row["key"] for row in head_of(regulation.programme, today).get("systems", ())}


def may_be_named(regulation: Regulation) -> bool:
    """Whoever entered one by hand has said which system it is; a paper's name alone may say nothing."""
    by_hand = regulation.dossier_id is None and regulation.system != ""
    return regulation.repealed_on is None and not by_hand


@transaction.atomic
def name_system(
    regulation: Regulation, system: str, *, by: User, now: datetime, seen: int | None = None
) -> Regulation:
    """Which of the plan's systems it is, where its name did not say so or said it wrongly (P2-39, P3-47).

    From now on it counts as that system. Raises NotAllowed, RuleBroken (`repealed`, `system_told`,
    `system_taken`), BadInput, Stale.
    """
    _hold_register(regulation)
    fresh = lock(regulation, seen=seen)
    if not by.has_perm(Permission.DOSSIER_SEND, fresh):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
    _refuse_repealed(fresh)
    if system not in _systems(fresh, local_day(now)):
        told = _("Choose one of the plan's systems.")
        raise BadInput(_("Please mend the fields named here."), fields={"system": told})
    if system == fresh.system:
        return fresh
    _refuse_other(fresh, system, local_day(now))
    before, fresh.system = fresh.system, system
    fresh.version += 1
    fresh.save(update_fields=["system", "version"])
    observe_regulations(now=now, programme=fresh.programme_id, organisation=fresh.organisation_id)
    record("regulation.system_named", target=fresh, by=by, at=now, before=before, system=system)
    return fresh


def _hold_register(regulation: Regulation) -> None:
    """Two of them cannot become the same system at once."""
    rows = Regulation.objects.select_for_update(of=("self",)).filter(
        programme=regulation.programme_id, organisation=regulation.organisation_id, repealed_on=None
    )
    list(rows.order_by("pk").values_list("pk"))


def _refuse_other(regulation: Regulation, system: str, today: date) -> None:
    """What counts already goes on counting: never beside another one as the same system."""
    if not may_be_named(regulation):
        raise RuleBroken(
            _("Its system was told when it was entered: repeal it, and enter it anew."),
            code="system_told",
        )
    there = Regulation.objects.in_force(today).filter(
        programme=regulation.programme_id, organisation=regulation.organisation_id, system=system
    )
    if regulation.system and there.exists():
        raise RuleBroken(
            _("Another regulation in force is that system already: repeal that one first."),
            code="system_taken",
        )


def _refuse_repealed(regulation: Regulation) -> None:
    if regulation.repealed_on is not None:
        day = regulation.repealed_on.isoformat()
        raise RuleBroken(
            _("It was repealed already, from %(day)s on.") % {"day": day}, code="repealed"
        )


@transaction.atomic
def repeal_regulation(
    regulation: Regulation,
    *,
    day: date,
    reason: str,
    by: User,
    now: datetime,
    seen: int | None = None,
) -> Regulation:
    """From `day` on it does not hold any more. Raises NotAllowed, RuleBroken `repealed`, BadInput, Stale."""
    fresh = lock(regulation, seen=seen)
    if not by.has_perm(Permission.DOSSIER_SEND, fresh):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
    _refuse_repealed(fresh)
    faults = {}
    if not reason.strip():
        faults["reason"] = _("Say why it is repealed.")
    if day < fresh.in_force_on:
        faults["day"] = _("It cannot end before it holds.")
    if faults:
        raise BadInput(_("Please mend the fields named here."), fields=faults)
    _end(fresh, day, reason.strip()[:300], by, now)
    observe_regulations(now=now, programme=fresh.programme_id, organisation=fresh.organisation_id)
    return fresh


def _end(regulation: Regulation, day: date, reason: str, by: User, now: datetime) -> None:
    regulation.repealed_on = max(day, regulation.in_force_on)
    regulation.repealed_at, regulation.repealed_by, regulation.reason = now, by, reason
    regulation.version += 1
    regulation.save(
        update_fields=["repealed_on", "repealed_at", "repealed_by", "reason", "version"]
    )
    record("regulation.repealed", target=regulation, by=by, at=now, reason=reason)
