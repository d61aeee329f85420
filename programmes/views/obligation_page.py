"""Everything the page of one duty shows, for the page itself and for the waiver that comes back to it."""

import uuid
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import Http404
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from actionlearning.foundation.addresses import whole
from actionlearning.foundation.languages import in_english, product_words
from actionlearning.foundation.models import AuditEvent, Notice, User
from actionlearning.foundation.permissions import Permission
from groups.access import reach_of
from groups.models import Tenure
from groups.roles import roles_with
from programmes.calendar import from_data, render
from programmes.models import Obligation
from programmes.models.obligation import DutyState
from programmes.packs.shapes import filled
from programmes.queries import TICK, evidence_of, local_day, rule_ids
from programmes.queries.waits import waited_for
from programmes.views.held_up import holder_of_turn
from programmes.views.obligation_lines import (
    DONE,
    NIL,
    days_of,
    label_of,
    progress_of,
    recipient_of,
    remark_of,
    shown_state,
    window_name,
)

ASKING = (DutyState.OPEN, DutyState.DUE_SOON, DutyState.BLOCKED, DutyState.OVERDUE)
SETTLED = (*DONE, *NIL, DutyState.WAIVED, DutyState.CANCELLED, DutyState.MISSED)


def obligation_or_404(
    user: User, pk: uuid.UUID, now: Any, permission: Permission = Permission.OBLIGATION_VIEW
) -> Obligation:
    """For whoever may not do it here, it is not there."""
    rows = Obligation.objects.visible_to(user, permission).with_state(now)
    related = (
        "rule__clause", "rule__plan", "window", "programme", "organisation", "supervisor",
        "project", "nil_by", "waived_by",
    )  # fmt: skip
    found: Obligation | None = rows.select_related(*related).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def page_of(obligation: Obligation, request: Any, now: datetime) -> dict[str, Any]:
    """`now` may be a past moment: the state and its evidence are shown as they count there."""
    evidence = evidence_of(obligation)
    as_of = request.GET.get("as_of", "")
    user, slug = request.user, request.tenant.slug
    return {
        "duty": obligation,
        **sentence_of(obligation),
        "facts": facts_of(obligation, now),
        "derivation": render(from_data(obligation.window.derivation)),
        "evidence": [evidence_line(each, slug, now) for each in evidence],
        "holder": upstream_of(obligation, user, slug, now)
        or holder_of(obligation, evidence, user, now),
        "notices": notices_of(obligation, user),
        "history": history_of(obligation),
        "as_of": as_of,
        "acts": {} if as_of else acts_of(obligation, user, slug),
    }


def sentence_of(obligation: Obligation) -> dict[str, Any]:
    clause, rule, year = obligation.rule.clause, obligation.rule, obligation.programme.year
    return {
        "title": filled((in_english() and rule.title_en) or product_words(rule.title), year),
        "sentence": filled(product_words(clause.text), year),
        "gloss": filled(clause.gloss, year),
        "reading": filled(product_words(clause.reading), year),
        "clause": clause,
        "rules": rule_ids(rule),
    }


def facts_of(obligation: Obligation, now: datetime) -> dict[str, Any]:
    row = {
        "state": obligation.state,
        "credited": obligation.credited,
        "minimum": obligation.minimum,
        "maximum": obligation.maximum,
        "met_at": obligation.met_at,
        "met_until": obligation.met_until,
        "nil_at": obligation.nil_at,
        "reason": obligation.reason,
        "provisional": obligation.provisional,
        "project__title": obligation.project.title if obligation.project else "",
        "window__last_day": obligation.window.last_day,
    }
    above = obligation.supervisor.name if obligation.supervisor else ""
    shown = shown_state(obligation.state, obligation.window.last_day, local_day(now))
    return {
        "shown_state": shown,
        "state_label": label_of(shown),
        "progress": progress_of(row),
        "days": days_of(row, local_day(now)),
        "remark": remark_of(row),
        "window": window_name(obligation.window_key),
        "recipient": recipient_of(obligation.rule.spec.get("recipient"), above),
        "opens": moment(obligation.opens_at),
        "due": ends(obligation.due_at),
        "asked": obligation.window.asked_for_on.isoformat(),
        "grace": ends(obligation.grace_ends_at),
        "closes": ends(obligation.closes_at),
        "met": moment(obligation.met_at),
        "most": obligation.maximum,
        "least": obligation.minimum,
    }


