"""What the page of one item says: state, holder, next act, clause, turns, versions, files."""

from datetime import datetime
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.texts import changes, edits
from groups.queries.minds import same_mind, sign_ins_of
from programmes.clauses import sentence_of
from programmes.models.obligation import DutyState
from programmes.notices import holders_of
from programmes.queries import local_day, rule_ids
from programmes.states import ProgrammeState
from reporting.access import readable
from reporting.actions.item_checks import writers_of
from reporting.exports import (
    PUBLICITY_COLUMNS,
    days_between,
    issue_name,
    moment,
    month_name,
    publicity_line,
    state_label,
)
from reporting.forms import last_day
from reporting.models import InformationItem, ItemTurn, Publication
from reporting.queries import (
    duties_of,
    files_of,
    is_own,
    printed_of,
    similar_to,
    type_of,
)
from reporting.queries.item_waits import NOBODY, OFFICE, UNIT, charges_of, holder_of
from reporting.queries.publicity import told_of
from reporting.states import ADOPT, SIGN, STANDING, SUBMIT, TAKE_BACK, WRITABLE, ItemState

_TOLD = (*STANDING, ItemState.RETURNED)
"""Turns that everybody who sees the item may read; sign-off and its withdrawal are the unit's own."""


def item_for(user: User, pk: Any, permission: Permission = Permission.ITEM_VIEW) -> InformationItem:
    """The item as this reader may see it; 404 for strangers."""
    rows = InformationItem.objects.visible_to(user, permission).as_read_by(user)
    return get_object_or_404(  # type: ignore[no-any-return]
        rows.select_related("organisation", "supervisor", "programme", "project"), pk=pk
    )


def page_of(item: InformationItem, user: User, now: datetime) -> dict[str, Any]:
    """Everything reporting/item_detail.html shows."""
    way = list(item.turns.order_by("at", "id"))
    turns = [turn for turn in way if _may_read(turn, item, user)]
    review = ADOPT.open_to(user, item)
    kind = type_of(item, local_day(now))
    return {
        "item": item,
        "state_label": state_label(item.state),
        "holder": _holder(item, way, now, user),
        "charges": [(_side(item, each.side), each.days) for each in charges_of(way, now)],
        "facts": _facts(item, kind.name),
        "kind": kind,
        "duties": [_duty(row, item.programme.year) for row in duties_of(item, now)],
        "turns": [*_begun(item, user), *(_entry(turn) for turn in turns)],
        "versions": _versions(turns),
        "files": files_of(item, user),
        "alike": similar_to(item, item.shown_body) if review else [],  # type: ignore[attr-defined]
        "returned": _returned(item, turns),
        "printed": printed_in(item, user),
        **_appeared(item, user),
        **acts_of(item, user),
    }


def _may_read(turn: ItemTurn, item: InformationItem, user: User) -> bool:
    return is_own(item, user) or (turn.step in _TOLD and not _is_withdrawal(turn))


def _is_withdrawal(turn: ItemTurn) -> bool:
    """A sign-off taken back leaves the state without an opinion; a return always has a reason."""
    return turn.step == ItemState.DRAFT or (turn.step == ItemState.RETURNED and not turn.opinion)


def acts_of(item: InformationItem, user: User) -> dict[str, bool]:
    """The buttons ask the same steps as the verbs, and add only what the verb checks besides."""
    signs, decides = SIGN.open_to(user, item), ADOPT.open_to(user, item)
    own = signs and same_mind(user, item.drafted_by_id, tenant=item.tenant)
    writes = item.state in WRITABLE and user.has_perm(Permission.ITEM_WRITE, item)
    return {
        "may_write": writes,
        "may_sign": signs and not own,
        "own_paper": own,
        "may_unsign": writes and item.state == ItemState.SIGNED,
        "may_submit": SUBMIT.open_to(user, item),
        "may_decide": decides and not same_mind(user, *writers_of(item), tenant=item.tenant),
        "may_take_back": TAKE_BACK.open_to(user, item),
    }


def _side(item: InformationItem, side: str) -> str:
    return str({UNIT: item.organisation, OFFICE: item.supervisor}[side] or _("nobody"))


def _holder(item: InformationItem, way: list[ItemTurn], now: datetime, user: User) -> str:
    """Who holds it now and since when, by name where the reader may know."""
    who, since = holder_of(item, way)
    if who == NOBODY:
        return _("settled since %(since)s") % {"since": moment(since)}
    sentence = _("%(who)s, since %(since)s") % {"who": _side(item, who), "since": moment(since)}
    if who == UNIT and item.state != ItemState.SIGNED and is_own(item, user):
        signers = holders_of(item.organisation, Permission.ITEM_SIGN, day=local_day(now), by=user)
        drafters = sign_ins_of([item.drafted_by_id], tenant=item.tenant)
        names = _(", ").join(u.display_name for u in signers if u.pk not in drafters)
        sentence += _("; may be signed off by: %(names)s") % {"names": names or _("nobody")}
    return sentence


