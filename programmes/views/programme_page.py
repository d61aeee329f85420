"""What the page of one programme shows: facts, phases, units with their rates, what comes next."""

from datetime import date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q
from django.db.models.functions import JSONObject
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from actionlearning.foundation.languages import product_words
from actionlearning.foundation.permissions import Permission
from groups.models import Organisation
from groups.models.organisation import DEPTH
from programmes.actions.schedules import schedule_of
from programmes.calendar import PartialFirst, Window, WorkCalendar, windows
from programmes.models import Enrolment, Obligation, Plan, Programme, Rule
from programmes.models.obligation import UNFINISHED, DutyState
from programmes.packs.shapes import month_named
from programmes.queries import (
    ZONE,
    Tally,
    applying,
    local_day,
    pack_of,
    tally_by,
    tally_of,
    visible_enrolments,
    visible_programmes,
    with_parent,
)
from programmes.queries.activities import units_that_hold
from programmes.states import CLOSE_PROGRAMME, PUT_IN_FORCE, ProgrammeState
from programmes.views.provisions import provision_lines
from programmes.views.wording import day_words, month_words, rate_words, title_of

COMING = 8
"""Due dates shown on the programme's page; all of them are in its calendar."""


def programme_or_404(request: Any, pk: Any) -> Programme:
    found: Programme = get_object_or_404(
        with_parent(visible_programmes(request.user), request.user).select_related("owner"), pk=pk
    )
    return found


def programme_to_change(request: Any, pk: Any) -> Programme:
    """For whoever does not run it, there is nothing to change: 404 before any form is shown."""
    found = programme_or_404(request, pk)
    if not request.user.has_perm(Permission.PROGRAMME_CHANGE, found):
        raise Http404
    return found


def to_programme(request: Any, programme: Programme) -> HttpResponseRedirect:
    return HttpResponseRedirect(
        reverse("programmes:programme_detail", args=[request.tenant.slug, programme.pk])
    )


def state_of(programme: Programme) -> dict[str, str]:
    return {"state": programme.state, "label": str(ProgrammeState(programme.state).label)}


def page_context(request: Any, programme: Programme) -> dict[str, Any]:
    today = local_day(request.received_at)
    plan = applying(plans_with_rules(programme), today)
    rules = plan.told if plan else []  # type: ignore[attr-defined]
    mine = Obligation.objects.visible_to(request.user).filter(programme=programme)
    tallies = tally_by(mine, request.received_at, "organisation_id")
    user = request.user
    may_change = user.has_perm(Permission.PROGRAMME_CHANGE, programme)
    return {
        "programme": programme,
        "state": state_of(programme),
        "facts": _facts(programme, plan),
        "parent": {"pk": programme.parent_programme_id, "name": programme.parent_programme_name},  # type: ignore[attr-defined]
        "cut": cut_lines(programme, plan),
        "provisions": provision_lines(plan.head, rules, programme.year) if plan else [],
        "asks_nothing": not any(rule["enabled"] for rule in rules),
        "phases": phase_lines(programme, plan, today),
        "overall": rate_line(tally_of(tallies.values())),
        "units": unit_lines(request, programme, tallies),
        "coming": coming_lines(mine, programme, request.received_at),
        "as_of": day_words(today),
        "can_change": may_change and programme.state != ProgrammeState.CLOSED,
        "can_hold": units_that_hold(user, programme).exists(),
        "can_name": user.has_perm(Permission.TEAM_CHANGE),
        "can_edit": may_change and programme.state == ProgrammeState.DRAFT,
        "can_force": PUT_IN_FORCE.open_to(user, programme),
        "can_close": CLOSE_PROGRAMME.open_to(user, programme),
    }


def plans_with_rules(programme: Programme) -> list[Plan]:
    """Its versions in order, each with `told`: what every rule is about, in one statement."""
    told = JSONObject(**{name: name for name in RULE_FACTS})
    rules = Rule.objects.filter(plan=OuterRef("pk")).order_by("ordinal").values(told=told)
    plans = Plan.objects.filter(programme=programme).annotate(told=ArraySubquery(rules))
    return list(plans.order_by("number"))


RULE_FACTS = ("key", "title", "title_en", "deliverable", "enabled", "spec")


def _facts(programme: Programme, plan: Plan | None) -> list[tuple[str, str]]:
    facts = [
        (_("Run by"), programme.owner.name),
        (_("Runs"), f"{day_words(programme.starts_on)} – {day_words(programme.ends_on)}"),
        (_("Phase number"), str(programme.phase_number or "")),
        (_("Batch number"), str(programme.batch_number or "")),
    ]
    if plan is not None:
        facts += [
            (_("Plan"), title_of(plan.head.get("title", ""), plan.head.get("title_en", ""), programme.year)),
            (_("Version"), _("%(number)d, applies from %(day)s") % {
                "number": plan.number, "day": day_words(plan.applies_from)}),
        ]  # fmt: skip
        facts.append((_("Words of the plan"), _own_words(plan.head.get("labels", {}))))
    parents = programme.parent_document.split("；")
    facts += [(_("Parent document"), product_words(each)) for each in parents]
    return [(name, value) for name, value in facts if value]


def _own_words(labels: dict[str, Any]) -> str:
    """课题, or 项目 › 分项目; then what it calls its facilitators, learners and office."""
    levels = " › ".join(product_words(name) for name in labels.get("levels", []))
    return "、".join([levels, *(product_words(labels.get(name, "")) for name in SPOKEN)])