def moment(at: datetime | None) -> str:
    """Day and minute in Beijing; '' for none."""
    return date_format(timezone.localtime(at), "Y-m-d H:i") if at else ""


def ends(at: datetime | None) -> str:
    """An instant that is the first too late, said as offices say it: until 24:00 of the day before."""
    if at is None:
        return ""
    return _("until 24:00 on %(day)s") % {"day": local_day(at - TICK).isoformat()}


def evidence_line(record: dict[str, Any], slug: str, now: datetime) -> dict[str, Any]:
    """One record: when it came, what became of it, and every time it was sent back."""
    if record["withdrawn_at"]:
        standing = _("withdrawn %(at)s") % {"at": moment(record["withdrawn_at"])}
    elif record["counts_until"] and record["counts_until"] <= now:
        standing = _("counted until %(at)s") % {"at": moment(record["counts_until"])}
    elif record["counts_until"]:
        standing = _("stands until %(at)s, unless it is answered") % {
            "at": moment(record["counts_until"])
        }
    else:
        standing = _("counts from %(at)s") % {"at": moment(record["counts_from"])}
    return {
        "title": record["title"],
        "address": whole(record["address"], slug),
        "received": moment(record["received_at"]),
        "captured": moment(record["captured_at"]),
        "accepted": moment(record["accepted_at"]),
        "quantity": record["quantity"],
        "standing": standing,
        "returns": [_return_line(each) for each in record["returns"]],
    }


def _return_line(told: dict[str, Any]) -> dict[str, str]:
    answered = told["resubmitted_at"]
    if answered:
        outcome = _("answered %(at)s") % {"at": moment(answered)}
    elif told["flat"]:
        outcome = _("empty or a copy: it does not count")
    else:
        outcome = _("answer due %(until)s") % {
            "until": local_day(told["due_at"] - TICK).isoformat()
        }
    return {"at": moment(told["returned_at"]), "reason": told["reason"], "outcome": outcome}


def upstream_of(
    obligation: Obligation, user: User, slug: str, now: datetime
) -> dict[str, Any] | None:
    """The body that holds the paper it waits for."""
    if obligation.state != DutyState.BLOCKED:
        return None
    turn = waited_for([obligation], now).get(obligation.pk)
    return holder_of_turn(turn, user, slug, now) if turn else None


def holder_of(
    obligation: Obligation, evidence: list[dict[str, Any]], user: User, now: datetime
) -> dict[str, Any] | None:
    """Who has it in hand and since when; None once nobody has to do anything."""
    open_returns = [r for e in evidence for r in e["returns"] if r["resubmitted_at"] is None]
    unread = [e for e in evidence if e["accepted_at"] is None and not e["withdrawn_at"]]
    if obligation.state in ASKING or open_returns:
        since = max([obligation.opens_at, *(r["returned_at"] for r in open_returns)])
        return _hand(obligation.organisation, Permission.ITEM_SUBMIT, since, now, user)
    if (
        obligation.state in DONE
        and unread
        and obligation.supervisor
        and unread[0]["kind"] != "body"
    ):
        since = min(e["received_at"] for e in unread)
        return _hand(obligation.supervisor, Permission.ITEM_REVIEW, since, now, user)
    return None


def _hand(
    organisation: Any, permission: Permission, since: datetime, now: datetime, user: User
) -> dict[str, Any]:
    """Names only where this reader may see the people of the place."""
    day = local_day(now)
    seats = Tenure.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=day),
        organisation=organisation,
        role__in=roles_with(permission),
        user__isnull=False,
        starts_on__lte=day,
    )
    names = seats.filter(reach_of(user, Permission.PERSON_VIEW).as_path_q())
    return {
        "organisation": organisation.name,
        "people": list(
            dict.fromkeys(names.order_by("starts_on", "id").values_list("person_name", flat=True))
        ),
        "since": moment(since),
        "days": max((day - local_day(since)).days, 0),
    }


