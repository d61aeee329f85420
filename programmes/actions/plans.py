"""Plans as data: load a pack, change one rule by a new version, export what is stored."""

import hashlib
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.languages import product_words
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.workflow import lock_row
from programmes.actions.laying import lay_anew
from programmes.actions.schedules import schedule_of
from programmes.calendar import ScheduleError, validate
from programmes.models import Clause, Plan, Programme, Rule
from programmes.packs.format import ClauseSpec, Pack, RuleSpec
from programmes.packs.problems import PackError
from programmes.packs.reading import pack_from, read, rule_from
from programmes.packs.writing import dump, plain
from programmes.queries import pack_of, plan_in_force
from programmes.states import ProgrammeState


def read_pack(text: str) -> Pack:
    """Raises BadInput with one line for every mistake; nothing is loaded then."""
    try:
        return read(text)
    except PackError as broken:
        raise _bad_pack(broken) from None


def _bad_pack(broken: PackError) -> BadInput:
    lines = [
        _("Line %(line)d: %(place)s%(words)s")
        % {
            "line": problem.line,
            "place": f"{problem.path}: " if problem.path else "",
            "words": problem.worded(),
        }
        for problem in broken.errors
    ]
    return BadInput("\n".join(lines), code="bad_pack")


@transaction.atomic
def load_plan(
    programme: Programme, pack: Pack, *, applies_from: date, by: User, now: datetime
) -> tuple[Plan, bool]:
    """(the plan, whether it is new). The same pack again changes nothing; another one is a new version.

    Duties that are open keep the version they were laid under; those that have not opened yet are
    laid anew. Raises NotAllowed, RuleBroken (closed), BadInput (another plan, impossible dates).
    """
    _may_change(by, programme)
    lock_row(programme)
    digest = hashlib.sha256(dump(pack).encode()).hexdigest()
    last = Plan.objects.filter(programme=programme).order_by("-number").first()
    if last is not None and last.digest == digest:
        return last, False
    if last is not None:
        _refuse_version(programme, last, pack, applies_from)
    refuse_impossible_dates(pack, programme)
    plan = Plan.objects.create(
        programme=programme,
        number=last.number + 1 if last else 1,
        applies_from=applies_from,
        head={name: value for name, value in plain(pack).items() if name != "clauses"},
        digest=digest,
        loaded_at=now,
    )
    _write_clauses(plan, pack)
    if programme.state == ProgrammeState.IN_FORCE:
        lay_anew(programme, applies_from, by=by, now=now)
    record("plan.loaded", target=programme, by=by, at=now, number=plan.number, pack=pack.id)
    return plan, True


def _may_change(by: User, programme: Programme) -> None:
    if not by.has_perm(Permission.PROGRAMME_CHANGE, programme.owner):
        raise NotAllowed(
            _("Only the office that runs the programme may do this."), code="not_allowed"
        )
    if programme.state == ProgrammeState.CLOSED:
        raise RuleBroken(_("“%(name)s” is closed.") % {"name": programme}, code="closed")


def _refuse_version(programme: Programme, last: Plan, pack: Pack, applies_from: date) -> None:
    """A draft may still be mended from its first day; afterwards versions follow each other."""
    if pack.id != programme.pack:
        raise BadInput(
            _("This is the plan “%(other)s”; the programme runs “%(own)s”.")
            % {"other": pack.id, "own": programme.pack},
            code="another_plan",
        )
    draft = programme.state == ProgrammeState.DRAFT and applies_from == last.applies_from
    if applies_from <= last.applies_from and not draft:
        words = _("A new version applies from a later day than the one before it (%(day)s).") % {
            "day": last.applies_from.isoformat()
        }
        raise BadInput(words, fields={"applies_from": words})
    if applies_from > programme.ends_on:
        words = _("The programme ends on %(day)s.") % {"day": programme.ends_on.isoformat()}
        raise BadInput(words, fields={"applies_from": words})


def refuse_impossible_dates(pack: Pack, programme: Programme) -> None:
    for rule in pack.rules:
        if not rule.enabled:
            continue
        try:
            validate(
                schedule_of(rule, pack, programme.year), programme.starts_on, programme.ends_on
            )
        except ScheduleError as broken:
            raise BadInput(f"{product_words(rule.title)}: {broken}", code="bad_dates") from None


def _write_clauses(plan: Plan, pack: Pack) -> None:
    place = 0
    for ordinal, spec in enumerate(pack.clauses, 1):
        clause = Clause.objects.create(
            plan=plan,
            ordinal=ordinal,
            key=spec.key,
            kind=spec.kind,
            level=spec.level,
            text=spec.text,
            gloss=spec.gloss,
            reading=spec.reading or "",
            cites=list(spec.cites),
        )
        for rule in spec.rules:
            place += 1
            _write_rule(plan, clause, rule, spec, place)


def _write_rule(plan: Plan, clause: Clause, rule: RuleSpec, spec: ClauseSpec, place: int) -> None:
    Rule.objects.create(
        plan=plan,
        clause=clause,
        ordinal=place,
        key=rule.key,
        title=rule.title,
        title_en=rule.title_en,
        kind=rule.kind,
        deliverable=rule.deliverable,
        owed_by=rule.owed_by,
        enabled=rule.enabled,
        nil_allowed=rule.nil,
        spec=plain(rule),
    )


def export_plan(plan: Plan) -> str:
    """Canonical YAML rebuilt from the tables: equal, to the byte, to the canonical file loaded."""
    return dump(pack_of(plan))


@transaction.atomic
def change_rule(
    programme: Programme,
    key: str,
    changes: dict[str, Any],
    *,
    applies_from: date,
    by: User,
    now: datetime,
) -> Plan:
    """One rule of the latest version, by a new version; None as a value takes a setting back.

    The same settings again change nothing. Raises what load_plan and changed_pack raise.
    """
    pack = changed_pack(programme, key, changes)
    plan, new = load_plan(programme, pack, applies_from=applies_from, by=by, now=now)
    if new:
        record("plan.rule_changed", target=programme, by=by, at=now, rule=key, changes=changes)
    return plan


def changed_pack(programme: Programme, key: str, changes: dict[str, Any]) -> Pack:
    """The latest version with one rule changed, not stored. Raises BadInput with the format's words."""
    latest = plan_in_force(programme, date.max)
    if latest is None:
        raise BadInput(_("This programme has no plan yet."), code="no_plan")
    pack = pack_of(latest)
    clauses = [plain(clause) for clause in pack.clauses]
    _change_one(clauses, key, changes, pack)
    return read_pack(dump(_repacked(pack, clauses)))


def _change_one(
    clauses: list[dict[str, Any]], key: str, changes: dict[str, Any], pack: Pack
) -> None:
    for clause in clauses:
        rules = clause.get("rules", [])
        for number, rule in enumerate(rules):
            if rule["key"] == key:
                told = {k: v for k, v in {**rule, **changes}.items() if v is not None}
                rules[number] = _accepted(told, pack)
                return
    raise BadInput(_("The plan has no rule “%(key)s”.") % {"key": key}, code="unknown_rule")


def _accepted(told: dict[str, Any], pack: Pack) -> dict[str, Any]:
    try:
        return dict(plain(rule_from(told, pack)))
    except PackError as broken:
        lines = [f"{each.path}: {each.worded()}".removeprefix(": ") for each in broken.errors]
        raise BadInput("\n".join(lines), code="bad_rule") from None


def _repacked(pack: Pack, clauses: list[dict[str, Any]]) -> Pack:
    return pack_from({**plain(pack), "clauses": clauses})
