"""Each opinion of a body gets its own answer: taken up, or not and why (P2-50, P2-69, P4-23)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.workflow import lock_row
from programmes.models import Remark
from programmes.states import RemarkState

LONGEST_REPLY = 2000


@transaction.atomic
def answer_remark(remark: Remark, *, state: str, reply: str, by: User, now: datetime) -> Remark:
    """The sender's answer; it may be put better as long as the paper is in his hands or under way.

    Raises NotAllowed, RuleBroken `wrong_state`, BadInput (no such state, no words).
    """
    fresh = lock_row(remark)
    if not by.has_perm(Permission.DOSSIER_WRITE, fresh.dossier):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
    if fresh.dossier.ended_at is not None:
        raise RuleBroken(
            _("“%(name)s” is already: %(state)s.")
            % {"name": fresh.dossier, "state": fresh.dossier.get_state_display()},
            code="wrong_state",
        )
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
    record(
        "dossier.answered", target=fresh.dossier, by=by, at=now, remark=fresh.number, state=state
    )
    return fresh