def notices_of(obligation: Obligation, user: User) -> list[dict[str, Any]] | None:
    """Who was told and when; for those who owe it and those who supervise, None for all others."""
    seats = set(reach_of(user, Permission.OBLIGATION_VIEW).organisations)
    if not seats & {obligation.organisation_id, obligation.supervisor_id}:
        return None
    rows = Notice.objects.filter(about=obligation.pk).select_related("recipient")
    return [_notice_line(each) for each in rows.order_by("at", "id")]


def _notice_line(notice: Notice) -> dict[str, str]:
    outcome = ""
    if notice.skipped_at:
        outcome = _("not sent: a later one took its place")
    elif notice.retracted_at:
        outcome = _("taken back")
    elif notice.acknowledged_at:
        outcome = _("acknowledged %(at)s") % {"at": moment(notice.acknowledged_at)}
    return {
        "at": moment(notice.at),
        "kind": notice_kind(notice.kind),
        "to": notice.recipient.display_name
        if notice.recipient
        else _("nobody: the post is vacant"),
        "outcome": outcome,
    }


def notice_kind(kind: str) -> str:
    words = {
        "programmes.reminder": _("Reminder"),
        "programmes.due_day": _("Due today"),
        "programmes.overdue": _("Overdue"),
        "programmes.escalation": _("Escalation"),
        "programmes.redated": _("New date"),
        "programmes.blocked": _("Asked of whoever holds the paper"),
    }
    return words.get(kind, kind)


def history_of(obligation: Obligation) -> list[dict[str, str]]:
    rows = AuditEvent.objects.filter(target=obligation.pk).order_by("at", "id")
    words = {
        "evidence.recorded": _("Evidence received"),
        "evidence.returned": _("Evidence sent back"),
        "evidence.resubmitted": _("Evidence sent again"),
        "evidence.withdrawn": _("Evidence withdrawn"),
        "obligation.nil": _("Nothing to report"),
        "obligation.waived": _("Waived"),
        "notice.acknowledged": _("Acknowledged"),
    }
    laid = {"at": moment(obligation.laid_at), "by": "", "label": _("Laid down"), "text": ""}
    return [laid] + [
        {
            "at": moment(each.at),
            "by": each.actor_name,
            "label": words.get(each.action, each.action),
            "text": each.detail.get("reason", ""),
        }
        for each in rows
    ]


def acts_of(obligation: Obligation, user: User, slug: str) -> dict[str, str]:
    """The one next act of this reader, beside it the nil report and the waiver where they are open."""
    found: dict[str, Any] = {}
    if obligation.state in ASKING:
        found |= _next_act(obligation, user, slug)
        if obligation.rule.nil_allowed and user.has_perm(Permission.ITEM_SIGN, obligation):
            found["nil"] = _address("reporting:nil_report", slug, obligation.pk)
    own = obligation.organisation_id == obligation.supervisor_id
    unsettled = obligation.state not in SETTLED or obligation.state == DutyState.MISSED
    if unsettled and not own and user.has_perm(Permission.OBLIGATION_WAIVE, obligation):
        found["waive"] = _address("programmes:obligation_waiver", slug, obligation.pk)
    return {name: value for name, value in found.items() if value}


def _next_act(obligation: Obligation, user: User, slug: str) -> dict[str, str]:
    acts = {
        "information_item": (Permission.ITEM_WRITE, "reporting:item_new", [], _("Write the item")),
        "topic": (Permission.PROJECT_CHANGE, "programmes:project_new", [], _("Propose a topic")),
        "body": (
            Permission.BODY_CHANGE,
            "groups:organisation_detail",
            [obligation.organisation_id],
            _("Set up the body"),
        ),
    }
    permission, name, args, label = acts.get(obligation.deliverable, (None, "", [], ""))
    if permission is None or not user.has_perm(permission, obligation):
        return {}
    query = "" if args else f"?duty={obligation.pk}"
    address = _address(name, slug, *args)
    return {"next": f"{address}{query}", "next_label": label} if address else {}


def _address(name: str, *args: Any) -> str:
    """The screens above are known by name only; where one is not installed there is no button."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
