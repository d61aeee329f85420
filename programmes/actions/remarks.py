"""Each opinion of a body gets its own answer: taken up, or not and why (P2-50, P2-69, P4-23)."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed
from actionlearning.foundation.models import User
from actionlearning.foundation.outbox import retract_notices
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.workflow import lock_row, wrong_state
from programmes.actions.dossiers import held_by_sender
from programmes.models import Remark
from programmes.notices import POINTS
from programmes.queries.dossiers import CLOSED
from programmes.states import RemarkState

LONGEST_REPLY = 2000


@transaction.atomic
def answer_remark(remark: Remark, *, state: str, reply: str, by: User, now: datetime) -> Remark:
    """The sender's answer, also after a refusal.

    It may be put better until the paper is sent on, with which a body has read it. Raises NotAllowed, RuleBroken `wrong_state`, BadInput (no such state, no words).
    """
    paper = lock_row(remark.dossier)
    fresh = lock_row(remark)
    if not by.has_perm(Permission.DOSSIER_WRITE, paper):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
    sent_at = paper.texts.aggregate(last=Max("at"))["last"]
    if paper.state in CLOSED or not answerable(
        fresh.state, fresh.replied_at, held=held_by_sender(paper), sent_at=sent_at
    ):
        raise wrong_state(paper)
    told = reply.replace("\r\n", "\n").strip()
    problems = {}
    if state not in (RemarkState.TAKEN, RemarkState.NOT_TAKEN):
        problems["state"] = _("Say whether it is taken up.")
    if not told:
        problems["reply"] = _("Say what was changed, or why nothing was.")
    elif len(told) > LONGEST_REPLY:
        problems["reply"] = _("At most %(count)d characters.") % {"count": LONGEST_REPLY}
    if problems:
        raise BadInput(" ".join(problems.values()), fields=problems)
    fresh.state, fresh.reply = state, told
    fresh.replied_by, fresh.replied_name, fresh.replied_at = by, by.display_name, now
    fresh.save(update_fields=["state", "reply", "replied_by", "replied_name", "replied_at"])
    if not paper.remarks.filter(state=RemarkState.OPEN).exists():
        retract_notices([paper.pk], now=now, kind=POINTS)
    record("dossier.answered", target=paper, by=by, at=now, remark=fresh.number, state=state)
    return fresh


def answerable(
    state: str, replied_at: datetime | None, *, held: bool, sent_at: datetime | None
) -> bool:
    """What has no answer is owed one wherever the paper lies; one that a body has read stays.

    `held`: the paper is with its sender; `sent_at`: when it was sent last.
    """
    if state == RemarkState.OPEN or replied_at is None:
        return True
    return held and (sent_at is None or sent_at < replied_at)