def cut_lines(programme: Programme, plan: Plan | None) -> list[str]:
    """What becomes of windows in whose middle the programme begins, rule by rule."""
    if plan is None or programme.starts_on.day == 1:
        return []
    pack, lines = pack_of(plan), []
    frame = (programme.starts_on.replace(day=1), programme.ends_on, WorkCalendar(), ZONE)
    for rule in pack.rules:
        if not rule.enabled or rule.kind not in PARTIAL_KINDS:
            continue
        schedule = schedule_of(rule, pack, programme.year)
        cut = [span for span in windows(schedule, *frame) if _holds(span, programme.starts_on)]
        title = title_of(rule.title, rule.title_en, programme.year)
        lines += [f"{title} {span.key}: {_policy(schedule.partial_first)}" for span in cut[:1]]
    return lines


SPOKEN = ("facilitator", "learner", "office")
"""Labels that a plan chooses for itself (D24): they are used wherever its people are spoken of."""
PARTIAL_KINDS = ("monthly", "window", "series")


def _holds(span: Window, first: date) -> bool:
    return span.starts_on < first <= span.ends_on


def _policy(partial: PartialFirst) -> str:
    words = {
        PartialFirst.SKIP: _("nothing is owed for it"),
        PartialFirst.FULL: _("owed in full"),
        PartialFirst.PRORATE: _("owed in proportion to the days that are left"),
    }
    return words[partial]


def phase_lines(programme: Programme, plan: Plan | None, today: date) -> list[dict[str, Any]]:
    """In the plan's order; one without months has no place on the calendar."""
    phases = plan.head.get("phases", []) if plan else []
    return [_phase_line(phase, programme.year, today.isoformat()[:7]) for phase in phases]


def _phase_line(phase: dict[str, Any], year: int, month: str) -> dict[str, Any]:
    line = {"name": title_of(phase["name"], phase["name_en"], year), "place": "", "first": ""}
    if phase.get("from"):
        first, last = month_named(phase["from"], year), month_named(phase["to"], year)
        line["first"] = month_words(phase["from"], year)
        line["last"] = month_words(phase["to"], year) if last != first else ""
        line["place"] = "past" if last < month else "ahead" if first > month else "now"
    return line


def rate_line(tally: Tally) -> dict[str, Any]:
    """Both rates as printed, with what they are counted from."""
    late = tally.counts.get(DutyState.OVERDUE, 0) + tally.counts.get(DutyState.MISSED, 0)
    return {
        "completeness": rate_words(tally.completeness),
        "timeliness": rate_words(tally.timeliness),
        "owed": tally.owed,
        "done": tally.done,
        "in_time": tally.in_time,
        "late": late,
        "share": round((tally.completeness or 0) * 100),
        "punctual": round((tally.timeliness or 0) * 100),
    }


def unit_lines(
    request: Any, programme: Programme, tallies: dict[Any, Tally]
) -> list[dict[str, Any]]:
    """By seniority; who has left stays on the page, greyed, with the reason."""
    rows = (
        visible_enrolments(request.user)
        .filter(programme=programme)
        .select_related("organisation", "supervisor")
        .annotate(between=ArraySubquery(_between()))
        .order_by("organisation__sort_path", "starts_on", "id")
    )
    return [_unit_line(row, programme, tallies) for row in rows]


def _between() -> Any:
    """Names of the levels between a unit and its superior, from above: those it skips (P3-04, P3-20)."""
    above = Q()
    for number in range(1, DEPTH + 1):
        above |= Q(pk=OuterRef(f"organisation__ancestor_{number}"))
    skipped = Organisation.objects.filter(
        above, level__gt=OuterRef("supervisor__level"), level__lt=OuterRef("organisation__level")
    )
    return skipped.order_by("level").values("name")


def _skipped(row: Enrolment) -> str:
    above = row.supervisor
    inside = above is not None and row.organisation.path.startswith(above.path)
    return "、".join(row.between) if inside else ""  # type: ignore[attr-defined]


def _unit_line(row: Enrolment, programme: Programme, tallies: dict[Any, Tally]) -> dict[str, Any]:
    runs_it = row.organisation_id == programme.owner_id
    above = row.supervisor.name if row.supervisor and not runs_it else ""
    return {
        "pk": row.pk,
        "organisation": row.organisation_id,
        "name": row.organisation.name,
        "above": above,
        "skipped": _skipped(row),
        "role": _("runs the programme") if runs_it else "" if row.obliged else _("supervises"),
        "since": day_words(row.starts_on),
        "left": day_words(row.ends_on) if row.ends_on else "",
        "reason": row.end_reason,
        "may_leave": not runs_it and row.ends_on is None,
        "rates": rate_line(tallies.get(row.organisation_id, Tally({}))),
    }


def coming_lines(mine: Any, programme: Programme, now: datetime) -> list[dict[str, Any]]:
    """The next last days, each with how many still ask."""
    rows = (
        mine.filter(due_at__gt=now, cancelled_at=None, waived_at=None)
        .order_by()
        .values(
            "rule_key", "rule__title", "rule__title_en", "window_key", "window__last_day",
            "window__asked_for_on", "window__provisional",
        )
        .annotate(all=Count("pk"), waiting=Count("pk", filter=Q(UNFINISHED)))
        .order_by("window__last_day", "rule_key", "window_key")[:COMING]
    )  # fmt: skip
    return [
        {
            "key": row["rule_key"],
            "title": title_of(row["rule__title"], row["rule__title_en"], programme.year),
            "window": row["window_key"] if row["window_key"][:4].isdecimal() else "",
            "day": day_words(row["window__last_day"]),
            "asked": day_words(row["window__asked_for_on"])
            if row["window__asked_for_on"] != row["window__last_day"]
            else "",
            "provisional": row["window__provisional"],
            "done": row["all"] - row["waiting"],
            "all": row["all"],
        }
        for row in rows
    ]