def _facts(item: InformationItem, kind: str) -> list[tuple[str, str]]:
    days = days_between(item.event_date, item.first_submitted_at)
    told = [
        (_("Unit"), item.organisation.name),
        (_("Programme"), item.programme.name),
        (_("Type"), kind),
        (_("Counts for"), month_name(item.window_key)),
        (_("Topic"), str(item.project or "")),
        (_("Date of the event"), date_format(item.event_date) if item.event_date else ""),
        (_("Days from event to submission"), "" if days is None else str(days)),
        (_("Drafter"), " ".join(filter(None, (item.drafter_name, item.phone)))),
        (_("Signed off by"), f"{item.signer_name} {moment(item.signed_at)}".strip()),
        (_("Submitted at"), moment(item.submitted_at)),
        (_("First submitted at"), _first_sent(item)),
        (_("Declared true"), _("yes") if item.truthful else _("not yet")),
    ]
    return [(label, value) for label, value in told if value]


def _first_sent(item: InformationItem) -> str:
    again = item.first_submitted_at != item.submitted_at
    return moment(item.first_submitted_at) if again else ""


def _duty(row: Any, year: int) -> dict[str, Any]:
    return {
        "row": row,
        "label": DutyState(row.state).label,
        "rules": rule_ids(row.rule),
        "clause": sentence_of(row.rule.clause, year),
        "month": month_name(row.window_key),
        "due": last_day(row.due_at),
    }


def _begun(item: InformationItem, user: User) -> list[dict[str, str]]:
    """The first line of its way; when a draft was begun is the unit's own affair."""
    if not is_own(item, user):
        return []
    return [{"at": moment(item.created_at), "by": item.drafter_name, "label": _("begun")}]


def _is_taken_back(turn: ItemTurn) -> bool:
    """An adoption taken back leaves the item submitted, with a reason; a submission says none."""
    return turn.step == ItemState.SUBMITTED and bool(turn.opinion)


def _entry(turn: ItemTurn) -> dict[str, str]:
    label = _("sign-off taken back") if _is_withdrawal(turn) else state_label(turn.step)
    if _is_taken_back(turn):
        label = _("adoption taken back")
    return {"at": moment(turn.at), "by": turn.by_name, "label": label, "text": turn.opinion}


def _versions(turns: list[ItemTurn]) -> list[dict[str, Any]]:
    """The submitted texts, each later one read against the one before."""
    sent = [t for t in turns if t.step == ItemState.SUBMITTED and not _is_taken_back(t)]
    found = []
    for number, turn in enumerate(sent, 1):
        before = sent[number - 2] if number > 1 else turn
        found.append(
            {
                "number": number,
                "at": moment(turn.at),
                "by": turn.by_name,
                "title": changes(before.title, turn.title),
                "body": changes(before.body, turn.body),
                "sha256": turn.content_hash,
            }
        )
    return found


def _returned(item: InformationItem, turns: list[ItemTurn]) -> dict[str, str]:
    """Why it came back and until when an answer keeps the first date."""
    if item.state != ItemState.RETURNED:
        return {}
    returns = [turn for turn in turns if turn.step == ItemState.RETURNED and turn.opinion]
    if not returns:
        return {}
    last = returns[-1]
    return {
        "reason": last.opinion,
        "by": last.by_name,
        "until": last_day(item.reply_due_at) if item.reply_due_at else "",
    }


def printed_in(item: InformationItem, user: User) -> list[dict[str, Any]]:
    """The issues in which it stands now, and what the editors changed of it."""
    if item.state != ItemState.ADOPTED:
        return []
    rows = readable(user).current().exclude(kind=Publication.Kind.WITHDRAWN)
    named = rows.filter(
        content__articles__contains=[{"paragraphs": [{"item": {"id": str(item.pk)}}]}]
    )
    found = []
    for told in named.order_by("sequence"):
        title, text = printed_of(told.content, item)
        changed = [edits(item.title, title), edits(item.body, text)]
        found.append(
            {
                "root": told.root,
                "name": f"{told.series_title} {issue_name(told.year, told.number, told.correction)}",
                "title": changed[0],
                "body": changed[1],
                "changed": any(each.kind != "same" for part in changed for each in part),
            }
        )
    return found


def _appeared(item: InformationItem, user: User) -> dict[str, Any]:
    """Where else it was told, and the address at which that is recorded."""
    rights = (Permission.ITEM_WRITE, Permission.ITEM_REVIEW)
    if item.state != ItemState.ADOPTED:
        return {"appeared": [], "may_record": False}
    return {
        "appeared": appearances(user, item=item.pk),
        "may_record": item.programme.state == ProgrammeState.IN_FORCE
        and any(user.has_perm(each, item) for each in rights),
        "record_of": f"item={item.pk}",
        "record_in": item.programme_id,
    }


def appearances(user: User, **about: Any) -> list[dict[str, str]]:
    """Lines of the publicity register about one item or briefing, for its page."""
    rows = told_of(user, **about).values(*PUBLICITY_COLUMNS)
    return [publicity_line(row, {}) for row in rows]
